"""Section 4.3: what orders are worth, who renews, and histories from orders."""

from __future__ import annotations

import warnings
from collections import defaultdict
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import engines
from ecomlab.membership.loyalty import (
    BGNBD,
    GammaGamma,
    ShiftedBetaGeometric,
    clv,
    histories,
)

HIGH_END = [1000, 869, 743, 653, 593, 551, 517, 491]
AS_OF = date(2025, 6, 30)
START = datetime(2024, 11, 4)
HOURS = st.integers(0, 24 * 120).map(lambda hours: START + timedelta(hours=hours))
PURCHASES = st.lists(st.tuples(st.integers(0, 9), HOURS, st.integers(1, 99_999)), max_size=40)


@pytest.fixture(scope="module")
def cdnow(refdata) -> pd.DataFrame:
    return pd.read_csv(refdata / "membership" / "cdnow_summary_x_tx_T_zbar.csv")


@pytest.fixture(scope="module")
def models(cdnow) -> tuple[BGNBD, GammaGamma]:
    buyers = cdnow[cdnow["x"] > 0]
    return (
        BGNBD().fit(cdnow["x"], cdnow["t_x"], cdnow["T"]),
        GammaGamma().fit(buyers["x"], buyers["zbar"]),
    )


# Gamma-Gamma


def test_cdnow_amounts_are_the_published_ones(models):
    """Fader and Hardie (2013), The Gamma-Gamma model of monetary value: 946 customers."""
    amounts = models[1]
    assert amounts.customers_ == 946
    assert amounts.converged_
    assert (amounts.p_, amounts.q_) == pytest.approx((6.25, 3.74), abs=0.006)
    assert amounts.gamma_ == pytest.approx(15.44, abs=0.02)


def test_amounts_in_another_currency_are_the_same_amounts(cdnow, models):
    buyers = cdnow[cdnow["x"] > 0]
    in_fen = GammaGamma().fit(buyers["x"], 100 * buyers["zbar"])
    assert in_fen.gamma_ == pytest.approx(100 * models[1].gamma_, rel=1e-3)
    assert in_fen.mean_ == pytest.approx(100 * models[1].mean_, rel=1e-4)


@settings(max_examples=40, deadline=None)
@given(x=st.integers(1, 50), z=st.floats(1, 500))
def test_a_mean_of_few_orders_is_drawn_to_the_mean_of_all(x, z):
    model = GammaGamma()
    model.p_, model.q_, model.gamma_ = 6.25, 3.74, 15.44
    model.mean_ = 6.25 * 15.44 / 2.74
    few, many, none = model.expected_value([x, 2 * x, 0], [z, z, 0.0])
    assert none == pytest.approx(model.mean_)
    assert abs(many - z) <= abs(few - z) + 1e-9
    assert min(z, none) - 1e-9 <= few <= max(z, none) + 1e-9


def test_simulated_amounts_are_recovered():
    rng = np.random.default_rng(5)
    x = rng.integers(1, 12, 20_000)
    rate = rng.gamma(5.0, 1 / 60.0, 20_000)
    model = GammaGamma().fit(x, rng.gamma(4.0 * x, 1 / (rate * x)))
    assert (model.p_, model.q_, model.gamma_) == pytest.approx((4.0, 5.0, 60.0), rel=0.06)
    assert model.mean_ == pytest.approx(4.0 * 60.0 / 4.0, rel=0.02)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (([0, 1], [1.0, 2.0]), "frequency is 0 in row 0; it must be at least 1"),
        (([1, 1.5], [1.0, 2.0]), "frequency is 1.5 in row 1; a whole number is needed"),
        (([1, 2], [1.0, -2.0]), "monetary is -2 in row 1; it must be above 0 .CNY."),
        (([1, 2], [1.0, np.nan]), "monetary is missing in row 1; a finite number is needed"),
        (([1, 2], [1.0]), "one value a row is needed in each"),
    ],
)
def test_impossible_amounts_are_refused(data, message):
    with pytest.raises(ValueError, match=message):
        GammaGamma().fit(*data)


# Shifted-beta-geometric


