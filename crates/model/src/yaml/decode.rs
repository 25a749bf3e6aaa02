//! From bytes to text.

use super::codes::NOT_UTF8;
use crate::diagnostic::Diagnostic;

/// Returns the bytes as text, or a finding that names the first byte that is not UTF-8.
pub fn decode(path: &str, bytes: Vec<u8>) -> Result<String, Box<Diagnostic>> {
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let bytes = error.as_bytes();
        let line = bytes[..at].split(|byte| *byte == b'\n').count();
        let byte = bytes.get(at).copied().unwrap_or_default();
        let message =
            format!("`{path}` is not UTF-8: byte 0x{byte:02x} at offset {at} (line {line})");
        Box::new(Diagnostic::error(NOT_UTF8, message).help(guess(bytes)))
    })
}

fn guess(bytes: &[u8]) -> &'static str {
    match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "the file is UTF-16: save it as UTF-8",
        [0x1f, 0x8b, ..] => "the file is compressed with gzip: it is not a declaration",
        _ => "save the file as UTF-8",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_not_utf8_are_named() {
        let finding = decode("a.yaml", b"a: 1\nb: \xe9t\xe9\n".to_vec()).unwrap_err();
        assert_eq!(
            finding.message,
            "`a.yaml` is not UTF-8: byte 0xe9 at offset 8 (line 2)"
        );
        assert_eq!(
            decode("a.yaml", vec![0xff, 0xfe, b'a', 0])
                .unwrap_err()
                .help
                .unwrap(),
            "the file is UTF-16: save it as UTF-8"
        );
        assert_eq!(decode("a.yaml", "ä".into()).unwrap(), "ä");
    }
}
