"""Opening the course: the student's work is never overwritten, and JupyterLab starts as asked."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomlab.classroom import opening
from ecomlab.classroom.workcopy import MANIFEST, refresh, released_files
from ecomlab.cli import main

NOTEBOOK = '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/lab\?token=\w+")


def write(file: Path, text: str = NOTEBOOK) -> Path:
    """A file and the folders above it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


@pytest.fixture
def home(tmp_path: Path, monkeypatch) -> Path:
    """A checkout with one notebook released in each language; the working directory."""
    write(tmp_path / "course" / "nbgrader_config.py", "c = get_config()\n")
    for lang in ("en", "zh"):
        write(tmp_path / "course" / "release" / lang / "market" / "growth.ipynb")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def started(monkeypatch) -> list:
    """What JupyterLab would be started with, instead of starting it."""
    calls: list = []
    monkeypatch.setattr(opening, "start_lab", lambda *a, **k: calls.append((*a, k)))
    return calls


class TestRefresh:
    @pytest.fixture
    def release(self, tmp_path: Path) -> Path:
        write(tmp_path / "release" / "market" / "growth.ipynb", "first")
        write(tmp_path / "release" / "market" / "map.png", "picture")
        return tmp_path / "release"

    @pytest.fixture
    def work(self, tmp_path: Path) -> Path:
        return tmp_path / "work" / "en"

    def test_a_first_copy_has_every_file(self, release, work):
        assert refresh(release, work).new == ("market/growth.ipynb", "market/map.png")
        assert (work / "market" / "growth.ipynb").read_text() == "first"

    def test_a_second_start_changes_nothing(self, release, work):
        refresh(release, work)
        before = {p: p.stat().st_mtime_ns for p in work.rglob("*.ipynb")}
        again = refresh(release, work)
        assert (again.new, again.updated, again.kept) == ((), (), ())
        assert {p: p.stat().st_mtime_ns for p in work.rglob("*.ipynb")} == before

    def test_what_the_student_left_alone_follows_the_release(self, release, work):
        refresh(release, work)
        write(release / "market" / "growth.ipynb", "second")
        assert refresh(release, work).updated == ("market/growth.ipynb",)
        assert (work / "market" / "growth.ipynb").read_text() == "second"

    def test_what_the_student_changed_is_kept_and_told(self, release, work):
        refresh(release, work)
        write(work / "market" / "growth.ipynb", "mine")
        assert refresh(release, work).kept == (), "the release has nothing newer to tell of"
        write(release / "market" / "growth.ipynb", "second")
        for _ in range(2):
            assert refresh(release, work).kept == ("market/growth.ipynb",)
            assert (work / "market" / "growth.ipynb").read_text() == "mine"

    def test_what_the_student_removed_comes_back_fresh(self, release, work):
        refresh(release, work)
        write(release / "market" / "growth.ipynb", "second")
        (work / "market" / "growth.ipynb").unlink()
        assert refresh(release, work).new == ("market/growth.ipynb",)
        assert (work / "market" / "growth.ipynb").read_text() == "second"

    def test_the_students_own_files_stay(self, release, work):
        note = write(work / "market" / "notes.md", "mine")
        refresh(release, work)
        assert note.read_text() == "mine"

    def test_a_file_of_the_students_in_the_way_is_kept(self, release, work):
        write(work / "market" / "growth.ipynb", "mine, from before")
        assert refresh(release, work).kept == ("market/growth.ipynb",)
        assert (work / "market" / "growth.ipynb").read_text() == "mine, from before"

    @pytest.mark.parametrize("damage", ["", "{not json", "[1]"])
    def test_without_its_manifest_nothing_is_overwritten(self, release, work, damage):
        refresh(release, work)
        (work / MANIFEST).write_text(damage)
        write(release / "market" / "growth.ipynb", "second")
        assert refresh(release, work).kept == ("market/growth.ipynb",)
        assert (work / "market" / "growth.ipynb").read_text() == "first"

    def test_an_interrupted_copy_is_finished_later(self, release, work):
        refresh(release, work)
        (work / MANIFEST).unlink()  # as if stopped before it was written
        assert refresh(release, work).kept == ()
        write(release / "market" / "growth.ipynb", "second")
        assert refresh(release, work).updated == ("market/growth.ipynb",)

    def test_hidden_files_are_not_released(self, release):
        write(release / ".ipynb_checkpoints" / "growth-checkpoint.ipynb")
        write(release / "market" / "__pycache__" / "helper.pyc")
        assert list(released_files(release)) == ["market/growth.ipynb", "market/map.png"]

    @settings(max_examples=50, deadline=None)
    @given(steps=st.lists(st.tuples(st.sampled_from("sr"), st.sampled_from("abc")), max_size=8))
    def test_a_student_never_loses_a_word(self, tmp_path_factory, steps):
        folder = tmp_path_factory.mktemp("any")
        copy = folder / "work" / "n.ipynb"
        write(folder / "release" / "n.ipynb", "0")
        refresh(folder / "release", folder / "work")
        mine = None
        for who, text in steps:
            if who == "s":
                write(copy, mine := f"mine {text}")
            else:
                write(folder / "release" / "n.ipynb", text)
            refresh(folder / "release", folder / "work")
            released = (folder / "release" / "n.ipynb").read_text()
            assert copy.read_text() == (released if mine is None else mine)


