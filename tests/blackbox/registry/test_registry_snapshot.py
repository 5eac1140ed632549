"""A restarted registry knows its instances; a damaged snapshot is set aside."""
import os
import signal

from eureka_records import lease
from harness.poll import wait_until
from harness.running import run_once

LOCAL = {"spring.cloud.config.enabled": "false"}


def snapshot_of(home):
    return home / "data" / "eureka-registry.snapshot"


def on_disk(registry, text):
    """Waits until the snapshot has that text."""
    path = snapshot_of(registry.running.home)
    wait_until(lambda: path.exists() and text in path.read_text(), 10, f"{text} on disk")


def kill(registry):
    os.kill(registry.running.child.pid, signal.SIGKILL)
    registry.running.child.wait(10)


def again(daemon, registry, **settings):
    from eureka_records import Registry
    return Registry(daemon("eureka-registry", settings={**LOCAL, **settings}, home=registry.running.home))


def test_nothing_has_to_register_again_after_kill_9(daemon, registry):
    registry.register(metadata={"a": "1"}, vipAddress="orders")
    registry.register(id="down", status="DOWN")
    registry.running.post("/eureka/apps/node", json={"instance": {
        "app": "node", "hostName": "h", "ipAddr": "1.1.1.1", "dataCenterInfo": {"name": "MyOwn"}}})
    registry.running.put("/eureka/apps/NODE/h/metadata?instanceId=later")
    registry.running.put("/eureka/apps/ORDERS/i1/status?value=OUT_OF_SERVICE")
    registry.cancel(id="down")
    registry.register(id="last")
    on_disk(registry, '"last"')
    before = registry.all()
    version = int(registry.get("/apps").headers["X-Crema-Registry-Version"])
    kill(registry)
    warm = again(daemon, registry)
    assert warm.all() == before
    assert int(warm.get("/apps").headers["X-Crema-Registry-Version"]) > version
    for id in ("i1", "last"):
        assert warm.renew(id=id, query="?lastDirtyTimestamp=100").status == 200, id
    assert warm.renew(app="NODE", id="h").status == 200
    assert warm.instance(id="down") is None
    # The override is an override still.
    warm.register(dirty=200)
    assert warm.instance()["status"] == "OUT_OF_SERVICE"
    assert warm.running.delete("/eureka/apps/ORDERS/i1/status?value=UP").status == 200
    assert warm.instance()["status"] == "UP"


def test_an_orderly_end_writes_everything(daemon, registry):
    for number in range(20):
        registry.register(id=f"i{number}")
    assert registry.running.stop() == 0
    assert again(daemon, registry).hash() == "UP_20_"


def test_who_does_not_come_back_is_gone_when_due(daemon, registry):
    registry.register(**lease(duration=2, interval=1))
    on_disk(registry, '"i1"')
    kill(registry)
    warm = again(daemon, registry)
    assert warm.hash() == "UP_1_"
    wait_until(lambda: warm.hash() == "", 10, "the lease to end")


def test_a_damaged_snapshot_is_set_aside(daemon, registry):
    registry.register()
    assert registry.running.stop() == 0
    path = snapshot_of(registry.running.home)
    path.write_text(path.read_text().replace("10.0.0.5", "10.0.0.6"))
    cold = again(daemon, registry)
    assert cold.hash() == ""
    aside, = path.parent.glob("eureka-registry.snapshot.damaged-*")
    assert "10.0.0.6" in aside.read_text()
    assert "event=snapshot.damaged" in cold.running.log and "checksum" in cold.running.log
    cold.register(id="new")
    assert cold.running.stop() == 0
    assert again(daemon, registry).hash() == "UP_1_"


def test_a_snapshot_that_was_cut(daemon, registry):
    registry.register()
    registry.register(id="i2")
    assert registry.running.stop() == 0
    path = snapshot_of(registry.running.home)
    whole = path.read_bytes()
    for kept in (0, 10, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:kept])
        cold = again(daemon, registry)
        assert cold.hash() == "", kept
        assert "event=snapshot.damaged" in cold.running.log
        assert cold.running.stop() == 0
        for aside in path.parent.glob("*.damaged-*"):
            aside.unlink()


def test_two_registries_do_not_share_a_snapshot(registry, tmp_path):
    path = snapshot_of(registry.running.home)
    done = run_once("eureka-registry", "--server.port=0", "--spring.cloud.config.enabled=false",
                    f"--crema.eureka.snapshot.file={path}", home=tmp_path / "second")
    assert done.returncode == 1
    assert str(path) in done.stderr and "kept by another registry" in done.stderr
    assert "crema.eureka.snapshot.file" in done.stderr


def test_without_a_snapshot(daemon, start):
    registry = start(settings={"crema.eureka.snapshot.enabled": "false"})
    registry.register()
    assert registry.running.stop() == 0
    assert not snapshot_of(registry.running.home).exists()
    assert again(daemon, registry).hash() == ""


def test_a_disk_that_takes_nothing_is_said_once_and_tried_again(start, tmp_path):
    folder = tmp_path / "kept"
    registry = start(settings={"crema.eureka.snapshot.file": f"{folder}/registry"})
    blocker = folder / "registry.tmp"
    blocker.mkdir()
    (blocker / "x").write_text("")
    registry.register()
    wait_until(lambda: "event=snapshot.failed" in registry.running.log, 10, "the failure")
    (blocker / "x").unlink()
    blocker.rmdir()
    wait_until(lambda: (folder / "registry").exists(), 20, "the next try")
    wait_until(lambda: "event=snapshot.recovered" in registry.running.log, 10, "that to be said")
    assert registry.running.log.count("event=snapshot.failed") == 1
