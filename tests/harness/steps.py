"""What takes long says so before it begins, and how long it took at the end."""
import time
from contextlib import contextmanager


@contextmanager
def step(what):
    print(f"  {what} ...", flush=True)
    started = time.monotonic()
    yield
    print(f"  {what}: {time.monotonic() - started:.1f} s", flush=True)
