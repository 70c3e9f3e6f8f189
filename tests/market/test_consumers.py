"""Section 1.3: changes split exactly, and drivers told by where they came first."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomlab.market.consumers import drivers, mix_and_rate

groups = st.lists(
    st.tuples(st.sampled_from("abcd"), st.integers(0, 1)), min_size=1, max_size=40
)  # fmt: skip


def frame(rows) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["device", "ordered"])


@settings(deadline=None)
@given(before=groups, after=groups)
def test_mix_and_rate_add_up_to_the_change(before, after):
    found = mix_and_rate(frame(before), frame(after), by="device")
    change = frame(after)["ordered"].mean() - frame(before)["ordered"].mean()
    assert found.loc["all", "total"] == pytest.approx(change, abs=1e-12)
    parts = found.drop(index="all")[["mix", "rate", "total"]].sum()
    assert parts.to_numpy() == pytest.approx(
        found.loc["all", ["mix", "rate", "total"]].to_numpy(float)
    )
    assert found.loc["all", "share_before"] == pytest.approx(1)


def test_a_change_by_hand():
    before = frame([("app", 1)] * 2 + [("app", 0)] * 2 + [("web", 1)] + [("web", 0)] * 5)
    after = frame([("app", 1)] * 4 + [("app", 0)] * 4 + [("web", 1)] + [("web", 0)])
    found = mix_and_rate(before, after, by="device")
    # Shares .4 and .6 become .8 and .2; the app keeps .5, the web goes from 1/6 to 1/2.
    assert found.loc["app", ["mix", "rate"]].tolist() == pytest.approx([0.4 * 0.5, 0])
    assert found.loc["web", ["mix", "rate"]].tolist() == pytest.approx([-0.4 / 3, 0.4 / 3])


def test_equal_tables_show_no_change():
    rows = frame([("a", 1), ("a", 0), ("b", 1)])
    assert (mix_and_rate(rows, rows, by="device")[["mix", "rate", "total"]] == 0).all(axis=None)


def months(seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    city, month = np.repeat(np.arange(24), 24), np.tile(np.arange(24), 24)
    starts = rng.permuted(np.tile(np.arange(3, 21), 2)[:24])
    other = rng.permuted(np.tile(np.arange(3, 21), 2)[:24])
    five_g, app = month >= starts[city], month >= other[city]
    noise = rng.normal(0, 0.01, len(city))
    mobile = 0.5 + rng.normal(0, 0.05, 24)[city] + 0.004 * month + 0.06 * five_g + 0.04 * app
    return pd.DataFrame(
        {"city_id": city, "month": month, "mobile": mobile + noise, "visits": 100 + 10 * city,
         "5g": five_g.astype(float), "app": app.astype(float), "law": (month > 9).astype(float)}
    )  # fmt: skip


def test_drivers_are_told_apart_where_on_against_off_is_misled_by_the_trend():
    panel = months()
    found = drivers(panel, outcome="mobile", factors=["5g", "app"], weights="visits")
    assert found["effect"].to_numpy() == pytest.approx([0.06, 0.04], abs=0.006)
    assert found["se"].max() < 0.003
    raw = panel.groupby("5g")["mobile"].mean()
    assert raw[1] - raw[0] > 0.09


def test_a_national_factor_is_not_identified():
    with pytest.raises(ValueError, match="factor 'law' is the same everywhere in each month"):
        drivers(months(), outcome="mobile", factors=["5g", "law"])


@pytest.mark.parametrize(
    ("how", "error", "message"),
    [
        ({"outcome": "share", "factors": ["5g"]}, ValueError, "no column 'share'"),
        ({"outcome": "mobile", "factors": "5g"}, ValueError, "factors must be a list"),
        ({"outcome": "mobile", "factors": []}, ValueError, "factors must be a list"),
    ],
)
def test_what_is_not_there_is_named(how, error, message):
    with pytest.raises(error, match=message):
        drivers(months(), **how)
