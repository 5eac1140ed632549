"""Fixtures that every pytest suite shares."""
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from harness.running import Running  # noqa: E402


@pytest.fixture
def daemon(tmp_path):
    """daemon(name, settings={...}, env={...}, home=...) starts one; all are ended after the test.

    A daemon that the test did not end itself must leave on SIGTERM with exit code 0, and no log may
    hold a sanitizer's report.
    """
    started = []

    def start(name, settings=None, env=None, home=None, arguments=()):
        home = home or tmp_path / f"{name}-{len(started)}"
        running = Running(name, home, settings, env, arguments)
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
