//! Labs come up, tell how they are, and go away without leaving anything.

use std::time::Instant;

use steading_lab::{DownError, Lab, Logs, OpenError, Shape, Status, UpOptions};

use crate::ground::Ground;

#[tokio::test]
async fn up_status_and_down() {
    let ground = Ground::new();
    let name = "one".parse().unwrap();
    let begin = Instant::now();
    let mut steps = Vec::new();
    let options = UpOptions::default();
    let lab = Lab::up(&ground.settings, &name, &Shape::of(2), options, &mut steps).await;
    let lab = lab.unwrap();
    println!("up in {:?}", begin.elapsed());
    assert!(steps.contains(&"starting etcd and the API server".to_owned()));

    let status = lab.status().await.unwrap();
    assert!(status.is_healthy(), "{status:?}");
    assert!(
        status
            .components
            .iter()
            .all(|one| one.memory_bytes > Some(10_000_000))
    );
    let nodes = status.nodes.unwrap();
    assert_eq!((nodes.ready, nodes.total), (2, 2));
    assert_eq!(Lab::list(&ground.settings), std::slice::from_ref(&name));

    let begin = Instant::now();
    Lab::down(&ground.settings, &name, Logs::Remove)
        .await
        .unwrap();
    println!("down in {:?}", begin.elapsed());
    ground.assert_nothing_left();
    let missing = Lab::open(&ground.settings, &name);
    assert!(matches!(missing, Err(OpenError::Missing { .. })));
    let missing = Lab::down(&ground.settings, &name, Logs::Remove).await;
    assert!(matches!(missing, Err(DownError::Missing { .. })));
}

#[tokio::test]
async fn a_second_up_finds_the_lab_and_makes_its_nodes_follow_the_shape() {
    let ground = Ground::new();
    let name = "again".parse().unwrap();
    let pids = |status: &Status| {
        let pids = status.components.iter().map(|one| one.pid);
        pids.collect::<Vec<_>>()
    };
    let before = ground
        .up(&name, &Shape::of(1))
        .await
        .status()
        .await
        .unwrap();
    let grown = ground
        .up(&name, &Shape::of(3))
        .await
        .status()
        .await
        .unwrap();
    let shrunk = ground
        .up(&name, &Shape::of(2))
        .await
        .status()
        .await
        .unwrap();
    assert_eq!(pids(&before), pids(&grown));
    assert_eq!(pids(&before), pids(&shrunk));
    assert_eq!(grown.nodes.unwrap().ready, 3);
    assert_eq!(shrunk.nodes.unwrap().total, 2);
    Lab::down(&ground.settings, &name, Logs::Keep)
        .await
        .unwrap();
    assert_eq!(ground.processes(), Vec::<u32>::new());
    assert_eq!(ground.files(), ["again"], "the logs are kept");
    Lab::down(&ground.settings, &name, Logs::Remove)
        .await
        .unwrap();
    ground.assert_nothing_left();
}

#[tokio::test]
async fn two_labs_live_side_by_side() {
    let ground = Ground::new();
    let (one, two) = ("one".parse().unwrap(), "two".parse().unwrap());
    let shape = Shape::of(1);
    let (first, second) = tokio::join!(ground.up(&one, &shape), ground.up(&two, &shape));
    assert_ne!(first.server(), second.server());
    Lab::down(&ground.settings, &one, Logs::Remove)
        .await
        .unwrap();
    assert!(second.status().await.unwrap().is_healthy());
    assert_eq!(Lab::list(&ground.settings), std::slice::from_ref(&two));
    Lab::down(&ground.settings, &two, Logs::Remove)
        .await
        .unwrap();
    ground.assert_nothing_left();
}

#[tokio::test]
async fn a_temporary_lab_ends_when_it_is_dropped() {
    let ground = Ground::new();
    let lab = Lab::temporary(&ground.settings, &Shape::default()).await;
    let lab = lab.unwrap();
    assert!(lab.status().await.unwrap().is_healthy());
    assert!(
        ground.processes().len() > 5,
        "five programs and the watchdog"
    );
    drop(lab);
    ground.assert_nothing_left();
}

#[tokio::test]
async fn a_program_that_fails_is_named_with_the_end_of_its_log() {
    let mut ground = Ground::new();
    let programs = ground.home().join("bin");
    std::fs::create_dir(&programs).unwrap();
    for name in [
        "etcd",
        "kube-apiserver",
        "kube-controller-manager",
        "kube-scheduler",
        "kwok",
    ] {
        let path = programs.join(name);
        std::fs::write(
            &path,
            format!("#!/bin/sh\necho {name} is broken >&2\nsleep 0.2\n"),
        )
        .unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(&path, mode).unwrap();
    }
    ground.settings.bin_dir = Some(programs);
    let name = "broken".parse().unwrap();
    let options = UpOptions::default();
    let failed = Lab::up(
        &ground.settings,
        &name,
        &Shape::of(1),
        options,
        &mut Vec::new(),
    )
    .await;
    let error = failed.unwrap_err();
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains("is broken"), "{cause}");
    assert!(ground.settings.labs.join("broken/logs/etcd.log").exists());
    let home = ground.home().join("labs");
    assert!(!ground.processes().iter().any(|pid| {
        let line = std::fs::read_to_string(format!("/proc/{pid}/cmdline"));
        line.is_ok_and(|line| line.contains(home.to_str().unwrap()))
    }));
}
