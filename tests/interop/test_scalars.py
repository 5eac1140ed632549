"""YAML, properties and properties in XML: Spring Boot's own readers and ours read the same files.

Compared are documents, keys in their order, each value's kind and text, and its line and column. A
difference is mended, or has a line in docs/compatibility.md and in DEVIATIONS."""
import base64
import json
import os
import random
import re
import subprocess
from collections import Counter
from dataclasses import dataclass

import documents
import scalars
from harness import java
from harness.running import binary
from harness.stack import ROOT

SEED = int(os.environ.get("CREMA_SEED", "20261129"))
SCALARS, GENERATED = 20000, 1500


@dataclass(frozen=True)
class Pair:
    """One file, and what was made of it."""
    ending: str
    text: bytes
    theirs: dict
    ours: dict

    def they_say(self, pattern):
        return re.search(pattern, self.theirs.get("error", ""))

    def we_say(self, pattern):
        return re.search(pattern, self.ours.get("error", ""))

    def of(self, pattern):
        return re.search(pattern, self.text.decode("utf-8", "replace"))

    def values(self, part=3):
        return [[[value[:part] for value in document] for document in answer.get("documents", [])]
                for answer in (self.theirs, self.ours)]


def has_lone_surrogate(pair):
    if pair.we_say("invalid Unicode character escape"):
        return pair.of(r"\\u[dD][89a-fA-F]")
    theirs, ours = (json.dumps(value, ensure_ascii=False) for value in pair.values())
    return theirs == ours.replace("\ufffd", "?")


def is_place_of_nothing(pair):
    theirs, ours = pair.values()
    if theirs != ours or not theirs:
        return False
    differ = [value for document, mine in zip(pair.theirs["documents"], pair.ours["documents"])
              for value, my in zip(document, mine) if value != my]
    return all(value[2] == "" for value in differ)


def is_order(pair):
    theirs, ours = pair.values()
    return pair.ending == "xml" and theirs != ours and [sorted(document) for document in theirs] == [
        sorted(document) for document in ours]


# How the line in docs/compatibility.md begins, and which differences it explains.
DEVIATIONS = (
    ("a tab behind `:` or `-`",
    lambda pair: pair.they_say(r"found character '\\t\(TAB\)'|unknown escape character /|"
                                                            r"but got \?")),
    ("anchors of any characters", lambda pair: pair.we_say("while scanning (an anchor|an alias|a directive)|"
                                                           "found unexpected ':'|incompatible YAML document|"
                                                           "while parsing a block mapping, did not find expected key")
     or pair.of("\n\ufeff")),
    ("a tag on a list that is empty", lambda pair: pair.we_say("a list cannot be of type|is no (whole )?number")
     and pair.of(r"\[\s*\]|0x|\d{1000}|!!pairs")),
    ("a key that is no text", lambda pair: pair.they_say("ClassCastException|String.startsWith")),
    ("bytes and moments as keys", lambda pair: pair.we_say("bytes and timestamps cannot be keys")),
    ("the place of a value that is not there", is_place_of_nothing),
    ("half of a surrogate pair", has_lone_surrogate),
    ("`.xml`: the order", is_order),
    ("`.xml`: unknown entities", lambda pair: pair.ending == "xml" and pair.we_say("^XML line")),
    ("`.xml`: version 1.1", lambda pair: pair.ending == "xml" and "error" in pair.theirs),
)


def read(program, files):
    """One answer for each (ending, bytes)."""
    asked = "".join(f"{ending} {base64.b64encode(text).decode()}\n" for ending, text in files)
    done = subprocess.run(["nice", *program], input=asked.encode(), stdout=subprocess.PIPE, check=True, timeout=300)
    answers = [json.loads(line) for line in done.stdout.decode("utf-8", "replace").split("\n") if line]
    assert len(answers) == len(files)
    return answers


def read_both(files):
    home = java.built() / "snakeyaml"
    theirs = read([str(java.java_home() / "bin" / "java"), "-Xmx256m", "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
                   "-classpath", f"{home}/classes:{home}/lib/*", "peer.Client"], files)
    ours = read([str(binary("read-flat"))], files)
    return [Pair(*file, *answers) for file, *answers in zip(files, theirs, ours)]


def judge(pairs):
    """(how many differ by which line, [the differences that none explains])"""
    met, unexplained = Counter(), []
    for pair in pairs:
        if pair.theirs == pair.ours or ("error" in pair.theirs and "error" in pair.ours):
            continue
        line = next((line for line, explains in DEVIATIONS if explains(pair)), None)
        if line:
            met[line] += 1
        else:
            unexplained.append(pair)
    return met, unexplained


def report(tell, what, pairs, met):
    refused = sum("error" in pair.theirs and "error" in pair.ours for pair in pairs)
    tell(f"SnakeYAML in Spring Boot: {len(pairs)} {what} (seed {SEED}), {refused} of them refused by both; "
         f"{sum(met.values())} differ as docs/compatibility.md says, by {len(met)} lines")


def check(unexplained):
    assert not unexplained, f"seed {SEED}: {len(unexplained)} differ, the first: " + "\n".join(
        f"{pair.text!r}\n  theirs {json.dumps(pair.theirs)[:300]}\n  ours   {json.dumps(pair.ours)[:300]}"
        for pair in unexplained[:8])


def test_scalars(tell):
    pairs = read_both([("yml", f"k: {text}\n".encode()) for text in scalars.generate(SEED, SCALARS)])
    met, unexplained = judge(pairs)
    report(tell, "scalars", pairs, met)
    check(unexplained)
    kinds = Counter(value[1] for pair in pairs for document in pair.ours.get("documents", []) for value in document)
    assert all(kinds[kind] > 50 for kind in "sbid"), kinds


def test_documents(tell):
    pairs = read_both(documents.everything(random.Random(SEED), GENERATED))
    met, unexplained = judge(pairs)
    report(tell, "documents", pairs, met)
    check(unexplained)
    assert set(met) == {line for line, _ in DEVIATIONS}, "a deviation that is none any more"


def test_each_deviation_is_written_down():
    text = (ROOT / "docs" / "compatibility.md").read_text()
    for line, _ in DEVIATIONS:
        assert f"\n| {line}" in text, line
