"""The codec's plain values, collections and NumPy arrays; tables are in :mod:`.tables`."""

from __future__ import annotations

import datetime as dt
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

MAX_DEPTH = 60
_PLAIN_DTYPE = re.compile(
    r"[<>|=]?([biuf][1248]|f16|c(8|16|32)|[US]\d{1,6}|[mM]8(\[\d*[a-zA-Z]{1,7}\])?)"
)


class NotData(TypeError):
    """The value does not cross; the message names its type."""


class BadData(ValueError):
    """What arrived does not decode: it was not made by this codec."""


def to_node(value: Any, depth: int) -> list:
    """One value as a JSON list: its kind, then its parts."""
    kind = type(value)
    if depth > MAX_DEPTH:
        raise NotData("the value is nested too deeply")
    for name, exact, pack in _SCALARS:
        if kind is exact:
            return [name, *pack(value)]
    for name, exact in _SEQUENCES:
        if kind is exact:
            return [name, [to_node(v, depth + 1) for v in value]]
    for name, exact in _MAPPINGS:
        if kind is exact:
            items = dict.items(value)
            return [name, [[to_node(k, depth + 1), to_node(v, depth + 1)] for k, v in items]]
    home = getattr(kind, "__module__", "")
    if home.startswith("numpy"):
        return _numpy_node(value, depth)
    if home.startswith(("pandas", "polars")):
        from ecomlab.classroom.grading.codec import tables

        return tables.table_node(value, depth)
    if issubclass(kind, tuple) and type(fields := getattr(kind, "_fields", None)) is tuple:
        return ["named", kind.__name__, list(fields), [to_node(v, depth + 1) for v in value]]
    raise NotData(f"a value of type {kind.__name__} is not data")


def from_node(node: Any, depth: int) -> Any:
    if type(node) is not list or not node or type(node[0]) is not str or depth > MAX_DEPTH:
        raise BadData("a part of the data is not a list that starts with its kind")
    name, parts = node[0], node[1:]
    if name in _READERS:
        return _READERS[name](*parts)
    if name in _SEQUENCE_TYPES:
        return _SEQUENCE_TYPES[name](from_node(v, depth + 1) for v in parts[0])
    if name in _MAPPING_TYPES:
        pairs = [(from_node(k, depth + 1), from_node(v, depth + 1)) for k, v in parts[0]]
        return _mapping(name, pairs)
    if name in COMPOUND_READERS:
        return COMPOUND_READERS[name](parts, depth + 1)
    from ecomlab.classroom.grading.codec import tables

    if name in tables.READERS:
        return tables.READERS[name](parts, depth + 1)
    raise BadData(f"there is no kind of data called {name[:40]!r}")


def _mapping(name: str, pairs: list[tuple[Any, Any]]) -> Any:
    if name == "defaultdict":
        return defaultdict(None, pairs)
    return _MAPPING_TYPES[name](dict(pairs) if name == "counter" else pairs)


def text_of(value: Any) -> str:
    if type(value) is not str:
        raise BadData("text was expected")
    return value


def _whole(value: str) -> int:
    return int(text_of(value), 16)


def _float(value: str) -> float:
    return float.fromhex(text_of(value))


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
    ("slice", slice, lambda v: [to_node(p, MAX_DEPTH - 1) for p in (v.start, v.stop, v.step)]),
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
    "str": text_of,
    "bytes": lambda v: b64decode(text_of(v)),
    "bytearray": lambda v: bytearray(b64decode(text_of(v))),
    "decimal": lambda v: Decimal(text_of(v)),
    "fraction": lambda n, d: Fraction(_whole(n), _whole(d)),
    "date": lambda v: dt.date.fromisoformat(text_of(v)),
    "datetime": lambda v: dt.datetime.fromisoformat(text_of(v)),
    "time": lambda v: dt.time.fromisoformat(text_of(v)),
    "timedelta": lambda d, s, us: dt.timedelta(int(d), int(s), int(us)),
    "range": lambda a, b, c: range(_whole(a), _whole(b), _whole(c)),
    "slice": lambda a, b, c: slice(*(from_node(p, MAX_DEPTH) for p in (a, b, c))),
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
        return array_node(value, depth)
    if issubclass(kind, np.generic) and kind is value.dtype.type and value.dtype.kind != "O":
        return ["scalar", *_raw(np.asarray(value))]
    raise NotData(f"a value of type {kind.__name__} is not data")


def array_node(array: np.ndarray, depth: int) -> list:
    if array.dtype.kind == "O":
        items = [to_node(v, depth + 1) for v in array.ravel().tolist()]
        return ["objects", list(array.shape), items]
    return ["array", *_raw(array)]


def _raw(array: np.ndarray) -> list:
    if not _PLAIN_DTYPE.fullmatch(array.dtype.str):
        raise NotData(f"an array of {array.dtype} is not data")
    return [array.dtype.str, list(array.shape), b64encode(array.tobytes()).decode()]


def read_array(parts: list, depth: int) -> np.ndarray:
    import numpy as np

    name, shape, text = parts
    if not _PLAIN_DTYPE.fullmatch(text_of(name)):
        raise BadData("an array of another type was sent")
    raw = bytearray(b64decode(text_of(text)))
    return np.frombuffer(raw, dtype=np.dtype(name)).reshape([int(n) for n in shape])


def read_scalar(parts: list, depth: int) -> Any:
    array = read_array(parts, depth)
    if array.shape:
        raise BadData("a scalar has no shape")
    return array[()]


def read_objects(parts: list, depth: int) -> np.ndarray:
    import numpy as np

    shape, items = parts
    array = np.empty(len(items), dtype=object)
    for place, item in enumerate(items):
        array[place] = from_node(item, depth)
    return array.reshape([int(n) for n in shape])


def read_named(parts: list, depth: int) -> Any:
    name, fields, values = parts
    made = namedtuple(text_of(name), [text_of(f) for f in fields])  # type: ignore[misc]
    return made(*(from_node(v, depth) for v in values))


COMPOUND_READERS: dict[str, Callable[[list, int], Any]] = {
    "array": read_array,
    "scalar": read_scalar,
    "objects": read_objects,
    "named": read_named,
}
