"""Section 3.2: the published adstock, the laws of saturation, and a mix that is recovered."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecomlab.branding.media import MediaMix, adstock, hill

PUBLISHED = np.array([(0.12, 0.34, 0.91, 0.45, 0.78), (0.55, 0.71, 0.08, 0.82, 0.29),
                      (0.89, 0.23, 0.67, 0.11, 0.95)]).T  # fmt: skip
spends = st.lists(st.floats(0, 1e6), min_size=1, max_size=30)


def test_adstock_is_the_published_one():
    last = adstock(PUBLISHED, [0.1, 0.5, 0.9])[-1]
    assert last == pytest.approx([0.751, 0.435, 0.572], rel=0.01)


@given(level=st.floats(0, 1e6), decay=st.floats(0, 0.95), lag=st.integers(0, 8))
def test_constant_spend_is_its_own_adstock_once_the_window_is_full(level, decay, lag):
    assert adstock(np.full(30, level), decay, max_lag=lag)[lag:] == pytest.approx(level)


@given(spend=spends, decay=st.floats(0, 0.95))
def test_without_normalising_each_yuan_is_remembered_by_the_weights(spend, decay):
    raw = adstock(spend, decay, normalize=False)
    by_hand = [sum(decay**k * spend[t - k] for k in range(t + 1)) for t in range(len(spend))]
    assert raw == pytest.approx(by_hand, rel=1e-9, abs=1e-6)


def test_nothing_older_than_the_window_counts():
    assert adstock([8.0, 0, 0, 0], 0.5, max_lag=1, normalize=False).tolist() == [8, 4, 0, 0]


@given(half=st.floats(0.01, 100), shape=st.floats(0.3, 3))
def test_half_the_effect_at_half_saturation(half, shape):
    assert hill([half], half, shape)[0] == pytest.approx(0.5)
    rising = hill(np.linspace(0, 5 * half, 40), half, shape)
    assert (np.diff(rising) > 0).all()
    assert rising[0] == 0
    assert rising[-1] < 1


def town_days(seed: int = 4, days: int = 364, towns: int = 20):
    """Two channels flown by town and four weeks, and a season that all towns share."""
    rng = np.random.default_rng(seed)
    levels = rng.choice([0.2, 1.0, 1.8], (2, days // 28, towns)).repeat(28, axis=1)
    season = np.exp(0.3 * np.sin(np.arange(days) / 40))
    spend = levels * season[:, None] * np.array([500.0, 90.0])[:, None, None]
    size = rng.uniform(300, 900, towns)
    lift = 0.0
    for c, (decay, strength) in enumerate(((0.5, 0.3), (0.1, 0.2))):
        relative = spend[c] / spend[c].mean(axis=0)
        lift = lift + strength * hill(adstock(relative, decay ** (1 / 7), max_lag=84), 0.8, 1.2)
    visits = rng.poisson(size * season[:, None] * np.exp(lift))
    day, town = np.indices((days, towns))
    sales = pd.DataFrame({"date": day.ravel(), "city_id": town.ravel(), "visits": visits.ravel()})
    media = pd.concat(
        sales[["date", "city_id"]].assign(channel=name, spend=spend[c].ravel())
        for c, name in enumerate(("tv", "web"))
    )
    return media, sales, lift


@pytest.fixture(scope="module")
def towns():
    media, sales, lift = town_days()
    return MediaMix().fit(media, sales), media, sales, lift


def test_contributions_are_recovered_within_their_errors(towns):
    mix, _, sales, lift = towns
    visits = sales["visits"].to_numpy().reshape(lift.shape)[84:]
    found = mix.contributions_
    relative = town_days()[0]
    for c, (name, decay, strength) in enumerate((("tv", 0.5, 0.3), ("web", 0.1, 0.2))):
        spend = relative[relative["channel"] == name]["spend"].to_numpy().reshape(lift.shape)
        stock = adstock(spend / spend.mean(axis=0), decay ** (1 / 7), max_lag=84)[84:]
        lost = 1 - (visits * np.exp(-strength * hill(stock, 0.8, 1.2))).sum() / visits.sum()
        row = found.loc[mix.channels_[c]]
        assert row["share"] == pytest.approx(lost, abs=3 * row["se"])
        assert row["se"] < 0.03


def test_a_national_regression_would_miss(towns):
    _, media, sales, _ = towns
    visits = sales.groupby("date")["visits"].sum().to_numpy()
    spend = media.pivot_table(index="date", columns="channel", values="spend", aggfunc="sum")
    x = np.column_stack([np.ones(len(visits)), spend])
    slope = np.linalg.lstsq(x, visits, rcond=None)[0][1:]
    share = slope * spend.mean() / visits.mean()
    assert abs(share.sum() - 0.2) > 0.2


def test_what_advertising_added_is_told_by_week_and_city(towns):
    mix, _, _, lift = towns
    true = lift[84:].reshape(-1, 7, lift.shape[1]).mean(axis=1)
    told = mix.effect()
    assert told.index[0] == 12
    gap = (told.to_numpy() - told.to_numpy().mean()) - (true - true.mean())
    assert np.abs(gap).max() < 0.04
    assert (mix.effect([]) == 0).all(axis=None)


def test_response_begins_at_one_and_flattens(towns):
    mix = towns[0]
    curve = mix.response("tv", [0, 1, 2, 3])
    assert curve[0] == 1
    assert (np.diff(curve, n=2)[1:] < 0).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda m, s: (m, s.iloc[1:]), "each combination of date, city_id needs just one row"),
        (lambda m, s: (m, s[s["city_id"] < 5]), "same days and cities"),
        (
            lambda m, s: (m.assign(spend=-1.0), s),
            "'spend' is -1 in row 0, .*; it must be at least 0",
        ),
        (lambda m, s: (m, s.assign(visits=0)), "without visits"),
        (lambda m, s: (m[m["date"] < 70], s[s["date"] < 70]), "at least 20 are needed"),
    ],
)
def test_a_fit_refuses_what_it_cannot_use(change, message):
    media, sales, _ = town_days(days=168, towns=6)
    with pytest.raises(ValueError, match=message):
        MediaMix().fit(*change(media, sales))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: adstock([1.0], 1.0), "decay is 1; it must be at least 0 and below 1"),
        (lambda: adstock([1.0, np.nan], 0.5), "x is missing in row 1; a finite number"),
        (lambda: adstock([1.0], 0.5, max_lag=-1), "max_lag is -1"),
        (lambda: hill([1.0], 0, 1), "half is 0"),
        (lambda: hill([1.0], 1, np.inf), "shape is inf"),
    ],
)
def test_curves_refuse_what_has_no_meaning(call, message):
    with pytest.raises(ValueError, match=message):
        call()
