"""Section 4.2: training is judged by each agent's own before and after."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ecomlab.membership.service import training_effect


def chats(effect: float = -0.3, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two thirds of 24 agents are sent, the slow ones, in four waves drawn at random."""
    rng = np.random.default_rng(seed)
    skill = np.sort(rng.normal(0, 0.25, 24))
    sent = np.arange(8, 24)
    start = pd.Timestamp("2024-05-01") + pd.to_timedelta(70 * (rng.permutation(16) % 4), unit="D")
    agent = rng.integers(0, 24, 12_000)
    day = rng.integers(0, 600, 12_000)
    opened = pd.Timestamp("2024-01-01") + pd.to_timedelta(day, unit="D")
    begins = pd.Series(start, index=sent).reindex(agent).to_numpy()
    trained = opened.to_numpy() >= begins
    after = rng.random(12_000) < 0.4
    log = 5.5 + skill[agent] + effect * trained + 0.25 * after + 1e-4 * day
    handle = np.exp(log + 0.5 * rng.normal(size=12_000))
    tickets = pd.DataFrame(
        {"agent_id": agent, "opened_at": opened, "handle": handle, "after_sale": after}
    )
    return tickets, pd.DataFrame({"experiment": "training", "unit_id": sent, "starts_on": start})


def test_the_effect_is_recovered_where_the_raw_gap_has_the_wrong_sign():
    tickets, sent = chats()
    found = training_effect(tickets, sent).loc["training"]
    assert found["effect"] == pytest.approx(-0.3, abs=3.5 * found["se"])
    assert found["se"] < 0.03
    late = tickets[tickets["opened_at"] > "2025-02-01"]
    was_sent = late["agent_id"].isin(sent["unit_id"])
    raw = np.log(late["handle"]).groupby(was_sent).mean()
    assert raw[True] - raw[False] > found["upper"]


def test_intervals_cover():
    inside = sum(
        f["lower"] <= -0.3 <= f["upper"]
        for f in (training_effect(*chats(seed=s)).iloc[0] for s in range(25))
    )
    assert inside >= 21


@pytest.mark.parametrize(
    ("tickets", "sent", "message"),
    [
        (lambda t: t.assign(handle=0.0), lambda a: a, "'handle' has 12000 values of 0 or less"),
        (lambda t: t, lambda a: a.iloc[:0], "nobody was trained"),
        (lambda t: t[t["agent_id"] < 8], lambda a: a, "do not tell training"),
        (lambda t: t.drop(columns="agent_id"), lambda a: a, "no column 'agent_id'"),
    ],
)
def test_what_tells_nothing_is_refused(tickets, sent, message):
    first, second = chats()
    with pytest.raises(ValueError, match=message):
        training_effect(tickets(first), sent(second))
