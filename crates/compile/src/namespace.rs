//! The namespace, with the Pod Security level that its pods need and no more.

use steading_model::application::Privilege;

use crate::annotation::ANNOTATION_DESCRIPTION;
use crate::labels::LABEL_TIER;
use crate::pod_security;
use crate::scope::{Output, Scope};

/// Adds the namespace; it comes last, when all pods are known.
pub(crate) fn object(scope: &Scope<'_>, output: &mut Output) {
    let namespace = scope.namespace();
    let own = output
        .objects
        .iter()
        .filter(|object| object.id.namespace.as_deref() == Some(namespace));
    let level = own
        .filter_map(|object| pod_security::privilege(&object.json))
        .max()
        .unwrap_or(Privilege::Restricted);
    let restricted = Privilege::Restricted.as_str();
    let components = scope.application.components.iter();
    let metadata = components.fold(scope.cluster_wide(namespace), |metadata, component| {
        metadata.marked(component, |marks| &marks.namespace)
    });
    let object = metadata
        .label(LABEL_TIER, scope.application.tier.as_str())
        .label("pod-security.kubernetes.io/enforce", level.as_str())
        .label("pod-security.kubernetes.io/warn", restricted)
        .label("pod-security.kubernetes.io/audit", restricted)
        .annotation_if(
            ANNOTATION_DESCRIPTION,
            scope.application.fields.description.as_deref(),
        )
        .object("v1", "Namespace");
    output.push(
        scope,
        object,
        &steading_model::FieldPath::default()
            .key("metadata")
            .key("name"),
    );
}
