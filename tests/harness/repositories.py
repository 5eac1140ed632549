"""Real git repositories, made by the git client, and the short forms in which cases ask about them."""
import os
import subprocess
from pathlib import Path

CLEAN = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null",
         "GIT_AUTHOR_NAME": "tester", "GIT_AUTHOR_EMAIL": "tester@localhost",
         "GIT_COMMITTER_NAME": "tester", "GIT_COMMITTER_EMAIL": "tester@localhost"}


class Repository:
    """A repository with a work tree; `uri` is what the server is given."""

    def __init__(self, path, branch="main"):
        self.path = Path(path)
        self.path.mkdir(parents=True)
        self.git("init", "-q", "-b", branch)
        self.uri = f"file://{self.path}"

    def git(self, *arguments):
        done = subprocess.run(["git", *arguments], cwd=self.path, env={**os.environ, **CLEAN},
                              capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"git {' '.join(arguments)}: {done.stderr}"
        return done.stdout.strip()

    def write(self, files):
        for name, text in files.items():
            file = self.path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text if isinstance(text, bytes) else text.encode())

    def commit(self, files, message="change"):
        """Writes and commits; returns the commit's id."""
        self.write(files)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")


class Hosted(Repository):
    """A work tree and the bare repository that a host offers; what is committed is pushed."""

    def __init__(self, path, bare, host):
        super().__init__(path)
        self.bare = bare
        self.host = host
        self.git("init", "-q", "--bare", "-b", "main", str(bare))
        self.git("remote", "add", "origin", str(bare))
        self.uri = host.uri(bare.name)

    def push(self, files, branch="main"):
        commit = self.commit(files)
        self.git("push", "-q", "--force", "origin", f"HEAD:refs/heads/{branch}")
        return commit


class Server:
    """A config server and the short forms in which the numbered cases speak."""

    def __init__(self, running, repo):
        self.running = running
        self.repo = repo

    def get(self, path, **kwargs):
        return self.running.get(path, **{"timeout": 30, **kwargs})

    def environment(self, path, **kwargs):
        answer = self.get(path, **kwargs)
        assert answer.status == 200, answer
        return answer.json

    def sources(self, path):
        """Source names without the repository's URI in front."""
        front = self.repo.uri + "/"
        names = [source["name"] for source in self.environment(path)["propertySources"]]
        assert all(name.startswith(front) for name in names), names
        return [name[len(front):] for name in names]

    def first(self, path):
        """The strongest source's keys and values."""
        return self.environment(path)["propertySources"][0]["source"]

    @property
    def log(self):
        return self.running.log
