"""1.3 How consumers' habits change, and why (消费者行为变化)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import narwhals as nw
import numpy as np

from ecomlab import arguments, frames
from ecomlab import panel as panels

if TYPE_CHECKING:
    import pandas as pd


def behaviour_mix(
    visits: frames.Native,
    *,
    by: str | Sequence[str],
    every: str | None = None,
    outcome: str = "ordered",
    started_at: str = "started_at",
) -> frames.Native:
    """Where visits come from, and how many of each kind end in an order.

    Parameters
    ----------
    visits
        One row a visit, with its group and its outcome.
    by
        The column (or columns) to group by: the device, the scene.
    every
        ``"day"``, ``"week"`` (from Monday) or ``"month"``; over all visits if None.
    outcome, started_at
        What these columns are called: the outcome is a number or true/false; the time is read only
        for `every`.

    Returns
    -------
    The kind of table that came in
        One row a group (and period, its first instant in `period`), in order: the columns of `by`
        (labels as text), `visits`, `share` (of the period's visits), `orders` (the outcome's sum)
        and `rate` (orders ÷ visits; for orders by visit that is conversion).

    Raises
    ------
    TypeError, ValueError
        If a column is absent, of the wrong type or missing values; if `by` is empty, names a column
        twice or one of the result's; if `every` is unknown.

    Examples
    --------
    >>> import pandas as pd
    >>> visits = pd.DataFrame({"device": ["mobile"] * 3 + ["desktop"], "ordered": [1, 0, 0, 1]})
    >>> behaviour_mix(visits, by="device").round(2)
        device  visits  share  orders  rate
    0  desktop       1   0.25     1.0  1.00
    1   mobile       3   0.75     1.0  0.33
    """
    names = _checked_by(by)
    if every is not None:
        frames.check_every(every)
    groups = [f"group{place}" for place in range(len(names))]
    columns = {
        **dict(zip(groups, map(frames.key, names), strict=True)),
        "outcome": _outcome(outcome),
        **({"at": frames.time(started_at)} if every else {}),
    }
    frame = frames.as_frame(visits, columns=columns, name="visits")
    schema = frame.collect_schema()
    labels = [name for name in groups if schema[name] in (nw.Categorical, nw.Enum)]
    # Engines order labels differently: by their codes, or as text.
    frame = frame.with_columns(
        nw.col("outcome").cast(nw.Float64), *(nw.col(name).cast(nw.String) for name in labels)
    )
    # A period of all visits, where none is asked for: each row needs a total to be a share of.
    frame = (
        frames.with_start(frame, every, of="at", name="period")
        if every
        else frame.with_columns(period=nw.lit(0))
    )
    table = (
        frame.group_by("period", *groups)
        .agg(visits=nw.len(), orders=nw.col("outcome").sum())
        .with_columns(nw.col("visits").cast(nw.Int64))
        .with_columns(all=nw.col("visits").sum().over("period"))
        .with_columns(share=frames.ratio("visits", "all"), rate=frames.ratio("orders", "visits"))
        .sort("period", *groups)
        .select(*(["period"] if every else []), *groups, "visits", "share", "orders", "rate")
        .rename(dict(zip(groups, names, strict=True)))
    )
    return frames.like(table, visits)


def city_months(
    visits: pd.DataFrame, assignments: pd.DataFrame, *, factors: Sequence[str]
) -> pd.DataFrame:
    """The panel behind `drivers`: mobile share of each city and month, and what was at work there.

    Parameters
    ----------
    visits
        One row a visit: `city_id`, `started_at`, `device`.
    assignments
        The shop's assignments; those whose `experiment` is a factor say from which day on
        (`starts_on`) it was at work in which city (`unit_id`); where there is no row, never.
    factors
        Names of the factors.

    Returns
    -------
    pandas.DataFrame
        One row a city and month, in order: `city_id`, `month` (its first instant), `visits`,
        `mobile` (share of visits), and by factor the part of the month that it was at work, 0 .. 1.

    Raises
    ------
    TypeError, ValueError
        If a column is absent or missing a value, or a factor starts nowhere.

    Examples
    --------
    >>> import pandas as pd
    >>> day = pd.to_datetime(["2025-06-03", "2025-06-09"])
    >>> visits = pd.DataFrame(
    ...     {"city_id": 1, "started_at": day, "device": ["mobile", "desktop"]}
    ... )
    >>> starts = pd.DataFrame(
    ...     {"experiment": ["5g"], "unit_id": [1], "starts_on": [pd.Timestamp("2025-06-16")]}
    ... )
    >>> city_months(visits, starts, factors=["5g"])[["visits", "mobile", "5g"]]
       visits  mobile   5g
    0       2     0.5  0.5
    """
    import pandas as pd

    for name in ("city_id", "device"):
        arguments.labels(visits, name, "visits")
    for name in ("experiment", "unit_id", "starts_on"):
        arguments.labels(assignments, name, "assignments")
    mobile = visits.assign(mobile=visits["device"] == "mobile")
    months = behaviour_mix(mobile, by="city_id", every="month", outcome="mobile")
    panel = pd.DataFrame(
        {
            "city_id": months["city_id"],
            "month": months["period"],
            "visits": months["visits"],
            "mobile": months["rate"],
        }
    ).sort_values(["city_id", "month"], ignore_index=True)
    begins = panel["month"]
    ends = begins + pd.offsets.MonthBegin(1)
    for factor in factors:
        rows = assignments.loc[assignments["experiment"] == factor]
        if rows.empty:
            raise ValueError(f"assignments: factor {factor!r} starts nowhere; it has no row")
        start = panel["city_id"].map(rows.set_index("unit_id")["starts_on"])
        panel[factor] = ((ends - start) / (ends - begins)).clip(0, 1).fillna(0.0)
    return panel


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
    y = arguments.column(panel, outcome, "panel")
    x = np.column_stack([arguments.column(panel, name, "panel") for name in factors])
    city, month = (arguments.labels(panel, name, "panel") for name in (unit, period))
    _refuse_national(x, month, factors, period)
    fit = panels.least_squares(
        y,
        x,
        effects=[city, month],
        cluster=city,
        weights=None if weights is None else arguments.column(panel, weights, "panel"),
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


def _outcome(name: str) -> frames.Column:
    """A column of outcomes: numbers or true/false, none missing."""
    return frames.Column(
        name,
        "numbers or true/false",
        lambda dtype: dtype.is_numeric() or dtype == nw.Boolean,
        "every row needs one",
    )


def _checked_by(by: str | Sequence[str]) -> list[str]:
    names = [by] if isinstance(by, str) else list(by)
    if not names:
        raise ValueError("by is empty; name a column to group by, such as 'device'")
    if len(set(names)) < len(names):
        raise ValueError(f"by names a column twice: {names}")
    if taken := sorted({"period", "visits", "share", "orders", "rate"} & set(names)):
        raise ValueError(f"by names {taken[0]!r}, which the result has of its own; rename it first")
    return names


def _groups(table: frames.Native, by: str, outcome: str, name: str) -> pd.DataFrame:
    columns = {"group": frames.key(by), "value": _outcome(outcome)}
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
