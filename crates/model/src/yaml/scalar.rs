//! What a plain scalar is: YAML 1.2's core schema, and whether another reader would disagree.

use crate::node::ScalarKind;

/// The greatest whole number that every JSON reader keeps exactly: 2^53.
const EXACT: u64 = 1 << 53;

/// What a plain scalar is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Plain {
    Null,
    Scalar(ScalarKind),
}

/// Why a plain scalar deserves a word.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Trap {
    /// A boolean of YAML 1.1.
    Boolean(bool),
    /// A number with a leading zero, and what kubectl reads.
    LeadingZero(i64),
    /// `1_000`, `0b1`, `0X1`: a number to kubectl.
    Notation,
    /// Does not fit 64 bits, or is not finite.
    TooWide,
    /// Fits 64 bits, not 53.
    Wide,
    /// `1e3`.
    Exponent,
    /// `0o17`, `0x1F`.
    Base(i64),
}

const TEXT: Plain = Plain::Scalar(ScalarKind::Text);

/// Returns what a plain scalar is, and the trap in it.
pub(super) fn classify(text: &str) -> (Plain, Option<Trap>) {
    match text.as_bytes().first() {
        None => (Plain::Null, None),
        Some(b'0'..=b'9' | b'+' | b'-' | b'.') => number(text),
        Some(b'~' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'y' | b'Y' | b'o' | b'O') => {
            word(text)
        }
        Some(_) => (TEXT, None),
    }
}

fn word(text: &str) -> (Plain, Option<Trap>) {
    match text {
        "~" | "null" | "Null" | "NULL" => (Plain::Null, None),
        "true" | "True" | "TRUE" => (Plain::Scalar(ScalarKind::Boolean(true)), None),
        "false" | "False" | "FALSE" => (Plain::Scalar(ScalarKind::Boolean(false)), None),
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => (TEXT, Some(Trap::Boolean(true))),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => {
            (TEXT, Some(Trap::Boolean(false)))
        }
        _ => (TEXT, None),
    }
}

fn number(text: &str) -> (Plain, Option<Trap>) {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return (TEXT, Some(Trap::TooWide));
    }
    if unsigned.contains('_') {
        let trap = is_number_without_underscores(unsigned).then_some(Trap::Notation);
        return (TEXT, trap);
    }
    if !unsigned.is_empty() && unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        return whole(text, unsigned);
    }
    if let Some(based) = based(text) {
        return based;
    }
    if is_decimal(unsigned) {
        decimal(text)
    } else {
        (TEXT, None)
    }
}

fn whole(text: &str, digits: &str) -> (Plain, Option<Trap>) {
    if digits.len() > 1 && digits.starts_with('0') {
        let octal = i64::from_str_radix(digits, 8)
            .or_else(|_| digits.parse())
            .unwrap_or(i64::MAX);
        return (TEXT, Some(Trap::LeadingZero(octal)));
    }
    match text.parse::<i64>() {
        Ok(value) => {
            let trap = (value.unsigned_abs() > EXACT).then_some(Trap::Wide);
            (Plain::Scalar(ScalarKind::Integer(value)), trap)
        }
        Err(_) => (TEXT, Some(Trap::TooWide)),
    }
}

/// Numbers with a base: `0x1F` and `0o17` are YAML 1.2; other spellings only kubectl takes for numbers.
fn based(text: &str) -> Option<(Plain, Option<Trap>)> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let base = match unsigned.get(..2)? {
        "0x" | "0X" => 16,
        "0o" | "0O" => 8,
        "0b" | "0B" => 2,
        _ => return None,
    };
    let digits = &unsigned[2..];
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(base)) {
        return None;
    }
    let standard = text.starts_with("0x") || text.starts_with("0o");
    Some(match i64::from_str_radix(digits, base) {
        Ok(value) if standard => (
            Plain::Scalar(ScalarKind::Integer(value)),
            Some(Trap::Base(value)),
        ),
        Ok(_) => (TEXT, Some(Trap::Notation)),
        Err(_) => (TEXT, Some(Trap::TooWide)),
    })
}

