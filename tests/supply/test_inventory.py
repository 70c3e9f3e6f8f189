"""Section 5.2: lots, policies, safety stock, the simulator and the daily round."""

from __future__ import annotations

import json
import time
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ecomlab.market.growth import forecast
from ecomlab.style import set_language
from ecomlab.supply import inventory as inv
from ecomlab.supply.inventory.lots import mismatch
from ecomlab.supply.inventory.policies import _Costs
from ecomlab.supply.inventory.uncertain import (
    Counts,
    Frozen,
    Gamma,
    Normal,
    negative_binomial,
    poisson,
)
from ecomlab.supply.suppliers import lead_times

calm = settings(deadline=None, max_examples=30)


# --- published figures ---------------------------------------------------------------------


def test_lots_of_the_textbook():
    """Snyder and Shen 2019, chapters 3 and 4, to the printed digits."""
    assert inv.eoq(8, 0.225, 1300) == pytest.approx((304.0468, 68.4105), abs=5e-5)
    assert inv.eoq(8, 0.225, 1300, p=5) == pytest.approx((310.8125, 66.9213), abs=1e-3)
    assert inv.newsvendor(0.18, 0.70, 50, 8) == pytest.approx((56.6040, 1.9976), abs=5e-5)
    plan = inv.lot_sizes([90, 120, 80, 70], K=500, h=2)
    assert (plan.orders.tolist(), plan.cost) == ([210, 0, 150, 0], 1380)
    assert inv.s_S(1, 4, 5, 6) == pytest.approx((4, 10, 8.034), abs=5e-4)
    power = inv.s_S(0.18, 0.70, 2.5, 50, 8, method="power")
    assert power[:2] == pytest.approx((40.1946, 74.2902), abs=5e-5)


def test_continuous_review_of_the_textbook():
    found = inv.r_q(0.225, 7.5, 8, 1300, 150, 1 / 12)
    assert found.cost == pytest.approx(78.071, abs=5e-4)
    assert found.reorder_point == pytest.approx(126.87, abs=0.1)
    assert found.order_quantity == pytest.approx(328.45, abs=0.1)
    assert inv.r_q(20, 150, 100, 1.5, lead_time=2) == pytest.approx((3, 5, 107.9236), abs=1e-4)


#: What solves each kind of the published instances, from its fields.
SOLVERS = {
    "EOQ)": lambda d: inv.eoq(d["fixed_cost"], d["holding_cost"], d["demand_rate"]),
    "EOQB": lambda d: inv.eoq(
        d["fixed_cost"], d["holding_cost"], d["demand_rate"], p=d["stockout_cost"]
    ),
    "EPQ": lambda d: inv.eoq(
        d["fixed_cost"], d["holding_cost"], d["demand_rate"], rate=d["production_rate"]
    ),
    "Wagner-Whitin": lambda d: inv.lot_sizes(
        d["demand"], d["fixed_cost"], d["holding_cost"], unit_cost=d.get("purchase_cost", 0)
    ),
    "(r,Q)": lambda d: inv.r_q(
        d["holding_cost"], d["stockout_cost"], d["fixed_cost"], d["demand_mean"],
        d.get("demand_sd"), d["lead_time"],
    ),
    "(s,S)": lambda d: inv.s_S(
        d["holding_cost"], d["stockout_cost"], d["fixed_cost"], d["demand_mean"],
        d.get("demand_sd"),
    ),
}  # fmt: skip


def test_every_published_instance_of_these_models_is_solved(refdata):
    solved = 0
    for case in json.loads((refdata / "supply/stockpyl_small_instances.json").read_text()):
        solver = next((s for key, s in SOLVERS.items() if key in case["description"]), None)
        if solver is not None:
            assert np.isfinite(solver(case["data"])[-1]), case["name"]
            solved += 1
    assert solved >= 18


# --- optimality, against trying everything --------------------------------------------------


