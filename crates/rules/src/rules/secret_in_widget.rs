//! Widgets name their secrets.

use crate::credential::{is_credential, is_secret_name};
use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// The settings of a dashboard's widget hold no key, password or token.
    ///
    /// ## Why
    /// A widget's settings are annotations of the route: everyone who may list routes reads them, they are in Git, in plans and in each
    /// release. The dashboard fills in variables of its own: `{{HOMEPAGE_VAR_NAME}}` for the variable of that name, `{{HOMEPAGE_FILE_NAME}}` for
    /// the file that it names. The value is never repeated in the finding.
    ///
    /// ## Example
    /// ```yaml
    /// widget: { type: jellyfin, settings: { key: 3f5c1d9e0b } }                           # found
    /// widget: { type: jellyfin, settings: { key: "{{HOMEPAGE_VAR_JELLYFIN_KEY}}" } }      # right
    /// ```
    "ST4124" "secret-in-widget" Error => Check::Application(check)
}

/// Settings that are a secret although their name alone does not say so elsewhere.
const SECRET: [&str; 4] = ["key", "pin", "auth", "salt"];

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let widgets = subject
        .routes()
        .filter_map(|(path, route)| Some((path, route.widget.as_ref()?)));
    widgets
        .flat_map(|(path, widget)| {
            let path = path.key("widget").key("settings");
            let settings = widget.settings.iter();
            settings
                .filter(|(name, value)| is_secret(name, value.as_str()))
                .map(|(name, _)| {
                    let span = subject.key_span(&path.key(name));
                    let message = format!("`{name}` of the widget looks like a secret, and everyone who may list routes reads it");
                    Finding::new(span, message).help(format!("write `{name}: \"{{{{HOMEPAGE_VAR_NAME}}}}\"`, and give the dashboard a variable `HOMEPAGE_VAR_NAME` from its secret"))
                })
                .collect::<Vec<_>>()
        })
        .collect()
}

fn is_secret(name: &str, value: &str) -> bool {
    let value = value.trim();
    let filled_in = value.starts_with("{{HOMEPAGE_") && value.ends_with("}}");
    let last = name.rsplit('.').next().unwrap_or(name);
    let named = SECRET.contains(&last.to_lowercase().as_str()) || is_secret_name(last);
    !filled_in && !value.is_empty() && (named || is_credential(value))
}
