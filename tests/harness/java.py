"""The originals as peers: their unmodified libraries by Maven, their Java by Debian, once.

A peer is a folder in tests/interop/peers: a pom.xml that names its libraries, its settings, and one class of
ours that drives it, in that folder or in one that several peers share. All are built into
build/interop/peers-HASH, by the hash of their sources.
"""
import fcntl
import hashlib
import json
import queue
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

from . import packages
from .errors import StackError
from .poll import wait_until

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "tests" / "interop" / "peers"
COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
# The Java that each is compiled for, and the folders of what is compiled.
PEERS = {
    "spring-server": (17, ["registry-server"]), "spring-hoxton-server": (8, ["registry-server"]),
    "netflix-client": (8, ["netflix-client", "driver"]),
    "spring-hoxton": (8, ["spring-client", "driver"]), "spring-current": (17, ["spring-client", "driver"]),
    "config-server": (17, ["config-server"]), "snakeyaml": (17, ["snakeyaml"]),
    "config-hoxton": (8, ["config-client"]), "config-current": (17, ["config-client"]),
    "zuul-server": (8, ["zuul-server"]), "spring-gateway-server": (17, ["spring-gateway-server"])}
# Small and quick to start; the opens are for libraries of Java 8's time.
OPENS = tuple(f"--add-opens={package}=ALL-UNNAMED" for package in
              ("java.base/java.lang", "java.base/java.util", "java.base/java.lang.reflect",
               "java.base/java.text", "java.desktop/java.awt.font"))
JVM = ("-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true", *OPENS)
ANSWER_SECONDS = 30


def step(text):
    print(f"interop: {text}", file=sys.stderr, flush=True)


# ---- building ----

def sources():
    return sorted(path for path in SOURCES.rglob("*") if path.is_file())


def built():
    """The folder of all peers, as their sources are now; builds it when it is not there."""
    digest = hashlib.sha256()
    for path in sources():
        digest.update(f"{path.relative_to(SOURCES)}\n".encode() + path.read_bytes())
    base = ROOT / "build" / "interop"
    folder = base / f"peers-{digest.hexdigest()[:12]}"
    base.mkdir(parents=True, exist_ok=True)
    with open(base / "lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        packages.install("openjdk-17-jdk-headless")
        if not folder.exists():
            make(folder)
    return folder


def make(folder):
    began = time.monotonic()
    packages.install("maven")
    scratch = folder.with_suffix(".new")
    shutil.rmtree(scratch, ignore_errors=True)
    shutil.copytree(SOURCES, scratch)
    step("fetching the originals by Maven, once")
    run(["mvn", "--batch-mode", "--quiet", "--threads", "4", "-Dstyle.color=never", COPY,
         "-DincludeScope=runtime", "-DoutputDirectory=lib"], scratch,
        "Maven could not fetch them (what it needs to reach Maven Central stands in ~/.m2/settings.xml)")
    step(f"compiling their drivers ({time.monotonic() - began:.0f} s so far)")
    for name, (release, folders) in PEERS.items():
        sources_of = [str(path) for each in folders for path in sorted((scratch / each).glob("*.java"))]
        # -proc:none: some of the libraries would process annotations.
        run([str(java_home() / "bin" / "javac"), "--release", str(release), "-Xlint:-options", "-parameters",
             "-proc:none", "-classpath", "lib/*", "-d", "classes", *sources_of], scratch / name,
            f"{name} does not compile")
    scratch.rename(folder)
    step(f"the peers are built ({time.monotonic() - began:.0f} s)")


def run(argv, folder, what):
    done = subprocess.run(["nice", *argv], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)
    if done.returncode:
        lines = [line for line in done.stdout.splitlines() if line.strip()]
        told = [line for line in lines if "ERROR" in line or "error:" in line] or lines[-1:]
        raise StackError(f"{what}: {told[0] if told else f'exit code {done.returncode}'}")


def java_home():
    found = sorted(Path("/usr/lib/jvm").glob("java-17-openjdk-*/bin/javac"))
    if not found:
        raise StackError("Java 17 is not installed: apt-get install openjdk-17-jdk-headless")
    return found[0].parents[1]


# ---- running ----

class Peer:
    """One JVM with a peer in it; what it logs goes to a file."""

    def __init__(self, name, folder, properties=None, arguments=(), jvm=JVM):
        """folder: where its log is. properties: -D; arguments: of its main()."""
        self.name = name
        home = built() / name
        program = "peer.Server" if name.endswith("-server") else "peer.Client"
        self.log_path = folder / f"{name}.log"
        with open(self.log_path, "ab") as sink:
            self.child = subprocess.Popen(
                [str(java_home() / "bin" / "java"), *jvm,
                 *[f"-D{key}={value}" for key, value in (properties or {}).items()],
                 "-classpath", f"{home}/classes:{home}:{home}/lib/*", program, *arguments],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=sink, text=True, cwd=folder)
        self.answers = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        for line in self.child.stdout:
            self.answers.put(line)
        self.answers.put(None)

    @property
    def log(self):
        return self.log_path.read_text(errors="replace")

    def answer(self, seconds=ANSWER_SECONDS):
        """The next line of JSON that the peer's driver writes."""
        try:
            line = self.answers.get(timeout=seconds)
        except queue.Empty:
            line = ""
        if not line:
            raise AssertionError(f"{self.name} {'ended' if line is None else 'did not answer'}:\n"
                                 + self.log[-6000:])
        return json.loads(line)

    def ask(self, words):
        """One command of Driver.java."""
        self.child.stdin.write(words + "\n")
        self.child.stdin.flush()
        return self.answer()

    def wait_listening(self, condition, seconds):
        """Until condition() is true; a peer that ended meanwhile is the failure."""
        def held():
            if self.child.poll() is not None:
                raise AssertionError(f"{self.name} ended with {self.child.returncode}:\n{self.log[-6000:]}")
            return condition()
        return wait_until(held, seconds, f"{self.name} to be ready", every=0.05)

    def end(self, seconds=15):
        """SIGTERM, and SIGKILL for one that stays."""
        if self.child.poll() is None:
            self.child.terminate()
            try:
                self.child.wait(seconds)
            except subprocess.TimeoutExpired:
                self.child.kill()
        self.child.wait()
        self.child.stdin.close()
