"""What clients do wrong: a clear answer each time, and nothing half registered."""
import json
import socket

import pytest

from eureka_records import record
from harness.poll import wait_until
from harness.running import run_once

UNREADABLE = b'{"error": "cannot parse request body"}'


@pytest.mark.parametrize("body, detail", [
    (b"{", "line 1"),
    (b"", "line 1"),
    (b"[]", "an object"),
    (b'{"instance":null}', "not null"),
    (b'{"instance":{"hostName":"h"}}', "'app' is missing"),
    (b'{"instance":{"app":"ORDERS","hostName":["h"]}}', "'hostName'"),
    (b'{"instance":{"app":"ORDERS","leaseInfo":{"durationInSecs":"soon"}}}', "'durationInSecs'"),
    (b'{"instance":{"app":"ORDERS","port":{"$":"http"}}}', "'port'"),
    (b'{"instance":{"app":"ORDERS","dataCenterInfo":{"name":"Moon"}}}', "MyOwn, Netflix or Amazon"),
    (b'{"instance":{"app":"ORD\xff"}}', "UTF-8"),
    (b'{"instance":{"app":"ORD\x01"}}', "line 1"),
    (b"[" * 5000, "more than 128 levels"),
    (json.dumps({"instance": {"app": "ORDERS", "metadata": {f"k{n}": n for n in range(2000)}}}).encode(),
     "2000 metadata entries"),
], ids=range(13))
def test_unreadable_bodies_and_why(registry, body, detail):
    answer = registry.running.post("/eureka/apps/ORDERS", body=body,
                                   headers={"Content-Type": "application/json"})
    assert (answer.status, answer.body) == (400, UNREADABLE), answer
    assert detail.lower() in answer.headers["X-Crema-Detail"].lower()
    assert registry.hash() == ""


def test_unreadable_with_the_type_in_any_case(registry):
    answer = registry.running.post("/eureka/apps/ORDERS", body="{", headers={"Content-Type": "Application/JSON"})
    assert (answer.status, answer.body) == (400, UNREADABLE)


def test_a_detail_that_quotes_a_client_is_printable(registry):
    answer = registry.put_record(record(metadata={"a\r\nX: 1\u00e9": "v" * 40000}))
    assert answer.status == 400 and "a??X: 1" in answer.headers["X-Crema-Detail"]
    assert answer.headers["X"] is None
    answer = registry.running.put("/eureka/apps/ORDERS/i1/status?value=a%0d%0ab")
    assert answer.status == 404
    registry.register()
    answer = registry.running.put("/eureka/apps/ORDERS/i1/status?value=a%0d%0aX:b")
    assert answer.status == 500 and "'a??X:b'" in answer.headers["X-Crema-Detail"]


def test_unreadable_with_a_parameter_netflix_answers_in_xml(registry):
    answer = registry.running.post("/eureka/apps/ORDERS", body="{",
                                   headers={"Content-Type": "application/json; charset=utf-8"})
    assert answer.status == 400
    assert answer.text == "<error><message>cannot parse request body</message></error>"


@pytest.mark.parametrize("headers", [
    {"Content-Type": "text/plain"}, {}, {"Content-Type": "application/json; charset=utf-16"},
    {"Content-Type": "application/json", "Content-Encoding": "br"},
    {"Content-Type": "application/x-www-form-urlencoded"},
], ids=range(5))
def test_media_types_that_are_not_taken(registry, headers):
    answer = registry.running.post("/eureka/apps/ORDERS", body=json.dumps(record()), headers=headers)
    assert answer.status == 415
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_media_types_that_are_fine(registry):
    for number, kind in enumerate(("application/json;charset=UTF-8", "Application/JSON",
                                   'application/json; charset="iso-8859-1"', "application/json; q=1")):
        answer = registry.running.post("/eureka/apps/ORDERS", body=json.dumps(record(id=f"i{number}")),
                                       headers={"Content-Type": kind})
        assert answer.status == 204, kind



def test_unknown_paths(registry):
    for path in ("/eureka", "/eureka/", "/eureka/v2", "/eureka/v3/apps", "/eureka/apps/a/b/c", "/nope",
                 "/eureka/apps/ORDERS/i1/nope"):
        answer = registry.running.get(path)
        assert answer.status == 404, path
        assert answer.headers["Content-Type"] == "application/problem+json", path
    assert registry.running.get("/eureka/apps/%zz").status == 400
    assert registry.running.get("/eureka/apps/a%00b").status == 400