class TestCommand:
    def test_a_student_opens_their_copy(self, home, started, capsys):
        assert main(["lab", "--no-browser", "--", "--debug"]) == 0
        work = home / "work" / "en"
        assert started == [
            (
                work,
                "en",
                {"teach": False, "browser": False, "port": None, "extra": ["--debug"]},
            )
        ]
        assert (work / "market" / "growth.ipynb").read_text() == NOTEBOOK
        assert "Copied for you: market/growth.ipynb." in capsys.readouterr().out

    def test_an_instructor_opens_the_course_directory(self, home, started):
        assert main(["lab", "--teach", "--lang", "zh"]) == 0
        assert started[0][:2] == (home / "course", "zh")
        assert not (home / "work").exists()

    def test_it_works_from_a_folder_inside_the_checkout(self, home, started, monkeypatch):
        monkeypatch.chdir(home / "course" / "release")
        assert main(["lab"]) == 0
        assert started[0][0] == home / "work" / "en"

    def test_a_kept_file_is_told_in_the_students_language(self, home, started, capsys):
        main(["lab", "--lang", "zh"])
        write(home / "work" / "zh" / "market" / "growth.ipynb", "mine")
        write(home / "course" / "release" / "zh" / "market" / "growth.ipynb", "newer")
        main(["lab", "--lang", "zh"])
        out = capsys.readouterr().out
        assert "你改动过的文件在课程中有了新版本：market/growth.ipynb。" in out
        assert "Copied" not in out

    def test_a_long_list_of_new_files_is_cut(self, home, started, capsys):
        for name in "abcd":
            write(home / "course" / "release" / "en" / "supply" / f"{name}.ipynb")
        main(["lab"])
        expected = "market/growth.ipynb, supply/a.ipynb, supply/b.ipynb and 2 more."
        assert expected in capsys.readouterr().out

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["--lang", "fr"], "invalid choice: 'fr'"),
            (["--port", "0"], "'0' is not a port; ports are 1 to 65535"),
            (["--port", "http"], "'http' is not a port"),
        ],
    )
    def test_a_wrong_option_is_named(self, home, started, capsys, arguments, message):
        with pytest.raises(SystemExit) as stop:
            main(["lab", *arguments])
        assert stop.value.code == 2
        assert message in capsys.readouterr().err
        assert not started

    def test_nothing_released_yet(self, home, started, capsys):
        (home / "course" / "release" / "zh" / "market" / "growth.ipynb").unlink()
        assert main(["lab", "--lang", "zh"]) == 2
        err = capsys.readouterr().err
        assert "no notebook has been released in course/release/zh yet" in err
        assert "ecomlab build" in err
        assert not started

    def test_a_copy_that_cannot_be_made(self, home, started, capsys):
        (home / "work").write_text("a file where the folder should be")
        assert main(["lab"]) == 2
        assert "cannot copy the course to work/en: " in capsys.readouterr().err

    def test_no_course_here(self, tmp_path, monkeypatch):
        nowhere = tmp_path / "site-packages" / "ecomlab" / "classroom" / "opening.py"
        monkeypatch.setattr(opening, "__file__", str(nowhere))
        with pytest.raises(opening.CannotOpen, match="start from the folder that holds course/"):
            opening.find_course(tmp_path)

    def test_a_port_that_is_taken(self, home, capsys):
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = other.getsockname()[1]
            assert main(["lab", "--port", str(port)]) == 2
        err = capsys.readouterr().err
        assert f"port {port} cannot be used (Address already in use)" in err

    def test_without_jupyterlab(self, home, monkeypatch, capsys):
        monkeypatch.setattr(opening, "find_spec", lambda name: None)
        assert main(["lab"]) == 2
        assert "pip install 'ecomlab[course,zh]'" in capsys.readouterr().err


