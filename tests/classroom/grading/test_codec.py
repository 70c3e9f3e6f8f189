"""The codec: what is data crosses unchanged, and nothing else crosses at all."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecomlab.classroom.grading.codec import BadData, NotData, decode, encode

Point = namedtuple("Point", "x y")

VALUES = [
    None, ..., True, -5, 10**40, 1e-300, float("inf"), -0.0, 2 + 3j, "灯市 \ud800", b"\x00",
    bytearray(b"x"), Decimal("1.50"), Fraction(1, 3), dt.date(2026, 1, 1),
    dt.datetime(2026, 1, 1, 3, tzinfo=dt.UTC), dt.time(3, 4), dt.timedelta(1, 2, 3), range(2, 9, 3),
    slice(1, None), [1, (2, {3})], {"a": 1, (1, 2): [3]}, frozenset({1}), deque([1]),
    OrderedDict(b=1, a=2), Counter("aab"), defaultdict(None, a=[1]),
    np.float32(0.1), np.int8(3), np.bool_(True), np.str_("x"), np.datetime64("2026-01-01"),
    np.arange(6).reshape(2, 3), np.array(["a", None, 1], dtype=object), np.array([]),
    np.array([1 + 2j]), pd.NaT, pd.NA, pd.Timestamp("2026-01-01 12:00", tz="Asia/Shanghai"),
    pd.Timestamp("1960-01-01"), pd.Timedelta("3D"), pd.Period("2026Q1"), pd.Interval(0, 1),
    pd.Series([1, 2], index=["a", "b"], name="n"), pd.Series(["x", None]),
    pd.DataFrame({
        "a": [1, 2], "b": ["x", None], "c": pd.to_datetime(["2026-01-01", None]),
        "d": pd.Categorical(["u", "v"], ordered=True), "e": pd.array([1, None], dtype="Int64"),
    }),
    pd.DataFrame({
        "t": pd.date_range("2026", periods=3, tz="UTC"),
        "p": pd.period_range("2026-01", periods=3, freq="M"), "i": pd.interval_range(0, 3),
    }),
    pd.DataFrame(np.ones((2, 2)), columns=["same", "same"]), pd.DataFrame(index=[1, 2]),
    pd.date_range("2026", periods=3, freq="D"), pd.RangeIndex(4), pd.Index(["x"], name="k"),
    pd.MultiIndex.from_product([["a", "b"], [1, 2]], names=["x", None]),
    pd.cut(pd.Series([1, 2, 3]), 2), pl.Series("s", [1.5, None]),
    pl.DataFrame({
        "a": [1, None], "b": ["x", "y"], "d": [dt.date(2026, 1, 1)] * 2,
        "t": [dt.datetime(2026, 1, 1)] * 2, "u": [dt.timedelta(1)] * 2, "f": [True, None],
    }),
]  # fmt: skip


def same(one: object, other: object) -> bool:
    """Equal in type, value, dtype, index and names."""
    assert type(one) is type(other)
    if isinstance(one, pd.DataFrame):
        pd.testing.assert_frame_equal(one, other, check_freq=True)
    elif isinstance(one, pd.Series):
        pd.testing.assert_series_equal(one, other)
    elif isinstance(one, pd.Index):
        pd.testing.assert_index_equal(one, other, exact=True)
    elif isinstance(one, np.ndarray):
        assert (one.dtype, one.shape) == (other.dtype, other.shape)
        assert one.tolist() == other.tolist()
    elif isinstance(one, pl.DataFrame):
        assert one.equals(other)
        assert one.schema == other.schema
    elif isinstance(one, pl.Series):
        assert one.equals(other)
    else:
        assert repr(one) == repr(other)
    return True


@pytest.mark.parametrize("value", VALUES, ids=lambda v: type(v).__name__)
def test_data_cross_unchanged(value):
    assert same(value, decode(encode(value)))


def test_not_a_number_crosses():
    assert np.isnan(decode(encode(float("nan"))))


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner, max_size=3)
    ),
    max_leaves=20,
)


@given(plain)
def test_any_nesting_of_plain_values_crosses(value):
    assert decode(encode(value)) == value


@given(st.lists(st.floats() | st.none(), max_size=9), st.text(max_size=5))
def test_any_column_crosses(values, name):
    frame = pd.DataFrame({name: pd.Series(values, dtype="float64")})
    assert same(frame, decode(encode(frame)))


def test_a_named_tuple_crosses_as_one_of_the_same_fields():
    crossed = decode(encode(Point(1, [2])))
    assert (crossed.x, crossed.y, len(crossed)) == (1, [2], 2)


class AlwaysEqual:
    def __eq__(self, other):
        return True

    __hash__ = None  # type: ignore[assignment]


class Float(float):
    pass


class Frame(pd.DataFrame):
    pass


class Column(np.ndarray):
    pass


NOT_DATA = {
    "always equal": AlwaysEqual(),
    "a subclass of float": Float(1),
    "a subclass of list": type("L", (list,), {})([1]),
    "a subclass of dict": type("D", (dict,), {})(),
    "a subclass of DataFrame": Frame({"a": [1]}),
    "a subclass of array": np.arange(3).view(Column),
    "a function": len,
    "a class": int,
    "a module": json,
    "an object in a list": [1, [AlwaysEqual()]],
    "an object in a cell": pd.DataFrame({"a": [1, AlwaysEqual()]}),
    "an object as a key": {Point: 1},
    "an object in an array": np.array([AlwaysEqual()]),
    "a structured array": np.zeros(2, dtype=[("a", int)]),
    "a type that says it is float": type("float", (), {"__module__": "builtins"})(),
    "a type that says it is numpy's": type("float64", (), {"__module__": "numpy"})(),
    "a type that says it is pandas'": type("Series", (), {"__module__": "pandas"})(),
}


@pytest.mark.parametrize("value", NOT_DATA.values(), ids=NOT_DATA)
def test_anything_else_is_not_data(value):
    with pytest.raises(NotData, match=r"is not data|nested"):
        encode(value)


def test_a_value_that_holds_itself_is_not_data():
    loop: list = []
    loop.append(loop)
    with pytest.raises(NotData, match="nested too deeply"):
        encode(loop)


def test_too_much_is_not_data():
    with pytest.raises(NotData, match="too large"):
        encode(b"x" * (60 << 20))


FORGED = [
    b"", b"\xff", b"{}", b"[]", b"[[1]]", b'["no such kind"]', b'["int", 5]', b'["int", "zz"]',
    b'["float", "__import__"]', b'["list", 5]', b'["array", "O", [1], "AAAA"]',
    b'["array", "<f8", [-5], "AAAA"]', b'["array", "<f8", [1000000000], "AAAA"]',
    b'["array", "V8", [1], "AAAAAAAAAAA="]', b'["scalar", "<f8", [2], "AAAAAAAAAAAAAAAAAAAAAA=="]',
    b'["extension", "object", [["int", "1"]]]', b'["extension", "int64[pyarrow]", []]',
    b'["named", "x; import os", ["a"], [["int", "1"]]]', b'["named", "P", ["_a"], [["none"]]]',
    b'["timestamp", "D", "1", null]', b'["frame", [["int", "1"]], ["none"], ["none"]]',
    b'["plseries", "x", "Object", []]', b'["dict", [[["list", []], ["none"]]]]',
    b"[" * 5000, b'["list",[' * 200 + b"]]" * 200,
]  # fmt: skip


@pytest.mark.parametrize("data", FORGED, ids=range(len(FORGED)))
def test_forged_data_are_refused(data):
    with pytest.raises(BadData):
        decode(data)


@given(st.binary(max_size=200))
def test_noise_is_refused_or_is_data(data):
    try:
        value = decode(data)
    except BadData:
        return
    encode(value)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3)
    | st.sampled_from(["list", "dict", "array", "frame", "index", "named", "<f8", "category"]),
    lambda inner: st.lists(inner, max_size=5),
    max_leaves=15,
)  # fmt: skip


@given(st.lists(json_values, max_size=5))
def test_well_formed_nonsense_is_refused_or_is_data(tree):
    try:
        value = decode(json.dumps(tree).encode())
    except BadData:
        return
    encode(value)