@calm
@given(
    demand=st.lists(st.integers(0, 200), min_size=1, max_size=6),
    K=st.floats(1, 600),
    h=st.floats(0, 3),
    unit=st.floats(0, 2),
)
def test_no_lots_are_cheaper(demand, K, h, unit):
    plan = inv.lot_sizes(demand, K, h, unit_cost=unit)
    assert plan.orders.sum() == pytest.approx(sum(demand))
    assert (np.cumsum(plan.orders) >= np.cumsum(demand) - 1e-9).all()

    def cost(orders):
        left = np.cumsum(orders) - np.cumsum(demand)
        return K * np.count_nonzero(orders) + h * left.sum() + unit * np.sum(orders)

    assert plan.cost == pytest.approx(cost(plan.orders))
    for starts in product([0, 1], repeat=len(demand)):
        opened = np.array(starts, dtype=bool)
        needs = np.array(demand, dtype=float)
        if needs.any() and not opened[: np.flatnonzero(needs)[0] + 1].any():
            continue
        orders = np.zeros(len(demand))
        last = None
        for k, need in enumerate(needs):
            last = k if opened[k] else last
            if need:
                orders[last] += need
        assert plan.cost <= cost(orders) + 1e-6


@pytest.mark.parametrize("mean", [0.4, 4.0, 18.0])
def test_no_counted_quantity_is_cheaper(mean):
    found = inv.newsvendor(200, 270, mean)
    costs = [float(mismatch(poisson(mean), q, 200, 270)) for q in range(60)]
    assert found == pytest.approx((np.argmin(costs), min(costs)))


@calm
@given(h=st.floats(0.2, 30), p=st.floats(1, 200), K=st.floats(0.5, 200), mean=st.floats(0.3, 12))
def test_no_neighbouring_s_and_S_are_cheaper(h, p, K, mean):
    low, high, cost = inv.s_S(h, p, K, mean)
    costs = _Costs(poisson(mean), h, p, K)
    for s, S in product(range(int(low) - 3, int(low) + 4), range(int(high) - 3, int(high) + 4)):
        if s < S:
            assert cost <= costs.average(s, S) + 1e-9


@calm
@given(
    h=st.floats(0.2, 30), p=st.floats(1, 200), K=st.floats(0.5, 200), mean=st.floats(0.3, 12),
    lead=st.floats(0.2, 4),
)  # fmt: skip
def test_no_neighbouring_r_and_Q_are_cheaper(h, p, K, mean, lead):
    r, Q, cost = inv.r_q(h, p, K, mean, lead_time=lead)
    demand = poisson(mean * lead)

    def average(point, lot):
        return (
            K * mean + mismatch(demand, np.arange(point + 1, point + lot + 1), h, p).sum()
        ) / lot

    assert cost == pytest.approx(average(int(r), int(Q)))
    for point, lot in product(range(int(r) - 2, int(r) + 3), range(int(Q) - 2, int(Q) + 3)):
        if lot >= 1:
            assert cost <= average(point, lot) + 1e-9


@pytest.mark.parametrize(
    ("h", "p", "K", "mean", "sd", "lead"),
    [(0.225, 7.5, 8, 1300, 150, 1 / 12), (3.1, 45, 50, 800, 40, 4 / 365), (2, 5, 9, 40, 30, 2)],
)
def test_at_the_best_r_and_Q_both_ends_cost_the_average(h, p, K, mean, sd, lead):
    r, Q, cost = inv.r_q(h, p, K, mean, sd, lead)
    demand = Normal(mean * lead, sd * lead**0.5)
    assert mismatch(demand, [r, r + Q], h, p) == pytest.approx(cost, rel=1e-6)
    grid = np.linspace(r, r + Q, 20_001)
    area = np.trapezoid(mismatch(demand, grid, h, p), grid)
    assert (K * mean + area) / Q == pytest.approx(cost, rel=1e-6)


def test_a_fine_grid_of_counts_leads_to_the_normal_model():
    near = inv.s_S(1, 9, 30, 50, 8)
    low, high, cost = inv.s_S(1, 9, 30, demand=stats.norm(50, 8))
    assert (low, high, cost) == pytest.approx(tuple(near))
    assert inv.newsvendor(1, 9, demand=stats.norm(50, 8)) == pytest.approx(
        inv.newsvendor(1, 9, 50, 8), rel=1e-6
    )


