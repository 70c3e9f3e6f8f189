"""3.3 Offline events that lead to online sales (线下活动引流)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ecomlab.arguments import column, labels, refuse
from ecomlab.style import COLOURS, say

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]
_SHUFFLES = 5_000


@dataclass(frozen=True, repr=False)
class DiffInDiff:
    """How much more the treated changed than the others.

    Attributes
    ----------
    effect, se, lower, upper
        The difference of differences, its standard error and 95 % interval, in the outcome's unit.
    p
        Share of random reassignments of treatment that give as large an effect.
    changes
        Each cluster's change from before to after, with whether it was treated.
    """

    effect: float
    se: float
    lower: float
    upper: float
    p: float
    changes: pd.DataFrame

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw each cluster's change, treated and others, with their means."""
        import matplotlib.pyplot as plt

        if ax is None:
            ax = plt.figure().add_subplot()
        names = (say(en="others", zh="对照"), say(en="treated", zh="处理"))
        for place in range(2):
            part = self.changes.loc[self.changes["treated"] == bool(place), "change"]
            # Spread by rank, so that no two points hide each other and no chance enters a picture.
            at = place + np.linspace(-0.2, 0.2, len(part))
            ax.scatter(at, part.sort_values(), color=COLOURS[place], s=18)
            ax.hlines(part.mean(), place - 0.3, place + 0.3, color=COLOURS[place])
        ax.set(
            xticks=[0, 1],
            xticklabels=names,
            ylabel=say(en="change, after less before", zh="变化（后减前）"),
            title=say(
                en=f"The treated changed by {self.effect:+.3g} more than the others",
                zh=f"处理组的变化比对照组多 {self.effect:+.3g}",
            ),
        )
        return ax

    def __repr__(self) -> str:
        return (
            f"DiffInDiff(effect={self.effect:.4g}, se={self.se:.4g}, lower={self.lower:.4g}, "
            f"upper={self.upper:.4g}, p={self.p:.4g})"
        )

    def _repr_html_(self) -> str:
        rows = {
            say(en="effect", zh="效应"): f"{self.effect:.4g}",
            say(en="95 % interval", zh="95% 区间"): f"{self.lower:.4g} … {self.upper:.4g}",
            say(en="permutation p", zh="置换检验 p 值"): f"{self.p:.3g}",
        }
        body = "".join(f"<tr><th>{name}</th><td>{text}</td></tr>" for name, text in rows.items())
        return f"<table>{body}</table>"


def diff_in_diff(
    panel: pd.DataFrame, *, treated: str, after: str, cluster: str, outcome: str = "outcome"
) -> DiffInDiff:
    """Difference in differences: what the treated gained beyond what the others gained.

    Parameters
    ----------
    panel
        One row a unit and period.
    treated, after
        Columns of true or false (or 1 and 0): whether the row's cluster is treated at all, and
        whether the period lies after the start.
    cluster
        Column of the units that were treated as a whole (cities); each counts once, however many
        rows it has, as rows of one city are not independent.
    outcome
        Column of the outcome; its logarithm makes the effect a rate of change.

    Returns
    -------
    DiffInDiff
        With a 95 % interval by Welch's t, and a permutation p.

    Raises
    ------
    TypeError, ValueError
        If a column is absent or faulty, a cluster is treated in part, lacks rows before or after,
        or there are fewer than two clusters on a side.

    Notes
    -----
    Each cluster is first averaged over its periods before and after (Bertrand, Duflo and
    Mullainathan 2004, Quarterly Journal of Economics 119, 249-275). It is unbiased if the treated
    would have changed as the others did; drawing them at random sees to that.

    Examples
    --------
    >>> import pandas as pd
    >>> visits = pd.DataFrame({
    ...     "city": ["A", "A", "B", "B", "C", "C", "D", "D"],
    ...     "late": [0, 1] * 4, "event": [1] * 4 + [0] * 4,
    ...     "outcome": [5.0, 9.0, 2.0, 7.0, 4.0, 5.0, 8.0, 10.0],
    ... })
    >>> diff_in_diff(visits, treated="event", after="late", cluster="city").effect
    3.0
    """
    import pandas as pd
    from scipy import stats

    values = column(panel, outcome, "panel")
    late, exposed = _flags(panel, after), _flags(panel, treated)
    labels(panel, cluster, "panel")
    rows = pd.DataFrame(
        {"cluster": panel[cluster].to_numpy(), "late": late, "treated": exposed, "y": values}
    )
    mixed = rows.groupby("cluster")["treated"].nunique()
    if (mixed > 1).any():
        raise ValueError(
            f"panel: {cluster} {mixed.index[mixed > 1][0]!r} is treated in some rows and not in "
            f"others; column {treated!r} says whether it is treated at all"
        )
    means = rows.pivot_table(index="cluster", columns="late", values="y")
    if set(means.columns) != {False, True} or means.isna().any(axis=None):
        raise ValueError(f"panel: every {cluster} needs rows before and after the start")
    change = (means[True] - means[False]).to_numpy()
    is_treated = rows.groupby("cluster")["treated"].first().to_numpy()
    sides = change[is_treated], change[~is_treated]
    if min(map(len, sides)) < 2:
        raise ValueError(
            f"panel: {len(sides[0])} treated and {len(sides[1])} other values of {cluster!r}; "
            "at least two of each are needed"
        )
    effect = float(sides[0].mean() - sides[1].mean())
    parts = np.array([side.var(ddof=1) / len(side) for side in sides])
    se = float(np.sqrt(parts.sum()))
    freedom = parts.sum() ** 2 / (parts**2 / [len(side) - 1 for side in sides]).sum() if se else 1.0
    margin = float(stats.t.ppf(0.975, freedom)) * se
    return DiffInDiff(
        effect,
        se,
        effect - margin,
        effect + margin,
        _permuted(change, is_treated, effect),
        pd.DataFrame({"treated": is_treated, "change": change}, index=means.index.rename(cluster)),
    )


def _permuted(change: Floats, treated: NDArray[np.bool_], effect: float) -> float:
    """Share of reassignments with as large an effect (the true one counted); a fixed seed."""
    draws = np.random.default_rng(0).random((_SHUFFLES, len(change))).argsort(axis=1)
    chosen = change[draws[:, : treated.sum()]].sum(axis=1)
    n, k = len(change), int(treated.sum())
    others = (change.sum() - chosen) / (n - k)
    as_large = np.abs(chosen / k - others) >= abs(effect) - 1e-12
    return float((as_large.sum() + 1) / (_SHUFFLES + 1))


def _flags(panel: pd.DataFrame, name: str) -> NDArray[np.bool_]:
    values = column(panel, name, "panel")
    wrong = ~np.isin(values, (0, 1))
    refuse(wrong, panel[name], f"panel: {name!r}", "it must be true or false")
    return values.astype(bool)
