//! Identifiers: each a newtype with one parser. What was parsed never fails later.

mod address;
mod dns;
mod fact;
mod gap;
mod http;
mod image;
mod path;
mod pattern;
mod runs;
mod text;
mod time;

pub use address::{Cidr, HostName, HostPattern, HostRef, PortNumber};
pub use dns::{AppName, ComponentName, EnvironmentName, LabelName, NamespaceName, SubdomainName};
pub use fact::FactName;
pub use http::{AnnotationPrefix, HeaderName, StatusRange};
pub use image::ImageRef;
pub use path::{HttpPath, MountPath, ProbePath, RelativePath, SecretPath};
pub use runs::{Run, RunNote};
pub use text::{Capability, EnvName, Literal, Owner, Reason, SecretKey, Url};
pub use time::{DurationText, Schedule, TimeZone, UntilDate};
