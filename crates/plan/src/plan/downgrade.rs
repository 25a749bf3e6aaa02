//! Whether an image is older than another, as far as its tag tells.

use std::cmp::Ordering;

use steading_model::name::ImageRef;

/// Suffixes of versions that come before the one they lead to.
const BEFORE_RELEASE: [&str; 7] = ["alpha", "beta", "rc", "pre", "preview", "dev", "snapshot"];

/// Says whether `after` is an older version of the same image as `before`. Tags that are no versions, or different variants, tell nothing.
pub(super) fn is_downgrade(before: &str, after: &str) -> bool {
    let (Ok(before), Ok(after)) = (ImageRef::parse(before), ImageRef::parse(after)) else {
        return false;
    };
    if before.name() != after.name() {
        return false;
    }
    let versions = before
        .tag()
        .and_then(Version::parse)
        .zip(after.tag().and_then(Version::parse));
    versions.is_some_and(|(before, after)| after.compare(&before) == Some(Ordering::Less))
}

/// A tag such as `v1.2.3`, `16-alpine` or `2.0.0-rc.1`.
struct Version<'a> {
    numbers: Vec<u64>,
    /// What follows the numbers.
    suffix: &'a str,
}

impl<'a> Version<'a> {
    fn parse(tag: &'a str) -> Option<Self> {
        let tag = tag.strip_prefix(['v', 'V']).unwrap_or(tag);
        let end = tag
            .find(|c: char| !(c.is_ascii_digit() || c == '.'))
            .unwrap_or(tag.len());
        let (numbers, suffix) = tag.split_at(end);
        // `3f2a9c1` is a commit, `-` or `+` follow a version.
        if !suffix.is_empty() && !suffix.starts_with(['-', '+', '_']) {
            return None;
        }
        let numbers = numbers
            .split('.')
            .map(|number| number.parse().ok())
            .collect::<Option<Vec<u64>>>()?;
        Some(Self {
            numbers,
            suffix: suffix.trim_start_matches(['-', '+', '_']),
        })
    }

    fn compare(&self, other: &Self) -> Option<Ordering> {
        let length = self.numbers.len().min(other.numbers.len());
        // `1.2` moves: it may be newer or older than `1.2.3`.
        let order = self.numbers[..length].cmp(&other.numbers[..length]);
        let is_comparable = self.suffix == other.suffix || self.is_early() || other.is_early();
        if !is_comparable || (order.is_eq() && self.numbers.len() != other.numbers.len()) {
            return None;
        }
        Some(
            order.then_with(|| match (self.is_early(), other.is_early()) {
                (true, false) => Ordering::Less,
                (false, true) => Ordering::Greater,
                _ => parts(self.suffix).cmp(&parts(other.suffix)),
            }),
        )
    }

    fn is_early(&self) -> bool {
        let suffix = self.suffix.to_ascii_lowercase();
        BEFORE_RELEASE.iter().any(|word| suffix.starts_with(word))
    }
}

/// Splits `rc.10` so that it comes after `rc.9`.
fn parts(suffix: &str) -> Vec<(u64, &str)> {
    let mut found = Vec::new();
    let mut rest = suffix;
    while !rest.is_empty() {
        let is_digit = rest.starts_with(|c: char| c.is_ascii_digit());
        let end = rest
            .find(|c: char| c.is_ascii_digit() != is_digit)
            .unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        let number = if is_digit {
            part.parse().unwrap_or(u64::MAX)
        } else {
            0
        };
        found.push((number, if is_digit { "" } else { part }));
        rest = after;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lower_version_of_the_same_image_is_a_downgrade() {
        for (before, after, is) in [
            ("app:1.2.0", "app:1.1.9", true),
            ("app:1.10.0", "app:1.9.0", true),
            ("app:1.9.0", "app:1.10.0", false),
            ("app:1.2.0", "app:1.2.0", false),
            ("app:v2", "app:1", true),
            ("app:1.2.0", "app:1.2.0-rc.1", true),
            ("app:1.2.0-rc.1", "app:1.2.0", false),
            ("app:1.2.0-rc.10", "app:1.2.0-rc.9", true),
            ("app:1.2.0-rc.9", "app:1.2.0-rc.10", false),
            ("app:16-alpine", "app:15-alpine", true),
            ("app:16-alpine", "app:15-bookworm", false),
            ("app:1.2", "app:1.2.3", false),
            ("app:1.2.3", "app:1.2", false),
            ("app:1.2.3", "app:1.1", true),
            ("app:2026.11.1", "app:2026.10.30", true),
            ("app:latest", "app:1.0.0", false),
            ("app:3f2a9c1", "app:1f2a9c1", false),
            ("one:2", "two:1", false),
            (
                "app:2@sha256:fd8d9aa63ba2f0982b5304e1ee8d3b90a210bc1ffb5314d980eb6962f1a9715d",
                "app:1",
                true,
            ),
        ] {
            assert_eq!(is_downgrade(before, after), is, "{before} -> {after}");
        }
    }
}
