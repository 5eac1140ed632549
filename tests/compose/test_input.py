"""What people get wrong: a line that they understand, and a state that recovers when the cause goes."""
import re
import socket

from harness.compose import DAEMONS, FILE, GIT_IMAGE, IMAGE
from harness.poll import wait_until


def eventually_said(words, pattern, what, seconds=30):
    wait_until(lambda: re.search(pattern, words()), seconds, f"{what} to say /{pattern}/", every=0.2)


def test_a_host_port_in_use_is_named(project):
    ours = project()
    with socket.create_server(("127.0.0.1", ours.ports["zuul-gateway"])):
        refused = ours.up("--no-deps", "zuul-gateway", check=False)
        assert refused.returncode != 0
        assert str(ours.ports["zuul-gateway"]) in refused.stderr
        assert re.search("already (allocated|in use)", refused.stderr)
    ours.up("--no-deps", "zuul-gateway")
    wait_until(lambda: ours.gateway("GET", "/actuator/health/liveness").status == 200, 20, "the gateway")


def test_a_config_remote_that_cannot_be_reached_is_waited_for(project):
    ours = project(env={"CREMA_CONFIG_URI": "git://config-remote/config.git"})
    refused = ours.up("config-server", "eureka-registry", check=False)
    assert refused.returncode != 0 and "unhealthy" in refused.stderr
    eventually_said(lambda: ours.logs("config-server"), "git://config-remote/config.git", "the log")
    eventually_said(lambda: ours.health_words("config-server"), "git://config-remote/config.git", "the probe")

    remote, volume = f"{ours.name}-remote", f"{ours.name}-remote"
    network = f"{ours.name}_default"
    try:
        ours.engine.docker("run", "--rm", "-v", f"{volume}:/var/lib/crema", "--entrypoint", "config-server", IMAGE,
                           "--init-repo", "--spring.cloud.config.server.git.uri=file:/var/lib/crema/config.git",
                           "--crema.config.init-from=/usr/share/crema/config-repo")
        ours.engine.docker("run", "-d", "--init", "--name", remote, "--network", network, "--network-alias",
                           "config-remote", "-v", f"{volume}:/var/lib/crema", GIT_IMAGE)
        wait_until(lambda: ours.healthy("config-server"), 60, "the config server to recover", every=0.2)
        ours.up("config-server", "eureka-registry")
        answer = ours.get("config-server", "/msa-service-coffee-order/default")
        assert answer.status == 200 and answer.json["propertySources"]
    finally:
        ours.engine.docker("rm", "-f", remote)
        ours.down("-v")
        ours.engine.docker("volume", "rm", volume)


def test_a_profile_that_nobody_knows_is_named(project):
    ours = project(env={"CREMA_PROFILE": "prodd"})
    ours.up("config-server", "eureka-registry")
    eventually_said(lambda: ours.logs("eureka-registry"), "prodd", "the log")
    wait_until(lambda: ours.healthy("eureka-registry"), 30, "the registry to work all the same", every=0.2)


def test_too_little_memory_is_named_and_more_helps(project):
    ours = project(env={"CREMA_MEMORY": "8m"})
    refused = ours.up("config-server", "eureka-registry", check=False)
    assert refused.returncode != 0
    eventually_said(lambda: ours.logs("config-server"), "memory.*8.0 MB", "the log")
    eventually_said(lambda: ours.health_words("config-server"), "memory.*8.0 MB", "the probe")
    ours.engine.docker("update", "--memory", "64m", "--memory-swap", "64m", ours.container("config-server"))
    wait_until(lambda: ours.healthy("config-server"), 30, "the config server to recover", every=0.2)


def test_a_broker_of_another_cluster_is_named_and_the_right_one_helps(shop):
    before = shop.order()
    wait_until(lambda: before in shop.statuses(), 30, "status to have it", every=0.2)
    shop.run("stop", "kafka")
    other = f"{shop.name}-other"
    try:
        shop.engine.docker("run", "-d", "--name", other, "--network", f"{shop.name}_default",
                           "--network-alias", "kafka", "--hostname", "kafka",
                           "-e", "CLUSTER_ID=b3RoZXItY2x1c3Rlci1pZA", "-e", "KAFKA_HEAP_OPTS=-Xmx256m",
                           "-v", f"{FILE.parent}/kafka/server.properties:/mnt/shared/config/server.properties:ro",
                           "apache/kafka:4.1.1")
        eventually_said(lambda: shop.logs("coffee-order"), "b3RoZXItY2x1c3Rlci1pZA", "order's log", 90)
        accepted = shop.order()
        eventually_said(lambda: shop.health_words("coffee-order"), "on-new-cluster", "order's probe", 60)
    finally:
        shop.engine.docker("rm", "-f", "-v", other)
        shop.up()
    wait_until(lambda: shop.healthy("coffee-order"), 90, "order to be well again", every=0.5)
    wait_until(lambda: accepted in shop.statuses(), 60, "status to have what was accepted meanwhile", every=0.2)
    assert all(shop.state(service)["Running"] for service in DAEMONS)
