"""A client of server-sent events that resumes where it left, over a plain socket."""
import json
import socket
import time

WAIT_S = 10


class EventStream:
    """Reads when asked; `events` are all of them so far: (type, data)."""

    def __init__(self, port, target, last_id=None, receive_buffer=None, headers=None):
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(WAIT_S)
        self.socket.connect(("127.0.0.1", port))
        head = f"GET {target} HTTP/1.0\r\nHost: h\r\n"
        for name, value in {**({"Last-Event-ID": last_id} if last_id else {}), **(headers or {})}.items():
            head += f"{name}: {value}\r\n"
        self.socket.sendall((head + "\r\n").encode())
        self.buffer = b""
        self.events, self.last_id = [], last_id
        self.status = self._status()

    def _more(self, deadline):
        self.socket.settimeout(max(0.001, deadline - time.monotonic()))
        piece = self.socket.recv(1 << 16)
        if not piece:
            raise EOFError("the stream ended")
        self.buffer += piece

    def _until(self, end, deadline):
        while end not in self.buffer:
            self._more(deadline)
        part, self.buffer = self.buffer.split(end, 1)
        return part.decode()

    def _status(self):
        self.head = self._until(b"\r\n\r\n", time.monotonic() + WAIT_S)
        return int(self.head.split()[1])

    def next(self, wait_s=WAIT_S):
        """The next event: (type, data)."""
        deadline = time.monotonic() + wait_s
        while True:
            lines = [line for line in self._until(b"\n\n", deadline).split("\n") if not line.startswith(":")]
            if lines:
                break
        fields = dict(line.split(": ", 1) for line in lines if ": " in line)
        assert len(fields) == len(lines), f"each field once: {lines}"
        self.last_id = fields.get("id", self.last_id)
        kind, data = fields["event"], json.loads(fields["data"])
        self.apply(kind, data)
        self.events.append((kind, data))
        return kind, data

    def apply(self, kind, data):
        """What a client that keeps a state does with an event."""

    def until(self, wanted, wait_s=WAIT_S):
        """Reads on until wanted(self) is true."""
        deadline = time.monotonic() + wait_s
        while not wanted(self):
            assert time.monotonic() < deadline, f"not in {wait_s} s; last {self.events[-1:]}"
            self.next(deadline - time.monotonic())

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
