"""Statuses, metadata and peers beyond the numbered cases, which tests/conformance/registry asks."""
import pytest

PEER = {"x-netflix-discovery-replication": "true"}


def order(registry, method, query="", app="ORDERS", id="i1", **kwargs):
    return registry.running.call(method, f"{registry.mount}/apps/{app}/{id}/status{query}", **kwargs)


def shown(registry):
    instance = registry.instance()
    return instance["status"], instance["overriddenStatus"]


@pytest.mark.parametrize("method, query", [
    ("PUT", ""), ("PUT", "?value=FOO"), ("PUT", "?value="), ("PUT", "?value=up"),
    ("PUT", "?value=DOWN&lastDirtyTimestamp=soon"), ("DELETE", "?value=FOO")])
def test_orders_that_cannot_be_read_do_nothing_and_say_why(mounted, method, query):
    assert order(mounted, method, query).status == 404, "whoever is not there comes first"
    mounted.register()
    assert order(mounted, "PUT", "?value=OUT_OF_SERVICE").status == 200
    answer = order(mounted, method, query)
    assert (answer.status, answer.body) == (500, b"")
    assert answer.headers["X-Crema-Detail"]
    assert shown(mounted) == ("OUT_OF_SERVICE", "OUT_OF_SERVICE")


def test_a_peers_override_counts_from_the_next_renewal_on(mounted):
    mounted.register()
    assert mounted.renew(query="?lastDirtyTimestamp=200&overriddenstatus=OUT_OF_SERVICE", headers=PEER).status == 404
    assert shown(mounted) == ("UP", "OUT_OF_SERVICE")
    assert mounted.renew().status == 200
    assert shown(mounted) == ("OUT_OF_SERVICE", "OUT_OF_SERVICE")
    assert mounted.running.get("/eureka/serverinfo/statusoverrides").json == {"i1": "OUT_OF_SERVICE"}


def test_metadata_with_odd_names(mounted):
    mounted.register()
    answer = mounted.running.put(f"{mounted.mount}/apps/ORDERS/i1/metadata?=z&%40class=x&c")
    assert (answer.status, answer.body) == (200, b"")
    assert mounted.instance()["metadata"] == {"management.port": "8080", "c": ""}
    mounted.register(dirty=200)
    assert mounted.instance()["metadata"] == {"management.port": "8080"}, "a registration begins anew"


def test_metadata_that_is_too_much(registry):
    registry.register(metadata={f"k{n}": "v" for n in range(1020)})
    answer = registry.running.put("/eureka/apps/ORDERS/i1/metadata?" + "&".join(f"x{n}=1" for n in range(5)))
    assert answer.status == 400 and "1024" in answer.json["detail"]
    assert len(registry.instance()["metadata"]) == 1020


def test_each_change_is_one_version(registry):
    def version():
        return int(registry.get("/apps/delta").json["applications"]["versions__delta"])
    before = version()
    registry.register()
    order(registry, "PUT", "?value=OUT_OF_SERVICE")
    registry.cancel()
    assert version() == before + 3


def test_batches_of_another_type(mounted):
    for kind, status in (("application/xml", 400), ("text/plain", 415)):
        answer = mounted.running.post(f"{mounted.mount}/peerreplication/batch/", body="<x/>",
                                      headers={"Content-Type": kind})
        assert answer.status == status, kind
