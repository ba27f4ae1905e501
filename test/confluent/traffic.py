"""What the clusters of the stand-in carry: formulas by minute, from which the Metrics API counts.

Minutes are numbered from 1970 on, in UTC. A test computes what it expects from `at`, minute by minute;
the stand-in answers from `total`, which knows whole days."""

import dataclasses
import itertools
import math

DAY = 1440  # minutes


class Counts:
    """A count for each minute: the same each day, and more in bursts."""

    def __init__(self, day, bursts=(), since=0):
        """`day` has a number for each of 1440 minutes, or is one number for all; bursts are
        (first minute, minutes, more in each of them); before the minute `since` there is nothing."""
        self._day = list(day) if hasattr(day, "__len__") else [day] * DAY
        assert len(self._day) == DAY
        self._sums = [0, *itertools.accumulate(self._day)]
        self._bursts = [tuple(burst) for burst in bursts]
        self.since = since

    def at(self, minute):
        if minute < self.since:
            return 0
        count = self._day[minute % DAY]
        for first, minutes, more in self._bursts:
            if first <= minute < first + minutes:
                count += more
        return count

    def total(self, begin, end):
        """Of the minutes from `begin` to before `end`."""
        if end - begin == 1:
            return self.at(begin)
        begin = max(begin, self.since)
        if end <= begin:
            return 0
        total = self._before(end) - self._before(begin)
        for first, minutes, count in self._bursts:
            total += count * max(0, min(end, first + minutes) - max(begin, first))
        return total

    def _before(self, minute):
        return minute // DAY * self._sums[DAY] + self._sums[minute % DAY]


def daily(mean, amplitude=0.5, peak_hour=14):
    """A rhythm of a day: whole numbers around the mean, the largest at that hour (UTC)."""
    return [round(mean * (1 + amplitude * math.cos(2 * math.pi * (minute / DAY - peak_hour / 24))))
            for minute in range(DAY)]


def office_hours(count, begin=8, end=17):
    """Nothing by night, so that hours are absent."""
    return [count if begin * 60 <= minute < end * 60 else 0 for minute in range(DAY)]


@dataclasses.dataclass
class Topic:
    name: str
    records: Counts = dataclasses.field(default_factory=lambda: Counts(0))  # received in a minute
    record_bytes: int = 500
    partitions: int = 6
    readers: int = 1  # consumer groups: so many times is sent what is received
    weights: tuple = ()  # of the partitions; left out: all alike
    retained_bytes: int = 0
    lag: dict = dataclasses.field(default_factory=dict)  # consumer group: offsets behind
    mirrored: Counts | None = None  # bytes that a cluster link brings in

    def share(self, partition):
        weights = self.weights or (1,) * self.partitions
        return weights[partition] / sum(weights)

    @property
    def hot(self):
        """Whether a partition carries more than twice the mean."""
        return max(self.share(p) for p in range(self.partitions)) > 2 / self.partitions

    def at(self, metric, minute):
        """What the metric of that short name counts in that minute, of all partitions."""
        return self.total(metric, minute, minute + 1)

    def total(self, metric, begin, end):
        counts, times = self.counted(metric)
        return counts.total(begin, end) * times

    def counted(self, metric):
        """Counts, and how much each of them counts for."""
        if metric == "cluster_link_mirror_topic_bytes":
            return self.mirrored or Counts(0), 1
        direction, _, unit = metric.partition("_")
        times = {"received": 1, "sent": self.readers}[direction]
        return self.records, times * {"records": 1, "bytes": self.record_bytes}[unit]


@dataclasses.dataclass
class Cluster:
    id: str
    name: str = ""
    bootstrap: str = "127.0.0.1:9092"
    topics: list = dataclasses.field(default_factory=list)
    kind: str = "Standard"
    cku: int | None = None
    cloud: str = "AWS"
    region: str = "us-east-1"
    availability: str = "MULTI_ZONE"
    phase: str = "PROVISIONED"  # PROVISIONING: it has no address yet
    addresses: str = "both"  # or "endpoints", the map alone, or "deprecated", the old fields alone
    access_points: dict = dataclasses.field(default_factory=dict)  # id: (bootstrap, connection type)
    load: list | None = None  # of 1440 minutes, 0 to 1; none: this kind has no such metric
    connections: int = 12

    def topic(self, name):
        return next(topic for topic in self.topics if topic.name == name)


@dataclasses.dataclass
class Environment:
    id: str
    name: str = ""
    clusters: list = dataclasses.field(default_factory=list)
