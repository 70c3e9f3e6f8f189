"""Section 4.3: tiers, what privileges return, and whom to care for."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import engines
from ecomlab.membership.loyalty import (
    care_plan,
    design_tiers,
    privilege_return,
    threshold_gap,
    tiers,
)
from ecomlab.style import set_language

TAKES = {"silver": 120.0, "gold": 300.0, "black": 1500.0}
SPEND = st.lists(st.floats(0, 3_000, allow_subnormal=False), min_size=1, max_size=30)


# Tiers


@settings(max_examples=25, deadline=None)
@given(SPEND, st.sampled_from(engines.LOCAL))
def test_everyone_is_in_the_highest_tier_that_their_spend_reaches(spend, kind):
    members = pd.DataFrame({"customer_id": range(len(spend)), "spend": spend})
    found = tiers(engines.table(members, kind), thresholds=TAKES)
    expected = []
    for who, value in enumerate(spend):
        reached = [name for name, limit in TAKES.items() if value >= limit]
        above = [limit for limit in TAKES.values() if value < limit]
        to_next = above[0] - value if above else None
        expected.append((who, value, reached[-1] if reached else "basic", to_next))
    engines.assert_equal(found, expected)


@pytest.mark.parametrize(
    ("thresholds", "message"),
    [
        ({"silver": 300, "gold": 120}, "must rise"),
        ({"silver": 0}, "must rise from above 0"),
        ({}, "must rise"),
        ({"basic": 10}, "give it another name"),
    ],
)
def test_thresholds_must_rise(thresholds, message):
    with pytest.raises(ValueError, match=message):
        tiers(pd.DataFrame({"spend": [1.0]}), thresholds=thresholds)


def test_negative_spend_is_refused_and_named():
    with pytest.raises(ValueError, match="'spend' has 1 negative value, first in row 2"):
        tiers(pd.DataFrame({"spend": [1.0, 2.0, -3.0]}), thresholds=TAKES)


# Design


@pytest.fixture
def members() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    spend = rng.gamma(0.8, 400, 3_000)
    return pd.DataFrame(
        {"spend": spend, "orders": spend / 120 + rng.gamma(1, 0.4, 3_000), "margin": 60.0}
    )


def test_without_a_cost_every_member_pays_and_with_one_only_the_upper(members):
    limits = [120, 300, 900, 1500, math.inf]
    free = design_tiers(members, thresholds=limits, lift=0.25)["net"]
    assert (np.diff(free) < 0).all()
    dear = design_tiers(members, thresholds=limits, lift=0.25, cost_per_member=70)["net"]
    assert dear.idxmax() not in (120, math.inf)
    assert dear[math.inf] == 0


def test_a_design_adds_up(members):
    one = design_tiers(
        members, thresholds=[300], lift=0.25, cost_per_member=70, cost_per_order=2
    ).iloc[0]
    inside = members[members["spend"] >= 300]
    assert one["members"] == len(inside)
    assert one["extra_orders"] == pytest.approx(0.25 * inside["orders"].sum())
    assert one["gain"] == pytest.approx(60 * one["extra_orders"])
    assert one["cost"] == pytest.approx(70 * len(inside) + 2 * 1.25 * inside["orders"].sum())
    assert one["net"] == pytest.approx(one["gain"] - one["cost"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"lift": -2}, "lift is -2"),
        ({"cost_per_member": -1}, "cost_per_member is -1"),
        ({"thresholds": [math.nan]}, "a threshold is missing"),
        ({"by": "points"}, "no column 'points'"),
    ],
)
def test_a_design_refuses_what_makes_no_sense(members, change, message):
    with pytest.raises(ValueError, match=message):
        design_tiers(members, **({"thresholds": [300], "lift": 0.2} | change))


def test_a_design_names_the_row_of_negative_spend(members):
    members.loc[7, "spend"] = -1.0
    with pytest.raises(ValueError, match="'spend' is -1 in row 7; it must be at least 0"):
        design_tiers(members, thresholds=[300], lift=0.2)


# Privileges


def hold_out(seed: int, n: int = 4_000, effect: float = 20.0) -> pd.DataFrame:
    """A hold-out: margins of about 100 that hang on the past; privileges add `effect`."""
    rng = np.random.default_rng(seed)
    arm = rng.integers(0, 2, n)
    before = rng.gamma(2, 50, n)
    margin = before + effect * arm + rng.normal(0, 30, n)
    return pd.DataFrame({"arm": arm, "before": before, "margin": margin, "cost": 12.0 * arm})


def test_the_interval_covers_the_true_net():
    covered = [r.lower < 8 < r.upper for r in map(_with_past, range(60))]
    assert np.mean(covered) > 0.85


def _with_past(seed):
    return privilege_return(hold_out(seed, n=800), before="before")


def test_the_past_narrows_the_interval():
    plain, adjusted = privilege_return(hold_out(1, n=800)), _with_past(1)
    assert adjusted.upper - adjusted.lower < 0.6 * (plain.upper - plain.lower)


def test_a_return_adds_up_and_says_so():
    found = privilege_return(hold_out(2), before="before")
    assert found.net == pytest.approx(found.gain - found.cost)
    assert found.cost == pytest.approx(12, abs=0.3)
    assert found.lift == pytest.approx(found.gain / found.control)
    assert found.verdict == "The privileges pay for themselves."
    assert "cost more" in privilege_return(hold_out(2, effect=0.0), before="before").verdict
    assert "cannot tell" in privilege_return(hold_out(2, effect=12.0), before="before").verdict


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_return_is_shown_in_the_language_in_force(language):
    set_language(language)
    found = privilege_return(hold_out(2))
    chinese = "划" in found._repr_html_() or "成本" in found._repr_html_()
    assert chinese == (language == "zh")
    assert found.plot().axes[0].get_title(loc="left") == found.verdict


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("arm", 2, "'arm' is 2 in row 5; it must be 0 or 1"),
        ("cost", -1, "'cost' is -1 in row 5; it must be at least 0"),
        ("margin", np.nan, "'margin' is missing in row ."),
    ],
)
def test_impossible_hold_outs_are_refused(column, value, message):
    data = hold_out(1)
    data.loc[5, column] = value
    with pytest.raises(ValueError, match=message):
        privilege_return(data)


def test_a_hold_out_of_nobody_is_refused():
    data = hold_out(1)
    with pytest.raises(ValueError, match="0 customers held out"):
        privilege_return(data[data["arm"] == 1])


def test_a_wide_window_takes_big_spenders_for_an_effect():
    """Nothing happens at the threshold here; orders rise with spend alone."""
    rng = np.random.default_rng(8)
    spend = rng.uniform(0, 600, 6_000)
    people = pd.DataFrame({"spend": spend, "orders": rng.poisson(spend / 100)})
    near, se = threshold_gap(people, cutoff=300, width=20)
    wide, se_wide = threshold_gap(people, cutoff=300, width=250)
    assert abs(near) < 3.5 * se
    assert wide > 10 * se_wide
    assert se > 2 * se_wide
    with pytest.raises(ValueError, match="widen the window"):
        threshold_gap(people, cutoff=300, width=1e-9)


# Care


@pytest.fixture
def people() -> pd.DataFrame:
    rng = np.random.default_rng(4)
    return pd.DataFrame(
        {
            "customer_id": range(500),
            "p_alive": rng.uniform(0, 1, 500),
            "orders": rng.gamma(0.8, 3, 500),
            "margin": rng.uniform(30, 90, 500),
            "to_next": np.where(rng.random(500) < 0.1, np.nan, rng.uniform(0, 900, 500)),
        }
    )


DEALS = {"thank": (0.05, 6.0), "win_back": (0.3, 8.0), "invite": (0.10, 6.0)}


@settings(max_examples=25, deadline=None)
@given(budget=st.floats(0, 3_000))
def test_care_keeps_to_its_budget_and_never_pays_more_than_it_gets(budget):
    rng = np.random.default_rng(4)
    some = pd.DataFrame(
        {
            "customer_id": range(80),
            "p_alive": rng.uniform(0, 1, 80),
            "orders": rng.gamma(0.8, 3, 80),
            "margin": 60.0,
            "to_next": rng.uniform(0, 900, 80),
        }
    )
    plan = care_plan(some, actions=DEALS, budget=budget)
    assert plan["cost"].sum() <= budget + 1e-9
    assert (plan["net"] > 0).all()
    assert plan["customer_id"].is_unique
    worth = plan["net"] / plan["cost"]
    assert (worth.diff().dropna() <= 1e-12).all()


def test_each_customer_gets_the_action_of_their_place(people):
    plan = care_plan(people, actions=DEALS, budget=1e9).merge(people, on="customer_id")
    lost = plan["p_alive"] < 0.5
    close = ~lost & (plan["to_next"] <= 100)
    assert (plan.loc[lost, "action"] == "win_back").all()
    assert (plan.loc[close, "action"] == "invite").all()
    assert (plan.loc[~lost & ~close, "action"] == "thank").all()
    assert set(plan["action"]) == set(DEALS)


def test_an_action_without_a_price_is_not_taken(people):
    plan = care_plan(people, actions={"invite": (0.1, 6.0)}, budget=1e9)
    assert set(plan["action"]) == {"invite"}


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("p_alive", 1.2, "'p_alive' is 1.2 in row 3; it must be at least 0 and at most 1"),
        ("orders", -1.0, "'orders' is -1 in row 3; it must be at least 0"),
        ("to_next", -1.0, "'to_next' is -1 in row 3; it must be at least 0"),
        ("margin", np.nan, "'margin' is missing in row ."),
    ],
)
def test_impossible_customers_are_refused(people, column, value, message):
    people.loc[3, column] = value
    with pytest.raises(ValueError, match=message):
        care_plan(people, actions=DEALS, budget=100)


def test_unknown_actions_and_absent_columns_are_refused(people):
    with pytest.raises(ValueError, match=r"unknown actions .'phone'.; there are invite, thank"):
        care_plan(people, actions={"phone": (0.1, 1.0)}, budget=100)
    with pytest.raises(ValueError, match="no column 'to_next'"):
        care_plan(people.drop(columns="to_next"), actions=DEALS, budget=100)
