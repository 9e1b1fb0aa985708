//! A run as a site: pages that need no network and no script, made from the JSON report alone, on whatever machine.
//!
//! What the JSON says is untrusted: every word of it is escaped, TeX is typeset and never taken for markup, an id that could leave the
//! folder is refused, and each page forbids itself to load anything but the site's own style sheet, font and figures.

mod claim_page;
pub mod data;
mod element;
mod errata_page;
mod evidence;
mod figure;
mod graph;
mod histogram;
pub mod mathml;
mod overview;
mod page;
mod paper_page;
mod plot;
pub mod site;
mod witness;
mod words;
