//! One application, from its declaration to all of its objects.

use std::collections::BTreeSet;

use steading_model::application::{Application, RouteTls};
use steading_model::estate::Estate;
use steading_model::name::AppName;
use steading_model::{Desired, Diagnostic, FieldPath, Object, Report, Span};

use crate::codes::UNKNOWN_TIER;
use crate::scope::{Output, Scope};
use crate::{
    account, bearer, checks, component, dns, gateway, job, listen, monitoring, namespace, people,
    policy, quota, raw, route, secret, upstream, uses, verify,
};

/// How long a release may take where nothing says otherwise, in seconds.
const TIMEOUT: u64 = 180;
/// How long a release may take that makes a database, in seconds: its image is large, and its copies come one after the other.
const DATABASE: u64 = 600;
/// What a release needs beyond the start of its pods, in seconds.
const MARGIN: u64 = 60;

/// An application with what others could claim too.
pub(crate) struct Compiled {
    pub(crate) desired: Desired,
    /// The cluster, as far as the estate tells.
    pub(crate) cluster: String,
    /// Its hosts with path.
    pub(crate) routes: Vec<(String, Span)>,
    /// The hosts of its routes, and whether connections to them are passed through unopened.
    pub(crate) hosts: Vec<(String, RouteTls, Span)>,
    /// The ports that it claims of addresses.
    pub(crate) ports: Vec<(String, Span)>,
    /// The places of its data on nodes.
    pub(crate) places: Vec<(String, Span)>,
}

/// Compiles an application; none if its tier is unknown.
pub(crate) fn compile(estate: &Estate, application: &Application) -> (Option<Compiled>, Report) {
    let Some(scope) = Scope::new(estate, application) else {
        let span = application.span(&application.field("tier"));
        let message = format!("there is no tier `{}`", application.tier);
        let mut report = Report::default();
        report.push(
            Diagnostic::error(UNKNOWN_TIER, message)
                .at(span)
                .help("name one of the estate's `tiers`"),
        );
        return (None, report);
    };
    let mut output = Output::default();
    objects(&scope, &mut output);
    let Output {
        objects,
        mut report,
        ..
    } = output;
    let objects = checks::ordered(objects, &mut report);
    let compiled = Compiled {
        cluster: cluster(&scope),
        routes: routes(&scope),
        hosts: hosts(&scope),
        ports: ports(&scope),
        places: places(&scope, &objects),
        desired: desired(&scope, objects),
    };
    (Some(compiled), report)
}

fn objects(scope: &Scope<'_>, output: &mut Output) {
    quota::objects(scope, output);
    account::objects(scope, output);
    people::bindings(scope, output);
    policy::default_deny(scope, output);
    for one in &scope.application.components {
        component::objects(scope, one, output);
    }
    uses::database::objects(scope, output);
    upstream::objects(scope, output);
    listen::objects(scope, output);
    job::objects(scope, output);
    verify::objects(scope, output);
    if gateway::is_used(scope.estate) {
        gateway::objects(scope, output);
    } else {
        route::objects(scope, output);
    }
    bearer::objects(scope, output);
    dns::check(scope, output);
    secret::objects(scope, output);
    raw::objects(scope, output);
    monitoring::objects(scope, output);
    namespace::object(scope, output);
}

fn desired(scope: &Scope<'_>, objects: Vec<Object>) -> Desired {
    let application = scope.application;
    let main = application.main_component();
    let mut jobs = application.fields.jobs.values();
    let main = main.or_else(|| jobs.next().map(|job| &job.container));
    let image = main.and_then(|container| container.fields.image.as_ref());
    Desired {
        estate: scope.estate.name.to_string(),
        application: application.name.clone(),
        environment: application.environment.clone(),
        namespace: application.namespace.clone(),
        previous_names: application.former_names(),
        after: after(scope),
        image: image.map(ToString::to_string),
        timeout_seconds: timeout(scope),
        objects,
    }
}

/// Returns the applications of the same environment that must be ready before.
fn after(scope: &Scope<'_>) -> Vec<AppName> {
    let application = scope.application;
    let environment = &application.environment;
    let all: Vec<_> = uses::all(scope).collect();
    let used = all.iter().filter_map(|one| {
        let (name, there) = one.entry.runs_in(environment)?;
        (there == environment).then_some(name)
    });
    let names: BTreeSet<&AppName> = used.chain(&application.fields.depends_on).collect();
    names
        .into_iter()
        .filter(|name| **name != application.name)
        .cloned()
        .collect()
}

/// A release waits at least as long as the slowest start may take, where that is declared.
fn timeout(scope: &Scope<'_>) -> u64 {
    let rollout = scope.application.fields.rollout.as_ref();
    let declared = rollout
        .and_then(|rollout| rollout.timeout.as_ref())
        .map(steading_model::name::DurationText::seconds);
    let health = scope
        .application
        .components
        .iter()
        .filter_map(|component| component.fields.health.as_ref());
    let starts = health
        .filter_map(|health| health.startup_seconds)
        .map(|seconds| u64::from(seconds) + MARGIN);
    let database = uses::database::is_used(scope).then_some(DATABASE);
    let slowest = starts.chain(database).max().unwrap_or_default();
    declared.unwrap_or_else(|| slowest.max(TIMEOUT))
}

/// Two environments without a context of their own may share a cluster.
fn cluster(scope: &Scope<'_>) -> String {
    let environment = scope.estate.environment(&scope.application.environment);
    let context = environment.and_then(|environment| environment.fields.context.clone());
    context.unwrap_or_default()
}

fn routes(scope: &Scope<'_>) -> Vec<(String, Span)> {
    let entries = route::entries(scope);
    let claims = entries.iter().flat_map(|entry| {
        let span = scope.span(&entry.path.key("host"));
        entry
            .paths
            .iter()
            .map(move |path| (format!("{}{path}", entry.host), span))
    });
    claims.collect()
}

fn hosts(scope: &Scope<'_>) -> Vec<(String, RouteTls, Span)> {
    let host = |entry: route::Entry<'_>| {
        let tls = entry.route.tls.unwrap_or(RouteTls::Terminate);
        let span = scope.span(&entry.path.key("host"));
        (entry.host.to_string(), tls, span)
    };
    route::entries(scope).into_iter().map(host).collect()
}

fn ports(scope: &Scope<'_>) -> Vec<(String, Span)> {
    let claims = listen::claims(scope).into_iter();
    let named = claims.map(|(claim, path)| {
        let span = scope.application.tree.key_span_at(&path);
        (format!("{claim}{}", of_cluster(scope)), span)
    });
    named.collect()
}

/// Says which cluster something is of, where there may be several.
fn of_cluster(scope: &Scope<'_>) -> String {
    let cluster = cluster(scope);
    if cluster.is_empty() {
        cluster
    } else {
        format!(" of {cluster}")
    }
}

fn places(scope: &Scope<'_>, objects: &[Object]) -> Vec<(String, Span)> {
    let volumes = objects
        .iter()
        .filter(|object| object.id.kind.kind == "PersistentVolume");
    let place = |object: &Object| {
        let spec = &object.json["spec"];
        let node = &spec["nodeAffinity"]["required"]["nodeSelectorTerms"][0]["matchExpressions"][0]
            ["values"][0];
        let node = node.as_str().unwrap_or("the node");
        let path = spec["hostPath"]["path"].as_str()?;
        let cluster = of_cluster(scope);
        let span = object
            .span
            .unwrap_or_else(|| scope.span(&FieldPath::default()));
        Some((format!("{path} on {node}{cluster}"), span))
    };
    volumes.filter_map(place).collect()
}
