//! All rules, by code.

use crate::rule::Rule;
use crate::rules::{
    catalogue_without_ports, crowded_minute, dangerous_capability, data_on_any_node,
    data_without_backup, database_as_cache, database_on_shared_storage, database_open_to_all,
    dependency_cycle, dns_against_visibility, drain_blocked, egress_to_anywhere, exposed_privilege,
    fits_no_node, floating_tag, gate_missing_from_chain, heavy_probe_command, host_outside_domains,
    image_not_pinned, loop_instead_of_job, node_path_exposed, overlapping_runs, peer_port_unknown,
    private_range_in_tunnel, private_range_of_everyone, probe_behind_login, public_database,
    public_route_without_login, quota_too_small, raw_exposure, raw_secret, reads_all_secrets,
    redirect_loop, reserved_name, rollout_timeout_before_startup, run_in_lost_hour,
    run_outlasts_interval, scratch_fills_memory, secret_in_plain_text, short_probe_timeout,
    unknown_application, unknown_rule, untrusted_registry, volume_cannot_grow, waiver_expired,
    waiver_unused, wildcard_permission,
};

/// All rules, ordered by code.
pub static RULES: &[&Rule] = &[
    &image_not_pinned::RULE,
    &floating_tag::RULE,
    &untrusted_registry::RULE,
    &short_probe_timeout::RULE,
    &probe_behind_login::RULE,
    &heavy_probe_command::RULE,
    &rollout_timeout_before_startup::RULE,
    &data_without_backup::RULE,
    &database_on_shared_storage::RULE,
    &database_as_cache::RULE,
    &volume_cannot_grow::RULE,
    &data_on_any_node::RULE,
    &node_path_exposed::RULE,
    &public_route_without_login::RULE,
    &public_database::RULE,
    &private_range_of_everyone::RULE,
    &private_range_in_tunnel::RULE,
    &host_outside_domains::RULE,
    &redirect_loop::RULE,
    &dns_against_visibility::RULE,
    &gate_missing_from_chain::RULE,
    &exposed_privilege::RULE,
    &dangerous_capability::RULE,
    &wildcard_permission::RULE,
    &reads_all_secrets::RULE,
    &secret_in_plain_text::RULE,
    &raw_secret::RULE,
    &raw_exposure::RULE,
    &egress_to_anywhere::RULE,
    &database_open_to_all::RULE,
    &peer_port_unknown::RULE,
    &catalogue_without_ports::RULE,
    &overlapping_runs::RULE,
    &run_outlasts_interval::RULE,
    &crowded_minute::RULE,
    &loop_instead_of_job::RULE,
    &run_in_lost_hour::RULE,
    &quota_too_small::RULE,
    &fits_no_node::RULE,
    &scratch_fills_memory::RULE,
    &drain_blocked::RULE,
    &unknown_application::RULE,
    &dependency_cycle::RULE,
    &reserved_name::RULE,
    &waiver_expired::RULE,
    &waiver_unused::RULE,
    &unknown_rule::RULE,
];

/// Returns the rule of a name or code.
pub fn find(name_or_code: &str) -> Option<&'static Rule> {
    let named =
        |rule: &&&Rule| rule.name == name_or_code || rule.code.0.eq_ignore_ascii_case(name_or_code);
    RULES.iter().find(named).copied()
}
