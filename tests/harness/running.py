"""One daemon started for one test: on a free port, in a home of its own, watched for sanitizer words."""
import json
import os
import re
import signal
import subprocess

from . import http
from .poll import wait_until
from .process import Identity
from .stack import ROOT

SANITIZER = re.compile(r"(ERROR: (Address|Leak)Sanitizer|WARNING: ThreadSanitizer|runtime error:)")


def preset():
    return os.environ.get("CREMA_PRESET", "release")


def binary(name):
    return ROOT / "build" / preset() / "bin" / name


SUPPRESSIONS = ROOT / "tests" / "suppressions"


def sanitizer_env(suppressions=SUPPRESSIONS):
    """Options for whichever sanitizer is built in; harmless otherwise. suppressions: as the daemon sees them."""
    return {"ASAN_OPTIONS": "detect_leaks=1:abort_on_error=0:exitcode=99",
            "LSAN_OPTIONS": f"suppressions={suppressions}/lsan.txt:print_suppressions=0",
            "UBSAN_OPTIONS": "print_stacktrace=1",
            "TSAN_OPTIONS": f"exitcode=66:halt_on_error=0:suppressions={suppressions}/tsan.txt"}


class Running:
    """A started daemon. `settings` become --key=value; `env` adds to the environment.

    wrapper: the words of a command that goes on as the one behind it, in the same process.
    """

    def __init__(self, name, home, settings=None, env=None, arguments=(), wrapper=()):
        self.name = name
        self.home = home
        home.mkdir(parents=True, exist_ok=True)
        self.log_path = home / f"{name}.log"
        given = {"server.port": 0, **(settings or {})}
        self.argv = [*wrapper, str(binary(name)), *[f"--{key}={value}" for key, value in given.items()],
                     *arguments]
        self.env = {**os.environ, **sanitizer_env(), "CREMA_HOME": str(home), **(env or {})}
        self.port = None
        self.child = None
        self.start()

    def start(self):
        """Starts it (again, after stop or kill) and waits until it says that it is ready."""
        with open(self.log_path, "ab") as sink:
            self.child = subprocess.Popen(self.argv, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink,
                                          env=self.env)
        self.identity = Identity.of(self.child.pid, os.path.realpath(binary(self.name)))
        self.port = wait_until(self._announced_port, 20, f"{self.name} to be ready")

    def _announced_port(self):
        if self.child.poll() is not None:
            raise AssertionError(f"{self.name} ended with {self.child.returncode}:\n{self.log}")
        announced = json.loads((self.home / "run" / f"{self.name}.json").read_text())
        return announced["port"] if announced["pid"] == self.child.pid else None

    @property
    def log(self):
        return self.log_path.read_text(errors="replace")

    def url(self, path=""):
        return f"http://127.0.0.1:{self.port}{path}"

    def get(self, path, **kwargs):
        return http.get(self.url(path), **kwargs)

    def post(self, path, **kwargs):
        return http.post(self.url(path), **kwargs)

    def put(self, path, **kwargs):
        return http.put(self.url(path), **kwargs)

    def delete(self, path, **kwargs):
        return http.delete(self.url(path), **kwargs)

    def call(self, method, path, **kwargs):
        return http.call(method, self.url(path), **kwargs)

    def signal(self, number):
        self.child.send_signal(number)

    def kill(self):
        """kill -9 and reap."""
        self.child.kill()
        self.child.wait(10)

    def stop(self, seconds=15):
        """SIGTERM; returns the exit code."""
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
        try:
            return self.child.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.name} did not end within {seconds} s of SIGTERM:\n"
                                 + self.log[-3000:]) from None

    def check_log(self):
        """Fails on what a sanitizer printed."""
        found = SANITIZER.search(self.log)
        if found:
            raise AssertionError(f"{self.name}: {self.log[found.start():][:6000]}")


def run_once(name, *arguments, env=None, home=None, timeout=20):
    """Runs a daemon for --help and the like; returns the finished process with text output."""
    where = {"CREMA_HOME": str(home)} if home else {}
    return subprocess.run([str(binary(name)), *arguments], capture_output=True, text=True,
                          env={**os.environ, **sanitizer_env(), **where, **(env or {})},
                          timeout=timeout, check=False)
