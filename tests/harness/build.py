"""Building a preset, as ./crema does it."""
import fcntl
import os
import subprocess
from contextlib import contextmanager

from .stack import ROOT


def configure(preset):
    """Brings build/<preset> up to date with the CMake files."""
    with locked():
        run(["cmake", "--preset", preset])


def build(preset):
    """Configures where needed and builds; raises CalledProcessError with the output printed."""
    folder = ROOT / "build" / preset
    with locked():
        if not (folder / "build.ninja").exists():
            run(["cmake", "--preset", preset])
        run(["cmake", "--build", str(folder)])


@contextmanager
def locked():
    """One build at a time in a checkout; ./crema takes the same lock."""
    (ROOT / "build").mkdir(exist_ok=True)
    with open(ROOT / "build" / "lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def run(argv, **kwargs):
    done = subprocess.run(argv, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          env={**os.environ, "CLICOLOR_FORCE": "0"}, check=False, **kwargs)
    if done.returncode:
        print(done.stdout, flush=True)
        raise subprocess.CalledProcessError(done.returncode, argv)
    return done.stdout
