"""A process with an event stream whose words a test writes."""
import json
import queue
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

STREAM = "text/event-stream;charset=UTF-8"
LATENCY = {"0": 2, "25": 5, "50": 8, "75": 14, "90": 23, "95": 41, "99": 87, "99.5": 120, "100": 131}


def command(name, group="Coffee", hosts=1, **fields):
    """A complete HystrixCommand event of a closed circuit at zero, as our aggregator sends it."""
    zero = ("CollapsedRequests", "Emit", "ExceptionsThrown", "Failure", "FallbackEmit", "FallbackFailure",
            "FallbackMissing", "FallbackRejection", "FallbackSuccess", "ResponsesFromCache",
            "SemaphoreRejected", "ShortCircuited", "Success", "ThreadPoolRejected", "Timeout", "BadRequests")
    return {
        "type": "HystrixCommand", "name": name, "group": group, "currentTime": int(time.time() * 1000),
        "isCircuitBreakerOpen": False, "errorPercentage": 0, "errorCount": 0, "requestCount": 0,
        **{f"rollingCount{kind}": 0 for kind in zero},
        "currentConcurrentExecutionCount": 0, "rollingMaxConcurrentExecutionCount": 0,
        "latencyExecute_mean": 0, "latencyExecute": dict.fromkeys(LATENCY, 0),
        "latencyTotal_mean": 0, "latencyTotal": dict.fromkeys(LATENCY, 0),
        "propertyValue_circuitBreakerRequestVolumeThreshold": 20 * hosts,
        "propertyValue_circuitBreakerSleepWindowInMilliseconds": 5000 * hosts,
        "propertyValue_circuitBreakerErrorThresholdPercentage": 50 * hosts,
        "propertyValue_circuitBreakerForceOpen": False, "propertyValue_circuitBreakerForceClosed": False,
        "propertyValue_circuitBreakerEnabled": True,
        "propertyValue_executionIsolationStrategy": "SEMAPHORE",
        "propertyValue_executionIsolationThreadTimeoutInMilliseconds": 1000 * hosts,
        "propertyValue_executionIsolationSemaphoreMaxConcurrentRequests": 10 * hosts,
        "propertyValue_metricsRollingStatisticalWindowInMilliseconds": 10000 * hosts,
        "propertyValuesSummed": True, "reportingHosts": hosts, **fields}


def busy(name, success, failure=0, timeout=0, rejected=0, **fields):
    """A circuit with traffic in its window."""
    requests, errors = success + failure + timeout + rejected, failure + timeout + rejected
    return command(name, **{
        "requestCount": requests, "errorCount": errors,
        "errorPercentage": 100 * errors // requests if requests else 0, "rollingCountSuccess": success,
        "rollingCountFailure": failure, "rollingCountTimeout": timeout,
        "rollingCountSemaphoreRejected": rejected, "rollingCountFallbackSuccess": errors,
        "latencyExecute_mean": 12, "latencyExecute": LATENCY, **fields})


def pool(name, **fields):
    """A HystrixThreadPool event."""
    return {"type": "HystrixThreadPool", "name": name, "currentActiveCount": 0, "currentQueueSize": 0,
            "currentPoolSize": 10, "currentCorePoolSize": 10, "currentMaximumPoolSize": 10,
            "currentLargestPoolSize": 10, "currentCompletedTaskCount": 0, "currentTaskCount": 0,
            "rollingCountThreadsExecuted": 0, "rollingMaxActiveThreads": 0,
            "propertyValue_queueSizeRejectionThreshold": 5,
            "propertyValue_metricsRollingStatisticalWindowInMilliseconds": 10000,
            "propertyValuesSummed": True, "reportingHosts": 1, **fields}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        """Quiet."""

    def do_GET(self):
        self.server.origin.serve(self)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request, client_address):
        """A reader that left is no news."""


class Origin:
    """Serves `/hosts` (the list `hosts`) and, at every other path, a stream of what show() and send() give.

    Whoever comes later is first sent the newest of everything that was shown.
    """

    def __init__(self, port=0):
        self.status = 200
        self.content_type = STREAM
        self.headers = {}
        self.ping = ": ping\n\n"  # "" : silence
        self.hosts = []
        self.seen = []      # (path, headers) of each stream that was asked for
        self.latest = {}
        self.readers = set()
        self.lock = threading.Lock()
        self._listen(port)

    def _listen(self, port):
        self.server = _Server(("127.0.0.1", port), _Handler)
        self.server.origin = self
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def url(self, path="/turbine.stream"):
        return f"http://127.0.0.1:{self.port}{path}"

    def show(self, *events):
        """Sends events now, and to whoever comes later."""
        with self.lock:
            for event in events:
                self.latest[event["type"], event["name"]] = event
        for event in events:
            self.send(f"data: {json.dumps(event)}\n\n")

    def send(self, text):
        """Sends bytes as they are to whoever reads now."""
        with self.lock:
            for reader in self.readers:
                reader.put(text.encode())

    def serve(self, handler):
        if handler.path.startswith("/hosts"):
            self._answer(handler, 200, "application/json", json.dumps(self.hosts).encode())
            return
        with self.lock:
            self.seen.append((handler.path, handler.headers))
        if self.status != 200:
            self._answer(handler, self.status, "text/plain", b"no")
            return
        handler.send_response(200)
        handler.send_header("Content-Type", self.content_type)
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.close_connection = True
        self._stream(handler)

    def _answer(self, handler, status, content_type, body):
        handler.send_response(status)
        for name, value in {"Content-Type": content_type, "Content-Length": str(len(body)),
                            "Connection": "close", **self.headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    def _stream(self, handler):
        words = queue.Queue()
        with self.lock:
            for event in self.latest.values():
                words.put(f"data: {json.dumps(event)}\n\n".encode())
            self.readers.add(words)
        try:
            handler.wfile.write(self.ping.encode())
            while (piece := self._next(words)) is not None:
                handler.wfile.write(piece)
        except OSError:
            pass  # the reader has gone
        finally:
            with self.lock:
                self.readers.discard(words)

    def _next(self, words):
        try:
            return words.get(timeout=0.3)
        except queue.Empty:
            return self.ping.encode()

    def break_streams(self):
        """Ends every open stream; new ones are served."""
        with self.lock:
            for reader in self.readers:
                reader.put(None)

    def stop(self):
        """Nobody listens any more."""
        self.break_streams()
        self.server.shutdown()
        self.server.server_close()

    def start(self):
        """Listens again, at the same port."""
        self._listen(self.port)
