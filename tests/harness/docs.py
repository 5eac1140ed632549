"""`./crema docs`: writes docs/settings.md from the daemons' own tables; lint fails when it is stale."""
import re
import subprocess
import sys

from .build import build
from .daemons import DAEMONS
from .stack import ROOT

SETTINGS = ROOT / "docs" / "settings.md"
HEAD = """# Settings

Made by `./crema docs` from the tables that the daemons bind; do not edit. A value comes from the first of
these that has its key: the command line (`--key=value`), `SPRING_APPLICATION_JSON`, the environment
(`SERVER_PORT`), the config server, `application-{profile}.yml`, `application.yml`, the default below.
Names are relaxed: `server.maxThreads`, `server.max-threads` and `SERVER_MAXTHREADS` are one key.

"""


def settings(preset="release"):
    """The whole page, from the binaries of a build."""
    sections = {}
    for row in DAEMONS:
        said = subprocess.run([ROOT / "build" / preset / "bin" / row.name, "--settings-markdown"],
                              capture_output=True, text=True, check=True).stdout
        for section in re.split(r"(?m)^(?=## )", said):
            if section.strip():
                sections.setdefault(section.partition("\n")[0], section.strip() + "\n")
    return HEAD + "\n".join(sections.values())


def main():
    build("release")
    SETTINGS.write_text(settings())
    print(f"wrote {SETTINGS.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
