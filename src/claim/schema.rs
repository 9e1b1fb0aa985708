//! The JSON Schema of a claim file, so that an editor completes keys and marks unknown ones while one is typed.
//!
//! These structs mirror the file for the schema only. The loader does not parse with them: serde would stop at the first
//! error and lose the order of the keys; the tests hold the two against each other. Expressions are just strings here.
//! Settings files name the same schema, so a file without a title may be one.

use super::model::Verdict;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A claim of a paper, or a setting (standing assumptions) that its claims include.
#[derive(JsonSchema)]
#[schemars(title = "A claim of theoremcheck", deny_unknown_fields, extend("anyOf" = [
    {
        "required": ["title", "at"],
        "anyOf": [{ "required": ["claim"] }, { "required": ["trajectory"] }, { "required": ["flow"] }, { "required": ["scaling"] }, { "required": ["probability"] }, { "required": ["constant"] }, { "required": ["experiment"] }]
    },
    { "propertyNames": { "enum": ["given", "let", "assume", "notes"] } }
]))]
#[expect(dead_code, reason = "only the shape is used, for the schema")]
struct ClaimFile {
    /// What the statement says, in a sentence.
    title: Option<String>,
    /// Where it stands in the paper: `Lemma 3.2`.
    at: Option<String>,
    /// The statement as printed, in TeX.
    tex: Option<String>,
    /// The verdict that is expected, of all predicates or of each by name; `held` where nothing is said.
    expect: Option<Expect>,
    /// The claim that states this one correctly.
    corrected: Option<String>,
    /// The claim that this one corrects.
    corrects: Option<String>,
    /// Results that the proof rests on: claims of this paper, or `<paper>/<claim>`.
    uses: Option<Vec<String>>,
    /// The name of a file in `settings/` whose givens, lets and hypotheses come before those of this file.
    setting: Option<String>,
    /// What a reader should know: readings, choices, what was left out.
    notes: Option<String>,
    /// What the statement quantifies over: samplers, or named quantities.
    given: Option<Table>,
    /// Abbreviations.
    #[schemars(rename = "let")]
    lets: Option<Table>,
    /// Hypotheses that no sampler builds in; by label.
    assume: Option<Table>,
    /// What is claimed; every predicate has a verdict of its own.
    claim: Option<Table>,
    /// The unit in which margins are reported.
    margin: Option<Margin>,
    /// Iterates: a state, its step, and what holds along the way.
    trajectory: Option<Trajectory>,
    /// The solution of a differential equation: a state, its rate, and what holds along the way.
    flow: Option<Flow>,
    /// A fitted slope over a sweep.
    scaling: Option<Scaling>,
    /// An event and its probability.
    probability: Option<Probability>,
    /// A statement with an unknown constant.
    constant: Option<Constant>,
    /// A figure: what is swept and plotted, and how it is read.
    experiment: Option<Experiment>,
    /// How much work the claim needs.
    budget: Option<Budget>,
}

/// Names and expressions of the claim language.
type Table = BTreeMap<String, Expression>;

/// An expression of the claim language in quotes, or a number.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only the shape is used, for the schema")]
enum Expression {
    Text(String),
    Number(f64),
}

#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only the shape is used, for the schema")]
enum Expect {
    All(Verdict),
    Each(BTreeMap<String, Verdict>),
}

/// The unit in which margins are reported.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only the shape is used, for the schema")]
struct Margin {
    /// A positive quantity, for all predicates or for each by name.
    unit: Option<Unit>,
}

#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only the shape is used, for the schema")]
enum Unit {
    All(Expression),
    Each(Table),
}

#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only the shape is used, for the schema")]
enum Kernel {
    Kind(String),
    Bound(Table),
}

