"""One process that we started, told apart from any other that may get its number later."""
import os
import signal
import subprocess
import time


def start_time(pid):
    """When the process began, in clock ticks since boot; None if there is none or it is a zombie."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
            fields = stat.read().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else int(fields[19])


def executable(pid):
    """The path of the running binary, also after a rebuild replaced it; None if there is none."""
    try:
        return os.readlink(f"/proc/{pid}/exe").removesuffix(" (deleted)")
    except OSError:
        return None


class Identity:
    """A pid with what proves that it is still the same process."""

    def __init__(self, pid, started, exe):
        self.pid = pid
        self.started = started
        self.exe = exe

    @classmethod
    def of(cls, pid, exe):
        return cls(pid, start_time(pid), str(exe))

    def alive(self):
        return (self.started is not None and start_time(self.pid) == self.started
                and executable(self.pid) == self.exe)

    def send(self, number):
        """Signals the process if it is still the one that was started; False if it is gone."""
        if not self.alive():
            return False
        try:
            os.kill(self.pid, number)
        except ProcessLookupError:
            return False
        return True

    def end(self, seconds):
        """SIGTERM, then SIGKILL after `seconds`. True if it left by itself (or was gone)."""
        if not self.send(signal.SIGTERM):
            return True
        if self.gone_within(seconds):
            return True
        self.send(signal.SIGKILL)
        self.gone_within(5)
        return False

    def gone_within(self, seconds):
        deadline = time.monotonic() + seconds
        while self.alive():
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.005)
        return True

    def as_dict(self):
        return {"pid": self.pid, "started": self.started, "exe": self.exe}


def spawn(argv, log, env):
    """Starts argv in a session of its own, its output appended to the file `log`.

    Returns (child, identity); Popen comes back only after the exec, so the identity is the binary's.
    """
    with open(log, "ab") as sink:
        child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, env=env,
                                 start_new_session=True, close_fds=True)
    return child, Identity.of(child.pid, os.path.realpath(argv[0]))
