//! The Estate declaration: everything that is not one application.

mod accelerator;
mod catalogue;
mod deletions;
mod dns;
mod entry;
mod gateway;
mod ingress;
mod load_balancer;
mod monitoring;
mod naming;
mod people;
mod resolved;
mod settings;
mod tier;
mod updates;

pub use accelerator::{Accelerator, Accelerators, DeviceClaim, MemoryUnit, ResourceName};
pub use catalogue::{
    CatalogueEntry, CatalogueTarget, CloudNativePg, DatabaseData, DatabaseServer, DatabaseStorage,
    EntrySecret, OidcIssuer, OtelCollector, OtlpProtocol, PoolMode, Pooler, Postgres, RedisServer,
    SmtpServer, SmtpTls,
};
pub use deletions::Deletions;
pub use dns::{Dashboard, DashboardKind, Dns, DnsProvider, DnsRecord};
pub use entry::{Entry, EntryKind, EntryPlace, Given, Served, url_host};
pub use gateway::{Controller, Gateway, GatewayAddress, GatewayPolicies, GatewayProxies, Gateways};
pub use ingress::{
    BearerGate, Certificates, ChainLink, Challenge, Compress, ErrorPages, Ingress, MiddlewareRef,
    RateClass, Retry, Sso, WakeUp,
};
pub use load_balancer::{Address, Balancer, LoadBalancer};
pub use monitoring::{
    DashboardMark, ModuleName, MonitoringStack, ProbedRoutes, Prober, RunbookUrl,
};
pub use naming::{Naming, Template};
pub use people::{HostClaim, Identity, Oidc, Owner, Person, PersonQuota, PersonRole, UserName};
pub use resolved::{Environment, Estate, EstateFields};
pub use settings::{
    DataWord, Defaults, Domains, DriftMode, EnvironmentFields, Existing, ExternalSecrets, Growth,
    Images, Infisical, Lab, LabNode, ReasonedSeverity, Requirement, SecretBackend, SecretRef,
    SeverityLevel, SpecDefaults, Storage, StorageClassFields, StoreKind,
};
pub use tier::{Preemption, Tier, TierDefaults, TierQuota};
pub use updates::{Updater, Updates};
