"""Plain folders: which are read, what their sources are called, and that nothing else is opened."""
import os

import pytest

from harness.running import run_once

NATIVE = "spring.cloud.config.server.native."


@pytest.fixture
def native(daemon, tmp_path):
    """native(files, locations...) serves a folder of that content; {} in a location is the folder."""

    def start(files, *locations, **settings):
        folder = tmp_path / "folder"
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        given = {"spring.profiles.active": "native",
                 NATIVE + "search-locations": ",".join(l.replace("{}", str(folder)) for l in locations or ["file:{}/"]),
                 **{NATIVE + key.replace("_", "-"): value for key, value in settings.items()}}
        server = daemon("config-server", given)
        server.folder = folder
        return server
    return start


def values(server, path):
    answer = server.get(path)
    assert answer.status == 200, answer
    return [source["source"] for source in answer.json["propertySources"]]


def test_names_label_version_and_state(native):
    server = native({"application.yml": "a: 1", "foo.yml": "b: 1\n---\nb: 2\n"})
    folder = server.folder
    environment = server.get("/foo/default").json
    assert environment == {
        "name": "foo", "profiles": ["default"], "label": None, "version": None, "state": None,
        "propertySources": [
            {"name": f"Config resource 'file [{folder}/foo.yml]' via location 'file:{folder}/' (document #1)",
             "source": {"b": 2}},
            {"name": f"Config resource 'file [{folder}/foo.yml]' via location 'file:{folder}/' (document #0)",
             "source": {"b": 1}},
            {"name": f"file:{folder}/application.yml", "source": {"a": 1}}]}
    assert server.get("/foo/default/any-label").json["label"] == "any-label"


def test_a_version_of_ones_own(native):
    server = native({"application.yml": "a: 1"}, version="release 7")
    assert server.get("/foo/default").json["version"] == "release 7"


def test_what_is_written_is_served_at_once(native):
    server = native({"application.yml": "a: 1"})
    for number in range(5):
        (server.folder / "application.yml").write_text(f"a: {number}")
        assert values(server, "/foo/default") == [{"a": number}]


def test_locations_with_placeholders(native):
    server = native({"apps/foo/application.yml": "a: foo", "apps/bar/application.yml": "a: bar",
                     "profiles/dev/application.yml": "a: dev", "base/application.yml": "a: base"},
                    "file:{}/base", "file:{}/apps/{application}", "{}/profiles/{profile}/")
    assert values(server, "/foo/dev") == [{"a": "dev"}, {"a": "foo"}, {"a": "base"}]
    assert values(server, "/bar/prod") == [{"a": "bar"}, {"a": "base"}]
    assert values(server, "/foo,bar/default") == [{"a": "bar"}, {"a": "foo"}, {"a": "base"}]


def test_folders_of_labels(native):
    files = {"application.yml": "a: plain", "master/application.yml": "a: master", "v1/application.yml": "a: v1",
             "feature/x/application.yml": "a: feature"}
    server = native(files)
    assert values(server, "/foo/default") == [{"a": "master"}, {"a": "plain"}]
    assert values(server, "/foo/default/v1") == [{"a": "v1"}, {"a": "plain"}]
    assert values(server, "/foo/default/feature(_)x") == [{"a": "feature"}, {"a": "plain"}]
    assert values(server, "/foo/default/unknown") == [{"a": "plain"}]
    assert values(native(files, default_label="v1"), "/foo/default") == [{"a": "v1"}, {"a": "plain"}]
    assert values(native(files, add_label_locations="false"), "/foo/default/v1") == [{"a": "plain"}]


def test_links(native, tmp_path):
    """A link within the folder is followed, as Kubernetes' mounts need it; one that leads out is not."""
    server = native({"real/application.yml": "a: 1"}, "file:{}/")
    (server.folder / "application.yml").symlink_to("real/application.yml")
    assert values(server, "/foo/default") == [{"a": 1}]
    secret = tmp_path / "secret.yml"
    secret.write_text("secret: hush")
    for target in (secret, "../secret.yml", "/etc/passwd"):
        (server.folder / "foo.yml").unlink(missing_ok=True)
        (server.folder / "foo.yml").symlink_to(target)
        answer = server.get("/foo/default")
        assert answer.status == 500 and "symbolic link" in answer.json["detail"], answer
        assert "hush" not in answer.text
    (server.folder / "dir").symlink_to(tmp_path)
    answer = server.get("/bar/default/dir")
    assert answer.status == 500 and "hush" not in answer.text and "symbolic link" in answer.text, answer


def test_what_is_no_file(native):
    server = native({"application.yml": "a: 1", "foo.yml/x": ""})
    os.mkfifo(server.folder / "bar.yml")
    assert values(server, "/foo/default") == [{"a": 1}]
    assert values(server, "/bar/default") == [{"a": 1}]


def test_a_folder_that_comes_later(daemon, tmp_path):
    server = daemon("config-server", {"spring.profiles.active": "native",
                                      NATIVE + "search-locations": f"file:{tmp_path}/later"})
    assert values(server, "/foo/default") == []
    assert "cannot be read yet" in server.log
    (tmp_path / "later").mkdir()
    (tmp_path / "later" / "application.yml").write_text("a: 1")
    assert values(server, "/foo/default") == [{"a": 1}]


def test_broken_files_are_named(native):
    server = native({"application.yml": "a: 1\nb: c: d\n"})
    answer = server.get("/foo/default")
    assert answer.status == 500
    assert f"{server.folder}/application.yml: YAML line 2" in answer.json["detail"]
    assert f"{server.folder}/application.yml: YAML line 2" in server.log


@pytest.mark.parametrize("location, word", [
    ("", "not set"), ("classpath:/config", "no folder of this machine"), ("file:/srv/../etc/", "'..'"),
    ("https://host/x", "no folder of this machine"), ("file:/srv/{nothing}", "placeholder"),
    ("file:/srv/%zz", "percent"),
])
def test_locations_that_are_wrong(tmp_path, location, word):
    done = run_once("config-server", "--spring.profiles.active=native", f"--{NATIVE}search-locations={location}",
                    "--check-config", home=tmp_path)
    said = done.stdout + done.stderr
    assert done.returncode == 78 and NATIVE + "search-locations" in said and word in said, done
