"""The logic behind `./crema up`, `down`, `status`, `logs` and `demo`."""
import argparse
import json
import os
import subprocess
import sys
import time

from . import screen
from .daemons import BY_NAME
from .poll import Late
from .stack import Stack, StackError

RESTART_FIRST_SECONDS = 0.5
RESTART_LAST_SECONDS = 30


def up(stack, options):
    started = time.monotonic()
    stack.up(lambda name, state: print(f"  {name:<20} {state}", flush=True))
    stack.wait_ready()
    print(f"\nready after {time.monotonic() - started:.1f} s, home {stack.home}\n")
    print("\n".join(screen.table(stack.status()) + [""] + screen.first_steps(stack)), flush=True)
    for address in stack.broker.away():
        print(f"\nNobody answers at {address} (--kafka): orders are taken and kept, and their events go "
              "out once a broker does.", flush=True)
    if not options.detach:
        watch(stack)
    return 0


def watch(stack):
    """Stays in the foreground: a live table, restarts with back-off; Ctrl-C is `down`."""
    print("\nCtrl-C ends the stack.", flush=True)
    pauses = Pauses()
    shown = 0
    try:
        while stack.restart_dead(pauses.may_start, lambda name, words: print(
                f"{name} ended ({words}); starting it again", flush=True)):
            stack.rotate_logs()
            if screen.on_terminal():
                lines = screen.table(stack.status())
                if shown:
                    print(f"\x1b[{shown}A", end="")
                print("\n".join(f"{line}\x1b[K" for line in lines), flush=True)
                shown = len(lines)
            time.sleep(0.5)
        print("the stack was ended from elsewhere", flush=True)
    except KeyboardInterrupt:
        print("\nstopping", flush=True)
        down(stack, None)


class Pauses:
    """Back-off between the restarts of one daemon."""

    def __init__(self):
        self.rows = {}  # daemon: (seconds to wait after the next start, when that start is due)

    def may_start(self, name):
        now = time.monotonic()
        pause, due = self.rows.get(name, (RESTART_FIRST_SECONDS, 0))
        if now < due:
            return False
        self.rows[name] = (min(pause * 2, RESTART_LAST_SECONDS), now + pause)
        return True


def down(stack, _options):
    stubborn = stack.down(lambda name, state: print(f"  {name:<20} {state}", flush=True))
    if stubborn:
        print(f"did not end in time and were killed: {', '.join(stubborn)}", file=sys.stderr)
        return 1
    return 0


def status(stack, options):
    rows = stack.status()
    print(json.dumps(rows, indent=1) if options.json else "\n".join(screen.table(rows)))
    return 0 if all(row["state"] == "ready" for row in rows) else 1


def logs(stack, options):
    names = [options.daemon] if options.daemon else [row.name for row in stack.daemons()]
    files = [str(stack.home / "log" / f"{name}.log") for name in names]
    files = [file for file in files if os.path.exists(file)]
    if not files:
        raise StackError(f"no logs in {stack.home}/log: start the stack with ./crema up")
    follow = ["-F"] if options.follow else []
    return subprocess.run(["tail", "-n", "100", *follow, *files], check=False).returncode


def demo(stack, _options):
    from . import story
    return story.play(stack)


def parse(argv):
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--port-offset", type=int, default=0, metavar="N",
                        help="add N to every port: several stacks side by side")
    shared.add_argument("--preset", default=os.environ.get("CREMA_PRESET", "release"),
                        help="which build to run (default: release)")
    parser = argparse.ArgumentParser(prog="./crema")
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name, run, text):
        made = commands.add_parser(name, parents=[shared], help=text)
        made.set_defaults(run=run)
        return made

    start = command("up", up, "start the stack")
    start.add_argument("-d", "--detach", action="store_true", help="return once all are ready")
    start.add_argument("--kafka", metavar="embedded|apache|HOST:PORT",
                       help="the broker to use (default: the last one, at first embedded)")
    command("down", down, "end the stack")
    command("status", status, "show the daemons").add_argument("--json", action="store_true")
    show = command("logs", logs, "show the logs")
    show.add_argument("-f", "--follow", action="store_true")
    show.add_argument("daemon", nargs="?", choices=sorted(BY_NAME))
    command("demo", demo, "play the book's story against the running stack")
    return parser.parse_args(argv)


def main(argv):
    options = parse(argv)
    try:
        stack = Stack(options.port_offset, preset=options.preset,
                      broker=getattr(options, "kafka", None))
        return options.run(stack, options)
    except (StackError, Late) as error:
        print(f"crema: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
