"""Config servers over real git repositories, local ones and behind hosts."""
from harness.config_fixtures import hosted, hosts, repository, serve

__all__ = ["hosted", "hosts", "repository", "serve"]
