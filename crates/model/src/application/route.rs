//! Routes: on which hosts and paths an application is reachable, and past which gates.

use std::collections::BTreeMap;

use super::Upstream;
use crate::name::{
    ComponentName, HeaderName, HostRef, HttpPath, LabelName, Literal, PortNumber, Reason,
    SecretKey, SubdomainName, Url,
};
use crate::node::{Node, ScalarKind};
use crate::quantity::Quantity;
use crate::read::{Read, Reader};
use crate::shape::Shape;
use crate::{choice, record};

record! {
    /// A host (and path) on which the application is reachable.
    pub struct Route {
        /// A short name, completed with the estate's domain and the environment's suffix, or a fully qualified host name. Example:
        /// `photos`. Derives: the host in the rule of the route object, `dnsNames` of its Certificate.
        "host" host: HostRef,
        /// The path below which requests come here. Default: `/`. Example: `/api`. Derives: the path in the rule, with the priority that
        /// lets the longest win.
        "path" path: Option<HttpPath>,
        /// Several paths instead of one. Default: none. Example: `[/v1, /fever]`. Derives: a rule for each.
        "paths" paths: Vec<HttpPath>,
        /// The component that answers. Default: the application's only one, or the one named after it. Example: `web`. Derives: the Service
        /// behind the rule.
        "component" component: Option<ComponentName>,
        /// The port or port name of the component. Default: its first. Example: `admin`. Derives: the port of the Service behind the rule,
        /// and ingress from the controller to it.
        "port" port: Option<RoutePort>,
        /// A device or machine outside the cluster that answers on this route, past the same gates; instead of `component` and `port`.
        /// Default: none. Example: `{ host: 192.168.10.20, port: 8006, tls: { unverified: "its own certificate" } }`. Derives: a
        /// Service without selector and its `EndpointSlice`, or an `ExternalName`, behind the rule.
        "upstream" upstream: Option<Upstream>,
        /// Who can reach it at all. Default: `private`. Example: `public`. Derives: without `public` an allow-list of the estate's private
        /// ranges in front of everything; the annotation `steading.dev/visibility`.
        "visibility" visibility: Option<Visibility>,
        /// Who must log in where: `required`, `{ bearer: KEY }`, or another way with the reason. Default: `required`. Example: `{ app:
        /// "mobile clients have tokens of their own" }`. Derives: with `required` the forward-auth gate of the estate's login; the
        /// annotation `steading.dev/auth` with the reason.
        "auth" auth: Option<Auth>,
        /// The groups that may pass the estate's login. Default: the estate's. Example: `[admins]`. Derives: a forward-auth gate of its own
        /// that passes them on.
        "groups" groups: Vec<String>,
        /// The DNS record. Default: derived from `visibility`. Example: `direct`. Derives: the annotation `steading.dev/dns`, and the
        /// record of the estate's DNS where Steading makes it.
        "dns" dns: Option<DnsMode>,
        /// Takes the path off before the request is passed on: `true`, `false`, or another prefix. Default: `false`. Example: `true`.
        /// Derives: a gate that takes the prefix off.
        "stripPrefix" strip_prefix: Option<StripPrefix>,
        /// Answers with a permanent redirect to this URL instead of passing the request on. Default: none. Example:
        /// `https://www.example.org`. Derives: a gate that answers 301; no backend is asked.
        "redirectTo" redirect_to: Option<Url>,
        /// Keeps the path when redirecting. Default: `true`. Example: `false`.
        "preservePath" preserve_path: Option<bool>,
        /// Who opens the TLS connection. With `passthrough` the application does, so no path, login, header or limit can stand before it.
        /// Default: `terminate`. Derives: a rule by server name (SNI) instead of one by host and path.
        "tls" tls: Option<RouteTls>,
        /// A TLS secret that exists already, instead of a certificate of its own. Default: a certificate of its own. Example:
        /// `example-org-tls`. Derives: `tls` of the route object; no Certificate.
        "tlsSecret" tls_secret: Option<SubdomainName>,
        /// Limits on requests. Default: the estate's class `page`. Example: `{ class: api, body: 5Gi }`. Derives: the rate-limit and
        /// body-limit gates.
        "limits" limits: Option<RouteLimits>,
        /// Response headers to set, over the estate's `securityHeaders`; an empty value takes a header away. Default: the estate's security
        /// headers alone. Example: `{ Content-Security-Policy: "frame-ancestors 'self'", Server: "" }`. Derives: the headers gate, with
        /// these over the usual ones.
        "headers" headers: BTreeMap<HeaderName, Literal>,
        /// The estate's error pages stand in for the application's own answers to what went wrong. Default: `true`. Example: `false`.
        /// Derives: the estate's error-pages gate on this route.
        "errorPages" error_pages: Option<bool>,
        /// Puts the estate's bot wall in front. Default: `false`. Derives: the estate's bot wall among the gates.
        "botProtection" bot_protection: Option<bool>,
        /// Middlewares named in the estate, in this order, behind the estate's chain. Default: none. Example: `[home-only]`. Derives:
        /// references in the chain, at `custom`.
        "middlewares" middlewares: Vec<LabelName>,
        /// What is expected when it is asked from outside, or `{ none: why }`. Default: derived from health, path and redirect. Example: `{
        /// path: /status, status: [200, 204] }`. Derives: the annotation `steading.dev/check`.
        "check" check: Option<OutsideCheck>,
        /// Shows it on the dashboard. Default: `true`, except for redirects, routes with a token, and paths below another route. Example:
        /// `false`. Derives: the annotation `steading.dev/catalogue`.
        "catalogue" catalogue: Option<bool>,
        /// A live widget on the dashboard. Default: none. Example: `{ type: miniflux, settings: { fields: unread } }`. Derives: `widget` in
        /// the annotation `steading.dev/catalogue`.
        "widget" widget: Option<Widget>,
    }
}

