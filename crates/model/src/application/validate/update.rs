//! One owner of each image, and a policy that the image can follow.

use regex_lite::Regex;

use super::Check;
use super::codes::{UPDATE, UPDATE_OWNERS};
use crate::application::{Component, Update, UpdatePolicy};
use crate::diagnostic::Diagnostic;
use crate::estate::Updater;
use crate::name::ImageRef;
use crate::node::FieldPath;

pub(super) fn check(check: &mut Check<'_>) {
    let application = check.application;
    let mut seen = Vec::new();
    for (_, container) in application.containers() {
        let Some(update) = &container.fields.update else {
            continue;
        };
        let path = container.field("update");
        let place = application.tree.key_span_at(&path);
        if !seen.contains(&place) {
            seen.push(place);
            one(check, &path, update, container.fields.image.as_ref());
        }
    }
    for owner in application.owners() {
        together(check, owner);
    }
}

fn one(check: &mut Check<'_>, path: &FieldPath, update: &Update, image: Option<&ImageRef>) {
    let policy = update.effective();
    if let Some(allow) = &update.allow
        && let Err(problem) = Regex::new(allow)
    {
        let message = format!("`{path}.allow` is not a regular expression: {problem}");
        let help = "write one such as `^v?2\\.`";
        check.error(UPDATE, &path.key("allow"), message, help);
    }
    if policy == UpdatePolicy::Pin {
        return;
    }
    if check.estate.fields.updates.is_none() {
        let message = format!(
            "`{path}` wants the image kept current (`{policy}`), and the estate has no updater"
        );
        let help =
            "add `updates: { updater: keel }` or `renovate` to the estate, or write `policy: pin`";
        check.error_at_key(UPDATE, path, message, help);
    }
    if let Some(problem) = image.and_then(|image| mismatch(policy, image)) {
        let policy = path.key("policy");
        check.error_at_key(
            UPDATE,
            &policy,
            format!("`{path}` cannot be followed: {problem}"),
            "write another tag, or another `policy`",
        );
    }
}

/// Returns why an image cannot follow a policy.
fn mismatch(policy: UpdatePolicy, image: &ImageRef) -> Option<String> {
    let versioned = matches!(
        policy,
        UpdatePolicy::Patch | UpdatePolicy::Minor | UpdatePolicy::Major
    );
    match (image.digest(), image.tag()) {
        (Some(_), _) if versioned => Some(format!("`{image}` is pinned by its digest")),
        (_, tag) if versioned && !tag.is_some_and(is_version) => {
            let tag = tag.unwrap_or("latest");
            Some(format!("the tag `{tag}` is no version with an order"))
        }
        _ => None,
    }
}

/// Says whether a tag has two or three numbers, perhaps after `v`, perhaps with more behind them.
fn is_version(tag: &str) -> bool {
    let tag = tag.strip_prefix('v').unwrap_or(tag);
    let numbers = tag.split(['-', '+', '_']).next().unwrap_or_default();
    let parts: Vec<&str> = numbers.split('.').collect();
    let number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    (2..=3).contains(&parts.len()) && parts.iter().all(|part| number(part))
}

/// Keel has one policy for a workload, so that the containers of one pod that it changes have the same.
fn together(check: &mut Check<'_>, owner: &Component) {
    let declared = check.estate.fields.updates.as_ref();
    if declared.is_none_or(|updates| updates.updater != Updater::Keel) {
        return;
    }
    let beside = owner.beside().map(|(_, container)| container);
    let containers = std::iter::once(owner).chain(beside);
    let updated: Vec<(&Component, &Update)> = containers
        .filter_map(|container| Some((container, container.fields.update.as_ref()?)))
        .filter(|(_, update)| update.effective() != UpdatePolicy::Pin)
        .collect();
    let Some(((first, one), others)) = updated.split_first() else {
        return;
    };
    let tree = &check.application.tree;
    let differ = |(_, other): &&(&Component, &Update)| {
        other.effective() != one.effective() || other.allow != one.allow
    };
    if let Some((second, _)) = others.iter().find(differ) {
        let message = format!(
            "Keel has one policy for all containers of a pod, and `{}` and `{}` have two",
            first.name, second.name
        );
        let finding = Diagnostic::error(UPDATE_OWNERS, message)
            .at(tree.key_span_at(&second.field("update")))
            .label(tree.key_span_at(&first.field("update")), "the other");
        check
            .report
            .push(finding.help("give them the same policy, or pin one of them"));
    }
}
