"""From clicks to sessions, and from sessions to the ways people go."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from ecomlab import frames
from ecomlab.arguments import whole

if TYPE_CHECKING:
    import pandas as pd

_GAP = re.compile(r"(\d+)\s*(s|sec|min|h)")
_SECONDS = {"s": 1, "sec": 1, "min": 60, "h": 3600}
_ORDER = ("at", "event")


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
    clicks = _clicks(events, gap, customer_id, event, happened_at)
    names = {"who": customer_id, "event": event, "at": happened_at}
    if clicks.implementation.is_pandas():
        return _cut_in_memory(clicks.collect().to_native(), gap).rename(columns=names)
    cut = (
        # Clicks that are alike in all must keep the place they were first given: hence `number`.
        clicks.with_columns(one=nw.lit(1))
        .with_columns(
            before=nw.col("at").shift(1).over("who", order_by=_ORDER),
            number=nw.col("one").cum_sum().over("who", order_by=_ORDER),
        )
        .with_columns(new=_is_new(gap))
        .with_columns(first=nw.when(nw.col("new") == 1).then(nw.col("number")).otherwise(0))
        .with_columns(
            session=nw.col("new").cum_sum().over("who", order_by="number"),
            first=nw.col("first").cum_max().over("who", order_by="number"),
        )
        .sort("who", "number")
        .select(
            "who", "event", "at",
            nw.col("session").cast(nw.Int64),
            place=(nw.col("number") - nw.col("first") + 1).cast(nw.Int64),
        )
    )  # fmt: skip
    return frames.like(cut.rename(names), events)


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
        whole(value, name)
    clicks = _clicks(events, gap, customer_id, event, happened_at)
    if clicks.implementation.is_pandas():
        return _paths_in_memory(clicks.collect().to_native(), gap, length).head(top)
    later = [f"step{place}" for place in range(2, length + 2)]
    starts = (
        clicks.with_columns(
            before=nw.col("at").shift(1).over("who", order_by=_ORDER),
            last=nw.col("event").shift(1).over("who", order_by=_ORDER),
        )
        .with_columns(new=_is_new(gap))
        .filter((nw.col("new") == 1) | (nw.col("last") != nw.col("event")))
        # What follows is looked for ahead, which spares numbering and collecting sessions; a
        # session's first step is missing here, as it ends the way of the session before.
        .with_columns(step=nw.when(nw.col("new") == 0).then(nw.col("event")))
        .with_columns(
            nw.col("step").shift(-ahead).over("who", order_by=_ORDER).alias(name)
            for ahead, name in enumerate(later, start=1)
        )
        .filter(nw.col("new") == 1)
    )
    rest = nw.when(~nw.col(later[-1]).is_null()).then(nw.lit(" > …")).otherwise(nw.lit(""))
    for name in reversed(later[:-1]):
        told = nw.concat_str(nw.lit(" > "), nw.col(name), rest)
        rest = nw.when(~nw.col(name).is_null()).then(told).otherwise(nw.lit(""))
    table = (
        starts.with_columns(path=nw.concat_str("event", rest))
        .group_by("path")
        .agg(sessions=nw.len())
        .with_columns(nw.col("sessions").cast(nw.Int64), total=nw.col("sessions").sum())
        .with_columns(share=frames.ratio("sessions", "total"))
        .select("path", "sessions", "share")
        .sort("sessions", "path", descending=[True, False])
        .head(top)
    )
    return frames.like(table, events)


def _cut_in_memory(clicks: pd.DataFrame, gap: str | timedelta) -> pd.DataFrame:
    """The clicks in order with `session` and `place`: one sort, where windows would take many."""
    order, another, new, _ = _in_order(clicks, gap)
    row, sessions = np.arange(len(order)), np.cumsum(new)
    others = np.maximum.accumulate(np.where(another, sessions - 1, 0))
    start = np.maximum.accumulate(np.where(new, row, 0))
    cut = clicks.take(order).reset_index(drop=True)
    return cut.assign(session=sessions - others, place=row - start + 1)


def _paths_in_memory(clicks: pd.DataFrame, gap: str | timedelta, length: int) -> pd.DataFrame:
    """All ways, most common first; each is put into words once."""
    import pandas as pd

    _, _, new, event = _in_order(clicks, gap)
    code, name = event.codes, event.categories
    kept = new | (np.diff(code, prepend=-1) != 0)
    code, new = code[kept], new[kept]
    start = np.flatnonzero(new)
    steps = np.diff(start, append=len(code))
    seen = np.full((len(start), min(length + 1, steps.max(initial=0))), -1)
    for ahead in range(seen.shape[1]):
        goes_on = steps > ahead
        seen[goes_on, ahead] = code[start[goes_on] + ahead]
    seen[:, length:][seen[:, length:] >= 0] = len(name)
    ways, sessions = np.unique(seen, axis=0, return_counts=True)
    word = [*name, "…"]
    told = [" > ".join(word[step] for step in way if step >= 0) for way in ways]
    table = pd.DataFrame(
        {
            "path": pd.Series(told, dtype=clicks["event"].dtype),
            "sessions": sessions,
            "share": sessions / max(sessions.sum(), 1),
        }
    )
    return table.sort_values(["sessions", "path"], ascending=[False, True], ignore_index=True)


def _in_order(
    clicks: pd.DataFrame, gap: str | timedelta
) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.bool_], pd.Categorical]:
    """The clicks' rows by customer, time and name; where customers and sessions begin; events."""
    import pandas as pd

    who = pd.factorize(clicks["who"], sort=True)[0]
    event = pd.Categorical(clicks["event"])
    at = clicks["at"].to_numpy()
    order = np.lexsort((event.codes, at, who))
    another = np.diff(who[order], prepend=-1) != 0
    at = at[order]
    late = np.diff(at, prepend=at[:1]) > np.timedelta64(_gap_seconds(gap), "s")
    return order, another, another | late, event[order]


def _clicks(
    events: frames.Native, gap: str | timedelta, customer_id: str, event: str, happened_at: str
) -> frames.Frame:
    """The checked clicks: `who`, `event` (as text), `at`."""
    _gap_seconds(gap)
    columns = {
        "who": frames.key(customer_id),
        "event": frames.key(event),
        "at": frames.time(happened_at),
    }
    frame = frames.as_frame(events, columns=columns, name="events")
    return frame.with_columns(nw.col("event").cast(nw.String))


def _is_new(gap: str | timedelta) -> nw.Expr:
    """Whether a session begins: 1 for a first click and after a longer pause, else 0."""
    late = nw.col("before").dt.offset_by(f"{_gap_seconds(gap)}s") < nw.col("at")
    return nw.when(nw.col("before").is_null() | late).then(1).otherwise(0)


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
