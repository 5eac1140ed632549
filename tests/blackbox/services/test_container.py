"""What a container is to a daemon: another user, a root that is read-only, a small disk, little memory.

Each test makes it in a mount namespace of its own, which ends with the daemon.
"""
import json
import os
import resource
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from harness import http
from harness.daemons import DAEMONS
from harness.poll import wait_until
from harness.running import SUPPRESSIONS, binary, preset, sanitizer_env

ALONE = {"spring.cloud.config.enabled": "false", "eureka.client.enabled": "false",
         "server.address": "127.0.0.1", "spring.kafka.bootstrap-servers": "127.0.0.1:1"}
UID = "10001"
AS_USER = ["setpriv", "--reuid", UID, "--regid", UID, "--clear-groups", "--bounding-set=-all",
           "--inh-caps=-all", "--no-new-privs"]
# As another user: the checkout may lie where only its owner can go.
PROGRAM = "/mnt/program"
USERS_SANITIZER = sanitizer_env("/mnt/suppressions")
# $1 is the home; nothing else can be written, and there is no /tmp.
READ_ONLY = ('mount --bind "$1" /mnt && mount -t tmpfs -o ro,size=4k none /tmp && '
             'mount -t tmpfs -o ro,size=4k none /var/tmp && mount -t tmpfs -o ro,size=4k none /dev/shm && '
             'mount -o remount,ro,bind / && cd / && shift && exec "$@"')
SMALL_DISK = 'mount -t tmpfs -o size=16m none /mnt && shift && exec "$@"'


@pytest.fixture
def inside(tmp_path):
    """inside(name, script, home, settings) starts the daemon by that script, as another user."""
    started = []

    def start(name, script, settings=None, wrapper=(), env=None):
        home = tmp_path / f"h{len(started)}"
        home.mkdir(mode=0o755)
        os.chown(home, int(UID), int(UID))
        program, sanitizer = binary(name), sanitizer_env()
        if wrapper:
            shutil.copy(program, home / "program")
            shutil.copytree(SUPPRESSIONS, home / "suppressions")
            program, sanitizer = PROGRAM, USERS_SANITIZER
        given = {"server.port": 0, **ALONE, **(settings or {})}
        log = open(tmp_path / f"{name}.log", "ab")
        child = subprocess.Popen(
            ["unshare", "-m", "sh", "-c", script, "sh", str(home), *wrapper, str(program),
             *[f"--{key}={value}" for key, value in given.items()]],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            env={**os.environ, **sanitizer, "CREMA_HOME": "/mnt", **(env or {})})
        started.append((child, log))
        child.log_path = tmp_path / f"{name}.log"
        child.home = home
        return child
    yield start
    for child, log in started:
        if child.poll() is None:
            child.terminate()
            assert child.wait(15) == 0, log_of(child)
        log.close()


def log_of(child):
    return child.log_path.read_text(errors="replace")


def port_of(child, name, home=None):
    def announced():
        assert child.poll() is None, log_of(child)
        return json.loads(((home or child.home) / "run" / f"{name}.json").read_text())["port"]
    return wait_until(announced, 20, f"{name} to be ready")


def config_repository(tmp_path):
    repository = tmp_path / "repository"
    subprocess.run(["git", "init", "-q", str(repository)], check=True)
    subprocess.run(["git", "-C", str(repository), "-c", "user.name=t", "-c", "user.email=t@localhost",
                    "commit", "-q", "--allow-empty", "-m", "Begin"], check=True)
    return repository


@pytest.mark.parametrize("name", [row.name for row in DAEMONS])
def test_nothing_but_the_home_is_written(inside, tmp_path, name):
    settings = {}
    if name == "config-server":
        # The repository is in the home: a volume.
        settings["spring.cloud.config.server.git.uri"] = "file:///mnt/repository"
        made = config_repository(tmp_path)
        script = f'cp -r {made} "$1"/repository && chown -R {UID} "$1" && ' + READ_ONLY
    else:
        script = READ_ONLY
    child = inside(name, script, settings, wrapper=AS_USER)
    port = port_of(child, name)
    if name not in ("kafka-embedded",):
        assert http.get(f"http://127.0.0.1:{port}/actuator/health").status == 200
    if name in ("coffee-order", "coffee-member"):
        for number in range(20):
            assert http.post(f"http://127.0.0.1:{port}/api/v1/{name[7:]}", json={
                "userName": f"u{number}", "orderName": "espresso", "userId": "1"},
                timeout=30).status == 200
    probe = subprocess.run(
        ["nsenter", "-t", str(child.pid), "-m", "--wd=/", *AS_USER, PROGRAM, "--healthcheck"],
        capture_output=True, text=True, env={**os.environ, **USERS_SANITIZER, "CREMA_HOME": "/mnt"},
        check=False)
    assert probe.returncode == 0, probe.stdout + probe.stderr
    child.terminate()
    assert child.wait(15) == 0, log_of(child)
    for word in ("Read-only", "Permission denied", "No space"):
        assert word not in log_of(child)


