//! The lab that all tests of one binary share.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use kube::client::ClientBuilder;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use serde_json::{Value, json};
use steading_cluster::{Cluster, Retry, install};
use steading_lab::{Lab, Settings, Shape, TemporaryLab};
use tokio::sync::OnceCell;

use crate::faults::Faults;

/// A lab, with the definitions of releases and of the custom resources that tests use.
#[derive(Debug)]
pub struct Ground {
    lab: TemporaryLab,
    kubeconfig: String,
}

impl std::ops::Deref for Ground {
    type Target = TemporaryLab;

    fn deref(&self) -> &TemporaryLab {
        &self.lab
    }
}

/// Returns the lab that the tests of this binary share; the first that asks waits some seconds. It ends with the binary.
///
/// `definitions` are installed when it begins; that of `Release` must be among them.
///
/// # Panics
/// If it does not come up.
pub async fn lab(definitions: &[Value]) -> &'static Ground {
    static LAB: OnceCell<Ground> = OnceCell::const_new();
    LAB.get_or_init(|| begin(definitions)).await
}

/// Two nodes with room for the pods of all tests of a binary, which nobody removes.
fn shape() -> Shape {
    let mut shape = Shape::of(2);
    for node in &mut shape.nodes {
        node.pods = 5_000;
        "64".clone_into(&mut node.cpu);
        "256Gi".clone_into(&mut node.memory);
    }
    shape
}

async fn begin(definitions: &[Value]) -> Ground {
    let settings = Settings::from_variables(|name| std::env::var_os(name))
        .expect("the environment must name a home");
    let lab = Lab::temporary(&settings, &shape())
        .await
        .expect("the lab must come up");
    let kubeconfig = lab.kubeconfig().expect("the lab must have a kubeconfig");
    lab.install_crds(definitions)
        .await
        .expect("the definitions must be taken");
    let release = definitions
        .iter()
        .find(|definition| definition["metadata"]["name"] == "releases.steading.dev");
    let ground = Ground { lab, kubeconfig };
    let client = ground.client().await.expect("the lab must have a client");
    for definition in definitions {
        until_listed(&client, definition).await;
    }
    let cluster = through(&ground, &Faults::none()).await;
    install(
        &cluster,
        release.expect("the definition of releases must be there"),
        &json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": "steading-system" } }),
    )
    .await
    .expect("the cluster must be prepared");
    ground
}

/// Waits until objects of a new kind can be listed: the server opens its storage a moment after it serves the kind.
async fn until_listed(client: &Client, definition: &Value) {
    let spec = &definition["spec"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let path = format!(
        "/apis/{}/{}/{}",
        text(&spec["group"]),
        text(&spec["versions"][0]["name"]),
        text(&spec["names"]["plural"])
    );
    for _ in 0..100 {
        let request = http::Request::get(&path)
            .body(Vec::new())
            .expect("the path must be one");
        if client.request_text(request).await.is_ok() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("`{path}` cannot be listed");
}

/// Returns the connection of the lab's administrator.
pub async fn cluster(ground: &Ground) -> Cluster {
    through(ground, &Faults::none()).await
}

/// Returns the connection of the lab's administrator through faults.
pub async fn through(ground: &Ground, faults: &Faults) -> Cluster {
    connected(&ground.kubeconfig, faults).await
}

/// Returns a connection by a kubeconfig through faults, with short pauses between tries.
///
/// # Panics
/// If the kubeconfig is none.
pub async fn connected(kubeconfig: &str, faults: &Faults) -> Cluster {
    let client = client(kubeconfig, faults).await;
    let retry = Retry {
        tries: 5,
        first: Duration::from_millis(10),
        longest: Duration::from_secs(1),
        timeout: Duration::from_secs(5),
    };
    Cluster::new(client, "the lab").with_retry(retry)
}

/// Returns a client by a kubeconfig through faults.
pub(crate) async fn client(kubeconfig: &str, faults: &Faults) -> Client {
    let kubeconfig = Kubeconfig::from_yaml(kubeconfig).expect("the kubeconfig must be one");
    let config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await;
    let mut config = config.expect("the kubeconfig must name a cluster");
    config.default_retry = false;
    config.proxy_url = None;
    let builder = ClientBuilder::try_from(config).expect("a client must be possible");
    builder.with_layer(faults).build()
}

/// Returns the name of a namespace that no other test uses.
pub fn namespace(test: &str) -> String {
    static NUMBER: AtomicUsize = AtomicUsize::new(1);
    format!("{test}-{}", NUMBER.fetch_add(1, Ordering::Relaxed))
}
