//! Names that must be DNS labels.

use crate::text;

/// The longest DNS label.
const LABEL: usize = 63;
/// The longest application name: leaves room for an environment before it and an object's suffix behind it.
const APPLICATION: usize = 40;

text! {
    /// The name of an application.
    pub struct AppName("application-name", about = "lower-case letters, digits and `-`, at most 40 characters", example = "linkwarden") = parse_app;
}

text! {
    /// The name of a component, job, volume, init step or port within an application.
    pub struct ComponentName("component-name", about = "lower-case letters, digits and `-`, at most 40 characters", example = "worker") = parse_app;
}

text! {
    /// The name of an environment.
    pub struct EnvironmentName("environment-name", about = "lower-case letters, digits and `-`, at most 20 characters", example = "prod") = parse_environment;
}

text! {
    /// The name of a namespace.
    pub struct NamespaceName("namespace", about = "lower-case letters, digits and `-`, at most 63 characters", example = "prod-linkwarden") = parse_label;
}

text! {
    /// The name of a tier, storage class, catalogue entry and the like.
    pub struct LabelName("name", about = "lower-case letters, digits and `-`, at most 63 characters", example = "aux") = parse_label;
}

text! {
    /// The name of an object that may hold dots.
    pub struct SubdomainName("object-name", about = "lower-case letters, digits, `-` and `.`, at most 253 characters", example = "registry-auth") = parse_subdomain;
}

fn parse_app(text: &str) -> Result<String, String> {
    label(text, APPLICATION)
}

fn parse_environment(text: &str) -> Result<String, String> {
    label(text, 20)
}

fn parse_label(text: &str) -> Result<String, String> {
    label(text, LABEL)
}

fn parse_subdomain(text: &str) -> Result<String, String> {
    if text.len() > 253 {
        return Err(format!(
            "must be at most 253 characters, not {}",
            text.len()
        ));
    }
    for part in text.split('.') {
        label(part, 253)?;
    }
    Ok(text.to_owned())
}

pub(super) fn label(text: &str, longest: usize) -> Result<String, String> {
    if text.is_empty() {
        return Err("must not be empty".to_owned());
    }
    if text.len() > longest {
        return Err(format!(
            "must be at most {longest} characters, not {}: `{text}`",
            text.len()
        ));
    }
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !text.chars().all(allowed) || text.starts_with('-') || text.ends_with('-') {
        return Err(format!(
            "must be lower-case letters, digits and `-`, beginning and ending with a letter or digit: `{text}`"
        ));
    }
    Ok(text.to_owned())
}
