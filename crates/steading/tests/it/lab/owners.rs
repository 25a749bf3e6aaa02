//! Ports, pods and images with an owner of their own; several components in one release.

use serde_json::Value;

use super::ground::ground;
use super::place::Place;

const IMAGE: &str = "ghcr.io/example/shop:1.0.0";

/// An environment whose estate has more to it.
fn place(name: &str, more: &str) -> Place {
    let place = Place::new(name);
    let path = place.home.path().join("estate.yaml");
    let estate = std::fs::read_to_string(&path).expect("the estate was written");
    let estate = format!("{estate}  ingress: {{ private: [192.168.0.0/16] }}\n{more}");
    place.home.write("estate.yaml", estate);
    place
}

fn live(place: &Place, path: &str) -> Value {
    let namespace = place.namespace("shop");
    let path = path.replace("NS", &namespace);
    ground()
        .get(&path)
        .unwrap_or_else(|| panic!("{path} is not there"))
}

#[test]
fn a_listener_gets_the_address_that_it_names() {
    let balancer = "  loadBalancer: { implementation: metallb, shared: 192.168.7.20 }\n";
    let place = place("listens", balancer);
    place.app(
        "shop",
        IMAGE,
        "listen: { query: { port: 9000, target: 8080 } }",
    );
    place
        .run("apply --yes")
        .code(0)
        .out("release 1 is complete");
    let service = live(&place, "/api/v1/namespaces/NS/services/shop-listen-query");
    let address = &service["status"]["loadBalancer"]["ingress"][0]["ip"];
    assert_eq!(address, "192.168.7.20");
    place.app(
        "shop",
        IMAGE,
        "listen: { query: { port: 9000, target: 8080, visibility: public, why: \"guests ask too\" } }",
    );
    let refused = place.run("apply --yes").code(1);
    refused
        .out("exposure")
        .out("Service listens-shop/shop-listen-query");
    place
        .run("apply --yes --accept Service/shop-listen-query")
        .code(0);
    place.run("plan --detailed-exitcode").code(0);
}

#[test]
fn an_autoscaler_has_the_number_of_pods() {
    let place = place("scales", "");
    place.app("shop", IMAGE, "scaling: { min: 2, max: 4 }");
    place.run("apply --yes").code(0);
    let scaler = "/apis/autoscaling/v2/namespaces/NS/horizontalpodautoscalers/shop";
    assert_eq!(live(&place, scaler)["spec"]["maxReplicas"], 4);
    place
        .run("plan --detailed-exitcode")
        .code(0)
        .out("nothing to do");
    let both = "scaling: { min: 2, max: 4 }\nreplicas: 3";
    place.app("shop", IMAGE, both);
    let refused = place.run("plan").code(1);
    refused.err("ST1304").err("has two owners");
}

#[test]
fn several_components_are_one_release() {
    let place = place("parts", "");
    let declaration = "apiVersion: steading.dev/v1
kind: Application
metadata: { name: shop }
spec:
  description: A test
  resources: { cpu: 10m, memory: 16Mi }
  components:
    web:
      image: ghcr.io/example/shop:1.0.0
      port: 8080
      health: { path: /healthz }
      env: { ROLE: web }
      init: { migrate: { command: [migrate] } }
      sidecars: { proxy: { image: ghcr.io/example/proxy:2.0.0 } }
    worker: { like: web, command: [work], env: { ROLE: worker } }
  jobs: { tidy: { like: worker, schedule: \"7 3 * * *\", command: [tidy] } }
environments: { parts: {} }
";
    place
        .home
        .write("applications/shop/application.yaml", declaration);
    place
        .run("apply --yes")
        .code(0)
        .out("release 1 is complete");
    for name in ["shop-web", "shop-worker"] {
        let path = format!("/apis/apps/v1/namespaces/NS/deployments/{name}");
        assert_eq!(live(&place, &path)["status"]["readyReplicas"], 1, "{name}");
    }
    let web = live(&place, "/apis/apps/v1/namespaces/NS/deployments/shop-web");
    let sidecar = &web["spec"]["template"]["spec"]["initContainers"][0];
    assert_eq!(sidecar["restartPolicy"], "Always");
    place
        .run("plan --detailed-exitcode")
        .code(0)
        .out("nothing to do");
    let explained = place.run("explain shop:components.worker.env");
    explained.code(0).out("ROLE").out("worker");
    let broken = declaration.replace(
        "image: ghcr.io/example/shop:1.0.0",
        "image: ghcr.io/example/shop:1.1.0-lab-crash",
    );
    place
        .home
        .write("applications/shop/application.yaml", broken);
    let failed = place.run("apply --yes --wait 10s").code(1);
    failed.out("everything was put back");
    let web = live(&place, "/apis/apps/v1/namespaces/NS/deployments/shop-web");
    assert_eq!(
        web["spec"]["template"]["spec"]["containers"][0]["image"],
        IMAGE
    );
}

#[test]
fn updates_says_who_owns_each_image() {
    let place = place("owned", "  updates: { updater: keel }\n");
    let more = "update: { policy: minor }\nsidecars: { proxy: { image: \"ghcr.io/example/proxy:2.0.0\" } }";
    place.app("shop", IMAGE, more);
    place.run("apply --yes").code(0);
    let listed = place.run("updates").code(0);
    listed
        .out("minor")
        .out("keel")
        .out("pin")
        .out("declaration");
    let web = live(&place, "/apis/apps/v1/namespaces/NS/deployments/shop");
    let annotations = &web["metadata"]["annotations"];
    assert_eq!(annotations["keel.sh/monitorContainers"], "^(shop)$");
    let rules = place.run("updates --renovate").code(0).json();
    let rules = rules["packageRules"].as_array().expect("there are rules");
    let shop = rules
        .iter()
        .find(|rule| rule["matchPackageNames"][0] == "ghcr.io/example/shop");
    assert_eq!(shop.expect("the image has a rule")["enabled"], true);
}
