//! Which steps of a release are done side by side, and in which order.

use std::collections::{BTreeMap, BTreeSet};

use steading_plan::{Action, Wave, removal, turn};

use super::work::Work;

/// Returns the steps in the order of their waves. Deletes are of one wave, and go one kind after the other: what leads to an object
/// before the object itself.
pub(crate) fn stages(works: &[Work]) -> Vec<(Wave, Vec<&Work>)> {
    let mut stages: BTreeMap<(Wave, u8), Vec<&Work>> = BTreeMap::new();
    let goes = |work: &&Work| work.action == Action::Delete;
    let ends: BTreeSet<Wave> = works.iter().filter(goes).map(|work| work.wave).collect();
    for work in works {
        let turn = match work.wave {
            Wave::Prune => removal(&work.id),
            wave if ends.contains(&wave) => turn(&work.id, work.action, work.moving.as_ref()),
            _ => 0,
        };
        stages.entry((work.wave, turn)).or_default().push(work);
    }
    stages
        .into_iter()
        .map(|((wave, _), works)| (wave, works))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::release::work::Guard;
    use steading_model::{GroupKind, ObjectId};

    fn work(group: &str, kind: &str, wave: Wave) -> Work {
        Work {
            id: ObjectId {
                kind: GroupKind::new(group, kind),
                namespace: None,
                name: "shop".to_owned(),
            },
            action: Action::Delete,
            wave,
            desired: None,
            uid: None,
            displaces: BTreeSet::new(),
            guard: Guard::Absent,
            takes: None,
            moving: None,
            noted: None,
        }
    }

    #[test]
    fn routes_are_gone_before_what_they_lead_to_goes() {
        let works = [
            work("", "Secret", Wave::Prune),
            work("apps", "Deployment", Wave::Prune),
            work("", "Service", Wave::Prune),
            work("traefik.io", "IngressRoute", Wave::Prune),
            work("", "ConfigMap", Wave::Configuration),
        ];
        let kinds: Vec<Vec<&str>> = stages(&works)
            .iter()
            .map(|(_, works)| {
                works
                    .iter()
                    .map(|work| work.id.kind.kind.as_str())
                    .collect()
            })
            .collect();
        assert_eq!(
            kinds,
            [
                vec!["ConfigMap"],
                vec!["IngressRoute"],
                vec!["Deployment", "Service"],
                vec!["Secret"]
            ]
        );
    }
}
