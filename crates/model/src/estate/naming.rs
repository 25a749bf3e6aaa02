//! How things are called: templates with `{…}`.

use crate::node::Node;
use crate::read::{Read, Reader};
use crate::record;
use crate::shape::Shape;

record! {
    /// How things are called. In a template `{application}`, `{environment}`, `{suffix}`, `{domain}` and `{volume}` are filled in.
    pub struct Naming {
        /// Namespaces. Default: `{environment}-{application}`. Example: `"{application}-{environment}"`.
        "namespace" namespace: Template,
        /// The place of data on a node. Default: `/var/lib/k8s-data/{application}-{environment}`; further volumes of an application get
        /// their name behind it. Example: `"/srv/data/{environment}/{application}"`.
        "hostData" host_data: Template,
        /// Hosts of short names. Default: `{application}{suffix}.{domain}`, where `{application}` is the short name. Example:
        /// `"{application}.{environment}.{domain}"`.
        "host" host: Template,
    }
}

/// Text with `{…}` to fill in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template(String);

/// What can be filled in.
const NAMES: [&str; 5] = ["application", "environment", "suffix", "domain", "volume"];

impl Template {
    /// Reads a template; the error is a phrase that follows the field's name.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            let close = rest[open..]
                .find('}')
                .ok_or_else(|| format!("has a `{{` without a `}}`: `{text}`"))?
                + open;
            let name = &rest[open + 1..close];
            if !NAMES.contains(&name) {
                return Err(format!(
                    "cannot fill in `{{{name}}}`; known: {}",
                    NAMES.join(", ")
                ));
            }
            rest = &rest[close + 1..];
        }
        Ok(Self(text.to_owned()))
    }

    /// Fills in; names without a value are left empty.
    pub fn fill(&self, values: &[(&str, &str)]) -> String {
        NAMES.iter().fold(self.0.clone(), |text, name| {
            let value = values
                .iter()
                .find(|(known, _)| known == name)
                .map_or("", |(_, value)| value);
            text.replace(&format!("{{{name}}}"), value)
        })
    }

    /// Returns the template as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Says whether a name is filled in.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains(&format!("{{{name}}}"))
    }
}

impl Read for Template {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        reader.text(node, Self::parse)
    }

    fn shape() -> Shape {
        Shape::Text {
            format: "template",
            about: "text with `{application}`, `{environment}`, `{suffix}`, `{domain}` or `{volume}`",
            example: "{environment}-{application}",
        }
    }
}
