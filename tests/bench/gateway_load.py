"""The requests of `./crema bench gateway`, and what a proxy spends on them."""
import json
import statistics
import subprocess
import tempfile

from .gateway_proxies import PROGRAMS

ROUNDS = 9

# name: connections, requests a round, octets of an answer, more headers
LOADS = {
    "195 octets, 64 clients": (64, 10000, 195, ""),
    "195 octets, 512 clients": (512, 10000, 195, ""),
    "64 KiB, 64 clients": (64, 2000, 65536, ""),
    "1 MiB, 16 clients": (16, 200, 1048576, ""),
    "195 octets, Connection: close": (64, 4000, 195, "Connection: close\r\n"),
}
SMALL = "195 octets, 64 clients"


class Load:
    def __init__(self, folder, connections, requests):
        self.connections = connections
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
            for one in requests:
                file.write(b"%d\n" % len(one) + one)
            self.file = file.name

    def send(self, port, count, rate=0, core=None):
        """rate: a second; 0: as fast as they are answered. core: where the generator spins, instead of sleeping."""
        argv = [PROGRAMS / "bench" / "bench-load", port, self.connections, count, rate, self.file]
        if core is not None:
            argv = ["taskset", "--cpu-list", core, *argv, "spin"]
        done = subprocess.run([str(word) for word in argv], stdout=subprocess.PIPE, check=False, text=True)
        if not done.stdout or json.loads(done.stdout)["bad"]:
            raise AssertionError(f"port {port}: not every request was answered with 2xx: {done.stdout}")
        return json.loads(done.stdout)

    def cost_us(self, proxy, count):
        before = proxy.cpu_us()
        self.send(proxy.port, count)
        return (proxy.cpu_us() - before) / count


def get(path, more=""):
    """As a client of a JSON service asks."""
    return (f"GET {path} HTTP/1.1\r\nHost: gateway.example.org\r\nUser-Agent: bench/1.0\r\n"
            f"Accept: application/json\r\n{more}\r\n").encode()


def load_of(folder, name):
    connections, count, size, more = LOADS[name]
    return Load(folder, connections, [get(f"/up/{size}", more)]), count


def medians(plan, rounds=ROUNDS):
    """plan: {key: (proxy, load, count)}."""
    costs = {key: [] for key in plan}
    for proxy, load, count in plan.values():
        load.send(proxy.port, max(count // 10, load.connections))
    for turn in range(rounds):
        keys = list(plan)
        for key in keys[turn % len(keys):] + keys[:turn % len(keys)]:
            proxy, load, count = plan[key]
            costs[key].append(load.cost_us(proxy, count))
    return {key: statistics.median(values) for key, values in costs.items()}
