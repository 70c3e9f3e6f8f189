"""Exports: the columns that Canvas and Moodle import, and numbers they can read."""

from __future__ import annotations

import csv
import io
import sqlite3

import pytest
from nbformat.v4 import new_notebook

from ecomlab.classroom.export import Marks, Sheet, read_marks, to_text
from ecomlab.classroom.grading import sandbox
from ecomlab.classroom.grading.run import grade
from ecomlab.cli import main
from smallclass import KERNEL, answer, checks, graded, make_course, submit

ROW = Marks("ann", "Ann", "Li", "a@b.cn", True, 0.5, False, 3.5, {"nb/x": 1.0, "nb/y": 3.0})
SHEET = Sheet("market", {"nb/x": 2.0, "nb/y": 3.0}, (ROW,))


def table(platform: str, sheet: Sheet = SHEET) -> list[list[str]]:
    return list(csv.reader(io.StringIO(to_text(sheet, platform))))


def test_canvas_gets_its_columns_and_points_possible():
    head, worth, row = table("canvas")
    assert head[:5] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    assert worth[0].strip() == "Points Possible"
    assert worth[5:] == ["5", "2", "3"]
    assert row == ["Li, Ann", "", "ann", "ann", "", "3.5", "1", "3"]


def test_moodle_gets_its_columns():
    head, row = table("moodle")
    assert head[:4] == ["First name", "Last name", "ID number", "Email address"]
    assert dict(zip(head, row, strict=True))["market"] == "3.5"


def test_csv_tells_everything():
    head, row = table("csv")
    told = dict(zip(head, row, strict=True))
    assert told["late_penalty"] == "0.5"
    assert told["max_points"] == "5"
    assert told["nb/y"] == "3"


def test_formulas_stay_text():
    row = Marks("=cmd()", "", "", "+1", True, 0, False, 0, {"nb/x": 0, "nb/y": 0})
    assert table("moodle", Sheet("a", SHEET.worth, (row,)))[1][2:4] == ["'=cmd()", "'+1"]


def test_an_unknown_platform_is_refused():
    with pytest.raises(ValueError, match="canvas, moodle, csv, not 'blackboard'"):
        to_text(SHEET, "blackboard")


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    cells = [
        answer("a", "a = 1"),
        checks("a-test", "assert a == 1", points=2),
        graded("Why?", "memo", kind="markdown", grade=True, solution=True, points=4),
    ]
    folder = make_course(
        tmp_path_factory.mktemp("export") / "course",
        {"nb": new_notebook(cells=cells, metadata=KERNEL)},
    )
    submit(folder, "ann", {"a": "a = 1", "memo": "So."})
    grade("one", course=folder, isolation="none" if sandbox.missing("strict") else "strict")
    with sqlite3.connect(folder / "gradebook.db") as database:
        database.execute(
            "INSERT INTO student (id, first_name, last_name, email) VALUES ('bo', 'Bo', 'Xu', '')"
        )
    return folder


def test_marks_are_read_from_the_gradebook(course):
    sheet = read_marks("one", course)
    assert sheet.worth == {"nb/a-test": 2, "nb/memo": 4}
    ann, bo = sheet.rows
    assert (ann.points, ann.submitted, ann.needs_manual_grade) == (2, True, True)
    assert (bo.points, bo.submitted) == (0, False)


def test_the_command_writes_a_file_and_says_what_waits(course, tmp_path, capsys):
    file = tmp_path / "marks.csv"
    words = ["export", "one", "--course", str(course), "--lms", "canvas", "--to", str(file)]
    assert main(words) == 0
    assert file.read_text().startswith("Student,ID,SIS User ID")
    assert "2 students" in (said := capsys.readouterr().out)
    assert "1 still need a manual grade" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["two"], "the gradebook has: one"),
        (["one", "--to", "no/such/file.csv"], "there is no folder"),
        (["one", "--course", "no-such-folder"], "there is no folder"),
    ],
)
def test_a_bad_request_is_one_clear_error(course, words, said, capsys, monkeypatch):
    monkeypatch.chdir(course)
    assert main(["export", *words]) == 2
    assert said in capsys.readouterr().err
