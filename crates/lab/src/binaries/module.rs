//! The pinned Go module from which the programs are built, and the name of what comes out.

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// The Kubernetes that a lab runs.
pub const KUBERNETES_VERSION: &str = "1.36.3";

/// The module's files by name.
pub(super) const FILES: [(&str, &str); 2] = [
    ("go.mod", include_str!("../../../../lab/go.mod")),
    ("go.sum", include_str!("../../../../lab/go.sum")),
];

/// Without these the API server calls itself `v0.0.0-master`, and clients complain.
const VERSION_VARIABLES: [(&str, &str); 4] = [
    ("gitVersion", "v1.36.3"),
    ("gitMajor", "1"),
    ("gitMinor", "36"),
    ("gitTreeState", "clean"),
];

/// Returns the linker flags: no debug information, and the version.
pub(super) fn linker_flags() -> String {
    let mut flags = String::from("-s -w");
    for (name, value) in VERSION_VARIABLES {
        let written = write!(flags, " -X k8s.io/component-base/version.{name}={value}");
        debug_assert!(written.is_ok(), "writing to a string must succeed");
    }
    flags
}

/// Returns the name of the cache directory: a digest of all that decides what is built.
pub(super) fn key() -> String {
    let mut hash = Sha256::new();
    for (name, content) in FILES {
        hash.update(name);
        hash.update([0]);
        hash.update(content);
        hash.update([0]);
    }
    hash.update(linker_flags());
    hash.finalize()
        .iter()
        .fold(String::new(), |mut text, byte| {
            let written = write!(text, "{byte:02x}");
            debug_assert!(written.is_ok(), "writing to a string must succeed");
            text
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_the_one_the_module_pins() {
        let (_, module) = FILES[0];
        let pinned = format!("k8s.io/kubernetes v{KUBERNETES_VERSION}");
        assert!(module.contains(&pinned), "{pinned}");
        assert!(linker_flags().contains(&format!("gitVersion=v{KUBERNETES_VERSION}")));
        assert_eq!(key().len(), 64);
    }
}
