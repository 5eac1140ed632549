"""`./crema bench [NAME...]`: measures and prints; a missed goal is no failure."""
import argparse
import importlib
import sys

BENCHES = {
    "start": "exec to ready, up to the first order, a clean build, order to status",
    "registry": "the registry beside Spring's servers: CPU, memory, how soon a change is seen",
    "gateway": "the gateway beside nginx, HAProxy, a bare relay, Zuul and Spring's: CPU a request, latency, memory",
    "config": "the config server beside Spring's: CPU of a request, a crowd, memory, how soon a push is seen",
    "discovery": "registration to the first request that a gateway sends to the instance",
    "memory": "private and proportional memory of each daemon, idle and after load",
    "compose": "the stack in containers: up to the first order, memory, stopping, layers",
}


def main(argv):
    parser = argparse.ArgumentParser(
        prog="./crema bench", formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="benchmarks:\n" + "\n".join(f"  {name:<10} {what}" for name, what in BENCHES.items()))
    parser.add_argument("name", nargs="*", choices=[[], *BENCHES], metavar="NAME")
    names = parser.parse_args(argv).name or list(BENCHES)
    from .build import build
    build("release")
    for name in names:
        print(f"== {name}: {BENCHES[name]}", flush=True)
        importlib.import_module(f"bench.{name}").run()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
