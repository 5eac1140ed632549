"""One engine, the images, and one running project for the whole suite."""
import os

import pytest

from harness.compose import GIT_IMAGE, IMAGE, Project
from harness.engine import engine as any_engine
from harness.steps import step


@pytest.fixture(scope="session")
def engine(request):
    """The engine, with every image present: ours are built anew, as the sources may have changed."""
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        print(flush=True)
        with any_engine() as made:
            made.ensure_base()
            made.build(IMAGE, "runtime")
            made.build(GIT_IMAGE, "config-git")
            made.ensure_kafka()
            yield made


@pytest.fixture
def project(engine, request):
    """project(env={...}) is a project of its own, not yet started; its containers and volumes go away."""
    made = []

    def make(**kwargs):
        made.append(Project(engine, f"cremat{os.getpid()}x{len(made)}", **kwargs))
        return made[-1]

    yield make
    for one in made:
        if request.node.stash.get(FAILED, False):
            print(one.run("ps", check=False).stdout, one.run("logs", "--no-color", "--tail=40", check=False).stdout)
        one.down("-v")


@pytest.fixture(scope="session")
def shop(engine):
    """The stack that the tests share, up and routed; whoever hurts it waits until it is well again."""
    made = Project(engine, f"cremat{os.getpid()}")
    try:
        with step("docker-compose up -d"):
            made.up()
            made.wait_routed()
        yield made
    finally:
        made.down("-v")


FAILED = pytest.StashKey()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    if call.when == "call" and call.excinfo:
        item.stash[FAILED] = True
    return outcome
