"""What the chapter's functions accept: numbers in their range, tables that name their rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]


def amount(
    value: Any, name: str, *, above: float | None = None, least: float | None = None,
    below: float | None = None,
) -> float:  # fmt: skip
    """One finite number within its bounds, or an error that names it.

    Examples
    --------
    >>> amount(3, "the lead time", above=0)
    3.0
    >>> amount(0, "the lead time", above=0)
    Traceback (most recent call last):
    ValueError: the lead time is 0; it must be above 0
    """
    if isinstance(value, bool) or np.ndim(value) or not np.issubdtype(np.asarray(value).dtype,
                                                                     np.number):  # fmt: skip
        raise TypeError(f"{name} is {value!r}; a number is needed")
    return float(amounts([value], name, above=above, least=least, below=below, single=True)[0])


def amounts(
    values: Any, name: str, *, above: float | None = None, least: float | None = None,
    below: float | None = None, single: bool = False,
) -> Floats:  # fmt: skip
    """Finite numbers within their bounds as an array of the shape given; a fault names its row.

    Parameters
    ----------
    values
        A number, a sequence, an array or a Series.
    name
        What error messages call them.
    above, least, below
        Bounds: greater than, at least, less than.
    single
        Whether there is one value only, so that no row need be named.

    Raises
    ------
    TypeError, ValueError
        Saying what was wrong, in which row (for a Series also its label), and what is expected.

    Examples
    --------
    >>> amounts([2, -1], "demand", least=0)
    Traceback (most recent call last):
    ValueError: demand is -1 in row 1; it must be at least 0
    """
    try:
        array = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise TypeError(f"{name} holds {_shown(values)}; numbers are needed") from None
    for wrong, told in (
        (~np.isfinite(array), "a finite number is needed"),
        (array <= above if above is not None else None, f"it must be above {above:g}"
         if above is not None else ""),
        (array < least if least is not None else None, f"it must be at least {least:g}"
         if least is not None else ""),
        (array >= below if below is not None else None, f"it must be below {below:g}"
         if below is not None else ""),
    ):  # fmt: skip
        if wrong is not None and np.any(wrong):
            place = int(np.argmax(np.ravel(wrong)))
            found = np.ravel(array)[place]
            is_what = "missing" if np.isnan(found) else f"{found:g}"
            row = "" if single or not array.ndim else f" in {_place(values, array.shape, place)}"
            raise ValueError(f"{name} is {is_what}{row}; {told}")
    return array


def whole(value: Any, name: str, *, least: int = 1) -> int:
    """One whole number of at least so much, or an error that names it."""
    number = amount(value, name, least=least)
    if number != round(number):
        raise ValueError(f"{name} is {number:g}; a whole number is needed")
    return round(number)


def columns(frame: Any, names: Sequence[str], what: str) -> pd.DataFrame:
    """The frame, if it is one and has the named columns and any row."""
    import pandas as pd

    if not isinstance(frame, pd.DataFrame):
        raise TypeError(f"{what} is a {type(frame).__name__}; a pandas DataFrame is needed")
    absent = [name for name in names if name not in frame]
    if absent:
        there = ", ".join(map(repr, frame.columns)) or "none"
        raise ValueError(f"{what} has no column {absent[0]!r}; its columns are {there}")
    if frame.empty:
        raise ValueError(f"{what} has no rows")
    return frame


def _place(values: Any, shape: tuple[int, ...], place: int) -> str:
    """The row, and in a table the column, with the labels that it has."""
    row, *rest = (int(at) for at in np.unravel_index(place, shape))
    index = getattr(values, "index", None)
    told = f"row {row}" if index is None or callable(index) else f"row {row} ({index[row]!r})"
    names = getattr(values, "columns", None)
    return told + "".join(
        f", column {at}" if names is None else f", column {names[at]!r}" for at in rest
    )


def _shown(values: Any) -> str:
    return repr(values) if values is None or np.isscalar(values) else type(values).__name__
