"""The same table in every kind of frame, and any result as plain rows that can be compared."""

from __future__ import annotations

import math
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import polars.selectors as cs

from ecomlab import frames

LOCAL = ("pandas", "polars", "polars lazy", "duckdb")

# A connection set to a zone other than UTC: days must not follow it.
_CONNECTION = duckdb.connect()
_CONNECTION.execute("set TimeZone = 'Asia/Shanghai'")


def table(data: pd.DataFrame, kind: str, spark: Any = None) -> Any:
    """The rows of a pandas DataFrame as a frame of another kind."""
    if kind == "pandas":
        return data
    if kind == "polars":
        return pl.from_pandas(data)
    if kind == "polars lazy":
        return pl.from_pandas(data).lazy()
    if kind == "duckdb":
        return _CONNECTION.from_df(data)
    # With their zone, as Spark reads times without one by the session's clock.
    utc = pl.from_pandas(data).with_columns(cs.datetime().dt.replace_time_zone("UTC"))
    return spark.createDataFrame(utc.to_arrow())


def same_type(result: Any, original: Any) -> bool:
    """Whether a result is of the kind that came in."""
    return type(result) is type(original)


def rows(result: Any) -> list[tuple]:
    """The rows of any frame, in its order; what is missing as None."""
    plain = frames.collect(result)
    return [tuple(map(_plain, row)) for row in plain.itertuples(index=False, name=None)]


def _plain(value: Any) -> Any:
    if value is None or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return None
    return value.to_pydatetime() if isinstance(value, pd.Timestamp) else value


def assert_equal(found: Any, expected: list[tuple]) -> None:
    """The rows of any frame are those expected, floats to the rounding of a sum."""
    for row, wanted in zip(rows(found), expected, strict=True):
        for value, other in zip(row, wanted, strict=True):
            both_float = isinstance(value, float) and isinstance(other, float | int)
            same = (
                math.isclose(value, other, rel_tol=1e-9, abs_tol=1e-7)
                if both_float
                else (value == other and type(value) is type(other))
            )
            assert same, f"found {row}\nexpected {wanted}"
