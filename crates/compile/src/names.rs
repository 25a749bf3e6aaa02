//! Names that are made from text, and hashes in names.

use sha2::{Digest, Sha256};

/// The longest DNS label.
pub(crate) const LABEL: usize = 63;

/// Returns the first `digits` hexadecimal digits of a text's SHA-256.
pub(crate) fn hash(text: impl AsRef<[u8]>, digits: usize) -> String {
    let digest = Sha256::digest(text.as_ref());
    let hex = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    hex.take(digits)
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

/// Returns a DNS label for a host, a path or both.
///
/// Different texts never meet: where the label alone does not say which text it came from (`a.b.com` and `a-b.com`), or is cut,
/// a hash of the text stands behind it.
pub(crate) fn slug(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let words = lower.split(|c: char| !c.is_ascii_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let plain = words.join("-");
    let reversible = plain.len() == text.len()
        && text
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.');
    if reversible && plain.len() <= LABEL - 10 {
        return plain;
    }
    let short = plain.chars().take(LABEL - 20).collect::<String>();
    let short = short.trim_end_matches('-');
    let hash = hash(text, 8);
    if short.is_empty() {
        format!("x{hash}")
    } else {
        format!("{short}-{hash}")
    }
}

/// Returns a text as a label value: what cannot be in one becomes `-`, what is too long is cut.
pub(crate) fn label_value(text: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let plain = text
        .chars()
        .take(LABEL)
        .map(|c| if allowed(c) { c } else { '-' });
    let plain = plain.collect::<String>();
    plain
        .trim_matches(|c: char| !c.is_ascii_alphanumeric())
        .to_owned()
}

/// Returns a name for a port of a container: at most 15 characters, with a hash where it had to be cut.
pub(crate) fn port(name: &str) -> String {
    let valid =
        name.len() <= 15 && !name.contains("--") && name.chars().any(|c| c.is_ascii_alphabetic());
    if valid {
        return name.to_owned();
    }
    let letters = name.chars().filter(char::is_ascii_alphanumeric).take(8);
    format!("p{}-{}", letters.collect::<String>(), hash(name, 5))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_that_look_alike_get_different_names() {
        assert_eq!(slug("a.b.com"), "a-b-com");
        assert_ne!(slug("a.b.com"), slug("a-b.com"));
        assert_ne!(slug("a.b.com/x"), slug("a.b.com.x"));
        assert_ne!(slug("a.b.com/X"), slug("a.b.com/x"));
        assert_ne!(slug("/"), slug("//"));
    }

    #[test]
    fn names_fit_a_label() {
        let long = "a".repeat(300);
        for text in [
            long.as_str(),
            "/",
            "a.b.com/some/very/long/path/that/goes/on/and/on/and/on",
            "-",
            "é",
        ] {
            let slug = slug(text);
            assert!(
                slug.len() <= LABEL && !slug.ends_with('-') && !slug.starts_with('-'),
                "{slug}"
            );
        }
        assert_eq!(label_value("v1.2+build_"), "v1.2-build");
        assert_eq!(port("http"), "http");
        assert!(port("a-very-long-name-of-a-port").len() <= 15);
        assert!(port("8080").starts_with('p'));
    }
}
