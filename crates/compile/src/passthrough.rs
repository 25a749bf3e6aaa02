//! Routes whose connections the application opens itself: Traefik sees the host name (SNI) and nothing else, so only the addresses that
//! may connect can be limited.

use steading_model::application::Visibility;

use crate::backend;
use crate::gates;
use crate::json::{Fields, texts};
use crate::ranges;
use crate::route::{self, Entry, TRAEFIK};
use crate::scope::{Output, Scope};

/// The name of the allow-list; that of HTTP is another kind of object.
const PRIVATE: &str = "private-only";

/// Adds the route.
pub(crate) fn objects(scope: &Scope<'_>, entry: &Entry<'_>, output: &mut Output) {
    let Some(backend) = backend::backend(scope, entry, output) else {
        return;
    };
    let service = Fields::new()
        .with("name", backend.service)
        .with("port", backend.port);
    let gate = allow_list(scope, entry, output).map(|name| Fields::new().with("name", name));
    let gates: Vec<serde_json::Value> = gate.into_iter().map(Into::into).collect();
    let rule = Fields::new()
        .with("match", format!("HostSNI(`{}`)", entry.host))
        .with("middlewares", gates)
        .with("services", vec![serde_json::Value::from(service)]);
    let spec = Fields::new()
        .with(
            "entryPoints",
            vec![scope.estate.fields.ingress.entry_point.as_str()],
        )
        .with("routes", vec![serde_json::Value::from(rule)])
        .with("tls", Fields::new().with("passthrough", true));
    let object = route::metadata(scope, entry)
        .object(TRAEFIK, "IngressRouteTCP")
        .with("spec", spec);
    output.push(scope, object, &entry.path);
}

/// Returns the name of the allow-list of a private route, making it.
fn allow_list(scope: &Scope<'_>, entry: &Entry<'_>, output: &mut Output) -> Option<String> {
    if entry.visibility() == Visibility::Public {
        return None;
    }
    let ranges = ranges::private(scope.estate);
    if ranges.is_empty() {
        gates::no_private_range(scope, entry, output);
        return Some(format!("missing-{PRIVATE}"));
    }
    let is_new = !output
        .objects
        .iter()
        .any(|object| object.id.kind.kind == "MiddlewareTCP" && object.id.name == PRIVATE);
    if is_new {
        let list = Fields::new().with("sourceRange", texts(ranges));
        let object = scope
            .named(PRIVATE)
            .object(TRAEFIK, "MiddlewareTCP")
            .with("spec", Fields::new().with("ipAllowList", list));
        output.push(scope, object, &entry.path);
    }
    Some(PRIVATE.to_owned())
}
