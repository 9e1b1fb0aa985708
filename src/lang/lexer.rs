//! From the text of one expression to tokens with byte spans.
//!
//! Characters of mathematical typography (`≤`, `σ`, `·`, curly quotes) are refused with the spelling that is meant, and so
//! are operators of other languages (`&&`, `**`). Sizes are capped here, so that what comes after may trust them: the text,
//! a number's digits, its exponent, and all exponents together (`1e100000` is short to write and long to hold).
//! No grammar: what may follow what is the parser's.

use super::span::{LangError, Span};
use super::words::MAX_NAME;
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;

/// The longest expression, in bytes.
pub const MAX_TEXT: usize = 64 * 1024;
/// The most digits of one number, before any exponent.
pub const MAX_DIGITS: usize = 1000;
/// The greatest size of a decimal exponent.
pub const MAX_EXPONENT: u32 = 100_000;
/// The most decimal places that all exponents of one expression add up to.
const MAX_EXPONENTS: u32 = 1_000_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Number,
    Word,
    LeftParen,
    RightParen,
    LeftBracket,
    RightBracket,
    Comma,
    Colon,
    Semicolon,
    Prime,
    Plus,
    Minus,
    Star,
    Slash,
    Caret,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    EqualEqual,
    NotEqual,
    Implies,
    Arrow,
    DotDot,
    DotDotEqual,
    /// `=`, which only `sv = v` has.
    Equals,
    /// `~`, which only a fit has.
    Tilde,
    /// Behind the last token; empty.
    End,
}

/// A token, with its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'s> {
    pub kind: Kind,
    pub text: &'s str,
    pub span: Span,
}

impl Token<'_> {
    pub fn is_word(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text == word
    }

    /// The token as an error names it.
    pub fn found(&self) -> String {
        match self.kind {
            Kind::End => "found the end".into(),
            Kind::Number | Kind::Word if self.text.len() > MAX_NAME => "found a long number".into(),
            _ => format!("found `{}`", self.text),
        }
    }
}

/// Operators, longest first. Those with a help are mistakes.
const OPERATORS: &[(&str, Result<Kind, &str>)] = &[
    ("<=>", Err("write `(p => q) and (q => p)`")),
    ("==>", Err("write `=>` for an implication")),
    ("...", Err("write `..=` between the ends of a range, `..` for a whole row or column")),
    ("..=", Ok(Kind::DotDotEqual)),
    ("===", Err("write `==`")),
    ("!==", Err("write `!=`")),
    ("**", Err("write `^` for a power")),
    ("&&", Err("write `and`")),
    ("||", Err("write `or`, or `abs(x)`, `norm(M)` for bars")),
    ("=<", Err("write `<=`")),
    (":=", Err("write `==` to compare; a name is defined under `[let]`")),
    ("~=", Err("write `!=`")),
    ("=>", Ok(Kind::Implies)),
    ("==", Ok(Kind::EqualEqual)),
    ("!=", Ok(Kind::NotEqual)),
    ("<=", Ok(Kind::LessEqual)),
    (">=", Ok(Kind::GreaterEqual)),
    ("->", Ok(Kind::Arrow)),
    ("..", Ok(Kind::DotDot)),
    ("=", Ok(Kind::Equals)),
    ("~", Ok(Kind::Tilde)),
    ("<", Ok(Kind::Less)),
    (">", Ok(Kind::Greater)),
    ("(", Ok(Kind::LeftParen)),
    (")", Ok(Kind::RightParen)),
    ("[", Ok(Kind::LeftBracket)),
    ("]", Ok(Kind::RightBracket)),
    (",", Ok(Kind::Comma)),
    (":", Ok(Kind::Colon)),
    (";", Ok(Kind::Semicolon)),
    ("'", Ok(Kind::Prime)),
    ("+", Ok(Kind::Plus)),
    ("-", Ok(Kind::Minus)),
    ("*", Ok(Kind::Star)),
    ("/", Ok(Kind::Slash)),
    ("^", Ok(Kind::Caret)),
    ("!", Err("write `not p`, or `!=` for \"is not equal\"")),
    ("&", Err("write `and`")),
    ("|", Err("write `abs(x)` or `norm(M)` for bars, `or` between truth values")),
];