/// Iterates: a state, its step, and what holds along the way.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only the shape is used, for the schema")]
struct Trajectory {
    /// Each part of the state and its start.
    state: Table,
    /// Each part of the state one step on; all are updated at once.
    step: Table,
    /// How many steps.
    steps: Expression,
    /// The kind of iteration that the step is, for a fast kernel to run it; with what its arrays are in this claim, where names differ.
    kernel: Option<Kernel>,
    /// Which steps are looked at: `every 10`, `log 200`; every one where nothing is said.
    at: Option<String>,
    /// Ends the run early.
    until: Option<Expression>,
    /// Abbreviations, of the state at step `t`; `prev(e)` is `e` one step before.
    #[schemars(rename = "let")]
    lets: Option<Table>,
    /// Hypotheses on the path.
    assume: Option<Table>,
    /// Names for the first step at which a predicate holds.
    first: Option<Table>,
    /// What holds at every step that is looked at.
    always: Option<Table>,
    /// What holds at the end.
    finally: Option<Table>,
}

/// The solution of a differential equation: a state, its rate, and what holds along the way.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only the shape is used, for the schema")]
struct Flow {
    /// Each part of the state and its start.
    state: Table,
    /// The derivative in time of each part of the state.
    rate: Table,
    /// When it ends: it runs over [0, end].
    end: Expression,
    /// At how many times it is looked at: `32` equal intervals, `log 20` times; 32 where nothing is said.
    at: Option<Expression>,
    /// Ends the flow early, at the first look where it is true.
    until: Option<Expression>,
    /// Abbreviations, of the state at time `t`.
    #[schemars(rename = "let")]
    lets: Option<Table>,
    /// Hypotheses on the path.
    assume: Option<Table>,
    /// Names for the first look at which a predicate holds.
    first: Option<Table>,
    /// What holds at every time that is looked at.
    always: Option<Table>,
    /// What holds at the end.
    finally: Option<Table>,
}

/// A fitted slope over a sweep.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only the shape is used, for the schema")]
struct Scaling {
    /// Givens and their points: `rho = "log [1e-12, 1e-3] 10"`.
    sweep: BTreeMap<String, String>,
    /// Where points count, past the transient: `T >= 100*kappa`, of the givens; everywhere where nothing is said.
    from: Option<Expression>,
    /// What is fitted to what: `log(eps) ~ log(rho)`.
    fit: String,
    /// What the slope should be: `>= 1/2`, `<= 2`, `about 1 within 1/100`.
    slope: String,
    /// Runs of each point, from as many draws of what is not swept; 1 where nothing is said.
    #[schemars(range(min = 1))]
    runs: Option<u64>,
}

/// An event and its probability, for all givens.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, extend("oneOf" = [{ "required": ["at_least"] }, { "required": ["at_most"] }]))]
#[expect(dead_code, reason = "only the shape is used, for the schema")]
struct Probability {
    /// What is drawn anew in each trial, and how: `W = "gaussian(n, N)"`.
    random: Table,
    /// Abbreviations, of what is random.
    #[schemars(rename = "let")]
    lets: Option<Table>,
    /// The event, a predicate.
    event: Expression,
    /// What its probability is at least, of the givens alone.
    at_least: Option<Expression>,
    /// What its probability is at most, of the givens alone.
    at_most: Option<Expression>,
}

/// A statement with an unknown constant, and what the constant should not depend on.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, extend("oneOf" = [{ "required": ["claim"] }, { "required": ["always"] }]))]
#[expect(dead_code, reason = "only the shape is used, for the schema")]
struct Constant {
    /// What the constant is called; a positive real.
    name: String,
    /// Whether the least constant that works is sought (where nothing is said) or the greatest.
    seek: Option<Seek>,
    /// Givens and their values: `d = [1, 2, 4, 8]`, `kappa = "log [1, 1000] 7"`.
    sweep: BTreeMap<String, Swept>,
    /// The statement; of a run or a flow, at its end.
    claim: Option<Expression>,
    /// The statement at every step or time that is looked at.
    always: Option<Expression>,
    /// Abbreviations of the statement.
    #[schemars(rename = "let")]
    lets: Option<Table>,
    /// What is drawn anew in each trial, and how: `W = "gaussian(n, k)"`.
    random: Option<Table>,
    /// With what probability the statement holds, of the givens alone.
    at_least: Option<Expression>,
}

