"""The control plane of the stand-in: environments, clusters and API keys, with state."""

import dataclasses
import datetime
import json
import re
import secrets
import string
import threading
import urllib.parse

from messages import Refused, Reply, whole_number

PUBLIC_URL = "https://api.confluent.cloud"  # what links show, wherever the stand-in listens
ORGANIZATION = "crn://confluent.cloud/organization=1111aaaa-11aa-11aa-11aa-111111aaaaaa"
DEFAULT_PAGE = 10
LARGEST_PAGE = 100
LONGEST_TOKEN = 255


def utc_now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@dataclasses.dataclass
class ApiKey:
    id: str
    secret: str
    owner: str
    resource: str  # a cluster, or "cloud"
    display_name: str = ""
    description: str = ""
    created_at: str = dataclasses.field(default_factory=utc_now)
    hidden_from_lists: int = 0  # so many lists do not have it yet


def reference(kind, api_version, path, id, name):
    return {"id": id, "kind": kind, "api_version": api_version,
            "related": f"{PUBLIC_URL}/{path}/{id}", "resource_name": f"{ORGANIZATION}/{name}={id}"}


def metadata(path, id, name, created_at="2022-03-09T20:20:49.903984Z"):
    return {"self": f"{PUBLIC_URL}/{path}/{id}", "resource_name": f"{ORGANIZATION}/{name}={id}",
            "created_at": created_at, "updated_at": created_at}


class Pages:
    """Lists in pages, with tokens that say nothing and are good for their list only."""

    def __init__(self):
        self._places = {}  # token: (list, where it goes on)
        self.repeat_token = False  # the link leads to the page it stands on, for ever

    def reply(self, asked, kind, api_version, items):
        query = asked.query
        size = whole_number(query.get("page_size", str(DEFAULT_PAGE)), "page_size", 1, LARGEST_PAGE)
        begin = self._begin(asked, query.get("page_token", ""))
        document = {"api_version": api_version, "kind": kind, "data": items[begin:begin + size],
                    "metadata": {"first": PUBLIC_URL + asked.path, "total_size": len(items)}}
        if begin + size < len(items):
            token = query.get("page_token") if self.repeat_token else None
            document["metadata"]["next"] = self._link(asked, token or self._token(asked, begin + size))
        return Reply(200, document)

    def _begin(self, asked, token):
        if not token:
            return 0
        if len(token) > LONGEST_TOKEN or self._places.get(token, ("",))[0] != self._list(asked):
            raise Refused(400, "The page token is not valid", "invalid_page_token",
                          source={"parameter": "page_token"})
        return self._places[token][1]

    def _token(self, asked, place):
        token = secrets.token_urlsafe(24) + "=="  # which a link must escape
        self._places[token] = (self._list(asked), place)
        return token

    @staticmethod
    def _list(asked):
        """The list without what says which part of it."""
        parts = {k: v for k, v in asked.query.items() if k not in ("page_size", "page_token")}
        return asked.path, tuple(sorted(parts.items()))

    @staticmethod
    def _link(asked, token):
        """The token stands in the middle, as in links of the service."""
        query = asked.query
        first = {k: query[k] for k in ("page_size",) if k in query}
        rest = {k: v for k, v in query.items() if k not in ("page_size", "page_token")}
        parts = {**first, "page_token": token, **rest}
        return f"{PUBLIC_URL}{asked.path}?{urllib.parse.urlencode(parts)}"


