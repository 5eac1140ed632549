"""Just enough of Kafka's protocol to ask a broker for its topics (Metadata, version 1)."""
import socket
import struct

METADATA, VERSION, CORRELATION = 3, 1, 7


class Reader:
    """Big-endian fields, one after the other."""

    def __init__(self, data):
        self.data = data
        self.at = 0

    def take(self, form):
        (value,) = struct.unpack_from(">" + form, self.data, self.at)
        self.at += struct.calcsize(">" + form)
        return value

    def text(self):
        size = self.take("h")
        if size < 0:
            return None
        self.at += size
        return self.data[self.at - size:self.at].decode()

    def array(self, read):
        return [read() for _ in range(self.take("i"))]


def receive(connection, size):
    data = b""
    while len(data) < size:
        piece = connection.recv(size - len(data))
        assert piece, "the broker closed the connection"
        data += piece
    return data


def metadata(port):
    """({broker address, ...}, {topic: partitions}) as a client is told them."""
    client = b"test"
    request = struct.pack(">hhih", METADATA, VERSION, CORRELATION, len(client)) + client
    request += struct.pack(">i", -1)  # all topics
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(struct.pack(">i", len(request)) + request)
        (size,) = struct.unpack(">i", receive(connection, 4))
        answer = Reader(receive(connection, size))
    assert answer.take("i") == CORRELATION

    def broker():
        answer.take("i")
        address = (answer.text(), answer.take("i"))
        answer.text()
        return address

    def partition():
        assert answer.take("h") == 0
        answer.take("i")
        answer.take("i")
        answer.array(lambda: answer.take("i"))
        answer.array(lambda: answer.take("i"))

    def topic():
        assert answer.take("h") == 0
        name = answer.text()
        answer.take("b")
        return name, len(answer.array(partition))

    brokers = set(answer.array(broker))
    answer.take("i")
    return brokers, dict(answer.array(topic))
