//! Chance from the operating system.

/// Letters and digits: safe in a URL, a shell and every file format.
const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// The operating system gave no random bytes.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the operating system gives no random numbers: {0}")]
pub struct RandomError(pub(crate) getrandom::Error);

/// Returns one random byte, for pauses; nothing secret depends on it, so a fixed one does where there is none.
pub(crate) fn byte() -> u8 {
    let mut bytes = [0];
    getrandom::fill(&mut bytes).map_or(128, |()| bytes[0])
}

/// Returns random letters and digits, each equally likely: 40 of them hold 238 bits.
pub(crate) fn text(length: usize) -> Result<String, RandomError> {
    let mut text = String::with_capacity(length);
    while text.len() < length {
        let mut bytes = [0; 64];
        getrandom::fill(&mut bytes).map_err(RandomError)?;
        // 248 is the greatest multiple of 62 that fits in a byte: what is above would make some letters likelier.
        let even = bytes.iter().filter(|byte| **byte < 248);
        text.extend(
            even.map(|byte| char::from(ALPHABET[usize::from(byte % 62)]))
                .take(length - text.len()),
        );
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_have_the_asked_length_and_differ() {
        let (one, other) = (text(40).unwrap(), text(40).unwrap());
        assert_eq!((one.len(), other.len()), (40, 40));
        assert_ne!(one, other);
        assert!(one.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    }
}
