//! `theoremcheck man`: manual pages, made of the command line itself, so that they cannot be of another version.
//!
//! The one place that knows clap_mangen.

use super::args::{Cli, ManArgs};
use super::console;
use super::stop::Stop;
use crate::engine::exit::Exit;
use crate::lang::suggest::nearest;
use crate::report::write::write_atomically;
use clap::CommandFactory;
use clap_mangen::Man;
use std::fs;

pub fn manual(args: &ManArgs) -> Result<Exit, Stop> {
    // `help` is a command of clap's: its page would say nothing.
    let mut all = Cli::command().disable_help_subcommand(true);
    all.build();
    if let Some(folder) = &args.output {
        fs::create_dir_all(folder).map_err(|error| Stop::cannot_write(folder, &error))?;
        for command in std::iter::once(&all).chain(all.get_subcommands()) {
            let name = command.get_display_name().unwrap_or_else(|| command.get_name());
            let path = folder.join(format!("{name}.1"));
            write_atomically(&path, &page(command)?).map_err(|error| Stop::cannot_write(&path, &error))?;
        }
        return Ok(Exit::AsExpected);
    }
    let command = match &args.command {
        None => &all,
        Some(name) => all.find_subcommand(name).ok_or_else(|| unknown(&all, name))?,
    };
    console::out(&page(command)?);
    Ok(Exit::AsExpected)
}

fn page(command: &clap::Command) -> Result<String, Stop> {
    let mut page = Vec::new();
    Man::new(command.clone())
        .render(&mut page)
        .map_err(|error| Stop::harness(format!("cannot write a manual page: {error}")))?;
    Ok(with_values(&String::from_utf8_lossy(&page), command))
}

/// The synopsis with what each option takes, and dots after what may be repeated: clap_mangen has only the names there.
fn with_values(page: &str, command: &clap::Command) -> String {
    let mut lines: Vec<String> = page.lines().map(str::to_owned).collect();
    let synopsis = lines.iter().position(|line| line == ".SH SYNOPSIS").and_then(|at| lines.get_mut(at + 1));
    if let Some(synopsis) = synopsis {
        let options = command.get_arguments().filter(|argument| argument.get_action().takes_values());
        for (long, names) in options.filter_map(|option| option.get_long().zip(option.get_value_names())) {
            let long = format!("\\fB\\-\\-{}\\fR", long.replace('-', "\\-"));
            let names: Vec<String> = names.iter().map(|name| format!("\\fI{name}\\fR")).collect();
            for end in [']', '>'] {
                *synopsis = synopsis.replace(&format!("{long}{end}"), &format!("{long} {}{end}", names.join(" ")));
            }
        }
        let repeated = command.get_positionals().filter(|path| path.get_num_args().is_some_and(|n| n.max_values() > 1));
        for name in repeated.filter_map(|path| path.get_value_names()).flatten() {
            for (start, end) in [('[', ']'), ('<', '>')] {
                let name = format!("{start}\\fI{name}\\fR{end}");
                *synopsis = synopsis.replace(&name, &format!("{name}..."));
            }
        }
    }
    lines.join("\n") + "\n"
}

fn unknown(all: &clap::Command, name: &str) -> Stop {
    let names: Vec<&str> = all.get_subcommands().map(clap::Command::get_name).collect();
    let near = nearest(name, names.iter().copied()).map(|near| format!("; did you mean `{near}`?"));
    Stop::argument(format!("there is no command `{name}`{}", near.unwrap_or_default()))
}
