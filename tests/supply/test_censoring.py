"""Section 5.2: what empty shelves hide."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomlab.supply.inventory import censored_demand


def shelf(rate: float, seed: int = 0, days: int = 400, busy: bool = False) -> pd.DataFrame:
    """One product's days: demand, and a stock that is often too small or nothing."""
    rng = np.random.default_rng(seed)
    factor = rng.uniform(0.5, 2, days) if busy else np.ones(days)
    demand = rng.poisson(rate * factor)
    stock = rng.choice([0, max(round(rate), 1), 50], days, p=[0.1, 0.3, 0.6])
    return pd.DataFrame(
        {"product_id": 1, "morning": stock, "units": np.minimum(demand, stock),
         "demand": demand, "busy": factor}
    )  # fmt: skip


@pytest.mark.parametrize("rate", [0.4, 3.0, 12.0])
@pytest.mark.parametrize("busy", [False, True])
def test_the_rate_is_recovered_where_sales_fall_short(rate, busy):
    found = [
        censored_demand(shelf(rate, s, busy=busy), factor="busy" if busy else None).iloc[0]
        for s in range(30)
    ]
    rates = np.array([f["rate"] for f in found])
    error = rates.std(ddof=1) / np.sqrt(30)
    assert rates.mean() == pytest.approx(rate, abs=4 * error)
    assert np.mean([f["se"] for f in found]) == pytest.approx(rates.std(ddof=1), rel=0.4)
    demand = np.array([f["demand"] for f in found])
    true = np.array([shelf(rate, s, busy=busy)["demand"].sum() for s in range(30)])
    assert demand.mean() == pytest.approx(true.mean(), rel=0.02)
    assert np.mean([f["sold"] for f in found]) < 0.93 * true.mean()


@settings(deadline=None, max_examples=40)
@given(units=st.lists(st.integers(0, 9), min_size=1, max_size=30))
def test_full_shelves_hide_nothing(units):
    found = censored_demand(pd.DataFrame({"product_id": 1, "units": units, "morning": 10})).iloc[0]
    assert found["rate"] == pytest.approx(np.mean(units))
    assert found["demand"] == found["sold"] == sum(units)


def weeks_that_differ(seed: int) -> pd.DataFrame:
    """Products whose weeks are good or bad, and whose shelves empty in the good ones."""
    rng = np.random.default_rng(seed)
    parts = []
    for product in range(40):
        week = np.repeat(np.arange(12), 7)
        demand = rng.poisson(2 * rng.gamma(4, 1 / 4, 12)[week])
        left, morning = 0, []
        for day, wanted in enumerate(demand):
            left = left + 14 if day % 7 == 0 else left
            morning.append(left)
            left -= min(left, wanted)
        parts.append(
            pd.DataFrame(
                {"product_id": product, "week": week, "morning": morning, "demand": demand,
                 "units": np.minimum(demand, morning)}
            )
        )  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def test_good_weeks_tell_of_the_days_they_missed():
    gaps = []
    for seed in range(12):
        days = weeks_that_differ(seed)
        true = days["demand"].sum()
        told = [censored_demand(days, period=p)["demand"].sum() for p in (None, "week")]
        gaps.append([x / true - 1 for x in told])
    plain, by_week = np.mean(gaps, axis=0)
    assert plain < -0.02
    assert abs(by_week) < 0.5 * abs(plain)


def test_where_weeks_do_not_differ_a_period_changes_little():
    days = shelf(3.0, days=700).assign(week=np.arange(700) // 7)
    without, with_ = (censored_demand(days, period=p).iloc[0] for p in (None, "week"))
    assert with_["demand"] == pytest.approx(without["demand"], rel=0.01)


def test_what_was_never_in_stock_has_no_rate():
    days = pd.DataFrame({"product_id": [1, 2], "units": [3, 0], "morning": [5, 0]})
    found = censored_demand(days)
    assert np.isnan(found.loc[2, "rate"])
    assert found.loc[2, "empty_days"] == 1
    assert found.loc[1, "rate"] == 3


def test_demand_never_falls_below_sales():
    found = censored_demand(shelf(2.0))
    assert (found["lost"] >= 0).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"units": 60}, "'units' is 60 in row 0, the first of 400; it must be at most 'morning'"),
        ({"units": -1}, "'units' is -1 in row 0, .*; it must be at least 0"),
        ({"busy": 0.0}, "'busy' is 0 in row 0, .*; it must be above 0"),
        ({"morning": np.nan}, "missing"),
    ],
)
def test_impossible_days_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        censored_demand(shelf(2.0).assign(**change), factor="busy")
