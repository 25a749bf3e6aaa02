//! What stands outside the cluster: an address that means the same everywhere, and a certificate that is verified or said not to be.

use std::net::IpAddr;

use super::Check;
use super::codes::{UPSTREAM_ADDRESS, UPSTREAM_TLS};
use crate::application::{Upstream, UpstreamHost, UpstreamTlsFields};
use crate::node::FieldPath;

pub(super) fn check(check: &mut Check<'_>) {
    let application = check.application;
    let fields = &application.fields;
    let own = fields.upstream.iter();
    let own = own.map(|upstream| (application.field("upstream"), upstream));
    let routes = application.field("ingress");
    let routes = fields.ingress.iter().enumerate().filter_map(|(at, route)| {
        let path = routes.index(at).key("upstream");
        Some((path, route.upstream.as_ref()?))
    });
    for (path, upstream) in own.chain(routes) {
        address(check, &path, upstream);
        if let Some(tls) = upstream.verification() {
            verification(check, &path, &upstream.host, tls);
        }
    }
}

fn address(check: &mut Check<'_>, path: &FieldPath, upstream: &Upstream) {
    let problem = match &upstream.host {
        UpstreamHost::Address(address) => unreachable(*address),
        UpstreamHost::Name(name) if name.as_str().ends_with(".localhost") => {
            Some("a loopback name")
        }
        UpstreamHost::Name(_) => None,
    };
    if let Some(problem) = problem {
        let message = format!("`{path}.host` is {problem}: {}", upstream.host);
        let help = "write the address that the device has in its network";
        check.error(UPSTREAM_ADDRESS, &path.key("host"), message, help);
    }
}

/// Returns what is wrong with an address that no other machine can reach.
fn unreachable(address: IpAddr) -> Option<&'static str> {
    let link_local = match address {
        IpAddr::V4(address) => address.is_link_local() || address.is_broadcast(),
        IpAddr::V6(address) => address.is_unicast_link_local(),
    };
    let mapped = matches!(address, IpAddr::V6(address) if address.to_ipv4_mapped().is_some());
    let problems = [
        (address.is_loopback(), "a loopback address"),
        (address.is_unspecified(), "no address of any machine"),
        (address.is_multicast(), "a multicast address"),
        (link_local, "a link-local address"),
        (mapped, "an IPv4 address in the form of IPv6"),
    ];
    problems
        .into_iter()
        .find_map(|(holds, problem)| holds.then_some(problem))
}

fn verification(
    check: &mut Check<'_>,
    path: &FieldPath,
    host: &UpstreamHost,
    tls: &UpstreamTlsFields,
) {
    let UpstreamTlsFields {
        server_name,
        authority,
        unverified,
    } = tls;
    let verified = server_name.is_some() || authority.is_some();
    if unverified.is_some() && verified {
        let message =
            format!("`{path}.tls` says how the certificate is verified, and that it is not");
        check.error_at_key(
            UPSTREAM_TLS,
            &path.key("tls").key("unverified"),
            message,
            "remove `unverified`, or what is beside it",
        );
    } else if unverified.is_none()
        && server_name.is_none()
        && matches!(host, UpstreamHost::Address(_))
    {
        let message = format!("nothing says how the certificate of `{path}` is verified");
        let help = "write `tls: { serverName: NAME }`, or `tls: { unverified: why }`";
        check.error_at_key(UPSTREAM_TLS, &path.key("tls"), message, help);
    }
}
