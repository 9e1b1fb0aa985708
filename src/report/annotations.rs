//! Findings as workflow commands of GitHub Actions: lines on standard output that a pull request shows beside the TOML.
//!
//! See <https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions>.

use super::findings::{Finding, Level, findings};
use super::record::Record;

/// A line a finding.
pub fn render(record: &Record) -> String {
    findings(record).iter().map(|finding| line(finding) + "\n").collect()
}

fn line(finding: &Finding) -> String {
    let command = match finding.level {
        Level::Error => "error",
        Level::Warning => "warning",
    };
    let mut properties = Vec::new();
    if !finding.file.is_empty() {
        properties.push(format!("file={}", property(&finding.file)));
    }
    if let Some(region) = finding.region {
        properties.push(format!("line={},endLine={}", region.line, region.end_line));
        // Columns are refused where there is more than one line.
        if region.line == region.end_line {
            properties.push(format!("col={},endColumn={}", region.column, region.end_column));
        }
    }
    let of = finding.claim.as_deref().unwrap_or("claims");
    properties.push(format!("title={}", property(&format!("{of}: {}", finding.rule))));
    let replay = finding.replay.as_ref().map(|replay| format!("\n{replay}")).unwrap_or_default();
    format!("::{command} {}::{}", properties.join(","), data(&format!("{}{replay}", finding.message)))
}

/// What would end a command, or begin one.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::super::findings::Region;
    use super::*;

    #[test]
    fn a_message_cannot_end_its_command() {
        let finding = Finding {
            level: Level::Warning,
            rule: "suspect",
            claim: Some("paper/lemma".into()),
            predicate: Some("bound".into()),
            file: "claims/a,b:c.toml".into(),
            region: Some(Region { line: 3, column: 2, end_line: 3, end_column: 9 }),
            message: "100 %\n::error::x".into(),
            replay: None,
        };
        assert_eq!(
            line(&finding),
            "::warning file=claims/a%2Cb%3Ac.toml,line=3,endLine=3,col=2,endColumn=9,title=paper/lemma%3A suspect\
             ::100 %25%0A::error::x"
        );
    }
}
