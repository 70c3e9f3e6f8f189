"""Assignments as instructors really design them: marks and outputs are stock nbgrader's."""

from __future__ import annotations

import json
import shutil

import nbformat
import pytest
from nbformat.v4 import new_notebook

from ecomlab.classroom import grade
from ecomlab.classroom.grading import sandbox
from ecomlab.classroom.grading.compare import comparable
from ecomlab.classroom.grading.run import GradingError
from ecomlab.cli import main
from smallclass import (
    KERNEL,
    answer,
    cell_of,
    checks,
    fill,
    gradebook,
    graded,
    make_course,
    plain,
    release,
    stock,
    submit,
)

ISOLATION = "none" if sandbox.missing("strict") else "strict"
# Hooks and steps of the configuration's own, by name, and no limit of time.
CONFIG = """
def done(assignment, student, notebooks):
    open("hooked.txt", "a").write(f"{assignment}\\n")
c.Autograde.post_convert_hook = done
c.Execute.timeout = None
named = "Execute IgnorePattern LimitOutput SaveAutoGrades AssignLatePenalties CheckCellMetadata"
c.Autograde.autograde_preprocessors = [f"nbgrader.preprocessors.{n}" for n in named.split()]
"""


def notebook(*cells):
    return new_notebook(cells=list(cells), metadata={"kernelspec": dict(KERNEL["kernelspec"])})


def set_up_once():
    """Magics, options and seeds before the first exercise, and what comes of them after it."""
    found = notebook(
        plain("import numpy as np\n%matplotlib inline\nimport pandas as pd"),
        plain("import decimal, random\nrandom.seed(42)\ndecimal.getcontext().prec = 5"),
        plain("np.set_printoptions(precision=3)\nold = np.seterr(all='ignore')"),
        answer("third", "third = decimal.Decimal(1) / 3"),
        plain("random.random(), np.array([1 / 3]), third"),
        plain("%cd -q ..\n%cd -q -\nimport helper\nhelper.who, len(_dh)"),
        checks("third-test", "", "assert str(third) == '0.33333'"),
        answer("ratio", "def ratio(a, b):\n    return a / b"),
        checks("ratio-test", "", "assert np.isinf(ratio(np.float64(1), 0))"),
    )
    found.metadata.kernelspec.name = "python"
    return found


def show_what_they_use():
    """A visible test's data and helper, of which students make use."""
    return notebook(
        answer("side", "def side(r):\n    return 2 * r"),
        checks(
            "side-test",
            "sides = [1, 2]\ndef both(f):\n    return [f(s) for s in sides]\n"
            "assert both(side) == [2, 4]",
        ),
        answer("sides-of", "sides_of = [2, 4]"),
        checks("sides-test", "", "assert sides_of == [2, 4]"),
    )


def leave_things_behind():
    """Tests whose names, seeds and changes later cells rely on."""
    return notebook(
        plain("import numpy as np\nseen = []"),
        answer("area", "def area(r):\n    return 3 * r"),
        checks("area-test", "radii = [1, 2]\nassert area(1) == 3"),
        answer("areas", "areas = [area(r) for r in radii]"),
        checks("areas-test", "", "assert areas == [3, 6]"),
        checks("seed-test", "np.random.seed(0)\nassert area(0) == 0"),
        answer("draw", "draw = np.random.random()"),
        checks("draw-test", "", "assert abs(draw - 0.5488135) < 1e-6"),
        checks("seen-test", "seen.append(3)\nassert seen"),
        answer("last", "last = seen[-1]"),
        checks("last-test", "", "assert last == 3"),
    )


def look_closer():
    """Docstrings, warnings told in each test, and a student's own file."""
    return notebook(
        plain("import warnings"),
        answer("add", "def add(a, b):\n    '''The sum.'''\n    return a + b"),
        checks("doc-test", "assert add.__doc__, 'write a docstring'", "assert add(1, 2) == 3"),
        checks("warn-1", "", "assert add(2, 2) == 4"),
        checks("warn-2", "", "assert add(2, 3) == 5"),
        answer("own", "open('mine.csv', 'w').write('1,2')"),
        checks("own-test", "", "assert open('mine.csv').read() == '1,2'"),
    )


