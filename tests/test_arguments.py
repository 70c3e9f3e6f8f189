"""What functions accept, and in which words they refuse the rest."""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, timedelta, timezone
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecomlab.arguments import (
    aligned,
    amount,
    amounts,
    column,
    columns,
    day,
    labels,
    one_of,
    refuse,
    truth,
    whole,
)

finite = st.floats(allow_nan=False, allow_infinity=False)
BOUNDS = {
    "above": lambda x, bound: x > bound,
    "least": lambda x, bound: x >= bound,
    "most": lambda x, bound: x <= bound,
    "below": lambda x, bound: x < bound,
}


# --- numbers ---------------------------------------------------------------------------------


@given(finite, st.sampled_from(sorted(BOUNDS)), finite)
def test_a_number_passes_just_where_its_bound_holds(x, kind, bound):
    if BOUNDS[kind](x, bound):
        assert amount(x, "x", **{kind: bound}) == x
    else:
        with pytest.raises(ValueError, match=re.escape("it must be ")):
            amount(x, "x", **{kind: bound})


@given(st.lists(finite, max_size=8), st.sampled_from(sorted(BOUNDS)), finite)
def test_an_array_names_the_first_of_its_numbers_that_alone_would_be_refused(values, kind, bound):
    wrong = [row for row, x in enumerate(values) if not BOUNDS[kind](x, bound)]
    if not wrong:
        assert amounts(values, "x", **{kind: bound}).tolist() == values
        return
    with pytest.raises(ValueError, match=re.escape(f" in row {wrong[0]}")) as many:
        amounts(values, "x", **{kind: bound})
    with pytest.raises(ValueError, match="x is") as alone:
        amount(values[wrong[0]], "x", **{kind: bound})
    row = f" in row {wrong[0]}" + (f", the first of {len(wrong)}" if len(wrong) > 1 else "")
    assert str(many.value).replace(row, "") == str(alone.value)


@given(st.lists(st.floats(), min_size=1, max_size=8))
def test_no_missing_or_infinite_number_passes(values):
    wrong = [row for row, x in enumerate(values) if not math.isfinite(x)]
    if wrong:
        with pytest.raises(ValueError, match=rf"in row {wrong[0]}\b.*; a finite number is needed"):
            amounts(values, "x")
    else:
        assert amounts(values, "x").tolist() == values


@given(finite)
def test_the_number_refused_is_shown_to_the_last_digit(x):
    with pytest.raises(ValueError, match="x is") as refused:
        amount(x, "x", above=x)
    assert float(str(refused.value).split(";")[0].removeprefix("x is ")) == x


@pytest.mark.parametrize(
    "three",
    [3, 3.0, np.int8(3), np.float32(3), np.array(3), np.array(3.0), Fraction(3)],
    ids=repr,
)
def test_a_number_may_be_of_any_kind(three):
    found = amount(three, "x", least=3, most=3)
    assert found == 3
    assert type(found) is float
    assert whole(three, "x", rounded=True) == 3
    assert type(whole(three, "x", rounded=True)) is int


@pytest.mark.parametrize("value", [3.0, 2.5, np.float64(3), Fraction(3), math.nan], ids=repr)
def test_a_setting_that_counts_is_an_int(value):
    assert whole(np.int8(3), "n") == 3
    with pytest.raises(TypeError, match=f"^n is {re.escape(repr(value))}; a whole number is"):
        whole(value, "n")