#[derive(JsonSchema)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "only the shape is used, for the schema")]
enum Seek {
    Least,
    Greatest,
}

/// Values of a swept given: a list, or numbers spread between two ends.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only the shape is used, for the schema")]
enum Swept {
    Listed(Vec<Expression>),
    Spread(String),
}

/// How much work the claim needs.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only the shape is used, for the schema")]
struct Budget {
    /// A run of fewer cases has not run the claim.
    #[schemars(range(min = 1))]
    cases: Option<u64>,
    /// The least budget that the claim is for: with a smaller one it is not run, and that is as expected.
    least: Option<Depth>,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
#[expect(dead_code, reason = "only the shape is used, for the schema")]
enum Depth {
    Quick,
    Default,
    Deep,
}

/// A figure: what is swept and plotted, and how it is read.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only the shape is used, for the schema")]
struct Experiment {
    /// Up to two givens and their values: `alpha = [0.5, 0.2]`, `rho = "log [1e-12, 1e-3] 10"`.
    sweep: Option<BTreeMap<String, SweptValues>>,
    /// What swept values are called: a text with `{}` for the value, or a text for each.
    legend: Option<BTreeMap<String, Legend>>,
    /// Runs of each point, from as many draws of what is not swept; 1 where nothing is said.
    #[schemars(range(min = 1))]
    runs: Option<u64>,
    /// Numbers of each run, by name.
    number: Option<BTreeMap<String, Number>>,
    /// The panels of the figure.
    plot: BTreeMap<String, Plot>,
    /// How the figure is read: predicates of the numbers, indexed by the swept values.
    reading: Table,
}

#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only the shape is used, for the schema")]
enum SweptValues {
    Each(Vec<Expression>),
    Spread(String),
}

#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only the shape is used, for the schema")]
enum Legend {
    All(String),
    Each(Vec<String>),
}

#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only the shape is used, for the schema")]
enum Number {
    Text(String),
    Number(f64),
    Taken(Taken),
}

/// A number that is not taken at the end of the run.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only the shape is used, for the schema")]
struct Taken {
    /// What is taken at the first look from `at` on.
    of: Option<Expression>,
    /// The step, or time, from which it is taken.
    at: Option<Expression>,
    /// Its least value over all looks.
    least: Option<Expression>,
    /// Its greatest value over all looks.
    greatest: Option<Expression>,
    /// The step where it is least.
    least_at: Option<Expression>,
    /// The step where it is greatest.
    greatest_at: Option<Expression>,
    /// What is made of several runs: `mean`, `least` or `greatest`.
    over_runs: Option<String>,
    /// `computed` where the number that `f64` gives is meant itself, whatever rounding has done to it.
    #[schemars(rename = "as")]
    meant: Option<String>,
}

/// A panel of the figure.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only the shape is used, for the schema")]
struct Plot {
    /// What stands above the panel.
    title: Option<String>,
    /// The swept given that has a point for each of its values; without it curves are drawn along the run.
    over: Option<String>,
    /// What is drawn to the right; `t` where nothing is said.
    x: Option<Expression>,
    /// What is drawn upwards: an expression, or several with their names.
    y: Series,
    /// What stands below the axis.
    x_label: Option<String>,
    /// What stands beside the axis.
    y_label: Option<String>,
    /// Which axes are logarithmic: `x`, `y` or `xy`.
    log: Option<String>,
    /// The ends of the axis.
    x_range: Option<[f64; 2]>,
    /// The ends of the axis.
    y_range: Option<[f64; 2]>,
}

#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only the shape is used, for the schema")]
enum Series {
    One(Expression),
    Several(Table),
}

/// The schema of a claim file: draft 7, which TOML editors read best, with sorted keys, so that it is the same in every build.
pub fn claim_schema() -> Value {
    let mut schema = SchemaSettings::draft07().into_generator().into_root_schema_for::<ClaimFile>().to_value();
    fit_toml(&mut schema);
    schema.sort_all_objects();
    schema
}

/// The same as the text of `claims/claim.schema.json`.
pub fn claim_schema_text() -> String {
    format!("{:#}\n", claim_schema())
}

/// TOML has no null and no number formats: takes out what schemars says of both.
fn fit_toml(schema: &mut Value) {
    let is_null = |value: &Value| *value == "null" || *value == json!({ "type": "null" });
    match schema {
        Value::Object(object) => {
            // A property may be called `format`; its value is an object then.
            if object.get("format").is_some_and(Value::is_string) {
                object.remove("format");
            }
            for (key, value) in object.iter_mut() {
                fit_toml(value);
                if let ("type" | "anyOf", Value::Array(choices)) = (&**key, &mut *value) {
                    choices.retain(|choice| !is_null(choice));
                }
                if let ("type", [only]) = (&**key, value.as_array().map(Vec::as_slice).unwrap_or_default()) {
                    *value = only.clone();
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(fit_toml),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::constant_section::CONSTANT_KEYS;
    use crate::claim::experiment_section::{EXPERIMENT_KEYS, NUMBER_KEYS, PLOT_KEYS};
    use crate::claim::flow_section::FLOW_KEYS;
    use crate::claim::load::KEYS;
    use crate::claim::probability_section::PROBABILITY_KEYS;
    use crate::claim::sections::{SCALING_KEYS, TRAJECTORY_KEYS};
    use std::collections::BTreeSet;

    fn keys_of(schema: &Value, pointer: &str) -> BTreeSet<String> {
        schema.pointer(pointer).and_then(Value::as_object).unwrap().keys().cloned().collect()
    }

    #[test]
    fn the_schema_has_the_keys_of_the_loader() {
        let schema = claim_schema();
        let set = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect::<BTreeSet<_>>();
        assert_eq!(keys_of(&schema, "/properties"), set(KEYS));
        assert_eq!(keys_of(&schema, "/definitions/Trajectory/properties"), set(TRAJECTORY_KEYS));
        assert_eq!(keys_of(&schema, "/definitions/Flow/properties"), set(FLOW_KEYS));
        assert_eq!(keys_of(&schema, "/definitions/Scaling/properties"), set(SCALING_KEYS));
        assert_eq!(keys_of(&schema, "/definitions/Probability/properties"), set(PROBABILITY_KEYS));
        assert_eq!(keys_of(&schema, "/definitions/Constant/properties"), set(CONSTANT_KEYS));
        assert_eq!(keys_of(&schema, "/definitions/Experiment/properties"), set(EXPERIMENT_KEYS));
        assert_eq!(keys_of(&schema, "/definitions/Taken/properties"), set(NUMBER_KEYS));
        assert_eq!(keys_of(&schema, "/definitions/Plot/properties"), set(PLOT_KEYS));
    }

    #[test]
    fn every_key_is_described() {
        let schema = claim_schema();
        for properties in [
            "/properties",
            "/definitions/Trajectory/properties",
            "/definitions/Flow/properties",
            "/definitions/Scaling/properties",
            "/definitions/Probability/properties",
            "/definitions/Constant/properties",
            "/definitions/Experiment/properties",
            "/definitions/Taken/properties",
            "/definitions/Plot/properties",
        ] {
            for (key, property) in schema.pointer(properties).and_then(Value::as_object).unwrap() {
                assert!(property["description"].is_string(), "{properties}/{key}");
            }
        }
    }

    #[test]
    fn nothing_is_null() {
        assert!(!claim_schema_text().contains("null"), "{}", claim_schema_text());
    }
}
