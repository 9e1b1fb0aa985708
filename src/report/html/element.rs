//! The elements of MathML that pulldown-latex writes: read as a tree, looked through before they are believed, and mended where a browser would draw
//! them otherwise than TeX does.
//!
//! What is mended: the space before an operator's name that has a script stands in the script's base; a sized bracket with a script is not stretched; a
//! bar that is a bracket has the space of a relation around it; an accent is a letter of a script's size, where it should be an operator that is as wide
//! as what is below it. Nothing else is changed.

use std::fmt::Write;

/// Those that are believed, with the number of children that they must have, where there is one.
const ELEMENTS: [(&str, Option<usize>); 25] = [
    ("math", None),
    ("mi", None),
    ("mn", None),
    ("mo", None),
    ("ms", None),
    ("mtext", None),
    ("mspace", Some(0)),
    ("mrow", None),
    ("mfrac", Some(2)),
    ("msqrt", None),
    ("mroot", Some(2)),
    ("mstyle", None),
    ("mpadded", None),
    ("mphantom", None),
    ("msub", Some(2)),
    ("msup", Some(2)),
    ("msubsup", Some(3)),
    ("munder", Some(2)),
    ("mover", Some(2)),
    ("munderover", Some(3)),
    ("mmultiscripts", None),
    ("mprescripts", Some(0)),
    ("mtable", None),
    ("mtr", None),
    ("mtd", None),
];

/// Those with letters in them, and no elements.
const TOKENS: [&str; 5] = ["mi", "mn", "mo", "ms", "mtext"];

/// Attributes that pulldown-latex writes, and those of what is mended. None of them loads or runs anything; of a style see [`is_harmless`].
const ATTRIBUTES: [&str; 20] = [
    "accent",
    "accentunder",
    "class",
    "depth",
    "display",
    "displaystyle",
    "height",
    "largeop",
    "linethickness",
    "lspace",
    "mathvariant",
    "maxsize",
    "minsize",
    "movablelimits",
    "rspace",
    "scriptlevel",
    "stretchy",
    "style",
    "symmetric",
    "width",
];

/// Signs that `\bar`, `\dot` and the like set above what they are given.
const ACCENTS: [&str; 16] = ["´", "‾", "˘", "ˇ", "˙", "¨", "`", "^", "~", "→", "˚", "←", "⇒", "↔", "↼", "⇀"];

/// A sign that is drawn as long as what is below it; the other accents of its kind keep their width.
const BAR: &str = "‾";

/// A deeper tree is not read: reading, mending and writing take a stack.
const DEEPEST: usize = 250;

struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    children: Vec<Node>,
}

enum Node {
    Element(Element),
    /// As it is written, escaped.
    Text(String),
}

/// What was written, mended; none where it is not understood, or not believed.
pub fn mended(mathml: &str) -> Option<String> {
    let mut rest = mathml;
    let Node::Element(element) = node(&mut rest, DEEPEST)? else { return None };
    if !rest.is_empty() || element.name != "math" {
        return None;
    }
    let [Node::Element(element)] = &mend(element)[..] else { return None };
    if !element.is_sound() {
        return None;
    }
    let mut out = String::with_capacity(mathml.len());
    element.write(&mut out);
    Some(out)
}

/// The node that `rest` begins with, with at most so many levels below it.
fn node(rest: &mut &str, levels: usize) -> Option<Node> {
    if !rest.starts_with('<') {
        let end = rest.find('<')?;
        let (text, after) = rest.split_at(end);
        *rest = after;
        return Some(Node::Text(text.to_owned()));
    }
    let end = rest.find('>')?;
    let tag = &rest[1..end];
    *rest = &rest[end + 1..];
    let (tag, closed) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
    let (name, attributes) = tag.split_at(tag.find(char::is_whitespace).unwrap_or(tag.len()));
    let mut element = Element { name: name.to_owned(), attributes: read_attributes(attributes)?, children: Vec::new() };
    if closed {
        return Some(Node::Element(element));
    }
    loop {
        if let Some(after) = rest.strip_prefix("</") {
            *rest = after.strip_prefix(name)?.strip_prefix('>')?;
            return Some(Node::Element(element));
        }
        element.children.push(node(rest, levels.checked_sub(1)?)?);
    }
}

/// ` width="2em" style=".."`, between which it leaves out a space.
fn read_attributes(mut rest: &str) -> Option<Vec<(String, String)>> {
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return Some(attributes);
        }
        let (name, after) = rest.split_once("=\"")?;
        let (value, after) = after.split_once('"')?;
        attributes.push((name.to_owned(), value.to_owned()));
        rest = after;
    }
}

