//! What other applications can use of an application, known whatever a run is about: so that what is compiled for one that uses another
//! does not depend on whether the other is compiled with it.

use std::collections::{BTreeMap, BTreeSet};

use super::Declarations;
use crate::application::{Application, PeerPort, Port, Protocol};
use crate::estate::{Estate, Served};
use crate::name::{AppName, EnvironmentName, PortNumber};
use crate::node::Node;
use crate::resolve::sketch;

/// The port of a Service where none is declared.
const SERVICE_PORT: u16 = 80;

/// Looks at the applications that others use.
pub(super) fn look(declarations: &mut Declarations) {
    let Some(estate) = &declarations.estate else {
        return;
    };
    let used_by_name = by_name(declarations, estate);
    let entries = estate.fields.catalogue.values();
    let behind_entries = entries.filter_map(|entry| entry.at.as_ref()?.application.clone());
    let all: BTreeSet<AppName> = used_by_name.iter().cloned().chain(behind_entries).collect();
    let mut served = BTreeMap::new();
    for file in declarations
        .applications
        .iter()
        .filter(|file| all.contains(&file.name))
    {
        for environment in file.environments() {
            let Ok(environment) = EnvironmentName::parse(environment) else {
                continue;
            };
            let sketch = sketch(declarations, file, environment.as_str());
            if let Some(one) = sketch.as_ref().and_then(of_application) {
                served.insert((file.name.clone(), environment), one);
            }
        }
    }
    if let Some(estate) = &mut declarations.estate {
        estate.served = served;
        estate.used_by_name = used_by_name;
    }
}

/// Returns the applications that others use by their names.
fn by_name(declarations: &Declarations, estate: &Estate) -> BTreeSet<AppName> {
    let files = declarations.applications.iter();
    let specs = files.flat_map(|file| {
        let environments = file.node.get("environments").map(Node::entries);
        let environments = environments
            .unwrap_or_default()
            .iter()
            .map(|entry| &entry.value);
        file.node.get("spec").into_iter().chain(environments)
    });
    let defaults = estate.fields.defaults.spec.0.iter();
    let uses = specs.chain(defaults).filter_map(|spec| spec.get("uses"));
    let names = uses.flat_map(Node::entries).map(|entry| entry.key.as_str());
    let applications = names.filter_map(|name| AppName::parse(name).ok());
    let is_entry = |name: &AppName| {
        let mut entries = estate.fields.catalogue.keys();
        entries.any(|entry| entry.as_str() == name.as_str())
    };
    applications
        .filter(|name| estate.applications.contains_key(name) && !is_entry(name))
        .collect()
}

fn of_application(application: &Application) -> Option<Served> {
    let main = application.main_component()?;
    let (_, first) = main.fields.first_port()?;
    let own = main.name.as_str() == application.name.as_str();
    let service = if own {
        application.name.to_string()
    } else {
        format!("{}-{}", application.name, main.name)
    };
    let port = main
        .fields
        .service_port
        .map_or(SERVICE_PORT, PortNumber::get);
    let pod_port = |port: Port| {
        let is_udp = port.spec.protocol == Protocol::Udp;
        PeerPort::single(port.spec.port, if is_udp { "UDP" } else { "TCP" })
    };
    Some(Served {
        service,
        port,
        scheme: match first.protocol {
            Protocol::Https => "https",
            Protocol::Tcp => "tcp",
            Protocol::Udp => "udp",
            Protocol::Http | Protocol::H2c | Protocol::Grpc => "http",
        },
        pod_ports: main.pod_ports().into_iter().map(pod_port).collect(),
    })
}
