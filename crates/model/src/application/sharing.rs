//! Which pods must be on one node, because a volume that they share belongs to one node at a time.

use std::collections::{BTreeMap, BTreeSet};

use super::{Application, Component, DataMeaning, Kind, Volume};
use crate::node::FieldPath;

/// Components and jobs whose pods must be on one node: each shares a volume with another of them.
#[derive(Clone, Debug)]
pub struct OneNode<'a> {
    /// The first of their volumes, `OWNER/NAME`, or `claim/NAME` of someone else's.
    pub volume: String,
    /// The members in their order, with the place where each mounts one of the volumes.
    pub members: Vec<(&'a Component, FieldPath)>,
}

impl Application {
    /// Returns the groups of components and jobs that must be on one node, those with one member too.
    pub fn one_node(&self) -> Vec<OneNode<'_>> {
        let mut groups: Vec<(BTreeSet<String>, OneNode<'_>)> = Vec::new();
        for owner in self.owners() {
            let mounts = self.bound(owner);
            let Some((first, path)) = mounts.first_key_value() else {
                continue;
            };
            let mut names: BTreeSet<String> = mounts.keys().cloned().collect();
            let mut members = vec![(owner, path.clone())];
            let mut volume = first.clone();
            let meets = |(known, _): &(BTreeSet<String>, _)| !known.is_disjoint(&names);
            let (met, apart): (Vec<_>, Vec<_>) = groups.into_iter().partition(meets);
            for (known, group) in met.into_iter().rev() {
                names.extend(known);
                volume = volume.min(group.volume);
                members.splice(0..0, group.members);
            }
            groups = apart;
            groups.push((names, OneNode { volume, members }));
        }
        groups.into_iter().map(|(_, group)| group).collect()
    }

    /// Returns the volumes of a component or job, and of what is beside it, that belong to one node at a time.
    fn bound(&self, owner: &Component) -> BTreeMap<String, FieldPath> {
        let beside = owner.beside().map(|(_, one)| one);
        let all = std::iter::once(owner).chain(beside);
        let volumes =
            all.flat_map(|one| one.volumes().into_iter().map(move |volume| (one, volume)));
        let bound = volumes.filter_map(|(one, (name, path, volume))| {
            Some((self.bound_name(one, &name, volume)?, path))
        });
        let mut first = BTreeMap::new();
        for (name, path) in bound {
            first.entry(name).or_insert(path);
        }
        first
    }

    /// Returns the name of a volume that belongs to one node at a time.
    fn bound_name(&self, owner: &Component, name: &str, volume: &Volume) -> Option<String> {
        let (owner, name, meant) = match &volume.volume {
            None => (owner, name.to_owned(), volume),
            Some(reference) => self.volume(reference)?,
        };
        let of_each = owner.fields.kind == Some(Kind::Stateful) && meant.existing_claim.is_none();
        let anywhere = match meant.data {
            Some(DataMeaning::Shared) => true,
            Some(DataMeaning::Host) => meant.path.is_some(),
            _ => false,
        };
        if of_each || anywhere {
            return None;
        }
        Some(match &meant.existing_claim {
            Some(claim) => format!("claim/{claim}"),
            None => format!("{}/{name}", owner.name),
        })
    }
}
