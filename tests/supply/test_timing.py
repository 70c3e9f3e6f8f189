"""Section 5.1: open orders tell that lead times are long."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecomlab.supply.suppliers import lead_times, product_limit

TODAY = pd.Timestamp("2025-06-30")


def orders(seed: int = 0, count: int = 400, span: int = 40) -> pd.DataFrame:
    """Orders of the last weeks, many of them still open; two suppliers."""
    rng = np.random.default_rng(seed)
    made = TODAY - pd.to_timedelta(rng.integers(0, span, count), unit="D")
    supplier = rng.integers(1, 3, count)
    lead = np.maximum(np.rint(rng.gamma(9, np.where(supplier == 1, 1.0, 2.0))), 1)
    received = pd.Series(made + pd.to_timedelta(lead, unit="D"))
    return pd.DataFrame(
        {"supplier_id": supplier, "ordered_on": made,
         "received_on": received.where(received <= TODAY)}
    )  # fmt: skip


@given(ages=st.lists(st.integers(0, 60), min_size=2, max_size=30))
def test_without_open_orders_it_is_the_plain_mean(ages):
    made = pd.Timestamp("2025-01-01")
    table = pd.DataFrame(
        {"supplier_id": 1, "ordered_on": made,
         "received_on": made + pd.to_timedelta(ages, unit="D")}
    )  # fmt: skip
    found = lead_times(table, as_of=TODAY).loc[1]
    assert found["mean"] == pytest.approx(np.mean(ages))
    assert found["sd"] == pytest.approx(np.std(ages), abs=1e-9)


def test_closed_orders_only_look_short_and_the_product_limit_does_not():
    table = orders()
    found = lead_times(table, as_of=TODAY)
    closed = (table["received_on"] - table["ordered_on"]).dt.days.groupby(table["supplier_id"])
    assert found.loc[2, "mean"] == pytest.approx(18, abs=3.5 * found.loc[2, "se_mean"])
    assert closed.mean()[2] < 18 - 2.5 * found.loc[2, "se_mean"]
    assert found.loc[1, "mean"] == pytest.approx(9, abs=3.5 * found.loc[1, "se_mean"])
    assert found["open"].sum() == table["received_on"].isna().sum()


def test_the_spread_and_its_error():
    found = [lead_times(orders(s, 800, 300), as_of=TODAY).loc[1] for s in range(40)]
    sds = np.array([f["sd"] for f in found])
    assert sds.mean() == pytest.approx(3.0, abs=0.1)
    assert np.mean([f["se_sd"] for f in found]) == pytest.approx(sds.std(ddof=1), rel=0.35)


def test_the_product_limit_by_hand():
    """Four orders: closed after 2 and 5 days, open at 4, closed after 7."""
    age, closed = np.array([2.0, 4, 5, 7]), np.array([True, False, True, True])
    times, weights = product_limit(age, closed)
    assert times.tolist() == [2, 5, 7]
    assert weights == pytest.approx([1 / 4, 3 / 8, 3 / 8])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.assign(received_on=TODAY + pd.Timedelta(days=1)), "received after 2025-06-30"),
        (lambda t: t.assign(received_on=pd.NaT), "fewer than two closed orders"),
        (lambda t: t.drop(columns="received_on"), "no column 'received_on'"),
        (lambda t: t.assign(ordered_on=pd.NaT), "'ordered_on' is missing in row 0, the first of 4"),
    ],
)
def test_impossible_orders_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        lead_times(change(orders()), as_of=TODAY)
