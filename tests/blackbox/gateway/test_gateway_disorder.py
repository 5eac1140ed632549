"""Clients and an origin that both break off, stall and lie at random: nobody else is harmed.

Each thread draws from its own generator, so a seed repeats the mix, if not the interleaving. The sanitizer
builds are where this finds most.
"""
import os
import random
import signal
import socket
import struct
import threading
import time

from harness.poll import wait_until

from gateway_setup import url_route

SECONDS = 4
CLIENTS = 24

REQUESTS = [
    b"GET /up/1 HTTP/1.1\r\nHost: g\r\n\r\n",
    b"HEAD /up/1 HTTP/1.1\r\nHost: g\r\n\r\n",
    b"GET /up/1 HTTP/1.0\r\n\r\n",
    b"GET /none HTTP/1.1\r\nHost: g\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: g\r\n\r\n",
    b"BAD\r\n\r\n",
    b"GET /actuator/health HTTP/1.1\r\nHost: g\r\n\r\n",
    b"POST /up/1 HTTP/1.1\r\nHost: g\r\nContent-Length: 5\r\n\r\nhello",
    b"POST /up/1 HTTP/1.1\r\nHost: g\r\nContent-Length: 900000\r\n\r\n" + bytes(900000),
    b"PUT /up/1 HTTP/1.1\r\nHost: g\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc",
    b"PUT /up/1 HTTP/1.1\r\nHost: g\r\nTE: trailers\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"5;a=b\r\nhello\r\n0\r\nX: y\r\n\r\n",
    b"PUT /up/1 HTTP/1.1\r\nHost: g\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 3000 + b"0\r\n\r\n",
]

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

# What the origin sends, and whether its connection goes on.
ANSWERS = [
    (OK, True),
    (OK, True),
    (OK + OK, True),
    (b"HTTP/1.1 100 Continue\r\n\r\n" + OK, True),
    (b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK, True),
    (b"HTTP/1.1 204 No Content\r\n\r\n", True),
    (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-T: 1\r\n\r\n", True),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n" + bytes(2000000), True),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + bytes(5000), False),
    (b"HTTP/1.1 200 OK\r\n\r\nuntil the end", False),
    (b"garbage\r\n\r\n", True),
    (b"", False),
]


def close(sock, abruptly):
    if abruptly:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def serve(sock, draw):
    """One connection of the origin: to each read some answer."""
    sock.settimeout(2)
    try:
        while sock.recv(65536):
            octets, goes_on = draw.choice(ANSWERS)
            sock.sendall(octets)
            if not goes_on:
                break
    except OSError:
        pass
    close(sock, draw.random() < 0.5)


def accept(listener, seed):
    count = 0
    while True:
        try:
            sock, _ = listener.accept()
        except OSError:
            return
        count += 1
        threading.Thread(target=serve, args=(sock, random.Random(f"{seed} origin {count}")), daemon=True).start()


def misbehave(sock, draw):
    """One connection of a client: requests, perhaps cut, answers, perhaps not read."""
    sock.settimeout(0.01 + 0.2 * draw.random())
    for _ in range(draw.randrange(1, 6)):
        octets = b"".join(draw.choice(REQUESTS) for _ in range(draw.randrange(1, 5)))
        if draw.random() < 0.3:
            octets = octets[:draw.randrange(len(octets))]
        sock.sendall(octets)
        if draw.random() < 0.2:
            sock.shutdown(socket.SHUT_WR)
        while draw.random() < 0.9 and sock.recv(draw.choice((10, 1000, 65536))):
            pass


def run_client(port, draw, end):
    while time.monotonic() < end:
        sock = socket.create_connection(("127.0.0.1", port))
        try:
            misbehave(sock, draw)
        except OSError:
            pass
        close(sock, draw.random() < 0.4)


def test_disorder_on_both_sides(start):
    seed = os.environ.get("CREMA_SEED") or str(random.randrange(10**6))
    print(f"CREMA_SEED={seed}")
    listener = socket.create_server(("127.0.0.1", 0), backlog=256)
    threading.Thread(target=accept, args=(listener, seed), daemon=True).start()
    authority = f"127.0.0.1:{listener.getsockname()[1]}"
    gateway = start({**url_route("up", f"http://{authority}"), "crema.gateway.unsent-max": "1000000",
                     "crema.gateway.linger-ms": "200"})
    end = time.monotonic() + SECONDS
    clients = [threading.Thread(target=run_client, args=(gateway.port, random.Random(f"{seed} client {i}"), end))
               for i in range(CLIENTS)]
    for client in clients:
        client.start()
    while any(client.is_alive() for client in clients):
        gateway.signal(signal.SIGHUP)
        clients[0].join(0.5)
        clients = [client for client in clients if client.is_alive()]

    def connections():
        health = gateway.get("/actuator/health").json
        return int(health["components"]["gateway"]["details"]["connections"])
    wait_until(lambda: connections() == 1, 10, "all connections but our own to be gone", every=0.1)
    listener.close()
    assert gateway.stop() == 0
