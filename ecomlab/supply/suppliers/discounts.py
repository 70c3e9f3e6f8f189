"""How much to order when a larger order is cheaper by the unit (数量折扣)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecomlab.arguments import amount, amounts
from ecomlab.supply.inventory.lots import Order

Floats = NDArray[np.float64]


def eoq_all_units(K: float, i: float, D: float, breaks: ArrayLike, prices: ArrayLike) -> Order:
    """The best quantity when a break's price holds for all units of the order.

    Parameters
    ----------
    K
        Cost of placing an order, CNY.
    i
        Holding cost per period as a share of the unit's price.
    D
        Demand per period, units.
    breaks
        From so many units on, rising from 0.
    prices
        CNY a unit from each break on, falling.

    Returns
    -------
    Order
        ``quantity`` and ``cost`` per period, purchase included.

    Raises
    ------
    TypeError, ValueError
        If a number is out of its range, or breaks and prices do not fit together.

    Notes
    -----
    The best of each price's own quantity, raised to its break where it lies below (Snyder and Shen
    2019, section 3.4).

    Examples
    --------
    >>> found = eoq_all_units(8, 0.3, 1300, [0, 400, 800], [0.75, 0.72, 0.68])  # Example 3.5
    >>> round(found.quantity, 2), round(found.cost, 2)
    (800.0, 978.6)
    """
    K, i, D, start, price = _checked(K, i, D, breaks, prices)
    end = np.append(start[1:], np.inf)
    quantity = np.maximum(np.sqrt(2 * K * D / (i * price)), start)
    cost = price * D + K * D / quantity + i * price * quantity / 2
    # Above its range a quantity earns the next price, which is counted there.
    best = int(np.argmin(np.where(quantity < end, cost, np.inf)))
    return Order(float(quantity[best]), float(cost[best]))


def eoq_incremental(K: float, i: float, D: float, breaks: ArrayLike, prices: ArrayLike) -> Order:
    """The best quantity when a break's price holds only for the units above it.

    Parameters
    ----------
    K, i, D, breaks, prices
        As for `eoq_all_units`.

    Returns
    -------
    Order
        ``quantity`` and ``cost`` per period, purchase included.

    Raises
    ------
    TypeError, ValueError
        As for `eoq_all_units`.

    Notes
    -----
    What the first units cost more is a part of the order's fixed cost; the best never lies on a
    break (Snyder and Shen 2019, section 3.4).

    Examples
    --------
    >>> found = eoq_incremental(8, 0.3, 1300, [0, 400, 800], [0.75, 0.72, 0.68])
    >>> round(found.quantity, 1), round(found.cost, 2)
    (304.0, 1043.41)
    """
    K, i, D, start, price = _checked(K, i, D, breaks, prices)
    end = np.append(start[1:], np.inf)
    extra = np.concatenate([[0.0], np.cumsum((price[:-1] - price[1:]) * start[1:])])
    quantity = np.sqrt(2 * (K + extra) * D / (i * price))
    cost = price * D + (K + extra) * D / quantity + i * price * quantity / 2 + i * extra / 2
    within = (quantity >= start) & (quantity < end)
    best = int(np.argmin(np.where(within, cost, np.inf)))
    return Order(float(quantity[best]), float(cost[best]))


def _checked(
    K: float, i: float, D: float, breaks: ArrayLike, prices: ArrayLike
) -> tuple[float, float, float, Floats, Floats]:
    start = amounts(breaks, "breaks", least=0)
    price = amounts(prices, "prices", above=0)
    if start.ndim != 1 or start.shape != price.shape or not len(start):
        raise ValueError(f"there are {start.size} breaks and {price.size} prices; as many of each")
    if start[0] != 0 or (np.diff(start) <= 0).any():
        raise ValueError(f"breaks are {start.tolist()}; they must rise from 0")
    if (np.diff(price) >= 0).any():
        row = int(np.argmax(np.diff(price) >= 0)) + 1
        raise ValueError(f"prices must fall; row {row} has {price[row]:g} after {price[row - 1]:g}")
    return (
        amount(K, "K", above=0), amount(i, "i", above=0), amount(D, "D", above=0), start, price,
    )  # fmt: skip
