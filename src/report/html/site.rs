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

#[cfg(test)]
mod tests {
    use super::super::plot::{NAME, TICK};
    use super::*;

    /// What `--name` is, in the light and in the dark.
    fn colours(name: &str) -> Vec<[f64; 3]> {
        let start = format!("--{name}: #");
        let channel = |hex: &str, at: usize| f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
        let found = STYLE.split(&start).skip(1).map(|hex| [channel(hex, 0), channel(hex, 2), channel(hex, 4)]);
        found.collect()
    }

    /// The ratio of luminances of WCAG 2.
    fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
        let linear = |c: f64| if c <= 0.03928 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) };
        let luminance = |[r, g, b]: [f64; 3]| 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b) + 0.05;
        let (one, other) = (luminance(one), luminance(other));
        one.max(other) / one.min(other)
    }

    #[test]
    fn what_is_written_can_be_read_in_the_light_and_in_the_dark() {
        for name in ["ink", "faint", "link", "stands", "false", "untold", "unrun"] {
            for ground in ["paper", "panel"] {
                let (letters, grounds) = (colours(name), colours(ground));
                assert_eq!((letters.len(), grounds.len()), (2, 2), "{name} {ground}");
                for (letter, behind) in letters.into_iter().zip(grounds) {
                    let contrast = contrast(letter, behind);
                    assert!(contrast >= 4.5, "{name} on {ground}: {contrast:.2}");
                }
            }
        }
    }

    #[test]
    fn letters_of_drawings_have_the_size_that_room_is_kept_for() {
        assert!(STYLE.contains(&format!("svg text {{\n    fill: var(--ink);\n    font: {NAME}px var(--sans);")));
        assert_eq!(STYLE.matches(&format!("    font-size: {TICK}px;\n    text-anchor: middle;")).count(), 1);
        let others = STYLE
            .lines()
            .filter(|line| line.starts_with("    ") && line.contains("font-size: 1") && line.ends_with("px;"));
        assert!(
            others.clone().all(|line| line.trim() == format!("font-size: {TICK}px;")),
            "{:?}",
            others.collect::<Vec<_>>()
        );
    }
}
