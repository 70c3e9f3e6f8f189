"""On honest submissions gradebook, notebooks and files are stock nbgrader's."""

from __future__ import annotations

import re
import shutil
import sqlite3

import nbformat
import pytest
from nbformat.v4 import new_notebook

from ecomlab.classroom import grade
from ecomlab.classroom.grading import sandbox
from ecomlab.classroom.grading.compare import comparable
from smallclass import (
    GOOD,
    KERNEL,
    answer,
    basic_notebook,
    checks,
    fill,
    gradebook,
    make_course,
    plain,
    stock,
    submit,
)

ISOLATION = "none" if sandbox.missing("strict") else "strict"
IN_TIME, LATE = "2026-03-03 08:00:00 UTC", "2026-03-03 10:00:00 UTC"


def filed_notebook():
    """Reads a file of the assignment and one that another notebook wrote, and writes its own."""
    cells = [
        plain("rows = open('data.txt').read().split()\nprint(open('left/there.txt').read())"),
        answer("count", "count = len(rows)"),
        checks("count-test", "", "assert count == 3", 2),
        plain("open('mine.csv', 'w').write('1,2')\nprint(rows)"),
    ]
    return new_notebook(cells=cells, metadata=KERNEL)


RICH = [
    "import matplotlib.pyplot as plt\nplt.plot([1, 2, 3])\nplt.show()",
    "figure, axes = plt.subplots()\naxes.bar(['a', 'b'], [1, 2])\nfigure",
    "import ipywidgets as w\nslider = w.IntSlider(3, description='n')\nslider",
    "out = w.Output()\ndisplay(out)\nwith out:\n    print('inside')\n    display('shown')",
    "slider.value = 7\nw.HBox([slider, w.Text('a')])",
    "from IPython.display import *\ndisplay(Markdown('*m*'), Latex('$x$'), SVG('<svg/>'))",
    "display(JSON({'b': [1, None], 'a': 'text'}), Math('y'), HTML('<i>h</i>'), Javascript('1'))",
    "import pandas as pd\npd.DataFrame([range(15)], columns=[f'column {n:02}' for n in range(15)])",
    "h = display('first', display_id='one')\nh.update('second')\nprint('between')",
    "print('gone')\nclear_output()\nprint('kept')\nclear_output(wait=True)\nprint('last')",
    "import sys\nprint('a', flush=True)\nprint('b', file=sys.stderr, flush=True)\nprint('c')",
    "import warnings\nwarnings.warn('careful')\n[1, 2, 3]",
    "def deep(n):\n    return 1 / n if n == 0 else deep(n - 1)\ndeep(3)",
    "raise SystemExit('enough')",
    "not python at all",
    "%timeit?\n%who_ls",
    "%%html\n<b>cell</b>",
    "import logging\nlogging.warning('told')\nprint('\\r50 %\\r100 %')",
    "try:\n    int('x')\nexcept ValueError as e:\n    raise KeyError('k') from e",
    "async def later():\n    return 5\nawait later()",
    "import numpy as np\nnp.eye(2), {'set': {1}, 'nan': float('nan')}",
    "_, __, Out[1] if 1 in Out else 'none', In[1][:6]",
    "class Shown:\n    def _repr_html_(self): return '<p>x</p>'\n"
    "    def _repr_mimebundle_(self, **k): return {'text/plain': 'x', 'application/x-own': 'y'}\n"
    "Shown()",
    "class Broken:\n    def __repr__(self): raise ValueError('no')\nBroken()",
    "class Half:\n    def _repr_html_(self): raise ValueError('no')\nHalf()",
    "%tb",
    "input('name?')",
    "quit",
]


def rich_notebook():
    """Widgets, plots, stderr, errors and every kind of display."""
    cells = [*map(plain, RICH), checks("rich-test", "print('checked')\nassert True")]
    return new_notebook(cells=cells, metadata=KERNEL)


