//! The index of a library: the statements of its papers that are to be claims, and why some are not, yet or at all.
//!
//! `index.tsv` stands in the folder of papers. Its lines are rows of five columns parted by tabs, the first line their names; lines that
//! start with `#` are remarks:
//!
//! ```text
//! claim                   where      what                        kind       left out
//! ye-du-2021/lemma-3.2    Lemma 3.2  one step of the least ...   pointwise
//! ye-du-2021/thm-1.1-eps  Thm 1.1    size of the start           constant   the language has no `[constant]` yet
//! ```
//!
//! A row without a claim needs a reason, a claim without a row needs to be the correction of one that has a row.

use super::diagnostic::{Diagnostic, Diagnostics};
use super::library::Library;
use super::load::{MAX_BYTES, source};
use super::model::{ClaimId, Place};
use crate::lang::suggest::nearest;
use std::collections::BTreeMap;
use std::path::Path;

const COLUMNS: [&str; 5] = ["claim", "where", "what", "kind", "left out"];

/// What kind of statement it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Pointwise,
    Identity,
    Trajectory,
    Flow,
    Probability,
    Scaling,
    Constant,
    Experiment,
}

impl Kind {
    pub const ALL: [Self; 8] = [
        Self::Pointwise,
        Self::Identity,
        Self::Trajectory,
        Self::Flow,
        Self::Probability,
        Self::Scaling,
        Self::Constant,
        Self::Experiment,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Pointwise => "pointwise",
            Self::Identity => "identity",
            Self::Trajectory => "trajectory",
            Self::Flow => "flow",
            Self::Probability => "probability",
            Self::Scaling => "scaling",
            Self::Constant => "constant",
            Self::Experiment => "experiment",
        }
    }
}

/// A statement of a paper.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub id: ClaimId,
    /// Where the paper has it.
    pub at: String,
    /// What it says, in a few words.
    pub what: String,
    pub kind: Kind,
    /// Why there is no claim.
    pub left_out: Option<String>,
}

/// All rows, in the order of the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Index {
    pub rows: Vec<Row>,
}

/// How many of some rows are claims.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub rows: usize,
    pub claims: usize,
    pub left_out: usize,
    /// Their files are there and cannot be read.
    pub malformed: usize,
}

/// An index beside the claims there are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Comparison<'a> {
    /// By paper and kind.
    pub counts: BTreeMap<(&'a str, Kind), Count>,
    /// Rows without a claim and without a reason.
    pub missing: Vec<&'a Row>,
    /// Claims without a row that correct nothing.
    pub extra: Vec<&'a ClaimId>,
    /// Claims whose row says that there is none.
    pub stale: Vec<&'a Row>,
    /// Claims that correct one that has a row.
    pub corrections: usize,
    /// Claims whose files are malformed: what they are beyond their rows is not known.
    pub malformed: Vec<&'a ClaimId>,
}

impl Index {
    /// Loads an index; `path` only names the file in errors.
    ///
    /// # Errors
    /// All that is wrong with it, line by line.
    pub fn load(bytes: &[u8], path: &Path) -> Result<Self, Diagnostics> {
        if bytes.len() > MAX_BYTES {
            let source = source(&[], path)?;
            return Err(Diagnostic::new(Place::file(&source), "an index is at most 1 MiB", "this one is longer").into());
        }
        let source = source(bytes, path)?;
        let mut rows: Vec<Row> = Vec::new();
        let mut lines: BTreeMap<ClaimId, usize> = BTreeMap::new();
        let mut errors = Vec::new();
        let mut named = false;
        let mut start = 0;
        for (number, text) in (1..).zip(source.text.split('\n')) {
            let place = Place::new(&source, start, start + text.len());
            start += text.len() + 1;
            let text = text.strip_suffix('\r').unwrap_or(text);
            if text.trim().is_empty() || text.starts_with('#') {
                continue;
            }
            let cells: Vec<&str> = text.split('\t').map(str::trim).collect();
            if !named {
                named = true;
                if cells != COLUMNS {
                    errors.push(columns(place));
                }
                continue;
            }
            match row(&cells, &place) {
                Ok(row) => match lines.insert(row.id.clone(), number) {
                    Some(first) => errors.push(
                        Diagnostic::new(place, format!("two rows are `{}`", row.id), "the second")
                            .help(format!("the first is line {first}")),
                    ),
                    None => rows.push(row),
                },
                Err(error) => errors.push(error),
            }
            if errors.len() == Diagnostics::MOST {
                break;
            }
        }
        if !named {
            errors.push(columns(Place::file(&source)));
        }
        if errors.is_empty() { Ok(Self { rows }) } else { Err(Diagnostics(errors)) }
    }

