//! The facts of what is used: what is known of it, in the open or as a key of a Secret.

use steading_model::estate::{
    Entry, EntryKind, OidcIssuer, OtelCollector, OtlpProtocol, SmtpTls, Template,
};
use steading_model::name::Literal;
use steading_model::read::nearest;

use super::{Use, database, secret};
use crate::scope::Scope;
use crate::substitute::{self, Fact, Problem};

/// Returns a fact of what is used; none where it has no such fact here.
pub(crate) fn fact(scope: &Scope<'_>, one: &Use<'_>, name: &str) -> Option<Fact> {
    let declared = one.entry.fields.map(|fields| &fields.facts);
    let mut declared = declared.into_iter().flatten();
    if let Some((_, text)) = declared.find(|(fact, _)| fact.as_str() == name) {
        let of_user = |name: &str| crate::facts::of_user(scope, name);
        let text = substitute::plain(text.as_str(), of_user).ok()?;
        return Some(Fact::Text(text));
    }
    secret::fact(scope, one, name).or_else(|| of_kind(scope, one, name))
}

/// Returns a fact that the text of a variable may name: one of the entry, or what is known of the user.
pub(crate) fn in_text(scope: &Scope<'_>, one: &Use<'_>, name: &str) -> Option<Fact> {
    fact(scope, one, name).or_else(|| crate::facts::of_user(scope, name))
}

/// Returns what `${uses.ENTRY.NAME}` means, from what stands behind `uses.`: a variable of the entry by its own name, or a fact.
pub(crate) fn named(scope: &Scope<'_>, rest: &str) -> Option<Fact> {
    let (entry, name) = rest.split_once('.')?;
    let one = super::all(scope).find(|one| one.entry.name.as_str() == entry)?;
    let variables = one.entry.variables();
    let variable = variables.iter().find(|(known, _)| known == name);
    match variable {
        Some((_, text)) => composed(scope, &one, text),
        None => fact(scope, &one, name),
    }
}

/// Returns what to do about a text of an entry that cannot be filled in.
pub(crate) fn help(scope: &Scope<'_>, one: &Use<'_>, problem: &Problem) -> String {
    let Problem::Unknown(name) = problem else {
        return "close it; for a literal `${`, write `$${`".to_owned();
    };
    missing(one, name).unwrap_or_else(|| {
        let of_user = ["application", "environment", "namespace", "estate"];
        let known = known(scope, one).into_iter().chain(of_user);
        let known: Vec<String> = known.map(|name| format!("`${{{name}}}`")).collect();
        format!("an entry of the catalogue may name {}", known.join(", "))
    })
}

/// Returns what to do about a name in `${uses.…}` that means nothing; none where it is no such name.
pub(crate) fn help_named(scope: &Scope<'_>, problem: &Problem) -> Option<String> {
    let Problem::Unknown(name) = problem else {
        return None;
    };
    let rest = name.trim().strip_prefix("uses.")?;
    let (entry, fact) = rest.split_once('.').unwrap_or((rest, ""));
    let uses: Vec<Use<'_>> = super::all(scope).collect();
    let Some(one) = uses.iter().find(|one| one.entry.name.as_str() == entry) else {
        let names: Vec<&str> = uses.iter().map(|one| one.entry.name.as_str()).collect();
        return Some(match (nearest(entry, &names), names.as_slice()) {
            (Some(near), _) => format!("did you mean `${{uses.{near}.{fact}}}`?"),
            (None, []) => format!("add `uses: {{ {entry}: {{}} }}`"),
            (None, _) => format!(
                "add `{entry}` to `uses`, or name one of them: {}",
                names.join(", ")
            ),
        });
    };
    Some(missing(one, fact).unwrap_or_else(|| {
        let variables = one.entry.variables();
        let mut known = known(scope, one);
        known.extend(variables.iter().map(|(name, _)| name.as_str()));
        match nearest(fact, &known) {
            Some(near) => format!("did you mean `${{uses.{entry}.{near}}}`?"),
            None => format!("known of `{entry}`: {}", known.join(", ")),
        }
    }))
}

/// Returns the facts that are known here.
fn known<'a>(scope: &Scope<'_>, one: &Use<'a>) -> Vec<&'a str> {
    let mut names = one.entry.fact_names();
    names.retain(|name| fact(scope, one, name).is_some());
    names
}

/// Returns what to do about a fact that the kind has, and that is not known here.
fn missing(one: &Use<'_>, name: &str) -> Option<String> {
    if !one.entry.fact_names().contains(&name) {
        return None;
    }
    Some(match (one.entry.kind(), name) {
        (EntryKind::Oidc(_), "redirectUri") => {
            "say where people come back to: `callback: /…` of the use, with a route under `ingress`"
                .to_owned()
        }
        (EntryKind::Application(_), _) => "declare a port in that application".to_owned(),
        _ => format!("add `secret: {{ keys: {{ {name}: … }} }}` to the entry"),
    })
}