choice! {
    /// Who can reach a route at all.
    pub enum Visibility {
        /// The estate's private ranges only.
        Private = "private",
        /// Everyone.
        Public = "public",
    }
}

choice! {
    /// Who opens the TLS connection of a route.
    pub enum RouteTls {
        /// The ingress controller, with the certificate of the host.
        Terminate = "terminate",
        /// The application itself: the ingress controller sees the host name only.
        Passthrough = "passthrough",
    }
}

choice! {
    /// The DNS record of a route.
    pub enum DnsMode {
        /// Public, through the provider's proxy or the estate's tunnel.
        Proxied = "proxied",
        /// Public, straight to the estate's address.
        Direct = "direct",
        /// An answer in the private network only.
        Internal = "internal",
        /// None: someone else makes it.
        None = "none",
    }
}

/// Who must log in where: `required`, or a mapping with the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Auth {
    /// Where.
    pub mode: AuthMode,
    /// Why it is not the estate's login.
    pub reason: Option<Reason>,
    /// The key of the application's secret that holds the token, for [`AuthMode::Bearer`].
    pub token: Option<SecretKey>,
}

choice! {
    /// Where a login happens.
    pub enum AuthMode {
        /// At the estate's login, before the application is reached.
        Required = "required",
        /// Nowhere, but each request brings a token that is checked before the application is reached: for machines.
        Bearer = "bearer",
        /// In the application itself.
        App = "app",
        /// Nowhere: the content is meant for everyone.
        Public = "public",
        /// Nowhere: the route is not meant for people, or is protected otherwise.
        None = "none",
    }
}

record! {
    /// Where a login happens, other than at the estate's.
    pub struct AuthFields {
        /// Nowhere, but each request brings `Authorization: Bearer TOKEN`, where the token is the value of this key of the application's
        /// secret. Default: none. Example: `API_TOKEN`. Derives: a gate that asks for this value of the application's secret.
        "bearer" bearer: Option<SecretKey>,
        /// In the application itself; with the reason. Default: none. Example: `"own login; phones call the API"`.
        "app" app: Option<Reason>,
        /// Nowhere, the content is meant for everyone; with the reason. Default: none. Example: `"the blog is for everyone"`.
        "public" public: Option<Reason>,
        /// Nowhere; with the reason. Default: none. Example: `"webhooks carry a signature"`.
        "none" none: Option<Reason>,
    }
}

impl Auth {
    /// A login elsewhere, or none, with the reason.
    fn with_reason(mode: AuthMode, reason: Reason) -> Self {
        Self {
            mode,
            reason: Some(reason),
            token: None,
        }
    }

    fn with_token(key: SecretKey) -> Self {
        Self {
            mode: AuthMode::Bearer,
            reason: None,
            token: Some(key),
        }
    }
}

impl Read for Auth {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        if let Some(word) = node.as_text() {
            return read_auth_word(node, word, reader);
        }
        let AuthFields {
            bearer,
            app,
            public,
            none,
        } = AuthFields::read(node, reader)?;
        let reasons = [
            (AuthMode::App, app),
            (AuthMode::Public, public),
            (AuthMode::None, none),
        ];
        let reasons = reasons
            .into_iter()
            .filter_map(|(mode, reason)| Some(Self::with_reason(mode, reason?)));
        let tokens = bearer.into_iter().map(Self::with_token);
        let mut ways: Vec<Self> = tokens.chain(reasons).collect();
        if ways.len() != 1 {
            reader.invalid(
                node,
                "must be `required` or have exactly one of `bearer`, `app`, `public` and `none`",
            );
        }
        ways.pop().filter(|_| ways.is_empty())
    }

    fn shape() -> Shape {
        Shape::Either(vec![
            Shape::Choice(&[(
                "required",
                "At the estate's login, before the application is reached.",
            )]),
            AuthFields::shape(),
        ])
    }
}

