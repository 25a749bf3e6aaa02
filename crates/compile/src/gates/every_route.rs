//! What the estate puts on every route: each link is there where the estate has its settings.

use steading_model::estate::{Compress, ErrorPages, Retry};
use steading_model::name::{HeaderName, PortNumber, StatusRange};

use super::{Gate, existing, own};
use crate::json::{Fields, text_map, texts};
use crate::route::Entry;
use crate::scope::Scope;

/// How often a request is sent once more, at most.
const ATTEMPTS: u32 = 2;
/// How long to wait before, in milliseconds.
const WAIT: u32 = 100;
/// The answers that error pages replace.
const STATUS: &str = "500-504";
/// The page that is asked for.
const PAGE: &str = "/{status}.html";
/// The smallest answer that is compressed, in bytes.
const SMALLEST: u32 = 1024;

pub(super) fn real_ip(scope: &Scope<'_>) -> Option<Gate> {
    let middleware = scope.estate.fields.ingress.real_ip.as_ref()?;
    Some(existing(scope, middleware))
}

/// Traefik asks once more only where no pod was reached, and never for what may not be asked twice.
pub(super) fn retry(scope: &Scope<'_>) -> Option<Gate> {
    let Retry {
        attempts,
        wait_millis,
    } = scope.estate.fields.ingress.retry.as_ref()?;
    let wait = wait_millis.unwrap_or(WAIT);
    let fields = Fields::new()
        .with("attempts", attempts.unwrap_or(ATTEMPTS))
        .with("initialInterval", format!("{wait}ms"));
    Some(own("retry", "retry", fields))
}

pub(super) fn error_pages(scope: &Scope<'_>, entry: &Entry<'_>) -> Option<Gate> {
    let ingress = &scope.estate.fields.ingress;
    let ErrorPages {
        service,
        namespace,
        port,
        status,
        path,
    } = ingress.error_pages.as_ref()?;
    if entry.route.error_pages == Some(false) || entry.route.redirect_to.is_some() {
        return None;
    }
    let usual = ingress.middleware_namespace.as_ref();
    let namespace = namespace.as_ref().or(usual).unwrap_or(&ingress.namespace);
    let elsewhere = (namespace.as_str() != scope.namespace()).then(|| namespace.as_str());
    let page = Fields::new()
        .with("name", service.as_str())
        .with("namespace", elsewhere)
        .with("port", port.map_or(80, PortNumber::get));
    let statuses = status.iter().map(StatusRange::as_str);
    let usual = status.is_empty().then_some(STATUS);
    let fields = Fields::new()
        .with("status", texts(statuses.chain(usual)))
        .with("query", path.as_ref().map_or(PAGE, |path| path.as_str()))
        .with("service", page);
    Some(own("error-pages", "errors", fields))
}

pub(super) fn compress(scope: &Scope<'_>) -> Option<Gate> {
    let Compress { min_bytes, except } = scope.estate.fields.ingress.compress.as_ref()?;
    let fields = Fields::new()
        .with("minResponseBodyBytes", min_bytes.unwrap_or(SMALLEST))
        .with("excludedContentTypes", texts(except));
    Some(own("compress", "compress", fields))
}

/// Returns the response headers of a route: the estate's under its own. An empty one is taken away.
pub(crate) fn response_headers<'a>(scope: &Scope<'a>, entry: &Entry<'a>) -> Vec<(String, &'a str)> {
    let declared = &entry.route.headers;
    let is_own = |name: &HeaderName| declared.keys().any(|own| own.is(name.as_str()));
    let usual = scope.estate.fields.ingress.security_headers.iter();
    let usual = usual.filter(|(name, _)| !is_own(name));
    let headers = usual.chain(declared);
    headers
        .map(|(name, value)| (name.to_string(), value.as_str()))
        .collect()
}

pub(super) fn security_headers(scope: &Scope<'_>, entry: &Entry<'_>) -> Option<Gate> {
    let declared = &entry.route.headers;
    let headers = text_map(response_headers(scope, entry));
    let name = if declared.is_empty() {
        "security-headers".to_owned()
    } else {
        format!("{}-headers", entry.name)
    };
    let fields = Fields::new().with("customResponseHeaders", headers);
    (!fields.is_empty()).then(|| own(name, "headers", fields))
}
