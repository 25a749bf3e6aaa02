//! Labs come up, tell how they are, and go away without leaving anything.

use std::time::Instant;

use steading_lab::{Lab, Logs, Shape, UpOptions};

use crate::ground::Ground;

#[tokio::test]
async fn up_status_and_down() {
    let ground = Ground::new();
    let name = "one".parse().unwrap();
    let shape = Shape::of(2);
    let begin = Instant::now();
    let mut steps = Vec::new();
    let up = Lab::up(
        &ground.settings,
        &name,
        &shape,
        UpOptions::default(),
        &mut steps,
    );
    let lab = up.await.unwrap();
    println!("up in {:?}: {steps:?}", begin.elapsed());

    let status = lab.status().await.unwrap();
    println!("{}", serde_json::to_string_pretty(&status).unwrap());
    assert!(status.is_healthy());
    let nodes = status.nodes.unwrap();
    assert_eq!((nodes.ready, nodes.total), (2, 2));

    let begin = Instant::now();
    let again = ground.up(&name, &Shape::of(3)).await;
    println!("up again in {:?}", begin.elapsed());
    let later = again.status().await.unwrap();
    assert_eq!(later.nodes.unwrap().ready, 3);
    let pids = |status: &steading_lab::Status| {
        let pids = status.components.iter().map(|one| one.pid);
        pids.collect::<Vec<_>>()
    };
    assert_eq!(
        pids(&status),
        pids(&later),
        "a running lab is not started again"
    );
    assert_eq!(Lab::list(&ground.settings), [name.clone()]);

    let begin = Instant::now();
    Lab::down(&ground.settings, &name, Logs::Remove)
        .await
        .unwrap();
    println!("down in {:?}", begin.elapsed());
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
    let begin = Instant::now();
    drop(lab);
    println!("dropped in {:?}", begin.elapsed());
    ground.assert_nothing_left();
}
