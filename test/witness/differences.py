"""Where the embedded cluster differs from Apache Kafka by design: each test that meets one says so."""

DIFFERENCES = {
    "versions":
        "It speaks a part of Kafka's requests, each up to the version before topics are named by ids.",
    "transactions":
        "There are none: InitProducerId with a transactional id answers UNSUPPORTED_VERSION.",
    "records unread":
        "Of a batch, the head and the checksum are looked at, not each record (but for keys of compacted topics).",
    "unknown codec":
        "A batch whose codec has no meaning is an INVALID_RECORD; Kafka answers UNKNOWN_SERVER_ERROR.",
}


def differing(cluster, name, kafka, embedded):
    """What is to be expected of `cluster`, where a known difference is met."""
    assert name in DIFFERENCES
    return kafka if cluster.kind == "kafka" else embedded
