//! Servers that are no databases, as entries of the catalogue.

use std::collections::BTreeMap;

use crate::estate::Template;
use crate::name::{Literal, PortNumber};
use crate::{choice, record};

record! {
    /// A Redis or Valkey server.
    pub struct RedisServer {
        /// Its host name or address; `{application}` and `{environment}` are filled in. Example: `redis.redis.svc`.
        "host" host: Template,
        /// Its port. Default: 6379. Example: `6380`.
        "port" port: Option<PortNumber>,
        /// The number of the database. Default: 0. Unit: index of the database. Example: `3`.
        "database" database: Option<u32>,
        /// Whether it speaks TLS: URLs begin with `rediss`. Default: `false`. Example: `true`.
        "tls" tls: Option<bool>,
    }
}

record! {
    /// A server that takes mail.
    pub struct SmtpServer {
        /// Its host name or address; `{application}` and `{environment}` are filled in. Example: `smtp.example.org`.
        "host" host: Template,
        /// Its port. Default: 587 with `startTls`, 465 with `tls`, 25 with `none`. Example: `2525`.
        "port" port: Option<PortNumber>,
        /// The sender of an application's mail. Example: `"{application}@example.org"`.
        "from" from: Template,
        /// How connections are encrypted. Default: `startTls`. Example: `tls`.
        "tls" tls: Option<SmtpTls>,
    }
}

choice! {
    /// How connections to a mail server are encrypted.
    pub enum SmtpTls {
        /// They begin in the open and are encrypted then.
        StartTls = "startTls",
        /// From the first byte on.
        Tls = "tls",
        /// Not at all.
        None = "none",
    }
}

record! {
    /// Where people log in.
    pub struct OidcIssuer {
        /// The issuer, with `{application}` and `{environment}` filled in: what stands as `iss` in its tokens, exactly, with or without a
        /// `/` at its end. Example: `https://login.example.org/application/o/{application}/`.
        "issuer" issuer: Template,
        /// The discovery document. Default: `.well-known/openid-configuration` below the issuer. Example:
        /// `https://login.example.org/.well-known/openid-configuration`.
        "discovery" discovery: Option<Template>,
    }
}

record! {
    /// A collector of traces, metrics and logs.
    pub struct OtelCollector {
        /// Its URL, with `{environment}` filled in. Example: `http://collector.telemetry.svc:4318`.
        "endpoint" endpoint: Template,
        /// What it is spoken to in. Default: `grpc` on port 4317, else `http/protobuf`. Example: `grpc`.
        "protocol" protocol: Option<OtlpProtocol>,
        /// Further attributes of all that is sent, beside `service.namespace` and `deployment.environment.name`. Default: none. Example:
        /// `{ site: barn }`. Derives: `OTEL_RESOURCE_ATTRIBUTES`.
        "attributes" attributes: BTreeMap<String, Literal>,
    }
}

choice! {
    /// How telemetry is sent.
    pub enum OtlpProtocol {
        /// Over gRPC.
        Grpc = "grpc",
        /// Over HTTP, in binary form.
        Http = "http/protobuf",
        /// Over HTTP, as JSON.
        Json = "http/json",
    }
}
