"""The fixtures of this folder, which tests/conformance/gateway and others share."""
from gateway_fixtures import (  # noqa: F401
    back, changing, client, connect, doors, gateway, more_doors, origin, shared_origin, start)
