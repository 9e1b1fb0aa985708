//! `theoremcheck report`: the site of a run, made from its JSON alone.

use super::args::ReportArgs;
use super::console;
use super::stop::Stop;
use crate::engine::exit::Exit;
use crate::report::html::{data, site};
use crate::report::number::grouped;
use std::fs;
use std::path::Path;

/// The JSON of a run may have this many bytes.
const MOST_BYTES: u64 = 1 << 30;

pub fn report(args: &ReportArgs) -> Result<Exit, Stop> {
    let run = read(&args.run)?;
    let run = data::parse(&run).map_err(|why| Stop::argument(format!("{} is no report: {why}", args.run.display())))?;
    let files = site::files(&run);
    for file in &files {
        let path = args.output.join(&file.path);
        let folder = path.parent().unwrap_or(&args.output);
        fs::create_dir_all(folder).map_err(|error| Stop::cannot_write(folder, &error))?;
        fs::write(&path, &file.bytes).map_err(|error| Stop::cannot_write(&path, &error))?;
    }
    if !args.quiet {
        let index = args.output.join("index.html");
        console::out(&format!(
            "{} pages: {}\n",
            grouped(files.iter().filter(|f| f.is_page()).count() as u64),
            index.display()
        ));
    }
    Ok(Exit::AsExpected)
}

fn read(path: &Path) -> Result<Vec<u8>, Stop> {
    use std::io::Read;
    let cannot = |error: std::io::Error| Stop::argument(format!("cannot read {}: {error}", path.display()));
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        std::io::stdin().lock().take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(cannot)?;
    } else {
        fs::File::open(path).map_err(cannot)?.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(cannot)?;
    }
    if bytes.len() as u64 > MOST_BYTES {
        return Err(Stop::argument(format!("{} is larger than {} MiB", path.display(), MOST_BYTES >> 20)));
    }
    Ok(bytes)
}
