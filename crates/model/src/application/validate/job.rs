//! Jobs and init steps.

use super::Check;
use super::codes::JOB;
use crate::application::{Component, JobScript, Role};

pub(super) fn check(check: &mut Check<'_>) {
    let application = check.application;
    for job in application.fields.jobs.values() {
        runs_something(check, &job.container, job.own.script.as_ref());
    }
    for (role, container) in application.containers() {
        if role == Role::Init {
            let owners = application.owners();
            let steps = owners.filter_map(|owner| owner.fields.init.get(&container.name));
            let mut own = steps.filter(|step| step.container.path == container.path);
            let script = own.next().and_then(|step| step.own.script.as_ref());
            runs_something(check, container, script);
        }
    }
}

/// What has the image of a component would do the same as that, for ever, if nothing else is said.
fn runs_something(check: &mut Check<'_>, container: &Component, script: Option<&JobScript>) {
    let path = &container.path;
    let fields = &container.fields;
    if script.is_some() && !fields.command.is_empty() {
        check.error_at_key(
            JOB,
            &path.key("script"),
            format!("`{path}` has both `command` and `script`"),
            "keep one of them",
        );
    }
    let same = |component: &Component| component.fields.image == fields.image;
    let says = !fields.command.is_empty() || !fields.args.is_empty() || script.is_some();
    if !says && check.application.components.iter().any(same) {
        check.error_at_key(
            JOB,
            path,
            format!("`{path}` has nothing to run"),
            "add `command`, `args` or `script`",
        );
    }
}
