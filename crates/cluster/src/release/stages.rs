//! Which steps of a release are done side by side, and in which order.

use std::collections::{BTreeMap, BTreeSet};

use steading_plan::{Action, Wave, removal};

use super::execute::Work;

/// Returns the steps in the order of their waves. Deletes are of one wave, and go one kind after the other: what leads to an object
/// before the object itself.
pub(crate) fn stages(works: &[Work]) -> Vec<(Wave, Vec<&Work>)> {
    let mut stages: BTreeMap<(Wave, u8), Vec<&Work>> = BTreeMap::new();
    let goes = |work: &&Work| work.action == Action::Delete;
    let ends: BTreeSet<Wave> = works.iter().filter(goes).map(|work| work.wave).collect();
    for work in works {
        let turn = match work.wave {
            Wave::Prune => removal(&work.id),
            wave => turn(work, ends.contains(&wave)),
        };
        stages.entry((work.wave, turn)).or_default().push(work);
    }
    stages
        .into_iter()
        .map(|((wave, _), works)| (wave, works))
        .collect()
}

/// Returns when a step of another wave has its turn. Where something of what the application was before goes in it: first what had a
/// volume, then its claim, then comes the one that gets it; and a certificate is there before the former routes go, so that those of the
/// new one come at once.
fn turn(work: &Work, something_goes: bool) -> u8 {
    match (work.action, &work.moving) {
        (Action::Delete, None) => 1,
        (Action::Delete, Some(_)) => 2,
        _ if something_goes && work.id.kind.kind == "Certificate" => 0,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::release::execute::Guard;
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
