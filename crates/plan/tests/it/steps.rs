//! What each single change of a running application becomes.

use serde_json::json;
use steading_model::Object;
use steading_model::desired::SHARED_ENVIRONMENT;
use steading_model::name::{EnvironmentName, NamespaceName};
use steading_plan::{Action, Effect, Reason, Wave};

use crate::example::{deployment, id, object, options, shop, small};
use crate::world::World;

#[test]
fn what_all_share_comes_before_any_application() {
    let world = World::default();
    let mut ground = shop();
    ground.environment = EnvironmentName::parse(SHARED_ENVIRONMENT).unwrap();
    ground.namespace = NamespaceName::parse("z-system").unwrap();
    let class = json!({ "apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": { "name": "z" }, "value": 1 });
    ground.objects = vec![Object::from_json(class, None).unwrap()];
    let (plan, _) = world.plan(&[shop(), ground], &options());
    let order: Vec<&str> = plan
        .releases
        .iter()
        .map(|release| release.key.environment.as_str())
        .collect();
    assert_eq!(order, [SHARED_ENVIRONMENT, "prod"]);
    assert_eq!(plan.releases[1].after, [plan.releases[0].key.clone()]);
}

#[test]
fn the_first_release_makes_everything_in_order() {
    let world = World::default();
    let (plan, report) = world.plan(&[shop()], &options());
    assert_eq!(report.not_done, []);
    let steps: Vec<(Wave, String, Action)> = plan.releases[0]
        .steps
        .iter()
        .map(|step| (step.wave, step.id.to_string(), step.action))
        .collect();
    let expected = [
        (Wave::Ground, "Namespace prod-shop"),
        (Wave::Guards, "NetworkPolicy prod-shop/shop"),
        (Wave::Configuration, "ConfigMap prod-shop/shop"),
        (Wave::Configuration, "Secret prod-shop/given"),
        (Wave::Configuration, "Secret prod-shop/made"),
        (Wave::Configuration, "Middleware prod-shop/home"),
        (Wave::Configuration, "Middleware prod-shop/login"),
        (Wave::Volumes, "PersistentVolumeClaim prod-shop/data"),
        (Wave::Workloads, "Service prod-shop/shop"),
        (Wave::Workloads, "Deployment prod-shop/shop"),
        (Wave::Routes, "IngressRoute prod-shop/shop"),
    ]
    .map(|(wave, name)| (wave, name.to_owned(), Action::Create));
    assert_eq!(steps, expected);
    let release = &plan.releases[0];
    assert_eq!(
        (release.number, release.parent, release.desired.len()),
        (1, None, 11)
    );
}

#[test]
fn what_was_applied_needs_nothing() {
    let world = World::running(&[shop()], &options());
    let (plan, report) = world.plan(&[shop()], &options());
    assert_eq!(plan.releases.len(), 0);
    assert_eq!(plan.unchanged, 11);
    assert_eq!(report.not_done, []);
}

#[test]
fn one_change_is_one_step() {
    let world = World::running(&[shop()], &options());
    for (kind, pointer, value, path, action, effect) in [
        (
            deployment(),
            "/spec/template/spec/containers/0/image",
            json!("ghcr.io/acme/shop:1.3.0"),
            "spec.template.spec.containers[web].image",
            Action::Update,
            Effect::Restart,
        ),
        (
            deployment(),
            "/spec/replicas",
            json!(0),
            "spec.replicas",
            Action::Update,
            Effect::Downtime,
        ),
        (
            deployment(),
            "/spec/template/spec/containers/0/args",
            json!(["other"]),
            "spec.template.spec.containers[web].args",
            Action::Update,
            Effect::Restart,
        ),
        (
            deployment(),
            "/spec/template/spec/containers/0/env/1",
            json!({"name": "C", "value": "3"}),
            "spec.template.spec.containers[web].env[B]",
            Action::Update,
            Effect::Restart,
        ),
        (
            deployment(),
            "/spec/selector",
            json!({"matchLabels": {"app": "other"}}),
            "spec.selector",
            Action::Replace,
            Effect::Replace,
        ),
        (
            id("", "ConfigMap", "shop"),
            "/data/a",
            json!("2"),
            "data.a",
            Action::Update,
            Effect::None,
        ),
        (
            id("", "Service", "shop"),
            "/spec/ports/0/targetPort",
            json!(8080),
            "spec.ports[80/TCP].targetPort",
            Action::Update,
            Effect::None,
        ),
    ] {
        let mut desired = shop();
        *object(&mut desired, &kind).pointer_mut(pointer).unwrap() = value;
        let (plan, report) = world.plan(&[desired], &options());
        assert_eq!(report.not_done, [], "{pointer}");
        let steps = &plan.releases[0].steps;
        assert_eq!(steps.len(), 1, "{pointer}: {steps:?}");
        let step = &steps[0];
        assert_eq!(
            (
                &step.id,
                step.changes[0].path.as_str(),
                step.action,
                step.effect
            ),
            (&kind, path, action, effect)
        );
    }
}

