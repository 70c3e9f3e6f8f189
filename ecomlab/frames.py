"""The one door to any DataFrame: pandas, Polars, a DuckDB relation or a PySpark DataFrame.

A function over event-scale tables is written once on narwhals: `as_frame` lets the user's table in
(checked, lazy, its times on one clock), the function builds on it, and `like` gives the result back
as the kind that came in. What narwhals does not do alike on every engine is done here and nowhere
else.

Aggregations must be elementary (the sum, minimum, count ... of a column that stands already): of a
conditional, narwhals on pandas gives a wrong answer without a word.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import narwhals as nw

Frame = nw.LazyFrame[Any]
Native = Any

EVERY = ("day", "week", "month")

_KINDS = {
    nw.Implementation.PANDAS: "a pandas DataFrame",
    nw.Implementation.POLARS: "a Polars DataFrame or LazyFrame",
    nw.Implementation.DUCKDB: "a DuckDB relation",
    nw.Implementation.PYSPARK: "a PySpark DataFrame",
}

Fault = tuple[str, Callable[[nw.Expr], nw.Expr]]
_MISSING: Fault = ("missing", lambda value: value.is_null())


@dataclass(frozen=True)
class Column:
    """What a column is called in the user's table, and what it must hold."""

    name: str
    holds: str
    fits: Callable[[nw.dtypes.DType], bool]
    rule: str
    faults: tuple[Fault, ...] = (_MISSING,)
    is_amount: bool = False


def key(name: str) -> Column:
    """A column of keys or labels: any type, no value missing."""
    return Column(name, "keys", lambda dtype: True, "every row needs one")


def time(name: str) -> Column:
    """A column of timestamps or dates, none missing; those with a zone are moved to UTC."""
    rule = "every row needs a time"
    return Column(name, "timestamps", lambda t: t in (nw.Datetime, nw.Date), rule)


def money(name: str) -> Column:
    """A column of amounts in CNY: numbers, none missing, finite, at least 0."""
    faults = (
        _MISSING,
        ("infinite or undefined", lambda value: ~value.is_finite()),
        ("negative", lambda value: value < 0),
    )
    rule = "amounts are in CNY and must be finite and >= 0"
    return Column(name, "numbers", lambda dtype: dtype.is_numeric(), rule, faults, is_amount=True)


def as_frame(
    data: Native,
    *,
    columns: Mapping[str, Column],
    name: str = "the table",
    sums_later: bool = False,
) -> Frame:
    """Let a table in: its named columns, checked, lazy, with times on one clock.

    Parameters
    ----------
    data
        A pandas DataFrame, a Polars DataFrame or LazyFrame, a DuckDB relation or a PySpark
        DataFrame.
    columns
        What the caller calls each column -> `key`, `time` or `money` of the user's name for it.
    name
        What error messages call the table.
    sums_later
        Leave infinite and undefined amounts to `refuse_undefined`, where the function adds all
        amounts up anyway: DuckDB then answers the other checks without reading the table.

    Returns
    -------
    narwhals.LazyFrame
        Only these columns, under the caller's names, amounts as float. Times are timestamps
        without a zone: as they stand where they had none (the shop's own clock), else in UTC.

    Raises
    ------
    TypeError
        If the table is of no kind known here, or a column holds the wrong type.
    ValueError
        If a column is absent (the message lists those there are) or holds a wrong value (how many,
        and for tables whose rows have an order the first row, counted from 0).

    Examples
    --------
    >>> import pandas as pd
    >>> lines = pd.DataFrame({"item": ["tea", "cup"], "price": [12.5, -3.0]})
    >>> as_frame(lines, columns={"price": money("price")}, name="lines")
    Traceback (most recent call last):
    ValueError: lines: column 'price' has 1 negative value, first in row 1; amounts are in CNY ...
    """
    given = _open(data, name)
    schema = given.collect_schema()
    for column in columns.values():
        if column.name not in schema:
            there = ", ".join(map(repr, schema)) or "none"
            raise ValueError(f"{name} has no column {column.name!r}; its columns are {there}")
        if not column.fits(schema[column.name]):
            found = f"column {column.name!r} holds {schema[column.name]}"
            raise TypeError(f"{name}: {found}; expected {column.holds}")
    frame = given.select(nw.col(column.name).alias(own) for own, column in columns.items())
    frame = frame.lazy()
    for own, column in columns.items():
        if column.is_amount and schema[column.name] != nw.Float64:
            frame = frame.with_columns(nw.col(own).cast(nw.Float64))
        elif column.holds == "timestamps":
            frame = _to_utc(frame, own, schema[column.name])
    later = sums_later and frame.implementation.is_duckdb()
    if not _sound(frame, columns, sums=not later):
        _refuse(frame, columns, name, in_order=isinstance(given, nw.DataFrame))
    return frame


