//! All files of a site, by path.

use super::data::Run;
use super::graph::Links;
use super::{claim_page, errata_page, figure, overview, paper_page};
use rayon::prelude::*;

/// A file of the site.
pub struct File {
    /// From its root, with slashes; made of ids, which cannot leave it.
    pub path: String,
    pub bytes: Vec<u8>,
}

impl File {
    pub fn is_page(&self) -> bool {
        self.path.ends_with(".html")
    }
}

/// STIX Two Math, what of it these pages use: a browser typesets roots and brackets only by a font that says how.
const FONT: &[u8] = include_bytes!("math.woff2");
const FONT_LICENCE: &str = include_str!("math.woff2.OFL.txt");
const STYLE: &str = include_str!("style.css");

/// The same for the same run, whatever the number of threads.
pub fn files(run: &Run) -> Vec<File> {
    let links = Links::of(run);
    let page = |(path, html): (String, String)| File { path, bytes: html.into_bytes() };
    let mut files = vec![
        File { path: "style.css".to_owned(), bytes: STYLE.into() },
        File { path: "math.woff2".to_owned(), bytes: FONT.to_owned() },
        File { path: "math.woff2.OFL.txt".to_owned(), bytes: FONT_LICENCE.into() },
        page(overview::page(&links)),
        page(errata_page::page(&links)),
    ];
    files.extend(overview::papers(&links).into_iter().map(|paper| page(paper_page::page(&links, paper))));
    files.par_extend(run.claims.par_iter().map(|claim| page(claim_page::page(&links, claim))));
    files.par_extend(run.claims.par_iter().filter_map(figure::file).map(page));
    files
}
