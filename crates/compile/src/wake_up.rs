//! Waking up: a component without pods gets them back by the first request that passes all gates before this one.
//!
//! Traefik asks a server of Sablier's kind through a plugin; the server knows what belongs together by a group, which stands on the
//! workloads as a label. All components of an application that sleep wake up together: a worker has no route of its own.

use serde_json::Value;
use steading_model::application::{FirstRequest, ToZero};
use steading_model::estate::WakeUp;

use crate::gates::{self, Gate};
use crate::json::{Fields, texts};
use crate::names;
use crate::route::Entry;
use crate::scope::Scope;

/// The plugin's name, where the estate names none.
const PLUGIN: &str = "sablier";
/// How long a request waits for pods, in seconds, where the component does not say how long they take to start.
const PATIENCE: u32 = 300;

/// Returns the group of an application's sleeping workloads.
pub(crate) fn group(scope: &Scope<'_>) -> String {
    names::label_value(scope.namespace())
}

/// Returns the gate of a route whose component sleeps.
pub(crate) fn gate(scope: &Scope<'_>, entry: &Entry<'_>) -> Option<Gate> {
    let outside = entry.route.redirect_to.is_some() || entry.route.upstream.is_some();
    let component = scope.application.component_of(entry.route)?;
    let scaling = component.fields.scaling.as_ref().filter(|_| !outside)?;
    let to_zero = scaling.to_zero.as_ref()?;
    let Some(settings) = &scope.estate.fields.ingress.wake_up else {
        return Some(gates::missing("wake-up"));
    };
    let health = component.fields.health.as_ref();
    let patience = health.and_then(|health| health.startup_seconds);
    let fields = plugin(scope, settings, to_zero, patience.unwrap_or(PATIENCE));
    let plugin = settings
        .plugin
        .as_ref()
        .map_or(PLUGIN, |name| name.as_str());
    let name = format!("wake-up-{}", component.name);
    Some(gates::own(
        name,
        "plugin",
        Fields::new().with(plugin, fields),
    ))
}

fn plugin(scope: &Scope<'_>, settings: &WakeUp, to_zero: &ToZero, patience: u32) -> Fields {
    let WakeUp {
        url,
        plugin: _,
        theme,
        probes,
    } = settings;
    let ToZero { after, first } = to_zero;
    let fields = Fields::new()
        .with("sablierUrl", url.as_str())
        .with("group", group(scope))
        .with("sessionDuration", format!("{}s", after.seconds()))
        .with("ignoreUserAgent", texts(probes));
    match first {
        Some(FirstRequest::Wait) => {
            let wait = Fields::new().with("timeout", format!("{patience}s"));
            fields.with("blocking", wait)
        }
        Some(FirstRequest::Page) | None => {
            let page = Fields::new().with("displayName", scope.name()).with(
                "theme",
                theme.as_ref().map(|theme| Value::from(theme.as_str())),
            );
            fields.with("dynamic", page)
        }
    }
}
