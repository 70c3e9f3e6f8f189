"""Section 1.2: the published figures, the laws of growth arithmetic, and forecasts on real data."""

from __future__ import annotations

import subprocess
import sys
import warnings
from math import log
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomlab.datasets import data
from ecomlab.market import growth
from ecomlab.style import set_language

# A first import, or a busy machine, is no reason to fail.
calm = settings(deadline=None, max_examples=40)

levels = st.floats(1e-3, 1e9)
coefficients = st.tuples(st.floats(1e-3, 0.2), st.floats(0, 1.5), st.floats(1, 1e8))


@pytest.fixture(scope="module")
def quarters() -> pd.Series:
    """US retail e-commerce, not seasonally adjusted, as the course ships it."""
    return data("market/us_retail_ecommerce_quarterly").set_index("date")["sales_usd_mn"]


@pytest.fixture(scope="module")
def real_quarters(refdata) -> pd.Series:
    """The same from the checks' own copy."""
    table = pd.read_csv(refdata / "market" / "us_census_ecommerce_nsa.csv", parse_dates=["date"])
    return table.set_index("date")["ecom_nsa_musd"]


# --- growth rates --------------------------------------------------------------------------------


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


# --- who drove growth ----------------------------------------------------------------------------

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


# --- concentration -------------------------------------------------------------------------------


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


# --- diffusion -----------------------------------------------------------------------------------


def test_the_mean_published_coefficients_peak_at_the_published_time():
    assert growth.bass_peak(0.03, 0.38) == pytest.approx(log(0.38 / 0.03) / 0.41)
    assert round(growth.bass_peak(0.03, 0.38), 2) == 6.19


@calm
@given(coefficients, st.integers(1, 60))
def test_adopters_are_positive_and_never_exceed_the_potential(pqm, periods):
    p, q, m = pqm
    adopters = growth.bass(p, q, m, periods)
    assert adopters.shape == (periods,)
    assert (adopters >= 0).all()
    assert adopters.sum() <= m * (1 + 1e-9)


@calm
@given(coefficients)
def test_most_adopt_in_the_period_of_the_peak(pqm):
    p, q, m = pqm
    peak = growth.bass_peak(p, q)
    top = int(np.argmax(growth.bass(p, q, m, int(peak) + 3)))
    assert top <= peak <= top + 1 or abs(top + 0.5 - peak) < 1


@pytest.mark.parametrize(("p", "q"), [(0.03, 0.38), (0.003, 0.6), (0.08, 0.2), (0.02, 0.02)])
def test_a_fit_recovers_a_known_curve(p, q):
    fit = growth.fit_bass(growth.bass(p, q, 2e6, 30))
    assert (fit.p, fit.q, fit.m) == pytest.approx((p, q, 2e6), rel=1e-4)
    assert fit.past_peak


def test_standard_errors_cover_the_truth():
    rng = np.random.default_rng(12)
    curve = growth.bass(0.03, 0.38, 1000, 16)
    fits = [growth.fit_bass(np.abs(curve + rng.normal(0, 4, 16))) for _ in range(60)]
    inside = np.mean([abs(f.m - 1000) < 2.16 * f.se_m for f in fits])
    assert 0.85 <= inside <= 1


def test_before_the_peak_the_potential_is_not_identified_and_the_fit_says_so():
    rng = np.random.default_rng(3)
    curve = growth.bass(0.03, 0.38, 1000, 16) * np.exp(rng.normal(0, 0.05, 16))
    early, late = growth.fit_bass(curve[:5]), growth.fit_bass(curve)
    assert not early.identified
    assert "hardly identified" in early.caution
    assert early.caution in early._repr_html_()
    assert "identified=False" in repr(early)
    assert early.se_m > 10 * late.se_m
    assert late.identified
    assert late.caution == ""
    assert late.m == pytest.approx(1000, rel=0.1)


def test_a_fit_does_not_depend_on_the_last_bits_or_the_unit():
    rng = np.random.default_rng(5)
    seen = growth.bass(0.02, 0.4, 5000, 18) * np.exp(rng.normal(0, 0.05, 18))
    fit = growth.fit_bass(seen)
    shaken = growth.fit_bass(seen * (1 + rng.normal(0, 1e-13, 18)))
    scaled = growth.fit_bass(seen / 1e6)
    assert (shaken.p, shaken.q, shaken.m) == pytest.approx((fit.p, fit.q, fit.m), rel=1e-7)
    assert (scaled.p, scaled.q, scaled.m * 1e6) == pytest.approx((fit.p, fit.q, fit.m), rel=1e-6)