def change_what_is_given():
    """Tests that look at their data after a student's function had them."""
    return notebook(
        plain("import numpy as np\nimport pandas as pd"),
        answer("tidy", "def tidy(xs):\n    return sorted(xs)"),
        checks("kept-test", "", "v = [2, 1]\nassert tidy(v) == [1, 2]\nassert v == [2, 1]"),
        checks("new-test", "", "v = [1, 2]\nassert tidy(v) is not v"),
        checks("same-test", "", "assert tidy([3, 1]) == [1, 3]"),
        answer("fill", "def fill(df):\n    return df.fillna(0)"),
        checks(
            "frame-test",
            "",
            "gap = pd.DataFrame({'a': [1, None]})\nbefore = gap.copy()\n"
            "assert fill(gap)['a'].sum() == 1\npd.testing.assert_frame_equal(gap, before)",
        ),
        checks("again-test", "", "assert fill(gap)['a'].tolist() == [1, 0]"),
        answer("push", "def push(xs):\n    xs.append(1)"),
        checks("push-test", "", "v = []\npush(v)\nassert v == [1]"),
        answer("zero", "def zero(a):\n    return a * 0"),
        checks(
            "array-test", "", "a = np.arange(3)\nassert zero(a).sum() == 0\nassert a.sum() == 3"
        ),
    )


def write_only():
    return notebook(graded("Why?", "why", kind="markdown", grade=True, solution=True, points=4))


def released_unlocked():
    """A test cell that the instructor never locked by hand."""
    test = checks("given-test", "assert given == 1")
    test.metadata.nbgrader["locked"] = False
    return notebook(answer("given", "given = 1"), test)


def with_old_ids(target):
    """A notebook of format 4.4 whose cells have ids all the same."""
    path = target / "unlocked.ipynb"
    told = json.loads(path.read_text()) | {"nbformat_minor": 4}
    assert all("id" in cell for cell in told["cells"])
    path.write_text(json.dumps(told))


ANN = {
    "third": "third = decimal.Decimal(1) / 3",
    "ratio": "def ratio(a, b):\n    return a / b",
    "area": "def area(r):\n    return r * 3",
    "side": "def side(r):\n    return r + r",
    "sides-of": "sides_of = both(side)",
    "areas": "areas = [area(r) for r in radii]",
    "draw": "draw = np.random.random()",
    "last": "last = seen[-1]",
    "add": "def add(a, b):\n    'Adds.'\n    return a + b",
    "own": "open('mine.csv', 'w').write('1,2')",
    "given": "given = 1",
    "tidy": "def tidy(xs):\n    return sorted(xs)",
    "fill": "def fill(df):\n    return df.fillna(0)",
    "push": "def push(xs):\n    xs.append(1)",
    "zero": "def zero(a):\n    return a - a",
}
BOB = ANN | {
    "tidy": "def tidy(xs):\n    xs.sort()\n    return xs",
    "fill": "def fill(df):\n    df['a'] = df['a'].fillna(0)\n    return df",
    "zero": "def zero(a):\n    a *= 0\n    return a",
    "add": "def add(a, b):\n    warnings.warn('careful')\n    return a + b",
    "third": "third = 0.33333",
    "own": "pass",
}


@pytest.fixture(scope="module")
def twins(tmp_path_factory):
    """One class, graded by us with two workers and by nbgrader."""
    folder = tmp_path_factory.mktemp("designs")
    notebooks = {
        "changed": change_what_is_given(),
        "closer": look_closer(),
        "left": leave_things_behind(),
        "once": set_up_once(),
        "shown": show_what_they_use(),
        "unlocked": released_unlocked(),
        "words": write_only(),
    }
    ours = make_course(
        folder / "ours", notebooks, files={"helper.py": "who = 'a helper'"}, config=CONFIG
    )
    for student, answers in {"ann": ANN, "bob": BOB}.items():
        with_old_ids(submit(ours, student, answered(answers)))
    theirs = folder / "theirs"
    shutil.copytree(ours, theirs)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ours)
        report = grade("one", course=ours, isolation=ISOLATION, workers=2)
        patch.chdir(theirs)
        assert stock(theirs, "autograde", "one")
    return ours, theirs, report


