"""Alerts on a daily figure that has weekdays, festivals and growth of its own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ecomlab.arguments import amount, one_of

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
#: Weekdays are learned from so many days in control; the level from the last of them.
_LEARN, _LEVEL = 42, 14
#: Fewer days in control than this say nothing about an ordinary day.
_LEAST = 21
#: From the median absolute deviation to the standard deviation of a normal distribution.
_ROBUST = 1.4826
#: An alarm that lasts longer than this is the new level, not an incident.
_GIVE_UP = 10


def seasonal_alerts(
    series: pd.Series,
    *,
    except_for: Iterable[tuple[object, object]] = (),
    method: str = "ewma",
    weight: float = 0.5,
    limit: float = 4.5,
    slack: float = 2.0,
) -> pd.DataFrame:
    """Watch a daily figure; raise an alarm when it leaves what weekday and recent days promise.

    Each day is judged by days before it only, as it would be in the morning after. What is expected
    is the median of the last days in control, times the weekday's usual factor; the deviation is
    told in robust standard deviations, and these are watched by a control chart. Days of alarm are
    not learned from, until it is clear that they are the new level.

    Parameters
    ----------
    series
        The figure by day, above 0 (visits, orders, a rate), with dates as index, in order, no day
        left out.
    except_for
        First and last days of periods that are not judged nor learned from: festivals, offers.
    method
        ``"ewma"`` or ``"cusum"``.
    weight
        Weight of the newest day in the moving average.
    limit
        When the alarm is raised: standard deviations of the average, or of a day for the sum.
    slack
        What the cumulative sum forgives each day, in standard deviations.

    Returns
    -------
    pandas.DataFrame
        One row a day, by date: `value`, `expected`, `z` (missing where the day is not judged),
        `statistic` (the chart's, in units of the limit: beyond 1 or -1 is an alarm), `alarm`.

    Raises
    ------
    TypeError, ValueError
        If the index holds no dates or leaves a day out, a value is missing or not above 0, or a
        setting is out of range.

    Notes
    -----
    Deviations are of logarithms, so that a third less is a third less in a large shop and a small
    one. A chart on the figure itself alarms on every festival, or, with limits wide enough for
    those, on nothing else.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> days = pd.date_range("2025-03-03", periods=90)
    >>> visits = pd.Series(1_000 + 30 * np.sin(np.arange(90.0) ** 2), index=days)
    >>> visits.iloc[80:83] *= 0.6
    >>> found = seasonal_alerts(visits)
    >>> found.index[found["alarm"]].strftime("%m-%d").tolist()
    ['05-22', '05-23', '05-24']
    """
    import pandas as pd

    one_of(method, "method", ("ewma", "cusum"))
    amount(weight, "weight", above=0, most=1)
    amount(limit, "limit", above=0, unit="standard deviations")
    amount(slack, "slack", least=0, unit="standard deviations")
    days, x = _daily(series)
    chart = _Ewma(weight, limit) if method == "ewma" else _Cusum(slack, limit)
    expected, z, statistic, alarm = _watched(x, _judged(days, except_for), days.day_of_week, chart)
    return pd.DataFrame(
        {
            "value": np.exp(x),
            "expected": np.exp(expected),
            "z": z,
            "statistic": statistic,
            "alarm": alarm,
        },
        index=days,
    )


class _Ewma:
    """The moving average of deviations, in units of its limit."""

    def __init__(self, weight: float, limit: float) -> None:
        self.weight, self.limit = weight, limit
        self.band = limit * np.sqrt(weight / (2 - weight))
        self.restart()

    def restart(self) -> None:
        self.average = 0.0

    def add(self, z: float) -> float:
        # One wild day must not ring for a week.
        capped = float(np.clip(z, -2 * self.limit, 2 * self.limit))
        self.average = self.weight * capped + (1 - self.weight) * self.average
        return self.average / self.band


class _Cusum:
    """The two cumulative sums of deviations, in units of their limit, the larger with its sign."""

    def __init__(self, slack: float, limit: float) -> None:
        self.slack, self.limit = slack, limit
        self.restart()

    def restart(self) -> None:
        self.up = self.down = 0.0

    def add(self, z: float) -> float:
        self.up = min(max(self.up + z - self.slack, 0.0), 2 * self.limit)
        self.down = min(max(self.down - z - self.slack, 0.0), 2 * self.limit)
        return (self.up if self.up >= self.down else -self.down) / self.limit


def _watched(
    x: Floats, judged: NDArray[np.bool_], weekday: pd.Index, chart: _Ewma | _Cusum
) -> tuple[Floats, Floats, Floats, NDArray[np.bool_]]:
    """Day by day: what is expected, the deviation, the chart's statistic, and the alarm."""
    expected, error, z, statistic = (np.full(len(x), np.nan) for _ in range(4))
    alarm, learned = np.zeros(len(x), dtype=bool), judged.copy()
    lasting, week = 0, np.asarray(weekday)
    for day in range(len(x)):
        known = np.flatnonzero(learned[:day])[-_LEARN:]
        if not judged[day] or len(known) < _LEAST:
            chart.restart()
            lasting = 0
            continue
        factor = _weekdays(x[known], week[known], known - day)
        level = float(np.median((x[known] - factor[week[known]])[-_LEVEL:]))
        expected[day] = level + factor[week[day]]
        error[day] = x[day] - expected[day]
        before = error[known][np.isfinite(error[known])]
        if len(before) < _LEAST:
            continue
        # A shop that grows is always a little above its recent past.
        drift = float(np.median(before))
        spread = _ROBUST * float(np.median(np.abs(before - drift)))
        if spread == 0:
            continue
        expected[day] += drift
        z[day] = (x[day] - expected[day]) / spread
        if lasting and abs(z[day]) < chart.limit / 2:
            # An ordinary day ends an incident, whatever the chart remembers of it.
            chart.restart()
        statistic[day] = chart.add(z[day])
        alarm[day] = abs(statistic[day]) > 1
        lasting = lasting + 1 if alarm[day] else 0
        learned[day] = not alarm[day] or lasting > _GIVE_UP
    return expected, z, statistic, alarm


def _weekdays(x: Floats, week: NDArray[np.int64], when: NDArray[np.int64]) -> Floats:
    """Each weekday's deviation from the mean one, a trend taken out, shape (7,)."""
    design = np.zeros((len(x), 8))
    design[np.arange(len(x)), week] = 1
    design[:, 7] = when / 28
    effect = np.linalg.lstsq(design, x, rcond=None)[0][:7]
    return effect - effect.mean()


def _daily(series: pd.Series) -> tuple[pd.DatetimeIndex, Floats]:
    """The days of a series and the logarithms of its values."""
    import pandas as pd

    if not isinstance(series, pd.Series) or not isinstance(series.index, pd.DatetimeIndex):
        raise TypeError("series must be a pandas Series with dates as its index")
    days = series.index
    gaps = np.flatnonzero(np.diff(days.to_numpy()) != np.timedelta64(1, "D"))
    if len(gaps):
        raise ValueError(
            f"series goes from {days[gaps[0]]:%Y-%m-%d} to {days[gaps[0] + 1]:%Y-%m-%d}; it must "
            "have each day once, in order"
        )
    values = series.to_numpy(dtype=float)
    if (odd := ~(np.isfinite(values) & (values > 0))).any():
        raise ValueError(
            f"series has {odd.sum()} values that are missing or not above 0, first on "
            f"{days[odd][0]:%Y-%m-%d}; deviations are told in shares of what is expected"
        )
    return days, np.log(values)


def _judged(
    days: pd.DatetimeIndex, except_for: Iterable[tuple[object, object]]
) -> NDArray[np.bool_]:
    """Which days lie in no period that is left out."""
    import pandas as pd

    kept = np.ones(len(days), dtype=bool)
    for first, last in except_for:
        start, end = pd.Timestamp(first), pd.Timestamp(last)  # type: ignore[arg-type]
        if not start <= end:
            raise ValueError(f"the period {first} .. {last} ends before it begins")
        kept &= ~((days >= start) & (days < end + pd.Timedelta(days=1)))
    return kept
