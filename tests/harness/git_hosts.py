"""Hosts of git repositories: real `git daemon`, real `git http-backend`, and a relay that misbehaves."""
import base64
import getpass
import os
import socket
import socketserver
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from . import packages
from .remotes import GIT
from .repositories import CLEAN


class Host:
    """What hosts have in common: a port of their own, kept when they go away and come again.

    `calls` is how many there were; hold() lets further ones wait until go_on().
    """

    scheme = ""

    def __init__(self, root):
        self.root = root
        self.port = 0
        self.server = None
        self.holder = None      # keeps the port while the host is away: others could be given it
        self.calls = 0
        self.gate = threading.Event()
        self.gate.set()
        self.start()

    def wait_for_turn(self):
        self.calls += 1
        self.gate.wait(30)

    def hold(self):
        self.gate.clear()

    def go_on(self):
        self.gate.set()

    def start(self):
        if self.holder:
            self.holder.close()
            self.holder = None
        self.server = self.make_server(self.port)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self):
        self.go_on()
        if self.server:
            self.server.shutdown()
            self.server.server_close()
            self.server = None
            self.holder = socket.socket()
            self.holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self.holder.bind(("127.0.0.1", self.port))

    def close(self):
        self.stop()
        if self.holder:
            self.holder.close()
            self.holder = None

    def uri(self, name, user="", port=None):
        """port: of a way that leads here, if not the host's own."""
        return f"{self.scheme}://{user}127.0.0.1:{port or self.port}/{name}"


class _Tcp(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64


class GitDaemon(Host):
    """Each connection is a `git daemon --inetd`."""

    scheme = "git"

    def make_server(self, port):
        host = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                host.wait_for_turn()
                subprocess.run(["git", "daemon", "--inetd", f"--base-path={host.root}", "--export-all",
                                "--enable=receive-pack"], stdin=self.request, stdout=self.request,
                               stderr=subprocess.DEVNULL, env={**os.environ, **CLEAN}, check=False)
        return _Tcp(("127.0.0.1", port), Handler)


class HttpHost(Host):
    """A web server in front of `git http-backend`, which wants `credentials` ("user:password") if given."""

    scheme = "http"

    def __init__(self, root, credentials=None, moved_to=None, says=None):
        self.credentials = credentials
        self.moved_to = moved_to        # another host's uri(""): everything is redirected there
        self.says = says                # a status: the answer to everything, with a web page
        self.seen = []                  # (path, Authorization)
        super().__init__(root)

    def make_server(self, port):
        host = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                """Quiet."""

            def do_GET(self):
                host.wait_for_turn()
                host.answer(self)

            do_POST = do_GET

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False

            def handle_error(self, request, client_address):
                """A client that left is no news."""
        return Server(("127.0.0.1", port), Handler)

    def answer(self, call):
        body = call.rfile.read(int(call.headers.get("Content-Length") or 0))
        self.seen.append((call.path, call.headers.get("Authorization")))
        if self.says:
            self.plain(call, self.says, {})
            return
        if self.moved_to:
            self.plain(call, 301, {"Location": self.moved_to + call.path.lstrip("/")})
            return
        if self.credentials:
            wanted = "Basic " + base64.b64encode(self.credentials.encode()).decode()
            if call.headers.get("Authorization") != wanted:
                self.plain(call, 401, {"WWW-Authenticate": 'Basic realm="git"'})
                return
        self.backend(call, body)

    @staticmethod
    def plain(call, status, headers, body=b"<p>no</p>"):
        call.send_response(status)
        for key, value in {**headers, "Content-Type": "text/html", "Content-Length": str(len(body))}.items():
            call.send_header(key, value)
        call.end_headers()
        call.wfile.write(body)

    def backend(self, call, body):
        path, _, query = call.path.partition("?")
        env = {**os.environ, **CLEAN, "GIT_PROJECT_ROOT": str(self.root), "GIT_HTTP_EXPORT_ALL": "1",
               "REQUEST_METHOD": call.command, "PATH_INFO": path, "QUERY_STRING": query,
               "CONTENT_TYPE": call.headers.get("Content-Type") or "", "CONTENT_LENGTH": str(len(body)),
               "REMOTE_ADDR": "127.0.0.1", "SERVER_PROTOCOL": "HTTP/1.1"}
        done = subprocess.run(["git", "http-backend"], input=body, env=env, capture_output=True, check=False)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        content = self.answered(path, content)
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        status = int(headers.pop("Status", "200").split()[0])
        call.send_response(status)
        for key, value in {**headers, "Content-Length": str(len(content))}.items():
            call.send_header(key, value)
        call.end_headers()
        call.wfile.write(content)

    def answered(self, _path, content):
        """What the client gets in the place of this."""
        return content


class EndlessPage(HttpHost):
    """A web server whose every answer is a page that never ends, with the status `says`."""

    def answer(self, call):
        call.close_connection = True
        call.send_response(self.says)
        call.send_header("Content-Type", "text/html")
        call.end_headers()
        try:
            while True:
                call.wfile.write(b"<p>and so on</p>" * 4096)
        except OSError:
            self.seen.append((call.path, None))


class HttpsHost(HttpHost):
    """The same behind TLS, with a certificate that nobody vouches for."""

    scheme = "https"

    def __init__(self, root, folder, **options):
        self.folder = folder
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                        "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
                        str(folder / "key.pem"), "-out", str(folder / "cert.pem")],
                       check=True, capture_output=True)
        super().__init__(root, **options)

    def make_server(self, port):
        import ssl
        server = super().make_server(port)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / "cert.pem", self.folder / "key.pem")
        server.socket = context.wrap_socket(server.socket, server_side=True)
        return server


