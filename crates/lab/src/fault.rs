//! Seeded misbehaviour: pods that crash, hang, cannot be pulled or run out of memory.
//!
//! There are three ways to a fault, and the first that applies wins:
//! 1. a rule given to a lab with [`Lab::fault`](crate::Lab::fault), which changes no object;
//! 2. the annotation `lab.steading.dev/fault` on the pod, with `lab.steading.dev/delay-seconds` for `slow`;
//! 3. the end of an image's tag: `lab-crash`, `lab-oom`, `lab-unpullable`, `lab-never-ready`, `lab-slow` (or
//!    `lab-slow-5s`), `lab-job-fail`, `lab-init-fail`, as in `ghcr.io/example/app:1.2-lab-crash`.
//!
//! A fault hits the containers with the image in question, else the first container of the pod.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The annotation of a pod that names a fault.
pub(crate) const ANNOTATION: &str = "lab.steading.dev/fault";
/// The annotation of a pod that says how slow it is.
pub(crate) const DELAY_ANNOTATION: &str = "lab.steading.dev/delay-seconds";
/// How slow a pod is if nothing says so.
pub(crate) const DEFAULT_DELAY_SECONDS: u32 = 20;

/// A way in which pods can misbehave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// Containers end with exit code 1: `CrashLoopBackOff`; a pod that is not restarted fails.
    Crash,
    /// Containers are killed for their memory: `OOMKilled`, exit code 137, then as `Crash`.
    Oom,
    /// The image cannot be pulled: `ErrImagePull`, then `ImagePullBackOff`; running pods keep running.
    Unpullable,
    /// Containers run but are never ready; a job never completes.
    NeverReady,
    /// Containers run but are ready only after a while.
    Slow,
    /// As `Crash`, for pods of jobs only.
    JobFail,
    /// The first init container fails; pods without one are well.
    InitFail,
}

/// A text that names no fault.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "`{text}` is no fault: use one of `crash`, `oom`, `unpullable`, `never-ready`, `slow`, `job-fail`, `init-fail`"
)]
pub struct FaultNameError {
    /// The text as it was given.
    pub text: String,
}

impl Fault {
    /// All faults.
    pub const ALL: [Self; 7] = [
        Self::Crash,
        Self::Oom,
        Self::Unpullable,
        Self::NeverReady,
        Self::Slow,
        Self::JobFail,
        Self::InitFail,
    ];

    /// Returns the name that is used in annotations, tags and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Crash => "crash",
            Self::Oom => "oom",
            Self::Unpullable => "unpullable",
            Self::NeverReady => "never-ready",
            Self::Slow => "slow",
            Self::JobFail => "job-fail",
            Self::InitFail => "init-fail",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Fault {
    type Err = FaultNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let named = |fault: &Self| fault.name() == text;
        Self::ALL
            .into_iter()
            .find(named)
            .ok_or_else(|| FaultNameError {
                text: text.to_owned(),
            })
    }
}

/// Which pods a rule is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Target {
    /// Pods with a container of this image: a full reference, or a repository with any tag.
    Image(String),
    /// Pods of an application: its name is the label `app.kubernetes.io/name`, `app.kubernetes.io/instance` or `app`.
    App {
        /// Namespace of the pods.
        namespace: String,
        /// Name of the application.
        name: String,
    },
}

/// A fault that is seeded in a lab.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FaultRule {
    /// The pods.
    pub target: Target,
    /// What is wrong with them.
    pub fault: Fault,
    /// How slow a slow pod is; 20 if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay_seconds: Option<u32>,
    /// What is read as the log of each container, of the run before too. Only with [`Target::App`], and for all pods of that namespace; nothing
    /// else in a lab writes a log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,
}

impl FaultRule {
    /// Returns the rule that pods misbehave, and nothing more.
    pub const fn new(target: Target, fault: Fault) -> Self {
        Self {
            target,
            fault,
            delay_seconds: None,
            log: None,
        }
    }
}

/// Adds a rule; one for the same pods replaces the earlier one.
pub(crate) fn add(rules: &mut Vec<FaultRule>, rule: FaultRule) {
    rules.retain(|one| one.target != rule.target);
    rules.push(rule);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for fault in Fault::ALL {
            assert_eq!(fault.name().parse(), Ok(fault));
            assert_eq!(serde_json::to_value(fault).unwrap(), fault.name());
        }
        assert!("crash ".parse::<Fault>().is_err());
    }

    #[test]
    fn a_rule_replaces_the_one_for_the_same_pods() {
        let rule = |image: &str, fault| FaultRule::new(Target::Image(image.to_owned()), fault);
        let mut rules = vec![rule("a", Fault::Crash), rule("b", Fault::Crash)];
        add(&mut rules, rule("a", Fault::Oom));
        assert_eq!(rules, [rule("b", Fault::Crash), rule("a", Fault::Oom)]);
    }
}
