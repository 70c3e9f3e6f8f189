"""Section 1.3: changes split exactly, and drivers told by where they came first."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import engines
from ecomlab import open_shop
from ecomlab.market.consumers import behaviour_mix, city_months, drivers, mix_and_rate
from ecomlab.shop import World, simulate
from ecomlab.shop.faults import DRIVERS

groups = st.lists(
    st.tuples(st.sampled_from("abcd"), st.integers(0, 1)), min_size=1, max_size=40
)  # fmt: skip


def frame(rows) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["device", "ordered"])


VISITS = pd.DataFrame(
    {
        "device": pd.Categorical(["mobile", "desktop", "mobile", "mobile"], ["mobile", "desktop"]),
        "scene": ["live", "live", "search", "search"],
        "ordered": [True, False, True, False],
        "started_at": pd.to_datetime(["2025-01-01", "2025-01-31", "2025-02-03", "2025-02-09"]),
    }
)


@pytest.mark.parametrize("kind", engines.LOCAL)
def test_a_mix_has_the_groups_in_order_with_shares_and_rates(kind):
    table = engines.table(VISITS, kind)
    found = behaviour_mix(table, by="device")
    assert engines.same_type(found, table)
    engines.assert_equal(found, [("desktop", 1, 0.25, 0.0, 0.0), ("mobile", 3, 0.75, 2.0, 2 / 3)])


@pytest.mark.parametrize("kind", engines.LOCAL)
def test_shares_are_of_each_period(kind):
    found = behaviour_mix(engines.table(VISITS, kind), by=["scene", "device"], every="month")
    january, february = (pd.Timestamp(2025, m, 1).to_pydatetime() for m in (1, 2))
    engines.assert_equal(
        found,
        [
            (january, "live", "desktop", 1, 0.5, 0.0, 0.0),
            (january, "live", "mobile", 1, 0.5, 1.0, 1.0),
            (february, "search", "mobile", 2, 1.0, 1.0, 0.5),
        ],
    )


@settings(deadline=None, max_examples=25)
@given(rows=groups)
def test_shares_add_up_to_one_and_shares_times_rates_to_the_mean(rows):
    found = behaviour_mix(frame(rows), by="device")
    assert found["share"].sum() == pytest.approx(1)
    assert (found["share"] * found["rate"]).sum() == pytest.approx(frame(rows)["ordered"].mean())


@pytest.mark.parametrize(
    ("how", "error", "message"),
    [
        ({"by": "app"}, ValueError, "visits has no column 'app'"),
        ({"by": []}, ValueError, "by is empty"),
        ({"by": ["scene", "scene"]}, ValueError, "by names a column twice"),
        ({"by": "rate"}, ValueError, "by names 'rate', which the result has"),
        ({"by": "device", "every": "year"}, ValueError, "one of 'day', 'week', 'month'"),
        ({"by": "device", "outcome": "scene"}, TypeError, "expected numbers or true/false"),
    ],
)
def test_a_mix_of_what_is_not_there_is_refused(how, error, message):
    with pytest.raises(error, match=message):
        behaviour_mix(VISITS.assign(rate=0.1), **how)


def test_a_missing_group_is_counted_and_placed():
    with pytest.raises(ValueError, match="'scene' has 1 missing value, first in row 2"):
        behaviour_mix(VISITS.assign(scene=["a", "b", None, "c"]), by="scene")


def test_the_shoppers_of_a_real_shop(refdata):
    path = refdata / "mining" / "uci_online_shoppers_intention.csv.gz"
    sessions = pd.read_csv(path, sep=";")
    assert (len(sessions), sessions["Revenue"].sum()) == (12_330, 1_908)
    found = behaviour_mix(sessions, by="VisitorType", outcome="Revenue").set_index("VisitorType")
    assert round(100 * found.loc["New_Visitor", "rate"], 2) == 24.91
    assert round(100 * found.loc["Returning_Visitor", "rate"], 2) == 13.93
    # November against May: more newcomers came, but both kinds bought far more readily.
    may, november = (sessions[sessions["Month"] == month] for month in ("May", "Nov"))
    split = mix_and_rate(may, november, by="VisitorType", outcome="Revenue").loc["all"]
    change = november["Revenue"].mean() - may["Revenue"].mean()
    assert split["total"] == pytest.approx(change, abs=1e-12)
    assert split["rate"] > 10 * abs(split["mix"])


@settings(deadline=None, max_examples=25)
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


def test_the_shops_drivers_move_the_device_and_hardly_the_conversion():
    """Twins: without its three drivers the shop has far fewer mobile visits, as good buyers."""
    size = {"customers": 2_500, "products": 24, "cities": 8, "agents": 4}
    world = World.draw(3, **size)
    calm = world.replace(shocks={"drivers": (0.0,) * len(DRIVERS)})
    mobile, conversion = [], []
    for one in (world, calm):
        visits = simulate(one, days=460).visits
        late = visits[visits["started_at"] >= "2025-01-01"]
        mobile.append((late["device"] == "mobile").mean())
        conversion.append(late["ordered"].mean())
    assert mobile[0] - mobile[1] > 0.05
    assert abs(conversion[0] - conversion[1]) < 0.05 * conversion[1]


def test_on_off_months_mislead_about_the_shipped_shops_drivers_and_effects_do_not():
    shop = open_shop()
    panel = city_months(shop.visits, shop.assignments, factors=DRIVERS)
    found = drivers(panel, outcome="mobile", factors=DRIVERS, weights="visits")
    truth = np.array(shop.world.shocks.drivers)
    assert found["effect"].to_numpy() == pytest.approx(truth, abs=0.02)
    for driver, effect in zip(DRIVERS, truth, strict=True):
        means = panel.groupby(panel[driver] > 0.5)["mobile"].mean()
        assert means[True] - means[False] > effect + 0.03


def test_a_factor_counts_from_its_day_on_and_never_where_it_did_not_come():
    starts = pd.DataFrame(
        {"experiment": "5g", "unit_id": [1], "starts_on": [pd.Timestamp("2025-01-11")]}
    )
    panel = city_months(VISITS.assign(city_id=[1, 1, 2, 2]), starts, factors=["5g"])
    assert panel["city_id"].tolist() == [1, 2]
    assert panel["visits"].tolist() == [2, 2]
    assert panel["mobile"].tolist() == [0.5, 1.0]
    assert panel["5g"].tolist() == [pytest.approx(21 / 31), 0]
    with pytest.raises(ValueError, match="factor '6g' starts nowhere"):
        city_months(VISITS.assign(city_id=1), starts, factors=["6g"])


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
