"""What stands in front of the back end in `./crema bench gateway`, each with one worker and the same duties."""
import contextlib
import subprocess
from pathlib import Path

from harness.poll import wait_until
from harness.ports import free_port
from harness.stack import ROOT

from .registry import Server

PROGRAMS = ROOT / "build" / "release"
FORWARDED = ("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Proto")


class Proxy(Server):
    """A process that stands between, or the back end itself."""

    def __init__(self, name, argv, folder, port=None):
        """port: None where the program chooses one and prints it."""
        self.log = folder / f"{name}.log"
        with open(self.log, "wb") as log:
            child = subprocess.Popen([str(word) for word in argv], stdin=subprocess.PIPE, stderr=log,
                                     stdout=log if port else subprocess.PIPE, cwd=folder)
        super().__init__(name, child, port or int(child.stdout.readline()))
        wait_until(self.listens, 30, f"{name} to listen", every=0.02)

    def listens(self):
        if self.child.poll() is not None:
            raise AssertionError(f"{self.name} ended:\n{self.log.read_text(errors='replace')[-3000:]}")
        rows = Path("/proc/net/tcp").read_text(encoding="ascii")
        return f":{self.port:04X} 00000000:0000 0A" in rows

    def end(self):
        self.running.remove(self)
        self.child.stdin.close()
        if self.child.poll() is None and self.child.stdout is None:
            self.child.terminate()
        self.child.wait(20)


def nginx(folder, origin, everything):
    """Unprivileged, in the foreground, one process; its log leaves in blocks of 64 KiB."""
    port, name = free_port(), f"nginx-{'on' if everything else 'off'}"
    log = f"{folder}/{name}-access.log combined buffer=64k flush=1s" if everything else "off"
    fields = "".join(f"      proxy_set_header {field} {value};\n" for field, value in zip(
        FORWARDED, ("$proxy_add_x_forwarded_for", "$http_host", "$server_port", "$scheme"))) if everything else ""
    places = "".join(f"  {kind}_temp_path {folder}/{name}-{kind};\n"
                     for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    file = folder / f"{name}.conf"
    file.write_text(f"""daemon off; master_process off; pid {folder}/{name}.pid; error_log stderr error;
events {{ worker_connections 8192; }}
http {{
  access_log {log};
  keepalive_requests 1000000000;
{places}  upstream origin {{ server 127.0.0.1:{origin}; keepalive 1024; keepalive_requests 1000000000; }}
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location /up/ {{
      proxy_pass http://origin; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_max_temp_file_size 0;
{fields}    }}
  }}
}}
""")
    return Proxy(name, ["/usr/sbin/nginx", "-e", "stderr", "-c", file], folder, port)


def haproxy(folder, origin, everything):
    """In the foreground, one thread; its log is a line of standard output a request."""
    port, name = free_port(), f"haproxy-{'on' if everything else 'off'}"
    fields = "".join(f"  http-request set-header {field} {value}\n" for field, value in zip(
        FORWARDED[1:], ("%[req.hdr(host)]", "%[dst_port]", "http"))) + "  option forwardfor\n" if everything else ""
    file = folder / f"{name}.cfg"
    file.write_text(f"""global
  nbthread 1
  maxconn 8192
  {'log stdout format raw local0' if everything else ''}
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  http-reuse always
  {'log global' if everything else ''}
  {'option httplog' if everything else ''}
frontend front
  bind 127.0.0.1:{port} backlog 4096
  use_backend origin if {{ path_beg /up/ }}
backend origin
{fields}  server one 127.0.0.1:{origin}
""")
    return Proxy(name, ["/usr/sbin/haproxy", "-db", "-f", file], folder, port)


def relay(folder, origin, _everything):
    return Proxy("relay", [PROGRAMS / "bench" / "bench-relay", origin], folder)


OFF = {"crema.gateway.access-log-every": 0, "zuul.add-proxy-headers": "false", "crema.gateway.via": "",
       "crema.gateway.trace": "false", "hystrix.command.default.circuitBreaker.enabled": "false"}


def crema(folder, origin, everything, routes=1, name=None, more=()):
    """routes: as many routes, services and instances. more: (key, value) of other settings."""
    port, name = free_port(), name or f"crema-{'on' if everything else 'off'}"
    given = {"server.port": port, "crema.home": folder / name, "spring.cloud.config.enabled": "false",
             "eureka.client.enabled": "false", "crema.gateway.workers": 1, "zuul.semaphore.max-semaphores": 100000,
             "crema.gateway.requests-max": 1000000, "crema.gateway.upstream-requests-max": 1000000,
             "crema.gateway.pool-max": 10000, "ribbon.MaxConnectionsPerHost": 100000,
             "ribbon.MaxTotalConnections": 100000, **({} if everything else OFF), **dict(more)}
    for number in range(routes):
        path = "up" if routes == 1 else f"up/{number}"
        given.update({f"zuul.routes.r{number}.path": f"/{path}/**", f"zuul.routes.r{number}.strip-prefix": "false",
                      f"zuul.routes.r{number}.service-id": f"s{number}",
                      f"s{number}.ribbon.listOfServers": f"127.0.0.1:{origin}"})
    return Proxy(name, [PROGRAMS / "bin" / "zuul-gateway", *[f"--{key}={value}" for key, value in given.items()]],
                 folder, port)


MAKERS = {"crema": crema, "nginx": nginx, "haproxy": haproxy, "relay": relay}
SETTINGS = """\
  settings: one worker each, keep-alive, pools and connections without a limit that is reached, no temporary files
    everything on    nginx     access_log combined buffer=64k; X-Forwarded-For, -Host, -Port, -Proto
                     haproxy   option httplog to standard output; the same headers
                     crema     as it comes: access log, X-Forwarded-*, Via, X-Request-Id, traceparent, circuit, metrics;
                               what leaves at a time leaves by io_uring
    all off          nginx, haproxy: no log, no headers; crema: likewise, no circuit, no tracing; metrics stay"""


@contextlib.contextmanager
def running(folder, *makers):
    """The back end's port and what the makers make in front of it."""
    with contextlib.ExitStack() as stack:
        origin = Proxy("origin", [PROGRAMS / "bench" / "bench-origin"], folder)
        stack.callback(origin.end)
        made = []
        for maker in makers:
            made.append(maker(folder, origin.port))
            stack.callback(made[-1].end)
        yield (origin, *made)
