//! The reference page about the built-in alerts, which runbook links can point to.

use std::fmt::Write;

use steading_model::application::BuiltInAlert;

/// What people who are woken need to know about an alert.
struct Entry {
    /// How bad it is.
    severity: &'static str,
    /// When it fires exactly.
    when: &'static str,
    /// What it costs not to act.
    why: &'static str,
    /// What to do.
    act: &'static str,
    /// When it says nothing although one could expect it.
    quiet: &'static str,
    /// The metrics that it needs, by who gives them.
    needs: &'static str,
}

/// Who gives the metrics about objects.
const STATE: &str = "kube-state-metrics";
const HEAD: &str = "\
# Alerts

Every application is watched by the alerts on this page as far as they fit what it declares; none has to be written. They are called
the same everywhere: which application, environment and component an alert is about stands in its labels `application`, `environment`
and `component` (`job.NAME` for a job), how bad it is in `severity`. In environments that are not critical nothing is worse than
`warning`. A parked application has no alerts.

What an alert does in one application stands under `monitoring.alerts` of its declaration:

```yaml
monitoring:
  alerts:
    VolumeAlmostFull: { percent: 95 }                             # later
    CrashLooping: { none: \"it ends on purpose after each batch\" }   # never, with the reason
    RouteDown: { severity: warning, for: 30m }                    # quieter
    own: { fromFile: alerts.yaml }                                # rules of its own
```

`alerts: { none: why }` turns all of them off. With `monitoring.runbooks: https://…/alerts.html#{alert}` in the estate each alert
links to what to do; the sections below are made for that.

The expressions need kube-state-metrics with its own labels kept (`honorLabels: true`, as the usual charts have it), the kubelet's
metrics, cert-manager's, and a blackbox exporter for routes. What is not scraped cannot alert, and nothing tells apart \"all is well\"
from \"nobody looks\": alert on the absence of these four once per cluster.
";

