//! What containers ask for. There is never a CPU limit; the memory limit is twice the request unless one is declared.

use steading_model::application::{Gpu, Resources};
use steading_model::quantity::Quantity;

use crate::basis::Container;
use crate::codes::{GPU_MEMORY, MEMORY_OUT_OF_RANGE};
use crate::json::Fields;
use crate::scope::{Output, Scope};

/// The extended resource of a GPU.
const GPU: &str = "nvidia.com/gpu";

/// What a container gets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Amounts {
    pub(crate) cpu: Quantity,
    pub(crate) memory: Quantity,
    pub(crate) memory_limit: Quantity,
    pub(crate) disk: Option<Quantity>,
}

/// Returns what a container gets: its own, else the tier's. A limit belongs to its request: the tier's goes with the tier's only.
pub(crate) fn amounts(scope: &Scope<'_>, resources: Option<&Resources>) -> Amounts {
    let tier = &scope.tier.resources;
    let own = |pick: fn(&Resources) -> Option<Quantity>| resources.and_then(pick);
    let declared = own(|resources| resources.memory);
    let memory = declared.unwrap_or(tier.memory);
    let usual = declared.map_or(tier.memory_limit, |memory| memory.times(2));
    Amounts {
        cpu: own(|resources| resources.cpu).unwrap_or(tier.cpu),
        memory,
        memory_limit: own(|resources| resources.memory_limit).unwrap_or(usual),
        disk: own(|resources| resources.disk),
    }
}

/// Returns `resources` of a container.
pub(crate) fn json(
    scope: &Scope<'_>,
    container: &Container<'_>,
    gpu: Option<&Gpu>,
    output: &mut Output,
) -> Fields {
    let amounts = amounts(scope, container.resources);
    check(scope, container, amounts, output);
    let Amounts {
        cpu,
        memory,
        memory_limit,
        disk,
    } = amounts;
    let requests = Fields::new()
        .with("cpu", text(cpu))
        .with("memory", text(memory))
        .with("ephemeral-storage", disk.and_then(text));
    let limits = Fields::new()
        .with("memory", text(memory_limit))
        .with(GPU, gpu.map(count));
    Fields::new()
        .with("requests", requests)
        .with("limits", limits)
}

/// Reports GPU memory, which nothing here can share out.
pub(crate) fn check_gpu(
    scope: &Scope<'_>,
    gpu: Option<&Gpu>,
    path: &steading_model::FieldPath,
    output: &mut Output,
) {
    if gpu.is_some_and(|gpu| gpu.memory.is_some()) {
        let path = path.key("gpu").key("memory");
        let message = format!("`{path}` asks for a part of a GPU");
        output.error(
            scope,
            GPU_MEMORY,
            &path,
            message,
            "ask for whole GPUs with `gpu: { count: 1 }`",
        );
    }
}

/// Returns the largest limit that one container of the application may have.
pub(crate) fn greatest_limit(scope: &Scope<'_>) -> Quantity {
    let tier = scope.tier.resources.memory_max;
    let own = scope
        .application
        .fields
        .quota
        .as_ref()
        .and_then(|quota| quota.memory_limit);
    own.map_or(tier, |own| own.max(tier))
}

fn check(scope: &Scope<'_>, container: &Container<'_>, amounts: Amounts, output: &mut Output) {
    let memory_limit = amounts.memory_limit;
    let path = container.path.key("resources");
    let greatest = greatest_limit(scope);
    let span = Some(scope.span(&path));
    let mut said = output.report.diagnostics().iter();
    let said = said.any(|finding| finding.code == MEMORY_OUT_OF_RANGE && finding.span == span);
    if memory_limit > greatest && !said {
        let message = format!(
            "the memory limit of `{}` is above what one container may have in tier `{}`: {memory_limit} > {greatest}",
            container.name, scope.application.tier
        );
        output.error(
            scope,
            MEMORY_OUT_OF_RANGE,
            &path,
            message,
            "lower it, choose another `tier`, or give the application a `quota` of its own",
        );
    }
}

fn count(gpu: &Gpu) -> String {
    gpu.count.unwrap_or(1).to_string()
}

/// Returns a quantity as text; none where it is nothing.
pub(crate) fn text(quantity: Quantity) -> Option<String> {
    (!quantity.is_zero()).then(|| quantity.to_string())
}
