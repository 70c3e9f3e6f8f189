"""What was promised to customers who ask, and what they found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ecomlab.arguments import amount, column, labels

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Standard:
    """A service standard: times, and the share of chats that must keep them.

    Attributes
    ----------
    first_reply
        Seconds until the first reply.
    resolved
        Seconds from opening to closing.
    score
        Satisfaction that counts as satisfied, 1 .. 5.
    share
        Share of chats that must keep each of them, above 0 and at most 1.

    Examples
    --------
    >>> Standard(share=80)
    Traceback (most recent call last):
    ...
    ValueError: share is 80; it must be above 0 and at most 1 (a share, such as 0.8)
    """

    first_reply: float = 30.0
    resolved: float = 1_200.0
    score: float = 4.0
    share: float = 0.80

    def __post_init__(self) -> None:
        for name in ("first_reply", "resolved"):
            amount(getattr(self, name), name, above=0, unit="seconds")
        amount(self.score, "score", least=1, most=5)
        amount(self.share, "share", above=0, most=1, unit="a share, such as 0.8")


def service_report(
    tickets: pd.DataFrame, standard: Standard | None = None, *, by: str | None = None
) -> pd.DataFrame:
    """How chats were served, against a standard.

    Parameters
    ----------
    tickets
        One row a chat: `opened_at`, `replied_at`, `closed_at`, `score` (1 .. 5), `after_sale` and
        `ordered` (true/false).
    standard
        The promise; ``Standard()`` if None.
    by
        A column to split by, such as `agent_id`; one row ``"all"`` if None.

    Returns
    -------
    pandas.DataFrame
        By group: `chats`; `first_reply` (mean seconds, 首次响应时长) and `replied_in_time` (with 30
        seconds that is 30秒响应率); `resolution` (mean seconds) and `resolved_in_time`; `score`
        (mean) and `satisfied` (share); `inquiries` (chats before an order) and
        `inquiry_conversion` (询单转化率: the share of them that order; missing where there are
        none); `kept`: whether each of the three shares is at least the promised one.

    Raises
    ------
    TypeError, ValueError
        If a column is absent or faulty, there are no chats, or one is answered before it was opened
        or closed before it was answered.

    Examples
    --------
    >>> import pandas as pd
    >>> at = pd.Timestamp("2025-06-18 20:00")
    >>> tickets = pd.DataFrame({
    ...     "opened_at": at, "replied_at": at + pd.to_timedelta([10, 50], unit="s"),
    ...     "closed_at": at + pd.Timedelta("9min"), "score": [5, 4], "after_sale": [False, True],
    ...     "ordered": True,
    ... })
    >>> service_report(tickets)[["first_reply", "replied_in_time", "inquiry_conversion"]]
         first_reply  replied_in_time  inquiry_conversion
    all         30.0              0.5                 1.0
    """
    import pandas as pd

    promised = standard or Standard()
    for name in ("opened_at", "replied_at", "closed_at"):
        labels(tickets, name, "tickets")
        if not pd.api.types.is_datetime64_any_dtype(tickets[name]):
            raise TypeError(
                f"tickets: column {name!r} holds {tickets[name].dtype}; times are needed"
            )
    if tickets.empty:
        raise ValueError("tickets has no rows; there is nothing to report")
    score = column(tickets, "score", "tickets")
    after_sale, ordered = (
        column(tickets, name, "tickets") > 0 for name in ("after_sale", "ordered")
    )
    reply = _seconds(tickets, "opened_at", "replied_at")
    whole = reply + _seconds(tickets, "replied_at", "closed_at")
    if by is None:
        group = pd.Series("all", index=tickets.index)
    else:
        labels(tickets, by, "tickets")
        group = tickets[by]
    rows = pd.DataFrame(
        {
            "first_reply": reply,
            "replied_in_time": reply <= promised.first_reply,
            "resolution": whole,
            "resolved_in_time": whole <= promised.resolved,
            "score": score,
            "satisfied": score >= promised.score,
            "inquiry_conversion": np.where(after_sale, np.nan, ordered),
        },
        index=group,
        dtype=float,
    ).groupby(level=0, observed=True)
    found = rows.mean()
    found.insert(0, "chats", rows.size())
    found.insert(len(found.columns) - 1, "inquiries", rows["inquiry_conversion"].count())
    kept = found[["replied_in_time", "resolved_in_time", "satisfied"]]
    found["kept"] = (kept >= promised.share).all(axis=1)
    return found.rename_axis(by)


def _seconds(tickets: pd.DataFrame, start: str, end: str) -> np.ndarray:
    """Seconds from one moment to the next; what runs backwards is named."""
    seconds = (tickets[end] - tickets[start]).dt.total_seconds().to_numpy()
    if (seconds < 0).any():
        raise ValueError(
            f"tickets: {(seconds < 0).sum()} chats have {end!r} before {start!r}, first in row "
            f"{int(np.argmax(seconds < 0))}; moments must be in order"
        )
    return seconds
