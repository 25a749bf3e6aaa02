//! Scratch space of containers.

use crate::node::Node;
use crate::quantity::Quantity;
use crate::read::{Read, Reader};
use crate::shape::Shape;
use crate::{choice, record};

/// Scratch space, written as a size or as `{ size, medium }`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scratch {
    /// The most that it may hold.
    pub size: Quantity,
    /// Where it is.
    pub medium: ScratchMedium,
}

choice! {
    /// Where scratch space is.
    pub enum ScratchMedium {
        /// On the node's disk.
        Disk = "disk",
        /// In memory; counts against the memory limit.
        Memory = "memory",
    }
}

record! {
    /// Scratch space with its medium.
    pub struct ScratchFields {
        /// The most that it may hold. Example: `64Mi`.
        "size" size: Quantity,
        /// Where it is. Default: `disk`. Derives: `medium` of the `emptyDir`.
        "medium" medium: Option<ScratchMedium>,
    }
}

impl Read for Scratch {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        if node.as_mapping().is_some() {
            let fields = ScratchFields::read(node, reader)?;
            return Some(Self {
                size: fields.size,
                medium: fields.medium.unwrap_or(ScratchMedium::Disk),
            });
        }
        Some(Self {
            size: Quantity::read(node, reader)?,
            medium: ScratchMedium::Disk,
        })
    }

    fn shape() -> Shape {
        Shape::Either(vec![Quantity::shape(), ScratchFields::shape()])
    }
}