class SshHost(Host):
    """Each connection is an `sshd -i`; who has `key` may log in as the user that runs the tests."""

    scheme = "ssh"

    def __init__(self, root, folder):
        packages.install("openssh-server", "openssh-client")
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)      # sshd wants it when it is root
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self.key = self.new_key("user")
        self.host_key = self.new_key("host")
        self.settings = folder / "sshd_config"
        self.show()
        super().__init__(root)

    def show(self, host_key=None, key=None):
        """From the next connection on: the host has that key and lets in who has this one; None: the right ones."""
        fresh = self.settings.with_suffix(".new")       # an sshd that starts reads the one or the other
        fresh.write_text(
            f"HostKey {host_key or self.host_key}\nAuthorizedKeysFile {key or self.key}.pub\nStrictModes no\n"
            "UsePAM no\nPermitRootLogin prohibit-password\nPasswordAuthentication no\n"
            "KbdInteractiveAuthentication no\nLogLevel QUIET\n")
        fresh.rename(self.settings)

    def new_key(self, name, passphrase=""):
        """The path of a private key, beside which its public one stands as .pub."""
        path = self.folder / name
        for old in (path, path.with_suffix(".pub")):
            old.unlink(missing_ok=True)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-f", str(path)], check=True)
        return path

    def public_key(self):
        """(algorithm, Base64) of the host."""
        return tuple(Path(f"{self.host_key}.pub").read_text().split()[:2])

    def known_hosts(self, port=None):
        """A file that says what the host's key is now. port: of a way that leads here."""
        path = self.folder / "known_hosts"
        path.write_text(f"[127.0.0.1]:{port or self.port} {' '.join(self.public_key())}\n")
        return path

    def login(self, port=None):
        """The settings of a config server that may log in, and trusts this host only."""
        return {GIT + "ignore-local-ssh-settings": "true", GIT + "known-hosts-file": str(self.known_hosts(port)),
                GIT + "private-key": self.key.read_text()}

    def make_server(self, port):
        host = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                host.wait_for_turn()
                subprocess.run(["/usr/sbin/sshd", "-i", "-f", str(host.settings)], stdin=self.request,
                               stdout=self.request, stderr=subprocess.DEVNULL, check=False)
        return _Tcp(("127.0.0.1", port), Handler)

    def uri(self, name, user="", port=None):
        return super().uri(f"{self.root}/{name}".lstrip("/"), user or getpass.getuser() + "@", port)


class Relay(Host):
    """Passes bytes between a client and another host; of the answer only the first `limit`, then silence.

    limit None: all of them. `stuck` is set once a connection is held, or with `cut` was ended there.
    """

    def __init__(self, target, limit=0, cut=False):
        self.cut = cut
        self.target = target
        self.scheme = target.scheme
        self.limit = limit
        self.stuck = threading.Event()
        self.released = threading.Event()
        super().__init__(target.root)

    def stop(self):
        self.released.set()
        super().stop()

    def uri(self, name, user="", port=None):
        return self.target.uri(name, user, port or self.port)

    def heal(self):
        self.limit = None
        self.released.set()

    def make_server(self, port):
        relay = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                try:
                    relay.pass_on(self.request)
                except OSError:
                    """One side left."""
        return _Tcp(("127.0.0.1", port), Handler)

    def pass_on(self, client):
        limit = self.limit
        with socket.create_connection(("127.0.0.1", self.target.port)) as origin:
            threading.Thread(target=self.copy, args=(client, origin), daemon=True).start()
            passed = 0
            while limit is None or passed < limit:
                data = origin.recv(65536 if limit is None else min(65536, limit - passed))
                if not data:
                    return
                client.sendall(data)
                passed += len(data)
            self.stuck.set()
            if not self.cut:
                self.released.wait(60)

    @staticmethod
    def copy(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            """One side left."""
