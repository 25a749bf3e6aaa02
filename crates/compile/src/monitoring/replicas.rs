//! Workloads with fewer pods than there should be.

use steading_model::application::AlertSeverity::{Critical, Warning};
use steading_model::application::BuiltInAlert::ReplicasMissing;

use super::alert::{Alert, Watch};
use super::matcher::{equal, single};
use super::workloads::Workload;

/// How long a workload without any pod is left alone, in seconds.
const NONE: u64 = 300;
/// How long a workload with too few pods is left alone, in seconds.
const FEW: u64 = 900;
/// How much longer than the slowest start, in seconds.
const MARGIN: u64 = 120;

/// Adds the alerts: none works is worse than some are missing. While pods of a new version appear, nothing is said.
pub(super) fn alerts(watch: &mut Watch<'_>, workloads: &[Workload<'_>]) {
    for workload in workloads {
        let words = workload.words;
        let by = format!("namespace, {}", words.label);
        let this = equal(&[
            ("namespace", watch.scope.namespace()),
            (words.label, workload.name),
        ]);
        let wanted = single(&by, words.wanted, &this);
        let available = single(&by, words.available, &this);
        let steady = format!("max by ({by}) (changes({}{this}[5m])) == 0", words.updated);
        let slowest = workload.start + MARGIN;
        let summary = |what: &str| {
            format!(
                "{what} of the {} `{}/{}`",
                words.label,
                watch.scope.namespace(),
                workload.name
            )
        };
        let description = "`kubectl describe` of the pods says what they wait for: a node with room, an image, a volume, a health check that does not pass.";
        let both = [
            Alert {
                name: ReplicasMissing,
                severity: Critical,
                lasting: NONE.max(slowest),
                component: workload.component.map(str::to_owned),
                expression: format!("{wanted} > 0\nand {available} == 0\nand {steady}"),
                summary: summary("no pod works"),
                description: format!("It should have {{{{ $value }}}}. {description}"),
            },
            Alert {
                name: ReplicasMissing,
                severity: Warning,
                lasting: FEW.max(slowest),
                component: workload.component.map(str::to_owned),
                expression: format!(
                    "{wanted} - {available} > 0\nand {available} > 0\nand {steady}"
                ),
                summary: summary("{{ $value }} pods are missing"),
                description: format!("The others do its work alone. {description}"),
            },
        ];
        for alert in both {
            watch.add(alert);
        }
    }
}
