//! Looks for programs that are there already.

use std::env;
use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::Binaries;
use super::module::KUBERNETES_VERSION;
use crate::component::Component;

/// A directory that should hold the programs lacks one.
#[derive(Debug, thiserror::Error)]
#[error("found no executable `{component}` in `{directory}`")]
pub struct FindError {
    /// What was looked for.
    pub component: Component,
    /// Where it was looked for.
    pub directory: PathBuf,
}

/// Finds all programs in one directory.
pub(super) fn in_directory(directory: &Path) -> Result<Binaries, FindError> {
    let absolute = std::path::absolute(directory);
    let directory = absolute.as_deref().unwrap_or(directory);
    Binaries::collect(|component| {
        let mut candidates = file_names(component)
            .iter()
            .map(|name| directory.join(name));
        let found = candidates.find(|program| is_executable(program));
        found.ok_or_else(|| FindError {
            component,
            directory: directory.to_owned(),
        })
    })
}

/// `go build` names the program after its module's last element, which is `server` for etcd.
const fn file_names(component: Component) -> &'static [&'static str] {
    match component {
        Component::Etcd => &["etcd", "server"],
        Component::KubeApiserver => &["kube-apiserver"],
        Component::KubeControllerManager => &["kube-controller-manager"],
        Component::KubeScheduler => &["kube-scheduler"],
        Component::Kwok => &["kwok"],
    }
}

/// Finds all programs on the search path, each in a version that suits.
pub(super) fn on_path(path: &OsStr) -> Option<Binaries> {
    Binaries::collect(|component| {
        let candidates = env::split_paths(path).map(|directory| directory.join(component.name()));
        candidates
            .filter(|program| is_executable(program))
            .find(|program| suits(component, program))
            .ok_or(())
    })
    .ok()
}

fn is_executable(path: &Path) -> bool {
    let metadata = path.metadata();
    metadata.is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

/// Asks the program for its version: the same minor version of Kubernetes, etcd 3.6, the kwok whose stages we know.
fn suits(component: Component, program: &Path) -> bool {
    let output = Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .output();
    output.is_ok_and(|output| speaks(component, &String::from_utf8_lossy(&output.stdout)))
}

fn speaks(component: Component, version: &str) -> bool {
    let minor = KUBERNETES_VERSION
        .rsplit_once('.')
        .map_or("", |(minor, _)| minor);
    let wanted = match component {
        Component::Etcd => "etcd Version: 3.6.".to_owned(),
        Component::Kwok => "kwok version v0.8.".to_owned(),
        _ => format!("Kubernetes v{minor}."),
    };
    version.starts_with(&wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_versions_that_suit_are_taken_from_the_path() {
        assert!(speaks(Component::KubeApiserver, "Kubernetes v1.36.9\n"));
        assert!(!speaks(Component::KubeApiserver, "Kubernetes v1.35.4\n"));
        assert!(speaks(Component::Etcd, "etcd Version: 3.6.8\nGit SHA: x\n"));
        assert!(!speaks(Component::Etcd, "etcd Version: 3.5.1\n"));
        assert!(speaks(
            Component::Kwok,
            "kwok version v0.8.0 go1.26.8 (linux/amd64)\n"
        ));
    }

    #[test]
    fn the_error_names_what_is_missing_and_where() {
        let directory = tempfile::tempdir().unwrap();
        let error = in_directory(directory.path()).unwrap_err();
        assert_eq!(error.component, Component::Etcd);
        assert!(on_path(directory.path().as_os_str()).is_none());
    }
}
