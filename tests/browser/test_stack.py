"""The whole stack, from an order at the gateway to the circuit in the browser."""
import re
import time

from harness import http
from harness.poll import wait_until

CARD = "#circuits [data-name='coffeeOrder']"
ORDER = {"id": None, "orderNumber": "1", "coffeeName": "espresso", "coffeeCount": "3",
         "customerName": "kevin"}


def slot(place):
    return f"{CARD} [data-slot='{place}']"


def order(stack):
    answer = http.post(stack.url("zuul-gateway", "/coffeeOrder/coffeeOrder"), json=ORDER)
    assert answer.status == 200 and answer.json == ORDER, answer


def state(browser):
    return browser.text(slot("word"))


def test_the_circuit_of_order_opens_and_closes(browser, stack, picture):
    running = stack()
    browser.size(1280, 1000)
    browser.open(running.url("hystrix-dashboard", "/"))  # nothing typed

    browser.until_text(slot("word"), "CLOSED", 20)
    zero = {"error": "0.0", "rate": "0.0", "success": "0", "failure": "0", "short": "0"}
    assert {place: browser.text(slot(place)) for place in zero} == zero
    picture("1-zero")
    order(running)
    browser.until_text(slot("success"), "1")

    assert running.stop("coffee-member")
    began = time.monotonic()
    for _ in range(20):
        order(running)
    assert time.monotonic() - began < 10
    browser.until_text(slot("word"), "OPEN", 10)
    cause = browser.until_text(slot("cause"), re.compile(r"Opened at .* calls failed \(.*failure"))
    assert "The limit is 50 % of at least 20." in cause
    browser.until_text("[data-figure='open']", "1")
    picture("2-open")

    running.start("coffee-member")
    wait_until(lambda: running.ready("coffee-member"), 20, "member to be ready")
    assert state(browser) in ("OPEN", "HALF-OPEN")  # nothing closes by itself
    wait_until(lambda: order(running) or state(browser) == "CLOSED", 30,
               "a trial call after the sleep window to close it", every=0.2)
    browser.until_text("[data-figure='open']", "0")
    picture("3-closed")
    assert browser.console() == []
    assert browser.requested_hosts() == {f"127.0.0.1:{running.port('hystrix-dashboard')}"}
