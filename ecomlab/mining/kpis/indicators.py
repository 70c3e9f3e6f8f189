"""Key indicators by day, week or month, from the tables of visits and orders."""

from __future__ import annotations

import narwhals as nw

from ecomlab import frames
from ecomlab.arguments import whole


def kpis(
    visits: frames.Native,
    orders: frames.Native,
    *,
    every: str = "day",
    visitor_id: str = "customer_id",
    visited_at: str = "started_at",
    customer_id: str = "customer_id",
    ordered_at: str = "ordered_at",
    paid: str = "total",
) -> frames.Native:
    """Key indicators by day, week, month or over all: traffic, conversion, spend, repurchase.

    Parameters
    ----------
    visits
        One row a visit, with who came and when.
    orders
        One row a paid order, with who bought, when, and what was paid (CNY); the same kind of table
        as `visits`.
    every
        ``"day"``, ``"week"`` (from Monday), ``"month"`` or ``"all"``. Days are those of the tables'
        own clock; of UTC, where times have a zone.
    visitor_id, visited_at, customer_id, ordered_at, paid
        What these columns are called in your tables.

    Returns
    -------
    The kind of table that came in
        One row a period that has visits or orders, in order (for ``"all"`` one row without
        `period`): `period` (its first instant), `visitors` (访客数, each counted once), `buyers`,
        `repeaters` (buyers with two or more orders in the period), `orders`, `revenue` (CNY),
        `conversion` (支付转化率: buyers ÷ visitors), `spend_per_buyer` (客单价: revenue ÷ buyers,
        CNY), `repurchase_rate` (复购率: repeaters ÷ buyers). A rate over nobody is missing.

    Raises
    ------
    TypeError, ValueError
        If a column is absent, of the wrong type, or holds missing or negative values; if the tables
        differ in kind, or one has times with a zone and the other without; if `every` is unknown.

    Notes
    -----
    客单价 divides by buyers, not by orders (that is 笔单价), and 复购率 looks inside one window,
    unlike 回购率, which asks who of an earlier window's buyers came back.

    Examples
    --------
    >>> import pandas as pd
    >>> days = pd.to_datetime(["2025-06-17", "2025-06-17", "2025-06-18", "2025-06-18"])
    >>> visits = pd.DataFrame({"customer_id": [1, 2, 1, 3], "started_at": days})
    >>> orders = pd.DataFrame(
    ...     {"customer_id": [1, 3, 3], "ordered_at": days[1:], "total": [30.0, 50.0, 20.0]}
    ... )
    >>> kpis(visits, orders, every="all")[["visitors", "buyers", "conversion", "spend_per_buyer"]]
       visitors  buyers  conversion  spend_per_buyer
    0         3       2    0.666667             50.0
    """
    frames.check_every(every, also=("all",))
    frames.same_kind({"visits": visited_at, "orders": ordered_at}, visits=visits, orders=orders)
    traffic = frames.as_frame(
        visits,
        columns={"visitor": frames.key(visitor_id), "at": frames.time(visited_at)},
        name="visits",
    )
    trade = frames.as_frame(
        orders,
        columns={
            "buyer": frames.key(customer_id),
            "at": frames.time(ordered_at),
            "paid": frames.money(paid),
        },
        name="orders",
    )
    by = [] if every == "all" else ["period"]
    if by:
        traffic, trade = (
            frames.with_start(frame, every, of="at", name="period") for frame in (traffic, trade)
        )
    once_each = traffic.group_by(*by, "visitor").agg(visits=nw.len())
    visitors = _total(once_each, by, visitors=nw.len())
    buyers = (
        trade.group_by(*by, "buyer")
        .agg(orders=nw.len(), revenue=nw.col("paid").sum())
        .with_columns(repeats=(nw.col("orders") > 1).cast(nw.Int64))
    )
    buying = _total(
        buyers,
        by,
        buyers=nw.len(),
        repeaters=nw.col("repeats").sum(),
        orders=nw.col("orders").sum(),
        revenue=nw.col("revenue").sum(),
    )
    # Stacked and added, rather than joined: a period may have visits only, or orders only.
    stacked = nw.concat([_widen(visitors, by), _widen(buying, by)])
    table = _total(stacked, by, **{name: nw.col(name).sum() for name in _COUNTED})
    table = _widen(table, by).with_columns(
        conversion=frames.ratio("buyers", "visitors"),
        spend_per_buyer=frames.ratio("revenue", "buyers"),
        repurchase_rate=frames.ratio("repeaters", "buyers"),
    )
    return frames.like(table.sort(by) if by else table, visits)


