//! How much and how often: limits on requests and bodies, retries, compression.

use serde_json::{Value, json};
use steading_model::Severity;
use steading_model::estate::Retry;

use crate::codes::NOT_EXPRESSED;
use crate::gates::{self, Rate};
use crate::json::Fields;
use crate::route::Entry;
use crate::scope::{Output, Scope};

/// Everyone, each address on its own.
const EVERYONE: [&str; 2] = ["0.0.0.0/0", "::/0"];
/// How often a request is sent once more, at most, and how long to wait before, in milliseconds.
const RETRY: (u32, u32) = (2, 100);

/// Returns the fields of the policy; none where nothing is limited.
pub(super) fn limits(
    scope: &Scope<'_>,
    entry: &Entry<'_>,
    kind: &str,
    output: &mut Output,
) -> Fields {
    let ingress = &scope.estate.fields.ingress;
    let compression = ingress.compress.as_ref();
    Fields::new()
        .with(
            "rateLimit",
            gates::rate(scope, entry).map(|rate| rate_limit(&rate)),
        )
        .with("requestBuffer", body(scope, entry, kind, output))
        .with("retry", ingress.retry.as_ref().map(retry))
        .with(
            "compression",
            compression.map(|_| json!([{ "type": "Gzip" }])),
        )
}

/// A bucket holds what its unit allows and is filled again in that time: the unit is the shortest one in which the burst fits, so that
/// the average is kept and no burst that the route allows is refused.
fn rate_limit(rate: &Rate<'_>) -> Value {
    let average = u64::from(rate.average);
    let units = [("Second", 1), ("Minute", 60), ("Hour", 3600)];
    let fits = |seconds: u64| average.saturating_mul(seconds) >= u64::from(rate.burst);
    let found = units.into_iter().find(|(_, seconds)| fits(*seconds));
    let (unit, seconds) = found.unwrap_or(("Hour", 3600));
    let rule = |range: &str| {
        json!({
            "clientSelectors": [{ "sourceCIDR": { "type": "Distinct", "value": range } }],
            "limit": { "requests": average.saturating_mul(seconds), "unit": unit },
        })
    };
    json!({ "type": "Local", "local": { "rules": EVERYONE.map(rule) } })
}

/// Envoy holds a body as a whole to measure it, which would keep a stream of gRPC from ever beginning.
fn body(scope: &Scope<'_>, entry: &Entry<'_>, kind: &str, output: &mut Output) -> Option<Value> {
    let limit = gates::body(scope, entry)?;
    let bytes = u32::try_from(limit.units());
    if let (Ok(bytes), "HTTPRoute") = (bytes, kind) {
        return Some(json!({ "limit": bytes.to_string() }));
    }
    let why = if kind == "HTTPRoute" {
        "it holds them in memory, 4 GiB at most"
    } else {
        "it would hold a stream until its end"
    };
    let message = format!(
        "Envoy cannot limit the bodies of `{}` so: {why}",
        entry.host
    );
    let help = "choose a smaller limit, or let the application limit its uploads";
    let span = scope.span(&entry.path.key("limits"));
    output.finding(Severity::Warning, NOT_EXPRESSED, span, message, help);
    None
}

fn retry(retry: &Retry) -> Value {
    let Retry {
        attempts,
        wait_millis,
    } = retry;
    let wait = format!("{}ms", wait_millis.unwrap_or(RETRY.1));
    json!({
        "numRetries": attempts.unwrap_or(RETRY.0),
        "retryOn": { "triggers": ["connect-failure"] },
        "perRetry": { "backOff": { "baseInterval": wait } },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_average_is_kept_and_the_burst_fits() {
        for (average, burst, requests, unit) in [
            (100, 50, 100, "Second"),
            (100, 1000, 6000, "Minute"),
            (20, 200, 1200, "Minute"),
            (1, 100, 3600, "Hour"),
            (1, 10_000, 3600, "Hour"),
        ] {
            let limit = rate_limit(&Rate {
                class: None,
                average,
                burst,
            });
            let rules = limit["local"]["rules"].as_array().unwrap();
            assert_eq!(rules.len(), 2);
            assert_eq!(
                rules[0]["limit"],
                json!({"requests": requests, "unit": unit})
            );
        }
    }
}
