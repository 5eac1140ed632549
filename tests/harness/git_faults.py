"""A way to a git host that fails as networks and peers do, and is mended again."""
import select
import socket
import struct
import threading

from .git_hosts import Relay

LIMIT_MAX = 6000    # bytes of an answer that come nevertheless; less than a pack has
RESET = struct.pack("ii", 1, 0)     # SO_LINGER, by which close() sends a reset


class FaultyWay(Relay):
    """A relay that fails in one of KINDS, until mend().

    refused: nobody listens. silent: it accepts and says nothing. stall: a part of the answer, and then
    silence. cut: a part, and then the end. reset: a part, and then a reset.
    """

    KINDS = ("refused", "silent", "stall", "cut", "reset")

    def __init__(self, target):
        self.kind = None
        super().__init__(target, limit=None)

    def fail(self, kind, chance):
        """chance: a random.Random."""
        self.kind = kind
        if kind == "refused":
            self.stop()
            return
        self.released = threading.Event()
        self.limit = 0 if kind == "silent" else chance.randrange(1, LIMIT_MAX)

    def mend(self):
        self.kind = None
        self.heal()
        if self.server is None:
            self.start()

    def pass_on(self, client):
        """In one thread: a reset is sent by the last who lets go of a socket, and no thread may wait at it."""
        kind, limit, released = self.kind, self.limit, self.released
        with socket.create_connection(("127.0.0.1", self.target.port)) as origin:
            if not self.copy_both(client, origin, limit):
                return
        if kind in ("silent", "stall"):
            released.wait(60)
        elif kind == "reset":
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            client.close()

    @staticmethod
    def copy_both(client, origin, limit):
        """True: the limit is reached. False: the origin has said all."""
        passed, heard = 0, [client, origin]
        while limit is None or passed < limit:
            ready, _, _ = select.select(heard, [], [])
            if client in ready:
                data = client.recv(65536)
                if data:
                    origin.sendall(data)
                else:
                    heard.remove(client)
                    origin.shutdown(socket.SHUT_WR)
            if origin in ready:
                data = origin.recv(65536 if limit is None else min(65536, limit - passed))
                if not data:
                    return False
                client.sendall(data)
                passed += len(data)
        return True
