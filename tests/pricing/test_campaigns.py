"""Section 2.4: what an offer brought is what holders did beyond those held out."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from ecomlab.pricing.campaigns import incrementality

START = pd.Timestamp("2024-06-15")


def shop(seed: int = 0, *, people: int = 4_000, lift: float = 0.3, pulled: float = 0.1):
    """A fortnight before, a week's offer to half, a fortnight after; some orders pulled forward."""
    rng = np.random.default_rng(seed)
    rate = rng.gamma(0.7, 0.4, people)
    arm = rng.integers(0, 2, people)
    counts = {
        -14: rng.poisson(rate * 2),
        0: rng.poisson(rate + arm * (lift + pulled)),
        7: rng.poisson(np.maximum(rate * 2 - arm * pulled, 0)),
    }
    orders = pd.concat(
        pd.DataFrame({"customer_id": np.repeat(np.arange(people), n),
                      "ordered_at": START + pd.Timedelta(days=day, hours=9)})
        for day, n in counts.items()
    )  # fmt: skip
    last = pd.DataFrame({"customer_id": [0], "ordered_at": [START + pd.Timedelta(days=21)]})
    return SimpleNamespace(
        orders=pd.concat([orders, last]),
        customers=pd.DataFrame(
            {"customer_id": np.arange(people), "registered_on": pd.Timestamp("2024-01-01")}
        ),
        campaigns=pd.DataFrame(
            {"name": ["618", "open"], "holdout": [0.5, 0.0], "starts_on": START,
             "ends_on": START + pd.Timedelta(days=6)}
        ),
        assignments=pd.DataFrame(
            {"experiment": "coupon_holdout", "detail": "618", "unit_id": np.arange(people),
             "arm": arm}
        ),
    )  # fmt: skip


def test_net_leaves_out_what_was_pulled_forward():
    found = incrementality(shop(pulled=0.15), "618").loc["618"]
    assert found["per_customer"] == pytest.approx(0.3, abs=3.5 * found["se"])
    assert found["gross"] - found["per_customer"] == pytest.approx(0.1, abs=0.06)
    assert found["orders"] == pytest.approx(found["per_customer"] * found["holders"])


def test_nothing_is_found_where_nothing_was():
    inside = 0
    for seed in range(30):
        found = incrementality(shop(seed, people=600, lift=0.0, pulled=0.0), "618").loc["all"]
        inside += found["lower"] <= 0 <= found["upper"]
    assert inside >= 26


def test_only_those_who_were_there_count():
    late = shop()
    late.customers.loc[:999, "registered_on"] = START
    late.customers.loc[1_000:1_999, "registered_on"] = pd.NaT
    found = incrementality(late, "618").loc["618"]
    assert found["holders"] + found["held_out"] == 2_000


def test_campaigns_add_up():
    twice = shop()
    second = twice.campaigns.iloc[[0]].assign(name="again")
    twice.campaigns = pd.concat([twice.campaigns, second])
    twice.assignments = pd.concat([twice.assignments, twice.assignments.assign(detail="again")])
    found = incrementality(twice, ["618", "again"])
    assert found.loc["all", "per_customer"] == pytest.approx(2 * found.loc["618", "per_customer"])
    assert found.loc["all", "se"] == pytest.approx(np.sqrt(2) * found.loc["618", "se"])


@pytest.mark.parametrize(
    ("name", "how", "message"),
    [
        ("1111", {}, "no campaign '1111'; those with a hold-out are '618'"),
        ("open", {}, "'open' had no hold-out"),
        ("618", {"after": 30}, "can be judged after 2024-07-22; the orders end on 2024-07-06"),
        ("618", {"after": -1}, "after is -1"),
        ([], {}, "name at least one"),
    ],
)
def test_what_cannot_be_judged_is_refused(name, how, message):
    with pytest.raises(ValueError, match=message):
        incrementality(shop(people=50), name, **how)
