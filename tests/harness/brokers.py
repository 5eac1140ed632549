"""Which broker a stack has: one of its own rows, or one that exists already."""
import re
import socket
from dataclasses import dataclass

from .daemons import EMBEDDED, KAFKA, Daemon
from .errors import StackError

KINDS = {"embedded": EMBEDDED, "apache": KAFKA}
ADDRESSES = re.compile(r"[^\s:,]+:\d{1,5}(,[^\s:,]+:\d{1,5})*")


@dataclass(frozen=True)
class Broker:
    words: str          # as --kafka and stack.json have them
    row: Daemon | None  # None: somebody else runs it

    @property
    def forgets(self):
        """What it was told ends with its process."""
        return self.row is EMBEDDED

    def bootstrap(self, offset):
        return f"127.0.0.1:{self.row.port + offset}" if self.row else self.words

    def away(self):
        """Of one that exists: the addresses at which nobody answers; none if one does."""
        silent = []
        for address in [] if self.row else self.words.split(","):
            host, _, port = address.rpartition(":")
            try:
                with socket.create_connection((host, int(port)), timeout=2):
                    return []
            except OSError:
                silent.append(address)
        return silent


def broker_of(words):
    """embedded, apache, or HOST:PORT[,HOST:PORT]; StackError for anything else."""
    if words not in KINDS and not ADDRESSES.fullmatch(words):
        raise StackError(f"--kafka: '{words}' is neither embedded, apache nor HOST:PORT[,HOST:PORT]")
    return Broker(words, KINDS.get(words))
