"""Recency, frequency, monetary value: scores, and the eight classes of Chinese practice."""

from __future__ import annotations

from datetime import date

import narwhals as nw

from ecomlab import frames
from ecomlab.arguments import whole
from ecomlab.membership.loyalty.orders import orders_until
from ecomlab.style import say


def rfm(
    orders: frames.Native,
    *,
    as_of: date | str,
    bins: int = 5,
    customer_id: str = "customer_id",
    ordered_at: str = "ordered_at",
    paid: str = "total",
) -> frames.Native:
    """How recently, how often and for how much each customer bought, scored against the others.

    Parameters
    ----------
    orders
        One row a paid order, with who bought, when, and what was paid (CNY).
    as_of
        The day from which recency is counted (in UTC, where times have a zone); no order may be
        later.
    bins
        Scores run from 1 to `bins`, each for an equal share of the customers.
    customer_id, ordered_at, paid
        What these columns are called in your table.

    Returns
    -------
    The kind of table that came in
        One row a customer, in the key's order: the key, `recency` (days since the last order),
        `frequency` (orders), `monetary` (CNY), their scores `r`, `f`, `m` (high is good: recent,
        often, much; equal customers score equal), and `class`, one of the eight in `rfm_classes`.

    Raises
    ------
    TypeError, ValueError
        If a column is absent, of the wrong type, or holds missing or negative values; if an order
        is later than `as_of`; if `bins` is no whole number of at least 2.

    Notes
    -----
    Hughes, *Strategic Database Marketing* (1994), scores by quintiles. The score of a customer who
    is k-th of n from below (ties take the lowest place) is 1 + floor((k - 1) * bins / n).

    Examples
    --------
    >>> import pandas as pd
    >>> orders = pd.DataFrame({
    ...     "customer_id": ["a", "a", "b"],
    ...     "ordered_at": pd.to_datetime(["2025-06-01", "2025-06-20", "2025-05-02"]),
    ...     "total": [80.0, 40.0, 60.0],
    ... })
    >>> rfm(orders, as_of="2025-06-30", bins=2)
      customer_id  recency  frequency  monetary  r  f  m class
    0           a       10          2     120.0  2  2  2   RFM
    1           b       59          1      60.0  1  1  1   rfm
    """
    bins = whole(bins, "bins", least=2)
    frame, day = orders_until(
        orders, as_of, customer_id=customer_id, ordered_at=ordered_at, paid=paid
    )
    table = (
        frame.group_by("customer")
        .agg(last=nw.col("at").max(), frequency=nw.len(), monetary=nw.col("paid").sum())
        .with_columns(
            recency=nw.lit(day.toordinal()) - frames.number(nw.col("last"), "day"),
            frequency=nw.col("frequency").cast(nw.Int64),
            # Equal amounts must stay equal, in whatever order an engine added them up.
            monetary=nw.col("monetary").round(_DIGITS),
        )
        .with_columns(
            **{
                score: _place(nw.col(value), descending=score == "r")
                for score, value in _SCORED.items()
            },
            customers=nw.len(),
            **{f"mean_{value}": nw.col(value).mean().round(_DIGITS) for value in _SCORED.values()},
        )
        .with_columns(
            *(
                ((nw.col(score) - 1) * bins // nw.col("customers") + 1).cast(nw.Int64).alias(score)
                for score in _SCORED
            ),
            **{"class": _class_of()},
        )
        .select("customer", *_SCORED.values(), *_SCORED, "class")
        .sort("customer")
        .rename({"customer": customer_id})
    )
    return frames.like(table, orders)


def rfm_classes(scored: frames.Native) -> frames.Native:
    """The eight classes (客户价值八分类) of an `rfm` table, with what each is and brings.

    Parameters
    ----------
    scored
        What `rfm` returned.

    Returns
    -------
    The kind of table that came in
        One row a class that has customers, the most valuable first: `class` (a capital letter is
        better than the mean: ``"RFm"`` bought more recently and more often than the mean customer,
        and spent no more), `name` in the language in force, `customers`, `share` of customers,
        `revenue` (CNY), `revenue_share`.

    Raises
    ------
    TypeError, ValueError
        If the table is not what `rfm` returned.

    Examples
    --------
    >>> import pandas as pd
    >>> scored = pd.DataFrame({"class": ["RFM", "rfm", "rfm"], "monetary": [60.0, 10.0, 10.0]})
    >>> rfm_classes(scored)
      class                   name  customers     share  revenue  revenue_share
    0   RFM    important, valuable          1  0.333333     60.0           0.75
    1   rfm  ordinary, to win back          2  0.666667     20.0           0.25
    """
    columns = {"class": frames.key("class"), "monetary": frames.money("monetary")}
    frame = frames.as_frame(scored, columns=columns, name="scored")
    names = _class_names()
    name, order = nw.lit(""), nw.lit(len(names))
    for place, (code, said) in enumerate(names.items()):
        is_it = nw.col("class") == code
        name = nw.when(is_it).then(nw.lit(said)).otherwise(name)
        order = nw.when(is_it).then(nw.lit(place)).otherwise(order)
    table = (
        frame.group_by("class")
        .agg(customers=nw.len(), revenue=nw.col("monetary").sum())
        .with_columns(
            customers=nw.col("customers").cast(nw.Int64),
            name=name,
            order=order,
            all_customers=nw.col("customers").sum(),
            all_revenue=nw.col("revenue").sum(),
        )
        .with_columns(
            share=frames.ratio("customers", "all_customers"),
            revenue_share=frames.ratio("revenue", "all_revenue"),
        )
        .sort("order", "class")
        .select("class", "name", "customers", "share", "revenue", "revenue_share")
    )
    return frames.like(table, scored)


_DIGITS = 6
_SCORED = {"r": "recency", "f": "frequency", "m": "monetary"}


def _class_names() -> dict[str, str]:
    """The classes, the most valuable first: 重要/一般 is by M, 价值/发展/保持/挽留 by R and F."""
    return {
        "RFM": say(en="important, valuable", zh="重要价值客户"),
        "RfM": say(en="important, to develop", zh="重要发展客户"),
        "rFM": say(en="important, to keep", zh="重要保持客户"),
        "rfM": say(en="important, to win back", zh="重要挽留客户"),
        "RFm": say(en="ordinary, valuable", zh="一般价值客户"),
        "Rfm": say(en="ordinary, to develop", zh="一般发展客户"),
        "rFm": say(en="ordinary, to keep", zh="一般保持客户"),
        "rfm": say(en="ordinary, to win back", zh="一般挽留客户"),
    }


def _place(value: nw.Expr, *, descending: bool) -> nw.Expr:
    return value.rank("min", descending=descending).cast(nw.Int64)


def _class_of() -> nw.Expr:
    """Three letters, capital where the customer is better than the mean."""
    better = {
        "R": nw.col("recency") < nw.col("mean_recency"),
        "F": nw.col("frequency") > nw.col("mean_frequency"),
        "M": nw.col("monetary") > nw.col("mean_monetary"),
    }
    letters = (
        nw.when(is_better).then(nw.lit(letter)).otherwise(nw.lit(letter.lower()))
        for letter, is_better in better.items()
    )
    return nw.concat_str(*letters)
