//! What applications can use in one line.

mod database;
mod service;

use std::collections::BTreeMap;

use crate::application::PeerPort;
use crate::name::{
    AppName, Cidr, EnvName, EnvironmentName, FactName, Literal, NamespaceName, SecretKey,
};
use crate::record;

use super::Template;

pub use database::{
    CloudNativePg, DatabaseData, DatabaseServer, DatabaseStorage, PoolMode, Pooler, Postgres,
};
pub use service::{OidcIssuer, OtelCollector, OtlpProtocol, RedisServer, SmtpServer, SmtpTls};

record! {
    /// Something that applications can use in one line, under `uses`: it sets environment variables, brings the credentials, opens the
    /// network on both sides and puts releases in order.
    ///
    /// What it is, one of these says: `postgres`, `mysql`, `redis`, `smtp`, `oidc`, `otelCollector`. With none of them it is an
    /// application (`at: { application: NAME }`), or whatever `env`, `facts` and `at` describe.
    ///
    /// Everything that is known of an entry is a *fact* with a name: `host`, `port`, `url`, `password`. An application names facts in
    /// `uses: { ENTRY: { env: { FACT: VARIABLE } } }` and in `${uses.ENTRY.FACT}`. Facts that are secret never stand in an object:
    /// they become references to the key of a Secret, and whole URLs are put together from them by Kubernetes when a container
    /// starts. Kubernetes does not escape what it puts in: a password that goes into a URL consists of letters, digits, `-`, `_`, `.`
    /// and `~`, or the Secret has a key with the whole URL (`secret.keys.url`).
    pub struct CatalogueEntry {
        /// What it is, in words. Default: none. Example: `Mail relay in the house`.
        "description" description: Option<String>,
        /// A `PostgreSQL` database for each application. Default: it is something else. Example: `{ server: { host: 192.168.10.9 } }`.
        /// Facts: `host`, `port`, `database`, `user`, `password`, `url`, `jdbcUrl`; with `cloudNativePG` also `readHost`. Derives: for its
        /// users the variables `PGHOST`, `PGPORT`, `PGDATABASE`, `PGUSER`, `PGPASSWORD` and `DATABASE_URL`.
        "postgres" postgres: Option<Postgres>,
        /// A `MySQL` or `MariaDB` server with a database for each application. Default: it is something else. Example: `{ host:
        /// 192.168.10.9 }`. Facts: `host`, `port`, `database`, `user`, `password`, `url`, `jdbcUrl`. Derives: for its users the variables
        /// `MYSQL_HOST`, `MYSQL_PORT`, `MYSQL_DATABASE`, `MYSQL_USER` and `MYSQL_PASSWORD`.
        "mysql" mysql: Option<DatabaseServer>,
        /// A Redis or Valkey server. Default: it is something else. Example: `{ host: redis.redis.svc }`. Facts: `host`, `port`,
        /// `database`, `url`, and with `secret` also `user` and `password`. Derives: for its users the variables `REDIS_HOST`,
        /// `REDIS_PORT`, `REDIS_URL` and `REDIS_PASSWORD`.
        "redis" redis: Option<RedisServer>,
        /// A server that takes mail. Default: it is something else. Example: `{ host: smtp.example.org, from: "{application}@example.org"
        /// }`. Facts: `host`, `port`, `from`, `tls`, `url`, and with `secret` also `user` and `password`. Derives: for its users the
        /// variables `SMTP_HOST`, `SMTP_PORT`, `SMTP_FROM`, `SMTP_USER` and `SMTP_PASSWORD`.
        "smtp" smtp: Option<SmtpServer>,
        /// Where people log in, for applications that speak `OpenID` Connect themselves. Default: it is something else. Example: `{ issuer:
        /// "https://login.example.org/application/o/{application}" }`. Facts: `issuer`, `discoveryUrl`, `clientId`, `clientSecret`, and
        /// `redirectUri` where the use says its `callback`. Derives: for its users the variables `OIDC_ISSUER`, `OIDC_CLIENT_ID` and
        /// `OIDC_CLIENT_SECRET`.
        "oidc" oidc: Option<OidcIssuer>,
        /// A collector of traces, metrics and logs. Default: it is something else. Example: `{ endpoint:
        /// "http://collector.telemetry.svc:4318" }`. Facts: `endpoint`, `host`, `port`, `protocol`, `serviceName`, `attributes`. Derives:
        /// for its users the variables `OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_EXPORTER_OTLP_PROTOCOL`, `OTEL_SERVICE_NAME` and
        /// `OTEL_RESOURCE_ATTRIBUTES`.
        "otelCollector" otel_collector: Option<OtelCollector>,
        /// Further facts, or other values for those that it has. `${application}`, `${environment}`, `${namespace}` and `${estate}` are the
        /// user's. Default: none. Example: `{ host: queue.example.org, vhost: "${application}" }`.
        "facts" facts: BTreeMap<FactName, Literal>,
        /// Variables that its users get, instead of those that its kind has; besides what `facts` may name they may name any fact of the
        /// entry, secret ones too. Default: those of its kind. Example: `{ AMQP_URL: "amqp://${user}:${password}@${host}/${vhost}" }`.
        /// Derives: `env` of its users' containers.
        "env" env: BTreeMap<EnvName, Literal>,
        /// Where the credentials are, in the estate's secret backend. Default: for `postgres.server`, `mysql` and `oidc` the application's
        /// own place; for all others there are none. Example: `{ path: "/databases/{application}", keys: { password: DB_PASSWORD } }`.
        /// Derives: references to keys of the Secret; a change of it restarts the users.
        "secret" secret: Option<EntrySecret>,
        /// Where it runs; its users may reach it there. Default: for `cloudNativePG` the user's namespace; else what the host says, where
        /// that is an address or the name of a Service (`NAME.NAMESPACE.svc`). Example: `{ application: ntfy }`. Derives: egress of its
        /// users, ingress of the application that it leads to, and the order of releases.
        "at" at: Option<CatalogueTarget>,
        /// Ports of its pods (not of its Service) that its users may reach. Default: the port that its kind has, those of the application,
        /// else all. Example: `[8080]`. Derives: `ports` of both rules.
        "ports" ports: Vec<PeerPort>,
        /// Whether its users' pods wait, before anything of theirs starts, until it answers; for at most five minutes, then they say so and
        /// try again. Default: `false`. Example: `true`. Derives: an init container in every pod that uses it.
        "waitFor" wait_for: Option<bool>,
        /// The environments in which it exists. Default: all. Example: `[prod]`.
        "environments" environments: Vec<EnvironmentName>,
    }
}