impl Entry {
    fn of(alert: BuiltInAlert) -> Self {
        match alert {
            BuiltInAlert::CrashLooping => Self {
                severity: "critical",
                when: "A container (or a step before it) waits in `CrashLoopBackOff`, or was started again five times within an hour, for 10 minutes.",
                why: "The application is down or answers now and then; each start may damage data a little more.",
                act: "Read what the container said last: `kubectl logs POD -c CONTAINER --previous`. If it began with a release: `steading rollback`. If it ends on purpose, it is a job: declare it under `jobs`.",
                quiet: "A single crash.",
                needs: STATE,
            },
            BuiltInAlert::OutOfMemoryKilled => Self {
                severity: "warning",
                when: "A container was stopped because it used more memory than its limit, and was started again within the last 15 minutes. Of a job: a run ended so within the last hour.",
                why: "Work in progress is lost each time. A job that is stopped so every night can look like one that succeeds.",
                act: "Raise `resources.memory` or `memoryLimit`, or find out what it keeps in memory. A database wants a limit above its own cache settings.",
                quiet: "Pods of jobs that were started by hand under another name.",
                needs: STATE,
            },
            BuiltInAlert::ReplicasMissing => Self {
                severity: "critical where no pod works, else warning",
                when: "A workload has fewer working pods than it should: none for 5 minutes, or some missing for 15; in both cases at least as long as its slowest start may take.",
                why: "Without any pod the application is down. With some missing, the next failure takes it down.",
                act: "`kubectl describe pod` says what the pods wait for: a node with room (`steading plan` computes what fits), an image, a volume that is still attached elsewhere, a health check that does not pass.",
                quiet: "While pods of a new version appear (and 5 minutes longer), and where nothing should run: parked, or scaled to zero.",
                needs: STATE,
            },
            BuiltInAlert::JobFailed => Self {
                severity: "warning",
                when: "The newest failed run of a job began after its last success. Of jobs that run every hour or more often: when that has been so for two runs.",
                why: "What the job does (a backup, a bill, a renewal) was not done.",
                act: "`kubectl get jobs` and the log of the failed pod. It resolves by itself when a run succeeds; `kubectl create job --from=cronjob/NAME NAME-again` runs it now.",
                quiet: "Runs that are tried again (`retries`), until none is left. Jobs that run once per release: their failure stops the release.",
                needs: STATE,
            },
            BuiltInAlert::JobLate => Self {
                severity: "warning",
                when: "The last success of a job is longer ago than the longest time between two runs of its schedule (weekends, short months and the changes of its time zone's clock counted), plus `deadlineSeconds` and `startWithinSeconds`.",
                why: "A job that does not run fails in silence: nothing is red.",
                act: "Is it suspended, forbidden by a quota, kept out by a run that hangs (`overlap: forbid`)? `kubectl describe cronjob` has the events.",
                quiet: "Jobs with `suspend: true`, also when suspended by hand.",
                needs: STATE,
            },
            BuiltInAlert::JobNeverSucceeded => Self {
                severity: "warning",
                when: "A job has existed for longer than `JobLate` would allow and has not succeeded once.",
                why: "A job that never worked is not missed until it is needed. Most lost backups are of this kind.",
                act: "As for `JobFailed`. Run it once by hand after each change of it.",
                quiet: "Jobs with `suspend: true`.",
                needs: STATE,
            },
            BuiltInAlert::VolumeFilling => Self {
                severity: "warning",
                when: "A volume is more than half full, and at the pace of the last six hours it is full within 4 days; for an hour.",
                why: "A full volume stops whatever writes to it. Days before there is time to choose.",
                act: "Find out what grows. Raise `size` (or `maxSize` where the class grows by itself), keep less, or compress.",
                quiet: "From `VolumeAlmostFull` on. Places on a node and folders of a file server, which have no size of their own.",
                needs: "the kubelet",
            },
            BuiltInAlert::VolumeAlmostFull => Self {
                severity: "warning; critical from 95 % on",
                when: "A volume is 85 % full, in bytes or in files. A volume that grows by itself is measured by its `maxSize`, and it is critical where it is 95 % full at the size it has: then it did not grow in time.",
                why: "A full volume stops whatever writes to it, and databases do not always come back by themselves.",
                act: "Raise `size` or `maxSize`. If a volume that should grow did not: the resizer's log, and whether its class allows growth.",
                quiet: "Places on a node and folders of a file server, which have no size of their own.",
                needs: "the kubelet",
            },
            BuiltInAlert::CertificateExpiring => Self {
                severity: "warning; critical in the last two days",
                when: "A certificate ends within 14 days although it should have been renewed an hour ago or longer, or was never issued; for an hour. A certificate that is made elsewhere (a secret that a route names, a wildcard): when the prober sees that it ends within 14 days.",
                why: "From that moment on every client refuses the application.",
                act: "`kubectl describe certificate NAME` leads to the request, the order and the challenge that fails. Usually: DNS credentials, a record that is not seen from outside, a rate limit.",
                quiet: "Short-lived certificates that are renewed in time.",
                needs: "cert-manager, and the prober for certificates of others",
            },
            BuiltInAlert::RouteDown => Self {
                severity: "critical",
                when: "A route has not given the answer that its `check` expects for 5 minutes: status and method, redirects not followed. Without `check` the health path is asked; behind the estate's login the login is expected.",
                why: "This is what people see.",
                act: "Ask it by hand: `curl -i URL`. Is it the application (`ReplicasMissing`), the ingress controller (all routes), DNS or the tunnel (all public routes)? A page without the login that should be there is down too: close it first.",
                quiet: "Routes with `check: { none: why }`, applications with `monitoring.probe: { none: why }`, private routes unless `prober.routes: all`.",
                needs: "the prober",
            },
            BuiltInAlert::ScrapeMissing => Self {
                severity: "warning",
                when: "For 30 minutes: pods are ready, but their metrics cannot be scraped or nobody tries to; or a route that should be probed is not.",
                why: "Alerts on what is not measured stay silent whatever happens.",
                act: "Port and path of `monitoring.scrape`; the labels by which Prometheus selects (`monitoring.labels` of the estate); the namespace that network policies admit (`monitoring.namespace`); for routes: whether the prober runs and has the module.",
                quiet: "Pods that are not ready.",
                needs: "kube-state-metrics",
            },
        }
    }
}

/// Returns the page about all built-in alerts, in Markdown.
pub fn alerts_page() -> String {
    let mut page = HEAD.to_owned();
    for (word, docs) in BuiltInAlert::WORDS {
        if let Some(alert) = BuiltInAlert::from_word(word) {
            section(&mut page, word, docs, &Entry::of(alert));
        }
    }
    page
}

fn section(page: &mut String, name: &str, docs: &str, entry: &Entry) {
    let Entry {
        severity,
        when,
        why,
        act,
        quiet,
        needs,
    } = entry;
    let written = write!(
        page,
        "\n<a id=\"{name}\"></a>\n\n## {name}\n\n{} Severity: {severity}. Metrics from: {needs}.\n\n**When.** {when}\n\n**Why.** {why}\n\n**What to do.** {act}\n\n**Says nothing about.** {quiet}\n",
        docs.trim()
    );
    debug_assert!(written.is_ok(), "writing to a string must succeed");
}