@pytest.mark.parametrize(
    "value", [None, "3", True, np.True_, [3], np.array([3]), 3j, pd.NA, pd.Timestamp(0)], ids=repr
)
@pytest.mark.parametrize("check", [amount, whole])
def test_what_is_no_number_is_refused_by_its_name(check, value):
    with pytest.raises(TypeError, match=r"^the share is .*; a( whole)? number is needed$"):
        check(value, "the share")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: amount(1, "x", above=0, below=1), "x is 1; it must be above 0 and below 1"),
        (lambda: amount(-2.5, "x", least=0), "x is -2.5; it must be at least 0"),
        (lambda: amount(2, "x", least=0, most=1), "x is 2; it must be at least 0 and at most 1"),
        (lambda: amount(0, "x", above=0, unit="days"), "x is 0; it must be above 0 (days)"),
        (lambda: amount(math.nan, "x", least=0), "x is missing; a finite number is needed"),
        (lambda: amount(-math.inf, "x"), "x is -inf; a finite number is needed"),
        (lambda: amounts(np.nan, "x"), "x is missing; a finite number is needed"),
        (lambda: amounts(-1, "x", least=0), "x is -1; it must be at least 0"),
        (lambda: amounts(None, "x"), "x is missing; a finite number is needed"),
        (lambda: amounts([1, None], "x"), "x is missing in row 1; a finite number is needed"),
        (lambda: amounts([1, 2.5], "x", integral=True), "x is 2.5 in row 1; a whole number is"),
        (lambda: amounts([[1, 2], [3, -4]], "x", least=0), "x is -4 in row 1, column 1; it must"),
        (lambda: whole(0, "n"), "n is 0; it must be at least 1"),
        (lambda: whole(9, "n", most=8), "n is 9; it must be at least 1 and at most 8"),
        (lambda: whole(2.5, "n", rounded=True), "n is 2.5; a whole number is needed"),
        (lambda: whole(math.nan, "n", rounded=True), "n is missing; a finite number is needed"),
    ],
)
def test_what_is_wrong_is_said_in_one_form(call, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        call()


@given(st.integers(0, 2**64 - 1))
def test_a_whole_number_keeps_every_bit(seed):
    assert whole(seed, "seed", least=0) == seed
    assert whole(np.uint64(seed), "seed", least=0) == seed


def test_labels_are_named_where_they_say_more_than_the_row():
    sold = pd.Series([1.0, -2.0, -3.0], index=["tea", "cup", "pot"])
    with pytest.raises(ValueError, match=r"sold is -2 in row 1 \('cup'\), the first of 2;"):
        amounts(sold, "sold", least=0)
    with pytest.raises(ValueError, match=r"sold is -2 in row 1, the first of 2;"):
        amounts(sold.reset_index(drop=True), "sold", least=0)
    table = pd.DataFrame({"x": [0.0, 0.0], "y": [0.0, np.nan]}, index=[7, 9])
    with pytest.raises(ValueError, match=r"places is missing in row 1 \(9\), column 'y';"):
        amounts(table, "places")


@pytest.mark.parametrize(
    ("values", "held"),
    [
        (["1", "2"], "list"),
        (pd.Series(["1", "2"]), "str"),
        (pd.Series(["1", 2], dtype=object), "object"),
        (pd.Series(pd.to_datetime(["2025-06-18"])), "datetime64"),
        (np.array(["2025-06-18"], dtype="datetime64[D]"), "datetime64"),
        (np.array([1j]), "complex128"),
        ([[1], [1, 2]], "list"),
        ({"a": 1}, "dict"),
        ("12", "'12'"),
    ],
)
def test_text_and_times_are_no_numbers(values, held):
    with pytest.raises(TypeError, match=f"^x holds {re.escape(held)}.*; numbers are needed$"):
        amounts(values, "x")


@pytest.mark.parametrize("dtype", ["Int64", "Float64", "int8", "bool", "float32"])
def test_numbers_of_every_type_pass_as_floats(dtype):
    found = amounts(pd.Series([1, 0, 1], dtype=dtype), "x")
    assert found.dtype == np.float64
    assert found.tolist() == [1, 0, 1]


def test_a_missing_number_of_a_nullable_column_is_named():
    with pytest.raises(ValueError, match="x is missing in row 1; a finite"):
        amounts(pd.Series([1, None, 3], dtype="Int64"), "x")


@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3)])
def test_an_array_keeps_its_shape(shape):
    assert amounts(np.ones(shape), "x", above=0).shape == shape


# --- choices and days ------------------------------------------------------------------------


def test_a_choice_is_one_of_those_there_are():
    assert one_of("b", "rule", {"a": 1, "b": 2}) == "b"
    with pytest.raises(ValueError, match=r"^rule is 'c'; it must be one of 'a', 'b'$"):
        one_of("c", "rule", ("a", "b"))
    with pytest.raises(ValueError, match=r"^cut is 3; it must be one of 1, 2$"):
        one_of(3.0, "cut", np.array([1.0, 2.0]))


@pytest.mark.parametrize("value", [True, np.True_])
def test_true_is_true(value):
    assert truth(value, "x") is True


@pytest.mark.parametrize("value", [1, "yes", None])
def test_what_only_counts_as_true_is_refused(value):
    with pytest.raises(TypeError, match=f"^x is {value!r}; it must be True or False$"):
        truth(value, "x")


@pytest.mark.parametrize(
    "value",
    [
        date(2025, 6, 18),
        datetime(2025, 6, 18, 23, 59),
        pd.Timestamp("2025-06-18 12:00"),
        "2025-06-18",
        "2025-06-18T23:59:00",
    ],
)
def test_a_day_may_be_given_in_any_natural_form(value):
    assert day(value, "as_of") == date(2025, 6, 18)


