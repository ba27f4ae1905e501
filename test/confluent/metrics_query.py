"""The rules of a query of the Metrics API: what is refused, and what a good one means."""

import dataclasses
import datetime
import json
import re

from messages import Refused
from metric_kinds import CLUSTER_LABEL, METRICS, PREFIX

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR
# Minutes of a bucket, and the longest interval (in seconds; none: any).
GRANULARITIES = {"PT1M": (1, 6 * HOUR), "PT5M": (5, DAY), "PT15M": (15, 4 * DAY), "PT30M": (30, 7 * DAY),
                 "PT1H": (60, None), "PT4H": (240, None), "PT6H": (360, None), "PT12H": (720, None),
                 "P1D": (1440, None), "ALL": (None, None)}
LARGEST_LIMIT = 1000
DEFAULT_LIMIT = 100
DURATION = r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?"


@dataclasses.dataclass
class Query:
    metric: object
    agg: str
    filter: dict
    clusters: set
    granularity: str
    intervals: list  # (start, end) in seconds
    group_by: list
    limit: int
    ascending: bool
    format: str
    moving: bool  # it says `now`

    @property
    def pages(self):
        return bool(self.group_by) and self.granularity != "ALL"


def refuse(detail):
    raise Refused(400, detail, "invalid_request")


def query_from(body, now):
    """Refuses what the service refuses."""
    document = object_in(body)
    metric, agg = aggregation_in(document)
    group_by = labels_in(document.get("group_by") or [], metric)
    granularity = document.get("granularity")
    if granularity not in GRANULARITIES:
        refuse(f"granularity must be one of {', '.join(GRANULARITIES)}")
    form = document.get("format", "FLAT")
    if form not in ("FLAT", "GROUPED") or (form == "GROUPED" and not group_by):
        refuse("format must be FLAT or, where group_by is not empty, GROUPED")
    intervals = intervals_in(document.get("intervals"), granularity, now)
    clusters = clusters_in(document.get("filter"), metric)
    return Query(metric, agg, document["filter"], clusters, granularity, intervals, group_by,
                 limit_in(document, granularity, group_by), ascending_in(document, granularity), form,
                 any("now" in interval for interval in document["intervals"]))


def object_in(body):
    try:
        document = json.loads(body)
    except ValueError:
        refuse("the body is not JSON")
    if not isinstance(document, dict):
        refuse("the body is not an object")
    return document


def metric_named(name):
    metric = METRICS.get(str(name).removeprefix(PREFIX))
    if metric is None or not str(name).startswith(PREFIX):
        refuse(f"the metric {name} is not known")
    return metric


def aggregation_in(document):
    found = document.get("aggregations")
    if not isinstance(found, list) or len(found) != 1:
        refuse("aggregations must have exactly one element")
    metric = metric_named(found[0].get("metric"))
    agg = found[0].get("agg")
    if agg not in (None, "SUM", "MIN", "MAX"):
        refuse("agg must be SUM, MIN or MAX")
    if agg == "SUM" and metric.gauge:
        refuse(f"the aggregation SUM is not supported for {metric.name}")
    if agg in ("MIN", "MAX") and not metric.gauge:
        refuse(f"the aggregation {agg} is not supported for {metric.name}")
    return metric, agg


def labels_in(labels, metric):
    for label in labels:
        if label != CLUSTER_LABEL and label not in labels_of(metric):
            refuse(f"the label {label} is not supported for {metric.name}")
    return labels


def labels_of(metric):
    return [f"metric.{label}" for label in metric.labels]


def limit_in(document, granularity, group_by):
    limit = document.get("limit")
    if limit is None:
        return LARGEST_LIMIT if granularity == "ALL" else DEFAULT_LIMIT
    if not isinstance(limit, int) or not 1 <= limit <= LARGEST_LIMIT:
        refuse(f"limit must be from 1 to {LARGEST_LIMIT}")
    if not group_by:
        refuse("limit counts groups: it needs group_by")
    return limit


