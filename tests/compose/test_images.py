"""What the images hold and what a container may do: least privilege, few bytes."""
import json

import pytest

from harness.compose import DAEMONS, GIT_IMAGE, IMAGE, layer_bytes

LAYERS_MAX = 12_000_000  # bytes of ours; Debian's libraries are a layer of their own


def test_our_layers_are_small(engine, capsys):
    ours, libraries = layer_bytes(engine)
    with capsys.disabled():
        print(f"\nimage: {ours / 1e6:.1f} MB ours, {libraries / 1e6:.1f} MB Debian's libraries")
    assert 0 < ours <= LAYERS_MAX
    assert libraries


def test_no_compiler_is_in_the_image(engine):
    listed = engine.docker("run", "--rm", "--entrypoint", "dpkg-query", IMAGE, "-W", "-f=${Package}\n").split()
    assert "libmicrohttpd12" in listed
    assert not {"gcc", "cmake", "pkg-config", "git", "curl"} & set(listed)


def test_the_labels_are_ocis(engine):
    for image in (IMAGE, GIT_IMAGE):
        labels = engine.inspect(image)["Config"]["Labels"]
        assert labels["org.opencontainers.image.title"].startswith("Crema")
        assert labels["org.opencontainers.image.description"]


@pytest.mark.parametrize("service", DAEMONS)
def test_a_daemon_has_no_privilege(shop, service):
    record = shop.engine.inspect(shop.container(service))
    config, host = record["Config"], record["HostConfig"]
    assert config["User"] == "10001:10001"
    assert host["ReadonlyRootfs"] and host["CapDrop"] == ["ALL"] and not host["CapAdd"]
    assert any("no-new-privileges" in option for option in host["SecurityOpt"])
    assert host["Memory"] == 64 * 1024 * 1024
    assert config["Healthcheck"]["Test"] == ["CMD", service, "--healthcheck"]
    status = dict(line.split(":\t", 1) for line in
                  open(f"/proc/{record['State']['Pid']}/status", encoding="ascii").read().splitlines()
                  if ":\t" in line)
    assert status["Uid"].split()[0] == "10001"
    assert int(status["CapEff"], 16) == 0 and status["NoNewPrivs"] == "1"


def test_ports_are_published_on_this_machine_only(shop):
    for service in shop.ports:
        bound = shop.engine.inspect(shop.container(service))["HostConfig"]["PortBindings"]
        assert {row["HostIp"] for rows in bound.values() for row in rows} == {"127.0.0.1"}
    for service in ("coffee-order", "coffee-member", "coffee-status"):
        assert not shop.engine.inspect(shop.container(service))["HostConfig"]["PortBindings"]


def test_logs_are_json(shop):
    for service in DAEMONS:
        lines = shop.engine.docker("logs", shop.container(service)).splitlines()
        assert lines == []  # stdout is nobody's
        record = json.loads(shop.logs(service).splitlines()[0])
        assert record["daemon"] == service and record["level"] and record["ts"]
