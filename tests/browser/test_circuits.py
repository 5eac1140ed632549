"""The circuits of the front page, as a person sees them."""
import re

from harness.origin import busy, command, pool

CARD = "#circuits [data-name='{}']"
MARK = "for (const card of document.querySelectorAll('#circuits .card')) card.mark = 'made once';"


def slot(name, place):
    return f"{CARD.format(name)} [data-slot='{place}']"


def names(browser):
    return browser.run("return [...document.querySelectorAll('#circuits .card')].map(c => c.dataset.name)")


def test_nothing_typed_shows_a_circuit_at_zero(browser, dashboard, origin, picture):
    origin.show(command("coffeeMember"))
    browser.open(dashboard.url("/"))
    browser.until_text(slot("coffeeMember", "word"), "CLOSED")
    browser.until_text("#connection-text", "Live")
    assert browser.text(slot("coffeeMember", "name")) == "coffeeMember"
    assert browser.text(slot("coffeeMember", "error")) == "0.0"
    assert browser.text(slot("coffeeMember", "rate")) == "0.0"
    assert browser.text(slot("coffeeMember", "success")) == "0"
    assert browser.text(slot("coffeeMember", "cause")) is None
    assert browser.run("return document.title") == "Circuits"
    picture("zero")
    assert browser.console() == []
    assert browser.requested_hosts() == {f"127.0.0.1:{dashboard.port}"}


def test_figures_are_hystrix_figures(browser, dashboard, origin, picture):
    origin.show(busy("coffeeMember", 100, failure=9, timeout=7, rejected=5, rollingCountShortCircuited=1234,
                     rollingCountBadRequests=3))
    browser.open(dashboard.url("/"))
    browser.until_text(slot("coffeeMember", "rate"), "12.1")  # case 86
    shown = {"host-rate": "12.1", "error": "17.0", "success": "100", "short": "1,234", "bad": "3",
             "timeout": "7", "rejected": "5", "failure": "9", "median": "8ms", "mean": "12ms", "p90": "23ms",
             "p99": "87ms", "p995": "120ms"}
    assert {place: browser.text(slot("coffeeMember", place)) for place in shown} == shown
    cause = browser.text(slot("coffeeMember", "cause"))
    assert cause == "21 of 121 calls failed (17.4 %): 9 failures, 7 timeouts, 5 rejections."
    picture("busy")


def test_case_87_rates_of_two_hosts_are_true(browser, dashboard, origin):
    origin.show(busy("coffeeMember", 240, reportingHosts=2,
                     propertyValue_metricsRollingStatisticalWindowInMilliseconds=20000))
    browser.open(dashboard.url("/"))
    browser.until_text(slot("coffeeMember", "rate"), "24.0")
    assert browser.text(slot("coffeeMember", "host-rate")) == "12.0"
    assert browser.text(slot("coffeeMember", "p90")) == "11ms"  # case 90: 23 / 2


def test_a_card_is_updated_and_not_made_anew(browser, dashboard, origin):
    origin.show(command("coffeeMember"), command("coffeeOrder"))
    browser.open(dashboard.url("/"))
    browser.until("return document.querySelectorAll('#circuits .card').length === 2", "two cards")
    browser.run(MARK)
    origin.show(busy("coffeeMember", 17))
    browser.until_text(slot("coffeeMember", "success"), "17")
    origin.show(busy("coffeeStatus", 3))
    browser.until("return document.querySelectorAll('#circuits .card').length === 3", "the third card")
    marks = browser.run("return Object.fromEntries([...document.querySelectorAll('#circuits .card')]"
                        ".map(card => [card.dataset.name, card.mark ?? 'new']))")
    assert marks == {"coffeeMember": "made once", "coffeeOrder": "made once", "coffeeStatus": "new"}


def test_only_what_changed_is_written(browser, dashboard, origin):
    origin.show(busy("coffeeMember", 17))
    browser.open(dashboard.url("/"))
    browser.until_text(slot("coffeeMember", "success"), "17")
    browser.run("""
        window.touched = [];
        new MutationObserver(rows => rows.forEach(row => touched.push(
            (row.target.closest ? row.target : row.target.parentElement).dataset.slot ?? row.target.nodeName)))
          .observe(document.querySelector("#circuits"), {subtree: true, childList: true, characterData: true});
    """)
    origin.show(busy("coffeeMember", 17, rollingCountFallbackMissing=0, rollingCountBadRequests=1))
    browser.until_text(slot("coffeeMember", "bad"), "1")
    assert browser.run("return touched") == ["bad"]