record! {
    /// Where an entry of the catalogue runs. One of `application`, `namespace`, `cidr` and `internet`.
    pub struct CatalogueTarget {
        /// An application of this estate, in the user's environment unless `environment` says otherwise. Without a kind, that application
        /// is what is used: the facts are `host`, `port` and `url` of its Service, the variable is `NAME_URL`. Default: none. Example:
        /// `ntfy`.
        "application" application: Option<AppName>,
        /// The environment of that application. Default: the user's. Example: `prod`.
        "environment" environment: Option<EnvironmentName>,
        /// A namespace. Default: none. Example: `databases`.
        "namespace" namespace: Option<NamespaceName>,
        /// Labels of its pods in that namespace. Default: all. Example: `{ cnpg.io/cluster: main }`.
        "pods" pods: BTreeMap<String, Literal>,
        /// A range of addresses outside the cluster. Default: none. Example: `192.168.10.5/32`.
        "cidr" cidr: Option<Cidr>,
        /// Somewhere on the internet, beyond all private ranges. Default: `false`. Example: `true`.
        "internet" internet: Option<bool>,
    }
}

record! {
    /// Where the credentials of an entry are, for each application that uses it.
    pub struct EntrySecret {
        /// The place in the secret backend, `{application}` and `{environment}` filled in: a folder, or with existing Secrets the name of
        /// one in the application's namespace. Default: the application's own place. Example: `"/databases/{application}"`.
        "path" path: Option<Template>,
        /// The keys there, by fact. Default: `password: POSTGRES_PASSWORD` for `postgres`, `password: MYSQL_PASSWORD` for `mysql`,
        /// `password: REDIS_PASSWORD` for `redis`, `user: SMTP_USER` and `password: SMTP_PASSWORD` for `smtp`, `clientId: OIDC_CLIENT_ID`
        /// and `clientSecret: OIDC_CLIENT_SECRET` for `oidc`. Example: `{ user: DB_USER, password: DB_PASSWORD }`.
        "keys" keys: BTreeMap<FactName, SecretKey>,
    }
}
