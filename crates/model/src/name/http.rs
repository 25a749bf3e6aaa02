//! Words of HTTP, and of those who read annotations.

use crate::text;

text! {
    /// The name of an HTTP header.
    pub struct HeaderName("header-name", about = "letters, digits and `-`, `_`, `.`", example = "X-Frame-Options") = parse_header;
}

text! {
    /// An HTTP status, or a range of them.
    pub struct StatusRange("status-range", about = "an HTTP status, or a range of them", example = "500-504") = parse_status;
}

text! {
    /// What annotations of another program begin with, with a `/` at its end.
    pub struct AnnotationPrefix("annotation-prefix", about = "a domain with `/` behind it", example = "external-dns.kubernetes.io/") = parse_prefix;
}

impl HeaderName {
    /// Says whether both name the same header: upper and lower case mean nothing.
    pub fn is(&self, other: &str) -> bool {
        self.as_str().eq_ignore_ascii_case(other)
    }
}

fn parse_header(text: &str) -> Result<String, String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if text.is_empty() || !text.chars().all(allowed) {
        return Err(format!(
            "must be the name of an HTTP header such as `X-Frame-Options`, not `{text}`"
        ));
    }
    Ok(text.to_owned())
}

fn parse_status(text: &str) -> Result<String, String> {
    let status = |text: &str| {
        let number: Option<u16> = text.parse().ok();
        number.filter(|number| (100..600).contains(number) && text.len() == 3)
    };
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    match (status(first), status(last)) {
        (Some(first), Some(last)) if first <= last => Ok(text.to_owned()),
        _ => Err(format!(
            "must be an HTTP status or a range such as `500-504`, not `{text}`"
        )),
    }
}

fn parse_prefix(text: &str) -> Result<String, String> {
    let domain = text.trim_end_matches('/');
    match super::SubdomainName::parse(domain) {
        Ok(_) => Ok(format!("{domain}/")),
        Err(_) => Err(format!(
            "must be a domain such as `external-dns.kubernetes.io/`, not `{text}`"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_http_are_checked() {
        assert!(HeaderName::parse("X-Frame-Options").is_ok());
        assert!(HeaderName::parse("X: y").is_err());
        assert!(StatusRange::parse("500-504").is_ok() && StatusRange::parse("503").is_ok());
        for wrong in ["5xx", "504-500", "099", "500-", "+50"] {
            assert!(StatusRange::parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!(
            AnnotationPrefix::parse("dns.example.org").unwrap().as_str(),
            "dns.example.org/"
        );
        assert!(AnnotationPrefix::parse("a b").is_err());
    }
}
