//! What an application uses.

use std::collections::BTreeMap;

use super::Check;
use super::codes::{ENTRY_MISSING, ITSELF, NOTHING_SERVED, SAME_VARIABLE, UNKNOWN_REFERENCE, USE};
use super::reference::unknown;
use crate::application::CatalogueUse;
use crate::diagnostic::Diagnostic;
use crate::estate::{Entry, EntryKind};
use crate::name::{AppName, LabelName};
use crate::node::FieldPath;
use crate::read::nearest;

pub(super) fn check(check: &mut Check<'_>) {
    let application = check.application;
    for (name, used) in &application.fields.uses {
        let path = application.field("uses").key(name.as_str());
        let Some(entry) = named(check, name, &path) else {
            continue;
        };
        there(check, &entry, &path);
        served(check, &entry, &path);
        only(check, used, &path);
        variables(check, &entry, used, &path);
        settings(check, &entry, used, &path);
        waits(check, &entry, used, &path);
    }
    twice(check);
}

/// Finds what a name means, or says that it means nothing.
fn named<'a>(check: &mut Check<'a>, name: &'a LabelName, path: &FieldPath) -> Option<Entry<'a>> {
    let estate = check.estate;
    let entry = estate.entry(name);
    let own = check.application.name.as_str();
    if let Some(EntryKind::Application(used)) = entry.as_ref().map(Entry::kind)
        && entry.is_some_and(|entry| entry.fields.is_none())
        && used.as_str() == own
    {
        let message = "`spec.uses` names the application itself";
        check.error_at_key(ITSELF, path, message, "remove it");
        return None;
    }
    if entry.is_none() {
        let entries = estate.fields.catalogue.keys().map(LabelName::as_str);
        let applications = estate.applications.keys().map(AppName::as_str);
        let mut known: Vec<&str> = entries
            .chain(applications)
            .filter(|name| *name != own)
            .collect();
        known.sort_unstable();
        known.dedup();
        unknown(check, path, "catalogue entry", name.as_str(), &known);
    }
    entry
}

/// An entry may exist in some environments only.
fn there(check: &mut Check<'_>, entry: &Entry<'_>, path: &FieldPath) {
    let environment = &check.application.environment;
    if entry.is_in(environment) {
        return;
    }
    let span = check.application.tree.key_span_at(path);
    let place = check.estate.tree.span_at(&entry.path().key("environments"));
    let message = format!(
        "catalogue entry `{}` does not exist in `{environment}`",
        entry.name
    );
    let finding = Diagnostic::error(ENTRY_MISSING, message)
        .at(span)
        .label(place, "these are its environments")
        .help(format!(
            "add `{environment}` there, or take the use out with `environments: {{ {environment}: {{ uses: {{ {}: null }} }} }}`",
            entry.name
        ));
    check.report.push(finding);
}

/// An application that is used by its name has something that can be used.
fn served(check: &mut Check<'_>, entry: &Entry<'_>, path: &FieldPath) {
    let application = check.application;
    let Some((name, environment)) = entry.runs_in(&application.environment) else {
        return;
    };
    let estate = check.estate;
    let needs = entry.fields.is_none() && estate.declares(name, environment);
    if needs && estate.served(name, environment).is_none() {
        let message = format!("`{name}` has no port in `{environment}` that could be used");
        let help = format!(
            "declare a `port` in `{name}`, or write `dependsOn: [{name}]` where only the order matters"
        );
        check.error_at_key(NOTHING_SERVED, path, message, help);
    }
}

fn only(check: &mut Check<'_>, used: &CatalogueUse, path: &FieldPath) {
    let application = check.application;
    let known: Vec<&str> = application
        .owners()
        .map(|owner| owner.name.as_str())
        .collect();
    let unknown = |name: &str| !known.contains(&name);
    for (at, name) in used
        .only
        .iter()
        .enumerate()
        .filter(|(_, name)| unknown(name.as_str()))
    {
        let help = match nearest(name.as_str(), &known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known: {}", known.join(", ")),
        };
        let message = format!("there is no component or job `{name}`");
        check.error(
            UNKNOWN_REFERENCE,
            &path.key("only").index(at),
            message,
            help,
        );
    }
}

