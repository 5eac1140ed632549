"""Debian packages that only some commands need, installed when one of those is asked for."""
import os
import shutil
import subprocess
import sys

from .errors import StackError


def install(*names):
    """Installs what is missing of the packages named; says so, as it takes a while."""
    missing = [name for name in names if not is_installed(name)]
    if not missing:
        return
    wanted = " ".join(missing)
    print(f"crema: installing from Debian: {wanted}", file=sys.stderr, flush=True)
    commands = (["apt-get", "update", "-qq"],
                ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing])
    for command in commands:
        if os.geteuid() != 0 and not shutil.which("sudo"):
            raise StackError("not root and no sudo; run this as root, then try again: apt-get update "
                             f"&& apt-get install -y --no-install-recommends {wanted}")
        as_root = [] if os.geteuid() == 0 else ["sudo"]
        done = subprocess.run([*as_root, "env", "DEBIAN_FRONTEND=noninteractive", *command],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode:
            raise StackError(f"{' '.join(command)} failed: {done.stdout.strip()[-500:]}")


def is_installed(name):
    said = subprocess.run(["dpkg-query", "-W", "-f=${db:Status-Status}", name], check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    return said == "installed"
