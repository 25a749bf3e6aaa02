//! Server faults and every verb that talks to the cluster: delayed, never corrupt; and where it never ends, given up in time with a word
//! on what was tried and what the server said.
//!
//! The built program talks to a proxy in front of the lab's API server.

mod forever;
mod passing;
mod watch;

use std::any::Any;
use std::thread;
use std::time::Duration;

use serde_json::json;
use steading_testkit::{Fault, Faults, Proxy, Seen};

use super::ground::ground;
use super::place::Place;

const IMAGE: &str = "ghcr.io/example/shop:1.0";

/// A user's folder whose kubeconfig leads through faults.
struct Ground {
    place: Place,
    faults: Faults,
    _proxy: Proxy,
}

impl Ground {
    fn new(environment: &str) -> Self {
        let faults = Faults::none();
        let own = ground().lab().kubeconfig();
        let own = own.expect("the lab has a kubeconfig");
        let proxy = ground().wait(Proxy::start(&own, &faults));
        let mut place = Place::new(environment);
        place.kubeconfig(&proxy.kubeconfig(&ground().context()));
        Self {
            place,
            faults,
            _proxy: proxy,
        }
    }

    /// Two releases of an application, so that there is one to go back to.
    fn released(environment: &str) -> Self {
        let ground = Self::new(environment);
        ground.declare(1);
        ground.place.run("apply --yes").code(0);
        ground.declare(2);
        ground.place.run("apply --yes").code(0);
        ground
    }

    /// Declares a version: something of it changes, comes and goes.
    fn declare(&self, version: u32) {
        let more = format!(
            "replicas: 2\nenv: {{ VERSION: \"{version}\" }}\nsecrets: {{ generate: [TOKEN] }}\n\
             files: {{ /etc/shop/{version}.conf: \"version = {version}\\n\" }}"
        );
        self.place.app("shop", IMAGE, &more);
        let manifest = self.place.declaration("shop", IMAGE, &more);
        self.place.home.write("ci/manifest.yaml", manifest);
    }

    fn calm(&self) {
        self.faults.become_by(|_| None);
    }

    /// Somebody changes a field by hand, and the pods follow.
    fn scale(&self, replicas: u32) {
        let namespace = self.place.namespace("shop");
        let path = format!("/apis/apps/v1/namespaces/{namespace}/deployments/shop");
        let change = json!({ "spec": { "replicas": replicas } });
        ground().send("PATCH", &format!("{path}?fieldManager=somebody"), &change);
        for _ in 0..600 {
            let live = ground().get(&path).expect("it was released");
            if live["status"]["readyReplicas"] == replicas {
                return;
            }
            thread::sleep(Duration::from_millis(100));
        }
        panic!("{replicas} pods are never ready");
    }

    /// Nothing is left to do, nothing open, nobody holds the namespace.
    fn settled(&self) {
        self.calm();
        self.place.run("plan --detailed-exitcode").code(0);
        let namespace = self.place.namespace("shop");
        let path = format!("/apis/steading.dev/v1/namespaces/{namespace}/releases");
        let records = ground().get(&path).expect("there was a release");
        for record in records["items"].as_array().expect("it is a list") {
            let phase = record["status"]["phase"].as_str().unwrap_or_default();
            assert!(["Complete", "Reverted"].contains(&phase), "{record}");
        }
        let path = format!("/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases/steading");
        let lease = ground().get(&path).expect("there was a release");
        assert_eq!(lease["spec"]["holderIdentity"], "", "{lease}");
    }
}

/// Which requests a fault can happen to.
fn concerns(fault: Fault, seen: &Seen) -> bool {
    match fault {
        Fault::Status(409, _) => seen.method != "GET",
        Fault::Status(410, _) => seen.is_list(),
        Fault::ResetAfter => seen.is_write(),
        Fault::Stale => seen.method == "GET",
        _ => true,
    }
}

/// Does several things at once; each panics for itself, and what they said is said together.
fn side_by_side<T: Sync>(rows: &[T], one: impl Fn(&T) + Sync) {
    thread::scope(|scope| {
        let threads: Vec<_> = rows.iter().map(|row| scope.spawn(|| one(row))).collect();
        let ends = threads.into_iter().map(thread::ScopedJoinHandle::join);
        let failed: Vec<String> = ends.filter_map(Result::err).map(message).collect();
        assert!(
            failed.is_empty(),
            "{} of {} failed:\n{}",
            failed.len(),
            rows.len(),
            failed.join("\n---\n")
        );
    });
}

/// What a panic said.
#[expect(
    clippy::needless_pass_by_value,
    reason = "a panic's payload is owned by who caught it"
)]
fn message(panic: Box<dyn Any + Send>) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_else(|| "a panic without words".to_owned())
}
