//! The Application declaration: one service.
//!
//! An application is a list of components. What is written at the top level of `spec` describes one component named after the
//! application; that short form is sugar and goes through the same code. [`Application`] is the resolved form, for one
//! environment: every other crate sees only that.

mod capability;
mod container;
mod file;
mod health;
mod job;
mod listen;
mod monitoring;
mod network;
mod placement;
mod port;
mod raw;
mod resolved;
mod route;
mod rule_file;
mod scaling;
mod scratch;
mod secrets;
mod security;
mod settings;
mod sharing;
mod spec;
mod storage;
mod update;
mod upstream;
mod uses;
pub mod validate;

pub use capability::Capabilities;
pub use container::{ContainerFields, Hook, Hooks, Kind, Marks, Resources};
pub use file::{FileContent, FileFields, FileMode, FileSpec};
pub use health::{Check, Health, HealthProbe, ProbeRefinement};
pub use job::{
    InitFields, InitStep, Job, JobFields, JobHistory, JobScript, JobScriptFields, NamedComponent,
    NoFields, Overlap, Sidecar, SidecarFields, SidecarStart,
};
pub use listen::{Listen, ListenAddress, ListenProtocol, PortRange};
pub use monitoring::{
    AlertSettings, AlertSeverity, Alerts, BuiltInAlert, Monitoring, Probe, ProbeFields, Scrape,
    Scrapes,
};
pub use network::{Network, Peer, PeerFields, PeerPort, PeerTarget, PodDns};
pub use placement::{Gpu, NodeSelector, Placement, Spread, SpreadMode, Toleration};
pub use port::{PortFields, PortSpec, Protocol};
pub use raw::RawObject;
pub use resolved::{Application, Component, Instance, Port, Role};
pub use route::{
    Auth, AuthFields, AuthMode, DnsMode, Expectation, OutsideCheck, Route, RouteLimits, RoutePort,
    RouteTls, StripPrefix, Visibility, Widget,
};
pub use rule_file::{
    OwnRule, PrometheusDuration, RuleFile, RuleGroup, RuleGroups, RuleProblem, read_rules,
};
pub use scaling::{FirstRequest, Scaling, ToZero};
pub use scratch::{Scratch, ScratchFields, ScratchMedium};
pub use secrets::{OtherSecrets, SecretEnv, Secrets};
pub use security::{Privilege, Security};
pub use settings::{
    Availability, HttpCheck, Parked, PermissionNamespace, PermissionRule, QuotaOverride, Rollout,
    Strategy, Verify, Waiver,
};
pub use sharing::OneNode;
pub use spec::{ApplicationFields, Metadata};
pub use storage::{Backup, BackupFields, DataMeaning, Volume, VolumeOwner, VolumeRef, Volumes};
pub use update::{Update, UpdatePolicy};
pub use upstream::{Upstream, UpstreamHost, UpstreamTls, UpstreamTlsFields};
pub use uses::CatalogueUse;
