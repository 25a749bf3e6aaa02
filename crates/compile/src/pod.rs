//! Pods: what all of them have in common, whether they serve, migrate, check or run on a schedule.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde_json::Value;
use steading_model::application::{
    self as model, Component, Gpu, InitStep, Placement, Port, Scratch, SidecarStart,
};
use steading_model::name::{HostName, Literal, MountPath};

use crate::accelerator::{self, Accelerated};
use crate::basis::Container;
use crate::container::{self, Setting};
use crate::json::Fields;
use crate::names;
use crate::scope::{Output, Scope};
use crate::storage::{self, Mounted};
use crate::volumes::{self, Volumes};
use crate::{
    backend, file, migrate, monitoring, one_node, ownership, placement, priority, probe, security,
    uses,
};

/// What a pod is made of.
pub(crate) struct Pod<'a> {
    /// What it is for.
    pub(crate) role: Role<'a>,
    /// The container.
    pub(crate) main: Container<'a>,
    /// The steps before it, in order.
    pub(crate) steps: Vec<Beside<'a>>,
    /// The containers beside it, in order: they start before it and stop after it.
    pub(crate) sidecars: Vec<Beside<'a>>,
    /// The volumes.
    pub(crate) mounted: Vec<Mounted>,
    /// The scratch space.
    pub(crate) scratch: Option<&'a BTreeMap<MountPath, Scratch>>,
    /// Where it runs.
    pub(crate) placement: Option<&'a Placement>,
    /// The GPU that it gets: nothing takes one because its component has one.
    pub(crate) gpu: Option<&'a Gpu>,
    /// The label of those that must be on the same node.
    pub(crate) one_node: Option<String>,
}

/// A container of a pod that is not the main one.
pub(crate) struct Beside<'a> {
    /// The container.
    pub(crate) container: Container<'a>,
    /// As it was declared.
    pub(crate) declared: &'a Component,
    /// Its own volumes, beyond those of the pod.
    pub(crate) mounted: Vec<Mounted>,
    /// Whether it is a sidecar that starts before the steps.
    is_early: bool,
}

impl<'a> Pod<'a> {
    /// Returns the pod of a component or a job; its container is `main`.
    pub(crate) fn of(
        scope: &Scope<'a>,
        role: Role<'a>,
        (declared, main): (&'a Component, Container<'a>),
        output: &mut Output,
    ) -> Self {
        let fields = &declared.fields;
        let steps = fields.init.iter();
        let steps = steps
            .filter(|(name, _)| !matches!(role, Role::Serve(_)) || name.as_str() != migrate::STEP);
        let steps: Vec<&InitStep> = steps.map(|(_, step)| step).collect();
        let component = main.component.unwrap_or(declared);
        let steps = steps.into_iter().map(|step| {
            let container = Container::of_step(scope, component, step, output);
            Beside::new(scope, container, &step.container, output)
        });
        let steps = steps.collect();
        let sidecars = fields.sidecars.values().map(|sidecar| {
            let declared = (model::Role::Sidecar, &sidecar.container);
            let container = Container::of(scope, declared, Some(component), output);
            Beside {
                is_early: sidecar.own.start == Some(SidecarStart::BeforeInit),
                ..Beside::new(scope, container, &sidecar.container, output)
            }
        });
        let sidecars = sidecars.collect();
        Self {
            role,
            main,
            steps,
            sidecars,
            mounted: storage::mounted(scope, declared, output),
            scratch: Some(&fields.scratch),
            placement: fields.placement.as_ref(),
            gpu: fields
                .placement
                .as_ref()
                .and_then(|placement| placement.gpu.as_ref()),
            one_node: one_node::group(scope, declared),
        }
    }

    /// Returns all containers: steps, sidecars, the main one.
    pub(crate) fn containers(&self) -> impl Iterator<Item = &Container<'a>> {
        let beside = self.steps.iter().chain(&self.sidecars);
        let beside = beside.map(|beside| &beside.container);
        beside.chain([&self.main])
    }

    /// Returns all volumes: the pod's and what single containers have.
    pub(crate) fn volumes(&self) -> impl Iterator<Item = &Mounted> {
        let beside = self.steps.iter().chain(&self.sidecars);
        let own = beside.flat_map(|beside| &beside.mounted);
        self.mounted.iter().chain(own)
    }
}

impl<'a> Beside<'a> {
    fn new(
        scope: &Scope<'_>,
        container: Container<'a>,
        declared: &'a Component,
        output: &mut Output,
    ) -> Self {
        Self {
            container,
            declared,
            mounted: storage::mounted(scope, declared, output),
            is_early: false,
        }
    }
}