def rolling_revenue(
    orders: frames.Native,
    *,
    days: int,
    ordered_at: str = "ordered_at",
    paid: str = "total",
) -> frames.Native:
    """Revenue of each day, and of the last `days` calendar days up to it.

    Parameters
    ----------
    orders
        One row a paid order, with when it was made and what was paid (CNY).
    days
        How many calendar days to look back on, the day itself included; days without orders count.
    ordered_at, paid
        What these columns are called in your table.

    Returns
    -------
    The kind of table that came in
        One row a day that has orders (a day in UTC, where times have a zone), in order: `day`,
        `revenue`, `rolling` (CNY), and `days_covered`: fewer than `days` at the start, where
        `rolling` is not yet comparable.

    Raises
    ------
    TypeError, ValueError
        If `days` is no whole number of at least 1, or a column is absent, of the wrong type, or
        holds missing or negative values.

    Examples
    --------
    >>> import pandas as pd
    >>> ordered_at = pd.to_datetime(["2025-06-01", "2025-06-02", "2025-06-05"])
    >>> orders = pd.DataFrame({"ordered_at": ordered_at, "total": [10.0, 20.0, 40.0]})
    >>> rolling_revenue(orders, days=3)
             day  revenue  rolling  days_covered
    0 2025-06-01     10.0     10.0             1
    1 2025-06-02     20.0     30.0             2
    2 2025-06-05     40.0     40.0             3
    """
    days = whole(days, "days")
    columns = {"at": frames.time(ordered_at), "paid": frames.money(paid)}
    frame = frames.as_frame(orders, columns=columns, name="orders", sums_later=True)
    daily = frames.hold(
        frames.with_start(frame, "day", of="at", name="day")
        .group_by("day")
        .agg(revenue=nw.col("paid").sum())
        .with_columns(number=frames.number(nw.col("day"), "day"))
    )
    frames.refuse_undefined(daily, "revenue", frame, columns=columns, name="orders")
    # What comes in on its own day goes out `days` later; the running total of both is the window's
    # revenue, whatever gaps the calendar has.
    comes_in = daily.with_columns(change=nw.col("revenue"), is_day=nw.lit(1))
    goes_out = daily.with_columns(
        change=-nw.col("revenue"), is_day=nw.lit(0), number=nw.col("number") + days
    )
    covered = nw.min_horizontal(nw.col("number") - nw.col("first") + 1, nw.lit(days))
    table = (
        nw.concat([comes_in, goes_out])
        .with_columns(
            rolling=nw.col("change").cum_sum().over(order_by=["number", "is_day"]),
            first=nw.col("number").min(),
        )
        .filter(nw.col("is_day") == 1)
        .select("day", "revenue", "rolling", days_covered=covered.cast(nw.Int64))
    )
    return frames.like(table.sort("day"), orders)


_COUNTED = {
    "visitors": nw.Int64,
    "buyers": nw.Int64,
    "repeaters": nw.Int64,
    "orders": nw.Int64,
    "revenue": nw.Float64,
}


def _total(frame: frames.Frame, by: list[str], **totals: nw.Expr) -> frames.Frame:
    return frame.group_by(*by).agg(**totals) if by else frame.select(**totals)


def _widen(part: frames.Frame, by: list[str]) -> frames.Frame:
    """All counted columns in one order and type; those that the part lacks are 0."""
    present = part.collect_schema().names()
    return part.select(
        *by,
        *(
            (nw.col(name) if name in present else nw.lit(0)).cast(dtype).alias(name)
            for name, dtype in _COUNTED.items()
        ),
    )
