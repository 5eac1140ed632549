"""Which address is registered, in a network of the test's own with several interfaces."""
import json
import os
import subprocess

import pytest

from harness.poll import wait_until
from harness.running import binary, sanitizer_env

SETTINGS = ["--spring.cloud.config.enabled=false", "--server.port=0",
            "--spring.kafka.bootstrap-servers=127.0.0.1:1"]
# docker0 has the lowest index, as on a machine with an engine; eth1 comes before eth0 in the list of
# names and behind it by index.
NETWORK = """
ip link set lo up
add() { ip link add "$1" type veth peer name "p$1" && ip addr add "$2" dev "$1" && ip link set "$1" up; }
add docker0 172.17.0.1/16
add eth0 10.20.0.5/24
add eth1 192.168.7.9/24
ip link add down0 type veth peer name pdown0
ip addr add 10.99.0.1/24 dev down0
hostname box-17
exec sleep 600
"""


@pytest.fixture
def network(tmp_path):
    """Calls commands inside: network(argv, **kwargs) is a Popen."""
    holder = subprocess.Popen(["unshare", "-n", "-u", "sh", "-ec", NETWORK], stdout=subprocess.DEVNULL)
    started = []

    def inside(argv, **kwargs):
        entered = subprocess.Popen(["nsenter", "-t", str(holder.pid), "-n", "-u", *argv], **kwargs)
        started.append(entered)
        return entered

    def is_up():
        assert holder.poll() is None, "the network could not be made"
        done = subprocess.run(["nsenter", "-t", str(holder.pid), "-u", "hostname"], check=False,
                              capture_output=True, text=True)
        return done.stdout.strip() == "box-17"
    try:
        wait_until(is_up, 10, "the network")
        yield inside
    finally:
        for child in reversed(started):
            child.terminate()
            child.wait(15)
        holder.kill()
        holder.wait()


def start(network, name, home, *arguments):
    home.mkdir()
    with open(home / "log", "ab") as log:
        child = network([str(binary(name)), *SETTINGS, *arguments], stdout=log, stderr=log,
                        env={**os.environ, **sanitizer_env(), "CREMA_HOME": str(home)})

    def announced():
        assert child.poll() is None, (home / "log").read_text()
        return json.loads((home / "run" / f"{name}.json").read_text())["port"]
    return wait_until(announced, 20, f"{name} to be ready")


GET = ("import sys, urllib.request as r\n"
       "q = r.Request(sys.argv[1], headers={'Accept': 'application/json'})\n"
       "sys.stdout.write(r.build_opener(r.ProxyHandler({})).open(q, timeout=5).read().decode())\n")


@pytest.fixture
def registered(network, tmp_path):
    """registered(arguments...) starts a member and returns (hostName, ipAddr, homePageUrl)."""
    registry = start(network, "eureka-registry", tmp_path / "registry")
    url = f"http://127.0.0.1:{registry}/eureka/"

    def get():
        child = network(["/usr/bin/python3", "-c", GET, f"{url}apps/MSA-SERVICE-COFFEE-MEMBER"],
                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        text = child.communicate(timeout=20)[0]
        return json.loads(text)["application"]["instance"][0] if text else None

    def register(*arguments):
        port = start(network, "coffee-member", tmp_path / "member",
                     f"--eureka.client.service-url.defaultZone={url}", *arguments)
        one = wait_until(get, 10, "the entry", every=0.1)
        assert one["homePageUrl"] == f"http://{one['hostName']}:{port}/"
        return one["hostName"], one["ipAddr"]
    return register


@pytest.mark.parametrize("arguments, host, ip", [
    ([], "box-17", "172.17.0.1"),
    (["--spring.cloud.inetutils.ignored-interfaces=docker.*,veth.*"], "box-17", "10.20.0.5"),
    (["--spring.cloud.inetutils.ignored-interfaces=docker"], "box-17", "172.17.0.1"),
    (["--spring.cloud.inetutils.preferred-networks=192.168"], "box-17", "192.168.7.9"),
    (["--spring.cloud.inetutils.preferred-networks[0]=11[.].*",
      "--spring.cloud.inetutils.preferred-networks[1]=10[.]20[.].*"], "box-17", "10.20.0.5"),
    (["--spring.cloud.inetutils.preferred-networks=10.99"], "localhost", "127.0.0.1"),
    (["--spring.cloud.inetutils.use-only-site-local-interfaces=true",
      "--spring.cloud.inetutils.ignored-interfaces=docker0,eth0"], "box-17", "192.168.7.9"),
    (["--eureka.instance.prefer-ip-address=true",
      "--spring.cloud.inetutils.ignored-interfaces=docker0"], "10.20.0.5", "10.20.0.5"),
    (["--eureka.instance.hostname=coffee-member", "--eureka.instance.ip-address=10.1.2.3"],
     "coffee-member", "10.1.2.3"),
    (["--server.address=192.168.7.9"], "192.168.7.9", "192.168.7.9"),
])
def test_what_others_reach_is_registered(registered, arguments, host, ip):
    assert registered(*arguments) == (host, ip)


def test_an_expression_that_is_none_ends_the_start(tmp_path):
    done = subprocess.run([str(binary("coffee-member")), *SETTINGS,
                           "--spring.cloud.inetutils.ignored-interfaces=docker(.*"],
                          capture_output=True, text=True, check=False, timeout=20,
                          env={**os.environ, **sanitizer_env(), "CREMA_HOME": str(tmp_path)})
    assert done.returncode == 78
    errors = [line for line in done.stderr.splitlines() if "level=error" in line]
    assert len(errors) == 1 and "spring.cloud.inetutils.ignored-interfaces" in errors[0]
    assert "docker(.*" in errors[0]
