//! The annotations that carry meaning from the declaration to people, dashboards and checks.

/// On a Namespace: what the application is.
pub const ANNOTATION_DESCRIPTION: &str = "steading.dev/description";
/// On a route: the DNS record that it wants, one of `proxied`, `direct`, `internal` and `none`.
pub const ANNOTATION_DNS: &str = "steading.dev/dns";
/// On a route: who can reach it at all, `private` or `public`.
pub const ANNOTATION_VISIBILITY: &str = "steading.dev/visibility";
/// On a route: where the login happens, with the reason where it is not the estate's.
pub const ANNOTATION_AUTH: &str = "steading.dev/auth";
/// On a route without the estate's login below one that asks for it: which that is.
pub const ANNOTATION_CARVE_OUT: &str = "steading.dev/carve-out";
/// On a route: what is expected when it is asked from outside, as JSON: `url`, `method`, `status`, `location`; or `none` with the reason.
pub const ANNOTATION_CHECK: &str = "steading.dev/check";
/// On a route: its tile on the dashboard, as JSON: `name`, `description`, `group`, `icon`, `url`, `widget`.
pub const ANNOTATION_CATALOGUE: &str = "steading.dev/catalogue";
/// On a workload or job whose pods reach beyond their containers: each right with its reason, one a line.
pub const ANNOTATION_PRIVILEGES: &str = "steading.dev/privileges";
/// On an object that differs from what is usual (a quota, a parked workload): why.
pub const ANNOTATION_WHY: &str = "steading.dev/why";
