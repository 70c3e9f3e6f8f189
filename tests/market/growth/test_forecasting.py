"""Section 1.2: seasons taken out, forecasts and backtests, on real quarters."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ecomlab.datasets import data
from ecomlab.market import growth

# --- decomposition --------------------------------------------------------------------------------


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


# --- forecasts ------------------------------------------------------------------------------------


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