def answered(answers):
    def change(given):
        there = {c.metadata.get("nbgrader", {}).get("grade_id") for c in given.cells}
        fill(given, {k: v for k, v in answers.items() if k in there})

    return change


def test_every_design_gets_nbgraders_marks(twins):
    ours, theirs, _ = twins
    assert gradebook(ours) == gradebook(theirs)


def test_every_design_has_nbgraders_outputs(twins):
    ours, theirs, _ = twins
    for path in sorted((theirs / "autograded").rglob("*.ipynb")):
        pair = (nbformat.read(p, as_version=4) for p in (ours / path.relative_to(theirs), path))
        for one, other in zip(*(n.cells for n in pair), strict=True):
            if one.cell_type == "code" and "hidden tests" not in one.source:
                assert comparable(one) == comparable(other), one.source


def test_the_reference_has_full_marks_in_every_design(twins):
    _, _, report = twins
    ann = next(r for r in report.results if r.student == "ann")
    assert ann.score == ann.max_score - 4
    assert not report.notes


def test_only_what_is_relied_on_is_unsealed(twins):
    references = twins[2].references
    for name in ("once", "shown", "unlocked"):
        assert references[name].unsealed == ()
    why = dict(references["left"].unsealed)
    assert "last-test" not in why
    assert why["seed-test"] == "later cells rely on what it leaves behind"
    assert dict(references["closer"].unsealed) == {"own-test": "its answers do not cross"}


def test_nobody_is_flagged_for_the_instructors_own_doing(twins):
    assert [r.unusual for r in twins[2].results] == [[], []]


def test_hooks_are_told_of_the_assignment(twins):
    ours, theirs, _ = twins
    assert set((ours / "hooked.txt").read_text().split()) == {"one"}
    assert (theirs / "hooked.txt").exists()


def test_a_test_that_the_reference_fails_is_not_sealed(tmp_path):
    course = make_course(
        tmp_path / "course",
        {"nb": notebook(answer("a", "a = 1"), checks("a-test", "", "assert open('own.txt')"))},
    )
    folder = submit(course, "ann", {"a": "a = 1"})
    (folder / "own.txt").write_text("mine")
    report = grade("one", course=course, isolation=ISOLATION)
    assert report.results[0].score == 1
    assert report.references["nb"].unsealed == (("a-test", "the reference solution fails it"),)
    told = "nb: the reference solution gets 0 of 1 in 'a-test' (FileNotFoundError: "
    assert report.notes[-1].startswith(told)


def test_a_source_that_is_ahead_of_the_gradebook_is_graded_by_the_released_one(tmp_path):
    course = make_course(
        tmp_path / "course",
        {"nb": notebook(answer("a", "a = 1"), checks("a-test", "", "assert a == 1"))},
    )
    submit(course, "ann", {"a": "a = 1"})
    source = course / "source/one/nb.ipynb"
    ahead = nbformat.read(source, as_version=4)
    ahead.cells.append(checks("new-test", "assert False"))
    del cell_of(ahead, "new-test").metadata.nbgrader["schema_version"]
    nbformat.write(ahead, source)
    report = grade("one", course=course, isolation=ISOLATION)
    assert (report.results[0].score, report.results[0].max_score) == (1, 1)


def test_steps_without_an_execution_are_refused(tmp_path):
    named = "c.Autograde.autograde_preprocessors = ['nbgrader.preprocessors.SaveAutoGrades']\n"
    course = make_course(
        tmp_path / "course",
        {"nb": notebook(answer("a", "a = 1"), checks("a-test", "assert a"))},
        config=named,
    )
    submit(course, "ann", {"a": "a = 1"})
    with pytest.raises(GradingError, match="has no Execute step"):
        grade("one", course=course, isolation=ISOLATION)
    assert not (course / "autograded").exists()


