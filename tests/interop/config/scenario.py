"""A repository of the differential test, and what is asked about it.

Each repository has a name of its own, which is that of the application too; `{app}` in files and paths
stands for it, `{head}` and `{head7}` in paths for the newest commit of main.
"""
import os
import subprocess
from dataclasses import dataclass, field

from harness.repositories import CLEAN

V2 = {"Accept": "application/vnd.spring-cloud.config-server.v2+json"}
FLAT = ("yml", "properties", "json")
RAW = "?resolvePlaceholders=false"


WHO = "committer tester <tester@localhost> 1700000000 +0000"


def git(folder, *arguments, input=None):
    subprocess.run(["git", *arguments], cwd=folder, env={**os.environ, **CLEAN}, input=input, check=True)


def data(text):
    text = text if isinstance(text, bytes) else text.encode()
    return b"data %d\n%s\n" % (len(text), text)


@dataclass
class Request:
    path: str
    headers: dict = field(default_factory=dict)
    method: str = "GET"
    about: str = ""  # the line of docs/compatibility.md because of which it is asked
    body: bytes = None

    def __str__(self):
        return f"{self.method} {self.path} {self.headers or ''}"


class Scenario:
    """Collects commits and requests."""

    def __init__(self, name):
        self.app = self.name = name
        self.about = ""
        self.commits = []  # (branch, files)
        self.tags = []     # (name, number of commits before it)
        self.more = []     # further repositories: (name, files)
        self.main = "main"
        self.requests = []

    # ---- what is in the repository ----

    def commit(self, files, branch=None):
        self.commits.append((branch, files))

    def tag(self, name):
        self.tags.append((name, len(self.commits)))

    def beside(self, name, files):
        """A second repository in the same folder."""
        self.more.append((name, files))

    def make(self, root):
        """The repositories in the folder root."""
        for name, files in self.more:
            self.write(root / name, [("main", files)])
        path = root / self.app
        self.write(path, [(branch or self.main, files) for branch, files in self.commits])
        head = (path / ".git" / "refs" / "heads" / self.main).read_text().strip()
        for request in self.requests:
            request.path = request.path.replace("{head}", head).replace("{head7}", head[:7])

    def write(self, path, commits):
        """One repository by three processes; a branch begins where the first one is by then."""
        first, begun, stream = commits[0][0], set(), []
        for number, (branch, files) in enumerate(commits, 1):
            stream.append(f"commit refs/heads/{branch}\n{WHO}\n".encode() + data(b"change"))
            if branch not in begun and branch != first:
                stream.append(f"from refs/heads/{first}\n".encode())
            begun.add(branch)
            for name, text in files.items():
                stream.append(f"M 100644 inline {name.replace('{app}', self.app)}\n".encode() + data(text))
            stream += [f"tag {name}\nfrom refs/heads/{branch}\n{WHO.replace('committer', 'tagger')}\n".encode()
                       + data(b"tag") for name, after in self.tags if after == number and path.name == self.app]
        git(path.parent, "init", "-q", "-b", first, "--template=", str(path))
        git(path, "fast-import", "--quiet", input=b"".join(stream))
        git(path, "reset", "-q", "--hard")

    # ---- what is asked ----

    def ask(self, *paths, headers=None, method="GET"):
        for path in paths:
            self.requests.append(Request(path.replace("{app}", self.app), dict(headers or {}), method, self.about))

    def read(self, *profiles, formats=FLAT):
        """In every form that there is, as far as the profile's name lets it be asked for."""
        for profile in profiles or ("default",):
            self.ask(f"/{{app}}/{profile}")
            self.ask(f"/{{app}}/{profile}", headers=V2)
            if "-" not in profile:
                self.ask(*[f"/{{app}}-{profile}.{ending}" for ending in formats])

    def read_unresolved(self, *profiles):
        for profile in profiles or ("default",):
            self.ask(*[f"/{{app}}-{profile}.{ending}{RAW}" for ending in FLAT])

    def each(self, texts, ending="yml"):
        """One file for each text, each in a profile of its own, read on its own."""
        texts = texts if isinstance(texts, dict) else {f"t{number}": text for number, text in enumerate(texts)}
        self.commit({f"{{app}}-{profile}.{ending}": text for profile, text in texts.items()})
        for profile in texts:
            self.ask(f"/{{app}}/{profile}", headers=V2)
            self.ask(*[f"/{{app}}-{profile}.{form}" for form in FLAT])
