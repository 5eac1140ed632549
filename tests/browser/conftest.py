"""A browser, a stream whose words the test writes, and the dashboard between them."""
import pytest

from harness.browser import Browser
from harness.origin import Origin
from harness.stack import ROOT

PICTURES = ROOT / "build" / "browser"


@pytest.fixture(scope="session")
def chromium(tmp_path_factory):
    made = Browser(tmp_path_factory.mktemp("chromium"))
    yield made
    made.end()


@pytest.fixture
def browser(chromium):
    """The one browser, on an empty page, as if it were new: every daemon has an origin of its own."""
    chromium.renew()
    yield chromium
    chromium.open("about:blank")


@pytest.fixture
def picture(browser, request):
    """picture(name) keeps what the browser shows as build/browser/<test>-<name>.png, for people."""
    def take(name):
        browser.screenshot(PICTURES / f"{request.node.name}-{name}.png")
    return take


@pytest.fixture
def origin():
    made = Origin()
    yield made
    made.stop()


@pytest.fixture
def dashboard(daemon, origin):
    """The dashboard, its front page fed by the origin."""
    return daemon("hystrix-dashboard", {"crema.dashboard.stream": origin.url(),
                                        "spring.cloud.config.enabled": "false",
                                        "eureka.client.enabled": "false"})
