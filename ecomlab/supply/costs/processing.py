"""The way of an order through the warehouse: time and cost by step, and the bottleneck."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ecomlab.arguments import amount, amounts, columns
from ecomlab.style import COLOURS, say

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class ProcessReport:
    """Steps of a process.

    Attributes
    ----------
    steps
        By step in order: `orders`, `minutes` (mean), `p90` (minutes that nine of ten stay under),
        `wait` (mean minutes since the step before), `cost` (mean CNY), `workers`, and `per_hour`
        (orders that the workers can do in an hour; missing for steps that carry many at once).
    bottleneck
        The step with the lowest `per_hour`: the process gives no more than it does.
    """

    steps: pd.DataFrame
    bottleneck: str

    @property
    def per_hour(self) -> float:
        """Orders an hour that the whole process can do."""
        return float(self.steps.loc[self.bottleneck, "per_hour"])

    def plot(self, ax: Axes | None = None) -> Axes:
        """Orders an hour by step, the bottleneck coloured."""
        import matplotlib.pyplot as plt

        from ecomlab.terms import heading

        if ax is None:
            ax = plt.figure().add_subplot()
        shown = self.steps["per_hour"].dropna()

        colour = [COLOURS[1] if step == self.bottleneck else COLOURS[0] for step in shown.index]
        ax.bar([heading(step) for step in shown.index], shown, color=colour)
        ax.grid(axis="x", visible=False)
        ax.set_ylabel(say(en="orders an hour", zh="每小时可处理订单数"))
        title = say(
            en=f"The bottleneck is {heading(self.bottleneck)}: {self.per_hour:.1f} orders an hour",
            zh=f"瓶颈是{heading(self.bottleneck)}：每小时 {self.per_hour:.1f} 单",
        )
        ax.set_title(title, loc="left")
        return ax

    def _repr_html_(self) -> str:
        from ecomlab.terms import heading, speak

        return str(speak(self.steps.rename(index=heading)).round(2).to_html())


def process(
    log: Any,
    *,
    workers: Mapping[str, int] | None = None,
    together: Collection[str] = ("line_haul", "last_mile"),
) -> ProcessReport:
    """Time and cost of each step, and which step limits the whole.

    The longest step need not be the bottleneck: a lorry takes a day, but carries a thousand
    parcels. What counts is how many orders an hour the people at a step can do.

    Parameters
    ----------
    log
        One row a step of an order: `order_id`, `step`, `started_at`, `ended_at`, `cost` (CNY).
    workers
        People at each step; one unless given.
    together
        Steps that carry many orders at once, and so do not limit how many pass.

    Returns
    -------
    ProcessReport

    Raises
    ------
    TypeError, ValueError
        If a column is absent or holds no times, a step ends before it starts (naming the row), a
        step of `workers` is not in the log, or no step can be the bottleneck.

    Examples
    --------
    >>> import pandas as pd
    >>> at = pd.Timestamp("2025-03-01 09:00")
    >>> minutes = pd.to_timedelta([0, 6, 6, 10], unit="min")
    >>> log = pd.DataFrame({"order_id": 1, "step": ["pick", "pack"], "cost": [1.0, 0.5],
    ...     "started_at": [at, at + minutes[1]], "ended_at": [at + minutes[1], at + minutes[3]]})
    >>> process(log).bottleneck, process(log, workers={"pick": 2}).bottleneck
    ('pick', 'pack')
    """
    import pandas as pd

    columns(log, ["order_id", "step", "started_at", "ended_at", "cost"], "log")
    for name in ("started_at", "ended_at"):
        if not pd.api.types.is_datetime64_any_dtype(log[name]):
            raise TypeError(f"log: column {name!r} holds {log[name].dtype}; times are needed")
    wrong = ~(log["ended_at"] >= log["started_at"]).to_numpy()
    if wrong.any():
        row = int(np.argmax(wrong))
        raise ValueError(f"log: row {row} ends before it starts, or has no time")
    minute = pd.Timedelta(minutes=1)
    frame = pd.DataFrame(
        {
            "order_id": log["order_id"].to_numpy(),
            "step": log["step"].astype(str).to_numpy(),
            "start": log["started_at"].to_numpy(),
            "end": log["ended_at"].to_numpy(),
            "minutes": ((log["ended_at"] - log["started_at"]) / minute).to_numpy(),
            "cost": amounts(log["cost"], "log: cost", least=0),
        }
    ).sort_values(["order_id", "start"], kind="stable")
    before = frame.groupby("order_id")["end"].shift()
    frame["wait"] = ((frame["start"] - before) / minute).clip(lower=0)
    frame["place"] = frame.groupby("order_id").cumcount()
    groups = frame.groupby("step")
    steps = pd.DataFrame(
        {
            "orders": groups["order_id"].nunique(),
            "minutes": groups["minutes"].mean(),
            "p90": groups["minutes"].quantile(0.9),
            "wait": groups["wait"].mean().fillna(0.0),
            "cost": groups["cost"].mean(),
        }
    ).loc[groups["place"].mean().sort_values(kind="stable").index]
    there = {step: 1 for step in steps.index}
    for step, count in (workers or {}).items():
        if step not in there:
            raise ValueError(f"workers names step {step!r}; the log has {', '.join(there)}")
        there[step] = int(amount(count, f"the workers at {step!r}", least=1))
    steps["workers"] = pd.Series(there)
    able = ~steps.index.isin(list(together)) & (steps["minutes"] > 0)
    steps["per_hour"] = (60 * steps["workers"] / steps["minutes"]).where(able)
    if steps["per_hour"].isna().all():
        raise ValueError("no step of the log takes time and handles orders one by one")
    return ProcessReport(steps, str(steps["per_hour"].idxmin()))
