//! Runs that are stopped, die, or meet another one.

use std::thread;
use std::time::Duration;

use serde_json::json;

use super::ground::ground;
use super::place::Place;

const SLOW: &str = "ghcr.io/example/shop:1.0-lab-slow-5s";
/// Not ready until another run has planned, however much else is tested meanwhile.
const SLOWER: &str = "ghcr.io/example/shop:1.0-lab-slow-15s";

#[test]
fn ctrl_c_puts_back_what_was_begun() {
    let place = Place::new("stopped");
    place.app("shop", "ghcr.io/example/shop:1.0", "");
    place.run("apply --yes").code(0);
    place.app("shop", "ghcr.io/example/shop:1.1-lab-slow", "");
    let mut running = place.start("apply --yes");
    running.until("release 2 begun");
    running.signal("INT");
    let stopped = place.end(running).code(1);
    stopped
        .err("stopping: what was begun is put back")
        .out("everything was put back")
        .out("it was cancelled");
    place.run("status").code(0).out("ghcr.io/example/shop:1.0");
    let again = place.run("plan").code(0);
    again.lacks("taken back before");
}

#[test]
fn ctrl_c_twice_leaves_it_to_the_next_run() {
    let place = Place::new("left");
    place.app("shop", "ghcr.io/example/shop:1.0-lab-slow", "");
    let mut running = place.start("apply --yes");
    running.until("release 1 begun");
    wait_for_deployment("left-shop");
    // Something that takes its time to go: putting back is not done before.
    let held = json!({ "metadata": { "finalizers": ["example.org/hold"] } });
    let path = "/apis/apps/v1/namespaces/left-shop/deployments/shop";
    ground().send("PATCH", path, &held);
    running.signal("INT");
    running.until("stopping");
    running.signal("INT");
    let left = place.end(running).code(130);
    left.err("once more leaves it to the next run");
    place
        .run("status")
        .code(1)
        .out("release 1 by `alice` has not ended");
    place
        .run("rollback shop --yes")
        .code(1)
        .err("release 1 of left/shop by `alice` has not ended")
        .err("steading revert shop --env left");
    let planned = place.run("plan").code(0);
    planned
        .out("release 1 has not ended")
        .out("steading revert");
    ground().send(
        "PATCH",
        path,
        &json!({ "metadata": { "finalizers": null } }),
    );
    let reverted = place.run("revert shop").code(0);
    reverted
        .err("held by `alice`")
        .out("everything was put back");
    place
        .run("revert shop")
        .code(1)
        .err("no release of left/shop is open");
}

#[test]
fn a_run_that_died_is_finished_by_the_next() {
    let mut place = Place::new("resumed");
    place.app("shop", SLOW, "");
    let mut running = place.start("apply --yes");
    running.until("release 1 begun");
    wait_for_deployment("resumed-shop");
    running.kill();
    place.actor("bob");
    let finished = place.run("apply --yes").code(0);
    finished
        .err("held by `alice`")
        .err("finishing release 1 of `alice`")
        .err("resumed/shop: release 1 is complete")
        .out("nothing to do");
    place
        .run("history shop")
        .code(0)
        .out("Complete")
        .lacks("Reverted");
}

#[test]
fn a_run_that_died_is_put_back_where_something_else_is_wanted() {
    let mut place = Place::new("superseded");
    place.app("shop", SLOW, "env: { OLD: value }");
    let mut running = place.start("apply --yes");
    running.until("release 1 begun");
    wait_for_deployment("superseded-shop");
    running.kill();
    place.actor("bob");
    place.app("shop", "ghcr.io/example/shop:1.1", "");
    let finished = place.run("apply --yes").code(0);
    finished
        .err("release 1 failed, and everything was put back: the run of `alice` was interrupted")
        .out("superseded/shop: release 2 is complete");
    let history = place.run("history shop").code(0);
    history.out("Reverted").out("bob");
}

fn wait_for_deployment(namespace: &str) {
    let path = format!("/apis/apps/v1/namespaces/{namespace}/deployments/shop");
    for _ in 0..200 {
        if ground().get(&path).is_some() {
            return;
        }
        thread::sleep(Duration::from_millis(50));
    }
    panic!("the deployment never comes");
}

