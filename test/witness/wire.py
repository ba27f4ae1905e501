"""Kafka's protocol by hand: requests byte by byte, for what no client would send."""

import socket
import struct

PRODUCE, FETCH, LIST_OFFSETS, METADATA = 0, 1, 2, 3
FIND_COORDINATOR, JOIN_GROUP, HEARTBEAT, SYNC_GROUP = 10, 11, 12, 14
API_VERSIONS, CREATE_TOPICS, INIT_PRODUCER_ID, ALTER_CONFIGS = 18, 19, 22, 33


class Closed(Exception):
    """The other side has closed the connection."""


def text(value):
    return struct.pack(">h", -1) if value is None else struct.pack(">h", len(value)) + value.encode()


def int32(value):
    return struct.pack(">i", value)


def blob(value):
    return struct.pack(">i", len(value)) + value


def array(*items):
    return struct.pack(">i", len(items)) + b"".join(items)


def frame(key, version, correlation, body, client="witness"):
    inside = struct.pack(">hhi", key, version, correlation) + text(client) + body
    return struct.pack(">i", len(inside)) + inside


class Body:
    """Reads an answer's fields in turn."""

    def __init__(self, data):
        self.rest = data

    def _take(self, form):
        size = struct.calcsize(form)
        (value,), self.rest = struct.unpack(form, self.rest[:size]), self.rest[size:]
        return value

    def int8(self):
        return self._take(">b")

    def int16(self):
        return self._take(">h")

    def int32(self):
        return self._take(">i")

    def int64(self):
        return self._take(">q")

    def text(self):
        size = self.int16()
        return None if size < 0 else self._bytes(size).decode()

    def blob(self):
        size = self.int32()
        return None if size < 0 else self._bytes(size)

    def array(self, item):
        return [item() for _ in range(self.int32())]

    def _bytes(self, size):
        value, self.rest = self.rest[:size], self.rest[size:]
        assert len(value) == size
        return value


class Connection:
    """One connection to one broker."""

    def __init__(self, address, timeout=10):
        host, _, port = address.rpartition(":")
        self.socket = socket.create_connection((host, int(port)), timeout=timeout)
        self._correlation = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def answer(self):
        """(correlation, body) of the next answer."""
        (size,) = struct.unpack(">i", self._exactly(4))
        data = self._exactly(size)
        return struct.unpack(">i", data[:4])[0], Body(data[4:])

    def ask(self, key, version, body=b""):
        self._correlation += 1
        self.send(frame(key, version, self._correlation, body))
        correlation, answer = self.answer()
        assert correlation == self._correlation
        return answer

    def is_closed(self):
        """Waits: whether the next thing that comes is the connection's end."""
        try:
            return self.socket.recv(1) == b""
        except ConnectionError:
            return True

    def is_silent(self, seconds):
        self.socket.settimeout(seconds)
        try:
            self.socket.recv(1, socket.MSG_PEEK)
            return False
        except TimeoutError:
            return True
        finally:
            self.socket.settimeout(10)

    def _exactly(self, size):
        data = b""
        while len(data) < size:
            try:
                part = self.socket.recv(size - len(data))
            except ConnectionError as error:
                raise Closed from error
            if not part:
                raise Closed
            data += part
        return data


def metadata(connection, *topics):
    """{topic: (error, [leader by partition])} and {broker: address}"""
    answer = connection.ask(METADATA, 4, array(*map(text, topics)) + b"\0")
    answer.int32()
    brokers = {}
    for node, host, port, _ in answer.array(lambda: (answer.int32(), answer.text(), answer.int32(), answer.text())):
        brokers[node] = f"{host}:{port}"
    answer.text(), answer.int32()

    def partition():
        answer.int16()
        index, leader = answer.int32(), answer.int32()
        answer.array(answer.int32), answer.array(answer.int32)
        return index, leader

    def topic():
        error, name, _ = answer.int16(), answer.text(), answer.int8()
        return name, (error, [leader for _, leader in sorted(answer.array(partition))])

    return dict(answer.array(topic)), brokers


def create_topic(connection, name, partitions=1, configs=()):
    """The error code."""
    settings = array(*(text(key) + text(str(value)) for key, value in dict(configs).items()))
    answer = connection.ask(CREATE_TOPICS, 2, array(
        text(name) + struct.pack(">ih", partitions, 1) + array() + settings) + struct.pack(">ib", 30_000, 0))
    answer.int32()
    (error,) = answer.array(lambda: (answer.text(), answer.int16(), answer.text())[1])
    return error


def alter_configs(connection, topic, configs):
    """The error code; settings that are not named go back to their defaults."""
    answer = connection.ask(ALTER_CONFIGS, 0, array(struct.pack(">b", 2) + text(topic) + array(
        *(text(key) + text(value) for key, value in configs.items()))) + b"\0")
    answer.int32()
    (error,) = answer.array(lambda: (answer.int16(), answer.text(), answer.int8(), answer.text())[0])
    return error


