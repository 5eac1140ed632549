"""The commands that a README shows, section by section: what a person copies, a test runs."""
import re

from .stack import ROOT


def commands(wanted=lambda section: True, source="README.md"):
    """The commands of the shell blocks of the sections whose title is wanted ("" before the first), in order."""
    text = (ROOT / source).read_text()
    for part in re.split(r"^(?=## )", text, flags=re.MULTILINE):
        title = re.match(r"## (.*)", part)
        if not wanted(title.group(1) if title else ""):
            continue
        for block in re.findall(r"```sh\n(.*?)```", part, re.DOTALL):
            for line in block.replace("\\\n", " ").splitlines():
                command = line.partition("  #")[0].strip()
                if command:
                    yield command
