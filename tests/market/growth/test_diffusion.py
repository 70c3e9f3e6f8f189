"""Section 1.2: how a new thing spreads, and when its potential can be known."""

from __future__ import annotations

from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomlab.market import growth

# A first import, or a busy machine, is no reason to fail.
calm = settings(deadline=None, max_examples=40)

coefficients = st.tuples(st.floats(1e-3, 0.2), st.floats(0, 1.5), st.floats(1, 1e8))


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
