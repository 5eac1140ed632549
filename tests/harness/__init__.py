"""What the front door and the tests share: starting, watching and ending Crema's daemons.

Needs Python's standard library only, so that `./crema up` works with Debian's python3 alone.
"""
