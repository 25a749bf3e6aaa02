//! What must hold of the estate where routes become objects of Gateway API.

use ipnet::IpNet;
use steading_model::application::Visibility;
use steading_model::estate::{Estate, Gateway, GatewayPolicies, Gateways};
use steading_model::{Code, Diagnostic, FieldPath, Report, Severity};

use super::{attachment, envoy, is_used, policies};
use crate::codes::{ESTATE_LINK, GATE_WITHOUT_POLICY, GATEWAY_NOT_PRIVATE};
use crate::ranges;

/// Checks the Gateways of an estate and what it asks of every route.
pub(crate) fn check(estate: &Estate) -> Report {
    let mut report = Report::default();
    if !is_used(estate) {
        return report;
    }
    if let Some(gateways) = &estate.fields.ingress.gateways {
        apart(estate, gateways, &mut report);
        if let Some(private) = &gateways.private {
            inside(estate, private, &mut report);
            closed(estate, private, &mut report);
        }
    }
    if let (Some(sso), GatewayPolicies::EnvoyGateway) =
        (&estate.fields.ingress.sso, policies(estate))
    {
        envoy::check(estate, sso, &mut report);
    }
    if policies(estate) == GatewayPolicies::None {
        let message = "nobody limits requests by their class: Gateway API has no word for it";
        let help = "name the installed implementation in `ingress.policies`";
        let kind = (Severity::Note, ESTATE_LINK);
        let words = (message.to_owned(), help.to_owned());
        push(
            estate,
            kind,
            &ingress().key("controller"),
            words,
            &mut report,
        );
    }
    for (key, why) in unexpressed(estate) {
        let message = format!("`ingress.{key}` has no effect here: {why}");
        let help = format!("set it up at the Gateway, and remove `{key}`");
        let place = ingress().key(key);
        push(
            estate,
            (Severity::Warning, ESTATE_LINK),
            &place,
            (message, help),
            &mut report,
        );
    }
    report
}

fn ingress() -> FieldPath {
    FieldPath::default().key("spec").key("ingress")
}

fn push(
    estate: &Estate,
    (severity, code): (Severity, Code),
    place: &FieldPath,
    (message, help): (String, String),
    report: &mut Report,
) {
    let finding = Diagnostic::new(code, severity, message).at(estate.tree.span_at(place));
    report.push(finding.help(help));
}

/// A route that is on one Gateway must not be reachable through the other.
fn apart(estate: &Estate, gateways: &Gateways, report: &mut Report) {
    let Gateways { private, public } = gateways;
    let (Some(private), Some(public)) = (private, public) else {
        return;
    };
    let is_same = private.name == public.name && private.namespace == public.namespace;
    if !is_same {
        return;
    }
    let message = format!(
        "private and public routes would be on the same Gateway: `{}`",
        public.name
    );
    let place = attachment::place(Visibility::Private).key("name");
    let finding = Diagnostic::error(GATEWAY_NOT_PRIVATE, message)
        .at(estate.tree.span_at(&place))
        .label(
            estate
                .tree
                .span_at(&attachment::place(Visibility::Public).key("name")),
            "the public one",
        )
        .help("name another Gateway, with an address of its own");
    report.push(finding);
}

fn inside(estate: &Estate, gateway: &Gateway, report: &mut Report) {
    let Some(address) = &gateway.address else {
        return;
    };
    let ranges = ranges::private(estate);
    let mut ranges = ranges
        .iter()
        .filter_map(|range| range.parse::<IpNet>().ok());
    if ranges.any(|range| range.contains(&address.0)) {
        return;
    }
    let message = format!(
        "the private Gateway has an address that is not private: {}",
        address.0
    );
    let help = "give it an address of the `private` ranges that no tunnel uses, or add its range to `private`".to_owned();
    let place = attachment::place(Visibility::Private).key("address");
    let kind = (Severity::Error, GATEWAY_NOT_PRIVATE);
    push(estate, kind, &place, (message, help), report);
}

/// Private routes need somebody who refuses the addresses of others.
fn closed(estate: &Estate, gateway: &Gateway, report: &mut Report) {
    if policies(estate) != GatewayPolicies::None || gateway.enclosed.is_some() {
        return;
    }
    let message = format!(
        "private routes on Gateway `{}` would be open to every address that reaches it: Gateway API has no allow-list",
        gateway.name
    );
    let help = "name the installed implementation in `ingress.policies`, or say why nobody outside of the private ranges reaches the \
                Gateway: `enclosed: why`"
        .to_owned();
    let place = attachment::place(Visibility::Private);
    let kind = (Severity::Error, GATE_WITHOUT_POLICY);
    push(estate, kind, &place, (message, help), report);
}

/// What the estate asks of every route and nobody expresses.
fn unexpressed(estate: &Estate) -> Vec<(&'static str, &'static str)> {
    let ingress = &estate.fields.ingress;
    let by = policies(estate);
    let nobody = "Gateway API has no word for it, and `policies` names nobody who has";
    let standard = by == GatewayPolicies::None;
    let foreign = by != GatewayPolicies::Traefik;
    let compress = ingress.compress.as_ref();
    let chooses = compress.is_some_and(|one| one.min_bytes.is_some() || !one.except.is_empty());
    let found = [
        ("retry", standard && ingress.retry.is_some(), nobody),
        ("compress", standard && compress.is_some(), nobody),
        (
            "compress",
            by == GatewayPolicies::EnvoyGateway && chooses,
            "Envoy Gateway compresses, and chooses itself what",
        ),
        (
            "errorPages",
            foreign && ingress.error_pages.is_some(),
            "only Traefik asks a Service for them",
        ),
        (
            "realIp",
            foreign && ingress.real_ip.is_some(),
            "the Gateway itself finds the client's address",
        ),
    ];
    let found = found.into_iter().filter(|(_, asked, _)| *asked);
    found.map(|(key, _, why)| (key, why)).collect()
}
