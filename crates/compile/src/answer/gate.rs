//! The gates of a route in words, each with the place that it comes from.

use steading_model::application::{AuthMode, StripPrefix, Visibility};
use steading_model::estate::{ChainLink, MiddlewareRef};
use steading_model::{FieldPath, Span};

use crate::gates::{self, Gate};
use crate::route::Entry;
use crate::scope::{Output, Scope};
use crate::{chain, gateway, ranges};

/// A gate that a request passes.
#[derive(Clone, Debug)]
pub struct Passed {
    /// The link of the chain.
    pub link: ChainLink,
    /// What it does.
    pub does: String,
    /// The reason that was given for it.
    pub why: Option<String>,
    /// What it is called in the cluster, with Traefik; nothing where it only says that there is no gate.
    pub names: Vec<String>,
    /// Where it is declared: in the application, in the estate, or built in.
    pub span: Span,
}

/// What a gate does, why, and where that is declared.
type Told = (String, Option<String>, Span);

/// Returns the gates of a route in the order of the chain.
pub(super) fn passed(scope: &Scope<'_>, entry: &Entry<'_>) -> Vec<Passed> {
    let links = chain::complete(&scope.estate.fields.ingress.chain);
    let opened = !entry.is_passed_through();
    let own_objects = !gateway::is_used(scope.estate);
    let links = links
        .into_iter()
        .filter(|link| opened || matches!(link, ChainLink::AllowList | ChainLink::Authentication));
    links
        .filter_map(|link| {
            let names = names(scope, entry, link);
            let says_none = matches!(link, ChainLink::Authentication | ChainLink::RateLimit);
            if names.is_empty() && !says_none {
                return None;
            }
            let (does, why, span) = told(scope, entry, link)?;
            Some(Passed {
                link,
                does,
                why,
                names: if own_objects { names } else { Vec::new() },
                span,
            })
        })
        .collect()
}

fn names(scope: &Scope<'_>, entry: &Entry<'_>, link: ChainLink) -> Vec<String> {
    if entry.is_passed_through() && link != ChainLink::AllowList {
        return Vec::new();
    }
    // What is wrong with a gate is reported where the objects are derived.
    let gates = gates::gates(scope, entry, link, &mut Output::default());
    let name = |gate: Gate| match gate {
        Gate::Own(name, _) | Gate::Existing(name, None) => name,
        Gate::Existing(name, Some(namespace)) => format!("{namespace}/{name}"),
    };
    gates.into_iter().map(name).collect()
}

fn told(scope: &Scope<'_>, entry: &Entry<'_>, link: ChainLink) -> Option<Told> {
    let ingress = &scope.estate.fields.ingress;
    let here = |key: &str| scope.span(&entry.path.key(key));
    let estate = |key: &str| estate_span(scope, key);
    let plain = |does: &str, span: Span| Some((does.to_owned(), None, span));
    match link {
        ChainLink::AllowList => Some(allow_list(scope)),
        ChainLink::RealIp => plain("finds the client's own address", estate("realIp")),
        ChainLink::Retry => plain("asks once more where no pod was reached", estate("retry")),
        ChainLink::ErrorPages => plain("shows the estate's error pages", estate("errorPages")),
        ChainLink::Compress => plain("compresses answers", estate("compress")),
        ChainLink::RateLimit => rate_limit(scope, entry),
        ChainLink::SecurityHeaders if entry.route.headers.is_empty() => plain(
            "sets the estate's response headers",
            estate("securityHeaders"),
        ),
        ChainLink::SecurityHeaders => plain(
            "sets response headers, the route's own among them",
            here("headers"),
        ),
        ChainLink::BotWall => plain("asks bots to work", here("botProtection")),
        ChainLink::Authentication => authentication(scope, entry),
        ChainLink::WakeUp => plain("wakes up pods that sleep", estate("wakeUp")),
        ChainLink::BodyLimit => {
            let (class, body) = gates::largest_body(scope, entry)?;
            let span = class.map_or_else(|| here("limits"), |class| class_span(scope, class));
            plain(&format!("refuses bodies over {body}"), span)
        }
        ChainLink::Custom => {
            let names = entry.route.middlewares.iter();
            let names: Vec<String> = names
                .map(|name| match ingress.middlewares.get(name) {
                    Some(MiddlewareRef { name: inside, .. })
                        if inside.as_str() != name.as_str() =>
                    {
                        format!("{name} ({inside})")
                    }
                    _ => name.to_string(),
                })
                .collect();
            plain(&names.join(", "), here("middlewares"))
        }
        ChainLink::Redirect => plain("answers with a redirect", here("redirectTo")),
        ChainLink::StripPrefix => {
            let what = match &entry.route.strip_prefix {
                Some(StripPrefix::Prefix(prefix)) => format!("takes {prefix} off"),
                _ => format!("takes {} off", entry.paths.join(", ")),
            };
            plain(&what, here("stripPrefix"))
        }
    }
}

