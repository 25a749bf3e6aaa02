//! A bare loop: the same objects as parallel server-side-apply requests, and nothing else.
//!
//! No order but namespaces first, no record, no lease, no waiting, no look at the answers: what the server takes, whoever asks it. Objects are
//! ready in memory as JSON before the clock starts.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use http::Request;
use kube::api::{ApiResource, DynamicObject, TypeMeta};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::core::GroupVersionKind;
use kube::{Client, Config, Resource as _};
use serde_json::Value;
use tokio::runtime::Builder;
use tokio::task::JoinSet;

/// How many requests are under way, one try for each.
pub(crate) const WIDTHS: [usize; 4] = [8, 16, 32, 64];
/// No loop takes that long.
const LONGEST: Duration = Duration::from_mins(15);

/// One object to apply.
struct Patch {
    path: String,
    body: Vec<u8>,
}

/// The objects, in the order in which a server takes them.
pub(crate) struct Bare {
    wide: Arc<Vec<Patch>>,
    namespaced: Arc<Vec<Patch>>,
}

impl Bare {
    /// Reads what `steading render --output json` wrote.
    pub(crate) fn read(rendered: &Path) -> Result<Self> {
        let list: Value = serde_json::from_reader(BufReader::new(File::open(rendered)?))?;
        let items = list["items"].as_array().context("nothing was rendered")?;
        let is_namespaced = |item: &&Value| item["metadata"]["namespace"].is_string();
        let (namespaced, wide): (Vec<&Value>, Vec<&Value>) = items.iter().partition(is_namespaced);
        let patches = |items: Vec<&Value>| {
            let patches = items.into_iter().map(Patch::of);
            patches.collect::<Result<Vec<_>>>()
        };
        Ok(Self {
            wide: Arc::new(patches(wide)?),
            namespaced: Arc::new(patches(namespaced)?),
        })
    }

    /// Applies all of them, so many at a time.
    pub(crate) fn run(&self, kubeconfig: &Path, width: usize) -> Result<Duration> {
        let runtime = Builder::new_multi_thread().enable_all().build()?;
        runtime
            .block_on(async { tokio::time::timeout(LONGEST, self.apply(kubeconfig, width)).await? })
    }

    async fn apply(&self, kubeconfig: &Path, width: usize) -> Result<Duration> {
        let begun = Instant::now();
        let client = connect(kubeconfig).await?;
        for patches in [&self.wide, &self.namespaced] {
            send(&client, patches, width).await?;
        }
        Ok(begun.elapsed())
    }
}

impl Patch {
    fn of(object: &Value) -> Result<Self> {
        let types: TypeMeta = serde_json::from_value(object.clone())?;
        let resource = ApiResource::from_gvk(&GroupVersionKind::try_from(types)?);
        let metadata = &object["metadata"];
        let path = DynamicObject::url_path(&resource, metadata["namespace"].as_str());
        let name = metadata["name"].as_str().context("an object has no name")?;
        Ok(Self {
            path: format!("{path}/{name}?fieldManager=bare&force=true"),
            body: serde_json::to_vec(object)?,
        })
    }

    async fn send(&self, client: &Client) -> Result<()> {
        let request = Request::patch(&self.path)
            .header("content-type", "application/apply-patch+yaml")
            .body(self.body.clone())?;
        let answer = client.request_text(request).await;
        answer.map(drop).with_context(|| self.path.clone())
    }
}

async fn connect(kubeconfig: &Path) -> Result<Client> {
    let kubeconfig = Kubeconfig::read_from(kubeconfig)?;
    let mut config =
        Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await?;
    config.proxy_url = None;
    Ok(steading_cluster::client(config)?)
}

/// Sends all, each worker the next one that nobody has taken.
async fn send(client: &Client, patches: &Arc<Vec<Patch>>, width: usize) -> Result<()> {
    let next = Arc::new(AtomicUsize::new(0));
    let mut workers = JoinSet::new();
    for _ in 0..width {
        let (client, patches, next) = (client.clone(), Arc::clone(patches), Arc::clone(&next));
        workers.spawn(async move {
            while let Some(patch) = patches.get(next.fetch_add(1, Ordering::Relaxed)) {
                patch.send(&client).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(ended) = workers.join_next().await {
        ended??;
    }
    Ok(())
}
