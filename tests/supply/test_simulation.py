"""The simulator of 5.2: policies lived through day by day."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomlab.market.growth import forecast
from ecomlab.style import set_language
from ecomlab.supply import inventory as inv
from ecomlab.supply.inventory.uncertain import poisson
from ecomlab.supply.suppliers import lead_times

calm = settings(deadline=None, max_examples=30)


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


def test_a_product_without_lead_times_is_named():
    table = pd.DataFrame({"mean": [2.0, 3.0]}, index=["cup", "pot"])
    rule = {"reorder_point": 9, "order_quantity": 9}
    with pytest.raises(ValueError, match="no days for product 'pot'"):
        inv.simulate_policy(table, rule, lead_time={"cup": [3], "pot": []})
