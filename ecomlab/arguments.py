"""What functions accept: numbers in range, choices, days, tables; faults in one form of words.

Every check gives its argument back in the form that functions work with, or raises an error that
says what was wrong, in which row (counted from 0, with its label where it has one), and what is
expected: ``demand is -1 in row 1; it must be at least 0``.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime
from math import inf, isfinite
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
T = TypeVar("T")

_NEEDED = "a finite number is needed"


def amount(
    value: Any, name: str, *, above: float = -inf, least: float = -inf, most: float = inf,
    below: float = inf, unit: str = "",
) -> float:  # fmt: skip
    """One finite number within its bounds.

    Parameters
    ----------
    value
        A number; True and False are none.
    name
        What error messages call it.
    above, least, most, below
        Bounds: greater than, at least, at most, less than.
    unit
        What the number is in, for the message.

    Raises
    ------
    TypeError, ValueError
        If the value is no number; if it is missing, infinite or out of bounds.

    Examples
    --------
    >>> amount(3, "the lead time", above=0)
    3.0
    >>> amount(0, "the lead time", above=0, unit="days")
    Traceback (most recent call last):
    ValueError: the lead time is 0; it must be above 0 (days)
    """
    if isinstance(value, np.ndarray) and not value.ndim:
        value = value.item()
    # A float, most often, is told without asking the slow abstract class.
    if not isinstance(value, float) and (isinstance(value, bool) or not isinstance(value, Real)):
        raise TypeError(f"{name} is {value!r}; a number is needed")
    number = float(value)
    if above < number < below and least <= number <= most:
        return number
    told = _NEEDED if not isfinite(number) else _range(above, least, most, below, unit)
    raise ValueError(f"{name} is {_shown(number)}; {told}")


def amounts(
    values: Any, name: str, *, above: float = -inf, least: float = -inf, most: float = inf,
    below: float = inf, unit: str = "", integral: bool = False,
) -> Floats:  # fmt: skip
    """Finite numbers within their bounds, as an array of the shape given.

    Parameters
    ----------
    values
        A number, a sequence, an array, a Series or a DataFrame.
    name, above, least, most, below, unit
        As for `amount`.
    integral
        Whether each must be a whole number.

    Raises
    ------
    TypeError, ValueError
        If they are no numbers; if one is missing, infinite, out of bounds, or not whole.

    Examples
    --------
    >>> amounts([2, -1], "demand", least=0)
    Traceback (most recent call last):
    ValueError: demand is -1 in row 1; it must be at least 0
    """
    array = _floats(values, name)
    if not array.size:
        return array
    # Both are NaN where any value is; only what is wrong is worth the time of masks.
    low, high = array.min(), array.max()
    if not (above < low and high < below and least <= low and high <= most):
        refuse(~np.isfinite(array), values, name, _NEEDED)
        outside = (array <= above) | (array < least) | (array > most) | (array >= below)
        refuse(outside, values, name, _range(above, least, most, below, unit))
    if integral:
        refuse(array != np.rint(array), values, name, "a whole number is needed")
    return array


def whole(
    value: Any, name: str, *, least: float = 1, most: float = inf, unit: str = "",
    rounded: bool = False,
) -> int:  # fmt: skip
    """One whole number within its bounds.

    Parameters
    ----------
    value
        An int, or NumPy's; True and False are none.
    name, least, most, unit
        As for `amount`.
    rounded
        Whether 7.0 will do, as sums and rounding give it.

    Raises
    ------
    TypeError, ValueError
        If the value is no whole number; if it is out of bounds.

    Examples
    --------
    >>> whole(7, "days"), whole(7.0, "servers", rounded=True)
    (7, 7)
    >>> whole(0, "days")
    Traceback (most recent call last):
    ValueError: days is 0; it must be at least 1
    """
    if type(value) is int and least <= value <= most:
        return value
    if isinstance(value, bool) or not (rounded or isinstance(value, Integral)):
        raise TypeError(f"{name} is {value!r}; a whole number is needed")
    number = amount(value, name, least=least, most=most, unit=unit)
    if not number.is_integer():
        raise ValueError(f"{name} is {_shown(number)}; a whole number is needed")
    return int(value)  # not by way of a float, which holds no more than 53 bits of a seed


def truth(value: Any, name: str) -> bool:
    """True or False, and nothing that only counts as such.

    Examples
    --------
    >>> truth("no", "pays_duty")
    Traceback (most recent call last):
    TypeError: pays_duty is 'no'; it must be True or False
    """
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} is {value!r}; it must be True or False")
    return bool(value)


def one_of(value: T, name: str, options: Collection[T]) -> T:
    """One of the options there are.

    Examples
    --------
    >>> one_of("fax", "device", ("mobile", "desktop"))
    Traceback (most recent call last):
    ValueError: device is 'fax'; it must be one of 'mobile', 'desktop'
    """
    if value not in options:
        there = ", ".join(map(_shown, options))
        raise ValueError(f"{name} is {_shown(value)}; it must be one of {there}")
    return value


def day(value: Any, name: str) -> date:
    """A calendar day: a date, a datetime or Timestamp (its day in UTC if it has a zone), or text.

    Examples
    --------
    >>> day("2026-07-01", "start")
    datetime.date(2026, 7, 1)
    >>> day("1 July", "start")
    Traceback (most recent call last):
    ValueError: start is '1 July'; write a day as year-month-day, e.g. 2026-07-01
    """
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError(
                f"{name} is {value!r}; write a day as year-month-day, e.g. 2026-07-01"
            ) from None
    if isinstance(value, datetime) and value == value:  # NaT is a datetime, not equal to itself
        return (value.astimezone(UTC) if value.tzinfo else value).date()
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise TypeError(f"{name} is {value!r}; a date, or text such as '2026-07-01', is needed")


def aligned(**given: ArrayLike) -> list[Floats]:
    """Arrays by name as finite floats of one shape (rows,), at least one row.

    Examples
    --------
    >>> aligned(recency=[2, 0], age=[30])
    Traceback (most recent call last):
    ValueError: recency has shape (2,), age has shape (1,); one value a row is needed in each
    """
    arrays = [np.atleast_1d(amounts(values, name)) for name, values in given.items()]
    if len({a.shape for a in arrays}) > 1 or arrays[0].ndim != 1 or not arrays[0].size:
        said = ", ".join(
            f"{name} has shape {a.shape}" for name, a in zip(given, arrays, strict=True)
        )
        raise ValueError(f"{said}; one value a row is needed in each")
    return arrays


def columns(frame: Any, names: Sequence[str], what: str, *, empty: bool = False) -> pd.DataFrame:
    """A DataFrame that has the named columns, and any row unless it may be empty.

    Examples
    --------
    >>> import pandas as pd
    >>> columns(pd.DataFrame({"price": [12.5]}), ["price", "units"], "order_lines")
    Traceback (most recent call last):
    ValueError: order_lines has no column 'units'; its columns are 'price'
    """
    import pandas as pd

    if not isinstance(frame, pd.DataFrame):
        raise TypeError(f"{what} is a {type(frame).__name__}; a pandas DataFrame is needed")
    absent = [name for name in names if name not in frame]
    if absent:
        there = ", ".join(map(repr, frame.columns)) or "none"
        raise ValueError(f"{what} has no column {absent[0]!r}; its columns are {there}")
    if frame.empty and not empty:
        raise ValueError(f"{what} has no rows")
    return frame


def column(
    frame: Any, name: str, what: str, *, above: float = -inf, least: float = -inf,
    most: float = inf, below: float = inf, unit: str = "", integral: bool = False,
) -> Floats:  # fmt: skip
    """A DataFrame's column of finite numbers within their bounds, as an array.

    Examples
    --------
    >>> import pandas as pd
    >>> column(pd.DataFrame({"price": [12.5, -3.0]}), "price", "order_lines", least=0, unit="CNY")
    Traceback (most recent call last):
    ValueError: order_lines: 'price' is -3 in row 1; it must be at least 0 (CNY)
    """
    table = columns(frame, [name], what, empty=True)
    return amounts(
        table[name], f"{what}: {name!r}", above=above, least=least, most=most, below=below,
        unit=unit, integral=integral,
    )  # fmt: skip


def labels(frame: Any, name: str, what: str) -> NDArray[np.int64]:
    """A DataFrame's column of labels, none missing, as numbers from 0 in the order of coming.

    Examples
    --------
    >>> import pandas as pd
    >>> labels(pd.DataFrame({"city": ["Jinan", "Yantai", "Jinan"]}), "city", "orders").tolist()
    [0, 1, 0]
    """
    import pandas as pd

    codes = pd.factorize(columns(frame, [name], what, empty=True)[name])[0]
    if (codes < 0).any():
        blank = pd.Series(np.nan, frame.index)
        refuse(codes < 0, blank, f"{what}: {name!r}", "every row needs one")
    return codes.astype(np.int64)


def refuse(wrong: ArrayLike, values: Any, name: str, told: str) -> None:
    """Raise if any value is wrong, naming the first, its row, and how many there are.

    Parameters
    ----------
    wrong
        True where a value is wrong, in the values' shape.
    values
        The values as they were given, so that a Series' labels can be named.
    name
        What the message calls them.
    told
        What is expected.

    Raises
    ------
    ValueError
        If any is wrong.

    Examples
    --------
    >>> import pandas as pd
    >>> share = pd.Series([0.5, 1.2, 1.1], index=["tea", "cup", "pot"])
    >>> refuse(share > 1, share, "share", "a part is at most the whole, 1")
    Traceback (most recent call last):
    ValueError: share is 1.2 in row 1 ('cup'), the first of 2; a part is at most the whole, 1
    """
    mask = np.asarray(wrong, dtype=bool)
    if not mask.any():
        return
    at = int(np.argmax(mask))
    found = _shown(np.ravel(np.asarray(values))[at])
    row = f" in {_place(values, mask.shape, at)}" if mask.ndim else ""
    others = f", the first of {mask.sum()}" if mask.sum() > 1 else ""
    raise ValueError(f"{name} is {found}{row}{others}; {told}")


def _floats(values: Any, name: str) -> Floats:
    """The values as floats, unless they are text, times or the like."""
    try:
        array = np.asarray(values)
        if array.dtype.kind in "fiub":
            return array.astype(float, copy=False)
        # Missing values make objects of numbers; numbers written as text stay text.
        if array.dtype.kind == "O" and not any(isinstance(v, str) for v in array.flat):
            return np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        pass
    kind = type(values).__name__
    held = _shown(values) if np.isscalar(values) else getattr(values, "dtype", kind)
    raise TypeError(f"{name} holds {held}; numbers are needed")


def _range(above: float, least: float, most: float, below: float, unit: str) -> str:
    bounds = {"above": above, "at least": least, "at most": most, "below": below}
    said = " and ".join(f"{word} {bound:.12g}" for word, bound in bounds.items() if isfinite(bound))
    return f"it must be {said}" + (f" ({unit})" if unit else "")


def _place(values: Any, shape: tuple[int, ...], at: int) -> str:
    """The row, and in a table the column, with the labels that it has."""
    row, *rest = (int(place) for place in np.unravel_index(at, shape))
    index = getattr(values, "index", None)
    label = row if index is None or callable(index) else index[row]
    told = f"row {row}" if label == row else f"row {row} ({_shown(label)})"
    names = getattr(values, "columns", None)
    return told + "".join(
        f", column {place if names is None else _shown(names[place])}" for place in rest
    )


def _shown(value: Any) -> str:
    """A value as a person would write it."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or (isinstance(value, float | datetime) and value != value):
        return "missing"
    return repr(value).removesuffix(".0") if isinstance(value, float) else repr(value)