def test_who_worked_on_an_earlier_release_is_not_flagged(tmp_path):
    course = make_course(
        tmp_path / "course",
        {"nb": notebook(answer("a", "a = 1"), checks("a-test", "assert a", "assert a == 1", 2))},
    )
    submit(course, "ann", {"a": "a = 1"})
    cheat = submit(course, "zoe", {"a": "a = 1"}) / "nb.ipynb"
    cheat.write_text(cheat.read_text().replace('"points": 2', '"points": 200'))
    source = course / "source/one/nb.ipynb"
    anew = nbformat.read(source, as_version=4)
    test = cell_of(anew, "a-test")
    test.metadata.nbgrader.points, test.source = (
        5,
        test.source.replace("assert a\n", "assert a > 0\n"),
    )
    nbformat.write(anew, source)
    release(course, "one")
    ann, zoe = sorted(
        grade("one", course=course, isolation=ISOLATION).results, key=lambda r: r.student
    )
    assert (ann.score, ann.max_score, ann.unusual) == (5, 5, [])
    assert (zoe.score, zoe.max_score) == (5, 5)
    assert any("'points' of cell 'a-test' was changed from 5.0" in text for text in zoe.unusual)


def test_nobody_gains_by_changing_what_a_test_gave(tmp_path):
    total = checks("total-test", "", "v = [1, 2]\nassert total(v) == sum(v)")
    later = checks("later-test", "", "assert total(rows) == sum(rows)")
    course = make_course(
        tmp_path / "course",
        {
            "nb": notebook(
                graded("rows = [3, 4]", "rows", locked=True),
                answer("total", "def total(xs):\n    return sum(xs)"),
                total,
                later,
            )
        },
    )
    submit(course, "spoiler", {"total": "def total(xs):\n    xs.clear()\n    return 0"})
    submit(course, "tidier", {"total": "def total(xs):\n    xs.sort()\n    return sum(xs)"})
    submit(course, "zz-own", {"total": "rows.clear()\ndef total(xs):\n    return 0"})
    report = grade("one", course=course, isolation=ISOLATION)
    assert {r.student: r.score for r in report.results} == {"spoiler": 0, "tidier": 2, "zz-own": 0}


def test_iterators_of_the_standard_library_are_data(tmp_path):
    course = make_course(
        tmp_path / "course",
        {
            "nb": notebook(
                plain("import itertools as it"),
                answer("evens", "def evens(n):\n    return list(range(0, 2 * n, 2))"),
                checks("evens-test", "", "assert list(evens(3)) == [0, 2, 4]"),
            )
        },
    )
    submit(course, "ann", {"evens": "def evens(n):\n    return it.islice(it.count(0, 2), n)"})
    assert grade("one", course=course, isolation=ISOLATION).results[0].score == 1


def test_compare_reads_a_configuration_where_its_files_are(tmp_path, capsys):
    course = make_course(
        tmp_path / "course",
        {
            "nb": notebook(
                answer("a", "a = [1, 2]"),
                checks("a-test", "", "assert list(a) == [1, 2]"),
                answer("b", "b = 1"),
                checks("b-test", "", "assert b == 1"),
                plain("import os\nlen(os.environ)"),
            )
        },
    )
    (course / "roster.txt").write_text("ann")
    with (course / "nbgrader_config.py").open("a") as config:
        config.write("names = open('roster.txt').read()\n")
    own = "class Own:\n    def __iter__(self):\n        return iter([1, 2])\na = Own()"
    submit(course, "ann", {"a": own, "b": "b = 1"})
    options = ["--course", str(course), "--isolation", ISOLATION, "--compare", "1"]
    assert main(["grade", "one", *options]) == 0
    said = capsys.readouterr().out
    assert "nb/a-test: {'auto_score': 0.0" in said
    assert "(on purpose: sealed)" in said
    # Of an object in one test nothing follows for other cells.
    (line,) = [line for line in said.splitlines() if "cell 4" in line]
    assert "on purpose" not in line


