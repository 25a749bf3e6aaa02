//! What applications could take from each other on a Gateway.

use std::collections::BTreeMap;

use steading_model::{Diagnostic, Object, Report, Span};

use crate::application::Compiled;
use crate::codes::GATEWAY_HOST;

/// How an application uses a host.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    /// A `GRPCRoute`, which tolerates no other kind of route there.
    Grpc,
    /// Any other route.
    Route,
    /// A listener of its own.
    Listener,
}

/// Reports hosts that two applications use in ways that exclude each other.
pub(crate) fn across(compiled: &[Compiled], report: &mut Report) {
    let mut taken: BTreeMap<String, Vec<(usize, Use, Option<Span>)>> = BTreeMap::new();
    for (at, one) in compiled.iter().enumerate() {
        for (host, object, way) in one.desired.objects.iter().flat_map(uses) {
            let place = format!("{} {host}", one.cluster);
            taken.entry(place).or_default().push((at, way, object.span));
        }
    }
    for (place, uses) in &taken {
        let host = place.rsplit(' ').next().unwrap_or(place);
        let clash = uses.iter().enumerate().find_map(|(later, second)| {
            let mut earlier = uses[..later].iter();
            let first = earlier.find(|first| excludes(first, second))?;
            Some((first, second))
        });
        if let Some((first, second)) = clash {
            report.push(finding(compiled, host, first, second));
        }
    }
}

fn excludes(first: &(usize, Use, Option<Span>), second: &(usize, Use, Option<Span>)) -> bool {
    let ways = [first.1, second.1];
    let routes = ways.contains(&Use::Grpc) && ways.contains(&Use::Route);
    first.0 != second.0 && (routes || ways == [Use::Listener; 2])
}

fn uses(object: &Object) -> Vec<(&str, &Object, Use)> {
    let spec = &object.json["spec"];
    let (hosts, way) = match object.id.kind.kind.as_str() {
        "GRPCRoute" => (vec![&spec["hostnames"][0]], Use::Grpc),
        "HTTPRoute" => (vec![&spec["hostnames"][0]], Use::Route),
        "ListenerSet" => (vec![&spec["listeners"][0]["hostname"]], Use::Listener),
        _ => return Vec::new(),
    };
    let hosts = hosts.into_iter().filter_map(|host| host.as_str());
    hosts.map(|host| (host, object, way)).collect()
}

fn finding(
    compiled: &[Compiled],
    host: &str,
    first: &(usize, Use, Option<Span>),
    second: &(usize, Use, Option<Span>),
) -> Diagnostic {
    let titles = [first, second].map(|one| compiled[one.0].desired.title());
    let (message, help) = if second.1 == Use::Listener {
        (
            format!(
                "`{}` and `{}` both bring a listener for {host}",
                titles[0], titles[1]
            ),
            "give one of them another host, or a listener of the Gateway a certificate for it",
        )
    } else {
        (
            format!(
                "`{}` and `{}` have routes for gRPC and for HTTP on {host}",
                titles[0], titles[1]
            ),
            "give one of them another host: a Gateway tolerates one kind on a host",
        )
    };
    let finding = Diagnostic::error(GATEWAY_HOST, message)
        .at(second.2)
        .help(help);
    match first.2 {
        Some(span) => finding.label(span, "the other is declared here"),
        None => finding,
    }
}
