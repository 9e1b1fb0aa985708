//! `theoremcheck new` and `schema`: starting a claim, and helping an editor with it.

use super::args::NewArgs;
use super::console;
use super::stop::Stop;
use crate::claim::model::ClaimId;
use crate::claim::{schema as claim_schema, template};
use crate::engine::exit::Exit;
use std::fs::{self, File};
use std::io::{self, Write};

/// Writes a claim that holds as it is, for the author to change. Never over a file that exists.
pub fn create(args: &NewArgs) -> Result<Exit, Stop> {
    if !ClaimId::is_valid(&args.id) || !args.id.contains('/') {
        let rule = "an id is `<paper>/<claim>`, in ASCII letters, digits, `.`, `-` and `_`";
        return Err(Stop::argument(format!("`{}` cannot be the id of a claim: {rule}", args.id)));
    }
    let path = args.path.join(format!("{}.toml", args.id));
    let text = template::new_claim(&ClaimId(args.id.clone()), &args.title);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| Stop::cannot_write(folder, &error))?;
    }
    let written = File::create_new(&path).and_then(|mut file| file.write_all(text.as_bytes()));
    match written {
        Ok(()) => {
            console::out(&format!("wrote {}\n", path.display()));
            let schema = args.path.join("claim.schema.json");
            if !schema.exists() {
                let schema = schema.display();
                console::err(&format!(
                    "its first line names the schema for editors, which is not there yet: `theoremcheck schema > {schema}` writes it\n"
                ));
            }
            Ok(Exit::AsExpected)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            Err(Stop::argument(format!("{} is there already", path.display())))
        }
        Err(error) => Err(Stop::cannot_write(&path, &error)),
    }
}

pub fn schema() -> Result<Exit, Stop> {
    console::out(&claim_schema::claim_schema_text());
    Ok(Exit::AsExpected)
}
