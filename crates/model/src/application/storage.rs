//! Volumes: what the data means decides class, access, strategy and guard.

use crate::name::{ComponentName, MountPath, Owner, Reason, RelativePath, Schedule, SubdomainName};
use crate::node::Node;
use crate::quantity::Quantity;
use crate::read::{Read, Reader};
use crate::shape::Shape;
use crate::{choice, record};

record! {
    /// A volume.
    pub struct Volume {
        /// Where the container sees it.
        "mountPath" mount_path: MountPath,
        /// How much it holds. Required unless it is an existing claim, a volume of another component or an existing place.
        "size" size: Option<Quantity>,
        /// Up to where it may grow by itself.
        "maxSize" max_size: Option<Quantity>,
        /// What the data means: it decides class, access mode, strategy, growth and deletion guard. Default: `plain`.
        "data" data: Option<DataMeaning>,
        /// An existing place on the file server (`shared`) or on the node (`host`).
        "path" path: Option<MountPath>,
        /// A claim that exists already and belongs to someone else.
        "existingClaim" existing_claim: Option<SubdomainName>,
        /// A volume declared by another component of this application.
        "volume" volume: Option<ComponentName>,
        /// A folder in the volume instead of its root.
        "subPath" sub_path: Option<RelativePath>,
        /// The user and group that its files belong to, `uid:gid`. Default: the component's; `none` leaves them alone.
        "owner" owner: Option<VolumeOwner>,
        /// Mounts it read-only. Default: `false`.
        "readOnly" read_only: Option<bool>,
        /// When it is backed up, or `{ none: why }`. Default: the estate's schedule for all but `cache`.
        "backup" backup: Option<Backup>,
    }
}

/// The owner of a volume's files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VolumeOwner {
    /// Files are given to this user and group before the start.
    Ids(Owner),
    /// Files are left alone.
    Untouched,
}

impl Read for VolumeOwner {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        reader.text(node, |text| {
            if text == "none" {
                Ok(Self::Untouched)
            } else {
                Owner::parse(text).map(Self::Ids)
            }
        })
    }

    fn shape() -> Shape {
        Owner::shape()
    }
}

choice! {
    /// What data means.
    pub enum DataMeaning {
        /// Must not leak: encrypted at rest, backed up.
        Sensitive = "sensitive",
        /// Worth keeping: backed up.
        Plain = "plain",
        /// Can be made again: not backed up.
        Cache = "cache",
        /// Seen by several pods at once, on the estate's file server.
        Shared = "shared",
        /// A place on the node itself.
        Host = "host",
    }
}

/// When a volume is backed up.
#[derive(Clone, Debug, PartialEq)]
pub enum Backup {
    /// On a schedule.
    Scheduled(BackupFields),
    /// Never, with the reason.
    Never(Reason),
}

record! {
    /// A backup's schedule; or `none` with the reason why there is none.
    pub struct BackupFields {
        /// When. Default: the estate's.
        "schedule" schedule: Option<Schedule>,
        /// How many to keep. Default: the estate's.
        "keep" keep: Option<u32>,
        /// Never, with the reason.
        "none" none: Option<Reason>,
    }
}

impl Read for Backup {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        let fields = BackupFields::read(node, reader)?;
        match fields.none.clone() {
            None => Some(Self::Scheduled(fields)),
            Some(reason) if fields.schedule.is_none() && fields.keep.is_none() => {
                Some(Self::Never(reason))
            }
            Some(_) => {
                reader.invalid(node, "cannot have both `none` and a schedule");
                None
            }
        }
    }

    fn shape() -> Shape {
        BackupFields::shape()
    }
}
