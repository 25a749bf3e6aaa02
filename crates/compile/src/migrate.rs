//! Migrations: once per release, before any new pod. A Job and not an init container, which every pod would run, and run again at
//! each restart.

use steading_model::application::Component;
use steading_model::desired::PHASE_MIGRATE;

use crate::basis::Container;
use crate::job::{self, Task};
use crate::one_node;
use crate::pod::{Pod, Role};
use crate::scope::{Output, Scope};
use crate::storage::{self, Mounted};

/// The init step that is a migration.
pub(crate) const STEP: &str = "migrate";
/// How long it may take, in seconds.
const DEADLINE: u32 = 600;

/// Says whether a component has a migration.
pub(crate) fn is_one_of(component: &Component) -> bool {
    let mut steps = component.fields.init.keys();
    steps.any(|name| name.as_str() == STEP)
}

/// Adds the migration of a component.
pub(crate) fn object(scope: &Scope<'_>, component: &Component, output: &mut Output) {
    let Some((_, step)) = component
        .fields
        .init
        .iter()
        .find(|(name, _)| name.as_str() == STEP)
    else {
        return;
    };
    let own = component.name.as_str() == scope.name();
    let name = if own {
        STEP.to_owned()
    } else {
        format!("{}-{STEP}", component.name)
    };
    let pod = Pod {
        role: Role::Run,
        main: Container::of_step(scope, component, step, output),
        steps: Vec::new(),
        sidecars: Vec::new(),
        mounted: shared(scope, component, output),
        scratch: Some(&component.fields.scratch),
        placement: component.fields.placement.as_ref(),
        gpu: None,
        one_node: one_node::group(scope, component),
    };
    let task = Task {
        name,
        path: component.field("init").key(STEP),
        pod,
        network: None,
        deadline: step.own.deadline_seconds.unwrap_or(DEADLINE),
        retries: 0,
    };
    job::once(scope, &task, (PHASE_MIGRATE, ""), output);
}

/// Returns the volumes that are not a replica's own.
fn shared(scope: &Scope<'_>, component: &Component, output: &mut Output) -> Vec<Mounted> {
    let mounted = storage::mounted(scope, component, output);
    let shared = mounted.into_iter().filter(|volume| volume.source.is_some());
    shared.collect()
}
