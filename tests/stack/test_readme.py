"""Every command of the README is run, at an offset so that nothing of this machine is in the way.

Those of the section on containers are tests/compose's.
"""
import os
import re
import subprocess

from harness.fresh import free_offset
from harness.poll import wait_until
from harness.readme import commands
from harness.running import preset
from harness.stack import ROOT

SLOW = ("up", "demo", "down")


def moved(command, offset):
    """The same command for a stack whose ports are moved by offset."""
    if command.startswith("./crema"):
        if "--port-offset" in command:
            return re.sub(r"--port-offset \d+", f"--port-offset {offset + 53}", command)
        return f"{command} --port-offset {offset}"
    return re.sub(r"localhost:(\d+)", lambda port: f"localhost:{int(port.group(1)) + offset}", command)


def run(command, env):
    return subprocess.run(["bash", "-c", command], cwd=ROOT, env=env, capture_output=True, text=True,
                          timeout=180, check=False)


def test_every_command_of_the_readme_works(tmp_path):
    offset = free_offset()
    base = {**os.environ, "CREMA_PRESET": preset()}
    homes = {offset: tmp_path / "first", offset + 53: tmp_path / "second"}
    ran = []
    try:
        for command in commands(lambda section: section != "In containers"):
            there = moved(command, offset)
            home = homes[offset + 53 if f"--port-offset {offset + 53}" in there else offset]
            env = {**base, "CREMA_HOME": str(home)}
            done = run(there, env)
            ran.append(command)
            assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
            if command.startswith("curl"):
                check_answer(command, done.stdout, lambda: run(there, env).stdout)
    finally:
        for home in homes.values():
            run("./crema down", {**base, "CREMA_HOME": str(home)})
    assert any("up -d" in command for command in ran) and sum("curl" in command for command in ran) >= 3


def check_answer(command, said, again):
    """What the README promises of its curls."""
    if "coffeeOrder/coffeeOrder" in command:
        assert '"coffeeName":"espresso"' in said
    elif "coffeeOrderStatus" in command:
        wait_until(lambda: "espresso" in again(), 5, "the order in status")
    elif "/msa-service-coffee-order" in command:
        assert "welcome to dev server" in said and "logging" in said
    else:
        assert '"allRecordCount":' in said
