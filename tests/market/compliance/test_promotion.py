"""Section 1.4: what a discount is measured from, and whether it is true."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomlab.market import compliance
from ecomlab.market.compliance import Profile, Promotion
from plans import broken, cut, status

# A first import, or a busy machine, is no reason to fail.
calm = settings(deadline=None, max_examples=40)


def raised(days: int, claimed: float = 0.5, **more: Any) -> Promotion:
    """100 until some days before 1 July 2026, then 160; half of the last price from then on."""
    start = date(2026, 7, 1)
    history = {start - timedelta(days=back): 160 if back <= days else 100 for back in range(1, 41)}
    return Promotion(
        start, history[start - timedelta(days=1)] * (1 - claimed), claimed, history, **more
    )


def test_a_discount_is_measured_from_the_lowest_price_of_seven_days():
    offer = raised(5)
    assert compliance.base_price(offer.history, offer.start) == 100
    assert compliance.true_discount(offer) == pytest.approx(0.2)
    assert broken(Profile(sales={"CN": 9}, promotion=offer), "2026-07-01") == [
        "cn-discount-base",
        "cn-price-raise",
    ]


def test_the_seventh_day_before_counts_and_the_eighth_does_not():
    assert compliance.base_price(raised(6).history, "2026-07-01") == 100
    assert compliance.base_price(raised(7).history, "2026-07-01") == 160
    plan = Profile(sales={"CN": 9, "EU": 9}, promotion=raised(7))
    assert broken(plan, "2026-07-01") == ["eu-prior-price"]
    assert (
        status(Profile(sales={"EU": 9}, promotion=raised(29)), "eu-prior-price", "2026-07-01")
        == "breach"
    )
    assert (
        status(Profile(sales={"EU": 9}, promotion=raised(30)), "eu-prior-price", "2026-07-01")
        == "met"
    )


def test_days_without_a_sale_do_not_stretch_the_seven():
    history = {"2026-06-23": 60, "2026-06-25": 90, "2026-06-30": 95, "2026-07-01": 10}
    assert compliance.base_price(history, "2026-07-01") == 90
    assert compliance.base_price(history, "2026-06-30") == 60
    assert compliance.base_price(history, "2026-08-20") == 10


@calm
@given(
    st.dictionaries(
        st.dates(date(2026, 1, 1), date(2026, 6, 30)), st.floats(1, 999), min_size=1, max_size=30
    ),
    st.integers(1, 60),
)
def test_a_base_is_a_price_that_was_paid_and_no_price_of_the_window_is_lower(history, days):
    start = date(2026, 7, 1)
    base = compliance.base_price(history, start, days=days)
    window = [p for d, p in history.items() if start - timedelta(days=days) <= d < start]
    assert base in history.values()
    assert base == (min(window) if window else history[max(history)])
    assert compliance.base_price(pd.Series(history), start, days=days) == base


@calm
@given(st.integers(1, 99), st.floats(10, 500))
def test_an_honest_claim_is_kept_and_one_cent_more_is_not(percent, usual):
    history = {date(2026, 6, 28): round(usual, 2)}
    fair = history[date(2026, 6, 28)] * (1 - percent / 100)
    honest = cut(fair, percent / 100, history)
    greedy = cut(fair + 0.01, percent / 100, history)
    assert (
        status(Profile(sales={"CN": 9}, promotion=honest), "cn-discount-base", "2026-07-01")
        == "met"
    )
    assert (
        status(Profile(sales={"CN": 9}, promotion=greedy), "cn-discount-base", "2026-07-01")
        == "breach"
    )


def test_a_stated_base_does_not_excuse_a_raise():
    plan = Profile(sales={"CN": 9, "EU": 9}, promotion=raised(5, stated_base=160))
    assert broken(plan, "2026-07-01") == ["eu-prior-price", "cn-price-raise"]
    honest = Profile(sales={"CN": 9}, promotion=raised(0, stated_base=100))
    assert broken(honest, "2026-07-01") == []


def test_a_claim_without_a_raise_is_no_price_fraud():
    offer = cut(80, 0.5, {"2026-06-28": 100})
    plan = Profile(sales={"CN": 9}, promotion=offer)
    assert broken(plan, "2026-07-01") == ["cn-discount-base"]


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"start": "soon"}, ValueError, "start is 'soon'; write a day"),
        ({"price": 0}, ValueError, "price is 0; it must be above 0"),
        ({"price": "80"}, TypeError, "price is '80'; a number is needed"),
        ({"claimed": 50}, ValueError, "claimed is 50; it must be .* below 1 .a fraction: 0.5"),
        ({"claimed": 0}, ValueError, "claimed is 0; it must be above 0 and below 1"),
        ({"history": {}}, ValueError, "the history is empty"),
        ({"history": [100]}, TypeError, "history is a list; give a mapping or Series"),
        ({"history": {"2026-06-30": -1}}, ValueError, "the price of 2026-06-30 is -1"),
        ({"history": {"2026-07-01": 80}}, ValueError, "no sale before 2026-07-01"),
        (
            {"history": {"2026-06-30": 1, date(2026, 6, 30): 2}},
            ValueError,
            "the history has 2026-06-30 twice",
        ),
        ({"stated_base": -5}, ValueError, "stated_base is -5"),
    ],
)
def test_a_promotion_that_makes_no_sense_is_refused(change, error, message):
    usual = {"start": "2026-07-01", "price": 80, "claimed": 0.5, "history": {"2026-06-30": 100}}
    with pytest.raises(error, match=message):
        Promotion(**{**usual, **change})


@pytest.mark.parametrize(
    ("days", "error"), [(0, ValueError), (-7, ValueError), (7.0, TypeError), (True, TypeError)]
)
def test_days_back_are_a_whole_number(days, error):
    with pytest.raises(error, match=f"days is {days}; "):
        compliance.base_price({"2026-06-30": 100}, "2026-07-01", days=days)
