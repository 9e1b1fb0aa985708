//! The claims of some folders, by id: what `claims/<paper>/` holds, sorted out.
//!
//! ```text
//! <paper>/<claim>.toml            a claim, whose id is `<paper>/<claim>`
//! <paper>/paper.toml              the citation
//! <paper>/settings/<name>.toml    standing assumptions that claims of this paper include
//! ```
//!
//! The caller lists and reads the files; nothing is opened here. A malformed claim is one bad entry, and the others stay usable.

use super::diagnostic::{Diagnostic, Diagnostics};
use super::load::{MAX_BYTES, check_setting, load_bytes, source};
use super::model::{Claim, ClaimId, Paper, Place, Source};
use super::paper::load_paper;
use crate::lang::suggest::nearest;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file that was read.
#[derive(Clone, Debug)]
pub struct ClaimFile {
    /// As it is named in errors.
    pub path: PathBuf,
    /// Relative to the folder that holds the papers' folders; see [`within`].
    pub within: PathBuf,
    pub bytes: Vec<u8>,
    /// Of a claim: the witness file beside it, if there is one.
    pub witness: Option<(PathBuf, Vec<u8>)>,
}

/// A claim, or what is wrong with its file.
#[derive(Clone, Debug)]
pub struct LoadedClaim {
    pub id: ClaimId,
    pub path: PathBuf,
    pub claim: Result<Claim, Diagnostics>,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Library {
    /// Sorted by id; one entry an id.
    pub claims: Vec<LoadedClaim>,
    /// By the name of the folder.
    pub papers: BTreeMap<String, Paper>,
    /// What is wrong with anything else: a citation, a setting, a reference to a claim that does not exist, a file that is in
    /// no place where one is looked for.
    pub problems: Vec<Diagnostics>,
}

/// What a file is, by its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    Claim(ClaimId),
    Setting {
        paper: String,
        name: String,
    },
    Paper(String),
    /// A TOML file where none belongs.
    Misplaced,
    /// Not a TOML file: a witness, a schema, notes.
    Other,
}

impl Role {
    /// The role of the file at this place, relative to the folder that holds the papers' folders.
    pub fn of(within: &Path) -> Self {
        if within.extension().is_none_or(|extension| extension != "toml") {
            return Self::Other;
        }
        let parts: Option<Vec<&str>> = within.iter().map(OsStr::to_str).collect();
        let parts = parts.unwrap_or_default();
        let role = match parts[..] {
            [paper, "settings", file] => Self::Setting { paper: paper.to_owned(), name: stem(file).to_owned() },
            [paper, "paper.toml"] => Self::Paper(paper.to_owned()),
            [paper, file] => Self::Claim(ClaimId(format!("{paper}/{}", stem(file)))),
            [file] => Self::Claim(ClaimId(stem(file).to_owned())),
            _ => Self::Misplaced,
        };
        let valid = match &role {
            Self::Claim(id) => ClaimId::is_valid(&id.0),
            Self::Setting { paper, name } => ClaimId::is_valid(&format!("{paper}/{name}")),
            Self::Paper(paper) => ClaimId::is_valid(paper),
            Self::Misplaced | Self::Other => true,
        };
        if valid { role } else { Self::Misplaced }
    }
}

fn stem(file: &str) -> &str {
    file.strip_suffix(".toml").unwrap_or(file)
}

/// The place of a file that was named by itself: its folder is the paper's (or `settings` in it), unless that is `claims`.
pub fn within(path: &Path) -> PathBuf {
    let parts: Vec<&OsStr> = path.iter().collect();
    let keep = match parts[..] {
        [.., _, folder, _] if folder == "settings" => 3,
        [.., folder, _] if folder != "claims" && folder != "." && folder != ".." && folder != "/" => 2,
        _ => 1,
    };
    parts[parts.len().saturating_sub(keep)..].iter().collect()
}

