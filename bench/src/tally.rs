//! What the API server counted.

use anyhow::{Context, Result, ensure};

use crate::lab::Lab;

/// Requests of the contestants since the server started: they are the only ones whom no other rule of priority and fairness takes in.
const DISPATCHED: &str =
    "apiserver_flowcontrol_dispatched_requests_total{flow_schema=\"global-default\"";
/// Requests of the contestants that priority and fairness refused. Answers with 429 are not counted by themselves: the server's own
/// controllers get some for each custom resource while a lab comes up.
const REJECTED: &str =
    "apiserver_flowcontrol_rejected_requests_total{flow_schema=\"global-default\"";

/// The counts of one contestant.
#[derive(Clone, Copy, Default)]
pub(crate) struct Tally {
    /// Requests that the server worked on.
    pub(crate) requests: u64,
    /// Requests that it refused with 429 because it had too much to do.
    pub(crate) refused: u64,
}

impl Tally {
    /// Asks the server of a lab.
    pub(crate) fn of(lab: &Lab) -> Result<Self> {
        let mut command = lab.by_administrator();
        let output = command.args(["get", "--raw", "/metrics"]).output()?;
        ensure!(
            output.status.success(),
            "the server does not say its counts"
        );
        Self::read(&String::from_utf8(output.stdout)?)
    }

    fn read(metrics: &str) -> Result<Self> {
        let mut tally = Self::default();
        for line in metrics.lines() {
            if line.starts_with(DISPATCHED) {
                tally.requests += value(line)?;
            } else if line.starts_with(REJECTED) {
                tally.refused += value(line)?;
            }
        }
        Ok(tally)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a counter is a whole number, written as a float"
)]
fn value(line: &str) -> Result<u64> {
    let text = line.rsplit(' ').next().context("a metric has no value")?;
    Ok(text.parse::<f64>()? as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_and_refusals_are_those_of_the_user() {
        let metrics = "\
# HELP apiserver_request_total all
apiserver_request_total{code=\"429\",verb=\"WATCH\"} 7
apiserver_flowcontrol_dispatched_requests_total{flow_schema=\"exempt\",priority_level=\"exempt\"} 40
apiserver_flowcontrol_dispatched_requests_total{flow_schema=\"global-default\",priority_level=\"global-default\"} 2.4e+04
apiserver_flowcontrol_rejected_requests_total{flow_schema=\"global-default\",priority_level=\"global-default\",reason=\"queue-full\"} 1
apiserver_flowcontrol_rejected_requests_total{flow_schema=\"global-default\",priority_level=\"global-default\",reason=\"time-out\"} 2
apiserver_flowcontrol_rejected_requests_total{flow_schema=\"service-accounts\",priority_level=\"workload-low\",reason=\"time-out\"} 3
";
        let tally = Tally::read(metrics).unwrap();
        assert_eq!((tally.requests, tally.refused), (24_000, 3));
    }
}