@pytest.fixture
def foreign_home():
    """root's, in a place that everybody can see."""
    with tempfile.TemporaryDirectory() as home:
        os.chmod(home, 0o755)
        shutil.copy(binary("coffee-member"), home)
        yield home


def test_a_home_of_another_user_is_named_with_both(foreign_home):
    done = subprocess.run([*AS_USER, f"{foreign_home}/coffee-member", "--server.port=0",
                           *[f"--{key}={value}" for key, value in ALONE.items()]],
                          capture_output=True, text=True, check=False, timeout=20,
                          env={**os.environ, **sanitizer_env(), "CREMA_HOME": foreign_home})
    assert done.returncode == 1
    errors = [line for line in done.stderr.splitlines() if "level=error" in line]
    assert len(errors) == 1
    for part in (foreign_home, "belongs to uid 0", "mode 0755", f"by uid {UID}"):
        assert part in errors[0], errors[0]


@pytest.mark.parametrize("free_min", ["8MB", "1"], ids=["reserve", "to-the-last-octet"])
def test_a_full_disk_is_told_in_log_and_health_and_got_over(inside, free_min):
    child = inside("coffee-member", SMALL_DISK, {"crema.store.free-min": free_min})
    # The disk is seen by the daemon only; its root shows it.
    disk = Path(f"/proc/{child.pid}/root") / "mnt"
    port = port_of(child, "coffee-member", disk)

    def write(number):
        return http.post(f"http://127.0.0.1:{port}/api/v1/member",
                         json={"_id": f"m{number}", "userName": "x" * 200})

    def database():
        return http.get(f"http://127.0.0.1:{port}/actuator/health").json["components"]["db"]
    assert write(0).status == 200 and database()["status"] == "UP"
    with open(disk / "filler", "wb") as filler:
        try:
            for _ in range(16 * 64):
                filler.write(bytes(16384))
                filler.flush()
        except OSError:
            pass
    refused = next(answer for answer in map(write, range(1, 2000)) if answer.status != 200)
    assert refused.status == 503 and "full" in refused.json["detail"], refused.text
    assert int(refused.headers["Retry-After"]) >= 1
    told = database()
    assert told["status"] == "DOWN" and "full" in told["details"]["problem"]
    assert write(2001).status == 503
    probe = subprocess.run(
        ["nsenter", "-t", str(child.pid), "-m", str(binary("coffee-member")), "--healthcheck"],
        capture_output=True, text=True, env={**os.environ, **sanitizer_env(), "CREMA_HOME": "/mnt"},
        check=False)
    assert "db DOWN" in probe.stdout + probe.stderr and "full" in probe.stdout + probe.stderr
    (disk / "filler").unlink()
    if free_min == "8MB":
        wait_until(lambda: database()["status"] == "UP", 5, "health to see the room")
    assert write(2002).status == 200
    assert database()["status"] == "UP"
    log = log_of(child)
    assert log.count("event=store.refusing") == 1 and log.count("event=store.writing") == 1


@pytest.mark.parametrize("octets, told", [(8 << 20, True), (64 << 20, False), ("max", False)])
def test_a_limit_of_memory_that_cannot_do_is_told(inside, octets, told):
    made_up = ('mount -t tmpfs none /sys/fs/cgroup && echo '
               f'{octets} > /sys/fs/cgroup/memory.max && ' + SMALL_DISK)
    child = inside("coffee-member", made_up)
    port_of(child, "coffee-member", Path(f"/proc/{child.pid}/root/mnt"))
    assert ("event=memory.low" in log_of(child)) == told
    assert not told or "8.0 MB" in log_of(child)


if preset() not in ("asan", "tsan"):  # those reserve terabytes of addresses: a limit means nothing there
    @pytest.mark.parametrize("name", ["coffee-member", "zuul-gateway"])
    def test_too_little_memory_ends_with_a_word(name, tmp_path):
        """From far too little to enough: each start either works or says why not; none dies of a signal."""
        outcomes = {}
        for mib in (24, 32, 40, 48, 56, 64, 80, 96, 128, 160, 200, 256, 400):
            def limit(mib=mib):
                resource.setrlimit(resource.RLIMIT_AS, (mib << 20, mib << 20))
            child = subprocess.Popen([str(binary(name)), "--server.port=0",
                                      *[f"--{key}={value}" for key, value in ALONE.items()]],
                                     stderr=subprocess.PIPE, text=True, preexec_fn=limit,
                                     env={**os.environ, "CREMA_HOME": str(tmp_path / str(mib))})
            said = ""
            for line in child.stderr:
                said += line
                if "event=daemon.ready" in line:
                    child.terminate()
            code = child.wait(20)
            outcomes[mib] = code
            assert "event=daemon.ready" in said or (code in (1, 127) and said.strip()), (mib, code, said)
        assert outcomes[400] == 0
