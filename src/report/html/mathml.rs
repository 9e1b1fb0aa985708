//! TeX as HTML with MathML: prose with formulas in it, or one formula, as claim files have them.
//!
//! A formula is cut where a line may be broken, before relations and after commas with space, and each piece is an element of its own:
//! browsers break no line inside one. Words of some length in a formula become prose. What cannot be converted is shown as its source.
//!
//! The one place that calls pulldown-latex. What it writes is looked through, and mended, before it is believed: see `element`.

use super::element;
use super::page::escaped;
use crate::engine::guard::guard;
use pulldown_latex::config::RenderConfig;
use pulldown_latex::mathml::push_mathml;
use pulldown_latex::{Parser, Storage};

/// A longer text is shown as its source, as is one of deeper groups: converting takes a stack.
const MOST_BYTES: usize = 20_000;
const DEEPEST: usize = 40;

/// Words in a formula from which on they are prose.
const WORDS: usize = 20;

/// A piece of this many bytes is cut before its sums' terms, too.
const LONG: usize = 90;

/// A statement: prose with `$..$` and `\[..\]` in it or, without any, one formula.
pub fn statement(tex: &str) -> String {
    let tex = tex.trim();
    typeset(tex).unwrap_or_else(|| format!("<code class=\"tex\">{}</code>", escaped(tex)))
}

/// Prose with `$..$` in it, also where there is none.
pub fn prose(text: &str) -> String {
    mixed(text.trim()).unwrap_or_else(|| format!("<code class=\"tex\">{}</code>", escaped(text.trim())))
}

/// The HTML of a statement; none where something in it is not known.
pub fn typeset(tex: &str) -> Option<String> {
    if tex.len() > MOST_BYTES || depth(tex) > DEEPEST {
        return None;
    }
    if is_mixed(tex) { mixed(tex) } else { Some(format!("<div class=\"display\">{}</div>", formula(tex, true)?)) }
}

/// How deep groups are nested, at most.
fn depth(tex: &str) -> usize {
    let (mut now, mut most) = (0_usize, 0);
    for token in Tokens(tex) {
        match token {
            "{" | "\\left" | "\\begin" => now += 1,
            "}" | "\\right" | "\\end" => now = now.saturating_sub(1),
            "^" | "_" | "\\sqrt" | "\\frac" => most = most.max(now + 1),
            _ => {}
        }
        most = most.max(now);
    }
    most
}

/// Whether formulas are marked in it.
fn is_mixed(tex: &str) -> bool {
    let mut rest = tex;
    while let Some(token) = Tokens(rest).next() {
        match token {
            "$" | "\\[" | "\\(" => return true,
            _ if is_text(token) => {
                let after = &rest[token.len()..];
                rest = group(after).map_or(after, |(_, rest)| rest);
            }
            _ => rest = &rest[token.len()..],
        }
    }
    false
}

/// Prose with formulas in it.
fn mixed(text: &str) -> Option<String> {
    if text.len() > MOST_BYTES || depth(text) > DEEPEST {
        return None;
    }
    let mut out = String::new();
    let mut rest = text;
    while let Some(token) = Tokens(rest).next() {
        let after = &rest[token.len()..];
        let (close, display) = match token {
            "$" if after.starts_with('$') => ("$$", true),
            "$" => ("$", false),
            "\\[" => ("\\]", true),
            "\\(" => ("\\)", false),
            _ => {
                rest = word(token, after, &mut out)?;
                continue;
            }
        };
        let inner = if close == "$$" { &after[1..] } else { after };
        let (tex, after) = until(inner, close)?;
        if display {
            out += &format!("<div class=\"display\">{}</div>", formula(tex, true)?);
        } else {
            out += &formula(tex, false)?;
        }
        rest = after;
    }
    Some(out)
}

