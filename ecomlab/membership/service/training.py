"""What training does to the time a chat takes, net of who was sent to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ecomlab import panel
from ecomlab.arguments import column, labels

if TYPE_CHECKING:
    import pandas as pd


def training_effect(tickets: pd.DataFrame, assignments: pd.DataFrame) -> pd.DataFrame:
    """What training does to handle time: each agent before and after, against the others.

    Trained minus untrained misleads: those who needed it were sent. What an agent was before is
    therefore taken out, and so is what changed for everybody in a month.

    Parameters
    ----------
    tickets
        One row a chat: `agent_id`, `opened_at`, `handle` (seconds, > 0), `after_sale`.
    assignments
        The shop's assignments; those of experiment ``"training"`` say who is trained from when
        (`unit_id`, `starts_on`).

    Returns
    -------
    pandas.DataFrame
        One row, ``"training"``: `effect` on log handle time, `se`, `lower`, `upper` (95 %), `rate`
        (the change in per cent / 100), `agents`, `trained`, `tickets`.

    Raises
    ------
    TypeError, ValueError
        If a column is absent or faulty, a handle time is not above 0, nobody was trained, or no
        trained agent has chats both before and after.

    Notes
    -----
    Two-way fixed effects, errors by agent. As the effect is the same for each wave and lasts, the
    early trained are fair comparisons for the late (Goodman-Bacon 2021, Journal of Econometrics
    225, 254-277, tells when they are not).

    Examples
    --------
    >>> import pandas as pd
    >>> days = pd.to_datetime(["2025-01-10", "2025-02-10"])
    >>> tickets = pd.DataFrame({
    ...     "agent_id": [1, 1, 2, 2], "opened_at": [*days, *days], "after_sale": False,
    ...     "handle": [300.0, 150.0, 200.0, 200.0],
    ... })
    >>> sent = pd.DataFrame(
    ...     {"experiment": ["training"], "unit_id": [1], "starts_on": [pd.Timestamp("2025-02-01")]}
    ... )
    >>> training_effect(tickets, sent)["rate"].round(3).tolist()
    [-0.5]
    """
    import pandas as pd

    handle = column(tickets, "handle", "tickets", above=0, unit="seconds")
    agent = labels(tickets, "agent_id", "tickets")
    labels(tickets, "opened_at", "tickets")
    for name in ("experiment", "unit_id", "starts_on"):
        labels(assignments, name, "assignments")
    sent = assignments.loc[assignments["experiment"] == "training"].set_index("unit_id")
    if sent.empty:
        raise ValueError("assignments: nobody was trained; experiment 'training' has no row")
    start = tickets["agent_id"].map(sent["starts_on"])
    trained = (tickets["opened_at"] >= start).to_numpy()
    month = tickets["opened_at"].dt.year * 12 + tickets["opened_at"].dt.month
    after_sale = column(tickets, "after_sale", "tickets")
    x = np.column_stack([trained, after_sale] if after_sale.any() else [trained]).astype(float)
    try:
        fit = panel.least_squares(np.log(handle), x, effects=[agent, month], cluster=agent)
    except ValueError as error:
        raise ValueError(
            f"tickets do not tell training from agents and months ({error}); some trained agents "
            "need chats before and after, and others must be untrained meanwhile"
        ) from None
    effect, se = float(fit.coef[0]), float(fit.se[0])
    return pd.DataFrame(
        {
            "effect": effect,
            "se": se,
            "lower": effect - 1.96 * se,
            "upper": effect + 1.96 * se,
            "rate": float(np.expm1(effect)),
            "agents": fit.clusters,
            "trained": len(sent),
            "tickets": fit.rows,
        },
        index=["training"],
    )
