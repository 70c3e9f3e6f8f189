"""Section 4.3: BG/NBD reproduces its authors' figures and foretells simulated orders."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import hyp2f1

from ecomlab.membership.loyalty import BGNBD
from ecomlab.membership.loyalty.bgnbd import _Histories


@pytest.fixture(scope="module")
def cdnow(refdata) -> pd.DataFrame:
    return pd.read_csv(refdata / "membership" / "cdnow_summary_x_tx_T_zbar.csv")


@pytest.fixture(scope="module")
def fitted(cdnow) -> BGNBD:
    return BGNBD().fit(cdnow["x"], cdnow["t_x"], cdnow["T"])


def test_cdnow_parameters_are_the_published_ones(fitted):
    """Fader, Hardie and Lee (2005), Marketing Science 24, table 2."""
    found = fitted.r_, fitted.alpha_, fitted.a_, fitted.b_
    assert found == pytest.approx((0.243, 4.414, 0.793, 2.426), abs=6e-4)
    assert fitted.log_likelihood_ == pytest.approx(-9582.4, abs=0.05)
    assert fitted.customers_ == 2_357


def test_the_gradient_is_that_of_the_likelihood(cdnow):
    histories = _Histories(*(cdnow[c].to_numpy(dtype=float) for c in ("x", "t_x", "T")))
    at = np.log([0.5, 3.0, 0.7, 2.0])
    step = 1e-6 * np.eye(4)
    differences = [(histories.loss(at + s)[0] - histories.loss(at - s)[0]) / 2e-6 for s in step]
    assert histories.loss(at)[1] == pytest.approx(np.array(differences), abs=1e-7)


def test_convergence_is_reported(fitted):
    assert fitted.converged_
    assert fitted.iterations_ > 3
    with pytest.warns(RuntimeWarning, match="found no maximum inside its bounds"):
        alike = BGNBD().fit([4] * 50, [9.0] * 50, [10.0] * 50)
    assert not alike.converged_


def test_many_customers_are_the_few_times_their_number(cdnow, fitted):
    """Ten copies have the same maximum; it is climbed to from a part of them."""
    many = pd.concat([cdnow] * 10)
    found = BGNBD().fit(many["x"], many["t_x"], many["T"])
    assert found.log_likelihood_ == pytest.approx(10 * fitted.log_likelihood_, rel=1e-8)
    assert found.b_ == pytest.approx(fitted.b_, rel=1e-3)


@settings(max_examples=40, deadline=None)
@given(
    x=st.integers(0, 20), share=st.floats(0.1, 1), T=st.floats(1, 900), t=st.floats(0.1, 900),
    a=st.floats(0.05, 0.98) | st.floats(1.02, 3),
)  # fmt: skip
def test_orders_ahead_are_eq_10_itself(x, share, T, t, a):
    """As published, where that does not overflow."""
    model = BGNBD()
    model.r_, model.alpha_, model.a_, model.b_ = r, alpha, a, b = 0.7, 40.0, a, 3.0
    tx = T * share if x else 0.0
    shrink = ((alpha + T) / (alpha + T + t)) ** (r + x)
    series = hyp2f1(r + x, b + x, a + b + x - 1, t / (alpha + T + t))
    published = (a + b + x - 1) / (a - 1) * (1 - shrink * series) * model.p_alive([x], [tx], [T])[0]
    assert model.predict([x], [tx], [T], t)[0] == pytest.approx(published, rel=1e-6, abs=1e-8)


def test_very_many_orders_do_not_overflow():
    model = BGNBD()
    model.r_, model.alpha_, model.a_, model.b_ = 0.7, 40.0, 0.02, 3.0
    ahead = model.predict([5_000], [999.0], [1_000.0], 100)[0]
    assert ahead == pytest.approx(5_000.7 / 1_040 * 100, rel=0.01)


def test_a_shared_forecast_is_each_ones_own(fitted, cdnow):
    """Customers alike are reckoned once; alone or together, the answer is the same."""
    some = cdnow.iloc[::40]
    together = fitted.predict(cdnow["x"], cdnow["t_x"], cdnow["T"], 39)[::40]
    apart = [
        fitted.predict([x], [tx], [T], 39)[0] for x, tx, T in some[["x", "t_x", "T"]].to_numpy()
    ]
    assert together == pytest.approx(np.array(apart), rel=1e-10)


def test_one_customers_forecast_is_the_published_one(fitted):
    """The same authors' spreadsheet note (2005): customer 1 makes 1.226 orders in 39 weeks."""
    assert fitted.predict([2], [30.43], [38.86], 39)[0] == pytest.approx(1.226, abs=1e-3)


