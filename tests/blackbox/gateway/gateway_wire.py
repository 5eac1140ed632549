"""HTTP/1.1 as octets: a socket that is read exactly, within a deadline, and never guessed about."""
import select
import socket
import struct
import threading
import time


class Ended(Exception):
    """The other side ended (or reset) the connection before what was waited for had come."""


class Silent(AssertionError):
    """The deadline passed without what was waited for."""


class Head:
    """A start line and its fields, in their order and spelling."""

    def __init__(self, octets):
        self.octets = octets
        lines = octets[:-4].split(b"\r\n")
        assert all(b"\r" not in line and b"\n" not in line for line in lines), octets
        self.start = lines[0].decode("latin-1")
        self.fields = []
        for line in lines[1:]:
            name, colon, value = line.decode("latin-1").partition(":")
            assert colon and name == name.strip() and name, f"{line!r} is no field in {octets!r}"
            self.fields.append((name, value.strip(" \t")))

    def all(self, name):
        """The values of every field of that name."""
        return [value for other, value in self.fields if other.lower() == name.lower()]

    def get(self, name):
        """The only value of that name, or None; two are an error."""
        values = self.all(name)
        assert len(values) < 2, f"{name} came {len(values)} times: {self.octets!r}"
        return values[0] if values else None

    def framing(self):
        """("chunked", None), ("length", n) or (None, None); whoever says more than one thing fails."""
        coding, length = self.get("Transfer-Encoding"), self.get("Content-Length")
        assert coding is None or length is None, f"framed twice: {self.octets!r}"
        if coding is not None:
            assert coding == "chunked", self.octets
            return "chunked", None
        if length is None:
            return None, None
        assert length.isascii() and length.isdigit(), self.octets
        return "length", int(length)


class Wire:
    """One connection. `octets` is everything that was received, as long as `record` is on."""

    def __init__(self, sock, seconds=10):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = sock
        self.seconds = seconds
        self.octets = bytearray()
        self.record = True
        self.kept = bytearray()  # received and not yet taken
        self.ended = None        # "end" or "reset", once the other side did so
        self.waiting = False     # is somebody inside a read that has nothing to read?
        self.lock = threading.Lock()

    # --- receiving ---

    def receive(self, deadline, most=65536):
        """What there is, at least one octet; b"" once the other side has ended."""
        if self.ended:
            return b""
        self.waiting = True
        ready, _, _ = select.select([self.sock], [], [], max(0, deadline - time.monotonic()))
        with self.lock:
            self.waiting = False
            if not ready:
                raise Silent(f"nothing came within {self.seconds} s; until then: {bytes(self.octets[-600:])!r}")
            try:
                data = self.sock.recv(most)
            except OSError:
                data, self.ended = b"", "reset"
            if not data:
                self.ended = self.ended or "end"
            if self.record:
                self.octets += data
        return data

    def _more(self, deadline):
        data = self.receive(deadline)
        if not data:
            raise Ended(f"the connection ended ({self.ended}) behind {bytes(self.kept[-600:])!r}")
        self.kept += data

    def until(self, mark):
        """Takes everything up to and including mark."""
        deadline = time.monotonic() + self.seconds
        while mark not in self.kept:
            self._more(deadline)
        return self.take(self.kept.index(mark) + len(mark))

    def take(self, count):
        deadline = time.monotonic() + self.seconds
        while len(self.kept) < count:
            self._more(deadline)
        taken = bytes(self.kept[:count])
        del self.kept[:count]
        return taken

    def head(self):
        return Head(self.until(b"\r\n\r\n"))

    def chunk(self):
        """The next chunk's data; b"" for the last one, whose trailer section is left to be read."""
        size = self.until(b"\r\n")[:-2]
        assert size and size.translate(None, b"0123456789abcdefABCDEF") == b"", f"chunk size {size!r}"
        data = self.take(int(size, 16))
        if data:
            assert self.take(2) == b"\r\n"
        return data

    def trailers(self):
        """The trailer section behind the last chunk, as fields."""
        octets = b""
        while not octets.endswith(b"\r\n\r\n"):
            octets += self.until(b"\r\n")
            if octets == b"\r\n":
                return []
        return Head(b"trailers\r\n" + octets).fields

    def chunked(self):
        """A whole chunked body: (data, trailer fields)."""
        data = b""
        while chunk := self.chunk():
            data += chunk
        return data, self.trailers()

    def rest(self):
        """Everything until the other side ends."""
        deadline = time.monotonic() + self.seconds
        while data := self.receive(deadline):
            self.kept += data
        return self.take(len(self.kept))

    def discard(self, count):
        """Takes count octets without keeping any; returns how many were not zero octets."""
        self.record = False
        odd = 0
        while count:
            deadline = time.monotonic() + self.seconds
            data = self.take(min(count, len(self.kept))) if self.kept else self.receive(deadline, min(count, 1 << 20))
            if not data:
                raise Ended(f"{count} octets are missing ({self.ended})")
            count -= len(data)
            odd += len(data) - data.count(0)
        return odd

    def has_input(self):
        """Is there something that a read would return at once? (An end does not count.)"""
        if self.ended or self.sock.fileno() < 0:
            return False
        try:
            ready, _, _ = select.select([self.sock], [], [], 0)
            return bool(ready and self.sock.recv(1, socket.MSG_PEEK))
        except OSError:
            return False

    # --- sending ---

    def send(self, octets):
        """Sends all of it; False when the other side takes no more."""
        self.sock.settimeout(self.seconds)
        try:
            self.sock.sendall(octets)
            return True
        except socket.timeout:
            raise Silent(f"nothing was taken for {self.seconds} s") from None
        except OSError:
            return False

    def send_each(self, pieces):
        """Sends each piece by itself."""
        return all(self.send(piece) for piece in pieces)

    def send_octets(self, octets):
        """Sends octet by octet."""
        return self.send_each(octets[i:i + 1] for i in range(len(octets)))

    def push(self, octets):
        """Sends what is taken at once, without waiting; returns how many octets that were."""
        self.sock.setblocking(False)
        try:
            return self.sock.send(octets)
        except BlockingIOError:
            return 0

    # --- ending ---

    def half_close(self):
        self.sock.shutdown(socket.SHUT_WR)

    def reset(self):
        """Ends with RST."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def close(self):
        self.sock.close()


def chunks(*parts, trailers=b""):
    """A chunked body of these chunks."""
    framed = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)
    return framed + b"0\r\n" + trailers + b"\r\n"
