"""What it costs to serve a group, and which few cause most of a cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ecomlab.arguments import amount, amounts, columns
from ecomlab.supply.costs.structure import PARCEL, returned

if TYPE_CHECKING:
    import pandas as pd


def cost_to_serve(
    orders: Any, deliveries: Any, returns: Any, order_lines: Any, *, by: str = "city_id"
) -> pd.DataFrame:
    """What groups of orders bring, and what it costs to bring them their goods, returns included.

    Parameters
    ----------
    orders
        One row an order: `order_id`, `total` (CNY paid), and the column to group by.
    deliveries, order_lines
        As for :func:`ecomlab.supply.costs.cost_structure`.
    returns
        As there, and `refund` (CNY).
    by
        A column of `orders`.

    Returns
    -------
    pandas.DataFrame
        By group, the dearest share first: `orders`, `net_revenue` (paid less refunded, CNY),
        `goods_cost`
        (cost of the goods kept by customers, CNY), `delivery`, `returns` (CNY), `cost` (both),
        `per_order`, `share` (of net revenue), and `profit` (net revenue less goods and cost).

    Raises
    ------
    TypeError, ValueError
        If a column is absent or an amount negative; if a parcel, line or return has no order.

    Examples
    --------
    >>> import pandas as pd
    >>> orders = pd.DataFrame({"order_id": [1, 2], "total": [90.0, 50.0], "city_id": [7, 8]})
    >>> sent = pd.DataFrame({"order_id": [1, 2], "picking": 1.8, "line_haul": 0.1})
    >>> sent["last_mile"] = 2.6
    >>> lines = pd.DataFrame({"order_id": [1, 2], "line_no": 1, "units": 1, "unit_cost": [60., 30]})
    >>> back = pd.DataFrame({"order_id": [2], "line_no": 1, "product_id": 5, "units": 1,
    ...     "restocked": True, "cost": 8.2, "refund": 40.0})
    >>> cost_to_serve(orders, sent, back, lines)[["net_revenue", "cost", "profit"]].values.tolist()
    [[10.0, 12.7, -2.7], [90.0, 4.5, 25.5]]
    """
    import pandas as pd

    columns(orders, ["order_id", "total", by], "orders")
    columns(deliveries, ["order_id", *PARCEL], "deliveries")
    columns(order_lines, ["order_id", "line_no", "units", "unit_cost"], "order_lines")
    back = returned(returns, order_lines)
    if len(back):
        columns(returns, ["refund"], "returns")
    refund = amounts(returns["refund"] if len(back) else [], "returns: refund", least=0)
    group_of = orders.set_index("order_id")[by]
    if not group_of.index.is_unique:
        raise ValueError("orders: an order_id stands in several rows")

    def total(ids: pd.Series, values: Any, what: str) -> pd.Series:
        known = ids.isin(group_of.index).to_numpy()
        if not known.all():
            row = int(np.argmin(known))
            raise ValueError(f"{what}: row {row}, order {ids.tolist()[row]!r}, is not in orders")
        return pd.Series(np.asarray(values)).groupby(group_of.loc[ids].to_numpy()).sum()

    sent = sum(amounts(deliveries[name], f"deliveries: {name}", least=0) for name in PARCEL)
    unit_cost = amounts(order_lines["unit_cost"], "order_lines: unit_cost", least=0)
    key = ["order_id", "line_no"]
    came_back = back.set_index(key)["units"].reindex(pd.MultiIndex.from_frame(order_lines[key]))
    kept = order_lines["units"].to_numpy() - came_back.fillna(0).to_numpy(dtype=float)
    paid = amounts(orders["total"], "orders: total", least=0)
    found = pd.DataFrame(
        {
            "orders": group_of.groupby(group_of).size(),
            "paid": total(orders["order_id"], paid, "orders"),
            "refunded": total(back["order_id"], refund, "returns"),
            "goods_cost": total(order_lines["order_id"], kept * unit_cost, "order_lines"),
            "delivery": total(deliveries["order_id"], sent, "deliveries"),
            "returns": total(
                back["order_id"], (back["return_handling"] + back["written_off"]) / 100, "returns"
            ),
        }
    ).fillna(0.0)
    found.insert(1, "net_revenue", found.pop("paid") - found.pop("refunded"))
    found["cost"] = found["delivery"] + found["returns"]
    found["per_order"] = found["cost"] / found["orders"]
    found["share"] = found["cost"] / found["net_revenue"].where(found["net_revenue"] > 0)
    found["profit"] = found["net_revenue"] - found["goods_cost"] - found["cost"]
    money = ["net_revenue", "goods_cost", "delivery", "returns", "cost", "profit"]
    found[money] = found[money].round(2)
    return found.rename_axis(by).sort_values("share", ascending=False, kind="stable")


def pareto(costs: Any, *, a: float = 0.8, b: float = 0.95) -> pd.DataFrame:
    """Rank costs and class them A, B, C: the few that cause most, the middle, the many.

    Parameters
    ----------
    costs
        Series of costs (CNY, at least 0) by cause.
    a, b
        Shares of the whole where class A and class B end, 0 < a < b < 1. The cause that crosses
        the line still belongs to the class.

    Returns
    -------
    pandas.DataFrame
        The dearest first: `cost`, `share`, `cumulative`, `class`.

    Raises
    ------
    TypeError, ValueError
        If a cost is negative or missing, all are 0, or the lines are out of order.

    Examples
    --------
    >>> import pandas as pd
    >>> pareto(pd.Series({"rail": 5.0, "road": 80.0, "air": 15.0}))["class"].to_dict()
    {'road': 'A', 'air': 'B', 'rail': 'C'}
    """
    import pandas as pd

    if not isinstance(costs, pd.Series):
        costs = pd.Series(costs)
    values = amounts(costs, "costs", least=0)
    a, b = amount(a, "a", above=0, below=1), amount(b, "b", above=0, below=1)
    if a >= b:
        raise ValueError(f"a is {a:g} and b is {b:g}; class A must end before class B")
    if not values.sum() > 0:
        raise ValueError("the costs are all 0; there is nothing to rank")
    table = pd.DataFrame({"cost": values}, index=costs.index)
    table = table.sort_values("cost", ascending=False, kind="stable")
    table["share"] = table["cost"] / values.sum()
    table["cumulative"] = table["share"].cumsum()
    before = table["cumulative"] - table["share"]
    table["class"] = np.select([before < a - 1e-12, before < b - 1e-12], ["A", "B"], "C")
    return table
