//! The codes of findings about compiling, each with what it means.

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
    NAME_TOO_LONG = "ST2002": "A derived name is longer than Kubernetes allows: 63 characters for a Service, a workload or a Job, 52 for a CronJob or a StatefulSet (their pods get a suffix). Shorten the name of the component or job.";
    NAME_COLLISION = "ST2003": "Two declarations derive an object of the same kind, namespace and name. One would overwrite the other.";
    ROUTE_COLLISION = "ST2004": "Two routes claim the same host and path; which of them answers would be left to chance.";
    DATA_COLLISION = "ST2005": "Two volumes would have the same place on the node, so two applications would write into each other's data.";
    BAD_HOST = "ST2006": "The host that the estate's naming gives for a route is not a valid host name.";
    NO_IMAGE = "ST2007": "A container has no image, and nothing that it starts from has one.";
    UNKNOWN_FACT = "ST2008": "`${…}` names a fact that does not exist, or is not closed. To have a literal `${`, write `$${`.";
    UNKNOWN_USE = "ST2009": "`uses` or `network` names an entry that the estate's catalogue does not have.";
    NO_SECRET_BACKEND = "ST2010": "Secrets are asked for, but the estate does not say where secret values come from.";
    BAD_SECRET_NAME = "ST2011": "With existing Secrets, `secrets.path` is the name of a Secret in the application's namespace.";
    NO_STORAGE_CLASS = "ST2012": "The estate has no storage class for what the data means. A volume is never put on a class that promises less than was asked for.";
    NO_VOLUME = "ST2013": "A volume is named that no component of the application declares.";
    NO_SIZE = "ST2014": "A volume that Steading makes has no size.";
    FILE_TOO_LARGE = "ST2015": "A file is larger than the 1 MiB that a ConfigMap holds. Put it into the image or on a volume.";
    NO_PORT = "ST2016": "A check or a route needs a port, and the component has none, or not the one that is named.";
    PORT_COLLISION = "ST2017": "Two ports of a component get the same number on its Service, or the same number in the container.";
    NO_COMPONENT = "ST2018": "A route, job or step names a component that the application does not have.";
    LIKE_CYCLE = "ST2019": "Containers start from each other in a circle.";
    NO_SSO = "ST2020": "A route needs the estate's login (the default), but the estate has none. Without a gate the route would be open, so it is refused.";
    NO_PRIVATE_RANGE = "ST2021": "A route is private, but the estate names no private address range (or all of them belong to a tunnel), so nobody could reach it.";
    UNKNOWN_MIDDLEWARE = "ST2022": "A route names a middleware, bot wall or rate class that the estate does not have.";
    NO_CERTIFICATE = "ST2023": "A route needs a certificate, but the estate does not say where certificates come from.";
    DRAIN_BLOCKED = "ST2024": "No pod may ever be taken away, so a drain of its node would never finish.";
    MEMORY_OUT_OF_RANGE = "ST2025": "A container's memory limit is below its request, or above what one container may have in its tier.";
    RAW_OBJECT = "ST2026": "An object under `raw` cannot be applied as it is: it has no name, is a list, or says who owns it.";
    RAW_ELSEWHERE = "ST2027": "An object under `raw` is in another namespace than the application's. It is planned and pruned with the application all the same.";
    GPU_MEMORY = "ST2028": "GPU memory is asked for, but the estate does not say that its GPUs are shared by memory.";
    CLUSTER_RESOURCE = "ST2029": "A permission names a resource that belongs to no namespace; without `namespaces: [\"*\"]` it would never take effect.";
    SECRET_AS_CONFIG = "ST2030": "A dashboard or an alert rule comes from a secret. It would be stored in the open.";
    NO_COMMAND = "ST2031": "A job or check does not say what to run.";
    BAD_PRIORITY = "ST2032": "The priority of a tier is beyond what Kubernetes allows users: 1000000000.";
}