def test_a_circuit_opens_and_closes(browser, dashboard, origin, picture):
    origin.show(command("coffeeMember"), busy("coffeeOrder", 50))
    browser.open(dashboard.url("/"))
    browser.until_text(slot("coffeeMember", "word"), "CLOSED")
    browser.run(MARK)
    closed_sign = browser.run("return document.querySelector(arguments[0]).getAttribute('d')",
                              slot("coffeeMember", "sign"))
    origin.show(busy("coffeeMember", 1, failure=20, timeout=4, isCircuitBreakerOpen=True))
    browser.until_text(slot("coffeeMember", "word"), "OPEN")
    sign = browser.run("return document.querySelector(arguments[0]).getAttribute('d')",
                       slot("coffeeMember", "sign"))
    assert sign and sign != closed_sign
    cause = browser.until_text(slot("coffeeMember", "cause"), re.compile(
        r"^Opened at \d\d:\d\d:\d\d: 24 of 25 calls failed \(20 failures, 4 timeouts\)\. "
        r"The limit is 50 % of at least 20\."))
    assert "One call is tried again after 5 s." in cause
    browser.until("return document.title === '(1 open) Circuits'", "the title to tell it")
    browser.until_text("#announcer", "coffeeMember: open.")
    browser.until("return document.querySelector('#circuits .card').dataset.name === 'coffeeMember'",
                  "the open circuit to come first")
    picture("open")
    origin.show(busy("coffeeMember", 0, rollingCountShortCircuited=42, isCircuitBreakerOpen=True))
    browser.until_text(slot("coffeeMember", "cause"), re.compile(r"24 of 25 calls failed.*42 calls refused"))
    origin.show(busy("coffeeMember", 5))
    browser.until_text(slot("coffeeMember", "word"), "CLOSED")
    assert browser.text(slot("coffeeMember", "cause")) is None
    browser.until("return document.title === 'Circuits'", "the title to calm down")
    assert browser.run("return document.querySelector(arguments[0]).mark",
                       CARD.format("coffeeMember")) == "made once"
    assert browser.console() == []


def test_the_cause_is_named_as_soon_as_its_kind_is_known(browser, dashboard, origin):
    """Health figures come at once, counters by kind with the next bucket (case 37)."""
    origin.show(busy("coffeeMember", 1))
    browser.open(dashboard.url("/"))
    browser.until_text(slot("coffeeMember", "success"), "1")
    origin.show(command("coffeeMember", isCircuitBreakerOpen=True, requestCount=21, errorCount=20,
                        errorPercentage=95))
    browser.until_text(slot("coffeeMember", "cause"), re.compile("20 of 21 calls failed. The limit"))
    origin.show(busy("coffeeMember", 1, failure=20, isCircuitBreakerOpen=True))
    browser.until_text(slot("coffeeMember", "cause"), re.compile(r"20 of 21 calls failed \(20 failures\)\."))
    origin.show(command("coffeeMember", isCircuitBreakerOpen=True))
    browser.until_text(slot("coffeeMember", "error"), "0.0")
    assert "20 of 21 calls failed (20 failures)." in browser.text(slot("coffeeMember", "cause"))


def test_half_open_is_a_trial_after_the_sleep_window(browser, dashboard, origin):
    """A call in flight just after the opening is an old one, no trial."""
    origin.show(busy("fresh", 20), busy("late", 0, failure=20, isCircuitBreakerOpen=True,
                                        currentConcurrentExecutionCount=1))
    browser.open(dashboard.url("/"))
    browser.until_text(slot("late", "word"), "HALF-OPEN")
    assert browser.text(slot("late", "cause")).endswith("One call is on trial: its end decides.")
    origin.show(busy("fresh", 0, failure=20, isCircuitBreakerOpen=True, currentConcurrentExecutionCount=3))
    browser.until_text(slot("fresh", "word"), "OPEN")


def test_case_91_states_of_several_hosts(browser, dashboard, origin):
    origin.show(busy("all", 0, failure=60, reportingHosts=3, isCircuitBreakerOpen=True),
                busy("turbine1", 9, reportingHosts=3, isCircuitBreakerOpen='{"true":1,"false":2}'),
                busy("turbine2", 9, reportingHosts=3, isCircuitBreakerOpen={"true": 2, "false": 1}),
                busy("forced", 9, propertyValue_circuitBreakerForceOpen=True),
                busy("shut", 9, propertyValue_circuitBreakerForceClosed=True, isCircuitBreakerOpen=True))
    browser.open(dashboard.url("/"))
    for name, word in {"all": "OPEN", "turbine1": "1 of 3 OPEN", "turbine2": "2 of 3 OPEN",
                       "forced": "FORCED OPEN", "shut": "FORCED CLOSED"}.items():
        browser.until_text(slot(name, "word"), word)