def join_body(group, topic, session_ms, member=""):
    """Of a member that wants `topic`, by the classic protocol; version 1."""
    subscription = struct.pack(">h", 0) + array(text(topic)) + blob(b"")
    return (text(group) + struct.pack(">ii", session_ms, 60_000) + text(member) + text("consumer")
            + array(text("range") + blob(subscription)))


class Member:
    """A member of a classic group, step by step; it wants all of one topic for itself when it leads."""

    def __init__(self, address, group, topic, session_ms):
        self.connection = Connection(address, timeout=60)
        self._group, self._topic, self._session_ms = group, topic, session_ms
        self.id, self._generation = "", -1

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.__exit__()

    def send_join(self):
        body = join_body(self._group, self._topic, self._session_ms, self.id)
        self.connection.send(frame(JOIN_GROUP, 1, 0, body))

    def joined(self):
        """(error, [ids of the members, if this one leads]): the answer to the join that was sent."""
        _, answer = self.connection.answer()
        error, self._generation = answer.int16(), answer.int32()
        answer.text(), answer.text()
        self.id = answer.text()
        return error, answer.array(lambda: (answer.text(), answer.blob())[0])

    def join(self):
        self.send_join()
        return self.joined()

    def sync(self):
        """The error code; it takes everything."""
        everything = struct.pack(">h", 0) + array() + blob(b"")
        answer = self.connection.ask(SYNC_GROUP, 0, self._who() + array(text(self.id) + blob(everything)))
        return answer.int16()

    def heartbeat(self):
        """The error code."""
        return self.connection.ask(HEARTBEAT, 0, self._who()).int16()

    def _who(self):
        return text(self._group) + int32(self._generation) + text(self.id)


def coordinator(connection, group):
    """(error, address) of the broker that keeps the group."""
    answer = connection.ask(FIND_COORDINATOR, 0, text(group))
    error = answer.int16()
    answer.int32()
    return error, f"{answer.text()}:{answer.int32()}"


def list_offset(connection, topic, partition, timestamp=-1):
    """(error, offset)"""
    answer = connection.ask(LIST_OFFSETS, 1, struct.pack(">i", -1) + array(
        text(topic) + array(struct.pack(">iq", partition, timestamp))))

    def one():
        _, error, _, offset = answer.int32(), answer.int16(), answer.int64(), answer.int64()
        return error, offset

    (found,) = answer.array(lambda: (answer.text(), answer.array(one))[1])
    return found[0]


CASTAGNOLI = []
for _byte in range(256):
    for _ in range(8):
        _byte = _byte >> 1 ^ (0x82F63B78 if _byte & 1 else 0)
    CASTAGNOLI.append(_byte)


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ CASTAGNOLI[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


assert crc32c(b"123456789") == 0xE3069283


def varint(value):
    value = value << 1 ^ value >> 63
    found = b""
    while value > 127:
        found += bytes([value & 127 | 128])
        value >>= 7
    return found + bytes([value])


def batch(values, timestamp, magic=2, damage=False, producer=(-1, -1, -1), attributes=0, said=None,
          record_size=None):
    """An uncompressed record batch, a millisecond from record to record."""
    records = b""
    for i, value in enumerate(values):
        inside = b"\0" + varint(i) + varint(i) + varint(-1) + varint(len(value)) + value + varint(0)
        records += varint(record_size or len(inside)) + inside
    last = len(values) - 1
    body = struct.pack(">hiqqqhii", attributes, last, timestamp, timestamp + last, *producer, said or len(values)) + records
    crc = crc32c(body) ^ damage
    inside = struct.pack(">ibI", -1, magic, crc) + body
    return struct.pack(">qi", 0, len(inside)) + inside


def produce_body(topic, records, acks=-1, partition=0):
    return (text(None) + struct.pack(">hi", acks, 10_000)
            + array(text(topic) + array(struct.pack(">i", partition) + blob(records))))


def produce(connection, topic, records, acks=-1, partition=0):
    """(error, offset), by version 7"""
    answer = connection.ask(PRODUCE, 7, produce_body(topic, records, acks, partition))

    def one():
        _, error, offset, _, _ = answer.int32(), answer.int16(), answer.int64(), answer.int64(), answer.int64()
        return error, offset

    (found,) = answer.array(lambda: (answer.text(), answer.array(one))[1])
    return found[0]


def fetch_body(topic, offset, max_wait, min_bytes=1, most=1 << 20, partition=0):
    return (struct.pack(">iiiib", -1, max_wait, min_bytes, 50 << 20, 0)
            + array(text(topic) + array(struct.pack(">iqi", partition, offset, most))))


def fetched(answer):
    """(error, end, records) of version 4"""
    answer.int32()

    def one():
        _, error, end, _ = answer.int32(), answer.int16(), answer.int64(), answer.int64()
        answer.array(lambda: (answer.int64(), answer.int64()))
        return error, end, answer.blob() or b""

    (found,) = answer.array(lambda: (answer.text(), answer.array(one))[1])
    return found[0]
