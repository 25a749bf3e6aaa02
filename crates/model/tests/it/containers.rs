//! Components, sidecars, init steps and jobs: what each starts from, and what its own keys do.

use steading_model::application::{Application, Component};
use steading_model::explain::explain;
use steading_model::name::EnvName;
use steading_model::node::FieldPath;

use crate::support::{application, findings, good, resolved, web};

const SHOP: &str = "  env: { A: top }
  components:
    web:
      image: me/web:1
      port: 3000
      health: { path: / }
      env: { B: web }
      secrets: { env: [TOKEN, KEY] }
      resources: { memory: 100Mi, memoryLimit: 110Mi }
      storage: { mountPath: /data, size: 1Gi, subPath: in }
      placement: { nodes: { disk: ssd }, gpu: { count: 1 } }
      command: [serve]
      sidecars:
        proxy: { image: me/proxy:1 }
        tail: { like: web, command: [tail] }
      init:
        migrate: { command: [migrate] }
    worker:
      like: web
      command: [work]
      env: { KEY: literal }
      resources: { memory: 50Mi }
  jobs:
    clean: { like: worker, command: [clean], image: me/web:2 }
    ping: { image: me/ping:1, env: { A: job } }
";

fn shop() -> Application {
    good(&application(SHOP, "  prod: {}\n"), "prod")
}

fn container<'a>(application: &'a Application, name: &str) -> &'a Component {
    let mut all = application.containers();
    let found = all.find(|(_, container)| container.name.as_str() == name);
    found.unwrap_or_else(|| panic!("there is no {name}")).1
}

fn env(container: &Component) -> Vec<String> {
    let env = container.fields.env.iter();
    env.map(|(name, value)| format!("{name}={value}")).collect()
}

#[test]
fn a_component_starts_from_the_top_level() {
    let shop = shop();
    assert_eq!(
        env(container(&shop, "web")),
        ["A=top", "B=web", "TZ=Europe/Berlin"]
    );
    let names: Vec<&str> = shop
        .components
        .iter()
        .map(|component| component.name.as_str())
        .collect();
    assert_eq!(names, ["web", "worker"]);
}

#[test]
fn like_gives_image_environment_and_volumes_but_no_command_and_no_gpu() {
    let shop = shop();
    let worker = container(&shop, "worker");
    assert_eq!(worker.fields.image.as_ref().unwrap().as_str(), "me/web:1");
    assert_eq!(worker.fields.command.len(), 1);
    assert!(worker.fields.port.is_none() && worker.fields.health.is_none());
    let placement = worker.fields.placement.as_ref().unwrap();
    assert!(placement.gpu.is_none() && placement.nodes.contains_key("disk"));
    let storage = worker.fields.storage.as_ref().unwrap();
    assert_eq!(storage.volume.as_ref().unwrap().to_string(), "web/data");
    assert_eq!(storage.mount_path.as_str(), "/data");
    assert_eq!(storage.sub_path.as_ref().unwrap().as_str(), "in");
    assert!(storage.size.is_none());
    assert_eq!(shop.declared(storage).size.unwrap().to_string(), "1Gi");
}

#[test]
fn a_variable_has_one_source_whatever_it_was_before() {
    let shop = shop();
    let worker = container(&shop, "worker");
    assert!(env(worker).contains(&"KEY=literal".to_owned()));
    let secrets = &worker.fields.secrets.as_ref().unwrap().env.0;
    let names: Vec<&str> = secrets.keys().map(EnvName::as_str).collect();
    assert_eq!(names, ["TOKEN"]);
}

#[test]
fn a_limit_does_not_hold_for_another_request() {
    let shop = shop();
    let resources = container(&shop, "worker").fields.resources.clone().unwrap();
    assert_eq!(resources.memory.unwrap().to_string(), "50Mi");
    assert!(resources.memory_limit.is_none());
}

#[test]
fn a_sidecar_starts_from_nothing_unless_it_says_so() {
    let shop = shop();
    assert_eq!(env(container(&shop, "proxy")), ["TZ=Europe/Berlin"]);
    assert!(container(&shop, "proxy").fields.secrets.is_none());
    assert_eq!(
        env(container(&shop, "tail")),
        ["A=top", "B=web", "TZ=Europe/Berlin"]
    );
}

#[test]
fn an_init_step_starts_from_its_component_without_its_volumes() {
    let shop = shop();
    let step = container(&shop, "migrate");
    assert_eq!(step.fields.image.as_ref().unwrap().as_str(), "me/web:1");
    assert!(step.fields.storage.is_none(), "they are the pod's");
    assert_eq!(step.path.to_string(), "spec.components.web.init.migrate");
}

