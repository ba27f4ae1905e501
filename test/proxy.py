"""A TCP proxy that knows where Kafka requests begin: holds, counts and cuts them."""

import socket
import struct
import threading

PRODUCE, FETCH, LIST_OFFSETS = 0, 1, 2


class Proxy:
    """Listens on a port of its own; brokers must advertise that port, so that nobody gets round."""

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.address = f"127.0.0.1:{self.port}"
        self._target = None
        self._sockets = []
        self._lock = threading.Lock()
        self.reset()

    def lead_to(self, address):
        host, port = address.split(":")
        self._target = (host, int(port))
        threading.Thread(target=self._accept, daemon=True).start()

    def reset(self):
        """Lets everything pass again."""
        with self._lock:
            self.counts = {}
            self._hook = None
            self._refusing = False

    def before(self, api_key, number, action):
        """Calls `action` before the `number`-th request of that kind is passed on."""
        with self._lock:
            self._hook = (api_key, number, action)

    def cut(self):
        """Breaks all connections, and new ones as soon as they are made."""
        with self._lock:
            self._refusing = True
            sockets, self._sockets = self._sockets, []
        for each in sockets:
            self._close(each)

    def close(self):
        self._listener.close()
        self.cut()

    @staticmethod
    def _close(each):
        try:
            each.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        each.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self._refusing:
                self._close(client)
                continue
            broker = socket.create_connection(self._target)
            with self._lock:
                self._sockets += [client, broker]
            threading.Thread(target=self._requests, args=(client, broker), daemon=True).start()
            threading.Thread(target=self._responses, args=(broker, client), daemon=True).start()

    def _requests(self, client, broker):
        try:
            while frame := self._frame(client):
                self._note(struct.unpack(">h", frame[4:6])[0])
                broker.sendall(frame)
        except OSError:
            pass
        self._close(broker)

    def _responses(self, broker, client):
        try:
            while data := broker.recv(1 << 16):
                client.sendall(data)
        except OSError:
            pass
        self._close(client)

    def _note(self, api_key):
        with self._lock:
            self.counts[api_key] = self.counts.get(api_key, 0) + 1
            hook = self._hook
            due = hook and hook[0] == api_key and hook[1] == self.counts[api_key]
            if due:
                self._hook = None
        if due:
            hook[2]()

    @staticmethod
    def _frame(source):
        def exactly(count):
            data = b""
            while len(data) < count:
                part = source.recv(count - len(data))
                if not part:
                    return b""
                data += part
            return data

        size = exactly(4)
        return size + exactly(struct.unpack(">i", size)[0]) if size else b""
