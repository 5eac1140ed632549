"""The sample in config-repo/: every daemon takes every profile, and knows each of its keys."""
import json
import re

import pytest

from harness.running import run_once
from harness.stack import ROOT

GIT = "spring.cloud.config.server.git."
SAMPLE = ROOT / "config-repo"
APPLICATIONS = {
    "config-server": "msa-architecture-config-server", "eureka-registry": "msa-architecture-eureka-server",
    "zuul-gateway": "msa-architecture-zuul-server", "turbine-aggregator": "msa-architecture-turbine-server",
    "hystrix-dashboard": "msa-architecture-hystrix-dashboard", "coffee-order": "msa-service-coffee-order",
    "coffee-member": "msa-service-coffee-member", "coffee-status": "msa-service-coffee-status"}
PROFILES = ("default", "local", "dev", "test", "staging", "prod", "docker")
# What no daemon of ours binds: conditions, variables that other values name, the demonstration's greeting,
# and what Netflix' own registry would want in the place of ours.
OTHERS = re.compile(r"spring\.profiles|spring\.config\.activate\.on-profile|(registry|kafka)\.(host|port)|"
                    r"msaconfig\.greeting|eureka\.client\.(register-with-eureka|fetch-registry)")


@pytest.fixture(scope="module")
def sample(shared_daemon, tmp_path_factory):
    bare = tmp_path_factory.mktemp("sample") / "config.git"
    return shared_daemon("config-server", {GIT + "uri": f"file://{bare}", "crema.config.init-from": SAMPLE})


def sources(sample, application, profile):
    """[(file, {key: value})], the strongest first."""
    answer = sample.get(f"/{application}/{profile}")
    assert answer.status == 200, answer
    return [(source["name"], source["source"]) for source in answer.json["propertySources"]]


def merged(sample, application, profile):
    found = {}
    for _, source in reversed(sources(sample, application, profile)):
        found.update(source)
    return found


def relaxed(key):
    """As keys are compared: without hyphens and case, indexes aside."""
    return re.sub(r"\[\d+\]", "", key).replace("-", "").lower()


def known(daemon):
    """An expression for the keys of a daemon's settings, as it lists them itself."""
    said = run_once(daemon, "--settings-markdown")
    shared = (ROOT / "docs" / "settings.md").read_text().partition("## Every daemon")[2].partition("\n## ")[0]
    keys = re.findall(r"^\| `([^`]+)`", said.stdout + shared, re.MULTILINE)
    assert len(keys) > 20, said
    return re.compile("|".join(re.sub(r"<[^>]+>", ".+", re.escape(relaxed(key)).replace(r"\<", "<").replace(
        r"\>", ">")) for key in keys))


@pytest.mark.parametrize("daemon", APPLICATIONS)
def test_each_daemon_takes_every_profile_without_a_warning(sample, daemon, tmp_path):
    for profile in PROFILES:
        given = merged(sample, APPLICATIONS[daemon], profile)
        own = {GIT + "uri": f"file://{tmp_path}", "crema.config.init-from": str(SAMPLE)}
        env = {"SPRING_APPLICATION_JSON": json.dumps({**given, **(own if daemon == "config-server" else {})})}
        done = run_once(daemon, "--check-config", env=env, home=tmp_path)
        assert (done.returncode, done.stderr) == (0, ""), f"{profile}: {done.stderr}"
        assert f"{daemon}: the configuration is fine" in done.stdout


@pytest.mark.parametrize("daemon", APPLICATIONS)
def test_each_key_of_a_daemons_own_files_is_one_of_its_settings(sample, daemon):
    settings = known(daemon)
    for profile in PROFILES:
        for name, source in sources(sample, APPLICATIONS[daemon], profile):
            if APPLICATIONS[daemon] in name:
                unknown = [key for key in source
                           if not settings.fullmatch(relaxed(key)) and not OTHERS.fullmatch(key)]
                assert not unknown, f"{name}: {unknown}"


def test_each_shared_key_is_a_setting_of_some_daemon(sample):
    settings = [known(daemon) for daemon in APPLICATIONS]
    for profile in PROFILES:
        for name, source in sources(sample, "nobody", profile):
            unknown = [key for key in source if not OTHERS.fullmatch(key)
                       and not any(one.fullmatch(relaxed(key)) for one in settings)]
            assert not unknown, f"{name}: {unknown}"


def test_every_file_is_read_for_some_daemon_and_profile(sample):
    """No file with a name that is nobody's."""
    read = {name for application in APPLICATIONS.values() for profile in PROFILES
            for name, _ in sources(sample, application, profile)}
    for file in SAMPLE.glob("*.yml"):
        assert any(re.search(rf"[/\[]{re.escape(file.name)}\b", name) for name in read), f"{file.name}: never read"


def test_what_the_profiles_promise(sample):
    """The table of the sample's README."""
    def order(profile, name="msa-service-coffee-order"):
        return merged(sample, name, profile)
    assert order("prod")["crema.log.format"] == order("staging")["crema.log.format"] == "json"
    assert order("prod")["crema.shutdown.drain-ms"] > 5000 > order("local")["crema.shutdown.drain-ms"]
    assert order("dev")["logging.level.root"] == "debug"
    assert order("prod")["management.endpoint.health.show-details"] == "never"
    assert order("staging")["management.endpoint.health.show-details"] == "always"
    assert order("docker")["registry.host"] == "eureka-registry" and order("docker")["msaconfig.greeting"] == "hello"
    assert order("local")["hystrix.command.default.execution.timeout.enabled"] is False
    assert order("test")["hystrix.command.default.circuitBreaker.sleepWindowInMilliseconds"] == 1000
    assert order("dev", "msa-architecture-zuul-server")["crema.gateway.expose-internal"] is True
    assert order("prod", "msa-architecture-eureka-server")["eureka.server.enable-self-preservation"] is True
    assert order("dev", "msa-architecture-eureka-server")["eureka.server.enable-self-preservation"] is False