def test_high_end_subscribers_are_the_published_ones():
    """Fader and Hardie (2007): alpha, beta, log-likelihood, and survivors of years 8 to 12."""
    model = ShiftedBetaGeometric().fit(HIGH_END)
    assert model.converged_
    assert (model.alpha_, model.beta_) == pytest.approx((0.668, 3.806), abs=6e-4)
    assert model.log_likelihood_ == pytest.approx(-1611.16, abs=0.01)
    ahead = 1000 * model.survival(np.arange(8, 13))
    assert ahead.round().tolist() == [460, 436, 414, 395, 378]


@settings(max_examples=30, deadline=None)
@given(alpha=st.floats(0.1, 5), beta=st.floats(0.1, 20))
def test_renewal_rates_rise_and_multiply_up_to_survival(alpha, beta):
    model = ShiftedBetaGeometric()
    model.alpha_, model.beta_ = alpha, beta
    rates = model.retention(np.arange(1, 30))
    assert (np.diff(rates) > 0).all()
    assert np.cumprod(rates) == pytest.approx(model.survival(np.arange(1, 30)), rel=1e-9)
    assert model.survival(0) == pytest.approx(1)


@pytest.mark.parametrize(
    ("survivors", "message"),
    [
        ([100, 90], "2 numbers; two renewals take three"),
        ([100, 90, 95], "survivors is 95 in row 2; .* at most the one before"),
        ([100, 90.5, 80], "survivors is 90.5 in row 1; a whole number is needed"),
        ([100, -1, -2], "survivors is -1 in row 1, the first of 2; it must be at least 0"),
        ([100, 100, 100], "nobody left"),
        ([100, 0, 0], "nobody renewed"),
        ([100, np.nan, 50], "survivors is missing in row 1"),
    ],
)
def test_impossible_survivors_are_refused(survivors, message):
    with pytest.raises(ValueError, match=message):
        ShiftedBetaGeometric().fit(survivors)


@pytest.mark.parametrize(
    ("t", "message"),
    [(-1, "t is -1; it must be at least 0"), ([2, np.nan], "t is missing in row 1")],
)
def test_survival_is_of_the_future(t, message):
    with pytest.raises(ValueError, match=message):
        ShiftedBetaGeometric().fit(HIGH_END).survival(t)


# Lifetime value


