"""Waiting for something to become true, never by a fixed sleep."""
import time


class Late(AssertionError):
    """The deadline passed before the condition held."""


def wait_until(condition, seconds, what, every=0.01):
    """Calls condition() until it returns something true, and returns that.

    what: completes the sentence "waited N s for ...". Exceptions of the condition pass through, but
    for OSError (a peer that is not there yet), which counts as "not yet" and is named at the end.
    """
    deadline = time.monotonic() + seconds
    last = None
    while True:
        try:
            value = condition()
            if value:
                return value
            last = value
        except OSError as error:
            last = error
        if time.monotonic() >= deadline:
            raise Late(f"waited {seconds} s for {what}; last seen: {last!r}")
        time.sleep(every)
