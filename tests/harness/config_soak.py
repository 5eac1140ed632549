"""A repository that never rests, those who ask for it all the time, and the account that is kept of it.

Each commit bears a number in all of its files, so one answer that mixes two commits shows it. What was
pushed under a label is noted in its order, and no answer may go back behind what another one has shown.
"""
import http.client
import json
import os
import random
import statistics
import threading
import time
from pathlib import Path

from .pace import Pace
from .stack import private_kb

APPLICATIONS = ("order", "member", "status")
LABELS = ("main", "release/2", "passing")
FILES = [f"{name}{profile}.yml" for name in ("application", *APPLICATIONS) for profile in ("", "-dev")]
MOVING_S = 0.15         # from a hook to the answer with the new value, mostly
LINES = 40              # of a file, each with the number
PADDING_BYTES = 8000    # for a pack to be stalled in


class History:
    """What was pushed under each label, in order; None: it was deleted. ordered False: in any order."""

    def __init__(self, ordered=True):
        self.ordered = ordered
        self.lock = threading.Lock()
        self.numbers = {}                               # commit: its number
        self.pushed = {label: [] for label in LABELS}
        self.shown = dict.fromkeys(LABELS, 0)           # the position that some answer had

    def note(self, label, commit):
        """Before it is pushed, for it may be answered as soon as it is."""
        with self.lock:
            self.pushed[label].append(commit)

    def last(self, label):
        return self.pushed[label][-1]

    def floor(self, label):
        """What a request that begins now must not go back behind."""
        with self.lock:
            return self.shown[label]

    def place(self, label, commit, floor):
        if not self.ordered:
            return
        with self.lock:
            pushed = self.pushed[label]
            found = next((at for at in range(floor, len(pushed)) if pushed[at] == commit), None)
            assert found is not None, (f"{label} went back: {commit} ({self.numbers.get(commit)}) behind number "
                                       f"{self.numbers.get(pushed[floor])}")
            self.shown[label] = max(self.shown[label], found)


def numbered(number):
    """The files of a commit, with its number in all lines."""
    return {name: "".join(f"{name}-{line}: {number}\n" for line in range(LINES)) for name in FILES}


class Pusher(threading.Thread):
    """Pushes about once a second, also by force, and deletes a branch now and then.

    Who holds `pause` keeps the remote as it is.
    """

    def __init__(self, repo, history, chance, hook):
        super().__init__(daemon=True)
        self.repo, self.history, self.chance, self.hook = repo, history, chance, hook
        self.pause, self.ended = threading.Lock(), threading.Event()
        self.moving = threading.Event()     # a push may become visible at any moment
        self.number, self.wrong = 0, []
        self.done = dict.fromkeys(("pushed", "pushed back", "other history", "deleted", "hooks"), 0)
        for label in LABELS:
            self.push(label)

    def commit(self):
        self.number += 1
        padding = {"padding": self.chance.randbytes(PADDING_BYTES)}
        commit = self.repo.commit({**numbered(self.number), **padding})
        self.history.numbers[commit] = self.number
        return commit

    def send(self, label, commit, what):
        self.history.note(label, commit)
        self.repo.git("push", "-q", "--force", "origin", f"{commit or ''}:refs/heads/{label}")
        self.done[what] += 1

    def push(self, label):
        self.send(label, self.commit(), "pushed")

    def turn(self):
        label = self.chance.choices(LABELS, (6, 3, 2))[0]
        older = [commit for commit in self.history.pushed[label][-9:-1] if commit]
        if label == "passing" and self.history.last(label) and self.chance.random() < 0.4:
            self.send(label, None, "deleted")
        elif older and self.chance.random() < 0.1:
            self.send(label, self.chance.choice(older), "pushed back")
        elif self.chance.random() < 0.06:
            self.repo.git("checkout", "-q", "--orphan", f"other-{self.number}")
            self.send(label, self.commit(), "other history")
        else:
            self.push(label)
        self.moving.set()
        if self.chance.random() < 0.5:
            self.hook()
            self.done["hooks"] += 1
        if self.number % 300 == 0:
            self.repo.git("--git-dir", str(self.repo.bare), "gc", "-q")

    def run(self):
        due = time.monotonic()
        while not self.ended.is_set():
            try:
                with self.pause:
                    self.turn()
            except Exception as error:  # a thread's failure must reach the test
                self.wrong.append(error)
                return
            self.ended.wait(MOVING_S)
            self.moving.clear()
            due = max(due + 1, time.monotonic())
            self.ended.wait(due - time.monotonic())


