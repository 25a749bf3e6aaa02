//! How requests come in, and past which gates.

use std::collections::BTreeMap;

use super::{Controller, GatewayPolicies, Gateways};
use crate::name::{
    Cidr, HeaderName, HostName, HttpPath, ImageRef, LabelName, Literal, NamespaceName, PortNumber,
    StatusRange, SubdomainName, Url,
};
use crate::quantity::Quantity;
use crate::{choice, record};

record! {
    /// How requests come in.
    pub struct Ingress {
        /// Which objects routes become. Default: `traefik`. Example: `gateway-api`. Derives: the kinds of objects that routes and gates
        /// become.
        "controller" controller: Option<Controller>,
        /// The Gateways that routes attach to, with `controller: gateway-api`. Default: none. Example: `{ private: { name: private,
        /// namespace: gateways }, public: { name: public, namespace: gateways } }`. Derives: `parentRefs` of `HTTPRoutes`.
        "gateways" gateways: Option<Gateways>,
        /// Whose objects stand for the gates that Gateway API has no word for: the installed implementation's. Default: `none`. Example:
        /// `envoy-gateway`. Derives: the kinds of objects that gates become with `controller: gateway-api`.
        "policies" policies: Option<GatewayPolicies>,
        /// The namespace of the ingress controller. Default: `kube-system`. Example: `traefik`.
        "namespace" namespace: NamespaceName,
        /// Labels of the controller's pods, for network policies. Default: all pods of its namespace. Example: `{ app.kubernetes.io/name:
        /// traefik }`. Derives: who may reach routed pods.
        "pods" pods: BTreeMap<String, crate::name::Literal>,
        /// The entry point of routes. Default: `websecure`. Example: `websecure`. Derives: `entryPoints` of routes.
        "entryPoint" entry_point: LabelName,
        /// The namespace of middlewares that all applications share: Steading's own private allow-list and what `middlewares` names.
        /// Default: the controller's. Example: `traefik`.
        "middlewareNamespace" middleware_namespace: Option<NamespaceName>,
        /// The order in which requests pass the gates. An allow-list always comes before anything that has an effect, whatever is written
        /// here; a gate that a route needs is never lost by leaving it out. Default: `[allow-list, rate-limit, security-headers, bot-wall,
        /// authentication, body-limit, custom, redirect, strip-prefix]`. Example: `[allow-list, rate-limit, security-headers,
        /// authentication, custom]`. Derives: the order of `middlewares` in routes; a gate that is left out is put back where a route needs
        /// it.
        "chain" chain: Vec<ChainLink>,
        /// The address ranges that count as private. A tunnel's addresses are not private, whatever their range. Default: `[10.0.0.0/8,
        /// 172.16.0.0/12, 192.168.0.0/16, "fd00::/8"]`. Example: `[192.168.10.0/24, 100.64.0.0/10]`. Derives: `sourceRange` of the
        /// allow-list on private routes.
        "private" private: Vec<Cidr>,
        /// Addresses through which public requests arrive (tunnel pods, proxies): never private. Default: none. Example: `[10.42.7.0/24]`.
        /// Derives: what is taken out of the allow-list's ranges, and `excludedIPs` of rate limits.
        "tunnels" tunnels: Vec<Cidr>,
        /// The login that `auth: required` means. Default: none. Example: `{ url:
        /// "http://authelia.sso.svc.cluster.local:9091/api/authz/forward-auth", groups: [family] }`. Derives: the forward-auth gate of
        /// routes with `auth: required`.
        "sso" sso: Option<Sso>,
        /// Limits on requests by name, for `limits.class`; `page` is used where a route names none. Built in: `page` (100 requests a
        /// second, 1000 at once: a page with all that it loads), `api` (50, 200) and `upload` (20, 200). Default: these three. Example: `{ page:
        /// { requests: 200, burst: 2000 } }`. Derives: a rate-limit gate for each class in use.
        "rates" rates: BTreeMap<LabelName, RateClass>,
        /// Middlewares that exist already, by the name that routes use. Default: none. Example: `{ home-only: { name: home-only } }`.
        "middlewares" middlewares: BTreeMap<LabelName, MiddlewareRef>,
        /// The bot wall, for `botProtection`. Default: none. Example: `{ name: anubis }`.
        "botWall" bot_wall: Option<MiddlewareRef>,
        /// A middleware that finds the client's own address behind a tunnel or proxy, on every route. Default: none. Example: `{ name:
        /// real-ip }`. Derives: the first reference in each route's chain.
        "realIp" real_ip: Option<MiddlewareRef>,
        /// Response headers of every route. Default: `Referrer-Policy: strict-origin-when-cross-origin`, `Strict-Transport-Security:
        /// max-age=31536000` and `X-Content-Type-Options: nosniff`; `null` takes one of them away. Example: `{ X-Frame-Options: SAMEORIGIN
        /// }`. Derives: the headers gate.
        "securityHeaders" security_headers: BTreeMap<HeaderName, Literal>,
        /// Asks once more where a pod could not be reached. Default: never. Example: `{ attempts: 2 }`. Derives: a retry gate on every
        /// route.
        "retry" retry: Option<Retry>,
        /// Pages instead of an application's own answers to what went wrong. Default: none. Example: `{ service: error-pages, status:
        /// [500-504] }`. Derives: an error-pages gate on every route that does not say otherwise.
        "errorPages" error_pages: Option<ErrorPages>,
        /// Compresses answers. Default: never. Example: `{ minBytes: 1024 }`. Derives: a compress gate on every route.
        "compress" compress: Option<Compress>,
        /// Wakes up components without pods (`scaling.toZero`). Default: none. Example: `{ url: "http://sablier.sablier:10000" }`. Derives:
        /// the wake-up gate of components with `scaling.toZero`.
        "wakeUp" wake_up: Option<WakeUp>,
        /// What checks tokens, for `auth: { bearer: KEY }`. Default: a pinned Caddy, one pod. Example: `{ replicas: 2 }`. Derives: a
        /// Deployment and a Service for each application with such a route.
        "bearer" bearer: Option<BearerGate>,
    }
}