# --- distributions -------------------------------------------------------------------------

KINDS = [Normal(20, 6), Gamma(20, 9), poisson(3.2), negative_binomial(4, 5), Counts([0.2, 0, 0.8]),
         Frozen(stats.lognorm(0.3, scale=20))]  # fmt: skip


@pytest.mark.parametrize("demand", KINDS, ids=lambda d: type(d).__name__)
def test_losses_are_sums_of_tails(demand):
    step = 1.0 if demand.whole else 1e-3
    start = -2.0 if demand.whole else 0.0
    grid = np.arange(start, demand.mean + 12 * demand.sd + 40, step)
    tail = 1 - (stats.lognorm(0.3, scale=20).cdf(grid) if isinstance(demand, Frozen)
                else demand.cdf(grid))  # fmt: skip
    from_here = np.cumsum(tail[::-1])[::-1] * step
    at = [0, 2, len(grid) // 8]
    close = {"rel": 2e-3, "abs": 2e-3} if not demand.whole else {"abs": 1e-6}
    assert demand.short(grid[at]) == pytest.approx(from_here[at], **close)
    whole = demand.short(grid) if not isinstance(demand, Frozen) else from_here
    twice = np.cumsum(whole[::-1])[::-1] * step
    later = twice - whole * step if demand.whole else twice
    assert demand.shorter(grid[at]) == pytest.approx(later[at], **close)
    for level in (0.1, 0.5, 0.97):
        least = demand.quantile(level)
        assert demand.cdf(least) >= level - 1e-9
        assert demand.cdf(least - (1 if demand.whole else 1e-6)) < level


def test_counts_agree_with_scipy():
    grid = np.arange(40)
    assert poisson(3.2).cdf(grid) == pytest.approx(stats.poisson(3.2).cdf(grid))
    n, chance = 16 / 21, 4 / 25
    assert negative_binomial(4, 5).cdf(grid) == pytest.approx(stats.nbinom(n, chance).cdf(grid))


@calm
@given(days=st.lists(st.integers(0, 6), min_size=8, max_size=40), lead=st.integers(1, 7))
def test_the_bootstrap_counts_every_stretch_of_the_past(days, lead):
    found = inv.lead_time_demand(days, lead, kind="bootstrap")
    around = days + days
    sums = [sum(around[k : k + lead]) for k in range(len(days))]
    assert found.mean == pytest.approx(np.mean(sums))
    assert found.sd == pytest.approx(np.std(sums))
    assert found.cdf(max(sums)) == pytest.approx(1)


def test_intermittent_demand_is_no_bell():
    rng = np.random.default_rng(3)
    days = rng.negative_binomial(0.05, 0.1, 700)
    counted = inv.lead_time_demand(days, [5, 7, 12])
    bell = inv.lead_time_demand(days, [5, 7, 12], kind="normal")
    assert counted.mean == pytest.approx(bell.mean, rel=1e-6)
    assert counted.quantile(0.99) > bell.quantile(0.99) + 2
    boot = inv.lead_time_demand(days, [5, 7, 12], kind="bootstrap")
    assert boot.quantile(0.99) == pytest.approx(counted.quantile(0.99), rel=0.25)


# --- safety stock ----------------------------------------------------------------------------


def test_safety_stock_by_hand():
    assert inv.safety_stock(10, 4, 9, cycle_service=0.95) == pytest.approx(1.644854 * 12)
    with_trucks = inv.safety_stock(10, 4, 9, 3, cycle_service=0.95)
    assert with_trucks == pytest.approx(1.644854 * np.sqrt(144 + 900))


def test_many_products_are_answered_as_they_were_asked():
    goods = pd.DataFrame({"mean": [2.0, 5.0], "sd": [2.0, 3.0]}, index=["tea", "cup"])
    points = inv.reorder_point(goods["mean"], goods["sd"], 8, [1, 3], fill_rate=0.9, quantity=30)
    assert points.index.tolist() == ["tea", "cup"]
    alone = inv.reorder_point(5.0, 3.0, 8, 3, fill_rate=0.9, quantity=30)
    assert points["cup"] == pytest.approx(alone)
    assert isinstance(alone, float)


@calm
@given(
    mean=st.floats(0.2, 20), cv=st.floats(0.3, 2), lead=st.floats(2, 30), late=st.floats(0, 0.6),
    level=st.floats(0.7, 0.99), lots=st.floats(0.5, 5),
    kind=st.sampled_from(["normal", "gamma", "negative-binomial"]), daily=st.booleans(),
    lost=st.booleans(),
)  # fmt: skip
def test_a_point_gives_the_fill_rate_it_was_asked_for(
    mean, cv, lead, late, level, lots, kind, daily, lost
):
    lot = max(round(lots * mean * lead), 1)
    ways = {"quantity": lot, "kind": kind, "daily": daily, "lost_sales": lost}
    given_ = (mean, cv * mean, lead, late * lead)
    point = inv.reorder_point(*given_, fill_rate=level, **ways)
    filled = inv.service(point, *given_, **ways)[1]
    if kind == "negative-binomial":
        assert filled >= level - 1e-9
        assert inv.service(point - 1, *given_, **ways)[1] < level
    else:
        assert filled == pytest.approx(level, abs=1e-6)


def test_a_larger_order_needs_less_safety_for_a_fill_rate_and_the_same_for_a_cycle():
    small, large = (inv.reorder_point(10, 4, 9, 3, fill_rate=0.95, quantity=q) for q in (50, 200))
    assert large < small
    cycle = {inv.reorder_point(10, 4, 9, 3, cycle_service=0.95, quantity=q) for q in (50, 200)}
    assert len(cycle) == 1


# --- the simulator ---------------------------------------------------------------------------


def test_it_costs_what_the_exact_model_says():
    rule = inv.s_S(1, 4, 5, 6)
    lived = inv.simulate_policy(
        pd.DataFrame({"mean": [6.0]}), rule, lead_time=1, days=1_000, replications=60, warm_up=30,
        lost_sales=False, holding_cost=1, shortage_cost=4, order_cost=5,
    ).products.iloc[0]  # fmt: skip
    assert lived["cost"] == pytest.approx(rule.cost, abs=4 * lived["cost_se"])
    assert lived["cost_se"] < 0.01 * rule.cost


@pytest.mark.parametrize("sd", [None, 2.1])
def test_it_serves_what_the_formula_says(sd):
    mean, lead, lot = 1.5, 8, 20
    kind = "poisson" if sd is None else "negative-binomial"
    spread = mean**0.5 if sd is None else sd
    table = pd.DataFrame({"mean": [mean]} if sd is None else {"mean": [mean], "sd": [sd]})
    for point in (5, 12, 20):
        lived = inv.simulate_policy(
            table, {"reorder_point": point, "order_quantity": lot}, lead_time=lead, days=1_500,
            replications=40, warm_up=50, lost_sales=False,
        ).products.iloc[0]  # fmt: skip
        told = inv.service(point, mean, spread, lead, quantity=lot, kind=kind, daily=True)[1]
        assert lived["fill_rate"] == pytest.approx(told, abs=4 * lived["fill_se"])


def test_a_base_stock_holds_and_owes_what_the_newsvendor_says():
    mean, lead, level = 2.0, 5, 13
    lived = inv.simulate_policy(
        pd.DataFrame({"mean": [mean]}), {"order_up_to": level}, lead_time=lead, days=1_500,
        replications=40, warm_up=50, lost_sales=False,
    ).products.iloc[0]  # fmt: skip
    demand = poisson(mean * lead)
    short = float(demand.short(level))
    assert lived["backorders"] == pytest.approx(short, rel=0.05)
    assert lived["on_hand"] == pytest.approx(level - demand.mean + short, rel=0.02)


def test_ten_thousand_product_years_take_about_a_second():
    goods = pd.DataFrame({"mean": np.linspace(0.1, 4, 200), "sd": np.linspace(0.5, 4, 200)})
    rule = {"reorder_point": 20, "order_quantity": 25}
    waits = pd.DataFrame({"mean": [9.0], "sd": [3.0]})
    inv.simulate_policy(goods, rule, lead_time=waits, days=5, replications=2)
    begun = time.process_time()
    inv.simulate_policy(goods, rule, lead_time=waits, days=365, replications=50)
    assert time.process_time() - begun < 3  # about 0.5 s on an idle core


@calm
@given(
    demand=st.lists(st.integers(0, 9), min_size=5, max_size=60), point=st.integers(0, 12),
    lot=st.integers(1, 30), lead=st.integers(1, 6), lost=st.booleans(),
)  # fmt: skip
def test_it_lives_as_a_shelf_would_by_hand(demand, point, lot, lead, lost):
    lived = inv.simulate_policy(
        demand, {"reorder_point": point, "order_quantity": lot}, lead_time=lead, lost_sales=lost
    ).products.iloc[0]
    net, due, held, filled, made = point + lot, {}, 0, 0, 0
    for day, units in enumerate(demand):
        net += due.pop(day, 0)
        served = min(units, max(net, 0))
        net -= served if lost else units
        filled += served
        held += max(net, 0)
        while net + sum(due.values()) <= point:
            due[day + lead] = due.get(day + lead, 0) + lot
            made += 1
    assert lived["on_hand"] == pytest.approx(held / len(demand))
    assert lived["demand"] == pytest.approx(np.mean(demand))
    if sum(demand):
        assert lived["fill_rate"] == pytest.approx(filled / sum(demand))
    assert lived["orders"] <= made / len(demand) + 1e-9


def test_products_and_replications_do_not_touch_each_other():
    rng = np.random.default_rng(1)
    days = rng.poisson(2.0, (3, 90, 2))
    rule = pd.DataFrame({"reorder_point": [8, 14], "order_up_to": [30, 40]})
    together = inv.simulate_policy(days, rule, lead_time=pd.Series([4, 7])).products
    for place in range(2):
        alone = inv.simulate_policy(
            days[..., [place]], rule.iloc[[place]].reset_index(drop=True),
            lead_time=int([4, 7][place]),
        ).products.iloc[0]  # fmt: skip
        assert together.iloc[place].to_numpy() == pytest.approx(alone.to_numpy(), nan_ok=True)


def test_other_policies_meet_the_same_demand_and_lead_times():
    goods = pd.DataFrame({"mean": [2.0], "sd": [3.0]})
    few, many, again = (
        inv.simulate_policy(goods, {"reorder_point": r, "order_quantity": 20}, lead_time=[5, 9])
        for r in (10, 30, 10)
    )
    assert few.products["demand"].iloc[0] == many.products["demand"].iloc[0]
    assert few.fill_rate < many.fill_rate
    again = inv.simulate_policy(
        goods, {"reorder_point": 10, "order_quantity": 20}, lead_time=[5, 9]
    )
    pd.testing.assert_frame_equal(few.products, again.products)


def test_a_forecast_of_the_market_can_be_handed_in():
    days = pd.date_range("2025-01-01", periods=120)
    wave = 40 + 8 * np.sin(2 * np.pi * np.arange(120) / 7)
    past = pd.Series(wave * np.random.default_rng(2).lognormal(0, 0.1, 120), days)
    ahead = forecast(past, 60)
    rule = {"reorder_point": 520, "order_quantity": 300}
    lived = inv.simulate_policy(ahead, rule, lead_time=[9, 11, 14], replications=200)
    assert lived.days == 60
    assert lived.products["demand"].iloc[0] == pytest.approx(ahead["mean"].mean(), rel=0.05)
    two = inv.simulate_policy({"tea": ahead, "cup": ahead}, rule, lead_time=[10])
    assert two.products.index.tolist() == ["tea", "cup"]


def test_the_suppliers_own_lead_times_can_be_handed_in():
    rng = np.random.default_rng(4)
    made = pd.Timestamp("2025-01-01") + pd.to_timedelta(rng.integers(0, 200, 80), unit="D")
    orders = pd.DataFrame({"supplier_id": np.repeat([1, 2], 40), "ordered_on": made})
    took = np.where(orders["supplier_id"] == 1, 6, 15) + rng.integers(0, 4, 80)
    orders["received_on"] = orders["ordered_on"] + pd.to_timedelta(took, unit="D")
    table = lead_times(orders, as_of="2025-12-31")
    goods = pd.DataFrame({"mean": [2.0, 2.0]}, index=[1, 2])
    lived = inv.simulate_policy(
        goods, {"reorder_point": 20, "order_quantity": 20}, lead_time=table, replications=40
    )
    assert lived.products.loc[1, "fill_rate"] > lived.products.loc[2, "fill_rate"] + 0.05


def test_lost_sales_serve_a_little_more_than_waiting_customers():
    goods = pd.DataFrame({"mean": [2.0]})
    rule = {"reorder_point": 16, "order_quantity": 20}
    lost, waiting = (
        inv.simulate_policy(goods, rule, lead_time=[6, 14], lost_sales=x, replications=80).fill_rate
        for x in (True, False)
    )
    assert lost > waiting
    assert lost == pytest.approx(1 / (2 - waiting), abs=0.01)


def test_a_simulation_shows_itself():
    import matplotlib.pyplot as plt

    plt.switch_backend("Agg")
    set_language("en")
    lived = inv.simulate_policy([1, 2, 0, 3] * 20, {"order_up_to": 9}, lead_time=2)
    assert "fill rate" in repr(lived)
    assert "fill rate" in lived._repr_html_()
    title = lived.plot().axes[0].get_title(loc="left")
    assert f"{lived.fill_rate:.1%}" in title
    plt.close("all")


# --- the daily round -------------------------------------------------------------------------


@calm
@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=60).filter(lambda v: sum(v) > 0))
def test_class_a_is_the_fewest_goods_with_four_fifths_of_the_value(values):
    found = inv.abc(pd.DataFrame({"value": values}))
    top = found[found["class"] == "A"]
    assert top["share"].sum() >= 0.8 - 1e-9
    assert top["share"].iloc[:-1].sum() < 0.8
    assert found["value"].is_monotonic_decreasing
    assert sorted(found.index) == list(range(len(values)))


