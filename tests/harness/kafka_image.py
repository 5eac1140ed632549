"""The image apache/kafka where no image registry is reached: built from Debian and Maven Central."""
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from .errors import StackError
from .kafka import SHARED, version

AUTHORITIES = Path("/usr/local/share/ca-certificates")  # that this machine's administrator added


def name():
    return f"apache/kafka:{version()}"


def build(env=None):
    """Builds the stand-in with the engine of `env` (DOCKER_HOST), reaching Maven as this machine does."""
    with tempfile.TemporaryDirectory(prefix="crema-image-") as folder:
        context = shutil.copytree(SHARED, Path(folder) / "kafka")
        settings = Path.home() / ".m2" / "settings.xml"
        if settings.exists():
            shutil.copy(settings, context)
        for authority in AUTHORITIES.rglob("*.crt"):
            shutil.copy(authority, context)
        done = subprocess.run(["docker", "build", "--quiet", "--tag", name(), str(context)],
                              env=env or os.environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, check=False)
    if done.returncode:
        raise StackError(f"{name()} could not be built: {done.stdout.strip()[-2000:]}")
