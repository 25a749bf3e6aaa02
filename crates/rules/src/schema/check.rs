//! All objects of a run against the catalog, with the place of each finding.

use std::collections::BTreeMap;

use rayon::prelude::*;
use steading_model::application::Application;
use steading_model::read::nearest;
use steading_model::{Desired, Diagnostic, FieldPath, Node, Object, Report, Severity, Span};

use super::catalog::{Catalog, Known, Origin};
use super::definitions::KUBERNETES_VERSION;
use super::metadata::{self, NameForm};
use super::validate::{self, Trail};
use super::violation::{UNKNOWN_FIELD, UNKNOWN_KIND, UNKNOWN_VERSION, Violation, WRONG_SCOPE};

/// Groups that end so belong to Kubernetes itself: what is not in the built-in definitions does not exist.
const OWN_GROUPS: [&str; 3] = ["apps", "batch", "policy"];

/// Validates objects; `applications` give the places within objects that were written verbatim.
pub fn check(catalog: &Catalog, applications: &[Application], desired: &[&Desired]) -> Report {
    let named: BTreeMap<(&str, &str), &Application> = applications
        .iter()
        .map(|application| {
            (
                (application.name.as_str(), application.environment.as_str()),
                application,
            )
        })
        .collect();
    let check = |desired: &&Desired| {
        let name = (desired.application.as_str(), desired.environment.as_str());
        let application = named.get(&name).copied();
        of_one(catalog, application, desired)
    };
    let reports: Vec<Report> = desired.par_iter().map(check).collect();
    let mut all = Report::default();
    for report in reports {
        all.extend(report);
    }
    all
}

fn of_one(catalog: &Catalog, application: Option<&Application>, desired: &Desired) -> Report {
    let verbatim = application.map(raw_nodes).unwrap_or_default();
    let mut report = Report::default();
    for object in &desired.objects {
        let node = verbatim
            .iter()
            .copied()
            .find(|node| Some(node.span) == object.span);
        for violation in violations(catalog, object) {
            report.push(diagnose(catalog, object, node, violation));
        }
    }
    report
}

fn raw_nodes(application: &Application) -> Vec<&Node> {
    let list = application
        .tree
        .find(&application.field("raw"))
        .and_then(Node::as_list);
    list.unwrap_or_default().iter().collect()
}

/// Returns everything that is wrong with one object.
pub fn violations(catalog: &Catalog, object: &Object) -> Vec<Violation> {
    let mut found = Vec::new();
    let group = &object.id.kind.group;
    metadata::validate_name(
        &object.id.name,
        NameForm::of(group, &object.id.kind.kind),
        &mut found,
    );
    match catalog.find(object.api_version(), &object.id.kind.kind) {
        Some(known) => {
            validate::object(&object.json, known, &mut found);
            found.extend(scope_violation(object, known));
        }
        None => found.push(unknown_kind(catalog, object)),
    }
    if group.is_empty() && matches!(object.id.kind.kind.as_str(), "ConfigMap" | "Secret") {
        metadata::validate_size(&object.json, &mut found);
    }
    found
}

fn unknown_kind(catalog: &Catalog, object: &Object) -> Violation {
    let (api_version, kind) = (object.api_version(), object.id.kind.kind.as_str());
    let group = &object.id.kind.group;
    let versions: Vec<String> = catalog
        .versions(group, kind)
        .map(|known| known.served.api_version())
        .collect();
    if !versions.is_empty() {
        let problem = format!("`{api_version}` does not serve {kind}");
        let violation = Violation::new(
            UNKNOWN_VERSION,
            Trail::ROOT.key("apiVersion").path(),
            problem,
        );
        return violation.help(format!("write `{}`", versions.join("` or `")));
    }
    let violation = Violation::new(
        UNKNOWN_KIND,
        Trail::ROOT.key("kind").path(),
        format!("{kind} of `{api_version}` is not known"),
    );
    if let Some(elsewhere) = catalog
        .kinds()
        .find(|served| served.kind == kind && is_of_kubernetes(group))
    {
        return violation.help(format!("write `apiVersion: {}`", elsewhere.api_version()));
    }
    let kinds: Vec<&str> = catalog
        .kinds()
        .filter(|served| served.group == *group)
        .map(|served| served.kind.as_str())
        .collect();
    match nearest(kind, &kinds) {
        Some(near) => violation.help(format!("did you mean `{near}`?")),
        None => violation.help("`steading schemas pull` keeps the definitions of the cluster's custom resources in the estate"),
    }
}

/// Says whether a group is one of Kubernetes itself, whose kinds are all known.
fn is_of_kubernetes(group: &str) -> bool {
    group.is_empty()
        || group == "extensions"
        || group.starts_with("autoscaling")
        || OWN_GROUPS.contains(&group)
        || group.ends_with(".k8s.io")
}

fn scope_violation(object: &Object, known: Known<'_>) -> Option<Violation> {
    let kind = &known.served.kind;
    let problem = match (known.served.is_namespaced(), &object.id.namespace) {
        (true, None) => format!("is required: {kind} lives in a namespace"),
        (false, Some(_)) => format!("must not be there: {kind} belongs to the whole cluster"),
        (true, Some(_)) | (false, None) => return None,
    };
    let metadata = Trail::ROOT.key("metadata");
    Some(Violation::new(
        WRONG_SCOPE,
        metadata.key("namespace").path(),
        problem,
    ))
}

fn diagnose(
    catalog: &Catalog,
    object: &Object,
    node: Option<&Node>,
    violation: Violation,
) -> Diagnostic {
    let Violation {
        code,
        path,
        problem,
        help,
    } = violation;
    let message = match code {
        UNKNOWN_KIND | UNKNOWN_VERSION => format!(
            "{problem} (Kubernetes {KUBERNETES_VERSION}): {}",
            object.id.name
        ),
        _ => format!("`{path}` of {} {problem}", object.id),
    };
    let span = node.map(|node| place(node, &path)).or(object.span);
    let short = code == UNKNOWN_FIELD && is_described_by_us(catalog, object);
    let lenient = short || (code == UNKNOWN_KIND && !is_of_kubernetes(&object.id.kind.group));
    let severity = if lenient && node.is_some() {
        Severity::Warning
    } else {
        Severity::Error
    };
    let diagnostic = Diagnostic::new(code, severity, message).at(span);
    match help {
        _ if short && node.is_some() => diagnostic
            .help("`steading schemas pull` keeps the cluster's own definition, which may know it"),
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

/// Says whether all that is known about a kind is our description of the fields that we emit.
fn is_described_by_us(catalog: &Catalog, object: &Object) -> bool {
    catalog
        .find(object.api_version(), &object.id.kind.kind)
        .is_some_and(|known| known.origin == Origin::Own)
}

/// Returns the place of the key that a path leads to, or of what is nearest to it.
fn place(node: &Node, path: &FieldPath) -> Span {
    node.key_span_at(path)
}
