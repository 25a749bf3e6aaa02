//! From declarations to Kubernetes objects.
//!
//! [`compile`] is a pure function: the same estate and applications give the same bytes, in whatever order they come in, and an
//! application compiled alone gives the same objects as one compiled with all others. It may not depend on an async runtime, a
//! Kubernetes client, the clock, the environment or the file system.
//!
//! ```text
//! Estate + Application ─→ Scope ─→ one file per concern ─→ Output (objects, findings) ─→ Desired
//! ```
//!
//! What holds for every object:
//! - **Canonical.** Quantities as the API server prints them, whole numbers as numbers, no nulls, no empty lists or mappings,
//!   so that planning compares fields with the live object without asking the server. In lists that the server treats as one
//!   value ("atomic") its defaults are written out.
//! - **Labelled.** All objects carry the labels of `labels.rs`; selectors use only those that can never change.
//! - **Named by what was declared**, never by position. Names that hold a hash hold it because their content is fixed
//!   (`ConfigMaps` of files, Jobs of a release) or because two hosts could otherwise share a name.
//! - **Closed.** Nothing is reachable, readable or privileged unless a declaration says so.
//!
//! What is wrong becomes a finding of [`CODES`], with the place in the declaration that it comes from.

mod accelerator;
mod account;
mod annotation;
mod answer;
mod application;
mod backend;
mod basis;
mod bearer;
mod certificate;
mod chain;
mod checks;
mod claim;
mod codes;
mod component;
mod config_map;
mod container;
mod disruption;
mod dns;
mod environment;
mod facts;
mod file;
mod gates;
mod gateway;
mod job;
mod json;
mod labels;
mod listen;
mod login;
mod migrate;
mod monitoring;
mod names;
mod namespace;
mod one_node;
mod outside;
mod ownership;
mod passthrough;
mod peers;
mod people;
mod placement;
mod pod;
mod pod_security;
mod policy;
mod priority;
mod privilege;
mod probe;
mod quota;
mod ranges;
mod raw;
mod resources;
mod rights;
mod rollout;
mod route;
mod run;
mod scaling;
mod scope;
mod secret;
mod security;
mod service;
mod shared;
mod storage;
mod substitute;
mod tile;
mod update;
mod upstream;
mod uses;
mod verify;
mod volumes;
mod wake_up;
mod workload;

pub use annotation::*;
pub use answer::{Answer, Asked, Passed, Target, answers, claims};
pub use codes::*;
pub use facts::FACTS;
pub use labels::{LABEL_MONITORING, LABEL_OWNER, LABEL_TIER, LABEL_USES};
pub use monitoring::{MonitoringFiles, alerts_page, monitoring_files};
pub use pod_security::privilege;
pub use run::compile;
pub use shared::{SHARED_NAMESPACE, compile_shared};
