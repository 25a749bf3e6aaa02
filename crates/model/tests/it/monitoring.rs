//! Monitoring: what is wrong with it is found when it is loaded.

use crate::support::{findings, web};

/// Fields of an application with a component, and the findings about them.
const MISTAKES: &[(&str, &[&str])] = &[
    (
        "  monitoring: { alerts: { CrashLooping: { percent: 5 }, VolumeAlmostFull: { percent: 100 }, VolumeFilling: { days: 0 } } }\n",
        &[
            "9:43 ST1250 `spec.monitoring.alerts.CrashLooping.percent` has no meaning for this alert (remove `percent`, or see what `CrashLooping` can be told in the reference)",
            "9:77 ST1250 `spec.monitoring.alerts.VolumeAlmostFull.percent` must be between 1 and 99 (write a number between the two)",
            "9:110 ST1250 `spec.monitoring.alerts.VolumeFilling.days` must be between 1 and 365 (write a number between the two)",
        ],
    ),
    (
        "  monitoring: { alerts: { JobLate: { none: \"it is slow\", for: 1h } } }\n",
        &[
            "9:58 ST1250 `spec.monitoring.alerts.JobLate.for` has no meaning where the alert is off (remove `for`, or see what `JobLate` can be told in the reference)",
        ],
    ),
    (
        "  monitoring: { alerts: { none: \"a toy\", JobLate: { for: 1h } } }\n",
        &[
            "9:42 ST1250 `spec.monitoring.alerts.JobLate` has no meaning where all built-in alerts are off (remove it, or remove `none`)",
        ],
    ),
    (
        "  monitoring: { alerts: { CrashLoping: { for: 1h } } }\n",
        &[
            "9:27 ST1003 `spec.monitoring.alerts.CrashLoping` cannot be `CrashLoping` (did you mean `CrashLooping`?)",
        ],
    ),
    (
        "  monitoring: { alerts: { crash_looping: { for: 1h } } }\n",
        &[
            "9:27 ST1003 `spec.monitoring.alerts.crash_looping` must be lower-case letters, digits and `-`, beginning and ending with a letter or digit: `crash_looping` (the built-in alert is called `CrashLooping`)",
        ],
    ),
    (
        "  monitoring: { alerts: { JobLate: { of: 1h } } }\n",
        &[
            "9:38 ST1002 unknown key `spec.monitoring.alerts.JobLate.of` (known keys here: none, severity, for, percent, days)",
        ],
    ),
    (
        "  monitoring: { alerts: { own: \"groups: [{ name: a, rules: [{ alert: A, expr: sum(up }] }]\" } }\n",
        &[
            "9:32 ST1251 line 1 of the text: the expression lacks a `)` (`promtool check rules` says more)",
        ],
    ),
    (
        "  monitoring: { dashboards: { a: \"{ title: \", b: \"[]\" } }\n",
        &[
            "9:34 ST1252 line 1 of the text: this is not JSON: key must be a string at line 1 column 3 (export the dashboard from Grafana as JSON (Share, Export, Save to file))",
            "9:50 ST1252 line 1 of the text: a dashboard is a JSON object (export the dashboard from Grafana as JSON (Share, Export, Save to file))",
        ],
    ),
    (
        "  monitoring: { scrape: [{ component: wep }, { port: 9090 }, { port: 9090, path: /metrics }] }\n",
        &[
            "9:28 ST1209 there is no component `wep` (did you mean `web`?)",
            "9:62 ST1253 `web` is scraped there twice (remove one of the two)",
        ],
    ),
    (
        "  monitoring: { probe: false }\n",
        &["9:24 ST1003 `spec.monitoring.probe` needs the reason: write `{ none: \"why\" }`"],
    ),
];

#[test]
fn each_mistake_is_found_once_with_its_places() {
    for (spec, expected) in MISTAKES {
        assert_eq!(findings(&web(spec)), *expected, "{spec}");
    }
}

#[test]
fn older_alerts_and_dashboards_are_read_as_before() {
    let spec = "  monitoring: { alerts: { down: \"apiVersion: 1\\ngroups: []\\n\" }, dashboards: { overview: \"{}\" }, scrape: { port: 9090 }, probe: true }\n";
    assert_eq!(findings(&web(spec)), [] as [&str; 0]);
}
