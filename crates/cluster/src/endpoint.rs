//! Where the API server of a connection is.

use k8s_openapi::ByteString;
use kube::config::Config;
use serde_json::{Value, json};

/// Where the API server is, and how one knows that it is the right one.
#[derive(Clone, Default)]
pub(crate) struct Endpoint {
    server: String,
    authorities: Vec<Vec<u8>>,
    server_name: Option<String>,
    proxy: Option<String>,
    pub(crate) is_verified: bool,
}

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

    /// Returns the `cluster` of a kubeconfig.
    pub(crate) fn json(&self) -> Value {
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

pub(crate) fn base64(bytes: &[u8]) -> Value {
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
