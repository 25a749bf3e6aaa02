//! An estate like one that people run: the shares of a homelab with 185 workloads in 121 services, with five rules of its own.
//!
//! Of a hundred services 29 are one workload with a route, 25 have a database and a volume, 15 have a worker, a migration and jobs, 8
//! have carve-outs below a protected host, 8 run on a schedule only, 5 stand for a device, 5 sleep, and 5 listen on a port of their own.

use std::fs;
use std::path::Path;

use anyhow::Result;

const ESTATE: &str = "\
apiVersion: steading.dev/v1
kind: Estate
metadata: { name: fleet }
spec:
  domains: { public: example.org, private: home.example.org }
  environments: { prod: {} }
  ingress:
    namespace: traefik
    private: [192.168.0.0/16]
    sso: { url: \"http://login.sso/check\" }
    wakeUp: { url: \"http://sablier.sablier:10000\" }
  certificates: { issuer: letsencrypt, wildcards: { home.example.org: home-tls } }
  loadBalancer: { implementation: metallb }
  updates: { updater: keel }
  storage: { classes: { plain: { class: block, grows: true }, sensitive: { class: encrypted, grows: true }, cache: { class: block }, shared: { class: nfs, server: files.example.org, path: /srv } } }
  secrets: { infisical: { project: fleet, credentials: { name: infisical, namespace: infisical } } }
  catalogue:
    postgres: { postgres: { server: { host: 192.168.10.9 } }, secret: { path: \"/databases/{application}\" } }
    redis: { redis: { host: redis.cache.svc.cluster.local }, at: { namespace: cache }, ports: [6379] }
";

/// Rules of the estate's own: by name, kinds and expression.
const RULES: [(&str, &str, &str); 5] = [
    (
        "memory-ceiling",
        "[apps/v1/Deployment, apps/v1/StatefulSet]",
        "object.spec.template.spec.containers.all(c, quantity(c.resources.limits['memory']).compareTo(quantity('8Gi')) <= 0)",
    ),
    (
        "tag",
        "[apps/v1/Deployment]",
        "object.spec.template.spec.containers.all(c, !c.image.endsWith(':latest'))",
    ),
    (
        "owner",
        "[v1/Namespace]",
        "'steading.dev/estate' in object.metadata.labels",
    ),
    (
        "no-node-port",
        "[v1/Service]",
        "!has(object.spec.type) || object.spec.type != 'NodePort'",
    ),
    (
        "small-claims",
        "[v1/PersistentVolumeClaim]",
        "quantity(object.spec.resources.requests['storage']).compareTo(quantity('1Ti')) <= 0",
    ),
];

const PLAIN: &str = "  image: ghcr.io/example/@:1.0.0
  port: 8080
  resources: { cpu: 50m, memory: 128Mi }
  health: { path: /healthz }
  env: { LOG_LEVEL: info, PUBLIC_URL: \"${route.url}\" }
  ingress: [{ host: @, visibility: public, auth: { public: a site for everybody } }]
";
const DATABASE: &str = "  image: ghcr.io/example/@:2.14.0
  port: 3000
  health: { path: /api/health }
  env: { STORAGE: /data, URL: \"${route.url}\" }
  secrets: { env: [OIDC_ID, OIDC_SECRET], generate: [SESSION_KEY] }
  uses: { postgres: { env: { url: DATABASE_URL } }, redis: {} }
  storage: { mountPath: /data, size: 2Gi, maxSize: 10Gi, data: sensitive, backup: { schedule: \"@m @h * * *\" } }
  update: { policy: minor }
  ingress: [{ host: @ }]
";
const WORKER: &str = "  components:
    web:
      image: ghcr.io/example/@:1.4.0
      port: 3000
      health: { path: /up }
      secrets: { env: [SMTP_PASSWORD], generate: [KEY] }
      storage: { mountPath: /uploads, size: 5Gi, backup: { keep: 7 } }
      init: { migrate: { command: [@, migrate] } }
      sidecars: { exporter: { image: \"ghcr.io/example/exporter:0.3.1\", ports: { metrics: 9100 }, health: { tcp: 9100 } } }
    worker: { like: web, command: [@, work] }
  uses: { postgres: {} }
  jobs:
    report: { like: worker, schedule: \"@m @h * * 1\", command: [@, report], deadlineSeconds: 900 }
    tidy: { like: worker, schedule: \"@m 4 * * *\", command: [@, tidy] }
  ingress: [{ host: @, component: web }]
";
const CARVED: &str = "  image: ghcr.io/example/@:3.2.1
  port: 8000
  health: { path: /status }
  files: { /etc/app/config.yaml: \"listen: 8000\\n\" }
  ingress:
    - { host: @, visibility: public, auth: required }
    - { host: @, path: /api, visibility: public, auth: { app: tokens of its own }, limits: { requests: 10, burst: 40 } }
    - { host: @, path: /assets, visibility: public, auth: { public: pictures and styles } }
  monitoring: { scrape: { path: /metrics } }
";
const SCHEDULED: &str = "  jobs:
    sync: { image: \"ghcr.io/example/@:1.0.0\", schedule: \"@m */6 * * *\", command: [sync], secrets: { env: [TOKEN] }, network: { to: [internet] } }
    check: { image: \"ghcr.io/example/@:1.0.0\", schedule: \"@m 7 * * *\", timeZone: Europe/Berlin, command: [check] }
";
const DEVICE: &str = "  upstream: { host: 192.168.20.@n, port: 80 }
  ingress: [{ host: @ }]
";
const SLEEPER: &str = "  image: ghcr.io/example/@:0.9.1
  port: 8080
  health: { path: / }
  scaling: { toZero: { after: 3h } }
  ingress: [{ host: @ }]
";
const LISTENER: &str = "  image: ghcr.io/example/@:1.8.0
  ports: { game: { port: 27015, protocol: udp } }
  health: { none: speaks UDP only }
  listen: { game: { address: own, protocol: udp } }
";

/// The kinds of services, with how many of a hundred are of each.
const SHARES: [(&str, usize); 8] = [
    (PLAIN, 29),
    (DATABASE, 25),
    (WORKER, 15),
    (CARVED, 8),
    (SCHEDULED, 8),
    (DEVICE, 5),
    (SLEEPER, 5),
    (LISTENER, 5),
];

/// Writes an estate of so many applications.
pub(crate) fn write(folder: &Path, applications: usize) -> Result<()> {
    fs::create_dir_all(folder.join("policies"))?;
    fs::write(folder.join("estate.yaml"), ESTATE)?;
    for (name, kinds, expression) in RULES {
        let rule = format!(
            "apiVersion: steading.dev/v1\nkind: Rule\nmetadata: {{ name: {name} }}\nspec:\n  why: to measure with\n  match: {{ objects: {{ kinds: {kinds} }} }}\n  validations: [{{ expression: {expression:?}, message: refused }}]\n"
        );
        fs::write(folder.join("policies").join(format!("{name}.yaml")), rule)?;
    }
    let mut kinds = SHARES
        .iter()
        .flat_map(|(kind, share)| std::iter::repeat_n(*kind, *share))
        .cycle();
    for number in 0..applications {
        let name = format!("service-{number:05}");
        let home = folder.join("applications").join(&name);
        fs::create_dir_all(&home)?;
        let kind = kinds.next().unwrap_or(PLAIN);
        fs::write(
            home.join("application.yaml"),
            application(&name, number, kind),
        )?;
    }
    Ok(())
}

fn application(name: &str, number: usize, kind: &str) -> String {
    let kind = kind
        .replace("@n", &(number % 250 + 1).to_string())
        .replace("@m", &(number % 60).to_string())
        .replace("@h", &(number / 60 % 24).to_string())
        .replace('@', name);
    format!(
        "apiVersion: steading.dev/v1\nkind: Application\nmetadata: {{ name: {name} }}\nspec:\n  description: Service {number} of many\n{kind}environments: {{ prod: {{}} }}\n"
    )
}
