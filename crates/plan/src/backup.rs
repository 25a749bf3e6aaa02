//! Whether data that is about to be left alone was backed up: what is declared, and what can be seen.
//!
//! Steading makes no backups itself. Seen are snapshots of a claim, backups of a database, and what somebody wrote on the object.

use serde_json::Value;
use steading_model::desired::ANNOTATION_BACKUP;
use steading_model::{Object, ObjectId};

/// Annotation that whoever makes backups may write on data: when the last one ended, in RFC 3339.
pub const ANNOTATION_BACKED_UP: &str = "steading.dev/backed-up-at";

/// Says whether a backup of an object is declared. `{"none": WHY}` declares that there is none.
pub fn has_backup(object: &Object) -> bool {
    let declared = object
        .annotation(ANNOTATION_BACKUP)
        .and_then(|text| serde_json::from_str::<Value>(text).ok());
    declared.is_some_and(|declared| declared.get("none").is_none())
}

/// Returns when the last backup of an object ended, in RFC 3339, and what says so; `evidence` are the snapshots and backups of its
/// namespace.
pub fn last_backup(id: &ObjectId, live: &Value, evidence: &[Value]) -> Option<(String, String)> {
    let noted = live["metadata"]["annotations"][ANNOTATION_BACKED_UP].as_str();
    let noted = noted.map(|when| {
        (
            when.to_owned(),
            format!("its annotation `{ANNOTATION_BACKED_UP}`"),
        )
    });
    let seen = evidence.iter().filter_map(|object| ended(id, object));
    seen.chain(noted).max()
}

/// Returns when an object says that a backup ended, if it is one of this data.
fn ended(id: &ObjectId, backup: &Value) -> Option<(String, String)> {
    let (spec, status) = (&backup["spec"], &backup["status"]);
    let kind = backup["kind"].as_str()?;
    let when = match kind {
        "VolumeSnapshot" => {
            let of = spec["source"]["persistentVolumeClaimName"].as_str();
            let is_it = id.kind.is("", "PersistentVolumeClaim") && of == Some(&id.name);
            (is_it && status["readyToUse"] == true).then_some(&status["creationTime"])
        }
        "Backup" => {
            let is_it = id.kind.is("postgresql.cnpg.io", "Cluster")
                && spec["cluster"]["name"].as_str() == Some(&id.name);
            (is_it && status["phase"] == "completed").then_some(&status["stoppedAt"])
        }
        _ => None,
    };
    let name = backup["metadata"]["name"].as_str()?;
    Some((when?.as_str()?.to_owned(), format!("`{kind} {name}`")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use steading_model::GroupKind;

    use super::*;

    fn id(group: &str, kind: &str, name: &str) -> ObjectId {
        ObjectId {
            kind: GroupKind::new(group, kind),
            namespace: Some("shop".to_owned()),
            name: name.to_owned(),
        }
    }

    fn snapshot(claim: &str, is_ready: bool, when: &str) -> Value {
        json!({
            "kind": "VolumeSnapshot", "metadata": { "name": "nightly" },
            "spec": { "source": { "persistentVolumeClaimName": claim } },
            "status": { "readyToUse": is_ready, "creationTime": when },
        })
    }

    #[test]
    fn the_last_backup_that_ended_counts() {
        let data = id("", "PersistentVolumeClaim", "data");
        let evidence = [
            snapshot("data", true, "2026-11-19T03:00:00Z"),
            snapshot("data", true, "2026-11-20T03:00:00Z"),
            snapshot("data", false, "2026-11-21T03:00:00Z"),
            snapshot("other", true, "2026-11-21T03:00:00Z"),
        ];
        let last = last_backup(&data, &json!({}), &evidence);
        assert_eq!(
            last,
            Some((
                "2026-11-20T03:00:00Z".to_owned(),
                "`VolumeSnapshot nightly`".to_owned()
            ))
        );
        let noted = json!({ "metadata": { "annotations": { "steading.dev/backed-up-at": "2026-11-21T04:00:00Z" } } });
        let last = last_backup(&data, &noted, &evidence).unwrap();
        assert_eq!(last.0, "2026-11-21T04:00:00Z");
        assert_eq!(last_backup(&data, &json!({}), &[]), None);
    }

    #[test]
    fn a_database_is_backed_up_by_its_operator() {
        let cluster = id("postgresql.cnpg.io", "Cluster", "shop-database");
        let backup = |phase: &str| {
            json!({
                "kind": "Backup", "metadata": { "name": "last" }, "spec": { "cluster": { "name": "shop-database" } },
                "status": { "phase": phase, "stoppedAt": "2026-11-20T03:00:00Z" },
            })
        };
        assert!(last_backup(&cluster, &json!({}), &[backup("completed")]).is_some());
        assert!(last_backup(&cluster, &json!({}), &[backup("failed")]).is_none());
        let claim = id("", "PersistentVolumeClaim", "shop-database");
        assert!(last_backup(&claim, &json!({}), &[backup("completed")]).is_none());
    }

    #[test]
    fn no_backup_is_a_declaration_too() {
        for (text, expected) in [
            (r#"{"schedule":"0 3 * * *"}"#, true),
            ("{}", true),
            (r#"{"none":"can be made again"}"#, false),
        ] {
            let json = json!({
                "apiVersion": "v1", "kind": "PersistentVolumeClaim",
                "metadata": { "name": "data", "namespace": "shop", "annotations": { "steading.dev/backup": text } },
            });
            let object = Object::from_json(json, None).unwrap();
            assert_eq!(has_backup(&object), expected, "{text}");
        }
    }
}
