"""Section 1.2 on the shop's own weeks: festivals that move, a model that knows them, a rival."""

from __future__ import annotations

from math import log

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomlab import data, open_shop
from ecomlab.market.growth import festival_windows, forecast_festivals, year_ago_growth
from ecomlab.market.growth.festivals import SPANS
from ecomlab.shop import World, simulate
from ecomlab.shop.calendar import FIRST_DAY, demand_index
from ecomlab.shop.calendar import festivals as of_the_calendar

calm = settings(deadline=None, max_examples=15)
DATES = data("market/festivals")


@pytest.fixture(scope="module")
def weekly() -> pd.Series:
    """The shipped shop's whole weeks, CNY thousand, without its first month."""
    daily = open_shop().orders.set_index("ordered_at")["total"].resample("D").sum()
    return daily["2024-01-29":"2025-12-28"].resample("W").sum().to_period() / 1000


def weeks(values) -> pd.Series:
    start = pd.Period("2024-01-07", freq="W")
    return pd.Series(values, index=pd.period_range(start, periods=len(values)), dtype=float)


def test_the_dates_are_those_of_the_shops_calendar():
    ours = list(zip(DATES["date"].dt.date, DATES["festival"], DATES["festival_zh"], strict=True))
    assert ours == [(f.date, f.name, f.zh) for f in of_the_calendar()]


# Windows


def test_a_window_holds_each_of_its_days_once(weekly):
    windows = festival_windows(weekly, 9, festivals=DATES)
    assert len(windows) == len(weekly) + 9
    assert windows.index[len(weekly)] == weekly.index[-1] + 1
    assert windows.to_numpy().min() == 0
    assert windows.to_numpy().max() == 1
    for window, (festival, first, last) in SPANS.items():
        span = windows.index[0].start_time, windows.index[-1].end_time
        held = DATES.loc[DATES["festival"] == festival, "date"]
        days = sum(
            span[0] <= day + pd.Timedelta(days=gap) <= span[1]
            for day in held
            for gap in range(first, last + 1)
        )
        assert 7 * windows[window].sum() == pytest.approx(days), window


def test_mid_autumn_moves_from_week_to_week(weekly):
    windows = festival_windows(weekly, 0, festivals=DATES)["mid_autumn"]
    peaks = windows[windows > 0.5].index.start_time.strftime("%m-%d").tolist()
    assert peaks == ["09-09", "09-29"]


def test_days_and_dates_are_windowed_alike(weekly):
    stamped = weekly.set_axis(weekly.index.to_timestamp(how="end").normalize())
    windows = festival_windows(stamped, 4, festivals=DATES)
    assert isinstance(windows.index, pd.DatetimeIndex)
    pd.testing.assert_frame_equal(
        windows.reset_index(drop=True),
        festival_windows(weekly, 4, festivals=DATES).reset_index(drop=True),
    )


# The model


@settings(calm, max_examples=5)
@given(
    growth=st.floats(-0.01, 0.03),
    lift=st.floats(0.3, 4),
    at=st.integers(8, 30),
    ahead=st.integers(0, 5),
)
def test_trend_and_lift_are_carried_to_where_the_festival_stands(growth, lift, at, ahead):
    """Without noise the forecast is exact, wherever the festival lies."""
    inside = np.zeros(46)
    inside[[at, 40 + ahead]] = 1
    path = 100 * np.exp(growth * np.arange(46)) * lift**inside
    found = forecast_festivals(weeks(path[:40]), 6, windows=pd.DataFrame({"feast": inside}))
    np.testing.assert_allclose(found["mean"], path[40:], rtol=2e-3)


def test_figures_in_another_unit_give_the_same_forecast(weekly):
    windows = festival_windows(weekly, 5, festivals=DATES)
    in_thousand = forecast_festivals(weekly, 5, windows=windows)
    in_fen = forecast_festivals(weekly * 1e5, 5, windows=windows)
    np.testing.assert_allclose(in_fen / 1e5, in_thousand, rtol=1e-6)


def test_intervals_widen_with_the_level_and_with_time(weekly):
    windows = festival_windows(weekly, 6, festivals=DATES)
    narrow, wide = (forecast_festivals(weekly, 6, windows=windows, level=p) for p in (0.5, 0.95))
    assert (narrow["mean"] == wide["mean"]).all()
    assert ((wide["lower"] < narrow["lower"]) & (narrow["upper"] < wide["upper"])).all()
    spread = np.log(wide["upper"] / wide["lower"]).to_numpy()
    assert spread[2] > spread[0]