def test_a_day_with_a_zone_is_the_day_in_utc():
    late = datetime(2025, 6, 18, 7, tzinfo=timezone(timedelta(hours=8)))
    assert day(late, "as_of") == day(late.astimezone(UTC), "as_of") == date(2025, 6, 17)


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        ("June", ValueError, "as_of is 'June'; write a day as year-month-day, e.g. 2026-07-01"),
        (20250630, TypeError, "as_of is 20250630; a date, or text such as '2026-07-01', is"),
        (pd.NaT, TypeError, "as_of is NaT; a date"),
        (None, TypeError, "as_of is None; a date"),
    ],
)
def test_what_is_no_day_is_refused(value, error, message):
    with pytest.raises(error, match=f"^{message}"):
        day(value, "as_of")


# --- tables ----------------------------------------------------------------------------------


def test_arrays_of_one_length_pass_as_floats():
    x, y = aligned(x=[1, 2], y=pd.Series([3, 4], index=[7, 8]))
    assert x.tolist() == [1, 2]
    assert y.tolist() == [3, 4]
    assert [a.tolist() for a in aligned(x=1, y=2.5)] == [[1.0], [2.5]]


@pytest.mark.parametrize(
    ("given_arrays", "message"),
    [
        ({"x": [1, 2], "y": [1]}, r"x has shape \(2,\), y has shape \(1,\); one value a row"),
        ({"x": [[1, 2]]}, r"x has shape \(1, 2\); one value a row is needed in each"),
        ({"x": [], "y": []}, r"x has shape \(0,\)"),
        ({"x": [1, 2], "y": [1, np.nan]}, "y is missing in row 1"),
    ],
)
def test_arrays_that_do_not_fit_together_are_refused(given_arrays, message):
    with pytest.raises(ValueError, match=message):
        aligned(**given_arrays)


def test_a_table_has_its_columns_and_a_row():
    table = pd.DataFrame({"a": [1], "b": [2]})
    assert columns(table, ["b"], "t") is table
    with pytest.raises(TypeError, match=r"^t is a dict; a pandas DataFrame is needed$"):
        columns({"a": [1]}, ["a"], "t")
    with pytest.raises(ValueError, match=r"^t has no column 'c'; its columns are 'a', 'b'$"):
        columns(table, ["a", "c"], "t")
    with pytest.raises(ValueError, match=r"^t has no column 'c'; its columns are none$"):
        columns(pd.DataFrame(), ["c"], "t")
    with pytest.raises(ValueError, match=r"^t has no rows$"):
        columns(table.head(0), ["a"], "t")


@given(st.lists(st.booleans(), max_size=8))
def test_what_is_wrong_is_refused_with_its_first_row(wrong):
    values = np.arange(len(wrong)) + 0.5
    if not any(wrong):
        refuse(wrong, values, "x", "none is needed")
        return
    first, all_of_them = wrong.index(True), sum(wrong)
    others = f", the first of {all_of_them}" if all_of_them > 1 else ""
    told = f"x is {values[first]} in row {first}{others}; none is needed"
    with pytest.raises(ValueError, match=f"^{re.escape(told)}$"):
        refuse(wrong, values, "x", "none is needed")


def test_a_column_is_checked_as_an_array_is():
    table = pd.DataFrame({"a": [1.5, -2.0], "b": ["1", "2"]})
    assert column(table, "a", "t").tolist() == [1.5, -2.0]
    assert column(table.head(0), "a", "t").tolist() == []
    with pytest.raises(ValueError, match=r"^t: 'a' is -2 in row 1; it must be at least 0 \(CNY\)$"):
        column(table, "a", "t", least=0, unit="CNY")
    with pytest.raises(ValueError, match=r"^t: 'a' is 1.5 in row 0; a whole number is needed$"):
        column(table, "a", "t", integral=True)
    with pytest.raises(TypeError, match=r"^t: 'b' holds str; numbers are needed$"):
        column(table, "b", "t")
    with pytest.raises(ValueError, match="t has no column 'c'; its columns are 'a', 'b'"):
        column(table, "c", "t")


@given(st.lists(st.sampled_from(["tea", "cup", "pot", None]), max_size=8))
def test_labels_are_alike_just_where_their_numbers_are(names):
    table = pd.DataFrame({"name": pd.Series(names, dtype=object)})
    if None in names:
        first, blank = names.index(None), names.count(None)
        others = f", the first of {blank}" if blank > 1 else ""
        told = f"^t: 'name' is missing in row {first}{others}; every row needs one$"
        with pytest.raises(ValueError, match=told):
            labels(table, "name", "t")
        return
    numbers = labels(table, "name", "t").tolist()
    pairs = set(zip(names, numbers, strict=True))
    assert len(pairs) == len(set(names)) == len(set(numbers))
    assert sorted(set(numbers)) == list(range(len(set(names))))