/// A style is of colours and lengths.
fn is_harmless((name, value): &(String, String)) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || " -_.,:;()%#".contains(c);
    ATTRIBUTES.contains(&name.as_str()) && value.chars().all(plain) && !value.to_ascii_lowercase().contains("url")
}

/// How many children an element of this name must have; none where there is no such element.
fn arity(name: &str) -> Option<Option<usize>> {
    ELEMENTS.iter().find(|(element, _)| *element == name).map(|(_, arity)| *arity)
}

/// The element as it should have been; what stands before it where it was in it.
fn mend(mut element: Element) -> Vec<Node> {
    let fixed = arity(&element.name).flatten();
    let children = std::mem::take(&mut element.children);
    for child in children {
        match child {
            Node::Text(text) => element.children.push(Node::Text(text)),
            Node::Element(child) => {
                let mut parts = mend(child);
                // Where each child has its part, two of them are one.
                if parts.len() > 1 && fixed.is_some() {
                    parts = vec![Node::Element(row(parts))];
                }
                element.children.append(&mut parts);
            }
        }
    }
    element.close_bar();
    let mut out = Vec::new();
    if let Some(children) = fixed.filter(|children| *children > 0) {
        while element.children.len() > children && element.children[0].is("mspace") {
            out.push(element.children.remove(0));
        }
        element.stretch_base();
        element.set_accent();
    }
    out.push(Node::Element(element));
    out
}

fn row(children: Vec<Node>) -> Element {
    Element { name: "mrow".to_owned(), attributes: Vec::new(), children }
}

impl Node {
    fn is(&self, name: &str) -> bool {
        matches!(self, Self::Element(element) if element.name == name)
    }
}

impl Element {
    fn has(&self, attribute: &str) -> bool {
        self.attributes.iter().any(|(name, _)| name == attribute)
    }

    fn set(&mut self, attribute: &str, value: &str) {
        self.attributes.retain(|(name, _)| name != attribute);
        self.attributes.push((attribute.to_owned(), value.to_owned()));
    }

    /// `\Bigr)^2`: browsers stretch a bracket in a row, and none that is the base of a script itself.
    fn stretch_base(&mut self) {
        let sized = |node: &Node| matches!(node, Node::Element(base) if base.name == "mo" && base.has("minsize"));
        if !matches!(self.name.as_str(), "mfrac" | "mroot") && self.children.first().is_some_and(sized) {
            let base = self.children.remove(0);
            self.children.insert(0, Node::Element(row(vec![base])));
        }
    }

    /// `\lvert x\rvert`, `\Bigl|x\Bigr|`: the same sign opens and closes, so that browsers take it for one between two things.
    fn close_bar(&mut self) {
        let bar = matches!(&self.children[..], [Node::Text(sign)] if sign == "|" || sign == "‖");
        if self.name == "mo" && self.has("symmetric") && bar {
            self.set("lspace", "0");
            self.set("rspace", "0");
        }
    }

    /// `\overline{AB}`, `\dot{x}`, `\underline{x}`
    fn set_accent(&mut self) {
        let attribute = match self.name.as_str() {
            "mover" => "accent",
            "munder" => "accentunder",
            _ => return,
        };
        let Some(Node::Element(accent)) = self.children.get_mut(1) else { return };
        let [Node::Text(sign)] = &mut accent.children[..] else { return };
        let under = attribute == "accentunder";
        match sign.as_str() {
            "_" if under && accent.name == "mo" => BAR.clone_into(sign),
            _ if under || !ACCENTS.contains(&sign.as_str()) => return,
            _ => {}
        }
        let long = sign == BAR || accent.name == "mo";
        accent.name = "mo".to_owned();
        accent.attributes.retain(|(name, _)| name != "mathvariant");
        accent.set("stretchy", if long { "true" } else { "false" });
        self.set(attribute, "true");
        if self.children.first().is_some_and(is_slanted) {
            self.set("class", "slanted");
        }
    }

    /// Elements of MathML alone, of as many children as they must have, and no attribute that loads or runs anything.
    fn is_sound(&self) -> bool {
        let Some(fixed) = arity(&self.name) else { return false };
        let token = TOKENS.contains(&self.name.as_str());
        fixed.is_none_or(|children| children == self.children.len())
            && self.attributes.iter().all(is_harmless)
            && self.children.iter().all(|child| match child {
                Node::Element(child) => !token && child.is_sound(),
                Node::Text(_) => token,
            })
    }

    fn write(&self, out: &mut String) {
        let _ = write!(out, "<{}", self.name);
        for (name, value) in &self.attributes {
            let _ = write!(out, " {name}=\"{value}\"");
        }
        *out += ">";
        for child in &self.children {
            match child {
                Node::Element(child) => child.write(out),
                Node::Text(text) => *out += text,
            }
        }
        let _ = write!(out, "</{}>", self.name);
    }
}

