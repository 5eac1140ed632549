"""The registry for the suites of this folder, on either mount point."""
import pytest

from eureka_records import MOUNTS, Registry


@pytest.fixture
def start(daemon):
    """start(mount, **settings) starts a registry that asks no config server."""
    def start_registry(mount=MOUNTS[0], settings=None):
        return Registry(daemon("eureka-registry",
                               settings={"spring.cloud.config.enabled": "false", **(settings or {})}), mount)
    return start_registry


@pytest.fixture
def registry(start):
    return start()


@pytest.fixture(params=MOUNTS)
def mounted(start, request):
    return start(request.param)