impl Library {
    /// Sorts files out. `root` is named where there are none. `whole` says whether all files of a paper's folder are among
    /// them, so that a reference which finds nothing is wrong.
    pub fn assemble(
        root: &Path,
        files: impl IntoIterator<Item = ClaimFile>,
        whole: &dyn Fn(&str) -> bool,
    ) -> Result<Self, Diagnostics> {
        let mut library = Self::default();
        let mut claims: BTreeMap<ClaimId, Vec<ClaimFile>> = BTreeMap::new();
        let mut settings: BTreeMap<(String, String), Arc<Source>> = BTreeMap::new();
        for file in files {
            match Role::of(&file.within) {
                Role::Claim(id) => claims.entry(id).or_default().push(file),
                Role::Setting { paper, name } => library.setting(&mut settings, (paper, name), &file),
                Role::Paper(paper) => library.paper(paper, &file),
                Role::Misplaced => library.problems.push(misplaced(&file)),
                Role::Other => {}
            }
        }
        if claims.is_empty() {
            // A claim whose name is bad is not one that is not there.
            let misplaced = library.problems.into_iter().flat_map(|problem| problem.0).filter(is_misplaced);
            let misplaced: Vec<Diagnostic> = misplaced.take(Diagnostics::MOST).collect();
            return Err(if misplaced.is_empty() { no_claims(root) } else { Diagnostics(misplaced) });
        }
        for (id, files) in claims {
            let setting = |name: &str| settings.get(&(id.paper().to_owned(), name.to_owned())).cloned();
            library.claims.push(load(id.clone(), &files, &setting));
        }
        library.references(whole);
        Ok(library)
    }

    pub fn get(&self, id: &str) -> Option<&LoadedClaim> {
        let at = self.claims.binary_search_by(|claim| claim.id.0.as_str().cmp(id)).ok()?;
        self.claims.get(at)
    }

    /// Did you mean: the id nearest to one that is not there, by its last part if no paper is named.
    pub fn nearest(&self, id: &str) -> Option<&ClaimId> {
        let ids = || self.claims.iter().map(|claim| &claim.id);
        let near = nearest(id, ids().map(|id| id.0.as_str()));
        let by_stem = || {
            let near = ids().find(|other| other.stem() == id).map(ClaimId::stem);
            near.or_else(|| nearest(id, ids().map(ClaimId::stem)))
        };
        ids().find(|other| Some(other.0.as_str()) == near).or_else(|| {
            let near = by_stem();
            ids().find(|other| Some(other.stem()) == near)
        })
    }

    fn setting(
        &mut self,
        settings: &mut BTreeMap<(String, String), Arc<Source>>,
        key: (String, String),
        file: &ClaimFile,
    ) {
        let checked = source(&file.bytes, &file.path).and_then(|source| check_setting(&source).map(|()| source));
        // One that is malformed is kept: the claims that include it are malformed, not in want of a setting.
        let kept = match checked {
            Ok(source) => source,
            Err(errors) => {
                let source = errors.0.first().map(|error| Arc::clone(&error.place.source));
                self.problems.push(errors);
                match source {
                    Some(source) => source,
                    None => return,
                }
            }
        };
        match settings.entry(key) {
            Entry::Vacant(free) => {
                free.insert(kept);
            }
            Entry::Occupied(first) => {
                let what = format!("two files are the setting `{}` of one paper", first.key().1);
                self.problems.push(twice(&kept.path, &what, &first.get().path).into());
            }
        }
    }

    fn paper(&mut self, name: String, file: &ClaimFile) {
        match (load_paper(&file.bytes, &file.path), self.papers.entry(name)) {
            (Ok(paper), Entry::Vacant(free)) => {
                free.insert(paper);
            }
            (Ok(paper), Entry::Occupied(first)) => {
                if *first.get() != paper {
                    let message = format!("two files are the citation of `{}`", first.key());
                    let place = Place::file(&empty(&file.path));
                    self.problems.push(Diagnostic::new(place, message, "they differ").into());
                }
            }
            (Err(errors), _) => self.problems.push(errors),
        }
    }