/// What to write for a character that is no part of the language.
const STRAY: &[(&str, &str)] = &[
    ("≤⩽≦⪯≼", "write `<=`"),
    ("≥⩾≧⪰≽", "write `>=`"),
    ("≺", "write `<`"),
    ("≻", "write `>`"),
    ("≠", "write `!=`"),
    ("≡≔", "write `==`"),
    ("·⋅∙•×∗", "write `*`"),
    ("⊙∘", "write `hadamard(A, B)`"),
    ("⊗", "write `kron(A, B)`"),
    ("−–—‐‑", "write `-`"),
    ("÷", "write `/`"),
    ("±", "write `within` before how far off a slope may be, like `about 1 within 0.1`"),
    ("⇒⟹", "write `=>`"),
    ("⇔⟺", "write `(p => q) and (q => p)`"),
    ("→↦", "write `->` in `D(e; X -> H)`, `=>` for an implication"),
    ("∧", "write `and`"),
    ("∨", "write `or`"),
    ("¬", "write `not`"),
    ("∀", "write `all(i in a..=b: ..)`"),
    ("∃", "write `any(i in a..=b: ..)`"),
    ("∈", "write `in`"),
    ("∑", "write `sum(i in a..=b: ..)`"),
    ("∏", "write `prod(i in a..=b: ..)`"),
    ("√", "write `sqrt(x)`"),
    ("‖∥", "write `norm(M)`"),
    ("∣", "write `abs(x)`"),
    ("⌊⌋", "write `floor(x)`"),
    ("⌈⌉", "write `ceil(x)`"),
    ("…⋯", "write `..=` between the ends of a range, `..` for a whole row or column"),
    ("′’‘`´ᵀ⊤", "write `'` for the transpose"),
    ("“”\"", "an expression has no quotes"),
    ("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "write `^` and the exponent"),
    ("₀₁₂₃₄₅₆₇₈₉", "write the digit itself, as in `sigma1`"),
    ("½", "write `1/2`"),
    ("∞", "there is no infinity; leave the bound out"),
    ("{}", "write `(` and `)`"),
    ("\\", "this is not TeX: write `sigma`, `sqrt(x)`, `a/b`"),
    ("@", "write `*` for the matrix product"),
    ("%", "there is no remainder; `a - b*floor(a/b)` is one"),
    ("_", "a name starts with a letter"),
    ("\u{a0}\u{2007}\u{2009}\u{200a}\u{200b}\u{202f}\u{3000}\u{feff}", "write a plain space"),
];

const GREEK: &[(char, &str)] = &[
    ('α', "alpha"),
    ('β', "beta"),
    ('γ', "gamma"),
    ('δ', "delta"),
    ('ε', "eps"),
    ('ϵ', "eps"),
    ('ζ', "zeta"),
    ('η', "eta"),
    ('θ', "theta"),
    ('ι', "iota"),
    ('κ', "kappa"),
    ('λ', "lambda"),
    ('μ', "mu"),
    ('µ', "mu"),
    ('ν', "nu"),
    ('ξ', "xi"),
    ('π', "pi"),
    ('ρ', "rho"),
    ('σ', "sigma"),
    ('ς', "sigma"),
    ('τ', "tau"),
    ('φ', "phi"),
    ('ϕ', "phi"),
    ('χ', "chi"),
    ('ψ', "psi"),
    ('ω', "omega"),
    ('Γ', "Gamma"),
    ('Δ', "Delta"),
    ('Θ', "Theta"),
    ('Λ', "Lambda"),
    ('Ξ', "Xi"),
    ('Π', "Pi"),
    ('Σ', "Sigma"),
    ('Φ', "Phi"),
    ('Ψ', "Psi"),
    ('Ω', "Omega"),
];

/// The tokens of `text`, with [`Kind::End`] behind them.
pub fn lex(text: &str) -> Result<Vec<Token<'_>>, LangError> {
    if text.len() > MAX_TEXT {
        return Err(LangError::new(
            Span::new(0, 0),
            format!("the expression is longer than {MAX_TEXT} bytes"),
            format!("found {} bytes", text.len()),
        )
        .help("name parts of it under `[let]`"));
    }
    let mut tokens = Vec::new();
    let mut at = 0;
    let mut exponents = 0;
    while let Some(c) = text[at..].chars().next() {
        if matches!(c, ' ' | '\t' | '\n' | '\r') {
            at += 1;
            continue;
        }
        let rest = &text[at..];
        let (kind, len) = if c.is_ascii_digit() {
            (Kind::Number, number(rest, at, &mut exponents)?)
        } else if c.is_ascii_alphabetic() {
            (Kind::Word, word(rest, at)?)
        } else {
            operator(rest, at)?
        };
        tokens.push(Token { kind, text: &rest[..len], span: Span::new(at, at + len) });
        at += len;
    }
    tokens.push(Token { kind: Kind::End, text: "", span: Span::new(text.len(), text.len()) });
    Ok(tokens)
}

fn run(text: &str, inside: impl Fn(u8) -> bool) -> usize {
    text.bytes().take_while(|&b| inside(b)).count()
}

fn word(rest: &str, at: usize) -> Result<usize, LangError> {
    let len = run(rest, |b| b.is_ascii_alphanumeric() || b == b'_');
    if len > MAX_NAME {
        return Err(LangError::new(
            Span::new(at, at + len),
            format!("a name has at most {MAX_NAME} letters"),
            format!("found {len}"),
        ));
    }
    Ok(len)
}

