"""What customers say of the service: expected against perceived, and the shop's rating."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ecomlab.arguments import column, day, labels

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd


def servqual(
    expected: pd.DataFrame,
    perceived: pd.DataFrame,
    *,
    respondent_id: str = "respondent_id",
    dimension: str = "question",
    answer: str = "answer",
) -> pd.DataFrame:
    """Where service falls short of what people expect.

    Parameters
    ----------
    expected, perceived
        One row a respondent and dimension, with the answer on one scale; the same respondents
        answer both.
    respondent_id, dimension, answer
        What these columns are called.

    Returns
    -------
    pandas.DataFrame
        By dimension, the widest gap first: `expected`, `perceived` (means), `gap` (perceived -
        expected; below 0 the service falls short), `se` (of the gap, by respondent), `lower`,
        `upper` (95 %), `respondents`.

    Raises
    ------
    TypeError, ValueError
        If a column is absent or faulty, someone answers a question twice or in one survey only, or
        fewer than two people answer it.

    Notes
    -----
    Parasuraman, Zeithaml and Berry (1988), Journal of Retailing 64, 12-40: tangibles, reliability,
    responsiveness, assurance, empathy.

    Examples
    --------
    >>> import pandas as pd
    >>> def answers(*points):
    ...     return pd.DataFrame({"respondent_id": [1, 2], "question": "empathy", "answer": points})
    >>> servqual(answers(6, 7), answers(5, 5))[["expected", "perceived", "gap"]]
              expected  perceived  gap
    question
    empathy        6.5        5.0 -1.5
    """
    import pandas as pd

    sides = []
    for table, name in ((expected, "expected"), (perceived, "perceived")):
        column(table, answer, name)
        for key in (respondent_id, dimension):
            labels(table, key, name)
        rows = table.set_index([respondent_id, dimension])[answer].astype(float)
        twice = rows.index.duplicated()
        if twice.any():
            who, what = rows.index[twice][0]
            raise ValueError(f"{name}: respondent {who} answers {what!r} twice")
        sides.append(rows)
    both = pd.concat(sides, axis=1, keys=["expected", "perceived"])
    alone = both.isna().any(axis=1)
    if alone.any():
        who, what = both.index[alone][0]
        raise ValueError(
            f"{alone.sum()} answers stand in one survey only, the first by respondent {who} on "
            f"{what!r}; a gap needs both"
        )
    both["gap"] = both["perceived"] - both["expected"]
    groups = both.groupby(level=1, observed=True)
    count = groups.size()
    if both.empty or (count < 2).any():
        raise ValueError("each dimension needs the answers of two respondents or more")
    found = groups.mean()
    found["se"] = groups["gap"].std() / np.sqrt(count)
    found["lower"] = found["gap"] - 1.96 * found["se"]
    found["upper"] = found["gap"] + 1.96 * found["se"]
    found["respondents"] = count
    return found.sort_values("gap").rename_axis(dimension)


def dsr(
    ratings: pd.DataFrame,
    *,
    as_of: date | str,
    customer_id: str = "customer_id",
    rated_at: str = "closed_at",
    score: str = "score",
) -> float:
    """A shop's rolling rating (店铺动态评分): a plain mean, and who counts in it.

    Parameters
    ----------
    ratings
        One row a rating: who, when, and 1 .. 5 points.
    as_of
        The six calendar months before this day's month count.
    customer_id, rated_at, score
        What these columns are called.

    Returns
    -------
    float
        1 .. 5. Of one customer at most three ratings a calendar month count, the first ones.

    Raises
    ------
    TypeError, ValueError
        If a column is absent or faulty, points lie outside 1 .. 5, or no rating is recent enough.

    Notes
    -----
    Chinese platforms show three such ratings: goods as described, service attitude, logistics. The
    limit of three keeps one customer from moving it; platforms change the details.

    Examples
    --------
    >>> import pandas as pd
    >>> ratings = pd.DataFrame({
    ...     "customer_id": [1, 1, 1, 1, 2], "score": [1, 1, 1, 1, 5],
    ...     "closed_at": pd.to_datetime(["2025-05-01"] * 4 + ["2025-05-09"]),
    ... })
    >>> dsr(ratings, as_of="2025-06-18")
    2.0
    """
    column(ratings, score, "ratings", least=1, most=5)
    for name in (customer_id, rated_at):
        labels(ratings, name, "ratings")
    until = day(as_of, "as_of").replace(day=1)
    last = 12 * until.year + until.month
    month = 12 * ratings[rated_at].dt.year + ratings[rated_at].dt.month
    recent = ratings.assign(_month=month)[(month < last) & (month >= last - 6)]
    if recent.empty:
        raise ValueError(f"no rating stands in the six calendar months before {until:%Y-%m}")
    recent = recent.sort_values(rated_at, kind="stable")
    counted = recent.groupby([customer_id, "_month"]).cumcount() < 3
    return float(recent.loc[counted, score].mean())
