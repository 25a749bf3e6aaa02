//! What is known about a route from outside: the answer that is expected, and its tile on the dashboard.

use serde_json::{Value, json};
use steading_model::application::{
    AuthMode, Expectation, HealthProbe, OutsideCheck, Probe, Route, StripPrefix,
};

use crate::json::{Fields, text_map};
use crate::route::{self, Entry};
use crate::scope::Scope;

/// Returns what is expected when a route is asked, as JSON; none where nothing is known.
pub(crate) fn check(scope: &Scope<'_>, entry: &Entry<'_>) -> Option<String> {
    let fields = &scope.application.fields;
    let probe = fields
        .monitoring
        .as_ref()
        .and_then(|monitoring| monitoring.probe.as_ref());
    let check = match (&entry.route.check, &fields.parked, probe) {
        (Some(OutsideCheck::Never(why)), _, _) | (None, None, Some(Probe::Never(why))) => {
            never(why.as_str())
        }
        (_, Some(parked), _) => never(parked.why.as_str()),
        (Some(OutsideCheck::Expect(expectation)), _, _) => {
            expected(scope, entry, Some(expectation))?
        }
        (None, None, _) if entry.route.redirect_to.is_some() => redirected(entry),
        (None, None, _) => expected(scope, entry, None)?,
    };
    Some(Value::from(check).to_string())
}

/// Returns the tile of a route on the dashboard, as JSON; none where it is not shown.
pub(crate) fn tile(scope: &Scope<'_>, entry: &Entry<'_>) -> Option<String> {
    if !is_shown(scope, entry) {
        return None;
    }
    let fields = &scope.application.fields;
    let widget = entry.route.widget.as_ref().map(|widget| {
        let settings = widget
            .settings
            .iter()
            .map(|(name, value)| (name.clone(), value.as_str()));
        Value::from(
            Fields::new()
                .with("type", widget.kind.as_str())
                .with("settings", text_map(settings)),
        )
    });
    let tile = Fields::new()
        .with("name", scope.name())
        .with("description", fields.description.as_deref())
        .with("group", group(scope))
        .with("icon", icon(scope))
        .with("url", home(entry))
        .with("widget", widget);
    Some(Value::from(tile).to_string())
}

/// Says whether a route has a tile. Without a word about it, a redirect has none, nor what is for machines (a token), nor a path below
/// another route of the application.
pub(crate) fn is_shown(scope: &Scope<'_>, entry: &Entry<'_>) -> bool {
    let Route {
        redirect_to,
        catalogue,
        widget,
        ..
    } = entry.route;
    let for_people = redirect_to.is_none() && entry.auth() != AuthMode::Bearer;
    let usual = || widget.is_some() || !route::is_below_another(scope, entry);
    catalogue.unwrap_or_else(|| for_people && usual())
}

/// Returns the group of an application's tiles.
pub(crate) fn group<'a>(scope: &Scope<'a>) -> &'a str {
    let declared = scope.application.fields.group.as_deref();
    declared.unwrap_or(scope.application.tier.as_str())
}

/// Returns the icon of an application's tiles.
pub(crate) fn icon<'a>(scope: &Scope<'a>) -> &'a str {
    let declared = scope.application.fields.icon.as_deref();
    let instance = scope.application.instance.as_ref();
    let name = instance.map_or(scope.name(), |instance| instance.application.as_str());
    declared.unwrap_or(name)
}

/// Returns the URL that a tile leads to.
pub(crate) fn home(entry: &Entry<'_>) -> String {
    url(entry, entry.paths.first().copied().unwrap_or("/"))
}

fn never(why: &str) -> Fields {
    Fields::new().with("none", why)
}

fn redirected(entry: &Entry<'_>) -> Fields {
    let target = entry
        .route
        .redirect_to
        .as_ref()
        .map_or("", |url| url.as_str());
    let path = entry.paths.first().copied().unwrap_or("/");
    let location = match entry.route.preserve_path {
        Some(false) => target.to_owned(),
        Some(true) | None => format!("{target}{path}"),
    };
    Fields::new()
        .with("url", url(entry, path))
        .with("method", "GET")
        .with("status", json!([301]))
        .with("location", location)
}

fn expected(
    scope: &Scope<'_>,
    entry: &Entry<'_>,
    declared: Option<&Expectation>,
) -> Option<Fields> {
    let path = declared
        .and_then(|expectation| expectation.path.as_ref())
        .map(|path| path.as_str().to_owned());
    let path = path.or_else(|| health_path(scope, entry))?;
    let method = declared
        .and_then(|expectation| expectation.method.as_deref())
        .unwrap_or("GET");
    let status = declared
        .map(|expectation| expectation.status.clone())
        .filter(|status| !status.is_empty());
    let usual = || match entry.auth() {
        AuthMode::Required => vec![302, 401],
        AuthMode::Bearer => vec![401],
        AuthMode::App | AuthMode::Public | AuthMode::None => vec![200],
    };
    let status = status.unwrap_or_else(usual);
    Some(
        Fields::new()
            .with("url", url(entry, &path))
            .with("method", method)
            .with("status", status),
    )
}

/// Returns the path at which the health check is seen from outside: below the route's path where that is stripped, as it is where
/// the route covers it, else nowhere.
fn health_path(scope: &Scope<'_>, entry: &Entry<'_>) -> Option<String> {
    if entry.route.upstream.is_some() {
        return None;
    }
    let health = scope
        .application
        .component_of(entry.route)?
        .fields
        .health
        .as_ref()?;
    let Some(HealthProbe::Http(health, _)) = health.probe() else {
        return None;
    };
    let health = health.as_str();
    let path = entry.paths.first()?.trim_end_matches('/');
    let covers = |seen: &str| {
        path.is_empty()
            || seen
                .strip_prefix(path)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
    };
    let prefix = match &entry.route.strip_prefix {
        Some(StripPrefix::Path) => path,
        Some(StripPrefix::Prefix(prefix)) => prefix.as_str().trim_end_matches('/'),
        Some(StripPrefix::Off) | None => "",
    };
    let seen = format!("{prefix}{health}");
    covers(&seen).then_some(seen)
}

fn url(entry: &Entry<'_>, path: &str) -> String {
    format!("https://{}{path}", entry.host)
}
