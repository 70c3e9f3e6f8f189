"""Section 5.1: weights, rankings, records, splits, terms and contracts."""

from __future__ import annotations

import warnings
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ecomlab.style import set_language
from ecomlab.supply import inventory
from ecomlab.supply import suppliers as sup
from ecomlab.supply.inventory.uncertain import Normal

calm = settings(deadline=None, max_examples=25)
LEADER = [[1, 4, 3, 7], [1 / 4, 1, 1 / 3, 3], [1 / 3, 3, 1, 5], [1 / 7, 1 / 3, 1 / 5, 1]]


# --- weights and rankings --------------------------------------------------------------------


def test_choosing_a_leader():
    """The published example: experience, education, charisma, age."""
    found = sup.ahp(pd.DataFrame(LEADER, index=["experience", "education", "charisma", "age"]))
    assert found.weights["experience"] == pytest.approx(0.548, abs=5e-4)
    assert found.weights["charisma"] == pytest.approx(0.270, abs=5e-4)
    assert found.weights["education"] == pytest.approx(0.127, abs=5e-4)
    assert found.weights["age"] == pytest.approx(0.056, abs=5e-4)
    assert found.consistency_ratio == pytest.approx(0.044, abs=5e-4)


@calm
@given(st.lists(st.floats(0.2, 5), min_size=1, max_size=9))
def test_judgements_that_agree_give_their_ratios(weights):
    true = np.array(weights) / np.sum(weights)
    found = sup.ahp(true[:, None] / true[None, :])
    assert found.weights.to_numpy() == pytest.approx(true)
    assert found.consistency_ratio == pytest.approx(0, abs=1e-9)


def test_contradictions_are_warned_of_with_their_ratio():
    circle = [[1, 5, 1 / 5], [1 / 5, 1, 5], [5, 1 / 5, 1]]
    with pytest.warns(UserWarning, match=r"consistency ratio \d+\.\d{3}, above 0.10"):
        found = sup.ahp(circle)
    assert found.consistency_ratio > 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sup.ahp(LEADER)


@pytest.mark.parametrize(
    ("judged", "message"),
    [
        ([[1, 3], [0.5, 1]], r"row 0 against 1 is 3, and the other way round 0.5; .* 0.3333"),
        ([[2, 3], [1 / 3, 1]], "row 0 is 2 against itself; it must be 1"),
        ([[1, -3], [-1 / 3, 1]], "comparisons is -3 in row 0, column 1, .* it must be above 0"),
        ([[1, 3, 2], [1 / 3, 1, 1]], "as many rows as columns"),
        ([[1, np.nan], [1, 1]], "comparisons is missing in row 0, column 1"),
    ],
)  # fmt: skip
def test_faulty_judgements_are_named(judged, message):
    with pytest.raises(ValueError, match=message):
        sup.ahp(judged)


def test_a_faulty_judgement_is_named_by_its_criteria():
    names = ["price", "quality"]
    with pytest.raises(ValueError, match="row 'price' against 'quality' is 3"):
        sup.ahp(pd.DataFrame([[1, 3], [0.5, 1]], names, names))


@pytest.mark.filterwarnings("ignore:Alternatives")
@calm
@given(
    st.integers(2, 6).flatmap(
        lambda m: st.tuples(
            st.lists(st.lists(st.floats(0.1, 100), min_size=m, max_size=m), min_size=2, max_size=7),
            st.lists(st.floats(0.05, 1), min_size=m, max_size=m),
            st.lists(st.booleans(), min_size=m, max_size=m),
        )
    )
)
def test_closeness_agrees_with_another_library(case):
    from pymcdm.methods import TOPSIS
    from pymcdm.normalizations import vector_normalization

    matrix, weights, benefit = (np.array(x) for x in case)
    if np.ptp(matrix, axis=0).max() < 1e-6:  # all alike: nothing is near or far
        return
    ours = sup.topsis(matrix, weights, benefit=benefit)["closeness"].to_numpy()
    theirs = TOPSIS(normalization_function=vector_normalization)(
        matrix, weights / weights.sum(), np.where(benefit, 1, -1)
    )
    assert ours == pytest.approx(theirs, abs=1e-9)


