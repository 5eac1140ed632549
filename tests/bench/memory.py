"""What the daemons take: private memory (Private_Dirty) and their share of all (PSS)."""
import tempfile
import time
from pathlib import Path

from harness.fresh import fresh_stack
from harness.load import Load
from harness.stack import private_kb, pss_kb

LOAD_SECONDS = 10
RATE = 300


def table(stack, title):
    print(f"  {title}: {'daemon':<20} {'private':>9} {'PSS':>9}")
    total_private = total_pss = 0
    for row in stack.daemons():
        pid = stack.identities[row.name].pid
        private, pss = private_kb(pid), pss_kb(pid)
        total_private += private
        total_pss += pss
        print(f"  {'':<{len(title)}}  {row.name:<20} {private / 1024:6.1f} MB {pss / 1024:6.1f} MB")
    print(f"  {'':<{len(title)}}  {'together':<20} {total_private / 1024:6.1f} MB "
          f"{total_pss / 1024:6.1f} MB", flush=True)


def run():
    with fresh_stack() as stack, tempfile.TemporaryDirectory(prefix="crema-load-") as folder:
        stack.up()
        stack.wait_ready()
        table(stack, "idle")
        load = Load(stack.port("zuul-gateway"), Path(folder), RATE)
        load.start()
        time.sleep(LOAD_SECONDS)  # the length of the load, not a wait
        load.stop()
        table(stack, f"after {len(load.answered())} orders")
