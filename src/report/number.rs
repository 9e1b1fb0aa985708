//! Numbers as people and programs read them.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// `20,000`
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Three significant digits: `0.0312`, `1250`, `3.1e-7`; a whole number of up to six digits is written out.
pub fn short(number: f64) -> String {
    if !number.is_finite() {
        return number.to_string();
    }
    if number == 0.0 {
        return "0".to_owned();
    }
    if number.fract() == 0.0 && number.abs() < 1e6 {
        return format!("{number:.0}");
    }
    let scientific = format!("{number:.2e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else { return scientific };
    // Rounding to three digits is done by now, so the exponent is that of what will be shown.
    match exponent.parse::<i32>() {
        Ok(exponent @ -4..=5) => {
            let decimals = usize::try_from(2 - exponent).unwrap_or(0);
            trim(&format!("{number:.decimals$}")).to_owned()
        }
        _ => format!("{}e{exponent}", trim(mantissa)),
    }
}

/// From so near to 1 on a number is shown by what it lacks.
const NEAR_ONE: f64 = 1e-3;

/// A probability, by what it lacks of 1 where that is little: `0.25`, `1`, `1 - 7.2e-5`. What it lacks is rounded up for a lower end, down for an upper one.
pub fn near_one(lacks: f64, lower_end: bool) -> String {
    if lacks == 0.0 || lacks >= NEAR_ONE || lacks.is_nan() {
        return short(1.0 - lacks);
    }
    format!("1 - {}", short(directed(lacks, lower_end)))
}

/// The nearest number of three digits that is not below a positive one, or not above it.
fn directed(x: f64, up: bool) -> f64 {
    let text = format!("{x:.2e}");
    let rounded: f64 = text.parse().unwrap_or(x);
    if if up { rounded >= x } else { rounded <= x } {
        return rounded;
    }
    let Some((mantissa, exponent)) = text.split_once('e') else { return x };
    let hundredths = mantissa.replace('.', "").parse::<i32>().unwrap_or(100);
    let exponent: i32 = exponent.parse().unwrap_or(0);
    format!("{}e{}", if up { hundredths + 1 } else { hundredths - 1 }, exponent - 2).parse().unwrap_or(x)
}

/// Without zeros at the end of the fraction.
fn trim(decimal: &str) -> &str {
    if decimal.contains('.') { decimal.trim_end_matches('0').trim_end_matches('.') } else { decimal }
}

/// A number of `f64` in JSON, which has no infinities and no NaN: they are `"inf"`, `"-inf"` and `null`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct JsonNumber(pub f64);

impl Serialize for JsonNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_nan() {
            serializer.serialize_none()
        } else if self.0 == f64::INFINITY {
            serializer.serialize_str("inf")
        } else if self.0 == f64::NEG_INFINITY {
            serializer.serialize_str("-inf")
        } else {
            serializer.serialize_f64(self.0)
        }
    }
}

impl<'de> Deserialize<'de> for JsonNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::Null => Ok(Self(f64::NAN)),
            serde_json::Value::Number(number) => {
                number.as_f64().map(Self).ok_or_else(|| D::Error::custom("a number beyond f64"))
            }
            serde_json::Value::String(text) if text == "inf" => Ok(Self(f64::INFINITY)),
            serde_json::Value::String(text) if text == "-inf" => Ok(Self(f64::NEG_INFINITY)),
            other => Err(D::Error::custom(format!("found {other}, where a number is wanted"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_come_in_groups_of_three() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn a_short_number_has_three_digits_and_no_idle_zeros() {
        let shown = [0.031_25, 1.0 / 3.0, 12.5, 1250.4, 99_999.9, -0.5, 1e-4, 3.14e-7, -2e300, 1.0, 250_000.0, 0.0];
        let wanted =
            ["0.0312", "0.333", "12.5", "1250", "100000", "-0.5", "0.0001", "3.14e-7", "-2e300", "1", "250000", "0"];
        assert_eq!(shown.map(short), wanted);
        assert_eq!([f64::NAN, f64::INFINITY, f64::NEG_INFINITY].map(short), ["NaN", "inf", "-inf"]);
    }

    #[test]
    fn a_number_near_1_is_told_by_what_it_lacks_rounded_outwards() {
        assert_eq!([0.0, 0.25, 1e-3, 1.0].map(|x| near_one(x, true)), ["1", "0.75", "0.999", "0"]);
        assert_eq!([7.201e-5, 1e-5, 9.999e-5].map(|x| near_one(x, true)), ["1 - 7.21e-5", "1 - 1e-5", "1 - 0.0001"]);
        assert_eq!([7.209e-5, 1e-5, 1.0001e-5].map(|x| near_one(x, false)), ["1 - 7.2e-5", "1 - 1e-5", "1 - 1e-5"]);
    }

    #[test]
    fn what_json_cannot_say_is_a_string_or_null() {
        let numbers = [0.1, 1e300, f64::NAN, f64::INFINITY, f64::NEG_INFINITY].map(JsonNumber);
        let text = serde_json::to_string(&numbers).unwrap();
        assert_eq!(text, r#"[0.1,1e+300,null,"inf","-inf"]"#);
    }

    #[test]
    fn numbers_are_read_back_as_they_were_written() {
        let numbers = [0.1, 1e300, f64::NAN, f64::INFINITY, f64::NEG_INFINITY].map(JsonNumber);
        let read: Vec<JsonNumber> = serde_json::from_str(&serde_json::to_string(&numbers).unwrap()).unwrap();
        assert!(
            numbers.iter().zip(&read).all(|(a, b)| a.0.to_bits() == b.0.to_bits() || (a.0.is_nan() && b.0.is_nan()))
        );
        assert!(serde_json::from_str::<JsonNumber>("\"x\"").is_err());
    }
}
