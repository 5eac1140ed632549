"""A whole stack of one's own for a while: free ports, a home that goes away afterwards."""
import os
import tempfile
from contextlib import contextmanager
from pathlib import Path

from .daemons import ROWS
from .kafka import CONTROLLER_PORT
from .ports import is_free
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


@contextmanager
def fresh_stack(preset="release"):
    """A stack that is not started yet; ended and removed at the end."""
    with tempfile.TemporaryDirectory(prefix="crema-") as home:
        stack = Stack(free_offset(), home=Path(home) / "home", preset=preset)
        try:
            yield stack
        finally:
            stack.down()
