"""1.3 How consumers' habits change, and why (消费者行为变化)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import narwhals as nw
import numpy as np

from ecomlab import frames
from ecomlab import panel as panels

if TYPE_CHECKING:
    import pandas as pd


def drivers(
    panel: pd.DataFrame,
    *,
    outcome: str,
    factors: Sequence[str],
    unit: str = "city_id",
    period: str = "month",
    weights: str | None = None,
) -> pd.DataFrame:
    """Which changes moved an outcome: factors that reached some cities before others.

    Parameters
    ----------
    panel
        One row a city and month: the outcome (a share, say), and for each factor how much of the
        month it was at work there, 0 .. 1.
    outcome, factors, unit, period
        What these columns are called.
    weights
        A column of what each row rests on (visits); rows count alike if None.

    Returns
    -------
    pandas.DataFrame
        By factor: `effect` (in the outcome's unit), `se`, `lower`, `upper` (95 %).

    Raises
    ------
    TypeError, ValueError
        If a column is absent or faulty, or a factor does not differ between cities in any month: a
        national change cannot be told from everything else that happened that month.

    Notes
    -----
    Two-way fixed effects, errors by city (Liang and Zeger 1986). It needs the factor to come to
    cities for reasons of its own, not because the outcome was about to change there.

    Examples
    --------
    >>> import pandas as pd
    >>> months = pd.DataFrame({
    ...     "city_id": [1, 1, 1, 2, 2, 2], "month": [1, 2, 3] * 2,
    ...     "mobile": [0.50, 0.56, 0.57, 0.40, 0.41, 0.47], "5g": [0, 1, 1, 0, 0, 1],
    ... })
    >>> drivers(months, outcome="mobile", factors=["5g"])["effect"].round(3).tolist()
    [0.05]
    """
    import pandas as pd

    if isinstance(factors, str) or not factors:
        raise ValueError(f"factors must be a list of columns, not {factors!r}")
    y = panels.column(panel, outcome, "panel")
    x = np.column_stack([panels.column(panel, name, "panel") for name in factors])
    city, month = (panels.labels(panel, name, "panel") for name in (unit, period))
    _refuse_national(x, month, factors, period)
    fit = panels.least_squares(
        y,
        x,
        effects=[city, month],
        cluster=city,
        weights=None if weights is None else panels.column(panel, weights, "panel"),
    )
    return pd.DataFrame(
        {
            "effect": fit.coef,
            "se": fit.se,
            "lower": fit.coef - 1.96 * fit.se,
            "upper": fit.coef + 1.96 * fit.se,
        },
        index=pd.Index(factors, name="factor"),
    )


def mix_and_rate(
    before: frames.Native, after: frames.Native, *, by: str, outcome: str = "ordered"
) -> pd.DataFrame:
    """Split the change of a mean into who came (结构效应) and how they behaved (比率效应).

    Parameters
    ----------
    before, after
        One row a visit (or person) of each time: a group and an outcome (a number, or true/false).
    by, outcome
        Columns: the group, such as the device, and the outcome.

    Returns
    -------
    pandas.DataFrame
        By group, and ``"all"`` last: `share_before`, `share_after`, `rate_before`, `rate_after`,
        `mix`, `rate`, `total` = mix + rate, in the outcome's unit. The rows add up to ``"all"``,
        which is the change of the mean, exactly. A group that is there at one time only has its
        known rate at both: that it came or went is mix.

    Raises
    ------
    TypeError, ValueError
        If a column is absent, missing a value, or a table is empty.

    Notes
    -----
    Kitagawa (1955), Journal of the American Statistical Association 50, 1168-1194, in its
    symmetric form: each effect is taken at the mean of the other's two levels.

    Examples
    --------
    >>> import pandas as pd
    >>> web, app = {"device": "web", "ordered": 0}, {"device": "app", "ordered": 1}
    >>> before = pd.DataFrame([app, web, web, web])
    >>> after = pd.DataFrame([app, app, app, {"device": "app", "ordered": 0}])
    >>> mix_and_rate(before, after, by="device").loc["all", ["mix", "rate", "total"]].tolist()
    [0.65625, -0.15625, 0.5]
    """
    import pandas as pd

    sides = [
        _groups(table, by, outcome, name) for table, name in ((before, "before"), (after, "after"))
    ]
    table = pd.concat(sides, axis=1, keys=["before", "after"]).sort_index()
    size = table.xs("size", axis=1, level=1).fillna(0)
    rate = table.xs("mean", axis=1, level=1)
    rate = rate.fillna({"before": rate["after"], "after": rate["before"]})
    share = size / size.sum()
    found = pd.DataFrame(
        {
            "share_before": share["before"],
            "share_after": share["after"],
            "rate_before": rate["before"],
            "rate_after": rate["after"],
            "mix": (share["after"] - share["before"]) * rate.mean(axis=1),
            "rate": (rate["after"] - rate["before"]) * share.mean(axis=1),
        }
    )
    total = found.sum()
    total[["rate_before", "rate_after"]] = (share * rate).sum().to_numpy()
    found.index = found.index.astype(object)
    found.loc["all"] = total
    found["total"] = found["mix"] + found["rate"]
    return found.rename_axis(by)


def _groups(table: frames.Native, by: str, outcome: str, name: str) -> pd.DataFrame:
    columns = {"group": frames.key(by), "value": frames.key(outcome)}
    frame = frames.as_frame(table, columns=columns, name=name)
    means = (
        frame.with_columns(nw.col("value").cast(nw.Float64))
        .group_by("group")
        .agg(size=nw.len(), total=nw.col("value").sum())
        .collect("pandas")
        .to_native()
    )
    if means.empty:
        raise ValueError(f"{name} has no rows; there is nothing to compare")
    means.index = means["group"].astype(str)
    return means.assign(mean=means["total"] / means["size"])[["size", "mean"]].astype(float)


def _refuse_national(x: np.ndarray, month: np.ndarray, factors: Sequence[str], period: str) -> None:
    for name, values in zip(factors, x.T, strict=True):
        mean = np.bincount(month, values) / np.bincount(month)
        if np.abs(values - mean[month]).max() < 1e-12:
            raise ValueError(
                f"panel: factor {name!r} is the same everywhere in each {period}; a national "
                f"change cannot be told from all else that happened in that {period}"
            )
