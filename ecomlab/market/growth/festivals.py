"""Forecasts of a series whose festivals move: their windows, a model that knows them, a rival."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from ecomlab.arguments import amount, whole
from ecomlab.market.growth.series import Dated, dated, like

if TYPE_CHECKING:
    import pandas as pd

#: What an analyst knows of a festival: window -> festival, first and last day counted from it.
SPANS: Mapping[str, tuple[str, int, int]] = {
    "new_year_rush": ("chinese_new_year", -20, -7),
    "new_year_rest": ("chinese_new_year", -5, 8),
    "mid_autumn": ("mid_autumn", -7, 0),
    "618": ("618", 0, 2),
    "double_eleven": ("double_eleven", 0, 2),
    "black_friday": ("black_friday", 0, 2),
    "double_twelve": ("double_twelve", 0, 2),
}
_LEAST = 30


def festival_windows(
    series: pd.Series,
    horizon: int,
    *,
    festivals: pd.DataFrame,
    spans: Mapping[str, tuple[str, int, int]] = SPANS,
) -> pd.DataFrame:
    """How much of each period lies in each festival's window, in the past and ahead.

    Parameters
    ----------
    series
        A series of days, weeks or months, as for `forecast`. Dates of weeks are their last days,
        as pandas' `resample` writes them; periods leave no doubt.
    horizon
        Periods ahead, at least 0.
    festivals
        One row a festival and year: ``date`` and ``festival``, such as
        ``data("market/festivals")``.
    spans
        For each window its festival, and its first and last day counted from the festival's day.

    Returns
    -------
    pandas.DataFrame
        One row a period of the series and `horizon` more; one column a window, shares 0 .. 1.

    Raises
    ------
    TypeError, ValueError
        If the series is faulty, a column is absent, or a span is empty, or its festival has no
        date in the time of the series and the periods ahead.

    Examples
    --------
    >>> import pandas as pd
    >>> days = pd.Series(1.0, index=pd.period_range("2025-10-01", periods=5, freq="D"))
    >>> moon = pd.DataFrame({"date": [pd.Timestamp("2025-10-06")], "festival": ["mid_autumn"]})
    >>> windows = festival_windows(
    ...     days, 2, festivals=moon, spans={"eve": ("mid_autumn", -1, -1)}
    ... )
    >>> windows["eve"].tolist()
    [0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0]
    """
    import pandas as pd

    checked = dated(series)
    ahead = 0 if horizon == 0 else whole(horizon, "horizon")
    if absent := {"date", "festival"} - set(festivals.columns):
        raise ValueError(f"festivals has no column {sorted(absent)[0]!r}")
    periods = checked.periods.append(_ahead(checked, ahead)) if ahead else checked.periods
    days = pd.date_range(periods[0].start_time, periods[-1].end_time, freq="D")
    inside = {}
    for window, (festival, first, last) in spans.items():
        if first > last:
            raise ValueError(f"window {window!r} runs from day {first} to {last}, which is empty")
        held = pd.to_datetime(festivals.loc[festivals["festival"] == festival, "date"])
        inside[window] = np.zeros(len(days))
        for day in held:
            gap = (days - day).days
            inside[window][(gap >= first) & (gap <= last)] = 1.0
        if not inside[window].any():
            raise ValueError(
                f"window {window!r}: no {festival!r} from {days[0]:%Y-%m-%d} to {days[-1]:%Y-%m-%d}"
            )
    shares = pd.DataFrame(inside, index=days).groupby(days.to_period(periods.freq)).mean()
    return shares.set_axis(like(periods, series.index))


def forecast_festivals(
    series: pd.Series, horizon: int, *, windows: pd.DataFrame, level: float = 0.95
) -> pd.DataFrame:
    """Forecast a series by its trend and its festivals, wherever these fall.

    Parameters
    ----------
    series
        Levels above 0, without gaps, of weeks (or months, or whole days that know no weekday), at
        least 30 of them.
    horizon
        Periods to forecast, at least 1.
    windows
        From `festival_windows` for the same series and horizon; other columns that are known
        ahead (planned campaigns) may be added.
    level
        The share of outcomes that the intervals should cover, above 0 and below 1.

    Returns
    -------
    pandas.DataFrame
        As `forecast` gives: ``mean`` (median of the outcomes), ``lower``, ``upper``.

    Raises
    ------
    TypeError, ValueError
        As for `forecast`; also if `windows` does not fit, or a window lies ahead that the series
        has never lived through: its effect is not known.

    Notes
    -----
    A local linear trend in logarithms with regressors (Harvey 1989, Forecasting, Structural Time
    Series Models and the Kalman Filter, chapters 4 and 7), by maximum likelihood.

    Examples
    --------
    >>> import pandas as pd
    >>> weeks = pd.period_range("2024-01-01", periods=40, freq="W")
    >>> inside = pd.DataFrame({"feast": [float(i in (9, 41)) for i in range(42)]})
    >>> sales = pd.Series([100.0 * (1 + (i == 9)) for i in range(40)], index=weeks)
    >>> forecast_festivals(sales, 2, windows=inside)["mean"].round().tolist()
    [100.0, 200.0]
    """
    import pandas as pd
    from scipy.special import ndtri

    horizon = whole(horizon, "horizon")
    level = amount(level, "level", above=0, below=1)
    checked = dated(series, positive=True)
    known = len(checked.values)
    if known < _LEAST:
        raise ValueError(f"the series has {known} period(s); at least {_LEAST} are needed")
    inside = _fitting(windows, known, horizon)
    centre, variance = _structural(np.log(checked.values), inside[:known], inside[known:])
    reach = ndtri(0.5 + level / 2) * np.sqrt(variance)
    return pd.DataFrame(
        {
            "mean": np.exp(centre),
            "lower": np.exp(centre - reach),
            "upper": np.exp(centre + reach),
        },
        index=like(_ahead(checked, horizon), series.index),
    )


def year_ago_growth(series: pd.Series, horizon: int, *, recent: int = 13) -> pd.Series:
    """The honest rival: as a year ago, times the growth of the latest periods.

    Parameters
    ----------
    series
        As for `forecast`; a year is 364 days, 52 weeks, 12 months or 4 quarters.
    horizon
        Periods to forecast, at most a year.
    recent
        The periods over which growth is measured (their sum over their sum a year before).

    Returns
    -------
    pandas.Series
        One figure a period ahead, indexed as the series is. Festivals stand where they stood.

    Raises
    ------
    TypeError, ValueError
        As for `forecast`; also if the horizon is longer than a year, or the series is shorter
        than a year and `recent` periods.

    Examples
    --------
    >>> import pandas as pd
    >>> quarters = pd.period_range("2023Q1", periods=8, freq="Q")
    >>> sales = pd.Series([10.0, 10, 10, 40, 20, 20, 20, 80], index=quarters)
    >>> year_ago_growth(sales, 4, recent=4).tolist()
    [40.0, 40.0, 40.0, 160.0]
    """
    import pandas as pd

    horizon, recent = whole(horizon, "horizon"), whole(recent, "recent")
    checked = dated(series, positive=True)
    values, year = checked.values, checked.year
    if horizon > year:
        raise ValueError(f"horizon is {horizon}; a year ago is known for {year} periods ahead")
    if len(values) < year + recent:
        raise ValueError(
            f"the series has {len(values)} period(s); a year and {recent} more are {year + recent}"
        )
    lately, before = values[-recent:], values[len(values) - year - recent : len(values) - year]
    begin = len(values) - year
    figures = values[begin : begin + horizon] * lately.sum() / before.sum()
    return pd.Series(figures, index=like(_ahead(checked, horizon), series.index), name="mean")


def _ahead(checked: Dated, horizon: int) -> pd.PeriodIndex:
    import pandas as pd

    steps = checked.periods[-1] + np.arange(1, horizon + 1)
    return pd.PeriodIndex(steps, freq=checked.periods.freq)


def _fitting(windows: pd.DataFrame, known: int, horizon: int) -> np.ndarray:
    """The windows as numbers, shape ``(known + horizon, windows)``, each with a past."""
    if len(windows) != known + horizon:
        raise ValueError(
            f"windows has {len(windows)} rows; {known} of the series and {horizon} ahead are "
            f"{known + horizon}"
        )
    inside = windows.to_numpy(dtype=float)
    if not np.isfinite(inside).all():
        raise ValueError("windows has missing or infinite values; every period needs its share")
    past = np.abs(inside[:known]).sum(axis=0) > 0
    ahead = np.abs(inside[known:]).sum(axis=0) > 0
    for name, was, comes in zip(windows.columns, past, ahead, strict=True):
        if comes and not was:
            raise ValueError(
                f"window {name!r} lies ahead, but the series never lived through one: "
                "its effect is not known"
            )
    return inside[:, past]


def _structural(
    logs: np.ndarray, past: np.ndarray, ahead: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Centre and variance of the logarithms ahead."""
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    some = {"exog": past} if past.shape[1] else {}
    model = UnobservedComponents(logs, level="local linear trend", mle_regression=not some, **some)
    with warnings.catch_warnings():
        # Whether the last digits converged is no matter: the variances are rounded below.
        warnings.simplefilter("ignore")
        fitted = model.fit(disp=False, maxiter=200).params
        outlook = model.smooth(_round_variances(fitted)).get_forecast(
            len(ahead), **({"exog": ahead} if some else {})
        )
    # A series without noise has a variance of 0, which rounding may carry below it.
    return np.asarray(outlook.predicted_mean), np.maximum(outlook.var_pred_mean, 0.0)


def _round_variances(variances: np.ndarray) -> np.ndarray:
    """To two digits, and those of the trend to 1/1000 of their sum, so that processors agree."""
    total = float(variances.sum())
    if total <= 0:
        return np.full(len(variances), 1e-12)
    size = float(f"{total:.1e}")
    return np.maximum(np.round(variances / total, 3) * size, 1e-12)
