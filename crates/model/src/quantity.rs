//! Kubernetes quantities, exact: `0.5Gi`, `500M` and `1Gi` are numbers, not text.

use std::cmp::Ordering;
use std::fmt;

use crate::node::Node;
use crate::read::{Read, Reader};
use crate::shape::Shape;

/// The suffixes with the power of ten in thousandths (decimal) or the power of two (binary).
const DECIMAL: [(&str, i32); 8] = [
    ("n", -9),
    ("u", -6),
    ("m", -3),
    ("", 0),
    ("k", 3),
    ("M", 6),
    ("G", 9),
    ("T", 12),
];
const DECIMAL_LARGE: [(&str, i32); 2] = [("P", 15), ("E", 18)];
const BINARY: [(&str, u32); 6] = [
    ("Ki", 10),
    ("Mi", 20),
    ("Gi", 30),
    ("Ti", 40),
    ("Pi", 50),
    ("Ei", 60),
];

/// An amount of CPU, memory or disk.
///
/// Equal and ordered by amount: `1Gi` equals `1024Mi`. Printed in the canonical form of the Kubernetes API server, so that a
/// value that went through the server compares equal as text.
#[derive(Clone, Copy, Debug)]
pub struct Quantity {
    /// Thousand-millionths, so that every suffix is exact.
    nanos: i128,
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Decimal,
    Binary,
}

impl Quantity {
    /// Reads a quantity as Kubernetes does; the error is a phrase that follows the field's name.
    pub fn parse(text: &str) -> Result<Self, String> {
        let digits = text
            .find(|c: char| !(c.is_ascii_digit() || c == '.'))
            .unwrap_or(text.len());
        let (number, suffix) = text.split_at(digits);
        let problem =
            || format!("must be a quantity such as `500m`, `256Mi` or `2Gi`, not `{text}`");
        let (scale, format) = scale_of(suffix).ok_or_else(problem)?;
        let nanos = scaled(number, scale).ok_or_else(problem)?;
        Ok(Self { nanos, format })
    }

    /// Returns a number of bytes (or cores) as a quantity.
    pub fn whole(value: i64) -> Self {
        Self {
            nanos: i128::from(value) * 1_000_000_000,
            format: Format::Decimal,
        }
    }

    /// Returns `times` as much.
    #[must_use]
    pub fn times(self, times: u32) -> Self {
        Self {
            nanos: self.nanos.saturating_mul(i128::from(times)),
            format: self.format,
        }
    }

    /// Returns the sum, in the format of `self`.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            nanos: self.nanos.saturating_add(other.nanos),
            format: self.format,
        }
    }

    /// Returns the amount in thousandths, rounded up: CPU in millicores.
    pub fn millis(self) -> i128 {
        div_up(self.nanos, 1_000_000)
    }

    /// Returns the amount in whole units, rounded up: memory in bytes.
    pub fn units(self) -> i128 {
        div_up(self.nanos, 1_000_000_000)
    }

    /// Says whether it is nothing.
    pub fn is_zero(self) -> bool {
        self.nanos == 0
    }
}

fn div_up(value: i128, by: i128) -> i128 {
    value.div_euclid(by) + i128::from(value.rem_euclid(by) != 0)
}

/// Returns numerator and denominator exponents for a suffix: nanos = number * 10^9 * scale.
fn scale_of(suffix: &str) -> Option<(i128, Format)> {
    if let Some((_, power)) = BINARY.iter().find(|(name, _)| *name == suffix) {
        return Some(((1_i128 << power) * 1_000_000_000, Format::Binary));
    }
    if let Some((_, power)) = DECIMAL
        .iter()
        .chain(&DECIMAL_LARGE)
        .find(|(name, _)| *name == suffix)
    {
        return Some((10_i128.pow((9 + power).try_into().ok()?), Format::Decimal));
    }
    let exponent: i32 = suffix.strip_prefix(['e', 'E'])?.parse().ok()?;
    let power: u32 = (9 + exponent)
        .try_into()
        .ok()
        .filter(|power| *power <= 27)?;
    Some((10_i128.pow(power), Format::Decimal))
}

/// Multiplies a decimal number by the scale, exactly, rounding up below one thousand-millionth.
fn scaled(number: &str, scale: i128) -> Option<i128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if (whole.is_empty() && fraction.is_empty()) || whole.len() > 18 || fraction.len() > 9 {
        return None;
    }
    let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
    let divisor = 10_i128.pow(fraction.len().try_into().ok()?);
    Some(div_up(digits.checked_mul(scale)?, divisor))
}

impl fmt::Display for Quantity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.format == Format::Binary && self.nanos % 1_000_000_000 == 0 {
            let units = self.nanos / 1_000_000_000;
            let fits = BINARY
                .iter()
                .rev()
                .find(|(_, power)| units != 0 && units % (1 << power) == 0);
            if let Some((suffix, power)) = fits {
                return write!(formatter, "{}{suffix}", units >> power);
            }
            return write!(formatter, "{units}");
        }
        let fits = DECIMAL
            .iter()
            .chain(&DECIMAL_LARGE)
            .rev()
            .find(|(_, power)| {
                let unit = 10_i128.pow((9 + power).unsigned_abs());
                self.nanos != 0 && self.nanos % unit == 0
            });
        match fits {
            Some((suffix, power)) => write!(
                formatter,
                "{}{suffix}",
                self.nanos / 10_i128.pow((9 + power).unsigned_abs())
            ),
            None => formatter.write_str("0"),
        }
    }
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.nanos == other.nanos
    }
}

impl Eq for Quantity {}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Quantity {
    fn cmp(&self, other: &Self) -> Ordering {
        self.nanos.cmp(&other.nanos)
    }
}

impl Read for Quantity {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        reader.text(node, Self::parse)
    }

    fn shape() -> Shape {
        Shape::Text {
            format: "quantity",
            about: "a Kubernetes quantity: a number with m, k, M, G, T, Ki, Mi, Gi or Ti",
            example: "256Mi",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_print_as_the_api_server_prints_them() {
        for (text, printed) in [
            ("0.5Gi", "512Mi"),
            ("1.5Gi", "1536Mi"),
            ("500M", "500M"),
            ("1024Mi", "1Gi"),
            ("1000m", "1"),
            ("0.1", "100m"),
            ("1e3", "1k"),
            ("0", "0"),
            ("2", "2"),
            ("100m", "100m"),
            ("0.5", "500m"),
            ("1024Ki", "1Mi"),
            ("1", "1"),
            ("0.3Mi", "314572800m"),
        ] {
            let quantity = Quantity::parse(text).unwrap();
            assert_eq!(quantity.to_string(), printed, "{text}");
            assert_eq!(Quantity::parse(printed).unwrap(), quantity, "{text}");
        }
    }

    #[test]
    fn twice_is_computed_on_the_amount() {
        for (text, twice) in [
            ("0.5Gi", "1Gi"),
            ("500M", "1G"),
            ("1Gi", "2Gi"),
            ("128Mi", "256Mi"),
        ] {
            assert_eq!(
                Quantity::parse(text).unwrap().times(2).to_string(),
                twice,
                "{text}"
            );
        }
    }

    #[test]
    fn malformed_quantities_are_refused() {
        for text in [
            "",
            "Gi",
            "1.2.3",
            "1gb",
            "-1",
            "1 Gi",
            "1e99",
            ".",
            "99999999999999999999",
        ] {
            assert!(Quantity::parse(text).is_err(), "{text}");
        }
    }
}
