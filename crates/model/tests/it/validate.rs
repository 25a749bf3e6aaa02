//! What must hold of a resolved application: one thing corrupted in a clean one.

use steading_model::application::validate;

use crate::support::{application, findings, good, web};

#[test]
fn a_clean_application_has_no_findings() {
    let spec = "  uses: { otel-collector: {} }\n  env: { URL: \"${route.url}/x\", NODE: \"${pod.node}\", Q: \"amqp://${uses.broker.host}:${uses.broker.port}\" }\n  storage: { mountPath: /data, size: 1Gi }\n  ingress: [{ host: web }]\n  jobs: { tidy: { schedule: \"0 3 * * *\", command: [tidy], volumes: [data] } }\n";
    let spec = spec.replace("otel-collector: {}", "otel-collector: {}, broker: {}");
    assert!(
        findings(&web(&spec)).is_empty(),
        "{:?}",
        findings(&web(&spec))
    );
    assert_eq!(good(&web(&spec), "prod").namespace.as_str(), "prod-web");
}

/// A field that is wrong, and the one finding about it.
const MISTAKES: &[(&str, &str)] = &[
    (
        "  env: { A: b }\n  secrets: { generate: [A] }\n",
        "9:10 ST1202 `A` is both a literal and a secret (remove one of the two) [10:25 the secret]",
    ),
    (
        "  secrets: { generate: [A], env: { A: KEY } }\n",
        "9:25 ST1202 `A` is both taken from the backend and made by `generate` (remove one of the two)",
    ),
    (
        "  uses: { otel: {} }\n",
        "9:11 ST1209 there is no catalogue entry `otel` (did you mean `otel-collector`?)",
    ),
    (
        "  network: { to: [{ catalogue: redis }] }\n",
        "9:19 ST1209 there is no catalogue entry `redis` (known: broker, gateway-intelligence, otel-collector)",
    ),
    (
        "  storage: { mountPath: /d }\n",
        "9:3 ST1205 `spec.storage.size` is required when `spec.storage` is set (add `size`, such as `size: 2Gi`)",
    ),
    (
        "  storage: { mountPath: /d, size: 2Gi, maxSize: 1Gi }\n",
        "9:49 ST1205 `spec.storage.maxSize` (1Gi) is below `size` (2Gi) (write at least `2Gi`)",
    ),
    (
        "  storage: { mountPath: /d, existingClaim: x, path: /x, data: host, why: files }\n",
        "9:47 ST1205 `spec.storage` has both `existingClaim` and `path` (keep one of them)",
    ),
    (
        "  storage: { mountPath: /d, path: /x }\n",
        "9:29 ST1205 `spec.storage.path` needs `data: shared` or `data: host` (say which it is)",
    ),
    (
        "  volumes: { a: { mountPath: /d, size: 1Gi } }\n  files: { /d/: x }\n",
        "10:10 ST1206 two things are mounted at `/d` (mount one of them elsewhere) [9:19 first here]",
    ),
    (
        "  kind: daemon\n  storage: { mountPath: /d, size: 1Gi }\n",
        "10:3 ST1203 `web` runs on every node but has a volume with a single writer (use `data: host`, `data: shared`, or `scratch`)",
    ),
    (
        "  resources: { memory: 1Gi, memoryLimit: 512Mi }\n",
        "9:42 ST1212 `spec.resources.memoryLimit` (512Mi) is below `memory` (1Gi) (write at least `1Gi`)",
    ),
    (
        "  tier: tiny\n  resources: { memory: 2Gi }\n",
        "10:24 ST1212 `spec.resources.memory` (2Gi) is more than the tier `tiny` allows one container (1Gi) (ask for less, or choose a larger tier)",
    ),
    (
        "  ports: { admin: 3000 }\n",
        "9:12 ST1218 the ports `http` and `admin` are the same (the containers of a pod share its ports: remove one of the two, or give it another number and name) [7:3 the other one]",
    ),
    (
        "  sidecars: { tunnel: { image: example.org/tunnel:1.0.0, ports: { admin: 3000 } } }\n",
        "9:67 ST1218 the ports `http` and `admin` are the same (the containers of a pod share its ports: remove one of the two, or give it another number and name) [7:3 the other one]",
    ),
    (
        "  network: { to: [{ cidr: 10.0.0.0/8, ports: [8010-8000] }] }\n",
        "9:47 ST1003 `spec.network.to[0].ports[0]` must be a port such as `8080` or `53/udp`, or a range such as `8000-8010`, not `8010-8000`",
    ),
    (
        "  tolerations: []\n",
        "9:3 ST1002 unknown key `spec.tolerations` (write `placement: { tolerate: … }`)",
    ),
    (
        "  labels: { pods: { app.kubernetes.io/name: shop } }\n",
        "9:21 ST1274 `app.kubernetes.io/name` is Steading's own (leave it out: it is derived)",
    ),
    (
        "  sidecars: { a: { image: me/a:1, security: { sysctls: { net.ipv4.ip_forward: 1 } } } }\n",
        "9:47 ST1273 `spec.sidecars.a.security.sysctls` belongs to the whole pod of `web` (write it at `spec.security.sysctls` instead)",
    ),
    (
        "  env: { PW: x }\n  secrets: { from: { shared/mail: { env: { PW: password } } } }\n",
        "9:10 ST1202 `PW` is both a literal and a secret (remove one of the two) [10:44 the secret]",
    ),
    (
        "  replicas: 1\n  availability: { replicas: 2 }\n",
        "10:29 ST1215 `replicas` is 1, `availability.replicas` is 2 (write it in one place)",
    ),
    (
        "  security: { user: 0 }\n",
        "9:21 ST1221 `spec.security.user` is 0 without a reason (add `root: why`)",
    ),
    (
        "  dependsOn: [web]\n",
        "9:15 ST1220 `spec.dependsOn` names the application itself (remove it)",
    ),
    (
        "  jobs: { a: { schedule: \"0 3 * * *\" } }\n",
        "9:11 ST1213 `spec.jobs.a` has nothing to run (add `command`, `args` or `script`)",
    ),
    (
        "  jobs: { a: { command: [a], volumes: [data] } }\n",
        "9:40 ST1118 there is no volume `data` (declare it with `storage` or `volumes` of a component)",
    ),
    (
        "  jobs: { a: { command: [a], like: wbe } }\n",
        "9:36 ST1117 there is no container `wbe` to start from (did you mean `web`?)",
    ),
    (
        "  init: { migrate: {} }\n",
        "9:11 ST1213 `spec.init.migrate` has nothing to run (add `command`, `args` or `script`)",
    ),
    (
        "  ingress: [{ host: a, path: /x, paths: [/y] }]\n",
        "9:34 ST1208 `spec.ingress[0]` has both `path` and `paths` (keep one of them)",
    ),
    (
        "  ingress: [{ host: a, preservePath: true }]\n",
        "9:24 ST1208 `spec.ingress[0].preservePath` has no meaning without `redirectTo` (remove it)",
    ),
    (
        "  ingress: [{ host: a, stripPrefix: true }]\n",
        "9:24 ST1208 `spec.ingress[0].stripPrefix` has no `path` to take off (remove it, or add `path`)",
    ),
    (
        "  ingress: [{ host: a, groups: [x], auth: { app: own login } }]\n",
        "9:24 ST1208 `spec.ingress[0].groups` has no meaning without the estate's login (remove it, or write `auth: required`)",
    ),
    (
        "  ingress: [{ host: a, port: admin }]\n",
        "9:24 ST1209 there is no port `admin` (known: http)",
    ),
    (
        "  ingress: [{ host: a, port: 3001 }]\n",
        "9:24 ST1209 there is no port `3001` (did you mean `3000`?)",
    ),
    (
        "  ingress: [{ host: a, component: wbe }]\n",
        "9:24 ST1209 there is no component `wbe` (did you mean `web`?)",
    ),
    (
        "  ingress: [{ host: a, middlewares: [chta] }]\n",
        "9:38 ST1209 there is no middleware `chta` (did you mean `chat`?)",
    ),
    (
        "  ingress: [{ host: a, limits: { class: pag } }]\n",
        "9:34 ST1209 there is no rate class `pag` (did you mean `page`?)",
    ),
    (
        "  ingress: [{ host: a, botProtection: true }]\n",
        "9:24 ST1208 the estate has no bot wall (set `ingress.botWall` in the estate)",
    ),
    (
        "  ingress: [{ host: a, tls: passthrough, auth: { app: own login }, path: /x, port: web }]\n  ports: { web: { port: 8443, protocol: https } }\n",
        "9:68 ST1260 `spec.ingress[0].path` has no effect on a connection that is passed through (remove it, or `tls: passthrough`)",
    ),
    (
        "  ingress: [{ host: a, tls: passthrough, port: web }]\n  ports: { web: { port: 8443, protocol: https } }\n",
        "9:13 ST1260 `spec.ingress[0]` is passed through, so nothing can ask for the estate's login before it (write `auth: { app: why }`, `{ public: why }` or `{ none: why }`, or remove `tls: passthrough`)",
    ),
    (
        "  ingress: [{ host: a, tls: passthrough, auth: { bearer: K }, port: web }]\n  ports: { web: { port: 8443, protocol: https } }\n",
        "9:48 ST1260 `spec.ingress[0]` is passed through, so nothing can ask for a token before it (write `auth: { app: why }`, `{ public: why }` or `{ none: why }`, or remove `tls: passthrough`)",
    ),
    (
        "  ingress: [{ host: a, tls: passthrough, auth: { app: own login } }]\n",
        "9:29 ST1260 `spec.ingress[0]` passes TLS through to the port `http`, which does not speak it (write the port as `{ port: 3000, protocol: https }`, or remove `tls: passthrough`)",
    ),
    (
        "  ingress: [{ host: a, tls: passthrough, auth: { app: own login }, upstream: { host: 192.168.1.2, port: 443 } }, { host: a, path: /x }]\n",
        "9:122 ST1268 `a.internal.example.org` is passed through as a whole, and has another route (give one of the two another host) [9:21 the other route]",
    ),
    (
        "  ingress: [{ host: a, headers: { X-A: b, x-a: c } }]\n",
        "9:43 ST1261 `spec.ingress[0].headers` has `X-A` and `x-a`, which are the same header (remove one of them)",
    ),
    (
        "  ingress: [{ host: a, headers: { X-A: \"b\\nc\" } }]\n",
        "9:40 ST1261 `spec.ingress[0].headers.X-A` has a line break (write it on one line, folded with `>-`)",
    ),
    (
        "  ingress: [{ host: a, auth: { bearer: K }, redirectTo: \"https://b.example.org\" }]\n",
        "9:30 ST1262 `spec.ingress[0]` asks for a token before a redirect (write `auth: { public: why }`, and ask for the token where the redirect leads to)",
    ),
    (
        "  ingress: [{ host: a, limits: { class: api, requests: 3 } }]\n",
        "9:34 ST1266 `spec.ingress[0].limits` has both a class and numbers (keep one of the two; `body` may stand beside a class)",
    ),
    (
        "  ingress: [{ host: a, limits: { none: a single client, body: 1Gi } }]\n",
        "9:34 ST1266 `spec.ingress[0].limits` says `none` and limits something (keep one of the two)",
    ),
    (
        "  ingress: [{ host: a, limits: { burst: 3 } }]\n",
        "9:34 ST1266 `spec.ingress[0].limits.burst` has no meaning without `requests` (add `requests`)",
    ),
    (
        "  ingress: [{ host: a, limits: { requests: 0 } }]\n",
        "9:44 ST1266 `spec.ingress[0].limits.requests` is 0, which would be no limit at all (write `limits: { none: why }`, or a number)",
    ),
    (
        "  ingress: [{ host: a, port: 3000, upstream: { host: 192.168.1.2, port: 80 } }]\n",
        "9:24 ST1267 `spec.ingress[0].port` has no meaning beside `upstream` (remove one of the two)",
    ),
    (
        "  ingress: [{ host: a, upstream: { host: 127.0.0.1, port: 80 } }]\n",
        "9:42 ST1263 `spec.ingress[0].upstream.host` is a loopback address: 127.0.0.1 (write the address that the device has in its network)",
    ),
    (
        "  ingress: [{ host: a, upstream: { host: \"fe80::1\", port: 80 } }]\n",
        "9:42 ST1263 `spec.ingress[0].upstream.host` is a link-local address: fe80::1 (write the address that the device has in its network)",
    ),
    (
        "  ingress: [{ host: a, upstream: { host: \"::ffff:10.0.0.1\", port: 80 } }]\n",
        "9:42 ST1263 `spec.ingress[0].upstream.host` is an IPv4 address in the form of IPv6: ::ffff:10.0.0.1 (write the address that the device has in its network)",
    ),
    (
        "  ingress: [{ host: a, upstream: { host: 192.168.1.2, port: 443, tls: true } }]\n",
        "9:66 ST1264 nothing says how the certificate of `spec.ingress[0].upstream` is verified (write `tls: { serverName: NAME }`, or `tls: { unverified: why }`)",
    ),
    (
        "  ingress: [{ host: a, upstream: { host: n.example.net, port: 443, tls: { unverified: own certificate, authority: ca } } }]\n",
        "9:75 ST1264 `spec.ingress[0].upstream.tls` says how the certificate is verified, and that it is not (remove `unverified`, or what is beside it)",
    ),
    (
        "  scaling: { toZero: { after: 1h } }\n  ingress: [{ host: a }, { host: b }]\n",
        "9:14 ST1265 `web` sleeps, and the estate has nothing that wakes it up (set `ingress.wakeUp` in the estate, or remove `scaling.toZero`)",
    ),
    (
        "  scaling: { toZero: { after: 1h } }\n  ports: { t: { port: 8443, protocol: tcp } }\n  ingress: [{ host: a, port: t, tls: passthrough, auth: { app: own login } }]\n",
        "11:38 ST1265 `web` sleeps, and no request that is passed through wakes it up (remove `tls: passthrough`, or `scaling.toZero`)",
    ),
    (
        "  ingress: [{ host: a, catalogue: false, widget: { type: customapi } }]\n",
        "9:42 ST1269 `spec.ingress[0].widget` is on no dashboard (remove it, or write `catalogue: true`)",
    ),
    (
        "  ingress: [{ host: a, path: /x }, { host: a.internal.example.org, path: /x }]\n",
        "9:44 ST1211 two routes for `a.internal.example.org/x` (remove one of the two) [9:21 first here]",
    ),
];

