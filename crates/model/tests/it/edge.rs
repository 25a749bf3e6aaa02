//! Where requests come in: what is wrong with the estate's side of it, and with words of routes.

use steading_model::load::{InputFile, load};

use crate::support::{ESTATE, findings, shown, web};

/// Returns the findings of an estate with more lines in its `spec`, under `ingress` or beside it.
fn of_estate(ingress: &str, spec: &str) -> Vec<String> {
    let estate = ESTATE
        .replace("  ingress:\n", &format!("  ingress:\n{ingress}"))
        .replace("  certificates:", &format!("{spec}  certificates:"));
    let (declarations, report) = load(vec![InputFile::new("estate.yaml", estate)]);
    shown(&report, &declarations.sources)
}

#[test]
fn the_estate_says_where_records_point_and_what_passes() {
    assert_eq!(of_estate("", ""), [""; 0]);
    let good = "  dns: { provider: external-dns, proxied: { none: a wildcard does }, direct: { targets: [203.0.113.7, \"2001:db8::7\"] }, internal: { targets: [lan.example.org], prefix: dns.example.org } }\n";
    assert_eq!(of_estate("", good), [""; 0]);
    let rows = [
        (
            "    retry: { atempts: 1 }\n",
            "",
            "19:14 ST1002 unknown key `spec.ingress.retry.atempts` (did you mean `attempts`?)",
        ),
        (
            "    errorPages: { service: pages, status: [5xx] }\n",
            "",
            "19:44 ST1003 `spec.ingress.errorPages.status[0]` must be an HTTP status or a range such as `500-504`, not `5xx`",
        ),
        (
            "    securityHeaders: { \"X Frame\": DENY }\n",
            "",
            "19:24 ST1003 `spec.ingress.securityHeaders.X Frame` must be the name of an HTTP header such as `X-Frame-Options`, not `X Frame`",
        ),
        (
            "    chain: [allow-list, login]\n",
            "",
            "19:25 ST1003 `spec.ingress.chain[1]` cannot be `login`",
        ),
        (
            "    wakeUp: { plugin: sablier }\n",
            "",
            "19:13 ST1004 `spec.ingress.wakeUp.url` is required",
        ),
        (
            "",
            "  dns: { provider: route53 }\n",
            "`spec.dns.provider` cannot be `route53` (one of: external-dns)",
        ),
        (
            "",
            "  dns: { provider: external-dns, direct: {} }\n",
            "needs `targets`, or `none` with the reason",
        ),
        (
            "",
            "  dns: { provider: external-dns, direct: { targets: [203.0.113.7], none: somebody else } }\n",
            "has both `targets` and `none`",
        ),
        (
            "",
            "  dns: { provider: external-dns, proxied: { targets: [a.example.org, 203.0.113.7] } }\n",
            "has a host name beside other targets: a record is one name, or addresses",
        ),
        (
            "",
            "  dashboard: { kind: dashy }\n",
            "`spec.dashboard.kind` cannot be `dashy` (one of: homepage)",
        ),
    ];
    for (ingress, spec, expected) in rows {
        let found = of_estate(ingress, spec);
        assert_eq!(found.len(), 1, "{ingress}{spec} {found:?}");
        assert!(found[0].contains(expected), "{found:?}\nwanted {expected}");
    }
    let zero = ESTATE.replace("requests: 10, burst: 20", "requests: 0, burst: 20");
    let (declarations, report) = load(vec![InputFile::new("estate.yaml", zero)]);
    let found = shown(&report, &declarations.sources);
    assert!(
        found[0].contains("rate class `api` allows 0 requests, which would be no limit at all"),
        "{found:?}"
    );
}

#[test]
fn words_of_a_route_say_what_they_can_be() {
    let rows = [
        (
            "auth: bearer",
            "needs the key of the token: write `{ bearer: KEY }`",
        ),
        ("auth: app", "needs the reason: write `{ app: \"why\" }`"),
        (
            "auth: { bearer: K, app: own login }",
            "exactly one of `bearer`, `app`, `public` and `none`",
        ),
        ("auth: { bearer: \"a key\" }", "must be the key of a secret"),
        ("auth: { public: x }", "must say why, in words"),
        ("tls: passthru", "did you mean `passthrough`?"),
        ("tls: true", "one of terminate, passthrough"),
        (
            "headers: { \"X Y\": z }",
            "must be the name of an HTTP header",
        ),
        ("errorPages: never", "must be `true` or `false`"),
        (
            "upstream: { host: \"not a host\", port: 80 }",
            "`spec.ingress[0].upstream.host`",
        ),
        (
            "upstream: { host: 192.168.1.2 }",
            "`spec.ingress[0].upstream.port` is required",
        ),
        (
            "upstream: { host: 192.168.1.2, port: 80, tls: { serverName: a.b.c, insecure: true } }",
            "unknown key `spec.ingress[0].upstream.tls.insecure`",
        ),
    ];
    for (field, expected) in rows {
        let found = findings(&web(&format!("  ingress: [{{ host: a, {field} }}]\n")));
        assert_eq!(found.len(), 1, "{field} {found:?}");
        assert!(found[0].contains(expected), "{found:?}\nwanted {expected}");
    }
}