/// What a pod is for.
#[derive(Clone, Copy)]
pub(crate) enum Role<'a> {
    /// It serves, as long as it is there.
    Serve(&'a Component),
    /// It runs to its end, as a job says.
    Job(&'a Component),
    /// It runs to its end.
    Run,
}

impl<'a> Role<'a> {
    /// Returns what says how it begins and ends.
    fn declared(self) -> Option<&'a Component> {
        match self {
            Self::Serve(declared) | Self::Job(declared) => Some(declared),
            Self::Run => None,
        }
    }
}

/// Returns `spec` of a pod.
pub(crate) fn spec(scope: &Scope<'_>, pod: &Pod<'_>, output: &mut Output) -> Fields {
    let mut volumes = Volumes::default();
    let none = BTreeMap::new();
    let shared = volumes::mounts(&pod.mounted, pod.scratch.unwrap_or(&none), &mut volumes);
    let mut first = uses::wait::containers(scope, uses::owner(scope, &pod.main.path));
    first.extend(ownership::containers(scope, &pod.mounted, &shared));
    let (early, late): (Vec<_>, Vec<_>) = pod.sidecars.iter().partition(|one| one.is_early);
    let sidecars = |these: Vec<&Beside<'_>>, volumes: &mut Volumes, output: &mut Output| {
        let these = these.into_iter();
        let these = these.map(|one| sidecar_json(scope, pod, one, (&shared, volumes), output));
        these.collect::<Vec<Value>>()
    };
    first.extend(sidecars(early, &mut volumes, output));
    for step in &pod.steps {
        let step = beside_json(scope, pod, step, (&shared, &mut volumes), output);
        first.push(step.into());
    }
    first.extend(sidecars(late, &mut volumes, output));
    let declared = pod.role.declared();
    let grace = declared.and_then(|declared| declared.fields.grace_period_seconds);
    let placement = pod.main.path.key("placement");
    let accelerated = accelerator::of(scope, pod.gpu, &placement, output);
    let main = main_json(scope, (pod, &accelerated), (&shared, &mut volumes), output);
    let fields = accelerated
        .pod(names_of(scope, host(pod, account(scope, Fields::new()))))
        .with("priorityClassName", priority::of_pod(scope, pod.gpu))
        .with("securityContext", security::pod(pod.main.security))
        .with("imagePullSecrets", pull_secrets(scope, pod))
        .with("initContainers", first)
        .with("containers", vec![Value::from(main)])
        .with("volumes", volumes.into_json())
        .with("terminationGracePeriodSeconds", grace);
    let wanted = placement::Wanted {
        placement: pod.placement,
        accelerated: &accelerated,
        together: one_node::together(pod.one_node.as_ref()),
    };
    placement::fields(scope, wanted, fields)
}

fn account(scope: &Scope<'_>, fields: Fields) -> Fields {
    let token = !scope.application.fields.permissions.is_empty();
    fields
        .with("serviceAccountName", scope.name())
        .with("automountServiceAccountToken", token)
        .with("enableServiceLinks", false)
}

fn host(pod: &Pod<'_>, fields: Fields) -> Fields {
    let security = pod.main.security;
    let network = security.is_some_and(|security| security.host_network.is_some());
    let processes = security.is_some_and(|security| security.host_pid.is_some());
    let users = security
        .and_then(|security| security.user_namespace)
        .filter(|own| *own);
    fields
        .with("hostNetwork", network.then_some(true))
        .with("dnsPolicy", network.then_some("ClusterFirstWithHostNet"))
        .with("hostPID", processes.then_some(true))
        .with("hostUsers", users.map(|_| false))
}

/// Adds how the pod asks for names.
fn names_of(scope: &Scope<'_>, fields: Fields) -> Fields {
    let Some(network) = &scope.application.fields.network else {
        return fields;
    };
    let mut by_address: BTreeMap<IpAddr, Vec<&str>> = BTreeMap::new();
    for (name, address) in &network.hosts {
        by_address.entry(address.0).or_default().push(name.as_str());
    }
    let alias = |(address, names): (IpAddr, Vec<&str>)| {
        let alias = Fields::new().with("ip", address.to_string());
        Value::from(alias.with("hostnames", names))
    };
    let aliases: Vec<Value> = by_address.into_iter().map(alias).collect();
    let fields = fields.with("hostAliases", aliases);
    let Some(dns) = &network.dns else {
        return fields;
    };
    let servers: Vec<String> = dns.servers.iter().map(|one| one.0.to_string()).collect();
    let search: Vec<&str> = dns.search.iter().map(HostName::as_str).collect();
    let option = |(name, value): (&String, &Literal)| {
        let option = Fields::new().with("name", name.as_str());
        Value::from(option.with("value", value.as_str()))
    };
    let config = Fields::new()
        .with("nameservers", servers.clone())
        .with("searches", search)
        .with(
            "options",
            dns.options.iter().map(option).collect::<Vec<_>>(),
        );
    let fields = fields.with("dnsConfig", config);
    if servers.is_empty() {
        return fields;
    }
    fields.exactly("dnsPolicy", "None")
}

