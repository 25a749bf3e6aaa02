//! Whose things are: drift, conflicts, objects in the way, and what is pruned.

use serde_json::json;
use steading_model::Object;
use steading_model::desired::ANNOTATION_MAX_SIZE;
use steading_plan::{
    Action, Budget, DryRun, Effect, FieldOwner, OpenRelease, Options, PlanReport, Quarantine,
    Reason, Scope, Standing, Unreadable, release::Phase, release_key, retired, spelled,
};

use crate::example::{application, deployment, id, object, options, shop, small};
use crate::world::{World, live};

fn reasons(report: &PlanReport) -> Vec<Reason> {
    report
        .not_done
        .iter()
        .map(|not_done| not_done.reason.clone())
        .collect()
}

fn since_nine(manager: &str) -> FieldOwner {
    FieldOwner {
        manager: manager.to_owned(),
        since: Some("2026-11-21T09:00:00Z".to_owned()),
    }
}

#[test]
fn what_somebody_changed_is_taken_back() {
    let mut world = World::running(&[shop()], &options());
    let image = "/spec/template/spec/containers/0/image";
    world.edit(
        &deployment(),
        image,
        json!("ghcr.io/acme/shop:1.1.0"),
        "kubectl-edit",
    );
    let (plan, report) = world.plan(&[shop()], &options());
    assert_eq!(report.not_done, []);
    let change = &plan.releases[0].steps[0].changes[0];
    assert_eq!(change.path, "spec.template.spec.containers[web].image");
    assert_eq!(
        change.standing,
        Standing::Drifted(since_nine("kubectl-edit"))
    );
}

#[test]
fn what_somebody_added_is_theirs() {
    let mut world = World::running(&[shop()], &options());
    world.edit(
        &deployment(),
        "/spec/template/spec/nodeName",
        json!("a"),
        "kubectl-edit",
    );
    world.edit(
        &deployment(),
        "/metadata/labels/team",
        json!("a"),
        "kubectl-label",
    );
    assert_eq!(world.plan(&[shop()], &options()).0.releases.len(), 0);
}

#[test]
fn a_field_of_someone_else_needs_a_decision() {
    let mut desired = shop();
    object(&mut desired, &deployment())["spec"]
        .as_object_mut()
        .unwrap()
        .remove("replicas");
    let mut world = World::running(std::slice::from_ref(&desired), &options());
    world.edit(&deployment(), "/spec/replicas", json!(5), "autoscaler");
    assert_eq!(
        world
            .plan(std::slice::from_ref(&desired), &options())
            .0
            .releases
            .len(),
        0
    );
    let (plan, report) = world.plan(&[shop()], &options());
    let conflict = Reason::Conflict("spec.replicas".to_owned(), since_nine("autoscaler"));
    assert_eq!((plan.releases.len(), reasons(&report)), (0, vec![conflict]));
    let adopting = Options {
        adopt: [spelled(&deployment())].into(),
        ..options()
    };
    let (plan, report) = world.plan(&[shop()], &adopting);
    assert_eq!((plan.releases.len(), reasons(&report)), (1, vec![]));
}

