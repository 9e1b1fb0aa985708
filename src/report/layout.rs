//! JSON laid out for people: two spaces of indentation, a line an element, as every report is written.
//!
//! It changes white space alone, so that an entry which was kept as text comes out as it would have come from the run itself: numbers keep
//! their digits and objects their order.

/// The same JSON, laid out, without a newline at the end.
pub fn laid_out(json: &str) -> String {
    let mut out = String::with_capacity(json.len() * 2);
    let mut depth = 0;
    let mut tokens = Tokens(json).peekable();
    while let Some(token) = tokens.next() {
        match token {
            "{" | "[" => {
                out.push_str(token);
                if let Some(close @ ("}" | "]")) = tokens.peek().copied() {
                    out.push_str(close);
                    tokens.next();
                } else {
                    depth += 1;
                    line(&mut out, depth);
                }
            }
            "}" | "]" => {
                depth = usize::saturating_sub(depth, 1);
                line(&mut out, depth);
                out.push_str(token);
            }
            "," => {
                out.push(',');
                line(&mut out, depth);
            }
            ":" => out.push_str(": "),
            _ => out.push_str(token),
        }
    }
    out
}

/// The same JSON on one line, with no space that means nothing.
pub fn on_one_line(json: &str) -> String {
    Tokens(json).collect()
}

fn line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth));
}

/// The pieces of a text of JSON: punctuation, strings, and what else stands between white space.
struct Tokens<'a>(&'a str);

impl<'a> Iterator for Tokens<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let text = self.0.trim_start_matches([' ', '\t', '\n', '\r']);
        let end = match *text.as_bytes().first()? {
            b'{' | b'}' | b'[' | b']' | b',' | b':' => 1,
            b'"' => string(text),
            _ => text.find([' ', '\t', '\n', '\r', '{', '}', '[', ']', ',', ':', '"']).unwrap_or(text.len()),
        };
        let (token, rest) = text.split_at(end);
        self.0 = rest;
        Some(token)
    }
}

/// The length of the string that the text begins with, with its quotes.
fn string(text: &str) -> usize {
    let mut escaped = false;
    for (i, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return i + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn as_serde_does(value: &Value) {
        let (compact, pretty) = (value.to_string(), serde_json::to_string_pretty(value).unwrap());
        assert_eq!(laid_out(&compact), pretty);
        assert_eq!(laid_out(&pretty), pretty);
        assert_eq!(on_one_line(&pretty), compact);
    }

    #[test]
    fn it_is_laid_out_as_serde_does() {
        as_serde_does(&json!({
            "empty": {}, "none": [], "nested": [[], [1, [2.5e-300, -0.0]], {"a": {"b": null}}],
            "strings": ["", "a, b: {c} [d]", "\"quoted\" \\", "\\\"", "tab\tline\n", "é ⪯ \u{1f600}"],
            "numbers": [0, -1, 18446744073709551615_u64, 1e300, 0.1], "words": [true, false, null]
        }));
        as_serde_does(&json!([]));
        as_serde_does(&json!("alone"));
    }

    #[test]
    fn what_is_no_json_comes_to_an_end() {
        for text in ["", "}}}", "\"open", "\"open\\", "{\"a\" 1", ",,::", "nul", "{"] {
            laid_out(text);
            on_one_line(text);
        }
    }

    proptest! {
        #[test]
        fn any_strings_keep_their_characters(strings in proptest::collection::vec(".*", 0..8)) {
            as_serde_does(&json!({ "s": strings }));
        }
    }
}
