//! People: who owns which applications and namespaces, and what they may do there.

use super::{Environment, Estate};
use crate::application::Application;
use crate::name::{AppName, HostName, HostRef, LabelName, NamespaceName, Url};
use crate::quantity::Quantity;
use crate::{choice, record, text};

record! {
    /// Somebody who owns applications and namespaces. Everything is derived from it: the namespaces, rights in them and nowhere else,
    /// quotas, and with `steading people kubeconfig` the way in.
    pub struct Person {
        /// What the person may do in what they own: `view`, `edit` or `admin`. None of them reads the Secrets of an application, changes
        /// what is declared, or reaches anything that belongs to somebody else. Example: `edit`. Derives: the `ClusterRole` of the
        /// bindings.
        "role" role: PersonRole,
        /// The user as the API server sees them: the user name of the login, with its prefix (`oidc:alice@example.org`), or the common name
        /// of a certificate. Default: the person's name here. Example: `"oidc:alice@example.org"`. Derives: a subject of the bindings.
        "user" user: Option<UserName>,
        /// Groups as the API server sees them. Whoever is in one of them has the same rights. Default: none. Example: `[family]`. Derives:
        /// a subject of the bindings for each.
        "groups" groups: Vec<UserName>,
        /// Applications whose namespaces are theirs, in all environments, beside those that name the person as their `owner`. An instance
        /// is named as `budget-alice`. Several people may own one application. Default: none. Example: `[budget-alice]`. Derives: a
        /// `RoleBinding` in their namespaces.
        "applications" applications: Vec<AppName>,
        /// Namespaces of their own, for what is not declared here: made on every cluster of the estate, with quota, limits, the Pod
        /// Security level `restricted` and a network policy that denies what comes from outside of them. Default: none. Example:
        /// `[alice-lab]`. Derives: the Namespace, `ResourceQuota`, `LimitRange`, `NetworkPolicy` and `RoleBinding` of each.
        "namespaces" namespaces: Vec<NamespaceName>,
        /// Hosts that routes of their applications may use, and no other: short names, which hold in every environment and zone, hosts,
        /// or `*.` and a zone for all below it. Default: none. Example: `[budget-alice, "*.alice.example.org"]`.
        "hosts" hosts: Vec<HostClaim>,
        /// The tier of their own namespaces: quota and limits. Default: the estate's `defaults.tier`. Example: `aux`.
        "tier" tier: Option<LabelName>,
        /// What each of their own namespaces may take, where the tier's quota does not fit. Default: the tier's. Example: `{ pods: 10,
        /// storage: 20Gi }`. Derives: the `ResourceQuota` of their own namespaces.
        "quota" quota: Option<PersonQuota>,
    }
}

choice! {
    /// What people may do in what they own.
    pub enum PersonRole {
        /// Look: everything but Secrets, with logs.
        View = "view",
        /// In applications: look, restart pods, scale, and reach a port of a pod. In namespaces of their own: run what they like.
        Edit = "edit",
        /// In applications: as `edit`, and enter containers. In namespaces of their own: as `edit`, and network policies and the rights
        /// of others there.
        Admin = "admin",
    }
}

record! {
    /// What a namespace of a person may take; what is left out is the tier's.
    pub struct PersonQuota {
        /// CPU requests of all pods together. Default: the tier's. Example: `2`. Derives: `requests.cpu`.
        "cpu" cpu: Option<Quantity>,
        /// Memory requests of all pods together. Default: the tier's. Example: `4Gi`. Derives: `requests.memory`.
        "memory" memory: Option<Quantity>,
        /// Memory limits of all pods together. Default: the tier's. Example: `8Gi`. Derives: `limits.memory`.
        "memoryLimit" memory_limit: Option<Quantity>,
        /// Pods. Default: the tier's. Unit: pods. Example: `10`. Derives: `pods`.
        "pods" pods: Option<u32>,
        /// Storage requests of all volume claims together. Default: no limit. Example: `20Gi`. Derives: `requests.storage`.
        "storage" storage: Option<Quantity>,
    }
}

