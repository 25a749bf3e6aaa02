//! The codes of findings about compiling, each with what it means.
//!
//! An application that the resolver returned is complete and consistent in itself; here is found what only shows when objects are
//! derived, or when several applications meet.

use steading_model::Code;

macro_rules! codes {
    ($( $name:ident = $code:literal: $docs:literal; )*) => {
        $(#[doc = $docs] pub const $name: Code = Code($code);)*

        /// The codes with their documentation.
        pub const CODES: &[(Code, &str)] = &[$(($name, $docs)),*];
    };
}

codes! {
    UNKNOWN_TIER = "ST2001": "An application is in a tier that the estate does not have, so neither its priority nor its quota is known.";
    NAME_TOO_LONG = "ST2002": "A derived name is longer than Kubernetes allows: 63 characters for a Service, a workload or a Job; 52 for a `CronJob` or a `StatefulSet`, whose pods get a suffix. Shorten the name of the application, component or job.";
    NAME_COLLISION = "ST2003": "Two declarations give an object of the same kind, namespace and name. One would overwrite the other.";
    ROUTE_COLLISION = "ST2004": "Two applications claim the same host and path. Which of them answers would be chance.";
    DATA_COLLISION = "ST2005": "Two volumes would have the same place on a node, so two applications would write into each other's data.";
    NO_IMAGE = "ST2006": "A container has no image, and there is no component that it could take one from.";
    UNKNOWN_FACT = "ST2007": "`${…}` names a fact that does not exist, or is not closed. To have a literal `${`, write `$${`.";
    NO_SECRET_BACKEND = "ST2008": "Secrets are asked for, but the estate does not say where secret values come from.";
    BAD_SECRET_NAME = "ST2009": "With existing Secrets, `secrets.path` is the name of a Secret in the application's namespace, so it must be a valid name.";
    NO_STORAGE_CLASS = "ST2010": "The estate has no storage class for what the data means. Data is never put on a class that promises less than was asked for; only `cache` may use the class of `plain`.";
    NO_SERVER = "ST2011": "A volume names an existing place on the file server, but the estate's class for shared data names no server.";
    NO_VOLUME = "ST2012": "A volume of another component is named, and each replica of that has its own.";
    FILE_TOO_LARGE = "ST2013": "A file is larger than the 1 MiB that Kubernetes keeps for one. Put it into the image or on a volume.";
    NO_PORT = "ST2014": "A route or a check needs a port that speaks HTTP, and the component has none.";
    PORT_COLLISION = "ST2015": "Two ports of a component get the same number on its Service. The first port gets `servicePort` (80 unless declared), all others keep their own number.";
    NO_COMMAND = "ST2016": "A check of the new version does not say what to run: `command`, `script` or `http`.";
    NO_PRIVATE_RANGE = "ST2017": "A route is private, but the estate names no private address range (or all of them belong to tunnels), so nobody could reach it.";
    DRAIN_BLOCKED = "ST2018": "No pod may ever be taken away, so a drain of its node would never finish.";
    MEMORY_OUT_OF_RANGE = "ST2019": "A container's memory limit (twice the request, where none is declared) is below its request, or above what one container may have in its tier. The API server would refuse its pods.";
    RAW_OBJECT = "ST2020": "An object under `raw` cannot be applied as it is: it has no name, is a list, or holds what only the API server writes.";
    RAW_ELSEWHERE = "ST2021": "An object under `raw` is in another namespace than the application's. It is planned and pruned with the application all the same.";
    GPU_MEMORY = "ST2022": "A part of a GPU is asked for by its memory, but the estate does not say that its GPUs are shared in that way.";
    CLUSTER_RESOURCE = "ST2023": "A permission names a resource that belongs to no namespace. Without `namespaces: [\"*\"]` it would never take effect.";
    SECRET_AS_CONFIG = "ST2024": "A dashboard or an alert rule comes from a secret. It would be stored in the open.";
    BAD_PRIORITY = "ST2025": "The priority of a tier is beyond what Kubernetes leaves to users: 1000000000.";
    PROBE = "ST2040": "A route cannot be probed: the estate names one module of its prober (`monitoring.prober.module`), which takes any success for right, and the route expects another answer. Leave the name out, and give the prober the modules that `steading render --monitoring DIR` writes.";
    SCRAPED_ONCE = "ST2041": "A component has metrics in several places, but without the Prometheus operator a pod can name one place only, in its annotations. The first one is named.";
    NO_GATEWAY = "ST2050": "A route needs a Gateway, private or public, that the estate does not name. It would be attached to nothing.";
    NO_CERTIFICATE = "ST2051": "No listener of the Gateway has a certificate for the host of a route (or the route brings its own), and the estate does not allow applications listeners of their own. Nothing would answer there.";
    GATE_WITHOUT_POLICY = "ST2052": "A route asks for a gate that Gateway API has no word for, and the installed implementation's policies have none either. The route would stand open (or never answer, where nobody wakes up what sleeps), so it is not made.";
    NOT_EXPRESSED = "ST2053": "A route asks for a limit or for error pages that neither Gateway API nor the installed implementation's policies have a word for. The route works without.";
    GATEWAY_TARGET = "ST2054": "The requests of a route go somewhere that a Gateway does not reach or trust: a host name outside of the cluster, or a certificate that cannot be verified by name.";
    GATEWAY_PATH = "ST2055": "A path, or the target of a redirect, is not one that a Gateway takes as it is written.";
    GATEWAY_NOT_PRIVATE = "ST2056": "The private Gateway is not private: it has an address of another range, or is the public one.";
    GATEWAY_LOGIN = "ST2057": "Envoy Gateway cannot ask the estate's login as `ingress.sso` describes it: it asks a Service of the cluster, for the request's path behind a fixed one.";
    GATEWAY_HOST = "ST2058": "Two applications use a host of a Gateway in ways that exclude each other: gRPC beside HTTP, or two listeners.";
    ESTATE_LINK = "ST2059": "The estate asks something of every route that nobody expresses on a Gateway. It belongs into the Gateway's own settings.";
    NO_DNS_TARGET = "ST2060": "A route wants a DNS record, and the estate's `dns` does not say where records of that kind point: nobody would make it. Name the targets, or say with the reason who makes them.";
    WHOLE_HOST = "ST2061": "An application passes the TLS connections of a host through unopened, and another one has a route on the same host. The ingress controller would never see the paths of requests to it, so the other would never answer.";
    NO_ACCELERATOR = "ST2070": "A GPU of a kind is asked for that the estate does not have. Name one of its `accelerators`, or declare it there.";
    NO_PROVISIONER = "ST2080": "A database asks for volumes of a class that makes none by itself: the estate's class is a path on a node, for which Steading makes the volumes, but the claims of a database are made by its operator.";
    PORT_CLAIMED = "ST2090": "Two listeners want the same port of the same address. One of the two Services would wait for an address for ever, or the packets of one would go to the other.";
    NO_ISSUER = "ST2091": "A program opens TLS itself with a certificate of the estate, and the estate does not say who makes certificates.";
}