def test_who_is_best_in_everything_is_first_whatever_the_weights():
    offers = pd.DataFrame({"price": [3.0, 5.0, 6.0], "quality": [9.0, 5.0, 7.0]}, list("abc"))
    told = sup.topsis(offers, [0.3, 0.7], benefit=[False, True])
    assert told.loc["a", ["closeness", "rank"]].tolist() == [1, 1]
    first = sup.first_places(offers, [0.3, 0.7], benefit=[False, True], doubt=1.0)
    assert first.to_dict() == {"a": 1, "b": 0, "c": 0}


# --- records ---------------------------------------------------------------------------------


def trade(orders: int, seed: int, on_time=0.7, fill=0.9, defects=0.05) -> pd.DataFrame:
    """Orders of one supplier whose true shares are known."""
    rng = np.random.default_rng(seed)
    made = pd.Timestamp("2025-01-01") + pd.to_timedelta(rng.integers(0, 200, orders), unit="D")
    late = rng.random(orders) > on_time
    units = rng.integers(5, 40, orders)
    received = np.where(rng.random(orders) < 2 * (1 - fill), units // 2, units)
    return pd.DataFrame(
        {"supplier_id": 7, "ordered_on": made, "promised_on": made + pd.Timedelta(days=8),
         "received_on": made + pd.to_timedelta(np.where(late, 12, 6), unit="D"), "units": units,
         "received": received, "defects": rng.binomial(received, defects)}
    )  # fmt: skip


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    hits = []
    for seed in range(120):
        told = sup.supplier_scorecard(trade(80, seed), as_of="2025-12-31").iloc[0]
        hits.append(
            [
                told["on_time_lower"] <= 0.7 <= told["on_time_upper"],
                told["defects_lower"] <= 0.05 <= told["defects_upper"],
                told["lead_time_lower"] <= 7.8 <= told["lead_time_upper"],
            ]
        )
    assert (np.mean(hits, axis=0) > 0.88).all()
    assert (np.mean(hits, axis=0) < 0.995).all()


def test_overdue_orders_are_late_and_those_not_due_say_nothing():
    orders = trade(60, 1)
    told = sup.supplier_scorecard(orders, as_of="2025-12-31").iloc[0]
    open_ = orders.tail(2).assign(received_on=pd.NaT, received=np.nan, defects=np.nan)
    overdue = open_.assign(ordered_on=pd.Timestamp("2025-07-01"), promised_on="2025-07-09")
    overdue["promised_on"] = pd.to_datetime(overdue["promised_on"])
    fresh = overdue.assign(ordered_on=pd.Timestamp("2025-12-30"))
    fresh["promised_on"] = pd.Timestamp("2026-01-07")
    late, silent = (
        sup.supplier_scorecard(pd.concat([orders, x], ignore_index=True), as_of="2025-12-31").iloc[
            0
        ]
        for x in (overdue, fresh)
    )
    assert late["on_time"] == pytest.approx(told["on_time"] * 60 / 62)
    assert silent["on_time"] == told["on_time"]
    assert (late["open"], silent["open"]) == (2, 2)
    assert late["fill"] == told["fill"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"received": 99}, "received is not within units in row 0"),
        ({"defects": 50}, "defects are not within received in row 0"),
        ({"units": 0}, "units ordered are not above 0 in row 0"),
        ({"promised_on": pd.NaT}, "'promised_on' is missing in row 0"),
    ],
)
def test_impossible_orders_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        sup.supplier_scorecard(trade(20, 0).assign(**change), as_of="2025-12-31")


# --- splits and discounts --------------------------------------------------------------------


