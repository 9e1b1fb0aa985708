//! A reader of markup that is strict where browsers are not: every tag closed in its order, every attribute quoted and there once,
//! every `<` and `&` escaped. For XML, and for HTML as the site writes it. Not for documents with a grammar of their own.

use std::collections::BTreeMap;

#[derive(Debug, Default)]
pub struct Element {
    pub name: String,
    pub attributes: BTreeMap<String, String>,
    pub children: Vec<Element>,
    /// Its own, not its children's.
    pub text: String,
}

const VOID: [&str; 5] = ["meta", "link", "br", "wbr", "input"];

/// The root element; the error says what is wrong, and where.
pub fn parse(text: &str) -> Result<Element, String> {
    let mut stack = vec![Element::default()];
    let mut rest = text;
    while !rest.is_empty() {
        let at = || format!("at {:?}", rest.chars().take(60).collect::<String>());
        if let Some(after) = rest.strip_prefix("<!--") {
            rest = after.split_once("-->").ok_or_else(|| format!("a comment is not closed, {}", at()))?.1;
        } else if rest.starts_with("<!") || rest.starts_with("<?") {
            rest = rest.split_once('>').ok_or_else(|| format!("a declaration is not closed, {}", at()))?.1;
        } else if let Some(after) = rest.strip_prefix("</") {
            let (name, after) = after.split_once('>').ok_or_else(|| format!("a tag is not closed, {}", at()))?;
            let element =
                stack.pop().filter(|_| !stack.is_empty()).ok_or_else(|| format!("nothing to close, {}", at()))?;
            if element.name != name.trim() {
                return Err(format!("<{}> is closed by </{name}>, {}", element.name, at()));
            }
            stack.last_mut().expect("the document").children.push(element);
            rest = after;
        } else if let Some(after) = rest.strip_prefix('<') {
            let (element, closed, after) = tag(after).map_err(|what| format!("{what}, {}", at()))?;
            let closed = closed || VOID.contains(&element.name.as_str());
            stack.push(element);
            if closed {
                let element = stack.pop().expect("what was pushed");
                stack.last_mut().expect("the document").children.push(element);
            }
            rest = after;
        } else {
            let end = rest.find('<').unwrap_or(rest.len());
            let plain = unescaped(&rest[..end]).map_err(|what| format!("{what}, {}", at()))?;
            stack.last_mut().expect("the document").text += &plain;
            rest = &rest[end..];
        }
    }
    match (stack.len(), stack.pop()) {
        (1, Some(mut document)) if document.children.len() == 1 && document.text.trim().is_empty() => {
            Ok(document.children.remove(0))
        }
        (1, _) => Err("not one root".to_owned()),
        (_, open) => Err(format!("<{}> is not closed", open.map(|open| open.name).unwrap_or_default())),
    }
}

/// What follows `<`: the element, whether it closes itself, and what follows it.
fn tag(text: &str) -> Result<(Element, bool, &str), String> {
    let end = text.find(|c: char| c.is_whitespace() || c == '>' || c == '/').ok_or("a tag is not closed")?;
    let mut element = Element { name: text[..end].to_owned(), ..Element::default() };
    if !element.name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Err(format!("`<{}` is no tag", element.name));
    }
    let mut rest = text[end..].trim_start();
    loop {
        if let Some(after) = rest.strip_prefix("/>") {
            return Ok((element, true, after));
        }
        if let Some(after) = rest.strip_prefix('>') {
            return Ok((element, false, after));
        }
        let end =
            rest.find(|c: char| c.is_whitespace() || matches!(c, '=' | '>' | '/')).ok_or("a tag is not closed")?;
        let (name, after) = rest.split_at(end);
        let (value, after) = match after.strip_prefix("=\"") {
            Some(quoted) => {
                let (value, after) = quoted.split_once('"').ok_or("an attribute is not closed")?;
                (value, after)
            }
            // HTML's attributes without a value.
            None if name == "checked" => ("", after),
            None => return Err(format!("attribute `{name}` has no quoted value")),
        };
        if value.contains('<') {
            return Err(format!("attribute `{name}` has a `<`"));
        }
        if element.attributes.insert(name.to_owned(), unescaped(value)?).is_some() {
            return Err(format!("attribute `{name}` is there twice"));
        }
        rest = after.trim_start();
    }
}

fn unescaped(text: &str) -> Result<String, String> {
    let mut parts = text.split('&');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (entity, rest) = part.split_once(';').ok_or("an `&` is not escaped")?;
        let number = |text: &str| match text.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok(),
            None => text.parse().ok(),
        };
        let c = match entity {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            "nbsp" => '\u{a0}',
            _ => {
                let code = entity.strip_prefix('#').and_then(number).and_then(char::from_u32);
                code.ok_or_else(|| format!("`&{entity};` is not known"))?
            }
        };
        out.push(c);
        out += rest;
    }
    Ok(out)
}

impl Element {
    /// This element and all below it.
    pub fn all(&self) -> Vec<&Element> {
        let mut all = vec![self];
        for child in &self.children {
            all.extend(child.all());
        }
        all
    }

    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }
}

#[test]
fn what_is_not_well_formed_is_refused() {
    assert!(parse("<a x=\"1\"><b/>&amp;<br></a>").is_ok());
    for wrong in
        ["<a><b></a></b>", "<a>", "<a>&</a>", "<a>&x;</a>", "<a x=1></a>", "<a x=\"1\" x=\"2\"/>", "<a/><b/>", "a < b"]
    {
        assert!(parse(wrong).is_err(), "{wrong}");
    }
}
