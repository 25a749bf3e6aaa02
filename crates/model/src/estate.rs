//! The Estate declaration: everything that is not one application.

mod catalogue;
mod ingress;
mod naming;
mod resolved;
mod settings;
mod tier;

pub use catalogue::{CatalogueEntry, CatalogueTarget};
pub use ingress::{Certificates, ChainLink, Challenge, Ingress, MiddlewareRef, RateClass, Sso};
pub use naming::{Naming, Template};
pub use resolved::{Environment, Estate, EstateFields};
pub use settings::{
    DataWord, Defaults, Domains, DriftMode, EnvironmentFields, Existing, Images, Infisical, Lab,
    LabNode, ReasonedSeverity, Requirement, SecretBackend, SecretRef, SeverityLevel, SpecDefaults,
    Storage, StorageClassFields,
};
pub use tier::{Preemption, Tier, TierDefaults, TierQuota};
