"""Member care: whom to write to, with what, for how much."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from ecomlab.arguments import amount, column, columns, refuse

if TYPE_CHECKING:
    import pandas as pd

ACTIONS = ("invite", "thank", "win_back")


def care_plan(
    customers: pd.DataFrame,
    *,
    actions: Mapping[str, tuple[float, float]],
    budget: float,
    near: float = 100.0,
    customer_id: str = "customer_id",
) -> pd.DataFrame:
    """Choose the contacts that are worth most, until the budget is spent.

    A customer who has probably left (`p_alive` below a half) can be won back; one who is close to
    the next tier can be invited to reach it; any other can be thanked.

    Parameters
    ----------
    customers
        One row a customer: the key, `p_alive`, `orders` (expected over the period planned for,
        with P(alive) taken in), `margin` (CNY that an order leaves) and `to_next` (CNY to the next
        tier, missing in the highest; see `tiers`).
    actions
        For "invite", "thank" or "win_back": the share of orders that it adds, from a test, and what
        one contact costs, CNY. An action that is not named is not taken.
    budget
        CNY for all contacts.
    near
        How close to the next tier an invitation makes sense, CNY.
    customer_id
        What the key is called in your table.

    Returns
    -------
    pandas.DataFrame
        One row a contact, the best first: the key, `action`, `gain` (expected margin added), `cost`
        and `net` (CNY). Nobody is contacted at an expected loss.

    Raises
    ------
    ValueError
        If a column is absent or out of range, an action unknown, or a number out of range.

    Examples
    --------
    >>> import pandas as pd
    >>> members = pd.DataFrame({
    ...     "customer_id": [1, 2, 3], "p_alive": [0.9, 0.2, 0.8], "orders": [6.0, 0.1, 3.0],
    ...     "margin": [60.0, 60.0, 60.0], "to_next": [None, 300.0, 40.0],
    ... })
    >>> care_plan(members, actions={"thank": (0.05, 6), "win_back": (0.5, 8), "invite": (0.1, 6)},
    ...           budget=20)
       customer_id  action  gain  cost   net
    0            1   thank  18.0   6.0  12.0
    1            3  invite  18.0   6.0  12.0
    """
    import pandas as pd

    if unknown := sorted(set(actions) - set(ACTIONS)):
        raise ValueError(f"unknown actions {unknown}; there are {', '.join(ACTIONS)}")
    most = amount(budget, "budget", least=0)
    alive = column(customers, "p_alive", "customers", least=0, most=1)
    orders = column(customers, "orders", "customers", least=0)
    margin = column(customers, "margin", "customers")
    columns(customers, [customer_id, "to_next"], "customers", empty=True)
    to_next = customers["to_next"].to_numpy(dtype=float, na_value=np.nan)
    refuse(to_next < 0, customers["to_next"], "customers: 'to_next'", "it must be at least 0")
    close = np.nan_to_num(to_next, nan=np.inf) <= amount(near, "near", least=0)
    action = np.where(alive < 0.5, "win_back", np.where(close, "invite", "thank"))
    lift, cost = np.zeros(len(orders)), np.full(len(orders), np.inf)
    for name, (share, price) in actions.items():
        lift[action == name] = amount(share, f"the lift of {name!r}", least=-1)
        cost[action == name] = amount(price, f"the cost of {name!r}", least=0)
    plan = pd.DataFrame({customer_id: customers[customer_id].to_numpy(), "action": action})
    plan["gain"], plan["cost"] = lift * orders * margin, cost
    plan["net"] = plan["gain"] - plan["cost"]
    plan = plan[plan["net"] > 0]
    # By what a yuan of the budget brings; ties by the key, so that the list is always the same.
    worth = plan["net"] / plan["cost"].where(plan["cost"] > 0, 1e-12)
    plan = plan.assign(worth=worth).sort_values(
        ["worth", customer_id], ascending=[False, True], kind="stable"
    )
    kept = plan[plan["cost"].cumsum() <= most]
    return kept.drop(columns="worth").reset_index(drop=True)
