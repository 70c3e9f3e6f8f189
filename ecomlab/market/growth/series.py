"""Figures over time: a series is checked, and its periods are told by its index."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

# Periods in a year, or in a week for days: what repeats within one is called a season.
_SEASONS = {"Y": 1, "A": 1, "Q": 4, "M": 12, "W": 52, "D": 7}
# A year back, in periods; for days the same weekday.
_YEARS = {"Y": 1, "A": 1, "Q": 4, "M": 12, "W": 52, "D": 364}
_NAMES = {"Y": "year", "A": "year", "Q": "quarter", "M": "month", "W": "week", "D": "day"}


class Dated(NamedTuple):
    """A checked series: its values, its periods, and how many of them make a season and a year."""

    values: np.ndarray
    periods: pd.PeriodIndex
    season: int
    year: int


def dated(series: pd.Series, *, positive: bool = False, gaps: bool = False) -> Dated:
    """Check a series of figures over time.

    Parameters
    ----------
    series
        Numbers whose index says when: a PeriodIndex, a DatetimeIndex, or whole years.
    positive
        Refuse zeros too, for work in logarithms; negative figures are always refused.
    gaps
        Accept missing periods.

    Raises
    ------
    TypeError, ValueError
        Saying what was wrong, where, and what is expected.
    """
    import pandas as pd

    if not isinstance(series, pd.Series):
        raise TypeError(
            f"the series is a {type(series).__name__}; give a pandas Series whose index says when"
        )
    periods = _periods(series.index)
    values = _values(series, periods, positive=positive)
    back = periods[1:][periods[1:] <= periods[:-1]]
    if len(back):
        raise ValueError(
            f"the index does not rise at {back[0]}; sort it (series.sort_index()) "
            "and keep one row per period"
        )
    code = periods.freqstr[0]
    if not gaps and len(periods):
        missing = pd.period_range(periods[0], periods[-1], freq=periods.freq).difference(periods)
        if len(missing):
            raise ValueError(
                f"{len(missing)} {_NAMES[code]}(s) missing inside the series, first {missing[0]}; "
                "fill or cut the gap knowingly"
            )
    return Dated(values, periods, _SEASONS[code], _YEARS[code])


def like(periods: pd.PeriodIndex, index: pd.Index) -> pd.Index:
    """The periods written as the given index is: periods, dates or years."""
    import pandas as pd

    if isinstance(index, pd.PeriodIndex):
        return periods.rename(index.name)
    if isinstance(index, pd.DatetimeIndex):
        first = periods.__class__([index[0].tz_localize(None)], freq=periods.freq)
        at_end = index[0].day > 1 and first.end_time[0].normalize() == index[0].tz_localize(None)
        stamps = periods.to_timestamp(how="end" if at_end else "start").normalize()
        return pd.DatetimeIndex(stamps, name=index.name).tz_localize(index.tz)
    return pd.Index(periods.year, name=index.name)


def _values(series: pd.Series, periods: pd.PeriodIndex, *, positive: bool) -> np.ndarray:
    """The figures as floats, none of them missing or of the wrong sign."""
    from pandas.api.types import is_bool_dtype, is_numeric_dtype

    if not is_numeric_dtype(series) or is_bool_dtype(series):
        first = next((v for v in series if isinstance(v, str | bool)), None)
        example = "" if first is None else f", e.g. {first!r}"
        raise TypeError(
            f"the series holds {series.dtype} values{example}; numbers are needed "
            "(pandas.to_numeric turns text into them)"
        )
    values = series.to_numpy(dtype=float, na_value=np.nan)
    faults = (
        ("missing or infinite", ~np.isfinite(values), "every period needs a figure"),
        ("negative", values < 0, "sales are at least 0"),
        ("zero", positive & (values == 0), "logarithms need figures above 0"),
    )
    for what, wrong, expected in faults:
        if wrong.any():
            where = periods[int(np.argmax(wrong))]
            raise ValueError(f"{wrong.sum()} value(s) are {what}, first at {where}; {expected}")
    return values


def _periods(index: pd.Index) -> pd.PeriodIndex:
    """The index as periods, whether it came as periods, dates or years."""
    import pandas as pd

    if index.hasnans:
        raise ValueError("the index has missing dates; every figure needs its period")
    if isinstance(index, pd.PeriodIndex):
        if index.freqstr[0] not in _SEASONS or index.freqstr[:2] == "MS":
            raise ValueError(
                f"periods of frequency {index.freqstr!r} are not handled; "
                "use years, quarters, months, weeks or days"
            )
        return index
    if isinstance(index, pd.DatetimeIndex):
        naive = index.tz_localize(None)
        return naive.to_period(_frequency(naive))
    if pd.api.types.is_integer_dtype(index):
        if len(index) and (index.min() < 1000 or index.max() > 2999):
            raise ValueError(
                f"the index runs from {index.min()} to {index.max()}, which are not years; "
                "set it to years, dates or periods"
            )
        return pd.PeriodIndex([pd.Period(year=int(y), freq="Y") for y in index], freq="Y")
    raise TypeError(
        f"the index is a {type(index).__name__} of {index.dtype}; "
        "use a PeriodIndex, a DatetimeIndex or whole years"
    )


def _frequency(dates: pd.DatetimeIndex) -> str:
    """The frequency that dates keep, told by their smallest step so that gaps do not hide it."""
    if len(dates) < 2:
        raise ValueError(f"{len(dates)} date(s) do not tell a frequency; use a PeriodIndex")
    steps = np.abs(np.diff(dates.to_numpy()).astype("timedelta64[h]").astype(float)) / 24
    step = steps[steps > 0].min(initial=np.inf)
    spans = ((364, 366, "Y"), (88, 92, "Q"), (28, 31, "M"), (1, 1, "D"))
    if step == 7:
        return f"W-{dates[0].day_name()[:3].upper()}"
    for low, high, code in spans:
        if low <= step <= high:
            return code
    raise ValueError(
        f"the closest dates are {step:g} day(s) apart; use years, quarters, months, weeks or days"
    )
