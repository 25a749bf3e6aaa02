//! Whose an application is, and which hosts that gives it.

use super::Check;
use super::codes::{FOREIGN_HOST, UNKNOWN_OWNER};
use crate::diagnostic::Diagnostic;
use crate::estate::{Environment, HostClaim, Owner};
use crate::name::{HostRef, LabelName};
use crate::node::FieldPath;
use crate::read::nearest;

pub(super) fn check(check: &mut Check<'_>) {
    known(check);
    let owners = check.estate.owners(check.application);
    let environment = check.estate.environment(&check.application.environment);
    if let Some(environment) = environment.filter(|_| !owners.is_empty()) {
        hosts(check, &owners, environment);
    }
}

/// The one that an application names is one of the people.
fn known(check: &mut Check<'_>) {
    let people = &check.estate.fields.people;
    let Some(owner) = &check.application.fields.owner else {
        return;
    };
    if people.contains_key(owner) {
        return;
    }
    let known: Vec<&str> = people.keys().map(LabelName::as_str).collect();
    let help = match nearest(owner.as_str(), &known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("add `{owner}` to `people` in estate.yaml, or leave `owner` out"),
    };
    let path = check.application.field("owner");
    let message = format!("the estate has no person `{owner}`");
    check.error(UNKNOWN_OWNER, &path, message, help);
}

/// Each host is one of those that an owner may use.
fn hosts(check: &mut Check<'_>, owners: &[Owner<'_>], environment: Environment<'_>) {
    let application = check.application;
    for (at, route) in application.fields.ingress.iter().enumerate() {
        let Ok(host) = check.estate.host_of(route, &application.environment) else {
            continue;
        };
        let claims = |claim: &HostClaim| claim.covers(&host, check.estate, environment);
        let mut owned = owners.iter().flat_map(|owner| &owner.person.hosts);
        if !owned.any(claims) {
            let path = application.field("ingress").index(at).key("host");
            let finding = foreign(check, &path, &route.host, owners);
            check.report.push(finding);
        }
    }
}

fn foreign(
    check: &Check<'_>,
    path: &FieldPath,
    host: &HostRef,
    owners: &[Owner<'_>],
) -> Diagnostic {
    let names: Vec<String> = owners
        .iter()
        .map(|owner| format!("`{}`", owner.name))
        .collect();
    let message = format!("{} may not use this host: `{host}`", names.join(" and "));
    let finding = Diagnostic::error(FOREIGN_HOST, message).at(check.application.tree.span_at(path));
    let finding = owners.iter().fold(finding, |finding, owner| {
        let person = FieldPath::default()
            .key("spec")
            .key("people")
            .key(owner.name.as_str());
        let hosts = person.key("hosts");
        let tree = &check.estate.tree;
        match tree.find(&hosts) {
            Some(node) => finding.label(node.span, "the hosts of the owner"),
            None => finding.label(tree.key_span_at(&person), "the owner has no `hosts`"),
        }
    });
    let names = owners.iter().map(|owner| owner.name.as_str());
    let first = names.min().unwrap_or_default();
    finding.help(format!(
        "add `{host}` to `people.{first}.hosts` in estate.yaml, or choose another host"
    ))
}