fn of_kind(scope: &Scope<'_>, one: &Use<'_>, name: &str) -> Option<Fact> {
    let entry = &one.entry;
    match (entry.kind(), name) {
        (EntryKind::CloudNativePg(_), name) => database::fact(scope, one, name),
        (EntryKind::Application(_), name) => application(scope, one, name),
        (EntryKind::Own, _) => None,
        (_, "host") => Some(Fact::Text(filled_host(scope, entry)?)),
        (_, "port") => Some(Fact::Text(entry.port()?.to_string())),
        (EntryKind::Postgres(server) | EntryKind::MySql(server), "database") => Some(Fact::Text(
            filled(scope, server.database.as_ref(), "{application}"),
        )),
        (EntryKind::Postgres(server) | EntryKind::MySql(server), "user") => Some(Fact::Text(
            filled(scope, server.user.as_ref(), "{application}"),
        )),
        (EntryKind::Postgres(server), "url") => {
            let query = query(server.parameters.iter());
            let url = format!("postgresql://${{user}}:${{password}}@{HOST}/${{database}}{query}");
            self::url(scope, one, &bracketed(scope, entry, &url))
        }
        (EntryKind::MySql(server), "url") => {
            let query = query(server.parameters.iter());
            let url = format!("mysql://${{user}}:${{password}}@{HOST}/${{database}}{query}");
            self::url(scope, one, &bracketed(scope, entry, &url))
        }
        (EntryKind::Postgres(_), "jdbcUrl") => jdbc(scope, one, "postgresql"),
        (EntryKind::MySql(_), "jdbcUrl") => jdbc(scope, one, "mysql"),
        (EntryKind::Redis(server), "database") => {
            Some(Fact::Text(server.database.unwrap_or(0).to_string()))
        }
        (EntryKind::Redis(server), "url") => {
            let scheme = if server.tls == Some(true) {
                "rediss"
            } else {
                "redis"
            };
            let url = format!("{scheme}://{}{HOST}/${{database}}", login(scope, one));
            self::url(scope, one, &bracketed(scope, entry, &url))
        }
        (EntryKind::Smtp(server), "from") => {
            Some(Fact::Text(filled(scope, Some(&server.from), "")))
        }
        (EntryKind::Smtp(server), "tls") => Some(Fact::Text(
            server.tls.unwrap_or(SmtpTls::StartTls).to_string(),
        )),
        (EntryKind::Smtp(server), "url") => {
            let scheme = if server.tls == Some(SmtpTls::Tls) {
                "smtps"
            } else {
                "smtp"
            };
            let url = format!("{scheme}://{}{HOST}", login(scope, one));
            self::url(scope, one, &bracketed(scope, entry, &url))
        }
        (EntryKind::Oidc(issuer), name) => oidc(scope, one, issuer, name),
        (EntryKind::Otel(collector), name) => otel(scope, collector, name),
        _ => None,
    }
}

/// Where host and port stand in a URL.
const HOST: &str = "${host}:${port}";

/// Puts brackets around an address of version 6.
fn bracketed(scope: &Scope<'_>, entry: &Entry<'_>, url: &str) -> String {
    let host = filled_host(scope, entry).unwrap_or_default();
    if host.contains(':') {
        url.replace(HOST, "[${host}]:${port}")
    } else {
        url.to_owned()
    }
}

/// Returns what stands before the host of a URL, where there are credentials.
fn login(scope: &Scope<'_>, one: &Use<'_>) -> &'static str {
    let has = |name: &str| secret::fact(scope, one, name).is_some();
    match (has("user"), has("password")) {
        (true, true) => "${user}:${password}@",
        (false, true) => ":${password}@",
        (true | false, false) => "",
    }
}

fn jdbc(scope: &Scope<'_>, one: &Use<'_>, scheme: &str) -> Option<Fact> {
    let url = format!("jdbc:{scheme}://{HOST}/${{database}}");
    self::url(scope, one, &bracketed(scope, &one.entry, &url))
}

fn application(scope: &Scope<'_>, one: &Use<'_>, name: &str) -> Option<Fact> {
    let (application, environment) = one.entry.runs_in(&scope.application.environment)?;
    let served = scope.estate.served(application, environment)?;
    let namespace = scope.estate.namespace(application, environment).ok()?;
    let zone = &scope.estate.fields.domains.cluster;
    let host = format!("{}.{namespace}.svc.{zone}", served.service);
    match name {
        "host" => Some(Fact::Text(host)),
        "port" => Some(Fact::Text(served.port.to_string())),
        "url" if served.scheme == "http" && served.port == 80 => {
            Some(Fact::Text(format!("http://{host}")))
        }
        "url" => Some(Fact::Text(format!(
            "{}://{host}:{}",
            served.scheme, served.port
        ))),
        _ => None,
    }
}

