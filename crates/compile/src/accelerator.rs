//! GPUs: what the estate's accelerators say that one is.
//!
//! An extended resource is a limit of the container. A device of a driver is claimed: each pod gets a claim of its own from a template,
//! whose name is made from what it asks for, because a template can never change.

use serde_json::{Value, json};
use steading_model::FieldPath;
use steading_model::application::{Component, Gpu, Toleration};
use steading_model::estate::{Accelerator, DeviceClaim, Estate, MemoryUnit, ResourceName};
use steading_model::name::LabelName;
use steading_model::quantity::Quantity;

use crate::codes::{GPU_MEMORY, NO_ACCELERATOR};
use crate::json::Fields;
use crate::names;
use crate::scope::{Output, Scope};

/// What a container calls its claim.
const CLAIM: &str = "gpu";
/// The extended resource where the estate says nothing.
const USUAL: &str = "nvidia.com/gpu";
/// The name of the accelerator of those that name none.
const DEFAULT: &str = "default";

/// What a pod with a GPU needs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Accelerated {
    /// Limits of the container, by resource.
    pub(crate) limits: Vec<(String, String)>,
    /// The template of the claim of the pod.
    claim: Option<String>,
    runtime_class: Option<String>,
    /// Taints that do not keep it away.
    pub(crate) tolerate: Vec<Toleration>,
    /// Labels of its nodes.
    pub(crate) nodes: Vec<(String, String)>,
}

/// Returns what a pod with a GPU needs, and adds the template of its claim; `path` is its placement.
pub(crate) fn of(
    scope: &Scope<'_>,
    gpu: Option<&Gpu>,
    path: &FieldPath,
    output: &mut Output,
) -> Accelerated {
    let Some(gpu) = gpu else {
        return Accelerated::default();
    };
    let path = path.key("gpu");
    let accelerator = match find(scope.estate, gpu) {
        Found::Usual => {
            lacks_memory(scope, gpu, &path, output);
            let limits = vec![(USUAL.to_owned(), count(gpu).to_string())];
            return Accelerated {
                limits,
                ..Accelerated::default()
            };
        }
        Found::Nothing(name) => {
            unknown(scope, &path.key("accelerator"), name, output);
            return Accelerated::default();
        }
        Found::Accelerator(accelerator) => accelerator,
    };
    let claim = accelerator.claim.as_ref();
    if claim.is_none() && accelerator.memory_resource.is_none() {
        lacks_memory(scope, gpu, &path, output);
    }
    let nodes = accelerator.nodes.iter();
    Accelerated {
        limits: limits(accelerator, gpu),
        claim: claim.map(|claim| template(scope, claim, gpu, &path, output)),
        runtime_class: accelerator.runtime_class.as_ref().map(ToString::to_string),
        tolerate: accelerator.tolerate.clone(),
        nodes: nodes
            .map(|(label, value)| (label.clone(), value.to_string()))
            .collect(),
    }
}

/// Returns what all pods of an application ask for together, as a quota counts it.
pub(crate) fn quota(scope: &Scope<'_>) -> Vec<(String, String)> {
    let components = scope.application.components.iter();
    let components = components.map(|one| (one, greatest_replicas(scope, one)));
    let jobs = scope.application.fields.jobs.values();
    let jobs = jobs.map(|job| (&job.container, 1));
    let mut totals: Vec<(String, i128)> = Vec::new();
    for (owner, replicas) in components.chain(jobs) {
        let placement = owner.fields.placement.as_ref();
        let Some(gpu) = placement.and_then(|placement| placement.gpu.as_ref()) else {
            continue;
        };
        for (name, amount) in counted(scope.estate, gpu) {
            let amount = amount * i128::from(replicas);
            match totals.iter_mut().find(|(known, _)| *known == name) {
                Some((_, total)) => *total += amount,
                None => totals.push((name, amount)),
            }
        }
    }
    let text = |(name, total): (String, i128)| (name, total.to_string());
    totals.into_iter().map(text).collect()
}

impl Accelerated {
    /// Adds what the pod says: its claim and its runtime class.
    pub(crate) fn pod(&self, fields: Fields) -> Fields {
        let claims = self.claim.iter();
        let claims: Vec<Value> = claims
            .map(|template| json!({ "name": CLAIM, "resourceClaimTemplateName": template }))
            .collect();
        fields
            .with("runtimeClassName", self.runtime_class.as_deref())
            .with("resourceClaims", claims)
    }

    /// Returns `claims` of the container's resources.
    pub(crate) fn claims(&self) -> Vec<Value> {
        let claims = self.claim.iter();
        claims.map(|_| json!({ "name": CLAIM })).collect()
    }
}