def test_case_92_95_96_odd_names_are_text(browser, dashboard, origin):
    hostile = "<img src=x onerror=alert(1)>"
    long = "abcdefghijklmnopqrstuvwxyz0123456789ABCD"
    without_group = command("plain")
    del without_group["group"]
    origin.show(command(hostile), command(long), without_group)
    browser.open(dashboard.url("/"))
    browser.until("return document.querySelectorAll('#circuits .card').length === 3", "three cards")
    assert browser.text(slot(hostile, "name")) == hostile
    assert browser.run("return document.querySelectorAll('#circuits img').length") == 0
    assert browser.text(slot(long, "name")) == "abcd...uvwxyz0123456789ABCD"[:4] + "..." + long[-20:]
    assert browser.run("return document.querySelector(arguments[0]).title", slot(long, "name")) == long
    assert browser.text(slot("plain", "group")) == "no group in the stream"


def test_case_94_order_search_and_filter(browser, dashboard, origin):
    origin.show(busy("alpha", 900, failure=100), busy("beta", 5, failure=5), busy("gamma", 700),
                command("delta", group="Quiet"))
    browser.open(dashboard.url("/"))
    browser.until("return document.querySelectorAll('#circuits .card').length === 4", "four cards")
    browser.until("return document.querySelector('#circuits .card').dataset.name === 'beta'", "the order")
    assert names(browser) == ["beta", "alpha", "gamma", "delta"]  # 50 % at 1/s before 10 % at 100/s
    browser.type("#search", "quiet")
    browser.until_text("#shown", "1 of 4 shown")
    assert names(browser) == ["delta"]
    browser.press("Escape")
    browser.until("return document.querySelectorAll('#circuits .card').length === 4", "all again")
    browser.press("s", "s")
    browser.until("return document.querySelector('#circuits .card').dataset.name === 'alpha'", "names' order")
    assert names(browser) == ["alpha", "beta", "delta", "gamma"]
    browser.press("f", "f")
    browser.until_text("#shown", "2 of 4 shown")
    assert names(browser) == ["alpha", "beta"]
    browser.press("j", "Enter")
    assert browser.run("return document.activeElement.dataset.name") == "alpha"
    browser.until_text(CARD.format("alpha") + " .more", re.compile("Opens at\n*50 % of at least 20"))


def test_case_104_thread_pools(browser, dashboard, origin):
    origin.show(pool("coffee", rollingCountThreadsExecuted=120, currentQueueSize=25, currentActiveCount=4))
    browser.open(dashboard.url("/"))
    browser.until_text("#pools .card [data-slot='rate']", "12.0")
    assert browser.text("#pools .card [data-slot='active']") == "4"
    assert browser.run("return document.querySelector('#pools .health').getAttribute('fill')") == "#ffcc00"


def test_a_gone_host_and_deleted_data(browser, dashboard, origin):
    origin.show(busy("stays", 5), busy("leaves", 5), busy("deleted", 5))
    browser.open(dashboard.url("/"))
    browser.until("return document.querySelectorAll('#circuits .card').length === 3", "three cards")
    origin.show(command("leaves", reportingHosts=0))
    browser.until_text(slot("leaves", "hosts"), "· no host reports it any more")
    origin.send('data: {"deleteData":"true","type":"x","name":"deleted"}\n\n')
    browser.until("return document.querySelectorAll('#circuits .card').length === 2", "two cards")


def test_case_105_many_circuits_stay_quick(browser, dashboard, origin):
    origin.show(*(busy(f"circuit-{i:04}", i % 50, failure=i % 7) for i in range(2000)))
    browser.open(dashboard.url("/"))
    browser.until("return document.querySelectorAll('#circuits .card').length === 2000", "2000 cards", 30)
    streams = [path for path, _ in origin.seen]
    assert len(streams) == 1, streams
    origin.show(*(busy(f"circuit-{i:04}", i % 50 + 1, failure=i % 7) for i in range(2000)))
    browser.until("return document.querySelector(arguments[0]).textContent === '50'", "the last one's figures",
                  10, [slot("circuit-0049", "success")])