    /// Of a library that holds all papers of the index.
    pub fn compare<'a>(&'a self, library: &'a Library) -> Comparison<'a> {
        let mut comparison = Comparison::default();
        let mut rows: BTreeMap<&ClaimId, &Row> = BTreeMap::new();
        for row in &self.rows {
            rows.insert(&row.id, row);
            let count = comparison.counts.entry((row.id.paper(), row.kind)).or_default();
            count.rows += 1;
            let loaded = library.get(&row.id.0);
            if loaded.is_some_and(|loaded| loaded.claim.is_err()) {
                count.malformed += 1;
                continue;
            }
            match (loaded, &row.left_out) {
                (Some(_), None) => count.claims += 1,
                (Some(_), Some(_)) => {
                    count.claims += 1;
                    comparison.stale.push(row);
                }
                (None, Some(_)) => count.left_out += 1,
                (None, None) => comparison.missing.push(row),
            }
        }
        for loaded in library.claims.iter().filter(|loaded| !rows.contains_key(&loaded.id)) {
            let Ok(claim) = &loaded.claim else { continue };
            if claim.corrects.as_deref().is_some_and(|name| rows.contains_key(&loaded.id.sibling(name))) {
                comparison.corrections += 1;
            } else {
                comparison.extra.push(&loaded.id);
            }
        }
        comparison.malformed =
            library.claims.iter().filter(|loaded| loaded.claim.is_err()).map(|loaded| &loaded.id).collect();
        comparison
    }
}

fn columns(place: Place) -> Diagnostic {
    Diagnostic::new(place, "an index names its columns first", "no such line")
        .help(format!("write them with a tab between: {}", COLUMNS.join(", ")))
}

/// A cell in an error: a long one by its beginning.
fn cut(cell: &str) -> String {
    const MOST: usize = 60;
    let start: String = cell.chars().take(MOST).collect();
    if start.len() < cell.len() { format!("`{start}...`") } else { format!("`{cell}`") }
}

