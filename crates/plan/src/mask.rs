//! Secret values never leave: in what is observed they are keyed digests, in what is shown they are `‹secret 1›`.
//!
//! A digest is short and keyed: equal values have equal digests within one estate, and nobody without the key can try values.
//! Masked values look the same wherever they come from (`data`, `stringData`, a live object, a saved plan), so all comparison
//! happens on digests.

mod base64;
mod marks;
mod secret;

use std::fmt;

use sha2::{Digest, Sha256};

pub use marks::Marks;
pub use secret::{combined_digest, is_secret, mask_secret, normalise_secret, secret_digest};

/// What a masked value begins with. No base64 text contains `:`, so `data` is never mistaken for a digest.
const PREFIX: &str = "digest:";
/// The number of hexadecimal digits of a digest.
const DIGITS: usize = 16;

/// The key of all digests of an estate. Never printed, never saved.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct DigestKey(Vec<u8>);

impl DigestKey {
    /// Takes the key's bytes.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }
}

impl fmt::Debug for DigestKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("DigestKey")
    }
}

/// Returns the keyed digest of a value (its raw bytes, not base64): `digest:` and 16 hexadecimal digits.
pub fn digest(key: &DigestKey, value: &[u8]) -> String {
    let inner = Sha256::new()
        .chain_update(key.0.len().to_be_bytes())
        .chain_update(&key.0)
        .chain_update(value)
        .finalize();
    let outer = Sha256::new()
        .chain_update(&key.0)
        .chain_update(inner)
        .finalize();
    let mut text = String::with_capacity(PREFIX.len() + DIGITS);
    text.push_str(PREFIX);
    text.push_str(&hex(&outer)[..DIGITS]);
    text
}

/// Says whether a text is a digest, as [`digest`] makes it.
pub fn is_digest(text: &str) -> bool {
    text.strip_prefix(PREFIX)
        .is_some_and(|hex| hex.len() == DIGITS && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Returns bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]])
        .map(char::from)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_have_equal_digests_under_one_key_only() {
        let (one, two) = (DigestKey::new("one"), DigestKey::new("two"));
        assert_eq!(digest(&one, b"hunter2"), digest(&one, b"hunter2"));
        assert_ne!(digest(&one, b"hunter2"), digest(&one, b"hunter3"));
        assert_ne!(digest(&one, b"hunter2"), digest(&two, b"hunter2"));
        assert!(is_digest(&digest(&one, b"")));
        for text in [
            "digest:",
            "digest:zz",
            "digest:0123456789abcdeg",
            "0123456789abcdef",
        ] {
            assert!(!is_digest(text), "{text}");
        }
    }

    #[test]
    fn the_key_is_not_printed() {
        assert_eq!(format!("{:?}", DigestKey::new("hunter2")), "DigestKey");
    }
}