def test_what_decides_a_sealed_test_is_never_the_students(tmp_path):
    methods = checks(
        "methods-test", "", "import math\nassert frame.equals(pd.DataFrame({'a': [1]}))"
    )
    module = checks("module-test", "", "assert np.allclose(vec, [1, 2])")
    told = checks(
        "told-test",
        "",
        "import sys\nfor x in (1, 2, 3):\n"
        "    if twice(x) != 2 * x:\n        print('wrong for', x, file=sys.stderr)",
    )
    loop = checks("loop-test", "", "assert all(map(valid, [1, 2]))")
    course = make_course(
        tmp_path / "course",
        {
            "nb": notebook(
                plain("import pandas as pd"),
                answer("frame", "frame = pd.DataFrame({'a': [1]})"),
                methods,
                answer("vec", "import numpy as np\nvec = np.array([1, 2])"),
                module,
                answer("twice", "def twice(x):\n    return 2 * x"),
                told,
                answer("valid", "def valid(x):\n    return True"),
                loop,
            )
        },
    )
    cheat = {
        "frame": "class F:\n    def equals(self, other): return True\nframe = F()",
        "vec": "class np:\n    @staticmethod\n    def allclose(a, b): return True\nvec = 0",
        "twice": "from IPython.display import clear_output\n"
        "def twice(x):\n    clear_output(); print('x' * (1 << 21)); return 6",
        "valid": "def valid(x): raise StopIteration",
    }
    submit(course, "cheat", cheat)
    submit(
        course,
        "honest",
        {
            "frame": "frame = pd.DataFrame({'a': [1]})",
            "vec": "import numpy as np\nvec = np.array([1.0, 2])",
            "twice": "def twice(x): return x + x",
            "valid": "def valid(x): return 1",
        },
    )
    report = grade("one", course=course, isolation=ISOLATION)
    assert report.sealed_share == 1
    assert {r.student: r.score for r in report.results} == {"cheat": 0, "honest": 4}


def test_a_forged_timestamp_or_name_stops_no_run(tmp_path, capsys):
    course = make_course(
        tmp_path / "course",
        {"nb": notebook(answer("a", "a = 1"), checks("a-test", "", "assert a == 1"))},
    )
    for student in ("ann", "bob", "eve"):
        submit(course, student, {"a": "a = 1"}, timestamp="2026-03-03 08:00:00 UTC")
    grade("one", course=course, isolation=ISOLATION)
    (course / "submitted/ann/one/timestamp.txt").write_text("1" * 200_000)
    there = course / "submitted/bob/one/timestamp.txt"
    there.unlink()
    there.mkdir()
    (course / "submitted/eve/one/\x1b[2J\nfailed  ann: cheated").symlink_to("/etc/hostname")
    report = tmp_path / "report.json"
    options = [
        "--course",
        str(course),
        "--isolation",
        ISOLATION,
        "--again",
        "--report",
        str(report),
    ]
    main(["grade", "one", *options])
    said = capsys.readouterr().out
    assert "\x1b" not in said
    assert "\nfailed  ann: cheated" not in said
    assert len(json.loads(report.read_text())["submissions"]) == 3
    grade("one", course=course, isolation=ISOLATION)


def test_a_warning_quotes_no_hidden_test(tmp_path):
    hidden = "assert abs(num - 42) / abs(num) < 1e-9"
    course = make_course(
        tmp_path / "course",
        {
            "nb": notebook(
                plain("import numpy as np"),
                answer("num", "num = np.float64(42)"),
                checks("num-test", "", hidden),
            )
        },
    )
    submit(course, "ann", {"num": "num = np.float64(0)"})
    report = grade("one", course=course, isolation=ISOLATION)
    assert report.results[0].score == 0
    assert "RuntimeWarning" in report.results[0].lost[0]["reason"]
    told = (course / "autograded/ann/one/nb.ipynb").read_text() + str(report.results[0].lost)
    assert "abs(num" not in told
