"""What is built from the lessons is what is committed, and gives nothing away."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ecomlab.classroom.build import build_release, find_lessons, read_lesson
from ecomlab.classroom.build.starter import starter


def _notebook(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


def _text(cell: dict) -> str:
    return "".join(cell["source"])


def _code(notebook: dict) -> list[dict]:
    return [c for c in notebook["cells"] if c["cell_type"] == "code"]


def _tree(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


@pytest.fixture(scope="module")
def built(tmp_path_factory, root):
    """The course, built from its lessons alone."""
    course = tmp_path_factory.mktemp("built") / "course"
    shutil.copytree(root / "course" / "lessons", course / "lessons")
    shutil.copy(root / "course" / "nbgrader_config.py", course)
    build_release(course, [read_lesson(p) for p in find_lessons(course / "lessons")])
    return course


def test_the_committed_release_is_what_a_build_gives(built, root):
    assert _tree(root / "course" / "release") == _tree(built / "release")


def test_a_build_is_byte_identical_every_time(built):
    before = {tree: _tree(built / tree) for tree in ("source", "release")}
    build_release(built, [read_lesson(p) for p in find_lessons(built / "lessons")])
    assert before == {tree: _tree(built / tree) for tree in ("source", "release")}


def test_a_build_removes_what_has_no_lesson(built):
    stale = built / "release" / "en" / "market" / "gone.ipynb"
    stale.write_text("{}")
    build_release(built, [read_lesson(p) for p in find_lessons(built / "lessons")])
    assert not stale.exists()


def test_no_solution_or_hidden_test_reaches_students(lesson, lang, root):
    released = (root / "course" / "release" / lang / f"{lesson.name}.ipynb").read_text("utf-8")
    for mark in ("BEGIN SOLUTION", "END SOLUTION", "BEGIN HIDDEN TESTS", "END HIDDEN TESTS"):
        assert mark not in released
    shown = "\n".join(_text(c) for c in json.loads(released)["cells"]).split("\n")
    visible = {line.strip() for line in shown}
    for answer, test in lesson.exercises():
        secret = [
            *answer.source.split("### BEGIN SOLUTION")[1].split("### END SOLUTION")[0].split("\n"),
            *test.source.split("### BEGIN HIDDEN TESTS")[1].split("### END")[0].split("\n"),
        ]
        given = {line.strip() for line in starter(answer.source).split("\n")}
        assert not {s.strip() for s in secret if "=" in s or "assert" in s} & (visible - given)


def test_graded_and_locked_cells_are_the_same_in_both_languages(lesson, root):
    def protected(lang):
        notebook = _notebook(root / "course" / "release" / lang / f"{lesson.name}.ipynb")
        marked = [c for c in notebook["cells"] if "nbgrader" in c["metadata"]]
        return [(c["id"], _text(c), c["metadata"]["nbgrader"]) for c in marked]

    assert protected("en") == protected("zh")


def test_a_solution_has_the_cells_of_its_lesson(lesson, lang, root):
    solved = _notebook(root / "solutions" / lang / f"{lesson.name}.ipynb")
    authored = [c.source for c in lesson.in_language(lang)]
    assert [_text(c) for c in solved["cells"]][1:] == authored


def test_every_solution_cell_was_executed_in_order_without_fault(lesson, lang, root):
    cells = _code(_notebook(root / "solutions" / lang / f"{lesson.name}.ipynb"))
    assert [c["execution_count"] for c in cells] == list(range(1, len(cells) + 1))
    outputs = [o for c in cells for o in c["outputs"]]
    assert not [o for o in outputs if o["output_type"] == "error"]
    assert not [o for o in outputs if o.get("name") == "stderr"]


def test_a_solution_holds_nothing_that_differs_from_run_to_run(lesson, lang, root):
    notebook = _notebook(root / "solutions" / lang / f"{lesson.name}.ipynb")
    text = json.dumps(notebook)
    assert "application/vnd.jupyter.widget" not in text
    assert " at 0x" not in text
    assert "execution" not in {k for c in notebook["cells"] for k in c["metadata"]}
    assert set(notebook["metadata"]["language_info"]) == {"name"}


def test_strict_nbval_reproduces_the_solution(lesson, lang, root):
    path = root / "solutions" / lang / f"{lesson.name}.ipynb"
    options = ["--nbval", "--nbval-current-env", "-p", "no:cacheprovider", "-p", "no:xdist"]
    ran = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-c",
            "/dev/null",
            "--rootdir",
            root,
            *options,
            path,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-4000:]
    assert f"{len(_code(_notebook(path)))} passed" in ran.stdout