/// One letter in italics: what is above it stands a little to the right, as its upper end does.
fn is_slanted(node: &Node) -> bool {
    let Node::Element(element) = node else { return false };
    match (element.name.as_str(), &element.children[..]) {
        ("mrow", [child]) => is_slanted(child),
        ("mi", [Node::Text(letter)]) => letter.chars().count() == 1 && !element.has("mathvariant"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn math(inner: &str) -> String {
        format!("<math display=\"inline\">{inner}</math>")
    }

    #[test]
    fn the_space_before_a_name_with_a_power_stands_before_both() {
        let written = "<mi>c</mi><msup><mspace width=\"0.1667em\" /><mi>log</mi><mn>2</mn></msup>";
        let right = "<mi>c</mi><mspace width=\"0.1667em\"></mspace><msup><mi>log</mi><mn>2</mn></msup>";
        assert_eq!(mended(&math(written)), Some(math(right)));
        let below = "<mfrac><msub><mspace width=\"1em\" /><mi>log</mi><mn>2</mn></msub><mn>3</mn></mfrac>";
        let right =
            "<mfrac><mrow><mspace width=\"1em\"></mspace><msub><mi>log</mi><mn>2</mn></msub></mrow><mn>3</mn></mfrac>";
        assert_eq!(mended(&math(below)), Some(math(right)));
    }

    #[test]
    fn an_element_of_too_many_or_too_few_children_is_not_believed() {
        for wrong in [
            "<msup><mi>a</mi><mi>b</mi><mi>c</mi></msup>",
            "<mfrac><mi>a</mi></mfrac>",
            "<msubsup><mi>a</mi><mi>b</mi></msubsup>",
            "<mroot></mroot>",
        ] {
            assert_eq!(mended(&math(wrong)), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_no_mathml_is_not_believed() {
        for wrong in [
            "<script>1</script>",
            "<mi onclick=\"f()\">a</mi>",
            "<mi style=\"background: URL(x)\">a</mi>",
            "<mi href=\"x\">a</mi>",
            "<mi><mi>a</mi></mi>",
            "loose",
            "<mi>a",
            "<mi>a</mo>",
        ] {
            assert_eq!(mended(&math(wrong)), None, "{wrong}");
        }
        assert_eq!(mended("<mi>a</mi>"), None);
        assert_eq!(mended(&(math("") + &math(""))), None);
    }

    #[test]
    fn a_sized_bracket_with_a_power_is_in_a_row_where_it_is_stretched() {
        let bracket = "<mo stretchy=\"true\"minsize=\"1.8em\">)</mo>";
        let right = "<msup><mrow><mo stretchy=\"true\" minsize=\"1.8em\">)</mo></mrow><mn>2</mn></msup>";
        assert_eq!(mended(&math(&format!("<msup>{bracket}<mn>2</mn></msup>"))), Some(math(right)));
    }

    #[test]
    fn a_bar_that_is_a_bracket_stands_close() {
        let bar = "<mo symmetric=\"false\" stretchy=\"false\">|</mo>";
        let close = "<mo symmetric=\"false\" stretchy=\"false\" lspace=\"0\" rspace=\"0\">|</mo>";
        assert_eq!(mended(&math(&format!("{bar}<mi>x</mi>{bar}"))), Some(math(&format!("{close}<mi>x</mi>{close}"))));
    }

    #[test]
    fn an_accent_is_an_operator_and_a_bar_is_as_long_as_what_is_below() {
        let over = |base: &str, sign: &str| mended(&math(&format!("<mover>{base}<mi>{sign}</mi></mover>")));
        let (row, letter) = ("<mrow><mi>A</mi><mi>A</mi></mrow>", "<mi>x</mi>");
        assert_eq!(
            over(row, "‾"),
            Some(math(&format!("<mover accent=\"true\">{row}<mo stretchy=\"true\">‾</mo></mover>")))
        );
        assert_eq!(
            over(letter, "˙"),
            Some(math(&format!(
                "<mover accent=\"true\" class=\"slanted\">{letter}<mo stretchy=\"false\">˙</mo></mover>"
            )))
        );
        // A limit is none.
        let limit = "<mover><mo>∑</mo><mi>n</mi></mover>";
        assert_eq!(mended(&math(limit)), Some(math(limit)));
        let below = "<munder><mi>x</mi><mo stretchy=\"true\">_</mo></munder>";
        let right = "<munder accentunder=\"true\" class=\"slanted\"><mi>x</mi><mo stretchy=\"true\">‾</mo></munder>";
        assert_eq!(mended(&math(below)), Some(math(right)));
    }
}