/// The length of the number that starts here: `12`, `0.1`, `1e-350`, `2.5E3`.
fn number(rest: &str, at: usize, exponents: &mut u32) -> Result<usize, LangError> {
    let digits = |from: usize| run(&rest[from..], |b| b.is_ascii_digit());
    let byte = |i: usize| rest.as_bytes().get(i).copied();
    let whole = digits(0);
    let mut len = whole;
    if byte(len) == Some(b'.') && byte(len + 1) != Some(b'.') {
        let fraction = digits(len + 1);
        if fraction == 0 {
            let span = Span::new(at, at + len + 1);
            let error = LangError::new(span, "a number does not end in a dot", "found no digit behind the dot");
            return Err(error.help("write `2` or `2.0`"));
        }
        len += 1 + fraction;
    }
    if len > MAX_DIGITS {
        return Err(LangError::new(
            Span::new(at, at + len),
            format!("a number has at most {MAX_DIGITS} digits"),
            format!("found {len}"),
        ));
    }
    if matches!(byte(len), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(byte(len + 1), Some(b'+' | b'-')));
        let places = digits(len + 1 + sign);
        if places > 0 {
            let end = len + 1 + sign + places;
            let size = rest[len + 1 + sign..end].parse::<u32>().ok().filter(|&size| size <= MAX_EXPONENT);
            let Some(size) = size else {
                return Err(LangError::new(
                    Span::new(at + len, at + end),
                    format!("an exponent is at most {MAX_EXPONENT} in size"),
                    "found a larger one",
                ));
            };
            *exponents += size;
            if *exponents > MAX_EXPONENTS {
                return Err(LangError::new(
                    Span::new(at, at + end),
                    format!("the exponents in one expression add up to at most {MAX_EXPONENTS}"),
                    "found more",
                ));
            }
            len = end;
        }
    }
    let tail = run(&rest[len..], |b| b.is_ascii_alphanumeric() || b == b'_');
    if tail > 0 {
        let error = LangError::new(
            Span::new(at + len, at + len + tail),
            "a name right behind a number",
            format!("found `{}`", clip(&rest[len..len + tail])),
        );
        return Err(error.help("write `*` for a product"));
    }
    Ok(len)
}

fn operator(rest: &str, at: usize) -> Result<(Kind, usize), LangError> {
    for &(symbol, meaning) in OPERATORS {
        if rest.starts_with(symbol) {
            return meaning.map(|kind| (kind, symbol.len())).map_err(|help| {
                let span = Span::new(at, at + symbol.len());
                LangError::new(span, format!("`{symbol}` is not an operator"), format!("found `{symbol}`")).help(help)
            });
        }
    }
    let mut chars = rest.chars();
    let c = chars.next().unwrap_or(' ');
    let span = Span::new(at, at + c.len_utf8());
    if c == '.' {
        let digits = clip(&rest[1..1 + run(&rest[1..], |b| b.is_ascii_digit())]);
        let error = LangError::new(span, "a dot without a number before it", "found `.`");
        return Err(if digits.is_empty() { error } else { error.help(format!("write `0.{digits}`")) });
    }
    let error =
        LangError::new(span, "this character is no part of the language", format!("found `{}`", c.escape_debug()));
    let greek = GREEK.iter().find(|(letter, _)| *letter == c).map(|(_, name)| format!("write `{name}`"));
    let stray = STRAY.iter().find(|(set, _)| set.contains(c)).map(|(_, help)| (*help).to_owned());
    Err(match greek.or(stray) {
        Some(help) => error.help(help),
        None if c.is_alphabetic() => error.help("a name is made of the letters a to z and A to Z, digits and `_`"),
        None => error,
    })
}

/// The start of a text that may be long (ASCII).
fn clip(text: &str) -> &str {
    &text[..text.len().min(20)]
}