def test_without_windows_it_is_a_trend():
    found = forecast_festivals(weeks([50.0] * 35), 3, windows=pd.DataFrame(index=range(38)))
    np.testing.assert_allclose(found["mean"], 50, rtol=1e-6)


def test_on_the_shop_it_beats_the_honest_rival_and_covers(weekly):
    rival, informed, inside = [], [], []
    for known in range(66, 91, 4):
        past, future = weekly.iloc[:known], weekly.iloc[known : known + 8]
        windows = festival_windows(past, 8, festivals=DATES)
        band = forecast_festivals(past, 8, windows=windows)
        rival.append((year_ago_growth(past, 8) - future).abs().mean())
        informed.append((band["mean"] - future).abs().mean())
        inside.append(future.between(band["lower"], band["upper"]).mean())
    assert np.mean(informed) < 0.8 * np.mean(rival)
    assert np.mean(inside) > 0.8


def test_the_weeks_to_come_fall_as_the_world_says():
    """What exercise 7 takes for true is what a longer run of a world lives."""
    history = simulate(World.draw(618, customers=4_000, products=48, agents=4), days=791)
    lived = pd.Series(history.daily["orders"], index=pd.date_range(FIRST_DAY, periods=791))
    index = pd.Series(demand_index(791), index=lived.index)
    eight = [
        s["2026-01-05":"2026-03-01"].resample("W-MON", closed="left", label="left").sum()
        for s in (lived, index)
    ]
    assert eight[0].idxmin() == eight[1].idxmin() == pd.Timestamp("2026-02-16")
    assert eight[1][eight[0].idxmax()] > 0.93 * eight[1].max()


# The rival


@calm
@given(st.lists(st.floats(1, 1e6), min_size=65, max_size=120), st.integers(1, 52))
def test_the_rival_is_last_year_times_the_latest_growth(values, horizon):
    found = year_ago_growth(weeks(values), horizon)
    ratio = sum(values[-13:]) / sum(values[-65:-52])
    expected = [v * ratio for v in values[len(values) - 52 :][:horizon]]
    np.testing.assert_allclose(found, expected, rtol=1e-9)
    assert found.index[0] == weeks(values).index[-1] + 1


def test_a_steady_doubling_is_carried_on():
    path = [2 ** (i / 52) for i in range(104)]
    found = year_ago_growth(weeks(path), 52)
    np.testing.assert_allclose(np.log(found), [log(2) * i / 52 for i in range(104, 156)])


# Faults


def test_faults_are_named(weekly):
    windows = festival_windows(weekly, 3, festivals=DATES)
    with pytest.raises(ValueError, match="windows has 103 rows; 100 of the series and 4 ahead"):
        forecast_festivals(weekly, 4, windows=windows)
    with pytest.raises(ValueError, match="windows has missing or infinite values"):
        forecast_festivals(weekly, 3, windows=windows.mask(windows == 1))
    with pytest.raises(ValueError, match=r"the series has 10 period\(s\); at least 30"):
        forecast_festivals(weekly.head(10), 3, windows=windows)
    unknown = windows.assign(sale=[0.0] * 100 + [0, 1, 0])
    with pytest.raises(ValueError, match="window 'sale' lies ahead, but the series never lived"):
        forecast_festivals(weekly, 3, windows=unknown)
    with pytest.raises(ValueError, match="festivals has no column 'date'"):
        festival_windows(weekly, 3, festivals=DATES.drop(columns="date"))
    with pytest.raises(ValueError, match="window 'x' runs from day 2 to 1, which is empty"):
        festival_windows(weekly, 3, festivals=DATES, spans={"x": ("618", 2, 1)})
    with pytest.raises(ValueError, match="window 'x': no 'easter' from 2024-01-29 to 2026-01-18"):
        festival_windows(weekly, 3, festivals=DATES, spans={"x": ("easter", 0, 1)})
    with pytest.raises(ValueError, match="horizon is 53; a year ago is known for 52"):
        year_ago_growth(weekly, 53)
    with pytest.raises(ValueError, match=r"the series has 60 period\(s\); a year and 13 more"):
        year_ago_growth(weekly.head(60), 4)