#[test]
fn a_job_starts_from_the_top_level_or_from_what_it_is_like() {
    let shop = shop();
    assert_eq!(env(container(&shop, "ping")), ["A=job", "TZ=Europe/Berlin"]);
    let clean = container(&shop, "clean");
    assert_eq!(clean.fields.image.as_ref().unwrap().as_str(), "me/web:2");
    assert!(env(clean).contains(&"KEY=literal".to_owned()));
    let storage = clean.fields.storage.as_ref().unwrap();
    assert_eq!(storage.volume.as_ref().unwrap().to_string(), "web/data");
}

#[test]
fn a_job_of_the_short_form_has_everything_but_the_volumes() {
    let text = web(
        "  env: { A: 1 }\n  storage: { mountPath: /d, size: 1Gi }\n  jobs: { a: { command: [a] }, b: { command: [b], volumes: [data] } }\n",
    );
    let application = good(&text, "prod");
    let a = container(&application, "a");
    assert!(env(a).contains(&"A=1".to_owned()) && a.fields.storage.is_none());
    let b = container(&application, "b");
    let (_, volume) = b.fields.volumes.0.iter().next().unwrap();
    assert_eq!(volume.mount_path.as_str(), "/d");
}

#[test]
fn volumes_of_the_top_level_are_one_for_all_components() {
    let spec = "  image: me/web:1\n  storage: { mountPath: /d, size: 1Gi }\n  components:\n    b: {}\n    a: { storage: { readOnly: true } }\n    c: { storage: { size: 2Gi } }\n";
    let application = good(&self::application(spec, "  prod: {}\n"), "prod");
    let volume = |name: &str| {
        container(&application, name)
            .fields
            .storage
            .clone()
            .unwrap()
    };
    assert_eq!(volume("a").size.unwrap().to_string(), "1Gi");
    assert_eq!(volume("b").volume.unwrap().to_string(), "a/data");
    assert_eq!(volume("c").size.unwrap().to_string(), "2Gi");
}

#[test]
fn explain_says_where_an_inherited_value_was_written() {
    let (application, _, declarations) = resolved(&self::application(SHOP, "  prod: {}\n"), "prod");
    let field = FieldPath::parse("components.worker.env").unwrap();
    let application = application.unwrap();
    let file = declarations.applications.first().unwrap();
    let lines = explain(&declarations, file, &application, Some(&field));
    let lines: Vec<String> = lines
        .iter()
        .map(|line| format!("{} {} {}", line.path, line.value, line.place))
        .collect();
    assert_eq!(
        lines,
        [
            "spec.components.worker.env.TZ Europe/Berlin estate.yaml:17:18",
            "spec.components.worker.env.A top applications/web/application.yaml:6:13",
            "spec.components.worker.env.B web applications/web/application.yaml:12:17",
            "spec.components.worker.env.KEY literal applications/web/application.yaml:26:19",
        ]
    );
}

/// What is written, and the only finding.
const MISTAKES: &[(&str, &str)] = &[
    (
        "  image: me/web:1\n  components: { a: { like: b }, b: { like: a } }\n",
        "7:44 ST1115 `like` goes round in a circle: a -> b -> a (let one of them say itself what it is)",
    ),
    (
        "  components: { a: { image: me/web:1 }, b: { like: aa } }\n",
        "6:52 ST1117 there is no container `aa` to start from (did you mean `a`?)",
    ),
    (
        "  components: { a: { image: me/web:1, env: { \"1X\": z } }, b: { like: a } }\n",
        "6:46 ST1003 `spec.components.a.env.1X` must be",
    ),
    (
        "  components: { a: { image: me/web:1 } }\n  jobs: { a: { like: a, command: [x] } }\n",
        "7:11 ST1222 a component and a job are called `a` (rename one of them)",
    ),
    (
        "  components: { a: { image: me/web:1, sidecars: { s: { image: me/s:1 } }, init: { s: { command: [x] } } } }\n",
        "6:51 ST1222 two containers of `a` are called `s` (rename one of them)",
    ),
    (
        "  components: { a: { image: me/web:1, sidecars: { s: { image: me/s:1, replicas: 2 } } } }\n",
        "6:71 ST1002 unknown key `spec.components.a.sidecars.s.replicas`",
    ),
    (
        "  components: { a: { image: me/web:1 }, b: {} }\n",
        "6:41 ST1201 the component `b` has no image (add `image`, or `like` with the name of a container that has one)",
    ),
    (
        "  image: me/web:1\n  components: { a: { storage: { mountPath: /d, size: 1Gi } }, b: { storage: { mountPath: /d, size: 1Gi } } }\n  jobs: { j: { command: [x], volumes: [data] } }\n",
        "8:40 ST1118 several volumes are called `data` (write one of: a/data, b/data)",
    ),
];

#[test]
fn one_finding_for_one_mistake_in_a_container() {
    for (spec, expected) in MISTAKES {
        let found = findings(&application(spec, "  prod: {}\n"));
        assert_eq!(found.len(), 1, "{spec}{found:#?}");
        assert!(found[0].starts_with(expected), "{spec}{found:#?}");
    }
}