@calm
@given(
    need=st.integers(1, 24),
    price=st.lists(st.integers(1, 20), min_size=2, max_size=3),
    capacity=st.lists(st.integers(0, 30), min_size=3, max_size=3),
    minimum=st.lists(st.integers(0, 8), min_size=3, max_size=3),
    fixed=st.lists(st.integers(0, 30), min_size=3, max_size=3),
    share=st.floats(0.4, 1),
)
def test_no_split_is_cheaper(need, price, capacity, minimum, fixed, share):
    count = len(price)
    table = pd.DataFrame(
        {"unit_cost": price, "capacity": capacity[:count], "minimum": minimum[:count],
         "fixed_cost": fixed[:count]}
    )  # fmt: skip
    possible = []
    for units in product(range(need + 1), repeat=count):
        keeps = sum(units) == need and all(
            u == 0 or (m <= u <= min(c, share * need + 1e-9))
            for u, c, m in zip(units, capacity, minimum, strict=False)
        )
        if keeps:
            possible.append(sum(u * p + (u > 0) * f for u, p, f in zip(units, price, fixed,
                                                                       strict=False)))  # fmt: skip
    if not possible:
        with pytest.raises(ValueError, match=r"units|minimum"):
            sup.split_orders(need, table, max_share=share)
        return
    found = sup.split_orders(need, table, max_share=share)
    assert found.cost == pytest.approx(min(possible))
    assert found.units.sum() == need
    assert found.paid.sum() == pytest.approx(found.cost)


def test_price_breaks_draw_units_together():
    offers = pd.DataFrame({"unit_cost": [10.0, 10.0]}, index=[3, 9])
    breaks = pd.DataFrame(
        {"supplier_id": [3, 3, 9], "from_units": [1, 60, 1], "discount": [0.0, 0.2, 0.05]}
    )
    found = sup.split_orders(100, offers, max_share=0.6, breaks=breaks)
    assert found.units.to_dict() == {3: 60, 9: 40}
    assert found.cost == pytest.approx(60 * 8 + 40 * 9.5)
    set_language("en")
    title = found.plot().axes[0].get_title(loc="left")
    assert "100 units from 2 suppliers" in title
    assert "60" in found._repr_html_()


def test_a_demand_that_nobody_can_meet_is_refused():
    offers = pd.DataFrame({"unit_cost": [1.0, 2.0], "capacity": [30, 20]})
    with pytest.raises(ValueError, match="60 units are needed, and the suppliers may deliver 50"):
        sup.split_orders(60, offers)
    with pytest.raises(ValueError, match=r"max_share is 1\.5"):
        sup.split_orders(60, offers, max_share=1.5)
    with pytest.raises(ValueError, match="unit_cost is -2 in row 1"):
        sup.split_orders(9, offers.assign(unit_cost=[1, -2]))


def test_discounts_of_the_textbook():
    found = sup.eoq_all_units(8, 0.3, 1300, [0, 400, 800], [0.75, 0.72, 0.68])
    assert found == pytest.approx((800, 978.60), abs=5e-3)


@calm
@given(
    K=st.floats(1, 300), i=st.floats(0.05, 0.5), D=st.floats(50, 5_000),
    steps=st.lists(st.integers(20, 500), min_size=1, max_size=3),
    cuts=st.lists(st.floats(0.01, 0.2), min_size=3, max_size=3),
)  # fmt: skip
def test_no_quantity_is_cheaper_under_either_discount(K, i, D, steps, cuts):
    breaks = np.concatenate([[0], np.cumsum(steps)])
    prices = 10 * np.cumprod([1.0, *(1 - c for c in cuts[: len(steps)])])
    grid = np.unique(np.concatenate([np.geomspace(1, 20_000, 4_000), breaks[1:]]))
    price = prices[np.searchsorted(breaks, grid, side="right") - 1]
    paid = np.concatenate([[0.0], np.cumsum(np.diff(breaks) * prices[:-1])])
    place = np.searchsorted(breaks, grid, side="right") - 1
    mean = (paid[place] + (grid - breaks[place]) * price) / grid
    for solve, unit in ((sup.eoq_all_units, price), (sup.eoq_incremental, mean)):
        costs = unit * D + K * D / grid + i * unit * grid / 2
        found = solve(K, i, D, breaks, prices)
        assert found.cost <= costs.min() + 1e-9
        assert found.cost == pytest.approx(costs.min(), rel=1e-3)