choice! {
    /// A gate that requests pass.
    pub enum ChainLink {
        /// Refuses addresses that are not private, on private routes.
        AllowList = "allow-list",
        /// Finds the client's own address behind a tunnel.
        RealIp = "real-ip",
        /// Asks once more where a pod could not be reached.
        Retry = "retry",
        /// Shows the estate's pages where something went wrong.
        ErrorPages = "error-pages",
        /// Compresses answers.
        Compress = "compress",
        /// Refuses more requests than the route's limits allow.
        RateLimit = "rate-limit",
        /// Sets the security headers and the route's own.
        SecurityHeaders = "security-headers",
        /// Asks bots to work.
        BotWall = "bot-wall",
        /// Asks for the estate's login, or for a token.
        Authentication = "authentication",
        /// Wakes up pods that were scaled to zero.
        WakeUp = "wake-up",
        /// Refuses larger bodies.
        BodyLimit = "body-limit",
        /// The middlewares that the route names.
        Custom = "custom",
        /// Answers with the route's redirect.
        Redirect = "redirect",
        /// Takes the prefix off.
        StripPrefix = "strip-prefix",
    }
}

record! {
    /// The login that `auth: required` means: a server that is asked about each request.
    pub struct Sso {
        /// The URL that is asked. Example: `"http://authelia.sso.svc.cluster.local:9091/api/authz/forward-auth"`. Derives: `address` of the
        /// forward-auth gate.
        "url" url: Url,
        /// The headers that it sets for the application. Default: `[Remote-User, Remote-Groups, Remote-Email, Remote-Name]`. Example:
        /// `[X-User]`. Derives: `authResponseHeaders` of the forward-auth gate.
        "headers" headers: Vec<String>,
        /// The groups that may pass where a route names none. Default: any. Example: `[family]`.
        "groups" groups: Vec<String>,
        /// The parameter of the URL in which a route's groups are passed on. Default: `groups`. Example: `allowed_groups`.
        "groupsParameter" groups_parameter: Option<String>,
        /// The path in front of the request's own when Envoy Gateway asks; `{groups}` stands for the groups that may pass, with `,`
        /// between them. Default: the path of `url`. Example: `/api/authz/ext-authz/`.
        "envoyPath" envoy_path: Option<HttpPath>,
    }
}

record! {
    /// Limits on requests.
    pub struct RateClass {
        /// Requests per second and client, on average. Unit: requests per second and client. Example: `20`. Derives: `average`.
        "requests" requests: u32,
        /// Requests at once beyond the average. Unit: requests. Example: `60`. Derives: `burst`.
        "burst" burst: u32,
        /// The largest request body. Default: any. Example: `25Mi`. Derives: `maxRequestBodyBytes`.
        "body" body: Option<Quantity>,
    }
}

