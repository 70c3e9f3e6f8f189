"""Section 5.2: safety stock, the daily round, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomlab.supply import inventory as inv

calm = settings(deadline=None, max_examples=30)


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