@pytest.mark.parametrize(
    ("adopters", "message"),
    [
        ([1, 2, 3, 4], "at least 5"),
        ([1, 2, -3, 4, 5], "adopters is -3 in row 2; it must be at least 0"),
        ([1, 2, float("nan"), 4, 5], "adopters is missing in row 2"),
        ([0, 0, 0, 0, 0], "nobody has adopted"),
    ],
)
def test_adopters_that_cannot_be_fitted_are_refused(adopters, message):
    with pytest.raises(ValueError, match=message):
        growth.fit_bass(adopters)


@pytest.mark.parametrize(("p", "q", "m"), [(0, 0.4, 1), (1.2, 0.4, 1), (0.1, -0.1, 1), (0.1, 1, 0)])
def test_bass_coefficients_out_of_range_are_refused(p, q, m):
    with pytest.raises(ValueError, match="must be above"):
        growth.bass(p, q, m, 5)


# --- decomposition -------------------------------------------------------------------------------


def test_the_parts_multiply_up_to_the_series(quarters):
    parts = growth.decompose(quarters)
    product = parts["trend"] * parts["seasonal"] * parts["remainder"]
    assert product.to_numpy() == pytest.approx(quarters.to_numpy())
    assert (parts["adjusted"] * parts["seasonal"]).to_numpy() == pytest.approx(quarters.to_numpy())
    assert parts["seasonal"].groupby(quarters.index.quarter).mean().idxmax() == 4


def test_an_adjusted_series_has_hardly_a_season(quarters):
    adjusted = data("market/us_retail_ecommerce_adjusted").set_index("date")
    assert growth.seasonal_strength(quarters) > 0.8
    assert growth.seasonal_strength(adjusted["sales_usd_mn"]) < 0.2


def test_yearly_figures_cannot_be_decomposed():
    with pytest.raises(ValueError, match="no season"):
        growth.decompose(pd.Series(np.arange(1.0, 12), index=range(2000, 2011)))


# --- forecasts -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tested(real_quarters) -> dict[str, growth.Backtest]:
    """Each method's backtest on the real quarters, from the same 61 origins."""
    return {
        m: growth.backtest(real_quarters, method=m, horizon=4, folds=61) for m in growth.METHODS
    }


def test_on_real_quarters_holt_winters_keeps_its_promises(tested):
    result = tested["holt-winters"]
    assert len(result.table) >= 100
    assert result.relative_mae < 0.6
    assert result.mase < 1
    assert 0.88 <= result.coverage <= 0.99
    assert result.by_horizon.index.tolist() == [1, 2, 3, 4]
    assert (result.by_horizon["mae"] < 0.6 * result.by_horizon["naive_mae"]).all()


def test_the_honest_opponent_is_the_seasonal_naive_times_growth(tested):
    # The course says so: the model does not beat the rule of thumb on this series.
    model, rule, naive = (
        tested[m] for m in ("holt-winters", "seasonal-naive-growth", "seasonal-naive")
    )
    assert rule.mae < model.mae < 1.5 * rule.mae < naive.mae
    assert naive.relative_mae == pytest.approx(1)


def test_a_forecast_does_not_depend_on_the_last_bits(quarters):
    rng = np.random.default_rng(1)
    for origin in (30, 50, 84):
        known = quarters.iloc[:origin].astype(float)
        shaken = known * (1 + rng.normal(0, 1e-13, origin))
        assert growth.forecast(shaken, 6).to_numpy() == pytest.approx(
            growth.forecast(known, 6).to_numpy(), rel=1e-8
        )


@pytest.mark.parametrize("method", growth.METHODS)
def test_intervals_hold_the_mean_widen_with_the_level_and_never_shrink(quarters, method):
    narrow = growth.forecast(quarters, 8, method=method, level=0.5)
    wide = growth.forecast(quarters, 8, method=method, level=0.95)
    for frame in (narrow, wide):
        assert (frame["lower"] < frame["mean"]).all()
        assert (frame["mean"] < frame["upper"]).all()
    assert (wide["upper"] > narrow["upper"]).all()
    assert np.diff(np.log(wide["upper"] / wide["lower"])).min() >= -1e-12


