//! Users have the rights that RBAC gives them, and admission does what policies say.

use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{Api, ListParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use serde_json::json;

use crate::ground::{eventually, namespace, shared};

async fn client(kubeconfig: &str) -> Client {
    let kubeconfig = Kubeconfig::from_yaml(kubeconfig).unwrap();
    assert!(
        kubeconfig
            .current_context
            .as_ref()
            .unwrap()
            .starts_with("steading-lab-")
    );
    let config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await;
    Client::try_from(config.unwrap()).unwrap()
}

#[tokio::test]
async fn a_user_may_do_what_a_role_says_and_nothing_else() {
    let lab = shared().await;
    namespace(lab, "rights").await;
    let role = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role",
        "metadata": {"name": "reader", "namespace": "rights"},
        "rules": [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["list"]}],
    });
    let binding = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "reader", "namespace": "rights"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "reader"},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "second"}],
    });
    lab.apply(&[role, binding]).await.unwrap();
    let ann = client(&lab.kubeconfig_for("ann", &["first", "second"]).unwrap()).await;
    let list = ListParams::default();
    let allowed: Api<ConfigMap> = Api::namespaced(ann.clone(), "rights");
    eventually("the role counts", async || {
        allowed.list(&list).await.is_ok()
    })
    .await;
    let refused: Api<ConfigMap> = Api::namespaced(ann, "default");
    let error = refused.list(&list).await.unwrap_err().to_string();
    assert!(
        error.contains("User \"ann\" cannot list resource \"configmaps\""),
        "{error}"
    );
    assert!(lab.kubeconfig_for("ann", &["a", "b", "c"]).is_err());
}

#[tokio::test]
async fn a_policy_can_play_a_mutating_webhook() {
    let lab = shared().await;
    namespace(lab, "mutated").await;
    let policy = json!({
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "MutatingAdmissionPolicy",
        "metadata": {"name": "stamp"},
        "spec": {
            "failurePolicy": "Fail",
            "reinvocationPolicy": "Never",
            "matchConstraints": {
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "mutated"}},
                "resourceRules": [{
                    "apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"],
                    "resources": ["configmaps"],
                }],
            },
            "mutations": [{
                "patchType": "ApplyConfiguration",
                "applyConfiguration": {
                    "expression": "Object{metadata: Object.metadata{labels: {'stamped': 'yes'}}}",
                },
            }],
        },
    });
    let binding = json!({
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "MutatingAdmissionPolicyBinding",
        "metadata": {"name": "stamp"},
        "spec": {"policyName": "stamp"},
    });
    lab.apply(&[policy, binding]).await.unwrap();
    let maps: Api<ConfigMap> = Api::namespaced(lab.client().await.unwrap(), "mutated");
    let mut number = 0;
    eventually("objects are stamped", async || {
        number += 1;
        let name = format!("map-{number}");
        let map = json!({"apiVersion": "v1", "kind": "ConfigMap",
            "metadata": {"name": name, "namespace": "mutated"}});
        lab.apply(&[map]).await.unwrap();
        let labels = maps.get(&name).await.unwrap().metadata.labels;
        labels.is_some_and(|labels| labels.contains_key("stamped"))
    })
    .await;
}
