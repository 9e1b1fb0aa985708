//! Exact values as text for people: `S = [1/2 0; 0 1]`, the same in aligned rows, and decimals that enclose.
//!
//! What is written to be read back by programs is [`super::witness`].

use super::point::Exactly;
use dashu_int::ops::{BitTest, DivRem};
use dashu_int::{IBig, Sign, UBig};
use dashu_ratio::RBig;

/// `d = 2`, `x = 1/3`, `v = [2; 1]`, `S = [1/2 0; 0 1]`. Rationals longer than `most` characters are shown to a few digits.
pub fn one_line(name: &str, value: &Exactly, most: usize) -> String {
    match value {
        Exactly::Int(i) => format!("{name} = {i}"),
        Exactly::Rational(x) => equation(name, &short(x, most)),
        Exactly::Matrix { rows, cols, .. } if rows * cols == 0 => format!("{name} = {rows}×{cols}"),
        Exactly::Matrix { cols, entries, .. } => {
            let entries: Vec<String> = entries.iter().map(|x| short(x, most)).collect();
            let rows: Vec<String> = entries.chunks(*cols).map(|row| row.join(" ")).collect();
            format!("{name} = [{}]", rows.join("; "))
        }
    }
}

/// The same with a line for each row of a matrix, its columns aligned; a column stays on one line.
///
/// ```text
/// S = [1/2   0]
///     [  0   1]
/// ```
pub fn lines(name: &str, value: &Exactly, most: usize) -> Vec<String> {
    let Exactly::Matrix { rows, cols, entries } = value else { return vec![one_line(name, value, most)] };
    if *rows < 2 || *cols < 2 {
        return vec![one_line(name, value, most)];
    }
    let entries: Vec<String> = entries.iter().map(|x| short(x, most)).collect();
    let width = |column: usize| entries.chunks(*cols).map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..*cols).map(width).collect();
    let indent = " ".repeat(name.chars().count() + 3);
    let row = |(i, row): (usize, &[String])| {
        let start = if i == 0 { format!("{name} = ") } else { indent.clone() };
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:>width$}")).collect();
        format!("{start}[{}]", cells.join("  "))
    };
    entries.chunks(*cols).enumerate().map(row).collect()
}

fn equation(name: &str, short: &str) -> String {
    match short.strip_prefix('≈') {
        Some(rounded) => format!("{name} ≈ {rounded}"),
        None => format!("{name} = {short}"),
    }
}

/// Exactly if that takes at most `most` characters, else `≈` and six digits.
pub fn short(x: &RBig, most: usize) -> String {
    // A number of this many bits has more digits than fit: it need not be written to know.
    let bits = x.numerator().bit_len() + x.denominator().bit_len();
    if bits <= most.saturating_add(1).saturating_mul(4) {
        let exact = x.to_string();
        if exact.chars().count() <= most {
            return exact;
        }
    }
    format!("≈{}", decimal(x, 6, Towards::Below))
}

/// Which way a decimal is rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Towards {
    Below,
    Above,
}

/// A decimal of at most `digits` significant digits on the stated side of `x`: `-0.125`, `3.33e-301`. Exact if it fits.
pub fn decimal(x: &RBig, digits: usize, towards: Towards) -> String {
    if *x == RBig::ZERO {
        return "0".into();
    }
    let (sign, p) = x.numerator().clone().into_parts();
    let (negative, q) = (sign == Sign::Negative, x.denominator().clone());
    // `10^(digits-1) <= |x| 10^-shift < 10^digits`; the estimate from lengths in bits is at most one off.
    let ten = UBig::from(10_u8);
    let digits = digits.max(1);
    let estimate = (p.bit_len() as f64 - q.bit_len() as f64) * std::f64::consts::LOG10_2;
    let mut shift = estimate.floor() as i64 - digits as i64;
    let power = |exponent: i64| ten.pow(usize::try_from(exponent.unsigned_abs()).unwrap_or(usize::MAX));
    let limit = power(digits as i64);
    let (mut mantissa, rest) = loop {
        let (n, d) = if shift < 0 { (&p * power(shift), q.clone()) } else { (p.clone(), &q * power(shift)) };
        let (mantissa, rest) = n.div_rem(&d);
        if mantissa < limit {
            break (mantissa, rest);
        }
        shift += 1;
    };
    if rest != UBig::ZERO && negative == (towards == Towards::Below) {
        mantissa += UBig::ONE;
    }
    let mut text = mantissa.to_string();
    // Trailing zeros say nothing.
    while text.len() > 1 && text.ends_with('0') {
        text.pop();
        shift += 1;
    }
    let sign = if negative { "-" } else { "" };
    // The exponent of the first digit.
    let first = shift + text.len() as i64 - 1;
    let body = if (-5..=20).contains(&first) {
        let point = first + 1;
        if point <= 0 {
            format!("0.{}{text}", "0".repeat(point.unsigned_abs() as usize))
        } else if point as usize >= text.len() {
            format!("{text}{}", "0".repeat(point as usize - text.len()))
        } else {
            format!("{}.{}", &text[..point as usize], &text[point as usize..])
        }
    } else if text.len() == 1 {
        format!("{text}e{first}")
    } else {
        format!("{}.{}e{first}", &text[..1], &text[1..])
    };
    format!("{sign}{body}")
}

/// The most characters that a numerator, a denominator or a decimal may have in a file.
pub const MOST_DIGITS: usize = 20_000;