fn sidecar_json(
    scope: &Scope<'_>,
    pod: &Pod<'_>,
    sidecar: &Beside<'_>,
    volumes: (&[Value], &mut Volumes),
    output: &mut Output,
) -> Value {
    let json = beside_json(scope, pod, sidecar, volumes, output);
    serving(scope, sidecar.declared, json)
        .with("restartPolicy", "Always")
        .into()
}

fn beside_json(
    scope: &Scope<'_>,
    pod: &Pod<'_>,
    beside: &Beside<'_>,
    (shared, volumes): (&[Value], &mut Volumes),
    output: &mut Output,
) -> Fields {
    let own = volumes::mounts(&beside.mounted, &beside.declared.fields.scratch, volumes);
    let mut mounts = own;
    let taken: Vec<Value> = mounts
        .iter()
        .map(|mount| mount["mountPath"].clone())
        .collect();
    let shared = shared
        .iter()
        .filter(|mount| !taken.contains(&mount["mountPath"]));
    mounts.extend(shared.cloned());
    mounts.extend(file::mounts(scope, &beside.container, volumes, output));
    let setting = Setting {
        mounts,
        security: pod.main.security,
        gpu: None,
    };
    container::json(scope, &beside.container, setting, output)
}

fn main_json(
    scope: &Scope<'_>,
    (pod, accelerated): (&Pod<'_>, &Accelerated),
    (shared, volumes): (&[Value], &mut Volumes),
    output: &mut Output,
) -> Fields {
    let mut mounts = shared.to_vec();
    mounts.extend(file::mounts(scope, &pod.main, volumes, output));
    let setting = Setting {
        mounts,
        security: pod.main.security,
        gpu: pod.gpu.map(|_| accelerated),
    };
    let main = container::json(scope, &pod.main, setting, output);
    match pod.role {
        Role::Run => main,
        Role::Job(job) => main.with("lifecycle", lifecycle(scope, job)),
        Role::Serve(component) => {
            let mut all = ports(&component.ports());
            all.extend(ports(&monitoring::further_ports(scope, component)));
            serving(scope, component, main).with("ports", all)
        }
    }
}

/// Adds what a container has that goes on running: ports, hooks and probes.
fn serving(scope: &Scope<'_>, component: &Component, json: Fields) -> Fields {
    let json = json
        .with("ports", ports(&component.ports()))
        .with("lifecycle", lifecycle(scope, component));
    probe::probes(component, json)
}

fn ports(ports: &[Port]) -> Vec<Value> {
    let port = |port: &Port| {
        Fields::new()
            .with("name", names::port(&port.name))
            .with("containerPort", port.spec.port.get())
            .with("protocol", crate::service::transport(port.spec.protocol))
            .into()
    };
    ports.iter().map(port).collect()
}

/// A pod with a route waits before it stops, until the ingress controller has noticed that it goes.
fn lifecycle(scope: &Scope<'_>, component: &Component) -> Fields {
    const DRAIN: u32 = 5;
    let hooks = component.fields.hooks.as_ref();
    let command = |hook: &steading_model::application::Hook| {
        let command =
            crate::json::texts(hook.exec.iter().map(steading_model::name::Literal::as_str));
        Fields::new().with("exec", Fields::new().with("command", command))
    };
    let start = hooks.and_then(|hooks| hooks.start.as_ref()).map(command);
    let stop = hooks.and_then(|hooks| hooks.stop.as_ref()).map(command);
    let seconds = component
        .fields
        .grace_period_seconds
        .unwrap_or(30)
        .min(DRAIN);
    let drains = seconds > 0 && backend::is_routed(scope, component);
    let sleep = || Fields::new().with("sleep", Fields::new().with("seconds", seconds));
    let stop = stop.or_else(|| drains.then(sleep));
    Fields::new()
        .with("postStart", start.map(Value::from))
        .with("preStop", stop.map(Value::from))
}

fn pull_secrets(scope: &Scope<'_>, pod: &Pod<'_>) -> Vec<Value> {
    let mut images = pod.containers().filter_map(|container| container.image);
    let own = images.any(|image| container::is_own(scope.estate, image));
    let secret = scope
        .estate
        .fields
        .images
        .pull_secret
        .as_ref()
        .filter(|_| own);
    secret
        .into_iter()
        .map(|secret| Fields::new().with("name", secret.as_str()).into())
        .collect()
}
