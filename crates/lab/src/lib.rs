//! A local Kubernetes from real programs: kube-apiserver, etcd, kube-controller-manager, kube-scheduler, and
//! nodes that kwok simulates.
//!
//! # What is real and what is not
//! The API server, its store, its admission, RBAC, quotas, all controllers and the scheduler are the real
//! programs, built from pinned Go modules. Nodes are simulated: pods are scheduled, become ready, complete, fail
//! (see [`Fault`]) and go away as with a kubelet, claims bind, but containers do not run, probes are not made,
//! volumes hold no bytes, logs hold what a [`FaultRule`] says, and exec does not answer.
//!
//! # Promises
//! - Several labs run at once; each has a directory, ports and certificates of its own.
//! - A lab outlives the command that started it. [`Lab::down`] leaves nothing behind, also when that command was
//!   killed midway. A [`TemporaryLab`] ends with its owner, also when the owner is killed.
//! - All waits are bounded; errors carry the end of the logs.
//! - Nothing is printed and no environment is read here: both come in as values ([`Progress`], [`Settings`]).
//!
//! ```text
//! Settings ─▶ Binaries ─▶ Lab::up ─▶ etcd + kube-apiserver ─▶ controllers, scheduler, kwok ─▶ nodes ready
//!                                        └ process: marked, recorded, found again, ended
//! ```
//!
//! Start reading at [`Lab`], then [`Shape`], [`Fault`] and [`Settings`].

mod api;
mod binaries;
mod client;
mod component;
mod directory;
mod down;
mod fault;
mod kubeconfig;
mod lab;
mod lock;
mod name;
mod nodes;
mod pki;
mod ports;
mod process;
mod progress;
mod record;
mod seed;
mod settings;
mod shape;
mod stages;
mod start;
mod status;
mod sweep;
mod temporary;
mod up;

pub use api::ApplyError;
pub use binaries::{Binaries, BinariesError, BuildError, FindError, KUBERNETES_VERSION};
pub use client::ConnectError;
pub use component::Component;
pub use down::{DownError, Logs};
pub use fault::{Fault, FaultNameError, FaultRule, Target};
pub use lab::{Lab, OpenError};
pub use lock::LockError;
pub use name::{LabName, LabNameError};
pub use pki::PkiError;
pub use ports::PortsError;
pub use process::SpawnError;
pub use progress::{Progress, Silent};
pub use record::RecordError;
pub use seed::SeedError;
pub use settings::{Settings, SettingsError};
pub use shape::{NodeShape, Shape, Taint, TaintEffect};
pub use stages::StagesError;
pub use start::StartError;
pub use status::{ComponentStatus, Status, Tally};
pub use sweep::sweep;
pub use temporary::TemporaryLab;
pub use up::{UpError, UpOptions};
