//! The claims that ship load, and the schema for editors says of a file what the loader says.

use super::*;

fn claims() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("claims")
}

fn files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, into) } else { into.push(path) }
    }
}

fn shipped() -> Vec<ClaimFile> {
    let mut paths = Vec::new();
    files(&claims(), &mut paths);
    paths.sort();
    paths
        .into_iter()
        .map(|path| {
            let within = path.strip_prefix(claims()).unwrap().to_owned();
            ClaimFile { bytes: std::fs::read(&path).unwrap(), path, within, witness: None }
        })
        .collect()
}

#[test]
fn every_shipped_claim_loads_and_refers_to_claims_that_exist() {
    let files = shipped();
    if !files.iter().any(|file| file.within.components().count() > 1) {
        return; // Before there are any.
    }
    let library = Library::assemble(&claims(), files, &|_| true).unwrap();
    let malformed: Vec<String> =
        library.claims.iter().filter_map(|loaded| loaded.claim.as_ref().err()).map(ToString::to_string).collect();
    assert!(malformed.is_empty(), "{}", malformed.join("\n"));
    let problems: Vec<String> = library.problems.iter().map(ToString::to_string).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn the_schema_that_ships_is_up_to_date() {
    let shipped = std::fs::read_to_string(claims().join("claim.schema.json")).unwrap();
    assert_eq!(shipped, claim_schema_text(), "run `theoremcheck schema > claims/claim.schema.json`");
}

#[test]
fn good_files_fit_the_schema() {
    let schema = claim_schema();
    let shipped = shipped().into_iter().filter(|file| {
        file.within.extension().is_some_and(|extension| extension == "toml") && !file.within.ends_with("paper.toml")
    });
    let shipped = shipped.map(|file| String::from_utf8(file.bytes).unwrap());
    for text in FIXTURES.into_iter().chain([SETTING]).map(str::to_owned).chain(shipped) {
        let file: serde_json::Value = toml::from_str(&text).unwrap();
        assert!(fits(&schema, &schema, &file), "{text}");
    }
}

#[test]
fn bad_files_do_not_fit_the_schema() {
    let schema = claim_schema();
    for text in [
        "title = 't'\n[claim]\na = '1'\n",
        "title = 't'\nat = 'a'\n",
        "title = 't'\nat = 'a'\nnote = 'n'\n[claim]\na = '1'\n",
        "title = 't'\nat = 'a'\n[claim]\na = true\n",
        "title = 't'\nat = 'a'\nexpect = 'true'\n[claim]\na = '1'\n",
        "title = 't'\nat = 'a'\n[trajectory]\nsteps = 1\n",
    ] {
        let file: serde_json::Value = toml::from_str(text).unwrap();
        assert!(!fits(&schema, &schema, &file), "{text}");
    }
}

/// The part of JSON Schema that ours uses.
fn fits(root: &serde_json::Value, schema: &serde_json::Value, value: &serde_json::Value) -> bool {
    use serde_json::Value;
    let object = schema.as_object().unwrap();
    let array = |keyword: &Value| keyword.as_array().unwrap().clone();
    object.iter().all(|(keyword, wanted)| match keyword.as_str() {
        "$ref" => fits(root, root.pointer(&wanted.as_str().unwrap()[1..]).unwrap(), value),
        "anyOf" => array(wanted).iter().any(|choice| fits(root, choice, value)),
        "oneOf" => array(wanted).iter().filter(|choice| fits(root, choice, value)).count() == 1,
        "allOf" => array(wanted).iter().all(|part| fits(root, part, value)),
        "enum" => array(wanted).contains(value),
        "type" => match wanted.as_str().unwrap() {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "number" => value.is_number(),
            "integer" => value.is_u64() || value.is_i64(),
            other => panic!("type {other}"),
        },
        "minimum" => value.as_f64().is_none_or(|number| number >= wanted.as_f64().unwrap()),
        "required" => array(wanted).iter().all(|key| value.get(key.as_str().unwrap()).is_some()),
        "minItems" => value.as_array().is_none_or(|values| values.len() as u64 >= wanted.as_u64().unwrap()),
        "maxItems" => value.as_array().is_none_or(|values| values.len() as u64 <= wanted.as_u64().unwrap()),
        "items" => value.as_array().is_none_or(|values| values.iter().all(|item| fits(root, wanted, item))),
        "propertyNames" => {
            value.as_object().is_none_or(|entries| entries.keys().all(|key| fits(root, wanted, &key.as_str().into())))
        }
        "properties" => value.as_object().is_none_or(|entries| {
            entries.iter().all(|(key, entry)| wanted.get(key).is_none_or(|part| fits(root, part, entry)))
        }),
        "additionalProperties" => value.as_object().is_none_or(|entries| {
            let declared = |key: &str| schema.pointer("/properties").is_some_and(|p| p.get(key).is_some());
            entries.iter().filter(|(key, _)| !declared(key)).all(|(_, entry)| match wanted {
                Value::Bool(allowed) => *allowed,
                part => fits(root, part, entry),
            })
        }),
        "$schema" | "title" | "description" | "definitions" => true,
        other => panic!("keyword {other}"),
    })
}
