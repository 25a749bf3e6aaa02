//! Whoever is killed when: nothing stays behind.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use k8s_openapi::api::core::v1::Namespace;
use kube::Api;
use steading_lab::{DownError, Lab, Logs, Shape, UpOptions, sweep};

use crate::ground::{Ground, eventually, namespace, settings, signal};

const HOME: &str = "STEADING_LAB_TEST_HOME";

/// Runs one of the children below in a process of its own.
fn start(child: &str, ground: &Ground) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", child, "--ignored", "--nocapture"])
        .env(HOME, ground.home())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

#[tokio::test]
#[ignore = "run by the tests below in a process of its own"]
async fn child_up() {
    let home = std::env::var_os(HOME).unwrap();
    let settings = settings(home.as_ref());
    let name = "killed".parse().unwrap();
    let options = UpOptions::default();
    let lab = Lab::up(&settings, &name, &Shape::of(1), options, &mut Vec::new()).await;
    lab.unwrap();
    tokio::time::sleep(Duration::from_mins(5)).await;
}

#[tokio::test]
#[ignore = "run by the tests below in a process of its own"]
async fn child_temporary() {
    let home = std::env::var_os(HOME).unwrap();
    let lab = Lab::temporary(&settings(home.as_ref()), &Shape::of(1)).await;
    let _lab = lab.unwrap();
    tokio::time::sleep(Duration::from_mins(5)).await;
}

#[tokio::test]
async fn down_leaves_nothing_of_an_up_that_was_killed_at_any_moment() {
    let ground = Ground::new();
    let name = "killed".parse().unwrap();
    for moment in [15, 30, 45, 60, 100, 250, 1000, 2500, 4000] {
        let child = start("killed::child_up", &ground);
        tokio::time::sleep(Duration::from_millis(moment)).await;
        kill(child);
        match Lab::down(&ground.settings, &name, Logs::Remove).await {
            Ok(()) | Err(DownError::Missing { .. }) => {}
            Err(error) => panic!("killed after {moment} ms: {error}"),
        }
        assert_eq!(
            ground.processes(),
            Vec::<u32>::new(),
            "killed after {moment} ms"
        );
        assert!(!ground.settings.labs.join("killed").exists());
    }
}

#[tokio::test]
async fn up_goes_on_where_a_killed_one_stopped() {
    let ground = Ground::new();
    let name = "killed".parse().unwrap();
    let child = start("killed::child_up", &ground);
    eventually("the lab has started", async || {
        !ground.processes().is_empty()
    })
    .await;
    kill(child);
    let lab = ground.up(&name, &Shape::of(2)).await;
    assert!(lab.status().await.unwrap().is_healthy());
    Lab::down(&ground.settings, &name, Logs::Remove)
        .await
        .unwrap();
    ground.assert_nothing_left();
}

#[tokio::test]
async fn a_temporary_lab_ends_when_its_owner_is_killed() {
    let ground = Ground::new();
    let child = start("killed::child_temporary", &ground);
    eventually("the lab runs", async || ground.processes().len() > 5).await;
    kill(child);
    eventually("nothing is left", async || ground.is_clean()).await;
}

#[tokio::test]
async fn a_lab_whose_programs_died_comes_up_again_with_its_objects() {
    let ground = Ground::new();
    let name = "killed".parse().unwrap();
    let lab = ground.up(&name, &Shape::of(1)).await;
    namespace(&lab, "kept").await;
    for one in lab.status().await.unwrap().components {
        assert!(signal(one.pid.unwrap()));
    }
    let lab = ground.up(&name, &Shape::of(1)).await;
    assert!(lab.status().await.unwrap().is_healthy());
    let namespaces: Api<Namespace> = Api::all(lab.client().await.unwrap());
    assert!(namespaces.get("kept").await.is_ok());
    Lab::down(&ground.settings, &name, Logs::Remove)
        .await
        .unwrap();
    ground.assert_nothing_left();
}

#[tokio::test]
async fn a_temporary_lab_whose_owner_and_watchdog_were_killed_is_swept() {
    let ground = Ground::new();
    let child = start("killed::child_temporary", &ground);
    eventually("the lab runs", async || ground.processes().len() > 5).await;
    let is_watchdog = |pid: &&u32| {
        let line = std::fs::read_to_string(format!("/proc/{pid}/cmdline"));
        line.is_ok_and(|line| line.contains("steading-lab-watchdog"))
    };
    let processes = ground.processes();
    assert!(signal(*processes.iter().find(is_watchdog).unwrap()));
    kill(child);
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(!ground.is_clean(), "nobody is left who could have ended it");
    assert_eq!(sweep(&ground.settings).len(), 1);
    ground.assert_nothing_left();
}
