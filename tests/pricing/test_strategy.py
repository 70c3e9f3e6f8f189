"""Section 2.3: elasticities are found where prices moved at random, and missed elsewhere."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ecomlab.pricing.strategy import elasticity

TRUE = -2.5


def shop(seed: int = 1, *, follow: float = 0.3, products: int = 80, weeks: int = 40):
    """Product-weeks whose prices follow cost and, in part, demand that nobody records."""
    rng = np.random.default_rng(seed)
    product, week = np.repeat(np.arange(products), weeks), np.tile(np.arange(weeks), products)
    n = len(product)
    cost = np.exp(rng.normal(0, 0.2, n))
    shock = rng.normal(0, 0.3, n)
    level = rng.choice([0.8, 1.0, 1.25], n)
    log_price = 3 + 0.7 * np.log(cost) + follow * shock
    level_effect = rng.normal(0, 0.8, products)[product] + rng.normal(0, 0.2, weeks)[week]
    days = rng.integers(3, 8, n)

    def units(log_price):
        mean = np.exp(TRUE * (log_price - 3) + shock + level_effect - 1) * days / 7
        return rng.poisson(mean)

    frame = pd.DataFrame(
        {"product_id": product, "week": week, "cost": cost, "level": level, "days": days,
         "group": product % 2}
    )  # fmt: skip
    observed = frame.assign(price=np.exp(log_price), units=units(log_price))
    tested = frame.assign(price=np.exp(log_price) * level, units=units(log_price + np.log(level)))
    return observed, tested


def test_a_price_test_shows_the_elasticity():
    _, tested = shop()
    found = elasticity(tested, instrument="level", exposure="days").loc["all"]
    assert found["elasticity"] == pytest.approx(TRUE, abs=3 * found["se"])
    assert found["se"] < 0.2
    assert found["lower"] < TRUE < found["upper"]


def test_a_cost_shifter_shows_it_and_is_strong():
    observed, _ = shop()
    found = elasticity(observed, instrument="cost", exposure="days").loc["all"]
    assert found["elasticity"] == pytest.approx(TRUE, abs=3 * found["se"])
    assert found["first_stage_f"] > 100


def test_prices_that_follow_demand_mislead():
    observed, _ = shop()
    naive = elasticity(observed, exposure="days").loc["all"]
    assert naive["elasticity"] > TRUE + 0.4


def test_leaving_out_weeks_without_sales_misleads_further():
    observed, _ = shop(follow=0.0)
    logs = elasticity(observed, method="ols").loc["all"]
    ppml = elasticity(observed, exposure="days").loc["all"]
    assert logs["left_out"] == (observed["units"] == 0).sum() > 0
    assert logs["elasticity"] > TRUE + 0.5
    assert ppml["elasticity"] == pytest.approx(TRUE, abs=4 * ppml["se"])


def test_two_stages_agree_with_a_ratio_of_covariances():
    observed, _ = shop()
    sold = observed[observed["units"] > 0]
    found = elasticity(sold, method="ols", instrument="cost", effects=()).loc["all"]
    y, p, z = (np.log(sold[c].to_numpy()) for c in ("units", "price", "cost"))
    assert found["elasticity"] == pytest.approx(np.cov(y, z)[0, 1] / np.cov(p, z)[0, 1])


def test_intervals_cover_as_often_as_they_say():
    covered = 0
    for seed in range(40):
        observed, _ = shop(seed + 10, products=40, weeks=20)
        found = elasticity(observed, instrument="cost", exposure="days").loc["all"]
        covered += found["lower"] < TRUE < found["upper"]
    assert covered >= 34


def test_groups_get_their_own():
    _, tested = shop()
    found = elasticity(tested, by="group", instrument="level", exposure="days")
    assert found.index.tolist() == [0, 1]
    one = elasticity(tested[tested["group"] == 1], instrument="level", exposure="days")
    assert found.loc[1, "elasticity"] == pytest.approx(one.loc["all", "elasticity"])


@pytest.mark.parametrize(
    ("change", "how", "error", "message"),
    [
        (
            {"price": -1.0},
            {},
            ValueError,
            "'price' is -1 in row 0, the first of 6; it must be above 0",
        ),
        (
            {"units": -1},
            {},
            ValueError,
            "'units' is -1 in row 0, the first of 6; it must be at least 0",
        ),
        ({"units": 0}, {"method": "ols"}, ValueError, "every week has 0 units"),
        ({}, {"method": "lasso"}, ValueError, "method is 'lasso'"),
        ({}, {"instrument": "cost"}, ValueError, "no column 'cost'"),
        ({"price": 2.0}, {}, ValueError, "does not vary"),
        ({"price": "dear"}, {}, TypeError, "numbers are needed"),
    ],
)
def test_what_makes_no_sense_is_refused(change, how, error, message):
    sales = pd.DataFrame(
        {"product_id": [1, 1, 1, 2, 2, 2], "week": [1, 2, 3] * 2,
         "price": [1.0, 2, 3, 3, 5, 4], "units": [4, 3, 2, 2, 2, 2]}
    )  # fmt: skip
    with pytest.raises(error, match=message):
        elasticity(sales.assign(**change), **how)
