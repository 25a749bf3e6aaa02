//! What one application should be in the cluster: the outcome of compiling, the input of planning.

use crate::name::{AppName, EnvironmentName, NamespaceName};
use crate::object::Object;

/// The field manager of everything that Steading applies.
pub const FIELD_MANAGER: &str = "steading";
/// The environment of what all applications of a cluster share, such as priority classes; it comes before any other.
pub const SHARED_ENVIRONMENT: &str = "shared";
/// The application that stands for what all applications of a cluster share.
pub const SHARED_APPLICATION: &str = "estate";
/// Label: the estate's name.
pub const LABEL_ESTATE: &str = "steading.dev/estate";
/// Label: the application's name.
pub const LABEL_APPLICATION: &str = "steading.dev/application";
/// Label: the environment's name.
pub const LABEL_ENVIRONMENT: &str = "steading.dev/environment";
/// Label with the value `steading`: who manages the object.
pub const LABEL_MANAGED_BY: &str = "app.kubernetes.io/managed-by";
/// Annotation on a Secret without data: the keys (separated by `,`) that are made once, at random, and kept.
pub const ANNOTATION_GENERATE: &str = "steading.dev/generate";
/// Annotation on a pod template: the names (separated by `,`) of the Secrets whose change restarts the pods. Before it is applied, and
/// before it is compared, [`ANNOTATION_SECRET_DIGEST`] is set beside it from the Secrets in the cluster.
pub const ANNOTATION_SECRETS: &str = "steading.dev/secrets";
/// Annotation on a pod template: the keyed digest of those Secrets.
pub const ANNOTATION_SECRET_DIGEST: &str = "steading.dev/secret-digest";
/// Annotation on a workload whose images an updater keeps current: a JSON object with what the declaration says of each, by container.
/// While that is as it was, the image in the cluster stays.
pub const ANNOTATION_DECLARED_IMAGES: &str = "steading.dev/declared-images";
/// Annotation on a Job that belongs to a release: [`PHASE_MIGRATE`] or [`PHASE_AFTER`].
pub const ANNOTATION_PHASE: &str = "steading.dev/phase";
/// The Job runs before any new pod; its failure stops the release. Never run again by a rollback.
pub const PHASE_MIGRATE: &str = "migrate";
/// The Job runs after the new version is ready; its failure reverts the release. Never run again by a rollback.
pub const PHASE_AFTER: &str = "after";
/// Annotation on a claim that grows by itself: up to where. From its declared size to this one it belongs to the estate's resizer.
pub const ANNOTATION_MAX_SIZE: &str = "steading.dev/max-size";
/// Annotation on an object that holds data (a claim, a volume): why or how it is guarded against deletion.
pub const ANNOTATION_DATA: &str = "steading.dev/data";
/// On a claim: its backup as declared, as JSON: `schedule`, `keep`; or `none` with the reason. On a workload whose replicas have volumes
/// of their own: the same for each volume by name.
pub const ANNOTATION_BACKUP: &str = "steading.dev/backup";

/// Annotation on a volume that goes from one claim to another: what else becomes of it with its claim (`Delete`, `Recycle`).
pub const ANNOTATION_MOVING: &str = "steading.dev/moving";

/// Annotation on what an application leaves that was retired: the day of it.
pub const ANNOTATION_RETIRED: &str = "steading.dev/retired";
/// Annotation on the data of an application that was retired: the last day on which it is kept. Nothing deletes it by itself.
pub const ANNOTATION_KEEP_UNTIL: &str = "steading.dev/keep-until";
/// Annotation on a claim of an application that was retired: its volume, and what becomes of that when the claim is deleted.
pub const ANNOTATION_RECLAIM: &str = "steading.dev/reclaim";

/// One application in one environment, compiled.
#[derive(Clone, Debug)]
pub struct Desired {
    /// The estate's name.
    pub estate: String,
    /// The application's name.
    pub application: AppName,
    /// The environment's name.
    pub environment: EnvironmentName,
    /// The namespace that it lives in.
    pub namespace: NamespaceName,
    /// What it was called before, the latest name last: it takes over what those left.
    pub previous_names: Vec<AppName>,
    /// The applications (of the same environment) that must be ready before it.
    pub after: Vec<AppName>,
    /// The main image, for history and quarantine.
    pub image: Option<String>,
    /// How long the release may take to get ready, in seconds.
    pub timeout_seconds: u64,
    /// All objects, ordered by what they are called; no two are called the same.
    pub objects: Vec<Object>,
}

impl Desired {
    /// Returns `environment/application`, as the user names it.
    pub fn title(&self) -> String {
        format!("{}/{}", self.environment, self.application)
    }
}
