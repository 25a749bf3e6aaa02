//! Everything that talks to a Kubernetes cluster: observing it, and releasing into it.
//!
//! The only crate that names the Kubernetes client. It makes no choices: what is desired, what that means for people and in which
//! order it is done is planned by `steading-plan`, from what [`observe`] gathers; [`apply`] carries a plan out.
//!
//! ```text
//! connect ─▶ Cluster ─▶ observe ─▶ Observation ─(steading_plan::differing)─▶ details ─(steading_plan::plan)─▶ apply ─▶ Outcomes
//!                          └─ an open release that nobody holds ─▶ recover ─▶ observe again
//! ```
//!
//! # Promises
//! - A plan without changes costs one list per kind, pages aside, and no write.
//! - Secret values leave this crate as keyed digests only, and no error repeats one.
//! - A release ends complete or reverted, whatever happens on the way; see [`release`].
//! - A server that is overloaded or restarts delays, and corrupts nothing: each request is tried again within bounds, each give-up
//!   says what was tried and what the last answer was.
//! - Time, who releases, and where the kubeconfig is come in as values; nothing is printed.
//!
//! The types to know: [`Cluster`], [`Observation`], [`Run`], [`Outcome`] and [`Ended`], [`Event`].

mod backups;
mod blocker;
mod call;
mod cancel;
mod connect;
mod credential;
mod defaults;
mod definitions;
mod details;
mod discovery;
mod endpoint;
mod estates;
mod failure;
mod fault;
mod flow;
mod foreign;
mod helm;
mod install;
mod kind;
mod kubeconfig;
mod lease;
mod list;
mod newest;
mod nodes;
mod observe;
mod payload;
mod progress;
mod random;
mod record;
mod redact;
pub mod release;
mod released;
mod request;
mod retry;
mod rights;
mod said;
mod settings;
mod status;
mod transport;
mod turn;
mod volumes;
mod watch;

pub use backups::backups;
pub use cancel::{Cancel, CancelSwitch, cancellation};
pub use connect::{Access, Cluster, ConnectError, connect};
pub use credential::{CertificateRequest, Credential, CredentialError, client_certificate};
pub use defaults::defaults;
pub use definitions::definitions;
pub use details::details;
pub use estates::estates;
pub use failure::RequestError;
pub use fault::{Cause, Fault};
pub use foreign::foreign;
pub use helm::{HelmError, HelmRelease, helm_release};
pub use install::{InstallError, install, renew};
pub use kind::{KindScope, ServedKind};
pub use kubeconfig::{Login, UnverifiedServer, kubeconfig};
pub use lease::LeaseError;
pub use nodes::nodes;
pub use observe::{Breadth, Observation, observe};
pub use payload::{PayloadError, payload};
pub use progress::{Event, Progress, Silent};
pub use random::RandomError;
pub use record::ReleaseSummary;
pub use release::{
    Allowed, ApplyError, Ended, Outcome, Run, allow, apply, history, recover, resume, revert,
};
pub use released::{Released, history_of, released};
pub use retry::Retry;
pub use rights::{Rule, namespaced_kinds, rights, role};
pub use settings::{Clock, Settings};
pub use status::{ApplicationStatus, FieldManager, ObjectStatus, Why, status, why};
pub use transport::client;
pub use turn::{Turn, turn};
pub use volumes::volumes;
pub use watch::{News, Sight, watch, watched_kinds};
