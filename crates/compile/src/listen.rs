//! Listeners: Services of type `LoadBalancer`, and who may reach the pods behind them.

use serde_json::Value;
use steading_model::FieldPath;
use steading_model::application::{
    Component, Listen, ListenAddress, ListenProtocol, PortRange, Protocol, RoutePort, Visibility,
};
use steading_model::estate::{Balancer, LoadBalancer};
use steading_model::name::ComponentName;

use crate::annotation::ANNOTATION_WHY;
use crate::json::Fields;
use crate::scope::{Metadata, Output, Scope};
use crate::{dns, labels};

/// A listener with everything that is derived for it.
pub(crate) struct Listener<'a> {
    pub(crate) name: &'a ComponentName,
    pub(crate) listen: &'a Listen,
    pub(crate) component: &'a Component,
    pub(crate) path: FieldPath,
    range: PortRange,
    protocol: ListenProtocol,
}

/// Adds the Service of each listener.
pub(crate) fn objects(scope: &Scope<'_>, output: &mut Output) {
    let Some(balancer) = &scope.estate.fields.load_balancer else {
        return;
    };
    for listener in listeners(scope) {
        let name = format!("{}-listen-{}", scope.name(), listener.name);
        let metadata = scope
            .named(name)
            .component(listener.component.name.as_str());
        let metadata = addressed(scope, &listener, balancer, metadata);
        let metadata = named(scope, &listener, metadata);
        let why = listener.listen.why.as_ref();
        let metadata = metadata.annotation_if(
            ANNOTATION_WHY,
            why.map(steading_model::name::Reason::as_str),
        );
        let object = metadata
            .object("v1", "Service")
            .with("spec", spec(scope, &listener, balancer));
        output.push(scope, object, &listener.path);
    }
}

/// Returns the listeners of the application whose component and port are known.
pub(crate) fn listeners<'a>(scope: &Scope<'a>) -> Vec<Listener<'a>> {
    let application = scope.application;
    let declared = application.fields.listen.iter();
    let listeners = declared.filter_map(|(name, listen)| {
        let component = application.component_named(listen.component.as_ref())?;
        let usual = component.listen_port(name.as_str());
        let range = listen.port.or_else(|| {
            let port = usual.as_ref()?.spec.port;
            let (first, last) = (port, port);
            Some(PortRange { first, last })
        })?;
        Some(Listener {
            name,
            listen,
            component,
            path: application.field("listen").key(name.as_str()),
            range,
            protocol: listen.protocol.unwrap_or(ListenProtocol::Tcp),
        })
    });
    let spoken = listeners.map(|mut listener| {
        let (_, spoken) = target(&listener, listener.range.first.get());
        listener.protocol = listener.listen.protocol.unwrap_or(spoken);
        listener
    });
    spoken.collect()
}

/// Returns the rules that let the clients of a component's listeners in.
///
/// Where nodes pass connections on, pods see the node's address and not the client's: who may connect is kept by the nodes then
/// (`loadBalancerSourceRanges`), and the policy lets the ports be reached.
pub(crate) fn ingress(scope: &Scope<'_>, component: &Component) -> Vec<Value> {
    let all = listeners(scope).into_iter();
    let own = all.filter(|listener| listener.component.name == component.name);
    own.map(|listener| {
        let keeps = listener.listen.preserve_client_address == Some(true);
        let ranges = if keeps {
            ranges(scope, &listener)
        } else {
            Vec::new()
        };
        let everywhere = ["0.0.0.0/0", "::/0"].map(str::to_owned).to_vec();
        let ranges = if ranges.is_empty() {
            everywhere
        } else {
            ranges
        };
        let from = ranges.into_iter().map(|range| {
            let block = Fields::new().with("cidr", range);
            Value::from(Fields::new().with("ipBlock", block))
        });
        Fields::new()
            .with("from", from.collect::<Vec<_>>())
            .with("ports", policy_ports(&listener))
            .into()
    })
    .collect()
}

/// Returns what listeners claim outside: address, transport and port.
pub(crate) fn claims(scope: &Scope<'_>) -> Vec<(String, FieldPath)> {
    let shared = scope.estate.fields.load_balancer.as_ref();
    let shared = shared.and_then(|balancer| balancer.shared);
    let listeners = listeners(scope);
    let claims = listeners.iter().flat_map(|listener| {
        let address = match listener.listen.address.unwrap_or(ListenAddress::Shared) {
            ListenAddress::Own => None,
            ListenAddress::At(address) => Some(address.to_string()),
            ListenAddress::Shared => {
                Some(shared.map_or("the shared address".to_owned(), |one| one.to_string()))
            }
        };
        let ports = address.into_iter().flat_map(|address| {
            let each = |port: u16| {
                let address = address.clone();
                let transports = listener.protocol.transports().iter();
                transports.map(move |transport| format!("{transport} port {port} of {address}"))
            };
            listener.range.ports().flat_map(each).collect::<Vec<_>>()
        });
        ports.map(|claim| (claim, listener.path.clone()))
    });
    claims.collect()
}

fn ranges(scope: &Scope<'_>, listener: &Listener<'_>) -> Vec<String> {
    let Listen {
        from, visibility, ..
    } = listener.listen;
    if !from.is_empty() {
        return from.iter().map(ToString::to_string).collect();
    }
    if *visibility == Some(Visibility::Public) {
        return Vec::new();
    }
    crate::ranges::private(scope.estate)
}

