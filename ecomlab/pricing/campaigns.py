"""2.4 Marketing campaigns (营销活动)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ecomlab import panel
from ecomlab.arguments import whole

if TYPE_CHECKING:
    import pandas as pd


def incrementality(history: Any, campaign: str | Sequence[str], *, after: int = 14) -> pd.DataFrame:
    """What campaigns really brought (增量): net of what was only pulled forward, or came anyway.

    Customers drawn at random into the hold-out got no coupon. What those with a coupon bought more,
    during the campaign and for some days after, is its effect; what they bought more during the
    campaign alone is partly taken from the days after.

    Parameters
    ----------
    history
        A shop with the tables `campaigns`, `assignments`, `customers` and `orders` (pandas).
    campaign
        Names of campaigns with a hold-out.
    after
        Days after the last day that still count.

    Returns
    -------
    pandas.DataFrame
        One row a campaign and ``"all"`` (their sum): `holders`, `held_out` (customers registered
        before the campaign), `per_customer` (orders more per holder, net) with `se`, `lower`,
        `upper` (95 %), `gross` (the campaign's own days only), `orders` (net, all holders).

    Raises
    ------
    TypeError, ValueError
        If a campaign is unknown or had no hold-out, or the shop's days end before it can be judged.

    Notes
    -----
    Difference of arms with the orders before the campaign as covariate, which cannot bias a
    randomised comparison and makes it more precise (Lin 2013, Annals of Applied Statistics 7,
    295-318). What is pulled forward: van Heerde, Leeflang and Wittink (2004), Marketing Science
    23, 317-334.

    Examples
    --------
    >>> from ecomlab.shop import World, simulate
    >>> shop = simulate(World.draw(5, customers=2_000, products=48, cities=4), days=100)
    >>> found = incrementality(shop, "spring_2024")
    >>> bool(found.loc["all", "per_customer"] > 0), len(found)
    (True, 2)
    """
    import pandas as pd

    names = [campaign] if isinstance(campaign, str) else list(campaign)
    if not names:
        raise ValueError("campaign is empty; name at least one")
    after = whole(after, "after", least=0, unit="days")
    plans = history.campaigns.set_index("name")
    table = pd.DataFrame(
        [_one(history, plans, name, pd.Timedelta(days=after)) for name in names],
        index=pd.Index(names, name="campaign"),
    )
    total = table.sum()
    # Arms are drawn anew for each campaign, so that their errors are independent.
    total["se"] = np.sqrt((table["se"] ** 2).sum())
    table.loc["all"] = total
    table["lower"] = table["per_customer"] - 1.96 * table["se"]
    table["upper"] = table["per_customer"] + 1.96 * table["se"]
    order = ["holders", "held_out", "per_customer", "se", "lower", "upper", "gross", "orders"]
    return table[order]


def _one(history: Any, plans: pd.DataFrame, name: str, after: pd.Timedelta) -> dict[str, float]:
    import pandas as pd

    if name not in plans.index:
        known = ", ".join(map(repr, plans.index[plans["holdout"] > 0]))
        raise ValueError(f"there is no campaign {name!r}; those with a hold-out are {known}")
    plan = plans.loc[name]
    if not plan["holdout"] > 0:
        raise ValueError(
            f"campaign {name!r} had no hold-out: everybody had the offer, so that nobody shows "
            "what would have been bought without it"
        )
    start, end = plan["starts_on"], plan["ends_on"] + pd.Timedelta(days=1)
    made = history.orders[["customer_id", "ordered_at"]]
    last = made["ordered_at"].max().normalize()
    if last + pd.Timedelta(days=1) < end + after:
        raise ValueError(
            f"campaign {name!r} can be judged after {(end + after).date()}; the orders end on "
            f"{last.date()}"
        )
    rows = history.assignments
    rows = rows[(rows["experiment"] == "coupon_holdout") & (rows["detail"] == name)]
    people = history.customers
    people = people.loc[people["registered_on"] < start, ["customer_id"]]
    people = people.merge(rows, left_on="customer_id", right_on="unit_id", validate="one_to_one")

    def orders(since: pd.Timestamp, until: pd.Timestamp) -> np.ndarray:
        within = (made["ordered_at"] >= since) & (made["ordered_at"] < until)
        count = made.loc[within, "customer_id"].value_counts()
        return count.reindex(people["customer_id"], fill_value=0).to_numpy(dtype=float)

    before = orders(made["ordered_at"].min(), start)
    arm = people["arm"].to_numpy(dtype=float)
    centred = before - before.mean()
    x = np.column_stack([arm, centred, arm * centred])
    who = people["customer_id"]
    net = panel.least_squares(orders(start, end + after), x, cluster=who)
    gross = panel.least_squares(orders(start, end), x, cluster=who)
    return {
        "holders": int(arm.sum()),
        "held_out": int((1 - arm).sum()),
        "per_customer": float(net.coef[0]),
        "se": float(net.se[0]),
        "gross": float(gross.coef[0]),
        "orders": float(net.coef[0] * arm.sum()),
    }
