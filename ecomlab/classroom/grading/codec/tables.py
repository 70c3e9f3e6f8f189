"""The codec's tables: pandas and Polars, column by column, each of a dtype on the list."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ecomlab.classroom.grading.codec.core import (
    BadData,
    NotData,
    array_node,
    from_node,
    text_of,
    to_node,
)

_EXTENSION_DTYPE = re.compile(
    r"string|str|boolean|U?Int(8|16|32|64)|Float(32|64)"
    r"|datetime64\[(s|ms|us|ns), [\w/+:-]{1,40}\]"
)
_POLARS_DTYPE = re.compile(
    r"U?Int(8|16|32|64)|Float(32|64)|String|Boolean|Date|Time"
    r"|Datetime\(time_unit='(ms|us|ns)', time_zone=(None|'[\w/+:-]{1,40}')\)"
    r"|Duration\(time_unit='(ms|us|ns)'\)"
)


def table_node(value: Any, depth: int) -> list:
    """One value of pandas' or Polars' as a JSON list."""
    if type(value).__module__.startswith("pandas"):
        return _pandas_node(value, depth)
    return _polars_node(value, depth)


# pandas: columns and indexes by their dtype, which is checked by name.


def _pandas_node(value: Any, depth: int) -> list:
    import pandas as pd

    kind = type(value)
    if value is pd.NaT:
        return ["nat"]
    if value is pd.NA:
        return ["na"]
    if kind is pd.Timestamp:
        return ["timestamp", value.unit, _ticks(value), _zone(value.tz)]
    if kind is pd.Timedelta:
        return ["pdelta", value.unit, _ticks(value)]
    if kind is pd.Period:
        return ["period", value.freqstr, int(value.ordinal)]
    if kind is pd.Interval:
        return ["interval", to_node(value.left, depth), to_node(value.right, depth), value.closed]
    if kind is pd.Series:
        return [
            "series",
            _column(value.array, depth),
            _pandas_node(value.index, depth + 1),
            to_node(value.name, depth + 1),
        ]
    if kind is pd.DataFrame:
        columns = [_column(value.iloc[:, i].array, depth) for i in range(value.shape[1])]
        return [
            "frame",
            columns,
            _pandas_node(value.index, depth + 1),
            _pandas_node(value.columns, depth + 1),
        ]
    if kind is pd.RangeIndex:
        return ["rangeindex", value.start, value.stop, value.step, to_node(value.name, depth)]
    if kind is pd.MultiIndex:
        levels = [_pandas_node(value.get_level_values(i), depth + 1) for i in range(value.nlevels)]
        return ["multiindex", levels, [to_node(n, depth + 1) for n in value.names]]
    if kind in _index_types():
        freq = getattr(value, "freqstr", None)
        return ["index", _column(value.array, depth), to_node(value.name, depth), freq]
    if kind in _array_types():
        return _column(value, depth)
    raise NotData(f"a value of type {kind.__name__} is not data")


def _index_types() -> tuple[type, ...]:
    import pandas as pd

    dated = (pd.DatetimeIndex, pd.TimedeltaIndex, pd.PeriodIndex)
    return (pd.Index, *dated, pd.CategoricalIndex, pd.IntervalIndex)


def _array_types() -> tuple[type, ...]:
    import pandas as pd

    names = (
        "ArrowStringArray BooleanArray Categorical DatetimeArray FloatingArray IntegerArray "
        "IntervalArray NumpyExtensionArray PeriodArray StringArray TimedeltaArray"
    )
    found = (getattr(pd.arrays, name, getattr(pd, name, None)) for name in names.split())
    return tuple(t for t in found if t is not None)


def _ticks(moment: Any) -> str:
    """A moment or a span in its own unit."""
    return str(int(moment.asm8.astype("i8")))


def _zone(zone: Any) -> str | None:
    return None if zone is None else str(zone)


def _column(array: Any, depth: int) -> list:
    """One column: a NumPy array where it is one at heart, else its dtype and its items."""
    import pandas as pd

    dtype = array.dtype
    if type(array) is pd.arrays.NumpyExtensionArray:
        return array_node(array.to_numpy(), depth)
    if isinstance(dtype, pd.CategoricalDtype):
        codes = array_node(array.codes, depth)
        return ["category", _pandas_node(array.categories, depth), codes, bool(array.ordered)]
    if isinstance(dtype, pd.PeriodDtype):
        return ["periods", array.freqstr, array_node(array.asi8, depth)]
    if isinstance(dtype, pd.IntervalDtype):
        sides = [_pandas_node(array.left, depth), _pandas_node(array.right, depth)]
        return ["intervals", *sides, array.closed]
    if isinstance(dtype, pd.DatetimeTZDtype):
        return ["zoned", str(dtype), array_node(array.asi8, depth)]
    if isinstance(dtype, pd.api.extensions.ExtensionDtype):
        if not _EXTENSION_DTYPE.fullmatch(str(dtype)):
            raise NotData(f"a column of {dtype} is not data")
        missing = array.isna()
        items = [None if gap else v for v, gap in zip(array.tolist(), missing, strict=True)]
        return ["extension", str(dtype), [to_node(v, depth + 1) for v in items]]
    return array_node(array.to_numpy(), depth)


def _read_column(node: Any, depth: int) -> Any:
    column = from_node(node, depth)
    if type(node) is list and node[0] in {"array", "objects", *_COLUMN_KINDS}:
        return column
    raise BadData("a column was expected")


_COLUMN_KINDS = {"category", "periods", "intervals", "zoned", "extension"}


def _read_extension(parts: list, depth: int) -> Any:
    import pandas as pd

    name, items = parts
    if not _EXTENSION_DTYPE.fullmatch(text_of(name)):
        raise BadData("a column of another type was sent")
    return pd.array([from_node(v, depth) for v in items], dtype=name)


def _read_zoned(parts: list, depth: int) -> Any:
    import pandas as pd

    name, stamps = parts
    if not _EXTENSION_DTYPE.fullmatch(text_of(name)):
        raise BadData("a column of another type was sent")
    dtype = pd.DatetimeTZDtype.construct_from_string(name)
    moments = from_node(stamps, depth).view(f"M8[{dtype.unit}]")
    return pd.DatetimeIndex(moments, tz="UTC").tz_convert(dtype.tz).array


def _read_category(parts: list, depth: int) -> Any:
    import pandas as pd

    categories, codes, ordered = parts
    return pd.Categorical.from_codes(
        from_node(codes, depth), categories=from_node(categories, depth), ordered=ordered is True
    )


def _read_index(parts: list, depth: int) -> Any:
    import pandas as pd

    column, name, freq = parts
    index = pd.Index(_read_column(column, depth), name=from_node(name, depth))
    if freq is not None and isinstance(index, pd.DatetimeIndex | pd.TimedeltaIndex):
        index.freq = text_of(freq)  # type: ignore[union-attr]
    return index


def _read_series(parts: list, depth: int) -> Any:
    import pandas as pd

    column, index, name = parts
    data = _read_column(column, depth)
    return pd.Series(data, index=from_node(index, depth), name=from_node(name, depth), copy=False)


def _read_frame(parts: list, depth: int) -> Any:
    import pandas as pd

    columns, index, names = parts
    rows = from_node(index, depth)
    data = {i: pd.Series(_read_column(c, depth), index=rows) for i, c in enumerate(columns)}
    frame = pd.DataFrame(data, index=rows)
    frame.columns = from_node(names, depth)
    return frame


def _read_timestamp(parts: list, depth: int) -> Any:
    import pandas as pd

    unit, value, zone = parts
    stamp = pd.Timestamp(int(value), unit=_unit(unit)).as_unit(_unit(unit))
    return stamp if zone is None else stamp.tz_localize("UTC").tz_convert(text_of(zone))


def _read_pdelta(parts: list, depth: int) -> Any:
    import pandas as pd

    unit, value = parts
    return pd.Timedelta(int(value), unit=_unit(unit)).as_unit(_unit(unit))


def _unit(unit: Any) -> Any:
    if unit not in ("s", "ms", "us", "ns"):
        raise BadData("a unit of time was expected")
    return unit


def _read_period(parts: list, depth: int) -> Any:
    import pandas as pd

    return pd.Period(ordinal=int(parts[1]), freq=text_of(parts[0]))


def _read_periods(parts: list, depth: int) -> Any:
    import pandas as pd

    freq, ordinals = parts
    return pd.PeriodIndex.from_ordinals(from_node(ordinals, depth), freq=text_of(freq)).array


def _read_interval(parts: list, depth: int) -> Any:
    import pandas as pd

    return pd.Interval(from_node(parts[0], depth), from_node(parts[1], depth), text_of(parts[2]))


def _read_intervals(parts: list, depth: int) -> Any:
    import pandas as pd

    left, right, closed = parts
    return pd.arrays.IntervalArray.from_arrays(
        from_node(left, depth), from_node(right, depth), closed=text_of(closed)
    )


def _read_missing(name: str) -> Any:
    import pandas as pd

    return pd.NaT if name == "nat" else pd.NA


def _read_rangeindex(parts: list, depth: int) -> Any:
    import pandas as pd

    return pd.RangeIndex(*(int(p) for p in parts[:3]), name=from_node(parts[3], depth))


def _read_multiindex(parts: list, depth: int) -> Any:
    import pandas as pd

    levels, names = parts
    return pd.MultiIndex.from_arrays(
        [from_node(level, depth) for level in levels], names=[from_node(n, depth) for n in names]
    )


# Polars: columns by name, dtype and items.


def _polars_node(value: Any, depth: int) -> list:
    import polars as pl

    kind = type(value)
    if kind is pl.Series:
        if not _POLARS_DTYPE.fullmatch(str(value.dtype)) and value.dtype != pl.Null:
            raise NotData(f"a Polars column of {value.dtype} is not data")
        items = [to_node(v, depth + 1) for v in _polars_items(value)]
        return ["plseries", value.name, str(value.dtype), items]
    if kind is pl.DataFrame:
        return ["plframe", [_polars_node(c, depth + 1) for c in value.get_columns()]]
    if kind is pl.LazyFrame:
        return _polars_node(value.collect(), depth)
    raise NotData(f"a value of type {kind.__name__} is not data")


def _polars_items(column: Any) -> list:
    """Temporal columns as whole numbers, which lose nothing; others as they are."""

    return column.to_physical().to_list() if column.dtype.is_temporal() else column.to_list()


def _read_plseries(parts: list, depth: int) -> Any:
    import polars as pl

    name, dtype, items = parts
    values = [from_node(v, depth) for v in items]
    if dtype == "Null":
        return pl.Series(text_of(name), values, dtype=pl.Null)
    if not _POLARS_DTYPE.fullmatch(text_of(dtype)):
        raise BadData("a Polars column of another type was sent")
    wanted = _polars_dtype(dtype)
    if wanted.is_temporal():
        physical = pl.Int32 if wanted == pl.Date else pl.Int64
        return pl.Series(text_of(name), values, dtype=physical).cast(wanted)
    return pl.Series(text_of(name), values, dtype=wanted)


def _polars_dtype(text: str) -> Any:
    import polars as pl

    name, _, inside = text.partition("(")
    options = dict(re.findall(r"(time_unit|time_zone)='([^']*)'", inside))
    return getattr(pl, name)(**options) if options else getattr(pl, name)()


def _read_plframe(parts: list, depth: int) -> Any:
    import polars as pl

    return pl.DataFrame([from_node(c, depth) for c in parts[0]])


READERS: dict[str, Callable[[list, int], Any]] = {
    "series": _read_series,
    "frame": _read_frame,
    "index": _read_index,
    "rangeindex": _read_rangeindex,
    "multiindex": _read_multiindex,
    "extension": _read_extension,
    "zoned": _read_zoned,
    "category": _read_category,
    "period": _read_period,
    "periods": _read_periods,
    "interval": _read_interval,
    "intervals": _read_intervals,
    "timestamp": _read_timestamp,
    "pdelta": _read_pdelta,
    "plseries": _read_plseries,
    "plframe": _read_plframe,
    "nat": lambda parts, depth: _read_missing("nat"),
    "na": lambda parts, depth: _read_missing("na"),
}
