"""Sealed tests: what crosses, what a judge asks for, and what stays unsealed."""

from __future__ import annotations

import pytest
from nbformat.v4 import new_notebook

from ecomlab.classroom.grading import sandbox
from ecomlab.classroom.grading.codec import figures
from ecomlab.classroom.grading.inside.judge import free_names
from ecomlab.classroom.grading.record.cells import assigned_names, imports, language_of, sealable
from ecomlab.classroom.grading.run import grade
from smallclass import KERNEL, answer, checks, graded, make_course, plain, submit

LACKING = sandbox.missing("strict")
ISOLATION = "strict" if not LACKING else "none"


def helper(x):
    return x + offset  # noqa: F821


def test_names_are_those_that_code_looks_up():
    code = "import math\ntotal = sum(v for v in values)\nassert f(total, key=lambda q: q + w) == y"
    assert free_names(code, {}) == {"sum", "values", "f", "w", "y"}


def test_names_of_helper_functions_count():
    space = dict(globals())
    local = type(helper)(helper.__code__, space, "helper")
    space["helper"] = local
    assert free_names("helper(1)", space) == {"helper", "offset"}


def test_code_that_does_not_parse_asks_for_nothing():
    assert free_names("def (", {}) == set()


@pytest.mark.parametrize(
    "source",
    ["%time f()", "!ls", "import inspect", "globals()['x']", "Out[3]", "get_ipython()"],
)
def test_tests_that_look_at_more_than_data_are_not_sealed(source):
    assert not sealable(source)


def test_what_a_solution_sets():
    source = "a, *b = 1, 2\nfor c in []: pass\nwith f() as d: e = 1\ndef g(x): y = 1\nimport h"
    assert assigned_names([source]) == {"a", "b", "c", "d", "e", "g"}


def test_imports_are_found_beside_magics():
    assert imports("%matplotlib inline\nimport math, os\nx = 1") == "import math, os"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_language_of_a_notebook_is_read(lang):
    cell = plain(f'import ecomlab\n\necomlab.set_language("{lang}")')
    assert language_of(new_notebook(cells=[cell])) == lang
    assert language_of(new_notebook(cells=[plain("set_language('fr')")])) is None


