//! The estate's login in front of a route, and its headers kept from strangers behind the others.

use std::fmt::Write;

use serde_json::Value;
use steading_model::application::{Auth, AuthMode, Route};
use steading_model::estate::Sso;

use crate::bearer;
use crate::gates::{self, Gate};
use crate::json::{Fields, text_map, texts};
use crate::route::Entry;
use crate::scope::Scope;

/// The headers that the login sets where the estate names none.
const IDENTITY: [&str; 4] = [
    "Remote-User",
    "Remote-Groups",
    "Remote-Email",
    "Remote-Name",
];

/// Returns what asks on a route who comes: the login, or the removal of its headers and perhaps the check of a token.
pub(crate) fn gates(scope: &Scope<'_>, entry: &Entry<'_>) -> Vec<Gate> {
    if entry.route.redirect_to.is_some() {
        return Vec::new();
    }
    let sso = scope.estate.fields.ingress.sso.as_ref();
    if entry.auth() == AuthMode::Required {
        let login = sso.map_or_else(|| gates::missing("login"), |sso| login(sso, entry));
        return vec![login];
    }
    let stranger = sso.filter(|_| relies_on_login(scope)).map(without_identity);
    let token = bearer::gate(scope, entry);
    stranger.into_iter().chain(token).collect()
}

fn login(sso: &Sso, entry: &Entry<'_>) -> Gate {
    let own = &entry.route.groups;
    let (name, groups) = if own.is_empty() {
        ("login".to_owned(), &sso.groups)
    } else {
        (format!("{}-login", entry.name), own)
    };
    let fields = Fields::new()
        .with("address", address(sso, groups))
        .with("authResponseHeaders", identity(sso));
    gates::own(name, "forwardAuth", fields)
}

/// Says whether any route of the application relies on the estate's login.
pub(crate) fn relies_on_login(scope: &Scope<'_>) -> bool {
    let required = |auth: &Auth| auth.mode == AuthMode::Required;
    let relies =
        |route: &Route| route.redirect_to.is_none() && route.auth.as_ref().is_none_or(required);
    scope.application.fields.ingress.iter().any(relies)
}

/// An application that trusts the login's headers on one route must not get them from strangers on another.
fn without_identity(sso: &Sso) -> Gate {
    let headers = text_map(identity_names(sso).map(|name| (name.to_owned(), "")));
    let fields = Fields::new().with("customRequestHeaders", headers);
    gates::own("without-identity", "headers", fields)
}

fn identity(sso: &Sso) -> Value {
    texts(identity_names(sso))
}

/// Returns the headers that the login sets.
pub(crate) fn identity_names(sso: &Sso) -> impl Iterator<Item = &str> {
    let usual = IDENTITY.into_iter().filter(|_| sso.headers.is_empty());
    sso.headers.iter().map(String::as_str).chain(usual)
}

fn address(sso: &Sso, groups: &[String]) -> String {
    let url = sso.url.as_str();
    if groups.is_empty() {
        return url.to_owned();
    }
    let parameter = encoded(sso.groups_parameter.as_deref().unwrap_or("groups"));
    let groups: Vec<String> = groups.iter().map(|group| encoded(group)).collect();
    let separator = if url.contains('?') { '&' } else { '?' };
    format!("{url}{separator}{parameter}={}", groups.join(","))
}

/// Returns a text as part of a URL.
pub(crate) fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}").expect("writing to text must not fail");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_safe_in_a_url() {
        assert_eq!(encoded("Home Admins&x=1"), "Home%20Admins%26x%3D1");
        assert_eq!(encoded("plain-1_a.b~"), "plain-1_a.b~");
    }
}
