//! Where values come from.

use steading_model::FieldPath;
use steading_model::explain::explain;
use steading_model::resolve::resolve;

use crate::support::{application, loaded};

fn explained(field: Option<&str>) -> Vec<String> {
    let text = application(
        "  image: me/web:1\n  port: 3000\n  health: { path: / }\n  tier: tiny\n  env: { A: \"1\", B: \"2\" }\n  ingress:\n    - host: a\n      groups: [x, y]\n",
        "  prod: { replicas: 2, env: { B: \"3\" } }\n",
    );
    let (mut declarations, _) = loaded(&text);
    let overrides = declarations.overrides(Some("me/web:2"));
    let file = &declarations.applications[0];
    let application = resolve(&declarations, file, "prod", &overrides)
        .0
        .expect("it has no errors");
    let field = field.and_then(FieldPath::parse);
    let line = |found: steading_model::explain::Explained| {
        format!(
            "{} = {} <- {} {}",
            found.path, found.value, found.origin, found.place
        )
    };
    explain(&declarations, file, &application, field.as_ref())
        .into_iter()
        .map(line)
        .collect()
}

#[test]
fn every_value_says_where_it_comes_from() {
    assert_eq!(
        explained(None),
        [
            "spec.description = A test <- declaration applications/web/application.yaml:5:16",
            "spec.tier = tiny <- declaration applications/web/application.yaml:9:9",
            "spec.ingress[0].host = a <- declaration applications/web/application.yaml:12:13",
            "spec.ingress[0].groups = [x, y] <- declaration applications/web/application.yaml:13:15",
            "spec.kind = deployment <- built in <built in>:68:9",
            "spec.servicePort = 80 <- built in <built in>:69:16",
            "spec.gracePeriodSeconds = 20 <- estate default estate.yaml:16:27",
            "spec.env.TZ = Europe/Berlin <- estate default estate.yaml:17:18",
            "spec.env.A = 1 <- declaration applications/web/application.yaml:10:13",
            "spec.env.B = 3 <- environment prod applications/web/application.yaml:15:34",
            "spec.resources.cpu = 10m <- tier tiny estate.yaml:12:25",
            "spec.resources.memory = 32Mi <- tier tiny estate.yaml:12:38",
            "spec.resources.memoryLimit = 48Mi <- tier tiny estate.yaml:12:57",
            "spec.image = me/web:2 <- command line <command line>:1:9",
            "spec.port = 3000 <- declaration applications/web/application.yaml:7:9",
            "spec.health.path = / <- declaration applications/web/application.yaml:8:19",
            "spec.replicas = 2 <- environment prod applications/web/application.yaml:15:21",
        ]
    );
}

#[test]
fn one_field_is_found_with_or_without_spec() {
    for field in ["replicas", "spec.replicas"] {
        assert_eq!(
            explained(Some(field)),
            ["spec.replicas = 2 <- environment prod applications/web/application.yaml:15:21"]
        );
    }
    assert_eq!(explained(Some("env")).len(), 3);
    assert_eq!(explained(Some("ingress[0].host")).len(), 1);
    assert!(explained(Some("nothing.here")).is_empty());
}
