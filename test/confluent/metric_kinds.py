"""The metrics that the stand-in has, their labels, and the series of a cluster that they consist of.

A series has labels and tells for any minutes what it counts (`total`), or what it shows (`values`)."""

import dataclasses

PREFIX = "io.confluent.kafka.server/"
CLUSTER_LABEL = "resource.kafka.id"
REQUESTS_A_MINUTE = {"Produce": 40, "Fetch": 120, "Metadata": 3}


@dataclasses.dataclass(frozen=True)
class Metric:
    name: str
    gauge: bool
    labels: tuple  # without "metric."
    unit: str = "1"


METRICS = {metric.name: metric for metric in [
    Metric("received_bytes", False, ("topic", "partition"), "By"),
    Metric("sent_bytes", False, ("topic", "partition"), "By"),
    Metric("received_records", False, ("topic",)),
    Metric("sent_records", False, ("topic",)),
    Metric("retained_bytes", True, ("topic", "partition"), "By"),
    Metric("hot_partition_ingress", True, ("topic",)),
    Metric("hot_partition_egress", True, ("topic",)),
    Metric("consumer_lag_offsets", True, ("consumer_group_id", "topic", "partition")),
    Metric("cluster_link_mirror_topic_bytes", False, ("topic",), "By"),
    Metric("request_count", False, ("type",)),
    Metric("active_connection_count", True, ()),
    Metric("partition_count", True, ()),
    Metric("cluster_load_percent", True, ()),
    Metric("cluster_load_percent_max", True, ()),
]}


class Counted:
    """A counter's series: `total(begin, end)` of minutes."""

    def __init__(self, labels, total):
        self.labels = labels
        self.total = total


class Shown:
    """A gauge's series: a value for each minute; None where there is none."""

    def __init__(self, labels, at):
        self.labels = labels
        self.at = at
        self.steady_since = None


class Steady(Shown):
    """A gauge that shows one value from a minute on."""

    def __init__(self, labels, value, since):
        super().__init__(labels, lambda minute: value if minute >= since else None)
        self.value = value
        self.steady_since = since


def descriptor(metric):
    kind = "GAUGE_DOUBLE" if metric.gauge else "COUNTER_INT64"
    return {"name": PREFIX + metric.name, "description": f"The {metric.name} of a cluster.", "type": kind,
            "unit": metric.unit, "exportable": True, "lifecycle_stage": "GENERAL_AVAILABILITY",
            "resources": ["kafka"],
            "labels": [{"key": f"metric.{label}", "description": f"The {label}.", "exportable": True}
                       for label in metric.labels]}


def series_of(metric, cluster, by_partition):
    """All series of a metric of a cluster; of a topic as a whole, unless by partition."""
    if metric.name in ("received_bytes", "sent_bytes", "received_records", "sent_records",
                       "cluster_link_mirror_topic_bytes"):
        return _traffic(metric, cluster, by_partition)
    return {"retained_bytes": _retained, "hot_partition_ingress": _hot, "hot_partition_egress": _hot,
            "consumer_lag_offsets": _lag, "request_count": _requests, "active_connection_count": _connections,
            "partition_count": _partitions, "cluster_load_percent": _load,
            "cluster_load_percent_max": _load}[metric.name](cluster, by_partition)


def _parts(topic, by_partition):
    """Labels and shares: of the topic's partitions, or of the whole."""
    labels = {"metric.topic": topic.name}
    if not by_partition:
        return [(labels, 1)]
    return [({**labels, "metric.partition": str(p)}, topic.share(p)) for p in range(topic.partitions)]


def _traffic(metric, cluster, by_partition):
    def counted(topic, labels, share):
        counts, times = topic.counted(metric.name)
        return Counted(labels, lambda begin, end: counts.total(begin, end) * times * share)
    return [counted(topic, labels, share) for topic in cluster.topics
            for labels, share in _parts(topic, by_partition)]


def _retained(cluster, by_partition):
    return [Steady(labels, topic.retained_bytes * share, topic.records.since) for topic in cluster.topics
            for labels, share in _parts(topic, by_partition)]


def _hot(cluster, _):
    def shown(topic):
        return Shown({"metric.topic": topic.name}, lambda minute: 1.0 if topic.records.at(minute) else None)
    return [shown(topic) for topic in cluster.topics if topic.hot]


def _lag(cluster, by_partition):
    return [Steady({"metric.consumer_group_id": group, **labels}, lag * share, topic.records.since)
            for topic in cluster.topics for group, lag in topic.lag.items()
            for labels, share in _parts(topic, by_partition)]


def _requests(cluster, _):
    def counted(kind, count):
        return Counted({"metric.type": kind}, lambda begin, end: count * (end - begin))
    return [counted(kind, count) for kind, count in REQUESTS_A_MINUTE.items()]


def _connections(cluster, _):
    return [Steady({}, cluster.connections, 0)]


def _partitions(cluster, _):
    return [Steady({}, sum(topic.partitions for topic in cluster.topics), 0)]


def _load(cluster, _):
    if cluster.load is None:
        return []
    return [Shown({}, lambda minute: cluster.load[minute % len(cluster.load)])]
