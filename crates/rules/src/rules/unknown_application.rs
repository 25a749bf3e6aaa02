//! Applications that are named are declared.

use steading_model::FieldPath;
use steading_model::application::{Application, PeerTarget, Placement};
use steading_model::name::{AppName, EnvironmentName, LabelName};
use steading_model::read::nearest;

use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// An application that is named is declared, and has the environment.
    ///
    /// ## Why
    /// A name that nothing has gives objects that look right: a network policy that lets nobody through, an address that nobody
    /// answers, an order that waits for nothing. Looked at are `dependsOn`, `network`, `placement.near`, and where the entries of the
    /// catalogue run that are used. An application whose declaration is in a repository of its own is not known here: waive the rule with
    /// that as the reason.
    ///
    /// ## Example
    /// With an application `database` and none called `databse`:
    /// ```yaml
    /// dependsOn: [databse]  # found
    /// dependsOn: [database] # right
    /// ```
    "ST4080" "unknown-application" Error => Check::Application(check)
}

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let application = subject.application;
    let environment = &application.environment;
    let direct = named(application).into_iter().filter_map(|(path, name)| {
        let (message, help) = missing(subject, name, environment)?;
        Some(Finding::new(subject.span(&path), message).help(help))
    });
    let through = used(application)
        .into_iter()
        .filter_map(|(path, entry)| dangling(subject, &path, entry));
    direct.chain(through).collect()
}

/// Returns the applications that one names itself.
fn named(application: &Application) -> Vec<(FieldPath, &AppName)> {
    let fields = &application.fields;
    let path = application.field("dependsOn");
    let needed = fields.depends_on.iter().enumerate();
    let mut named: Vec<(FieldPath, &AppName)> =
        needed.map(|(at, name)| (path.index(at), name)).collect();
    named.extend(
        targets(application).filter_map(|(path, target)| match target {
            PeerTarget::Application(name) => Some((path.key("application"), name)),
            _ => None,
        }),
    );
    named.extend(
        placements(application)
            .filter_map(|(path, placement)| Some((path.key("near"), placement.near.as_ref()?))),
    );
    named
}

/// Returns the entries of the catalogue that an application uses.
fn used(application: &Application) -> Vec<(FieldPath, &LabelName)> {
    let path = application.field("uses");
    let names = application.fields.uses.keys();
    let mut used: Vec<(FieldPath, &LabelName)> =
        names.map(|name| (path.key(name.as_str()), name)).collect();
    used.extend(
        targets(application).filter_map(|(path, target)| match target {
            PeerTarget::Catalogue(name) => Some((path.key("catalogue"), name)),
            _ => None,
        }),
    );
    used
}

fn targets(application: &Application) -> impl Iterator<Item = (FieldPath, &PeerTarget)> {
    let path = application.field("network");
    let network = application.fields.network.iter();
    let sides = network.flat_map(|network| [("from", &network.from), ("to", &network.to)]);
    sides.flat_map(move |(side, peers)| {
        let path = path.key(side);
        let peers = peers.iter().enumerate();
        peers.map(move |(at, peer)| (path.index(at), &peer.target))
    })
}

fn placements(application: &Application) -> impl Iterator<Item = (FieldPath, &Placement)> {
    let components = application.components.iter();
    let components = components.map(|component| {
        let placement = component.fields.placement.as_ref();
        (component.field("placement"), placement)
    });
    let path = application.field("jobs");
    let jobs = application.fields.jobs.iter();
    let jobs = jobs.map(move |(name, job)| {
        let path = path.key(name.as_str()).key("placement");
        (path, job.container.fields.placement.as_ref())
    });
    let all = components.chain(jobs);
    all.filter_map(|(path, placement)| Some((path, placement?)))
}

/// Finds an entry of the catalogue that runs nowhere.
fn dangling(subject: &Subject<'_>, path: &FieldPath, entry: &LabelName) -> Option<Finding> {
    let estate = subject.estate;
    let used = estate.entry(entry)?;
    let (name, environment) = used.runs_in(&subject.application.environment)?;
    let (message, help) = missing(subject, name, environment)?;
    if used.fields.is_none() {
        return Some(Finding::new(subject.key_span(path), message).help(help));
    }
    let place = FieldPath::default()
        .key("spec")
        .key("catalogue")
        .key(entry.as_str())
        .key("at");
    let finding = Finding::new(
        subject.key_span(path),
        format!("`{entry}` runs nowhere: {message}"),
    );
    Some(
        finding
            .label(estate.tree.span_at(&place.key("application")), "named here")
            .help(help),
    )
}

/// Says that an application is not declared for an environment, and what to do; nothing where it is.
fn missing(
    subject: &Subject<'_>,
    name: &AppName,
    environment: &EnvironmentName,
) -> Option<(String, String)> {
    let estate = subject.estate;
    if estate.declares(name, environment) {
        return None;
    }
    if estate.environment(environment).is_none() {
        let known = estate.fields.environments.keys();
        let known: Vec<&str> = known.map(EnvironmentName::as_str).collect();
        let help = near(environment.as_str(), &known)
            .unwrap_or_else(|| format!("name one of the environments: {}", known.join(", ")));
        return Some((format!("there is no environment `{environment}`"), help));
    }
    if estate.applications.contains_key(name) {
        let message = format!("there is no application `{name}` in `{environment}`");
        let help = format!("add `{environment}` to the `environments` of `{name}`");
        return Some((message, help));
    }
    let known: Vec<&str> = estate.applications.keys().map(AppName::as_str).collect();
    let help = near(name.as_str(), &known).unwrap_or_else(|| {
        format!("declare it in `applications/{name}/application.yaml`, or take the name out")
    });
    Some((format!("there is no application `{name}`"), help))
}

fn near(name: &str, known: &[&str]) -> Option<String> {
    nearest(name, known).map(|near| format!("did you mean `{near}`?"))
}