@pytest.mark.parametrize(
    ("breaks", "prices", "message"),
    [
        ([0, 100], [5.0], "2 breaks and 1 prices"),
        ([10, 100], [5.0, 4.0], "they must rise from 0"),
        ([0, 100], [5.0, 5.0], "prices must fall; row 1 has 5 after 5"),
    ],
)
def test_breaks_that_make_no_sense_are_refused(breaks, prices, message):
    with pytest.raises(ValueError, match=message):
        sup.eoq_all_units(8, 0.3, 1300, breaks, prices)


# --- seasons ---------------------------------------------------------------------------------

OFFERS = pd.DataFrame(
    {"unit_cost": [46.0, 55.0], "lead_time": [14.0, 6.0], "lead_time_sd": [4.0, 2.0]},
    index=["slow", "fast"],
)
SEASON = {"demand": 20, "days": 60, "margin": 60}


def test_a_season_by_hand_where_nothing_is_left_to_luck():
    sure = OFFERS.assign(lead_time=[11.0, 6.0], lead_time_sd=0.0, fill=1.0, defects=[0.1, 0.0])
    told = sup.season_cost(
        {"slow": 500, "fast": 60}, sure, demand=20, days=40, margin=60, on_hand=40, leftover=10
    ).iloc[0]
    # 40 units last two days; 60 come on day 6 for three days; 450 sound ones from day 11 on.
    assert told["purchase"] == pytest.approx(500 * 46 + 60 * 55)
    assert told["served"] == pytest.approx((40 + 60 + 450) / 800, rel=0.02)
    assert told["lost"] == pytest.approx(60 * (800 - 550), rel=0.05)
    late = sup.season_cost({"slow": 500}, sure.assign(lead_time=50.0), **SEASON, leftover=10).iloc[
        0
    ]
    assert late["served"] > 0
    nothing = sup.season_cost({"slow": 500}, sure.assign(lead_time=80.0), **SEASON, leftover=10)
    assert nothing["served"].iloc[0] == 0
    assert nothing["leftover"].iloc[0] == -10 * 450


def test_the_best_split_uses_both_and_all_ways_live_the_same_seasons():
    ways = [(1200 - f, f) for f in range(0, 1201, 100)]
    table = sup.season_cost(ways, OFFERS, **SEASON)
    assert 0 < table["cost"].argmin() < len(ways) - 1
    alone = sup.season_cost([ways[3]], OFFERS, **SEASON)
    assert alone["cost"].iloc[0] == table["cost"].iloc[3]


def test_a_supplier_who_comes_short_does_so_as_the_shop_has_it():
    table = OFFERS.assign(fill=[0.95, 1.0])
    told = sup.season_cost([(1000, 0)], table, **SEASON, replications=4_000).iloc[0]
    assert told["purchase"] == pytest.approx(0.95 * 1000 * 46, rel=0.01)


@pytest.mark.parametrize(
    ("split", "table", "message"),
    [
        ({"slow": -1}, OFFERS, "split is -1 in row 0"),
        ({"new": 5}, OFFERS, "supplier 'new' has no row"),
        ({"slow": 5}, OFFERS.assign(lead_time=[0, 3]), "the lead time is 0 in row 0"),
        ({"slow": 5}, OFFERS.assign(lead_time=[4, np.nan]), "the lead time is missing in row 1"),
        ({"slow": 5}, OFFERS.drop(columns="unit_cost"), "no column 'unit_cost'"),
    ],
)
def test_a_season_that_cannot_be_lived_is_refused(split, table, message):
    with pytest.raises(ValueError, match=message):
        sup.season_cost(split, table, **SEASON)


