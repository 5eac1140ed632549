"""The commands of config-server's README, with places and ports of this test's own."""
import os
import shlex
import subprocess

from harness.readme import commands
from harness.repositories import CLEAN
from harness.running import binary
from harness.stack import ROOT

SOURCE = "config-server/README.md"
NGINX = "listen ${server.port:8080}; # ${msaconfig.greeting}\n"


def moved(command, folder):
    """The same command for a repository of the test's own."""
    return command.replace("/srv/", f"{folder}/").replace("=config-repo", f"={ROOT}/config-repo")


def settings_of(command):
    return dict(word[2:].split("=", 1) for word in shlex.split(command)[1:])


def push_what_the_readme_asks_for(folder):
    """A file, and the branch release/2."""
    def git(*arguments, cwd=folder / "work"):
        subprocess.run(["git", *arguments], cwd=cwd, check=True, env={**os.environ, **CLEAN}, capture_output=True)
    git("clone", "-q", str(folder / "config.git"), "work", cwd=folder)
    (folder / "work" / "nginx.conf").write_text(NGINX)
    git("add", "-A")
    git("commit", "-q", "-m", "A file")
    git("push", "-q", "origin", "HEAD:main", "HEAD:refs/heads/release/2")


WORDS = {   # what stands in an answer
    "/dev/release": '"label":"release/2"', "v2+json": '"origin":"', "-dev.yml": "msaconfig:\n",
    ".properties": "msaconfig.greeting: welcome to dev server", ".json": '"greeting":"welcome to dev server"',
    "resolvePlaceholders=false": "${kafka.host:localhost}",
    "nginx.conf": "listen 8080; # welcome to dev server\n", "octet-stream": NGINX}


def check_answer(command, said):
    word = next((WORDS[part] for part in reversed(WORDS) if part in command), '"propertySources":[')
    assert word in said, f"{command}: {word!r} is not in {said[:500]}"


def test_the_first_block(daemon, tmp_path):
    """A server as it is started there, and each curl."""
    first, *curls = [moved(command, tmp_path) for command in commands(lambda title: title == "", SOURCE)]
    assert first.startswith("config-server ") and len(curls) >= 10
    server = daemon("config-server", settings_of(first))
    push_what_the_readme_asks_for(tmp_path)
    for command in curls:
        there = command.replace("localhost:8888", f"127.0.0.1:{server.port}").replace("curl ", "curl -fsS --retry 20 "
                                                                                      "--retry-all-errors ", 1)
        done = subprocess.run(["bash", "-c", there], capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, f"{command}: {done.stderr}"
        check_answer(command, done.stdout)


def test_the_other_commands(tmp_path):
    """Each way to start a server is one that it takes, --init-repo does what it says."""
    (tmp_path / "config").mkdir()
    subprocess.run(["git", "init", "-q", str(tmp_path / "config")], check=True)
    env = {**os.environ, "PATH": f"{binary('config-server').parent}:{os.environ['PATH']}", "CREMA_HOME": str(tmp_path)}
    seen = []
    for command in commands(lambda title: title != "", SOURCE):
        if "config-server " not in command:
            continue
        there = moved(command, tmp_path) + ("" if "--init-repo" in command else " --check-config")
        done = subprocess.run(["bash", "-c", there], capture_output=True, text=True, env=env, timeout=60, check=False)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        assert "warning" not in done.stderr, done.stderr
        seen.append(command)
    assert len(seen) >= 2 and (tmp_path / "config.git" / "HEAD").exists()