record! {
    /// A middleware that exists already.
    pub struct MiddlewareRef {
        /// Its name. Example: `home-only`.
        "name" name: SubdomainName,
        /// Its namespace. Default: the estate's for middlewares. Example: `traefik`.
        "namespace" namespace: Option<NamespaceName>,
    }
}

record! {
    /// Asks once more where a pod could not be reached; only what may be asked twice, so no `POST`.
    pub struct Retry {
        /// How often at most. Default: 2. Unit: requests. Example: `3`. Derives: `attempts`.
        "attempts" attempts: Option<u32>,
        /// How long to wait before, in milliseconds; twice as long each time. Default: 100. Unit: milliseconds. Example: `250`. Derives:
        /// `initialInterval`.
        "waitMillis" wait_millis: Option<u32>,
    }
}

record! {
    /// Pages instead of an application's own answers to what went wrong.
    pub struct ErrorPages {
        /// The Service that has the pages. Example: `error-pages`.
        "service" service: SubdomainName,
        /// Its namespace. Default: the estate's for middlewares. Example: `traefik`.
        "namespace" namespace: Option<NamespaceName>,
        /// Its port. Default: 80. Example: `8080`.
        "port" port: Option<PortNumber>,
        /// Which answers are replaced. Default: `[500-504]`. Example: `[404, 500-504]`. Derives: `status`.
        "status" status: Vec<StatusRange>,
        /// The page that is asked for; `{status}` is filled in. Default: `/{status}.html`. Example: `"/{status}"`. Derives: `query`.
        "path" path: Option<HttpPath>,
    }
}

record! {
    /// Compresses answers.
    pub struct Compress {
        /// The smallest answer that is compressed, in bytes. Default: 1024. Unit: bytes. Example: `4096`. Derives: `minResponseBodyBytes`.
        "minBytes" min_bytes: Option<u32>,
        /// The media types that are not compressed. Default: those that are compressed already, as the ingress controller knows them.
        /// Example: `[application/grpc]`. Derives: `excludedContentTypes`.
        "except" except: Vec<String>,
    }
}

record! {
    /// Wakes up components without pods: a server that the ingress controller asks first, through a plugin of Sablier's kind.
    pub struct WakeUp {
        /// The server, as the ingress controller reaches it. Example: `http://sablier.sablier:10000`.
        "url" url: Url,
        /// The plugin's name in the ingress controller's static configuration. Default: `sablier`. Example: `sablier`.
        "plugin" plugin: Option<LabelName>,
        /// The page that waits, for components that show one. Default: the server's own. Example: `hacker-terminal`.
        "theme" theme: Option<LabelName>,
        /// User agents that get an answer without waking anything up: monitoring. Regular expressions. Default: none. Example:
        /// `["Uptime-Kuma.*"]`.
        "probes" probes: Vec<String>,
    }
}

record! {
    /// What checks tokens: one small server for each application that asks for it.
    pub struct BearerGate {
        /// Its image: Caddy 2. Default: a pinned one. Example: `caddy:2.10.0-alpine`.
        "image" image: Option<ImageRef>,
        /// How many pods. Default: 1. Unit: pods. Example: `2`.
        "replicas" replicas: Option<u32>,
    }
}

record! {
    /// Where certificates come from.
    pub struct Certificates {
        /// The `ClusterIssuer` of cert-manager. Example: `letsencrypt`. Derives: `issuerRef`.
        "issuer" issuer: SubdomainName,
        /// How it proves that the hosts are ours. Default: `dns-01`. Example: `http-01`.
        "challenge" challenge: Option<Challenge>,
        /// Zones for which one wildcard certificate exists, with its secret: no certificate per host then. Default: none. Example: `{
        /// example.org: wildcard-example-org }`. Derives: no Certificate for hosts right below these zones: the controller's own store
        /// serves them.
        "wildcards" wildcards: BTreeMap<HostName, SubdomainName>,
    }
}

choice! {
    /// How an issuer proves that hosts are ours.
    pub enum Challenge {
        /// By a DNS record.
        Dns01 = "dns-01",
        /// By an HTTP answer.
        Http01 = "http-01",
    }
}
