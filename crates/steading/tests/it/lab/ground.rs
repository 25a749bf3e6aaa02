//! The lab that these tests share, and what they ask its API server as its administrator.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use serde_json::Value;
use steading_lab::{Lab, Settings, Shape, TemporaryLab};
use tokio::runtime::Runtime;

use super::place::Place;

/// A lab that is prepared for releases.
pub(crate) struct Ground {
    runtime: Runtime,
    lab: TemporaryLab,
}

/// Returns the lab; the first that asks waits some seconds. It ends with the test binary.
pub(crate) fn ground() -> &'static Ground {
    static GROUND: OnceLock<Ground> = OnceLock::new();
    GROUND.get_or_init(|| {
        let ground = Ground::begin();
        first_apply(&ground);
        ground
    })
}

/// What a new user does first: the cluster knows nothing of Steading yet.
fn first_apply(ground: &Ground) {
    let place = Place::on(ground, "first");
    place.app("shop", "ghcr.io/example/shop:1.0", "");
    place.run("plan --detailed-exitcode").code(3);
    place
        .run("status")
        .code(0)
        .err("nothing was released here yet");
    let asked = place.run("apply").code(2);
    asked.err("nobody is there to be asked").err("--yes");
    assert!(
        ground.get("/apis/steading.dev/v1").is_none(),
        "nothing is installed before someone agreed"
    );
    let applied = place.run("apply --yes").code(0);
    applied
        .err("first time on this cluster")
        .out("shared/estate: release 1 is complete")
        .out("first/shop: release 1 is complete");
    place
        .run("plan --detailed-exitcode")
        .code(0)
        .out("nothing to do");
}

impl Ground {
    /// Starts a lab; it ends with what is returned.
    pub(super) fn begin() -> Self {
        let runtime = Runtime::new().expect("a runtime must start");
        let settings = Settings::from_variables(|name| std::env::var_os(name))
            .expect("the environment must name a home");
        // The pods of all tests fit, which nobody removes.
        let mut shape = Shape::of(2);
        for node in &mut shape.nodes {
            node.pods = 2_000;
        }
        let lab = runtime
            .block_on(Lab::temporary(&settings, &shape))
            .expect("the lab must come up");
        let ground = Self { runtime, lab };
        ground.define(
            &steading_rules::schema::custom_definitions()
                .into_iter()
                .filter(is_foreign)
                .collect::<Vec<_>>(),
        );
        ground
    }

    /// Installs definitions of kinds.
    pub(super) fn define(&self, definitions: &[Value]) {
        self.wait(self.lab.install_crds(definitions))
            .expect("the definitions must be taken");
    }

    /// Returns the lab itself.
    pub(crate) fn lab(&self) -> &Lab {
        &self.lab
    }

    /// Returns the name of the context.
    pub(crate) fn context(&self) -> String {
        format!("steading-lab-{}", self.lab.name())
    }

    /// Waits for a future of the lab's.
    pub(crate) fn wait<F: Future>(&self, future: F) -> F::Output {
        self.runtime.block_on(future)
    }

    /// Applies objects as somebody who is not Steading.
    pub(crate) fn apply(&self, objects: &[Value]) {
        self.wait(self.lab.apply(objects))
            .expect("the objects must be taken");
    }

    /// Returns what is at a path; nothing if the server has no such thing.
    pub(crate) fn get(&self, path: &str) -> Option<Value> {
        self.ask("GET", path, "application/json", &Value::Null).ok()
    }

    /// Sends a request that must be taken.
    pub(crate) fn send(&self, method: &str, path: &str, body: &Value) -> Value {
        let content = if method == "PATCH" {
            "application/merge-patch+json"
        } else {
            "application/json"
        };
        self.ask(method, path, content, body)
            .unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    /// Applies a part of an object under another manager's name, who takes the fields over.
    pub(crate) fn take_over(&self, path: &str, object: &Value) {
        let path = format!("{path}?fieldManager=stranger&force=true");
        self.ask("PATCH", &path, "application/apply-patch+yaml", object)
            .unwrap_or_else(|error| panic!("{path}: {error}"));
    }

    fn ask(
        &self,
        method: &str,
        path: &str,
        content: &str,
        body: &Value,
    ) -> Result<Value, kube::Error> {
        self.wait(async {
            let client = self.lab.client().await.expect("the lab must have a client");
            let body = if body.is_null() {
                Vec::new()
            } else {
                body.to_string().into_bytes()
            };
            let request = http::Request::builder()
                .method(method)
                .uri(path)
                .header("content-type", content)
                .body(body);
            let text = client
                .request_text(request.expect("the request must be one"))
                .await?;
            Ok(serde_json::from_str(&text).unwrap_or_default())
        })
    }
}

/// Waits until something is there.
pub(crate) fn until<T>(what: &str, mut found: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = found() {
            return found;
        }
        assert!(
            begun.elapsed() < Duration::from_mins(1),
            "waited for {what}"
        );
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Says whether a definition is of somebody else's kind: ours is installed by the program.
fn is_foreign(definition: &Value) -> bool {
    definition["spec"]["group"] != "steading.dev"
}