/// A token of prose; what is left of the text behind it.
fn word<'t>(token: &str, after: &'t str, out: &mut String) -> Option<&'t str> {
    let tag = match token {
        "\\emph" | "\\textit" => Some("em"),
        "\\textbf" => Some("strong"),
        "\\text" | "\\mbox" | "\\textrm" => Some("span"),
        _ => None,
    };
    if let Some(tag) = tag {
        let (inner, rest) = group(after)?;
        *out += &format!("<{tag}>{}</{tag}>", mixed(inner)?);
        return Some(rest);
    }
    match token {
        "~" | "\\ " | "\\\n" | "\\," | "\\;" | "\\quad" | "\\qquad" => out.push(' '),
        "\\\\" => *out += "<br>",
        "\\%" | "\\&" | "\\$" | "\\#" | "\\_" | "\\{" | "\\}" => *out += &escaped(&token[1..]),
        "\\ldots" | "\\dots" => out.push('…'),
        "{" | "}" => {}
        "`" => out.push('‘'),
        "'" => out.push('’'),
        _ if token.starts_with('\\') => return None,
        _ => *out += &escaped(token),
    }
    Some(after)
}

/// One formula, in pieces.
fn formula(tex: &str, display: bool) -> Option<String> {
    let (tex, tag) = without_tag(tex)?;
    let mut out = String::new();
    for part in parts(&tex) {
        match part {
            Part::Words(words) => out += &mixed(words)?,
            Part::Break => out += "<br>",
            Part::Math(tex) => {
                for (i, piece) in pieces(tex).into_iter().enumerate() {
                    if i > 0 {
                        out += "<wbr>";
                    }
                    out += &convert(piece, display, i > 0)?;
                }
            }
        }
    }
    if let Some(tag) = tag {
        out += &format!(" <span class=\"tag\">({})</span>", escaped(&tag));
    }
    Some(out)
}

/// `\tag{7}`, taken out.
fn without_tag(tex: &str) -> Option<(String, Option<String>)> {
    let Some(at) = tex.find("\\tag{") else { return Some((tex.to_owned(), None)) };
    let (tag, after) = group(&tex[at + 4..])?;
    Some((format!("{}{after}", &tex[..at]), Some(tag.to_owned())))
}

enum Part<'t> {
    Math(&'t str),
    Words(&'t str),
    Break,
}

/// Cut at the outermost words of some length and ends of lines.
fn parts(tex: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let (mut start, mut at, mut nesting) = (0, 0, Nesting::default());
    while let Some(token) = Tokens(&tex[at..]).next() {
        let end = at + token.len();
        if nesting.outermost() && token == "\\\\" {
            parts.push(Part::Math(&tex[start..at]));
            parts.push(Part::Break);
            start = end;
        } else if nesting.outermost()
            && is_text(token)
            && let Some((words, rest)) = group(&tex[end..])
        {
            let end = tex.len() - rest.len();
            if words.len() >= WORDS || words.contains('$') {
                parts.push(Part::Math(&tex[start..at]));
                parts.push(Part::Words(words));
                start = end;
            }
            at = end;
            continue;
        }
        nesting.see(token);
        at = end;
    }
    parts.push(Part::Math(&tex[start..]));
    parts.retain(|part| !matches!(part, Part::Math(tex) if tex.trim().is_empty()));
    parts
}

/// Cut where a line may be broken: before a relation, after space, in what is long before a term of a sum and, in a term that still is, in
/// its brackets and between factors.
fn pieces(tex: &str) -> Vec<&str> {
    let relations = cut(tex, Nesting::outermost, |token, _| match token {
        "=" | ":=" | "<" | ">" | "\\le" | "\\leq" | "\\ge" | "\\geq" | "\\ne" | "\\neq" | "\\preceq" | "\\succeq"
        | "\\prec" | "\\succ" | "\\implies" | "\\Rightarrow" | "\\Longrightarrow" | "\\iff" | "\\approx"
        | "\\asymp" | "\\lesssim" | "\\gtrsim" | "\\equiv" | "\\propto" => Cut::Before,
        "\\quad" | "\\qquad" | "\\ " | "\\\n" | "\\;" => Cut::After,
        _ => Cut::No,
    });
    let sign = |token: &str, before: &str| {
        // A sign in front belongs to what follows it.
        let operand = before.trim_end().ends_with(|c: char| c.is_alphanumeric() || ")]}'|".contains(c));
        if matches!(token, "+" | "-") && operand { Cut::Before } else { Cut::No }
    };
    let product = |token: &str, before: &str| if token == "\\," { Cut::After } else { sign(token, before) };
    let terms = |piece| if str::len(piece) <= LONG { vec![piece] } else { cut(piece, Nesting::outermost, sign) };
    // Plain brackets do not grow with what they hold: one may stand on another line than the other.
    let inner = |piece| if str::len(piece) <= LONG { vec![piece] } else { cut(piece, Nesting::in_no_group, product) };
    relations.into_iter().flat_map(terms).flat_map(inner).filter(|piece| !piece.trim().is_empty()).collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Cut {
    No,
    Before,
    After,
}

/// Cuts where `may` says that one may; the rule is asked of each token there and of what stands before it in its piece.
fn cut(tex: &str, may: impl Fn(&Nesting) -> bool, rule: impl Fn(&str, &str) -> Cut) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut start, mut at, mut nesting) = (0, 0, Nesting::default());
    while let Some(token) = Tokens(&tex[at..]).next() {
        let end = at + token.len();
        if may(&nesting) {
            match rule(token, &tex[start..at]) {
                Cut::Before if !tex[start..at].trim().is_empty() => {
                    pieces.push(&tex[start..at]);
                    start = at;
                }
                Cut::After => {
                    pieces.push(&tex[start..end]);
                    start = end;
                }
                Cut::Before | Cut::No => {}
            }
        }
        nesting.see(token);
        at = end;
    }
    pieces.push(&tex[start..]);
    pieces
}

