"""Answers are read in every natural form, and refused in one sentence."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecomlab import checks
from ecomlab.style import set_language


@pytest.fixture(params=["en", "zh"], autouse=True)
def language(request):
    set_language(request.param)
    return request.param


NATURAL = [
    0.5,
    np.float32(0.5),
    np.array(0.5),
    np.array([[0.5]]),
    [0.5],
    (0.5,),
    pd.Series([0.5], index=["x"]),
    pd.DataFrame({"x": [0.5]}),
    {"x": 0.5},
    Fraction(1, 2),
    Decimal("0.5"),
    np.sqrt(0.25),
]


@pytest.mark.parametrize("answer", NATURAL, ids=lambda a: type(a).__name__)
def test_a_number_is_read_from_any_natural_form(answer):
    assert checks.number(answer, "share") == 0.5


@pytest.mark.parametrize(
    "answer", [..., None, "0.5", [1, 2], [], True, float("nan"), np.inf, 1j, object(), [...], max]
)
def test_what_is_no_number_is_refused_in_one_sentence(answer, language):
    with pytest.raises(AssertionError) as refused:
        checks.number(answer, "share")
    said = str(refused.value)
    assert said.startswith("`share`")
    assert "\n" not in said
    assert said.endswith("。" if language == "zh" else ".")


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=5))
def test_several_numbers_keep_their_order_in_every_collection(values):
    forms = [values, tuple(values), np.array(values), pd.Series(values), dict(enumerate(values))]
    for form in forms:
        assert checks.numbers(form, "sales").tolist() == values


@pytest.mark.parametrize("answer", ["a", " A ", ["a"], np.array(["a"]), pd.Series(["A"]), "甲"])
def test_a_choice_is_read_whatever_its_form(answer):
    assert checks.choice(answer, "plan", {"a": ["甲"], "b": []}) == "a"


def test_a_wrong_choice_is_told_what_there_is():
    with pytest.raises(AssertionError, match="'a' / 'b'"):
        checks.choice("c", "plan", ["a", "b"])


@pytest.mark.parametrize("answer", [3, [3], ["a", None]])
def test_a_choice_must_be_text(answer):
    with pytest.raises(AssertionError):
        checks.choice(answer, "plan", ["a"])


@pytest.mark.parametrize("answer", [True, np.bool_(True), 1, np.array([True]), pd.Series([True])])
def test_a_verdict_is_read_from_any_natural_form(answer):
    assert checks.verdict(answer, "kept") is True


@pytest.mark.parametrize("answer", ["True", 2, [True, False], []])
def test_what_is_no_verdict_is_refused(answer):
    with pytest.raises(
        AssertionError, match=r"`kept` (should be True or False|应当是 True 或 False)"
    ):
        checks.verdict(answer, "kept")


@pytest.mark.parametrize("answer", [None, ...])
@pytest.mark.parametrize(
    "check", [checks.filled, checks.verdict, checks.number, checks.numbers, checks.texts]
)
def test_what_is_blank_is_told_as_blank(check, answer):
    with pytest.raises(AssertionError, match=r"`kept` (is still empty|还空着)"):
        check(answer, "kept")


@pytest.mark.parametrize("answer", [..., 3, "def f(): ..."])
def test_a_function_must_be_one(answer):
    with pytest.raises(AssertionError, match="`f`"):
        checks.function(answer, "f")


@given(st.floats(0.1, 1e9), st.floats(1e-6, 0.5))
def test_closeness_is_relative_to_the_truth(truth, within):
    assert checks.close(truth * (1 + within * 0.99), truth, within=within)
    assert not checks.close(truth * (1 + within * 1.01 + 1e-6), truth, within=within)


class TestInANotebook:
    """What IPython shows of a failed check, in a process of its own."""

    @pytest.fixture
    def shown(self):
        def run(cell: str) -> str:
            code = (
                "from IPython.core.interactiveshell import InteractiveShell\n"
                "from ecomlab import checks\n"
                "shell = InteractiveShell.instance(colors='nocolor')\n"
                "checks.speak_plainly()\n"
                f"result = shell.run_cell({cell!r})\n"
                "print('failed with', type(result.error_in_exec).__name__)\n"
            )
            ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
            assert ran.returncode == 0, ran.stderr
            return ran.stdout

        return run

    def test_a_failed_check_shows_its_sentence_alone(self, shown):
        said = shown("x = 1\nassert x > 2, 'x should be above 2.'")
        assert said == "AssertionError: x should be above 2.\nfailed with AssertionError\n"

    def test_an_assertion_without_a_sentence_shows_where_it_failed(self, shown):
        assert "assert 1 > 2" in shown("assert 1 > 2")

    def test_other_errors_show_where_they_are(self, shown):
        said = shown("y = 1\nunknown + y")
        assert "unknown + y" in said
        assert "failed with NameError" in said


def test_outside_a_notebook_nothing_happens():
    assert checks.speak_plainly() is None
