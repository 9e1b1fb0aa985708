//! The reports of all shards of a run made into the report of the single run, byte for byte.
//!
//! A report is a header and entries, so there is nothing to compute: the entries are put in the order of their ids, and what makes a shard of
//! it is left out. What matters is to refuse shards that are not of one run. Every field of the header but the shard's own must be the same in
//! all of them, whatever a later version puts there.

use super::baseline::Drift;
use super::entry::Entry;
use super::json::{FORMAT, VERSION};
use super::layout::{laid_out, on_one_line};
use super::record::{Head, Record};
use super::run_report::Asked;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use std::fmt;

/// Values that are longer are not shown.
const SHOWN: usize = 120;

#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    #[error("{name} is no report of theoremcheck: {why}")]
    NoReport { name: String, why: String },
    #[error("{name} is the report of a whole run, not of a shard")]
    Whole { name: String },
    #[error("{name} is a report of version {found}, and this program reads version {VERSION}")]
    Version { name: String, found: u32 },
    #[error("the shards are not of one run: {0}")]
    NotOne(String),
    #[error("{names} are both shard {k} of {n}")]
    Twice { names: String, k: u32, n: u32 },
    #[error("{0}")]
    Missing(String),
}

/// A shard's report, read.
#[derive(Debug)]
pub struct ShardReport {
    /// The file's name, for messages.
    pub name: String,
    shard: Shard,
    /// Name and value, on one line, in the order of the file.
    fields: Vec<(String, String)>,
    entries: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
struct Shard {
    k: u32,
    n: u32,
    claims: usize,
    library: String,
    asked: Asked,
}

/// What the single run would have said.
#[derive(Debug)]
pub struct Merged {
    /// The report as it is written.
    pub text: String,
    pub shards: u32,
    /// What the run was asked for.
    pub asked: Asked,
    /// What it says.
    pub record: Record,
}

impl ShardReport {
    pub fn read(name: &str, text: &str) -> Result<Self, MergeError> {
        let no_report = |why: String| MergeError::NoReport { name: name.to_owned(), why };
        let Fields(fields) = serde_json::from_str(text).map_err(|error| no_report(error.to_string()))?;
        let field = |key: &str| fields.iter().find(|(name, _)| name == key).map(|(_, value)| value.get());
        if field("format") != Some(&format!("\"{FORMAT}\"")) {
            return Err(no_report(format!("its format is not `{FORMAT}`")));
        }
        match field("version").and_then(|version| version.parse().ok()) {
            Some(VERSION) => {}
            Some(found) => return Err(MergeError::Version { name: name.to_owned(), found }),
            None => return Err(no_report("it has no version".to_owned())),
        }
        let shard = field("shard").ok_or_else(|| MergeError::Whole { name: name.to_owned() })?;
        let shard: Shard = serde_json::from_str(shard).map_err(|error| no_report(format!("`shard`: {error}")))?;
        let claims: Vec<&RawValue> = serde_json::from_str(field("claims").unwrap_or_default())
            .map_err(|error| no_report(format!("`claims`: {error}")))?;
        let entries: Result<Vec<Entry>, _> = claims.into_iter().map(|entry| Entry::read(entry.get())).collect();
        let entries = entries.map_err(|error| no_report(format!("`claims`: {error}")))?;
        let fields = fields.into_iter().map(|(name, value)| (name, on_one_line(value.get()))).collect();
        Ok(Self { name: name.to_owned(), shard, fields, entries })
    }

