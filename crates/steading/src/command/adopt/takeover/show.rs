//! What a takeover does, as text.

use std::collections::{BTreeMap, BTreeSet};

use steading_plan::Reason;
use steading_plan::takeover::{Candidate, Origin, Owner, Takeover, Taking, Verdict};

use super::Known;
use super::helm::Belonging;
use crate::diagnostics::count;
use crate::show::{self, push};
use crate::ui::{Paint, Role};

/// A field: the path of what it is in, and its name.
type Field = (String, String);

/// Returns what is taken over, field by field, and what comes then.
pub(super) fn text(known: &[Known], paint: Paint) -> String {
    let mut text = String::new();
    for one in known.iter().filter(|one| !one.takeover.objects.is_empty()) {
        let key = &one.takeover.key;
        push(&mut text, &paint.text(Role::Strong, &key.to_string()));
        write_labels(&mut text, &one.takeover);
        for candidate in &one.takeover.objects {
            write_object(&mut text, candidate, paint);
        }
        for belonging in &one.helm {
            write_helm(&mut text, belonging);
        }
        let (plan, report) = &one.next;
        if one.takeover.release.is_some() {
            text.push('\n');
            let heading = "what the declaration changes then, with the next `steading apply`";
            push(&mut text, &paint.text(Role::Strong, heading));
            text.push_str(&show::text(plan, report, paint));
        }
        text.push('\n');
    }
    text
}

/// Writes the labels that all get.
fn write_labels(text: &mut String, takeover: &Takeover) {
    let takings = takeover
        .objects
        .iter()
        .filter_map(|one| one.verdict.taking());
    let labels: BTreeSet<String> = takings
        .flat_map(|taking| &taking.labels)
        .map(|(name, value)| format!("      {name}: {value}"))
        .collect();
    if labels.is_empty() {
        return;
    }
    push(
        text,
        "  no value of what runs changes; what is taken over gets the labels",
    );
    for label in labels {
        push(text, &label);
    }
}

fn write_object(text: &mut String, candidate: &Candidate, paint: Paint) {
    let Candidate {
        id,
        owners,
        taken,
        helm: _,
        verdict,
    } = candidate;
    match verdict {
        Verdict::Taken(taking) => {
            push(text, &format!("  ✓ {id}"));
            write_taking(text, owners, taken, taking);
        }
        Verdict::Left => {
            let managers: Vec<&str> = managers(candidate).collect();
            let who = quoted(&managers);
            push(text, &format!("  · {id}: left alone, it is {who}'s"));
            if !managers.is_empty() {
                let words = words(&managers);
                push(text, &format!("      `--from {words}` takes it over too"));
            }
        }
        Verdict::Held(reason) => {
            let line = format!("  ✗ {id}: {}", show::reason_text(reason));
            push(text, &paint.text(Role::Warning, &line));
        }
    }
}

fn write_taking(text: &mut String, owners: &[Owner], taken: &[Field], taking: &Taking) {
    let taken: BTreeSet<&Field> = taken.iter().collect();
    let mut defaults: BTreeSet<&Field> = BTreeSet::new();
    for owner in owners {
        let is_from = taking.managers.contains(&owner.owner.manager);
        let fields = owner
            .fields
            .iter()
            .filter(|field| !is_leftover(field, taking));
        let (ours, others): (Vec<&Field>, Vec<&Field>) =
            fields.partition(|field| is_from && taken.contains(field));
        if !is_from {
            write_fields(text, &format!("stays with {}", who(owner)), &others);
            continue;
        }
        defaults.extend(others);
        write_fields(text, &format!("from {}", who(owner)), &ours);
    }
    let defaults: Vec<&Field> = defaults.into_iter().collect();
    write_fields(text, "nobody's then, a default of the server", &defaults);
    for name in &taking.leftovers {
        push(text, &format!("      goes: annotation `{name}`"));
    }
}

fn is_leftover(field: &Field, taking: &Taking) -> bool {
    let name = field.1.trim_matches(['[', ']']);
    field.0 == "metadata.annotations" && taking.leftovers.contains(name)
}

/// Writes fields, those of one place in one line.
fn write_fields(text: &mut String, heading: &str, fields: &[&Field]) {
    if fields.is_empty() {
        return;
    }
    push(
        text,
        &format!("      {heading}: {}", count(fields.len(), "field")),
    );
    let mut places: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (place, name) in fields {
        places.entry(place).or_default().push(name);
    }
    for (place, names) in places {
        let place = if place.is_empty() {
            String::new()
        } else {
            format!("{place}: ")
        };
        push(text, &format!("          {place}{}", names.join(", ")));
    }
}

fn who(owner: &Owner) -> String {
    let Owner {
        owner,
        operation,
        fields: _,
    } = owner;
    let how = if operation == "Apply" {
        "server-side apply"
    } else {
        "writes"
    };
    match &owner.since {
        Some(since) => format!("`{}` ({how}, {since})", owner.manager),
        None => format!("`{}` ({how})", owner.manager),
    }
}

fn write_helm(text: &mut String, belonging: &Belonging) {
    let title = format!("{}/{}", belonging.namespace, belonging.name);
    let Some(record) = &belonging.record else {
        push(
            text,
            &format!("  Helm's release `{title}` has no record any more"),
        );
        return;
    };
    let objects = count(record.objects.len(), "object");
    push(
        text,
        &format!(
            "  Helm's release `{title}` ({}, revision {}, {}) has {objects}",
            record.chart, record.revision, record.status
        ),
    );
    for id in &belonging.left {
        push(
            text,
            &format!("      · {id}: left alone, the declaration does not make it"),
        );
    }
}

/// Returns what is left to do once all is taken over.
pub(super) fn left_to_do(known: &Known) -> String {
    let mut text = String::new();
    let recorded = known
        .helm
        .iter()
        .filter(|belonging| belonging.record.is_some());
    for belonging in recorded {
        let title = format!("{}/{}", belonging.namespace, belonging.name);
        push(
            &mut text,
            &format!(
                "`helm uninstall` would still delete these objects: do not run it for `{title}`; remove its record alone with"
            ),
        );
        push(&mut text, &format!("  {}", belonging.removal()));
        if !belonging.left.is_empty() {
            let left = count(belonging.left.len(), "object");
            push(
                &mut text,
                &format!("nobody's then: {left} of it that the declaration does not make"),
            );
        }
    }
    let environment = &known.takeover.key.environment;
    let application = &known.takeover.key.application;
    push(
        &mut text,
        &format!(
            "`steading plan {application} --env {environment}` shows what the declaration changes now"
        ),
    );
    text
}

/// Returns what to do about something in the way.
pub(super) fn remedy(reason: &Reason) -> &'static str {
    match reason {
        Reason::Unowned(_) => {
            "only what no Steading releases is taken over: take it out of that application first, or rename yours"
        }
        Reason::Unreadable(_) => "this takes the rights of the cluster's operator",
        _ => "try again once it is gone",
    }
}

/// Returns those who own fields of an object.
pub(super) fn managers(candidate: &Candidate) -> impl Iterator<Item = &str> {
    let owners = candidate.owners.iter();
    owners.map(|owner| owner.owner.manager.as_str())
}

/// Returns what to write after `--from`.
pub(super) fn words(managers: &[&str]) -> String {
    let words: BTreeSet<String> = managers.iter().map(|name| Origin::word_for(name)).collect();
    Vec::from_iter(words).join(",")
}

fn quoted(managers: &[&str]) -> String {
    let names: BTreeSet<&&str> = managers.iter().collect();
    if names.is_empty() {
        return "nobody".to_owned();
    }
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(" and ")
}
