"""How far visitors get: the ordered funnel."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import narwhals as nw
import numpy as np

from ecomlab import frames

if TYPE_CHECKING:
    import pandas as pd

_MAX_SECONDS = 2**31 - 1


def funnel(
    events: frames.Native,
    steps: Sequence[str],
    *,
    within: timedelta | None = None,
    by: str | None = None,
    customer_id: str = "customer_id",
    event: str = "kind",
    happened_at: str = "at",
) -> frames.Native:
    """How many get through each step, in order: each step at or after the one before it.

    Parameters
    ----------
    events
        One row an event, in any order, with who (a customer, a session), what and when. Events that
        are no step are passed over.
    steps
        The events' names, from the first step to the last.
    within
        Time allowed from the first step to the last, to the second; unlimited if None. Who starts
        more than once is counted by the best try.
    by
        A column to split by: each of its values has a funnel of its own events (all 0 where none of
        them is a step).
    customer_id, event, happened_at
        What these columns are called in your table.

    Returns
    -------
    The kind of table that came in
        One row a step (and a value of `by`), in order: `by`'s column, `position` (from 1), `step`,
        `reached` (customers), `from_previous` and `from_first` (shares of those who reached the
        step before, and the first step).

    Raises
    ------
    TypeError, ValueError
        If a column is absent, of the wrong type or holds missing values; if `steps` is empty, names
        a step twice or one that never happens; if `within` is not a positive time of whole seconds.

    Examples
    --------
    >>> import pandas as pd
    >>> events = pd.DataFrame({
    ...     "customer_id": [1, 1, 1, 2, 2],
    ...     "kind": ["view", "cart", "buy", "cart", "view"],
    ...     "at": pd.to_datetime(["2025-06-18 09:00", "2025-06-18 09:05",
    ...         "2025-06-18 12:00", "2025-06-18 10:00", "2025-06-18 10:01"]),
    ... })
    >>> funnel(events, ["view", "cart", "buy"])
       position  step  reached  from_previous  from_first
    0         1  view        2            1.0         1.0
    1         2  cart        1            0.5         0.5
    2         3   buy        1            1.0         0.5
    >>> funnel(events, ["view", "cart", "buy"], within=timedelta(hours=1))["reached"].tolist()
    [2, 1, 0]
    """
    steps = event_names(steps)
    seconds = _seconds(within)
    columns = {
        "who": frames.key(customer_id),
        "event": frames.key(event),
        "at": frames.time(happened_at),
        **({"by": frames.key(by)} if by else {}),
    }
    frame = frames.as_frame(events, columns=columns, name="events")
    _refuse_unknown(frame, steps)
    if frame.implementation.is_pandas() and not by and seconds is None:
        return _funnel_in_memory(frame.collect().to_native(), steps)
    group = ["by"] if by else []
    reached = (
        _first_times(frame, steps, [*group, "who"])
        if seconds is None
        else _best_tries(frame, steps, [*group, "who"], seconds)
    )
    places = [f"step{place}" for place in range(len(steps))]
    counts = [nw.col(place).count() for place in places]
    wide = frames.hold(reached.group_by(group).agg(*counts) if by else reached.select(*counts))
    table = nw.concat(
        [
            wide.select(
                *group,
                position=nw.lit(place + 1, nw.Int64),
                step=nw.lit(step),
                reached=nw.col(f"step{place}").cast(nw.Int64),
                previous=nw.col(f"step{max(place - 1, 0)}"),
                first=nw.col("step0"),
            )
            for place, step in enumerate(steps)
        ]
    ).with_columns(
        from_previous=frames.ratio("reached", "previous"),
        from_first=frames.ratio("reached", "first"),
    )
    table = table.sort(*group, "position").select(
        *group, "position", "step", "reached", "from_previous", "from_first"
    )
    return frames.like(table.rename({"by": by}) if by else table, events)


def _first_times(frame: frames.Frame, steps: Sequence[str], who: list[str]) -> frames.Frame:
    """Who -> the first time of each step at or after the first time of the step before.

    To be early at each step leaves the most time for the next, so this finds everyone who can get
    through. Each step is joined to those who reached the step before.
    """
    first = nw.when(nw.col("event") == steps[0]).then(nw.col("at"))
    times = frame.with_columns(step0=first).group_by(who).agg(nw.col("step0").min())
    for place, step in enumerate(steps[1:], start=1):
        last, here = f"step{place - 1}", f"step{place}"
        done = [f"step{p}" for p in range(place)]
        again = frame.filter(nw.col("event") == step).select(*who, "at")
        in_order = nw.when(nw.col("at") >= nw.col(last)).then(nw.col("at"))
        times = (
            times.join(again, on=who, how="left")
            .with_columns(in_order.alias(here))
            .group_by(who)
            .agg(*(nw.col(name).min() for name in [*done, here]))
        )
    return times


def _funnel_in_memory(table: pd.DataFrame, steps: list[str]) -> pd.DataFrame:
    """The same for the plainest case, of which a notebook asks many: no joins, one array a step."""
    import pandas as pd

    who, people = pd.factorize(table["who"])
    at = table["at"].to_numpy()
    event = pd.Index(steps).get_indexer(table["event"])
    last = np.full(len(people), at.min() if len(at) else 0, dtype=at.dtype)
    there, reached = np.ones(len(people), dtype=bool), []
    for place in range(len(steps)):
        mine = np.flatnonzero(event == place)
        mine = mine[there[who[mine]] & (at[mine] >= last[who[mine]])]
        mine = mine[np.argsort(at[mine])][::-1]
        there[:] = False
        there[who[mine]] = True
        last[who[mine]] = at[mine]  # The earliest, as it is written last.
        reached.append(int(there.sum()))
    before, first = np.array([reached[0], *reached[:-1]], float), float(reached[0])
    return pd.DataFrame(
        {
            "position": range(1, len(steps) + 1),
            "step": steps,
            "reached": reached,
            "from_previous": reached / np.where(before > 0, before, np.nan),
            "from_first": reached / np.where(first > 0, first, np.nan),
        }
    )


def _best_tries(
    frame: frames.Frame, steps: Sequence[str], who: list[str], seconds: int
) -> frames.Frame:
    """Who -> for each step, the latest start from which it was reached in time.

    Carried along a customer's events in order of time: the latest start that got as far as the
    step before. A later start leaves more time, so no other need be remembered. Events of one
    instant are taken in the order of the steps.
    """
    place = nw.lit(len(steps))
    for number, step in enumerate(steps):
        place = nw.when(nw.col("event") == step).then(nw.lit(number)).otherwise(place)
    tries = frame.with_columns(place=place).with_columns(
        step0=nw.when(nw.col("place") == 0).then(nw.col("at"))
    )
    for number in range(1, len(steps)):
        start = nw.col(f"step{number - 1}").fill_null(strategy="forward")
        in_time = nw.col("start").dt.offset_by(f"{seconds}s") >= nw.col("at")
        reached = nw.when((nw.col("place") == number) & in_time).then(nw.col("start"))
        tries = tries.with_columns(start=start.over(*who, order_by=["at", "place"])).with_columns(
            reached.alias(f"step{number}")
        )
    return tries.group_by(who).agg(*(nw.col(f"step{n}").max() for n in range(len(steps))))


def event_names(steps: Sequence[str], *, least: int = 1) -> list[str]:
    """The steps of a way as a list of events' names, none twice.

    Examples
    --------
    >>> event_names(["view", "cart", "view"])
    Traceback (most recent call last):
    ValueError: steps names 'view' twice; an event can be one step only
    """
    if isinstance(steps, str) or not all(isinstance(step, str) for step in steps):
        raise TypeError(f"steps is {steps!r}; a list of events' names is needed")
    if len(steps) < least:
        raise ValueError(f"steps is {list(steps)}; it must name at least {least}")
    twice = [step for place, step in enumerate(steps) if step in steps[:place]]
    if twice:
        raise ValueError(f"steps names {twice[0]!r} twice; an event can be one step only")
    return list(steps)


def _seconds(within: timedelta | None) -> int | None:
    if within is None:
        return None
    if not isinstance(within, timedelta):
        raise TypeError(f"within must be a datetime.timedelta, not {within!r}")
    seconds = within.total_seconds()
    if seconds != int(seconds) or not 0 < seconds <= _MAX_SECONDS:
        raise ValueError(f"within must be a positive time of whole seconds, not {within}")
    return int(seconds)


def _refuse_unknown(frame: frames.Frame, steps: Sequence[str]) -> None:
    happened = set(frame.group_by("event").agg(n=nw.len()).collect()["event"].to_list())
    unknown = [step for step in steps if step not in happened]
    if happened and unknown:
        known = ", ".join(map(repr, sorted(happened)))
        raise ValueError(f"no event is called {unknown[0]!r}; those that happen are {known}")
