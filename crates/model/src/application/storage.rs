//! Volumes: what the data means decides class, access, strategy and guard.

use std::collections::BTreeMap;

use crate::name::{ComponentName, MountPath, Owner, Reason, RelativePath, Schedule, SubdomainName};
use crate::node::Node;
use crate::quantity::Quantity;
use crate::read::{Read, Reader};
use crate::shape::Shape;
use crate::{choice, record};

record! {
    /// A volume.
    pub struct Volume {
        /// Where the container sees it. Derives: `mountPath` of the mount.
        "mountPath" mount_path: MountPath,
        /// How much it holds. Required unless it is an existing claim, a volume of another component or an existing place. Default: none.
        /// Example: `10Gi`. Derives: `requests.storage` of the claim.
        "size" size: Option<Quantity>,
        /// Up to where it may grow by itself. Default: it does not grow. Example: `50Gi`. Derives: the annotations that the estate's
        /// resizer reads, on the claim.
        "maxSize" max_size: Option<Quantity>,
        /// What the data means: it decides class, access mode, strategy, growth and deletion guard. Default: `plain`. Example: `sensitive`.
        /// Derives: `storageClassName`, `accessModes` (`ReadWriteMany` for `shared`, else `ReadWriteOnce`), the guard against deletion, and
        /// `strategy: Recreate` where only one pod may write.
        "data" data: Option<DataMeaning>,
        /// An existing place on the file server (`shared`) or on the node (`host`). Default: a place of its own below the estate's.
        /// Example: `/srv/media`.
        "path" path: Option<MountPath>,
        /// Why it is a place on the node; required where `data: host` names one. Default: none. Example: `the GPU's device files`.
        "why" why: Option<Reason>,
        /// A claim that exists already and belongs to someone else. Default: none. Example: `photos`. Derives: `persistentVolumeClaim` of
        /// the pod; no claim of ours.
        "existingClaim" existing_claim: Option<SubdomainName>,
        /// A volume declared by another component or job of this application, `NAME` or `COMPONENT/NAME`; its `storage` is `data`. The same
        /// place, and the same rules over all that use it. Default: none. Example: `server/photos`.
        "volume" volume: Option<VolumeRef>,
        /// A folder in the volume instead of its root. Default: the volume's root. Example: `originals`. Derives: `subPath` of the mount.
        "subPath" sub_path: Option<RelativePath>,
        /// The user and group that its files belong to, `uid:gid`. Default: the component's; `none` leaves them alone. Example:
        /// `"568:568"`. Derives: a step before the others that gives the files to them.
        "owner" owner: Option<VolumeOwner>,
        /// Mounts it read-only. Default: `false`. Derives: `readOnly` of the mount.
        "readOnly" read_only: Option<bool>,
        /// When it is backed up, or `{ none: why }`. Default: the estate's schedule for all but `cache`. Example: `{ schedule: "30 3 * *
        /// *", keep: 30 }`. Derives: the annotation `steading.dev/backup` on the claim.
        "backup" backup: Option<Backup>,
    }
}

/// The volumes of a container by name. A list of references to volumes of others is unfolded by the resolver.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Volumes(pub BTreeMap<ComponentName, Volume>);

impl Read for Volumes {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        BTreeMap::read(node, reader).map(Self)
    }

    fn absent() -> Option<Self> {
        Some(Self::default())
    }

    fn shape() -> Shape {
        Shape::Either(vec![
            BTreeMap::<ComponentName, Volume>::shape(),
            Vec::<VolumeRef>::shape(),
        ])
    }
}

/// A volume by its name, and by its component's where another has one of the same name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VolumeRef {
    /// The component or job that declares it; none where only one does.
    pub owner: Option<ComponentName>,
    /// Its name.
    pub name: ComponentName,
}

impl VolumeRef {
    /// Reads `NAME` or `COMPONENT/NAME`; the error is a phrase that follows the field's name.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (owner, name) = match text.split_once('/') {
            Some((owner, name)) => (Some(ComponentName::parse(owner)?), name),
            None => (None, text),
        };
        let name = ComponentName::parse(name)?;
        Ok(Self { owner, name })
    }

    /// Says whether it means this volume of this owner.
    pub fn means(&self, owner: &str, name: &str) -> bool {
        let same = self.owner.as_ref().is_none_or(|own| own.as_str() == owner);
        same && self.name.as_str() == name
    }
}

impl std::fmt::Display for VolumeRef {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(owner) = &self.owner {
            write!(formatter, "{owner}/")?;
        }
        write!(formatter, "{}", self.name)
    }
}

impl Read for VolumeRef {
    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        reader.text(node, Self::parse)
    }

    fn shape() -> Shape {
        Shape::Text {
            format: "volume",
            about: "the name of a volume, with its component's and `/` before it where several have one of that name",
            example: "server/photos",
        }
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
        /// When. Default: the estate's. Example: `"30 3 * * *"`.
        "schedule" schedule: Option<Schedule>,
        /// How many to keep. Default: the estate's. Unit: backups. Example: `30`.
        "keep" keep: Option<u32>,
        /// Never, with the reason. Default: none. Example: `"rebuilt from the URLs in the database"`.
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