/// What an application's GPU is.
enum Found<'a> {
    /// The estate says nothing.
    Usual,
    Accelerator(&'a Accelerator),
    Nothing(&'a str),
}

fn find<'a>(estate: &'a Estate, gpu: &'a Gpu) -> Found<'a> {
    let name = gpu.accelerator.as_ref().map_or(DEFAULT, LabelName::as_str);
    let mut all = estate.fields.accelerators.iter();
    match all.find(|(known, _)| known.as_str() == name) {
        Some((_, accelerator)) => Found::Accelerator(accelerator),
        None if name == DEFAULT => Found::Usual,
        None => Found::Nothing(name),
    }
}

fn lacks_memory(scope: &Scope<'_>, gpu: &Gpu, path: &FieldPath, output: &mut Output) {
    if gpu.memory.is_some() {
        let path = path.key("memory");
        let message = format!("`{path}` asks for a part of a GPU");
        let help = "ask for whole GPUs with `gpu: { count: 1 }`, or say in the estate how its GPUs are shared: `accelerators: { default: { memoryResource: … } }`, or `claim`";
        output.error(scope, GPU_MEMORY, &path, message, help);
    }
}

fn unknown(scope: &Scope<'_>, path: &FieldPath, name: &str, output: &mut Output) {
    let known = scope.estate.fields.accelerators.keys();
    let known: Vec<&str> = known.map(LabelName::as_str).collect();
    let help = if known.is_empty() {
        "the estate has none: declare it under `accelerators`".to_owned()
    } else {
        format!("the estate has: {}", known.join(", "))
    };
    let message = format!("there is no accelerator `{name}`");
    output.error(scope, NO_ACCELERATOR, path, message, help);
}

/// Returns the limits of a container; a claim needs none.
fn limits(accelerator: &Accelerator, gpu: &Gpu) -> Vec<(String, String)> {
    if accelerator.claim.is_some() {
        return Vec::new();
    }
    let amounts = extended(accelerator, gpu).into_iter();
    amounts
        .map(|(name, amount)| (name, amount.to_string()))
        .collect()
}

fn extended(accelerator: &Accelerator, gpu: &Gpu) -> Vec<(String, i128)> {
    let whole = accelerator
        .resource
        .as_ref()
        .map_or(USUAL, ResourceName::as_str);
    let mut amounts = vec![(whole.to_owned(), i128::from(count(gpu)))];
    if let (Some(name), Some(memory)) = (&accelerator.memory_resource, gpu.memory) {
        let unit = accelerator.memory_unit.unwrap_or(MemoryUnit::Mebi).bytes();
        amounts.push((name.to_string(), (memory.units() + unit - 1) / unit));
    }
    amounts
}

/// Returns what a quota counts of a pod.
fn counted(estate: &Estate, gpu: &Gpu) -> Vec<(String, i128)> {
    let usual = || vec![(format!("requests.{USUAL}"), i128::from(count(gpu)))];
    match find(estate, gpu) {
        Found::Usual => usual(),
        Found::Nothing(_) => Vec::new(),
        Found::Accelerator(accelerator) => match &accelerator.claim {
            Some(claim) => {
                let name = format!("{}.deviceclass.resource.k8s.io/devices", claim.device_class);
                vec![(name, i128::from(count(gpu)))]
            }
            None => extended(accelerator, gpu)
                .into_iter()
                .map(|(name, amount)| (format!("requests.{name}"), amount))
                .collect(),
        },
    }
}

/// Returns the most pods of a component that there can be.
fn greatest_replicas(scope: &Scope<'_>, component: &Component) -> u32 {
    let scaling = component.fields.scaling.as_ref();
    let most = scaling.and_then(|scaling| scaling.max);
    most.unwrap_or_else(|| crate::rollout::replicas(scope, component))
}

fn count(gpu: &Gpu) -> u32 {
    gpu.count.unwrap_or(1)
}

/// Adds the template of a claim and returns its name.
fn template(
    scope: &Scope<'_>,
    claim: &DeviceClaim,
    gpu: &Gpu,
    path: &FieldPath,
    output: &mut Output,
) -> String {
    let selectors = gpu.memory.map(|memory| vec![selector(claim, memory)]);
    let device = Fields::new()
        .with("deviceClassName", claim.device_class.as_str())
        .with("allocationMode", "ExactCount")
        .with("count", count(gpu))
        .with("selectors", selectors.unwrap_or_default());
    let request = Fields::new().with("name", CLAIM).with("exactly", device);
    let devices = Fields::new().with("requests", vec![Value::from(request)]);
    let spec = Value::from(Fields::new().with("devices", devices));
    let name = format!(
        "{}-{CLAIM}-{}",
        scope.name(),
        names::hash(spec.to_string(), 8)
    );
    let object = scope
        .named(name.as_str())
        .object("resource.k8s.io/v1", "ResourceClaimTemplate")
        .with("spec", Fields::new().with("spec", spec));
    let is_there = |known: &steading_model::Object| {
        known.id.kind.kind == "ResourceClaimTemplate" && known.id.name == name
    };
    if !output.objects.iter().any(is_there) {
        output.push(scope, object, path);
    }
    name
}

/// Returns the expression that chooses a device with enough memory.
fn selector(claim: &DeviceClaim, memory: Quantity) -> Value {
    let driver = claim.driver.as_ref().unwrap_or(&claim.device_class);
    let capacity = claim
        .memory_capacity
        .as_ref()
        .map_or("memory", LabelName::as_str);
    let expression =
        format!("device.capacity['{driver}']['{capacity}'].compareTo(quantity('{memory}')) >= 0");
    json!({ "cel": { "expression": expression } })
}
