//! Containers as JSON.

use serde_json::Value;
use steading_model::application::Security;
use steading_model::estate::Estate;
use steading_model::name::{ImageRef, MountPath};

use crate::accelerator::Accelerated;
use crate::basis::Container;
use crate::codes::NO_IMAGE;
use crate::json::{Fields, texts};
use crate::scope::{Output, Scope};
use crate::{environment, resources, security};

/// What a container gets from its pod.
pub(crate) struct Setting<'a> {
    /// The mounts.
    pub(crate) mounts: Vec<Value>,
    /// What the pod's processes may do.
    pub(crate) security: Option<&'a Security>,
    /// The GPU that it gets.
    pub(crate) gpu: Option<&'a Accelerated>,
}

/// Returns a container.
pub(crate) fn json(
    scope: &Scope<'_>,
    container: &Container<'_>,
    setting: Setting<'_>,
    output: &mut Output,
) -> Fields {
    let image = image(scope, container, output);
    let sources = container.env_from.iter().map(|secret| {
        let reference = Fields::new().with("name", secret.as_str());
        Value::from(Fields::new().with("secretRef", reference))
    });
    Fields::new()
        .with("name", container.name.as_str())
        .with("image", image.map(ImageRef::as_str))
        .with("imagePullPolicy", image.map(pull_policy))
        .with("command", texts(&container.command))
        .with("args", texts(&container.args))
        .with("workingDir", container.working_dir.map(MountPath::as_str))
        .with("env", environment::variables(scope, container, output))
        .with("envFrom", sources.collect::<Vec<_>>())
        .with(
            "resources",
            resources::json(scope, container, setting.gpu, output),
        )
        .with(
            "securityContext",
            security::container(container.security, setting.security),
        )
        .with("volumeMounts", setting.mounts)
}

fn image<'a>(
    scope: &Scope<'_>,
    container: &Container<'a>,
    output: &mut Output,
) -> Option<&'a ImageRef> {
    match container.image {
        None => {
            let message = format!("`{}` has no image", container.name);
            output.error(
                scope,
                NO_IMAGE,
                &container.path,
                message,
                "add `image: NAME:TAG`, or pass `--image`",
            );
        }
        Some(image) => output.pulls_own_images |= is_own(scope.estate, image),
    }
    container.image
}

/// Says whether an image comes from the estate's own registry.
pub(crate) fn is_own(estate: &Estate, image: &ImageRef) -> bool {
    let registry = estate.fields.images.registry.as_deref();
    let below = |registry: &str| image.name().strip_prefix(registry.trim_end_matches('/'));
    registry
        .and_then(below)
        .is_some_and(|rest| rest.starts_with('/'))
}

/// A tag that names a version is pulled once; what can change under its name is asked for at each start.
fn pull_policy(image: &ImageRef) -> &'static str {
    match (image.digest(), image.tag()) {
        (None, None | Some("latest")) => "Always",
        _ => "IfNotPresent",
    }
}
