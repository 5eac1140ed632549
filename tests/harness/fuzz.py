"""The fuzzers: each over its kept corpus, then on from there for some seconds."""
import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor

from .stack import ROOT

TARGETS = ("json", "xml", "yaml", "properties", "properties_xml", "instance", "batch", "config_request",
           "config_path", "config_view", "search_path", "http_request", "http_answer", "http_target")
BUILD = ROOT / "build" / "fuzz"
WORDS = {"instance": "registry.dict", "batch": "registry.dict", "http_request": "http.dict",
         "http_answer": "http.dict", "http_target": "http.dict"}     # that a target begins with
CORPUS = ROOT / "tests" / "fuzz" / "corpus"
RUNS = re.compile(r"stat::number_of_executed_units:\s*(\d+)")


def seconds():
    """How long each fuzzer runs: CREMA_FUZZ_SECONDS, or just long enough to see it move."""
    return int(os.environ.get("CREMA_FUZZ_SECONDS", "3"))


def run_fuzzer(target):
    """Returns (a line for people, None or what to do about the failure).

    What is found on the way is kept in build/fuzz/corpus, so that the next run begins there; what
    breaks something in build/fuzz/found.
    """
    name = f"fuzz_{target}"
    grown = BUILD / "corpus" / name
    found = BUILD / "found"
    grown.mkdir(parents=True, exist_ok=True)
    found.mkdir(exist_ok=True)
    kept = CORPUS / name
    words = [f"-dict=tests/fuzz/{WORDS[target]}"] if target in WORDS else []
    done = subprocess.run(
        ["nice", "-n", "10", str(BUILD / "bin" / name), f"-max_total_time={seconds()}", "-timeout=60",
         "-max_len=16384", *words, "-print_final_stats=1", f"-artifact_prefix={found}/{name}-", str(grown),
         str(kept)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        env={**os.environ, "ASAN_OPTIONS": "detect_leaks=1", "UBSAN_OPTIONS": "print_stacktrace=1"})
    said = done.stdout.decode(errors="replace")
    runs = RUNS.search(said)
    line = f"{name:<16} {len(list(kept.iterdir())):>3} kept, {runs.group(1) if runs else 'no':>9} runs"
    if done.returncode == 0:
        return line, None
    (found / f"{name}.log").write_text(said)
    artifact = re.search(r"Test unit written to (\S+)", said)
    again = f"build/fuzz/bin/{name} {artifact.group(1)}" if artifact else f"see {found / name}.log"
    return f"{line}, FAILED", f"{name}: {again} (mend it, then keep the input in {kept.relative_to(ROOT)})"


def run_fuzzers():
    """Runs all targets; returns ([what failed and how to see it again], [a line for each])."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(run_fuzzer, TARGETS))
    return [failure for _, failure in results if failure], [line for line, _ in results]
