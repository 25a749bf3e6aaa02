//! From whom objects are taken over: field managers by the tool that they belong to.

use std::fmt;

/// What `kubectl apply` leaves on an object.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";
/// What Helm leaves on an object: of which release it is.
pub(crate) const HELM_NAME: &str = "meta.helm.sh/release-name";
/// In which namespace that release is.
pub(crate) const HELM_NAMESPACE: &str = "meta.helm.sh/release-namespace";

/// The beginnings of the names of field managers, by tool. The server says `before-first-apply` where it does not know who wrote a field.
const KUBECTL: [&str; 2] = ["kubectl", "before-first-apply"];
/// Helm itself, Flux's `helm-controller`, and Terraform's provider for Helm.
const HELM: [&str; 2] = ["helm", "terraform-provider-helm"];
/// Terraform's provider for Kubernetes under its present and earlier names, and `OpenTofu`.
const TERRAFORM: [&str; 5] = [
    "Terraform",
    "terraform",
    "HashiCorp",
    "OpenTofu",
    "opentofu",
];
/// Parts of the cluster itself: what they own is never taken.
const CLUSTER: [&str; 3] = ["kube-", "kubelet", "cloud-controller-manager"];

/// From whom objects are taken over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Helm.
    Helm,
    /// `kubectl`, in each of its ways to write.
    Kubectl,
    /// Terraform.
    Terraform,
    /// Everybody but the cluster's own parts.
    Any,
    /// The field manager with this name.
    Manager(String),
}

impl Origin {
    /// Reads a word: that of a tool, else the name of a field manager.
    #[must_use]
    pub fn of(word: &str) -> Self {
        match word {
            "helm" => Self::Helm,
            "kubectl" => Self::Kubectl,
            "terraform" => Self::Terraform,
            "any" => Self::Any,
            name => Self::Manager(name.to_owned()),
        }
    }

    /// Says whether fields of a manager are taken.
    pub(crate) fn covers(&self, manager: &str) -> bool {
        let begins = |names: &[&str]| names.iter().any(|name| manager.starts_with(name));
        match self {
            Self::Helm => begins(&HELM),
            Self::Kubectl => begins(&KUBECTL),
            Self::Terraform => begins(&TERRAFORM) && !begins(&HELM),
            Self::Any => !begins(&CLUSTER),
            Self::Manager(name) => manager == name,
        }
    }

    /// Returns the annotations that mean something to the former manager only.
    pub(crate) fn leftovers(&self) -> &'static [&'static str] {
        match self {
            Self::Helm => &[HELM_NAME, HELM_NAMESPACE],
            Self::Kubectl => &[LAST_APPLIED],
            Self::Any => &[LAST_APPLIED, HELM_NAME, HELM_NAMESPACE],
            Self::Terraform | Self::Manager(_) => &[],
        }
    }

    /// Returns the word for whoever a manager belongs to, as it is written after `--from`.
    #[must_use]
    pub fn word_for(manager: &str) -> String {
        let tools = [Self::Helm, Self::Kubectl, Self::Terraform];
        let tool = tools.into_iter().find(|tool| tool.covers(manager));
        tool.map_or_else(|| manager.to_owned(), |tool| tool.to_string())
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Helm => "helm",
            Self::Kubectl => "kubectl",
            Self::Terraform => "terraform",
            Self::Any => "any",
            Self::Manager(name) => name,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn managers_belong_to_the_tool_that_writes_under_their_name() {
        for (manager, word) in [
            ("helm", "helm"),
            ("helm-controller", "helm"),
            ("terraform-provider-helm_v3.0.2_x5", "helm"),
            ("kubectl-client-side-apply", "kubectl"),
            ("kubectl-edit", "kubectl"),
            ("before-first-apply", "kubectl"),
            ("Terraform", "terraform"),
            ("HashiCorp", "terraform"),
            ("argocd-controller", "argocd-controller"),
        ] {
            assert_eq!(Origin::word_for(manager), word, "{manager}");
            assert_eq!(Origin::of(word).to_string(), word);
            assert!(Origin::of(word).covers(manager), "{manager}");
            assert!(Origin::Any.covers(manager), "{manager}");
        }
        for part in ["kube-controller-manager", "kubelet"] {
            assert!(!Origin::Any.covers(part), "{part}");
        }
    }
}