#[test]
fn of_two_runs_one_wins_and_the_other_says_who() {
    let mut place = Place::new("two");
    place.app("shop", SLOWER, "");
    let mut first = place.start("apply --yes");
    first.until("release 1 begun");
    place.actor("bob");
    place.app("shop", "ghcr.io/example/shop:1.1", "");
    let second = place.run("apply --yes").code(1);
    second
        .err("`alice` is releasing into namespace `two-shop` since 20")
        .err("hint: `--wait-for-others 5m` waits until that has ended");
    place.end(first).code(0).out("release 1 is complete");
    place
        .run("apply --yes")
        .code(0)
        .out("release 2 is complete");
}

#[test]
fn whoever_waits_for_others_releases_after_them() {
    let mut place = Place::new("queued");
    place.app("shop", SLOWER, "");
    let mut first = place.start("apply --yes");
    first.until("release 1 begun");
    place.actor("bob");
    place.app("shop", "ghcr.io/example/shop:1.1", "");
    let second = place.run("apply --yes --wait-for-others 1m").code(0);
    second
        .err("`alice` is releasing into namespace `queued-shop` since 20")
        .err("waiting until that has ended, for 60 s at most")
        .out("queued/shop: release 2 is complete");
    place.end(first).code(0).out("release 1 is complete");
    place.run("status").code(0).out("ghcr.io/example/shop:1.1");
}

#[test]
fn others_are_not_waited_for_longer_than_was_said() {
    let mut place = Place::new("impatient");
    place.app("shop", "ghcr.io/example/shop:1.0-lab-slow", "");
    let mut first = place.start("apply --yes");
    first.until("release 1 begun");
    place.actor("bob");
    place.app("shop", "ghcr.io/example/shop:1.1", "");
    let second = place.run("apply --yes --wait-for-others 1s").code(1);
    second
        .err("waiting until that has ended, for 1 s at most")
        .err("hint: `--wait-for-others 5m`")
        .out("release 1 has not ended");
    first.signal("INT");
    place.end(first).code(1).out("everything was put back");
}

fn lease(namespace: &str, renewed: &str, seconds: u32) -> serde_json::Value {
    json!({
        "apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": { "name": "steading", "namespace": namespace },
        "spec": { "holderIdentity": "carol/12345678", "leaseDurationSeconds": seconds, "acquireTime": renewed, "renewTime": renewed, "leaseTransitions": 0 },
    })
}

#[test]
fn a_dead_holder_with_a_wrong_clock_is_not_waited_for_forever() {
    let place = Place::new("skewed");
    place.app("shop", "ghcr.io/example/shop:1.0", "");
    place.run("apply --yes").code(0);
    let path = "/apis/coordination.k8s.io/v1/namespaces/skewed-shop/leases/steading";
    ground().send(
        "PATCH",
        path,
        &lease("skewed-shop", "2099-01-01T00:00:00.000000Z", 2),
    );
    place.app("shop", "ghcr.io/example/shop:1.1", "");
    place
        .run("apply --yes")
        .code(0)
        .err("held by `carol` since 2099")
        .out("release 2 is complete");
}

#[test]
fn a_living_holder_with_a_wrong_clock_is_respected() {
    let place = Place::new("alive");
    place.app("shop", "ghcr.io/example/shop:1.0", "");
    place.run("apply --yes").code(0);
    let path = "/apis/coordination.k8s.io/v1/namespaces/alive-shop/leases/steading";
    ground().send(
        "PATCH",
        path,
        &lease("alive-shop", "2001-01-01T00:00:00.000000Z", 5),
    );
    place.app("shop", "ghcr.io/example/shop:1.1", "");
    let mut running = place.start("apply --yes");
    running.until("held by `carol`");
    thread::sleep(Duration::from_millis(500));
    ground().send(
        "PATCH",
        path,
        &lease("alive-shop", "2001-01-01T00:00:01.000000Z", 5),
    );
    let held = place.end(running).code(1);
    held.out("not released, nothing was touched: `carol` is releasing into namespace `alive-shop`");
    ground().send("DELETE", path, &serde_json::Value::Null);
    place.run("apply --yes").code(0);
}
