"""Remote repositories behind SSH: OpenSSH's client in the fetching process, a private sshd at the other end."""
from pathlib import Path

import pytest
from harness.poll import wait_until
from harness.remotes import FAST, GIT, details, fetching, lines, wait_value
from harness.running import run_once

PASSPHRASE = "crema-passphrase-1"


@pytest.fixture
def ssh(hosts, hosted):
    """(host, repository, settings that log in there)."""
    host = hosts("ssh")
    repo = hosted({"foo.yml": "a: 1"}, host)
    return host, repo, {**FAST, GIT + "timeout": "20", **host.login()}


def refusal(server):
    """Why nothing could be fetched, once that is known."""
    return wait_until(lambda: "was never fetched" in server.get("/foo/default").text and
                      server.get("/foo/default").json["detail"], 30, "the refusal")


def test_a_repository_behind_ssh(ssh, serve):
    _, repo, settings = ssh
    server = serve(repo, settings)
    first = server.environment("/foo/default")
    assert first["propertySources"] == [{"name": f"{repo.uri}/foo.yml", "source": {"a": 1}}]
    repo.push({"foo.yml": "a: 2"})
    wait_value(server, 2)
    assert not lines(server, "level=error")


def test_a_key_with_a_passphrase(ssh, serve):
    host, repo, settings = ssh
    host.new_key("user", PASSPHRASE)
    settings |= {GIT + "private-key": host.key.read_text()}
    server = serve(repo, {**settings, GIT + "passphrase": PASSPHRASE})
    wait_value(server, 1)
    wrong = serve(repo, {**settings, GIT + "passphrase": "another"})
    assert "refuses the login" in refusal(wrong) and GIT + "passphrase" in refusal(wrong)


def test_the_key_of_the_host_is_checked(ssh, serve):
    host, repo, settings = ssh
    del settings[GIT + "known-hosts-file"]
    algorithm, key = host.public_key()
    unknown = serve(repo, settings)
    assert "the host's key is not known" in refusal(unknown)
    named = serve(repo, {**settings, GIT + "host-key": key, GIT + "host-key-algorithm": algorithm})
    wait_value(named, 1)
    careless = serve(repo, {**settings, GIT + "strict-host-key-checking": "false"})
    wait_value(careless, 1)


def test_a_host_that_changes_its_key_is_not_trusted(ssh, serve):
    host, repo, settings = ssh
    server = serve(repo, settings)
    wait_value(server, 1)
    host.new_key("host")
    repo.push({"foo.yml": "a: 2"})
    known = wait_until(lambda: details(server).get("notNewer"), 30, "health to say it")
    assert "the host's key is another one than before" in known
    assert server.first("/foo/default") == {"a": 1}
    host.known_hosts()
    wait_value(server, 2)


def test_a_login_that_is_refused(ssh, serve):
    host, repo, settings = ssh
    other = host.new_key("other")
    server = serve(repo, {**settings, GIT + "private-key": other.read_text()})
    assert "the host refuses the login: set " + GIT + "private-key" in refusal(server)
    nothing = serve(repo, {**settings, GIT + "private-key": "no key"})
    assert GIT + "private-key" in refusal(nothing)


def test_a_repository_that_is_not_there(ssh, serve):
    _, repo, settings = ssh
    repo.uri += "-not"
    assert "there is no such repository" in refusal(serve(repo, settings))


def test_a_host_that_is_away(ssh, serve):
    host, repo, settings = ssh
    host.stop()
    server = serve(repo, settings)
    assert "Connection refused" in refusal(server)
    host.start()
    wait_value(server, 1)


def test_no_client_on_this_machine(ssh, serve):
    _, repo, settings = ssh
    server = serve(repo, settings, env={"PATH": "/nonexistent"})
    assert "apt-get install openssh-client" in refusal(server)


def family(pid):
    """The process and all below it."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += family(int(child))
    return found


def test_a_host_that_says_nothing_is_given_up(ssh, hosts, hosted, serve):
    """Nothing is left of a fetch, and while it lasts no secret can be seen by others."""
    host, _, settings = ssh
    host.new_key("user", PASSPHRASE)
    relay = hosts(host)
    repo = hosted({"foo.yml": "a: 1"}, relay)
    settings |= {GIT + "private-key": host.key.read_text(), GIT + "passphrase": PASSPHRASE,
                 GIT + "timeout": "3"}
    server = serve(repo, settings)
    fetcher = wait_until(lambda: fetching(server), 10, "a fetch")
    both = wait_until(lambda: len(family(fetcher)) == 2 and family(fetcher), 10, "ssh to be started")
    for pid in both:
        for name in ("cmdline", "environ"):
            seen = Path(f"/proc/{pid}/{name}").read_bytes()
            assert PASSPHRASE.encode() not in seen and b"PRIVATE KEY" not in seen
    assert "nothing came for 3 s" in refusal(server)
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in both), 10, "both to be gone")


@pytest.mark.parametrize("settings, words", [
    ({"host-key": "AAAA"}, "set both or none"),
    ({"host-key": "AAAA", "host-key-algorithm": "ssh-x"}, "'ssh-x' is none"),
    ({"known-hosts-file": "/nonexistent"}, "known-hosts-file: '/nonexistent': No such file"),
    ({"uri": "ssh://host"}, "names no repository behind SSH"),
    ({"uri": "-oProxyCommand=id:r"}, "names no repository behind SSH"),
])
def test_settings_that_cannot_be(tmp_path, settings, words):
    given = {"uri": "git@host:r.git", **settings}
    refused = run_once("config-server", *[f"--{GIT}{key}={value}" for key, value in given.items()],
                       "--check-config", home=tmp_path)
    assert refused.returncode == 78 and words in refused.stderr
