"""`./crema test [SUITE...]`: builds, runs the suites, counts, and says how long each took."""
import argparse
import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as xml
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from . import java
from .build import build
from .errors import StackError
from .fuzz import run_fuzzers
from .running import sanitizer_env
from .stack import ROOT

CI = os.environ.get("CI") == "true"


@dataclass
class Result:
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    notes: list = field(default_factory=list)
    said: str = ""  # what a suite that ran beside others would have printed
    seconds: float = 0


@dataclass(frozen=True)
class Suite:
    name: str
    preset: str     # the build it needs; "" for none
    what: str
    run: object     # function(suite) -> Result
    ahead: bool = False  # runs beside the suites before it, which mostly wait


def run_lint(_suite):
    done = subprocess.run(["nice", sys.executable, "-m", "harness.lint"], cwd=ROOT, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return Result(passed=int(done.returncode == 0), failed=int(done.returncode != 0), said=done.stdout)


def run_ctest(suite):
    report = ROOT / "build" / f"{suite.name}.xml"
    report.unlink(missing_ok=True)
    subprocess.run(["ctest", "--test-dir", f"build/{suite.preset}", "--output-on-failure", "-j4",
                    "--no-tests=error", "--output-junit", str(report)], cwd=ROOT, check=False,
                   env={**os.environ, **sanitizer_env()})
    return read_junit(report)


def run_pytest(*folders, marks="not soak", side_by_side=False):
    """side_by_side: the tests mostly wait and share nothing, so several run at once."""
    workers = ["-n", "4", "--dist", "load"] if side_by_side else ["-p", "no:xdist"]

    def run(suite):
        report = ROOT / "build" / f"{suite.name}.xml"
        report.unlink(missing_ok=True)
        with tempfile.TemporaryDirectory(prefix="cr-") as scratch:  # short: it leads to sockets
            done = subprocess.run(["/usr/bin/python3", "-m", "pytest", "-q", "-x" if not CI else "-q",
                                   *workers, "-p", "no:cacheprovider", "-m", marks, f"--basetemp={scratch}/t",
                                   f"--junitxml={report}", "--durations=5",
                                   *[f"tests/{folder}" for folder in folders]], cwd=ROOT, check=False,
                                  stdout=subprocess.PIPE if suite.ahead else None,
                                  stderr=subprocess.STDOUT if suite.ahead else None, text=True,
                                  env={**os.environ, "CREMA_PRESET": suite.preset})
        result = read_junit(report)
        result.said = done.stdout or ""
        return result
    return run


run_soak = run_pytest("blackbox/gateway", marks="soak")


def run_interop(suite):
    """The peers are built before pytest, which would keep to itself how far that is."""
    try:
        java.built()
    except StackError as error:
        return Result(failed=1, notes=[str(error)])
    return run_pytest("interop")(suite)


def run_fuzz(_suite):
    failures, lines = run_fuzzers()
    print("\n".join(lines), flush=True)
    return Result(passed=len(lines) - len(failures), failed=len(failures), notes=failures)


def read_junit(report):
    """Counts of a JUnit file; a missing one is a failure of the whole suite."""
    if not report.exists():
        return Result(failed=1, notes=["the runner left no report"])
    result = Result()
    for suite in xml.parse(report).getroot().iter("testsuite"):
        for case in suite.iter("testcase"):
            if case.find("failure") is not None or case.find("error") is not None:
                result.failed += 1
                result.notes.append(f"{case.get('classname')}.{case.get('name')}")
            elif case.find("skipped") is not None:
                result.skipped += 1
                result.notes.append(f"skipped {case.get('name')}: {case.find('skipped').get('message')}")
            else:
                result.passed += 1
    return result


SUITES = (
    Suite("unit", "release", "rooms and pure cores (cmocka), gcc release", run_ctest),
    Suite("blackbox", "release", "real binaries over real sockets (pytest)",
          run_pytest("blackbox", side_by_side=True)),
    Suite("conformance", "release", "every numbered case of a protocol's reference, with a table of them",
          run_pytest("conformance", side_by_side=True)),
    Suite("stack", "release", "the front door, the README's commands, the demo",
          run_pytest("stack")),
    Suite("browser", "release", "the dashboard in headless Chromium", run_pytest("browser")),
    Suite("faults", "release", "kill -9 under load: nothing lost, nothing doubled",
          run_pytest("faults")),
    Suite("broker", "release", "on Apache Kafka, which is fetched: killed, emptied, exchanged",
          run_pytest("broker")),
    Suite("interop", "release", "Netflix' and Spring's own clients and servers, which are fetched",
          run_interop),
    Suite("unit-asan", "asan", "unit by clang with ASan and UBSan", run_ctest),
    Suite("blackbox-asan", "asan", "blackbox under ASan and UBSan",
          run_pytest("blackbox", side_by_side=True)),
    Suite("conformance-asan", "asan", "conformance under ASan and UBSan",
          run_pytest("conformance", side_by_side=True)),
    Suite("faults-asan", "asan", "faults, in short, under ASan", run_pytest("faults")),
    Suite("unit-tsan", "tsan", "unit by gcc with TSan", run_ctest),
    Suite("fuzz", "fuzz", "each parser's fuzzer over its kept corpus, and a few seconds beyond",
          run_fuzz),
    Suite("gateway-tsan", "tsan", "the gateway's black-box tests and numbered cases under TSan",
          run_pytest("blackbox/gateway", "conformance/gateway", side_by_side=True)),
    Suite("compose", "", "the images and docker-compose, on a real engine with Apache Kafka",
          run_pytest("compose"), ahead=True),
    Suite("lint", "", "formatting, clang-tidy, the rules of the house", run_lint, ahead=True),
    Suite("soak", "release", "two minutes of random faults on both sides of the gateway", run_soak, ahead=True),
    Suite("soak-asan", "asan", "the same under ASan and UBSan", run_soak, ahead=True),
    Suite("soak-tsan", "tsan", "the same under TSan", run_soak, ahead=True),
)


def parse(argv):
    width = max(len(suite.name) for suite in SUITES)
    parser = argparse.ArgumentParser(
        prog="./crema test", formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Builds what the suites need and runs them; without a name all of them.",
        epilog="suites:\n" + "\n".join(f"  {suite.name:<{width}}  {suite.what}" for suite in SUITES)
               + "\n\nHow to add a test: tests/README.md.")
    parser.add_argument("suite", nargs="*", choices=[[], *[suite.name for suite in SUITES]],
                        metavar="SUITE")
    return parser.parse_args(argv)


def built(preset):
    """Builds a preset; False, with the compiler's words on the screen, when that fails."""
    started = time.monotonic()
    try:
        build(preset)
    except subprocess.CalledProcessError as error:
        print(f"the {preset} build failed: {error}", flush=True)
        return False
    print(f"built {preset} in {time.monotonic() - started:.0f} s", flush=True)
    return True


def timed(suite):
    started = time.monotonic()
    result = suite.run(suite)
    result.seconds = time.monotonic() - started
    return result


class Ahead:
    """What is done beside the suites, one after the other: builds, and the suites that say so."""

    def __init__(self, suites):
        self.pool = ThreadPoolExecutor(1)
        presets = dict.fromkeys(suite.preset for suite in suites if suite.preset)
        self.builds = {preset: self.pool.submit(built, preset) for preset in presets}
        self.runs = {suite: self.pool.submit(timed, suite) for suite in suites if suite.ahead}

    def result(self, suite):
        if suite.preset and not self.builds[suite.preset].result():
            return Result(failed=1, notes=[f"not run: the {suite.preset} build failed"])
        return self.runs[suite].result() if suite.ahead else timed(suite)


def main(argv):
    names = parse(argv).suite
    chosen = [suite for suite in SUITES if not names or suite.name in names]
    if len(chosen) == 1:
        chosen = [replace(chosen[0], ahead=False)]  # so that its words are seen as they come
    total = Result()
    lines = []
    started = time.monotonic()
    ahead = Ahead(chosen)
    for suite in chosen:
        print(f"\n=== {suite.name}: {suite.what}", flush=True)
        result = ahead.result(suite)
        if result.said:
            print(result.said, flush=True)
        lines.append(f"{suite.name:<14} {result.passed:>5} passed {result.failed:>3} failed "
                     f"{result.skipped:>3} skipped {result.seconds:>6.0f} s{' beside' if suite.ahead else ''}")
        lines += [f"    {note}" for note in result.notes]
        total.passed += result.passed
        total.failed += result.failed + (result.skipped if CI else 0)
        total.skipped += result.skipped
    print("\n" + "\n".join(lines))
    print(f"{(time.monotonic() - started) / 60:.1f} minutes")
    if CI and total.skipped:
        print(f"{total.skipped} skipped: with CI=true that is a failure")
    print(f"{total.passed} passed, {total.failed} failed")
    return 1 if total.failed or not total.passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
