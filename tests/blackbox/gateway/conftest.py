"""The fixtures of this folder, which tests/conformance/gateway and others share."""
from gateway_fixtures import back, client, connect, gateway, origin, shared_origin, start  # noqa: F401
