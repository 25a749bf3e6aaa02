//! The codes of findings about resolved applications.

use crate::diagnostic::Code;

macro_rules! codes {
    ($( $name:ident = $code:literal: $docs:literal; )*) => {
        $(#[doc = $docs] pub const $name: Code = Code($code);)*

        /// The codes with their documentation.
        pub const CODES: &[(Code, &str)] = &[$(($name, $docs)),*];
    };
}

codes! {
    NO_IMAGE = "ST1201": "A component has no image. Write `image`, or pass `--image` as a pipeline does with the image that it has just built.";
    LITERAL_AND_SECRET = "ST1202": "A variable is both written in `env` and taken from a secret. Kubernetes would take the last one without a word; which one is meant must be decided.";
    SEVERAL_WRITERS = "ST1203": "Several pods would write to a volume that only one may write to: they would wait for each other for ever, or destroy the data. Use one replica, `kind: stateful` (a volume for each pod), `data: shared`, or mount it with `readOnly: true`.";
    HEALTH = "ST1204": "It is not clear how to tell that a component works: `health` is missing although there is a port, or says several things at once. Write one of `path`, `tcp`, `exec`, `grpc`, or `none` with the reason.";
    VOLUME = "ST1205": "A volume is not complete, or says several things at once: `size` is required for a volume of its own, and it is only one of a volume of its own, an existing claim, another component's volume and an existing place.";
    SAME_MOUNT = "ST1206": "Two volumes, files or scratch spaces are mounted at the same path. One of them would be hidden.";
    ROUTE = "ST1208": "The parts of a route do not fit each other, for example `path` beside `paths`, or `preservePath` without `redirectTo`.";
    UNKNOWN_REFERENCE = "ST1209": "Something is named that does not exist: a catalogue entry, a component, a port, a middleware, a rate class, a volume.";
    NO_DESCRIPTION = "ST1210": "An application does not say what it is. Whoever is woken at night reads it. The estate can make descriptions optional with `defaults.description: optional`.";
    SAME_ROUTE = "ST1211": "Two routes of an application have the same host and path. Which of them answers would be chance.";
    RESOURCES = "ST1212": "Resources do not fit each other or the tier: a limit below the request, or more than the tier allows one container.";
    JOB = "ST1213": "A job has nothing to run, or two things at once. Write `command`, `args` or `script`, or another `image`.";
    UPSTREAM = "ST1214": "An application with `upstream` stands for something outside the cluster: it runs nothing, so fields of a container have no meaning in it.";
    REPLICAS = "ST1215": "The number of replicas is written in two places, and differently.";
    NO_LOGIN = "ST1216": "A route asks for the estate's login (`auth: required`, the default), but the estate has none (`ingress.sso`). Nothing is opened by default: set up the login, or say with the reason who may pass: `auth: { app: why }`, `{ public: why }` or `{ none: why }`.";
    NO_CERTIFICATE = "ST1217": "A route needs a certificate, but the estate does not say where certificates come from (`certificates`), and the route names no `tlsSecret`.";
    SAME_PORT = "ST1218": "Two ports of a component have the same number and protocol, or the same name.";
    HOST = "ST1219": "The host of a route is not a valid name once the estate's domain and the environment's suffix are added.";
    ITSELF = "ST1220": "An application refers to itself: it depends on itself, or had its present name before.";
    ROOT = "ST1221": "A container runs as user 0 without saying why. Write `security.root` with the reason.";
    SAME_NAME = "ST1222": "Two things that run have one name: a component and a job, or two containers of the same pod. What they become in the cluster is called by it.";
    UNKNOWN_OWNER = "ST1232": "An application names an owner who is not among the estate's `people`. Nobody would get rights in it, and its hosts would be checked against nobody's.";
    FOREIGN_HOST = "ST1233": "A route of an application that belongs to somebody has a host that is not listed for them. Hosts are handed out in the estate (`people.NAME.hosts`), so that nobody can take another's name, or one that looks like the estate's own.";
    ALERT = "ST1250": "A built-in alert is told something that it does not understand: a setting that belongs to another alert, a number out of range, or a setting of an alert that is off.";
    OWN_RULES = "ST1251": "A file of own alert rules is not what Prometheus reads: not YAML, an unknown key, a rule that is neither alert nor record, brackets of an expression that are not closed. One broken file can keep Prometheus from loading all others. Files that begin with `apiVersion: 1` are taken for alerts that Grafana provisions, and kept as they are.";
    DASHBOARD = "ST1252": "A dashboard is not JSON. Grafana's sidecar would write it down all the same, and Grafana would leave it out.";
    SCRAPE = "ST1253": "There is nothing to scrape at the place that is named, or it is named twice.";
    PASSTHROUGH = "ST1260": "A route with `tls: passthrough` is opened by the application itself: the ingress controller sees the host name only. It has no path, and no login, header or limit can stand before it, so whatever asks for one would be left out without a word. Remove it, or let the ingress controller open the connection.";
    HEADER = "ST1261": "A header of a route is written twice (upper and lower case mean nothing), or its value has a line break.";
    BEARER = "ST1262": "A route asks for a token and has nothing that a token could protect, such as a redirect.";
    UPSTREAM_ADDRESS = "ST1263": "What stands outside of the cluster is named by an address that means something else on each machine: a loopback, link-local, multicast or unspecified one. The API server would refuse it, or the ingress controller would ask itself.";
    UPSTREAM_TLS = "ST1264": "Nothing says how the certificate of something outside the cluster is verified: no public authority makes one for a private address. Write the name in the certificate (`serverName`) and perhaps its `authority`, or say with the reason that it is not verified: `tls: { unverified: why }`.";
    WAKE_UP = "ST1265": "A component without pods has a route, and nothing can wake it up: the estate has no `ingress.wakeUp`, or the route is passed through unopened.";
    ROUTE_LIMITS = "ST1266": "The limits of a route do not fit each other: a class beside numbers, `burst` without `requests`, `none` beside a limit, or 0 requests, which the ingress controller takes for no limit at all.";
    ROUTE_UPSTREAM = "ST1267": "A route with an `upstream` of its own also names what else should answer: a component, a port or a redirect.";
    WHOLE_HOST = "ST1268": "A route with `tls: passthrough` takes its whole host: the ingress controller never sees the paths of requests to it, so another route on the same host would never answer.";
    NO_REASON = "ST1270": "Something that reaches beyond its container is asked for without a reason: a capability, or a place on the node. Whoever reads a plan, or the declaration in a year, must see what it is for: `capabilities: { NET_ADMIN: \"why\" }`, and `why` beside `path` of a volume.";
    VOLUME_OF_BESIDE = "ST1271": "A sidecar or init step declares a volume of its own. Volumes belong to components and jobs, so that they live as long as those: declare it there. What is beside sees all volumes of its pod at the same places, and can name one to see it elsewhere.";
    ONE_NODE = "ST1272": "Components or jobs that share a volume are placed on different nodes. A volume that is not `data: shared` belongs to one node at a time: one of the pods would wait for ever.";
    POD_SETTING = "ST1273": "A sidecar or init step asks for something that belongs to the pod as a whole (the node's network or processes, a range of users, further groups), and its component does not. It would be left out without a word.";
    RESERVED_MARK = "ST1274": "An annotation or label of an application is one that Steading writes itself: it finds its objects by them, and admission judges pods by them.";
    NO_TILE = "ST1269": "A route has a widget and is not on the dashboard.";
    LISTEN = "ST1300": "A listener does not say which component or port answers, or says it twice.";
    LISTEN_OPEN = "ST1301": "A listener is open to everyone without a reason, or to nobody. There is no login in front of it: whoever reaches the port is at the program. Write `why` beside `visibility: public`, or name the ranges in `from`.";
    LISTEN_ADDRESS = "ST1302": "A listener wants an address that what is installed (`loadBalancer` of the estate) cannot give.";
    SCALING = "ST1303": "The parts of `scaling` do not fit each other or the component: `toZero` beside numbers, no `max`, `max` below `min`, a component with one pod on every node, or one that sleeps and that nothing wakes up.";
    SCALING_AND_REPLICAS = "ST1304": "The number of pods has two owners: it is fixed, and it belongs to a scaler. Each would undo what the other does.";
    UPDATE = "ST1305": "An image should be kept current and cannot be: the estate has no updater, the tag is no version, or the image is pinned by its digest.";
    UPDATE_OWNERS = "ST1306": "Two containers of one pod have different policies, and the updater knows one for each workload. It would move one of the images further than its policy says.";
    ENTRY_MISSING = "ST1287": "An application uses an entry of the catalogue that does not exist in the environment. Its variables would be missing there, or point into another environment.";
    NOTHING_SERVED = "ST1288": "An application is used by its name and has no port in that environment.";
    SAME_VARIABLE = "ST1289": "Two entries that an application uses set the same variable of one container. Which one is meant must be decided.";
    USE = "ST1290": "A use of a catalogue entry asks for what that kind of entry does not have: the size of a database that is not its own, a callback without a login, waiting for what has no host and port.";
}