class TestArguments:
    @pytest.mark.parametrize("root_user", [True, False])
    def test_only_root_is_allowed_as_root(self, tmp_path, root_user):
        given = opening.arguments(tmp_path, browser=True, port=None, root_user=root_user)
        assert ("--allow-root" in given) is root_user
        assert "--no-browser" not in given

    @pytest.mark.parametrize(
        ("platform", "environment", "screen"),
        [
            ("linux", {}, False),
            ("linux", {"DISPLAY": ""}, False),
            ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
            ("linux", {"BROWSER": "firefox"}, True),
            ("darwin", {}, True),
            ("darwin", {"SSH_CONNECTION": "x"}, False),
            ("win32", {}, True),
        ],
    )
    def test_a_browser_is_opened_only_where_it_is_seen(self, platform, environment, screen):
        assert opening.has_screen(platform, environment) is screen

    def test_settings_leave_no_trace(self, monkeypatch):
        monkeypatch.setenv("JUPYTER_CONFIG_PATH", "mine")
        with opening.settings_in_force("zh", teach=False):
            ours, theirs = os.environ["JUPYTER_CONFIG_PATH"].split(os.pathsep)
            file = Path(ours, "labconfig", "default_setting_overrides.json")
            settings = json.loads(file.read_text())
            assert settings["@jupyterlab/translation-extension:plugin"]["locale"] == "zh_CN"
            assert theirs == "mine"
        assert os.environ["JUPYTER_CONFIG_PATH"] == "mine"
        assert not Path(ours).exists()


class TestRunning:
    """JupyterLab itself, as the command starts it."""

    @contextmanager
    def lab(self, home: Path, *options: str):
        """A running JupyterLab's address; stopped by Ctrl-C, it must end well and quietly."""
        log = home / "lab.log"
        private = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "BROWSER")}
        terminal, keyboard = os.openpty()
        process = subprocess.Popen(
            [sys.executable, "-m", "ecomlab", "lab", *options],
            cwd=home,
            env={**private, "HOME": str(home / "home")},
            stdin=keyboard,
            stdout=log.open("wb"),
            stderr=subprocess.STDOUT,
            # A shell's background jobs are deaf to Ctrl-C, and so would be what they start.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        try:
            until = time.monotonic() + 120
            while not (address := ADDRESS.search(log.read_text("utf-8"))):
                assert process.poll() is None, log.read_text("utf-8")
                assert time.monotonic() < until, log.read_text("utf-8")
                time.sleep(0.1)
            yield address[0]
            process.send_signal(signal.SIGINT)
            assert process.wait(60) == 0
            said = log.read_text("utf-8")
            assert said.rstrip().endswith("Shutting down...")
            assert "(y/[n])" not in said
            assert "Traceback" not in said
        finally:
            process.kill()
            os.close(terminal)
            os.close(keyboard)

    def ask(self, address: str, path: str) -> dict:
        """What the server answers to a question."""
        server, token = address.split("/lab?token=")
        request = Request(f"{server}/{path}", headers={"Authorization": f"token {token}"})
        with urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def settings(self, address: str, plugin: str) -> dict:
        """The settings that a plugin of JupyterLab would start with."""
        answer = self.ask(address, f"lab/api/settings/{plugin}")
        properties = answer["schema"]["properties"].items()
        return {name: value.get("default") for name, value in properties}

    def test_a_student_sees_their_copy_in_their_language(self, home):
        with self.lab(home, "--lang", "zh") as address:
            contents = self.ask(address, "api/contents")
            assert [entry["name"] for entry in contents["content"]] == ["market"]
            plugin = "@jupyterlab/translation-extension:plugin"
            assert self.settings(address, plugin)["locale"] == "zh_CN"
            news = self.settings(address, "@jupyterlab/apputils-extension:notification")
            assert news["fetchNews"] == "false"
            words = self.ask(address, "lab/api/translations/zh_CN")
            assert ["文件"] in words["data"]["jupyterlab"].values()
        assert not (home / "home" / ".jupyter" / "lab" / "user-settings").exists()

    def test_an_instructor_sees_the_course_and_the_formgrader(self, home):
        with self.lab(home, "--teach") as address:
            contents = self.ask(address, "api/contents")
            names = {entry["name"] for entry in contents["content"]}
            assert {"nbgrader_config.py", "release"} <= names
            assignments = self.ask(address, "formgrader/api/assignments")
            assert isinstance(assignments, list)
