"""Section 3.3: difference in differences, on a published case and by its laws."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomlab.branding.activation import diff_in_diff


def cities(lift: float = 0.0, seed: int = 0, *, count: int = 24) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    city, week = np.repeat(np.arange(count), 20), np.tile(np.arange(20), count)
    treated = city < count // 3
    y = rng.normal(size=count)[city] * 3 + 0.1 * week + rng.normal(0, 0.2, len(city))
    return pd.DataFrame(
        {"city": city, "event": treated, "late": week >= 12,
         "outcome": y + lift * (treated & (week >= 12))}
    )  # fmt: skip


def test_minimum_wages_in_new_jersey():
    """Card and Krueger (1994), American Economic Review 84, table 3: 2.76 jobs a restaurant."""
    # Two restaurants a state at the published means, so that each state has a spread.
    means = {"NJ": (20.44, 21.03), "PA": (23.33, 21.17)}
    rows = [
        {"store": f"{state}{k}", "nj": state == "NJ", "after": after, "outcome": mean + 0.5 * k}
        for state, pair in means.items()
        for after, mean in enumerate(pair)
        for k in (-1, 1)
    ]
    found = diff_in_diff(pd.DataFrame(rows), treated="nj", after="after", cluster="store")
    assert found.effect == pytest.approx(2.76, abs=0.011)


@settings(deadline=None, max_examples=20)
@given(lift=st.floats(-2, 2), seed=st.integers(0, 50))
def test_a_lift_moves_the_estimate_by_itself(lift, seed):
    how = {"treated": "event", "after": "late", "cluster": "city"}
    without, with_ = (diff_in_diff(cities(x, seed), **how) for x in (0.0, lift))
    assert with_.effect - without.effect == pytest.approx(lift, abs=1e-9)
    assert with_.se == pytest.approx(without.se)


def test_intervals_and_permutations_keep_their_promise():
    how = {"treated": "event", "after": "late", "cluster": "city"}
    found = [diff_in_diff(cities(0.0, seed), **how) for seed in range(100)]
    assert 88 <= sum(f.lower <= 0 <= f.upper for f in found) <= 100
    assert sum(f.p < 0.05 for f in found) <= 12
    assert diff_in_diff(cities(1.0), **how).p < 0.001


def test_rows_of_one_city_are_not_independent_evidence():
    once = cities(0.5)
    twice = pd.concat([once, once])
    how = {"treated": "event", "after": "late", "cluster": "city"}
    assert diff_in_diff(twice, **how).se == pytest.approx(diff_in_diff(once, **how).se)


def test_it_shows_itself():
    found = diff_in_diff(cities(0.5), treated="event", after="late", cluster="city")
    assert "effect" in found._repr_html_()
    # On the left where the course's style has been set, else in the middle.
    ax = found.plot()
    assert (ax.get_title() + ax.get_title(loc="left")).startswith("The treated changed by +")
    assert repr(found).startswith("DiffInDiff(effect=")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c.assign(event=c["late"]), "treated in some rows and not in others"),
        (lambda c: c[~c["late"]], "rows before and after"),
        (lambda c: c[c["city"].isin([0, 1, 23])], "2 treated and 1 other"),
        (lambda c: c.assign(late=2), "'late' is 2 in row 0, .*; it must be true or false"),
        (lambda c: c.drop(columns="outcome"), "no column 'outcome'"),
    ],
)
def test_what_cannot_be_compared_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        diff_in_diff(change(cities()), treated="event", after="late", cluster="city")