#[test]
fn what_we_no_longer_desire_goes() {
    let world = World::running(&[shop()], &options());
    let mut desired = shop();
    object(&mut desired, &id("", "ConfigMap", "shop"))["data"] = json!({"b": "2"});
    let (plan, _) = world.plan(&[desired], &options());
    let changes = &plan.releases[0].steps[0].changes;
    let found: Vec<_> = changes
        .iter()
        .map(|change| {
            (
                change.path.as_str(),
                change.before.clone(),
                change.after.clone(),
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            ("data.a", Some(json!("1")), None),
            ("data.b", None, Some(json!("2")))
        ]
    );
}

#[test]
fn an_object_in_the_way_is_not_touched() {
    let mut world = World::default();
    let map = shop()
        .objects
        .into_iter()
        .find(|object| object.id.kind.kind == "ConfigMap")
        .unwrap();
    let mut foreign = map.json.clone();
    foreign["metadata"]["labels"] = json!({});
    world.apply(&map.id, &foreign, "helm");
    let (plan, report) = world.plan(&[shop()], &options());
    let owner = FieldOwner {
        manager: "helm".to_owned(),
        since: Some("2026-11-21T08:00:00Z".to_owned()),
    };
    assert_eq!(
        (plan.releases.len(), reasons(&report)),
        (0, vec![Reason::Unowned(Some(owner))])
    );
    let adopting = Options {
        adopt: [spelled(&map.id)].into(),
        ..options()
    };
    let (plan, report) = world.plan(&[shop()], &adopting);
    assert_eq!((plan.releases.len(), reasons(&report)), (1, vec![]));
}

#[test]
fn an_object_of_another_application_or_estate_is_not_touched() {
    for (label, value, name) in [
        ("steading.dev/application", "blog", "prod/blog"),
        ("steading.dev/environment", "test", "test/shop"),
        ("steading.dev/estate", "elsewhere", "estate elsewhere"),
    ] {
        let mut world = World::default();
        let map = shop()
            .objects
            .into_iter()
            .find(|object| object.id.kind.kind == "ConfigMap")
            .unwrap();
        let mut foreign = map.json.clone();
        foreign["metadata"]["labels"][label] = json!(value);
        world.apply(&map.id, &foreign, "steading");
        let (plan, report) = world.plan(&[shop()], &options());
        let owner = FieldOwner {
            manager: name.to_owned(),
            since: None,
        };
        assert_eq!(
            (plan.releases.len(), reasons(&report)),
            (0, vec![Reason::Unowned(Some(owner))])
        );
    }
}

#[test]
fn two_applications_cannot_desire_the_same_object() {
    let mut second = small("second", &[]);
    second.objects = small("first", &[]).objects;
    let (plan, report) = World::default().plan(&[small("first", &[]), second], &options());
    let owner = FieldOwner {
        manager: "prod/first".to_owned(),
        since: None,
    };
    assert_eq!(
        (plan.releases.len(), reasons(&report)),
        (1, vec![Reason::Unowned(Some(owner))])
    );
}

/// `shop` without one of its objects.
fn without(kind: &str, name: &str) -> steading_model::Desired {
    let mut desired = shop();
    desired
        .objects
        .retain(|object| !(object.id.kind.kind == kind && object.id.name == name));
    desired
}

#[test]
fn what_is_no_longer_declared_is_deleted_last() {
    let world = World::running(&[shop()], &options());
    for (kind, name, effect) in [
        ("ConfigMap", "shop", Effect::None),
        ("Service", "shop", Effect::Downtime),
        ("Deployment", "shop", Effect::Downtime),
        ("IngressRoute", "shop", Effect::Downtime),
    ] {
        let (plan, report) = world.plan(&[without(kind, name)], &options());
        assert_eq!(report.not_done, [], "{kind}");
        let step = plan.releases[0].steps.last().unwrap();
        assert_eq!(
            (step.id.kind.kind.as_str(), step.action, step.effect),
            (kind, Action::Delete, effect)
        );
        assert_eq!(plan.releases[0].kept.len(), 10, "{kind}");
    }
}

#[test]
fn a_policy_that_goes_while_pods_stay_is_an_exposure() {
    let world = World::running(&[shop()], &options());
    let (plan, report) = world.plan(&[without("NetworkPolicy", "shop")], &options());
    assert_eq!(
        (plan.releases.len(), reasons(&report)),
        (0, vec![Reason::NeedsAcceptance(Effect::Exposure)])
    );
}

#[test]
fn what_cannot_be_made_again_is_kept_unless_accepted() {
    let mut world = World::running(&[shop()], &options());
    for (kind, name, why) in [
        ("PersistentVolumeClaim", "data", "it holds data: sensitive"),
        (
            "Secret",
            "made",
            "its values were made once and cannot be made again",
        ),
        (
            "Namespace",
            "prod-shop",
            "it holds `PersistentVolumeClaim prod-shop/data`, which is kept",
        ),
    ] {
        let desired = without(kind, name);
        let (plan, report) = world.plan(std::slice::from_ref(&desired), &options());
        assert_eq!(
            (plan.releases.len(), reasons(&report)),
            (0, vec![Reason::Kept(why.to_owned())])
        );
    }
    let desired = without("PersistentVolumeClaim", "data");
    let claim = id("", "PersistentVolumeClaim", "data");
    let accepting = Options {
        accept: [spelled(&claim)].into(),
        ..options()
    };
    let (plan, report) = world.plan(std::slice::from_ref(&desired), &accepting);
    assert_eq!(reasons(&report), []);
    assert_eq!(plan.releases[0].steps[0].effect, Effect::DataLoss);
    world.run(&plan, &options());
    assert!(!world.objects.contains_key(&claim));
}

#[test]
fn nothing_is_deleted_that_is_not_ours_any_more() {
    let map = id("", "ConfigMap", "shop");
    for (pointer, value, why) in [
        (
            "/metadata/uid",
            json!("another"),
            "it was made again by someone else",
        ),
        (
            "/metadata/labels/app.kubernetes.io~1managed-by",
            json!("helm"),
            "its labels say that it is not of this application any more",
        ),
        (
            "/metadata/labels/steading.dev~1application",
            json!("blog"),
            "its labels say that it is not of this application any more",
        ),
    ] {
        let mut world = World::running(&[shop()], &options());
        *world
            .objects
            .get_mut(&map)
            .unwrap()
            .pointer_mut(pointer)
            .unwrap() = value;
        let (plan, report) = world.plan(&[without("ConfigMap", "shop")], &options());
        assert_eq!(
            (plan.releases.len(), reasons(&report)),
            (0, vec![Reason::Kept(why.to_owned())])
        );
    }
}

#[test]
fn what_is_in_no_inventory_is_reported_and_left() {
    let mut world = World::running(&[shop()], &options());
    let mut stray = shop()
        .objects
        .into_iter()
        .find(|object| object.id.kind.kind == "ConfigMap")
        .unwrap();
    stray.json["metadata"]["name"] = json!("stray");
    let stray = Object::from_json(stray.json, None).unwrap();
    world.apply(&stray.id, &stray.json, "steading");
    let (plan, report) = world.plan(&[shop()], &options());
    let why = "it carries the labels of this application, but no release made it".to_owned();
    assert_eq!(
        (plan.releases.len(), reasons(&report)),
        (0, vec![Reason::Kept(why)])
    );
    // Made by a controller from a template with our labels: nothing to report.
    world.objects.remove(&stray.id);
    world.apply(&stray.id, &stray.json, "kube-controller-manager");
    assert_eq!(reasons(&world.plan(&[shop()], &options()).1), []);
}

#[test]
fn an_application_that_is_no_longer_declared_goes() {
    let world = World::running(&[small("a", &[]), small("b", &[])], &options());
    let mut desired = vec![small("b", &[])];
    desired.extend(retired(&desired, &world.observe(&options()), "homestead"));
    let (plan, report) = world.plan(&desired, &options());
    assert_eq!(reasons(&report), []);
    let steps: Vec<_> = plan
        .releases
        .iter()
        .flat_map(|release| &release.steps)
        .map(|step| (step.id.to_string(), step.action))
        .collect();
    assert_eq!(steps, [("ConfigMap prod-a/a".to_owned(), Action::Delete)]);
}

#[test]
fn an_error_is_not_nothing() {
    let world = World::running(&[shop()], &options());
    let mut observed = world.observe(&options());
    let kind = id("", "ConfigMap", "shop").kind;
    observed.unreadable.push(Unreadable {
        kind: kind.clone(),
        namespace: None,
        answer: "forbidden".to_owned(),
    });
    observed.objects.retain(|id, _| id.kind != kind);
    for desired in [shop(), without("ConfigMap", "shop")] {
        let (plan, report) = steading_plan::plan(&[desired], &observed, &options());
        assert_eq!(
            (plan.releases.len(), reasons(&report)),
            (0, vec![Reason::Unreadable("forbidden".to_owned())])
        );
    }
}

#[test]
fn a_run_deletes_no_more_than_its_budget() {
    let world = World::running(&[small("a", &[]), small("b", &[])], &options());
    let gone = retired(&[], &world.observe(&options()), "homestead");
    let limited = |objects, percent, accepted| Options {
        budget: Budget {
            objects,
            percent,
            accepted,
        },
        ..options()
    };
    for (budget, releases) in [
        ((2, 0, 0), 2),
        ((1, 0, 0), 0),
        ((0, 99, 0), 0),
        ((0, 100, 0), 2),
        ((0, 0, 2), 2),
    ] {
        let (objects, percent, accepted) = budget;
        let (plan, report) = world.plan(&gone, &limited(objects, percent, accepted));
        let is_over = report.over_budget.is_some();
        assert_eq!(
            (plan.releases.len(), is_over),
            (releases, releases == 0),
            "{budget:?}"
        );
        assert_eq!(report.held_back.len(), 2 - releases, "{budget:?}");
    }
    let (_, report) = world.plan(&gone, &limited(0, 0, 1));
    let over = report.over_budget.unwrap();
    let deletes: Vec<_> = over
        .deletes
        .iter()
        .map(|(key, count)| (key.application.as_str(), *count))
        .collect();
    assert_eq!((over.managed, deletes), (2, vec![("a", 1), ("b", 1)]));
}

#[test]
fn one_namespace_means_one_namespace() {
    let one = Options {
        scope: Scope::OneNamespace("prod-shop".to_owned()),
        ..options()
    };
    let (plan, report) = World::default().plan(&[shop()], &one);
    assert_eq!(
        (plan.releases.len(), reasons(&report)),
        (1, vec![Reason::ClusterScoped])
    );
    assert_eq!(plan.releases[0].steps.len(), 10);
    let world = World::running(&[shop()], &options());
    let mut observed = world.observe(&options());
    observed.objects.retain(|id, _| id.namespace.is_some());
    let (plan, report) = steading_plan::plan(&[shop()], &observed, &one);
    assert_eq!((plan.releases.len(), reasons(&report)), (0, vec![]));
}

#[test]
fn what_depends_on_something_held_back_waits() {
    let mut needed = small("needed", &[]);
    needed.objects[0].json["kind"] = json!("Widget");
    needed.objects[0] = Object::from_json(needed.objects[0].json.clone(), None).unwrap();
    let mut world = World::default();
    world
        .observed
        .unserved
        .push(needed.objects[0].id.kind.clone());
    let key = release_key(&needed);
    let (plan, report) = world.plan(
        &[
            small("one", &["needed"]),
            small("two", &["one"]),
            small("free", &[]),
            needed,
        ],
        &options(),
    );
    let released: Vec<_> = plan
        .releases
        .iter()
        .map(|release| release.key.application.as_str())
        .collect();
    assert_eq!(released, ["free"]);
    let one = release_key(&small("one", &[]));
    assert_eq!(
        reasons(&report),
        [Reason::Unserved, Reason::Waiting(key), Reason::Waiting(one)]
    );
}

#[test]
fn an_older_image_and_a_quarantined_version_are_held_back() {
    let mut world = World::running(&[shop()], &options());
    let mut older = shop();
    object(&mut older, &deployment())["spec"]["template"]["spec"]["containers"][0]["image"] =
        json!("ghcr.io/acme/shop:1.1.0");
    let (plan, report) = world.plan(std::slice::from_ref(&older), &options());
    let downgrade = Reason::Downgrade(
        "ghcr.io/acme/shop:1.2.0".to_owned(),
        "ghcr.io/acme/shop:1.1.0".to_owned(),
    );
    assert_eq!(
        (plan.releases.len(), reasons(&report)),
        (0, vec![downgrade])
    );
    let accepting = Options {
        accept: ["downgrade".to_owned()].into(),
        ..options()
    };
    let (plan, _) = world.plan(std::slice::from_ref(&older), &accepting);
    let digest = plan.releases[0].digest.clone();
    let history = world.observed.releases.values_mut().next().unwrap();
    history.quarantined.insert(digest, "rolled back".to_owned());
    let (plan, report) = world.plan(std::slice::from_ref(&older), &accepting);
    assert_eq!(
        (plan.releases.len(), reasons(&report)),
        (0, vec![Reason::Quarantined("rolled back".to_owned())])
    );
    let released = Options {
        quarantine: Quarantine::Release,
        ..accepting
    };
    assert_eq!(world.plan(&[older], &released).0.releases.len(), 1);
}

#[test]
fn an_open_release_is_named() {
    let mut world = World::running(&[shop()], &options());
    let history = world.observed.releases.values_mut().next().unwrap();
    history.open = Some(OpenRelease {
        number: 2,
        phase: Phase::Running,
        actor: "ann".to_owned(),
        since: "2026-11-21T08:00:00Z".to_owned(),
        digest: String::new(),
        group: Vec::new(),
        holder: None,
    });
    let (_, report) = world.plan(&[shop()], &options());
    assert_eq!(reasons(&report), [Reason::Open(2)]);
}

#[test]
fn a_claim_that_grew_by_itself_is_as_declared() {
    let claim = id("", "PersistentVolumeClaim", "data");
    let mut growing = shop();
    object(&mut growing, &claim)["metadata"]["annotations"][ANNOTATION_MAX_SIZE] = json!("8Gi");
    let mut world = World::running(&[growing.clone()], &options());
    world.edit(
        &claim,
        "/spec/resources/requests/storage",
        json!("4Gi"),
        "resizer",
    );
    let (plan, report) = world.plan(&[growing], &options());
    assert!(
        plan.releases.is_empty() && reasons(&report).is_empty(),
        "{report:?}"
    );
}

#[test]
fn a_claim_does_not_shrink_and_is_not_replaced_silently() {
    let world = World::running(&[shop()], &options());
    let claim = id("", "PersistentVolumeClaim", "data");
    let mut smaller = shop();
    object(&mut smaller, &claim)["spec"]["resources"]["requests"]["storage"] = json!("512Mi");
    let (_, report) = world.plan(&[smaller], &options());
    let why = "a claim cannot shrink: it has 1Gi, and 512Mi is declared; write `size: 1Gi`, or declare a new volume and copy the data with a job that mounts both";
    assert_eq!(reasons(&report), [Reason::Refused(why.to_owned())]);
    let mut other = shop();
    object(&mut other, &claim)["spec"]["storageClassName"] = json!("slow");
    let (_, report) = world.plan(&[other], &options());
    assert_eq!(
        reasons(&report),
        [Reason::NeedsAcceptance(Effect::DataLoss)]
    );
    assert_eq!(report.held_back[0].steps[0].action, Action::Replace);
    let mut larger = shop();
    object(&mut larger, &claim)["spec"]["resources"]["requests"]["storage"] = json!("2Gi");
    let (plan, _) = world.plan(&[larger], &options());
    assert_eq!(
        (
            plan.releases[0].steps[0].action,
            plan.releases[0].steps[0].effect
        ),
        (Action::Update, Effect::None)
    );
}

#[test]
fn what_the_server_would_not_change_is_no_change() {
    let world = World::running(&[shop()], &options());
    let mut desired = shop();
    // A custom resource in which the server writes `1h` as `60m`.
    object(&mut desired, &id("traefik.io", "Middleware", "login"))["spec"]["forwardAuth"]["address"] =
        json!("http://SSO.auth");
    let mut observed = world.observe(&options());
    let found = steading_plan::differing(std::slice::from_ref(&desired), &observed, &options());
    assert_eq!(found.len(), 1);
    let live = world.objects[&found[0].id].clone();
    observed
        .details
        .dry_runs
        .insert(found[0].id.clone(), steading_plan::DryRun::Accepted(live));
    let (plan, report) = steading_plan::plan(&[desired], &observed, &options());
    assert_eq!(
        (plan.releases.len(), plan.unchanged, reasons(&report)),
        (0, 11, vec![])
    );
}

#[test]
fn a_migration_runs_once_for_each_version() {
    let with_job = |image: &str| {
        let mut desired = shop();
        let job = json!({"apiVersion": "batch/v1", "kind": "Job",
            "metadata": {"name": "migrate", "annotations": {"steading.dev/phase": "migrate"}},
            "spec": {"template": {"spec": {"containers": [{"name": "migrate", "image": image}]}}}});
        desired
            .objects
            .extend(application("shop", "prod-shop", vec![job]).objects);
        desired
    };
    let job = id("batch", "Job", "migrate");
    let mut world = World::running(&[with_job("shop:1")], &options());
    // Finished and collected: it is not run again.
    let finished = world.objects.remove(&job).unwrap();
    assert_eq!(
        world
            .plan(&[with_job("shop:1")], &options())
            .0
            .releases
            .len(),
        0
    );
    world.objects.insert(job.clone(), finished);
    let (plan, report) = world.plan(&[with_job("shop:2")], &options());
    assert_eq!(reasons(&report), []);
    let step = &plan.releases[0].steps[0];
    assert_eq!(
        (&step.id, step.action, step.effect),
        (&job, Action::Replace, Effect::None)
    );
}

#[test]
fn what_a_run_may_not_touch_stays_in_the_inventory() {
    let world = World::running(&[shop()], &options());
    let mut desired = shop();
    let namespace = desired
        .objects
        .iter()
        .find(|object| object.id.kind.kind == "Namespace")
        .unwrap()
        .id
        .clone();
    object(&mut desired, &namespace)["metadata"]["labels"]["tier"] = json!("core");
    object(&mut desired, &id("", "ConfigMap", "shop"))["data"]["a"] = json!("2");
    let one = Options {
        scope: Scope::OneNamespace("prod-shop".to_owned()),
        ..options()
    };
    let (plan, report) = world.plan(&[desired], &one);
    assert_eq!(reasons(&report), [Reason::ClusterScoped]);
    assert_eq!(plan.releases[0].steps.len(), 1);
    assert!(
        plan.releases[0]
            .kept
            .iter()
            .any(|item| item.id == namespace)
    );
}

#[test]
fn the_answer_of_the_server_decides() {
    let world = World::running(&[shop()], &options());
    let mut desired = shop();
    let map = id("", "ConfigMap", "shop");
    object(&mut desired, &map)["data"]["a"] = json!("2");
    for (answer, action, found) in [
        (None, Action::Update, vec![]),
        (
            Some(DryRun::Immutable("field is immutable".to_owned())),
            Action::Replace,
            vec![],
        ),
        (
            Some(DryRun::Refused("denied".to_owned())),
            Action::Update,
            vec![Reason::Refused("denied".to_owned())],
        ),
    ] {
        let mut observed = world.observe(&options());
        observed
            .details
            .dry_runs
            .extend(answer.map(|answer| (map.clone(), answer)));
        let (plan, report) =
            steading_plan::plan(std::slice::from_ref(&desired), &observed, &options());
        let release = plan.releases.first().or(report.held_back.first()).unwrap();
        assert_eq!((release.steps[0].action, reasons(&report)), (action, found));
    }
}

#[test]
fn a_pod_that_fits_no_node_and_a_rollout_that_fits_no_quota_are_named() {
    let mut desired = shop();
    object(&mut desired, &deployment())["spec"]["template"]["spec"]["containers"][0]["resources"]
        ["requests"]["memory"] = json!("3Gi");
    let quota = json!({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "shop"}, "spec": {"hard": {"requests.memory": "4Gi", "pods": "2"}}});
    desired
        .objects
        .extend(application("shop", "prod-shop", vec![quota]).objects);
    let mut observed = World::default().observe(&options());
    let node = json!({"status": {"allocatable": {"cpu": "2", "memory": "2Gi"}, "conditions": [{"type": "Ready", "status": "True"}]}});
    observed.nodes.push(live(&node));
    let (_, report) = steading_plan::plan(&[desired], &observed, &options());
    assert_eq!(
        reasons(&report),
        [
            Reason::OverQuota("requests.memory: 6Gi needed while new pods start, 4Gi allowed by `ResourceQuota prod-shop/shop`".to_owned()),
            Reason::NoNodeFits("one pod needs cpu 100m and memory 3Gi; the largest node that it may run on has cpu 2 and memory 2Gi".to_owned()),
            Reason::Tight("memory: the pods of this estate ask for 6Gi, and all nodes together have 2Gi: some will have no place".to_owned()),
        ]
    );
}
