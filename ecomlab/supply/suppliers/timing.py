"""5.1 Suppliers: who delivers, when, and how well (供应商管理)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ecomlab.arguments import labels

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]


def lead_times(
    purchase_orders: pd.DataFrame, *, as_of: object, by: str = "supplier_id"
) -> pd.DataFrame:
    """Mean and spread of lead times, orders that are still open counted for what they tell.

    An open order says that its lead time is longer than its age. Leaving it out makes lead times
    look short, as it is the slow ones that are open.

    Parameters
    ----------
    purchase_orders
        One row an order: `ordered_on`, `received_on` (missing while open), and the supplier.
    as_of
        The day up to which arrivals are known; orders made or received later are refused.
    by
        Column to split by.

    Returns
    -------
    pandas.DataFrame
        By supplier: `mean` and `sd` (days), `se_mean`, `se_sd`, `closed`, `open` (orders).

    Raises
    ------
    TypeError, ValueError
        If a column is absent or holds no dates, an order is received before it is made or after
        `as_of`, or a supplier has fewer than two closed orders.

    Notes
    -----
    Kaplan and Meier (1958), Journal of the American Statistical Association 53, 457-481; what is
    left when the oldest order is open is set at its age (Efron 1967).

    Examples
    --------
    >>> import pandas as pd
    >>> orders = pd.DataFrame({
    ...     "supplier_id": 1, "ordered_on": pd.to_datetime(["2025-03-01"] * 4),
    ...     "received_on": pd.to_datetime(["2025-03-03", "2025-03-05", None, "2025-03-11"]),
    ... })
    >>> orders.loc[2, "ordered_on"] = pd.Timestamp("2025-03-05")
    >>> lead_times(orders, as_of="2025-03-11")[["mean", "sd"]].round(3).values.tolist()
    [[6.5, 3.571]]
    """
    import pandas as pd

    labels(purchase_orders, by, "purchase_orders")
    if not len(purchase_orders):
        raise ValueError("purchase_orders has no rows")
    labels(purchase_orders, "ordered_on", "purchase_orders")
    if "received_on" not in purchase_orders:
        raise ValueError("purchase_orders has no column 'received_on'")
    made, received = (pd.to_datetime(purchase_orders[c]) for c in ("ordered_on", "received_on"))
    day = pd.Timestamp(as_of)  # type: ignore[arg-type]
    wrong = ((made > day) | (received > day) | (received < made)).to_numpy()
    if wrong.any():
        raise ValueError(
            f"purchase_orders: {wrong.sum()} orders are made or received after {day.date()}, or "
            f"received before they are made, first in row {int(np.argmax(wrong))}"
        )
    closed = received.notna().to_numpy()
    age = ((received.fillna(day) - made).dt.days).to_numpy(dtype=float)
    rows = {}
    for name, index in purchase_orders.groupby(by).indices.items():
        if closed[index].sum() < 2:
            raise ValueError(f"purchase_orders: {by} {name!r} has fewer than two closed orders")
        rows[name] = _moments(age[index], closed[index])
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis(by)


def _moments(age: Floats, closed: NDArray[np.bool_]) -> dict[str, float]:
    """Mean and sd under the product-limit distribution."""
    times, weights = product_limit(age, closed)
    mean = float(weights @ times)
    around = times - mean
    variance = float(weights @ around**2)
    n = int(closed.sum())
    fourth = float(weights @ around**4)
    # The variance's error, by its fourth moment; the square root's by the delta method.
    se_sd = np.sqrt(max(fourth - variance**2, 0) / n) / (2 * np.sqrt(variance)) if variance else 0
    return {
        "mean": mean,
        "sd": float(np.sqrt(variance)),
        "se_mean": float(np.sqrt(variance / n)),
        "se_sd": float(se_sd),
        "closed": n,
        "open": int((~closed).sum()),
    }


def product_limit(age: Floats, closed: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Times and their probabilities when some are only known to be longer than an age.

    Examples
    --------
    >>> closed = np.array([True, True, False, True])
    >>> times, weights = product_limit(np.array([2.0, 4, 6, 10]), closed)
    >>> times.tolist(), weights.round(3).tolist()
    ([2.0, 4.0, 10.0], [0.25, 0.25, 0.5])
    """
    times = np.unique(age[closed])
    ended = (age[closed, None] == times).sum(axis=0)
    at_risk = (age[:, None] >= times).sum(axis=0)
    left = np.cumprod(1 - ended / at_risk)
    weights = -np.diff(np.concatenate([[1.0], left]))
    if left[-1] > 0:
        times, weights = np.append(times, age.max()), np.append(weights, left[-1])
    return times, weights