def refuse_undefined(
    sums: Frame, of: str, frame: Frame, *, columns: Mapping[str, Column], name: str = "the table"
) -> None:
    """Make up for `sums_later`: refuse infinite and undefined amounts, which their sums show.

    Parameters
    ----------
    sums, of
        A table that was made from `frame` and held, and its column of sums of amounts.
    frame, columns, name
        From `as_frame`, and as they were given to it.

    Raises
    ------
    ValueError
        If an amount is infinite or undefined.
    """
    if frame.implementation.is_duckdb():
        total = only_row(sums.select(nw.col(of).sum()))[of]
        if total is not None and not math.isfinite(total):
            _refuse(frame, columns, name, in_order=False)


def same_kind(times: Mapping[str, str], **tables: Native) -> None:
    """Refuse tables that cannot be combined: of two kinds, or with and without a time zone.

    Parameters
    ----------
    times
        The name of each table -> its time column.
    **tables
        The tables by name.

    Raises
    ------
    TypeError
        If the tables are of different kinds.
    ValueError
        If one's times have a zone and the other's have none.
    """
    frames = {name: _open(table, name) for name, table in tables.items()}
    kinds = {name: _KINDS[frame.implementation] for name, frame in frames.items()}
    if len(set(kinds.values())) > 1:
        said = " and ".join(f"{name} is {kind}" for name, kind in kinds.items())
        raise TypeError(f"{said}; give tables of one kind")
    zones = {name: _zone(frame.collect_schema().get(times[name])) for name, frame in frames.items()}
    if len({zone is None for zone in zones.values()}) > 1:
        said = " and ".join(f"those of {n} {_zone_said(zone)}" for n, zone in zones.items())
        raise ValueError(f"times must be alike: {said}; give all of them a zone, or none")


def like(result: Frame, original: Native) -> Native:
    """The result as the kind of table that came in.

    Eager tables give eager ones; a Polars LazyFrame, a DuckDB relation and a PySpark DataFrame stay
    lazy.
    """
    if not isinstance(nw.from_native(original), nw.DataFrame):
        return result.to_native()
    native = result.collect().to_native()
    return native.reset_index(drop=True) if result.implementation.is_pandas() else native


def collect(data: Native) -> Any:
    """Any table as a pandas DataFrame: the edge, where lazy work is done.

    Raises
    ------
    TypeError
        If the table is of no kind known here.
    """
    return _open(data, "the table").lazy().collect("pandas").to_native()


def only_row(frame: Frame) -> dict[str, Any]:
    """The one row of an aggregate, plain values by column."""
    if frame.implementation.is_duckdb():
        # By its own hands: through Arrow, loading that alone takes 40 MB.
        native: Any = frame.to_native()
        return dict(zip(native.columns, native.fetchall()[0], strict=True))
    return frame.collect().rows(named=True)[0]


def hold(frame: Frame) -> Frame:
    """Run a lazy frame once where it would otherwise run again for each use of it.

    Polars and Spark share repeated parts of a plan by themselves; a DuckDB relation does not.
    """
    if frame.implementation.is_duckdb():
        return nw.from_native(frame.to_native().materialize())
    return frame


def with_start(frame: Frame, every: str, *, of: str, name: str) -> Frame:
    """Add the first instant of the day, the week (from Monday) or the month that a time is in.

    Parameters
    ----------
    frame
        From `as_frame`.
    every
        ``"day"``, ``"week"`` or ``"month"``.
    of, name
        The column of timestamps, and the new column.

    Raises
    ------
    ValueError
        If `every` is none of these.
    """
    check_every(every)
    if frame.implementation.is_pyspark():
        # Spark truncates timestamps by the session's clock, which may skip a midnight; dates it
        # truncates by the calendar alone.
        from pyspark.sql import functions as F

        day = F.to_date(of)
        start = day if every == "day" else F.trunc(day, every)
        return nw.from_native(frame.to_native().withColumn(name, start.cast("timestamp_ntz")))
    if every == "month":
        return frame.with_columns(nw.col(of).dt.truncate("1mo").alias(name))
    frame = frame.with_columns(nw.col(of).dt.truncate("1d").alias(name))
    if every == "week":
        since_monday = (nw.col(name).dt.weekday() - 1) * nw.lit(timedelta(days=1))
        frame = frame.with_columns((nw.col(name) - since_monday).alias(name))
    return frame


