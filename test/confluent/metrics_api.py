"""The Metrics API of the stand-in: buckets of what clusters carry, in pages."""

import datetime
import functools
import random
import re
import secrets

from messages import Refused, Reply, whole_number
from metric_kinds import CLUSTER_LABEL, METRICS, descriptor, series_of
from metrics_query import (GRANULARITIES, LARGEST_LIMIT, clusters_in, fields_of, intervals_in, labels_in, metric_named,
                           object_in, passes, query_from, refuse)

RETENTION = 7 * 1440  # minutes
# The newest minutes are still coming in: this part of each is there, the newest first.
COMING_IN = (0.25, 0.5, 0.75)


class MetricsApi:
    """threads: any, as long as nothing is set while requests come"""

    def __init__(self, control_plane, clock):
        self._control = control_plane
        self._clock = clock  # seconds since 1970
        self.order = "oldest"  # of a group's points; or "newest", or "shuffled"
        self.split_groups = False  # the points of a group come in two parts, which two pages may have
        self.repeat_token = False
        self.largest_page = LARGEST_LIMIT  # groups, whatever a request asks for
        self.descriptors = [descriptor(metric) for metric in METRICS.values()]
        self._tokens = {}  # token: (the whole request it belongs to, where it goes on)

    def expire_tokens(self):
        self._tokens.clear()

    def reply(self, asked):
        if asked.login != self._control.cloud_key:
            raise Refused(401, "Unauthorized", headers=[("WWW-Authenticate", 'Basic realm="confluent"')])
        for method, pattern, route in ROUTES:
            found = re.fullmatch(pattern, asked.path)
            if found and method == asked.method:
                if found[1] != "cloud":
                    raise Refused(404, f"the dataset {found[1]} is not known", "not_found")
                return route(self, asked)
        raise Refused(404, "HTTP 404 Not Found", "not_found")

    def list_metrics(self, asked):
        kind = asked.query.get("resource_type", "kafka")
        return self._list(asked, [each for each in self.descriptors if kind in each["resources"]])

    def list_resources(self, asked):
        return self._list(asked, [{"type": "kafka", "description": "A Kafka cluster.", "labels": [
            {"key": "kafka.id", "description": "The ID of the Kafka cluster.", "exportable": True}]}])

    def _list(self, asked, items):
        size = whole_number(asked.query.get("page_size", "100"), "page_size", 1, 1000)
        shown, meta = self._page(asked, asked.path, items, size)
        return Reply(200, {"data": shown, "meta": meta})

    def query(self, asked):
        now = self._clock()
        query = query_from(asked.body, now)
        if "page_token" in asked.query and not query.pages:
            refuse("page_token needs group_by, and a granularity that is not ALL")
        if "page_token" in asked.query and query.moving:
            refuse("page_token and now do not go together")
        self._check_clusters(query.clusters)
        groups = self._groups(query, now)
        if not query.pages:
            return Reply(200, {"data": rows_of(query, groups[:query.limit]),
                               "meta": {"pagination": {"page_size": query.limit}}})
        if self.split_groups:
            groups = [(labels, part) for labels, points in groups for part in halves(points)]
        shown, meta = self._page(asked, asked.body, groups, min(query.limit, self.largest_page))
        return Reply(200, {"data": rows_of(query, shown), "meta": meta})

    def attributes(self, asked):
        document = object_in(asked.body)
        metric = metric_named(document.get("metric"))
        if not document.get("group_by"):
            refuse("group_by must have at least one element")
        group_by = labels_in(document["group_by"], metric)
        clusters = clusters_in(document.get("filter"), metric)
        self._check_clusters(clusters)
        limit = document.get("limit", 100)
        if not isinstance(limit, int) or not 1 <= limit <= LARGEST_LIMIT:
            refuse(f"limit must be from 1 to {LARGEST_LIMIT}")
        now = self._clock()
        begin, end = intervals_in(document.get("intervals", ["now-1h/now"]), "ALL", now)[0]
        found = set()
        for labels, series in self._series(metric, clusters, document["filter"], group_by):
            if buckets(metric, None, [series], None, begin, end, now):
                found.add(tuple(labels.get(label, "") for label in group_by))
        items = [dict(zip(group_by, values)) for values in sorted(found)]
        shown, meta = self._page(asked, asked.body, items, limit)
        return Reply(200, {"data": shown, "meta": meta})

    def _check_clusters(self, clusters):
        unknown = clusters - self._control.clusters.keys()
        if unknown:
            raise Refused(403, f"not authorized for {', '.join(sorted(unknown))}", "forbidden")

    def _series(self, metric, clusters, tree, group_by):
        by_partition = "metric.partition" in fields_of(tree) | set(group_by)
        for id in sorted(clusters):
            for series in series_of(metric, self._control.clusters[id], by_partition):
                labels = {CLUSTER_LABEL: id, **series.labels}
                if passes(tree, labels):
                    yield labels, series

    def _groups(self, query, now):
        """Labels and points, in the order of the labels, or, with ALL, of the values."""
        joined = {}
        for labels, series in self._series(query.metric, query.clusters, query.filter, query.group_by):
            joined.setdefault(tuple(labels.get(label, "") for label in query.group_by), []).append(series)
        groups = []
        for values, series in sorted(joined.items()):
            points = [point for begin, end in query.intervals
                      for point in buckets(query.metric, query.agg, series, GRANULARITIES[query.granularity][0],
                                           begin, end, now)]
            if points:
                groups.append((dict(zip(query.group_by, values)), self._ordered(points)))
        if query.granularity == "ALL":
            groups.sort(key=lambda group: group[1][0]["value"], reverse=not query.ascending)
        return groups

    def _ordered(self, points):
        if self.order == "newest":
            points.reverse()
        elif self.order == "shuffled":
            random.Random(len(points)).shuffle(points)
        return points

    def _page(self, asked, request, items, size):
        """A part of the items, and what `meta` says of it."""
        token = asked.query.get("page_token")
        begin = 0
        if token is not None:
            of, begin = self._tokens.get(token, (None, 0))
            if of != request:
                refuse("page_token has expired, or is that of another request")
        pagination = {"page_size": size}
        if begin + size < len(items):
            next_token = token if self.repeat_token and token else secrets.token_urlsafe(20) + "+/="
            self._tokens.setdefault(next_token, (request, begin + size))
            pagination["next_page_token"] = next_token
        else:
            pagination["total_size"] = len(items)
        return items[begin:begin + size], {"pagination": pagination}