#[test]
fn one_finding_for_one_mistake() {
    for (spec, expected) in MISTAKES {
        assert_eq!(findings(&web(spec)), [*expected], "{spec}");
    }
}

#[test]
fn a_component_has_an_image_and_one_way_to_tell_its_health() {
    let base = |health: &str| {
        application(
            &format!("  image: a/b:1\n  port: 1\n{health}"),
            "  prod: {}\n",
        )
    };
    assert_eq!(
        findings(&base("")),
        [
            "7:3 ST1204 `web` has a port but no `health` (add `health: { path: /… }`, or `{ none: why }`)"
        ]
    );
    assert_eq!(
        findings(&base("  health: { path: /, tcp: true }\n")),
        ["8:22 ST1204 `spec.health` has both `path` and `tcp` (keep one of them)"]
    );
    assert_eq!(
        findings(&base("  health: { timeoutSeconds: 3 }\n")),
        [
            "8:3 ST1204 `spec.health` does not say what to ask (add one of `path`, `tcp`, `exec`, `grpc`, `none`)"
        ]
    );
    let without_port = application("  image: a/b:1\n  health: { path: / }\n", "  prod: {}\n");
    assert_eq!(
        findings(&without_port),
        ["7:3 ST1204 `spec.health` needs a port, and `web` has none (add `port`, or use `exec`)"]
    );
    let without_image = application("  port: 1\n  health: { tcp: true }\n", "  prod: {}\n");
    assert_eq!(
        findings(&without_image),
        ["3:11 ST1201 `web` has no image (add `spec.image`, or pass `--image`)"]
    );
    let undescribed = web("").replace("  description: A test\n", "");
    assert_eq!(
        findings(&undescribed),
        ["3:19 ST1210 `web` does not say what it is (add `spec.description: …` in a few words)"]
    );
}