@pytest.mark.parametrize("method", growth.METHODS)
def test_the_unit_of_the_series_changes_nothing_but_the_unit(quarters, method):
    millions = growth.forecast(quarters, 4, method=method)
    billions = growth.forecast(quarters / 1000, 4, method=method)
    assert (1000 * billions).to_numpy() == pytest.approx(millions.to_numpy(), rel=1e-6)


def test_the_rules_of_thumb_do_what_they_say(quarters):
    last = quarters.to_numpy()[-4:]
    naive = growth.forecast(quarters, 5, method="seasonal-naive")["mean"].to_numpy()
    assert naive == pytest.approx([*last, last[0]])
    rate = quarters.iloc[-1] / quarters.iloc[-5]
    grown = growth.forecast(quarters, 5, method="seasonal-naive-growth")["mean"].to_numpy()
    assert grown == pytest.approx([*(last * rate), last[0] * rate**2])
    carried = growth.forecast(quarters, 1, method="drift")["mean"].iloc[0]
    steps = len(quarters) - 1
    assert carried == pytest.approx(
        quarters.iloc[-1] * (1 + growth.cagr(quarters.iloc[0], quarters.iloc[-1], steps))
    )


@pytest.mark.parametrize("method", growth.METHODS)
def test_a_constant_series_stays_where_it_is(method):
    flat = pd.Series(5.0, index=pd.period_range("2018Q1", periods=20, freq="Q"))
    assert growth.forecast(flat, 4, method=method).to_numpy() == pytest.approx(5.0)


def test_exact_growth_with_exact_seasons_is_carried_on():
    index = pd.period_range("2015Q1", periods=20, freq="Q")
    series = pd.Series(np.tile([90.0, 100, 100, 130], 5) * 1.02 ** np.arange(20), index=index)
    ahead = np.array([90.0, 100, 100, 130]) * 1.02 ** np.arange(20, 24)
    for method in ("holt-winters", "seasonal-naive-growth"):
        mean = growth.forecast(series, 4, method=method)["mean"].to_numpy()
        assert mean == pytest.approx(ahead, rel=1e-3)


@pytest.mark.parametrize(
    ("index", "expected"),
    [
        (pd.period_range("2016Q1", periods=20, freq="Q"), pd.Period("2021Q1")),
        (pd.date_range("2016-01-01", periods=20, freq="QS"), pd.Timestamp("2021-01-01")),
        (pd.date_range("2016-03-31", periods=20, freq="QE"), pd.Timestamp("2021-03-31")),
        (pd.date_range("2016-01-31", periods=20, freq="ME"), pd.Timestamp("2017-09-30")),
        (pd.date_range("2024-01-01", periods=20, tz="Asia/Shanghai"), "2024-01-21 00:00+08:00"),
        (pd.date_range("2024-01-03", periods=20, freq="7D"), pd.Timestamp("2024-05-22")),
        (pd.Index(range(2001, 2021)), 2021),
    ],
)
def test_a_forecast_is_indexed_as_the_series_is(index, expected):
    series = pd.Series(np.exp(np.sin(np.arange(20.0))), index=index)
    frame = growth.forecast(series, 2, method="drift")
    wanted = pd.Timestamp(expected) if isinstance(expected, str) else expected
    assert frame.index[0] == wanted
    assert type(frame.index[0]) is type(index[0]) or isinstance(index[0], int)


