//! Findings as SARIF 2.1.0, which code hosts and editors show beside the TOML.
//!
//! Schema: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json>. Byte-identical for the same
//! claims, seed and budget, as the JSON report is.

use super::findings::{Finding, Level, RULES, Region, findings};
use super::record::Record;
use serde::Serialize;
use std::collections::BTreeMap;

pub fn render(record: &Record) -> Result<String, serde_json::Error> {
    let mut text = serde_json::to_string_pretty(&Log::of(record))?;
    text.push('\n');
    Ok(text)
}

#[derive(Serialize)]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    /// Columns are characters, not the units of UTF-16 that are the default.
    column_kind: &'static str,
    invocations: [Invocation; 1],
    results: Vec<Found>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    short_description: Message,
}

#[derive(Serialize)]
struct Message {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    /// Whether the run itself did its work, whatever it found.
    execution_successful: bool,
    exit_code: u8,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    rule_id: &'static str,
    rule_index: Option<usize>,
    level: &'static str,
    message: Message,
    locations: Vec<Location>,
    /// So that a finding is the same one when lines above it move.
    partial_fingerprints: BTreeMap<&'static str, String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: Physical,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<Logical>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<RegionJson>,
}

#[derive(Serialize)]
struct Artifact {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RegionJson {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Logical {
    fully_qualified_name: String,
}

impl Log {
    fn of(record: &Record) -> Self {
        let exit = record.exit();
        let rules = RULES.iter().map(|(id, says)| Rule { id, short_description: Message { text: (*says).to_owned() } });
        Self {
            schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
            version: "2.1.0",
            runs: [Run {
                tool: Tool {
                    driver: Driver {
                        name: "theoremcheck",
                        semantic_version: env!("CARGO_PKG_VERSION"),
                        rules: rules.collect(),
                    },
                },
                column_kind: "unicodeCodePoints",
                invocations: [Invocation {
                    execution_successful: exit != crate::engine::exit::Exit::HarnessFailed,
                    exit_code: exit.code(),
                }],
                results: findings(record).into_iter().map(Found::of).collect(),
            }],
        }
    }
}

impl Found {
    fn of(finding: Finding) -> Self {
        let Finding { level, rule, claim, predicate, file, region, message, replay } = finding;
        let of = [claim, predicate].into_iter().flatten().collect::<Vec<_>>().join("/");
        let replay = replay.map(|replay| format!("\n\n{replay}")).unwrap_or_default();
        let logical = (!of.is_empty()).then(|| Logical { fully_qualified_name: of.clone() });
        let location = (!file.is_empty()).then(|| Location {
            physical_location: Physical {
                artifact_location: Artifact { uri: uri(&file) },
                region: region.map(RegionJson::of),
            },
            logical_locations: logical.into_iter().collect(),
        });
        let fingerprint = if of.is_empty() { file } else { of };
        Self {
            rule_id: rule,
            rule_index: RULES.iter().position(|(id, _)| *id == rule),
            level: match level {
                Level::Error => "error",
                Level::Warning => "warning",
            },
            message: Message { text: message + &replay },
            locations: location.into_iter().collect(),
            partial_fingerprints: BTreeMap::from([("theoremcheck/v1", format!("{rule}:{fingerprint}"))]),
        }
    }
}

impl RegionJson {
    fn of(region: Region) -> Self {
        let Region { line, column, end_line, end_column } = region;
        Self { start_line: line, start_column: column, end_line, end_column }
    }
}

/// A path as a URI: of the folder that the run was started in, unless the path is absolute.
fn uri(path: &str) -> String {
    let path = path.replace('\\', "/");
    let mut out = if path.starts_with('/') { "file://".to_owned() } else { String::new() };
    for byte in path.trim_start_matches("./").bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/!$&'()*+,=@".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out += &format!("%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_uri() {
        assert_eq!(uri("claims/paper/lemma-1.toml"), "claims/paper/lemma-1.toml");
        assert_eq!(uri("./my claims/é.toml"), "my%20claims/%C3%A9.toml");
        assert_eq!(uri("/srv/a:b.toml"), "file:///srv/a%3Ab.toml");
    }
}
