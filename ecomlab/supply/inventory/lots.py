"""How much to order: once and for all, for one season, or for known demand period by period."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecomlab.arguments import amount, amounts
from ecomlab.supply.inventory.leads import demand_of
from ecomlab.supply.inventory.uncertain import Uncertain

Floats = NDArray[np.float64]


class Order(NamedTuple):
    """How much to order, and what that costs (per period, in the unit of the costs given)."""

    quantity: float
    cost: float


class LotPlan(NamedTuple):
    """What to order in each period, and what all periods cost together."""

    orders: Floats
    cost: float


def eoq(
    K: float, h: float, D: float, *, p: float | None = None, rate: float | None = None
) -> Order:
    """The economic order quantity (经济订货批量): ordering seldom against holding much.

    Parameters
    ----------
    K
        Cost of placing an order, CNY.
    h
        Cost of holding a unit for a period, CNY.
    D
        Demand per period, units, steady.
    p
        Cost of a unit that waits for a period, CNY, where customers wait (the share of demand that
        does is then h / (h + p)); None if nobody may wait.
    rate
        Units per period at which an order comes in while it is made, above D; None if it comes all
        at once.

    Returns
    -------
    Order
        ``quantity`` in units, ``cost`` of ordering, holding and waiting, CNY per period.

    Raises
    ------
    TypeError, ValueError
        If a number is missing or out of its range.

    Notes
    -----
    Harris 1913; Snyder and Shen 2019, sections 3.2, 3.5 (backorders) and 3.6 (production rate).

    Examples
    --------
    >>> [round(x, 4) for x in eoq(8, 0.225, 1300)]  # Example 3.1
    [304.0468, 68.4105]
    """
    K, D = amount(K, "K", above=0), amount(D, "D", above=0)
    h = amount(h, "h", above=0)
    waiting = 1.0 if p is None else amount(p, "p", above=0) / (h + p)
    arriving = 1.0 if rate is None else 1 - D / amount(rate, "rate", above=D)
    h *= waiting * arriving
    quantity = float(np.sqrt(2 * K * D / h))
    return Order(quantity, h * quantity)


def newsvendor(
    h: float,
    p: float,
    mean: float | None = None,
    sd: float | None = None,
    *,
    demand: Any = None,
    periods: float = 1,
) -> Order:
    """The newsvendor's quantity (报童模型): one order for a demand that is not known yet.

    Parameters
    ----------
    h
        Cost of a unit too many, CNY (bought at c and left over at v: c - v).
    p
        Cost of a unit too few, CNY (bought at c and sold at r: r - c).
    mean, sd
        Demand of a period, units: normal; Poisson with that mean if `sd` is None.
    demand
        In their place, any demand: a mapping from units to chances, a frozen distribution of
        SciPy, or what `lead_time_demand` gives.
    periods
        Periods that the order must last; a base-stock level for a lead time of L full periods is
        that of L + 1.

    Returns
    -------
    Order
        ``quantity`` (whole where demand is counted) and the expected ``cost``.

    Raises
    ------
    TypeError, ValueError
        If a number is missing or out of its range, or demand is given twice or not at all.

    Notes
    -----
    The least quantity with P(D <= Q) >= p / (p + h); Snyder and Shen 2019, section 4.3.

    Examples
    --------
    >>> [round(x, 4) for x in newsvendor(0.18, 0.70, 50, 8)]  # Example 4.1
    [56.604, 1.9976]
    >>> newsvendor(1, 2, demand={0: 0.25, 4: 0.5, 9: 0.25}).quantity
    4.0
    """
    h, p = amount(h, "h", above=0), amount(p, "p", above=0)
    unknown = demand_of(mean, sd, demand, amount(periods, "periods", above=0))
    quantity = float(unknown.quantile(p / (p + h)))
    return Order(quantity, float(mismatch(unknown, quantity, h, p)))


def mismatch(demand: Uncertain, level: ArrayLike, h: float, p: float) -> Floats:
    """Expected cost of too much and too little at a stock level, CNY.

    E[(y - D)+] = y - mean + E[(D - y)+].
    """
    short = demand.short(level)
    return h * (np.asarray(level, dtype=float) - demand.mean + short) + p * short


def lot_sizes(
    demand: ArrayLike, K: ArrayLike, h: ArrayLike, *, unit_cost: ArrayLike = 0.0
) -> LotPlan:
    """The cheapest lots for known demand (Wagner and Whitin).

    Parameters
    ----------
    demand
        Units needed in each period, at least 0.
    K
        Cost of an order, CNY: one number, or one a period.
    h
        Cost of holding a unit from one period to the next, CNY: one number, or one a period.
    unit_cost
        Cost of a unit, CNY: one number, or one a period.

    Returns
    -------
    LotPlan
        ``orders``, units by period, and ``cost`` in CNY.

    Raises
    ------
    TypeError, ValueError
        If demand is negative, or a cost is negative or of another length.

    Notes
    -----
    Wagner and Whitin 1958, Management Science 5, 89-96; it looks at every last order's span.

    Examples
    --------
    >>> plan = lot_sizes([90, 120, 80, 70], K=500, h=2)  # Snyder and Shen 2019, Example 3.9
    >>> plan.orders.tolist(), plan.cost
    ([210.0, 0.0, 150.0, 0.0], 1380.0)
    """
    needs = amounts(demand, "demand", least=0)
    if needs.ndim != 1 or not len(needs):
        raise ValueError(f"demand has shape {needs.shape}; one number a period is needed")
    fixed, hold, each = (
        _by_period(values, name, len(needs))
        for values, name in ((K, "K"), (h, "h"), (unit_cost, "unit_cost"))
    )
    count = len(needs)
    moved = np.concatenate([[0.0], np.cumsum(hold)])
    best, first = np.zeros(count + 1), np.zeros(count + 1, dtype=int)
    for end in range(1, count + 1):
        costs = np.full(end, np.inf)
        for start in range(end):
            kept = needs[start:end] @ (moved[start:end] - moved[start])
            lot = needs[start:end].sum()
            order = fixed[start] + each[start] * lot if lot > 0 else 0.0
            costs[start] = best[start] + order + kept
        first[end] = int(np.argmin(costs))
        best[end] = costs[first[end]]
    orders, end = np.zeros(count), count
    while end:
        orders[first[end]] = needs[first[end] : end].sum()
        end = first[end]
    return LotPlan(orders, float(best[-1]))


def _by_period(values: ArrayLike, name: str, count: int) -> Floats:
    array = amounts(values, name, least=0)
    if array.ndim and array.shape != (count,):
        raise ValueError(f"{name} has shape {array.shape}; one number, or {count}, are needed")
    return np.broadcast_to(array, count).astype(float)
