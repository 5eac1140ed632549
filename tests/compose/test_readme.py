"""The README's section on containers, command by command, at ports of this test's own."""
import json
import subprocess

from harness.browser import Browser
from harness.poll import wait_until
from harness.readme import commands
from harness.stack import ROOT

SECTION = "In containers"
CLONE = "/tmp/crema-config"
AUTHOR = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER")
          for what, value in (("NAME", "A reader"), ("EMAIL", "reader@example.org"))}


def run(project, command, folder):
    there = project.moved(command).replace(CLONE, str(folder / "config"))
    done = subprocess.run(["bash", "-c", there], cwd=ROOT, env={**project.env, **AUTHOR}, capture_output=True,
                          text=True, timeout=300, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


def dashboard_shows_order(project, folder):
    browser = Browser(folder / "chromium")
    try:
        browser.open(project.url("hystrix-dashboard", "/"))
        browser.until_text("#circuits [data-name='coffeeOrder'] [data-slot='word']", "CLOSED", 20)
        assert browser.console() == []
    finally:
        browser.end()


def members(said):
    return len(json.loads(said)["application"]["instance"])


def test_every_command_of_the_section_works(project, tmp_path):
    ours = project()
    ran = list(commands(lambda title: title == SECTION))
    assert sum("docker-compose up" in command for command in ran) == 2
    for command in ran:
        if command.startswith("curl") and "POST" in command and "coffeeOrder/coffeeOrder" in command:
            ours.wait_routed(60)  # a person types slower than the services start
        said = run(ours, command, tmp_path)
        check(ours, command, said, lambda: run(ours, command, tmp_path), tmp_path)
    assert ours.containers() == []


def check(project, command, said, again, folder):
    """What the README promises of a command."""
    if "coffeeOrder/coffeeOrder" in command:
        assert '"coffeeName":"espresso"' in said
    elif "coffeeOrderStatus" in command:
        wait_until(lambda: "espresso" in again(), 10, "the order in status")
    elif command.endswith("/api/v1/order"):
        assert '"allRecordCount":1' in said
        dashboard_shows_order(project, folder)
    elif "/actuator/refresh" in command:
        # config-server looks for new commits a few times a second
        wait_until(lambda: "msaconfig.greeting" in said or "msaconfig.greeting" in again(), 10,
                   "the refresh to name the key", every=0.2)
    elif "/actuator/env/" in command:
        assert "good morning" in said
    elif "HUP" in command:
        wait_until(lambda: "refresh.done" in project.logs("coffee-order"), 10, "order's word of it",
                   every=0.2)
    elif "apps/msa-service-coffee-member" in command:
        wait_until(lambda: members(again()) == 3, 20, "three members", every=0.2)


def test_the_environment_names_every_variable():
    """The variables of docker-compose.yml are explained in docs/compose.md."""
    text = (ROOT / "docker" / "docker-compose.yml").read_text()
    explained = (ROOT / "docs" / "compose.md").read_text()
    used = {part.partition(":")[0] for part in text.split("${")[1:]}
    assert used and all(f"`{name}`" in explained for name in used), sorted(used)
