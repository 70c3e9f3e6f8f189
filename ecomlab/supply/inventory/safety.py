"""Safety stock and reorder points, by either of the two meanings of service (安全库存)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecomlab.arguments import amounts
from ecomlab.supply.inventory.leads import over_lead_time
from ecomlab.supply.inventory.uncertain import Uncertain, of_kind

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]


def reorder_point(
    mean: ArrayLike,
    sd: ArrayLike,
    lead_time: ArrayLike,
    lead_time_sd: ArrayLike = 0.0,
    *,
    cycle_service: ArrayLike | None = None,
    fill_rate: ArrayLike | None = None,
    quantity: ArrayLike | None = None,
    kind: str = "normal",
    daily: bool = False,
    lost_sales: bool = False,
) -> float | Floats | pd.Series:
    """The stock position at which to order, for one product or many.

    Parameters
    ----------
    mean, sd
        Demand of a day, units: demand, not sales (see `censored_demand`).
    lead_time, lead_time_sd
        Days from order to arrival, mean (above 0) and standard deviation.
    cycle_service
        Cycle service level (周期服务水平): the chance that no customer meets an empty shelf while
        an order is on its way. It does not ask how many do if any does.
    fill_rate
        Fill rate (订单满足率): the share of demand that is served from the shelf. It needs the
        order `quantity`, as larger orders make critical moments rarer. Give one of the two.
    quantity
        Units an order brings, above 0.
    kind
        Demand over the lead time: ``"normal"``, ``"gamma"``, ``"negative-binomial"`` or
        ``"poisson"``; the last two are counts, and give whole units.
    daily
        Whether the position is looked at once a day, in the evening (the shelf is then as good as
        the formulas say under `simulate_policy`), and not at every sale.
    lost_sales
        Whether customers who meet an empty shelf buy elsewhere, and do not wait.

    Returns
    -------
    float, numpy.ndarray or pandas.Series
        Units, as the inputs are shaped; a Series if one of them is.

    Raises
    ------
    TypeError, ValueError
        If a number is missing or out of its range (the row is named), both or none of the two
        service targets are given, or `quantity` is missing for a fill rate.

    Notes
    -----
    With customers who wait, the share short is (n(r) - n(r + Q)) / Q, n(x) being the expected
    demand above x in a lead time; n(r) / Q alone is the textbook's approximation (Silver, Pyke and
    Thomas 2017, section 6.7). Seen daily, it is the mean over positions of what one more day adds.
    With lost sales a fill rate of b with waiting serves 1 / (2 - b).

    Examples
    --------
    >>> point = reorder_point(10, 4, 9, 3, cycle_service=0.95)
    >>> round(point, 1), round(reorder_point(10, 4, 9, 3, fill_rate=0.95, quantity=150), 1)
    (143.1, 102.8)
    """
    given = [mean, sd, lead_time, lead_time_sd, cycle_service, fill_rate, quantity]
    mean, sd = amounts(mean, "mean demand", least=0), amounts(sd, "the sd of demand", least=0)
    lead = amounts(lead_time, "the lead time", above=0)
    lead_sd = amounts(lead_time_sd, "the sd of the lead time", least=0)
    if (cycle_service is None) == (fill_rate is None):
        raise ValueError("give either cycle_service or fill_rate: they are not the same")
    if fill_rate is not None and quantity is None:
        raise ValueError("a fill rate needs the order quantity")
    name = "cycle_service" if fill_rate is None else "fill_rate"
    level = amounts(cycle_service if fill_rate is None else fill_rate, name, above=0, below=1)
    lot = amounts(1.0 if quantity is None else quantity, "quantity", above=0)
    rows = np.broadcast(mean, sd, lead, lead_sd, level, lot)
    points = [
        _by_cycle(kind, *row)
        if fill_rate is None
        else _by_fill(kind, *row, daily=daily, lost=lost_sales)
        for row in rows
    ]
    found: Floats = np.array(points, dtype=np.float64).reshape(rows.shape)
    return _shaped_as(given, found)


def safety_stock(
    mean: ArrayLike,
    sd: ArrayLike,
    lead_time: ArrayLike,
    lead_time_sd: ArrayLike = 0.0,
    **service: Any,
) -> float | Floats | pd.Series:
    """The part of the reorder point that is there for bad luck, in units.

    Parameters
    ----------
    mean, sd, lead_time, lead_time_sd, **service
        As for `reorder_point`.

    Returns
    -------
    float, numpy.ndarray or pandas.Series
        ``reorder_point - mean * lead_time``. By the cycle service level and a normal demand it is
        ``z sqrt(L sd² + mean² sd_L²)``; by a low fill rate and large orders it may be below 0.

    Examples
    --------
    >>> round(safety_stock(10, 4, 9, cycle_service=0.95), 2)  # 1.645 x 4 x 3
    19.74
    >>> round(safety_stock(10, 4, 9, 3, cycle_service=0.95), 2)  # 1.645 x sqrt(9 x 16 + 100 x 9)
    53.15
    """
    point = reorder_point(mean, sd, lead_time, lead_time_sd, **service)
    expected = amounts(mean, "mean demand") * amounts(lead_time, "the lead time")
    return point - (expected if np.ndim(expected) else float(expected))


def _by_cycle(
    kind: str, mean: float, sd: float, lead: float, lead_sd: float, level: float, _lot: float
) -> float:
    return float(of_kind(kind, *over_lead_time(mean, sd, lead, lead_sd)).quantile(level))


def _by_fill(
    kind: str, mean: float, sd: float, lead: float, lead_sd: float, level: float, lot: float,
    *, daily: bool, lost: bool,
) -> float:  # fmt: skip
    """The least point at which the share short is within what is allowed."""
    from scipy.optimize import brentq

    if mean == 0:
        return 0.0
    allowed = 1 - (2 - 1 / level if lost else level)
    later, sooner = _around(kind, mean, sd, lead, lead_sd, daily=daily)

    def excess(point: float) -> float:
        return _short_share(later, sooner, mean, point, lot) - allowed

    low, high = -lot, later.mean + later.sd
    while excess(high) > 0:
        high += 2 * later.sd + 1
    if not later.whole:
        return float(brentq(excess, low, high, xtol=1e-9))
    first, last = int(np.floor(low)), int(np.ceil(high))
    while last - first > 1:
        middle = (first + last) // 2
        first, last = (middle, last) if excess(middle) > 0 else (first, middle)
    return float(last)


def _around(
    kind: str, mean: float, sd: float, lead: float, lead_sd: float, *, daily: bool
) -> tuple[Uncertain, Uncertain | None]:
    """Demand up to the evening and, if seen daily, up to the morning of the day of arrival."""
    later = of_kind(kind, *over_lead_time(mean, sd, lead, lead_sd))
    if not daily:
        return later, None
    return later, of_kind(kind, *over_lead_time(mean, sd, max(lead - 1, 1e-9), lead_sd))


def _short_share(
    later: Uncertain, sooner: Uncertain | None, mean: float, point: float, lot: float
) -> float:
    """The share of demand that meets an empty shelf, positions uniform above the point."""
    if sooner is None:
        return float(later.short(point) - later.short(point + lot)) / lot
    added = [u.shorter(point) - u.shorter(point + lot) for u in (later, sooner)]
    return float(added[0] - added[1]) / lot / mean


def service(
    point: float,
    mean: float,
    sd: float,
    lead_time: float,
    lead_time_sd: float = 0.0,
    *,
    quantity: float,
    kind: str = "normal",
    daily: bool = False,
    lost_sales: bool = False,
) -> tuple[float, float]:
    """What a reorder point gives: the cycle service level and the fill rate.

    Parameters
    ----------
    point
        Units at which an order is made.
    mean, sd, lead_time, lead_time_sd, quantity, kind, daily, lost_sales
        As for `reorder_point`.

    Returns
    -------
    tuple
        Cycle service level, fill rate; both 0 to 1.

    Examples
    --------
    >>> [round(x, 3) for x in service(102.8, 10, 4, 9, 3, quantity=150)]
    [0.654, 0.95]
    """
    later, sooner = _around(kind, mean, sd, lead_time, lead_time_sd, daily=daily)
    short = _short_share(later, sooner, mean, point, quantity)
    filled = 1 / (1 + short) if lost_sales else 1 - short
    return float(later.cdf(point)), filled


def _shaped_as(given: list, found: Floats) -> float | Floats | pd.Series:
    """A number for numbers, and a Series like the first one given."""
    series = next((g for g in given if hasattr(g, "index") and hasattr(g, "dtype")), None)
    if series is not None:
        import pandas as pd

        return pd.Series(found, index=series.index)
    return found if found.ndim else float(found)
