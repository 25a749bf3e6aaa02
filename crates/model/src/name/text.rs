//! Other words with rules of their own.

use std::fmt;

use crate::node::Node;
use crate::read::{Read, Reader};
use crate::shape::Shape;
use crate::text;

text! {
    /// The name of an environment variable.
    pub struct EnvName("environment-variable", about = "letters, digits, `_`, `.` and `-`, not beginning with a digit", example = "LOG_LEVEL") = parse_env;
}

text! {
    /// The key of a secret.
    pub struct SecretKey("secret-key", about = "letters, digits, `_`, `.` and `-`", example = "API_TOKEN") = parse_secret_key;
}

text! {
    /// Why something is opened up or left out: shown in plans, docs and audits.
    pub struct Reason("reason", about = "why, in a few words", example = "mobile clients call /api with their own token") = parse_reason;
}

text! {
    /// A user and a group number, `uid:gid`.
    pub struct Owner("owner", about = "user and group number, `uid:gid`", example = "1000:1000") = parse_owner;
}

text! {
    /// A Linux capability, without `CAP_`.
    pub struct Capability("capability", about = "a Linux capability without `CAP_`", example = "NET_BIND_SERVICE") = parse_capability;
}

text! {
    /// A URL with scheme `http` or `https`, without a trailing `/`.
    pub struct Url("url", about = "begins with `http://` or `https://`", example = "https://www.example.org") = parse_url;
}

impl Owner {
    /// Returns the user and the group.
    pub fn ids(&self) -> (i64, i64) {
        let (user, group) = self.as_str().split_once(':').unwrap_or_default();
        (
            user.parse().unwrap_or_default(),
            group.parse().unwrap_or_default(),
        )
    }
}

fn parse_env(text: &str) -> Result<String, String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    if text.is_empty()
        || !text.chars().all(allowed)
        || text.starts_with(|c: char| c.is_ascii_digit())
    {
        return Err(format!(
            "must be the name of an environment variable: `{text}`"
        ));
    }
    Ok(text.to_owned())
}

fn parse_secret_key(text: &str) -> Result<String, String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    if text.is_empty() || text.len() > 253 || !text.chars().all(allowed) {
        return Err(format!(
            "must be the key of a secret (letters, digits, `_`, `.`, `-`): `{text}`"
        ));
    }
    Ok(text.to_owned())
}

fn parse_reason(text: &str) -> Result<String, String> {
    let reason = text.trim();
    if reason.chars().filter(|c| c.is_alphabetic()).count() < 3 {
        return Err("must say why, in words".to_owned());
    }
    Ok(reason.to_owned())
}

fn parse_owner(text: &str) -> Result<String, String> {
    let valid = text
        .split_once(':')
        .is_some_and(|(user, group)| user.parse::<u32>().is_ok() && group.parse::<u32>().is_ok());
    if valid {
        Ok(text.to_owned())
    } else {
        Err(format!(
            "must be `uid:gid` such as `\"1000:1000\"`, not `{text}`"
        ))
    }
}

fn parse_capability(text: &str) -> Result<String, String> {
    let name = text.strip_prefix("CAP_").unwrap_or(text);
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_uppercase() || c == '_') {
        return Err(format!(
            "must be a capability such as `NET_BIND_SERVICE`, not `{text}`"
        ));
    }
    Ok(name.to_owned())
}

fn parse_url(text: &str) -> Result<String, String> {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    match rest {
        Some(rest)
            if !rest.is_empty()
                && !rest.contains(char::is_whitespace)
                && !rest.contains(['`', '$']) =>
        {
            Ok(text.trim_end_matches('/').to_owned())
        }
        _ => Err(format!(
            "must be a URL such as `https://www.example.org`, not `{text}`"
        )),
    }
}

/// The text of an environment variable, literally as written: `1.10` stays `1.10`, `yes` stays `yes`, `10000000` stays `10000000`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Literal(String);

impl Literal {
    /// Makes one from text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Read for Literal {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        reader.text(node, |text| Ok(Self(text.to_owned())))
    }

    fn shape() -> Shape {
        Shape::Literal
    }
}