/// How deep in groups, brackets and environments. Brackets of an interval need not match.
#[derive(Default)]
struct Nesting {
    groups: usize,
    brackets: usize,
    /// The last token takes what follows: a script, a command with an argument.
    pending: bool,
    /// The last token sizes the bracket that follows.
    sized: bool,
}

impl Nesting {
    fn outermost(&self) -> bool {
        self.groups == 0 && self.brackets == 0 && !self.pending
    }

    /// Outermost, or in plain brackets.
    fn in_no_group(&self) -> bool {
        self.groups == 0 && !self.pending
    }

    fn see(&mut self, token: &str) {
        match token {
            // The brackets of `\left` and `\right` are counted with these.
            _ if self.sized => {}
            "{" | "\\left" | "\\begin" | "\\lvert" | "\\lVert" | "\\langle" | "\\lfloor" | "\\lceil" => {
                self.groups += 1
            }
            "}" | "\\right" | "\\end" | "\\rvert" | "\\rVert" | "\\rangle" | "\\rfloor" | "\\rceil" => {
                self.groups = self.groups.saturating_sub(1);
            }
            "(" | "[" => self.brackets += 1,
            ")" | "]" => self.brackets = self.brackets.saturating_sub(1),
            // A set, or what a minimum is of, stays on its line.
            "\\{" | "\\lbrace" => self.groups += 1,
            "\\}" | "\\rbrace" => self.groups = self.groups.saturating_sub(1),
            _ => {}
        }
        self.sized = matches!(token, "\\left" | "\\right");
        self.pending =
            matches!(token, "^" | "_" | "\\frac" | "\\sqrt" | "\\bigl" | "\\Bigl" | "\\bigr" | "\\Bigr" | "\\left");
    }
}

/// Commands whose argument is words.
fn is_text(token: &str) -> bool {
    matches!(token, "\\text" | "\\mbox" | "\\textrm" | "\\textit" | "\\textbf" | "\\emph")
}

/// The inside of the group that `text` begins with, and what follows it.
fn group(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix('{')?;
    let (mut at, mut depth) = (0, 1_usize);
    for token in Tokens(inner) {
        match token {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some((&inner[..at], &inner[at + 1..]));
        }
        at += token.len();
    }
    None
}

