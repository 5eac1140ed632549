"""Zuul and Spring Cloud Gateway beside ours, once Java has compiled what it will."""
import time
from pathlib import Path

from harness import http, java
from harness.ports import free_port
from harness.stack import private_kb

from .gateway_goals import one_in
from .gateway_load import ROUNDS, SMALL, load_of, medians
from .gateway_proxies import crema, haproxy, running
from .registry import Server

JVM = ("-Xmx1g", "-XX:-UseDynamicNumberOfCompilerThreads", *java.OPENS)
COUNT = 10000  # requests a round: several collections of garbage are in each
WARM_AT_LEAST, WARM_AT_MOST = 20, 90  # seconds
COMPILING = 0.05  # of the CPU, below which Java has compiled what it will
# name: its peer, the part of its CPU that ours may take
ORIGINALS = {"Zuul by service id": ("zuul-server", 1 / 9),
             "Spring Cloud Gateway": ("spring-gateway-server", 1 / 8)}
SETTINGS = f"""\
  beside the originals: {SMALL}, ours and HAProxy with everything on as above; {ROUNDS} interleaved rounds
    Zuul      Hoxton.SR12: by ribbon.listOfServers; Ribbon, Hystrix, X-Forwarded-*, Actuator as they come; semaphores,
              Ribbon's connections and Tomcat's requests of a connection without a limit that is reached
    Gateway   Spring Cloud 2025.1: by address, X-Forwarded-* (trusted-proxies: .*), Actuator; no circuit; without limits
    both      no access log; Java 17, {' '.join(JVM[:2])}, threads as they come"""


class Original(Server):
    def __init__(self, name, folder, origin):
        port = free_port()
        self.peer = java.Peer(ORIGINALS[name][0], folder, {"server.port": port, "origin.port": origin}, jvm=JVM)
        super().__init__(name, self.peer.child, port)
        self.peer.wait_listening(self.answers, 120)
        self.warm = False

    def answers(self):
        return http.get(f"http://127.0.0.1:{self.port}/up/195").status == 200

    def compiling_us(self):
        """CPU of the threads that compile; those that have ended are gone."""
        spent = 0
        for task in Path(f"/proc/{self.child.pid}/task").iterdir():
            if "CompilerThre" in (task / "comm").read_text(encoding="utf-8"):
                spent += int((task / "schedstat").read_text(encoding="ascii").split()[0]) / 1000
        return spent

    def warm_up(self, load):
        """Under load until the compilers are idle, two rounds in a row, or for too long; says how long it took."""
        began, idle = time.monotonic(), 0
        while idle < 2 or time.monotonic() - began < WARM_AT_LEAST:
            if time.monotonic() - began > WARM_AT_MOST:
                return f"{self.name} not within {WARM_AT_MOST} s"
            before, spent = self.compiling_us(), self.cpu_us()
            load.send(self.port, COUNT)
            compiling = (self.compiling_us() - before) / (self.cpu_us() - spent)
            idle = idle + 1 if compiling < COMPILING else 0
        self.warm = True
        return f"{self.name} {time.monotonic() - began:.0f} s"

    def beside(self, goals, ratio):
        most = ORIGINALS[self.name][1]
        if self.warm:
            return goals.beside(f"beside {self.name}", ratio, most, one_in)
        return goals.unknown(f"beside {self.name}", most, "Java still compiled", one_in)

    def end(self):
        self.running.remove(self)
        self.peer.end()


def originals(folder, goals):
    print(SETTINGS, flush=True)
    makers = [lambda folder, origin: crema(folder, origin, True), lambda folder, origin: haproxy(folder, origin, True),
              *[lambda folder, origin, name=name: Original(name, folder, origin) for name in ORIGINALS]]
    with running(folder, *makers) as (_, *proxies):
        load, _ = load_of(folder, SMALL)
        print("    warm after " + ", ".join(proxy.warm_up(load) for proxy in proxies[2:]), flush=True)
        found = medians({proxy.name: (proxy, load, COUNT) for proxy in proxies})
        mine = found[proxies[0].name]
        print(f"  {'CPU of the proxy a request, us':<38}{'':>9}  ours of it  goal     private MB", flush=True)
        for proxy in proxies:
            cost = found[proxy.name]
            ratio = one_in(mine / cost) if proxy is not proxies[0] else ""
            goal = proxy.beside(goals, mine / cost) if isinstance(proxy, Original) else ""
            print(f"  {proxy.name.partition('-')[0]:<38}{cost:9.2f}{ratio:>12}  {goal:<12}"
                  f"{private_kb(proxy.child.pid) / 1024:9.1f}", flush=True)
