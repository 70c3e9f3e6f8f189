"""Section 5.4: the cost of delivery adds up, by whatever it is split."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecomlab import open_shop
from ecomlab.supply import costs


@pytest.fixture(scope="module")
def spring() -> dict[str, pd.DataFrame]:
    """The shop's parcels of two months, with their lines, orders and returns."""
    shop = open_shop()
    sent = shop.deliveries[shop.deliveries["shipped_at"].dt.to_period("Q") == "2025Q1"]
    return {
        "deliveries": sent,
        "returns": shop.returns[shop.returns["order_id"].isin(sent["order_id"])],
        "order_lines": shop.order_lines[shop.order_lines["order_id"].isin(sent["order_id"])],
        "orders": shop.orders[shop.orders["order_id"].isin(sent["order_id"])],
    }


def structure(tables: dict[str, pd.DataFrame], **change: pd.DataFrame) -> costs.CostStructure:
    """The cost structure of some tables, some of them changed."""
    given = {name: tables[name] for name in ("deliveries", "returns", "order_lines")} | change
    return costs.cost_structure(**given)


# Structure


def fen(values: pd.Series) -> int:
    """A sum in whole cents."""
    return int(np.rint(values * 100).sum())


def test_every_split_adds_up_to_the_cent(spring):
    found = structure(spring)
    lost = spring["returns"].merge(spring["order_lines"], on=["order_id", "line_no"])
    lost = (lost["units_x"] * lost["unit_cost"]).where(~lost["restocked"], 0)
    whole = sum(fen(spring["deliveries"][name]) for name in ("picking", "line_haul", "last_mile"))
    whole += fen(spring["returns"]["cost"]) + fen(lost)
    assert fen(found.components["cost"]) == whole
    assert fen(found.by_region["cost"]) == whole
    assert fen(found.by_product["cost"]) == whole
    assert fen(pd.Series([found.total])) == whole
    for name in found.components.index:
        assert fen(found.by_region[name]) == fen(found.by_product[name])


def test_each_activity_costs_its_driver_times_its_rate(spring):
    parts = structure(spring).components
    assert parts["cost"].to_numpy() == pytest.approx(parts["quantity"] * parts["per_driver"])
    assert parts.loc["picking", "quantity"] == len(spring["deliveries"])
    assert parts["share"].sum() == pytest.approx(1)


def test_the_road_goes_by_weight_where_weights_are_known(spring):
    lines = spring["order_lines"]
    order = lines["order_id"].value_counts().index[0]
    mine = lines["order_id"] == order
    parcel = spring["deliveries"]["order_id"] == order
    only = {
        "deliveries": spring["deliveries"][parcel].assign(line_haul=9.0),
        "returns": spring["returns"].iloc[:0],
        "order_lines": lines[mine].assign(weight=np.arange(mine.sum())),
    }
    by_weight = costs.cost_structure(**only).by_product["line_haul"]
    assert by_weight[lines.loc[mine, "product_id"].iloc[0]] == 0
    assert by_weight.sum() == 9


def test_a_quarter_without_returns_costs_its_parcels_alone(spring):
    none = structure(spring, returns=spring["returns"].iloc[:0])
    assert none.components.loc[["return_handling", "written_off"], "cost"].tolist() == [0, 0]
    assert none.total < structure(spring).total


@given(
    st.integers(0, 10**9),
    st.lists(st.floats(0, 1e6, allow_subnormal=False), min_size=1, max_size=12),
)
def test_a_split_cost_adds_up_and_follows_its_driver(cents, drivers):
    if sum(drivers) <= 0:
        with pytest.raises(ValueError, match="drivers are all 0"):
            costs.allocate(cents / 100, drivers)
        return
    parts = costs.allocate(cents / 100, drivers)
    assert np.rint(parts * 100).sum() == cents
    exact = cents * np.array(drivers) / sum(drivers)
    assert (np.abs(parts * 100 - exact) <= 1 + 1e-6 * cents).all()


@pytest.mark.parametrize(
    ("table", "change", "message"),
    [
        ("deliveries", {"picking": -1.0}, "deliveries: picking is -1 in row 0"),
        ("deliveries", {"line_haul": None}, "line_haul is missing in row 0"),
        ("returns", {"cost": -2.0}, "returns: cost is -2 in row 0"),
        ("returns", {"order_id": 5, "line_no": 1}, "row 1 repeats order_id and line_no"),
        ("order_lines", {"units": 0}, "order_lines: units is 0 in row 0"),
    ],
)
def test_impossible_amounts_are_refused(spring, table, change, message):
    wrong = spring[table].assign(**change)
    with pytest.raises(ValueError, match=message):
        structure(spring, **{table: wrong})