fn row(cells: &[&str], place: &Place) -> Result<Row, Diagnostic> {
    let wrong =
        |message: &str, found: String, help: String| Err(Diagnostic::new(place.clone(), message, found).help(help));
    let (id, at, what, kind, left_out) = match *cells {
        [id, at, what, kind] => (id, at, what, kind, ""),
        [id, at, what, kind, left_out] => (id, at, what, kind, left_out),
        _ => {
            let found = format!("{} column{}", cells.len(), if cells.len() == 1 { "" } else { "s" });
            return wrong("a row has four columns or five", found, format!("they are: {}", COLUMNS.join(", ")));
        }
    };
    if !ClaimId::is_valid(id) || !id.contains('/') {
        return wrong("the first column is a claim's id", cut(id), "an id is `<paper>/<claim>`".to_owned());
    }
    let Some(&known) = Kind::ALL.iter().find(|known| known.name() == kind) else {
        let near = nearest(kind, Kind::ALL.iter().map(|kind| kind.name()));
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("kinds are {}", Kind::ALL.map(Kind::name).join(", ")),
        };
        return wrong("unknown kind", cut(kind), help);
    };
    let left_out = Some(left_out.to_owned()).filter(|reason| !reason.is_empty());
    Ok(Row { id: ClaimId(id.to_owned()), at: at.to_owned(), what: what.to_owned(), kind: known, left_out })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::library::ClaimFile;

    const HEAD: &str = "claim\twhere\twhat\tkind\tleft out\n";

    fn load(rows: &str) -> Result<Index, String> {
        Index::load(format!("{HEAD}{rows}").as_bytes(), Path::new("claims/index.tsv")).map_err(|e| e.to_string())
    }

    #[test]
    fn rows_load() {
        let index =
            load("# remarks\n\np/a\tLemma 1\tit holds\tpointwise\np/b\t(2)\tit = 1\tidentity\tno text\r\n").unwrap();
        assert_eq!(index.rows.len(), 2);
        assert_eq!(
            (index.rows[0].id.0.as_str(), index.rows[0].kind, &index.rows[0].left_out),
            ("p/a", Kind::Pointwise, &None)
        );
        assert_eq!(index.rows[1].left_out.as_deref(), Some("no text"));
    }

    #[test]
    fn what_is_wrong_with_a_row_is_said_at_its_line() {
        for (rows, said) in [
            ("p/a\tx\ty\n", "claims/index.tsv:2:1: a row has four columns or five: 3 columns"),
            ("p/a\tx\ty\tpointwize\n", "unknown kind: `pointwize` (did you mean `pointwise`?)"),
            ("a\tx\ty\tflow\n", "the first column is a claim's id: `a` (an id is `<paper>/<claim>`)"),
            (
                "p/a\tx\ty\tflow\np/a\tx\ty\tflow\n",
                "claims/index.tsv:3:1: two rows are `p/a`: the second (the first is line 2)",
            ),
        ] {
            let error = load(rows).unwrap_err();
            assert!(error.contains(said), "{error}");
        }
        for text in ["", "p/a\tx\ty\tflow\n"] {
            let error = Index::load(text.as_bytes(), Path::new("i")).unwrap_err().to_string();
            assert!(error.contains("an index names its columns first"), "{error}");
        }
        let many = "x\n".repeat(100);
        assert_eq!(load(&many).unwrap_err().lines().count(), Diagnostics::MOST);
    }

    #[test]
    fn rows_and_claims_are_compared() {
        let file = |within: &str, more: &str| ClaimFile {
            path: Path::new("claims").join(within),
            within: within.into(),
            bytes: format!("title = 't'\nat = 'a'\n{more}[claim]\nx = '1 < 2'\n").into_bytes(),
            witness: None,
        };
        let files = [
            file("p/a.toml", "corrected = 'a-corrected'\n"),
            file("p/a-corrected.toml", "corrects = 'a'\n"),
            file("p/more.toml", ""),
            file("p/c.toml", ""),
            file("p/e.toml", "given = 1\n"),
            file("p/e-corrected.toml", "corrects = \n"),
        ];
        let library = Library::assemble(Path::new("claims"), files, &|_| true).unwrap();
        let index = load(
            "p/a\t\t\tpointwise\np/b\t\t\tpointwise\np/c\t\t\tflow\tlater\np/d\t\t\tflow\tlater\np/e\t\t\tidentity\n",
        )
        .unwrap();
        let comparison = index.compare(&library);
        let ids = |rows: &[&Row]| rows.iter().map(|row| row.id.0.clone()).collect::<Vec<_>>();
        assert_eq!(ids(&comparison.missing), ["p/b"]);
        assert_eq!(ids(&comparison.stale), ["p/c"]);
        assert_eq!(comparison.extra, [&ClaimId("p/more".into())]);
        assert_eq!(comparison.corrections, 1);
        // What is malformed is neither missing nor too much.
        assert_eq!(comparison.malformed, [&ClaimId("p/e".into()), &ClaimId("p/e-corrected".into())]);
        assert_eq!(comparison.counts[&("p", Kind::Identity)], Count { rows: 1, malformed: 1, ..Count::default() });
        assert_eq!(comparison.counts[&("p", Kind::Pointwise)], Count { rows: 2, claims: 1, ..Count::default() });
        assert_eq!(comparison.counts[&("p", Kind::Flow)], Count { rows: 2, claims: 1, left_out: 1, malformed: 0 });
    }
}
