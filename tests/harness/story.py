"""`./crema demo`: the book's story and the six scenarios of its additional edition, checked.

Each step prints the curl that a person would type, the answer, and whether it is what the book says.
Nothing sleeps: what takes time is polled with a deadline.
"""
import json
import subprocess

from . import http
from .poll import Late, wait_until
from .screen import coloured

BOOK_ORDER = {"id": None, "orderNumber": "1", "coffeeName": "espresso", "coffeeCount": "3",
              "customerName": "kevin"}


class Wrong(Exception):
    """An answer is not what the story says."""


class Teller:
    """Prints and checks the calls of a story."""

    def __init__(self, stack):
        self.stack = stack
        self.wrong = 0

    def chapter(self, title):
        print(f"\n{coloured('## ' + title, '1')}", flush=True)

    def note(self, text):
        print(f"   {text}", flush=True)

    def call(self, method, daemon, path, body=None):
        url = self.stack.url(daemon, path).replace("127.0.0.1", "localhost")
        words = ["curl"]
        if method != "GET":
            words += ["-X", method]
        if body is not None:
            words += ["-H 'Content-Type: application/json'", f"-d '{json.dumps(body)}'"]
        print(f"   $ {' '.join(words)} {url}", flush=True)
        answer = http.call(method, self.stack.url(daemon, path), json=body)
        shown = answer.text if len(answer.text) <= 400 else answer.text[:400] + "..."
        print(f"   {answer.status} {shown}", flush=True)
        return answer

    def check(self, holds, what):
        mark = coloured("ok", "32") if holds else coloured("WRONG", "31")
        print(f"   {mark}  {what}", flush=True)
        if not holds:
            self.wrong += 1

    def eventually(self, condition, seconds, what):
        """Polls; the time that it took is part of what is shown."""
        try:
            wait_until(condition, seconds, what)
            self.check(True, what)
        except Late as late:
            self.check(False, f"{what} ({late})")


# --- chapters 6 and 7 ------------------------------------------------------------------------------


def a_new_order(tell):
    tell.chapter("A new order, from curl to status (chapters 6 and 7)")
    answer = tell.call("POST", "zuul-gateway", "/coffeeOrder/coffeeOrder", BOOK_ORDER)
    tell.check(answer.status == 200 and answer.json == BOOK_ORDER, "the order comes back unchanged")
    tell.check(answer.headers.get("Location", "").startswith("/"), "and says where it lives now")
    order_id = answer.headers.get("Location", "").rpartition("/")[2]

    def seen():
        rows = http.get(tell.stack.url("zuul-gateway", "/coffeeStatus/coffeeOrderStatus")).json
        return order_id and any(order_id in json.dumps(row) for row in rows)
    tell.eventually(seen, 5, "the order's event reached status")
    answer = tell.call("POST", "zuul-gateway", "/coffeeStatus/coffeeOrderStatus")
    tell.check(answer.status == 200 and "espresso" in answer.json["orderHistory"],
               "the newest status is this order")


def members(tell):
    tell.chapter("Members, known and unknown: two versions of one API")
    answer = tell.call("GET", "zuul-gateway", "/coffeeMember/coffeeMember/v1.0/kevin")
    tell.check(answer.json is True, "kevin is a member from the first start")
    answer = tell.call("GET", "zuul-gateway", "/coffeeMember/coffeeMember/v1.0/nobody")
    tell.check(answer.status == 200 and answer.json is False, "an unknown member is false, not an error")
    answer = tell.call("POST", "zuul-gateway", "/coffeeMember/coffeeMember/v1.1",
                       {"id": 0, "memberName": "kevin"})
    tell.check(answer.json is True, "version 1.1 is a POST")
    answer = tell.call("GET", "zuul-gateway", "/coffeeMember/fallbackTest")
    tell.check(answer.text == "fallbackFunction()", "a command that always fails answers its fallback")


def configuration(tell):
    tell.chapter("A value changed in the config repository, live")
    stack = tell.stack
    repository = stack.home / "config.git"
    work = stack.home / "data" / "config-work"
    before = tell.call("GET", "config-server", "/msa-service-coffee-order/default")
    tell.check(before.status == 200 and before.json["propertySources"], "the server has configuration")
    value = change_greeting(repository, work)
    tell.note(f"$ git commit -am 'Greet with {value}' && git push")

    def changed():
        answer = http.post(stack.url("coffee-order", "/actuator/refresh"))
        return "msaconfig.greeting" in answer.json and answer
    try:
        answer = wait_until(changed, 10, "the changed key")
        tell.note(f"$ curl -X POST {stack.url('coffee-order', '/actuator/refresh')}")
        tell.note(f"{answer.status} {answer.text}")
        tell.check(True, "refresh names the changed key")
    except Late as late:
        tell.check(False, f"refresh names the changed key ({late})")
    answer = tell.call("GET", "coffee-order", "/actuator/env/msaconfig.greeting")
    tell.check(value in answer.text, "and the new value is in force")


