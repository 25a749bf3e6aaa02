//! Image, variables, resources, ports and privileges of a component.

use std::collections::BTreeMap;

use super::Check;
use super::codes::{
    LITERAL_AND_SECRET, NO_IMAGE, POD_SETTING, REPLICAS, RESERVED_MARK, RESOURCES, ROOT, SAME_NAME,
    SAME_PORT,
};
use crate::application::{Component, Marks, Protocol, Resources, Role, Secrets, Security};
use crate::diagnostic::Diagnostic;
use crate::name::{EnvName, Literal};
use crate::node::FieldPath;

/// Says whether a setting is asked for.
type Asks = fn(&Security) -> bool;

/// The domains of what Steading writes itself.
const RESERVED: [&str; 3] = [
    "steading.dev",
    "app.kubernetes.io",
    "pod-security.kubernetes.io",
];
/// The init step that is a migration.
const MIGRATE: &str = "migrate";

pub(super) fn check(check: &mut Check<'_>) {
    let application = check.application;
    for (role, container) in application.containers() {
        let fields = &container.fields;
        image(check, role, container);
        secrets(check, &container.path, &fields.env, fields.secrets.as_ref());
        resources(
            check,
            &container.field("resources"),
            fields.resources.as_ref(),
        );
        ports(check, container);
        root(
            check,
            &container.field("security"),
            fields.security.as_ref(),
        );
    }
    for component in &application.components {
        replicas(check, component);
    }
    for owner in application.owners() {
        pod_settings(check, owner);
        for (key, marks) in [
            ("annotations", &owner.fields.annotations),
            ("labels", &owner.fields.labels),
        ] {
            if let Some(marks) = marks {
                reserved_marks(check, &owner.field(key), marks);
            }
        }
    }
    names(check);
}

/// What belongs to the pod as a whole is taken from its main container; a migration has a pod of its own.
fn pod_settings(check: &mut Check<'_>, owner: &Component) {
    let is_own_pod = |role, name: &str| role == Role::Init && name == MIGRATE;
    let beside = owner.beside();
    for (_, beside) in beside.filter(|(role, one)| !is_own_pod(*role, one.name.as_str())) {
        let Some(security) = &beside.fields.security else {
            continue;
        };
        let of_pod = owner.fields.security.as_ref();
        let missing = |is: Asks| is(security) && !of_pod.is_some_and(is);
        let settings: [(&str, Asks); 5] = [
            ("hostNetwork", |security| security.host_network.is_some()),
            ("hostPID", |security| security.host_pid.is_some()),
            ("userNamespace", |security| {
                security.user_namespace == Some(true)
            }),
            ("groups", |security| !security.groups.is_empty()),
            ("sysctls", |security| !security.sysctls.is_empty()),
        ];
        for (key, _) in settings.into_iter().filter(|(_, is)| missing(*is)) {
            let path = beside.field("security").key(key);
            let message = format!("`{path}` belongs to the whole pod of `{}`", owner.name);
            let help = format!("write it at `{}` instead", owner.field("security").key(key));
            check.error_at_key(POD_SETTING, &path, message, help);
        }
    }
}

/// What runs is called by its name: a component and a job cannot share one, nor can two containers of one pod.
fn names(check: &mut Check<'_>) {
    let application = check.application;
    let jobs = application.fields.jobs.values().map(|job| &job.container);
    let components = &application.components;
    for job in jobs {
        if components
            .iter()
            .any(|component| component.name == job.name)
        {
            let message = format!("a component and a job are called `{}`", job.name);
            check.error_at_key(SAME_NAME, &job.path, message, "rename one of them");
        }
    }
    for owner in application.owners() {
        let mut taken = vec![&owner.name];
        for (_, beside) in owner.beside() {
            if taken.contains(&&beside.name) {
                let message = format!(
                    "two containers of `{}` are called `{}`",
                    owner.name, beside.name
                );
                check.error_at_key(SAME_NAME, &beside.path, message, "rename one of them");
            }
            taken.push(&beside.name);
        }
    }
}