    /// What is the same in all shards of a run.
    fn common(&self) -> impl Iterator<Item = &(String, String)> {
        self.fields.iter().filter(|(name, _)| name != "shard" && name != "claims")
    }
}

/// The report of the run that these are the shards of.
pub fn merge(mut reports: Vec<ShardReport>) -> Result<Merged, MergeError> {
    let nothing = || MergeError::NotOne("there are none".to_owned());
    let first = reports.first().ok_or_else(nothing)?;
    for other in &reports[1..] {
        one_run(first, other)?;
    }
    let n = first.shard.n;
    reports.sort_by_key(|report| report.shard.k);
    if let Some(pair) = reports.windows(2).find(|pair| pair[0].shard.k == pair[1].shard.k) {
        let names = format!("{} and {}", pair[0].name, pair[1].name);
        return Err(MergeError::Twice { names, k: pair[0].shard.k, n });
    }
    let missing: Vec<String> = (1..=n)
        .filter(|k| reports.binary_search_by_key(k, |report| report.shard.k).is_err())
        .map(|k| k.to_string())
        .collect();
    match missing.as_slice() {
        [] => {}
        [one] => return Err(MergeError::Missing(format!("shard {one} of {n} is missing"))),
        more => return Err(MergeError::Missing(format!("shards {} of {n} are missing", more.join(", ")))),
    }
    let Some(first) = reports.first() else { return Err(nothing()) };
    let (claims, asked, fields) = (first.shard.claims, first.shard.asked.clone(), first.fields.clone());
    let mut entries: Vec<Entry> = reports.into_iter().flat_map(|report| report.entries).collect();
    entries.sort_by(|a, b| a.said.id.cmp(&b.said.id));
    if let Some(pair) = entries.windows(2).find(|pair| pair[0].said.id == pair[1].said.id) {
        return Err(MergeError::NotOne(format!("`{}` is in two of them", pair[0].said.id)));
    }
    if entries.len() != claims {
        return Err(MergeError::NotOne(format!("the run has {claims} claims, and they have {}", entries.len())));
    }
    let written = fields.iter().filter(|(name, _)| name != "shard").map(|(name, value)| {
        let entries: Vec<&str> = entries.iter().map(|entry| entry.text.as_str()).collect();
        match name.as_str() {
            "claims" => format!("\"claims\":[{}]", entries.join(",")),
            name => format!("{}:{value}", serde_json::Value::from(name)),
        }
    });
    let json = format!("{{{}}}", written.collect::<Vec<_>>().join(","));
    let head: Head = serde_json::from_str(&json)
        .map_err(|error| MergeError::NoReport { name: "what is merged".to_owned(), why: error.to_string() })?;
    let record = Record { head, entries, drift: Drift::default() };
    Ok(Merged { text: laid_out(&json) + "\n", shards: n, asked, record })
}

fn one_run(a: &ShardReport, b: &ShardReport) -> Result<(), MergeError> {
    let differ = |field: &str, there: &str, here: &str| {
        let (a, b) = (&a.name, &b.name);
        Err(MergeError::NotOne(match there.len().max(here.len()) <= SHOWN {
            true => format!("`{field}` is {there} in {a} and {here} in {b}"),
            false => format!("`{field}` is not the same in {a} and {b}"),
        }))
    };
    if a.shard.n != b.shard.n {
        return Err(MergeError::NotOne(format!(
            "{} is of {} shards and {} of {}",
            a.name, a.shard.n, b.name, b.shard.n
        )));
    }
    let value = |of: &ShardReport, name: &str| {
        of.common().find(|(field, _)| field == name).map_or("missing".to_owned(), |(_, value)| value.clone())
    };
    for (name, _) in a.common().chain(b.common()) {
        let (there, here) = (value(a, name), value(b, name));
        if there != here {
            return differ(name, &there, &here);
        }
    }
    if a.shard.asked != b.shard.asked {
        let asked = |of: &ShardReport| serde_json::to_string(&of.shard.asked).unwrap_or_default();
        return differ("shard.asked", &asked(a), &asked(b));
    }
    if a.shard.library != b.shard.library || a.shard.claims != b.shard.claims {
        let why = format!("{} and {} were not given the same claims, or not the same texts of them", a.name, b.name);
        return Err(MergeError::NotOne(why));
    }
    Ok(())
}

/// An object in the order of its text.
struct Fields(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    fields.push(entry);
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::exit::Exit;

    /// A report; `shard` is empty, or the field with a comma.
    fn report(shard: &str, ids: &[&str]) -> String {
        let entry = |id: &&str| {
            format!(
                "{{\"id\":\"{id}\",\"verdict\":\"held\",\"as_expected\":true,\"exit\":{},\"predicates\":[],\"x\":1e+300}}",
                if id.ends_with('b') { 4 } else { 0 }
            )
        };
        let entries: Vec<String> = ids.iter().map(entry).collect();
        laid_out(&format!(
            "{{\"format\":\"{FORMAT}\",\"version\":1,\"program\":\"0.1.0\",\"seed\":1,\"budget\":{{\"name\":\"quick\",\
             \"evaluations\":2000,\"cases\":null,\"max_elements\":65536}},{shard}\"claims\":[{}],\"errors\":[]}}",
            entries.join(",")
        )) + "\n"
    }

    const ASKED: &str = "\"asked\":{\"filter\":null,\"all_papers\":true,\"papers\":[]}";

    fn shard(k: u32, n: u32, ids: &[&str]) -> String {
        report(&format!("\"shard\":{{\"k\":{k},\"n\":{n},\"claims\":3,\"library\":\"sha256:00\",{ASKED}}},"), ids)
    }

    fn merged(texts: &[String]) -> Result<Merged, String> {
        let read = |(i, text): (usize, &String)| ShardReport::read(&format!("{i}.json"), text);
        let reports: Result<Vec<_>, _> = texts.iter().enumerate().map(read).collect();
        reports.and_then(merge).map_err(|error| error.to_string())
    }

    #[test]
    fn shards_make_the_single_report_in_whatever_order_they_come() {
        let (one, two) = (shard(1, 2, &["p/c", "q/a"]), shard(2, 2, &["p/b"]));
        let single = report("", &["p/b", "p/c", "q/a"]);
        for texts in [[one.clone(), two.clone()], [two, one]] {
            let merged = merged(&texts).unwrap();
            assert_eq!(merged.text, single);
            assert_eq!(merged.record.exit(), Exit::Undecided);
            assert_eq!(merged.record.head.budget.evaluations, 2000);
        }
    }

    #[test]
    fn shards_that_do_not_fit_together_are_refused_and_named() {
        let (one, two) = (shard(1, 2, &["p/c", "q/a"]), shard(2, 2, &["p/b"]));
        let with = |from: &str, to: &str| {
            assert!(two.contains(from), "{from}");
            two.replacen(from, to, 1)
        };
        let cases = [
            (with("\"seed\": 1", "\"seed\": 2"), "`seed` is 1 in 0.json and 2 in 1.json"),
            (with("0.1.0", "0.2.0"), "`program` is \"0.1.0\" in 0.json and \"0.2.0\" in 1.json"),
            (with("quick", "deep"), "`budget` is {\"name\":\"quick\""),
            (with("\"n\": 2", "\"n\": 3"), "0.json is of 2 shards and 1.json of 3"),
            (with("\"k\": 2", "\"k\": 1"), "0.json and 1.json are both shard 1 of 2"),
            (with("sha256:00", "sha256:01"), "0.json and 1.json were not given the same claims"),
            (with("\"filter\": null", "\"filter\": \"p/\""), "`shard.asked` is {\"filter\":null"),
            (with("\"asked\"", "\"other\""), "`shard`: missing field `asked`"),
            (with("p/b", "p/c"), "`p/c` is in two of them"),
            (with("\"errors\": []", "\"errors\": [{\"id\": null, \"file\": \"f\"}]"), "`errors` is [] in 0.json"),
            (with("\"errors\"", "\"more\": 1, \"errors\""), "`more` is missing in 0.json and 1 in 1.json"),
            (with("\"version\": 1", "\"version\": 2"), "a report of version 2"),
            (shard(2, 2, &[]), "the run has 3 claims, and they have 2"),
            (report("", &["p/b"]), "1.json is the report of a whole run"),
            ("{}".to_owned(), "1.json is no report of theoremcheck"),
            ("[".to_owned(), "1.json is no report of theoremcheck"),
        ];
        for (other, why) in cases {
            let error = merged(&[one.clone(), other]).unwrap_err();
            assert!(error.contains(why), "{error}\n{why}");
        }
        assert_eq!(merged(std::slice::from_ref(&one)).unwrap_err(), "shard 2 of 2 is missing");
        assert!(merged(&[shard(2, 4, &["p/b"])]).unwrap_err().contains("shards 1, 3, 4 of 4 are missing"));
    }
}
