"""coffee-member over HTTP, both editions."""
import pytest

from harness.poll import wait_until


@pytest.fixture
def member(shop):
    return shop.start("coffee-member")


def test_kevin_is_a_member_and_nobody_is_not(member):
    assert member.get("/coffeeMember/v1.0/kevin").body == b"true"
    answer = member.get("/coffeeMember/v1.0/nobody")
    assert (answer.status, answer.body) == (200, b"false")
    assert answer.headers["Content-Type"].startswith("application/json")


def test_version_1_1_is_a_post(member):
    assert member.post("/coffeeMember/v1.1", json={"id": 0, "memberName": "kevin"}).json is True
    assert member.post("/coffeeMember/v1.1", json={"id": 0, "memberName": "nobody"}).json is False


def test_the_fallback_answers_and_its_circuit_knows(member):
    answer = member.get("/fallbackTest")
    assert (answer.status, answer.text) == (200, "fallbackFunction()")
    assert answer.headers["Content-Type"].startswith("text/plain")

    def counted():
        return 'key="fallbackTest"' in member.get("/actuator/prometheus").text
    wait_until(counted, 5, "the command fallbackTest in the metrics")


@pytest.mark.parametrize("path", ["/createMemberTable", "/insertMemberData"])
def test_the_books_table_calls_change_nothing(member, path):
    for _ in range(2):
        answer = member.put(path)
        assert (answer.status, answer.body) == (200, b"")
    assert member.get("/api/v1/member").json["responseMetaVO"]["allRecordCount"] == 1


def test_a_members_life(member):
    made = member.post("/api/v1/member", json={"userName": "tester"}).json
    assert made["responseMetaVO"] == {"allRecordCount": 1}
    assert list(made["resultVO"]) == ["_id", "userName"]
    member_id = made["resultVO"]["_id"]
    answer = member.get(f"/api/v1/member/{member_id}")
    assert answer.text == "tester" and answer.headers["Content-Type"].startswith("text/plain")

    changed = member.put("/api/v1/member", json={"_id": member_id, "userName": "taster"}).json
    assert changed["resultVO"] == {"_id": member_id, "userName": "taster"}
    listed = member.get("/api/v1/member").json
    assert listed["responseMetaVO"]["allRecordCount"] == 2
    assert [row["userName"] for row in listed["resultVO"]] == ["kevin", "taster"]

    removed = member.delete("/api/v1/member", json=[member_id])
    assert removed.text == '{"responseMetaVO":{"allRecordCount":1},"resultVO":""}'
    assert member.get(f"/api/v1/member/{member_id}").status == 404


def test_a_count_is_a_count(member):
    for number in range(6):
        member.post("/api/v1/member", json={"userName": f"member-{number}"})
    answer = member.get("/api/v1/member?size=2&page=1").json
    assert answer["responseMetaVO"]["allRecordCount"] == 7
    assert len(answer["resultVO"]) == 2


def test_a_search_takes_its_text_literally(member):
    for name in ("per_cent", "per%cent", "percent"):
        member.post("/api/v1/member", json={"userName": name})
    found = member.get("/api/v1/member?name=r%25c").json
    assert [row["userName"] for row in found["resultVO"]] == ["per%cent"]


def test_what_is_written_is_there_after_kill(member):
    made = member.post("/api/v1/member", json={"userName": "tester"}).json["resultVO"]
    member.kill()
    member.start()
    assert member.get(f"/api/v1/member/{made['_id']}").text == "tester"


def test_each_change_is_an_event(member):
    made = member.post("/api/v1/member", json={"userName": "tester"}).json["resultVO"]
    member.put("/api/v1/member", json={**made, "userName": "taster"})
    member.delete("/api/v1/member", json=[made["_id"]])
    events = member.get("/internal/events?after=0").json["events"]
    assert [event["type"] for event in events] == [
        "coffee.member.registered.v1", "coffee.member.changed.v1", "coffee.member.removed.v1"]
    assert {event["subject"] for event in events} == {made["_id"]}
