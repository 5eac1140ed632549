"""The wire, the origin and the fixtures of the black-box tests."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "blackbox" / "gateway"))

from gateway_fixtures import (  # noqa: E402, F401
    back, changing, client, connect, doors, gateway, more_doors, origin, shared_origin, start)