/// What stands before `close`, outside of words, and what follows it.
fn until<'t>(text: &'t str, close: &str) -> Option<(&'t str, &'t str)> {
    let mut at = 0;
    while let Some(token) = Tokens(&text[at..]).next() {
        if text[at..].starts_with(close) {
            return Some((&text[..at], &text[at + close.len()..]));
        }
        at += token.len();
        if is_text(token)
            && let Some((_, rest)) = group(&text[at..])
        {
            at = text.len() - rest.len();
        }
    }
    None
}

/// A command, a character, or `:=`, which is one sign.
struct Tokens<'t>(&'t str);

impl<'t> Iterator for Tokens<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        let mut chars = self.0.char_indices();
        let (_, first) = chars.next()?;
        let (second, c) = chars.next().unwrap_or((self.0.len(), '\0'));
        let end = if first == ':' && c == '=' {
            second + c.len_utf8()
        } else if first != '\\' || second == self.0.len() {
            second
        } else if c.is_ascii_alphabetic() {
            let word = &self.0[second..];
            second + word.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(word.len())
        } else {
            second + c.len_utf8()
        };
        let (token, rest) = self.0.split_at(end);
        self.0 = rest;
        Some(token)
    }
}

/// A piece as one element; a sign at the head of one that goes on with a formula is between two terms, not before one.
fn convert(tex: &str, display: bool, goes_on: bool) -> Option<String> {
    // The space that a backslash makes of a blank is written as an entity's name; a narrow one is as good.
    let tex: String = Tokens(tex).map(|token| if matches!(token, "\\ " | "\\\n") { "\\;" } else { token }).collect();
    // Where an environment stands beside its line is not for a browser.
    let tex = tex.replace("\\begin{aligned}[t]", "\\begin{aligned}").replace("\\begin{aligned}[b]", "\\begin{aligned}");
    let style = if display { "\\displaystyle " } else { "" };
    let between = if goes_on && tex.trim_start().starts_with(['+', '-']) { "{}" } else { "" };
    let tex = format!("{style}{between}{}", tex.trim());
    let mathml = guard(|| {
        let storage = Storage::new();
        if Parser::new(&tex, &storage).any(|event| event.is_err()) {
            return None;
        }
        let mut mathml = String::new();
        let storage = Storage::new();
        push_mathml(&mut mathml, Parser::new(&tex, &storage), RenderConfig::default()).ok()?;
        let mathml = defined(&mathml);
        // It writes these as they are where they are a sign.
        element::mended(&mathml.replace("><</m", ">&lt;</m").replace(">&</m", ">&amp;</m"))
    });
    mathml.ok().flatten()
}

