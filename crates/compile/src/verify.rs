//! Checks against the new version: Jobs that run after it is ready, and whose failure reverts the release.

use steading_model::FieldPath;
use steading_model::application::{HttpCheck, Protocol, Verify};
use steading_model::desired::PHASE_AFTER;

use crate::basis::Container;
use crate::codes::{NO_COMMAND, NO_PORT};
use crate::job::{self, Task};
use crate::pod::{Pod, Role};
use crate::scope::{Output, Scope};
use crate::service;

/// How long a check may take, in seconds.
const DEADLINE: u32 = 300;
/// How often it is tried again: a route may need a moment.
const RETRIES: u32 = 2;

/// Adds the checks of an application.
pub(crate) fn objects(scope: &Scope<'_>, output: &mut Output) {
    let Some(rollout) = &scope.application.fields.rollout else {
        return;
    };
    for (index, verify) in rollout.verify.iter().enumerate() {
        let path = scope
            .application
            .field("rollout")
            .key("verify")
            .index(index);
        let task = task(scope, verify, path, output);
        let basis = job::release(output);
        job::once(scope, &task, (PHASE_AFTER, &basis), output);
    }
}

fn task<'a>(
    scope: &Scope<'a>,
    verify: &'a Verify,
    path: FieldPath,
    output: &mut Output,
) -> Task<'a> {
    let component = scope.application.main_component();
    let name = format!("verify-{}", verify.name);
    let main = container(scope, &name, verify, &path, output);
    let pod = Pod {
        role: Role::Run,
        main,
        steps: Vec::new(),
        sidecars: Vec::new(),
        mounted: Vec::new(),
        scratch: component.map(|component| &component.fields.scratch),
        placement: component.and_then(|component| component.fields.placement.as_ref()),
        gpu: None,
        one_node: None,
    };
    Task {
        name,
        path,
        pod,
        network: None,
        deadline: DEADLINE,
        retries: RETRIES,
    }
}

fn container<'a>(
    scope: &Scope<'a>,
    name: &str,
    verify: &'a Verify,
    path: &FieldPath,
    output: &mut Output,
) -> Container<'a> {
    let component = scope.application.main_component();
    let mut container = Container::starting_from(scope, component, name, output);
    name.clone_into(&mut container.name);
    container.path = path.clone();
    container.image = verify.image.as_ref().or(container.image);
    container.args = Vec::new();
    container.command = verify.command.iter().map(ToString::to_string).collect();
    if let Some(script) = &verify.script {
        container.script(script, &path.key("script"));
    }
    if let Some(http) = &verify.http {
        container.command = request(scope, http, path, output);
    } else if container.command.is_empty() {
        let message = format!("check `{}` does not say what to run", verify.name);
        let help = "add `command`, `script` or `http: { path: … }`";
        output.error(scope, NO_COMMAND, path, message, help);
    }
    container
}

/// Returns a command that asks the Service, with whichever of two programs the image has; nothing where there is no Service.
fn request(
    scope: &Scope<'_>,
    http: &HttpCheck,
    path: &FieldPath,
    output: &mut Output,
) -> Vec<String> {
    let component = scope.application.main_component();
    let port = component.and_then(|component| Some((component, component.fields.first_port()?.1)));
    let Some((component, port)) = port else {
        let message = format!("`{path}` needs a port, and `{}` has none", scope.name());
        output.error(
            scope,
            NO_PORT,
            path,
            message,
            "add `port`, or check with `command`",
        );
        return Vec::new();
    };
    // Nobody makes certificates for the name of a Service.
    let (scheme, curl, wget) = match port.protocol {
        Protocol::Https => ("https", "curl -fsSk", "wget -q --no-check-certificate"),
        _ => ("http", "curl -fsS", "wget -q"),
    };
    let number = service::first_service_port(component);
    let url = format!(
        "{scheme}://{}:{number}{}",
        scope.component_name(component),
        http.path
    );
    let script = format!(
        r#"if command -v curl >/dev/null; then exec {curl} -o /dev/null "$0"; else exec {wget} -O /dev/null "$0"; fi"#
    );
    vec!["sh".to_owned(), "-c".to_owned(), script, url]
}
