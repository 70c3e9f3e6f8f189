"""Forecasts with intervals, in logarithms: sales grow by rates, and so do their errors."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ecomlab.arguments import amount, whole
from ecomlab.market.growth.series import Dated, dated, like

if TYPE_CHECKING:
    import pandas as pd


class _Outlook(NamedTuple):
    """A forecast of logarithms: centre and variance per step."""

    centre: np.ndarray
    variance: np.ndarray


def _holt_winters(logs: np.ndarray, season: int, horizon: int) -> _Outlook:
    """Additive error, trend and season in logarithms (ETS; Hyndman et al. 2008, chapter 2)."""
    import pandas as pd
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    model = ETSModel(
        pd.Series(logs),
        error="add",
        trend="add",
        seasonal="add" if season > 1 else None,
        seasonal_periods=season if season > 1 else None,
        initialization_method="heuristic",
    )
    with warnings.catch_warnings():
        # Whether the last digits converged is no matter: the weights are rounded below.
        warnings.simplefilter("ignore")
        fitted = model.fit(disp=False, maxiter=1000).params
    settled = model.smooth(_round_weights(fitted))
    outlook = settled.get_prediction(start=len(logs), end=len(logs) + horizon - 1)
    return _Outlook(np.asarray(outlook.predicted_mean), np.asarray(outlook.forecast_variance))


def _round_weights(weights: np.ndarray) -> np.ndarray:
    """Smoothing weights to three decimals, kept inside their limits.

    Finer digits are noise, and so every processor agrees on them.
    """
    level, *others = np.round(weights, 3)
    level = min(max(level, 0.001), 0.999)
    limits = (level, 1 - level)
    return np.array([level, *(min(w, most) for w, most in zip(others, limits, strict=False))])


def _seasonal_naive(logs: np.ndarray, season: int, horizon: int) -> _Outlook:
    """The same as a year ago."""
    cycles = np.arange(horizon) // season
    misses = logs[season:] - logs[:-season]
    last = logs[-season:][np.arange(horizon) % season]
    return _Outlook(last, np.mean(misses**2) * (cycles + 1))


def _seasonal_naive_growth(logs: np.ndarray, season: int, horizon: int) -> _Outlook:
    """The same as a year ago, times the latest year-on-year growth."""
    growth = logs[season:] - logs[:-season]
    cycles = np.arange(horizon) // season + 1
    last = logs[-season:][np.arange(horizon) % season]
    # One step's shock enters all later steps, once more with every season (psi weights of
    # (1 - B)(1 - B^s); Box and Jenkins 1970).
    return _Outlook(
        last + cycles * growth[-1], np.mean(np.diff(growth) ** 2) * np.cumsum(cycles**2)
    )


def _drift(logs: np.ndarray, season: int, horizon: int) -> _Outlook:
    """The compound growth rate between the end points, carried on."""
    steps = np.diff(logs)
    ahead = np.arange(1, horizon + 1)
    variance = np.var(steps, ddof=1) * ahead * (1 + ahead / len(steps))
    return _Outlook(logs[-1] + ahead * np.mean(steps), variance)


class _Method(NamedTuple):
    """A way to forecast, and how many periods it needs at a given season."""

    outlook: Callable[[np.ndarray, int, int], _Outlook]
    needs: Callable[[int], int]


_METHODS = {
    "holt-winters": _Method(_holt_winters, lambda season: max(10 + 2 * (season // 2), 3 * season)),
    "seasonal-naive": _Method(_seasonal_naive, lambda season: max(4, 2 * season)),
    "seasonal-naive-growth": _Method(_seasonal_naive_growth, lambda season: max(4, 3 * season)),
    "drift": _Method(_drift, lambda season: 4),
}
METHODS = tuple(_METHODS)


def forecast(
    series: pd.Series, horizon: int, *, method: str = "holt-winters", level: float = 0.95
) -> pd.DataFrame:
    """Forecast a series, with intervals.

    Parameters
    ----------
    series
        Levels above 0 in any unit, not seasonally adjusted; index of periods, dates or whole
        years, without gaps. The season is 4 quarters, 12 months, 52 weeks or 7 days.
    horizon
        Periods to forecast, at least 1.
    method
        ``"holt-winters"``: additive Holt-Winters in logarithms, the reference;
        ``"seasonal-naive"``: as a year (for days: a week) ago;
        ``"seasonal-naive-growth"``: that, times the latest year-on-year growth: hard to beat;
        ``"drift"``: the CAGR between the end points, carried on; it knows no season.
    level
        The share of outcomes that the intervals should cover, above 0 and below 1.

    Returns
    -------
    pandas.DataFrame
        One row per period ahead, indexed as the series is: ``mean`` (the geometric mean of the
        outcomes, which is their median), ``lower``, ``upper``; in the unit of the series.

    Raises
    ------
    TypeError, ValueError
        If the series is not numeric, has gaps, a wrong index or figures of 0 or less, or is too
        short for the method; if the horizon, level or method makes no sense.

    Examples
    --------
    >>> import pandas as pd
    >>> years = pd.Series([100.0, 110.0, 121.0, 133.1], index=[2020, 2021, 2022, 2023])
    >>> forecast(years, 2, method="drift")["mean"].round(2).to_dict()
    {2024: 146.41, 2025: 161.05}
    """
    import pandas as pd

    horizon = whole(horizon, "horizon")
    level = amount(level, "level", above=0, below=1)
    checked = dated(series, positive=True)
    require_length(checked, method)
    frame = pd.DataFrame(
        bands(checked.values, checked.season, horizon, method, level),
        columns=["mean", "lower", "upper"],
    )
    ahead = checked.periods[-1] + np.arange(1, horizon + 1)
    frame.index = like(pd.PeriodIndex(ahead, freq=checked.periods.freq), series.index)
    return frame


def require_length(checked: Dated, method: str, spare: int = 0) -> None:
    """Refuse an unknown method, and a series too short for it (and for `spare` more periods)."""
    if method not in _METHODS:
        raise ValueError(f"no method is called {method!r}; there are: {', '.join(_METHODS)}")
    needed = _METHODS[method].needs(checked.season) + spare
    if len(checked.values) < needed:
        for_these = f" and {spare} more to be tested on" if spare else ""
        raise ValueError(
            f"the series has {len(checked.values)} period(s); {method!r} needs at least "
            f"{needed - spare}{for_these}"
        )


def bands(values: np.ndarray, season: int, horizon: int, method: str, level: float) -> np.ndarray:
    """Mean, lower and upper bound per step, shape ``(horizon, 3)``."""
    from scipy.special import ndtri

    outlook = _METHODS[method].outlook(np.log(values), season, horizon)
    reach = ndtri(0.5 + level / 2) * np.sqrt(outlook.variance)
    centre = outlook.centre
    return np.exp(np.column_stack([centre, centre - reach, centre + reach]))
