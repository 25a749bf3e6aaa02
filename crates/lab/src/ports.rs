//! The loopback ports of a lab.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};
use std::net::{Ipv4Addr, TcpListener};

use serde::{Deserialize, Serialize};

use crate::component::Component;

/// Below the range from which Linux takes the ports of outgoing connections (32768 and up), so that a port
/// which is free now is not taken by a connection before the component listens on it.
const FIRST: u16 = 20_000;
const COUNT: u16 = 12_000;

/// The ports on 127.0.0.1 that belong to one lab.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ports {
    pub(crate) etcd: u16,
    pub(crate) etcd_peer: u16,
    pub(crate) kube_apiserver: u16,
    pub(crate) kube_controller_manager: u16,
    pub(crate) kube_scheduler: u16,
    pub(crate) kwok: u16,
}

/// Fewer free ports than a lab needs.
#[derive(Debug, thiserror::Error)]
#[error("found fewer than 6 free ports on 127.0.0.1 between 20000 and 31999")]
pub struct PortsError;

impl Ports {
    /// Returns the port on which a component answers.
    pub(crate) const fn of(self, component: Component) -> u16 {
        match component {
            Component::Etcd => self.etcd,
            Component::KubeApiserver => self.kube_apiserver,
            Component::KubeControllerManager => self.kube_controller_manager,
            Component::KubeScheduler => self.kube_scheduler,
            Component::Kwok => self.kwok,
        }
    }

    /// Returns every port.
    pub(crate) const fn all(self) -> [u16; 6] {
        let Self {
            etcd,
            etcd_peer,
            kube_apiserver,
            kube_controller_manager,
            kube_scheduler,
            kwok,
        } = self;
        [
            etcd,
            etcd_peer,
            kube_apiserver,
            kube_controller_manager,
            kube_scheduler,
            kwok,
        ]
    }

    /// Finds six free ports that no other lab has written down, from a random place on.
    pub(crate) fn find(taken: &BTreeSet<u16>) -> Result<Self, PortsError> {
        let start = random_offset();
        let mut free = (0..COUNT)
            .map(|step| FIRST + (start + step) % COUNT)
            .filter(|port| !taken.contains(port) && is_free(*port));
        let mut next = || free.next().ok_or(PortsError);
        Ok(Self {
            etcd: next()?,
            etcd_peer: next()?,
            kube_apiserver: next()?,
            kube_controller_manager: next()?,
            kube_scheduler: next()?,
            kwok: next()?,
        })
    }

    /// Tells whether nobody listens on any of these ports.
    pub(crate) fn are_free(self) -> bool {
        self.all().into_iter().all(is_free)
    }
}

fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

/// Two labs that start in the same moment should not try the same ports.
fn random_offset() -> u16 {
    let random = RandomState::new().hash_one(std::process::id());
    u16::try_from(random % u64::from(COUNT)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_distinct_and_free() {
        let ports = Ports::find(&BTreeSet::new()).unwrap();
        let distinct: BTreeSet<u16> = ports.all().into_iter().collect();
        assert_eq!(distinct.len(), 6);
    }

    #[test]
    fn a_port_in_use_is_not_free() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        assert!(!is_free(listener.local_addr().unwrap().port()));
    }
}
