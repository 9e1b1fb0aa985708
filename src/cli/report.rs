//! `theoremcheck report`: the site of a run, made from its JSON alone.

use super::args::ReportArgs;
use super::console;
use super::outputs;
use super::stop::Stop;
use crate::engine::exit::Exit;
use crate::engine::regular;
use crate::report::html::{data, site};
use crate::report::number::grouped;
use std::fs;
use std::path::Path;

pub fn report(args: &ReportArgs) -> Result<Exit, Stop> {
    let run = read(&args.run)?;
    let run = data::parse(&run).map_err(|why| Stop::argument(format!("{} is no report: {why}", args.run.display())))?;
    let files = site::files(&run);
    let written = files.iter().map(|file| ("--output", args.output.join(&file.path))).collect::<Vec<_>>();
    outputs::spare(written.iter().map(|(argument, path)| (*argument, path.as_path())), || [args.run.clone()])?;
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
    let read = if path == Path::new("-") { regular::whole_of(std::io::stdin().lock()) } else { regular::whole(path) };
    read.map_err(|error| Stop::argument(format!("cannot read {}: {error}", path.display())))
}