    /// Claims that are named and do not exist, where that can be known.
    fn references(&mut self, whole: &dyn Fn(&str) -> bool) {
        let mut problems = Vec::new();
        for claim in self.claims.iter().filter_map(|loaded| loaded.claim.as_ref().ok()) {
            let missing = |id: &ClaimId| whole(id.paper()) && self.get(&id.0).is_none();
            let dangling: Vec<Diagnostic> = claim
                .links
                .iter()
                .filter(|link| missing(&claim.id.sibling(&link.name)))
                .map(|link| {
                    let message = format!("there is no claim `{}`", claim.id.sibling(&link.name));
                    let diagnostic = Diagnostic::new(link.place.clone(), message, "names no claim");
                    match self.nearest(&claim.id.sibling(&link.name).0) {
                        Some(near) if near.paper() == claim.id.paper() => {
                            diagnostic.help(format!("did you mean `{}`?", near.stem()))
                        }
                        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                        None => diagnostic,
                    }
                })
                .take(Diagnostics::MOST)
                .collect();
            if !dangling.is_empty() {
                problems.push(Diagnostics(dangling));
            }
        }
        self.problems.extend(problems);
    }
}

fn load(id: ClaimId, files: &[ClaimFile], settings: &dyn Fn(&str) -> Option<Arc<Source>>) -> LoadedClaim {
    let path = files.first().map(|file| file.path.clone()).unwrap_or_default();
    let claim = match files {
        [file] => {
            let claim = load_bytes(&file.bytes, &file.path, id.clone(), settings);
            claim.map_err(|errors| told_once(errors, &path)).and_then(|claim| witnessed(claim, file))
        }
        _ => {
            let second = files.get(1).map_or(&*path, |file| &file.path);
            let error = twice(second, &format!("two claims have the id `{id}`"), &path);
            Err(error.help("an id is `<paper>/<file stem>`; rename one of the files or their folders").into())
        }
    };
    LoadedClaim { id, path, claim }
}

/// The claim with the text of its witness file. What that says is read when it is used.
fn witnessed(claim: Claim, file: &ClaimFile) -> Result<Claim, Diagnostics> {
    let Some((path, bytes)) = &file.witness else { return Ok(claim) };
    if bytes.len() > MAX_BYTES {
        return Err(Diagnostic::new(
            Place::file(&empty(path)),
            "a witness file is at most 1 MiB",
            "this one is longer",
        )
        .into());
    }
    Ok(Claim { witness: Some(source(bytes, path)?), ..claim })
}

/// Of a setting's errors only the first: every claim that includes it has them, and they stand among the problems.
fn told_once(errors: Diagnostics, own: &Path) -> Diagnostics {
    let mut foreign = 0;
    let mut kept = errors.0;
    kept.retain(|error| {
        foreign += usize::from(error.place.source.path != own);
        error.place.source.path == own || foreign == 1
    });
    Diagnostics(kept)
}

fn empty(path: &Path) -> Arc<Source> {
    Arc::new(Source { path: path.to_owned(), text: "".into() })
}

fn twice(second: &Path, message: &str, first: &Path) -> Diagnostic {
    Diagnostic::new(Place::file(&empty(second)), message, format!("the other is {}", first.display()))
}

const MISPLACED: &str = "a file that is in no claim's place";

fn is_misplaced(diagnostic: &Diagnostic) -> bool {
    diagnostic.message == MISPLACED
}

fn misplaced(file: &ClaimFile) -> Diagnostics {
    Diagnostic::new(Place::file(&empty(&file.path)), MISPLACED, "it would never be read")
        .help(
            "claims are `<paper>/<claim>.toml`, settings `<paper>/settings/<name>.toml`, in ASCII letters, digits, \
             `.`, `-` and `_`",
        )
        .into()
}

