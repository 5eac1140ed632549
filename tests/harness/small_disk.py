"""A disk that can be full at any moment: a tmpfs that nobody sees but one process and what that starts."""
import os
import subprocess
from pathlib import Path

MOUNT = 'mount -t tmpfs -o "size=$1" none "$0" && shift && exec "$@"'


class SmallDisk:
    """`wrapper` makes a daemon the one that sees it, at `folder`; its mount namespace ends with the process."""

    def __init__(self, folder, mib):
        folder.mkdir(parents=True)
        self.folder = folder
        self.size = mib << 20
        self.pid = None
        rights = [] if os.geteuid() == 0 else ["--map-root-user"]
        self.wrapper = ["unshare", "-m", *rights, "sh", "-c", MOUNT, str(folder), str(self.size)]

    def seen_by(self, pid):
        """From now on the process whose disk it is."""
        self.pid = pid

    @property
    def seen(self):
        """The folder with what is on the disk."""
        return Path(f"/proc/{self.pid}/root{self.folder}")

    def fill(self, spare_blocks=0):
        """What is on it is all that it holds, but for so many blocks. Again: what was deleted since is no room."""
        held = os.statvfs(self.seen)
        blocks = held.f_blocks - held.f_bfree + spare_blocks
        if blocks < held.f_blocks:
            self.resize(blocks * held.f_bsize)      # fails when more is on it by now: then it is fuller still

    def make_room(self):
        assert self.resize(self.size)

    def resize(self, size):
        rights = [] if os.geteuid() == 0 else ["-U", "--preserve-credentials"]
        done = subprocess.run(["nsenter", "-t", str(self.pid), "-m", *rights, "mount", "-o", f"remount,size={size}",
                               str(self.folder)], capture_output=True, check=False)
        return done.returncode == 0