fn read_auth_word(node: &Node, word: &str, reader: &mut Reader<'_>) -> Option<Auth> {
    match AuthMode::from_word(word) {
        Some(AuthMode::Required) => {
            return Some(Auth {
                mode: AuthMode::Required,
                reason: None,
                token: None,
            });
        }
        Some(AuthMode::Bearer) => reader.invalid(
            node,
            "needs the key of the token: write `{ bearer: KEY }` with a key of the application's secret",
        ),
        Some(mode) => reader.invalid(
            node,
            &format!("needs the reason: write `{{ {mode}: \"why\" }}`"),
        ),
        None => reader.unknown_word(
            node,
            word,
            &[
                "required",
                "{ bearer: KEY }",
                "{ app: why }",
                "{ public: why }",
                "{ none: why }",
            ],
        ),
    }
    None
}

/// A port by number or by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoutePort {
    /// By number.
    Number(PortNumber),
    /// By name.
    Name(ComponentName),
}

impl Read for RoutePort {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        if matches!(
            node.as_scalar().map(|scalar| scalar.kind),
            Some(ScalarKind::Integer(_))
        ) {
            return PortNumber::read(node, reader).map(Self::Number);
        }
        ComponentName::read(node, reader).map(Self::Name)
    }

    fn shape() -> Shape {
        Shape::Either(vec![PortNumber::shape(), ComponentName::shape()])
    }
}

/// Whether and what prefix is taken off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StripPrefix {
    /// The route's own path.
    Path,
    /// Nothing.
    Off,
    /// This prefix.
    Prefix(HttpPath),
}

impl Read for StripPrefix {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        match node.as_scalar().map(|scalar| scalar.kind) {
            Some(ScalarKind::Boolean(true)) => Some(Self::Path),
            Some(ScalarKind::Boolean(false)) => Some(Self::Off),
            _ => HttpPath::read(node, reader).map(Self::Prefix),
        }
    }

    fn shape() -> Shape {
        Shape::Either(vec![Shape::Boolean, HttpPath::shape()])
    }
}

record! {
    /// Limits on requests.
    pub struct RouteLimits {
        /// Requests per second and client, on average. Default: the class's. Unit: requests per second and client. Example: `20`. Derives:
        /// `average` of the rate-limit gate.
        "requests" requests: Option<u32>,
        /// Requests at once beyond the average. Default: twice `requests`. Unit: requests. Example: `60`. Derives: `burst` of the
        /// rate-limit gate.
        "burst" burst: Option<u32>,
        /// The largest request body. Default: the class's. Example: `5Gi`. Derives: `maxRequestBodyBytes` of the body-limit gate.
        "body" body: Option<Quantity>,
        /// One of the estate's rate classes instead of numbers; `page`, `api` and `upload` are built in. Default: `page`. Example: `api`.
        "class" class: Option<LabelName>,
        /// No limit at all, with the reason. Default: there are limits. Example: `"a meter that sends every second"`.
        "none" none: Option<Reason>,
    }
}

/// What is expected when a route is asked from outside.
#[derive(Clone, Debug, PartialEq)]
pub enum OutsideCheck {
    /// This.
    Expect(Expectation),
    /// It is not asked, with the reason.
    Never(Reason),
}

record! {
    /// What is expected when a route is asked from outside.
    pub struct Expectation {
        /// The path to ask. Default: the health path. Example: `/status`.
        "path" path: Option<HttpPath>,
        /// The method. Default: `GET`. Example: `HEAD`.
        "method" method: Option<String>,
        /// The answers that are right. Default: 200, or 302 and 401 behind the estate's login. Example: `[200, 204]`.
        "status" status: Vec<u16>,
        /// It is not asked, with the reason. Default: it is asked. Example: `"answers to devices with a certificate only"`.
        "none" none: Option<Reason>,
    }
}

impl Read for OutsideCheck {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        let expectation = Expectation::read(node, reader)?;
        Some(match expectation.none.clone() {
            Some(reason) => Self::Never(reason),
            None => Self::Expect(expectation),
        })
    }

    fn shape() -> Shape {
        Expectation::shape()
    }
}

record! {
    /// A live widget on the dashboard.
    pub struct Widget {
        /// The kind of widget, as the dashboard names it. Example: `miniflux`.
        "type" kind: String,
        /// Its settings. Everyone who may read routes can read them: a secret is written as `{{HOMEPAGE_VAR_NAME}}`, a variable of the
        /// dashboard's own. Default: none. Example: `{ fields: unread }`.
        "settings" settings: BTreeMap<String, Literal>,
    }
}
