"""Which files are ours."""
import subprocess

from .stack import ROOT


def tracked(*patterns):
    """Files under version control, and new ones not ignored, as paths relative to the root."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "--", *patterns], cwd=ROOT,
                            capture_output=True, text=True, check=True).stdout.splitlines()
    return sorted({name for name in listed if (ROOT / name).is_file()})


def c_files():
    return tracked("*.c", "*.h")
