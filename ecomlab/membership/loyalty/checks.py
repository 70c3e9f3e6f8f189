"""What the models and tables of this section refuse, in one form of words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import narwhals as nw
import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecomlab import frames

Floats = NDArray[np.float64]


def columns(**given: ArrayLike) -> list[Floats]:
    """The arrays by name, as floats of one shape (rows,), with no value missing.

    Raises
    ------
    ValueError
        If shapes differ, there is no row, or a value is missing or infinite.
    """
    arrays = [np.atleast_1d(np.asarray(v, dtype=float)) for v in given.values()]
    shapes = {a.shape for a in arrays}
    if len(shapes) > 1 or arrays[0].ndim != 1 or not len(arrays[0]):
        said = ", ".join(f"{name} {a.shape}" for name, a in zip(given, arrays, strict=True))
        raise ValueError(f"{said} must be alike: one value a customer, and at least one")
    refuse((n, ~np.isfinite(a), "missing or infinite") for n, a in zip(given, arrays, strict=True))
    return arrays


def refuse(faults: Iterable[tuple[str, NDArray[np.bool_], str]]) -> None:
    """Raise the first fault (name, which rows are wrong, what they are) that there is."""
    for name, wrong, what in faults:
        if wrong.any():
            raise ValueError(
                f"{name} has {wrong.sum()} values that are {what}, first in row "
                f"{int(np.argmax(wrong))}"
            )


def positive(value: ArrayLike, name: str) -> Floats:
    """Numbers above 0."""
    array = np.asarray(value, dtype=float)
    if not (np.isfinite(array).all() and (array > 0).all()):
        raise ValueError(f"{name} is {value!r}; it must be above 0")
    return array


def within(value: float, name: str, low: float, high: float = np.inf) -> float:
    """A number in low .. high."""
    if not low <= value <= high or not np.isfinite(value):
        limits = f"{low:g} or more" if high == np.inf else f"in {low:g} .. {high:g}"
        raise ValueError(f"{name} is {value!r}; it must be {limits}")
    return float(value)


def refuse_later(
    frame: frames.Frame, day: date, *, of: str, original: frames.Native, what: str
) -> None:
    """Refuse times after a day, naming the first row where rows have an order."""
    last = frames.only_row(frame.select(last=nw.col(of).max()))["last"]
    # An empty table has no last time; pandas says so by a value that is not equal to itself.
    if last is None or last != last or last.date() <= day:
        return
    late = frames.number(nw.col(of), "day") > day.toordinal()
    count = frames.only_row(frame.filter(late).select(rows=nw.len()))["rows"]
    where = ""
    if isinstance(nw.from_native(original), nw.DataFrame):
        row = frame.collect().with_row_index("row").filter(late)["row"].item(0)
        where = f", first in row {row}"
    raise ValueError(
        f"{what}: {count} {'row is' if count == 1 else 'rows are'} later than as_of, {day}{where}, "
        f"the last of {last.date()}; give those up to as_of, or a later as_of"
    )
