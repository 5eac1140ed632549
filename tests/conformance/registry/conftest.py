"""The registry on each mount point, spoken to in each language."""
import pytest

from eureka_wire import LANGUAGES, MOUNTS, Wire


@pytest.fixture(params=MOUNTS, ids=["eureka", "v2"])
def mount(request):
    return request.param


@pytest.fixture(params=LANGUAGES)
def language(request):
    return request.param


@pytest.fixture
def start(daemon, mount):
    """start(language, {setting: value}) starts a registry that asks no config server."""
    def start_registry(language, settings=None):
        given = {"spring.cloud.config.enabled": "false", **(settings or {})}
        return Wire(daemon("eureka-registry", settings=given), mount, language)
    return start_registry


@pytest.fixture
def wire(start, language):
    """For what is the same in both languages."""
    return start(language)


@pytest.fixture
def json_wire(start):
    return start("json")


@pytest.fixture
def xml_wire(start):
    return start("xml")
