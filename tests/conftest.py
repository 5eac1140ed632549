"""Fixtures that every pytest suite shares."""
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from harness.fresh import free_offset  # noqa: E402
from harness.running import SANITIZER, Running, preset, sanitizer_env  # noqa: E402
from harness.stack import Stack  # noqa: E402


def pytest_configure(config):
    config.addinivalue_line("markers", "soak: lasts for minutes; has suites of its own, beside the others")


@contextmanager
def daemons(folder):
    """What the fixtures below share: start(name, settings={...}, env={...}, home=...)."""
    started = []

    def start(name, settings=None, env=None, home=None, **how):
        home = home or folder / str(len(started))  # short: a socket's path has 107 bytes at most
        running = Running(name, home, settings, env, **how)
        started.append(running)
        return running

    yield start
    codes = {}
    for running in reversed(started):
        if running.child.poll() is None:
            codes[running.name] = running.stop()
    for running in started:
        running.check_log()
    assert all(code == 0 for code in codes.values()), f"exit codes after SIGTERM: {codes}"


@pytest.fixture
def daemon(tmp_path):
    """daemon(name, settings={...}, env={...}, home=...) starts one; all are ended after the test.

    A daemon that the test did not end itself must leave on SIGTERM with exit code 0, and no log may
    hold a sanitizer's report.
    """
    with daemons(tmp_path) as start:
        yield start


@pytest.fixture(scope="module")
def shared_daemon(tmp_path_factory):
    """The same, for a daemon that all tests of a module share."""
    with daemons(tmp_path_factory.mktemp("shared")) as start:
        yield start


@pytest.fixture
def stack(tmp_path, monkeypatch):
    """stack(extra={daemon: [arguments]}, broker="apache") starts the nine processes and waits until they
    are ready."""
    for key, value in sanitizer_env().items():
        monkeypatch.setenv(key, value)
    started = []

    def start(extra=None, broker=None):
        made = Stack(free_offset(), home=tmp_path / f"home-{len(started)}", preset=preset(),
                     broker=broker)
        made.extra = extra or {}
        started.append(made)
        made.up()
        made.wait_ready(60)
        return made

    yield start
    stubborn = [name for made in started for name in made.down()]
    for made in started:
        for log in (made.home / "log").glob("*.log"):
            found = SANITIZER.search(log.read_text(errors="replace"))
            assert not found, f"{log.name}: {log.read_text(errors='replace')[found.start():][:4000]}"
    assert not stubborn, f"did not end in time: {stubborn}"
