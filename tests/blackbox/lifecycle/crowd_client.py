"""A crowd of connections, each in a place of its own: run as a process, because a process has few descriptors.

    python3 crowd_client.py PORT COUNT TEXT     connects COUNT times, sends TEXT (escapes are read) on
each, says how many are still open after the attempts, holds them until its standard input ends.
"""
import resource
import select
import socket
import sys


def main(port, count, text):
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    data = text.encode().decode("unicode_escape").encode()
    held = []
    for _ in range(count):
        one = socket.socket()
        one.settimeout(5)
        try:
            one.connect(("127.0.0.1", port))
            one.sendall(data)
        except OSError:
            one.close()
            continue
        held.append(one)
    print("attempted", len(held), flush=True)
    watch = select.poll()
    for one in held:
        watch.register(one, select.POLLRDHUP)
    sys.stdin.read()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
