"""From clicks to sessions, and from sessions to the ways people go."""

from __future__ import annotations

import re
from datetime import timedelta

import narwhals as nw

from ecomlab import frames

_GAP = re.compile(r"(\d+)\s*(s|sec|min|h)")
_SECONDS = {"s": 1, "sec": 1, "min": 60, "h": 3600}


def sessionize(
    events: frames.Native,
    *,
    gap: str | timedelta = "30min",
    customer_id: str = "customer_id",
    event: str = "kind",
    happened_at: str = "at",
) -> frames.Native:
    """Cut each customer's clicks into sessions: a longer pause than the gap begins a new one.

    Parameters
    ----------
    events
        One row a click, in any order, with who, what and when.
    gap
        The longest pause within a session: a timedelta, or text such as ``"30min"``, ``"90s"`` or
        ``"2h"``; whole seconds. A pause as long as the gap is still within. Midnight means nothing.
    customer_id, event, happened_at
        What these columns are called in your table.

    Returns
    -------
    The kind of table that came in
        The same clicks in order of customer and time, with `session` (from 1 for each customer)
        and `place` (from 1 within the session). Clicks of one instant are in order of their name.

    Raises
    ------
    TypeError, ValueError
        If a column is absent, of the wrong type or holds missing values, or the gap is no positive
        time of whole seconds.

    Notes
    -----
    30 minutes is the usual gap of web analytics (Catledge and Pitkow 1995 measured 25.5 minutes).

    Examples
    --------
    >>> import pandas as pd
    >>> clicks = pd.DataFrame({"customer_id": 1, "kind": ["land", "view", "land"],
    ...     "at": pd.to_datetime(["2025-06-18 23:50", "2025-06-19 00:05", "2025-06-19 09:00"])})
    >>> sessionize(clicks)[["session", "place"]].values.tolist()
    [[1, 1], [1, 2], [2, 1]]
    """
    seconds = _gap_seconds(gap)
    frame = frames.as_frame(
        events,
        columns={
            "who": frames.key(customer_id),
            "event": frames.key(event),
            "at": frames.time(happened_at),
        },
        name="events",
    )
    order = ["at", "event"]
    late = nw.col("before").dt.offset_by(f"{seconds}s") < nw.col("at")
    cut = (
        frame.with_columns(nw.col("event").cast(nw.String))
        .with_columns(before=nw.col("at").shift(1).over("who", order_by=order))
        .with_columns(new=nw.when(nw.col("before").is_null() | late).then(1).otherwise(0))
        .with_columns(session=nw.col("new").cum_sum().over("who", order_by=order))
        .with_columns(one=nw.lit(1))
        .with_columns(place=nw.col("one").cum_sum().over("who", "session", order_by=order))
        .select(
            "who", "event", "at",
            nw.col("session").cast(nw.Int64), nw.col("place").cast(nw.Int64),
        )
        .sort("who", "session", "place")
    )  # fmt: skip
    return frames.like(cut.rename({"who": customer_id, "event": event, "at": happened_at}), events)


def paths(
    events: frames.Native,
    *,
    top: int,
    length: int = 8,
    gap: str | timedelta = "30min",
    customer_id: str = "customer_id",
    event: str = "kind",
    happened_at: str = "at",
) -> frames.Native:
    """The most common ways through the shop, from a session's first step.

    Parameters
    ----------
    events, gap, customer_id, event, happened_at
        As for `sessionize`. The same event several times in a row is one step.
    top
        How many ways to tell.
    length
        Steps told of a way; longer ones are cut off, and marked with an ellipsis.

    Returns
    -------
    The kind of table that came in
        One row a way, most common first (ties by name): `path` (steps joined by `" > "`),
        `sessions`, and `share` of all sessions.

    Raises
    ------
    TypeError, ValueError
        As for `sessionize`; if `top` or `length` is no whole number of at least 1.

    Examples
    --------
    >>> import pandas as pd
    >>> clicks = pd.DataFrame({"customer_id": [1, 1, 1, 2, 2, 3], "kind": ["land", "view", "view",
    ...     "land", "view", "land"], "at": pd.Timestamp("2025-06-18")
    ...     + pd.to_timedelta([0, 9, 20, 0, 7, 0], unit="s")})
    >>> paths(clicks, top=1).values.tolist()
    [['land > view', 2, 0.6666666666666666]]
    """
    for name, value in {"top": top, "length": length}.items():
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise ValueError(f"{name} must be a whole number of at least 1, not {value!r}")
    cut = sessionize(events, gap=gap, customer_id=customer_id, event=event, happened_at=happened_at)
    session, order = ["who", "session"], ["place"]
    steps = (
        nw.from_native(cut)
        .lazy()
        .select(nw.col(customer_id).alias("who"), nw.col(event).alias("event"), "session", "place")
        .with_columns(before=nw.col("event").shift(1).over(*session, order_by=order))
        .filter(nw.col("before").is_null() | (nw.col("before") != nw.col("event")))
        .with_columns(one=nw.lit(1))
        .with_columns(step=nw.col("one").cum_sum().over(*session, order_by=order))
    )
    names = [f"step{place}" for place in range(1, length + 1)]
    wide = (
        steps.with_columns(
            *(
                nw.when(nw.col("step") == place).then(nw.col("event")).alias(name)
                for place, name in enumerate(names, start=1)
            ),
            more=nw.when(nw.col("step") == length + 1).then(nw.lit("…")),
        )
        .group_by(session)
        .agg(*(nw.col(name).min() for name in [*names, "more"]))
    )
    joined = nw.concat_str(*names, "more", separator=" > ", ignore_nulls=True)
    counts = wide.with_columns(path=joined).group_by("path").agg(sessions=nw.len())
    total = counts.select(total=nw.col("sessions").sum())
    table = (
        counts.join(total, how="cross")
        .with_columns(nw.col("sessions").cast(nw.Int64), share=frames.ratio("sessions", "total"))
        .select("path", "sessions", "share")
        .sort("sessions", "path", descending=[True, False])
        .head(top)
    )
    return frames.like(table, events)


def _gap_seconds(gap: str | timedelta) -> int:
    if isinstance(gap, str):
        found = _GAP.fullmatch(gap.strip())
        if not found or not int(found[1]):
            raise ValueError(f"gap must be a time such as '30min', '90s' or '2h', not {gap!r}")
        return int(found[1]) * _SECONDS[found[2]]
    if not isinstance(gap, timedelta):
        raise TypeError(f"gap must be a timedelta or text such as '30min', not {gap!r}")
    seconds = gap.total_seconds()
    if seconds != int(seconds) or seconds <= 0:
        raise ValueError(f"gap must be a positive time of whole seconds, not {gap}")
    return int(seconds)
