//! How the simulated nodes, pods and volumes behave: the stages that kwok plays.
//!
//! The stages are files in `stages/`. A line `#include NAME` stands for a part in `stages/parts/`, and words
//! between `@` for the expressions that tell the fault of a pod, which depend on the rules of the lab.

mod logs;
mod selection;

use std::fs;
use std::io;
use std::path::PathBuf;

use crate::directory::{Directory, write_private};
use crate::fault::FaultRule;

const CRASH: &str = include_str!("../stages/fault-crash.yaml");

/// How certificates are issued; only where their kind is known, because kwok ends over a kind that is not.
const ISSUER: &str = include_str!("../stages/certificate.yaml");

/// How kinds of Gateway API are answered; only those that are known, for the same reason.
const GATEWAY: [(&str, &str); 4] = [
    ("HTTPRoute", include_str!("../stages/gateway-route.yaml")),
    ("GRPCRoute", include_str!("../stages/gateway-route.yaml")),
    ("TLSRoute", include_str!("../stages/gateway-route.yaml")),
    (
        "ListenerSet",
        include_str!("../stages/gateway-listeners.yaml"),
    ),
];

/// The stage files, in the order in which they are written.
const FILES: [&str; 7] = [
    include_str!("../stages/node.yaml"),
    include_str!("../stages/service.yaml"),
    include_str!("../stages/volume.yaml"),
    include_str!("../stages/pod.yaml"),
    include_str!("../stages/pod-end.yaml"),
    include_str!("../stages/fault-image.yaml"),
    include_str!("../stages/fault-init.yaml"),
];

const PARTS: [(&str, &str); 10] = [
    ("pod", include_str!("../stages/parts/pod.txt")),
    ("init-hits", include_str!("../stages/parts/init-hits.txt")),
    ("network", include_str!("../stages/parts/network.txt")),
    ("init-done", include_str!("../stages/parts/init-done.txt")),
    ("started", include_str!("../stages/parts/started.txt")),
    ("unready", include_str!("../stages/parts/unready.txt")),
    ("running", include_str!("../stages/parts/running.txt")),
    ("waiting", include_str!("../stages/parts/waiting.txt")),
    ("volume", include_str!("../stages/parts/volume.txt")),
    ("event", include_str!("../stages/parts/event.txt")),
];

/// Why the stages or the rules of a lab could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StagesError {
    /// A file could not be read or written.
    #[error("cannot read or write `{path}`")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file with the rules is not what this version of the program writes.
    #[error("cannot understand `{path}`")]
    Rules {
        /// The file.
        path: PathBuf,
        /// What the reader said.
        source: serde_json::Error,
    },
}

/// Writes the stages of a lab with its rules.
pub(crate) fn write(directory: &Directory) -> Result<(), StagesError> {
    let path = directory.stages();
    let rules = read_rules(directory)?;
    let mut text = render(&rules);
    for log in logs::write(directory, &rules)? {
        text.push_str("---\n");
        text.push_str(&log);
    }
    if directory.issuer().exists() {
        text.push_str("---\n");
        text.push_str(ISSUER);
    }
    for kind in answered(directory) {
        text.push_str("---\n");
        text.push_str(&answer(&kind));
    }
    write_private(&path, text.as_bytes()).map_err(|source| StagesError::File { path, source })
}

/// Reads the rules of a lab, which has none until some are seeded.
pub(crate) fn read_rules(directory: &Directory) -> Result<Vec<FaultRule>, StagesError> {
    let path = directory.faults();
    match fs::read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(source) => Err(StagesError::File { path, source }),
        Ok(text) => {
            serde_json::from_slice(&text).map_err(|source| StagesError::Rules { path, source })
        }
    }
}

/// Writes the rules of a lab.
pub(crate) fn write_rules(directory: &Directory, rules: &[FaultRule]) -> Result<(), StagesError> {
    let path = directory.faults();
    let write = || write_private(&path, &serde_json::to_vec_pretty(rules)?);
    write().map_err(|source| StagesError::File {
        path: path.clone(),
        source,
    })
}

