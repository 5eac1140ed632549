"""`./crema fmt`: formats the C code in place."""
import subprocess
import sys

from .sources import c_files
from .stack import ROOT


def main():
    return subprocess.run(["clang-format-14", "-i", *map(str, c_files())], cwd=ROOT,
                          check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
