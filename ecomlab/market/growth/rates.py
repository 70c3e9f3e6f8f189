"""Growth rates that may be compared, who drove them, and how concentrated a market is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import fsum, log
from typing import TYPE_CHECKING

import numpy as np

from ecomlab.arguments import amount, amounts
from ecomlab.market.growth.series import dated
from ecomlab.market.growth.show import card, line
from ecomlab.style import say

if TYPE_CHECKING:
    import pandas as pd


def growth_table(series: pd.Series, *, total: pd.Series | None = None) -> pd.DataFrame:
    """How much each period grew: on the period before, and on the same period a year before.

    A rate stands only where both periods stand: across a gap nothing is chained. Rates follow
    from the levels given; where a bureau prints another rate, see `comparable_base`.

    Parameters
    ----------
    series
        Levels, at least 0, in any one unit; index of periods, dates or whole years, rising.
        Weeks are compared with 52 weeks and days with 364 days before (the same weekday).
    total
        The whole that the series is a part of, in the same unit and over the same index.

    Returns
    -------
    pandas.DataFrame
        Index of the series; columns ``value``, ``period_on_period`` and ``year_on_year``
        (fractions; NaN where there is nothing, or 0, to compare with), and ``share``
        (fraction) where a total is given.

    Raises
    ------
    TypeError, ValueError
        If the series is not numeric, has missing or negative figures or no usable index, or if
        the total does not fit the series.

    Examples
    --------
    >>> import pandas as pd
    >>> growth_table(pd.Series({2019: 100.0, 2020: 140.0, 2022: 154.0})).round(2)
          value  period_on_period  year_on_year
    2019  100.0               NaN           NaN
    2020  140.0               0.4           0.4
    2022  154.0               NaN           NaN
    """
    import pandas as pd

    values, periods, _, year = dated(series, gaps=True)
    levels = pd.Series(values, index=periods)
    table = pd.DataFrame(
        {
            "value": values,
            "period_on_period": _change(levels, 1),
            "year_on_year": _change(levels, year),
        },
        index=series.index,
    )
    if total is not None:
        table["share"] = values / _whole(total, series)
    return table


def _change(levels: pd.Series, lag: int) -> np.ndarray:
    """The relative change on `lag` periods before; NaN where there is no base."""
    base = levels.reindex(levels.index - lag).to_numpy()
    return levels.to_numpy() / np.where(base > 0, base, np.nan) - 1


def _whole(total: pd.Series, part: pd.Series) -> np.ndarray:
    """The total's figures, checked against the part's."""
    values = dated(total, positive=True, gaps=True).values
    if not total.index.equals(part.index):
        raise ValueError(
            "the total's index differs from the series'; give both over the same periods"
        )
    over = part.to_numpy(dtype=float) > values
    if over.any():
        raise ValueError(
            f"the part exceeds the total in {over.sum()} period(s), "
            f"first at {part.index[int(np.argmax(over))]}; are the units the same?"
        )
    return values


def cagr(first: float, last: float, periods: float) -> float:
    """The compound growth rate per period that leads from the first level to the last.

    It knows only the end points: if one of them is unusual (2020), so is the rate.

    Parameters
    ----------
    first, last
        Levels above 0, in one unit and on one base.
    periods
        Steps between them: from 2000 to 2023 there are 23.

    Returns
    -------
    float
        The rate per period as a fraction.

    Examples
    --------
    US retail e-commerce, USD m (Census Bureau, seasonally adjusted), 2000 to 2023:

    >>> f"{cagr(27_415, 1_101_661, 23):.2%}"
    '17.42%'
    """
    first, last = amount(first, "first", above=0), amount(last, "last", above=0)
    return float((last / first) ** (1 / amount(periods, "periods", above=0)) - 1)


def periods_to_reach(level: float, target: float, growth: float) -> float:
    """How many periods of one growth rate lead from a level to a target.

    Parameters
    ----------
    level, target
        Levels above 0 in one unit.
    growth
        Growth per period as a fraction, not 0.

    Returns
    -------
    float
        Periods, not rounded; negative if the target was passed in the past, infinite if the
        growth leads away from it.

    Examples
    --------
    >>> round(periods_to_reach(100, 121, 0.10), 6)
    2.0
    """
    distance = log(amount(target, "target", above=0) / amount(level, "level", above=0))
    speed = log(1 + amount(growth, "growth", above=-1))
    if distance == 0:
        return 0.0
    return distance / speed if distance * speed > 0 else float("inf")


def comparable_base(level: float, printed_growth: float) -> float:
    """Last year's level on this year's base: what the printed growth was measured from.

    A bureau revises last year, or widens the set of platforms it counts, and measures growth on
    last year's level of the *new* set. So a printed rate need not follow from two printed levels,
    and levels of different vintages must not be chained.

    Parameters
    ----------
    level
        This year's level.
    printed_growth
        The growth printed beside it, as a fraction (0.072 for 7.2 %).

    Returns
    -------
    float
        Last year's comparable level, in the level's unit.

    Raises
    ------
    ValueError
        If the growth is above 2 (+200 %): that was meant as per cent.

    Examples
    --------
    China's online retail of 2024, CNY bn (National Bureau of Statistics); 15,420 was printed
    for 2023, from which the level rose by 0.7 % only:

    >>> round(comparable_base(15_522.5, 0.072), 1)
    14479.9
    """
    growth = amount(printed_growth, "printed_growth", above=-1)
    if growth > 2:
        raise ValueError(
            f"printed_growth {growth:g} means {growth:+.0%}; give a fraction, 0.072 for 7.2 %"
        )
    return amount(level, "level", above=0) / (1 + growth)


def contribution(
    panel: pd.DataFrame,
    *,
    by: str,
    value: str = "sales",
    period: str = "year",
    first: object = None,
    last: object = None,
) -> pd.DataFrame:
    """Who drove growth: each group's contribution rate (贡献率) and points (拉动百分点).

    Parameters
    ----------
    panel
        One row or more per group and period; rows of one group and period are added up.
    by
        The column of groups (regions, categories, channels).
    value, period
        The columns of levels (at least 0, one unit and one base) and of periods.
    first, last
        The two periods compared; the panel's first and last where not given.

    Returns
    -------
    pandas.DataFrame
        One row per group, the largest push first: ``first``, ``last``, ``change``, ``growth``
        (the group's own, fraction; NaN from 0), ``contribution`` (its share of the whole change,
        sums to 1; NaN if the whole did not change) and ``points`` (percentage points of the
        whole's growth, sums to it).

    Raises
    ------
    ValueError
        If a column is missing, a level is missing or negative, or a group lacks a period: write
        0 where it sold nothing.

    Examples
    --------
    >>> import pandas as pd
    >>> panel = pd.DataFrame({"region": ["East", "West"] * 2, "year": [2023, 2023, 2024, 2024],
    ...                       "sales": [80.0, 20.0, 84.0, 26.0]})
    >>> contribution(panel, by="region")[["growth", "contribution", "points"]].round(3)
            growth  contribution  points
    region
    West      0.30           0.6     6.0
    East      0.05           0.4     4.0
    """
    import pandas as pd

    if not isinstance(panel, pd.DataFrame):
        raise TypeError(f"panel is a {type(panel).__name__}; give a pandas DataFrame")
    if absent := [c for c in (by, period, value) if c not in panel.columns]:
        raise ValueError(f"no column {absent[0]!r} in the panel; it has {list(panel.columns)}")
    wide = _levels(panel, by, period, value)
    first = wide.columns[0] if first is None else first
    last = wide.columns[-1] if last is None else last
    if unknown := [p for p in (first, last) if p not in wide.columns]:
        raise ValueError(f"column {period!r} has no {unknown[0]!r}; it has {list(wide.columns)}")
    if first == last:
        raise ValueError(f"first and last are both {first!r}; two periods are compared")
    lacking = wide[[first, last]].isna()
    if lacking.any(axis=None):
        group, when = lacking.stack().idxmax()
        raise ValueError(f"{by} {group!r} has no row for {when}; write 0 if it sold nothing")
    before, after = wide[first], wide[last]
    whole = fsum(before)
    if whole == 0:
        raise ValueError(f"everything is 0 in {first}; growth needs a base")
    change = after - before
    total = fsum(change)
    table = pd.DataFrame(
        {
            "first": before,
            "last": after,
            "change": change,
            "growth": change / before.where(before > 0),
            "contribution": change / total if total else np.nan,
            "points": 100 * change / whole,
        }
    )
    return table.sort_values("points", ascending=False, kind="stable")


def _levels(panel: pd.DataFrame, by: str, period: str, value: str) -> pd.DataFrame:
    """Groups by periods; NaN only where a pair has no row."""
    import pandas as pd

    for key in (by, period):
        if panel[key].isna().any():
            raise ValueError(f"column {key!r} has {panel[key].isna().sum()} missing value(s)")
    levels = amounts(panel[value], f"column {value!r}", least=0)
    return pd.Series(levels, panel.index).groupby([panel[by], panel[period]]).sum().unstack()


@dataclass(frozen=True, repr=False)
class Concentration:
    """How concentrated a market is.

    Attributes
    ----------
    hhi
        Herfindahl-Hirschman index: the sum of squared shares in per cent, up to 10,000. Where
        part of the market is unnamed it is a lower bound, as that part counts as many tiny firms.
    cr4
        The share of the four largest, as a fraction.
    named
        The share of the market that was named, as a fraction.
    """

    hhi: float
    cr4: float
    named: float

    @property
    def reading(self) -> str:
        """The bands of the US Merger Guidelines (2023, guideline 1): above 1,800 is high."""
        if self.hhi > 1800:
            return say(en="highly concentrated", zh="高度集中")
        if self.hhi > 1000:
            return say(en="moderately concentrated", zh="中度集中")
        return say(en="unconcentrated", zh="低集中度")

    def __repr__(self) -> str:
        return line(self, hhi=self.hhi, cr4=self.cr4, named=self.named)

    def _repr_html_(self) -> str:
        least = "" if self.named > 0.9999 else "≥ "
        return card(
            say(en="Market concentration", zh="市场集中度"),
            {
                "HHI": f"{least}{self.hhi:,.0f} ({self.reading})",
                "CR4": f"{self.cr4:.1%}",
                say(en="share of the market named", zh="已列名份额"): f"{self.named:.1%}",
            },
        )


def concentration(shares: Iterable[float], *, of: float | None = None) -> Concentration:
    """Market concentration: HHI and CR4.

    Parameters
    ----------
    shares
        One market share per firm, as fractions that sum to 1 or per cent that sum to 100; or,
        with `of`, sales or shares of the named firms only.
    of
        The whole market in the unit of `shares`; what is not named counts as many tiny firms.

    Returns
    -------
    Concentration
        `hhi` (0 to 10,000), `cr4` and `named` (fractions), and a `reading` in words.

    Raises
    ------
    ValueError
        If shares are negative or missing, or do not make up the whole.

    Notes
    -----
    Bands: below 1,000 unconcentrated, above 1,800 highly concentrated (US Department of Justice
    and Federal Trade Commission, Merger Guidelines 2023, guideline 1, and 1982).

    Examples
    --------
    >>> concentration([0.4, 0.3, 0.2, 0.1]).hhi
    3000.0

    US online retail 2018, per cent (eMarketer, November 2018); the rest is many smaller firms:

    >>> us = concentration([48.0, 7.2, 4.0, 3.9], of=100)
    >>> round(us.hhi), round(us.cr4, 3), us.reading
    (2387, 0.631, 'highly concentrated')
    """
    sizes = amounts(list(shares), "shares", least=0)
    if not sizes.size:
        raise ValueError("no shares were given; at least one firm is needed")
    total = fsum(sizes)
    if of is None:
        whole = next((w for w in (1.0, 100.0) if abs(total / w - 1) < 0.005), 0.0)
        if not whole:
            raise ValueError(
                f"the shares sum to {total:g}, neither 1 nor 100; name the whole market with of="
            )
        whole = total
    else:
        whole = amount(of, "of", above=0)
        if total > whole * (1 + 1e-9):
            raise ValueError(f"the firms sum to {total:g}, more than the whole market, {whole:g}")
    parts = sizes / whole
    return Concentration(
        hhi=round(1e4 * fsum(parts**2), 8),
        cr4=fsum(np.sort(parts)[-4:]),
        named=fsum(parts),
    )