def test_rows_without_a_partner_are_refused(spring):
    sent, lines = spring["deliveries"], spring["order_lines"]
    with pytest.raises(ValueError, match="has no parcel in deliveries"):
        structure(spring, deliveries=sent.iloc[1:])
    with pytest.raises(ValueError, match="has no row in order_lines"):
        structure(spring, order_lines=lines[lines["order_id"] != sent["order_id"].iloc[0]])
    with pytest.raises(ValueError, match="deliveries has no column 'last_mile'"):
        structure(spring, deliveries=sent.drop(columns="last_mile"))
    with pytest.raises(TypeError, match="a pandas DataFrame is needed"):
        costs.cost_structure([], spring["returns"], lines)


# Cost to serve


def test_groups_bear_all_costs_between_them(spring):
    served = costs.cost_to_serve(**{k: spring[k] for k in ("orders", "deliveries", "returns",
                                                           "order_lines")})  # fmt: skip
    assert served["cost"].sum() == pytest.approx(structure(spring).total, abs=0.01)
    assert served["orders"].sum() == len(spring["orders"])
    assert served["share"].is_monotonic_decreasing
    paid = spring["orders"]["total"].sum() - spring["returns"]["refund"].sum()
    assert served["net_revenue"].sum() == pytest.approx(paid, abs=0.5)
    rest = served["net_revenue"] - served["goods_cost"] - served["cost"]
    assert served["profit"].to_numpy() == pytest.approx(rest.to_numpy(), abs=0.02)


def test_a_parcel_without_an_order_is_refused(spring):
    tables = {k: spring[k] for k in ("orders", "deliveries", "returns", "order_lines")}
    with pytest.raises(ValueError, match="is not in orders"):
        costs.cost_to_serve(**(tables | {"orders": tables["orders"].iloc[5:]}))
    with pytest.raises(ValueError, match="orders has no column 'tier'"):
        costs.cost_to_serve(**tables, by="tier")


def test_pareto_ranks_and_classes():
    found = costs.pareto(pd.Series({"a": 50.0, "b": 30.0, "c": 15.0, "d": 5.0}))
    assert found["class"].tolist() == ["A", "A", "B", "C"]
    assert found["cumulative"].iloc[-1] == pytest.approx(1)
    assert costs.pareto([1, 99])["class"].tolist() == ["A", "C"]
    with pytest.raises(ValueError, match="costs is -1 in row 1"):
        costs.pareto([3, -1])
    with pytest.raises(ValueError, match="class A must end before class B"):
        costs.pareto([3, 1], a=0.9, b=0.8)
    with pytest.raises(ValueError, match="all 0"):
        costs.pareto([0, 0])


# Process


def test_the_bottleneck_moves_with_the_workers():
    log = open_shop().process_log.head(6 * 900)
    alone = costs.process(log)
    assert alone.bottleneck == "pick"
    assert list(alone.steps.index) == ["pick", "pack", "sort", "load", "line_haul", "last_mile"]
    staffed = costs.process(log, workers={"pick": 4})
    assert staffed.bottleneck == "load"
    assert staffed.steps.loc["pick", "per_hour"] == pytest.approx(4 * alone.per_hour)
    assert staffed.per_hour == pytest.approx(60 / alone.steps.loc["load", "minutes"])
    # The road takes days, and limits nothing: it carries many at once.
    assert alone.steps["minutes"].idxmax() == "line_haul"
    assert np.isnan(alone.steps.loc["line_haul", "per_hour"])


def test_waiting_between_steps_is_seen():
    at = pd.Timestamp("2025-03-01 09:00") + pd.to_timedelta([0, 10, 25, 30], unit="min")
    log = pd.DataFrame(
        {"order_id": 1, "step": ["pick", "pack"], "cost": 1.0, "started_at": at[[0, 2]],
         "ended_at": at[[1, 3]]}
    )  # fmt: skip
    steps = costs.process(log).steps
    assert steps["minutes"].tolist() == [10, 5]
    assert steps["wait"].tolist() == [0, 15]
    with pytest.raises(ValueError, match="row 1 ends before it starts"):
        costs.process(log.assign(ended_at=at[[1, 1]]))
    with pytest.raises(TypeError, match="'started_at' holds"):
        costs.process(log.assign(started_at=1.0))
    with pytest.raises(ValueError, match="step 'weigh'; the log has pick, pack"):
        costs.process(log, workers={"weigh": 2})
    with pytest.raises(ValueError, match="no step of the log"):
        costs.process(log, together=["pick", "pack"])


# Technology


def test_an_annuity_is_worth_what_the_tables_print():
    # 5 years at 10 %: 3.7908; 10 years at 8 %: 6.7101 (Brealey, Myers, Allen, appendix).
    for years, rate, factor in [(5, 0.10, 3.7908), (10, 0.08, 6.7101)]:
        case = costs.technology_case(0, 1, 1, years=years, rate=rate)
        assert case.npv == pytest.approx(factor, abs=5e-5)


