"""Apache Kafka on this machine: its jars by Maven, its Java by Debian, its data in a stack's home.

What it consists of and how it is set up is written in docker/kafka, which the image shares. All is
fetched once into build/kafka-VERSION, and only when somebody asks for this broker. Start-up is
mostly the loading of classes, so an archive of them is made there too: a third of the time.
"""
import base64
import fcntl
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import uuid
from contextlib import contextmanager
from pathlib import Path

from . import packages
from .errors import StackError
from .poll import wait_until
from .ports import free_port

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT / "docker" / "kafka"
CONTROLLER_PORT = 9095  # without offset; 9093 is a registry peer's
PROGRESS = "crema: Apache Kafka: "
# One node for one developer: a small heap, one collector thread, no second compiler.
JVM = ("-Xms64m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
       "-XX:MaxDirectMemorySize=64m", "-Djava.awt.headless=true",
       f"-Dlog4j2.configurationFile=file:{SHARED}/log4j2.yaml")


def say(text):
    print(PROGRESS + text, file=sys.stderr, flush=True)


def version():
    return re.search(r"<kafka\.version>(.+)</", (SHARED / "pom.xml").read_text()).group(1)


class Kafka:
    """The broker of one stack: where its data is and on which ports it listens."""

    def __init__(self, folder, port, controller_port):
        """folder: of its data and settings, made when needed."""
        self.folder = folder
        self.port = port
        self.controller_port = controller_port

    @property
    def data(self):
        return self.folder / "log"

    @property
    def properties(self):
        return self.folder / "server.properties"

    def command(self):
        """What runs it, once it is installed."""
        self.prepare()
        self.check_ports()
        return [*java(), "kafka.Kafka", str(self.properties)]

    def prepare(self):
        """Settings for these ports, and formatted storage."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        listener = f"PLAINTEXT://127.0.0.1:{self.port}"
        self.properties.write_text(
            (SHARED / "server.properties").read_text() + "\n# Of this stack.\n"
            + f"controller.quorum.voters=1@127.0.0.1:{self.controller_port}\n"
            + f"listeners=CONTROLLER://127.0.0.1:{self.controller_port},{listener}\n"
            + f"advertised.listeners={listener}\n"
            + f"log.dirs={self.data}\n")
        if not (self.data / "meta.properties").exists():
            run([*java(), "kafka.tools.StorageTool", "format", "--ignore-formatted",
                 "--cluster-id", self.cluster_id(), "--config", str(self.properties)],
                "its storage could not be formatted")

    def check_ports(self):
        """It would take seconds to find out by itself, and who asks its port would find another."""
        for port, whose in ((self.port, "clients"), (self.controller_port, "controller")):
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", port))
                except OSError as error:
                    raise StackError(f"kafka: port {port} of its {whose}: {error.strerror}: end what "
                                     "listens there, or choose other ports by --port-offset") from None

    def cluster_id(self):
        """Made once, and kept apart from the data: a broker that lost its data is still itself."""
        file = self.folder / "cluster-id"
        if not file.exists():
            made = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
            file.write_text(made.replace("-", "_"))  # a leading dash would look like an option
        return file.read_text().strip()


# --- what every one of them shares -------------------------------------------------------------------


def home():
    return ROOT / "build" / f"kafka-{version()}"


def java():
    """The start of a command line: Java, the archive of classes, the class path."""
    jars = sorted(str(jar) for jar in (home() / "lib").glob("*.jar"))  # the archive wants one order
    shared = [f"-XX:SharedArchiveFile={archive()}"] if archive().exists() else []
    return [str(java_home() / "bin" / "java"), *JVM, *shared, "-cp", ":".join(jars)]


def java_home():
    found = sorted(Path("/usr/lib/jvm").glob("java-17-openjdk-*/bin/java"))
    if not found:
        raise StackError("Java 17 is not installed: apt-get install openjdk-17-jre-headless")
    return found[0].parents[1]


def archive():
    """Good for one build of Java; another one gets another."""
    release = re.search(r'JAVA_VERSION="(.+)"', (java_home() / "release").read_text()).group(1)
    return home() / f"classes-{release}.jsa"


def install():
    """Java, the jars and the archive, as far as they are missing."""
    with locked():
        packages.install("openjdk-17-jre-headless")
        if not is_fetched():
            fetch()
        if not archive().exists():
            make_archive()


@contextmanager
def locked():
    """Several stacks of one checkout may start at once."""
    home().mkdir(parents=True, exist_ok=True)
    with open(home() / "lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def is_fetched():
    """What is there is what the pom.xml of today names."""
    kept = home() / "pom.xml"
    return kept.exists() and kept.read_text() == (SHARED / "pom.xml").read_text()


def fetch():
    packages.install("maven")
    say(f"fetching {version()} by Maven, once")
    scratch = home() / "lib.new"
    shutil.rmtree(scratch, ignore_errors=True)
    run(["mvn", "--batch-mode", "--quiet", "-Dstyle.color=never", "--file", str(SHARED / "pom.xml"),
         "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies",
         "-DincludeScope=runtime", f"-DoutputDirectory={scratch}"],
        "Maven could not fetch it (what it needs to reach Maven Central stands in ~/.m2/settings.xml)")
    shutil.rmtree(home() / "lib", ignore_errors=True)
    for old in home().glob("*.jsa"):
        old.unlink()
    scratch.rename(home() / "lib")
    shutil.copy(SHARED / "pom.xml", home())


def make_archive():
    """Runs a broker of no consequence once, and keeps the classes that it loaded."""
    say("making the archive of its classes, once")
    scratch = archive().with_suffix(".new")
    scratch.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="crema-kafka-") as folder:
        kafka = Kafka(Path(folder), free_port(), free_port())
        kafka.prepare()
        program, *rest = java()
        with open(Path(folder) / "out", "wb") as out:
            child = subprocess.Popen(
                [program, f"-XX:ArchiveClassesAtExit={scratch}", "-Xlog:cds=off", "-Xlog:cds+dynamic=off",
                 *rest, "kafka.Kafka", str(kafka.properties)], stdout=out, stderr=out)
        try:
            wait_until(lambda: child.poll() is not None or is_served(kafka.port), 60, "the broker")
        finally:
            child.terminate()
            child.wait()
    if scratch.exists():
        scratch.rename(archive())


def is_served(port):
    """Kafka opens the port of its clients once it is ready for them."""
    with socket.create_connection(("127.0.0.1", port), timeout=1):
        return True


def run(argv, what):
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        lines = [line for line in done.stdout.splitlines() if line.strip()]
        told = [line for line in lines if "ERROR" in line or "Exception" in line] or lines[-1:]
        raise StackError(f"Apache Kafka: {what}: {told[0] if told else f'exit code {done.returncode}'}")