def halves(points):
    middle = len(points) // 2
    return [part for part in (points[:middle], points[middle:]) if part]


def rows_of(query, groups):
    if query.format == "GROUPED":
        return [{**labels, "points": points} for labels, points in groups]
    return [{**labels, **point} for labels, points in groups for point in points]


def buckets(metric, agg, series, width, begin, end, now):
    """Points of an interval in seconds. Minutes that it cuts count as a whole, where they begin in it."""
    newest = int(now // 60)
    first = max(int(-(-begin // 60)), newest - RETENTION)
    last = min(int(-(-end // 60)), newest)
    points = []
    for at, until, time in edges(first, last, width):
        value = shown(agg, series, at, until) if metric.gauge else counted(series, at, until, newest)
        if value is not None:
            points.append({"timestamp": time, "value": value})
    return points


@functools.lru_cache(maxsize=256)
def edges(first, last, width):
    """The buckets of these minutes: where each begins and ends, and its time."""
    if width is None:
        return [(first, last, utc_text(first))] if first < last else []
    begins = [first, *range((first // width + 1) * width, last, width)]
    return [(begin, min(last, (begin // width + 1) * width), utc_text(begin // width * width))
            for begin in begins if begin < last]


def counted(series, begin, end, newest):
    """What counters count, and None for nothing at all."""
    complete = newest - len(COMING_IN)
    if end <= complete:
        return float(sum([each.total(begin, end) for each in series])) or None
    total = sum(each.total(begin, complete) for each in series) if complete > begin else 0
    for age, part in enumerate(COMING_IN, start=1):
        minute = newest - age
        if begin <= minute < end:
            total += part * sum(each.total(minute, minute + 1) for each in series)
    return float(total) or None


def shown(agg, series, begin, end):
    """What gauges show: added over series, the mean (or what is asked for) over minutes."""
    if all(each.steady_since is not None and each.steady_since <= begin for each in series):
        return float(sum(each.value for each in series))
    sums = []
    for minute in range(begin, end):
        values = [value for value in (each.at(minute) for each in series) if value is not None]
        if values:
            sums.append(sum(values))
    if not sums:
        return None
    return float({None: sum(sums) / len(sums), "MIN": min(sums), "MAX": max(sums)}[agg])


def utc_text(minute):
    return datetime.datetime.fromtimestamp(minute * 60, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


ROUTES = [
    ("POST", r"/v2/metrics/([^/]+)/query", MetricsApi.query),
    ("POST", r"/v2/metrics/([^/]+)/attributes", MetricsApi.attributes),
    ("GET", r"/v2/metrics/([^/]+)/descriptors/metrics", MetricsApi.list_metrics),
    ("GET", r"/v2/metrics/([^/]+)/descriptors/resources", MetricsApi.list_resources),
]
