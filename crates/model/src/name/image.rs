//! Image references.

use std::fmt;

use crate::node::Node;
use crate::read::{Read, Reader};
use crate::shape::Shape;

/// A reference to a container image: `registry/repository:tag@digest`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImageRef {
    text: String,
    tag: Option<String>,
    digest: Option<String>,
    name_end: usize,
}

impl ImageRef {
    /// Reads a reference as container runtimes do; the error is a phrase that follows the field's name.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("must not be empty".to_owned());
        }
        let problem =
            || format!("must be an image reference such as `ghcr.io/me/app:1.2.3`, not `{text}`");
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest)),
            None => (text, None),
        };
        let (name, tag) = match rest.rsplit_once(':') {
            Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
            _ => (rest, None),
        };
        let valid = is_name(name) && tag.is_none_or(is_tag) && digest.is_none_or(is_digest);
        if !valid {
            return Err(problem());
        }
        Ok(Self {
            name_end: name.len(),
            tag: tag.map(str::to_owned),
            digest: digest.map(str::to_owned),
            text: text.to_owned(),
        })
    }

    /// Returns the whole reference as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the reference without tag and digest.
    pub fn name(&self) -> &str {
        &self.text[..self.name_end]
    }

    /// Returns the registry's host; `docker.io` where none is written.
    pub fn registry(&self) -> &str {
        match self.name().split_once('/') {
            Some((host, _)) if host.contains(['.', ':']) || host == "localhost" => host,
            _ => "docker.io",
        }
    }

    /// Returns the tag.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// Returns the digest, such as `sha256:…`.
    pub fn digest(&self) -> Option<&str> {
        self.digest.as_deref()
    }
}

fn is_name(name: &str) -> bool {
    let (host, path) = match name.split_once('/') {
        Some((host, path)) if host.contains(['.', ':']) || host == "localhost" => {
            (Some(host), path)
        }
        _ => (None, name),
    };
    let host_valid = host.is_none_or(|host| {
        let (host, port) = host.split_once(':').unwrap_or((host, "1"));
        port.parse::<u16>().is_ok()
            && !host.is_empty()
            && host
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-')
    });
    let part_valid = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
            && part.ends_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
            && part
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c))
    };
    host_valid && name.len() <= 255 && path.split('/').all(part_valid)
}

fn is_tag(tag: &str) -> bool {
    (1..=128).contains(&tag.len())
        && tag.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        && tag
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
}

fn is_digest(digest: &str) -> bool {
    digest.split_once(':').is_some_and(|(algorithm, hex)| {
        algorithm == "sha256" && hex.len() == 64 && hex.chars().all(|c| c.is_ascii_hexdigit())
    })
}

impl fmt::Display for ImageRef {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl Read for ImageRef {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        reader.text(node, Self::parse)
    }

    fn shape() -> Shape {
        Shape::Text {
            format: "image",
            about: "an image reference with a tag or a digest",
            example: "ghcr.io/me/app:1.2.3",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_taken_apart() {
        let image = ImageRef::parse("registry.example.org:5000/team/app:1.2@sha256:fd8d9aa63ba2f0982b5304e1ee8d3b90a210bc1ffb5314d980eb6962f1a9715d").unwrap();
        assert_eq!(image.registry(), "registry.example.org:5000");
        assert_eq!(image.name(), "registry.example.org:5000/team/app");
        assert_eq!(image.tag(), Some("1.2"));
        assert!(image.digest().unwrap().starts_with("sha256:fd8d"));
        assert_eq!(ImageRef::parse("redis:7").unwrap().registry(), "docker.io");
        assert_eq!(ImageRef::parse("me/app").unwrap().tag(), None);
    }

    #[test]
    fn malformed_references_are_refused() {
        for text in [
            "",
            "Upper/Case:1",
            "a b",
            "app:",
            "app@sha256:12",
            "https://x/y",
            "a//b",
            ":tag",
            "app:bad tag",
        ] {
            assert!(ImageRef::parse(text).is_err(), "{text}");
        }
    }
}
