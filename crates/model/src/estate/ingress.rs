//! How requests come in, and past which gates.

use std::collections::BTreeMap;

use crate::name::{Cidr, HostName, LabelName, NamespaceName, SubdomainName, Url};
use crate::quantity::Quantity;
use crate::{choice, record};

record! {
    /// How requests come in.
    pub struct Ingress {
        /// The namespace of the ingress controller. Default: `kube-system`.
        "namespace" namespace: NamespaceName,
        /// Labels of the controller's pods, for network policies. Default: all pods of its namespace.
        "pods" pods: BTreeMap<String, crate::name::Literal>,
        /// The entry point of routes. Default: `websecure`.
        "entryPoint" entry_point: LabelName,
        /// The namespace of middlewares that all applications share: Steading's own private allow-list and what `middlewares` names.
        /// Default: the controller's.
        "middlewareNamespace" middleware_namespace: Option<NamespaceName>,
        /// The order in which requests pass the gates. Default: `redirect-https, allow-list, rate-limit, security-headers, bot-wall,
        /// authentication, body-limit, custom, redirect, strip-prefix`. An allow-list always comes before anything that has an effect.
        "chain" chain: Vec<ChainLink>,
        /// The address ranges that count as private. A tunnel's addresses are not private, whatever their range.
        "private" private: Vec<Cidr>,
        /// Addresses through which public requests arrive (tunnel pods, proxies): never private.
        "tunnels" tunnels: Vec<Cidr>,
        /// The login that `auth: required` means.
        "sso" sso: Option<Sso>,
        /// Limits on requests by name, for `limits.class`; `page` is used where a route names none.
        "rates" rates: BTreeMap<LabelName, RateClass>,
        /// Middlewares that exist already, by the name that routes use.
        "middlewares" middlewares: BTreeMap<LabelName, MiddlewareRef>,
        /// The bot wall, for `botProtection`.
        "botWall" bot_wall: Option<MiddlewareRef>,
    }
}

choice! {
    /// A gate that requests pass.
    pub enum ChainLink {
        /// Refuses addresses that are not private, on private routes.
        AllowList = "allow-list",
        /// Refuses more requests than the route's limits allow.
        RateLimit = "rate-limit",
        /// Sets the security headers and the route's own.
        SecurityHeaders = "security-headers",
        /// Asks bots to work.
        BotWall = "bot-wall",
        /// Asks for the estate's login.
        Authentication = "authentication",
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
        /// The URL that is asked.
        "url" url: Url,
        /// The headers that it sets for the application. Default: `Remote-User`, `Remote-Groups`, `Remote-Email`, `Remote-Name`.
        "headers" headers: Vec<String>,
        /// The groups that may pass where a route names none. Default: any.
        "groups" groups: Vec<String>,
        /// The parameter of the URL in which a route's groups are passed on. Default: `groups`.
        "groupsParameter" groups_parameter: Option<String>,
    }
}

record! {
    /// Limits on requests.
    pub struct RateClass {
        /// Requests per second and client, on average.
        "requests" requests: u32,
        /// Requests at once beyond the average.
        "burst" burst: u32,
        /// The largest request body.
        "body" body: Option<Quantity>,
    }
}

record! {
    /// A middleware that exists already.
    pub struct MiddlewareRef {
        /// Its name.
        "name" name: SubdomainName,
        /// Its namespace. Default: the estate's for middlewares.
        "namespace" namespace: Option<NamespaceName>,
    }
}

record! {
    /// Where certificates come from.
    pub struct Certificates {
        /// The `ClusterIssuer` of cert-manager.
        "issuer" issuer: SubdomainName,
        /// How it proves that the hosts are ours. Default: `dns-01`.
        "challenge" challenge: Option<Challenge>,
        /// Zones for which one wildcard certificate exists, with its secret: no certificate per host then.
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
