//! What is asked for, as people write or paste it.

use steading_model::name::HostName;

/// A host and a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    host: HostName,
    path: String,
}

impl Asked {
    /// Reads `HOST`, `HOST/PATH` or a whole URL; the error is a phrase that follows what was written.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at(end);
        let authority = authority
            .rsplit_once('@')
            .map_or(authority, |(_, host)| host);
        let host = authority
            .split_once(':')
            .map_or(authority, |(host, _)| host);
        let path = rest.split(['?', '#']).next().unwrap_or_default();
        Ok(Self {
            host: HostName::parse(host)?,
            path: cleaned(path),
        })
    }

    /// Returns the host.
    pub fn host(&self) -> &str {
        self.host.as_str()
    }

    /// Returns the path as the ingress controller sees it: without `.`, `..` and doubled slashes.
    pub fn path(&self) -> &str {
        &self.path
    }
}

fn cleaned(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    let slash = path.ends_with('/') && !parts.is_empty();
    format!("/{}{}", parts.join("/"), if slash { "/" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_pasted_is_understood() {
        let rows = [
            ("a.b", "a.b", "/"),
            ("a.b/api", "a.b", "/api"),
            ("https://A.b:8443/api/x?y=/z#w", "a.b", "/api/x"),
            ("http://me:secret@a.b", "a.b", "/"),
            ("a.b?x=1", "a.b", "/"),
            (" https://a.b./api/ ", "a.b", "/api/"),
            ("a.b//api/./v1/../v2", "a.b", "/api/v2"),
            ("a.b/../..", "a.b", "/"),
        ];
        for (text, host, path) in rows {
            let asked = Asked::parse(text).unwrap();
            assert_eq!((asked.host(), asked.path()), (host, path), "{text}");
        }
        for wrong in ["", "/api", "https://", "shop", "a b.c"] {
            assert!(Asked::parse(wrong).is_err(), "{wrong}");
        }
    }
}
