"""The demonstration class: one command from an empty folder to feedback."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from nbformat.v4 import new_notebook

from ecomlab.classroom.demo import CLASS, _release
from ecomlab.classroom.grading import sandbox
from ecomlab.classroom.grading.report import Report
from ecomlab.classroom.grading.trusted.submission import Result
from ecomlab.cli import main
from smallclass import KERNEL, answer, checks, make_course

ISOLATION = "none" if sandbox.missing("strict") else "strict"


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    cells = [
        answer("a", "a = 1"),
        checks("a-test", "assert a == 1", "assert a + a == 2", 2),
        answer("b", "def b(x):\n    return x"),
        checks("b-test", "", "assert b(3) == 3", 3),
    ]
    return make_course(
        tmp_path_factory.mktemp("demo") / "course",
        {"nb": new_notebook(cells=cells, metadata=KERNEL)},
    )


def test_a_class_of_24_is_graded_and_fed_back(course, tmp_path, capsys):
    folder = tmp_path / "class"
    words = ["class", "demo", "one", "--course", str(course), "--to", str(folder)]
    assert main([*words, "--isolation", ISOLATION]) == 0
    said = capsys.readouterr().out
    rows = {line.split()[0]: line.split()[1:] for line in said.splitlines() if "-0" in line[:16]}
    assert sum(CLASS.values()) == 24
    assert rows["diligent-01"][:2] == ["5", "5"]
    assert rows["blank-01"][0] == "0"
    assert rows["broken-01"][0] == "-"
    assert rows["dishonest-01"][0] == "0"
    assert "late" in rows["late-01"]
    assert "23 graded (2 flagged), 1 failed" in said, said[-1500:]
    assert "'points' of cell 'a-test' was changed" in said
    assert len(list((folder / "feedback").rglob("*.html"))) == 23


def test_the_folder_must_be_new_and_the_chapter_built(course, tmp_path, capsys):
    (tmp_path / "x").write_text("")
    assert main(["class", "demo", "one", "--course", str(course), "--to", str(tmp_path)]) == 2
    assert "is not empty" in capsys.readouterr().err
    words = ["class", "demo", "two", "--course", str(course), "--to", str(tmp_path / "new")]
    assert main(words) == 2
    assert "'two' is not built" in capsys.readouterr().err


def test_the_courses_own_gradebook_is_left_alone(tmp_path):
    cells = [answer("a", "a = 1"), checks("a-test", "assert a == 1", "", 1)]
    database = tmp_path / "elsewhere.db"
    config = f"\nc.CourseDirectory.db_url = 'sqlite:///{database}'\n"
    course = make_course(
        tmp_path / "course", {"nb": new_notebook(cells=cells, metadata=KERNEL)}, config=config
    )
    before = database.read_bytes()
    folder = tmp_path / "class"
    made = _release(course, folder, course / "source/one", "one")
    assert made.db_url == f"sqlite:///{folder}/gradebook.db"
    assert database.read_bytes() == before
    ours, nbgraders = (_schema(path) for path in (folder / "gradebook.db", database))
    assert ours == nbgraders


def _schema(path):
    """Every table as it was made, and which version of nbgrader's it says it is of."""
    with closing(sqlite3.connect(path)) as database:
        tables = database.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()
        return tables, database.execute("SELECT * FROM alembic_version").fetchall()


def test_what_was_noticed_is_told_in_chinese():
    noticed = ["nb: the graded cell 'a-test' was deleted", "nb: it exited with status 0"]
    results = [
        Result("ann", "flagged", 1, 5, unusual=noticed),
        Result("bob", "failed", reason="'nb.ipynb' is not a notebook: Expecting value"),
        Result("cam", "graded", 5, 5),
    ]
    said = Report("one", "strict", 2, results=results).summary("zh")
    assert "已批改 2 份（其中 1 份有标记），失败 1 份" in said
    assert "标记 ann: nb：评分单元格 'a-test' 被删除；nb：进程自行退出，状态码 0" in said
    assert "失败 bob: 'nb.ipynb' 不是笔记本：Expecting value" in said
