"""What a daemon does instead of running, and how it says that it cannot start."""
import json
import socket

import pytest

from harness.running import run_once

NAME = "example-daemon"


def test_help_teaches():
    done = run_once(NAME, "--help")
    assert done.returncode == 0 and done.stderr == ""
    for part in ("Usage: example-daemon [--key=value]", "--check-config", "--server.port",
                 "(default 8080", "--example.greeting", "What GET /hello answers.",
                 "SPRING_APPLICATION_JSON", "Exit codes: 0 ended as asked", "78 wrong configuration",
                 "example-daemon --server.port=0 --example.greeting=hi"):
        assert part in done.stdout, part


def test_version():
    done = run_once(NAME, "--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, "example-daemon 1.2.3\n", "")


@pytest.mark.parametrize("argument", ["--chek-config", "server.port=1", "-x", "--", "--=1"])
def test_wrong_usage_is_2(argument):
    done = run_once(NAME, argument)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert f"'{argument}'" in done.stderr and "--help" in done.stderr


def test_check_config_good(tmp_path):
    done = run_once(NAME, "--check-config", home=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "example-daemon: the configuration is fine\n"
    assert list(tmp_path.iterdir()) == [], "checking leaves nothing behind"


@pytest.mark.parametrize("arguments, parts", [
    (["--example.count=99"], ["example.count", "'99'", "--example.count", "1 to 10"]),
    (["--example.count=many"], ["example.count", "'many'", "--example.count"]),
    (["--server.port=70000"], ["server.port", "'70000'", "65535"]),
    (["--crema.log.format=xml"], ["crema.log.format", "'xml'", "logfmt or json"]),
    (["--logging.level.root=loud"], ["logging.level.root", "'loud'", "debug"]),
    (["--example.greeting=as started"], ["example.greeting", "must differ from example.fixed"]),
    (["--example.greeting=${nobody}"], ["example.greeting", "nobody"]),
    (["--hystrix.command.Ask.fallback.enabled=perhaps"],
     ["hystrix.command.Ask.fallback.enabled", "'perhaps'", "neither true nor false"]),
    (["--spring.config.location=/nowhere/application.yml"], ["/nowhere/application.yml"]),
])
def test_check_config_bad(arguments, parts):
    done = run_once(NAME, "--check-config", *arguments)
    assert done.returncode == 78
    assert done.stdout == ""
    for part in parts:
        assert part in done.stderr, done.stderr


def test_check_config_names_file_and_line(tmp_path):
    (tmp_path / "application.yml").write_text("example:\n  greeting: hi\n  count: 0\n")
    done = run_once(NAME, "--check-config", f"--spring.config.location={tmp_path}/")
    assert done.returncode == 78
    assert "example.count" in done.stderr and "application.yml:3:10" in done.stderr


def test_check_config_broken_yaml(tmp_path):
    (tmp_path / "application.yml").write_text("example: [1,\n")
    done = run_once(NAME, "--check-config", f"--spring.config.location={tmp_path}/")
    assert done.returncode == 78
    assert "application.yml" in done.stderr and "line" in done.stderr


def test_check_config_unknown_key_is_a_warning():
    done = run_once(NAME, "--check-config", "--example.cuont=3")
    assert done.returncode == 0
    assert "warning" in done.stderr and "example.cuont" in done.stderr
    assert "example.count" in done.stderr, "names the nearest"


def test_check_config_knows_what_the_spine_reads():
    done = run_once(NAME, "--check-config", "--logging.level.a.b=debug", "--info.app.name=x",
                    "--spring.profiles.active=blue", "--debug",
                    "--hystrix.command.default.circuitBreaker.sleepWindowInMilliseconds=1000")
    assert (done.returncode, done.stderr) == (0, "")


def test_check_config_warns_of_an_unknown_hystrix_property(tmp_path):
    (tmp_path / "application.yml").write_text("hystrix.command.Ask.circuitBreaker.enable: true\n")
    done = run_once(NAME, "--check-config", f"--spring.config.location={tmp_path}/")
    assert done.returncode == 0
    assert "warning: unknown setting 'hystrix.command.Ask.circuitBreaker.enable'" in done.stderr


def test_settings_markdown():
    done = run_once(NAME, "--settings-markdown")
    assert done.returncode == 0
    everybody, own = done.stdout.split("\n## example-daemon\n")
    assert everybody.startswith("## Every daemon\n") and "| `server.port` |" in everybody
    assert "| `example.count` | number | `3` |" in own
    assert "| `hystrix.command.<key>.fallback.enabled` |" in own
    assert "example" not in everybody
    assert {line.count("|") for line in done.stdout.splitlines() if line.startswith("|")} == {7}


def test_print_config_origins_and_secrets(tmp_path):
    (tmp_path / "application.yml").write_text("example:\n  count: 7\n")
    done = run_once(NAME, "--print-config", f"--spring.config.location={tmp_path}/",
                    "--example.password=sesame", env={"EXAMPLE_FIXED": "from env"})
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert "example.greeting=hello  # default" in lines
    assert "example.fixed=from env  # variable EXAMPLE_FIXED" in lines
    assert "example.password=******  # --example.password" in lines
    assert any(line.startswith("example.count=7  # ") and "application.yml:2:10" in line
               for line in lines), done.stdout
    assert "sesame" not in done.stdout + done.stderr


def test_precedence_of_all_sources(tmp_path):
    """Each source is taken away in turn; the next one shows."""
    (tmp_path / "application.yml").write_text("example: {greeting: file}\n")
    (tmp_path / "application-blue.yml").write_text("example: {greeting: profile}\n")
    sources = [
        ("command line", ["--example.greeting=command line"], {}),
        ("json", [], {"SPRING_APPLICATION_JSON": json.dumps({"example": {"greeting": "json"}})}),
        ("variable", [], {"EXAMPLE_GREETING": "variable"}),
        ("config server", ["--example.remote=config server"], {}),
        ("profile", ["--spring.profiles.active=blue"], {}),
        ("file", [f"--spring.config.location={tmp_path}/"], {}),
    ]
    for first in range(len(sources)):
        arguments = [a for _, given, _ in sources[first:] for a in given]
        env = {k: v for _, _, given in sources[first:] for k, v in given.items()}
        done = run_once(NAME, "--print-config", *arguments, env=env)
        assert done.returncode == 0, done.stderr
        assert f"example.greeting={sources[first][0]}  # " in done.stdout
    done = run_once(NAME, "--print-config")
    assert "example.greeting=hello  # default" in done.stdout


def start_fails(tmp_path, *arguments, port=0):
    """Starts a daemon that must fail; returns exit code, its one error line, all lines."""
    done = run_once(NAME, f"--server.port={port}", *arguments, home=tmp_path / "home")
    errors = [line for line in done.stderr.splitlines() if "level=error" in line]
    assert len(errors) == 1, done.stderr
    assert "event=start.failed" in errors[0]
    assert not (tmp_path / "home" / "run" / f"{NAME}.json").exists()
    return done.returncode, errors[0], done.stderr


def test_a_port_in_use_is_1(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, line, log = start_fails(tmp_path, "--server.address=127.0.0.1", port=port)
    assert code == 1
    assert str(port) in line and "in use" in line and "server.port" in line
    assert "event=part.stopped" in log, "what was opened is closed again"


def test_a_bad_value_is_78(tmp_path):
    code, line, _ = start_fails(tmp_path, "--example.count=0")
    assert code == 78
    assert "example.count" in line and "1 to 10" in line


def test_an_unusable_home_is_1(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    code, line, _ = start_fails(tmp_path, f"--crema.home={tmp_path}/file/home")
    assert code == 1
    assert "crema.home" in line and f"{tmp_path}/file/home" in line


def test_an_unreadable_file_is_78(tmp_path):
    (tmp_path / "application.yml").mkdir()
    code, line, _ = start_fails(tmp_path, f"--spring.config.location={tmp_path}/")
    assert code == 78
    assert "application.yml" in line


def test_a_config_server_that_must_be_there_is_1(tmp_path):
    code, line, _ = start_fails(tmp_path, "--example.remote=away")
    assert code == 1
    assert "config server is away" in line


@pytest.mark.parametrize("where, code", [("open", 78), ("start", 1)])
def test_a_module_that_fails_ends_the_start(tmp_path, where, code):
    got, line, log = start_fails(tmp_path, f"--example.fails={where}")
    assert got == code
    assert "part: " in line
    assert ("event=part.stopped" in log) == (where == "start")


def test_json_lines(tmp_path):
    done = run_once(NAME, "--server.port=0", "--crema.log.format=json", "--example.fails=start",
                    home=tmp_path)
    events = [json.loads(line)["event"] for line in done.stderr.splitlines()]
    assert events[0] == "part.opening" and events[-1] == "daemon.ended"
