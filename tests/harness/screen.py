"""What `up` and `status` show: a table, coloured only on a terminal."""
import os
import sys

COLOURS = {"ready": "32", "starting": "33", "down": "31"}
MARKS = {"ready": "●", "starting": "◐", "down": "○"}


def on_terminal(stream=sys.stdout):
    return stream.isatty() and not os.environ.get("NO_COLOR")


def coloured(text, colour):
    return f"\x1b[{colour}m{text}\x1b[0m" if on_terminal() else text


def table(rows):
    """The daemons' rows as lines of text."""
    lines = [f"  {'daemon':<20} {'state':<10} {'port':>5} {'pid':>7} {'memory':>9}  what it does"]
    for row in rows:
        state = coloured(f"{MARKS[row['state']]} {row['state']:<8}", COLOURS[row["state"]])
        memory = f"{row['memory_kb'] / 1024:.1f} MB" if row["memory_kb"] else "-"
        lines.append(f"  {row['daemon']:<20} {state} {row['port']:>5} {row['pid'] or '-':>7} "
                     f"{memory:>9}  {row['purpose']}")
    return lines


def first_steps(stack):
    gateway = stack.url("zuul-gateway").replace("127.0.0.1", "localhost")
    dashboard = stack.url("hystrix-dashboard").replace("127.0.0.1", "localhost")
    order = ('{"id":null,"orderNumber":"1","coffeeName":"espresso","coffeeCount":"3",'
             '"customerName":"kevin"}')
    return [
        "Try:",
        f"  curl -X POST -H 'Content-Type: application/json' -d '{order}' "
        f"{gateway}/coffeeOrder/coffeeOrder",
        f"  curl -X POST {gateway}/coffeeStatus/coffeeOrderStatus",
        f"  curl {gateway}/api/v1/order",
        f"and watch the circuits at {dashboard}/",
    ]
