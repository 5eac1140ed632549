"""Config clients of other languages by their own registries' clients, fetched once into build/interop."""
import fcntl
import json
import shutil
import subprocess
from pathlib import Path

from harness import packages
from harness.stack import ROOT

READERS = Path(__file__).parent / "readers"
BASE = ROOT / "build" / "interop"
NODE = "cloud-config-client@1.6.2"
PYTHON = "config-client==1.5.0"


def run(argv, folder):
    done = subprocess.run([str(word) for word in argv], cwd=folder, capture_output=True, text=True, check=False,
                          timeout=300)
    assert done.returncode == 0, f"{argv[0]}: {done.stdout[-1000:]}{done.stderr[-3000:]}"
    return done.stdout


def fetched(name, install):
    """The folder with what install(folder) put there; it is there whole or not at all."""
    folder = BASE / name
    BASE.mkdir(parents=True, exist_ok=True)
    with open(BASE / "lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "whole").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            install(folder)
            (folder / "whole").touch()
    return folder


def install_node(folder):
    for program, package in (("node", "nodejs"), ("npm", "npm")):
        if not shutil.which(program):
            packages.install(package)
    run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", NODE], folder)


def install_python(folder):
    packages.install("python3-venv")
    run(["/usr/bin/python3", "-m", "venv", folder], folder)  # its scripts name the folder: it is not moved
    run([folder / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", PYTHON], folder)


def node(*arguments):
    """What the program says, read from its JSON."""
    folder = fetched(NODE, install_node)
    shutil.copy(READERS / "client.js", folder)  # Node looks for libraries beside the program
    return json.loads(run(["node", folder / "client.js", *arguments], folder))


def python(*arguments):
    folder = fetched(PYTHON, install_python)
    return json.loads(run([folder / "bin" / "python", READERS / "client.py", *arguments], folder))