fn image(check: &mut Check<'_>, role: Role, container: &Component) {
    let fields = &container.fields;
    if fields.image.is_some() || fields.like.is_some() {
        // What `like` names has none either, and it is said there.
        return;
    }
    let tree = &check.application.tree;
    let short = role == Role::Component && container.path == FieldPath::default().key("spec");
    let (span, help) = match tree.get("metadata").filter(|_| short) {
        Some(metadata) => (metadata.span, "add `spec.image`, or pass `--image`"),
        None => (
            tree.key_span_at(&container.path),
            "add `image`, or `like` with the name of a container that has one",
        ),
    };
    let message = if short {
        format!("`{}` has no image", container.name)
    } else {
        format!("the {role} `{}` has no image", container.name)
    };
    let finding = Diagnostic::error(NO_IMAGE, message).at(span);
    check.report.push(finding.help(help));
}

/// A name must not be both in `env` and among the secrets.
fn secrets(
    check: &mut Check<'_>,
    path: &FieldPath,
    env: &BTreeMap<EnvName, Literal>,
    secrets: Option<&Secrets>,
) {
    let Some(secrets) = secrets else { return };
    let secret = path.key("secrets");
    for name in secrets.env.0.keys().filter(|name| env.contains_key(*name)) {
        twice(
            check,
            &path.key("env").key(name.as_str()),
            &secret.key("env"),
            name,
        );
    }
    for (place, other) in &secrets.from {
        let there = secret.key("from").key(place.as_str()).key("env");
        for name in other.env.0.keys() {
            if env.contains_key(name) {
                twice(check, &path.key("env").key(name.as_str()), &there, name);
            }
            if secrets.env.0.contains_key(name) || secrets.generate.contains(name) {
                let span = secret_span(check, &there, name);
                let message = format!("`{name}` is taken from two places of the backend");
                check.report.push(
                    Diagnostic::error(LITERAL_AND_SECRET, message)
                        .at(span)
                        .label(secret_span(check, &secret.key("env"), name), "here too")
                        .help("remove one of the two"),
                );
            }
        }
    }
    for (at, name) in secrets.generate.iter().enumerate() {
        let here = secret.key("generate").index(at);
        if env.contains_key(name) {
            twice(check, &path.key("env").key(name.as_str()), &here, name);
        }
        if secrets.env.0.contains_key(name) {
            let span = check.application.span(&here);
            let message = format!("`{name}` is both taken from the backend and made by `generate`");
            check.report.push(
                Diagnostic::error(LITERAL_AND_SECRET, message)
                    .at(span)
                    .help("remove one of the two"),
            );
        }
    }
}

fn twice(check: &mut Check<'_>, literal: &FieldPath, secret: &FieldPath, name: &EnvName) {
    let tree = &check.application.tree;
    let (here, there) = (tree.key_span_at(literal), secret_span(check, secret, name));
    let message = format!("`{name}` is both a literal and a secret");
    check.report.push(
        Diagnostic::error(LITERAL_AND_SECRET, message)
            .at(here)
            .label(there, "the secret")
            .help("remove one of the two"),
    );
}

fn secret_span(check: &Check<'_>, path: &FieldPath, name: &EnvName) -> crate::Span {
    let node = check.application.tree.find(path);
    let item = node.and_then(|node| {
        let mut items = node.as_list().into_iter().flatten();
        items.find(|item| {
            item.as_scalar()
                .is_some_and(|scalar| scalar.text == name.as_str())
        })
    });
    item.map_or_else(
        || check.application.tree.key_span_at(&path.key(name.as_str())),
        |item| item.span,
    )
}

