//! Live objects as a real API server (1.36.3) returned them after a server-side apply of `samples/applied.json`; the Deployment was then
//! scaled and edited with kubectl.

use serde_json::{Value, json};
use steading_model::{Desired, Object};
use steading_plan::{
    Details, FieldOwner, History, InventoryItem, Observed, Reason, Standing, differing, mask, plan,
    release_key,
};

use crate::example::{application, options};
use crate::world::live;

const APPLIED: &str = include_str!("samples/applied.json");
const LIVE: [&str; 9] = [
    include_str!("samples/cronjob.json"),
    include_str!("samples/deployment.json"),
    include_str!("samples/limitrange.json"),
    include_str!("samples/networkpolicy.json"),
    include_str!("samples/persistentvolumeclaim.json"),
    include_str!("samples/resourcequota.json"),
    include_str!("samples/secret.json"),
    include_str!("samples/service.json"),
    include_str!("samples/serviceaccount.json"),
];

fn desired() -> Desired {
    let mut desired = application("shop", "default", Vec::new());
    let applied: Vec<Value> = serde_json::from_str(APPLIED).unwrap();
    desired.objects = applied
        .into_iter()
        .map(|json| Object::from_json(json, None).unwrap())
        .collect();
    desired
}

/// The objects, all recorded in a release.
fn observed(desired: &Desired) -> Observed {
    let mut observed = Observed::default();
    let mut history = History {
        current: Some(1),
        ..History::default()
    };
    for text in LIVE {
        let mut json: Value = serde_json::from_str(text).unwrap();
        mask::mask_secret(&options().digest_key, &mut json);
        let object = Object::from_json(json, None).unwrap();
        history.inventory.push(InventoryItem {
            id: object.id.clone(),
            uid: object.json["metadata"]["uid"].as_str().unwrap().to_owned(),
        });
        observed.objects.insert(object.id, live(&object.json));
    }
    observed.releases.insert(release_key(desired), history);
    observed
}

#[test]
fn of_what_a_server_made_of_it_only_the_edited_object_differs() {
    let desired = desired();
    let observed = observed(&desired);
    let found = differing(&[desired], &observed, &options());
    let names: Vec<String> = found
        .iter()
        .map(|differing| differing.id.to_string())
        .collect();
    assert_eq!(names, ["Deployment default/web"]);
}

#[test]
fn the_edits_are_named_with_their_owners() {
    let desired = desired();
    let mut observed = observed(&desired);
    let deployment = desired
        .objects
        .iter()
        .find(|object| object.id.kind.kind == "Deployment")
        .unwrap();
    observed.details = Details::default();
    observed
        .details
        .previous
        .insert(deployment.id.clone(), deployment.json.clone());
    let (plan, report) = plan(&[desired], &observed, &options());
    let changes: Vec<_> = report.held_back[0].steps[0]
        .changes
        .iter()
        .map(|change| {
            (
                change.path.as_str(),
                change.before.clone().unwrap(),
                change.after.clone().unwrap(),
                change.standing.clone(),
            )
        })
        .collect();
    let drifted = |manager: &str, since: Option<&str>| {
        Standing::Drifted(FieldOwner {
            manager: manager.to_owned(),
            since: since.map(str::to_owned),
        })
    };
    assert_eq!(
        changes,
        [
            (
                "spec.replicas",
                json!(3),
                json!(2),
                drifted("kubectl", None)
            ),
            (
                "spec.template.spec.containers[web].image",
                json!("ghcr.io/acme/web:1.3.0"),
                json!("ghcr.io/acme/web:1.2.0"),
                drifted("kubectl-edit", Some("2026-11-21T08:15:11Z")),
            ),
        ]
    );
    assert_eq!((plan.releases.len(), plan.unchanged), (0, 8));
    let reasons: Vec<_> = report
        .not_done
        .iter()
        .map(|not_done| not_done.reason.clone())
        .collect();
    let short =
        |text: &str| Reason::OverQuota(format!("{text} allowed by `ResourceQuota default/q`"));
    assert_eq!(
        reasons,
        [
            Reason::Downgrade(
                "ghcr.io/acme/web:1.3.0".to_owned(),
                "ghcr.io/acme/web:1.2.0".to_owned()
            ),
            short("requests.cpu: 1500m needed while new pods start, 1"),
            short("requests.memory: 1536Mi needed while new pods start, 512Mi"),
        ]
    );
}

/// A kind, the place of a change of what was applied, the new value (none removes it), and the path that must show.
type Row = (&'static str, &'static str, Option<Value>, &'static str);

fn rows() -> [Row; 15] {
    [
        (
            "Service",
            "/spec/selector",
            Some(json!({})),
            "spec.selector",
        ),
        (
            "Service",
            "/spec/ports/0/targetPort",
            Some(json!(8080)),
            "spec.ports[80/TCP].targetPort",
        ),
        (
            "Service",
            "/spec/ports/0/name",
            None,
            "spec.ports[80/TCP].name",
        ),
        (
            "NetworkPolicy",
            "/spec/podSelector",
            Some(json!({"matchLabels": {"a": "b"}})),
            "spec.podSelector",
        ),
        (
            "NetworkPolicy",
            "/spec/ingress/0/from",
            None,
            "spec.ingress",
        ),
        (
            "NetworkPolicy",
            "/spec/egress",
            Some(json!([{}])),
            "spec.egress",
        ),
        (
            "PersistentVolumeClaim",
            "/metadata/finalizers",
            None,
            "metadata.finalizers[example.org/guard]",
        ),
        (
            "PersistentVolumeClaim",
            "/spec/resources/requests/storage",
            Some(json!("2Gi")),
            "spec.resources.requests.storage",
        ),
        ("ResourceQuota", "/spec/hard/pods", None, "spec.hard.pods"),
        (
            "ResourceQuota",
            "/spec/hard/requests.cpu",
            Some(json!("2")),
            "spec.hard[requests.cpu]",
        ),
        (
            "LimitRange",
            "/spec/limits/0/default/memory",
            Some(json!("1Gi")),
            "spec.limits",
        ),
        (
            "CronJob",
            "/spec/schedule",
            Some(json!("@daily")),
            "spec.schedule",
        ),
        (
            "ServiceAccount",
            "/imagePullSecrets",
            Some(json!([{"name": "other"}])),
            "imagePullSecrets",
        ),
        (
            "ServiceAccount",
            "/automountServiceAccountToken",
            None,
            "automountServiceAccountToken",
        ),
        ("Secret", "/data/B", None, "data.B"),
    ]
}

#[test]
fn each_change_shows_at_its_path() {
    for (kind, pointer, value, path) in rows() {
        let mut desired = desired();
        desired.objects.retain(|object| object.id.kind.kind == kind);
        let (parent, last) = pointer.rsplit_once('/').unwrap();
        let place = desired.objects[0].json.pointer_mut(parent).unwrap();
        match value {
            Some(value) => place[last] = value,
            None => {
                place.as_object_mut().unwrap().remove(last);
            }
        }
        let mut observed = observed(&desired);
        observed
            .releases
            .values_mut()
            .for_each(|history| history.inventory.retain(|item| item.id.kind.kind == kind));
        let (plan, report) = plan(&[desired], &observed, &options());
        let release = plan.releases.first().or(report.held_back.first()).unwrap();
        let paths: Vec<&str> = release.steps[0]
            .changes
            .iter()
            .map(|change| change.path.as_str())
            .collect();
        assert_eq!(paths, [path], "{kind} {pointer}");
    }
}
