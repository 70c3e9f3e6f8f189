"""Section 1.2: the published figures, the laws of growth arithmetic, concentration."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomlab.datasets import data
from ecomlab.market import growth

# A first import, or a busy machine, is no reason to fail.
calm = settings(deadline=None, max_examples=40)

levels = st.floats(1e-3, 1e9)


# --- growth rates ---------------------------------------------------------------------------------


def test_us_growth_from_2000_to_2023_is_the_published_rate():
    us = data("market/us_retail_ecommerce").set_index("year")["sales_usd_mn"]
    assert round(100 * growth.cagr(us[2000], us[2023], 23), 2) == 17.42


@calm
@given(first=levels, rate=st.floats(-0.5, 2), periods=st.integers(1, 30))
def test_cagr_leads_from_the_first_level_to_the_last(first, rate, periods):
    assert growth.cagr(first, first * (1 + rate) ** periods, periods) == pytest.approx(rate)


@calm
@given(level=levels, rate=st.floats(0.001, 2), periods=st.floats(0.1, 60))
def test_periods_to_reach_undoes_compound_growth(level, rate, periods):
    target = level * (1 + rate) ** periods
    assert growth.periods_to_reach(level, target, rate) == pytest.approx(periods)


def test_a_target_on_the_other_side_of_growth_is_never_reached():
    assert growth.periods_to_reach(100, 200, -0.1) == float("inf")
    assert growth.periods_to_reach(100, 100, 0.1) == 0


@calm
@given(level=levels, rate=st.floats(-0.9, 2))
def test_a_comparable_base_grows_to_the_level_by_the_printed_rate(level, rate):
    assert growth.comparable_base(level, rate) * (1 + rate) == pytest.approx(level)


def test_printed_growth_does_not_follow_from_printed_levels():
    china = data("market/china_online_retail").set_index("year")
    table = growth.growth_table(china["sales_cny_bn"])
    assert round(100 * table.loc[2024, "year_on_year"], 1) == 0.7
    assert china.loc[2024, "printed_growth_pct"] == 7.2
    world = data("market/world_retail_ecommerce").set_index("year")
    rise = growth.growth_table(world["sales_usd_bn"]).loc[2016, "year_on_year"]
    assert (round(100 * rise, 1), world.loc[2016, "printed_growth_pct"]) == (14.5, 23.7)


def test_growth_is_not_chained_over_a_gap():
    china = data("market/china_online_retail").set_index("year")["sales_cny_bn"]
    assert np.isnan(growth.growth_table(china).loc[2023, "year_on_year"])


def test_quarters_compare_with_the_quarter_before_and_the_year_before(quarters):
    table = growth.growth_table(quarters)
    at = pd.Timestamp("2020-04-01")
    assert table.loc[at, "period_on_period"] == pytest.approx(200_646 / 146_539 - 1)
    assert table.loc[at, "year_on_year"] == pytest.approx(200_646 / 138_956 - 1)


@pytest.mark.parametrize(
    ("freq", "lag"), [("Y", 1), ("Q", 4), ("M", 12), ("W-SUN", 52), ("D", 364)]
)
def test_a_year_back_is_a_year_back_at_every_frequency(freq, lag):
    index = pd.period_range("2020-01-01", periods=lag + 2, freq=freq)
    series = pd.Series(np.arange(1.0, lag + 3), index=index)
    column = growth.growth_table(series)["year_on_year"]
    assert column.isna().sum() == lag
    assert column.iloc[-1] == pytest.approx((lag + 2) / 2 - 1)
    dates = series.set_axis(index.to_timestamp())
    assert growth.growth_table(dates)["year_on_year"].to_numpy() == pytest.approx(
        column.to_numpy(), nan_ok=True
    )


def test_growth_from_zero_is_undefined_not_infinite():
    table = growth.growth_table(pd.Series({2020: 0.0, 2021: 5.0}))
    assert np.isnan(table.loc[2021, "year_on_year"])


def test_a_share_is_the_part_over_the_total():
    part, total = pd.Series({2020: 20.0, 2021: 30.0}), pd.Series({2020: 100.0, 2021: 120.0})
    assert growth.growth_table(part, total=total)["share"].tolist() == [0.2, 0.25]


@pytest.mark.parametrize(
    ("total", "message"),
    [
        (pd.Series({2020: 10.0, 2021: 120.0}), "exceeds the total in 1 period"),
        (pd.Series({2020: 100.0, 2022: 120.0}), "index differs"),
    ],
)
def test_a_total_that_does_not_fit_is_refused(total, message):
    with pytest.raises(ValueError, match=message):
        growth.growth_table(pd.Series({2020: 20.0, 2021: 30.0}), total=total)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: growth.cagr(0, 1, 1), ValueError, "first is 0; it must be above 0"),
        (lambda: growth.cagr(1, 2, 0), ValueError, "periods is 0"),
        (lambda: growth.cagr(True, 2, 1), TypeError, "first is True; a number is needed"),
        (lambda: growth.comparable_base(15_522.5, 7.2), ValueError, "0.072 for 7.2 %"),
        (lambda: growth.comparable_base(15_522.5, -1), ValueError, "above -1"),
        (lambda: growth.periods_to_reach(1, float("nan"), 0.1), ValueError, "target is missing"),
    ],
)
def test_rates_refuse_what_has_no_meaning(call, error, message):
    with pytest.raises(error, match=message):
        call()


# --- who drove growth -----------------------------------------------------------------------------


panels = st.lists(st.tuples(levels, levels), min_size=1, max_size=12)


def panel_of(pairs: list[tuple[float, float]]) -> pd.DataFrame:
    """Group i had pairs[i] in 2023 and 2024."""
    rows = [
        (f"g{i}", y, v)
        for i, pair in enumerate(pairs)
        for y, v in zip((2023, 2024), pair, strict=True)
    ]
    return pd.DataFrame(rows, columns=["group", "year", "sales"])


@calm
@given(panels)
def test_contributions_sum_to_the_whole_change(pairs):
    table = growth.contribution(panel_of(pairs), by="group")
    before, after = (sum(p[i] for p in pairs) for i in (0, 1))
    near = {"rel": 1e-9, "abs": 1e-9 * max(before, after)}
    assert table["change"].sum() == pytest.approx(after - before, **near)
    assert table["points"].sum() * before / 100 == pytest.approx(after - before, **near)
    if abs(after - before) > 1e-3 * max(before, after):
        assert table["contribution"].sum() == pytest.approx(1)


def test_rows_of_one_group_and_period_are_added_up():
    panel = panel_of([(10, 12), (5, 9)])
    halves = pd.concat([panel.assign(sales=panel["sales"] / 2)] * 2)
    pd.testing.assert_frame_equal(
        growth.contribution(halves, by="group"), growth.contribution(panel, by="group")
    )


def test_a_new_group_written_as_zero_counts_in_full():
    table = growth.contribution(panel_of([(100, 100), (0, 10)]), by="group")
    assert table.loc["g1", ["contribution", "points"]].tolist() == [1, 10]
    assert np.isnan(table.loc["g1", "growth"])


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda p: p.iloc[:-1], "group 'g1' has no row for 2024"),
        (
            lambda p: p.assign(sales=[1.0, -2.0, 3.0, 4.0]),
            "column 'sales' is -2 in row 1; it must be at least 0",
        ),
        (lambda p: p.assign(sales=[1.0, np.nan, 3.0, 4.0]), "column 'sales' is missing in row 1;"),
        (lambda p: p.rename(columns={"sales": "gmv"}), "no column 'sales'"),
        (lambda p: p[p["year"] == 2023], "two periods are compared"),
        (lambda p: p.assign(sales=[0.0, 1.0, 0.0, 1.0]), "everything is 0 in 2023"),
        (lambda p: p.assign(group=["a", None, "b", "b"]), "'group' has 1 missing"),
    ],
)
def test_a_panel_that_cannot_be_split_is_refused(spoil, message):
    with pytest.raises(ValueError, match=message):
        growth.contribution(spoil(panel_of([(1, 2), (3, 4)])), by="group")


def test_levels_written_as_text_are_refused():
    panel = panel_of([(1, 2), (3, 4)]).assign(sales=["1", "x", "3", "4"])
    with pytest.raises(TypeError, match="column 'sales' holds str; numbers are needed"):
        growth.contribution(panel, by="group")


# --- concentration --------------------------------------------------------------------------------


@calm
@given(st.integers(1, 50))
def test_equal_firms_give_the_least_concentration(firms):
    market = growth.concentration([1 / firms] * firms)
    assert market.hhi == pytest.approx(1e4 / firms)
    assert market.cr4 == pytest.approx(min(1, 4 / firms))


@calm
@given(st.lists(st.floats(0.01, 1), min_size=2, max_size=20))
def test_a_merger_raises_concentration(sizes):
    whole = sum(sizes)
    apart = growth.concentration(sizes, of=whole * 1.000001)
    merged = growth.concentration([sizes[0] + sizes[1], *sizes[2:]], of=whole * 1.000001)
    assert merged.hhi > apart.hhi
    assert merged.cr4 >= apart.cr4 - 1e-12


def test_fractions_and_per_cent_agree():
    assert growth.concentration([50, 30, 20]).hhi == growth.concentration([0.5, 0.3, 0.2]).hhi


def test_the_shipped_platform_shares_are_highly_concentrated():
    shares = data("market/us_platform_shares")["share_pct"]
    market = growth.concentration(shares, of=100)
    assert market.cr4 == pytest.approx(0.631)
    assert market.hhi == pytest.approx(2389.61)
    assert market.reading == "highly concentrated"
    assert repr(market) == "Concentration(hhi=2390, cr4=0.631, named=0.647)"


@pytest.mark.parametrize(
    ("shares", "message"),
    [
        ([0.4, 0.3], "sum to 0.7, neither 1 nor 100"),
        ([1.2, -0.2], "shares is -0.2 in row 1; it must be at least 0"),
        ([], "no shares"),
    ],
)
def test_shares_that_are_no_market_are_refused(shares, message):
    with pytest.raises(ValueError, match=message):
        growth.concentration(shares)
