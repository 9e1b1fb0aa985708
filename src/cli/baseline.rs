//! `--baseline`: what a run is compared with, read before it begins; what is told of the comparison; `--accept-baseline`.

use super::args::BaselineArgs;
use super::outputs::not_standard;
use super::stop::Stop;
use crate::engine::regular;
use crate::engine::run::RunOptions;
use crate::report::baseline::{Baseline, Compared, Drift, Of, Standing};
use crate::report::entry::Entry;
use crate::report::number::{grouped, short};
use crate::report::paint::Paint;
use crate::report::terminal::plain;
use crate::report::write::write_atomically;
use serde_json::value::RawValue;
use std::io;
use std::path::Path;

/// New predicates are counted, not listed, where there are more.
const MOST_LISTED: usize = 20;

/// A baseline that a run is held against.
#[derive(Debug)]
pub struct Held<'a> {
    path: &'a Path,
    baseline: Baseline,
    tolerance: f64,
    accept: bool,
}

/// What came of it.
#[derive(Debug)]
pub struct Found<'a> {
    pub says: String,
    /// Nothing has, where it is accepted.
    pub drift: Drift,
    /// What the baseline is to be, and where.
    accepted: Option<(&'a Path, String)>,
}

impl Found<'_> {
    /// Writes what is accepted.
    pub fn accept(&self) -> Result<(), Stop> {
        let Some((path, text)) = &self.accepted else { return Ok(()) };
        write_atomically(path, text).map_err(|error| Stop::cannot_write(path, &error))
    }
}

/// Which run the numbers of these options are of.
pub fn of_options(options: &RunOptions) -> Of {
    Of {
        seed: options.check.seed,
        budget: options.budget.name().to_owned(),
        cases: options.cases,
        max_elements: options.check.max_elements,
    }
}

/// Entries of a report as they will be compared.
pub fn read_back(entries: &[Box<RawValue>]) -> Result<Vec<Entry>, Stop> {
    let read = entries.iter().map(|entry| Entry::read(entry.get()));
    read.collect::<Result<_, _>>().map_err(|error| Stop::harness(format!("cannot read the report back: {error}")))
}

/// The baseline that is asked for, if one is. It must be of the same run: of another seed or budget all numbers are others.
pub fn open<'a>(args: &'a BaselineArgs, of: &Of) -> Result<Option<Held<'a>>, Stop> {
    let Some(path) = args.baseline.as_deref() else { return Ok(None) };
    not_standard("--baseline", path)?;
    let held = |baseline| Ok(Some(Held { path, baseline, tolerance: args.tolerance, accept: args.accept_baseline }));
    let text = match regular::text(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound && args.accept_baseline => {
            return held(Baseline::empty(of.clone()));
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let help = "`--accept-baseline` writes what this run finds";
            return Err(Stop::argument(format!("there is no baseline {}; {help}", path.display())));
        }
        Err(error) => return Err(Stop::argument(format!("cannot read {}: {error}", path.display()))),
    };
    let baseline = Baseline::read(&text)
        .map_err(|why| Stop::argument(format!("{} is no baseline: {}", path.display(), plain(&why))))?;
    match other_run(&baseline.of, of) {
        None => held(baseline),
        Some(why) => {
            let help = "compare with the options that it was made with, or delete it to make it anew";
            Err(Stop::argument(format!("the baseline {} is of another run: {why}; {help}", path.display())))
        }
    }
}

/// The file that is compared with, and the argument that names it.
pub fn named(args: &BaselineArgs) -> Option<(&'static str, &Path)> {
    Some(("--baseline", args.baseline.as_deref()?))
}

fn other_run(there: &Of, here: &Of) -> Option<String> {
    let cases = |of: &Of| of.cases.map_or("not given".to_owned(), |cases| cases.to_string());
    let fields = [
        ("seed", there.seed.to_string(), here.seed.to_string()),
        ("budget", there.budget.clone(), here.budget.clone()),
        ("--cases", cases(there), cases(here)),
        ("--max-elements", there.max_elements.to_string(), here.max_elements.to_string()),
    ];
    let other = fields.into_iter().find(|(_, there, here)| there != here);
    other.map(|(field, there, here)| format!("its {field} is {}, and that of this run is {here}", plain(&there)))
}

impl<'a> Held<'a> {
    /// Compares what was found, of the claims that were asked for. Nothing is written yet.
    pub fn compare(
        &self,
        of: Of,
        now: &[Entry],
        asked: &dyn Fn(&str) -> bool,
        paint: Paint,
    ) -> Result<Found<'a>, Stop> {
        if self.accept && now.is_empty() {
            let why = "no claim was checked: the baseline is left as it is";
            return Err(Stop::argument(format!("{why} ({})", self.path.display())));
        }
        let compared = self.baseline.compare(now, asked, self.tolerance);
        let mut says = String::new();
        let new = compared.iter().filter(|one| one.standing == Standing::New).count();
        for one in &compared {
            let told = match one.standing {
                Standing::Drift | Standing::OtherStatement | Standing::Better => true,
                Standing::New => self.accept && new <= MOST_LISTED,
                Standing::Within => self.accept,
                Standing::Same => false,
            };
            if told {
                says += &line(one, paint);
            }
        }
        let path = self.path.display();
        if self.accept {
            let accepted = self.baseline.with(of, now, asked);
            let text = accepted.render().map_err(|error| Stop::harness(format!("cannot write JSON: {error}")))?;
            let lines = grouped(accepted.len() as u64);
            says += &paint.dim(&format!("baseline {path}: {}; {lines} predicates written\n", self.sum(&compared)));
            return Ok(Found { says, drift: Drift::default(), accepted: Some((self.path, text)) });
        }
        says += &paint.dim(&format!("baseline {path}: {}\n", self.sum(&compared)));
        let from = path.to_string();
        let predicates = compared.into_iter().filter(|one| one.standing == Standing::Drift).collect();
        Ok(Found { says, drift: Drift { from, predicates }, accepted: None })
    }

    /// `2 drifted, 1 better, 1,480 as before, within 1 %`
    fn sum(&self, compared: &[Compared]) -> String {
        let kinds: [(&[Standing], &str); 5] = [
            (&[Standing::Drift], "drifted"),
            (&[Standing::OtherStatement], "of another statement"),
            (&[Standing::Better], "better"),
            (&[Standing::New], "new"),
            (&[Standing::Same, Standing::Within], "as before"),
        ];
        let count = |which: &[Standing]| compared.iter().filter(|one| which.contains(&one.standing)).count();
        let counts = kinds.iter().map(|(which, what)| (count(which), what)).filter(|(n, _)| *n > 0);
        let parts: Vec<String> = counts.map(|(n, what)| format!("{} {what}", grouped(n as u64))).collect();
        let parts = if parts.is_empty() { "nothing to compare".to_owned() } else { parts.join(", ") };
        format!("{parts}, within {} %", short(100.0 * self.tolerance))
    }
}

fn line(one: &Compared, paint: Paint) -> String {
    let mark = match one.standing {
        Standing::Drift => paint.bad("✗"),
        Standing::Better => paint.good("+"),
        Standing::OtherStatement | Standing::New | Standing::Within | Standing::Same => "~".to_owned(),
    };
    format!("{mark} {} {}: {}\n", plain(&one.claim), plain(&one.predicate), plain(&one.says))
}