fn estate_span(scope: &Scope<'_>, key: &str) -> Span {
    let path = FieldPath::default().key("spec").key("ingress").key(key);
    scope.estate.tree.span_at(&path)
}

fn class_span(scope: &Scope<'_>, class: &str) -> Span {
    let rates = FieldPath::default().key("spec").key("ingress").key("rates");
    scope.estate.tree.span_at(&rates.key(class))
}

fn allow_list(scope: &Scope<'_>) -> Told {
    let ranges = ranges::private(scope.estate);
    let shown = if ranges.len() > 4 {
        format!("{}, … ({} ranges)", ranges[..3].join(", "), ranges.len())
    } else {
        ranges.join(", ")
    };
    let does = format!("refuses all addresses but {shown}");
    (does, None, estate_span(scope, "private"))
}

fn rate_limit(scope: &Scope<'_>, entry: &Entry<'_>) -> Option<Told> {
    let here = scope.span(&entry.path.key("limits"));
    let limits = entry.route.limits.as_ref();
    if let Some(why) = limits.and_then(|limits| limits.none.as_ref()) {
        return Some(("no limit".to_owned(), Some(why.to_string()), here));
    }
    let gates::Rate {
        class,
        average,
        burst,
    } = gates::rate(scope, entry)?;
    let does = format!("{average} requests a second and client, {burst} at once");
    Some(match class {
        Some(class) => {
            let span = class_span(scope, class);
            (format!("{does} (class {class})"), None, span)
        }
        None => (does, None, here),
    })
}

fn authentication(scope: &Scope<'_>, entry: &Entry<'_>) -> Option<Told> {
    if entry.route.redirect_to.is_some() {
        return None;
    }
    let here = scope.span(&entry.path.key("auth"));
    let auth = entry.route.auth.as_ref();
    let reason = auth.and_then(|auth| auth.reason.as_ref());
    let reason = reason.map(ToString::to_string);
    let does = match entry.auth() {
        AuthMode::Required => return login(scope, entry),
        AuthMode::Bearer => match auth.and_then(|auth| auth.token.as_ref()) {
            Some(key) => format!("asks for the token `{key}` of the application's secret"),
            None => return None,
        },
        AuthMode::App => "no login here: the application asks itself".to_owned(),
        AuthMode::Public => "no login: meant for everyone".to_owned(),
        AuthMode::None => "no login".to_owned(),
    };
    Some((does, reason, here))
}

fn login(scope: &Scope<'_>, entry: &Entry<'_>) -> Option<Told> {
    let sso = scope.estate.fields.ingress.sso.as_ref()?;
    let own = &entry.route.groups;
    let (groups, span) = if own.is_empty() {
        (&sso.groups, estate_span(scope, "sso"))
    } else {
        (own, scope.span(&entry.path.key("groups")))
    };
    let who = if groups.is_empty() {
        String::new()
    } else {
        format!(" for {}", groups.join(", "))
    };
    Some((format!("asks for the estate's login{who}"), None, span))
}

/// Says who can reach a route, in words.
impl std::fmt::Display for super::Answer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let who = match self.visibility {
            Visibility::Private => "private",
            Visibility::Public => "public",
        };
        write!(
            formatter,
            "{}{} of {}/{}, {who}",
            self.host, self.path, self.environment, self.application
        )
    }
}
