//! What the words of Kubernetes are called in declarations: whoever converts manifests writes those first.

/// The words of Kubernetes with what to write instead; told only where the word is no key.
const WORDS: [(&str, &str); 42] = [
    (
        "affinity",
        "write `placement: { nodes, avoid, near, spread }`",
    ),
    ("backoffLimit", "write `retries`"),
    ("concurrencyPolicy", "write `overlap`"),
    ("configMaps", "write `files`"),
    (
        "containers",
        "write `components`, or `sidecars` for what is in the same pod",
    ),
    ("dnsConfig", "write `network: { dns: … }`"),
    ("dnsPolicy", "write `network: { dns: … }`"),
    (
        "envFrom",
        "write `secrets: { all: true }`, or name the keys in `secrets.env`",
    ),
    (
        "extraHosts",
        "write `network: { hosts: { NAME: ADDRESS } }`",
    ),
    ("fsGroup", "write `group`"),
    (
        "hostAliases",
        "write `network: { hosts: { NAME: ADDRESS } }`",
    ),
    ("hostUsers", "write `userNamespace: true`"),
    ("imagePullPolicy", "leave it out: it follows from the tag"),
    (
        "imagePullSecrets",
        "leave it out: `images.registry` and `images.pullSecret` of the estate say it for all",
    ),
    ("initContainers", "write `init`"),
    ("lifecycle", "write `hooks: { start, stop }`"),
    ("limits", "write `memoryLimit`; there is never a CPU limit"),
    (
        "livenessProbe",
        "write `health`: one definition gives all three probes",
    ),
    (
        "nodeName",
        "write `placement: { nodes: { kubernetes.io/hostname: … } }`",
    ),
    ("nodeSelector", "write `placement: { nodes: … }`"),
    ("podAnnotations", "write `annotations: { pods: … }`"),
    ("podLabels", "write `labels: { pods: … }`"),
    ("priorityClassName", "write `tier`"),
    ("readOnlyRootFilesystem", "write `readOnlyRoot`"),
    (
        "readinessProbe",
        "write `health`: one definition gives all three probes",
    ),
    ("requests", "write `cpu` and `memory`"),
    ("restartPolicy", "leave it out: it follows from the kind"),
    ("runAsGroup", "write `group`"),
    (
        "runAsNonRoot",
        "leave it out: nothing runs as root without `root: why`",
    ),
    ("runAsUser", "write `user`"),
    ("securityContext", "write `security`"),
    (
        "service",
        "leave it out: `port` or `ports` gives a Service; `listen` gives it an address",
    ),
    (
        "serviceAccount",
        "leave it out: each application has its own; `permissions` says what it may do",
    ),
    (
        "serviceAccountName",
        "leave it out: each application has its own; `permissions` says what it may do",
    ),
    ("startupProbe", "write `health: { startupSeconds: … }`"),
    (
        "strategy",
        "write `rollout: { strategy: … }`, where it does not follow from the volumes",
    ),
    ("supplementalGroups", "write `groups`"),
    (
        "terminationGracePeriodSeconds",
        "write `gracePeriodSeconds`",
    ),
    ("tolerations", "write `placement: { tolerate: … }`"),
    (
        "topologySpreadConstraints",
        "write `placement: { spread: … }`",
    ),
    (
        "volumeClaimTemplates",
        "write `kind: stateful` and `volumes`",
    ),
    ("volumeMounts", "write `mountPath` of each volume"),
];

/// Returns what to write instead of a word of Kubernetes.
pub(super) fn instead(word: &str) -> Option<&'static str> {
    let found = WORDS.iter().find(|(known, _)| *known == word);
    found.map(|(_, help)| *help)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_in_order_and_known_once() {
        assert!(WORDS.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert_eq!(instead("runAsUser"), Some("write `user`"));
        assert_eq!(instead("shape"), None);
    }
}