def spoiled(quarters: pd.Series, change: str) -> pd.Series:
    """The quarters with one fault."""
    values = quarters.astype(float)
    return {
        "short": lambda: values.iloc[:9],
        "gap": lambda: values.drop(values.index[[10, 11]]),
        "text": lambda: values.astype(str),
        "rows": lambda: values.reset_index(drop=True),
        "words": lambda: values.set_axis([f"q{i}" for i in range(len(values))]),
        "unsorted": lambda: values.iloc[::-1],
        "twice": lambda: pd.concat([values.iloc[:5], values.iloc[4:]]),
        "missing": lambda: values.where(values.index != "2010-01-01"),
        "zero": lambda: values.mask(values.index == "2010-01-01", 0.0),
        "negative": lambda: values.mask(values.index == "2010-01-01", -1.0),
        "hours": lambda: values.set_axis(pd.date_range("2024", periods=len(values), freq="h")),
        "frame": lambda: values.to_frame(),
    }[change]()


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ("short", ValueError, "9 period.*'holt-winters' needs at least 14"),
        ("gap", ValueError, "2 quarter.*missing.*first 2002Q2"),
        ("text", TypeError, "numbers are needed"),
        ("rows", ValueError, "from 0 to 83, which are not years"),
        ("words", TypeError, "use a PeriodIndex"),
        ("unsorted", ValueError, "does not rise at 2020Q2"),
        ("twice", ValueError, "does not rise at 2000Q4"),
        ("missing", ValueError, "1 value.*missing.*2010Q1"),
        ("zero", ValueError, "1 value.*zero, first at 2010Q1"),
        ("negative", ValueError, "1 value.*negative, first at 2010Q1"),
        ("hours", ValueError, "apart; use years"),
        ("frame", TypeError, "is a DataFrame; give a pandas Series"),
    ],
)
def test_a_series_with_a_fault_is_refused_by_name(quarters, change, error, message):
    with pytest.raises(error, match=message):
        growth.forecast(spoiled(quarters, change), 4)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"horizon": 0}, ValueError, "horizon is 0; it must be at least 1"),
        ({"horizon": 2.5}, TypeError, "horizon is 2.5; a whole number is needed"),
        ({"horizon": 4, "level": 95}, ValueError, "level is 95"),
        ({"horizon": 4, "method": "prophet"}, ValueError, "no method is called 'prophet'; there"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(quarters, arguments, error, message):
    with pytest.raises(error, match=message):
        growth.forecast(quarters, **arguments)


def test_too_many_folds_are_refused(quarters):
    with pytest.raises(ValueError, match="needs at least 14 and 83 more to be tested on"):
        growth.backtest(quarters, folds=80)


def test_a_backtest_never_sees_the_future(quarters):
    past = quarters.iloc[:60]
    result = growth.backtest(past, horizon=4, folds=3).table
    altered = quarters.astype(float).iloc[:60].copy()
    altered.iloc[-4:] *= 3
    shifted = growth.backtest(altered, horizon=4, folds=3).table
    first = result["horizon"] + result.index // 4 <= 2
    columns = ["mean", "lower", "upper"]
    assert result.loc[first, columns].equals(shifted.loc[first, columns])


def test_backtest_measures_are_what_their_names_say():
    years = pd.Series([100.0, 110, 100, 120, 100, 130, 150], index=range(2015, 2022))
    result = growth.backtest(years, method="seasonal-naive", horizon=1, folds=2)
    # It forecasts 100 and 130 where 130 and 150 came; steps before were 15 and 18 on average.
    assert result.mae == pytest.approx(25)
    assert result.mase == pytest.approx((30 / 15 + 20 / 18) / 2)
    assert result.smape == pytest.approx((2 * 30 / 230 + 2 * 20 / 280) / 2)
    assert result.by_horizon.loc[1, "mae"] == pytest.approx(25)


# --- how it looks, and what it costs -------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "zh"])
def test_charts_and_cards_speak_the_language_without_a_missing_glyph(quarters, language):
    import matplotlib

    matplotlib.use("Agg")
    set_language(language)
    fits = [growth.fit_bass(growth.bass(0.03, 0.38, 1000, n)) for n in (5, 14)]
    tested = growth.backtest(quarters, folds=3)
    results: list[Any] = [*fits, tested, growth.concentration([0.5, 0.5])]
    chinese = [any("一" <= c <= "鿿" for c in r._repr_html_()) for r in results]
    assert chinese == [language == "zh"] * 4
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for shown in results[:3]:
            figure = shown.plot().figure
            figure.savefig("/dev/null", format="png")
            matplotlib.pyplot.close(figure)


def test_importing_the_section_loads_nothing_heavy():
    heavy = "{'pandas', 'scipy', 'statsmodels', 'matplotlib', 'sklearn', 'ipywidgets'}"
    code = (
        "import sys, ecomlab.market.growth, ecomlab.labs.growth; "
        f"print(sorted({heavy} & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
