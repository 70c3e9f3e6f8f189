"""From orders to what the models ask for: frequency, recency, time observed, mean amount."""

from __future__ import annotations

from datetime import date

import narwhals as nw

from ecomlab import frames
from ecomlab.membership.loyalty.orders import orders_until, refuse_later


def histories(
    orders: frames.Native,
    *,
    as_of: date | str,
    customers: frames.Native | None = None,
    customer_id: str = "customer_id",
    ordered_at: str = "ordered_at",
    paid: str = "total",
    registered_on: str = "registered_on",
) -> frames.Native:
    """One row a customer, for `BGNBD` and `GammaGamma`; times in days of the calendar.

    Parameters
    ----------
    orders
        One row a paid order, with who bought, when, and what was paid (CNY).
    as_of
        The last day observed, to its end; no order and no registration may be later.
    customers
        One row a registered customer, those without an order included; a table of the same kind.
        With it the clock starts on the day of registration and every order counts. Without it the
        clock starts with the first order, which itself is not counted.
    customer_id, ordered_at, paid, registered_on
        What these columns are called in your tables.

    Returns
    -------
    The kind of table that came in
        In the key's order: the key, `frequency` (orders counted), `recency` (days from the start
        of the clock to the last of them, 0 if there is none), `T` (days from the start of the clock
        to the end of `as_of`), `monetary` (mean amount of the orders counted, CNY; 0 if none).

    Raises
    ------
    TypeError, ValueError
        If a column is absent, of the wrong type, or holds missing or negative values; if an order
        or a registration is later than `as_of`; if orders name customers that `customers` has
        not, or precede their registration.

    Examples
    --------
    >>> import pandas as pd
    >>> orders = pd.DataFrame({
    ...     "customer_id": ["a", "a", "b"],
    ...     "ordered_at": pd.to_datetime(["2025-06-01", "2025-06-20", "2025-05-02"]),
    ...     "total": [80.0, 40.0, 60.0],
    ... })
    >>> histories(orders, as_of="2025-06-30")
      customer_id  frequency  recency   T  monetary
    0           a          1       19  30      40.0
    1           b          0        0  60       0.0
    """
    frame, day = orders_until(
        orders, as_of, customer_id=customer_id, ordered_at=ordered_at, paid=paid
    )
    frame = frame.with_columns(day=frames.number(nw.col("at"), "day"))
    if customers is None:
        start = frame.group_by("customer").agg(
            start=nw.col("at").min(), from_day=nw.col("day").min()
        )
        counted = frame.join(start, on="customer").filter(nw.col("at") > nw.col("start"))
    else:
        frames.same_kind(
            {"orders": ordered_at, "customers": registered_on}, orders=orders, customers=customers
        )
        start = _registered(customers, day, customer_id, registered_on)
        _refuse_strangers(frame, start)
        counted = frame
    orders_of = counted.group_by("customer").agg(
        frequency=nw.len(), last=nw.col("day").max(), paid=nw.col("paid").sum()
    )
    table = (
        start.join(orders_of, on="customer", how="left")
        .with_columns(
            frequency=nw.col("frequency").cast(nw.Float64).fill_null(0).cast(nw.Int64),
            recency=(nw.col("last") - nw.col("from_day")).cast(nw.Float64).fill_null(0),
            T=(nw.lit(day.toordinal() + 1) - nw.col("from_day")).cast(nw.Int64),
            paid=nw.col("paid").fill_null(0.0),
        )
        .with_columns(
            recency=nw.col("recency").cast(nw.Int64),
            monetary=nw.when(nw.col("frequency") > 0)
            .then(nw.col("paid") / nw.col("frequency"))
            .otherwise(nw.lit(0.0)),
        )
        .select("customer", "frequency", "recency", "T", "monetary")
        .sort("customer")
        .rename({"customer": customer_id})
    )
    return frames.like(table, orders)


def _registered(
    customers: frames.Native, day: date, customer_id: str, registered_on: str
) -> frames.Frame:
    columns = {"customer": frames.key(customer_id), "start": frames.time(registered_on)}
    people = frames.as_frame(customers, columns=columns, name="customers")
    refuse_later(people, day, of="start", original=customers, what="registrations")
    return people.with_columns(from_day=frames.number(nw.col("start"), "day"))


def _refuse_strangers(orders: frames.Frame, people: frames.Frame) -> None:
    """Refuse orders of nobody known, and orders before the clock starts."""
    first = orders.group_by("customer").agg(first=nw.col("day").min())
    known = first.join(people, on="customer", how="left")
    strangers = known.filter(nw.col("from_day").is_null())
    early = known.filter(nw.col("first") < nw.col("from_day"))
    for wrong, what in (
        (strangers, "are not in customers; give both tables of the same people"),
        (early, "ordered before they registered; the clock would start too late"),
    ):
        found = wrong.sort("customer").select("customer").collect()
        if len(found):
            who = found["customer"].to_list()[0]
            raise ValueError(f"orders: {len(found)} customers {what}; the first is {who!r}")
