"""`./crema lint`: formatting, clang-tidy, and the rules of the house that a machine can check."""
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from . import docs
from .build import build, configure
from .sources import c_files, tracked
from .stack import ROOT

FILE_LINES_MAX = 800
FUNCTION_LINES_MAX = 70

BANNED = re.compile(r"\b(strcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|atol|atof|alloca|strncpy)\s*\(")
THIRD_PARTY = re.compile(
    r"#include\s*<(microhttpd|curl/|cjson|expat|yaml|sqlite3|librdkafka|git2|openssl|zlib|nghttp2)|"
    r"\b(MHD_|CURL\b|CURLM\b|cJSON|XML_Parser\b|yaml_|sqlite3\b|rd_kafka_|git_\w+\s*\*)")
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX)\b")


def check_format():
    """Every C file is as clang-format would write it."""
    done = subprocess.run(["clang-format-14", "--dry-run", "-Werror", *c_files()], cwd=ROOT,
                          capture_output=True, text=True, check=False)
    wrong = sorted({line.split(":")[0] for line in done.stderr.splitlines() if ": error:" in line})
    return [f"{name}: not formatted, run ./crema fmt" for name in wrong]


def check_banned():
    """No unbounded or locale-bound C function."""
    return list(matches(c_files(), BANNED, "use cr_buf, cr_slice or cr_int instead of"))


def check_third_party():
    """No third-party type in a libcommon header that other rooms may include."""
    headers = [name for name in c_files()
               if name.startswith("libcommon/") and name.endswith(".h") and not name.endswith("_private.h")]
    return list(matches(headers, THIRD_PARTY, "a third-party type in a libcommon header:"))


def check_unfinished():
    """No marker of unfinished work."""
    return list(matches(tracked("*.c", "*.h", "*.py", "*.cmake", "*.js"), UNFINISHED, "unfinished:",
                        but="tests/harness/lint.py"))


def matches(names, pattern, text, but=None):
    for name in names:
        if name == but:
            continue
        for number, line in enumerate((ROOT / name).read_text().splitlines(), 1):
            found = pattern.search(strip_comment(line))
            if found:
                yield f"{name}:{number}: {text} {found.group(0).strip()}"


def strip_comment(line):
    """Line comments and the common one-line form; enough for the words that are looked for."""
    return re.sub(r"/\*.*?(\*/|$)|^\s*\*.*$", "", line)


def check_sizes():
    """Files and functions that can be seen whole."""
    found = []
    for name in c_files():
        lines = (ROOT / name).read_text().splitlines()
        if len(lines) > FILE_LINES_MAX:
            found.append(f"{name}: {len(lines)} lines, at most {FILE_LINES_MAX}")
        start = None
        for number, line in enumerate(lines, 1):
            if line == "{":
                start = number
            elif line.startswith("}") and start:
                if number - start > FUNCTION_LINES_MAX:
                    found.append(f"{name}:{start}: a function of {number - start} lines, "
                                 f"at most {FUNCTION_LINES_MAX}")
                start = None
    return found


def check_headers_alone():
    """Each libcommon header compiles by itself with exactly the rooms that it may see."""
    commands = compile_commands()
    found = []
    for name in c_files():
        if not (name.startswith("libcommon/") and name.endswith(".h")):
            continue
        source = name[:-2] + ".c"
        flags = commands.get(source) or next(
            (flags for other, flags in commands.items() if os.path.dirname(other) == os.path.dirname(name)),
            [])
        done = subprocess.run(["clang-14", *flags, "-fsyntax-only", "-x", "c", "-Wno-unused-function",
                               str(ROOT / name)], capture_output=True, text=True, check=False)
        if done.returncode:
            found.append(f"{name}: does not compile alone: {done.stderr.strip().splitlines()[0]}")
    return found


def compile_commands():
    """Source file (relative) to its flags, without compiler, output and input."""
    import json
    import shlex
    listed = json.loads((ROOT / "build" / "tidy" / "compile_commands.json").read_text())
    commands = {}
    for entry in listed:
        words = shlex.split(entry["command"])[1:]
        flags = []
        skip = False
        for word in words:
            if skip or word == "-c" or word == entry["file"]:
                skip = False
                continue
            if word in ("-o", "-MF", "-MT"):
                skip = True
                continue
            if word in ("-MD",):
                continue
            flags.append(word)
        commands[os.path.relpath(entry["file"], ROOT)] = flags
    return commands


def check_tidy():
    """clang-tidy over our sources; tests are held to the compiler's warnings only."""
    sources = [name for name in c_files() if name.endswith(".c") and not name.startswith("tests/")]
    sources.sort(key=lambda name: -(ROOT / name).stat().st_size)    # so that no long one comes last

    def tidy(name):
        done = subprocess.run(["clang-tidy-14", "--quiet", "-p", "build/tidy", name], cwd=ROOT,
                              capture_output=True, text=True, check=False)
        found = {line for line in done.stdout.splitlines() if ": error:" in line or ": warning:" in line}
        if done.returncode and not found:
            found = {f"{name}: clang-tidy failed: {(done.stderr.strip() or 'no reason given')[:300]}"}
        return found

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return sorted(set().union(*pool.map(tidy, sources)))


def check_docs():
    """docs/settings.md says what the daemons' tables say."""
    build("release")
    if docs.SETTINGS.exists() and docs.SETTINGS.read_text() == docs.settings():
        return []
    return ["docs/settings.md is stale: run ./crema docs"]


CHECKS = (check_format, check_banned, check_third_party, check_unfinished, check_sizes,
          check_headers_alone, check_docs, check_tidy)


def main(argv):
    wanted = [check for check in CHECKS if not argv or check.__name__.removeprefix("check_") in argv]
    if check_tidy in wanted or check_headers_alone in wanted:
        configure("tidy")
    failed = 0
    for check in wanted:
        found = check()
        failed += bool(found)
        print(f"{'FAIL' if found else 'ok  '} {check.__name__.removeprefix('check_'):<16} {check.__doc__}",
              flush=True)
        for line in found:
            print(f"     {line}")
    print(f"{len(wanted) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