def test_every_product_is_counted_at_its_interval_and_the_work_is_even():
    goods = inv.abc(pd.DataFrame({"value": 1 / np.arange(1, 241)}))
    plan = inv.count_plan(goods, days=168)
    gaps = plan.groupby("product")["day"].diff().dropna()
    every = plan.loc[gaps.index, "class"].map({"A": 28, "B": 84, "C": 168})
    assert (gaps == every).all()
    assert set(plan["product"]) == set(goods.index)
    assert plan.groupby("day").size().max() <= plan.groupby("day").size().mean() + 3


@calm
@given(
    book=st.lists(st.integers(0, 50), min_size=1, max_size=20), off=st.integers(-5, 5),
    since=st.integers(0, 9),
)  # fmt: skip
def test_books_are_mended_by_the_difference(book, off, since):
    found = [max(b + off, 0) for b in book]
    counts = pd.DataFrame(
        {"date": "2025-05-01", "product_id": range(len(book)), "book": book, "found": found}
    )
    now = pd.Series([b + since for b in book])
    told = inv.adjust(counts, unit_cost=2.0, stock=now)
    assert told["corrected"].tolist() == [f + since for f in found]
    assert told["value"].sum() == pytest.approx(2 * (sum(found) - sum(book)))
    assert (told["gain"] * told["loss"] == 0).all()


