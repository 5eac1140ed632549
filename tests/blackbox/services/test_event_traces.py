"""An event carries the trace of the request that made it."""
import contextlib
import sqlite3

import pytest

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
WRITES = {
    "coffee-member": ("/api/v1/member", {"userName": "tester"}),
    "coffee-order": ("/api/v1/order", {"orderName": "latte", "userId": "1"}),
    "coffee-status": ("/api/v1/status", {"orderId": "x", "orderName": "tea"}),
}


def traces(running):
    (database,) = (running.home / "data").glob("*.db")
    with contextlib.closing(sqlite3.connect(database)) as opened:
        return [trace for (trace,) in opened.execute("SELECT traceparent FROM events ORDER BY seq")]


@pytest.mark.parametrize("name", WRITES)
def test_each_event_carries_the_trace_of_its_request(daemon, name):
    path, body = WRITES[name]
    running = daemon(name, {"spring.cloud.config.enabled": "false", "eureka.client.enabled": "false",
                            "spring.kafka.bootstrap-servers": "127.0.0.1:1"})
    traced = {"traceparent": TRACE}
    made = running.post(path, json=body, headers=traced).json["resultVO"]
    running.put(path, json={**made, **body}, headers=traced)
    running.delete(path, json=[made["_id"]], headers=traced)
    assert traces(running) == [TRACE] * 3
