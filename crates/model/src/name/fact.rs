//! Names of facts.

use crate::text;

text! {
    /// The name of a fact of a catalogue entry.
    pub struct FactName("fact-name", about = "letters and digits, beginning with a lower-case letter", example = "host") = parse_fact;
}

fn parse_fact(text: &str) -> Result<String, String> {
    let begins = text.starts_with(|c: char| c.is_ascii_lowercase());
    if begins && text.chars().all(|c| c.is_ascii_alphanumeric()) {
        return Ok(text.to_owned());
    }
    Err(format!(
        "must be letters and digits that begin with a lower-case letter, such as `clientId`, not `{text}`"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_called_like_fields() {
        for name in ["host", "clientId", "a1"] {
            assert!(FactName::parse(name).is_ok(), "{name}");
        }
        for name in ["", "Host", "client-id", "1a", "client_id", "a.b"] {
            assert!(FactName::parse(name).is_err(), "{name}");
        }
    }
}