/// The value of a number's text, exactly. The text is one that [`lex`] let through.
pub fn exact(text: &str) -> RBig {
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(e) => (&text[..e], text[e + 1..].parse::<i64>().unwrap_or(0)),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = UBig::from_str_radix(&format!("{whole}{fraction}"), 10).unwrap_or(UBig::ZERO);
    let places = exponent - i64::try_from(fraction.len()).unwrap_or(0);
    let power = UBig::from(10u8).pow(usize::try_from(places.unsigned_abs()).unwrap_or(0));
    if places >= 0 { RBig::from(digits * power) } else { RBig::from_parts(IBig::from(digits), power) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<&str> {
        lex(text).unwrap().iter().filter(|t| t.kind != Kind::End).map(|t| t.text).collect()
    }

    fn error(text: &str) -> (Span, String, String, String) {
        let e = lex(text).unwrap_err();
        (e.span, e.message, e.found, e.help.unwrap_or_default())
    }

    #[test]
    fn a_range_after_a_number_is_not_a_fraction() {
        assert_eq!(texts("1..=r"), ["1", "..=", "r"]);
        assert_eq!(texts("M[.., j]'"), ["M", "[", "..", ",", "j", "]", "'"]);
        assert_eq!(texts("1.5..=2.5"), ["1.5", "..=", "2.5"]);
        assert_eq!(texts("a<-b"), ["a", "<", "-", "b"]);
        assert_eq!(texts("X -> H => p >= q"), ["X", "->", "H", "=>", "p", ">=", "q"]);
    }

    #[test]
    fn spans_are_bytes_and_the_end_is_a_token() {
        let tokens = lex(" ab <= 1e-3 ").unwrap();
        assert_eq!(
            tokens.iter().map(|t| (t.span.start, t.span.end)).collect::<Vec<_>>(),
            [(1, 3), (4, 6), (7, 11), (12, 12)]
        );
        assert_eq!(tokens.last().map(|t| t.kind), Some(Kind::End));
    }

    #[test]
    fn numbers_are_exact() {
        let ratio = |p: i64, q: u64| RBig::from_parts(IBig::from(p), UBig::from(q));
        assert_eq!(exact("12"), ratio(12, 1));
        assert_eq!(exact("0.1"), ratio(1, 10));
        assert_eq!(exact("2.50"), ratio(5, 2));
        assert_eq!(exact("1.5e3"), ratio(1500, 1));
        assert_eq!(exact("25E-1"), ratio(5, 2));
        assert_eq!(exact("1e+2"), ratio(100, 1));
        assert_eq!(exact("007"), ratio(7, 1));
        let tiny = exact("1e-350");
        assert!(tiny > RBig::ZERO);
        assert_eq!(tiny * exact("1e350"), RBig::ONE);
    }

    #[test]
    fn a_malformed_number_says_what_to_write() {
        assert_eq!(
            error("x + .5"),
            (Span::new(4, 5), "a dot without a number before it".into(), "found `.`".into(), "write `0.5`".into())
        );
        assert_eq!(error("2. + x").3, "write `2` or `2.0`");
        assert_eq!(
            error("2eta"),
            (
                Span::new(1, 4),
                "a name right behind a number".into(),
                "found `eta`".into(),
                "write `*` for a product".into()
            )
        );
        assert_eq!(error("1e+x").1, "a name right behind a number");
    }

    #[test]
    fn sizes_are_capped() {
        assert!(lex("1e100000").is_ok());
        assert_eq!(error("1e100001").1, "an exponent is at most 100000 in size");
        assert_eq!(error("1e-99999999999999999999").0, Span::new(1, 23));
        assert_eq!(error(&"1".repeat(1001)).1, "a number has at most 1000 digits");
        assert_eq!(error(&"x".repeat(65)).1, "a name has at most 64 letters");
        assert_eq!(error(&"1e99999+".repeat(11)).1, "the exponents in one expression add up to at most 1000000");
        assert_eq!(error(&" ".repeat(MAX_TEXT + 1)).1, "the expression is longer than 65536 bytes");
    }

    #[test]
    fn typography_is_refused_with_the_spelling_that_is_meant() {
        for (text, help) in [
            ("a ≤ b", "write `<=`"),
            ("a·b", "write `*`"),
            ("σ", "write `sigma`"),
            ("a − b", "write `-`"),
            ("A’", "write `'` for the transpose"),
            ("“a”", "an expression has no quotes"),
            ("a²", "write `^` and the exponent"),
            ("a\u{a0}+ b", "write a plain space"),
            ("a \\le b", "this is not TeX: write `sigma`, `sqrt(x)`, `a/b`"),
            ("a && b", "write `and`"),
            ("a || b", "write `or`, or `abs(x)`, `norm(M)` for bars"),
            ("!a", "write `not p`, or `!=` for \"is not equal\""),
            ("a**2", "write `^` for a power"),
            ("p ==> q", "write `=>` for an implication"),
            ("a =< b", "write `<=`"),
        ] {
            assert_eq!(error(text).3, help, "{text}");
        }
        let (span, message, found, _) = error("ab ≤ c");
        assert_eq!(
            (span, message.as_str(), found.as_str()),
            (Span::new(3, 6), "this character is no part of the language", "found `≤`")
        );
        assert_eq!(error("a \u{202e} b").2, "found `\\u{202e}`");
        assert_eq!(error("ж").3, "a name is made of the letters a to z and A to Z, digits and `_`");
        assert!(lex("a ☃ b").is_err_and(|e| e.help.is_none()));
    }
}