def ascending_in(document, granularity):
    orders = document.get("order_by") or []
    if orders and granularity != "ALL":
        refuse("order_by is only valid with the granularity ALL")
    if len(orders) > 1:
        refuse("order_by has at most one element")
    return bool(orders) and orders[0].get("order") == "ASCENDING"


def clusters_in(tree, metric):
    clusters = clusters_of(tree, metric) if tree else None
    if clusters is None:
        refuse(f"a filter of {CLUSTER_LABEL} is mandatory")
    return clusters


def clusters_of(tree, metric):
    """The clusters that a filter is confined to; None: it is not."""
    op = tree.get("op") if isinstance(tree, dict) else None
    if op in ("AND", "OR") and isinstance(tree.get("filters"), list) and tree["filters"]:
        parts = [clusters_of(part, metric) for part in tree["filters"]]
        if op == "OR":
            return None if None in parts else set().union(*parts)
        confined = [part for part in parts if part is not None]
        return set.intersection(*confined) if confined else None
    if op == "NOT" and isinstance(tree.get("filter"), dict):
        clusters_of(tree["filter"], metric)
        return None
    if op not in ("EQ", "GT", "GTE") or not isinstance(tree.get("value"), (str, int)):
        refuse("a filter is a field with EQ, GT or GTE and a value, AND or OR with filters, or NOT with a filter")
    labels_in([tree.get("field")], metric)
    return {str(tree["value"])} if tree["field"] == CLUSTER_LABEL and op == "EQ" else None


def fields_of(tree):
    """The labels that a filter asks for."""
    if "field" in tree:
        return {tree["field"]}
    return set().union(*(fields_of(part) for part in tree.get("filters", [tree.get("filter")])))


def passes(tree, labels):
    op = tree["op"]
    if op == "AND":
        return all(passes(part, labels) for part in tree["filters"])
    if op == "OR":
        return any(passes(part, labels) for part in tree["filters"])
    if op == "NOT":
        return not passes(tree["filter"], labels)
    label, value = str(labels.get(tree["field"], "")), str(tree["value"])  # labels compare as text
    return {"EQ": label == value, "GT": label > value, "GTE": label >= value}[op]


def intervals_in(texts, granularity, now):
    if not isinstance(texts, list) or not texts:
        refuse("intervals must have at least one element")
    intervals = [interval_from(str(text), now) for text in texts]
    longest = GRANULARITIES[granularity][1]
    for start, end in intervals:
        if start >= end:
            refuse("an interval must end after it begins")
        if longest is not None and end - start > longest:
            refuse(f"with the granularity {granularity} an interval is at most {longest // HOUR} hours long")
    return intervals


def interval_from(text, now):
    parts = text.split("/")
    if len(parts) != 2:
        refuse(f"{text} is not an interval")
    first, second = parts
    if first.startswith("P"):
        end = time_from(second, now)
        return end - duration_from(first), end
    start = time_from(first, now)
    return start, start + duration_from(second) if second.startswith("P") else time_from(second, now)


def duration_from(text):
    found = re.fullmatch(DURATION, text)
    if not found or not any(found.groups()):
        refuse(f"{text} is not a duration")
    return sum(int(number or 0) * unit for number, unit in zip(found.groups(), (DAY, HOUR, MINUTE, 1)))


def time_from(text, now):
    if text.startswith("now"):
        return moving_time(text, now)
    try:
        time = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        refuse(f"{text} is not a time")
    if time.tzinfo is None:
        refuse(f"{text} has no time zone")
    return time.timestamp()


def moving_time(text, now):
    found = re.fullmatch(r"now((?:[+-]\d+[mhd])*)(?:\|([mhd]))?", text)
    if not found:
        refuse(f"{text} is not a time")
    units = {"m": MINUTE, "h": HOUR, "d": DAY}
    for sign, number, unit in re.findall(r"([+-])(\d+)([mhd])", found[1]):
        now += (1 if sign == "+" else -1) * int(number) * units[unit]
    return now // units[found[2]] * units[found[2]] if found[2] else now
