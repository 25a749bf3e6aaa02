//! What a GPU is on the estate's nodes.

use std::collections::BTreeMap;

use crate::application::{NodeSelector, Toleration};
use crate::name::{LabelName, SubdomainName};
use crate::{choice, record};

/// The accelerators of an estate by name; `default` is what an application gets that names none.
pub type Accelerators = BTreeMap<LabelName, Accelerator>;

record! {
    /// An accelerator: an extended resource that a device plugin counts, or a device that a driver hands out to claims.
    pub struct Accelerator {
        /// The extended resource of a whole one. Default: `nvidia.com/gpu`, unless `claim` is set. Example: `amd.com/gpu`. Derives: a
        /// limit of the container.
        "resource" resource: Option<ResourceName>,
        /// The extended resource of its memory, where a device plugin shares it by memory. Default: none, and then nobody can ask for
        /// memory. Example: `example.com/gpumem`. Derives: a limit of the container.
        "memoryResource" memory_resource: Option<ResourceName>,
        /// What one of `memoryResource` is. Default: `Mi`. Example: `Gi`.
        "memoryUnit" memory_unit: Option<MemoryUnit>,
        /// Devices of a driver instead of an extended resource. Default: none. Example: `{ deviceClass: gpu.example.com, driver:
        /// gpu.example.com }`. Derives: a `ResourceClaimTemplate`, and a claim of each pod.
        "claim" claim: Option<DeviceClaim>,
        /// The runtime class of pods that have one. Default: none. Example: `nvidia`. Derives: `runtimeClassName`.
        "runtimeClass" runtime_class: Option<SubdomainName>,
        /// Taints of its nodes that do not keep such pods away. Default: none. Example: `[{ key: nvidia.com/gpu }]`. Derives:
        /// `tolerations`.
        "tolerate" tolerate: Vec<Toleration>,
        /// Labels of its nodes. Default: none. Example: `{ gpu: "true" }`. Derives: `nodeSelector`.
        "nodes" nodes: NodeSelector,
    }
}

record! {
    /// Devices that a driver hands out to claims of `resource.k8s.io`.
    pub struct DeviceClaim {
        /// The class of the devices. Example: `gpu.example.com`. Derives: `deviceClassName`.
        "deviceClass" device_class: SubdomainName,
        /// The driver, whose name its capacities have. Default: the class. Example: `gpu.example.com`. Derives: the expression that
        /// chooses a device by its memory.
        "driver" driver: Option<SubdomainName>,
        /// The capacity that is the device's memory. Default: `memory`. Example: `vram`.
        "memoryCapacity" memory_capacity: Option<LabelName>,
    }
}

choice! {
    /// A unit of memory.
    pub enum MemoryUnit {
        /// Bytes.
        Byte = "B",
        /// 1,024 bytes.
        Kibi = "Ki",
        /// 1,048,576 bytes.
        Mebi = "Mi",
        /// 1,073,741,824 bytes.
        Gibi = "Gi",
    }
}

impl MemoryUnit {
    /// Returns how many bytes it is.
    pub fn bytes(self) -> i128 {
        match self {
            Self::Byte => 1,
            Self::Kibi => 1 << 10,
            Self::Mebi => 1 << 20,
            Self::Gibi => 1 << 30,
        }
    }
}

crate::text! {
    /// An extended resource.
    pub struct ResourceName("resource", about = "the name of an extended resource: a domain, `/` and a name", example = "nvidia.com/gpu") = parse_resource;
}

fn parse_resource(text: &str) -> Result<String, String> {
    let is_valid = |text: &str| SubdomainName::parse(&text.to_ascii_lowercase()).is_ok();
    match text.split_once('/') {
        Some((domain, name)) if is_valid(domain) && is_valid(name) => Ok(text.to_owned()),
        _ => Err(format!(
            "must be a resource such as `nvidia.com/gpu`, not `{text}`"
        )),
    }
}
