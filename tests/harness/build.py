"""Building a preset, as ./crema does it."""
import fcntl
import os
import subprocess
from contextlib import contextmanager

from .stack import ROOT


def configure(preset):
    """Brings build/<preset> up to date with the CMake files."""
    with locked(preset):
        run(["cmake", "--preset", preset])


def build(preset):
    """Configures and builds; raises CalledProcessError with the output printed.

    Politely: who waits for the build has the processor anyway, and what else runs is a test.
    """
    folder = ROOT / "build" / preset
    with locked(preset):
        run(["cmake", "--preset", preset])  # ./crema up may have configured without the tests
        run(["nice", "cmake", "--build", str(folder)])


@contextmanager
def locked(preset):
    """One build of a preset at a time in a checkout; ./crema takes the same lock."""
    (ROOT / "build").mkdir(exist_ok=True)
    with open(ROOT / "build" / f"{preset}.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def run(argv, **kwargs):
    done = subprocess.run(argv, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          env={**os.environ, "CLICOLOR_FORCE": "0"}, check=False, **kwargs)
    if done.returncode:
        print(done.stdout, flush=True)
        raise subprocess.CalledProcessError(done.returncode, argv)
    return done.stdout