def test_over_large_body(registry):
    body = record(metadata={"big": "x" * 300000})
    try:
        answer = registry.put_record(body)
        assert answer.status == 413, answer
    except OSError:
        pass  # the connection may be reset while the body is still being sent
    assert registry.hash() == ""
    registry.register(metadata={"big": "x" * 30000})


def test_too_much_text_for_one_instance(registry):
    answer = registry.put_record(record(metadata={f"k{n}": "x" * 30000 for n in range(3)}))
    assert answer.status == 400 and "at most 65536" in answer.text
    assert registry.hash() == ""


@pytest.mark.parametrize("more, key", [({"id": "x" * 1025}, "instanceId"), ({"hostName": "h" * 5000}, "hostName")],
                         ids=range(2))
def test_names_that_are_too_long(registry, more, key):
    answer = registry.put_record(record(**more))
    assert (answer.status, answer.body) == (400, UNREADABLE)
    assert key in answer.headers["X-Crema-Detail"] and "1024" in answer.headers["X-Crema-Detail"]
    assert registry.hash() == ""


@pytest.mark.parametrize("more, text", [
    ({"id": "a\r\nSet-Cookie: x"}, "instanceId has a control character"),
    ({"ipAddr": "\u0000"}, "ipAddr has a control character"),
], ids=range(2))
def test_names_that_are_unclean(registry, more, text):
    answer = registry.put_record(record(**more))
    assert (answer.status, answer.text) == (400, text)
    assert registry.hash() == ""


def test_duplicate_keys_and_odd_names_stay_well_formed(registry):
    body = '{"instance":{"app":"A","app":"ORDERS","instanceId":"\\"<\\u2028>&","hostName":"h","ipAddr":"1",' \
           '"dataCenterInfo":{"name":"MyOwn"},"metadata":{"\\"":"\\\\","\\ud83d\\ude00":"\\u0000"}}}'
    answer = registry.running.post("/eureka/apps/ORDERS", body=body,
                                   headers={"Content-Type": "application/json"})
    assert answer.status == 204
    instance = registry.all()["application"][0]["instance"][0]
    assert instance["instanceId"] == '"<\u2028>&'
    assert instance["metadata"] == {'"': "\\", "\U0001f600": "\0"}
    assert "&lt;" in registry.running.get("/").text


def test_registry_that_is_full(start):
    registry = start(settings={"crema.eureka.max-instances": 2})
    registry.register(id="1")
    registry.register(id="2")
    answer = registry.put_record(record(id="3"))
    assert answer.status == 503 and "crema.eureka.max-instances" in answer.json["detail"]
    registry.register(id="2", dirty=200)
    assert registry.cancel(id="1").status == 200
    registry.register(id="3")


def test_half_sent_request_registers_nothing(registry):
    body = json.dumps(record()).encode()
    with socket.create_connection(("127.0.0.1", registry.running.port)) as peer:
        peer.sendall(b"POST /eureka/apps/ORDERS HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                     b"Content-Length: %d\r\n\r\n" % len(body) + body[:-5])
    registry.register(id="other")
    assert [i["instanceId"] for i in registry.all()["application"][0]["instance"]] == ["other"]


def test_port_in_use(registry, tmp_path):
    done = run_once("eureka-registry", f"--server.port={registry.running.port}",
                    "--spring.cloud.config.enabled=false", home=tmp_path / "second")
    assert done.returncode == 1
    assert str(registry.running.port) in done.stderr and "in use" in done.stderr


def test_settings_that_do_not_bind(tmp_path):
    done = run_once("eureka-registry", "--server.port=0", "--crema.eureka.max-instances=many",
                    "--spring.cloud.config.enabled=false", home=tmp_path)
    assert done.returncode == 78
    assert "crema.eureka.max-instances" in done.stderr and "many" in done.stderr


def test_sigterm_and_the_modes(registry, tmp_path):
    assert "crema.eureka.max-instances" in run_once("eureka-registry", "--help").stdout
    assert run_once("eureka-registry", "--check-config", "--spring.cloud.config.enabled=false",
                    home=tmp_path).returncode == 0
    healthy = run_once("eureka-registry", "--healthcheck", f"--server.port={registry.running.port}",
                       home=registry.running.home)
    assert healthy.returncode == 0, healthy.stderr
    assert registry.running.stop() == 0
    wait_until(lambda: registry.running.child.poll() is not None, 5, "the end")
