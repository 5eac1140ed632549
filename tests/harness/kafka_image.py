"""The image apache/kafka where no image registry is reached: built from Debian and Maven Central."""
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from .errors import StackError
from .kafka import SHARED, version

TRUSTED = Path("/etc/ssl/certs")
DEBIANS = Path("/usr/share/ca-certificates")


def authorities():
    """The certificates that this machine trusts beyond Debian's own: a network's own authority, say."""
    for link in TRUSTED.glob("*.pem"):
        file = link.resolve()
        if file.is_file() and DEBIANS not in file.parents:
            yield link.stem, file


def name():
    return f"apache/kafka:{version()}"


def build(env=None):
    """Builds the stand-in with the engine of `env` (DOCKER_HOST), reaching Maven as this machine does."""
    with tempfile.TemporaryDirectory(prefix="crema-image-") as folder:
        context = shutil.copytree(SHARED, Path(folder) / "kafka")
        settings = Path.home() / ".m2" / "settings.xml"
        if settings.exists():
            shutil.copy(settings, context)
        for stem, file in authorities():
            shutil.copy(file, context / f"{stem}.crt")
        done = subprocess.run(["docker", "build", "--quiet", "--tag", name(), str(context)],
                              env=env or os.environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, check=False)
    if done.returncode:
        raise StackError(f"{name()} could not be built: {done.stdout.strip()[-2000:]}")