fn decimal(text: &str) -> (Plain, Option<Trap>) {
    if !text.parse::<f64>().is_ok_and(f64::is_finite) {
        return (TEXT, Some(Trap::TooWide));
    }
    let exponent = text.contains(['e', 'E']) && !text.contains('.');
    (
        Plain::Scalar(ScalarKind::Float),
        exponent.then_some(Trap::Exponent),
    )
}

/// Matches `(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`.
fn is_decimal(unsigned: &str) -> bool {
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent_fits = exponent.is_none_or(|exponent| {
        let digits_of = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !digits_of.is_empty() && digits(digits_of)
    });
    digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty()) && exponent_fits
}

fn is_number_without_underscores(unsigned: &str) -> bool {
    let joined = unsigned.replace('_', "");
    matches!(
        number(&joined),
        (Plain::Scalar(ScalarKind::Integer(_) | ScalarKind::Float), _) | (_, Some(_))
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> Plain {
        classify(text).0
    }

    #[test]
    fn plain_scalars_are_what_yaml_1_2_says() {
        for (text, expected) in [
            ("", Plain::Null),
            ("~", Plain::Null),
            ("NULL", Plain::Null),
            ("True", Plain::Scalar(ScalarKind::Boolean(true))),
            ("tRUE", TEXT),
            ("12", Plain::Scalar(ScalarKind::Integer(12))),
            ("+5", Plain::Scalar(ScalarKind::Integer(5))),
            ("-7", Plain::Scalar(ScalarKind::Integer(-7))),
            ("0", Plain::Scalar(ScalarKind::Integer(0))),
            ("0x1F", Plain::Scalar(ScalarKind::Integer(31))),
            ("0o17", Plain::Scalar(ScalarKind::Integer(15))),
            ("1.10", Plain::Scalar(ScalarKind::Float)),
            ("1.", Plain::Scalar(ScalarKind::Float)),
            (".5", Plain::Scalar(ScalarKind::Float)),
            ("-", TEXT),
            ("+", TEXT),
            (".", TEXT),
            ("...x", TEXT),
            ("1.2.3", TEXT),
            ("100m", TEXT),
            ("1Gi", TEXT),
            ("1e", TEXT),
            ("22:22", TEXT),
            ("190:20:30", TEXT),
            ("2024-01-31", TEXT),
            ("2024-01-31T00:00:00Z", TEXT),
            ("0xZZ", TEXT),
            ("-é", TEXT),
            ("0é", TEXT),
        ] {
            assert_eq!(kind(text), expected, "{text}");
        }
    }

    #[test]
    fn plain_scalars_that_readers_dispute_have_a_trap() {
        for (text, expected) in [
            ("NO", Some(Trap::Boolean(false))),
            ("y", Some(Trap::Boolean(true))),
            ("nO", None),
            ("0755", Some(Trap::LeadingZero(493))),
            ("08", Some(Trap::LeadingZero(8))),
            ("-010", Some(Trap::LeadingZero(8))),
            ("00", Some(Trap::LeadingZero(0))),
            ("1_000", Some(Trap::Notation)),
            ("1_0.5", Some(Trap::Notation)),
            ("1_a", None),
            ("2024_01", Some(Trap::Notation)),
            ("0b101", Some(Trap::Notation)),
            ("-0x1F", Some(Trap::Notation)),
            ("0X1F", Some(Trap::Notation)),
            ("9223372036854775808", Some(Trap::TooWide)),
            ("9007199254740993", Some(Trap::Wide)),
            ("9007199254740992", None),
            (".inf", Some(Trap::TooWide)),
            ("-.INF", Some(Trap::TooWide)),
            (".nan", Some(Trap::TooWide)),
            ("1e999", Some(Trap::TooWide)),
            ("1e3", Some(Trap::Exponent)),
            ("1.5e3", None),
            ("22:22", None),
            ("2024-01-31", None),
        ] {
            assert_eq!(classify(text).1, expected, "{text}");
        }
    }
}
