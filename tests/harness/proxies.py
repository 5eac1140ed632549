"""A real HTTP proxy, tinyproxy, for one test."""
import subprocess

from . import packages
from .poll import wait_until
from .ports import free_port, is_free


class HttpProxy:
    """On a port of its own; wants `credentials` ("user:password") if given."""

    def __init__(self, folder, credentials=None):
        packages.install("tinyproxy-bin")       # without the service that Debian's tinyproxy starts
        folder.mkdir()
        self.port = free_port()
        self.log_path = folder / "log"
        wanted = [f"BasicAuth {credentials.replace(':', ' ')}"] if credentials else []
        self.settings = folder / "tinyproxy.conf"
        self.settings.write_text("\n".join([
            f"Port {self.port}", "Listen 127.0.0.1", "Timeout 30", "MaxClients 20", "LogLevel Connect",
            f'LogFile "{self.log_path}"', *wanted, ""]))
        self.child = None
        self.start()

    def start(self):
        self.child = subprocess.Popen(["tinyproxy", "-d", "-c", str(self.settings)], stdin=subprocess.DEVNULL,
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(lambda: not is_free(self.port), 20, "the proxy to listen")

    def stop(self):
        if self.child:
            self.child.kill()
            self.child.wait(10)
            self.child = None

    def seen(self, method):
        """The requests of a method that came, such as CONNECT."""
        return [line for line in self.log_path.read_text().splitlines()
                if "Request" in line and f": {method} " in line]
