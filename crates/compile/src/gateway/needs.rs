//! What a route asks for that the standard has no word for, and what to say where nobody expresses it.

use steading_model::application::{AuthMode, Visibility};
use steading_model::{FieldPath, Severity};

use super::attachment;
use crate::codes::{GATE_WITHOUT_POLICY, NOT_EXPRESSED};
use crate::gates;
use crate::ranges;
use crate::route::Entry;
use crate::scope::{Output, Scope};
use crate::wake_up;

/// What a route asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// Only private addresses may pass.
    AllowList,
    /// The estate's login.
    Login,
    /// A token.
    Token,
    /// Bots have to work.
    BotWall,
    /// Middlewares of the estate.
    Middlewares,
    /// What sleeps is woken up.
    WakeUp,
    /// Fewer requests.
    Rate,
    /// Smaller bodies.
    Body,
    /// The estate's error pages.
    ErrorPages,
}

/// Returns what a route asks for by itself; what the estate puts on every route is not among it.
pub(super) fn needs(scope: &Scope<'_>, entry: &Entry<'_>) -> Vec<Need> {
    let route = entry.route;
    let limits = route.limits.as_ref();
    let is_redirect = route.redirect_to.is_some();
    let has_class = limits.is_some_and(|limits| limits.class.is_some());
    let asks = |mode| entry.auth() == mode && !is_redirect;
    let needs = [
        (Need::AllowList, is_behind_allow_list(scope, entry)),
        (Need::Login, asks(AuthMode::Required)),
        (Need::Token, asks(AuthMode::Bearer)),
        (Need::BotWall, route.bot_protection == Some(true)),
        (Need::Middlewares, !route.middlewares.is_empty()),
        (Need::WakeUp, wake_up::gate(scope, entry).is_some()),
        (
            Need::Rate,
            has_class || limits.is_some_and(|limits| limits.requests.is_some()),
        ),
        (
            Need::Body,
            limits.is_some_and(|limits| limits.body.is_some()),
        ),
        (Need::ErrorPages, route.error_pages == Some(true)),
    ];
    let needs = needs.into_iter().filter(|(_, asked)| *asked);
    needs.map(|(need, _)| need).collect()
}

/// A Gateway that nobody else reaches stands for the allow-list where there is none.
fn is_behind_allow_list(scope: &Scope<'_>, entry: &Entry<'_>) -> bool {
    let visibility = entry.visibility();
    let gateway = attachment::gateway(scope, visibility);
    let is_enclosed = gateway.is_some_and(|gateway| gateway.enclosed.is_some());
    visibility == Visibility::Private && !is_enclosed
}

/// Returns the ranges that a private route is open to; none where the Gateway stands for them, and an error where there are none.
pub(super) fn allowed(
    scope: &Scope<'_>,
    entry: &Entry<'_>,
    output: &mut Output,
) -> Result<Option<Vec<String>>, ()> {
    if entry.visibility() == Visibility::Public {
        return Ok(None);
    }
    let ranges = ranges::private(scope.estate);
    if !ranges.is_empty() {
        return Ok(Some(ranges));
    }
    if is_behind_allow_list(scope, entry) {
        gates::no_private_range(scope, entry, output);
        return Err(());
    }
    Ok(None)
}

impl Need {
    /// Says whether a route without it is open, or never answers.
    fn is_gate(self) -> bool {
        match self {
            Self::AllowList
            | Self::Login
            | Self::Token
            | Self::BotWall
            | Self::Middlewares
            | Self::WakeUp => true,
            Self::Rate | Self::Body | Self::ErrorPages => false,
        }
    }

    fn place(self, entry: &Entry<'_>) -> FieldPath {
        let key = match self {
            Self::AllowList => "visibility",
            Self::Login | Self::Token => "auth",
            Self::BotWall => "botProtection",
            Self::Middlewares => "middlewares",
            Self::Rate | Self::Body => "limits",
            Self::ErrorPages => "errorPages",
            Self::WakeUp => "host",
        };
        entry.path.key(key)
    }

    fn words(self) -> &'static str {
        match self {
            Self::AllowList => "an allow-list of private addresses",
            Self::Login => "the estate's login",
            Self::Token => "a token",
            Self::BotWall => "the bot wall",
            Self::Middlewares => "middlewares of the estate",
            Self::WakeUp => "whoever wakes up what sleeps",
            Self::Rate => "a limit on requests",
            Self::Body => "a limit on the body",
            Self::ErrorPages => "the estate's error pages",
        }
    }

    fn help(self) -> &'static str {
        match self {
            Self::AllowList | Self::Login | Self::Token => {
                "name the installed implementation in the estate's `ingress.policies`, or let the application log in itself: \
                 `auth: { app: why }`"
            }
            Self::BotWall | Self::Middlewares | Self::ErrorPages => {
                "remove it, or use Traefik, which has middlewares also as a Gateway (`ingress.policies: traefik`)"
            }
            Self::WakeUp => {
                "remove `scaling.toZero`, or use Traefik, which has middlewares also as a Gateway (`ingress.policies: traefik`)"
            }
            Self::Rate | Self::Body => {
                "name the installed implementation in the estate's `ingress.policies`, or write `limits: { none: why }`"
            }
        }
    }
}

/// Reports what nobody expresses: an error for a gate, else a warning.
pub(super) fn report(
    scope: &Scope<'_>,
    entry: &Entry<'_>,
    need: Need,
    output: &mut Output,
) -> Result<(), ()> {
    let place = need.place(entry);
    let by = super::policies(scope.estate);
    let message = format!(
        "`{}` asks for {}, which neither Gateway API nor `policies: {by}` has",
        entry.host,
        need.words()
    );
    if need.is_gate() {
        output.error(scope, GATE_WITHOUT_POLICY, &place, message, need.help());
        return Err(());
    }
    let span = scope.span(&place);
    output.finding(Severity::Warning, NOT_EXPRESSED, span, message, need.help());
    Ok(())
}

/// Only a Gateway that nobody else reaches keeps others from connections that it does not open.
pub(super) fn unopened(
    scope: &Scope<'_>,
    entry: &Entry<'_>,
    output: &mut Output,
) -> Result<(), ()> {
    if !is_behind_allow_list(scope, entry) {
        return Ok(());
    }
    let message = format!(
        "`{}` is private and passed through, and no policy refuses addresses there",
        entry.host
    );
    let help = "say why nobody else reaches the Gateway (`gateways.private.enclosed: why`), or make the route `visibility: public`";
    output.error(
        scope,
        GATE_WITHOUT_POLICY,
        &entry.path.key("tls"),
        message,
        help,
    );
    Err(())
}
