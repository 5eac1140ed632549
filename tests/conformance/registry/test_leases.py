"""Leases that end: eureka.md 7.1, cases 86-89, as decisions R1 and R2 read them.

A lease is due at an exact moment between the sending of what began it and its answer. So a look that
ended before the first of them must show the instance, and one that began after the last must not,
however slow the machine is. In full length these cases run under the fake clock (tests/replay).
"""
import time

from eureka_wire import delta_entries, lastn, lease
from harness.poll import wait_until

TICK = 0.002    # the registry counts in milliseconds, and no lease ends before its time
OFF = {"eureka.server.enable-self-preservation": "false"}


class Span:
    """A moment that lies within: with Span() as moment: ..."""

    def __enter__(self):
        self.first = time.monotonic()
        return self

    def __exit__(self, *_):
        self.last = time.monotonic()


def watch_end(wire, moment, seconds, id="i1"):
    """Looks again and again until the instance is gone, and judges each look by its own times."""
    def is_gone():
        with Span() as look:
            found = wire.instance(id=id)
        if found is None:
            assert look.last >= moment.first + seconds, "gone before its lease was over"
        else:
            assert look.first <= moment.last + seconds + TICK, "still there after its lease was over"
        return found is None

    wait_until(is_gone, seconds + 10, f"{id} to be gone", every=0.005)


def test_case_86_a_lease_that_is_not_renewed(start, language):
    wire = start(language, OFF)
    with Span() as moment:
        wire.register(leaseInfo=lease(2))
    watch_end(wire, moment, 2)
    assert wire.hash() == "" and wire.put("/apps/ORDERS/i1").status == 404


def test_case_86_a_lease_that_is_renewed_once(start, language):
    wire = start(language, OFF)
    with Span() as moment:
        wire.register(leaseInfo=lease(2))
    wait_until(lambda: time.monotonic() > moment.last + 1, 5, "half of the lease to be over")
    with Span() as moment:
        assert wire.put("/apps/ORDERS/i1").status == 200
    watch_end(wire, moment, 2)


def test_case_87_twenty_that_end_together(start, language):
    """Without self-preservation none waits for a run of an eviction task."""
    wire = start(language, OFF)
    with Span() as moment:
        for number in range(20):
            wire.register(id=f"i{number}", leaseInfo=lease(2))
    watch_end(wire, moment, 2, id="i19")
    assert wire.hash() == "", "the last of them is gone, so all of them are"


def fill(wire, others):
    """One short lease beside others that last."""
    for number in range(others):
        wire.register(id=f"long{number}", leaseInfo=lease(90))
    with Span() as moment:
        wire.register(leaseInfo=lease(2))
    return moment


def test_case_88_ten_silent_clients_are_kept(start, language):
    """Ten instances, no renewal in the minute before: nobody goes."""
    wire = start(language)
    moment = fill(wire, others=9)
    wait_until(lambda: time.monotonic() > moment.last + 2.3, 5, "the lease to be over")
    assert wire.instance() is not None and wire.hash() == "UP_10_"


def test_case_88_nine_are_too_few_to_be_kept(start, language):
    wire = start(language)
    watch_end(wire, fill(wire, others=8), 2)
    assert wire.hash() == "UP_8_"


def test_case_89_an_instance_that_was_let_go(start, language):
    wire = start(language, OFF)
    with Span() as moment:
        wire.register(leaseInfo=lease(2))
    watch_end(wire, moment, 2)
    delta = wire.delta()
    assert delta_entries(delta) == {"ORDERS/i1": "DELETED"} and delta["apps__hashcode"] == ""
    assert lastn(wire, "cancelled") == ["ORDERS(i1)"]
