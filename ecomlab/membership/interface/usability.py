"""How well a shop is used: asked (SUS), timed (finding), and seen at the cart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw
import numpy as np

from ecomlab import arguments, frames

if TYPE_CHECKING:
    import pandas as pd

_ITEMS = 10


def sus(
    answers: pd.DataFrame,
    *,
    respondent_id: str = "respondent_id",
    question: str = "question",
    answer: str = "answer",
) -> pd.DataFrame:
    """The System Usability Scale: 0 to 100 from ten questions, with its uncertainty.

    Parameters
    ----------
    answers
        One row an answer: who, which question (a name that ends in 1 to 10) and the answer, from 1
        (strongly disagree) to 5 (strongly agree). Everybody answers all ten.
    respondent_id, question, answer
        What these columns are called.

    Returns
    -------
    pandas.DataFrame
        One row, ``"SUS"``: `score` (mean), `se`, `lower`, `upper` (95 %), `respondents`. The mean
        of published studies is 68 (Sauro 2011); the score is no percentage.

    Raises
    ------
    TypeError, ValueError
        If a column is absent, a question has no number from 1 to 10, an answer is not 1 to 5, or
        somebody answered a question twice or not at all.

    Notes
    -----
    Brooke (1996), "SUS: a quick and dirty usability scale". Odd questions praise and count answer
    - 1, even ones blame and count 5 - answer; the sum is multiplied by 2.5.

    Examples
    --------
    >>> import pandas as pd
    >>> praise = pd.DataFrame({"respondent_id": [1] * 10 + [2] * 10,
    ...     "question": [f"sus{n}" for n in range(1, 11)] * 2, "answer": [5, 1] * 5 + [3] * 10})
    >>> sus(praise)["score"].tolist()
    [75.0]
    """
    import pandas as pd

    arguments.columns(answers, [respondent_id, question], "answers", empty=True)
    given = arguments.column(answers, answer, "answers", least=1, most=5, integral=True)
    number = pd.to_numeric(answers[question].astype(str).str.extract(r"(\d+)$")[0]).to_numpy()
    if not ((number >= 1) & (number <= _ITEMS)).all():
        at = int((~((number >= 1) & (number <= _ITEMS))).argmax())
        raise ValueError(
            f"answers: question {answers[question].iloc[at]!r} in row {at} has no number from 1 to "
            f"{_ITEMS}"
        )
    points = np.where(number % 2 == 1, given - 1, 5 - given)
    who = answers[respondent_id].to_numpy()
    table = pd.crosstab(who, number)
    odd = table.index[(table.shape[1] != _ITEMS) | (table.to_numpy() != 1).any(axis=1)]
    if len(odd):
        raise ValueError(
            f"answers: respondent {odd[0]} did not answer each of the {_ITEMS} questions once"
        )
    scores = pd.Series(points).groupby(who).sum() * 2.5
    mean, se = scores.mean(), scores.std(ddof=1) / np.sqrt(len(scores))
    return pd.DataFrame(
        {
            "score": mean,
            "se": se,
            "lower": mean - 1.96 * se,
            "upper": mean + 1.96 * se,
            "respondents": len(scores),
        },
        index=["SUS"],
    )


def find_time(
    events: frames.Native,
    *,
    target: str = "view",
    by: str | None = None,
    visit_id: str = "visit_id",
    event: str = "kind",
    happened_at: str = "at",
) -> pd.DataFrame:
    """How long visitors take to find goods: from a visit's first event to its first product.

    Parameters
    ----------
    events
        One row an event, in any order. Each visit's first event starts its clock.
    target
        The event that ends the search.
    by
        A column to split by, the same in all events of a visit.
    visit_id, event, happened_at
        What these columns are called in your table.

    Returns
    -------
    pandas.DataFrame
        One row, or one a value of `by`: `visits`, `found` (share of visits that got there), and
        `median` and `p90` seconds of those.

    Raises
    ------
    TypeError, ValueError
        If a column is absent, of the wrong type or holds missing values, or nobody got there.

    Examples
    --------
    >>> import pandas as pd
    >>> events = pd.DataFrame({
    ...     "visit_id": [1, 1, 2, 3, 3], "kind": ["land", "view", "land", "land", "view"],
    ...     "at": pd.Timestamp("2025-06-18") + pd.to_timedelta([0, 20, 60, 90, 130], unit="s"),
    ... })
    >>> find_time(events).round(2).values.tolist()
    [[3.0, 0.67, 30.0, 38.0]]
    """
    import pandas as pd

    columns = {
        "visit": frames.key(visit_id),
        "event": frames.key(event),
        "at": frames.time(happened_at),
        **({"by": frames.key(by)} if by else {}),
    }
    frame = frames.as_frame(events, columns=columns, name="events")
    group = ["visit", *(["by"] if by else [])]
    times = (
        frame.with_columns(there=nw.when(nw.col("event") == target).then(nw.col("at")))
        .group_by(group)
        .agg(nw.col("at").min(), nw.col("there").min())
        .sort(group)
        .collect("pandas")
        .to_native()
    )
    if not times["there"].notna().any():
        raise ValueError(f"no visit has the event {target!r}; name one that happens")
    times["seconds"] = (times["there"] - times["at"]).dt.total_seconds()
    label = times["by"] if by else pd.Series("all", index=times.index)
    groups = times.groupby(label.astype(object), observed=True)["seconds"]
    table = pd.DataFrame(
        {
            "visits": groups.size(),
            "found": groups.count() / groups.size(),
            "median": groups.median(),
            "p90": groups.quantile(0.9),
        }
    )
    return table.rename_axis(by)


def cart_abandonment(
    events: frames.Native,
    *,
    steps: tuple[str, ...] = ("cart", "checkout", "pay", "paid"),
    visit_id: str = "visit_id",
    event: str = "kind",
) -> pd.DataFrame:
    """How many filled carts are left, and how far each got on its way to the till.

    Parameters
    ----------
    events
        One row an event, in any order.
    steps
        The events from the filled cart to the paid order.
    visit_id, event
        What these columns are called in your table.

    Returns
    -------
    pandas.DataFrame
        One row a step, in order: `carts` (visits with a cart that got so far and no further) and
        `share` of all visits with a cart. The cart abandonment rate is 1 less the last row's share.

    Raises
    ------
    TypeError, ValueError
        If a column is absent or holds missing values, there are fewer than two steps, nobody filled
        a cart, or a visit has a later step without the cart: its events are incomplete.

    Examples
    --------
    >>> import pandas as pd
    >>> events = pd.DataFrame({"visit_id": [1, 1, 1, 1, 2, 3],
    ...                        "kind": ["cart", "checkout", "pay", "paid", "cart", "view"]})
    >>> cart_abandonment(events)["carts"].to_dict()
    {'cart': 1, 'checkout': 0, 'pay': 0, 'paid': 1}
    """
    import pandas as pd

    if isinstance(steps, str) or len(steps) < 2:
        raise ValueError(f"steps must name at least the cart and the paid order, not {steps!r}")
    frame = frames.as_frame(
        events, columns={"visit": frames.key(visit_id), "event": frames.key(event)}, name="events"
    )
    here = [
        nw.when(nw.col("event") == step).then(nw.lit(1)).otherwise(nw.lit(0)).alias(f"step{place}")
        for place, step in enumerate(steps)
    ]
    names = [f"step{place}" for place in range(len(steps))]
    visits = (
        frame.filter(nw.col("event").is_in(list(steps)))
        .with_columns(*here)
        .group_by("visit")
        .agg(*(nw.col(name).max() for name in names))
        .sort("visit")
        .collect("pandas")
        .to_native()
    )
    done = visits[names].to_numpy(dtype=int)
    lost = visits["visit"][(done[:, 0] == 0)]
    if len(lost):
        raise ValueError(
            f"events: {len(lost)} visits have a later step without {steps[0]!r} (the first is "
            f"visit {lost.iloc[0]}); every step needs the one before"
        )
    if not len(done):
        raise ValueError(f"events: no visit has {steps[0]!r}; nothing was put into a cart")
    furthest = (done * np.arange(len(steps))).max(axis=1)
    carts = np.bincount(furthest, minlength=len(steps))
    return pd.DataFrame(
        {"carts": carts, "share": carts / carts.sum()}, index=pd.Index(steps, name="step")
    )
