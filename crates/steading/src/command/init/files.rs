//! The files of a new estate.

use super::answers::{Answers, Environments, OptionalName};

const ESTATE: &str = "estate.yaml";
const APPLICATION: &str = "applications/hello/application.yaml";

/// The paths that are written.
pub(super) const PATHS: [&str; 2] = [ESTATE, APPLICATION];

/// Returns the files by path.
pub(super) fn files(answers: &Answers) -> [(&'static str, String); 2] {
    [
        (ESTATE, estate(answers)),
        (APPLICATION, application(answers)),
    ]
}

fn estate(answers: &Answers) -> String {
    let Answers {
        name,
        domain,
        environments,
        issuer,
        storage_class,
    } = answers;
    let environments = lines(environments, 4);
    let certificates = match issuer {
        OptionalName(Some(issuer)) => format!("\n  certificates:\n    issuer: {issuer}\n"),
        OptionalName(None) => String::new(),
    };
    format!(
        "\
# The estate: everything that is not one application. `steading schema estate` says what can be written.
apiVersion: steading.dev/v1
kind: Estate
metadata:
  name: {name}
spec:
  domains:
    public: {domain}

  # Each environment names the kubeconfig context of its cluster, so that no other is ever touched:
  #   prod: {{ context: my-cluster }}
  environments:
{environments}
  # The address ranges that count as private.
  ingress:
    private: [10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16]
{certificates}
  # What data means decides where it lives.
  storage:
    classes:
      sensitive: {{ class: {storage_class} }}
      plain: {{ class: {storage_class} }}

  # Secrets that someone else puts into each application's namespace, under this name.
  secrets:
    existing: {{ name: \"{{application}}-secrets\" }}

  # The machines that `steading lab up` simulates.
  lab:
    nodes:
      - {{ name: one, cpu: 4, memory: 8Gi }}
"
    )
}

fn application(answers: &Answers) -> String {
    let environments = lines(&answers.environments, 2);
    let ingress = match answers.issuer {
        OptionalName(Some(_)) => {
            "  ingress:\n    - host: hello\n      auth: { public: \"a page that says hello\" }\n"
        }
        OptionalName(None) => "",
    };
    format!(
        "\
# One service. `steading explain hello --env {first}` says where every value comes from.
apiVersion: steading.dev/v1
kind: Application
metadata:
  name: hello
spec:
  description: Says hello
  image: docker.io/nginxinc/nginx-unprivileged:1.29.1-alpine
  port: 8080
  resources: {{ cpu: 20m, memory: 32Mi }}
  health: {{ path: / }}
{ingress}environments:
{environments}",
        first = answers.first_environment(),
    )
}

fn lines(environments: &Environments, indent: usize) -> String {
    let lines = environments
        .0
        .iter()
        .map(|name| format!("{:indent$}{name}: {{}}\n", ""));
    lines.collect::<Vec<_>>().concat()
}
