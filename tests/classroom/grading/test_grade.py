"""Grading: the gradebook and outputs of stock nbgrader, and one clear error for a bad request."""

from __future__ import annotations

import json
import shutil
import sqlite3

import nbformat
import pytest
from nbformat.v4 import new_notebook

from ecomlab.classroom.grading import sandbox
from ecomlab.classroom.grading.compare import _comparable
from ecomlab.classroom.grading.record.courses import GradingError
from ecomlab.classroom.grading.run import grade
from ecomlab.cli import main
from smallclass import (
    GOOD,
    KERNEL,
    answer,
    basic_notebook,
    cell_of,
    checks,
    fill,
    gradebook,
    make_course,
    outputs,
    plain,
    stock,
    submit,
)

LACKING = sandbox.missing("strict")
ISOLATION = "strict" if not LACKING else "none"


def second_notebook():
    """Reads a file of the assignment, and a file that the student brings."""
    cells = [
        plain("rows = open('data.txt').read().split()"),
        answer("count", "count = len(rows)"),
        checks("count-test", "", "assert count == 3", 2),
        plain("print(rows)"),
    ]
    return new_notebook(cells=cells, metadata=KERNEL)


LATE = "2026-03-03 10:00:00 UTC"


@pytest.fixture(scope="module")
def twins(tmp_path_factory):
    """One class, graded by nbgrader and by us, twice where it was submitted twice."""
    folder = tmp_path_factory.mktemp("twins")
    ours = make_course(
        folder / "ours",
        {"nb": basic_notebook(), "two": second_notebook()},
        files={"data.txt": "a b c"},
        config="c.LateSubmissionPlugin.penalty_method = 'zero'\n",
    )
    with sqlite3.connect(ours / "gradebook.db") as database:
        database.execute("UPDATE assignment SET duedate = '2026-03-03 09:00:00.000000'")

    def answered(answers):
        def change(notebook):
            there = {c.metadata.get("nbgrader", {}).get("grade_id") for c in notebook.cells}
            fill(notebook, {k: v for k, v in answers.items() if k in there})

        return change

    full = GOOD | {"count": "count = len(rows)"}
    submit(ours, "ann", answered(full), timestamp="2026-03-03 08:00:00 UTC")
    submit(ours, "bob", answered(full | {"mean": "mean = 5", "items": "items = [1]"}))
    submit(ours, "cas", {}, notebooks=("nb",))
    submit(
        ours, "dan", answered(full | {"double": "def double(x):\n    return x + 1"}), timestamp=LATE
    )
    (ours / "submitted/ann/one/notes.txt").write_text("mine")
    (ours / "submitted/ann/one/data.txt").write_text("replaced")
    theirs = folder / "theirs"
    shutil.copytree(ours, theirs)
    report = grade("one", course=ours, isolation=ISOLATION)
    assert stock(theirs, "autograde", "one")
    for course in (ours, theirs):
        resubmit(course, answered(full))
    again = grade("one", course=ours, isolation=ISOLATION)
    assert stock(theirs, "autograde", "one", student="ann")
    assert stock(theirs, "autograde", "one", student="dan")
    return ours, theirs, report, again


def resubmit(course, change):
    """Ann is marked by hand, and hands in again, as does dan; ann's is newer."""
    with sqlite3.connect(course / "gradebook.db") as database:
        database.execute(
            "UPDATE grade SET manual_score = 3, needs_manual_grade = 0 WHERE cell_id IN"
            " (SELECT id FROM base_cell WHERE name = 'memo') AND notebook_id IN"
            " (SELECT sn.id FROM submitted_notebook sn JOIN submitted_assignment sa"
            " ON sa.id = sn.assignment_id WHERE sa.student_id = 'ann')"
        )
    shutil.rmtree(course / "submitted/ann")
    submit(course, "ann", change, timestamp="2026-03-03 08:30:00 UTC")


def test_the_gradebook_equals_nbgraders(twins):
    ours, theirs = gradebook(twins[0]), gradebook(twins[1])
    assert ours == theirs
    assert len(ours) > 50


def test_only_what_is_new_is_graded_again(twins):
    graded = {r.student: r.status for r in twins[3].results}
    assert graded == {"ann": "graded", "bob": "skipped", "cas": "skipped", "dan": "skipped"}


def test_outputs_equal_nbgraders_but_for_hidden_tests(twins):
    for student in ("ann", "bob", "cas", "dan"):
        pair = [
            nbformat.read(course / "autograded" / student / "one/nb.ipynb", as_version=4)
            for course in twins[:2]
        ]
        for ours, theirs in zip(*(n.cells for n in pair), strict=True):
            if ours.cell_type == "code":
                assert ours.execution_count == theirs.execution_count
                if "hidden tests" not in ours.source:
                    assert _comparable(ours) == _comparable(theirs), ours.source


def test_files_equal_nbgraders(twins):
    trees = [
        {p.relative_to(c / "autograded").as_posix() for p in (c / "autograded").rglob("*")}
        for c in twins[:2]
    ]
    assert trees[0] == trees[1]
    assert (twins[0] / "autograded/ann/one/data.txt").read_text() == "a b c"


