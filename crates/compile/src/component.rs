//! Everything that one component needs.

use steading_model::application::Component;

use crate::scope::{Output, Scope};
use crate::{claim, disruption, migrate, policy, scaling, service, workload};

/// Adds the objects of a component.
pub(crate) fn objects(scope: &Scope<'_>, component: &Component, output: &mut Output) {
    let templates = claim::objects(scope, component, output);
    workload::object(scope, component, templates, output);
    service::objects(scope, component, output);
    disruption::object(scope, component, output);
    scaling::object(scope, component, output);
    policy::component(scope, component, output);
    migrate::object(scope, component, output);
}