/// `-3`, `22/7`: decimal digits, no sign but a leading `-`, a positive denominator. Need not be in lowest terms.
pub fn parse_rational(text: &str) -> Option<RBig> {
    let natural = |digits: &str| {
        let fits = !digits.is_empty() && digits.len() <= MOST_DIGITS && digits.bytes().all(|c| c.is_ascii_digit());
        if fits { UBig::from_str_radix(digits, 10).ok() } else { None }
    };
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (p, q) = match text.split_once('/') {
        Some((p, q)) => (natural(p)?, natural(q)?),
        None => (natural(text)?, UBig::ONE),
    };
    if q == UBig::ZERO {
        return None;
    }
    let sign = if negative { Sign::Negative } else { Sign::Positive };
    Some(RBig::from_parts(IBig::from_parts(sign, p), q))
}

#[cfg(test)]
mod tests {
    use super::{Towards, decimal, lines, one_line, parse_rational, short};
    use crate::case::point::Exactly;
    use dashu_ratio::RBig;
    use proptest::prelude::*;

    fn q(text: &str) -> RBig {
        parse_rational(text).unwrap()
    }

    fn matrix(rows: usize, cols: usize, entries: &[&str]) -> Exactly {
        Exactly::Matrix { rows, cols, entries: entries.iter().map(|x| q(x)).collect() }
    }

    #[test]
    fn values_read_as_in_a_paper() {
        assert_eq!(one_line("d", &Exactly::Int(2), 20), "d = 2");
        assert_eq!(one_line("x", &Exactly::Rational(q("-22/7")), 20), "x = -22/7");
        assert_eq!(one_line("S", &matrix(2, 2, &["1/2", "0", "0", "1"]), 20), "S = [1/2 0; 0 1]");
        assert_eq!(one_line("v", &matrix(3, 1, &["3", "2", "1"]), 20), "v = [3; 2; 1]");
        assert_eq!(one_line("A", &matrix(0, 3, &[]), 20), "A = 0×3");
    }

    #[test]
    fn the_columns_of_a_matrix_are_aligned() {
        let text = lines("S1", &matrix(2, 3, &["1/2", "0", "-10", "3", "-1/3", "1"]), 20);
        assert_eq!(text, ["S1 = [1/2     0  -10]", "     [  3  -1/3    1]"]);
        assert_eq!(lines("v", &matrix(2, 1, &["1", "0"]), 20), ["v = [1; 0]"]);
        assert_eq!(lines("A", &matrix(2, 0, &[]), 20), ["A = 2×0"]);
    }

    #[test]
    fn long_rationals_are_shown_to_six_digits() {
        assert_eq!(short(&q("123/456"), 7), "41/152");
        assert_eq!(short(&q("1000003/3000017"), 8), "≈0.333332");
        assert_eq!(one_line("x", &Exactly::Rational(q("1000003/3000017")), 8), "x ≈ 0.333332");
        assert_eq!(short(&q(&format!("1/1{}", "0".repeat(400))), 20), "≈1e-400");
    }

    #[test]
    fn decimals_are_rounded_to_the_side_that_is_asked_for() {
        for (x, digits, below, above) in [
            ("1/8", 10, "0.125", "0.125"),
            ("-1/8", 2, "-0.13", "-0.12"),
            ("2/3", 3, "0.666", "0.667"),
            ("-2/3", 3, "-0.667", "-0.666"),
            ("999999/1000000", 3, "0.999", "1"),
            ("123456", 3, "123000", "124000"),
            ("1/30000", 2, "0.000033", "0.000034"),
            ("1/3000000", 2, "3.3e-7", "3.4e-7"),
            ("0", 3, "0", "0"),
            ("100", 1, "100", "100"),
        ] {
            let found = (decimal(&q(x), digits, Towards::Below), decimal(&q(x), digits, Towards::Above));
            assert_eq!(found, (below.to_owned(), above.to_owned()), "{x}");
        }
    }

    #[test]
    fn what_is_no_rational_is_refused() {
        for text in [
            "", "-", "/", "1/", "/2", "1/0", "0/0", "+1", "1/-2", "--1", " 1", "1 ", "1_0", "0x1", "1.5", "1e3", "٣",
            "1/2/3", "nan",
        ] {
            assert_eq!(parse_rational(text), None, "{text}");
        }
        assert_eq!(parse_rational(&"9".repeat(20_001)), None);
        assert_eq!(parse_rational("-0"), Some(RBig::ZERO));
        assert_eq!(parse_rational("2/4"), Some(q("1/2")));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        #[test]
        fn a_decimal_lies_on_its_side_and_near(p in any::<i64>(), d in 1_u64.., scale in -400_i32..400, digits in 1_usize..30) {
            use dashu_int::{IBig, UBig};
            let ten = UBig::from(10_u8).pow(scale.unsigned_abs() as usize);
            let x = RBig::from_parts(IBig::from(p), UBig::from(d));
            let x = if scale < 0 { x / RBig::from(ten) } else { x * RBig::from(ten) };
            let read = |text: &str| {
                let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
                let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
                let exponent: i64 = exponent.parse::<i64>().unwrap() - fraction.len() as i64;
                let value = q(&format!("{whole}{fraction}"));
                let ten = RBig::from(UBig::from(10_u8).pow(exponent.unsigned_abs() as usize));
                if exponent < 0 { value / ten } else { value * ten }
            };
            let below = read(&decimal(&x, digits, Towards::Below));
            let above = read(&decimal(&x, digits, Towards::Above));
            prop_assert!(below <= x && x <= above);
            let ten = RBig::from(UBig::from(10_u8).pow(digits - 1));
            let size = if p < 0 { -x } else { x };
            prop_assert!((above - below) * ten <= size);
        }
    }
}
