//! Entries of the catalogue as all later stages see them: what an application means by a name under `uses`.

mod place;
mod tables;

use super::catalogue::{
    CatalogueEntry, CloudNativePg, DatabaseServer, OidcIssuer, OtelCollector, RedisServer,
    SmtpServer,
};
use super::{CatalogueTarget, Estate, Template};
use crate::application::PeerPort;
use crate::name::{AppName, EnvironmentName, LabelName, PortNumber};
use crate::node::FieldPath;

pub use place::EntryPlace;
pub use tables::Given;

/// What an application uses: an entry of the catalogue, or another application by its name.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// Its name.
    pub name: &'a LabelName,
    /// Its fields; none for an application that is used by its name.
    pub fields: Option<&'a CatalogueEntry>,
    /// The application of that name, where there is no entry.
    application: Option<&'a AppName>,
}

/// What an entry is.
#[derive(Clone, Copy, Debug)]
pub enum EntryKind<'a> {
    /// A database cluster of the user's own.
    CloudNativePg(&'a CloudNativePg),
    /// A database on a `PostgreSQL` server.
    Postgres(&'a DatabaseServer),
    /// A database on a `MySQL` server.
    MySql(&'a DatabaseServer),
    /// A Redis server.
    Redis(&'a RedisServer),
    /// A mail server.
    Smtp(&'a SmtpServer),
    /// A login.
    Oidc(&'a OidcIssuer),
    /// A collector of telemetry.
    Otel(&'a OtelCollector),
    /// An application of this estate.
    Application(&'a AppName),
    /// What its fields describe, and nothing else.
    Own,
}

/// What other applications can use of one: the Service of its main component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    /// The name of the Service.
    pub service: String,
    /// The port of the Service for the component's first port.
    pub port: u16,
    /// Whether that port speaks TLS.
    pub scheme: &'static str,
    /// The ports of its pods.
    pub pod_ports: Vec<PeerPort>,
}

impl Estate {
    /// Returns what an application means by a name under `uses`: an entry of the catalogue, else the application of that name.
    pub fn entry<'a>(&'a self, name: &'a LabelName) -> Option<Entry<'a>> {
        let fields = self.fields.catalogue.get(name);
        let application = || {
            let parsed = AppName::parse(name.as_str()).ok()?;
            self.applications.get_key_value(&parsed)
        };
        let application = match fields {
            Some(_) => None,
            None => Some(application()?.0),
        };
        Some(Entry {
            name,
            fields,
            application,
        })
    }

    /// Returns what can be used of an application in an environment; none where it has no ports, or cannot be read.
    pub fn served(&self, name: &AppName, environment: &EnvironmentName) -> Option<&Served> {
        self.served.get(&(name.clone(), environment.clone()))
    }

    /// Says whether any application of the estate uses another by its name.
    pub fn is_used_by_name(&self, name: &AppName) -> bool {
        self.used_by_name.contains(name)
    }
}

impl<'a> Entry<'a> {
    /// Returns what it is.
    pub fn kind(&self) -> EntryKind<'a> {
        let Some(fields) = self.fields else {
            return self
                .application
                .map_or(EntryKind::Own, EntryKind::Application);
        };
        let postgres = fields.postgres.as_ref();
        let cluster = postgres.and_then(|postgres| postgres.cloud_native_pg.as_ref());
        let server = postgres.and_then(|postgres| postgres.server.as_ref());
        cluster
            .map(EntryKind::CloudNativePg)
            .or_else(|| server.map(EntryKind::Postgres))
            .or_else(|| fields.mysql.as_ref().map(EntryKind::MySql))
            .or_else(|| fields.redis.as_ref().map(EntryKind::Redis))
            .or_else(|| fields.smtp.as_ref().map(EntryKind::Smtp))
            .or_else(|| fields.oidc.as_ref().map(EntryKind::Oidc))
            .or_else(|| fields.otel_collector.as_ref().map(EntryKind::Otel))
            .or_else(|| {
                self.target()?
                    .application
                    .as_ref()
                    .map(EntryKind::Application)
            })
            .unwrap_or(EntryKind::Own)
    }

    /// Returns where the entry says that it runs.
    pub fn target(&self) -> Option<&'a CatalogueTarget> {
        self.fields?.at.as_ref()
    }

    /// Returns the application that runs it, seen from an environment, with the environment that it is in.
    pub fn runs_in(
        &self,
        environment: &'a EnvironmentName,
    ) -> Option<(&'a AppName, &'a EnvironmentName)> {
        if let Some(application) = self.application {
            return Some((application, environment));
        }
        let target = self.target()?;
        let environment = target.environment.as_ref().unwrap_or(environment);
        Some((target.application.as_ref()?, environment))
    }

    /// Says whether it exists in an environment, as far as the entry itself tells.
    pub fn is_in(&self, environment: &EnvironmentName) -> bool {
        let named = self.fields.map(|fields| fields.environments.as_slice());
        named.is_none_or(|named| named.is_empty() || named.contains(environment))
    }

    /// Returns the ports that users may reach, seen from an environment; all where there is none.
    pub fn ports(&self, estate: &Estate, environment: &EnvironmentName) -> Vec<PeerPort> {
        let declared = self.fields.map(|fields| fields.ports.clone());
        let declared = declared.filter(|ports| !ports.is_empty());
        let usual = || {
            let served = self.runs_in(environment);
            let served = served.and_then(|(name, there)| estate.served(name, there));
            let served = served.map(|served| served.pod_ports.clone());
            let own = || {
                let port = self.port();
                port.map(|port| vec![PeerPort::single(port, "TCP")])
            };
            match self.kind() {
                EntryKind::Own | EntryKind::Application(_) => served,
                _ => own(),
            }
        };
        declared.or_else(usual).unwrap_or_default()
    }

    /// Returns the port of the server, where its kind has one.
    pub fn port(&self) -> Option<PortNumber> {
        let number = |declared: Option<PortNumber>, usual: u16| declared.or(PortNumber::new(usual));
        match self.kind() {
            EntryKind::CloudNativePg(_) => PortNumber::new(5432),
            EntryKind::Postgres(server) => number(server.port, 5432),
            EntryKind::MySql(server) => number(server.port, 3306),
            EntryKind::Redis(server) => number(server.port, 6379),
            EntryKind::Smtp(server) => number(server.port, server.usual_port()),
            EntryKind::Oidc(issuer) => url_port(&issuer.issuer),
            EntryKind::Otel(collector) => url_port(&collector.endpoint),
            EntryKind::Application(_) | EntryKind::Own => None,
        }
    }

    /// Returns the host of the server, where its kind has one; `{…}` is not filled in.
    pub fn host(&self) -> Option<&'a str> {
        match self.kind() {
            EntryKind::Postgres(server) | EntryKind::MySql(server) => Some(server.host.as_str()),
            EntryKind::Redis(server) => Some(server.host.as_str()),
            EntryKind::Smtp(server) => Some(server.host.as_str()),
            EntryKind::Oidc(issuer) => url_host(issuer.issuer.as_str()),
            EntryKind::Otel(collector) => url_host(collector.endpoint.as_str()),
            EntryKind::CloudNativePg(_) | EntryKind::Application(_) | EntryKind::Own => None,
        }
    }

    /// Returns the place of an entry's field in the estate.
    pub fn path(&self) -> FieldPath {
        let path = FieldPath::default().key("spec").key("catalogue");
        path.key(self.name.as_str())
    }
}

/// Returns the host of a URL.
pub fn url_host(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = match authority.strip_prefix('[') {
        Some(address) => address.split(']').next(),
        None => authority.split(':').next(),
    };
    host.filter(|host| !host.is_empty())
}

/// Returns the port of a URL, or the one that its scheme has.
fn url_port(url: &Template) -> Option<PortNumber> {
    let (scheme, rest) = url.as_str().split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let behind = authority
        .rsplit_once(']')
        .map_or(authority, |(_, rest)| rest);
    match behind.rsplit_once(':') {
        Some((_, port)) => PortNumber::new(port.parse().ok()?),
        None if scheme == "https" => PortNumber::new(443),
        None => PortNumber::new(80),
    }
}

impl SmtpServer {
    fn usual_port(&self) -> u16 {
        use super::SmtpTls;
        match self.tls {
            None | Some(SmtpTls::StartTls) => 587,
            Some(SmtpTls::Tls) => 465,
            Some(SmtpTls::None) => 25,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_have_hosts_and_ports() {
        for (url, host, port) in [
            ("http://a.b:4318/x", Some("a.b"), Some(4318)),
            ("https://a.b/x:1", Some("a.b"), Some(443)),
            ("http://[fd00::1]:80", Some("fd00::1"), Some(80)),
            ("http://[fd00::1]", Some("fd00::1"), Some(80)),
            ("http://", None, Some(80)),
            ("a.b", None, None),
        ] {
            let template = Template::parse(url).unwrap();
            assert_eq!(url_host(url), host, "{url}");
            assert_eq!(url_port(&template).map(PortNumber::get), port, "{url}");
        }
    }
}