def test_the_unit_of_time_does_not_matter(cdnow, fitted):
    in_days = BGNBD().fit(cdnow["x"], cdnow["t_x"] * 7, cdnow["T"] * 7)
    assert in_days.alpha_ == pytest.approx(7 * fitted.alpha_, rel=1e-3)
    assert in_days.expected_purchases(70) == pytest.approx(fitted.expected_purchases(10), rel=1e-4)


def simulated(seed: int = 0, people: int = 4_000):
    """Orders day by day from the model itself: a year to learn from, a year to foretell."""
    rng = np.random.default_rng(seed)
    rate = rng.gamma(0.7, 1 / 40, people)
    leave = rng.beta(0.5, 3.0, people)
    start = rng.uniform(0, 300, people)
    frequency, recency, later = (np.zeros(people) for _ in range(3))
    for i in range(people):
        now = start[i]
        while (now := now + rng.exponential(1 / rate[i])) < 730:
            if now < 365:
                frequency[i] += 1
                recency[i] = now - start[i]
            else:
                later[i] += 1
            if rng.random() < leave[i]:
                break
    return frequency, recency, 365 - start, later


def test_orders_to_come_are_foretold_in_total_and_by_tenths():
    frequency, recency, T, later = simulated()
    model = BGNBD().fit(frequency, recency, T)
    expected = model.predict(frequency, recency, T, 365)
    assert expected.sum() == pytest.approx(later.sum(), rel=0.08)
    carried_on = (frequency / T * 365).sum()
    assert carried_on > 1.25 * later.sum()
    tenth = np.argsort(np.argsort(expected)) * 10 // len(expected)
    sums = np.array([[x[tenth == k].sum() for x in (expected, later)] for k in range(5, 10)])
    assert sums[:, 0] == pytest.approx(sums[:, 1], rel=0.25)


@settings(max_examples=40, deadline=None)
@given(x=st.integers(1, 30), share=st.floats(0.01, 1), t=st.floats(1, 500))
def test_the_longer_the_silence_the_less_alive(x, share, t):
    model = BGNBD()
    model.r_, model.alpha_, model.a_, model.b_ = 0.7, 40.0, 0.5, 3.0
    recent, silent = (model.p_alive([x], [r], [t])[0] for r in (t, t * share))
    assert 0 <= silent <= recent + 1e-12 <= 1 + 1e-12
    assert model.p_alive([0], [0], [t])[0] == 1


def test_expected_orders_begin_with_the_mean_rate_and_slow_down():
    model = BGNBD()
    model.r_, model.alpha_, model.a_, model.b_ = 0.7, 40.0, 0.5, 3.0
    assert model.expected_purchases(0.001) / 0.001 == pytest.approx(0.7 / 40, rel=1e-3)
    assert (np.diff(model.expected_purchases(np.arange(10, 400, 10.0)), n=2) < 0).all()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (([1], [2.0], [1.0]), "recency is 2 in row 0; it must be at most T"),
        (([1], [-0.5], [1.0]), "recency is -0.5 in row 0; it must be at least 0"),
        (([0.5], [0.2], [1.0]), "frequency is 0.5 in row 0; a whole number is needed"),
        (
            ([0, 1], [0.5, 0.5], [1.0, 1.0]),
            "recency is 0.5 in row 0; .* 0 without an order",
        ),
        (([1], [0.0], [0.0]), "T is 0 in row 0; it must be above 0"),
        (([1, 2], [0.5], [1.0]), "one value a row is needed in each"),
        (([0, 0], [0.0, 0.0], [1.0, 2.0]), "nobody ordered"),
    ],
)
def test_impossible_histories_are_refused(data, message):
    with pytest.raises(ValueError, match=message):
        BGNBD().fit(*data)


def test_an_unfitted_model_says_so():
    with pytest.raises(ValueError, match="not fitted yet"):
        BGNBD().expected_purchases(1)