def test_alerts_order_what_brings_the_position_above_the_point():
    stock = pd.DataFrame(
        {"on_hand": [0, 3, 9, 80, 2], "on_order": [30, 0, 0, 0, 0]}, index=list("abcde")
    )
    policy = pd.DataFrame(
        {"reorder_point": 10, "order_quantity": 4, "daily_demand": 2.0, "lead_time": 5},
        index=list("edcba"),
    )
    told = inv.alerts(stock, policy)
    assert told["state"].to_dict() == {
        "a": "sold_out", "b": "order", "c": "order", "d": "overstock", "e": "order",
    }  # fmt: skip
    assert told.index[0] == "a"
    assert told["order"].to_dict() == {"a": 0, "b": 8, "c": 4, "d": 0, "e": 12}
    assert told.loc["e", ["days_left", "gap"]].tolist() == [1.0, 4.0]
    position = told["position"] + told["order"]
    assert (position > 10).all()


def test_turnover_by_its_definitions():
    stock = pd.DataFrame(
        {
            "date": ["2025-03-01", "2025-03-02"] * 3,
            "product_id": [1, 1, 2, 2, 3, 3],
            "opening": [10, 8, 5, 5, 0, 0],
            "received": [0, 4, 0, 0, 0, 0],
            "restocked": 0,
            "sold": [2, 3, 0, 0, 0, 0],
            "closing": [8, 9, 5, 5, 0, 0],
            "cost": [2.0, 2.0, 8.0, 8.0, 1.0, 1.0],
        }
    )
    told = inv.turnover(stock).iloc[0]
    assert told["days_of_inventory"] == pytest.approx(27 / 5)
    assert told["sell_through"] == pytest.approx(5 / 19)
    assert told["active_share"] == pytest.approx(1 / 2)
    by = inv.turnover(stock, by="product_id", unit_cost="cost")
    assert by.loc[1, "days_of_inventory"] == pytest.approx(17 / 5)
    assert by.loc[2, "days_of_inventory"] == np.inf


