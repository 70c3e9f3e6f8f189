"""What a season's order costs, when suppliers are late, deliver less, and some units are faulty."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ecomlab.arguments import amount, amounts, columns, whole

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]


def season_cost(
    split: Any,
    suppliers: pd.DataFrame,
    *,
    demand: float,
    days: int,
    margin: float,
    on_hand: float = 0.0,
    leftover: float = 0.0,
    replications: int = 2_000,
    seed: int = 0,
) -> pd.DataFrame:
    """What one order for a season costs, split over suppliers, many seasons long.

    All is ordered on the eve of the first day. Each supplier sends its part at once, on the morning
    of its lead time; who meets an empty shelf buys elsewhere.

    Parameters
    ----------
    split
        Units by supplier: a mapping or Series; or an array (splits, suppliers) to compare many.
    suppliers
        By supplier: `unit_cost` (CNY), `lead_time` and `lead_time_sd` (days), and where they apply
        `fill` (share of the units that comes) and `defects` (share of those that cannot be sold).
    demand
        Units a day: Poisson.
    days
        Length of the season.
    margin
        What a sale that is lost would have earned, CNY.
    on_hand
        Units on the shelf at the start.
    leftover
        What a unit left over at the end is still worth, CNY.
    replications, seed
        How many seasons; all splits live the same ones.

    Returns
    -------
    pandas.DataFrame
        A row a split: `purchase` (of the units delivered), `lost` (margin of lost sales),
        `leftover` (their value, negative), `cost` (the sum, CNY, mean over seasons), its standard
        error `se`, and `served` (the share of demand).

    Raises
    ------
    TypeError, ValueError
        If a supplier has no row, units are negative, or a lead time is 0 or missing.

    Notes
    -----
    Lead times are log-normal, rounded to days, at least 1. A supplier comes short in a quarter of
    its orders, by four times its mean shortfall (as the shop's do).

    Examples
    --------
    >>> import pandas as pd
    >>> offers = pd.DataFrame(
    ...     {"unit_cost": [46.0, 55.0], "lead_time": [14.0, 6.0], "lead_time_sd": [4.0, 2.0]},
    ...     index=["slow", "fast"])
    >>> ways = {"slow": 1800, "fast": 0}, {"slow": 1500, "fast": 300}
    >>> told = [season_cost(w, offers, demand=20, days=90, margin=60)["cost"][0] for w in ways]
    >>> [int(cost / 1000) for cost in told]  # thousand CNY
    [98, 91]
    """
    import pandas as pd

    columns(suppliers, ["unit_cost", "lead_time", "lead_time_sd"], "suppliers")
    price = amounts(suppliers["unit_cost"], "unit_cost", least=0)
    lead = amounts(suppliers["lead_time"], "the lead time", above=0)
    lead_sd = amounts(suppliers["lead_time_sd"], "the sd of the lead time", least=0)
    fill = _share(suppliers, "fill", 1.0)
    bad = _share(suppliers, "defects", 0.0)
    ways = _ways(split, suppliers.index)
    days, again = whole(days, "days"), whole(replications, "replications")
    rate, worth = amount(demand, "demand", above=0), amount(margin, "margin", least=0)
    salvage = amount(leftover, "leftover", least=0)
    rng = np.random.default_rng(seed)
    spread = np.sqrt(np.log1p((lead_sd / lead) ** 2))
    luck = np.exp(spread * rng.standard_normal((again, len(lead))) - spread**2 / 2)
    arrives = np.maximum(np.rint(lead * luck), 1).astype(np.int64)
    short = np.where(rng.random((again, len(lead))) < 0.25, np.minimum(4 * (1 - fill), 1), 0)
    # Demand up to each day's evening; what is sold is what was wanted or was there, whichever is
    # less, from each arrival to the next.
    wanted = np.cumsum(rng.poisson(rate, (again, days)), axis=1)
    order = np.argsort(arrives, axis=1, kind="stable")
    when = np.minimum(np.take_along_axis(arrives, order, axis=1) - 1, days)
    asked = np.concatenate([np.zeros((again, 1), dtype=np.int64), wanted], axis=1)
    before = np.take_along_axis(asked, when, axis=1)
    rows = []
    for way in ways:
        came = np.rint(way * (1 - short))
        good = np.rint(came * (1 - bad))
        lots = np.take_along_axis(good, order, axis=1)
        in_time = np.take_along_axis(arrives, order, axis=1) <= days
        left = np.full(again, amount(on_hand, "on_hand", least=0))
        sold, done = np.zeros(again), np.zeros(again)
        for k in range(len(lead) + 1):
            until = before[:, k] if k < len(lead) else asked[:, -1]
            now = np.minimum(left, until - done)
            sold, left, done = sold + now, left - now, until.astype(float)
            if k < len(lead):
                left = left + np.where(in_time[:, k], lots[:, k], 0.0)
        late = np.where(in_time, 0.0, lots).sum(axis=1)
        lost = worth * (asked[:, -1] - sold)
        paid = came @ price
        value = salvage * (left + late)
        cost = paid + lost - value
        rows.append(
            {
                "purchase": paid.mean(),
                "lost": lost.mean(),
                "leftover": -value.mean(),
                "cost": cost.mean(),
                "se": cost.std(ddof=1) / np.sqrt(again),
                "served": sold.sum() / asked[:, -1].sum(),
            }
        )
    return pd.DataFrame(rows)


def _share(table: pd.DataFrame, name: str, other: float) -> Floats:
    if name not in table:
        return np.full(len(table), other)
    return amounts(table[name], name, least=0, most=1 + 1e-12)


def _ways(split: Any, names: pd.Index) -> Floats:
    import pandas as pd

    if isinstance(split, pd.Series):
        split = split.to_dict()
    if isinstance(split, dict):
        if unknown := [name for name in split if name not in names]:
            raise ValueError(f"split: supplier {unknown[0]!r} has no row in suppliers")
        split = [[split.get(name, 0) for name in names]]
    ways = amounts(split, "split", least=0)
    if ways.ndim != 2 or ways.shape[1] != len(names):
        raise ValueError(f"split has shape {ways.shape}; one number for each of {len(names)}")
    return ways
