//! Where an entry of the catalogue runs.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::{Entry, EntryKind};
use crate::application::Application;
use crate::estate::Estate;
use crate::name::{AppName, Cidr, EnvironmentName, Literal, NamespaceName};

/// Where an entry of the catalogue runs, seen from one that uses it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryPlace<'a> {
    /// An application of the estate, in an environment.
    Application(&'a AppName, &'a EnvironmentName),
    /// A namespace, and labels of pods in it.
    Namespace(NamespaceName, &'a BTreeMap<String, Literal>),
    /// Addresses outside the cluster.
    Cidr(Cidr),
    /// Somewhere on the internet.
    Internet,
    /// A database cluster in the user's own namespace.
    OwnDatabase,
}

impl<'a> Entry<'a> {
    /// Returns where it runs, seen from an application; none where nothing says it.
    pub fn place(&self, estate: &Estate, user: &'a Application) -> Option<EntryPlace<'a>> {
        if let EntryKind::CloudNativePg(_) = self.kind() {
            return Some(EntryPlace::OwnDatabase);
        }
        if let Some((name, environment)) = self.runs_in(&user.environment) {
            return Some(EntryPlace::Application(name, environment));
        }
        if let Some(target) = self.target() {
            let namespace = target.namespace.clone();
            let namespace = namespace.map(|name| EntryPlace::Namespace(name, &target.pods));
            let internet = || (target.internet == Some(true)).then_some(EntryPlace::Internet);
            return namespace
                .or_else(|| target.cidr.map(EntryPlace::Cidr))
                .or_else(internet);
        }
        let values = [
            ("application", user.name.as_str()),
            ("environment", user.environment.as_str()),
        ];
        let host = values
            .iter()
            .fold(self.host()?.to_owned(), |host, (name, value)| {
                host.replace(&format!("{{{name}}}"), value)
            });
        of_host(&host, estate.fields.domains.cluster.as_str())
    }

    /// Says whether anything tells where it runs.
    pub(crate) fn has_place(&self, zone: &str) -> bool {
        let by_host = || {
            let host = self.host()?.replace("{application}", "a");
            of_host(&host.replace("{environment}", "e"), zone)
        };
        let own = matches!(self.kind(), EntryKind::CloudNativePg(_));
        own || self.application.is_some() || self.target().is_some() || by_host().is_some()
    }
}

/// An address says where it is, and so does the name of a Service.
fn of_host(host: &str, zone: &str) -> Option<EntryPlace<'static>> {
    static ALL: BTreeMap<String, Literal> = BTreeMap::new();
    if let Ok(address) = host.parse::<IpAddr>() {
        let length = if address.is_ipv4() { 32 } else { 128 };
        return Cidr::parse(&format!("{address}/{length}"))
            .ok()
            .map(EntryPlace::Cidr);
    }
    let within = host
        .strip_suffix(zone)
        .and_then(|host| host.strip_suffix('.'));
    let service = within.unwrap_or(host).strip_suffix(".svc")?;
    let (_, namespace) = service.rsplit_once('.')?;
    let namespace = NamespaceName::parse(namespace).ok()?;
    Some(EntryPlace::Namespace(namespace, &ALL))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_may_say_where_it_is() {
        let namespace = |host: &str| match of_host(host, "cluster.local") {
            Some(EntryPlace::Namespace(name, _)) => name.to_string(),
            Some(EntryPlace::Cidr(range)) => range.to_string(),
            other => format!("{other:?}"),
        };
        for (host, place) in [
            ("192.168.10.9", "192.168.10.9/32"),
            ("fd00::9", "fd00::9/128"),
            ("redis.cache.svc", "cache"),
            ("redis.cache.svc.cluster.local", "cache"),
            ("db-0.db.cache.svc.cluster.local", "cache"),
            ("redis.cache", "None"),
            ("redis.cache.svc.example.org", "None"),
            ("db.example.org", "None"),
        ] {
            assert_eq!(namespace(host), place, "{host}");
        }
    }
}