#[test]
fn what_runs_nothing_has_no_container_fields() {
    let upstream = "  upstream: { host: 192.168.1.20, port: 8123 }\n  ingress: [{ host: ha }]\n";
    assert!(
        good(&application(upstream, "  prod: {}\n"), "prod")
            .components
            .is_empty()
    );
    assert_eq!(
        findings(&application(
            &format!("{upstream}  replicas: 2\n"),
            "  prod: {}\n"
        )),
        ["8:3 ST1214 `spec.replicas` has no meaning beside `upstream` (remove one of the two)"]
    );
    let raw = "  raw: [{ apiVersion: v1, kind: ConfigMap, metadata: { name: a }, data: { x: } }]\n";
    let application = good(&application(raw, "  prod: {}\n"), "prod");
    assert!(application.components.is_empty());
    assert_eq!(
        application.fields.raw[0].json["data"],
        serde_json::json!({ "x": null }),
        "what is raw stays as it is"
    );
}

#[test]
fn nothing_is_open_without_a_login_or_a_reason() {
    use steading_model::load::{InputFile, load};
    use steading_model::resolve::{Overrides, resolve};
    let estate = crate::support::ESTATE
        .replace(
            "    sso: { url: \"https://login.example.org/verify\" }\n",
            "",
        )
        .replace("  certificates: { issuer: letsencrypt }\n", "");
    let files = vec![
        InputFile::new("estate.yaml", estate),
        InputFile::declaration(
            "a.yaml",
            web("  ingress: [{ host: a, visibility: public }]\n"),
        ),
    ];
    let (declarations, _) = load(files);
    let (application, report) = resolve(
        &declarations,
        &declarations.applications[0],
        "prod",
        &Overrides::default(),
    );
    assert!(application.is_none());
    let codes: Vec<&str> = report
        .diagnostics()
        .iter()
        .map(|finding| finding.code.0)
        .collect();
    assert_eq!(codes, ["ST1216", "ST1217"]);
}

#[test]
fn every_code_is_documented_once() {
    use steading_model::{load, resolve, yaml};
    let all = [yaml::CODES, load::CODES, resolve::CODES, validate::CODES];
    let mut codes: Vec<&str> = all
        .iter()
        .flat_map(|codes| codes.iter())
        .map(|(code, _)| code.0)
        .collect();
    let count = codes.len();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), count);
    assert!(
        all.iter()
            .flat_map(|codes| codes.iter())
            .all(|(_, docs)| docs.len() > 40 && docs.ends_with('.'))
    );
}