def test_lifetime_value_agrees_with_another_package(cdnow, models):
    """`lifetimes`' own sum, at its parameters and ours, within a thousandth."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from lifetimes import BetaGeoFitter, GammaGammaFitter

        theirs = BetaGeoFitter().fit(cdnow["x"], cdnow["t_x"], cdnow["T"])
        buyers = cdnow[cdnow["x"] > 0]
        amounts = GammaGammaFitter().fit(buyers["x"], buyers["zbar"])
        expected = amounts.customer_lifetime_value(
            theirs, buyers["x"], buyers["t_x"], buyers["T"], buyers["zbar"],
            time=6, discount_rate=0.01, freq="W",
        )  # fmt: skip
    found = clv(
        *models, buyers["x"], buyers["t_x"], buyers["T"], buyers["zbar"],
        periods=6, length=4.345, discount=0.01,
    )  # fmt: skip
    assert found.sum() == pytest.approx(expected.sum(), rel=2e-3)
    assert found == pytest.approx(expected.to_numpy(), rel=0.02)


def test_lifetime_value_grows_with_time_and_shrinks_with_interest(models):
    history = ([3, 0, 7], [20.0, 0.0, 30.0], [38.0, 38.0, 31.0], [40.0, 0.0, 25.0])
    short, long = (clv(*models, *history, periods=n) for n in (3, 12))
    assert (long > short).all()
    assert (clv(*models, *history, discount=0.05) < long).all()
    assert clv(*models, *history, margin=0.3) == pytest.approx(0.3 * long)
    whole = models[0].predict(*history[:3], 12 * 30) * models[1].expected_value(
        history[0], history[3]
    )
    assert clv(*models, *history, discount=0.0) == pytest.approx(whole)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"periods": 0}, "periods is 0"),
        ({"length": -1}, "length is -1"),
        ({"discount": -0.1}, "discount is -0.1"),
        ({"margin": 1.2}, "margin is 1.2; it must be at least 0 and at most 1"),
    ],
)
def test_lifetime_value_refuses_what_makes_no_sense(models, change, message):
    with pytest.raises(ValueError, match=message):
        clv(*models, [1], [2.0], [9.0], [30.0], **change)


# Histories


def _orders(rows) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["customer_id", "ordered_at", "total"])
    frame["total"] = frame["total"].astype(float) / 100
    return frame.astype({"customer_id": "int64", "ordered_at": "datetime64[us]"})


def _by_hand(orders, registered=None) -> list[tuple]:
    bought = defaultdict(list)
    for who, at, fen in orders:
        bought[who].append((at, fen))
    answer = []
    for who in sorted(bought if registered is None else registered):
        begun = min(bought[who])[0] if registered is None else registered[who]
        kept = [(at, fen) for at, fen in bought[who] if registered is not None or at > begun]
        first = begun.date() if isinstance(begun, datetime) else begun
        recency = (max(at for at, _ in kept).date() - first).days if kept else 0
        mean = sum(fen for _, fen in kept) / 100 / len(kept) if kept else 0.0
        answer.append((who, len(kept), recency, (AS_OF - first).days + 1, mean))
    return answer


@given(PURCHASES, st.sampled_from(engines.LOCAL))
@settings(max_examples=15, deadline=None)
def test_histories_are_plain_counting(orders, kind):
    table = engines.table(_orders(orders), kind)
    engines.assert_equal(histories(table, as_of=AS_OF), _by_hand(orders))


@given(PURCHASES, st.sampled_from(engines.LOCAL))
@settings(max_examples=15, deadline=None)
def test_the_clock_may_start_with_registration(orders, kind):
    registered = {who: datetime(2024, 11, 1 + who % 3) for who in range(12)}
    people = pd.DataFrame(
        {"customer_id": list(registered), "registered_on": list(registered.values())}
    ).astype({"registered_on": "datetime64[us]"})
    found = histories(
        engines.table(_orders(orders), kind), as_of=AS_OF, customers=engines.table(people, kind)
    )
    engines.assert_equal(found, _by_hand(orders, registered))


def test_histories_of_cdnow_are_the_published_ones(refdata, cdnow):
    """Weeks there are days over 7; purchases of one day count as one."""
    orders = pd.read_csv(
        refdata / "membership" / "CDNOW_sample.txt",
        sep=r"\s+",
        names=["of", "customer_id", "ordered_at", "units", "total"],
        parse_dates=["ordered_at"],
    )
    orders = orders[orders["ordered_at"] <= "1997-09-30"]
    days = orders.groupby(["customer_id", "ordered_at"], as_index=False)["total"].sum()
    found = histories(days, as_of="1997-09-30")
    assert found["frequency"].tolist() == cdnow["x"].tolist()
    assert found["recency"].to_numpy() / 7 == pytest.approx(cdnow["t_x"].to_numpy(), abs=0.01)
    assert (found["T"] - 1).to_numpy() / 7 == pytest.approx(cdnow["T"].to_numpy(), abs=0.01)


def _two():
    orders = _orders([(1, datetime(2025, 6, 1), 500), (2, datetime(2025, 6, 20, 9), 800)])
    people = pd.DataFrame(
        {"customer_id": [1, 2], "registered_on": pd.to_datetime(["2025-05-01", "2025-06-20"])}
    )
    return orders, people


def test_a_first_purchase_after_as_of_is_refused_and_named():
    orders, people = _two()
    with pytest.raises(ValueError, match=r"orders: 1 row is later than as_of.*first in row 1"):
        histories(orders, as_of="2025-06-10")
    with pytest.raises(ValueError, match=r"registrations: 1 row is later.*first in row 1"):
        histories(orders.head(1), as_of="2025-06-10", customers=people)


def test_negative_spend_is_refused_and_named():
    orders, _ = _two()
    orders.loc[1, "total"] = -8.0
    with pytest.raises(ValueError, match="'total' has 1 negative value, first in row 1; amounts"):
        histories(orders, as_of=AS_OF)


def test_strangers_and_orders_before_registration_are_refused():
    orders, people = _two()
    with pytest.raises(ValueError, match=r"1 customers are not in customers.*the first is 2"):
        histories(orders, as_of=AS_OF, customers=people.head(1))
    people.loc[0, "registered_on"] = pd.Timestamp("2025-06-05")
    with pytest.raises(ValueError, match=r"1 customers ordered before they registered.*is 1"):
        histories(orders, as_of=AS_OF, customers=people)
