"""Fixtures that put config servers over real git repositories; a suite's conftest.py imports them."""
from functools import partial

import pytest

from .git_hosts import EndlessPage, GitDaemon, Host, HttpHost, HttpsHost, Relay, SshHost
from .lying_host import LyingHost
from .repositories import Hosted, Repository, Server


@pytest.fixture
def repository(tmp_path):
    """repository(files, branch=...) makes one with a first commit."""
    made = []

    def make(files=None, branch="main"):
        repo = Repository(tmp_path / f"repo-{len(made)}", branch)
        made.append(repo)
        if files is not None:
            repo.commit(files, "first")
        return repo
    return make


@pytest.fixture
def serve(daemon):
    """serve(repository, **settings under spring.cloud.config.server) starts a server over it."""

    def start(repo, settings=None, **kwargs):
        given = {"spring.cloud.config.server.git.uri": repo.uri, **(settings or {})}
        return Server(daemon("config-server", given, **kwargs), repo)
    return start


@pytest.fixture
def hosts(tmp_path):
    """hosts(kind, ...) starts a git host over `root`, which ends with the test."""
    started = []
    root = tmp_path / "served"
    root.mkdir()
    kinds = {"git": GitDaemon, "http": HttpHost, "https": HttpsHost, "lying": LyingHost,
             "endless": EndlessPage,
             "ssh": partial(SshHost, folder=tmp_path / "ssh")}

    def start(kind, **options):
        if isinstance(kind, Host):
            host = Relay(kind, **options)
        else:
            host = kinds[kind](root, **options)
        started.append(host)
        return host
    yield start
    for host in started:
        host.close()


@pytest.fixture
def hosted(tmp_path, hosts):
    """hosted(files, host="git") is a repository with a first commit behind a git host."""
    made = []

    def make(files=None, host="git"):
        host = hosts(host) if isinstance(host, str) else host
        number = len(made)
        repo = Hosted(tmp_path / f"work-{number}", tmp_path / "served" / f"config-{number}.git", host)
        made.append(repo)
        if files is not None:
            repo.push(files)
        return repo
    return make