# --- terms and contracts ---------------------------------------------------------------------

TERMS = pd.DataFrame(
    {"price": [50.0, 46.0], "lead_time": [8.0, 14.0], "lead_time_sd": [2.0, 5.0],
     "agreed": [8, 10], "late_penalty": 0.004, "fill": [1.0, 0.96], "defects": [0.01, 0.05],
     "defect_limit": 0.02, "payment_days": [30, 60]}, index=["near", "far"],
)  # fmt: skip
HOW = {"demand": 10, "sd": 4, "quantity": 150, "margin": 30, "handling": 5}


def test_terms_add_up_and_each_is_worth_what_it_says():
    told = sup.contract_value(TERMS, **HOW)
    parts = ["purchase", "safety", "short", "faulty", "late", "credit"]
    assert told[parts].sum(axis=1).to_numpy() == pytest.approx(told["total"].to_numpy())
    assert told.loc["near", "purchase"] == pytest.approx(50 * 910)
    assert told.loc["far", "short"] == pytest.approx(910 * 0.04 * 30)
    assert told.loc["near", "credit"] == pytest.approx(-50 * 910 * 0.06 * 30 / 365)
    arrived = 910 * 0.96
    assert told.loc["far", "faulty"] == pytest.approx(arrived * 0.05 * 35 - arrived * 0.03 * 46)
    days_late = stats.gamma((14 / 5) ** 2, scale=25 / 14).expect(lambda x: np.maximum(x - 10, 0))
    assert told.loc["far", "late"] == pytest.approx(-0.004 * 46 * arrived * days_late, rel=1e-4)
    stock = inventory.safety_stock(10, 4, 14, 5, fill_rate=0.95, quantity=150)
    assert told.loc["far", "safety"] == pytest.approx(stock * 46 * 0.18 * 91 / 365)


@pytest.mark.parametrize("worse", [{"defects": 0.2}, {"lead_time_sd": 9.0}, {"fill": 0.8}])
def test_a_worse_term_costs_more_by_the_unit(worse):
    fair = TERMS.drop(columns=["agreed", "late_penalty", "defect_limit"])
    usual, bad = (sup.contract_value(t, **HOW)["per_unit"] for t in (fair, fair.assign(**worse)))
    assert (bad > usual).all()


def test_terms_that_make_no_sense_are_named():
    with pytest.raises(ValueError, match="the lead time is 0 in row 1"):
        sup.contract_value(TERMS.assign(lead_time=[8, 0]), **HOW)
    with pytest.raises(ValueError, match=r"'defects' is 1\.2 in row 0"):
        sup.contract_value(TERMS.assign(defects=1.2), **HOW)
    with pytest.raises(ValueError, match="terms has no column 'price'"):
        sup.contract_value(TERMS.drop(columns="price"), **HOW)


def test_cooperation_of_the_textbook():
    alone = sup.cooperate(10, 4, 7, (0, 100))
    assert (alone.order, alone.chain) == pytest.approx((30, 135))
    assert (alone.best_order, alone.best_chain) == pytest.approx((60, 180))
    assert sup.cooperate(10, 4, 7, (0, 100), {"buy_back": 5}).order == pytest.approx(60)