def headed_notebook():
    """Shows much before the first exercise, and goes on with it afterwards."""
    calm = [s for n, s in enumerate(RICH) if n in (0, 1, 2, 4, 5, 6, 7, 8, 9, 10)]
    cells = [
        *map(plain, [*calm, "import numpy as np\nnp.random.seed(3)\n%who_ls"]),
        answer("once", "once = 1"),
        plain("slider.value = 9\nh.update('third')\nprint(np.random.random(3))\nslider"),
        plain("axes.set_title('more')\nfigure"),
        plain("In[1][:6], len(Out), _ih[-2]"),
        checks("once-test", "", "assert once == 1", 1),
    ]
    return new_notebook(cells=cells, metadata=KERNEL)


@pytest.fixture(scope="module")
def twins(tmp_path_factory):
    """One class, graded by nbgrader and by us, and once more after a resubmission."""
    folder = tmp_path_factory.mktemp("twins")
    ours = make_course(
        folder / "ours",
        {
            "head": headed_notebook(),
            "nb": basic_notebook(),
            "rich": rich_notebook(),
            "two": filed_notebook(),
        },
        files={"data.txt": "a b c", "pictures/logo.txt": "logo"},
        config="c.LateSubmissionPlugin.penalty_method = 'zero'\n",
    )
    with sqlite3.connect(ours / "gradebook.db") as database:
        database.execute("UPDATE assignment SET duedate = '2026-03-03 09:00:00.000000'")
    full = GOOD | {"count": "count = len(rows)", "once": "once = 1"}
    submit(ours, "ann", answered(full), timestamp=IN_TIME)
    mixed = full | {"mean": "mean = 5", "items": "items = [1]"}
    bob = submit(ours, "bob", answered(mixed), notebooks=("nb",))
    submit(ours, "dan", answered({"count": "count = 2"}), notebooks=("two",), timestamp=LATE)
    submit(ours, "eve", answered({"once": "once = 1.0"}), notebooks=("head",))
    (ours / "submitted/ann/one/notes.txt").write_text("mine")
    (ours / "submitted/ann/one/scrap.txt").write_text("to be deleted")
    (ours / "submitted/ann/one/data.txt").write_text("replaced")
    shutil.copy(bob / "nb.ipynb", bob / "my own.ipynb")
    theirs = folder / "theirs"
    shutil.copytree(ours, theirs)
    first = grade("one", course=ours, isolation=ISOLATION)
    assert stock(theirs, "autograde", "one")
    kept = folder / "kept"
    for course in (ours, theirs):
        shutil.copytree(course, kept / course.name)
        marked_by_hand(course)
        shutil.rmtree(course / "submitted/ann")
        again = answered(full | {"double": "def double(x):\n    return x + 1"})
        submit(course, "ann", again, notebooks=("nb",), timestamp="2026-03-03 08:30:00 UTC")
    second = grade("one", course=ours, isolation=ISOLATION, again=True)
    assert stock(theirs, "autograde", "one", force=True)
    return {
        "graded": (kept / "ours", kept / "theirs", first),
        "graded twice, and resubmitted": (ours, theirs, second),
    }


def answered(answers):
    """Fill in what a notebook asks for."""

    def change(notebook):
        there = {c.metadata.get("nbgrader", {}).get("grade_id") for c in notebook.cells}
        cell = next((c for c in notebook.cells if c.cell_type == "code"), None)
        if cell is not None and "import numpy as np\nimport pandas" in cell.source:
            cell.source += "\nimport os\nos.makedirs('left', exist_ok=True)\n"
            cell.source += "_ = open('left/there.txt', 'w').write('left here')\n"
            cell.source += "os.path.exists('scrap.txt') and os.remove('scrap.txt')"
        fill(notebook, {k: v for k, v in answers.items() if k in there})

    return change


def marked_by_hand(course):
    """A teacher gives marks, extra credit and a comment for memos, in the formgrader."""
    where = """cell_id IN (SELECT id FROM base_cell WHERE name = 'memo') AND notebook_id IN
        (SELECT sn.id FROM submitted_notebook sn JOIN submitted_assignment sa
        ON sa.id = sn.assignment_id WHERE sa.student_id IN ('ann', 'bob'))"""
    with sqlite3.connect(course / "gradebook.db") as database:
        values = "manual_score = 3, extra_credit = 1, needs_manual_grade = 0"
        database.execute(f"UPDATE grade SET {values} WHERE {where}")
        database.execute(f"UPDATE comment SET manual_comment = 'well said' WHERE {where}")


