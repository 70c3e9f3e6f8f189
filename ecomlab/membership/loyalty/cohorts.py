"""Cohorts (同期群): of those who first bought in a period, who buys again later."""

from __future__ import annotations

import narwhals as nw

from ecomlab import frames


def cohort_retention(
    orders: frames.Native,
    *,
    period: str = "month",
    customer_id: str = "customer_id",
    ordered_at: str = "ordered_at",
) -> frames.Native:
    """The share of each cohort that buys in each later period.

    Parameters
    ----------
    orders
        One row an order, with who bought and when. A customer's cohort is the period of the first
        order in the table: give the history from the start.
    period
        ``"day"``, ``"week"`` (from Monday) or ``"month"``; of UTC, where times have a zone.
    customer_id, ordered_at
        What these columns are called in your table.

    Returns
    -------
    The kind of table that came in
        One row for each cohort and each period from it on in which anyone ordered, in order:
        `cohort` and `period` (their first instants), `age` (periods since the cohort began), `size`
        (customers in the cohort), `customers` (those who bought, 0 where nobody did), `retention`.

    Raises
    ------
    TypeError, ValueError
        If a column is absent, of the wrong type or holds missing values; if `period` is unknown.

    Examples
    --------
    >>> import pandas as pd
    >>> orders = pd.DataFrame({
    ...     "customer_id": [1, 2, 1, 3],
    ...     "ordered_at": pd.to_datetime(["2025-01-05", "2025-01-20", "2025-03-01", "2025-03-02"]),
    ... })
    >>> cohort_retention(orders, period="month").drop(columns="period")
          cohort  age  size  customers  retention
    0 2025-01-01    0     2          2        1.0
    1 2025-01-01    2     2          1        0.5
    2 2025-03-01    0     1          1        1.0
    """
    frames.check_every(period)
    columns = {"customer": frames.key(customer_id), "at": frames.time(ordered_at)}
    frame = frames.as_frame(orders, columns=columns, name="orders")
    ordered = frames.with_start(frame, period, of="at", name="period")
    # From the orders again, as one pass over them is cheaper than to keep every customer's periods.
    first = ordered.group_by("customer").agg(cohort=nw.col("period").min())
    active = ordered.group_by("customer", "period").agg(orders=nw.len())
    counts = frames.hold(
        active.join(first, on="customer").group_by("cohort", "period").agg(customers=nw.len())
    )
    cohorts = counts.filter(nw.col("cohort") == nw.col("period"))
    table = (
        cohorts.select("cohort", size=nw.col("customers").cast(nw.Int64))
        .join(counts.select("period").unique(), how="cross")
        .filter(nw.col("period") >= nw.col("cohort"))
        .join(counts, on=["cohort", "period"], how="left")
        .with_columns(
            customers=nw.col("customers").cast(nw.Float64).fill_null(0).cast(nw.Int64),
            age=frames.number(nw.col("period"), period) - frames.number(nw.col("cohort"), period),
        )
        .with_columns(retention=frames.ratio("customers", "size"))
        .select("cohort", "period", "age", "size", "customers", "retention")
        .sort("cohort", "period")
    )
    return frames.like(table, orders)