#[test]
fn exposure_is_accepted_by_name() {
    let world = World::running(&[shop()], &options());
    let route = id("traefik.io", "IngressRoute", "shop");
    let policy = id("networking.k8s.io", "NetworkPolicy", "shop");
    for (id, pointer, value) in [
        (
            &route,
            "/spec/routes/0/middlewares",
            json!([{"name": "home"}]),
        ),
        (
            &route,
            "/spec/routes/0/middlewares",
            json!([{"name": "login"}]),
        ),
        (
            &route,
            "/spec/routes/0/match",
            json!("Host(`other.example.org`)"),
        ),
        (&policy, "/spec/ingress/0/from", json!([])),
        (&id("", "Service", "shop"), "/spec/type", json!("NodePort")),
        (
            &id("traefik.io", "Middleware", "home"),
            "/spec/ipAllowList/sourceRange",
            json!(["0.0.0.0/0"]),
        ),
        (
            &id("traefik.io", "Middleware", "login"),
            "/spec",
            json!({"headers": {}}),
        ),
    ] {
        let mut desired = shop();
        let (parent, last) = pointer.rsplit_once('/').unwrap();
        object(&mut desired, id).pointer_mut(parent).unwrap()[last] = value;
        let (plan, report) = world.plan(std::slice::from_ref(&desired), &options());
        if pointer == "/spec/routes/0/match" {
            // Still behind the allow-list: no exposure.
            assert_eq!((plan.releases.len(), report.not_done.len()), (1, 0));
            continue;
        }
        let found: Vec<_> = report
            .not_done
            .iter()
            .map(|not_done| (not_done.object.as_ref(), &not_done.reason))
            .collect();
        let changed = report.held_back[0]
            .steps
            .iter()
            .find(|step| step.id == *id)
            .unwrap();
        assert_eq!(changed.effect, Effect::Exposure, "{id} {pointer}");
        assert!(
            found.contains(&(Some(id), &Reason::NeedsAcceptance(Effect::Exposure))),
            "{found:?}"
        );
        let mut accepting = options();
        let named = report
            .not_done
            .iter()
            .filter_map(|not_done| not_done.object.as_ref());
        accepting.accept.extend(named.map(steading_plan::spelled));
        let (plan, report) = world.plan(&[desired], &accepting);
        assert_eq!((plan.releases.len(), report.not_done), (1, vec![]));
    }
}

#[test]
fn a_changed_secret_restarts_the_pods_that_use_it() {
    let mut world = World::running(&[shop()], &options());
    let mut desired = shop();
    object(&mut desired, &id("", "Secret", "given"))["stringData"]["TOKEN"] =
        json!("another-token");
    let (plan, _) = world.plan(std::slice::from_ref(&desired), &options());
    let steps: Vec<_> = plan.releases[0]
        .steps
        .iter()
        .map(|step| (step.id.to_string(), step.effect))
        .collect();
    assert_eq!(
        steps,
        [
            ("Secret prod-shop/given".to_owned(), Effect::None),
            ("Deployment prod-shop/shop".to_owned(), Effect::Restart),
        ]
    );
    world.run(&plan, &options());
    assert_eq!(world.plan(&[desired], &options()).0.releases.len(), 0);
}

#[test]
fn applications_wait_for_what_they_need() {
    let desired = [
        small("a", &["b"]),
        small("b", &["c"]),
        small("c", &[]),
        small("d", &[]),
    ];
    let world = World::default();
    let (plan, _) = world.plan(&desired, &options());
    let order: Vec<(&str, Vec<&str>)> = plan
        .releases
        .iter()
        .map(|release| {
            let after = release
                .after
                .iter()
                .map(|key| key.application.as_str())
                .collect();
            (release.key.application.as_str(), after)
        })
        .collect();
    assert_eq!(
        order,
        [
            ("c", vec![]),
            ("b", vec!["c"]),
            ("a", vec!["b"]),
            ("d", vec![])
        ]
    );
}

#[test]
fn a_cycle_still_ends() {
    let desired = [small("a", &["b"]), small("b", &["a"])];
    let (plan, _) = World::default().plan(&desired, &options());
    let order: Vec<&str> = plan
        .releases
        .iter()
        .map(|release| release.key.application.as_str())
        .collect();
    assert_eq!(order, ["a", "b"]);
    assert_eq!(plan.releases[0].after, []);
}
