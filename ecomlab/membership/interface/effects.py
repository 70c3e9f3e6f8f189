"""What a page change does to buying: loading time, features."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from ecomlab import frames

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]


def speed_effect(
    visits: frames.Native,
    *,
    delay: str = "delay",
    controls: Sequence[str] = ("device",),
    bought: str = "ordered",
    started_at: str = "started_at",
) -> pd.DataFrame:
    """What a tenth of a second costs: log-odds of buying per 100 ms, at equal device and hour.

    Parameters
    ----------
    visits
        One row a visit, from days on which pages were delayed at random.
    delay
        Column of the delay added at random (ms). The measured loading time in its place misleads:
        those who mean to buy load heavier pages, and busy days are slow days.
    controls
        Columns of labels to compare within; the hour of day always is.
    bought, started_at
        Columns: whether the visit ended in an order, and when it began.

    Returns
    -------
    pandas.DataFrame
        One row, ``"per 100 ms"``: `effect` (log-odds), `se`, `lower`, `upper` (95 %), `visits`,
        `orders`.

    Raises
    ------
    TypeError, ValueError
        If a column is absent or of the wrong type, the delay is the same for everybody, or all or
        none of the visits ended in an order.

    Notes
    -----
    Logistic regression over cells of equal delay, controls and hour. The effect is an average over
    all visitors: for one visitor it is larger (log-odds do not collapse: Gail, Wieand and
    Piantadosi 1984, Biometrika 71, 431-444).

    Examples
    --------
    >>> import pandas as pd
    >>> visits = pd.DataFrame({
    ...     "delay": [0] * 100 + [1000] * 100, "device": "mobile",
    ...     "ordered": [True] * 50 + [False] * 50 + [True] * 40 + [False] * 60,
    ...     "started_at": pd.Timestamp("2025-03-01 20:15"),
    ... })
    >>> speed_effect(visits)["effect"].round(4).tolist()
    [-0.0405]
    """
    import pandas as pd

    names = {f"control{place}": name for place, name in enumerate(controls)}
    frame = frames.as_frame(
        visits,
        columns={
            "delay": frames.key(delay),
            "bought": frames.key(bought),
            "at": frames.time(started_at),
            **{own: frames.key(name) for own, name in names.items()},
        },
        name="visits",
    )
    cells = (
        frame.with_columns(
            nw.col("delay").cast(nw.Float64),
            nw.col("bought").cast(nw.Int64),
            hour=nw.col("at").dt.hour(),
        )
        .group_by("delay", *names, "hour")
        .agg(visits=nw.len(), orders=nw.col("bought").sum())
    )
    table = cells.sort("delay", *names, "hour").collect("pandas").to_native()
    if table["delay"].nunique() < 2:
        raise ValueError(f"visits: column {delay!r} is the same for everybody; it must vary")
    count, orders = table["visits"].sum(), table["orders"].sum()
    if not 0 < orders < count:
        raise ValueError(f"visits: {orders} of {count} ended in an order; some must, and some not")
    levels = [pd.get_dummies(table[name], drop_first=True) for name in [*names, "hour"]]
    x = pd.concat([table["delay"] / 100, *levels], axis=1).to_numpy(dtype=float)
    effect, se = _logit(table["orders"].to_numpy(float), table["visits"].to_numpy(float), x)
    return pd.DataFrame(
        {
            "effect": effect,
            "se": se,
            "lower": effect - 1.96 * se,
            "upper": effect + 1.96 * se,
            "visits": int(count),
            "orders": int(orders),
        },
        index=["per 100 ms"],
    )


def feature_effect(
    visits: frames.Native,
    feature: str,
    *,
    customer_id: str = "customer_id",
    bought: str = "ordered",
) -> pd.DataFrame:
    """What a page feature does to conversion, from its A/B test (intention to treat).

    Parameters
    ----------
    visits
        One row a visit of the test's days.
    feature
        Column of the arm: 1 for visits of customers who were offered the feature, 0 for the
        others. Not whether they used it: those who use a filter came to buy.
    customer_id, bought
        Columns: whose visit, and whether it ended in an order.

    Returns
    -------
    pandas.DataFrame
        One row, named as the feature: `control`, `offered` (orders per visit), `lift` (relative),
        `se`, `lower`, `upper` (of the lift, 95 %), `customers`.

    Raises
    ------
    TypeError, ValueError
        If a column is absent, an arm is not 0 or 1, a customer is in both arms, or an arm is empty
        or without orders.

    Notes
    -----
    Customers were drawn, and visits of one customer hang together: the ratio's error is that of
    sums over customers (delta method; Deng, Knoblich and Lu 2018, KDD).

    Examples
    --------
    >>> import pandas as pd
    >>> visits = pd.DataFrame({
    ...     "customer_id": [1, 1, 2, 3, 3, 4], "filter": [0, 0, 0, 1, 1, 1],
    ...     "ordered": [True, False, False, True, True, False],
    ... })
    >>> found = feature_effect(visits, "filter")
    >>> found[["control", "offered", "lift"]].round(3).values.tolist()
    [[0.333, 0.667, 1.0]]
    """
    import pandas as pd

    frame = frames.as_frame(
        visits,
        columns={
            "who": frames.key(customer_id),
            "arm": frames.key(feature),
            "bought": frames.key(bought),
        },
        name="visits",
    ).with_columns(nw.col("arm").cast(nw.Int64), nw.col("bought").cast(nw.Int64))
    people = (
        frame.group_by("who", "arm")
        .agg(visits=nw.len(), orders=nw.col("bought").sum())
        .sort("who", "arm")
        .collect("pandas")
        .to_native()
    )
    arms = sorted(people["arm"].unique())
    if arms != [0, 1]:
        raise ValueError(f"visits: column {feature!r} holds the arms {arms}; they must be 0 and 1")
    if people["who"].duplicated().any():
        twice = people.loc[people["who"].duplicated(), "who"].iloc[0]
        raise ValueError(f"visits: customer {twice} is in both arms; each belongs to one")
    rates, parts = [], []
    for arm in (0, 1):
        mine = people[people["arm"] == arm]
        rate = mine["orders"].sum() / mine["visits"].sum()
        if not rate > 0:
            raise ValueError(f"visits: nobody bought in arm {arm}; a lift needs orders in both")
        residual = mine["orders"] - rate * mine["visits"]
        parts.append((residual**2).sum() / mine["visits"].sum() ** 2 / rate**2)
        rates.append(rate)
    lift = rates[1] / rates[0] - 1
    se = (1 + lift) * float(np.sqrt(sum(parts)))
    return pd.DataFrame(
        {
            "control": rates[0],
            "offered": rates[1],
            "lift": lift,
            "se": se,
            "lower": lift - 1.96 * se,
            "upper": lift + 1.96 * se,
            "customers": len(people),
        },
        index=[feature],
    )


def _logit(successes: Floats, trials: Floats, x: Floats) -> tuple[float, float]:
    """Coefficient of the first column and its standard error, by Newton's method."""
    z = np.column_stack([x, np.ones(len(x))])
    share = successes.sum() / trials.sum()
    beta = np.zeros(z.shape[1])
    beta[-1] = np.log(share / (1 - share))
    for _ in range(50):
        p = 1 / (1 + np.exp(-(z @ beta)))
        information = z.T @ ((trials * p * (1 - p))[:, None] * z)
        step = np.linalg.lstsq(information, z.T @ (successes - trials * p), rcond=None)[0]
        beta += step
        if np.abs(step).max() < 1e-10:
            return float(beta[0]), float(np.sqrt(np.linalg.pinv(information)[0, 0]))
    raise ValueError("the estimate does not settle; do some cells never buy, or always?")
