"""Config servers over git repositories behind hosts, as in tests/blackbox/config."""
from harness.config_fixtures import hosted, hosts, repository, serve

__all__ = ["hosted", "hosts", "repository", "serve"]
