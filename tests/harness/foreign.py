"""Foreign programs that tests use and Debian does not have, fetched once into build/foreign."""
import os
import shutil
import subprocess

from .packages import install
from .stack import ROOT
from .steps import step

FOLDER = ROOT / "build" / "foreign"
COMPOSE = "github.com/docker/compose/v2"
COMPOSE_VERSION = "v2.40.3"
PODMAN_COMPOSE = "podman-compose==1.6.0"


def _run(argv, folder, env=None):
    done = subprocess.run(argv, cwd=folder, env={**os.environ, **(env or {})}, capture_output=True, text=True,
                          check=False)
    if done.returncode:
        raise AssertionError(f"{' '.join(argv)}: {done.stdout[-1000:]}{done.stderr[-3000:]}")


def compose_v2():
    """Docker's Compose v2, built from its Go module; the path of the program."""
    program = FOLDER / f"compose-{COMPOSE_VERSION}" / "docker-compose"
    if program.exists():
        return str(program)
    if not shutil.which("go"):
        raise AssertionError("Compose v2 is built from its Go module: install Go 1.21 or newer")
    program.parent.mkdir(parents=True, exist_ok=True)
    (program.parent / "go.mod").write_text("module tools\n\ngo 1.24\n")
    (program.parent / "tools.go").write_text(f'package tools\n\nimport _ "{COMPOSE}/cmd"\n')
    with step(f"building Compose {COMPOSE_VERSION}"):
        _run(["go", "get", f"{COMPOSE}/cmd@{COMPOSE_VERSION}"], program.parent)
        _run(["nice", "go", "build", "-o", str(program), f"{COMPOSE}/cmd"], program.parent)
    return str(program)


def podman_compose():
    """podman-compose from PyPI, in a virtual environment of its own; the path of the program."""
    program = FOLDER / "podman-compose" / "bin" / "podman-compose"
    if not program.exists():
        install("podman", "python3-venv")
        with step(f"installing {PODMAN_COMPOSE}"):
            _run(["/usr/bin/python3", "-m", "venv", str(program.parents[1])], ROOT)
            _run([str(program.parent / "pip"), "install", "-q", PODMAN_COMPOSE], ROOT)
    return str(program)
