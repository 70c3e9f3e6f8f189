"""Membership tiers: who is in which, and where a threshold pays."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import narwhals as nw
import numpy as np

from ecomlab import frames
from ecomlab.arguments import amount, column

if TYPE_CHECKING:
    import pandas as pd


def tiers(
    customers: frames.Native,
    *,
    thresholds: Mapping[str, float],
    by: str = "spend",
    lowest: str = "basic",
) -> frames.Native:
    """Put each customer in a tier, and say how far the next one is.

    Parameters
    ----------
    customers
        One row a customer.
    thresholds
        Each tier's name and what it takes, rising: ``{"silver": 120, "gold": 300}``.
    by
        The column that counts: spend in CNY, or orders, or points; >= 0.
    lowest
        The tier of those below the first threshold.

    Returns
    -------
    The kind of table that came in
        The same rows with `tier`, and `to_next`: how much is missing to the next tier, in the
        unit of `by`; missing in the highest.

    Raises
    ------
    TypeError, ValueError
        If `by` is absent, holds missing or negative values, or thresholds do not rise from above 0.

    Examples
    --------
    >>> import pandas as pd
    >>> members = pd.DataFrame({"customer_id": [1, 2], "spend": [110.0, 300.0]})
    >>> tiers(members, thresholds={"silver": 120, "gold": 300})
       customer_id  spend   tier  to_next
    0            1  110.0  basic     10.0
    1            2  300.0   gold      NaN
    """
    names, limits = list(thresholds), [float(t) for t in thresholds.values()]
    if not limits or limits[0] <= 0 or any(a >= b for a, b in pairwise(limits)):
        raise ValueError(f"thresholds must rise from above 0, not {dict(thresholds)}")
    if lowest in names:
        raise ValueError(f"the lowest tier {lowest!r} has a threshold; give it another name")
    frames.as_frame(customers, columns={by: frames.money(by)}, name="customers")
    frame = nw.from_native(customers)
    value = nw.col(by)
    tier, missing = nw.lit(lowest), nw.lit(limits[0]) - value
    for name, limit, above in zip(names, limits, [*limits[1:], None], strict=True):
        left = nw.lit(None, dtype=nw.Float64) if above is None else nw.lit(above) - value
        tier = nw.when(value >= limit).then(nw.lit(name)).otherwise(tier)
        missing = nw.when(value >= limit).then(left).otherwise(missing)
    return frame.with_columns(tier=tier, to_next=missing.cast(nw.Float64)).to_native()


def design_tiers(
    customers: pd.DataFrame,
    *,
    thresholds: Sequence[float],
    lift: float,
    cost_per_member: float = 0.0,
    cost_per_order: float = 0.0,
    by: str = "spend",
    orders: str = "orders",
    margin: str = "margin",
) -> pd.DataFrame:
    """What a tier would bring at each threshold, if its privileges lift orders by a known share.

    Parameters
    ----------
    customers
        One row a customer: `by` (what the threshold is about, CNY), `orders` (expected without the
        privilege over the period planned for), `margin` (CNY that an order leaves).
    thresholds
        Where the tier might begin; ``math.inf`` for no tier at all.
    lift
        Share of orders that the privileges add, from a hold-out: above -1.
    cost_per_member, cost_per_order
        What the privileges cost, CNY over that period: for a member whether ordering or not, and
        for each of a member's orders, those that would have come anyway included.
    by, orders, margin
        What these columns are called in your table.

    Returns
    -------
    pandas.DataFrame
        Index `threshold`: `members`, `share` of customers, `extra_orders`, `gain` (margin of the
        extra orders), `cost`, `net` (CNY).

    Raises
    ------
    ValueError
        If a column is absent or holds missing or (but for `margin`) negative values, or a number
        is out of range.

    Examples
    --------
    >>> import pandas as pd
    >>> members = pd.DataFrame({"spend": [100.0, 900.0], "orders": [1.0, 8.0], "margin": [60, 60]})
    >>> plan = design_tiers(members, thresholds=[50, 500, math.inf], lift=0.2, cost_per_member=30)
    >>> plan["net"].tolist()
    [48.0, 66.0, 0.0]
    """
    import pandas as pd

    share = amount(lift, "lift", least=-1)
    fixed = amount(cost_per_member, "cost_per_member", least=0)
    each = amount(cost_per_order, "cost_per_order", least=0)
    spend, expected = (column(customers, c, "customers", least=0) for c in (by, orders))
    left = column(customers, margin, "customers")
    rows = []
    for threshold in thresholds:
        if math.isnan(threshold):
            raise ValueError("a threshold is missing; give CNY, or math.inf for no tier")
        inside = spend >= threshold
        extra = share * expected[inside]
        gain = float(extra @ left[inside])
        cost = fixed * inside.sum() + each * float((expected[inside] + extra).sum())
        rows.append(
            {
                "threshold": threshold,
                "members": int(inside.sum()),
                "share": float(inside.mean()),
                "extra_orders": float(extra.sum()),
                "gain": gain,
                "cost": float(cost),
                "net": gain - float(cost),
            }
        )
    return pd.DataFrame(rows).set_index("threshold").astype({"members": np.int64})
