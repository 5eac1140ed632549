"""A whole stack of one's own for a while: free ports, a home that goes away afterwards."""
import os
import socket
import tempfile
from contextlib import contextmanager
from pathlib import Path

from .daemons import ROWS
from .kafka import CONTROLLER_PORT
from .stack import Stack


def free_offset():
    """An offset at which every port of the stack is free right now.

    Below the ports that the kernel gives to clients: one of those could take the port of a daemon
    that is being started again. Each process looks from a place of its own, as several test runs
    may go on at once.
    """
    offsets = list(range(10000, 22500, 173))
    first = os.getpid() % len(offsets)
    for offset in offsets[first:] + offsets[:first]:
        if all(is_free(port + offset) for port in [CONTROLLER_PORT, *[row.port for row in ROWS]]):
            return offset
    raise AssertionError("no free block of ports")


def free_ports(count):
    """As many ports of this machine, each free right now, below those that the kernel gives to clients."""
    ports = list(range(23000, 32000, 7))
    first = os.getpid() % len(ports)
    found = [port for port in ports[first:] + ports[:first] if is_free(port)][:count]
    if len(found) < count:
        raise AssertionError(f"only {len(found)} free ports of {count}")
    return found


def is_free(port):
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
            return True
        except OSError:
            return False


@contextmanager
def fresh_stack(preset="release"):
    """A stack that is not started yet; ended and removed at the end."""
    with tempfile.TemporaryDirectory(prefix="crema-") as home:
        stack = Stack(free_offset(), home=Path(home) / "home", preset=preset)
        try:
            yield stack
        finally:
            stack.down()
