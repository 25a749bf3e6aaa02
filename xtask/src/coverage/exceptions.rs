//! Fields of an application that nothing proves, each with the reason.

/// The fields, as the page names them.
pub(super) const EXCEPTIONS: &[(&str, &str)] = &[];