@given(
    st.floats(1, 1e6), st.floats(0.01, 5), st.floats(0, 1e5), st.integers(1, 12),
    st.floats(0, 0.3), st.floats(-0.1, 0.2),
)  # fmt: skip
def test_at_the_break_even_volume_the_case_is_worth_nothing(
    price, saving, running, years, rate, growth
):
    settings = dict(running=running, years=years, rate=rate, growth=growth)
    edge = costs.technology_case(price, saving, 1, **settings).break_even_volume
    at_edge = costs.technology_case(price, saving, edge, **settings)
    assert at_edge.npv == pytest.approx(0, abs=1e-6 * (price + running * years))


def test_payback_is_within_the_life_only_if_the_case_pays():
    good = costs.technology_case(60_000, 0.6, 40_000, running=5_000)
    bad = costs.technology_case(60_000, 0.6, 30_000, running=5_000)
    assert good.npv > 0 > bad.npv
    assert good.payback < 5
    assert bad.payback == float("inf")
    assert good.break_even_volume == bad.break_even_volume
    assert 30_000 < good.break_even_volume < 40_000


def test_what_is_saved_per_parcel_tells_more_than_the_running_cost():
    swing = costs.technology_case(60_000, 0.6, 40_000, running=5_000).sensitivity()["swing"]
    assert swing["saving"] == pytest.approx(swing["volume"])
    assert swing["saving"] > swing["price"] > swing["running"] > 0
    assert swing.round(4).is_monotonic_decreasing


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"price": -1}, "price is -1; it must be at least 0"),
        ({"saving": -0.1}, "saving is -0.1"),
        ({"volume": float("nan")}, "volume is missing"),
        ({"years": 0}, "years is 0; it must be at least 1"),
        ({"years": 2.5}, "years is 2.5; a whole number"),
        ({"rate": -1}, "rate is -1; it must be above -1"),
        ({"rate": 8}, "rate is 8, which is 800 % a year; a rate is a share: 0.08 for 8 %"),
        ({"growth": 5}, "growth is 5, which is 500 % a year; a rate is a share"),
    ],
)
def test_a_case_that_cannot_be_is_refused(change, message):
    with pytest.raises((TypeError, ValueError), match=message):
        costs.technology_case(**({"price": 1, "saving": 1, "volume": 1} | change))


def test_a_rate_of_one_is_still_a_share():
    assert costs.technology_case(1, 1, 1, rate=1.0, growth=1.0, years=2).npv == -1 + 1 / 2 + 2 / 4


def test_charts_say_what_they_show(spring):
    import matplotlib.pyplot as plt

    plt.switch_backend("Agg")
    found = structure(spring)
    back = found.components.loc[["return_handling", "written_off"], "share"].sum()
    assert f"{back:.0%}" in found.plot().get_title(loc="left")
    report = costs.process(open_shop().process_log.head(600))
    assert "The bottleneck is picking" in report.plot().get_title(loc="left")
    case = costs.technology_case(1_000, 0.5, 600)
    assert case.told() == case.plot().get_title(loc="left")
    assert case.told() in case._repr_html_()
    assert "never pays" in costs.technology_case(1, 0, 5).told()
    plt.close("all")


SENT = pd.DataFrame({"order_id": [1], "city_id": 7, "weight": 1.0, "distance": 9.0,
                     "picking": 1.0, "line_haul": 1.0, "last_mile": 1.0})  # fmt: skip
LINE = pd.DataFrame({"order_id": [1], "line_no": 1, "product_id": 5, "units": 3, "amount": 90.0,
                     "unit_cost": 20.0})  # fmt: skip
BACK = pd.DataFrame({"order_id": [1], "line_no": 1, "product_id": 5, "units": 1,
                     "restocked": True, "cost": 8.0, "refund": 30.0})  # fmt: skip
PAID = pd.DataFrame({"order_id": [1], "total": [90.0], "city_id": 7})


def test_a_part_of_a_line_sent_back_leaves_the_rest_sold():
    found = costs.cost_to_serve(PAID, SENT, BACK, LINE).loc[7]
    assert found[["net_revenue", "goods_cost", "profit"]].tolist() == [60.0, 40.0, 9.0]


def test_a_group_without_returns_has_none():
    assert costs.cost_to_serve(PAID, SENT, BACK.iloc[:0], LINE).loc[7, "profit"] == 27.0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"units": 4}, "sends back 4 units of a line of 3"),
        ({"restocked": "False"}, "restocked is 'False' in row 0"),
        ({"restocked": None}, "restocked is None in row 0"),
    ],
)
def test_returns_that_cannot_be_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        costs.cost_structure(SENT, BACK.assign(**change), LINE)


def test_half_a_cent_is_not_allocated():
    with pytest.raises(ValueError, match="whole cents"):
        costs.allocate(2.005, [1, 1])