# --- bad input -------------------------------------------------------------------------------

GOODS = pd.DataFrame({"mean": [2.0, 1.0]}, index=["tea", "cup"])
RULE = {"reorder_point": 5, "order_quantity": 9}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: inv.eoq(0, 1, 9), "K is 0; it must be above 0"),
        (lambda: inv.eoq(1, 1, 9, rate=5), "rate is 5; it must be above 9"),
        (lambda: inv.newsvendor(1, 2, -3), "the mean of demand is -3; it must be at least 0"),
        (lambda: inv.newsvendor(1, 2), "give the mean of demand"),
        (lambda: inv.newsvendor(1, 2, demand={1: 0.5}), "add up to 0.5, not to 1"),
        (lambda: inv.lot_sizes([4, -2, 3], 1, 1), "demand is -2 in row 1; it must be at least 0"),
        (lambda: inv.lot_sizes([4, 2], [1, 1, 1], 1), r"K has shape \(3,\); one number, or 2"),
        (lambda: inv.r_q(1, 2, 3, 4, 1, 0), "the lead time is 0; it must be above 0"),
        (lambda: inv.s_S(1, 2, 3, 4, method="guess"), "method is 'guess'"),
        (
            lambda: inv.reorder_point(1, 1, pd.Series([4, 0], ["tea", "cup"]), cycle_service=0.9),
            r"the lead time is 0 in row 1 \('cup'\); it must be above 0",
        ),
        (
            lambda: inv.reorder_point([1, 1], 1, [4, np.nan], cycle_service=0.9),
            "the lead time is missing in row 1",
        ),
        (lambda: inv.reorder_point(1, 1, 4), "give either cycle_service or fill_rate"),
        (lambda: inv.reorder_point(1, 1, 4, fill_rate=0.9), "a fill rate needs the order quantity"),
        (lambda: inv.reorder_point(1, 1, 4, cycle_service=95), "cycle_service is 95"),
        (lambda: inv.lead_time_demand([1, -1, 2], 3), "demand is -1 in row 1"),
        (
            lambda: inv.lead_time_demand([1, 1.5], 3, kind="bootstrap"),
            "demand is 1.5 in row 1; the bootstrap needs whole numbers",
        ),
        (lambda: inv.lead_time_demand([1, 2], 3, kind="bell"), "no kind is called 'bell'"),
        (
            lambda: inv.simulate_policy(pd.DataFrame({"tea": [1, 2, -3]}), RULE, lead_time=2),
            "demand is -3 in row 2, column 'tea'; it must be at least 0",
        ),
        (lambda: inv.simulate_policy(GOODS, RULE, lead_time=0), "the lead time is 0"),
        (lambda: inv.simulate_policy(GOODS, RULE, lead_time=[3, np.nan]), "is missing in row 1"),
        (
            lambda: inv.simulate_policy(GOODS, RULE, lead_time=2.5),
            "the lead time is 2.5; a whole number is needed",
        ),
        (
            lambda: inv.simulate_policy(GOODS, RULE, lead_time={"tea": [3]}),
            "lead_time has no entry for product 'cup'",
        ),
        (lambda: inv.simulate_policy(GOODS, {"r": 5}, lead_time=2), "the policy has 'r'"),
        (
            lambda: inv.simulate_policy(GOODS, {"reorder_point": 5}, lead_time=2),
            "needs either order_quantity or order_up_to",
        ),
        (
            lambda: inv.simulate_policy(GOODS, {"reorder_point": 5, "order_up_to": 5}, lead_time=2),
            "order_up_to must be above reorder_point; product 'tea'",
        ),
        (
            lambda: inv.simulate_policy(
                GOODS, pd.DataFrame({"order_up_to": [5, 6]}, ["tea", "pot"]), lead_time=2
            ),
            "order_up_to has no row for product 'cup'",
        ),
        (lambda: inv.abc(pd.DataFrame({"value": [1, -1]})), "value is -1 in row 1"),
        (lambda: inv.abc(pd.DataFrame({"sales": [1]})), "products has no column 'value'"),
        (
            lambda: inv.count_plan(pd.DataFrame({"class": ["A", "X"]}), days=9),
            "class 'X' has no interval",
        ),
        (
            lambda: inv.adjust(
                pd.DataFrame({"date": ["2025-01-01"], "product_id": 1, "book": 3, "found": -1})
            ),
            "counts: 'found' is -1 in row 0",
        ),
        (
            lambda: inv.adjust(
                pd.DataFrame({"date": "2025-01-01", "product_id": [1, 1], "book": 3, "found": 3})
            ),
            "row 1 counts a product again",
        ),
        (
            lambda: inv.alerts(
                pd.DataFrame({"on_hand": [1], "on_order": [0]}, ["tea"]),
                pd.DataFrame({"reorder_point": [1]}, ["cup"]),
            ),
            "policy has no row for product 'tea'",
        ),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_text_is_no_number():
    with pytest.raises(TypeError, match="demand holds list; numbers are needed"):
        inv.lot_sizes(["a", "b"], 1, 1)
    with pytest.raises(TypeError, match="K is 'x'; a number is needed"):
        inv.eoq("x", 1, 1)


def test_waiting_and_making_together_cost_the_least():
    """On average (Q rho - B)^2 / (2 Q rho) units lie and B^2 / (2 Q rho) wait."""
    K, h, D, p, rate = 10.0, 2.0, 40.0, 5.0, 60.0
    found, rho = inv.eoq(K, h, D, p=p, rate=rate), 1 - D / rate
    lots, waiting = np.meshgrid(np.linspace(20, 60, 801), np.linspace(0, 20, 801))
    kept = h * (lots * rho - waiting) ** 2 + p * waiting**2
    costs = K * D / lots + kept / (2 * lots * rho)
    assert found.cost == pytest.approx(costs.min(), rel=1e-4)
    assert found.quantity == pytest.approx(lots.ravel()[costs.argmin()], abs=0.1)


def test_a_product_without_lead_times_is_named():
    table = pd.DataFrame({"mean": [2.0, 3.0]}, index=["cup", "pot"])
    rule = {"reorder_point": 9, "order_quantity": 9}
    with pytest.raises(ValueError, match="no days for product 'pot'"):
        inv.simulate_policy(table, rule, lead_time={"cup": [3], "pot": []})
