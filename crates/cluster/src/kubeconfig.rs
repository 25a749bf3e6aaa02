//! A kubeconfig for somebody else: the same cluster, another login.

use k8s_openapi::ByteString;
use kube::config::Config;
use serde_json::{Value, json};

use crate::connect::Cluster;
use crate::credential::Credential;

/// The plugin of `kubectl` that logs in with `OpenID` Connect.
const PLUGIN: &str = "oidc-login";

/// Where the API server is, and how one knows that it is the right one.
#[derive(Clone, Default)]
pub(crate) struct Endpoint {
    server: String,
    authorities: Vec<Vec<u8>>,
    server_name: Option<String>,
    proxy: Option<String>,
    is_verified: bool,
}

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

impl Endpoint {
    pub(crate) fn of(config: &Config) -> Self {
        Self {
            server: config.cluster_url.to_string(),
            authorities: config.root_cert.clone().unwrap_or_default(),
            server_name: config.tls_server_name.clone(),
            proxy: config.proxy_url.as_ref().map(ToString::to_string),
            is_verified: !config.accept_invalid_certs,
        }
    }

    fn json(&self) -> Value {
        let mut cluster = json!({ "server": self.server.trim_end_matches('/') });
        if !self.authorities.is_empty() {
            let pem: String = self.authorities.iter().map(|der| pem(der)).collect();
            cluster["certificate-authority-data"] = base64(pem.as_bytes());
        }
        if let Some(name) = &self.server_name {
            cluster["tls-server-name"] = json!(name);
        }
        if let Some(proxy) = &self.proxy {
            cluster["proxy-url"] = json!(proxy);
        }
        cluster
    }
}

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

fn base64(bytes: &[u8]) -> Value {
    json!(ByteString(bytes.to_vec()))
}

/// Returns a certificate as PEM.
fn pem(der: &[u8]) -> String {
    let text = base64(der);
    let symbols: Vec<char> = text.as_str().unwrap_or_default().chars().collect();
    let lines: Vec<String> = symbols
        .chunks(64)
        .map(|line| line.iter().collect())
        .collect();
    format!(
        "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
        lines.join("\n")
    )
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

    #[test]
    fn the_way_to_the_server_is_kept() {
        let endpoint = Endpoint {
            server: "https://10.0.0.1:6443/".to_owned(),
            authorities: vec![vec![0; 60]],
            server_name: Some("kubernetes".to_owned()),
            ..Endpoint::default()
        };
        let json = endpoint.json();
        assert_eq!(json["server"], "https://10.0.0.1:6443");
        assert_eq!(json["tls-server-name"], "kubernetes");
        let lines = pem(&[0; 60]);
        assert_eq!(lines.lines().nth(1).map(str::len), Some(64));
        assert!(json.get("proxy-url").is_none());
    }
}
