"""A Docker engine and the images that the stack needs.

The engine that answers is used. Where none does, Debian's docker.io is installed and an engine of our
own started: its socket in a scratch folder, its data under build/engine (so that a second run has the
layers of the first), ended with the context. Where no image registry is reached, the base image is made
by debootstrap, and Kafka's from docker/kafka.
"""
import json
import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager

from . import kafka_image
from .packages import install
from .poll import wait_until
from .stack import ROOT
from .steps import step

PACKAGES = ("docker.io", "iptables", "debootstrap")
BASE = "debian:bookworm-slim"
SUITE = "bookworm"
PULL_SECONDS = 300   # of a registry that answers; one that is not there fails at once
BUILD_SECONDS = 900


class EngineError(AssertionError):
    """The engine's own words."""


class Engine:
    """The engine at one address: host is a DOCKER_HOST, or None for the default one."""

    def __init__(self, host=None):
        self.env = {**os.environ, **({"DOCKER_HOST": host} if host else {})}

    def docker(self, *arguments, seconds=60, both=False):
        """Runs `docker ARGUMENTS`; its output as text, with both=True that on stderr too."""
        done = subprocess.run(["docker", *arguments], env=self.env, cwd=ROOT, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT if both else subprocess.PIPE, text=True,
                              timeout=seconds, check=False)
        if done.returncode:
            raise EngineError(f"docker {' '.join(arguments)}: {(done.stderr or done.stdout).strip()}")
        return done.stdout

    def answers(self):
        if not shutil.which("docker"):
            return False
        try:
            return "Server" in json.loads(self.docker("version", "--format", "{{json .}}", seconds=20))
        except (EngineError, ValueError, subprocess.TimeoutExpired):
            return False

    def has_image(self, name):
        return bool(self.docker("image", "ls", "-q", name).strip())

    def inspect(self, name):
        return json.loads(self.docker("inspect", name))[0]

    # --- images ----------------------------------------------------------------------------------

    def pull(self, name):
        """True if a registry was reached and has it."""
        try:
            self.docker("pull", "-q", name, seconds=PULL_SECONDS)
        except (EngineError, subprocess.TimeoutExpired):
            return False
        return True

    def build(self, image, target):
        """One of our own images, from docker/Dockerfile."""
        with step(f"building the image {image}"):
            self.docker("build", "-q", "-t", image, "-f", "docker/Dockerfile", "--target", target, ".",
                        seconds=BUILD_SECONDS)

    def ensure_base(self):
        if self.has_image(BASE) or self.pull(BASE):
            return
        install("debootstrap")
        with tempfile.TemporaryDirectory(prefix="crema-base-") as folder:
            with step(f"no image registry is reached: making {BASE} by debootstrap"):
                made = subprocess.run(["debootstrap", "--variant=minbase", SUITE, f"{folder}/root"],
                                      capture_output=True, text=True, check=False)
                if made.returncode:
                    raise EngineError(f"debootstrap: {made.stdout[-2000:]}{made.stderr}")
                with subprocess.Popen(["tar", "-C", f"{folder}/root", "-c", "."],
                                      stdout=subprocess.PIPE) as packed:
                    subprocess.run(["docker", "import", "-", BASE], env=self.env, stdin=packed.stdout,
                                   stdout=subprocess.DEVNULL, check=True)

    def ensure_kafka(self):
        name = kafka_image.name()
        if self.has_image(name) or self.pull(name):
            return
        self.ensure_base()
        with step(f"no image registry is reached: building {name}"):
            kafka_image.build(self.env)


def _end(child):
    child.terminate()
    try:
        child.wait(30)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


@contextmanager
def _own_engine():
    """An engine of our own, as root; its folders of this run go away with it."""
    if os.geteuid() != 0:
        raise EngineError("no Docker engine answers, and only root can start one: start Docker, or run "
                          "this as root")
    install(*PACKAGES)
    data = ROOT / "build" / "engine"
    data.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="crema-engine-") as scratch:
        host = f"unix://{scratch}/docker.sock"
        log = ROOT / "build" / "engine.log"
        with step(f"no Docker engine answers: starting one of our own (log: {log})"), open(log, "wb") as sink:
            child = subprocess.Popen(["dockerd", "--host", host, "--data-root", str(data),
                                      "--exec-root", f"{scratch}/exec", "--pidfile", f"{scratch}/pid"],
                                     stdin=subprocess.DEVNULL, stdout=sink, stderr=sink)
            engine = Engine(host)
            try:
                wait_until(lambda: child.poll() is not None or engine.answers(), 60, "dockerd to answer", every=0.1)
                if child.poll() is not None:
                    raise EngineError(f"dockerd ended: {log.read_text(errors='replace')[-2000:]}")
            except BaseException:
                _end(child)
                raise
        try:
            yield engine
        finally:
            _end(child)


@contextmanager
def engine():
    """An engine that answers."""
    found = Engine()
    if found.answers():
        yield found
        return
    with _own_engine() as own:
        yield own