/// A colon and the sign of equality that follows it as the one sign they are: two relations would stand apart.
fn defined(mathml: &str) -> String {
    const COLON: &str = ">:</mo>";
    let mut parts = mathml.split(COLON);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let equals = part.strip_prefix("<mo").and_then(|rest| rest.split_once('>')?.1.strip_prefix("=</mo>"));
        match equals {
            Some(rest) => out += &format!(">:=</mo>{rest}"),
            None => out += &format!("{COLON}{part}"),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_is_cut_where_a_line_may_be_broken() {
        assert_eq!(pieces("a \\le b+c = d"), ["a ", "\\le b+c ", "= d"]);
        assert_eq!(pieces("f(a = b), \\quad x_{i=1} < 2"), ["f(a = b), \\quad", " x_{i=1} ", "< 2"]);
        assert_eq!(pieces("\\begin{cases} a = b\\end{cases}"), ["\\begin{cases} a = b\\end{cases}"]);
        assert_eq!(pieces("= a"), ["= a"]);
        assert_eq!(pieces("P_t := A_t + B_t = C"), ["P_t ", ":= A_t + B_t ", "= C"]);
        let (a, b) = ("\\alpha".repeat(12), "\\beta".repeat(12));
        let long = format!("({a}+{b})\\,c_{{i+j}}");
        assert_eq!(pieces(&long), [&format!("({a}"), &format!("+{b})\\,"), "c_{i+j}"]);
        let grows = format!("\\left({a}+{b}\\right)");
        assert_eq!(pieces(&grows), [&grows]);
        for set in [format!("\\{{{a}+{b},\\,c\\}}"), format!("\\left\\{{{a}+{b}\\right\\}}")] {
            assert_eq!(pieces(&format!("x \\in {set} + {a}\\,c = d")).len(), 3, "{set}");
            assert_eq!(pieces(&format!("{set} + d")), [&format!("{set} "), "+ d"]);
        }
    }

    #[test]
    fn what_is_defined_is_so_by_one_sign() {
        for tex in ["P := A", "Let $P:=A$ be", "\\{x := 2 : x\\}"] {
            let html = statement(tex);
            assert!(html.contains(">:=</mo>") && !html.contains(">=</mo>"), "{html}");
        }
        assert!(statement("a : b = c").contains(">:</mo>"));
    }

    #[test]
    fn words_of_some_length_are_prose() {
        let html = typeset("\\text{Suppose that it is so that } x > 0 \\text{ and } y").unwrap();
        assert!(html.contains("Suppose that it is so that <math"), "{html}");
        assert!(html.contains("<mtext"), "{html}");
    }

    #[test]
    fn formulas_in_prose_are_found_and_prose_stays_prose() {
        let html = statement("Let $a<b$. Then \\[ a \\le \\text{if $c$ and } d \\] for all \\emph{such} $a$");
        assert!(html.starts_with("Let <math"), "{html}");
        assert!(html.contains("<em>such</em>") && html.contains("<div class=\"display\">"), "{html}");
        assert!(!html.contains('$'), "{html}");
    }

    #[test]
    fn what_is_not_known_is_shown_as_its_source() {
        assert_eq!(statement("\\nosuchcommand{<b>}"), "<code class=\"tex\">\\nosuchcommand{&lt;b&gt;}</code>");
        assert_eq!(statement("open $a"), "<code class=\"tex\">open $a</code>");
        let deep = "{".repeat(100_000);
        assert!(statement(&deep).starts_with("<code"));
        let deep = format!("{}x{}", "\\sqrt{".repeat(60), "}".repeat(60));
        assert!(statement(&deep).starts_with("<code"));
    }

    #[test]
    fn nothing_is_markup_that_was_not_made_here() {
        for hostile in [
            "<script>alert(1)</script>",
            "$<script>$",
            "$\\text{<img src=x onerror=alert(1)>}$",
            "$\\href{javascript:alert(1)}{x}$",
            "$\\color{\"><script>}x$",
            "\\text{</math><script>alert(1)</script>}",
            "\\mathrm{<script>}",
        ] {
            let html = statement(hostile);
            let lower = html.to_ascii_lowercase();
            assert!(!lower.contains("<script") && !lower.contains("<img") && !lower.contains("href="), "{html}");
        }
    }

    #[test]
    fn signs_that_are_markup_are_escaped() {
        assert!(statement("a < b").contains(">&lt;</mo>"), "{}", statement("a < b"));
        assert!(statement("a \\lt b").contains("&lt;"));
        assert!(statement("a \\& b").contains("&amp;"), "{}", statement("a \\& b"));
    }

    #[test]
    fn a_name_with_a_power_behind_a_factor_has_its_power() {
        for tex in [
            "c\\log^{-1}(x)",
            "c\\sin^2 x",
            "c\\min_{i}x_i",
            "\\frac{c\\inf_{x}}{2}",
            "\\Bigl(x\\Bigr)^2",
            "\\overline{AB}",
        ] {
            let html = statement(tex);
            assert!(!html.contains("class=\"tex\""), "{html}");
            assert!(
                !["<msup><mspace", "<msub><mspace", "<munder><mspace"].iter().any(|bad| html.contains(bad)),
                "{html}"
            );
        }
    }

    #[test]
    fn a_tag_stands_beside_its_formula() {
        let html = statement("a = b; \\tag{7}");
        assert!(html.contains("<span class=\"tag\">(7)</span>"), "{html}");
    }
}
