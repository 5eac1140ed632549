"""A whole stack on this machine: its home, its processes, its addresses.

The home holds `stack.json` (offset, broker, whether it is a new one, and per daemon pid, start time and executable), `log/`,
`data/`, `cache/`, `run/` and the configuration's git repository `config.git/`. A signal is sent to a
process only while all three of its marks match.
"""
import fcntl
import json
import os
import subprocess
from contextlib import contextmanager
from pathlib import Path

from . import http, kafka
from .brokers import broker_of
from .daemons import BY_NAME, CONFIG, EMBEDDED, EVENTS, KAFKA, PUBLISHES, REGISTRY, ROWS
from .errors import StackError
from .poll import wait_until
from .process import Identity, spawn

ROOT = Path(__file__).resolve().parents[2]
LOG_MAX_BYTES = 10 * 1024 * 1024


class Stack:
    def __init__(self, offset=0, home=None, preset="release", broker=None):
        """broker: embedded, apache or HOST:PORT for the next start; None: as the home says."""
        given = home or os.environ.get("CREMA_HOME")
        self.home = Path(given) if given else ROOT / ".crema" / str(offset)
        self.home = self.home.absolute()
        self.offset = offset
        self.broker = broker_of("embedded")
        self.moved = False  # to another broker than the one that knows the events so far
        self.bin = ROOT / "build" / preset / "bin"
        self.children = {}  # of this very Python, to be reaped
        self.extra = {}     # daemon name: further arguments, for tests
        self._load()
        self.wanted_broker = broker_of(broker) if broker else self.broker

    # --- what is on disk -------------------------------------------------------------------------

    @property
    def _file(self):
        return self.home / "stack.json"

    def _load(self):
        self.identities = {}
        try:
            saved = json.loads(self._file.read_text())
        except FileNotFoundError:
            return
        except ValueError as error:
            raise StackError(f"{self._file} is damaged ({error}): end what runs there and delete it")
        self.offset = saved["offset"]
        self.broker = broker_of(saved["broker"])
        self.moved = saved.get("moved", False)
        self.identities = {name: Identity(**mark) for name, mark in saved["daemons"].items()}

    def _save(self):
        saved = {"offset": self.offset, "broker": self.broker.words, "moved": self.moved,
                 "daemons": {name: mark.as_dict() for name, mark in self.identities.items()}}
        scratch = self._file.with_suffix(".tmp")
        scratch.write_text(json.dumps(saved, indent=1))
        scratch.replace(self._file)

    @contextmanager
    def locked(self):
        """One command at a time changes a stack."""
        for folder in (self.home, self.home / "log", self.home / "data", self.home / "cache"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(self.home / "lock", "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._load()
            yield

    # --- addresses and settings ------------------------------------------------------------------

    def daemons(self):
        """The rows that this stack runs itself: of the brokers, its own."""
        return [row for row in ROWS if row not in (EMBEDDED, KAFKA) or row is self.broker.row]

    def port(self, name):
        return BY_NAME[name].port + self.offset

    def url(self, name, path=""):
        return f"http://127.0.0.1:{self.port(name)}{path}"

    @property
    def bootstrap(self):
        return self.broker.bootstrap(self.offset)

    @property
    def kafka(self):
        """Apache Kafka as this stack would run it."""
        return kafka.Kafka(self.home / "data" / "kafka", self.port(KAFKA.name),
                           kafka.CONTROLLER_PORT + self.offset)

    def arguments(self, row):
        """The command line of a daemon: only what depends on where this stack lives."""
        settings = {"server.port": self.port(row.name), "server.address": "127.0.0.1"}
        if CONFIG in row.needs:
            settings["spring.cloud.config.uri"] = self.url("config-server")
        if REGISTRY in row.needs:
            settings["eureka.client.service-url.defaultZone"] = self.url("eureka-registry", "/eureka/")
        if EVENTS in row.needs:
            settings["spring.kafka.bootstrap-servers"] = self.bootstrap
        if PUBLISHES in row.needs and (self.broker.forgets or self.moved):
            # This broker does not know the events so far, and that is meant: publish them again.
            settings["crema.events.on-new-cluster"] = "rewind"
        if row.name == "config-server":
            settings["spring.cloud.config.server.git.uri"] = f"file:{self.home}/config.git"
        return [f"--{key}={value}" for key, value in settings.items()] + self.extra.get(row.name, [])

    # --- processes -------------------------------------------------------------------------------

    def alive(self, name):
        mark = self.identities.get(name)
        return mark is not None and mark.alive()

    def ready(self, name):
        try:
            if BY_NAME[name] is self.broker.row:
                return kafka.is_served(self.port(name))
            return http.get(self.url(name, "/actuator/health/readiness"), timeout=2).status == 200
        except OSError:
            return False

    def command(self, row):
        """What starts a daemon; Apache Kafka is no binary of ours."""
        if row is KAFKA:
            return [*self.kafka.command(), *self.extra.get(row.name, [])]
        binary = self.bin / row.name
        if not binary.exists():
            raise StackError(f"{binary} is not built: run ./crema up, which builds it")
        return [str(binary), *self.arguments(row)]

    def start(self, name):
        """Starts one daemon; returns without waiting for it."""
        command = self.command(BY_NAME[name])
        log = self.home / "log" / f"{name}.log"
        env = {**os.environ, "CREMA_HOME": str(self.home)}
        child, self.identities[name] = spawn(command, log, env)
        self.children[name] = child
        self._save()

    def make_config_repository(self):
        """The demo's own repository, made once from the sample in config-repo/."""
        if (self.home / "config.git").exists():
            return
        made = subprocess.run(
            [str(self.bin / "config-server"), "--init-repo",
             f"--spring.cloud.config.server.git.uri=file:{self.home}/config.git",
             f"--crema.config.init-from={ROOT}/config-repo"],
            env={**os.environ, "CREMA_HOME": str(self.home)}, capture_output=True, text=True, check=False)
        if made.returncode:
            raise StackError(f"the configuration repository could not be made: {made.stderr.strip()}")

    def up(self, report=lambda name, state: None):
        """Starts what is not running, in the named order; what runs is left alone.

        None is waited for: each waits for what it needs.
        """
        with self.locked():
            self._change_broker()
            if self.broker.row is KAFKA:
                kafka.install()
            self.rotate_logs()
            self.make_config_repository()
            for row in self.daemons():
                if self.alive(row.name):
                    report(row.name, "runs already")
                    continue
                self.start(row.name)
                report(row.name, "started")

    def _change_broker(self):
        """A stack that runs keeps the broker that it was started with."""
        if self.wanted_broker == self.broker:
            return
        running = [name for name in self.identities if self.alive(name)]
        if running:
            raise StackError(f"the stack runs with the broker {self.broker.words}: ./crema down, then "
                             f"up with --kafka {self.wanted_broker.words}")
        self.broker = self.wanted_broker
        self.moved = self._file.exists()

    def wait_ready(self, seconds=30):
        """Until each daemon is ready and the gateway has heard of the services."""
        for row in self.daemons():
            wait_until(lambda: self._ready_or_dead(row.name), seconds, f"{row.name} to be ready")
        wait_until(self._routed, seconds, "the gateway to find the services")

    def _routed(self):
        return all(http.get(self.url("zuul-gateway", f"/api/v1/{name}"), timeout=5).status == 200
                   for name in ("order", "member", "status"))

    def _ready_or_dead(self, name):
        if not self.alive(name):
            raise StackError(f"{name} ended at its start: {self.last_words(name)}")
        return self.ready(name)

    def last_words(self, name):
        try:
            lines = (self.home / "log" / f"{name}.log").read_text(errors="replace").splitlines()
        except OSError:
            return "it left no log"
        errors = [line for line in lines if "level=error" in line or ": error:" in line
                  or "level=fatal" in line]
        return (errors or lines or ["its log is empty"])[-1]

    def restart_dead(self, may_start, report):
        """Starts again what ended by itself, where may_start(name) agrees; False once the stack was
        taken down by another command."""
        with self.locked():
            if not self.identities:
                return False
            for row in self.daemons():
                if self.alive(row.name) or not may_start(row.name):
                    continue
                report(row.name, self.last_words(row.name))
                self._reap(row.name)
                self.start(row.name)
        return True

    def stop(self, name, seconds=None):
        """SIGTERM and wait. True if it left by itself within the time."""
        mark = self.identities.get(name)
        clean = mark is None or mark.end(seconds or BY_NAME[name].end_seconds)
        self._reap(name)
        return clean

    def _reap(self, name):
        child = self.children.pop(name, None)
        if child:
            child.wait()

    def kill(self, name):
        """kill -9, at once."""
        mark = self.identities[name]
        mark.send(9)
        mark.gone_within(5)
        self._reap(name)

    def down(self, report=lambda name, state: None):
        """Ends the services first, then what they lean on. Names of those that had to be killed."""
        stubborn = []
        with self.locked():
            for name in self._in_order_of_ending():
                if not self.alive(name):
                    continue
                if not self.stop(name):
                    stubborn.append(name)
                report(name, "stopped")
            self.identities = {}
            self.moved = False
            self._save()
        return stubborn

    def _in_order_of_ending(self):
        """All that was ever started here, also what today's broker has no place for."""
        return [row.name for row in reversed(ROWS) if row.name in self.identities]

    def rotate_logs(self):
        """Copy-truncate over 10 MB, two kept: the daemons go on appending to the same file."""
        for log in (self.home / "log").glob("*.log"):
            if log.stat().st_size <= LOG_MAX_BYTES:
                continue
            older = log.with_suffix(".log.1")
            if older.exists():
                older.replace(log.with_suffix(".log.2"))
            older.write_bytes(log.read_bytes())
            os.truncate(log, 0)

    # --- what to show ----------------------------------------------------------------------------

    def status(self):
        """One dict a daemon, for the table and for --json."""
        rows = []
        for row in self.daemons():
            alive = self.alive(row.name)
            state = "down" if not alive else "ready" if self.ready(row.name) else "starting"
            rows.append({"daemon": row.name, "state": state, "port": self.port(row.name),
                         "pid": self.identities[row.name].pid if alive else None,
                         "memory_kb": private_kb(self.identities[row.name].pid) if alive else None,
                         "purpose": row.purpose})
        return rows


def private_kb(pid):
    """Private_Dirty of a process in kB; None where it cannot be read. Not its private clean pages: those
    of libraries are its own as soon as the last other process that has them ends."""
    return _rollup_kb(pid, "Private_Dirty:")


def pss_kb(pid):
    """Proportional set size of a process in kB; None where it cannot be read."""
    return _rollup_kb(pid, "Pss:")


def _rollup_kb(pid, field):
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as rollup:
            for line in rollup:
                if line.startswith(field):
                    return int(line.split()[1])
    except OSError:
        pass
    return None
