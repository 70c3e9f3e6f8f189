"""Section 6.3: tests whose error is that of the unit drawn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomlab.mining.recommendation import ab_test, cuped, sample_ratio
from ecomlab.style import set_language


@pytest.fixture(autouse=True)
def english():
    set_language("en")


def customers(lift: float = 0.0, seed: int = 0, count: int = 4_000):
    rng = np.random.default_rng(seed)
    rate = rng.gamma(0.7, 4, count)
    arm = rng.integers(0, 2, count)
    return rng.poisson(rate * (1 + lift * arm)), arm, rng.poisson(rate)


def test_cuped_keeps_the_lift_and_shrinks_the_error():
    y, arm, before = customers(0.1)
    raw, adjusted = ab_test(y, arm), ab_test(y, arm, before=before)
    correlation = np.corrcoef(y, before)[0, 1]
    assert adjusted.se / raw.se == pytest.approx(np.sqrt(1 - correlation**2), rel=0.05)
    assert adjusted.lower < 0.1 < adjusted.upper


def test_intervals_cover_and_p_is_even_where_nothing_happened():
    tests = [ab_test(*customers(seed=s, count=800)[:2]) for s in range(200)]
    assert 180 <= sum(t.lower <= 0 <= t.upper for t in tests) <= 199
    assert 0.4 < np.mean([t.p for t in tests]) < 0.6


def test_rows_by_visit_make_the_error_look_too_small():
    rng = np.random.default_rng(2)
    visits = rng.geometric(0.1, 2_000)
    taste, arm = rng.beta(0.3, 2, 2_000), rng.integers(0, 2, 2_000)
    orders = rng.binomial(visits, taste)
    by_customer = ab_test(orders / visits.mean(), arm)
    rows = np.repeat(np.arange(2_000), visits)
    bought = np.concatenate([np.arange(v) < o for v, o in zip(visits, orders, strict=True)])
    by_visit = ab_test(bought.astype(float), arm[rows])
    assert by_visit.se < 0.6 * by_customer.se


@settings(deadline=None, max_examples=30)
@given(scale=st.floats(0.01, 100), seed=st.integers(0, 20))
def test_the_currency_does_not_matter(scale, seed):
    y, arm, before = customers(0.1, seed, 300)
    one, other = ab_test(y, arm, before=before), ab_test(y * scale, arm, before=before)
    assert (other.lift, other.se, other.p) == pytest.approx((one.lift, one.se, one.p))


def test_a_difference_by_hand():
    test = ab_test([1, 3, 4, 6], [0, 0, 1, 1])
    assert (test.control, test.treated, test.lift) == (2, 5, 1.5)
    # Means have variance 1 each; the lift's is (1 + 2.5**2) / 2**2.
    assert test.se == pytest.approx(np.sqrt(1 + 6.25) / 2)


def test_an_uneven_split_is_seen():
    """Kohavi, Tang and Xu (2020), Trustworthy Online Controlled Experiments, chapter 21."""
    assert sample_ratio((821_588, 815_482)) == pytest.approx(1.8e-6, rel=0.05)
    y, arm, _ = customers()
    kept = (arm == 0) | (np.arange(len(arm)) % 5 > 0)
    broken = ab_test(y[kept], arm[kept])
    assert not broken.trusted
    assert "split is not what was planned" in broken._repr_html_()
    assert ab_test(y[kept], arm[kept], share=4 / 9).trusted


def test_the_verdict_follows_the_interval():
    y, arm, _ = customers()
    assert "does not tell" in ab_test(y, arm).verdict
    assert ab_test(y + arm, arm).verdict == "The new is better."
    assert ab_test(y + 1 - arm, arm).verdict == "The new is worse."


def test_cuped_changes_no_mean_and_nothing_where_nothing_is_known():
    y, _, before = customers()
    assert cuped(y, before).mean() == pytest.approx(y.mean())
    assert (cuped(y, np.ones(len(y))) == y).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ab_test([1, 2], [0, 1]), "at least two units"),
        (lambda: ab_test([1, 2, 3], [0, 1]), "do not fit together"),
        (lambda: ab_test([1, np.nan, 1, 1], [0, 0, 1, 1]), "outcome is missing in row 1; give 0"),
        (lambda: ab_test([1, 2, 3, 4], [0, 1, 2, 1]), "arm is 2 in row 2; it must be 0 or 1"),
        (lambda: ab_test([0, 0, 3, 4], [0, 0, 1, 1]), "control's mean is 0"),
        (lambda: ab_test([1, 2, 3, 4], [0, 0, 1, 1], level=1), "level is 1"),
        (lambda: sample_ratio((1, 1), share=0), "share is 0"),
        (lambda: sample_ratio((0, 0)), "sizes are all 0"),
        (lambda: cuped([1, 2], [1]), "do not fit together"),
    ],
)
def test_what_is_no_test_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
