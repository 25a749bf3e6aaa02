//! The rows on a lab: first apply, nothing to do, one change.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use crate::bare::{Bare, WIDTHS};
use crate::lab::Lab;
use crate::measure::{self, Run, median};
use crate::suite::{Bench, objects};
use crate::table::{megabytes, ratio, row, run_row, seconds};
use crate::tally::Tally;
use crate::{estate, peers};

/// What Steading took on its lab.
struct Releases {
    first: Run,
    tally: Tally,
    plan: Run,
    unchanged: Run,
    one_of_all: Run,
    one_named: Run,
}

/// What peers took on the same lab.
struct Others {
    diff: Run,
    upgrade: Run,
}

/// What `kubectl apply` took on its lab.
struct Kubectl {
    first: Run,
    unchanged: Run,
}

/// What the bare loop took at its best.
struct Loop {
    width: usize,
    time: Duration,
    tally: Tally,
}

impl Bench<'_> {
    /// First apply, plan, unchanged apply and one change of all applications, each beside its peer.
    pub(crate) fn releases(&self) -> Result<()> {
        let count = self.arguments.applications;
        let estate = self.estate(count)?;
        self.render(&estate)?;
        let objects = objects(&self.rendered())?;
        // Peers first: the change comes last, so that all apply the same objects.
        let kubectl = Lab::with(self, &estate, |lab| self.by_kubectl(lab))?;
        let bare = self.best_loop(&estate)?;
        let (ours, others) = Lab::with(self, &estate, |lab| self.by_steading(lab, &estate))?;
        first_rows(count, objects, &ours, &bare, &kubectl);
        unchanged_rows(count, objects, &ours, &others, &kubectl);
        change_rows(count, &ours, &others);
        Ok(())
    }

    fn by_kubectl(&self, lab: &Lab) -> Result<Kubectl> {
        let ordered = self.folder.join("ordered.yaml");
        peers::namespaces_first(&self.rendered(), &ordered)?;
        Ok(Kubectl {
            first: peers::kubectl_apply(lab, &ordered)?,
            unchanged: median(self.arguments.runs.min(3), || {
                peers::kubectl_apply(lab, &ordered)
            })?,
        })
    }

    /// The bare loop at each width on a lab of its own; the fastest counts.
    fn best_loop(&self, estate: &Path) -> Result<Loop> {
        let rendered = self.folder.join("rendered.json");
        let arguments = ["render", "--env", "prod", "--output", "json"];
        self.write_into(&rendered, estate, &arguments)?;
        let bare = Bare::read(&rendered)?;
        let mut all = Vec::new();
        for width in WIDTHS {
            all.push(Lab::with(self, estate, |lab| {
                let time = bare.run(&lab.kubeconfig, width)?;
                let tally = Tally::of(lab)?;
                Ok(Loop { width, time, tally })
            })?);
        }
        all.sort_by_key(|one| one.time);
        Ok(all.remove(0))
    }

    fn by_steading(&self, lab: &Lab, estate: &Path) -> Result<(Releases, Others)> {
        let (runs, home) = (self.arguments.runs, self.folder.join("helm"));
        let first = self.on_lab(lab, estate, &["apply", "--yes"])?;
        let tally = Tally::of(lab)?;
        let plan = median(runs, || {
            self.on_lab(lab, estate, &["plan", "--detailed-exitcode"])
        })?;
        let unchanged = median(runs, || self.on_lab(lab, estate, &["apply", "--yes"]))?;
        let diff = peers::kubectl_diff(lab, &self.rendered(), 1)?;
        let changed = self.arguments.applications / 2;
        let name = estate::name(changed);
        let mut turn = 0;
        let mut change = |arguments: &[&str]| {
            turn += 1;
            estate::change(estate, changed, &format!("turn-{turn}"))?;
            self.on_lab(lab, estate, arguments)
        };
        let one_of_all = median(runs, || change(&["apply", "--yes"]))?;
        let one_named = median(runs, || change(&["apply", &name, "--yes"]))?;
        estate::change(estate, changed, estate::LEVEL)?;
        let upgrade = peers::helm_upgrade(&self.arguments.helm, lab, &home, runs)?;
        let ours = Releases {
            first,
            tally,
            plan,
            unchanged,
            one_of_all,
            one_named,
        };
        Ok((ours, Others { diff, upgrade }))
    }

    /// Runs Steading on the lab.
    pub(crate) fn on_lab(&self, lab: &Lab, estate: &Path, arguments: &[&str]) -> Result<Run> {
        let mut command = self.steading(estate, arguments);
        command.args(["--env", "prod", "--kubeconfig"]);
        measure::run(command.arg(&lab.kubeconfig), &[0])
    }
}

fn first_rows(count: usize, objects: u32, ours: &Releases, bare: &Loop, kubectl: &Kubectl) {
    let what = format!("first apply of {count} applications ({objects} objects)");
    let peer = format!(
        "{what}; peer: bare loop of server-side apply, {} at a time",
        bare.width
    );
    run_row(&peer, ours.first, objects, Some(bare.time));
    let peer = format!("{what}; peer: `kubectl apply --server-side`");
    run_row(&peer, ours.first, objects, Some(kubectl.first.time));
    let refused = format!(
        "requests of that first apply, {} of them refused with 429; peer: the bare loop, {} refused",
        ours.tally.refused, bare.tally.refused
    );
    let (requests, peer) = (ours.tally.requests, bare.tally.requests);
    let each = format!(
        "{}.{}",
        tenths(requests, objects) / 10,
        tenths(requests, objects) % 10
    );
    row(
        &refused,
        [&requests.to_string(), &each, &peer.to_string(), "", ""],
    );
}

fn unchanged_rows(count: usize, objects: u32, ours: &Releases, others: &Others, kubectl: &Kubectl) {
    let what = format!("{count} applications, nothing to do");
    run_row(
        &format!("plan of {what}; peer: `kubectl diff --server-side`"),
        ours.plan,
        objects,
        Some(others.diff.time),
    );
    run_row(
        &format!("apply of {what}; peer: `kubectl apply --server-side` again"),
        ours.unchanged,
        objects,
        Some(kubectl.unchanged.time),
    );
}

fn change_rows(count: usize, ours: &Releases, others: &Others) {
    let runs = [
        ("all applied", ours.one_of_all),
        ("applied by its name", ours.one_named),
    ];
    for (how, run) in runs {
        let what = format!(
            "one changed application of {count}, {how}; peer: `helm upgrade` of one release"
        );
        let peer = others.upgrade.time;
        let memory = megabytes(run.memory);
        let ratio = ratio(peer, run.time);
        row(
            &what,
            [&seconds(run.time), "", &seconds(peer), &ratio, &memory],
        );
    }
}

fn tenths(requests: u64, objects: u32) -> u64 {
    requests * 10 / u64::from(objects)
}
