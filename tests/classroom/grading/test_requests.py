"""What cannot be met is one clear error, and nothing is written; what is met is reported."""

from __future__ import annotations

import json
import shutil
import sqlite3

import nbformat
import pytest
from nbformat.v4 import new_notebook

from ecomlab.classroom import grade
from ecomlab.classroom.grading import sandbox
from ecomlab.classroom.grading.record.courses import is_new, load_config
from ecomlab.cli import main
from smallclass import KERNEL, answer, checks, make_course, plain, submit

LACKING = sandbox.missing("strict")
ISOLATION = "none" if LACKING else "strict"


def simple_notebook(*more):
    cells = [answer("a", "a = 1"), checks("a-test", "assert a == 1"), *more]
    return new_notebook(cells=cells, metadata=KERNEL)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A course for requests that are refused, with assignments that only some may grade."""
    folder = tmp_path_factory.mktemp("small")
    course = make_course(folder / "course", {"nb": simple_notebook()})
    submit(course, "ann", {"a": "a = 1"})
    other = simple_notebook()
    other.metadata.kernelspec = {"name": "nowhere", "display_name": "N", "language": "python"}
    changed = {"programs": simple_notebook(plain("!ls")), "kernel": other}
    for name, notebook in changed.items():
        shutil.copytree(course, folder / name)
        nbformat.write(notebook, folder / name / "source/one/nb.ipynb")
    newer = folder / "newer"
    shutil.copytree(course, newer)
    with sqlite3.connect(newer / "gradebook.db") as database:
        database.execute("UPDATE alembic_version SET version_num = 'from-the-future'")
    (folder / "no gradebook/submitted").mkdir(parents=True)
    (folder / "bad config").mkdir()
    (folder / "bad config/nbgrader_config.py").write_text("c = 1 +\n")
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
    "a negative comparison": (["one", "--compare", "-1"], "needs a positive number, not -1"),
    "no SQLite to compare": (
        ["one", "--compare", "1", "--db", "postgresql://localhost/x"],
        "it needs a SQLite one",
    ),
    "not a course": (["one", "--course", "submitted"], "is not a course"),
    "no such folder": (["one", "--course", "nowhere"], "there is no folder"),
    "no gradebook": (["one", "--course", "../no gradebook"], "run `nbgrader generate_assignment`"),
    "a broken configuration": (["one", "--course", "../bad config"], "cannot be read"),
    "a newer gradebook": (["one", "--course", "../newer"], "made by a newer nbgrader"),
    "a kernel that is not there": (["one", "--course", "../kernel"], "'nowhere', which is not"),
    "programs in the reference": (["one", "--course", "../programs"], "say --isolation none if"),
}  # fmt: skip


@pytest.mark.parametrize(("words", "said"), REFUSED.values(), ids=REFUSED)
def test_a_bad_request_is_one_clear_error_and_writes_nothing(
    small, words, said, capsys, monkeypatch
):
    if "memory limit" in said and LACKING:
        pytest.skip(f"this machine lacks {'; '.join(LACKING)} (for the sandbox)")
    monkeypatch.chdir(small)
    before = files(small.parent)
    isolation = [] if not LACKING else ["--isolation", "none"]
    assert main(["grade", *words, *isolation]) == 2
    shown = capsys.readouterr()
    assert said in shown.err
    assert len(shown.err.strip().splitlines()) == 1
    assert files(small.parent) == before


def files(folder):
    """Everything below a folder."""
    return {p: p.read_bytes() if p.is_file() else None for p in folder.rglob("*")}


def test_the_report_tells_all(small, tmp_path, capsys, monkeypatch):
    course = tmp_path / "course"
    shutil.copytree(small, course)
    monkeypatch.chdir(course)
    file = tmp_path / "report.json"
    words = ["grade", "one", "--isolation", ISOLATION, "--report", str(file)]
    assert main(words) == 0
    told = json.loads(file.read_text())
    assert told["counts"] == {"graded": 1}
    assert told["sealed_share"] == 1
    assert told["submissions"][0]["score"] == 1
    said = capsys.readouterr()
    assert "1 graded (0 flagged)" in said.out
    assert "[1/1] ann graded 1/1  0 s left" in said.err


def test_missing_walls_are_named_and_strict_is_refused(small, monkeypatch):
    monkeypatch.setattr(sandbox, "missing", lambda isolation: ["namespaces (not permitted)"])
    with pytest.raises(sandbox.Unavailable, match=r"namespaces .*--isolation basic"):
        grade("one", course=small, again=True)


@pytest.mark.parametrize(
    ("graded", "submitted", "new"),
    [
        (None, "2026-03-03 08:00:00 UTC", True),
        ("2026-03-03 08:00:00 UTC", "2026-03-03 08:00:01 UTC", True),
        ("2026-03-03 08:00:00 UTC", "2026-03-03 08:00:00 UTC", False),
        ("2026-03-03 08:00:00 UTC", None, False),
        ("", None, False),
    ],
)
def test_only_what_is_new_is_graded_again(tmp_path, graded, submitted, new):
    from nbgrader.coursedir import CourseDirectory

    for step, stamp in (("autograded", graded), ("submitted", submitted)):
        if stamp is not None or step == "submitted":
            (tmp_path / step / "ann/one").mkdir(parents=True)
        if stamp:
            (tmp_path / step / "ann/one/timestamp.txt").write_text(stamp)
    course = CourseDirectory(config=load_config(tmp_path), root=str(tmp_path))
    assert is_new(course, "one", "ann") is new


@pytest.fixture
def other_kernel(tmp_path, monkeypatch):
    """A Python that is installed as another kernel, reached through a script."""
    import sys

    script = tmp_path / "other-python"
    script.write_text(f'#!/bin/sh\nOTHER=yes exec "{sys.executable}" "$@"\n')
    script.chmod(0o755)
    folder = tmp_path / "jupyter/kernels/other"
    folder.mkdir(parents=True)
    argv = [str(script), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": argv, "display_name": "Other", "language": "python"}
    (folder / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    return {"kernelspec": {"name": "other", "display_name": "Other", "language": "python"}}


def test_other_kernels_and_programs_run_in_a_stock_kernel_where_that_was_said(
    other_kernel, tmp_path
):
    cells = [
        plain("import os\nopen('made.txt', 'w').write(os.environ['OTHER'])"),
        answer("a", "a = !echo one"),
        checks("a-test", "", "assert a == ['one']", 2),
    ]
    notebook = new_notebook(cells=cells, metadata=other_kernel)
    course = make_course(tmp_path / "course", {"nb": notebook, "plain": simple_notebook()})
    submit(
        course,
        "ann",
        lambda n: None if len(n.cells) == 2 else n.cells[1].update(source="a = !echo one"),
    )
    report = grade("one", course=course, isolation="none")
    (result,) = report.results
    assert (result.status, result.score) == ("graded", 2)
    assert (course / "autograded/ann/one/made.txt").read_text() == "yes"
    assert "'nb.ipynb' runs in a stock kernel, as it needs the kernel 'other'" in report.summary()
    assert report.references["plain"].sealed == {"a-test"}
