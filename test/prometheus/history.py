"""Two days of counters as several exporters would have told them, in the text that promtool back-fills.

What src/metrics/prometheus_server_test.cc expects follows from the numbers here, by hand.
"""

START = 1772409600  # 2026-03-02T00:00:00Z
END = START + 48 * 3600
DAY = 86400
HOUR = 3600


def samples(step, phase, value, since=START, until=END, gap=None):
    """(time, value) at each scrape, but within `gap`."""
    first = START + phase
    for at in range(first, until + 1, step):
        if at < since or (gap and gap[0] <= at < gap[1]):
            continue
        number = value(at)
        if number is not None:
            yield at, number


def lines(metric, labels, points):
    text = ",".join(f'{name}="{label}"' for name, label in labels.items())
    for at, value in points:
        yield f"{metric}{{{text}}} {value} {at}\n"


def steady(rate, start=0, jumps=(), since=START, restart=None):
    """A counter: `rate` a second, and (time, amount) jumps; it begins again at `restart`."""
    def value(at):
        if restart and at >= restart:
            return rate * (at - restart) + sum(n for when, n in jumps if restart <= when <= at)
        return start + rate * (at - since) + sum(n for when, n in jumps if when <= at)
    return value


def jmx():
    """jmx_exporter's example rules: scraped every 30 s, 7 s after the half minute."""
    stem = "kafka_server_brokertopicmetrics_"
    gap = (START + DAY + 3 * HOUR + 600, START + DAY + 5 * HOUR + 2400)  # 03:10 to 05:40 of the second day
    burst = START + 10 * HOUR + 17 * 60
    jumps = [(burst + 7, 3_000_000), (burst + 37, 3_000_000)]
    restart = START + 15 * HOUR + 20
    for kind, unit in (("bytesin", 1), ("bytesout", 2), ("messagesin", 0.01)):
        def series(broker, topic, value, since=START, kind=kind, unit=unit):
            labels = {"cluster": "a", "instance": broker} | ({"topic": topic} if topic else {})
            points = samples(30, 7, lambda at: None if value(at) is None else unit * value(at), since, gap=gap)
            return lines(f"{stem}{kind}_total", labels, points)
        one = steady(1000, 5_000_000, restart=restart)
        other = steady(500, 0, jumps)
        yield from series("b1", "orders", one)
        yield from series("b2", "orders", other)
        # The sum of all topics, which is not another topic.
        yield from series("b1", None, one)
        yield from series("b2", None, other)
        late = START + DAY + 12 * HOUR
        yield from series("b1", "late", steady(2000, since=late), since=late)
        even = steady(100)
        yield from series("b1", "odd", lambda at: "NaN" if (at // 30) % 120 == 60 else even(at)) \
            if kind == "bytesin" else ()
    yield from lines(f"{stem}bytesin_total", {"cluster": "b", "instance": "c1", "topic": "orders"},
                     samples(30, 11, steady(700)))
    for broker in ("b1", "b2"):
        for partition, held in (("0", 5000), ("1", 7000)):
            labels = {"cluster": "a", "instance": broker, "topic": "orders", "partition": partition}
            yield from lines("kafka_log_log_size", labels, samples(30, 7, lambda at, held=held: held, gap=gap))


def kcp():
    """Every five minutes only; one jump within five minutes."""
    jumps = [(START + 20 * HOUR + 100, 1_500_000)]
    yield from lines("kafka_server_brokertopicmetrics_bytesinpersec_total", {"instance": "b1", "topic": "orders"},
                     samples(300, 100, steady(500, 0, jumps)))


def plain():
    for name, rate in (("BytesInPerSec", 250), ("BytesOutPerSec", 125), ("MessagesInPerSec", 5)):
        for topic in ("orders", None):
            labels = {"instance": "b1", "name": name} | ({"topic": topic} if topic else {})
            yield from lines("kafka_server_BrokerTopicMetrics_Count", labels, samples(60, 20, steady(rate)))


def rates():
    """A gauge of bytes a second; in one minute, more."""
    burst = START + 30 * HOUR + 60 * 5
    yield from lines("kafka_server_brokertopicmetrics_bytesinpersec_oneminuterate",
                     {"instance": "b1", "topic": "orders"},
                     samples(60, 20, lambda at: 9000 if at == burst + 20 else 300))


def other_intervals():
    """Every five minutes on the first day and every minute on the second: a counter that two servers scraped, and a gauge."""
    def at_both(value):
        yield from samples(300, 100, value, until=START + DAY)
        yield from samples(60, 40, value, since=START + DAY)

    def total(at):
        return 200 * min(at - START, DAY) + 800 * max(0, at - START - DAY)

    for server in ("x", "y"):
        yield from lines("kafka_server_brokertopicmetrics_bytesinpersec",
                         {"instance": "b1", "topic": "orders", "prometheus_replica": server}, at_both(total))
    yield from lines("kafka_server_brokertopicmetrics_oneminuterate",
                     {"instance": "b1", "topic": "orders", "name": "BytesInPerSec"},
                     at_both(lambda at: 200 if at < START + DAY else 800))


def redpanda():
    """Scraped at whole quarters of a minute; the jump is in the minute from 12:00 of the first day."""
    jumps = [(START + 12 * HOUR + 45, 600_000)]
    for request, rate in (("produce", 400), ("consume", 800)):
        labels = {"instance": "r1", "redpanda_namespace": "kafka", "redpanda_topic": "orders",
                  "redpanda_request": request}
        yield from lines("redpanda_kafka_request_bytes_total", labels,
                         samples(15, 0, steady(rate, 0, jumps if request == "produce" else ())))


def confluent():
    """What came in each minute, stamped with its end; nothing for a minute without records."""
    stem = "confluent_kafka_server_"
    burst = START + 10 * HOUR + 18 * 60
    idle = (START + 20 * HOUR, START + 24 * HOUR)

    def received(at):
        if idle[0] < at <= idle[1]:
            return None
        return 6_000_000 if at == burst else 60_000

    one = {"kafka_id": "lkc-1", "instance": "api", "topic": "orders"}
    yield from lines(stem + "received_bytes", one, samples(60, 60, received))
    yield from lines(stem + "received_bytes", one | {"topic": "clicks"}, samples(60, 60, lambda at: 600))
    yield from lines(stem + "received_bytes", one | {"kafka_id": "lkc-2"}, samples(60, 60, lambda at: 600_000))
    minutes = (1, 2, 5, 9, 12, 20, 23, 31, 40, 44, 50, 55)
    yield from lines(stem + "received_bytes", one | {"kafka_id": "lkc-3"},
                     samples(60, 60, lambda at: 60_000 if at // 60 % 60 in minutes else None))
    yield from lines(stem + "retained_bytes", one, samples(60, 60, lambda at: 123456))
    yield from lines(stem + "hot_partition_ingress", one, samples(60, 60, lambda at: 1, until=START + 180))
    load = {"kafka_id": "lkc-1", "instance": "api"}
    yield from lines(stem + "cluster_load_percent", load,
                     samples(60, 60, lambda at: 0.7 if at == burst else 0.4))


def offsets():
    """Two exporters that tell the same partitions."""
    for exporter in ("e1", "e2"):
        for partition, rate in (("0", 10), ("1", 20)):
            labels = {"instance": exporter, "topic": "orders", "partition": partition}
            yield from lines("kafka_topic_partition_current_offset", labels, samples(60, 33, steady(rate)))


def write(path):
    with open(path, "w") as file:
        for part in (jmx, kcp, plain, rates, other_intervals, redpanda, confluent, offsets):
            file.writelines(part())
        file.write("# EOF\n")
