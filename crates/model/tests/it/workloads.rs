//! Containers, jobs and volumes: one finding for one mistake, and what an application of jobs alone is.

use crate::support::{application, findings, good, web};

/// Fields of an application with a component, and the findings about them.
const MISTAKES: &[(&str, &[&str])] = &[
    (
        "  security: { capabilities: [NET_ADMIN, CAP_SYS_TIME] }\n",
        &[
            "9:29 ST1270 `spec.security.capabilities` gives no reasons (write `capabilities: { NET_ADMIN: \"why\", SYS_TIME: \"why\" }`)",
        ],
    ),
    (
        "  storage: { mountPath: /d, size: 1Gi }\n  previousNames: [attic]\n",
        &[],
    ),
    (
        "  security: { capabilities: { NET_ADMIN: \"\" } }\n",
        &["9:42 ST1003 `spec.security.capabilities.NET_ADMIN` must say why, in words"],
    ),
    (
        "  storage: { mountPath: /dev/dri, data: host, path: /dev/dri }\n",
        &[
            "9:53 ST1270 `spec.storage.path` is a place on the node, without a reason (add `why` beside it: what the place is for)",
        ],
    ),
    (
        "  sidecars: { a: { image: me/a:1, storage: { mountPath: /d, size: 1Gi } } }\n",
        &[
            "9:35 ST1271 `spec.sidecars.a.storage` is a volume of a container beside `web` (declare it in `spec`, and write `data: { volume: data, mountPath: … }` here where the place differs)",
        ],
    ),
    (
        "  sidecars: { a: { image: me/a:1, security: { hostNetwork: \"sees the house\" } } }\n",
        &[
            "9:47 ST1273 `spec.sidecars.a.security.hostNetwork` belongs to the whole pod of `web` (write it at `spec.security.hostNetwork` instead)",
        ],
    ),
    (
        "  jobs: { a: { schedule: \"0 3 31 2 *\", command: [a] } }\n",
        &[
            "9:26 ST1003 `spec.jobs.a.schedule` never runs: no month that it names has such a day: `0 3 31 2 *`",
        ],
    ),
    (
        "  jobs: { a: { schedule: \"0 24 * * *\", command: [a] } }\n",
        &[
            "9:26 ST1003 `spec.jobs.a.schedule` has `24` for the hour: it must be 0 to 23, `*`, a list `a,b`, a range `a-b` or steps `*/n`",
        ],
    ),
    (
        "  jobs: { a: { schedule: \"0 3 * * 1-7\", command: [a] } }\n",
        &[
            "9:26 ST1003 `spec.jobs.a.schedule` has `1-7` for the day of the week: it must be 0 (Sunday) to 6, or SUN to SAT, `*`, a list `a,b`, a range `a-b` or steps `*/n`",
        ],
    ),
    (
        "  jobs: { a: { schedule: \"0 3 * * *\", timeZone: Europe/Berln, command: [a] } }\n",
        &[
            "9:49 ST1003 `spec.jobs.a.timeZone` must be a time zone, not `Europe/Berln`: did you mean `Europe/Berlin`?",
        ],
    ),
    (
        "  storage: { mountPath: /d, size: 1Gi }\n  placement: { nodes: { disk: ssd } }\n  jobs: { a: { command: [a], volumes: [data], placement: { nodes: { disk: hdd } } } }\n",
        &[
            "11:69 ST1272 `web` and `a` share a volume that belongs to one node at a time, and are placed on different nodes (place both on the same nodes, or use `data: shared`) [10:25 the place of `web`] [9:3 the volume] [11:40 the same volume]",
        ],
    ),
];

#[test]
fn each_mistake_is_found_once_with_its_places() {
    for (spec, expected) in MISTAKES {
        assert_eq!(findings(&web(spec)), *expected, "{spec}");
    }
}

#[test]
fn components_that_share_a_volume_are_placed_together() {
    let spec = "  image: me/web:1\n  components:\n    server: { port: 80, health: { path: / }, storage: { mountPath: /d, size: 1Gi }, placement: { architecture: amd64 } }\n    worker: { command: [work], volumes: [data], replicas: 2, placement: { architecture: arm64 } }\n    agent: { kind: daemon, command: [watch], volumes: { data: { volume: data, readOnly: true } } }\n";
    let found = findings(&application(spec, "  prod: {}\n"));
    let expected = [
        "9:49 ST1203 `worker` has 2 replicas and a volume with a single writer (use one replica, `kind: stateful`, or `data: shared`) [9:42 the volume]",
        "9:75 ST1272 `server` and `worker` share a volume that belongs to one node at a time, and are placed on different nodes (place both on the same nodes, or use `data: shared`) [8:98 the place of `server`] [8:46 the volume] [9:42 the same volume]",
        "10:57 ST1203 `agent` runs on every node but has a volume with a single writer (use `data: host`, `data: shared`, or `scratch`)",
    ];
    assert_eq!(found, expected);
}

#[test]
fn volumes_of_others_join_their_users_into_groups() {
    let spec = "  image: me/web:1\n  components:\n    a: { command: [a], volumes: { one: { mountPath: /1, size: 1Gi } } }\n    b: { command: [b], volumes: { two: { mountPath: /2, size: 1Gi } } }\n    c: { command: [c], volumes: { films: { mountPath: /f, data: shared, path: /films } } }\n    d: { command: [d], volumes: [films] }\n  jobs:\n    both: { command: [e], volumes: [one, two] }\n";
    let application = good(&application(spec, "  prod: {}\n"), "prod");
    let groups = application.one_node().into_iter().map(|group| {
        let members = group.members.iter();
        let members: Vec<&str> = members.map(|(one, _)| one.name.as_str()).collect();
        (group.volume, members)
    });
    let groups: Vec<_> = groups.collect();
    assert_eq!(groups, [("a/one".to_owned(), vec!["a", "b", "both"])]);
}

#[test]
fn jobs_alone_make_no_component() {
    let jobs =
        "  jobs: { a: { schedule: \"0 3 * * *\", command: [a] }, b: { like: a, command: [b] } }\n";
    let alone = "  image: me/web:1\n  env: { A: b }\n  resources: { memory: 64Mi }\n";
    let application_of = |spec: &str| good(&application(spec, "  prod: {}\n"), "prod");
    let found = application_of(&format!("{alone}{jobs}"));
    assert!(found.components.is_empty());
    for job in found.fields.jobs.values() {
        let fields = &job.container.fields;
        assert_eq!(fields.image.as_ref().unwrap().as_str(), "me/web:1");
        assert_eq!(fields.env.len(), 2, "its own and the estate's");
    }
    for serving in [
        "  command: [serve]\n",
        "  replicas: 1\n",
        "  port: 80\n  health: { path: / }\n",
        "  storage: { mountPath: /d, size: 1Gi }\n",
    ] {
        let found = application_of(&format!("{alone}{serving}{jobs}"));
        assert_eq!(found.components.len(), 1, "{serving}");
    }
    let none = application_of(&format!("  image: me/web:1\n  components: {{}}\n{jobs}"));
    assert!(none.components.is_empty());
}

#[test]
fn a_job_without_an_image_is_found_where_it_is() {
    let spec = "  jobs: { a: { schedule: \"0 3 * * *\", command: [a] } }\n";
    let found = findings(&application(spec, "  prod: {}\n"));
    let expected = [
        "6:11 ST1201 the job `a` has no image (add `image`, or `like` with the name of a container that has one)",
    ];
    assert_eq!(found, expected);
}
