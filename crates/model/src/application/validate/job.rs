//! Jobs and init steps.

use super::Check;
use super::codes::{JOB, NO_IMAGE};
use super::container;
use super::reference::unknown;
use crate::application::{Component, Job};
use crate::name::ComponentName;
use crate::node::FieldPath;

pub(super) fn check(check: &mut Check<'_>) {
    let application = check.application;
    for (name, job) in &application.fields.jobs {
        let path = application.field("jobs").key(name.as_str());
        runs_something(check, &path, job);
        like(check, &path, job.like.as_ref());
        volumes(check, &path, job);
        container::secrets(check, &path, &job.env, job.secrets.as_ref());
        container::resources(check, &path.key("resources"), job.resources.as_ref());
        container::root(check, &path.key("security"), job.security.as_ref());
        if job.image.is_none() && application.components.is_empty() {
            check.error_at_key(
                NO_IMAGE,
                &path,
                format!("the job `{name}` has no image"),
                "add `image`",
            );
        }
    }
    for component in &application.components {
        init(check, component);
    }
}

fn runs_something(check: &mut Check<'_>, path: &FieldPath, job: &Job) {
    let command = !job.command.is_empty() || !job.args.is_empty();
    if job.script.is_some() && !job.command.is_empty() {
        check.error_at_key(
            JOB,
            &path.key("script"),
            format!("`{path}` has both `command` and `script`"),
            "keep one of them",
        );
    }
    if !command && job.script.is_none() && job.image.is_none() {
        check.error_at_key(
            JOB,
            path,
            format!("`{path}` has nothing to run"),
            "add `command`, `args` or `script`",
        );
    }
}

fn like(check: &mut Check<'_>, path: &FieldPath, like: Option<&ComponentName>) {
    let components = &check.application.components;
    if let Some(name) =
        like.filter(|name| !components.iter().any(|component| component.name == **name))
    {
        let known: Vec<&str> = components
            .iter()
            .map(|component| component.name.as_str())
            .collect();
        unknown(check, &path.key("like"), "component", name.as_str(), &known);
    }
}

fn volumes(check: &mut Check<'_>, path: &FieldPath, job: &Job) {
    let components = &check.application.components;
    let known: Vec<String> = components
        .iter()
        .flat_map(Component::volumes)
        .map(|(name, ..)| name)
        .collect();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    for (at, name) in job
        .volumes
        .iter()
        .enumerate()
        .filter(|(_, name)| !known.contains(&name.as_str()))
    {
        unknown(
            check,
            &path.key("volumes").index(at),
            "volume",
            name.as_str(),
            &known,
        );
    }
}

fn init(check: &mut Check<'_>, component: &Component) {
    for (name, step) in &component.fields.init {
        let path = component.field("init").key(name.as_str());
        like(check, &path, step.like.as_ref());
        container::resources(check, &path.key("resources"), step.resources.as_ref());
        container::root(check, &path.key("security"), step.security.as_ref());
        if step.command.is_empty() && step.args.is_empty() && step.image.is_none() {
            check.error_at_key(
                JOB,
                &path,
                format!("`{path}` has nothing to run"),
                "add `command` or `args`",
            );
        }
    }
}
