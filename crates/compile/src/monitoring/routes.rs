//! Routes that do not answer as they should.

use steading_model::application::AlertSeverity::Critical;
use steading_model::application::BuiltInAlert::RouteDown;

use super::alert::{Alert, Watch};
use super::matcher::equal;
use super::targets::Target;
use crate::scope::Scope;

/// Adds the alert for all routes that are probed.
pub(super) fn alerts(watch: &mut Watch<'_>, targets: &[Target]) {
    if targets.is_empty() {
        return;
    }
    let routes = selector(watch.scope, None);
    watch.add(Alert {
        name: RouteDown,
        severity: Critical,
        lasting: 300,
        component: None,
        expression: format!("max by (namespace, host, instance) (probe_success{routes}) == 0"),
        summary: "`{{ $labels.instance }}` does not answer as it should".to_owned(),
        description: "The prober got no answer, or another than the route's `check` expects. Ask it by hand (`curl -i {{ $labels.instance }}`): a login where none should be, or none where one should be, counts as down too.".to_owned(),
    });
}

/// Returns the selector of the probes of an application, or of one of its routes.
pub(super) fn selector(scope: &Scope<'_>, url: Option<&str>) -> String {
    let mut labels = vec![
        ("namespace", scope.namespace()),
        ("application", scope.name()),
        ("environment", scope.environment()),
    ];
    labels.extend(url.map(|url| ("instance", url)));
    equal(&labels)
}
