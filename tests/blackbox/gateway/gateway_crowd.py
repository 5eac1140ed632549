"""A crowd of slow clients, and an origin for them; each a process of its own, because a process has few
descriptors and an interpreter one lock.

    python3 gateway_crowd.py origin                    says "port N"
    python3 gateway_crowd.py clients PORT COUNT KIND   says "open N", then obeys its standard input:
        step     every client moves by a little, says "stepped"
        finish   every client sends what is missing and reads its answer: "right N wrong M refused K";
                 of the readers only each tenth, which is much already, while the others break off

Each client asks for /up/SIZE/TOKEN; the origin's answer is SIZE octets of that token over and over, so
that an octet of another one's answer shows.
"""
import resource
import select
import socket
import struct
import subprocess
import sys
from contextlib import contextmanager

KINDS = {  # what is asked for, what is sent at first, what comes later
    "idle": (0, None),
    "heads": (40, b"X-Slow: "),
    "bodies": (40, b""),
    "readers": (200000, None),
}
BODY = 100
SMALL = 4096  # octets that the kernel keeps for a slow reader


DESCRIPTORS = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
SPARE = 300  # of them, for everything but the crowd


# --- for the tests ---

@contextmanager
def process(*words):
    """ask("step") sends a line and returns the words of the answer; ask() only waits for some."""
    child = subprocess.Popen([sys.executable, __file__, *map(str, words)],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(line=None):
        if line:
            child.stdin.write(line + "\n")
            child.stdin.flush()
        return child.stdout.readline().split()
    try:
        yield ask
    finally:
        child.stdin.close()
        assert child.wait(30) == 0
        child.stdout.close()


# --- the processes ---

def all_descriptors():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def answer_of(token, size):
    return (token * (size // len(token) + 1))[:size]


# --- the origin ---

class Served:
    """One connection: what came, how much of a body is to come, what is to go out."""

    def __init__(self, sock):
        self.sock = sock
        self.got = b""
        self.out = memoryview(b"")

    def read(self):
        data = self.sock.recv(65536)
        self.got += data
        while (end := self.got.find(b"\r\n\r\n")) >= 0:
            head = self.got[:end].lower()
            length = int(head.partition(b"content-length: ")[2].split(b"\r\n")[0] or 0)
            if len(self.got) < end + 4 + length:
                break
            _, size, token = self.got.split(b" ", 2)[1].split(b"/")
            self.got = self.got[end + 4 + length:]
            head = b"HTTP/1.1 200 OK\r\nContent-Length: %s\r\nX-Token: %s\r\n\r\n" % (size, token)
            self.out = memoryview(bytes(self.out) + head + answer_of(token, int(size)))
        return bool(data)

    def write(self):
        if self.out:
            self.out = self.out[self.sock.send(self.out):]


def serve():
    listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
    listener.setblocking(False)
    print("port", listener.getsockname()[1], flush=True)
    watch = select.epoll()
    watch.register(listener, select.EPOLLIN)
    watch.register(sys.stdin, select.EPOLLIN)
    served = {}
    while True:
        for number, _ in watch.poll():
            if number == sys.stdin.fileno():
                return
            if number == listener.fileno():
                sock, _ = listener.accept()
                sock.setblocking(False)
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SMALL)
                served[sock.fileno()] = Served(sock)
                watch.register(sock, select.EPOLLIN)
                continue
            one = served[number]
            try:
                going = one.read()
            except BlockingIOError:
                going = True
            except OSError:
                going = False
            try:
                one.write()
            except BlockingIOError:
                pass
            except OSError:
                going = False
            if going:
                watch.modify(number, select.EPOLLIN | (select.EPOLLOUT if one.out else 0))
            else:
                one.sock.close()
                del served[number]


# --- the clients ---

class Slow:
    def __init__(self, port, number, kind):
        self.size, self.drip = KINDS[kind]
        self.token = b"t%d." % number
        self.got = bytearray()
        self.sock = socket.socket()
        if kind == "readers":
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
        self.sock.settimeout(20)
        self.sock.connect(("127.0.0.1", port))
        method = b"POST" if kind == "bodies" else b"GET"
        head = b"%s /up/%d/%s HTTP/1.1\r\nHost: g\r\n" % (method, self.size, self.token)
        if kind == "heads":
            self.missing = b"x" * 90 + b"\r\n\r\n"
            head += self.drip
        elif kind == "bodies":
            self.missing = b"y" * (BODY - 10)
            head += b"Content-Length: %d\r\n\r\n" % BODY + b"y" * 10
        else:
            self.missing = b""
            head += b"\r\n"
        self.sock.sendall(head)
        if kind == "idle":
            self.got += self.sock.recv(4096)
            assert self.is_complete() and self.is_right(), self.got

    def step(self):
        """One octet more, or some octets less to read."""
        if self.missing:
            self.sock.sendall(self.missing[:1])
            self.missing = self.missing[1:]
        elif self.size > SMALL:
            self.got += self.sock.recv(512)

    def finish(self):
        self.sock.sendall(self.missing)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 18)
        self.sock.setblocking(False)

    def read(self):
        """False once nothing more is to come."""
        data = self.sock.recv(65536)
        self.got += data
        return bool(data) and not self.is_complete()

    def is_complete(self):
        end = self.got.find(b"\r\n\r\n", 0, 8192)
        return end >= 0 and (not self.got.startswith(b"HTTP/1.1 200") or len(self.got) == end + 4 + self.size)

    def is_right(self):
        head, _, body = self.got.partition(b"\r\n\r\n")
        return (head.startswith(b"HTTP/1.1 200") and b"X-Token: " + self.token in head.split(b"\r\n")
                and body == answer_of(self.token, self.size))


def finish_all(crowd):
    watch = select.epoll()
    waiting = {}
    broken = 0
    for one in crowd:
        try:
            one.finish()
        except OSError:
            broken += 1
        waiting[one.sock.fileno()] = one
        watch.register(one.sock, select.EPOLLIN)
    while waiting:
        events = watch.poll(20)
        if not events:
            break
        for number, _ in events:
            try:
                going = waiting[number].read()
            except BlockingIOError:
                going = True
            except OSError:
                going = False
            if not going:
                watch.unregister(number)
                del waiting[number]
    right = sum(one.is_right() for one in crowd)
    refused = sum(one.got.startswith(b"HTTP/1.1 ") and not one.got.startswith(b"HTTP/1.1 200") for one in crowd)
    print("right", right, "wrong", len(crowd) - right - refused, "refused", refused, flush=True)


def break_off(crowd, each):
    """Resets all but every `each`th, which are left."""
    for number, one in enumerate(crowd):
        if number % each:
            one.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            one.sock.close()
    return crowd[::each]


def run_clients(port, count, kind):
    crowd = [Slow(port, number, kind) for number in range(count)]
    print("open", len(crowd), flush=True)
    for line in sys.stdin:
        if line == "finish\n":
            finish_all(crowd if kind != "readers" else break_off(crowd, 10))
            continue
        for one in crowd:
            one.step()
        print("stepped", flush=True)


if __name__ == "__main__":
    all_descriptors()
    if sys.argv[1] == "origin":
        serve()
    else:
        run_clients(int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
