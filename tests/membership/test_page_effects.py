"""Section 4.1: a page's effects come from what was drawn, not from what people chose."""

from __future__ import annotations

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest
import statsmodels.api as sm

from ecomlab.membership.interface import feature_effect, speed_effect


@pytest.fixture(scope="module")
def visits() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    n = 40_000
    who = rng.integers(0, 8_000, n)
    intent = rng.random(n) < 0.2
    arm = (np.random.default_rng(1).random(8_000) < 0.5)[who].astype(int)
    used = (arm == 1) & (rng.random(n) < np.where(intent, 0.7, 0.3))
    device = np.where(rng.random(n) < 0.6, "mobile", "desktop")
    hour = rng.integers(0, 24, n)
    delay = rng.choice([0, 600, 1200], n)
    latency = delay + 900 + 500 * intent + rng.exponential(300, n)
    odds = -3 + 2 * intent + 0.5 * used - 0.02 * delay / 100 + 0.2 * (device == "desktop")
    bought = rng.random(n) < 1 / (1 + np.exp(-odds - 0.1 * (hour > 19)))
    return pd.DataFrame(
        {"customer_id": who, "arm": arm, "used": used.astype(int), "device": device,
         "delay": delay, "latency": (latency // 50 * 50).astype(int), "ordered": bought,
         "started_at": pd.Timestamp("2025-03-01") + pd.to_timedelta(hour, unit="h")}
    )  # fmt: skip


def test_speed_equals_a_logit_on_every_row(visits):
    found = speed_effect(visits).iloc[0]
    hours = pd.get_dummies(visits["started_at"].dt.hour, drop_first=True)
    x = pd.concat([visits["delay"] / 100, visits["device"] == "mobile", hours], axis=1)
    fit = sm.Logit(visits["ordered"].astype(float), sm.add_constant(x.astype(float))).fit(disp=0)
    assert found["effect"] == pytest.approx(fit.params["delay"], rel=1e-6)
    assert found["se"] == pytest.approx(fit.bse["delay"], rel=1e-5)
    assert (found["visits"], found["orders"]) == (len(visits), visits["ordered"].sum())


def test_measured_loading_time_misleads(visits):
    drawn, raw = speed_effect(visits), speed_effect(visits, delay="latency", controls=())
    assert drawn["upper"].iloc[0] < -0.005
    assert raw["effect"].iloc[0] > drawn["upper"].iloc[0]


@pytest.mark.parametrize("kind", ["polars", "duckdb"])
def test_any_frame_will_do(visits, kind):
    table = pl.from_pandas(visits) if kind == "polars" else duckdb.from_df(visits)
    pd.testing.assert_frame_equal(speed_effect(table), speed_effect(visits), rtol=1e-9)
    pd.testing.assert_frame_equal(
        feature_effect(table, "arm"), feature_effect(visits, "arm"), rtol=1e-9
    )


def test_intention_to_treat_is_the_ratio_of_conversions(visits):
    found = feature_effect(visits, "arm").loc["arm"]
    rate = visits.groupby("arm")["ordered"].mean()
    assert found["lift"] == pytest.approx(rate[1] / rate[0] - 1)
    assert found["customers"] == visits["customer_id"].nunique()


def test_its_error_is_that_of_resampled_customers(visits):
    found = feature_effect(visits, "arm").loc["arm"]
    sums = visits.groupby(["customer_id", "arm"])["ordered"].agg(["sum", "size"]).reset_index()
    rng, lifts = np.random.default_rng(0), []
    for _ in range(300):
        again = sums.iloc[rng.integers(0, len(sums), len(sums))].groupby("arm")[["sum", "size"]]
        rate = again.sum().eval("sum / size")
        lifts.append(rate[1] / rate[0] - 1)
    assert found["se"] == pytest.approx(np.std(lifts), rel=0.15)


def test_users_against_others_misleads(visits):
    rate = visits.groupby("used")["ordered"].mean()
    assert rate[1] / rate[0] - 1 > feature_effect(visits, "arm")["upper"].iloc[0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"arm": 2}, "holds the arms"),
        ({"arm": [0, 1, 0, 1]}, "customer 1 is in both arms"),
        ({"ordered": [True, False, False, False]}, "nobody bought in arm 1"),
        ({"arm": None}, "'arm' has 4 missing"),
    ],
)
def test_a_broken_test_is_refused(change, message):
    visits = pd.DataFrame(
        {"customer_id": [1, 1, 2, 2], "arm": [0, 0, 1, 1], "ordered": [True, False, True, False]}
    )
    with pytest.raises(ValueError, match=message):
        feature_effect(visits.assign(**change), "arm")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"delay": 0}, "'delay' is the same for everybody"),
        ({"ordered": True}, "4 of 4 ended in an order"),
        ({"delay": [0, None, 0, 600]}, "missing"),
    ],
)
def test_delays_that_tell_nothing_are_refused(change, message):
    visits = pd.DataFrame(
        {"delay": [0, 600, 0, 600], "device": "mobile", "ordered": [True, False, False, True],
         "started_at": pd.Timestamp("2025-03-01")}
    )  # fmt: skip
    with pytest.raises(ValueError, match=message):
        speed_effect(visits.assign(**change))