class Asker(threading.Thread):
    """Asks over one connection for all applications and labels, and holds each answer against the history.

    moving: an event. Then it asks for names that nobody has asked for before, whose answers are in no memory,
    and without a pause while the event is set: a commit that comes while the files are read is what could make
    a mixture. Such requests may fail while `excused` is set.
    """

    def __init__(self, port, history, rate, seed, moving=None):
        super().__init__(daemon=True)
        self.history, self.rate, self.moving = history, rate, moving
        self.labels = (*LABELS, None)
        self.chance = random.Random(seed)
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.ended, self.excused = threading.Event(), threading.Event()
        self.took_s, self.wrong, self.forgiven = [], [], 0
        self.slowest = (0, "")

    def run(self):
        pace = Pace(1 / self.rate, self.ended)
        while pace.turn() and len(self.wrong) < 5:
            application = self.chance.choice(APPLICATIONS)
            if self.moving:
                application = ",".join((f"strange-{len(self.took_s)}", *APPLICATIONS))
            self.ask(application, self.chance.choice(self.labels))
            if self.moving and self.moving.is_set():
                pace.hurry()
        self.connection.close()

    def ask(self, application, label):
        path = f"/{application}/dev" + (f"/{label.replace('/', '(_)')}" if label else "")
        floor, began, excused = self.history.floor(label or "main"), time.monotonic(), self.excused.is_set()
        try:
            self.connection.request("GET", path)
            response = self.connection.getresponse()
            body = response.read()
            self.took_s.append(time.monotonic() - began)
            self.slowest = max(self.slowest, (self.took_s[-1], f"{path} at {time.strftime('%H:%M:%S', time.gmtime())}"))
            if response.status == 500 and (excused or self.excused.is_set()):
                self.forgiven += 1
                return
            commit = None if response.status == 404 else self.commit_of(response.status, body)
            self.history.place(label or "main", commit, floor)
        except (OSError, http.client.HTTPException, AssertionError) as error:
            self.wrong.append(f"{time.strftime('%H:%M:%S', time.gmtime())} {path} after "
                              f"{time.monotonic() - began:.3f} s: {error!r}")
            self.connection.close()

    def commit_of(self, status, body):
        """The commit whose answer this is in all of its sources."""
        assert status == 200, (status, body[:500])
        answer = json.loads(body)
        sources = answer["propertySources"]
        assert len(sources) == (8 if self.moving else 4), answer
        numbers = {number for source in sources for number in source["source"].values()}
        assert numbers == {self.history.numbers.get(answer["version"])}, f"a mixture of {numbers}: {answer}"
        return answer["version"]


class Watch(threading.Thread):
    """Looks at a process: its memory, its files, its children, those that nobody takes leave of."""

    ZOMBIE_S_MAX = 5

    def __init__(self, pid, every_s):
        super().__init__(daemon=True)
        self.pid, self.every_s = pid, every_s
        self.ended = threading.Event()
        self.private_kb, self.files, self.children_max = [], [], 0
        self.children_seen, self.dead_since, self.wrong = set(), {}, []

    def run(self):
        due = time.monotonic()
        while not self.ended.is_set():
            self.look_at_children()
            if time.monotonic() >= due:
                due += self.every_s
                self.private_kb.append(private_kb(self.pid))
                self.files.append(len(os.listdir(f"/proc/{self.pid}/fd")))
            self.ended.wait(0.1)

    def look_at_children(self):
        now = children(self.pid)
        dead = {pid for pid in now if is_zombie(pid)}
        self.dead_since = {pid: self.dead_since.get(pid, time.monotonic()) for pid in dead}
        self.wrong += [f"{pid} is a zombie" for pid, since in self.dead_since.items()
                       if time.monotonic() > since + self.ZOMBIE_S_MAX]
        self.children_seen.update(now)
        self.children_max = max(self.children_max, len(now))

    def growth(self, samples):
        """(median of the second quarter, when it is warm, median of the last one)"""
        quarter = max(1, len(samples) // 4)
        return statistics.median(samples[quarter:2 * quarter]), statistics.median(samples[-quarter:])


def children(pid):
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*"):
        try:
            found += [int(child) for child in (task / "children").read_text().split()]
        except OSError:
            """A thread that ended."""
    return found


def is_zombie(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return False


def percentile(values, part):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))] if ordered else 0
