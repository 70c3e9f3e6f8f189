"""What the section's functions accept: days, and numbers that are not negative."""

from __future__ import annotations

from datetime import date, datetime
from math import isfinite
from numbers import Real


def day(value: object, name: str) -> date:
    """The value as a calendar day: a date, a datetime or Timestamp, or text such as 2026-07-01."""
    if isinstance(value, datetime) and value == value:  # NaT is a datetime, not equal to itself
        return value.date()
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise ValueError(
                f"{name} is {value!r}; write a day as year-month-day, e.g. 2026-07-01"
            ) from None
    raise TypeError(f"{name} is {value!r}; a date, or text such as '2026-07-01', is needed")


def number(value: object, name: str, *, above: float | None = None) -> float:
    """The value as a finite number of at least 0, or above a bound; an error names it."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name} is {value!r}; a number is needed")
    result = float(value)
    if not isfinite(result) or result < 0 or (above is not None and result <= above):
        limit = "at least 0" if above is None else f"above {above:g}"
        raise ValueError(f"{name} is {result:g}; it must be {limit}")
    return result


def discount(value: object, name: str) -> float:
    """The value as a discount, a fraction above 0 and below 1, or an error that names it."""
    result = number(value, name, above=0)
    if result >= 1:
        raise ValueError(
            f"{name} is {result:g}; a discount is a fraction below 1: 0.5 for 50 % off"
        )
    return result


def truth(value: object, name: str) -> bool:
    """The value as True or False, or an error that names it."""
    if not isinstance(value, bool):
        raise TypeError(f"{name} is {value!r}; it must be True or False")
    return value
