//! Kinds as rules name them.

use std::fmt;

use crate::node::Node;
use crate::object::GroupKind;
use crate::read::{Read, Reader};
use crate::shape::Shape;

/// A kind with its group and version: `apps/v1/Deployment`, or `v1/Service` in the core group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KindRef {
    group: String,
    version: String,
    kind: String,
}

impl KindRef {
    /// Reads one; the error is a phrase that follows the field's name.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split('/').collect();
        let (group, version, kind) = match parts.as_slice() {
            [version, kind] => ("", *version, *kind),
            [group, version, kind] if !group.is_empty() => (*group, *version, *kind),
            _ => return Err(form(text)),
        };
        let is_version = version
            .strip_prefix('v')
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        let is_kind = kind.starts_with(|c: char| c.is_ascii_uppercase())
            && kind.chars().all(|c| c.is_ascii_alphanumeric());
        if !is_version || !is_kind {
            return Err(form(text));
        }
        Ok(Self {
            group: group.to_owned(),
            version: version.to_owned(),
            kind: kind.to_owned(),
        })
    }

    /// Returns the API group; empty for the core group.
    pub fn group(&self) -> &str {
        &self.group
    }

    /// Returns the version.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Returns the kind.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// Returns the `apiVersion` of its objects.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.clone()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    /// Returns it without the version.
    pub fn group_kind(&self) -> GroupKind {
        GroupKind::new(&self.group, &self.kind)
    }
}

fn form(text: &str) -> String {
    format!(
        "must be `GROUP/VERSION/KIND` such as `apps/v1/Deployment`, or `v1/Service`, not `{text}`"
    )
}

impl fmt::Display for KindRef {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.api_version(), self.kind)
    }
}

impl Read for KindRef {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        reader.text(node, Self::parse)
    }

    fn shape() -> Shape {
        Shape::Text {
            format: "kind",
            about: "`GROUP/VERSION/KIND`, or `VERSION/KIND` in the core group",
            example: "apps/v1/Deployment",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_print_and_parse() {
        for text in [
            "apps/v1/Deployment",
            "v1/Service",
            "traefik.io/v1alpha1/IngressRoute",
        ] {
            assert_eq!(KindRef::parse(text).unwrap().to_string(), text);
        }
        for text in [
            "Deployment",
            "apps/Deployment",
            "apps/v1/deployments",
            "/v1/Service",
            "a/b/v1/C",
            "v1/",
        ] {
            assert!(KindRef::parse(text).is_err(), "{text}");
        }
    }
}
