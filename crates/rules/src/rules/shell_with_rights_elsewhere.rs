//! Whoever may enter a container has what the container has.

use steading_model::FieldPath;
use steading_model::application::PermissionNamespace;
use steading_model::estate::PersonRole;

use crate::containers::all;
use crate::rule::{Check, Finding, Subject, rule};

rule! {
    /// Nobody is `admin` of an application whose pods have rights outside of its namespace.
    ///
    /// ## Why
    /// Rights in a namespace end where a shell begins: an owner with the role `admin` may enter containers, and then uses the rights of
    /// the service account in other namespaces, or those over the node. What was meant as the run of one application is the run of
    /// what that application may touch.
    ///
    /// ## Example
    /// With `people: { carol: { role: admin, applications: [backup] } }`:
    /// ```yaml
    /// permissions: [{ verbs: [list], resources: [pods], namespaces: ["*"] }] # found
    /// permissions: [{ verbs: [list], resources: [pods] }]                    # right: in its own namespace
    /// ```
    /// Or let `carol` be `edit`, who does not enter containers.
    "ST4100" "shell-with-rights-elsewhere" Warning => Check::Application(check)
}

fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let owners = subject.estate.owners(subject.application).into_iter();
    let mut shells = owners.filter(|owner| owner.person.role == PersonRole::Admin);
    let Some(owner) = shells.next() else {
        return Vec::new();
    };
    let person = FieldPath::default()
        .key("spec")
        .key("people")
        .key(owner.name.as_str());
    let role = subject.estate.tree.span_at(&person.key("role"));
    let places = elsewhere(subject).into_iter().chain(over_nodes(subject));
    let finding = |(path, what): (FieldPath, &str)| {
        let message = format!("`{}` may enter containers that {what}", owner.name);
        Finding::new(subject.key_span(&path), message)
            .label(role, "may enter containers")
            .help(format!(
                "make the role of `{}` `edit`, or move what needs the right into an application without an owner",
                owner.name
            ))
    };
    places.map(finding).collect()
}

/// Returns the permissions in other namespaces than the application's.
fn elsewhere(subject: &Subject<'_>) -> Vec<(FieldPath, &'static str)> {
    let path = subject.application.field("permissions");
    let own = &subject.application.namespace;
    let is_elsewhere = |place: &PermissionNamespace| match place {
        PermissionNamespace::Named(name) => name != own,
        PermissionNamespace::All => true,
    };
    let rules = subject.application.fields.permissions.iter().enumerate();
    let wide = rules.filter(|(_, rule)| rule.namespaces.iter().any(is_elsewhere));
    wide.map(|(at, _)| {
        (
            path.index(at).key("namespaces"),
            "have rights in other namespaces",
        )
    })
    .collect()
}

/// Returns what gives containers rights over their node.
fn over_nodes(subject: &Subject<'_>) -> Vec<(FieldPath, &'static str)> {
    let mut found = Vec::new();
    for container in all(subject.application) {
        let Some(security) = container.security else {
            continue;
        };
        let path = container.path.key("security");
        let rights = [
            ("privileged", &security.privileged),
            ("hostPID", &security.host_pid),
        ];
        let given = rights.into_iter().filter(|(_, reason)| reason.is_some());
        found.extend(given.map(|(key, _)| (path.key(key), "have rights over their node")));
    }
    found
}
