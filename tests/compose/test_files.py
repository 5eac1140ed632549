"""One file for docker-compose 1.29, Compose v2 and podman-compose, from the root and from docker/."""
import os
import shutil
import subprocess

import pytest

from harness.compose import DAEMONS, FILE
from harness.foreign import compose_v2, podman_compose
from harness.packages import install
from harness.stack import ROOT

SERVICES = {*DAEMONS, "kafka", "config-git"}
CLEAN = {key: value for key, value in os.environ.items() if not key.startswith(("COMPOSE_", "CREMA_"))}


def services(program, folder, *options):
    """The names under `services:` of what `config` prints; only the top level is looked at."""
    done = subprocess.run([*program, *options, "config"], cwd=folder, env=CLEAN, capture_output=True,
                          text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    inside, found = False, set()
    for line in done.stdout.splitlines():
        if not line.startswith(" "):
            inside = line.startswith("services:")
        elif inside and line.startswith("  ") and not line.startswith("   ") and line.rstrip().endswith(":"):
            found.add(line.strip().rstrip(":"))
    return found


@pytest.mark.parametrize("folder", (ROOT, FILE.parent), ids=("root", "docker"))
def test_docker_compose_1_29_reads_it(folder):
    install("docker-compose")
    program = shutil.which("docker-compose")
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    assert "1.29" in said
    assert services([program], folder) == SERVICES


@pytest.mark.parametrize("folder", (ROOT, FILE.parent), ids=("root", "docker"))
def test_compose_v2_reads_it(folder):
    assert services([compose_v2()], folder) == SERVICES


@pytest.mark.parametrize("folder", (ROOT, FILE.parent), ids=("root", "docker"))
def test_podman_compose_reads_it(folder):
    # podman-compose takes no COMPOSE_FILE from .env
    options = ["-f", str(FILE)] if folder == ROOT else []
    assert services([podman_compose()], folder, *options) == SERVICES