def check_every(every: str, *, also: tuple[str, ...] = ()) -> None:
    """Refuse a period that is not one of `EVERY` (or `also`)."""
    if every not in (allowed := EVERY + also):
        raise ValueError(f"expected one of {', '.join(map(repr, allowed))}, not {every!r}")


def number(start: nw.Expr, every: str) -> nw.Expr:
    """Count days, weeks or months from the year 1, so that starts of periods can be subtracted.

    Days count as `datetime.date.toordinal` does.
    """
    if every == "month":
        return (start.dt.year().cast(nw.Int64) * 12 + start.dt.month()).cast(nw.Int64)
    years = start.dt.year().cast(nw.Int64) - 1
    leap_days = years // 4 - years // 100 + years // 400
    days = (years * 365 + leap_days + start.dt.ordinal_day()).cast(nw.Int64)
    return days if every == "day" else ((days - 1) // 7).cast(nw.Int64)


def ratio(part: str, whole: str) -> nw.Expr:
    """One column over another; missing where the second is 0."""
    return nw.when(nw.col(whole) > 0).then(nw.col(part) / nw.col(whole))


def _open(data: Native, name: str) -> nw.DataFrame[Any] | Frame:
    frame = nw.from_native(data, pass_through=True)
    if isinstance(frame, nw.DataFrame | nw.LazyFrame) and frame.implementation in _KINDS:
        return frame
    kinds = ", ".join(_KINDS.values())
    raise TypeError(f"{name} is a {type(data).__name__}; expected one of: {kinds}")


def _zone(dtype: nw.dtypes.DType | None) -> str | None:
    return dtype.time_zone if isinstance(dtype, nw.Datetime) else None


def _zone_said(zone: str | None) -> str:
    return "have no time zone" if zone is None else f"are in {zone}"


def _to_utc(frame: Frame, column: str, dtype: nw.dtypes.DType) -> Frame:
    """Timestamps with a zone as those of UTC, whatever zone the session is set to."""
    if dtype == nw.Date:
        return frame.with_columns(nw.col(column).cast(nw.Datetime("us")))
    if _zone(dtype) is None:
        return frame
    native: Any = frame.to_native()
    if frame.implementation.is_duckdb():
        from duckdb import ColumnExpression, ConstantExpression, FunctionExpression

        at = ColumnExpression(column)
        utc = FunctionExpression("timezone", ConstantExpression("UTC"), at).alias(column)
        others = [ColumnExpression(name) for name in native.columns if name != column]
        return nw.from_native(native.select(*others, utc))
    if frame.implementation.is_pyspark():
        from pyspark.sql import functions as F

        moved = F.convert_timezone(None, F.lit("UTC"), F.col(column))
        return nw.from_native(native.withColumn(column, moved))
    return frame.with_columns(nw.col(column).dt.convert_time_zone("UTC").dt.replace_time_zone(None))


def _refuse(frame: Frame, columns: Mapping[str, Column], name: str, *, in_order: bool) -> None:
    """Raise the first fault there is."""
    for own, column in columns.items():
        for words, is_wrong in column.faults:
            wrong = frame.filter(is_wrong(nw.col(own)))
            count = only_row(wrong.select(rows=nw.len()))["rows"]
            if count:
                values = "value" if count == 1 else "values"
                where = f", first in row {_first(frame, is_wrong(nw.col(own)))}" if in_order else ""
                said = f"column {column.name!r} has {count} {words} {values}{where}"
                raise ValueError(f"{name}: {said}; {column.rule}")


def _first(frame: Frame, is_wrong: nw.Expr) -> int:
    return frame.collect().with_row_index("row").filter(is_wrong)["row"].item(0)


def _sound(frame: Frame, columns: Mapping[str, Column], *, sums: bool) -> bool:
    """Whether all is well, by counts, a minimum and a sum: what engines answer fastest.

    The sum is there for infinite and undefined values, which a file's own minimum may leave out.
    """
    amounts = [own for own, column in columns.items() if column.is_amount]
    found = only_row(
        frame.select(
            nw.len().alias("rows"),
            *(nw.col(own).count().alias(f"{own} known") for own in columns),
            *(nw.col(own).min().alias(f"{own} least") for own in amounts),
            *(nw.col(own).sum().alias(f"{own} sum") for own in amounts if sums),
        )
    )
    return all(found[f"{own} known"] == found["rows"] for own in columns) and (
        found["rows"] == 0
        or all(
            found[f"{own} least"] >= 0 and math.isfinite(found.get(f"{own} sum", 0.0))
            for own in amounts
        )
    )
