//! The pages of the book and the README as the tests read them: which there are, their fenced blocks, and a way to write anew what they show.

use std::fs;
use std::path::Path;

/// Where `docs/SUMMARY.md` is, which lists the pages of the book.
pub const SUMMARY: &str = "docs/SUMMARY.md";

/// With this in the environment, what a block shows of a run is written into the page and not compared: look at the diff.
const ACCEPT: &str = "THEOREMCHECK_DOCS_ACCEPT";

/// A fenced block: the words behind the fence, its text, the line it starts in.
pub struct Block {
    pub words: Vec<String>,
    pub text: String,
    pub line: usize,
}

impl Block {
    pub fn kind(&self) -> &str {
        self.words.first().map_or("", String::as_str)
    }
}

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub fn read(page: &str) -> String {
    fs::read_to_string(root().join(page)).unwrap_or_else(|e| panic!("{page}: {e}"))
}

/// The pages of the book, in its order, named from the root.
pub fn book() -> Vec<String> {
    let text = read(SUMMARY);
    let links = text.lines().filter_map(|line| line.split_once("](")?.1.strip_suffix(')'));
    links.map(|link| format!("docs/{link}")).collect()
}

/// The README, then the pages of the book.
pub fn pages() -> Vec<String> {
    let mut pages = vec!["README.md".to_owned()];
    pages.extend(book());
    pages
}

pub fn blocks(page: &str) -> Vec<Block> {
    let text = read(page);
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (i, line) in text.lines().enumerate() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(info), None) => {
                let words = info.split_whitespace().map(str::to_owned).collect();
                open = Some(Block { words, text: String::new(), line: i + 1 });
            }
            (None, Some(block)) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "{page}: a block is not closed");
    blocks
}

/// Blocks of a page whose text is no longer what it should be, each with what is: written there if that is asked for, else said.
pub fn differences(page: &str, found: &[(&Block, String)]) -> String {
    if std::env::var_os(ACCEPT).is_none() {
        return found.iter().map(|(block, is)| format!("{page}:{}\n{is}\n", block.line)).collect();
    }
    let text = read(page);
    let mut lines: Vec<&str> = text.lines().collect();
    for (block, is) in found.iter().rev() {
        lines.splice(block.line..block.line + block.text.lines().count(), is.lines());
    }
    fs::write(root().join(page), lines.join("\n") + "\n").unwrap();
    String::new()
}