@calm
@given(
    cost=st.floats(1, 40), up=st.floats(1.1, 3), lift=st.floats(0.05, 0.95),
    sd=st.floats(5, 30),
)  # fmt: skip
def test_shared_risk_restores_the_chains_best_and_no_contract_beats_it(cost, up, lift, sd):
    price = cost * up + 1
    wholesale = cost + lift * (price - cost)
    season = Normal(120, sd)
    alone = sup.cooperate(price, cost, wholesale, season)
    back = price * (wholesale - cost) / (price - cost)
    fair = sup.cooperate(price, cost, wholesale, season, {"buy_back": back})
    assert fair.chain == pytest.approx(fair.best_chain, rel=1e-6)
    assert alone.chain <= fair.chain + 1e-6
    assert alone.order < fair.order
    kept = 1 - lift
    shared = sup.cooperate(price, cost, kept * cost, season, {"revenue_share": lift})
    assert shared.chain == pytest.approx(fair.best_chain, rel=1e-6)
    assert shared.retailer == pytest.approx(kept * fair.best_chain, rel=1e-5)


def test_profits_are_those_of_drawn_seasons():
    way = sup.cooperate(10, 4, 7, (20, 140), {"buy_back": 3, "revenue_share": 0.1})
    seasons = np.random.default_rng(8).uniform(20, 140, 400_000)
    sold = np.minimum(seasons, way.order)
    left = way.order - sold
    retailer = (9 * sold + 3 * left - 7 * way.order).mean()
    supplier = (3 * way.order + sold - 3 * left).mean()
    assert (way.retailer, way.supplier) == pytest.approx((retailer, supplier), rel=5e-3)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"wholesale": 11}, "wholesale is 11; it must be at least 0 and below 10"),
        ({"cost": 12}, "price is 10; it must be above 12"),
        ({"contract": "gift"}, "contract is 'gift'"),
        ({"contract": {"buy_back": 8}}, "buy_back is 8; at 7 or more leftovers would pay"),
        ({"contract": {"revenue_share": 0.5}}, "keeps 5 of a sale and pays 7"),
        ({"demand": (9, 3)}, "demand is from 9 to 3"),
    ],
)
def test_contracts_that_make_no_sense_are_refused(changed, message):
    call = {"price": 10, "cost": 4, "wholesale": 7, "demand": (0, 100), **changed}
    with pytest.raises(ValueError, match=message):
        sup.cooperate(**call)


def test_results_show_themselves():
    import matplotlib.pyplot as plt

    plt.switch_backend("Agg")
    set_language("en")
    weighed = sup.ahp(LEADER)
    assert "consistency ratio 0.044" in weighed._repr_html_()
    assert "consistency ratio 0.044" in weighed.plot().axes[0].get_title(loc="left")
    way = sup.cooperate(10, 4, 7, (0, 100))
    assert "75%" in way.plot().axes[0].get_title(loc="left")
    assert "135" in way._repr_html_()
    plt.close("all")


def test_a_fault_in_a_table_names_row_and_column():
    offers = pd.DataFrame({"price": [1.0, 2.0], "days": [np.nan, 3.0]}, index=["A", "B"])
    with pytest.raises(ValueError, match=r"missing in row 0 \('A'\), column 'days'"):
        sup.topsis(offers, [1, 1], benefit=[True, True])
    with pytest.raises(ValueError, match="missing in row 0, column 1"):
        sup.ahp(offers.to_numpy())
    with pytest.raises(TypeError, match="comparisons holds list; numbers are needed"):
        sup.ahp([[1, 2], [0.5]])


@pytest.mark.parametrize("name", ["holding", "interest"])
def test_a_rate_of_a_contract_is_a_number_of_at_least_0(name):
    terms = pd.DataFrame({"price": [5.0], "lead_time": [4.0], "lead_time_sd": [1.0]})
    with pytest.raises(ValueError, match=f"{name} is missing"):
        sup.contract_value(terms, demand=9, sd=4, quantity=99, margin=3, **{name: np.nan})


def test_no_orders_have_no_lead_time():
    none = pd.DataFrame({"supplier_id": [], "ordered_on": [], "received_on": []})
    with pytest.raises(ValueError, match="has no rows"):
        sup.lead_times(none, as_of="2025-01-01")
