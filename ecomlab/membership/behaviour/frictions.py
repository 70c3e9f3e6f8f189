"""Where visitors turn back, what they prefer, and what to mend first."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import narwhals as nw
import numpy as np

from ecomlab import frames
from ecomlab.arguments import amount, column
from ecomlab.membership.behaviour.sessions import sessionize
from ecomlab.membership.interface.funnels import event_names

if TYPE_CHECKING:
    import pandas as pd

#: The way to an order; the last step is what the shop is for.
STEPS = ("land", "list", "view", "cart", "checkout", "pay", "paid")
#: How much an event tells of interest: an order more than a look (design).
WEIGHTS = {"view": 1.0, "compare": 2.0, "favourite": 3.0, "cart": 5.0}


def friction(
    events: frames.Native,
    *,
    steps: Sequence[str] = STEPS,
    gap: str | timedelta = "30min",
    customer_id: str = "customer_id",
    event: str = "kind",
    happened_at: str = "at",
) -> frames.Native:
    """Where visitors turn back: for each step, the sessions that got there and no further.

    Parameters
    ----------
    events, gap, customer_id, event, happened_at
        As for `sessionize`; events that are no step are passed over.
    steps
        The way from the first page to the goal. Who reaches the goal has not turned back.

    Returns
    -------
    The kind of table that came in
        One row a step, in order: `position` (from 1), `step`, `clicks`, `sessions` (that did it),
        `stopped` (for which it was the furthest step) and `turned_back` (the share of its sessions
        that stopped; missing for the goal, which is the end by nature).

    Raises
    ------
    TypeError, ValueError
        As for `sessionize`; if fewer than two steps are named, one is named twice, or one never
        happens.

    Examples
    --------
    >>> import pandas as pd
    >>> clicks = pd.DataFrame({"customer_id": [1, 1, 1, 2, 2, 3],
    ...     "kind": ["land", "view", "paid", "land", "view", "land"],
    ...     "at": pd.Timestamp("2025-06-18") + pd.to_timedelta([0, 9, 20, 0, 7, 0], unit="s")})
    >>> friction(clicks, steps=["land", "view", "paid"])["stopped"].tolist()
    [1, 1, 1]
    """
    steps = event_names(steps, least=2)
    cut = sessionize(events, gap=gap, customer_id=customer_id, event=event, happened_at=happened_at)
    known = (
        nw.from_native(cut)
        .lazy()
        .select(nw.col(customer_id).alias("who"), nw.col(event).alias("event"), "session", "place")
    )
    if known.implementation.is_pandas():
        return _friction_in_memory(known.collect().to_native(), steps)
    table = _stops(known, steps)
    _refuse_absent(steps, table.select("position").collect()["position"].to_list())
    name = nw.lit("")
    for number, step in enumerate(steps, start=1):
        name = nw.when(nw.col("position") == number).then(nw.lit(step)).otherwise(name)
    goal = nw.col("position") == len(steps)
    table = (
        table.with_columns(nw.col("stopped").fill_null(0), step=name)
        .with_columns(share=frames.ratio("stopped", "sessions"))
        .with_columns(turned_back=nw.when(~goal).then(nw.col("share")))
        .select(
            nw.col("position").cast(nw.Int64),
            "step",
            *(nw.col(n).cast(nw.Int64) for n in ("clicks", "sessions", "stopped")),
            "turned_back",
        )
        .sort("position")
    )
    return frames.like(table, events)


def _stops(clicks: frames.Frame, steps: Sequence[str]) -> frames.Frame:
    """By position: `clicks`, `sessions` and, where it was anyone's furthest step, `stopped`."""
    place = nw.lit(0)
    for number, step in enumerate(steps, start=1):
        place = nw.when(nw.col("event") == step).then(nw.lit(number)).otherwise(place)
    known = clicks.with_columns(position=place).filter(nw.col("position") > 0)
    counts = known.group_by("position").agg(clicks=nw.len())
    each = known.group_by("who", "session", "position").agg(n=nw.len())
    there = each.group_by("position").agg(sessions=nw.len())
    furthest = known.group_by("who", "session").agg(nw.col("position").max())
    stopped = furthest.group_by("position").agg(stopped=nw.len())
    return frames.hold(
        counts.join(there, on="position", how="left").join(stopped, on="position", how="left")
    )


def _friction_in_memory(clicks: pd.DataFrame, steps: Sequence[str]) -> pd.DataFrame:
    """The same table from clicks in order: a pandas table pays dearly for each of a dozen joins."""
    import pandas as pd

    place = pd.Index(steps).get_indexer(clicks["event"])
    session = np.cumsum(clicks["place"].to_numpy() == 1)
    known = place >= 0
    # Each step of each session once, the furthest last.
    of_session, step = np.divmod(np.unique((session * len(steps) + place)[known]), len(steps))
    furthest = np.diff(of_session, append=-1) != 0
    seen, there, stopped = (
        np.bincount(places, minlength=len(steps)) for places in (place[known], step, step[furthest])
    )
    position = np.arange(1, len(steps) + 1)
    _refuse_absent(steps, position[seen > 0])
    turned_back = np.where(position < len(steps), stopped / there, np.nan)
    return pd.DataFrame(
        {
            "position": position,
            "step": steps,
            "clicks": seen,
            "sessions": there,
            "stopped": stopped,
            "turned_back": turned_back,
        }
    )


