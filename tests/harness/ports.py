"""Ports for programs that are told theirs and open it later.

They lie below those that the kernel gives to clients and to whoever binds port 0: one of those could be
gone before the program, a Java one say, opens it. None is given twice soon, and each process begins at a
place of its own, as several look at once.
"""
import itertools
import os
import socket

PORTS = range(23000, 32000, 7)
APART = 97  # between the places of two processes that were started one after the other
_next = itertools.islice(itertools.cycle(PORTS), os.getpid() * APART % len(PORTS), None)


def is_free(port):
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
            return True
        except OSError:
            return False


def free_port():
    for _ in PORTS:
        port = next(_next)
        if is_free(port):
            return port
    raise AssertionError(f"no port is free from {PORTS[0]} to {PORTS[-1]}")