def change_greeting(repository, work):
    """Commits a new greeting to the demo's repository as any user of git would; returns it."""
    def git(*arguments, cwd=work):
        done = subprocess.run(["git", "-c", "user.name=demo", "-c", "user.email=demo@localhost",
                               *arguments], cwd=cwd, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Wrong(f"git {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout
    if not work.exists():
        git("clone", "-q", str(repository), str(work), cwd=repository.parent)
    git("pull", "-q")
    file = work / "application.yml"
    text = file.read_text()
    old = next(line for line in text.splitlines() if line.strip().startswith("greeting:"))
    number = int("0" + "".join(filter(str.isdigit, old))) + 1
    value = f"hello-{number}"
    file.write_text(text.replace(old, f"{old.partition(':')[0]}: {value}", 1))
    git("commit", "-qam", f"Greet with {value}")
    git("push", "-q")
    return value


# --- the six scenarios of the additional edition ---------------------------------------------------


def scenario_registry(tell):
    tell.chapter("Scenario 1: the registry knows the services")
    answer = tell.call("GET", "eureka-registry", "/eureka/apps/MSA-SERVICE-COFFEE-MEMBER")
    tell.check(answer.status == 200, "member is registered as MSA-SERVICE-COFFEE-MEMBER")
    answer = tell.call("POST", "zuul-gateway", "/api/v1/member", {"userName": "tester"})
    member = answer.json["resultVO"]
    tell.check(member["userName"] == "tester" and member["_id"], "the new member has an id")
    answer = tell.call("GET", "zuul-gateway", f"/api/v1/member/{member['_id']}")
    tell.check(answer.text == "tester", "and is found by it")
    return member["_id"]


def scenario_by_name(tell, member_id):
    tell.chapter("Scenario 2: order asks member by name")
    answer = tell.call("POST", "zuul-gateway", "/api/v1/order",
                       {"orderName": "latte", "userId": member_id})
    tell.check(answer.json["resultVO"]["userName"] == "tester", "userName was filled in by member")
    answer = tell.call("GET", "zuul-gateway", "/api/v1/order")
    meta = answer.json["responseMetaVO"]
    tell.check(meta["allRecordCount"] >= len(answer.json["resultVO"]) >= 1, "a true allRecordCount")


def scenario_circuit(tell, member_id):
    tell.chapter("Scenario 3: member stops, the circuit opens, member returns, it closes")
    stack = tell.stack
    stack.stop("coffee-member")
    tell.note("member is stopped")
    order = {"orderName": "latte", "userId": member_id}
    answer = tell.call("POST", "zuul-gateway", "/api/v1/order", order)
    tell.check(answer.status == 200 and answer.json["resultVO"]["userName"] == "fallback",
               "the order is taken all the same, with the fallback")
    tell.check(answer.headers.get("X-Fallback") == "true", "and says so in X-Fallback")

    def circuit(name, state):
        for event in turbine_events(stack.port("turbine-aggregator"), 2):
            if event.get("name") == name:
                return bool(event["isCircuitBreakerOpen"]) == state
        return False

    def pushed_open():
        for _ in range(25):
            http.post(stack.url("coffee-order", "/api/v1/order"), json=order)
        return circuit("IMemberClient#getUseById(String)", True)
    tell.eventually(pushed_open, 20, "the circuit is open on turbine.stream, so on the dashboard")
    stack.start("coffee-member")
    tell.note("member is started")

    def closed_again():
        http.post(stack.url("coffee-order", "/api/v1/order"), json=order)
        return circuit("IMemberClient#getUseById(String)", False)
    tell.eventually(closed_again, 30, "after the sleep window one trial call closes it")


def turbine_events(port, seconds):
    """The newest event of each command that turbine sends within some seconds."""
    import http.client
    import time
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
    events = {}
    try:
        connection.request("GET", "/turbine.stream")
        response = connection.getresponse()
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            line = response.readline().decode()
            if line.startswith("data:") and "{" in line:
                event = json.loads(line[5:])
                if event.get("type") == "HystrixCommand":
                    if event["name"] in events:
                        break
                    events[event["name"]] = event
    except OSError:
        pass
    finally:
        connection.close()
    return list(events.values())


def scenario_queue(tell):
    tell.chapter("Scenarios 4 and 5: status is away, orders wait for it, it catches up")
    stack = tell.stack
    stack.stop("coffee-status")
    tell.note("status is stopped")
    answer = tell.call("POST", "zuul-gateway", "/api/v1/order", {"orderName": "mocha", "userId": "none"})
    order_id = answer.json["resultVO"]["_id"]
    tell.check(answer.status == 200, "an order is taken while status is away")
    stack.start("coffee-status")
    tell.note("status is started")

    def caught_up():
        answer = http.get(stack.url("coffee-status", "/api/v1/status?size=100"))
        return any(row["orderId"] == order_id and row["statusName"] == "DONE"
                   for row in answer.json["resultVO"])
    tell.eventually(caught_up, 20, "status has the order, DONE")


def scenario_gateway(tell):
    tell.chapter("Scenario 6: one front door")

    def answered():
        return http.get(tell.stack.url("zuul-gateway", "/api/v1/status")).status == 200
    tell.eventually(answered, 20, "status answers through the gateway")
    answer = tell.call("GET", "zuul-gateway", "/api/v1/status")
    tell.check(answer.status == 200 and answer.json["resultVO"], "with its list")
    answer = tell.call("GET", "zuul-gateway", "/nowhere")
    tell.check(answer.status == 404, "a path without a route is 404")


def play(stack):
    """Plays everything; 0 when every answer was right."""
    for row in stack.daemons():
        if not stack.alive(row.name):
            print(f"crema: {row.name} is not running: ./crema up -d starts the stack")
            return 1
    stack.wait_ready()
    tell = Teller(stack)
    try:
        a_new_order(tell)
        members(tell)
        member_id = scenario_registry(tell)
        scenario_by_name(tell, member_id)
        scenario_circuit(tell, member_id)
        scenario_queue(tell)
        scenario_gateway(tell)
        configuration(tell)
    except (Wrong, OSError, ValueError, KeyError, TypeError) as error:
        tell.check(False, f"the story ended early: {error!r}")
    print(f"\n{'every answer was right' if not tell.wrong else f'{tell.wrong} answers were wrong'}")
    return 1 if tell.wrong else 0
