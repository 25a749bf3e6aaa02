//! Estates of any size to measure with.

use std::fs;
use std::path::Path;

use anyhow::Result;

/// The estate; its one environment is the lab `bench`.
const ESTATE: &str = "\
apiVersion: steading.dev/v1
kind: Estate
metadata:
  name: bench
spec:
  domains: { public: example.org }
  environments:
    prod: { context: steading-lab-bench }
  ingress:
    chain: [allow-list, authentication]
  certificates:
    issuer: letsencrypt
    wildcards: { example.org: wildcard-tls }
  secrets: { existing: {} }
  lab:
    nodes: [{ name: one, cpu: 32, memory: 128Gi, pods: 500 }]
";

/// The value of the variable that changes.
pub(crate) const LEVEL: &str = "info";

/// Writes an estate of so many applications of nine objects each: a namespace with its quota and limits, an account, a workload with its
/// service, two network policies and a public route without middlewares.
pub(crate) fn write(folder: &Path, applications: usize) -> Result<()> {
    fs::create_dir_all(folder)?;
    fs::write(folder.join("estate.yaml"), ESTATE)?;
    for number in 0..applications {
        fs::create_dir_all(folder.join("applications").join(name(number)))?;
        change(folder, number, LEVEL)?;
    }
    Ok(())
}

/// Returns what an application is called.
pub(crate) fn name(number: usize) -> String {
    format!("service-{number:05}")
}

/// Writes one application with another value of a variable.
pub(crate) fn change(folder: &Path, number: usize, level: &str) -> Result<()> {
    let name = name(number);
    let home = folder.join("applications").join(&name);
    Ok(fs::write(
        home.join("application.yaml"),
        application(&name, level),
    )?)
}

fn application(name: &str, level: &str) -> String {
    format!(
        "\
apiVersion: steading.dev/v1
kind: Application
metadata:
  name: {name}
spec:
  description: One of many
  image: ghcr.io/example/{name}:1.0.0
  port: 8080
  replicas: 0
  resources: {{ cpu: 50m, memory: 128Mi }}
  health: {{ path: /healthz }}
  env: {{ LOG_LEVEL: {level}, PUBLIC_URL: \"${{route.url}}\" }}
  ingress:
    - {{ host: {name}, visibility: public, auth: {{ public: a site for everybody }} }}
environments:
  prod: {{}}
"
    )
}