fn resources(check: &mut Check<'_>, path: &FieldPath, resources: Option<&Resources>) {
    let Some(resources) = resources else { return };
    if let (Some(memory), Some(limit)) = (resources.memory, resources.memory_limit)
        && limit < memory
    {
        let message = format!("`{path}.memoryLimit` ({limit}) is below `memory` ({memory})");
        check.error(
            RESOURCES,
            &path.key("memoryLimit"),
            message,
            format!("write at least `{memory}`"),
        );
    }
    let most = check
        .estate
        .tier(&check.application.tier)
        .map(|tier| tier.resources.memory_max);
    let wanted = resources.memory_limit.or(resources.memory);
    if let (Some(most), Some(wanted)) = (most, wanted)
        && wanted > most
    {
        let field = if resources.memory_limit.is_some() {
            "memoryLimit"
        } else {
            "memory"
        };
        let message = format!(
            "`{path}.{field}` ({wanted}) is more than the tier `{}` allows one container ({most})",
            check.application.tier
        );
        check.error(
            RESOURCES,
            &path.key(field),
            message,
            "ask for less, or choose a larger tier",
        );
    }
}

fn ports(check: &mut Check<'_>, component: &Component) {
    let ports = component.pod_ports();
    let sidecars = component.fields.sidecars.values();
    let beside = sidecars.flat_map(|sidecar| sidecar.container.port_paths());
    let paths: Vec<FieldPath> = component.port_paths().into_iter().chain(beside).collect();
    for (at, port) in ports.iter().enumerate() {
        let udp = |protocol| protocol == Protocol::Udp;
        let same = |other: &&crate::application::Port| {
            other.name == port.name
                || (other.spec.port == port.spec.port
                    && udp(other.spec.protocol) == udp(port.spec.protocol))
        };
        let Some(first) = ports[..at].iter().position(|other| same(&other)) else {
            continue;
        };
        let message = format!(
            "the ports `{}` and `{}` are the same",
            ports[first].name, port.name
        );
        let tree = &check.application.tree;
        let (here, there) = (
            tree.key_span_at(&paths[at]),
            tree.key_span_at(&paths[first]),
        );
        check.report.push(
            Diagnostic::error(SAME_PORT, message)
                .at(here)
                .label(there, "the other one")
                .help("the containers of a pod share its ports: remove one of the two, or give it another number and name"),
        );
    }
}

fn replicas(check: &mut Check<'_>, component: &Component) {
    let availability = check
        .application
        .fields
        .availability
        .as_ref()
        .and_then(|availability| availability.replicas);
    if let (Some(written), Some(other)) = (component.fields.replicas, availability)
        && written != other
    {
        let path = check.application.field("availability").key("replicas");
        check.error(
            REPLICAS,
            &path,
            format!("`replicas` is {written}, `availability.replicas` is {other}"),
            "write it in one place",
        );
    }
}

/// What Steading finds its objects by is not for declarations.
fn reserved_marks(check: &mut Check<'_>, path: &FieldPath, marks: &Marks) {
    let Marks {
        pods,
        workload,
        service,
        account,
        namespace,
    } = marks;
    let all = [
        ("pods", pods),
        ("workload", workload),
        ("service", service),
        ("account", account),
        ("namespace", namespace),
    ];
    for (of, marks) in all {
        let reserved = |key: &&String| {
            let domain = key.split('/').next().unwrap_or_default();
            RESERVED
                .iter()
                .any(|own| domain == *own || domain.ends_with(&format!(".{own}")))
        };
        for key in marks.keys().filter(reserved) {
            check.error_at_key(
                RESERVED_MARK,
                &path.key(of).key(key.as_str()),
                format!("`{key}` is Steading's own"),
                "leave it out: it is derived",
            );
        }
    }
}

fn root(check: &mut Check<'_>, path: &FieldPath, security: Option<&Security>) {
    let Some(security) = security else { return };
    if security.user == Some(0) && security.why_root().is_none() && security.privileged.is_none() {
        check.error(
            ROOT,
            &path.key("user"),
            format!("`{path}.user` is 0 without a reason"),
            "add `root: why`",
        );
    }
}
