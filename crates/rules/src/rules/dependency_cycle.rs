//! No application waits for itself.

use std::collections::BTreeMap;

use steading_model::Span;
use steading_model::application::Application;
use steading_model::estate::Estate;
use steading_model::name::{AppName, EnvironmentName};

use crate::cycle::cycles;
use crate::rule::{Check, Finding, Run, rule};

rule! {
    /// Applications do not need each other in a circle.
    ///
    /// ## Why
    /// An application is released after those in its `dependsOn`, and after those that run what it `uses`. In a circle nobody can be
    /// first: whichever is started before the other waits for it, fails, and takes the release back. It shows on the day when
    /// everything has to come up from nothing. A waiver counts in the application that the circle is spelled out from.
    ///
    /// ## Example
    /// ```yaml
    /// # in `shop`
    /// dependsOn: [mail]
    /// # in `mail`
    /// dependsOn: [shop] # found
    /// dependsOn: []     # right: sends what it has as soon as `shop` is there
    /// ```
    "ST4081" "dependency-cycle" Error => Check::Together(check)
}

/// An application of one environment.
struct Member<'a> {
    /// Its place in the run.
    at: usize,
    name: &'a AppName,
    /// What it needs.
    needs: BTreeMap<&'a AppName, Need>,
}

/// Where an application says that it needs another.
struct Need {
    span: Span,
    /// In words.
    text: String,
}

fn check(run: &Run<'_>) -> Vec<Finding> {
    let mut environments: BTreeMap<&EnvironmentName, BTreeMap<&AppName, Member<'_>>> =
        BTreeMap::new();
    for (at, application) in run.applications.iter().enumerate() {
        let (name, needs) = (&application.name, needs(run.estate, application));
        environments
            .entry(&application.environment)
            .or_default()
            .insert(name, Member { at, name, needs });
    }
    let members = environments.into_values();
    let members = members.map(|members| members.into_values().collect::<Vec<_>>());
    members.flat_map(|members| circles(&members)).collect()
}

/// Returns what an application needs in its own environment, which is what releases are ordered by.
fn needs<'a>(estate: &'a Estate, application: &'a Application) -> BTreeMap<&'a AppName, Need> {
    let mut needs = BTreeMap::new();
    let path = application.field("dependsOn");
    for (at, name) in application.fields.depends_on.iter().enumerate() {
        let text = format!("`{}` depends on `{name}`", application.name);
        let span = application.span(&path.index(at));
        needs.entry(name).or_insert(Need { span, text });
    }
    let path = application.field("uses");
    for entry in application.fields.uses.keys() {
        let Some(used) = estate.entry(entry) else {
            continue;
        };
        let there = used.runs_in(&application.environment);
        let here = there.filter(|(_, environment)| **environment == application.environment);
        if let Some((name, _)) = here {
            let text = match used.fields {
                Some(_) => format!("`{}` uses `{entry}`, which `{name}` runs", application.name),
                None => format!("`{}` uses `{name}`", application.name),
            };
            let span = application.tree.key_span_at(&path.key(entry.as_str()));
            needs.entry(name).or_insert(Need { span, text });
        }
    }
    // An entry of the catalogue may be used by the application that runs it.
    needs.remove(&application.name);
    needs
}

/// Returns a finding for each circle of one environment.
fn circles(members: &[Member<'_>]) -> Vec<Finding> {
    let places: BTreeMap<&AppName, usize> = members
        .iter()
        .enumerate()
        .map(|(place, member)| (member.name, place))
        .collect();
    let needs: Vec<Vec<usize>> = members
        .iter()
        .map(|member| {
            let known = member.needs.keys();
            known.filter_map(|name| places.get(name).copied()).collect()
        })
        .collect();
    let circles = cycles(&needs).into_iter();
    circles
        .filter_map(|circle| {
            let circle: Vec<&Member<'_>> = circle.into_iter().map(|at| &members[at]).collect();
            finding(&circle)
        })
        .collect()
}

fn finding(circle: &[&Member<'_>]) -> Option<Finding> {
    let first = circle.first()?;
    let round: Vec<&AppName> = circle
        .iter()
        .chain([first])
        .map(|member| member.name)
        .collect();
    let mut needs = circle
        .iter()
        .zip(&round[1..])
        .filter_map(|(member, next)| member.needs.get(next));
    let path: Vec<&str> = round.iter().map(|name| name.as_str()).collect();
    let message = format!("applications need each other: {}", path.join(" -> "));
    let finding = Finding::new(needs.next()?.span, message)
        .help("take out what one of them can start without")
        .of(first.at);
    Some(needs.fold(finding, |finding, need| {
        finding.label(need.span, need.text.as_str())
    }))
}