class ControlPlane:
    """threads: any"""

    def __init__(self, environments, cloud_key, quota=100):
        self.environments = environments
        self.cloud_key = cloud_key  # name and password
        self.quota = quota  # API keys of the organization
        self.pages = Pages()
        self.keys = {}  # those that are there, by id
        self.deleted = []  # in order
        self.created = []
        self.ready_keys = []  # (id, secret) that are given out first
        self.hide_new_keys = 0  # from so many lists
        self.when_created = lambda key: None
        self.when_deleted = lambda key: None
        self._lock = threading.RLock()

    @property
    def clusters(self):
        return {cluster.id: cluster for environment in self.environments for cluster in environment.clusters}

    def add_key(self, key):
        """One that somebody else has made."""
        with self._lock:
            self.keys[key.id] = key
        return key

    def reply(self, asked):
        if asked.login != self.cloud_key:
            raise Refused(401, "Unauthorized", headers=[("WWW-Authenticate", 'Basic realm="confluent"')],
                          source={})
        for method, pattern, route in ROUTES:
            found = re.fullmatch(pattern, asked.path)
            if found and method == asked.method:
                with self._lock:
                    return route(self, asked, *found.groups())
        raise Refused(404, "Not Found", "not_found")

    def list_environments(self, asked):
        return self.pages.reply(asked, "EnvironmentList", "org/v2",
                                [environment_document(each) for each in self.environments])

    def read_environment(self, asked, id):
        found = [each for each in self.environments if each.id == id]
        if not found:
            raise Refused(403, "Forbidden Access", "forbidden_access", source={})
        return Reply(200, environment_document(found[0]))

    def list_clusters(self, asked):
        return self.pages.reply(asked, "ClusterList", "cmk/v2",
                                [cluster_document(each, self._environment_of(asked).id)
                                 for each in self._environment_of(asked).clusters])

    def read_cluster(self, asked, id):
        environment = self._environment_of(asked)
        found = [each for each in environment.clusters if each.id == id]
        if not found:
            raise Refused(403, "Forbidden Access", "forbidden_access", source={})
        return Reply(200, cluster_document(found[0], environment.id))

    def _environment_of(self, asked):
        id = asked.query.get("environment", "")
        if not id:
            raise Refused(400, "environment is required", "invalid_filter", source={"parameter": "environment"})
        found = [each for each in self.environments if each.id == id]
        if not found:
            raise Refused(403, "Forbidden Access", "forbidden_access", source={})
        return found[0]

    def create_key(self, asked):
        spec = wanted_key(asked)
        resource = (spec.get("resource") or {}).get("id", "cloud")
        if resource != "cloud" and resource not in self.clusters:
            raise Refused(403, "Forbidden Access", "forbidden_access", source={"pointer": "/spec/resource"})
        if len(self.keys) >= self.quota:
            raise Refused(402, "The request would exceed the quota: apikeys_per_org", "quota_exceeded")
        id, secret = self.ready_keys.pop(0) if self.ready_keys else new_key()
        key = ApiKey(id, secret, spec["owner"]["id"], resource, spec.get("display_name", ""),
                     spec.get("description", ""), hidden_from_lists=self.hide_new_keys)
        self.keys[id] = key
        self.created.append(key)
        self.when_created(key)
        document = key_document(key)
        document["spec"]["secret"] = secret
        return Reply(202, document, [("Location", f"{PUBLIC_URL}/iam/v2/api-keys/{id}")])

    def list_keys(self, asked):
        query = asked.query
        shown = []
        for key in self.keys.values():
            if query.get("spec.owner", key.owner) != key.owner or query.get("spec.resource", key.resource) != key.resource:
                continue
            if key.hidden_from_lists > 0:
                key.hidden_from_lists -= 1
                continue
            shown.append(key_document(key))
        return self.pages.reply(asked, "ApiKeyList", "iam/v2", shown)

    def read_key(self, asked, id):
        return Reply(200, key_document(self._key(id)))

    def delete_key(self, asked, id):
        key = self._key(id)
        del self.keys[id]
        self.deleted.append(key)
        self.when_deleted(key)
        return Reply(204)

    def _key(self, id):
        if id in self.keys:
            return self.keys[id]
        if any(key.id == id for key in self.deleted):
            raise Refused(403, "Forbidden Access", "forbidden_access", source={})
        raise Refused(404, "Not Found", "not_found")


def new_key():
    letters = string.ascii_uppercase + "234567"
    return "".join(secrets.choice(letters) for _ in range(16)), secrets.token_urlsafe(48)


