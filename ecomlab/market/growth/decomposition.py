"""Trend, season and remainder of a series."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ecomlab.arguments import whole
from ecomlab.market.growth.series import dated

if TYPE_CHECKING:
    import pandas as pd


def decompose(series: pd.Series, period: int | None = None) -> pd.DataFrame:
    """Split a series into trend, season and remainder, which multiply up to it.

    Parameters
    ----------
    series
        Levels above 0, index without gaps, at least two seasons long.
    period
        Periods in a season (4 for quarters), at least 2; told by the index where not given.

    Returns
    -------
    pandas.DataFrame
        Index of the series; ``observed`` and ``trend`` in its unit, ``seasonal`` and
        ``remainder`` as factors around 1, and ``adjusted`` = observed / seasonal.

    Raises
    ------
    TypeError, ValueError
        As for `forecast`; also if there is no season in the index (yearly figures).

    Notes
    -----
    STL on logarithms, robust to outliers (Cleveland, Cleveland, McRae and Terpenning 1990,
    J. Official Statistics 6, 3-73).

    Examples
    --------
    >>> import pandas as pd
    >>> quarters = pd.period_range("2020Q1", periods=12, freq="Q")
    >>> sales = pd.Series([90.0, 100, 100, 130] * 3, index=quarters)
    >>> decompose(sales)["seasonal"].head(4).round(2).tolist()
    [0.87, 0.96, 0.96, 1.25]
    """
    import pandas as pd

    parts, values = _stl(series, period)
    trend, season, rest = np.exp(parts)
    return pd.DataFrame(
        {
            "observed": values,
            "trend": trend,
            "seasonal": season,
            "remainder": rest,
            "adjusted": values / season,
        },
        index=series.index,
    )


def seasonal_strength(series: pd.Series, period: int | None = None) -> float:
    """How strong a series' season is, from 0 to 1; near 0 for a seasonally adjusted series.

    Parameters
    ----------
    series, period
        As for `decompose`.

    Returns
    -------
    float
        ``max(0, 1 - Var(remainder) / Var(season + remainder))`` in logarithms (Wang, Smith and
        Hyndman 2006).

    Examples
    --------
    >>> import pandas as pd
    >>> quarters = pd.period_range("2020Q1", periods=12, freq="Q")
    >>> round(seasonal_strength(pd.Series([90.0, 100, 100, 130] * 3, index=quarters)), 3)
    1.0
    """
    (_, season, rest), _ = _stl(series, period)
    spread = np.var(season + rest)
    return float(max(0.0, 1 - np.var(rest) / spread)) if spread > 0 else 0.0


def _stl(series: pd.Series, period: int | None) -> tuple[np.ndarray, np.ndarray]:
    """Logarithmic trend, season and remainder, shape ``(3, n)``, and the series' values."""
    from statsmodels.tsa.seasonal import STL

    checked = dated(series, positive=True)
    period = checked.season if period is None else whole(period, "period", least=2)
    if period < 2:
        raise ValueError("yearly figures have no season to split off; give quarters or months")
    if len(checked.values) < 2 * period:
        raise ValueError(
            f"the series has {len(checked.values)} period(s); two seasons of {period} are needed"
        )
    fit = STL(np.log(checked.values), period=period, robust=True).fit()
    return np.vstack([fit.trend, fit.seasonal, fit.resid]), checked.values