def test_every_test_ran_sealed_and_lost_marks_have_reasons(twins):
    report = twins[2]
    assert report.sealed_share == 1
    lost = {r.student: {m["cell"]: m["reason"] for m in r.lost} for r in report.results}
    assert lost["ann"] == {}
    assert lost["bob"] == {"mean-test": "not 6", "partial": "partial credit"}
    assert not any(r.unusual for r in report.results)


def test_feedback_shows_reason_and_hint_and_no_hidden_test(twins):
    course = twins[0]
    stock(course, "generate_feedback", "one", student="dan")
    page = (course / "feedback/dan/one/nb.html").read_text()
    assert "think of addition" in page
    assert "double(4) == 8" not in page
    assert "HIDDEN TESTS" not in page


def test_two_workers_give_the_same_as_one(twins, tmp_path):
    course = tmp_path / "course"
    shutil.copytree(twins[0], course)
    before = gradebook(course)
    for process in ("ann", "bob", "cas"):
        shutil.rmtree(course / "autograded" / process)
    report = grade("one", course=course, workers=2, isolation=ISOLATION)
    assert report.counts == {"graded": 3, "skipped": 1}
    assert gradebook(course) == before


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A course for requests that are refused."""
    cells = [answer("a", "a = 1"), checks("a-test", "assert a == 1")]
    course = make_course(
        tmp_path_factory.mktemp("small") / "course",
        {"nb": new_notebook(cells=cells, metadata=KERNEL)},
    )
    submit(course, "ann", {"a": "a = 1"})
    return course


REFUSED = {
    "unknown assignment": (["two"], "no assignment is called 'two'; the gradebook has: one"),
    "no submissions": (["one", "--students", "zoe"], "there are no submissions"),
    "a path for a student": (["one", "--students", "../ann"], "part of a path"),
    "a path for an assignment": (["../one"], "part of a path"),
    "no workers": (["one", "--workers", "0"], "at least 1 worker"),
    "no time": (["one", "--timeout", "0"], "at least 1 second"),
    "no memory": (["one", "--memory", "0"], "positive number of MB"),
    "too little memory": (["one", "--memory", "20"], "memory limit of 20 MB is too low"),
    "a report nowhere": (["one", "--report", "no/such/r.json"], "there is no folder"),
    "not a course": (["one", "--course", "submitted"], "is not a course"),
    "no such folder": (["one", "--course", "nowhere"], "there is no folder"),
}


@pytest.mark.parametrize(("words", "said"), REFUSED.values(), ids=REFUSED)
def test_a_bad_request_is_one_clear_error_and_writes_nothing(
    small, words, said, capsys, monkeypatch
):
    if "memory limit" in said and LACKING:
        pytest.skip(f"this machine lacks {'; '.join(LACKING)} (for the sandbox)")
    monkeypatch.chdir(small)
    before = {p: p.stat().st_mtime_ns for p in small.rglob("*")}
    isolation = [] if not LACKING else ["--isolation", "none"]
    assert main(["grade", *words, *isolation]) == 2
    shown = capsys.readouterr()
    assert said in shown.err
    assert len(shown.err.strip().splitlines()) == 1
    kept = {p: p.stat().st_mtime_ns for p in small.rglob("*") if "autograded" not in p.parts}
    assert {p for p in before if p.is_file()} == {p for p in kept if p.is_file()}


def test_a_newer_gradebook_is_refused(small, tmp_path):
    course = tmp_path / "course"
    shutil.copytree(small, course)
    with sqlite3.connect(course / "gradebook.db") as database:
        database.execute("UPDATE alembic_version SET version_num = 'from-the-future'")
    with pytest.raises(GradingError, match="a newer nbgrader"):
        grade("one", course=course)


def test_the_report_tells_all(small, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(small)
    file = tmp_path / "report.json"
    words = ["grade", "one", "--isolation", ISOLATION, "--report", str(file), "--again"]
    assert main([*words, "--compare", "1"]) == 0
    told = json.loads(file.read_text())
    assert told["counts"] == {"graded": 1}
    assert told["differences"]["values"] == []
    assert told["differences"]["values_compared"] == 4
    assert "1 graded (0 flagged)" in capsys.readouterr().out


def test_missing_walls_are_named_and_strict_is_refused(small, monkeypatch):
    monkeypatch.setattr(sandbox, "missing", lambda isolation: ["namespaces (not permitted)"])
    with pytest.raises(sandbox.Unavailable, match=r"namespaces .*--isolation basic"):
        grade("one", course=small, again=True)


def test_a_cell_of_the_reference_is_found(twins):
    """The helper that other tests stand on finds cells by name."""
    notebook = nbformat.read(twins[0] / "release/one/nb.ipynb", as_version=4)
    assert cell_of(notebook, "mean").cell_type == "code"
    assert outputs(twins[0], "ann", "two")
