"""When and how much to order, at the least cost: the exact (r, Q) and (s, S) models."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ecomlab.arguments import amount
from ecomlab.supply.inventory.leads import demand_of
from ecomlab.supply.inventory.lots import mismatch
from ecomlab.supply.inventory.uncertain import Counts, Uncertain

Floats = NDArray[np.float64]
#: A continuous demand is solved on a grid of this many steps a standard deviation.
_FINE = 64


class ReorderQuantity(NamedTuple):
    """Order `order_quantity` as soon as the stock position is at `reorder_point`; cost a period."""

    reorder_point: float
    order_quantity: float
    cost: float


class OrderUpTo(NamedTuple):
    """Order up to `order_up_to` when the position is at `reorder_point` or less; cost a period."""

    reorder_point: float
    order_up_to: float
    cost: float


def r_q(
    h: float,
    p: float,
    K: float,
    mean: float | None = None,
    sd: float | None = None,
    lead_time: float = 1.0,
    *,
    demand: Any = None,
) -> ReorderQuantity:
    """The cheapest reorder point and quantity under continuous review, customers waiting.

    Parameters
    ----------
    h, p
        Cost of holding a unit, and of a unit that waits, for a period, CNY.
    K
        Cost of an order, CNY.
    mean, sd
        Demand of a period (normal), units; Poisson with that mean if `sd` is None.
    lead_time
        Periods from order to arrival, above 0.
    demand
        For demand of another kind, that of the whole lead time (as for `newsvendor`); `mean` is
        then still the demand of a period.

    Returns
    -------
    ReorderQuantity
        ``reorder_point``, ``order_quantity`` and ``cost`` per period.

    Raises
    ------
    TypeError, ValueError
        If a number is missing or out of its range.

    Notes
    -----
    The position is uniform between r and r + Q, so that the cost is
    ``(K mean + integral of G over (r, r + Q)) / Q``, G being the newsvendor's cost over the lead
    time; at the best r and Q, G(r) = G(r + Q) = the cost (Zheng 1992, Management Science 38,
    87-103; for counts Federgruen and Zheng 1992, Operations Research 40, 808-813).

    Examples
    --------
    >>> found = r_q(0.225, 7.5, 8, 1300, 150, 1 / 12)  # Snyder and Shen 2019, Example 5.1
    >>> [round(x, 2) for x in found]
    [126.87, 328.45, 78.07]
    >>> found = r_q(20, 150, 100, 1.5, lead_time=2)  # Example 5.8, Poisson
    >>> [round(x, 3) for x in found]
    [3.0, 5.0, 107.924]
    """
    h, p, K = amount(h, "h", above=0), amount(p, "p", above=0), amount(K, "K", above=0)
    lead_time = amount(lead_time, "the lead time", above=0)
    if mean is None:
        raise ValueError("give the mean of demand per period")
    given = (mean, sd, None, lead_time) if demand is None else (None, sd, demand)
    lead = demand_of(*given)
    flow = K * amount(mean, "the mean of demand", above=0)
    return _by_units(lead, h, p, flow) if lead.whole else _by_level(lead, h, p, flow)


def _by_units(lead: Uncertain, h: float, p: float, flow: float) -> ReorderQuantity:
    """Take in the cheapest positions one by one, as long as they lower the average cost."""
    best = int(lead.quantile(p / (p + h)))
    low, high = best - 1, best
    taken = float(mismatch(lead, best, h, p))
    while True:
        count = high - low
        average = float(flow + taken) / count
        below, above = mismatch(lead, np.array([low, high + 1]), h, p)
        if min(below, above) >= average:
            return ReorderQuantity(float(low), float(count), average)
        taken += float(min(below, above))
        low, high = (low - 1, high) if below <= above else (low, high + 1)


def _by_level(lead: Uncertain, h: float, p: float, flow: float) -> ReorderQuantity:
    """Cut the cost curve G at the level at which the area between is what ordering costs."""
    from scipy.optimize import brentq

    best = float(lead.quantile(p / (p + h)))
    least = float(mismatch(lead, best, h, p))

    def cut(level: float) -> tuple[float, float]:
        step = max(level - least, 1e-12)

        def gap(y: float) -> float:
            return float(mismatch(lead, y, h, p)) - level

        # G rises by at most h or p a unit, so that it is above the level this far away.
        spread = lead.sd + abs(best)
        far_low, far_high = best - spread - 2 * step / p, best + spread + 2 * step / h
        while gap(far_low) < 0:
            far_low -= spread + step / p
        while gap(far_high) < 0:
            far_high += spread + step / h
        return brentq(gap, far_low, best, xtol=1e-11), brentq(gap, best, far_high, xtol=1e-11)

    def area(y0: float, y1: float) -> float:
        """The integral of G from y0 to y1, by the second-order loss."""
        held = (y1 - y0) * ((y0 + y1) / 2 - lead.mean)
        short = float(lead.shorter(y0) - lead.shorter(y1))
        return h * (held + short) + p * short

    def spare(level: float) -> float:
        low, high = cut(level)
        return level * (high - low) - area(low, high) - flow

    top = least + 1e-9 * (1 + least)
    while spare(top) < 0:
        top = least + 2 * (top - least) + 1e-6 * (1 + least)
    level = brentq(spare, least + 1e-12 * (1 + least), top, xtol=1e-12, rtol=1e-13)
    low, high = cut(level)
    return ReorderQuantity(low, high - low, level)


def s_S(
    h: float,
    p: float,
    K: float,
    mean: float | None = None,
    sd: float | None = None,
    *,
    demand: Any = None,
    method: str = "exact",
) -> OrderUpTo:
    """The cheapest (s, S) policy under periodic review, customers waiting.

    An order placed at the start of a period is there before the period's demand. For a lead time
    of L more periods, both levels cover L + 1 periods: see `method`.

    Parameters
    ----------
    h, p
        Cost of a unit left over, and of a unit short, at the end of a period, CNY.
    K
        Cost of an order, CNY.
    mean, sd
        Demand of a period (normal), units; Poisson with that mean if `sd` is None.
    demand
        In their place, any demand of a period (as for `newsvendor`).
    method
        ``"exact"`` (a continuous demand on a grid of 1/64 of its standard deviation), or
        ``"power"``, the power approximation by mean and standard deviation alone.

    Returns
    -------
    OrderUpTo
        ``reorder_point`` s, ``order_up_to`` S and ``cost`` per period.

    Raises
    ------
    TypeError, ValueError
        If a number is missing or out of its range, or the method is unknown.

    Notes
    -----
    Zheng and Federgruen 1991, Operations Research 39, 654-665; the power approximation is of
    Ehrhardt and Mosier 1984, Management Science 30, 618-622.

    Examples
    --------
    >>> [round(x, 3) for x in s_S(1, 4, 5, 6)]  # Snyder and Shen 2019, Example 4.7
    [4.0, 10.0, 8.034]
    >>> [round(x, 2) for x in s_S(0.18, 0.70, 2.5, 50, 8, method="power")][:2]  # Example 4.8
    [40.19, 74.29]
    """
    h, p, K = amount(h, "h", above=0), amount(p, "p", above=0), amount(K, "K", above=0)
    unknown = demand_of(mean, sd, demand)
    if unknown.mean <= 0:
        raise ValueError("demand is always 0: there is nothing to order")
    if method not in ("exact", "power"):
        raise ValueError(f"method is {method!r}; there are 'exact' and 'power'")
    step = 1.0 if unknown.whole else unknown.sd / _FINE
    counts = unknown if isinstance(unknown, Counts) else _on_grid(unknown, step)
    costs = _Costs(counts, h * step, p * step, K)
    if method == "exact":
        low, high = costs.cheapest()
        return OrderUpTo(low * step, high * step, costs.average(low, high))
    low_level, high_level = _power(h, p, K, unknown)
    low, high = round(low_level / step), round(high_level / step)
    return OrderUpTo(low_level, high_level, costs.average(low, max(high, low + 1)))


def _power(h: float, p: float, K: float, demand: Uncertain) -> tuple[float, float]:
    mean, sd = demand.mean, demand.sd
    lot = 1.30 * mean**0.494 * (K / h) ** 0.506 * (1 + (sd / mean) ** 2) ** 0.116
    z = np.sqrt(lot / sd * h / p)
    low = 0.973 * mean + sd * (0.183 / z + 1.063 - 2.192 * z)
    return float(low), float(low + lot)


def _on_grid(demand: Uncertain, step: float) -> Counts:
    """A continuous demand in whole steps; what is below 0 counts as 0."""
    last = int(np.ceil((demand.mean + 9 * demand.sd) / step))
    edges = (np.arange(last + 1) + 0.5) * step
    below = np.asarray(demand.cdf(edges))
    chances = np.diff(np.concatenate([[0.0], below]))
    return Counts(chances / chances.sum())


class _Costs:
    """The average cost of any (s, S) at counted demand, by renewal."""

    def __init__(self, demand: Counts, h: float, p: float, K: float) -> None:
        self.demand, self.h, self.p, self.K = demand, h, p, K
        chances = np.asarray(demand.chances)
        if chances[0] >= 1:
            raise ValueError("demand is always 0: there is nothing to order")
        self._chances = chances
        self._visits = np.array([1 / (1 - chances[0])])

    def visits(self, count: int) -> Floats:
        """How often, between two orders, the position is 0, 1, 2, ... below S."""
        known = self._visits
        if len(known) < count:
            more = np.zeros(max(count, 2 * len(known)))
            more[: len(known)] = known
            for j in range(len(known), len(more)):
                reach = min(j, len(self._chances) - 1)
                inner = self._chances[1 : reach + 1] @ more[j - reach : j][::-1]
                more[j] = inner / (1 - self._chances[0])
            self._visits = known = more
        return known[:count]

    def one(self, level: Any) -> Floats:
        """The cost of a period that begins with a position."""
        return mismatch(self.demand, level, self.h, self.p)

    def average(self, low: int, high: int) -> float:
        """Cost per period of s = low and S = high."""
        times = self.visits(high - low)
        return float((self.K + times @ self.one(high - np.arange(high - low))) / times.sum())

    def cheapest(self) -> tuple[int, int]:
        """Raise S from the newsvendor's level while a period there is below the best average."""
        best = int(self.demand.quantile(self.p / (self.p + self.h)))
        low, high = best - 1, best
        while self.average(low, best) > self.one(low):
            low -= 1
        least = self.average(low, best)
        top = best + 1
        while self.one(top) <= least:
            if self.average(low, top) < least:
                high = top
                while self.average(low, high) <= self.one(low + 1):
                    low += 1
                    if low + 1 >= high:
                        break
                least = self.average(low, high)
            top += 1
        return low, high
