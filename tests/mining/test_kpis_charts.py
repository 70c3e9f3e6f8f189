"""Charts and alerts give the published figures, find shifts, and are quiet otherwise."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomlab.mining.kpis import cusum, ewma_chart, seasonal_alerts

#: NIST/SEMATECH e-Handbook 6.3.2.4: measurements, and the averages printed there.
NIST = [52.0, 47.0, 53.0, 49.3, 50.1, 47.0, 51.0, 50.1, 51.2, 50.5, 49.6, 47.6, 49.9, 51.3, 47.8,
        51.2, 52.6, 52.4, 53.6, 52.1]  # fmt: skip
NIST_EWMA = [50.60, 49.52, 50.56, 50.18, 50.16, 49.21, 49.75, 49.85, 50.26, 50.33, 50.11, 49.36,
             49.52, 50.05, 49.38, 49.92, 50.73, 51.23, 51.94, 51.99]  # fmt: skip
#: Montgomery and Runger, tables 16-7 and 16-8: concentrations, target 99, K 1, H 10.
CONCENTRATION = [102.0, 94.8, 98.3, 98.4, 102.0, 98.5, 99.0, 97.7, 100.0, 98.1, 101.3, 98.7, 101.1,
                 98.4, 97.0, 96.7, 100.3, 101.4, 97.2, 101.0]  # fmt: skip
UPPER = [2.0, 0.0, 0.0, 0.0, 2.0, 0.5, 0.0, 0.0, 0.0, 0.0, 1.3, 0.0, 1.1, 0.0, 0.0, 0.0, 0.3, 1.7,
         0.0, 1.0]  # fmt: skip
LOWER = [0.0, 3.2, 2.9, 2.5, 0.0, 0.0, 0.0, 0.3, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 2.3, 0.0, 0.0,
         0.8, 0.0]  # fmt: skip
DAYS = pd.date_range("2024-03-04", periods=200)
figures = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40)


def test_ewma_has_the_handbooks_limits_and_averages():
    chart = ewma_chart(NIST, target=50, sd=2.0539)
    assert chart["upper"].iloc[-1] == pytest.approx(52.5884, abs=1e-4)
    assert chart["lower"].iloc[-1] == pytest.approx(47.4116, abs=1e-4)
    assert chart["ewma"].to_numpy() == pytest.approx(NIST_EWMA, abs=0.0101)
    assert not chart["alarm"].any()


def test_exact_limits_widen_to_the_lasting_ones():
    exact, lasting = (ewma_chart(NIST, target=50, sd=2, exact=e)["upper"] for e in (True, False))
    assert exact.iloc[0] == pytest.approx(50 + 3 * 2 * 0.3)
    assert exact.is_monotonic_increasing
    assert exact.iloc[-1] == pytest.approx(lasting.iloc[-1], rel=1e-4)


def test_with_all_weight_on_the_newest_it_is_shewharts_chart():
    chart = ewma_chart(NIST, target=50, sd=1, weight=1)
    assert chart["ewma"].tolist() == NIST
    assert chart["alarm"].tolist() == [abs(x - 50) > 3 for x in NIST]


def test_cusum_gives_the_textbooks_table():
    chart = cusum(CONCENTRATION, target=99, sd=2, slack=0.5, limit=5)
    assert chart["up"].to_numpy() == pytest.approx(UPPER, abs=1e-9)
    assert chart["down"].to_numpy() == pytest.approx(LOWER, abs=1e-9)
    assert chart["down_for"].tolist()[1:4] == [1, 2, 3]
    assert not chart["alarm"].any()


def test_cusum_counts_back_to_when_the_shift_began():
    values = np.r_[np.tile([9.5, 10.5], 10), np.full(8, 11.6)]
    chart = cusum(values, target=10, sd=1)
    first = int(chart["alarm"].to_numpy().argmax())
    assert first - chart["up_for"].iloc[first] + 1 in (19, 20)


@given(figures, st.floats(-100, 100), st.floats(0.1, 50), st.floats(0, 3))
def test_cusum_mirrored_swaps_its_sums(values, target, sd, slack):
    there = cusum(values, target=target, sd=sd, slack=slack)
    mirrored = cusum(-np.array(values), target=-target, sd=sd, slack=slack)
    assert there["up"].to_numpy() == pytest.approx(mirrored["down"].to_numpy())
    assert there["alarm"].tolist() == mirrored["alarm"].tolist()
    assert (there[["up", "down"]].to_numpy() >= 0).all()


@given(figures.filter(lambda x: len(x) > 1), st.floats(0.05, 1))
def test_ewma_lies_within_what_was_measured(values, weight):
    spread = max(values) - min(values) or 1.0
    chart = ewma_chart(values, sd=1, weight=weight)
    assert chart["ewma"].between(min(values) - 1e-9 * spread, max(values) + 1e-9 * spread).all()


def test_the_spread_that_neighbours_tell_is_not_moved_by_a_shift():
    rng = np.random.default_rng(5)
    noise = rng.normal(size=2_000)
    chart = ewma_chart(noise + 5 * (np.arange(2_000) >= 1_000), weight=1, limit=1)
    assert (chart["upper"] - chart["lower"]).iloc[0] / 2 == pytest.approx(1, abs=0.06)


@pytest.mark.parametrize("chart", [ewma_chart, cusum])
@pytest.mark.parametrize(
    ("values", "settings_", "message"),
    [
        ([1.0, np.nan], {}, "values is missing in row 1; a finite number is needed"),
        ([], {}, "one measurement after the other"),
        ([3.0], {}, "tells no standard deviation"),
        ([3.0, 3.0], {}, "sd is 0; it must be above 0"),
        ([1.0, 2.0], {"limit": 0}, "limit is 0"),
    ],
)
def test_bad_measurements_are_refused(chart, values, settings_, message):
    with pytest.raises(ValueError, match=message):
        chart(values, **settings_)


def test_settings_out_of_range_are_refused():
    with pytest.raises(ValueError, match=r"weight is 1.5; it must be above 0 and at most 1"):
        ewma_chart(NIST, weight=1.5)
    with pytest.raises(ValueError, match="slack is -1"):
        cusum(NIST, slack=-1)


def figure(*, seed: int = 0, growth: float = 0.002) -> pd.Series:
    """A growing daily figure with a weekly rhythm and a twentieth of noise."""
    rng = np.random.default_rng(seed)
    t = np.arange(len(DAYS))
    rhythm = np.array([0.9, 0.9, 0.95, 1.0, 1.05, 1.2, 1.15])[DAYS.day_of_week]
    return pd.Series(1_000 * np.exp(growth * t + rng.normal(0, 0.05, len(t))) * rhythm, index=DAYS)


@pytest.mark.parametrize("method", ["ewma", "cusum"])
@pytest.mark.parametrize("change", [0.65, 1.5])
def test_a_drop_and_a_jump_are_seen_within_two_days(method, change):
    for seed in range(5):
        broken = figure(seed=seed)
        broken.iloc[120:125] *= change
        found = seasonal_alerts(broken, method=method)
        assert found["alarm"].iloc[120:122].any()
        assert (np.sign(found["statistic"][found["alarm"]]) == np.sign(change - 1)).all()
        assert found["alarm"].drop(DAYS[120:125]).sum() <= 1


@pytest.mark.parametrize("method", ["ewma", "cusum"])
def test_without_incidents_alarms_are_rare(method):
    alarms = sum(seasonal_alerts(figure(seed=s), method=method)["alarm"].sum() for s in range(12))
    assert alarms <= 12 * 150 / 91


def test_festivals_are_neither_judged_nor_learned_from():
    plain, festive = figure(), figure()
    festive.iloc[100:104] *= 4
    found, other = (
        seasonal_alerts(s, except_for=[(DAYS[100], DAYS[103])]) for s in (plain, festive)
    )
    assert found.drop(columns="value").equals(other.drop(columns="value"))
    assert found["z"].iloc[100:104].isna().all()
    assert seasonal_alerts(festive)["alarm"].iloc[100]


def test_a_level_that_stays_is_the_new_level():
    moved = figure(growth=0)
    moved.iloc[90:] *= 0.6
    alarm = seasonal_alerts(moved)["alarm"]
    assert alarm.iloc[90:100].all()
    assert not alarm.iloc[-40:].any()


@settings(max_examples=10, deadline=None)
@given(st.integers(60, 199), st.floats(0.2, 5))
def test_a_day_is_judged_by_days_before_it(day, factor):
    changed = figure()
    changed.iloc[day:] *= factor
    a, b = seasonal_alerts(figure()).iloc[:day], seasonal_alerts(changed).iloc[:day]
    assert a.equals(b)


def test_the_unit_does_not_matter():
    a, b = seasonal_alerts(figure()), seasonal_alerts(figure() * 7.3)
    assert a["z"].dropna().to_numpy() == pytest.approx(b["z"].dropna().to_numpy())


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda s: s.drop(s.index[3]), "goes from 2024-03-06 to 2024-03-08"),
        (lambda s: s.where(s.index != s.index[5], 0.0), "first on 2024-03-09"),
        (lambda s: s.iloc[::-1], "each day once, in order"),
    ],
)
def test_a_faulty_series_is_refused(spoil, message):
    with pytest.raises(ValueError, match=message):
        seasonal_alerts(spoil(figure()))


def test_what_is_no_daily_series_is_refused():
    with pytest.raises(TypeError, match="dates as its index"):
        seasonal_alerts(figure().reset_index(drop=True))
    with pytest.raises(ValueError, match="method is 'magic'"):
        seasonal_alerts(figure(), method="magic")
    with pytest.raises(ValueError, match="ends before it begins"):
        seasonal_alerts(figure(), except_for=[("2024-05-02", "2024-05-01")])
