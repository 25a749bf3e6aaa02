//! Pods: what all of them have in common, whether they serve, migrate, check or run on a schedule.

use std::collections::BTreeMap;

use serde_json::Value;
use steading_model::application::{Component, Gpu, Placement, Scratch};
use steading_model::name::MountPath;

use crate::basis::Container;
use crate::container::{self, Setting};
use crate::json::Fields;
use crate::names;
use crate::scope::{Output, Scope};
use crate::storage::Mounted;
use crate::volumes::{self, Volumes};
use crate::{backend, file, ownership, placement, probe, resources, security};

/// What a pod is made of.
pub(crate) struct Pod<'a> {
    /// What it is for.
    pub(crate) role: Role<'a>,
    /// The container.
    pub(crate) main: Container<'a>,
    /// The steps before it, in order.
    pub(crate) steps: Vec<Container<'a>>,
    /// The volumes.
    pub(crate) mounted: Vec<Mounted>,
    /// The scratch space.
    pub(crate) scratch: Option<&'a BTreeMap<MountPath, Scratch>>,
    /// Where it runs.
    pub(crate) placement: Option<&'a Placement>,
    /// The GPU that it gets: nothing takes one because its component has one.
    pub(crate) gpu: Option<&'a Gpu>,
}

/// What a pod is for.
#[derive(Clone, Copy)]
pub(crate) enum Role<'a> {
    /// It serves, as long as it is there.
    Serve(&'a Component),
    /// It runs to its end; near the pods with these labels, where it shares their volumes.
    Run(Option<&'a Component>),
}

/// Returns `spec` of a pod.
pub(crate) fn spec(scope: &Scope<'_>, pod: &Pod<'_>, output: &mut Output) -> Fields {
    let mut volumes = Volumes::default();
    let none = BTreeMap::new();
    let shared = volumes::mounts(&pod.mounted, pod.scratch.unwrap_or(&none), &mut volumes);
    let mut first = ownership::containers(scope, &pod.mounted, &shared);
    for step in &pod.steps {
        first.push(step_json(scope, pod, step, (&shared, &mut volumes), output).into());
    }
    let main = main_json(scope, pod, (&shared, &mut volumes), output);
    let fields = host(pod, account(scope, Fields::new()))
        .with(
            "priorityClassName",
            priority_class(scope.application.tier.as_str()),
        )
        .with("securityContext", security::pod(pod.main.security))
        .with("imagePullSecrets", pull_secrets(scope, pod))
        .with("initContainers", first)
        .with("containers", vec![Value::from(main)])
        .with("volumes", volumes.into_json());
    placement::fields(scope, pod.placement, near(scope, pod), fields)
}

/// Returns the priority class of a tier.
pub(crate) fn priority_class(tier: &str) -> String {
    format!("steading-{tier}")
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

fn step_json(
    scope: &Scope<'_>,
    pod: &Pod<'_>,
    step: &Container<'_>,
    (shared, volumes): (&[Value], &mut Volumes),
    output: &mut Output,
) -> Fields {
    let mut mounts = shared.to_vec();
    mounts.extend(file::mounts(scope, step, volumes, output));
    let setting = Setting {
        mounts,
        security: pod.main.security,
        gpu: None,
    };
    container::json(scope, step, setting, output)
}

fn main_json(
    scope: &Scope<'_>,
    pod: &Pod<'_>,
    (shared, volumes): (&[Value], &mut Volumes),
    output: &mut Output,
) -> Fields {
    let mut mounts = shared.to_vec();
    mounts.extend(file::mounts(scope, &pod.main, volumes, output));
    resources::check_gpu(scope, pod.gpu, &pod.main.path.key("placement"), output);
    let setting = Setting {
        mounts,
        security: pod.main.security,
        gpu: pod.gpu,
    };
    let main = container::json(scope, &pod.main, setting, output);
    match pod.role {
        Role::Run(_) => main,
        Role::Serve(component) => {
            let main = main
                .with("ports", ports(component))
                .with("lifecycle", lifecycle(scope, component));
            probe::probes(component, main)
        }
    }
}

fn ports(component: &Component) -> Vec<Value> {
    let ports = component.ports();
    let port = |port: &steading_model::application::Port| {
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
    let containers = pod.steps.iter().chain([&pod.main]);
    let mut images = containers.filter_map(|container| container.image);
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

/// What shares a volume with pods that serve runs on their node, where volumes belong to one node at a time.
fn near(scope: &Scope<'_>, pod: &Pod<'_>) -> Option<Value> {
    let Role::Run(Some(component)) = pod.role else {
        return None;
    };
    let shares = pod.mounted.iter().any(|volume| volume.is_single_writer);
    let selector = || crate::labels::selector(scope.application, component.name.as_str());
    shares.then(|| placement::near_pods(selector()))
}