def wanted_key(asked):
    """The `spec` of a request for a key."""
    try:
        spec = json.loads(asked.body)["spec"]
        owner = spec["owner"]["id"]
    except (ValueError, KeyError, TypeError):
        raise Refused(400, "spec.owner is required", "invalid_configuration",
                      source={"pointer": "/spec/owner"}) from None
    if not re.fullmatch(r"(sa|u)-[0-9a-z]+", owner):
        raise Refused(400, "spec.owner must be a user or a service account", "invalid_configuration",
                      source={"pointer": "/spec/owner"})
    return spec


def environment_document(environment):
    return {"api_version": "org/v2", "kind": "Environment", "id": environment.id,
            "display_name": environment.name or environment.id,
            "metadata": metadata("org/v2/environments", environment.id, "environment"),
            "stream_governance_config": {"package": "ESSENTIALS"}}


def cluster_document(cluster, environment):
    spec = {"display_name": cluster.name or cluster.id, "availability": cluster.availability,
            "cloud": cluster.cloud, "region": cluster.region, "deletion_protection": False,
            "config": {"kind": cluster.kind},
            "environment": reference("Environment", "org/v2", "org/v2/environments", environment, "environment")}
    status = {"phase": cluster.phase}
    if cluster.cku is not None:
        spec["config"]["cku"] = status["cku"] = cluster.cku
    if cluster.phase == "PROVISIONED":
        add_addresses(spec, cluster)
    return {"api_version": "cmk/v2", "kind": "Cluster", "id": cluster.id, "spec": spec, "status": status,
            "metadata": metadata("cmk/v2/clusters", cluster.id, "cloud-cluster")}


def add_addresses(spec, cluster):
    http = f"https://{cluster.id}.{cluster.region}.{cluster.cloud.lower()}.confluent.cloud:443"
    if cluster.addresses in ("both", "deprecated"):
        spec["kafka_bootstrap_endpoint"] = f"SASL_SSL://{cluster.bootstrap}"
        spec["http_endpoint"] = http
    if cluster.addresses in ("both", "endpoints"):
        points = cluster.access_points or {"PUBLIC": (cluster.bootstrap, "PUBLIC")}
        spec["endpoints"] = {id: {"kafka_bootstrap_endpoint": bootstrap, "http_endpoint": http,
                                  "connection_type": connection}
                             for id, (bootstrap, connection) in points.items()}


def key_document(key):
    """As it is read: without the secret."""
    owner = ("ServiceAccount", "service-accounts") if key.owner.startswith("sa-") else ("User", "users")
    resource = reference("Cloud", "iam/v2", "iam/v2", "cloud", "cloud") if key.resource == "cloud" else reference(
        "Cluster", "cmk/v2", "cmk/v2/clusters", key.resource, "cloud-cluster")
    return {"api_version": "iam/v2", "kind": "ApiKey", "id": key.id,
            "metadata": metadata("iam/v2/api-keys", key.id, "api-key", key.created_at),
            "spec": {"display_name": key.display_name, "description": key.description, "secret": "",
                     "owner": reference(owner[0], "iam/v2", f"iam/v2/{owner[1]}", key.owner, "identity"),
                     "resource": resource}}


ROUTES = [
    ("GET", r"/org/v2/environments", ControlPlane.list_environments),
    ("GET", r"/org/v2/environments/([^/]+)", ControlPlane.read_environment),
    ("GET", r"/cmk/v2/clusters", ControlPlane.list_clusters),
    ("GET", r"/cmk/v2/clusters/([^/]+)", ControlPlane.read_cluster),
    ("GET", r"/iam/v2/api-keys", ControlPlane.list_keys),
    ("POST", r"/iam/v2/api-keys", ControlPlane.create_key),
    ("GET", r"/iam/v2/api-keys/([^/]+)", ControlPlane.read_key),
    ("DELETE", r"/iam/v2/api-keys/([^/]+)", ControlPlane.delete_key),
]
