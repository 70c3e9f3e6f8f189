"""How far a forecast can be trusted: a method tested on a series' own past."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ecomlab.arguments import amount, whole
from ecomlab.market.growth.forecasting import bands, require_length
from ecomlab.market.growth.series import dated
from ecomlab.market.growth.show import card, line
from ecomlab.style import COLOURS, say

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


@dataclass(frozen=True, repr=False, eq=False)
class Backtest:
    """How a method did on a series' own past, from rolling origins.

    Attributes
    ----------
    method
        The method tested.
    table
        One row per origin and horizon: ``origin`` (the last period known), ``period``,
        ``horizon``, ``actual``, ``mean``, ``lower``, ``upper``, ``naive`` (the seasonal naive's
        forecast) and ``scale`` (its mean absolute error before the origin).
    level
        The coverage that the intervals aim at.
    """

    method: str
    table: pd.DataFrame
    level: float

    @property
    def mae(self) -> float:
        """Mean absolute error, in the unit of the series."""
        return float(self._errors().mean())

    @property
    def mase(self) -> float:
        """Mean absolute scaled error (Hyndman and Koehler 2006): below 1 beats the seasonal naive
        as it did, one step ahead, before the origin."""
        return float((self._errors() / self.table["scale"]).mean())

    @property
    def smape(self) -> float:
        """Symmetric mean absolute percentage error, as a fraction between 0 and 2."""
        size = self.table["actual"].abs() + self.table["mean"].abs()
        return float((2 * self._errors() / size).mean())

    @property
    def coverage(self) -> float:
        """The share of outcomes inside their intervals, pooled over origins and horizons."""
        return float(self._inside().mean())

    @property
    def relative_mae(self) -> float:
        """Mean absolute error over the seasonal naive's at the same origins; below 1 is better."""
        return self.mae / float((self.table["actual"] - self.table["naive"]).abs().mean())

    @property
    def by_horizon(self) -> pd.DataFrame:
        """Per horizon: ``mae``, ``naive_mae`` (the seasonal naive's) and ``coverage``."""
        columns = {
            "mae": self._errors(),
            "naive_mae": (self.table["actual"] - self.table["naive"]).abs(),
            "coverage": self._inside().astype(float),
        }
        return self.table[["horizon"]].assign(**columns).groupby("horizon").mean()

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the mean absolute error by horizon beside the seasonal naive's."""
        import matplotlib.pyplot as plt

        if ax is None:
            ax = plt.figure().add_subplot()
        steps = self.by_horizon
        at = steps.index.to_numpy()
        name = say(en="seasonal naive", zh="季节性朴素法")
        ax.bar(at - 0.2, steps["naive_mae"], 0.4, color=COLOURS[5], label=name)
        ax.bar(at + 0.2, steps["mae"], 0.4, color=COLOURS[0], label=self.method)
        ratio = f"{self.relative_mae:.2f}"
        ax.set(
            title=say(
                en=f"{self.method}: {ratio} of the seasonal naive's error, "
                f"intervals cover {self.coverage:.0%}",
                zh=f"{self.method}：误差为季节性朴素法的 {ratio} 倍，"
                f"区间覆盖率 {self.coverage:.0%}",
            ),
            xlabel=say(en="periods ahead", zh="预测步长（期）"),
            ylabel=say(en="mean absolute error (unit of the series)", zh="平均绝对误差（原单位）"),
        )
        ax.set_xticks(at)
        ax.yaxis.set_major_formatter("{x:,g}")
        ax.legend()
        return ax

    def _errors(self) -> pd.Series:
        return (self.table["actual"] - self.table["mean"]).abs()

    def _inside(self) -> pd.Series:
        return self.table["actual"].between(self.table["lower"], self.table["upper"])

    def __repr__(self) -> str:
        return line(
            self,
            method=self.method,
            mase=self.mase,
            smape=self.smape,
            relative_mae=self.relative_mae,
            coverage=self.coverage,
        )

    def _repr_html_(self) -> str:
        ratio = say(en="error / seasonal naive's", zh="误差 ÷ 季节性朴素法误差")
        cover = say(en="coverage", zh="区间覆盖率")
        return card(
            say(en=f"Backtest of {self.method}", zh=f"{self.method} 回测"),
            {
                "MASE": f"{self.mase:.3f}",
                "sMAPE": f"{self.smape:.1%}",
                ratio: f"{self.relative_mae:.3f}",
                cover: f"{self.coverage:.1%} ({self.level:.0%})",
                say(en="forecasts", zh="预测点数"): f"{len(self.table)}",
            },
        )


def backtest(
    series: pd.Series,
    *,
    method: str = "holt-winters",
    horizon: int = 4,
    folds: int = 8,
    level: float = 0.95,
) -> Backtest:
    """Forecast a series' own past from rolling origins, and compare with what came.

    Parameters
    ----------
    series, method, level
        As for `forecast`.
    horizon
        Periods forecast from each origin.
    folds
        Origins, one period apart, the last of them `horizon` before the end of the series.

    Returns
    -------
    Backtest
        MASE, sMAPE, coverage, error by horizon and against the seasonal naive, and all forecasts.

    Raises
    ------
    TypeError, ValueError
        As for `forecast`; also if the series is too short for that many folds.

    Examples
    --------
    >>> import pandas as pd
    >>> years = pd.Series([1.1 ** i for i in range(12)], index=range(2010, 2022))
    >>> result = backtest(years, method="drift", horizon=2, folds=3)
    >>> len(result.table), round(result.mase, 6)
    (6, 0.0)
    """
    import pandas as pd

    horizon, folds = whole(horizon, "horizon"), whole(folds, "folds")
    level = amount(level, "level", above=0, below=1)
    checked = dated(series, positive=True)
    require_length(checked, method, spare=horizon + folds - 1)
    require_length(checked, "seasonal-naive", spare=horizon + folds - 1)
    values, periods, season, _ = checked
    rows = []
    for origin in range(len(values) - horizon - folds + 1, len(values) - horizon + 1):
        known = values[:origin]
        ahead = slice(origin, origin + horizon)
        rows.append(
            pd.DataFrame(
                bands(known, season, horizon, method, level), columns=["mean", "lower", "upper"]
            ).assign(
                origin=periods[origin - 1],
                period=periods[ahead],
                horizon=np.arange(1, horizon + 1),
                actual=values[ahead],
                naive=bands(known, season, horizon, "seasonal-naive", level)[:, 0],
                scale=np.abs(known[season:] - known[:-season]).mean(),
            )
        )
    order = ["origin", "period", "horizon", "actual", "mean", "lower", "upper", "naive", "scale"]
    return Backtest(method, pd.concat(rows, ignore_index=True)[order], level)
