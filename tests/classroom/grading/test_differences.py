"""Where marks differ from nbgrader's on purpose: what is listed is what is seen, and no more."""

from __future__ import annotations

import json

import nbformat
import pytest
from nbformat.v4 import new_notebook

from ecomlab.classroom.grading import sandbox
from ecomlab.classroom.grading.differences import DIFFERENCES, table
from ecomlab.cli import main
from smallclass import KERNEL, answer, cell_of, checks, gradebook, make_course, plain, submit

LACKING = sandbox.missing("strict")
pytestmark = pytest.mark.skipif(
    bool(LACKING), reason=f"this machine lacks {'; '.join(LACKING)} (for the sandbox)"
)
HIDDEN = "a + 0 == 6"


def small_notebook():
    cells = [
        plain("start = 1"),
        answer("a", "a = 6"),
        checks("a-test", "", f"assert {HIDDEN}", 2),
        answer("b", "b = 3"),
        checks("b-test", "", "b", 3),
        plain("end = 1"),
    ]
    return new_notebook(cells=cells, metadata=KERNEL)


def student(first="", a="a = 6", b="b = 2", then=None):
    """A submission: code in the first cell, answers, and a change of the notebook."""

    def change(notebook):
        notebook.cells[0].source = first
        cell_of(notebook, "a").source = a
        cell_of(notebook, "b").source = b
        if then is not None:
            then(notebook)

    return change


def crash_after_the_first_test(notebook):
    place = notebook.cells.index(cell_of(notebook, "a-test"))
    notebook.cells.insert(place + 1, plain("import os; os._exit(1)"))


def skip_the_test(notebook):
    cell_of(notebook, "a-test").metadata["tags"] = ["skip-execution"]


def copy_the_test(notebook):
    test = cell_of(notebook, "a-test")
    notebook.cells.insert(1, nbformat.from_dict({**test, "id": "copy"}))


def raise_the_points(notebook):
    cell_of(notebook, "a-test").metadata.nbgrader.points = 100


SAME = """class Same:
    def __eq__(self, other): return True
    def __add__(self, other): return self"""
FLOOD = "for _ in range(3): print('x' * (1 << 19))"
CASES = {
    "crash": student(then=crash_after_the_first_test),
    "skipped": student(a="a = 0", then=skip_the_test),
    "copied": student(then=copy_the_test),
    "edited": student(then=raise_the_points),
    "link": student(),
    "credit": student(b="b = 99"),
    "cap": student(FLOOD),
    "files": student("import os; os.symlink('/etc/hostname', 'link')"),
    "walls": student("!echo said"),
    "sealed": student(SAME, a="a = Same()"),
}


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    """A class with one case each, graded by the command with every submission compared."""
    folder = tmp_path_factory.mktemp("differences")
    course = make_course(folder / "course", {"nb": small_notebook()})
    submit(course, "honest", student())
    for kind, change in CASES.items():
        submit(course, kind, change)
    (course / "submitted/link/one/link").symlink_to(course / "gradebook.db")
    file = folder / "report.json"
    words = ["grade", "one", "--course", str(course), "--report", str(file)]
    status = main([*words, "--compare", str(len(CASES) + 1)])
    return course, json.loads(file.read_text()), status


def seen(report, student):
    """The kinds of difference that were named for a student."""
    found = report["differences"]
    every = [d for d in found["values"] + found["outputs"] if d["what"].split("/")[0] == student]
    return {kind for difference in every for kind in difference["on_purpose"]}


def test_honest_work_shows_no_difference(compared):
    _, report, _ = compared
    places = [d["what"] for d in report["differences"]["values"] + report["differences"]["outputs"]]
    assert not [p for p in places if p.startswith("honest")]
    assert "honest" in report["differences"]["students"]


@pytest.mark.parametrize("kind", CASES)
def test_each_case_is_named_where_it_differs(compared, kind):
    assert seen(compared[1], kind) == {kind}


def test_what_is_listed_is_what_is_seen(compared):
    course, report, _ = compared
    found = set().union(*(seen(report, student) for student in [*CASES, "honest"]))
    text = (course / "autograded/honest/one/nb.ipynb").read_text()
    hidden = set() if HIDDEN in text else {"hidden"}
    assert found | hidden == set(DIFFERENCES)


def test_every_difference_of_marks_is_explained_and_the_command_succeeds(compared):
    _, report, status = compared
    assert report["counts"] == {"graded": 3, "flagged": 8}
    assert [v["what"] for v in report["differences"]["values"] if not v["on_purpose"]] == []
    assert status == 0


KEPT = ("copied", "edited", "link", "cap", "files", "walls")


def test_no_case_gains_a_mark(compared):
    marks = {(k[1], k[3]): v[0] for k, v in gradebook(compared[0]).items() if k[0] == "grade"}
    assert marks["honest", "a-test"] == 2
    assert marks["honest", "b-test"] == 2
    assert [marks[s, "a-test"] for s in ("skipped", "sealed")] == [0, 0]
    assert marks["credit", "b-test"] == 0
    assert marks["crash", "a-test"] == 2
    assert marks["crash", "b-test"] == 0
    assert [marks[s, "a-test"] for s in KEPT] == [2] * len(KEPT)


def test_a_difference_that_nothing_explains_fails_the_command(compared, capsys):
    from ecomlab.classroom.grading import compare

    found = {**compared[1]["differences"], "values": [
        {"what": "honest/nb/a-test", "ours": {"auto_score": 2}, "nbgrader": {}, "on_purpose": []}
    ]}  # fmt: skip
    assert compare.unexplained(found) == ["honest/nb/a-test"]
    assert "honest/nb/a-test: {'auto_score': 2} here, {} by nbgrader\n" in compare.told(found)
    assert "honest/nb/a-test：这里是 {'auto_score': 2}，nbgrader 是 {}\n" in compare.told(
        found, "zh"
    )


@pytest.mark.parametrize(("file", "lang"), [("grading.md", "en"), ("grading.zh.md", "zh")])
def test_the_document_lists_them(root, file, lang):
    assert table(lang) in (root / "docs" / file).read_text("utf-8")