@pytest.fixture(params=["graded", "graded twice, and resubmitted"])
def pair(request, twins):
    return twins[request.param]


def test_the_gradebook_equals_nbgraders(pair):
    ours, theirs = gradebook(pair[0]), gradebook(pair[1])
    assert ours == theirs
    assert len(ours) > 35


def notebooks(pair):
    """Each graded notebook, by us and by nbgrader."""
    for path in sorted((pair[1] / "autograded").rglob("*.ipynb")):
        other = pair[0] / path.relative_to(pair[1])
        yield path.stem, *(nbformat.read(p, as_version=4) for p in (other, path))


def test_outputs_equal_nbgraders_but_for_hidden_tests(pair):
    compared = 0
    for _, one, other in notebooks(pair):
        for ours, theirs in zip(one.cells, other.cells, strict=True):
            assert ours.cell_type == theirs.cell_type
            if ours.cell_type == "code" and "hidden tests" not in ours.source:
                assert ours.source == theirs.source
                assert ours.execution_count == theirs.execution_count
                assert comparable(ours) == comparable(theirs), ours.source
                compared += 1
    assert compared > 20


def test_metadata_equal_nbgraders(pair):
    for _, one, other in notebooks(pair):
        for ours, theirs in zip(one.cells, other.cells, strict=True):
            assert lasting(ours.metadata) == lasting(theirs.metadata)
        assert widgets(one) == widgets(other)
        assert one.metadata.language_info == other.metadata.language_info


def lasting(metadata):
    """Which moments were noted, not when; a test without its hidden part has another checksum."""
    told = dict(metadata)
    told["execution"] = sorted(told.get("execution", {}))
    told["nbgrader"] = {k: v for k, v in told.get("nbgrader", {}).items() if k != "checksum"}
    return told


def widgets(notebook):
    """The saved state of the widgets, without the numbers that name them."""
    state = notebook.metadata.get("widgets", {})
    return sorted(
        re.sub(r"[0-9a-f]{32}", "~", str(sorted(model.items())))
        for kind in state.values()
        for model in kind["state"].values()
    )


def test_widgets_were_compared(twins):
    rich = next(one for name, one, _ in notebooks(twins["graded"]) if name == "rich")
    assert len(widgets(rich)) > 5


def test_files_equal_nbgraders(pair):
    trees = [
        {
            p.relative_to(c / "autograded").as_posix(): p.is_file() and p.suffix != ".ipynb"
            for p in (c / "autograded").rglob("*")
        }
        for c in pair[:2]
    ]
    assert trees[0] == trees[1]
    for name in (n for n, is_file in trees[0].items() if is_file):
        ours, theirs = ((c / "autograded" / name).read_bytes() for c in pair[:2])
        assert ours == theirs, name


def test_files_that_a_notebook_writes_are_kept(twins):
    folder = twins["graded"][0] / "autograded/ann/one"
    assert (folder / "left/there.txt").read_text() == "left here"
    assert (folder / "mine.csv").read_text() == "1,2"
    assert (folder / "data.txt").read_text() == "a b c"


def test_files_that_a_notebook_deletes_are_gone(twins):
    folder = twins["graded"][0] / "autograded/ann/one"
    assert (folder / "notes.txt").exists()
    assert not (folder / "scrap.txt").exists()


def test_every_test_ran_sealed_and_lost_marks_have_reasons(twins):
    report = twins["graded"][2]
    assert report.sealed_share == 1
    lost = {r.student: {m["cell"]: m["reason"] for m in r.lost} for r in report.results}
    assert lost["ann"] == {}
    assert lost["bob"] == {"mean-test": "not 6", "partial": "partial credit"}
    assert [r.unusual for r in report.results] == [[], [], [], []]


def test_feedback_shows_reason_and_hint_and_no_hidden_test(twins):
    course = twins["graded twice, and resubmitted"][0]
    stock(course, "generate_feedback", "one", student="ann")
    page = (course / "feedback/ann/one/nb.html").read_text()
    assert "think of addition" in page
    assert "double(4) == 8" not in page
    assert "HIDDEN TESTS" not in page
