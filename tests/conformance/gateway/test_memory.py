"""Bodies of any size stream at flat memory, both ways (T061, T091)."""
import threading

from harness.poll import wait_until
from harness.running import preset
from harness.stack import private_kb

from gateway_crowd import DESCRIPTORS, SPARE, process
from gateway_setup import url_route

SANITIZED = preset() in ("asan", "tsan")
COUNT = 300 if SANITIZED else min(10000, DESCRIPTORS - SPARE)
SIZE = 64 << 20 if SANITIZED else 1 << 30
UPLOAD = SIZE if SANITIZED else 5 << 30
ROOM = 64 << 20 if SANITIZED else 1 << 20
BLOCK = bytes(1 << 20)
SETTINGS = {"crema.gateway.body-max": 0}


def private(pid):
    """Octets that the process wrote."""
    return private_kb(pid) * 1024


class Watch:
    """Reads the gateway's memory while something runs."""

    def __init__(self, pid):
        self.pid = pid
        self.before = self.peak = private(pid)
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True)

    def _watch(self):
        while not self.over.wait(0.02):
            self.peak = max(self.peak, private(self.pid))

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

    @property
    def growth(self):
        return max(self.peak, private(self.pid)) - self.before


def warm(client, origin):
    """Buffers that every request needs are there before the measuring begins."""
    for _ in range(3):
        assert client.ask(b"POST /up/s HTTP/1.1\r\nHost: g\r\nContent-Length: 5\r\n\r\nhello").status == 200
    origin.renew()
    origin.heads.clear()


def send_zeros(wire, size):
    while size:
        assert wire.send(BLOCK[:size])
        size -= min(size, len(BLOCK))


def test_case_61_upload_of_known_length(client, gateway, origin):
    warm(client, origin)
    arrived = []

    def script(peer):
        request = peer.request_head()
        arrived.append((request.length, peer.discard(request.length)))
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        peer.wait_end()

    origin.script = script
    with Watch(gateway.child.pid) as watch:
        client.send(b"POST /up/s HTTP/1.1\r\nHost: g\r\nContent-Length: %d\r\n\r\n" % UPLOAD)
        send_zeros(client, UPLOAD)
        assert client.answer("POST").status == 200
    assert arrived == [(UPLOAD, 0)]
    assert watch.growth < ROOM


def test_case_61_chunked_upload(client, gateway, origin):
    warm(client, origin)
    arrived = []

    def script(peer):
        assert peer.request_head().framing == "chunked"
        peer.record = False
        size = 0
        while chunk := peer.chunk():
            size += len(chunk)
        peer.trailers()
        arrived.append(size)
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        peer.wait_end()

    origin.script = script
    with Watch(gateway.child.pid) as watch:
        client.send(b"POST /up/s HTTP/1.1\r\nHost: g\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(SIZE // 4 // len(BLOCK)):
            assert client.send(b"%x\r\n%s\r\n" % (len(BLOCK), BLOCK))
        client.send(b"0\r\n\r\n")
        assert client.answer("POST").status == 200
    assert arrived == [SIZE // 4]
    assert watch.growth < ROOM


def test_case_61_download_of_known_length(client, gateway, origin):
    warm(client, origin)

    def script(peer):
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % SIZE)
        send_zeros(peer, SIZE)
        peer.wait_end()

    origin.script = script
    with Watch(gateway.child.pid) as watch:
        client.send(b"GET /up/s HTTP/1.1\r\nHost: g\r\n\r\n")
        assert client.answer_head().length == SIZE
        assert client.discard(SIZE) == 0
    assert watch.growth < ROOM


def test_case_61_lengths_beyond_32_bits(client, origin):
    """5 GiB: the length passes whole; the body need not be sent to see it."""
    size = 5 << 30
    client.send(b"POST /up/s HTTP/1.1\r\nHost: g\r\nContent-Length: %d\r\n\r\n" % size + BLOCK)
    assert origin.saw_heads(1)[0].length == size


def test_case_91_a_slow_reader_keeps_no_memory_of_ours(connect, gateway, origin):
    """The back end offers 100 MiB to a client that takes nothing yet; then all of it arrives."""
    size = 100 << 20
    client = connect(receive_buffer=65536)
    warm(client, origin)
    taken = [0]

    def script(peer):
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
        while taken[0] < size:
            taken[0] += len(BLOCK) if peer.send(BLOCK) else size
        peer.wait_end()

    seen = []

    def stalled():
        """The back end has come no further since the last look."""
        seen.append(taken[0])
        return origin.heads and seen[-1] == seen[-2]

    origin.script = script
    seen.append(-1)
    with Watch(gateway.child.pid) as watch:
        client.send(b"GET /up/s HTTP/1.1\r\nHost: g\r\n\r\n")
        wait_until(stalled, 10, "the back end to be held back", every=0.2)
        assert taken[0] < size
        assert client.answer_head().length == size
        assert client.discard(size) == 0
    assert watch.growth < ROOM


def test_case_102_ten_thousand_idle_clients_cost_little(start):
    """Beyond what the kernel keeps: under 1.5 KiB a connection, after each has had an answer."""
    with process("origin") as origin:
        gateway = start({**url_route("up", f"http://127.0.0.1:{origin()[1]}"), "crema.gateway.access-log-every": 0})
        assert gateway.ask("/up/1/x").status == 200
        before = private(gateway.child.pid)
        with process("clients", gateway.port, COUNT, "idle") as ask:
            assert ask() == ["open", str(COUNT)]
            grown = private(gateway.child.pid) - before
            print(f"{COUNT} idle clients: {grown >> 10} KiB, {grown // COUNT} octets each")
            assert SANITIZED or grown < COUNT * 1536, grown
            assert ask("finish") == ["right", str(COUNT), "wrong", "0", "refused", "0"]
