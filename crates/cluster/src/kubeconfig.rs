//! A kubeconfig for somebody else: the same cluster, another login.

use serde_json::{Value, json};

use crate::connect::Cluster;
use crate::credential::Credential;
use crate::endpoint::base64;

/// The plugin of `kubectl` that logs in with `OpenID` Connect.
const PLUGIN: &str = "oidc-login";

/// How somebody proves to the API server who they are.
#[derive(Clone)]
pub enum Login {
    /// With a client certificate.
    Certificate(Credential),
    /// With `OpenID` Connect, through a plugin of `kubectl`.
    Oidc {
        /// The issuer.
        issuer: String,
        /// The client.
        client_id: String,
        /// Scopes besides `openid`.
        scopes: Vec<String>,
    },
}

/// The server's certificate is not verified, so nobody should be given this way to it.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the kubeconfig does not verify the certificate of the API server")]
pub struct UnverifiedServer;

/// Returns a kubeconfig with one context, called as the one that this connection has, and in it a default namespace.
pub fn kubeconfig(
    cluster: &Cluster,
    user: &str,
    namespace: &str,
    login: &Login,
) -> Result<Value, UnverifiedServer> {
    let endpoint = cluster.endpoint();
    if !endpoint.is_verified {
        return Err(UnverifiedServer);
    }
    let name = cluster.context().unwrap_or("cluster");
    Ok(json!({
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{ "name": name, "cluster": endpoint.json() }],
        "users": [{ "name": user, "user": login.json() }],
        "contexts": [{ "name": name, "context": { "cluster": name, "user": user, "namespace": namespace } }],
        "current-context": name,
    }))
}

impl Login {
    fn json(&self) -> Value {
        match self {
            Self::Certificate(Credential { certificate, key }) => json!({
                "client-certificate-data": base64(certificate.as_bytes()),
                "client-key-data": base64(key.as_bytes()),
            }),
            Self::Oidc {
                issuer,
                client_id,
                scopes,
            } => {
                let mut arguments = vec![
                    PLUGIN.to_owned(),
                    "get-token".to_owned(),
                    format!("--oidc-issuer-url={issuer}"),
                    format!("--oidc-client-id={client_id}"),
                ];
                let scopes = scopes.iter();
                arguments.extend(scopes.map(|scope| format!("--oidc-extra-scope={scope}")));
                json!({ "exec": {
                    "apiVersion": "client.authentication.k8s.io/v1",
                    "command": "kubectl",
                    "args": arguments,
                    "interactiveMode": "IfAvailable",
                    "provideClusterInfo": false,
                } })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_with_openid_connect_holds_no_secret() {
        let login = Login::Oidc {
            issuer: "https://login.example.org".to_owned(),
            client_id: "kubernetes".to_owned(),
            scopes: vec!["email".to_owned()],
        };
        let json = login.json();
        assert_eq!(json["exec"]["command"], "kubectl");
        assert_eq!(
            json["exec"]["args"],
            json!([
                "oidc-login",
                "get-token",
                "--oidc-issuer-url=https://login.example.org",
                "--oidc-client-id=kubernetes",
                "--oidc-extra-scope=email"
            ])
        );
        assert!(json.get("client-key-data").is_none());
    }
}