fn spec(scope: &Scope<'_>, listener: &Listener<'_>, balancer: &LoadBalancer) -> Fields {
    let keeps = listener.listen.preserve_client_address == Some(true);
    let selector = labels::selector(scope.application, listener.component.name.as_str());
    Fields::new()
        .with("type", "LoadBalancer")
        .with("externalTrafficPolicy", keeps.then_some("Local"))
        .with("loadBalancerClass", balancer.class.as_deref())
        .with("loadBalancerSourceRanges", ranges(scope, listener))
        .with("ports", ports(listener))
        .with("selector", selector)
}

fn ports(listener: &Listener<'_>) -> Vec<Value> {
    let transports = listener.protocol.transports();
    let each = |port: u16| {
        transports.iter().map(move |transport| {
            let name = match (listener.range.is_one(), transports) {
                (true, [_]) => listener.name.to_string(),
                (true, _) => format!("{}-{}", listener.name, transport.to_lowercase()),
                (false, _) => format!("{}-{port}", transport.to_lowercase()),
            };
            let (target, _) = target(listener, port);
            Value::from(
                Fields::new()
                    .with("name", name)
                    .with("port", port)
                    .with("targetPort", target)
                    .with("protocol", *transport),
            )
        })
    };
    listener.range.ports().flat_map(each).collect()
}

/// Returns the pods' port behind a port outside, and what is spoken there.
fn target(listener: &Listener<'_>, port: u16) -> (u16, ListenProtocol) {
    let ports = listener.component.pod_ports();
    let find =
        |is: &dyn Fn(&steading_model::application::Port) -> bool| ports.iter().find(|one| is(one));
    let found = match &listener.listen.target {
        Some(RoutePort::Number(number)) => {
            let number = number.get();
            let known = find(&|one| one.spec.port.get() == number);
            return (number, known.map_or(ListenProtocol::Tcp, spoken));
        }
        Some(RoutePort::Name(name)) => find(&|one| one.name == name.as_str()),
        None => find(&|one| one.name == listener.name.as_str() && listener.range.is_one())
            .or_else(|| find(&|one| one.spec.port.get() == port)),
    };
    let number = found.map_or(port, |one| one.spec.port.get());
    (number, found.map_or(ListenProtocol::Tcp, spoken))
}

fn spoken(port: &steading_model::application::Port) -> ListenProtocol {
    match port.spec.protocol {
        Protocol::Udp => ListenProtocol::Udp,
        _ => ListenProtocol::Tcp,
    }
}

fn policy_ports(listener: &Listener<'_>) -> Vec<Value> {
    let transports = listener.protocol.transports().iter();
    let (first, _) = target(listener, listener.range.first.get());
    let last = (!listener.range.is_one()).then(|| listener.range.last.get());
    let port = |transport: &&str| {
        Value::from(
            Fields::new()
                .with("port", first)
                .with("endPort", last)
                .with("protocol", *transport),
        )
    };
    transports.map(port).collect()
}

fn addressed(
    scope: &Scope<'_>,
    listener: &Listener<'_>,
    balancer: &LoadBalancer,
    metadata: Metadata,
) -> Metadata {
    let address = listener.listen.address.unwrap_or(ListenAddress::Shared);
    let fixed = match address {
        ListenAddress::Shared => balancer.shared.map(|shared| shared.to_string()),
        ListenAddress::At(address) => Some(address.to_string()),
        ListenAddress::Own => None,
    };
    let sharing = (address == ListenAddress::Shared).then(|| scope.estate.name.to_string());
    let pool = balancer.pool.as_ref().filter(|_| fixed.is_none());
    let pool = pool.map(steading_model::name::LabelName::as_str);
    match balancer.implementation {
        Balancer::Metallb => metadata
            .annotation_if("metallb.io/allow-shared-ip", sharing)
            .annotation_if("metallb.io/loadBalancerIPs", fixed)
            .annotation_if("metallb.io/address-pool", pool),
        Balancer::Cilium => metadata
            .annotation_if(
                "lbipam.cilium.io/sharing-cross-namespace",
                sharing.as_ref().map(|_| "*"),
            )
            .annotation_if("lbipam.cilium.io/sharing-key", sharing)
            .annotation_if("lbipam.cilium.io/ips", fixed),
        Balancer::KubeVip => metadata.annotation_if("kube-vip.io/loadbalancerIPs", fixed),
        Balancer::Servicelb | Balancer::Cloud => metadata,
    }
}

fn named(scope: &Scope<'_>, listener: &Listener<'_>, metadata: Metadata) -> Metadata {
    let Some(host) = &listener.listen.host else {
        return metadata;
    };
    let visibility = listener.listen.visibility.unwrap_or(Visibility::Private);
    let domains = &scope.estate.fields.domains;
    let zone = match visibility {
        Visibility::Public => &domains.public,
        Visibility::Private => domains.private.as_ref().unwrap_or(&domains.public),
    };
    let environment = &scope.application.environment;
    match scope.estate.host(host, zone, environment) {
        Ok(host) => dns::listener(visibility, &host, metadata),
        Err(_) => metadata,
    }
}
