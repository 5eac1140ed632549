"""Config servers over real git repositories, asked over real sockets."""
from harness.config_fixtures import hosted, hosts, repository, serve

__all__ = ["hosted", "hosts", "repository", "serve"]
