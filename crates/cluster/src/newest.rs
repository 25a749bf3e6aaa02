//! Reads that do not go back in time: what a server said once it must still know.
//!
//! Versions of objects of one resource grow with time, and can be compared (officially so since Kubernetes 1.35, in fact since etcd).
//! An API server that answers from a cache that lags shows a run its own writes undone: putting back would then leave out what seems
//! to be as before. Such an answer is none, and is asked for again.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde::Deserialize;

/// The newest version that was seen: of each object that was read or written, and of each list.
#[derive(Default)]
pub(crate) struct Newest(Mutex<BTreeMap<String, u64>>);

/// What is looked at of an answer.
#[derive(Deserialize)]
struct Versioned {
    metadata: Meta,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Meta {
    name: Option<String>,
    resource_version: Option<String>,
}

/// The answer is older than one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Outdated {
    /// Its version.
    pub(crate) version: u64,
    /// The version that was seen before.
    pub(crate) seen: u64,
}

impl Newest {
    /// Takes in the answer to a request for one object; `path` is what was asked, of an object or, to make one, of its kind.
    pub(crate) fn object(&self, path: &str, answer: &[u8]) -> Result<(), Outdated> {
        // What is no object, such as a log or the server's version, has no versions.
        let Ok(Versioned { metadata }) = serde_json::from_slice(answer) else {
            return Ok(());
        };
        let Meta {
            name: Some(name),
            resource_version: Some(version),
        } = metadata
        else {
            return Ok(());
        };
        let path = path.strip_suffix("/status").unwrap_or(path);
        let is_it = path.rsplit('/').next() == Some(name.as_str());
        let path = if is_it {
            path.to_owned()
        } else {
            format!("{path}/{name}")
        };
        // Whatever the list of all is, it has this.
        self.note(resource(&path, Of::Object), &version);
        self.take(path, &version)
    }

    /// Takes in the version of a list.
    pub(crate) fn list(&self, path: &str, version: &str) -> Result<(), Outdated> {
        self.take(resource(path, Of::List), version)
    }

    /// Takes in which version of an object was seen elsewhere, such as in a list.
    pub(crate) fn note(&self, what: String, version: &str) {
        if let Ok(version) = version.parse() {
            let mut newest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let seen = newest.entry(what).or_insert(version);
            *seen = version.max(*seen);
        }
    }

    fn take(&self, what: String, version: &str) -> Result<(), Outdated> {
        // An aggregated API may count in its own way.
        let Ok(version) = version.parse() else {
            return Ok(());
        };
        let mut newest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = newest.entry(what).or_insert(version);
        if version < *seen {
            return Err(Outdated {
                version,
                seen: *seen,
            });
        }
        *seen = version;
        Ok(())
    }
}

/// What a path leads to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Object,
    List,
}

/// Returns the path of the list of all objects of a resource.
fn resource(path: &str, of: Of) -> String {
    let mut words: Vec<&str> = path.split('/').collect();
    if of == Of::Object {
        words.pop();
    }
    // `namespaces/shop/pods`, and not the list of namespaces itself.
    if let Some(at) = words.iter().position(|word| *word == "namespaces")
        && words.len() > at + 2
    {
        words.drain(at..at + 2);
    }
    format!("all {}", words.join("/"))
}

impl std::fmt::Display for Outdated {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { version, seen } = self;
        write!(
            formatter,
            "the server answers with version {version}, and had {seen} before: it lags behind"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATH: &str = "/api/v1/namespaces/shop/configmaps";

    fn answer(name: &str, version: &str) -> String {
        format!(r#"{{"metadata":{{"name":"{name}","resourceVersion":"{version}"}},"data":{{}}}}"#)
    }

    #[test]
    fn an_object_that_is_older_than_it_was_is_outdated() {
        let newest = Newest::default();
        let path = format!("{PATH}/a");
        // Made, by a path that does not name it; read; changed in its status.
        assert_eq!(newest.object(PATH, answer("a", "9").as_bytes()), Ok(()));
        assert_eq!(newest.object(&path, answer("a", "9").as_bytes()), Ok(()));
        let status = format!("{path}/status");
        assert_eq!(newest.object(&status, answer("a", "12").as_bytes()), Ok(()));
        let outdated = newest.object(&path, answer("a", "9").as_bytes());
        assert_eq!(
            outdated,
            Err(Outdated {
                version: 9,
                seen: 12
            })
        );
        assert_eq!(newest.object(PATH, answer("b", "3").as_bytes()), Ok(()));
    }

    #[test]
    fn what_has_no_version_that_can_be_compared_is_taken() {
        let newest = Newest::default();
        for text in [r#"{"gitVersion":"v1"}"#, "a log", &answer("a", "abc")] {
            assert_eq!(newest.object(PATH, text.as_bytes()), Ok(()));
        }
    }

    #[test]
    fn lists_do_not_go_back() {
        let newest = Newest::default();
        assert_eq!(newest.list(PATH, "5"), Ok(()));
        assert_eq!(newest.list("/api/v1/secrets", "4"), Ok(()));
        assert!(newest.list(PATH, "4").is_err());
        assert!(newest.list("/api/v1/configmaps", "4").is_err());
    }

    #[test]
    fn a_list_has_what_was_written() {
        let newest = Newest::default();
        let written = newest.object(&format!("{PATH}/a"), answer("a", "7").as_bytes());
        assert_eq!(written, Ok(()));
        assert!(newest.list(PATH, "6").is_err());
        assert_eq!(newest.list(PATH, "7"), Ok(()));
        let home = newest.object("/api/v1/namespaces/shop", answer("shop", "9").as_bytes());
        assert_eq!(home, Ok(()));
        assert!(newest.list("/api/v1/namespaces", "8").is_err());
    }
}
