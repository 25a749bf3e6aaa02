//! What the tests stand on: settings that keep labs in a directory of the test's own, and one lab for all.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use k8s_openapi::api::core::v1::Pod;
use kube::api::{Api, ListParams};
use serde_json::{Value, json};
use steading_lab::{Lab, LabName, Settings, Shape, Silent, TemporaryLab, UpOptions};
use tempfile::TempDir;
use tokio::sync::OnceCell;

/// Long, because the machines that run tests are busy.
pub(crate) const LIMIT: Duration = Duration::from_mins(2);

/// Settings with programs from `STEADING_LAB_BIN_DIR` or the user's cache, and labs in a fresh directory.
pub(crate) struct Ground {
    pub(crate) settings: Settings,
    home: TempDir,
}

impl Ground {
    pub(crate) fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let settings = settings(home.path());
        Self { settings, home }
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    pub(crate) async fn up(&self, name: &LabName, shape: &Shape) -> Lab {
        let options = UpOptions::default();
        Lab::up(&self.settings, name, shape, options, &mut Silent)
            .await
            .unwrap()
    }

    /// Ids of all processes that mention this test's directory in their arguments.
    pub(crate) fn processes(&self) -> Vec<u32> {
        let home = self.home().to_str().unwrap();
        let entries = std::fs::read_dir("/proc").unwrap().flatten();
        let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        let mentions = |pid: &u32| {
            let arguments = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            String::from_utf8_lossy(&arguments).contains(home)
        };
        pids.filter(mentions).collect()
    }

    /// What is left of labs on the disk.
    pub(crate) fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.settings.labs).into_iter().flatten();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.collect()
    }

    pub(crate) fn is_clean(&self) -> bool {
        self.processes().is_empty() && self.files().is_empty()
    }

    pub(crate) fn assert_nothing_left(&self) {
        assert_eq!(self.processes(), Vec::<u32>::new());
        assert_eq!(self.files(), Vec::<String>::new());
    }
}

/// A test that fails must not leave its lab running.
impl Drop for Ground {
    fn drop(&mut self) {
        for pid in self.processes() {
            signal(pid);
        }
    }
}

/// Kills a process of a test.
pub(crate) fn signal(pid: u32) -> bool {
    let status = Command::new("kill").args(["-9", &pid.to_string()]).status();
    status.is_ok_and(|status| status.success())
}

/// Settings whose labs are below the given directory.
pub(crate) fn settings(home: &Path) -> Settings {
    let mut settings = Settings::from_variables(|name| std::env::var_os(name)).unwrap();
    settings.labs = home.join("labs");
    settings
}

/// The lab that all tests share which do not end it; the watchdog ends it with the test binary.
pub(crate) async fn shared() -> &'static TemporaryLab {
    static SHARED: OnceCell<TemporaryLab> = OnceCell::const_new();
    let start = || async {
        let settings = settings(Path::new(env!("CARGO_TARGET_TMPDIR")));
        Lab::temporary(&settings, &Shape::of(2)).await.unwrap()
    };
    SHARED.get_or_init(start).await
}

/// Makes a namespace for one test.
pub(crate) async fn namespace(lab: &Lab, name: &str) {
    let object = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
    lab.apply(&[object]).await.unwrap();
}

/// A Deployment of one replica with an image of its own.
pub(crate) fn deployment(namespace: &str, name: &str, image: &str) -> Value {
    json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {"containers": [{"name": "web", "image": image}]},
            },
        },
    })
}

/// The pods with a label `app`, as JSON.
pub(crate) async fn pods(lab: &Lab, namespace: &str, app: &str) -> Vec<Value> {
    let api: Api<Pod> = Api::namespaced(lab.client().await.unwrap(), namespace);
    let list = ListParams::default().labels(&format!("app={app}"));
    let pods = api.list(&list).await.unwrap();
    let value = |pod| serde_json::to_value(pod).unwrap();
    pods.into_iter().map(value).collect()
}

/// Waits until a pod of an app is as wanted, and returns it.
pub(crate) async fn pod_that(
    lab: &Lab,
    namespace: &str,
    app: &str,
    wanted: impl Fn(&Value) -> bool,
) -> Value {
    let deadline = Instant::now() + LIMIT;
    loop {
        let pods = pods(lab, namespace, app).await;
        if let Some(pod) = pods.iter().find(|pod| wanted(pod)) {
            return pod.clone();
        }
        let seen = serde_json::to_string_pretty(&pods).unwrap();
        assert!(
            Instant::now() < deadline,
            "no pod of {app} is as wanted: {seen}"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Tells whether a pod has the condition `Ready`.
pub(crate) fn is_ready(pod: &Value) -> bool {
    condition(pod, "Ready")["status"] == "True"
}

pub(crate) fn condition(pod: &Value, kind: &str) -> Value {
    let conditions = pod["status"]["conditions"].as_array();
    let mut found = conditions.into_iter().flatten();
    let found = found.find(|one| one["type"] == kind);
    found.cloned().unwrap_or_default()
}

/// Waits until a condition holds.
pub(crate) async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + LIMIT;
    while !holds().await {
        assert!(Instant::now() < deadline, "waited too long until {what}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