def test_a_chart_crosses_as_a_description():
    from matplotlib.figure import Figure

    from ecomlab.classroom.grading.codec import decode, encode

    figure = Figure()
    axes = figure.subplots()
    axes.plot([1, 2], [3, 4], label="sales", color="red", marker="o")
    axes.bar([0, 1], [5, 6])
    axes.scatter([1, 2, 3], [1, 4, 9])
    axes.set(title="It grows", xlabel="year", ylabel="CNY bn", ylim=(0, 10))
    axes.legend()
    axes.text(1, 2, "here")
    drawn = figures.rebuild(decode(encode(figures.describe(axes))))
    assert (drawn.get_title(), drawn.get_xlabel(), drawn.get_ylabel()) == (
        "It grows",
        "year",
        "CNY bn",
    )
    assert drawn.get_ylim() == (0, 10)
    assert drawn.lines[0].get_ydata().tolist() == [3, 4]
    assert [b.get_height() for b in drawn.patches] == [5, 6]
    assert drawn.collections[0].get_offsets().tolist() == [[1, 1], [2, 4], [3, 9]]
    assert [t.get_text() for t in drawn.get_legend().get_texts()] == ["sales"]
    assert drawn.texts[0].get_text() == "here"
    assert type(figures.rebuild(figures.describe(figure))) is Figure
    assert figures.describe(3) is None


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """Exercises of many kinds, answered in many forms."""
    cells = [
        plain("import math\nimport numpy as np"),
        graded("rate = 0.5\ndef near(x): return abs(x - rate) < 1e-9", "setup", locked=True),
        answer("value", "value = 0.5"),
        checks("value-test", "", "assert near(float(value))"),
        answer("func", "def func(a, *, b=1):\n    return {'sum': a + b}"),
        checks("func-test", "", "assert func(1) == {'sum': 2}\nassert func(1, b=5)['sum'] == 6"),
        answer("raises", "def raises(x):\n    raise ValueError('too small')"),
        checks(
            "raises-test",
            "",
            "try:\n    raises(1)\nexcept ValueError as e:\n    assert 'small' in str(e)\n"
            "else:\n    raise AssertionError('no error')",
        ),
        answer(
            "model",
            "class Model:\n    def fit(self, x):\n        self.mean_ = sum(x) / len(x)\n"
            "        return self\n    def predict(self, n):\n        return [self.mean_] * n",
        ),
        checks(
            "model-test",
            "",
            "m = Model().fit([1, 3])\nassert m.mean_ == 2 and m.predict(2) == [2, 2]",
        ),
        answer("rate-changed", "rate = 0.5\ndoubled = [2 * rate]"),
        checks("rate-test", "", "assert doubled == [1.0]"),
        answer("source", "def source():\n    return 1"),
        checks("source-test", "import inspect", "assert 'return' in inspect.getsource(source)"),
        answer("callback", "def callback(f):\n    return f(2)"),
        checks("callback-test", "", "assert callback(lambda x: x + 1) == 3"),
        answer("printed", "def printed():\n    print('said')\n    return 1"),
        checks("printed-test", "from collections import Counter", "assert printed() == 1"),
        plain("Counter('aa')"),
        answer("files", "import os\nfiles = sorted(os.listdir())"),
        checks(
            "files-test",
            "",
            "import os\nassert 'given.txt' in files\nassert os.listdir() == ['given.txt']",
        ),
    ]  # fmt: skip
    course = make_course(
        tmp_path_factory.mktemp("sealed") / "course",
        {"nb": new_notebook(cells=cells, metadata=KERNEL)},
        files={"given.txt": "by the instructor"},
    )
    good = {
        "value": "value = np.float32(0.5)",
        "func": "func = lambda a, *, b=1: dict(sum=a + b)",
        "raises": "class Small(ValueError): pass\ndef raises(x):\n    raise Small('so small')",
        "model": "class Model:\n    def fit(self, x):\n        self.mean_ = np.mean(x)\n"
        "        return self\n    def predict(self, n):\n        return n * [int(self.mean_)]",
        "rate-changed": "doubled = [rate + rate]",
        "source": "def source():\n    return 2",
        "callback": "def callback(f):\n    return f(2)",
        "printed": "def printed():\n    print('said')\n    return 1",
        "files": "import os\nfiles = sorted(os.listdir())",
    }
    (submit(course, "good", good) / "Counter.py").write_text("import os; os._exit(9)")
    submit(course, "hangs", good | {"func": "def func(a, b=1):\n    while True: pass"})
    submit(course, "dies", good | {"func": "def func(a, b=1):\n    import os; os._exit(1)"})
    return grade("one", course=course, isolation=ISOLATION, timeout=3)


def lost(report, student):
    (result,) = [r for r in report.results if r.student == student]
    return {m["cell"]: m["reason"] for m in result.lost}


def test_every_natural_form_of_an_answer_keeps_its_marks(report):
    assert lost(report, "good") == {}


def test_a_judge_sees_and_imports_no_file_of_the_students(report):
    assert "files-test" in report.references["nb"].sealed
    assert "files-test" not in lost(report, "good")


def test_what_cannot_be_sealed_runs_beside_and_is_named(report):
    assert dict(report.references["nb"].unsealed) == {
        "source-test": "it looks at more than data",
        "callback-test": "its answers do not cross",
    }
    assert report.sealed_share == 7 / 9
    assert "not sealed: nb/callback-test" in report.summary()


def test_a_function_that_hangs_loses_its_own_marks_only(report):
    assert set(lost(report, "hangs")) == {"func-test"}


def test_a_function_that_ends_the_process_keeps_the_marks_before(report):
    assert "value-test" not in lost(report, "dies")
    assert {"func-test", "model-test"} <= set(lost(report, "dies"))