record! {
    /// How people prove to the clusters who they are. Default: with a client certificate, which `steading people kubeconfig` asks the
    /// cluster for.
    pub struct Identity {
        /// A login with OpenID Connect, which the API servers must know as well. Default: none; people have client certificates. Example:
        /// `{ issuer: "https://login.example.org", clientId: kubernetes }`.
        "oidc" oidc: Option<Oidc>,
    }
}

record! {
    /// A login with OpenID Connect, through the `kubectl` plugin `oidc-login`.
    pub struct Oidc {
        /// The issuer, as the API server's `--oidc-issuer-url` says it. Example: `https://login.example.org/application/o/kubernetes`.
        "issuer" issuer: Url,
        /// The client, as the API server's `--oidc-client-id` says it. Example: `kubernetes`.
        "clientId" client_id: String,
        /// Scopes to ask for besides `openid`. Default: none. Example: `[email, groups]`.
        "scopes" scopes: Vec<String>,
    }
}

text! {
    /// A user or a group as the API server sees it.
    pub struct UserName("user", about = "a user or a group as the API server sees it", example = "alice@example.org") = parse_user;
}

text! {
    /// A host that may be used: a short name, a host, or `*.` and a zone.
    pub struct HostClaim("host-claim", about = "a short name, a fully qualified host name, or `*.` and a zone", example = "*.alice.example.org") = parse_claim;
}

/// A person with their name.
#[derive(Clone, Copy, Debug)]
pub struct Owner<'a> {
    /// The name in `people`.
    pub name: &'a LabelName,
    /// What is said there.
    pub person: &'a Person,
}

impl Owner<'_> {
    /// Returns the user as the API server sees them.
    pub fn user(&self) -> &str {
        let user = self.person.user.as_ref();
        user.map_or(self.name.as_str(), UserName::as_str)
    }
}

impl HostClaim {
    /// Says whether a host is meant, in an environment.
    pub fn covers(&self, host: &HostName, estate: &Estate, environment: Environment<'_>) -> bool {
        let text = self.as_str();
        if let Some(zone) = text.strip_prefix("*.") {
            let below = host.as_str().strip_suffix(zone);
            return below.is_some_and(|below| below.len() > 1 && below.ends_with('.'));
        }
        let Ok(short) = HostRef::parse(text) else {
            return false;
        };
        let domains = &estate.fields.domains;
        let zones = [Some(&domains.public), domains.private.as_ref()];
        let mut zones = zones.into_iter().flatten();
        zones.any(|zone| estate.host(&short, zone, environment.name).as_ref() == Ok(host))
    }
}

impl Estate {
    /// Returns the people who own an application: those who list it, and the one that it names.
    pub fn owners(&self, application: &Application) -> Vec<Owner<'_>> {
        self.owners_of(&application.name, application.fields.owner.as_ref())
    }

    /// Returns the people who list an application, and the one that it names.
    pub fn owners_of(&self, application: &AppName, named: Option<&LabelName>) -> Vec<Owner<'_>> {
        let people = self.fields.people.iter();
        let people = people.map(|(name, person)| Owner { name, person });
        let owns = |owner: &Owner<'_>| {
            owner.person.applications.contains(application) || named == Some(owner.name)
        };
        people.filter(owns).collect()
    }
}

fn parse_user(text: &str) -> Result<String, String> {
    if text.is_empty() || text.trim() != text || text.chars().any(char::is_control) {
        return Err(format!("must be a name: `{text}`"));
    }
    if text.starts_with("system:") {
        return Err(format!(
            "must not begin with `system:`, which is Kubernetes' own: `{text}`"
        ));
    }
    Ok(text.to_owned())
}

fn parse_claim(text: &str) -> Result<String, String> {
    match text.strip_prefix("*.") {
        Some(zone) => HostName::parse(zone).map(|zone| format!("*.{zone}")),
        None => HostRef::parse(text).map(|host| host.to_string()),
    }
}