/// Marks a lab as one in which certificates are issued.
pub(crate) fn issue_certificates(directory: &Directory) -> Result<(), StagesError> {
    let path = directory.issuer();
    write_private(&path, b"").map_err(|source| StagesError::File { path, source })?;
    write(directory)
}

/// Has objects of these kinds of Gateway API answered from now on; says whether any of them is new.
pub(crate) fn answer_routes(
    directory: &Directory,
    kinds: &[&str],
) -> Result<Answered, StagesError> {
    let mut known = answered(directory);
    let new = GATEWAY.iter().map(|(kind, _)| *kind);
    let new = new.filter(|kind| kinds.contains(kind) && !known.iter().any(|known| known == kind));
    let new: Vec<String> = new.map(str::to_owned).collect();
    if new.is_empty() {
        return Ok(Answered::Already);
    }
    known.extend(new);
    let path = directory.gateway();
    let text = known.join("\n");
    write_private(&path, text.as_bytes()).map_err(|source| StagesError::File { path, source })?;
    write(directory)?;
    Ok(Answered::FromNowOn)
}

/// Whether objects of some kinds were answered before.
pub(crate) enum Answered {
    /// They were, or nobody answers them.
    Already,
    /// They are once the stages are read again.
    FromNowOn,
}

/// Returns the kinds of Gateway API that are answered; none where nobody said so.
fn answered(directory: &Directory) -> Vec<String> {
    let text = fs::read_to_string(directory.gateway()).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

fn answer(kind: &str) -> String {
    let mut stages = GATEWAY.iter().filter(|(known, _)| *known == kind);
    let stage = stages.next().map_or("", |(_, stage)| *stage);
    stage
        .replace("@kind@", kind)
        .replace("@lower@", &kind.to_lowercase())
}

fn render(rules: &[FaultRule]) -> String {
    let crash = crash_stages("crash", "crash, job-fail", "1", "Error");
    let oom = crash_stages("oom", "oom", "137", "OOMKilled");
    let files = FILES.map(str::to_owned).into_iter().chain([crash, oom]);
    let text = include_parts(&files.collect::<Vec<_>>().join("---\n"));
    let fault = selection::fault(rules);
    text.replace("@fault@", &selection::quote(&fault))
        .replace("@fault-jq@", &fault)
        .replace("@delay@", &selection::quote(&selection::delay(rules)))
        .replace("@images@", &selection::quote(&selection::images(rules)))
}

fn crash_stages(name: &str, kinds: &str, exit_code: &str, reason: &str) -> String {
    CRASH
        .replace("@name@", name)
        .replace("@kinds@", kinds)
        .replace("@exit-code@", exit_code)
        .replace("@reason@", reason)
}

/// Puts each part in place of its `#include`, indented like it.
fn include_parts(text: &str) -> String {
    let mut whole = String::with_capacity(text.len() * 4);
    for line in text.lines() {
        let part = line.trim_start().strip_prefix("#include ");
        let found = PARTS.iter().find(|(name, _)| Some(*name) == part);
        let indent = &line[..line.len() - line.trim_start().len()];
        match found {
            Some((_, part)) => {
                for line in part.lines() {
                    whole.extend([indent, line, "\n"]);
                }
            }
            None => whole.extend([line, "\n"]),
        }
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_to_replace() {
        let text = render(&[]);
        assert!(!text.contains("#include"));
        for word in ["@fault@", "@fault-jq@", "@delay@", "@images@", "@kinds@"] {
            assert!(!text.contains(word), "{word}");
        }
    }

    #[test]
    fn parts_are_indented_like_their_place() {
        let text = include_parts("a:\n  #include started\n");
        assert!(
            text.lines()
                .skip(1)
                .all(|line| line.starts_with("  - {type:"))
        );
    }

    #[test]
    fn every_part_is_used() {
        for (name, _) in PARTS {
            let include = format!("#include {name}\n");
            let used = FILES
                .iter()
                .chain([&CRASH])
                .any(|file| file.contains(&include));
            assert!(used, "{name}");
        }
    }
}
