"""Carry an answer between processes as data: an allow-list of exact types, and no pickle.

Encoding runs beside the student's code and is not trusted. Decoding trusts nothing: it builds
only the types listed here, from checked parts, and refuses everything else. A subclass, however
alike, is not data; neither is an object that only says that it is a number.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from base64 import b64decode, b64encode
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

MAX_BYTES = 64 << 20
MAX_DEPTH = 60
_PLAIN_DTYPE = re.compile(
    r"[<>|=]?([biuf][1248]|f16|c(8|16|32)|[US]\d{1,6}|[mM]8(\[\d*[a-zA-Z]{1,7}\])?)"
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


class NotData(TypeError):
    """The value does not cross; the message names its type."""


class BadData(ValueError):
    """What arrived does not decode: it was not made by this codec."""


def encode(value: Any) -> bytes:
    """The value as bytes.

    Raises
    ------
    NotData
        If the value, or a part of it, is of a type that does not cross, or is too large.

    Examples
    --------
    >>> decode(encode({"share": [0.5, None, (1, 2)]}))
    {'share': [0.5, None, (1, 2)]}
    >>> class Equal(float):
    ...     def __eq__(self, other): return True
    >>> encode(Equal(0.5))
    Traceback (most recent call last):
        ...
    ecomlab.classroom.codec.NotData: a value of type Equal is not data
    """
    try:
        data = json.dumps(_node(value, 0), separators=(",", ":")).encode("ascii")
    except RecursionError:
        raise NotData("the value is nested too deeply") from None
    if len(data) > MAX_BYTES:
        raise NotData(f"the value is too large: {len(data) >> 20} MB, at most {MAX_BYTES >> 20}")
    return data


def decode(data: bytes) -> Any:
    """The value that :func:`encode` was given.

    Raises
    ------
    BadData
        If the bytes are not what the codec makes.
    """
    if len(data) > MAX_BYTES:
        raise BadData("the data are too large")
    try:
        return _value(json.loads(data), 0)
    except BadData:
        raise
    except Exception as error:
        raise BadData(f"the data are damaged ({type(error).__name__}: {error})") from None


def _node(value: Any, depth: int) -> list:
    """One value as a JSON list: its kind, then its parts."""
    kind = type(value)
    if depth > MAX_DEPTH:
        raise NotData("the value is nested too deeply")
    for name, exact, pack in _SCALARS:
        if kind is exact:
            return [name, *pack(value)]
    for name, exact in _SEQUENCES:
        if kind is exact:
            return [name, [_node(v, depth + 1) for v in value]]
    for name, exact in _MAPPINGS:
        if kind is exact:
            items = dict.items(value)
            return [name, [[_node(k, depth + 1), _node(v, depth + 1)] for k, v in items]]
    home = getattr(kind, "__module__", "")
    if home.startswith("numpy"):
        return _numpy_node(value, depth)
    if home.startswith("pandas"):
        return _pandas_node(value, depth)
    if home.startswith("polars"):
        return _polars_node(value, depth)
    if issubclass(kind, tuple) and type(fields := getattr(kind, "_fields", None)) is tuple:
        return ["named", kind.__name__, list(fields), [_node(v, depth + 1) for v in value]]
    raise NotData(f"a value of type {kind.__name__} is not data")


def _value(node: Any, depth: int) -> Any:
    if type(node) is not list or not node or type(node[0]) is not str or depth > MAX_DEPTH:
        raise BadData("a part of the data is not a list that starts with its kind")
    name, parts = node[0], node[1:]
    if name in _READERS:
        return _READERS[name](*parts)
    if name in _SEQUENCE_TYPES:
        return _SEQUENCE_TYPES[name](_value(v, depth + 1) for v in parts[0])
    if name in _MAPPING_TYPES:
        pairs = [(_value(k, depth + 1), _value(v, depth + 1)) for k, v in parts[0]]
        return _mapping(name, pairs)
    if name in _COMPOUND_READERS:
        return _COMPOUND_READERS[name](parts, depth + 1)
    raise BadData(f"there is no kind of data called {name[:40]!r}")


def _mapping(name: str, pairs: list[tuple[Any, Any]]) -> Any:
    if name == "defaultdict":
        return defaultdict(None, pairs)
    return _MAPPING_TYPES[name](dict(pairs) if name == "counter" else pairs)


def _text(value: Any) -> str:
    if type(value) is not str:
        raise BadData("text was expected")
    return value


def _whole(value: str) -> int:
    return int(_text(value), 16)


def _float(value: str) -> float:
    return float.fromhex(_text(value))


def _hex(value: float) -> str:
    return value.hex() if math.isfinite(value) else repr(value)


_Scalar = tuple[str, type, Callable[[Any], list]]
_SCALARS: list[_Scalar] = [
    ("none", type(None), lambda v: []),
    ("ellipsis", type(...), lambda v: []),
    ("bool", bool, lambda v: [v]),
    ("int", int, lambda v: [hex(v)]),
    ("float", float, lambda v: [_hex(v)]),
    ("complex", complex, lambda v: [_hex(v.real), _hex(v.imag)]),
    ("str", str, lambda v: [v]),
    ("bytes", bytes, lambda v: [b64encode(v).decode()]),
    ("bytearray", bytearray, lambda v: [b64encode(v).decode()]),
    ("decimal", Decimal, lambda v: [str(v)]),
    ("fraction", Fraction, lambda v: [hex(v.numerator), hex(v.denominator)]),
    ("date", dt.date, lambda v: [v.isoformat()]),
    ("datetime", dt.datetime, lambda v: _moment(v)),
    ("time", dt.time, lambda v: _moment(v)),
    ("timedelta", dt.timedelta, lambda v: [v.days, v.seconds, v.microseconds]),
    ("range", range, lambda v: [hex(v.start), hex(v.stop), hex(v.step)]),
    ("slice", slice, lambda v: [_node(p, MAX_DEPTH - 1) for p in (v.start, v.stop, v.step)]),
]


def _moment(value: dt.datetime | dt.time) -> list:
    if value.tzinfo is not None and type(value.tzinfo) is not dt.timezone:
        raise NotData("a time with a zone crosses as a pandas Timestamp")
    return [value.isoformat()]


_READERS: dict[str, Callable[..., Any]] = {
    "none": lambda: None,
    "ellipsis": lambda: ...,
    "bool": lambda v: v is True,
    "int": _whole,
    "float": _float,
    "complex": lambda re_, im: complex(_float(re_), _float(im)),
    "str": _text,
    "bytes": lambda v: b64decode(_text(v)),
    "bytearray": lambda v: bytearray(b64decode(_text(v))),
    "decimal": lambda v: Decimal(_text(v)),
    "fraction": lambda n, d: Fraction(_whole(n), _whole(d)),
    "date": lambda v: dt.date.fromisoformat(_text(v)),
    "datetime": lambda v: dt.datetime.fromisoformat(_text(v)),
    "time": lambda v: dt.time.fromisoformat(_text(v)),
    "timedelta": lambda d, s, us: dt.timedelta(int(d), int(s), int(us)),
    "range": lambda a, b, c: range(_whole(a), _whole(b), _whole(c)),
    "slice": lambda a, b, c: slice(*(_value(p, MAX_DEPTH) for p in (a, b, c))),
}

_SEQUENCES: list[tuple[str, type]] = [
    ("list", list),
    ("tuple", tuple),
    ("set", set),
    ("frozenset", frozenset),
    ("deque", deque),
]
_SEQUENCE_TYPES: dict[str, Callable[[Any], Any]] = dict(_SEQUENCES)
_MAPPINGS: list[tuple[str, type]] = [
    ("dict", dict),
    ("ordered", OrderedDict),
    ("counter", Counter),
    ("defaultdict", defaultdict),
]
_MAPPING_TYPES: dict[str, Callable[[Any], Any]] = dict(_MAPPINGS)


# NumPy: raw bytes for plain types, item by item for arrays of objects.


def _numpy_node(value: Any, depth: int) -> list:
    import numpy as np

    kind = type(value)
    if kind is np.ndarray:
        return _array_node(value, depth)
    if issubclass(kind, np.generic) and kind is value.dtype.type and value.dtype.kind != "O":
        return ["scalar", *_raw(np.asarray(value))]
    raise NotData(f"a value of type {kind.__name__} is not data")


def _array_node(array: np.ndarray, depth: int) -> list:
    if array.dtype.kind == "O":
        items = [_node(v, depth + 1) for v in array.ravel().tolist()]
        return ["objects", list(array.shape), items]
    return ["array", *_raw(array)]


def _raw(array: np.ndarray) -> list:
    if not _PLAIN_DTYPE.fullmatch(array.dtype.str):
        raise NotData(f"an array of {array.dtype} is not data")
    return [array.dtype.str, list(array.shape), b64encode(array.tobytes()).decode()]


def _read_array(parts: list, depth: int) -> np.ndarray:
    import numpy as np

    name, shape, text = parts
    if not _PLAIN_DTYPE.fullmatch(_text(name)):
        raise BadData("an array of another type was sent")
    raw = bytearray(b64decode(_text(text)))
    return np.frombuffer(raw, dtype=np.dtype(name)).reshape([int(n) for n in shape])


def _read_scalar(parts: list, depth: int) -> Any:
    array = _read_array(parts, depth)
    if array.shape:
        raise BadData("a scalar has no shape")
    return array[()]


def _read_objects(parts: list, depth: int) -> np.ndarray:
    import numpy as np

    shape, items = parts
    array = np.empty(len(items), dtype=object)
    for place, item in enumerate(items):
        array[place] = _value(item, depth)
    return array.reshape([int(n) for n in shape])


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
        return ["interval", _node(value.left, depth), _node(value.right, depth), value.closed]
    if kind is pd.Series:
        return [
            "series",
            _column(value.array, depth),
            _pandas_node(value.index, depth + 1),
            _node(value.name, depth + 1),
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
        return ["rangeindex", value.start, value.stop, value.step, _node(value.name, depth)]
    if kind is pd.MultiIndex:
        levels = [_pandas_node(value.get_level_values(i), depth + 1) for i in range(value.nlevels)]
        return ["multiindex", levels, [_node(n, depth + 1) for n in value.names]]
    if kind in _index_types():
        freq = getattr(value, "freqstr", None)
        return ["index", _column(value.array, depth), _node(value.name, depth), freq]
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
        return _array_node(array.to_numpy(), depth)
    if isinstance(dtype, pd.CategoricalDtype):
        codes = _array_node(array.codes, depth)
        return ["category", _pandas_node(array.categories, depth), codes, bool(array.ordered)]
    if isinstance(dtype, pd.PeriodDtype):
        return ["periods", array.freqstr, _array_node(array.asi8, depth)]
    if isinstance(dtype, pd.IntervalDtype):
        sides = [_pandas_node(array.left, depth), _pandas_node(array.right, depth)]
        return ["intervals", *sides, array.closed]
    if isinstance(dtype, pd.DatetimeTZDtype):
        return ["zoned", str(dtype), _array_node(array.asi8, depth)]
    if isinstance(dtype, pd.api.extensions.ExtensionDtype):
        if not _EXTENSION_DTYPE.fullmatch(str(dtype)):
            raise NotData(f"a column of {dtype} is not data")
        missing = array.isna()
        items = [None if gap else v for v, gap in zip(array.tolist(), missing, strict=True)]
        return ["extension", str(dtype), [_node(v, depth + 1) for v in items]]
    return _array_node(array.to_numpy(), depth)


def _read_column(node: Any, depth: int) -> Any:
    column = _value(node, depth)
    if type(node) is list and node[0] in {"array", "objects", *_COLUMN_KINDS}:
        return column
    raise BadData("a column was expected")


_COLUMN_KINDS = {"category", "periods", "intervals", "zoned", "extension"}


def _read_extension(parts: list, depth: int) -> Any:
    import pandas as pd

    name, items = parts
    if not _EXTENSION_DTYPE.fullmatch(_text(name)):
        raise BadData("a column of another type was sent")
    return pd.array([_value(v, depth) for v in items], dtype=name)


def _read_zoned(parts: list, depth: int) -> Any:
    import pandas as pd

    name, stamps = parts
    if not _EXTENSION_DTYPE.fullmatch(_text(name)):
        raise BadData("a column of another type was sent")
    dtype = pd.DatetimeTZDtype.construct_from_string(name)
    moments = _value(stamps, depth).view(f"M8[{dtype.unit}]")
    return pd.DatetimeIndex(moments, tz="UTC").tz_convert(dtype.tz).array


def _read_category(parts: list, depth: int) -> Any:
    import pandas as pd

    categories, codes, ordered = parts
    return pd.Categorical.from_codes(
        _value(codes, depth), categories=_value(categories, depth), ordered=ordered is True
    )


def _read_index(parts: list, depth: int) -> Any:
    import pandas as pd

    column, name, freq = parts
    index = pd.Index(_read_column(column, depth), name=_value(name, depth))
    if freq is not None and isinstance(index, pd.DatetimeIndex | pd.TimedeltaIndex):
        index.freq = _text(freq)  # type: ignore[union-attr]
    return index


def _read_series(parts: list, depth: int) -> Any:
    import pandas as pd

    column, index, name = parts
    data = _read_column(column, depth)
    return pd.Series(data, index=_value(index, depth), name=_value(name, depth), copy=False)


def _read_frame(parts: list, depth: int) -> Any:
    import pandas as pd

    columns, index, names = parts
    rows = _value(index, depth)
    data = {i: pd.Series(_read_column(c, depth), index=rows) for i, c in enumerate(columns)}
    frame = pd.DataFrame(data, index=rows)
    frame.columns = _value(names, depth)
    return frame


def _read_timestamp(parts: list, depth: int) -> Any:
    import pandas as pd

    unit, value, zone = parts
    stamp = pd.Timestamp(int(value), unit=_unit(unit)).as_unit(_unit(unit))
    return stamp if zone is None else stamp.tz_localize("UTC").tz_convert(_text(zone))


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

    return pd.Period(ordinal=int(parts[1]), freq=_text(parts[0]))


def _read_periods(parts: list, depth: int) -> Any:
    import pandas as pd

    freq, ordinals = parts
    return pd.PeriodIndex.from_ordinals(_value(ordinals, depth), freq=_text(freq)).array


def _read_interval(parts: list, depth: int) -> Any:
    import pandas as pd

    return pd.Interval(_value(parts[0], depth), _value(parts[1], depth), _text(parts[2]))


def _read_intervals(parts: list, depth: int) -> Any:
    import pandas as pd

    left, right, closed = parts
    return pd.arrays.IntervalArray.from_arrays(
        _value(left, depth), _value(right, depth), closed=_text(closed)
    )


def _read_missing(name: str) -> Any:
    import pandas as pd

    return pd.NaT if name == "nat" else pd.NA


def _read_rangeindex(parts: list, depth: int) -> Any:
    import pandas as pd

    return pd.RangeIndex(*(int(p) for p in parts[:3]), name=_value(parts[3], depth))


def _read_multiindex(parts: list, depth: int) -> Any:
    import pandas as pd

    levels, names = parts
    return pd.MultiIndex.from_arrays(
        [_value(level, depth) for level in levels], names=[_value(n, depth) for n in names]
    )


# Polars: columns by name, dtype and items.


def _polars_node(value: Any, depth: int) -> list:
    import polars as pl

    kind = type(value)
    if kind is pl.Series:
        if not _POLARS_DTYPE.fullmatch(str(value.dtype)) and value.dtype != pl.Null:
            raise NotData(f"a Polars column of {value.dtype} is not data")
        items = [_node(v, depth + 1) for v in _polars_items(value)]
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
    values = [_value(v, depth) for v in items]
    if dtype == "Null":
        return pl.Series(_text(name), values, dtype=pl.Null)
    if not _POLARS_DTYPE.fullmatch(_text(dtype)):
        raise BadData("a Polars column of another type was sent")
    wanted = _polars_dtype(dtype)
    if wanted.is_temporal():
        physical = pl.Int32 if wanted == pl.Date else pl.Int64
        return pl.Series(_text(name), values, dtype=physical).cast(wanted)
    return pl.Series(_text(name), values, dtype=wanted)


def _polars_dtype(text: str) -> Any:
    import polars as pl

    name, _, inside = text.partition("(")
    options = dict(re.findall(r"(time_unit|time_zone)='([^']*)'", inside))
    return getattr(pl, name)(**options) if options else getattr(pl, name)()


def _read_plframe(parts: list, depth: int) -> Any:
    import polars as pl

    return pl.DataFrame([_value(c, depth) for c in parts[0]])


def _read_named(parts: list, depth: int) -> Any:
    name, fields, values = parts
    made = namedtuple(_text(name), [_text(f) for f in fields])  # type: ignore[misc]
    return made(*(_value(v, depth) for v in values))


_COMPOUND_READERS: dict[str, Callable[[list, int], Any]] = {
    "array": _read_array,
    "scalar": _read_scalar,
    "objects": _read_objects,
    "named": _read_named,
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