fn oidc(scope: &Scope<'_>, one: &Use<'_>, issuer: &OidcIssuer, name: &str) -> Option<Fact> {
    let url = filled(scope, Some(&issuer.issuer), "");
    match name {
        "issuer" => Some(Fact::Text(url)),
        "discoveryUrl" => {
            let usual = || {
                format!(
                    "{}/.well-known/openid-configuration",
                    url.trim_end_matches('/')
                )
            };
            let declared = issuer.discovery.as_ref();
            Some(Fact::Text(declared.map_or_else(usual, |discovery| {
                filled(scope, Some(discovery), "")
            })))
        }
        "redirectUri" => {
            let callback = one.used.callback.as_ref()?;
            match crate::facts::fact(scope, None, "route.url")? {
                Fact::Text(route) => Some(Fact::Text(format!("{route}{callback}"))),
                _ => None,
            }
        }
        _ => None,
    }
}

fn otel(scope: &Scope<'_>, collector: &OtelCollector, name: &str) -> Option<Fact> {
    let endpoint = filled(scope, Some(&collector.endpoint), "");
    match name {
        "protocol" => {
            let usual = if endpoint.ends_with(":4317") {
                OtlpProtocol::Grpc
            } else {
                OtlpProtocol::Http
            };
            Some(Fact::Text(collector.protocol.unwrap_or(usual).to_string()))
        }
        "endpoint" => Some(Fact::Text(endpoint)),
        "serviceName" => Some(Fact::Text(scope.name().to_owned())),
        "attributes" => Some(Fact::Text(attributes(scope, collector))),
        _ => None,
    }
}

/// Returns the attributes of all telemetry, in the syntax of the variable: `=` and `,` in values are escaped as in URLs.
fn attributes(scope: &Scope<'_>, collector: &OtelCollector) -> String {
    let own = [
        ("deployment.environment.name", scope.environment()),
        ("service.namespace", scope.namespace()),
    ];
    let declared = collector.attributes.iter();
    let declared = declared.map(|(name, value)| (name.as_str(), value.as_str()));
    let all: std::collections::BTreeMap<&str, &str> = own.into_iter().chain(declared).collect();
    let pair = |(name, value): (&str, &str)| format!("{name}={}", escaped(value));
    let pairs: Vec<String> = all.into_iter().map(pair).collect();
    pairs.join(",")
}

/// Returns the host of a server as its user sees it.
fn filled_host(scope: &Scope<'_>, entry: &Entry<'_>) -> Option<String> {
    let host = Template::parse(entry.host()?).ok()?;
    Some(filled(scope, Some(&host), ""))
}

/// Fills in what is the user's.
pub(crate) fn filled(scope: &Scope<'_>, template: Option<&Template>, usual: &str) -> String {
    let values = [
        ("application", scope.name()),
        ("environment", scope.environment()),
    ];
    match template {
        Some(template) => template.fill(&values),
        None => usual.replace("{application}", scope.name()),
    }
}

/// Returns a text with facts of the entry in it, put together.
pub(crate) fn composed(scope: &Scope<'_>, one: &Use<'_>, text: &str) -> Option<Fact> {
    substitute::composed(text, |name| in_text(scope, one, name)).ok()
}

/// Returns a URL with facts of the entry in it. What is known is escaped; Kubernetes puts secrets in as they are.
pub(crate) fn url(scope: &Scope<'_>, one: &Use<'_>, text: &str) -> Option<Fact> {
    let escapes = |name: &str| ["user", "password", "database"].contains(&name);
    let lookup = |name: &str| match fact(scope, one, name)? {
        Fact::Text(text) if escapes(name) => Some(Fact::Text(escaped(&text))),
        other => Some(other),
    };
    substitute::composed(text, lookup).ok()
}

/// Returns what stands behind the path of a URL.
fn query<'a>(parameters: impl Iterator<Item = (&'a String, &'a Literal)>) -> String {
    let pair = |(name, value): (&String, &Literal)| format!("{name}={}", escaped(value.as_str()));
    let pairs: Vec<String> = parameters.map(pair).collect();
    if pairs.is_empty() {
        String::new()
    } else {
        format!("?{}", pairs.join("&"))
    }
}

/// Escapes all but the characters that never mean anything in a URL.
fn escaped(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte);
    let bytes = text.bytes();
    bytes
        .map(|byte| {
            if plain(byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_in_a_url_is_escaped() {
        assert_eq!(escaped("verify-full"), "verify-full");
        assert_eq!(escaped("/etc/ca.crt"), "/etc/ca.crt");
        assert_eq!(
            escaped("a b&c=d,e$(F)é"),
            "a%20b%26c%3Dd%2Ce%24%28F%29%C3%A9"
        );
    }
}