fn no_claims(root: &Path) -> Diagnostics {
    Diagnostic::new(Place::file(&empty(root)), "no claims here", "found no file `<paper>/<claim>.toml`")
        .help("`theoremcheck new <paper>/<claim>` writes a first one")
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "title = 't'\nat = 'a'\n[claim]\nx = '1 < 2'\n";
    const PAPER: &str = "title = 'T'\nauthors = ['A']\nyear = 2021\n";

    fn file(within: &str, text: &str) -> ClaimFile {
        ClaimFile {
            path: Path::new("claims").join(within),
            within: within.into(),
            bytes: text.as_bytes().to_vec(),
            witness: None,
        }
    }

    fn library(files: &[(&str, &str)]) -> Library {
        let files = files.iter().map(|(within, text)| file(within, text));
        Library::assemble(Path::new("claims"), files, &|_| true).unwrap()
    }

    fn ids(library: &Library) -> Vec<&str> {
        library.claims.iter().map(|claim| claim.id.0.as_str()).collect()
    }

    fn problems(library: &Library) -> String {
        library.problems.iter().map(|problem| format!("{problem}\n")).collect()
    }

    #[test]
    fn a_file_is_what_its_place_says() {
        let claim = |id: &str| Role::Claim(ClaimId(id.to_owned()));
        assert_eq!(Role::of(Path::new("p/lemma-3.2.toml")), claim("p/lemma-3.2"));
        assert_eq!(Role::of(Path::new("loose.toml")), claim("loose"));
        assert_eq!(Role::of(Path::new("p/paper.toml")), Role::Paper("p".into()));
        let setting = Role::Setting { paper: "p".into(), name: "gd".into() };
        assert_eq!(Role::of(Path::new("p/settings/gd.toml")), setting);
        for other in ["p/lemma.witness.json", "claim.schema.json", "README.md", "p/toml", ""] {
            assert_eq!(Role::of(Path::new(other)), Role::Other, "{other}");
        }
        for misplaced in
            ["p/q/lemma.toml", "p/Lemma 3.toml", "p/-x.toml", "σ/x.toml", "p/settings/a/b.toml", "../x/y.toml"]
        {
            assert_eq!(Role::of(Path::new(misplaced)), Role::Misplaced, "{misplaced}");
        }
    }

    #[test]
    fn a_path_by_itself_tells_its_place() {
        for (path, place) in [
            ("/home/x/claims/p/lemma.toml", "p/lemma.toml"),
            ("/home/x/claims/p/settings/gd.toml", "p/settings/gd.toml"),
            ("/home/x/claims/lemma.toml", "lemma.toml"),
            ("p/lemma.toml", "p/lemma.toml"),
            ("lemma.toml", "lemma.toml"),
            ("./lemma.toml", "lemma.toml"),
            ("/lemma.toml", "lemma.toml"),
        ] {
            assert_eq!(within(Path::new(path)), Path::new(place), "{path}");
        }
    }

    #[test]
    fn claims_are_sorted_by_id_with_their_papers() {
        let library = library(&[
            ("q/b.toml", GOOD),
            ("p/c.toml", GOOD),
            ("p/paper.toml", PAPER),
            ("p/a.toml", GOOD),
            ("p/a.witness.json", "{"),
        ]);
        assert_eq!(ids(&library), ["p/a", "p/c", "q/b"]);
        assert_eq!(library.papers["p"].title, "T");
        assert!(library.get("p/c").is_some_and(|found| found.claim.is_ok()));
        assert!(library.get("p/b").is_none());
        assert_eq!(problems(&library), "");
    }

    #[test]
    fn a_malformed_claim_is_one_bad_entry() {
        let library = library(&[("p/a.toml", "title = "), ("p/b.toml", GOOD), ("p/paper.toml", "year = 1\n")]);
        assert!(library.claims[0].claim.is_err());
        assert!(library.claims[1].claim.is_ok());
        assert_eq!(library.problems.len(), 1);
    }

    #[test]
    fn a_setting_is_found_in_its_own_paper_only() {
        let with = "title = 't'\nat = 'a'\nsetting = 'gd'\n[claim]\nx = 'd < 2'\n";
        let library =
            library(&[("p/a.toml", with), ("q/a.toml", with), ("p/settings/gd.toml", "[given]\nd = 'int in 1..=2'\n")]);
        assert_eq!(library.claims[0].claim.as_ref().map(|claim| claim.givens.len()), Ok(1));
        insta::assert_snapshot!(library.claims[1].claim.as_ref().unwrap_err(), @"claims/q/a.toml:3:12: there is no setting `gd`: not a setting of this paper (a setting is a file `q/settings/<name>.toml`)");
    }

    #[test]
    fn a_malformed_setting_is_told_once_in_full() {
        let with = "title = 't'\nat = 'a'\nsetting = 'gd'\n[claim]\nx = '1 <'\n";
        let setting = "[given]\nd = 'int in'\ne = 'real in'\n";
        let library = library(&[("p/a.toml", with), ("p/b.toml", with), ("p/settings/gd.toml", setting)]);
        assert_eq!(library.problems.len(), 1);
        assert_eq!(library.problems[0].0.len(), 2);
        let errors = library.claims[1].claim.as_ref().unwrap_err();
        let paths: Vec<_> = errors.0.iter().map(|error| error.place.source.path.to_str().unwrap()).collect();
        assert_eq!(paths, ["claims/p/settings/gd.toml", "claims/p/b.toml"]);
    }

    #[test]
    fn two_claims_of_one_id_are_an_error() {
        let mut second = file("p/a.toml", GOOD);
        second.path = "elsewhere/p/a.toml".into();
        let files = [file("p/a.toml", GOOD), second, file("p/b.toml", GOOD)];
        let library = Library::assemble(Path::new("claims"), files, &|_| true).unwrap();
        assert_eq!(ids(&library), ["p/a", "p/b"]);
        insta::assert_snapshot!(library.claims[0].claim.as_ref().unwrap_err(), @"elsewhere/p/a.toml: two claims have the id `p/a`: the other is claims/p/a.toml (an id is `<paper>/<file stem>`; rename one of the files or their folders)");
    }

    #[test]
    fn two_settings_or_papers_of_one_name_are_an_error() {
        let other = PAPER.replace('T', "U");
        let again = |within: &str, text: &str| ClaimFile { path: "again.toml".into(), ..file(within, text) };
        let files = [
            file("p/a.toml", GOOD),
            file("p/paper.toml", PAPER),
            again("p/paper.toml", &other),
            file("p/settings/s.toml", ""),
            again("p/settings/s.toml", ""),
        ];
        let library = Library::assemble(Path::new("claims"), files, &|_| true).unwrap();
        insta::assert_snapshot!(problems(&library), @"
        again.toml: two files are the citation of `p`: they differ
        again.toml: two files are the setting `s` of one paper: the other is claims/p/settings/s.toml
        ");
    }

    #[test]
    fn a_reference_to_no_claim_is_a_problem_where_that_can_be_known() {
        let uses = format!("uses = ['lemma-2', 'lemm-2', 'q/x', 'far/away']\ncorrects = 'lemma-9'\n{GOOD}");
        let files = || [file("p/lemma-1.toml", &uses), file("p/lemma-2.toml", GOOD), file("q/y.toml", GOOD)];
        let whole = |paper: &str| paper == "p" || paper == "q";
        let library = Library::assemble(Path::new("claims"), files(), &whole).unwrap();
        assert!(library.claims.iter().all(|claim| claim.claim.is_ok()), "the claim stays usable");
        insta::assert_snapshot!(problems(&library), @"
        claims/p/lemma-1.toml:1:21: there is no claim `p/lemm-2`: names no claim (did you mean `lemma-2`?)
        claims/p/lemma-1.toml:1:31: there is no claim `q/x`: names no claim (did you mean `q/y`?)
        claims/p/lemma-1.toml:2:13: there is no claim `p/lemma-9`: names no claim (did you mean `lemma-1`?)
        ");
        let library = Library::assemble(Path::new("claims"), files(), &|_| false).unwrap();
        assert_eq!(problems(&library), "");
    }

    #[test]
    fn nothing_to_check_says_what_was_expected() {
        let errors = Library::assemble(Path::new("empty"), [], &|_| true).unwrap_err();
        insta::assert_snapshot!(errors, @"empty: no claims here: found no file `<paper>/<claim>.toml` (`theoremcheck new <paper>/<claim>` writes a first one)");
        let only = [file("p/paper.toml", PAPER), file("README.md", "")];
        assert!(Library::assemble(Path::new("claims"), only, &|_| true).is_err());
    }

    #[test]
    fn an_unknown_id_finds_the_one_that_was_meant() {
        let library = library(&[("p/lemma-3.2.toml", GOOD), ("q/eq-1.toml", GOOD)]);
        let near = |id: &str| library.nearest(id).map(|id| id.0.as_str());
        assert_eq!(near("p/lema-3.2"), Some("p/lemma-3.2"));
        assert_eq!(near("eq-1"), Some("q/eq-1"));
        assert_eq!(near("lemma-32"), Some("p/lemma-3.2"));
        assert_eq!(near("theorem"), None);
    }
}