/// What stands on the left of `env` is a fact, or a variable of the entry.
fn variables(check: &mut Check<'_>, entry: &Entry<'_>, used: &CatalogueUse, path: &FieldPath) {
    let variables = entry.variables();
    let mut known = entry.fact_names();
    known.extend(variables.iter().map(|(name, _)| name.as_str()));
    for name in used
        .env
        .keys()
        .filter(|name| !known.contains(&name.as_str()))
    {
        let help = match nearest(name.as_str(), &known) {
            Some(near) => format!("did you mean `{near}`?"),
            None if known.is_empty() => "it has no facts and sets no variables".to_owned(),
            None => format!("known: {}", known.join(", ")),
        };
        let message = format!("`{}` has no fact or variable `{name}`", entry.name);
        check.error_at_key(
            UNKNOWN_REFERENCE,
            &path.key("env").key(name.as_str()),
            message,
            help,
        );
    }
}

/// Some settings are for some kinds.
fn settings(check: &mut Check<'_>, entry: &Entry<'_>, used: &CatalogueUse, path: &FieldPath) {
    let cluster = matches!(entry.kind(), EntryKind::CloudNativePg(_));
    let login = matches!(entry.kind(), EntryKind::Oidc(_));
    let wrong = [
        (
            "size",
            used.size.is_some() && !cluster,
            "is no database of the application's own (`cloudNativePG`)",
        ),
        (
            "extensions",
            !used.extensions.is_empty() && !cluster,
            "is no database of the application's own (`cloudNativePG`)",
        ),
        (
            "callback",
            used.callback.is_some() && !login,
            "is no login (`oidc`)",
        ),
    ];
    for (key, _, what) in wrong.into_iter().filter(|(_, is, _)| *is) {
        let path = path.key(key);
        let message = format!("`{path}` has no meaning: `{}` {what}", entry.name);
        check.error_at_key(USE, &path, message, "remove it");
    }
    if used.callback.is_some() && login && check.application.fields.ingress.is_empty() {
        let path = path.key("callback");
        let message = format!("`{path}` is below the application's first route, and there is none");
        check.error_at_key(
            USE,
            &path,
            message,
            "add a route under `ingress`, or remove it",
        );
    }
}

/// Who waits, waits for something.
fn waits(check: &mut Check<'_>, entry: &Entry<'_>, used: &CatalogueUse, path: &FieldPath) {
    let of_entry = entry.fields.and_then(|fields| fields.wait_for);
    if used.wait_for.or(of_entry) != Some(true) {
        return;
    }
    let known = entry.fact_names();
    if ["host", "port"].iter().all(|fact| known.contains(fact)) {
        return;
    }
    let span = check.application.tree.key_span_at(path);
    let message = format!(
        "pods cannot wait for `{}`: its host and port are not known",
        entry.name
    );
    let finding = Diagnostic::error(USE, message).at(span);
    let finding = match of_entry {
        Some(true) => finding.label(
            check.estate.tree.span_at(&entry.path().key("waitFor")),
            "asked for here",
        ),
        _ => finding,
    };
    check
        .report
        .push(finding.help("add `facts: { host: …, port: … }` to the entry, or remove `waitFor`"));
}

/// Two entries may not set one variable of one container.
fn twice(check: &mut Check<'_>) {
    let application = check.application;
    let mut taken: BTreeMap<String, Vec<(&LabelName, &CatalogueUse)>> = BTreeMap::new();
    for (name, used) in &application.fields.uses {
        let Some(entry) = check.estate.entry(name) else {
            continue;
        };
        for given in entry.given(used) {
            taken.entry(given.name).or_default().push((name, used));
        }
    }
    let mut owners = application.owners();
    let mut together = |one: &CatalogueUse, two: &CatalogueUse| {
        owners.any(|owner| one.is_for(owner.name.as_str()) && two.is_for(owner.name.as_str()))
    };
    for (variable, givers) in taken {
        let [(first, one), (second, two), ..] = givers.as_slice() else {
            continue;
        };
        if !together(one, two) {
            continue;
        }
        let path = |name: &LabelName| application.field("uses").key(name.as_str());
        let span = |name: &LabelName| application.tree.key_span_at(&path(name));
        let message = format!("`{first}` and `{second}` both set the variable `{variable}`");
        let finding = Diagnostic::error(SAME_VARIABLE, message)
            .at(span(second))
            .label(span(first), "first here")
            .help("give one of them another name with `env`");
        check.report.push(finding);
    }
}
