"""What suppliers did, with how sure that is: on time, in full, sound, and how fast."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ecomlab.arguments import amount, columns
from ecomlab.supply.suppliers.timing import lead_times

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]


def supplier_scorecard(
    purchase_orders: pd.DataFrame,
    *,
    as_of: Any = None,
    by: str = "supplier_id",
    level: float = 0.95,
) -> pd.DataFrame:
    """Each supplier's record: on time, fill, defects and lead time, with intervals.

    Parameters
    ----------
    purchase_orders
        A row an order: `ordered_on`, `promised_on`, `received_on` (missing while open), `units`,
        `received` and `defects` (units; missing while open), and the supplier.
    as_of
        The day up to which arrivals are known; the last day of the table if None.
    by
        Column to split by.
    level
        What share of the intervals should cover.

    Returns
    -------
    pandas.DataFrame
        By supplier, each with `_lower` and `_upper`: `on_time` (share of the orders that were due;
        an order that is open past its promise is late, one that is not due yet says nothing),
        `fill` (received ÷ ordered units), `defects` (÷ received units), `lead_time` (mean days,
        open orders counted for what they tell). Also `lead_time_sd`, `orders`, `open`.

    Raises
    ------
    TypeError, ValueError
        As for `lead_times`; if units are not above 0, more is received than ordered, or more is
        defective than received (the row is named).

    Notes
    -----
    Shares of orders: Wilson 1927; shares of units are ratios over orders, linearised (Cochran
    1977, section 6.4), as the units of an order are good or bad together.

    Examples
    --------
    >>> import pandas as pd
    >>> days = pd.to_datetime(["2025-03-01", "2025-03-03", "2025-03-05", "2025-03-09"])
    >>> orders = pd.DataFrame({
    ...     "supplier_id": 1, "ordered_on": days, "promised_on": days + pd.Timedelta(days=5),
    ...     "received_on": [days[0] + pd.Timedelta(days=4), days[1] + pd.Timedelta(days=8),
    ...                     pd.NaT, pd.NaT],
    ...     "units": 10, "received": [10, 8, None, None], "defects": [0, 1, None, None],
    ... })
    >>> told = supplier_scorecard(orders, as_of="2025-03-12").iloc[0]
    >>> told[["on_time", "fill", "defects"]].round(3).tolist()  # 1 of 3 due, 18 of 20, 1 of 18
    [0.333, 0.9, 0.056]
    """
    import pandas as pd
    from scipy.special import ndtri

    names = ["ordered_on", "promised_on", "received_on", "units", "received", "defects", by]
    columns(purchase_orders, names, "purchase_orders")
    level = amount(level, "level", above=0, below=1)
    made, due, came = (pd.to_datetime(purchase_orders[c]) for c in names[:3])
    last = max(made.max(), came.max()) if as_of is None else pd.Timestamp(as_of)
    timing = lead_times(purchase_orders, as_of=last, by=by)
    units, received, defects = (
        purchase_orders[c].to_numpy(dtype=float, na_value=np.nan) for c in names[3:6]
    )
    closed = came.notna().to_numpy()
    for wrong, told in (
        (due.isna().to_numpy(), "'promised_on' is missing"),
        (~(units > 0), "units ordered are not above 0"),
        (closed & ~((received >= 0) & (received <= units)), "received is not within units"),
        (closed & ~((defects >= 0) & (defects <= received)), "defects are not within received"),
    ):
        if wrong.any():
            raise ValueError(f"purchase_orders: {told} in row {int(np.argmax(wrong))}")
    counts = closed | (due < last).to_numpy()
    in_time = closed & (came <= due).to_numpy()
    z = float(ndtri(0.5 + level / 2))
    rows = {}
    for name, place in purchase_orders.groupby(by).indices.items():
        done = place[closed[place]]
        here = counts[place]
        lead = timing.loc[name]
        rows[name] = {
            **_named("on_time", _wilson(int(in_time[place][here].sum()), int(here.sum()), z)),
            **_named("fill", _ratio(received[done], units[done], z)),
            **_named("defects", _ratio(defects[done], received[done], z)),
            **_named("lead_time", (lead["mean"], z * lead["se_mean"])),
            "lead_time_sd": lead["sd"],
            "orders": len(place),
            "open": int(lead["open"]),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis(by)


def _named(name: str, found: tuple) -> dict[str, float]:
    if len(found) == 2:
        middle, reach = found
        found = (middle, max(middle - reach, 0.0), middle + reach)
    return dict(zip((name, f"{name}_lower", f"{name}_upper"), map(float, found), strict=True))


def _wilson(hits: int, of: int, z: float) -> tuple[float, float, float]:
    """A share and its interval; nothing is known of none."""
    if not of:
        return np.nan, 0.0, 1.0
    share = hits / of
    centre = (share + z**2 / (2 * of)) / (1 + z**2 / of)
    reach = z * np.sqrt(share * (1 - share) / of + z**2 / (4 * of**2)) / (1 + z**2 / of)
    return share, max(centre - reach, 0.0), min(centre + reach, 1.0)


def _ratio(part: Floats, whole: Floats, z: float) -> tuple[float, float, float]:
    """A ratio of sums over orders and its interval, kept within 0 and 1."""
    total = whole.sum()
    if not total:
        return np.nan, 0.0, 1.0
    ratio = part.sum() / total
    count = len(part)
    off = part - ratio * whole
    reach = z * np.sqrt(count / max(count - 1, 1) * (off**2).sum()) / total
    return ratio, max(ratio - reach, 0.0), min(ratio + reach, 1.0)
