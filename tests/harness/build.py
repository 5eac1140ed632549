"""Building a preset, as ./crema does it."""
import fcntl
import os
import subprocess

from .stack import ROOT


def build(preset, targets=()):
    """Configures where needed and builds; raises CalledProcessError with the output printed."""
    folder = ROOT / "build" / preset
    folder.parent.mkdir(exist_ok=True)
    with open(ROOT / "build" / "lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "build.ninja").exists():
            run(["cmake", "--preset", preset])
        wanted = ["--target", *targets] if targets else []
        run(["cmake", "--build", str(folder), *wanted])


def run(argv, **kwargs):
    done = subprocess.run(argv, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          env={**os.environ, "CLICOLOR_FORCE": "0"}, check=False, **kwargs)
    if done.returncode:
        print(done.stdout, flush=True)
        raise subprocess.CalledProcessError(done.returncode, argv)
    return done.stdout
