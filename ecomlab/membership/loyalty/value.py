"""What a customer is worth: orders to come times their value, in today's money."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecomlab.arguments import amount, whole
from ecomlab.membership.loyalty.bgnbd import BGNBD
from ecomlab.membership.loyalty.gammagamma import GammaGamma

Floats = NDArray[np.float64]


def clv(
    orders: BGNBD,
    amounts: GammaGamma,
    frequency: ArrayLike,
    recency: ArrayLike,
    T: ArrayLike,
    monetary: ArrayLike,
    *,
    periods: int = 12,
    length: float = 30.0,
    discount: float = 0.01,
    margin: float = 1.0,
) -> Floats:
    """Customer lifetime value over some periods ahead.

    Parameters
    ----------
    orders, amounts
        Fitted models of how often and for how much customers order.
    frequency, recency, T, monetary
        Each customer's history, as for the models, shape (customers,).
    periods
        How many periods ahead.
    length
        A period in the unit of `T` (30 days).
    discount
        Rate of interest a period; what comes in a period is counted at its end.
    margin
        Share of an order's amount that the shop keeps, above 0, at most 1.

    Returns
    -------
    numpy.ndarray
        CNY of today, shape (customers,).

    Raises
    ------
    ValueError
        If a number is out of range or a history impossible.

    Notes
    -----
    Fader, Hardie and Lee (2005), RFM and CLV, Journal of Marketing Research 42, 415-430: the two
    models' expectations multiply because how often and how much are taken as unrelated.

    Examples
    --------
    >>> x, tx, T = [2, 0, 1, 5, 1, 3], [30.0, 0, 12, 35, 1.7, 9], [39.0, 39, 30, 36, 39, 30]
    >>> often = BGNBD().fit(x, tx, T)
    >>> much = GammaGamma().fit([2, 1, 5, 1, 3], [40.0, 95.0, 60.0, 22.0, 31.0])
    >>> worth = clv(often, much, x, tx, T, [40.0, 0, 95, 60, 22, 31], length=4, margin=0.3)
    >>> bool(worth[3] == worth.max())
    True
    """
    periods = whole(periods, "periods")
    step = amount(length, "length", above=0)
    rate = amount(discount, "discount", least=0)
    kept = amount(margin, "margin", least=0, most=1)
    known = np.zeros(len(np.atleast_1d(np.asarray(frequency))))
    total = np.zeros_like(known)
    for period in range(1, periods + 1):
        until = orders.predict(frequency, recency, T, period * step)
        total += (until - known) / (1 + rate) ** period
        known = until
    return total * kept * amounts.expected_value(frequency, monetary)