def _refuse_absent(steps: Sequence[str], found: Collection[int]) -> None:
    for position, step in enumerate(steps, start=1):
        if position not in found:
            raise ValueError(f"events: no event is called {step!r}; every step must happen")


def preferences(
    events: frames.Native,
    *,
    weights: Mapping[str, float] | None = None,
    customer_id: str = "customer_id",
    event: str = "kind",
    of: str = "category",
) -> frames.Native:
    """What each customer prefers, by weighted behaviour, and against what all prefer.

    Parameters
    ----------
    events
        One row a click.
    weights
        Event -> how much it tells, above 0; view 1, compare 2, favourite 3, cart 5 unless given.
        Other events tell nothing.
    customer_id, event, of
        What these columns are called; `of` is what is preferred: a category, a brand.

    Returns
    -------
    The kind of table that came in
        One row a customer and category with a score, in order of customer, then of score (ties by
        name): both, `score`, `share` (of the customer's scores) and `index` (share over the share
        of all customers together: above 1 is more than usual).

    Raises
    ------
    TypeError, ValueError
        If a column is absent or holds missing values, a weight is not above 0, or no event has one.

    Examples
    --------
    >>> import pandas as pd
    >>> clicks = pd.DataFrame({"customer_id": [1, 1, 1, 2],
    ...                        "kind": ["view", "view", "cart", "view"],
    ...                        "category": ["tea", "tea", "toys", "tea"]})
    >>> preferences(clicks)[["customer_id", "category", "score"]].values.tolist()
    [[1, 'toys', 5.0], [1, 'tea', 2.0], [2, 'tea', 1.0]]
    """
    told = dict(WEIGHTS if weights is None else weights)
    for kind, value in told.items():
        amount(value, f"the weight of {kind!r}", above=0)
    frame = frames.as_frame(
        events,
        columns={
            "who": frames.key(customer_id),
            "event": frames.key(event),
            "what": frames.key(of),
        },
        name="events",
    )
    weight = nw.lit(0.0)
    for kind, value in told.items():
        weight = nw.when(nw.col("event") == kind).then(nw.lit(float(value))).otherwise(weight)
    scored = (
        frame.filter(nw.col("event").is_in(list(told)))
        .with_columns(score=weight)
        .group_by("who", "what")
        .agg(nw.col("score").sum())
        .with_columns(nw.col("what").cast(nw.String))
    )
    scored = frames.hold(scored)
    if not scored.select(nw.len()).collect().item():
        raise ValueError(f"events: none is called {' or '.join(map(repr, told))}")
    own = scored.group_by("who").agg(own=nw.col("score").sum())
    usual = scored.group_by("what").agg(usual=nw.col("score").sum())
    total = scored.select(total=nw.col("score").sum())
    table = (
        scored.join(own, on="who", how="left")
        .join(usual, on="what", how="left")
        .join(total, how="cross")
        .with_columns(share=nw.col("score") / nw.col("own"))
        .with_columns(index=nw.col("share") / (nw.col("usual") / nw.col("total")))
        .sort("who", "score", "what", descending=[False, True, False])
        .rename({"who": customer_id, "what": of})
        .select(customer_id, of, "score", "share", "index")
    )
    return frames.like(table, events)


def recommend_changes(changes: pd.DataFrame) -> pd.DataFrame:
    """Rank changes by what they would bring: orders concerned x effect x margin, less the cost.

    Parameters
    ----------
    changes
        One row a change, named by the index: `orders` (a year, of those concerned), `lift` (their
        relative rise) and its standard error `se`, both from a test by lot; `margin` (CNY an
        order) and `cost` (CNY a year).

    Returns
    -------
    pandas.DataFrame
        Highest net gain first: `gain` (CNY a year), `net` (less the cost), `lower` and `upper`
        (95 %, from the effect's error), `worth` (whether even the lower end pays).

    Raises
    ------
    TypeError, ValueError
        If a column is absent or holds no numbers; if `orders`, `se`, `margin` or `cost` is
        negative, a lift is below -1, or a change is named twice.

    Notes
    -----
    How often a page is seen, or left, enters by `orders` alone: what counts is the effect.

    Examples
    --------
    >>> import pandas as pd
    >>> changes = pd.DataFrame({"orders": [1000, 9000], "lift": [0.20, 0.01], "se": [0.02, 0.004],
    ...     "margin": [50.0, 50.0], "cost": [2000.0, 2000.0]}, index=["filter", "banner"])
    >>> recommend_changes(changes)["net"].round().to_dict()
    {'filter': 8000.0, 'banner': 2500.0}
    """
    import pandas as pd

    bounds = {"orders": 0, "lift": -1, "se": 0, "margin": 0, "cost": 0}
    orders, lift, se, margin, cost = (
        column(changes, name, "changes", least=least) for name, least in bounds.items()
    )
    if changes.index.has_duplicates:
        twice = changes.index[changes.index.duplicated()][0]
        raise ValueError(f"changes: {twice!r} is named twice; each change has one row")
    gain, error = orders * lift * margin, 1.96 * orders * se * margin
    table = pd.DataFrame(
        {
            "gain": gain,
            "net": gain - cost,
            "lower": gain - error - cost,
            "upper": gain + error - cost,
            "worth": gain - error - cost > 0,
        },
        index=changes.index,
    )
    return table.sort_values("net", ascending=False, kind="stable")
