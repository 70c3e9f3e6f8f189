"""The daily round: which goods matter, what to count, what to correct, what to reorder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ecomlab.arguments import amount, amounts, columns, whole

if TYPE_CHECKING:
    import pandas as pd

#: How often each class is counted, in days, if nothing else is said.
EVERY = {"A": 28, "B": 84, "C": 168}
STATES = ("sold_out", "order", "overstock", "enough")


def abc(
    products: pd.DataFrame, *, value: str = "value", shares: Sequence[float] = (0.8, 0.95)
) -> pd.DataFrame:
    """Sort products by value into classes: the few that matter, and the many that do not.

    Parameters
    ----------
    products
        A row a product; `value` is what it turned over (or any amount of at least 0).
    value
        What that column is called.
    shares
        Up to which share of the whole value the classes A and B reach; they rise between 0 and 1.

    Returns
    -------
    pandas.DataFrame
        The products, the greatest value first, with `share`, `cumulative` (shares of the whole)
        and `class`. A product belongs to the class in which its stretch begins, so that the first
        one is always in A.

    Raises
    ------
    TypeError, ValueError
        If the column is absent, faulty, negative or 0 throughout, or shares do not rise.

    Examples
    --------
    >>> import pandas as pd
    >>> goods = pd.DataFrame({"value": [5.0, 70.0, 20.0, 5.0]}, index=["a", "b", "c", "d"])
    >>> abc(goods)["class"].to_dict()
    {'b': 'A', 'c': 'A', 'a': 'B', 'd': 'C'}
    """
    worth = amounts(columns(products, [value], "products")[value], value, least=0)
    first, second = shares
    if not 0 < first < second < 1:
        raise ValueError(f"shares are {tuple(shares)}; they must rise between 0 and 1")
    if not worth.sum() > 0:
        raise ValueError(f"{value!r} is 0 throughout: there is nothing to sort by")
    order = np.argsort(-worth, kind="stable")
    share = worth[order] / worth.sum()
    end = np.cumsum(share)
    begin = end - share
    # Rounding in a sum of shares must not move a product into the next class.
    names = np.where(begin < first - 1e-12, "A", np.where(begin < second - 1e-12, "B", "C"))
    return products.iloc[order].assign(**{"share": share, "cumulative": end, "class": names})


def count_plan(
    products: pd.DataFrame, *, days: int, every: Mapping[str, int] | None = None
) -> pd.DataFrame:
    """A plan for cycle counting (循环盘点): what to count on which day, evenly spread.

    Parameters
    ----------
    products
        A row a product (the index names it) with its `class`, as `abc` gives.
    days
        How many days to plan.
    every
        Class -> a product of it is counted once in so many days; `EVERY` if None.

    Returns
    -------
    pandas.DataFrame
        A row a count, by day: `day` (from 1), `product`, `class`.

    Raises
    ------
    TypeError, ValueError
        If the table has no classes, a class has no interval, or a number is not whole.

    Examples
    --------
    >>> import pandas as pd
    >>> goods = pd.DataFrame({"class": ["A", "A", "B"]}, index=["tea", "cup", "pot"])
    >>> count_plan(goods, days=4, every={"A": 2, "B": 4}).values.tolist()
    [[1, 'tea', 'A'], [1, 'pot', 'B'], [2, 'cup', 'A'], [3, 'tea', 'A'], [4, 'cup', 'A']]
    """
    import pandas as pd

    kinds = columns(products, ["class"], "products")["class"]
    days = whole(days, "days")
    gaps = {k: whole(v, f"every[{k!r}]") for k, v in (EVERY if every is None else every).items()}
    if unknown := [k for k in kinds.unique() if k not in gaps]:
        raise ValueError(f"class {unknown[0]!r} has no interval; there are {', '.join(gaps)}")
    rows = []
    for kind, members in products.groupby(kinds, sort=False).groups.items():
        gap = gaps[kind]
        for place, product in enumerate(members):
            first = place * gap // max(len(members), 1) % gap
            rows += [(day + 1, product, kind) for day in range(first, days, gap)]
    plan = pd.DataFrame(rows, columns=["day", "product", "class"])
    return plan.sort_values("day", kind="stable", ignore_index=True)


def adjust(
    counts: pd.DataFrame,
    *,
    by: str = "product_id",
    unit_cost: Any = None,
    stock: pd.Series | None = None,
    tolerance: float = 0.0,
) -> pd.DataFrame:
    """Correct the books by what was counted (盘点调整), and say how far they were off.

    Parameters
    ----------
    counts
        A row a count: `date`, the product, `book` (units by the books at that moment) and `found`.
    by
        What the product's column is called.
    unit_cost
        CNY a unit: one number, or one a product (a Series or a mapping).
    stock
        Units by the books now, by product, if the corrections have not been entered yet: each
        one's latest difference is added to it. What was sold or received since is in the books.
    tolerance
        A count within this share of the books is counted as accurate.

    Returns
    -------
    pandas.DataFrame
        By product: `counts`, `accuracy` (share of counts within the tolerance), `gain` and `loss`
        (units found too many, 盘盈, and too few, 盘亏, over all counts), `correction` (units, of
        the latest count); with `unit_cost` also `value` = (gain - loss) x cost, CNY; with `stock`
        also `corrected`.

    Raises
    ------
    TypeError, ValueError
        If a column is absent, units are negative or missing (the row is named), a product was
        counted twice on a day, or a cost or stock is not given for a product.

    Examples
    --------
    >>> import pandas as pd
    >>> counts = pd.DataFrame({
    ...     "date": ["2025-03-01", "2025-03-29", "2025-03-01"], "product_id": [1, 1, 2],
    ...     "book": [20, 12, 7], "found": [18, 12, 8],
    ... })
    >>> adjust(counts, unit_cost=5.0)[["accuracy", "gain", "loss", "value"]].values.tolist()
    [[0.5, 0.0, 2.0, -10.0], [0.0, 1.0, 0.0, 5.0]]
    """
    import pandas as pd

    columns(counts, ["date", by, "book", "found"], "counts")
    book, found = (amounts(counts[c], f"counts: {c!r}", least=0) for c in ("book", "found"))
    tolerance = amount(tolerance, "tolerance", least=0, below=1)
    twice = counts.duplicated(["date", by]).to_numpy()
    if twice.any():
        row = int(np.argmax(twice))
        raise ValueError(f"counts: row {row} counts a product again on the same day")
    table = pd.DataFrame(
        {by: counts[by].to_numpy(), "date": pd.to_datetime(counts["date"]).to_numpy(),
         "off": found - book, "accurate": np.abs(found - book) <= tolerance * book}
    ).sort_values("date", kind="stable")  # fmt: skip
    off = table["off"]
    table = table.assign(gain=off.clip(lower=0), loss=-off.clip(upper=0))
    told = table.groupby(by).agg(
        counts=("off", "size"),
        accuracy=("accurate", "mean"),
        gain=("gain", "sum"),
        loss=("loss", "sum"),
        correction=("off", "last"),
    )
    if unit_cost is not None:
        cost = _of_products(unit_cost, told.index, "unit_cost")
        told["value"] = (told["gain"] - told["loss"]) * amounts(cost, "unit_cost", least=0)
    if stock is not None:
        held = _of_products(stock, told.index, "stock")
        told["corrected"] = np.maximum(amounts(held, "stock", least=0) + told["correction"], 0)
    return told


def alerts(stock: pd.DataFrame, policy: pd.DataFrame) -> pd.DataFrame:
    """Tonight's stock alerts (库存预警): what is sold out, what to reorder, what lies too long.

    Parameters
    ----------
    stock
        By product: `on_hand`, `on_order` (units), and `owed` to customers if there are any.
    policy
        By product: `reorder_point` with `order_quantity` or `order_up_to`. With `daily_demand`
        (units) the days that the shelf lasts are told; with `lead_time` (days) besides, whether it
        will be empty before a new order comes.

    Returns
    -------
    pandas.DataFrame
        By product, the most urgent first: `on_hand`, `position` (on hand and on order, less what
        is owed), `reorder_point`, `state` ("sold_out": nothing on the shelf; "order": at or below
        the reorder point; "overstock": on hand more than twice what an order fills up to;
        "enough"), `order` (units to order now, 0 if the position is above the point), and, where
        they can be told, `days_left` and `gap` (days without stock before a new order comes).

    Raises
    ------
    TypeError, ValueError
        If a column is absent, units are negative or missing (the row is named), or a product has
        no policy.

    Examples
    --------
    >>> import pandas as pd
    >>> stock = pd.DataFrame({"on_hand": [9, 3, 0], "on_order": [0, 0, 12]}, ["tea", "cup", "pot"])
    >>> policy = pd.DataFrame({"reorder_point": 5, "order_quantity": 10}, ["tea", "cup", "pot"])
    >>> alerts(stock, policy)[["state", "order"]].T.to_dict("list")
    {'pot': ['sold_out', 0.0], 'cup': ['order', 10.0], 'tea': ['enough', 0.0]}
    """
    columns(stock, ["on_hand", "on_order"], "stock")
    columns(policy, ["reorder_point"], "policy")
    if len(absent := stock.index.difference(policy.index, sort=False)):
        raise ValueError(f"policy has no row for product {absent[0]!r}")
    rule = policy.loc[stock.index]
    hand, coming = (amounts(stock[c], f"stock: {c!r}", least=0) for c in ("on_hand", "on_order"))
    owed = amounts(stock["owed"], "stock: 'owed'", least=0) if "owed" in stock else 0.0
    position = hand + coming - owed
    point = amounts(rule["reorder_point"], "policy: 'reorder_point'")
    if ("order_quantity" in rule) == ("order_up_to" in rule):
        raise ValueError("the policy needs either order_quantity or order_up_to")
    low = position <= point
    if "order_quantity" in rule:
        lot = amounts(rule["order_quantity"], "policy: 'order_quantity'", above=0)
        units, full = (np.floor((point - position) / lot) + 1) * lot, point + lot
    else:
        full = amounts(rule["order_up_to"], "policy: 'order_up_to'")
        units = full - position
    state = np.select([hand <= 0, low, hand > 2 * full], STATES[:3], STATES[3])
    told = {
        "on_hand": hand,
        "position": position,
        "reorder_point": point,
        "state": state,
        "order": np.where(low, units, 0.0),
    }
    urgency = hand / np.maximum(point, 1e-9)
    if "daily_demand" in rule:
        rate = amounts(rule["daily_demand"], "policy: 'daily_demand'", above=0)
        urgency = told["days_left"] = hand / rate
        if "lead_time" in rule:
            lead = amounts(rule["lead_time"], "policy: 'lead_time'", above=0)
            told["gap"] = np.maximum(lead - told["days_left"], 0.0)
    rank = np.array([STATES.index(s) for s in state])
    return stock.assign(**told)[list(told)].iloc[np.lexsort((urgency, rank))]


def turnover(
    stock: pd.DataFrame, *, by: str | None = None, unit_cost: str | None = None
) -> pd.DataFrame:
    """How fast stock turns: days of inventory, sell-through, and the share of products that sell.

    Parameters
    ----------
    stock
        A row a product and day, as the shop's table `stock`: `date`, `product_id`, `opening`,
        `received`, `restocked`, `sold`, `closing` (units).
    by
        Column to split by; all goods together if None.
    unit_cost
        Column with CNY a unit, so that goods count by what they cost; by units if None.

    Returns
    -------
    pandas.DataFrame
        A row a group: `days_of_inventory` (库存周转天数: mean closing stock ÷ sold a day),
        `turns` (a year), `sell_through` (售罄率: sold ÷ (stock of the first morning + received +
        restocked)), `active_share` (动销率: products that sold at least once ÷ products that
        were in stock at any time). Where nothing was sold, days of inventory are infinite.

    Raises
    ------
    TypeError, ValueError
        If a column is absent, faulty or negative.

    Examples
    --------
    >>> import pandas as pd
    >>> stock = pd.DataFrame({
    ...     "date": ["2025-03-01", "2025-03-02"] * 2, "product_id": [1, 1, 2, 2],
    ...     "opening": [10, 8, 5, 5], "received": 0, "restocked": 0,
    ...     "sold": [2, 3, 0, 0], "closing": [8, 5, 5, 5],
    ... })
    >>> turnover(stock).round(3).values.tolist()
    [[4.6, 79.348, 0.333, 0.5]]
    """
    import pandas as pd

    names = ["opening", "received", "restocked", "sold", "closing"]
    columns(stock, ["date", "product_id", *names], "stock")
    units = {c: amounts(stock[c], f"stock: {c!r}", least=0) for c in names}
    worth = np.ones(len(stock))
    if unit_cost is not None:
        worth = amounts(columns(stock, [unit_cost], "stock")[unit_cost], unit_cost, least=0)
    group = "all" if by is None else columns(stock, [by], "stock")[by].to_numpy()
    frame = pd.DataFrame(
        {"group": group, "product": stock["product_id"].to_numpy(),
         "date": pd.to_datetime(stock["date"]).to_numpy(),
         **{c: u * worth for c, u in units.items()},
         "held": units["opening"] + units["received"] + units["restocked"]}
    )  # fmt: skip
    frame["first"] = np.where(
        frame["date"] == frame.groupby("product")["date"].transform("min"), frame["opening"], 0.0
    )
    grouped = frame.groupby("group", observed=True)
    sums = grouped[["first", "received", "restocked", "sold", "closing"]].sum()
    each = frame.groupby(["group", "product"], observed=True)[["sold", "held"]].sum()
    moved = ((each["sold"] > 0) & (each["held"] > 0)).groupby("group", observed=True).sum()
    there = (each["held"] > 0).groupby("group", observed=True).sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        lasting = sums["closing"] / sums["sold"]
        told = pd.DataFrame(
            {
                "days_of_inventory": lasting,
                "turns": 365 / lasting,
                "sell_through": sums["sold"] / sums[["first", "received", "restocked"]].sum(axis=1),
                "active_share": moved / there,
            }
        )
    return told.rename_axis(by)


def _of_products(values: Any, products: pd.Index, name: str) -> Any:
    """One number, or one a product in their order."""
    import pandas as pd

    if isinstance(values, Mapping):
        values = pd.Series(values)
    if not isinstance(values, pd.Series):
        return values
    if len(absent := products.difference(values.index, sort=False)):
        raise ValueError(f"{name} has no row for product {absent[0]!r}")
    return values.loc[products]
