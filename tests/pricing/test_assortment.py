"""Section 2.2: a listing's effect comes from when it was completed, not from who has one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ecomlab.pricing.assortment import listing_effect


def rollout(effect: float, seed: int = 0, *, good_first: bool = False):
    rng = np.random.default_rng(seed)
    level = rng.normal(0, 0.8, 60)
    wave = np.argsort(np.argsort(-level)) // 15 if good_first else rng.permutation(60) // 15
    product, week = np.repeat(np.arange(60), 30), np.tile(np.arange(30), 60)
    complete = week >= 5 + 6 * wave[product]
    mean = np.exp(1.5 + level[product] + 0.2 * np.sin(week) + effect * complete)
    sales = pd.DataFrame({"product_id": product, "week": week, "units": rng.poisson(mean)})
    return sales, pd.DataFrame({"product_id": np.arange(60), "completed": 5 + 6 * wave})


@pytest.mark.parametrize("effect", [0.0, 0.4])
def test_the_rollout_tells_the_effect(effect):
    found = listing_effect(*rollout(effect)).loc["listing"]
    assert found["effect"] == pytest.approx(effect, abs=3.5 * found["se"])
    assert found["rate"] == pytest.approx(np.exp(found["effect"]) - 1)
    assert found["se"] < 0.06


def test_good_products_first_do_not_mislead_it():
    sales, goods = rollout(0.0, good_first=True)
    done = sales["week"] >= sales["product_id"].map(goods.set_index("product_id")["completed"])
    gap = np.log(sales.loc[done, "units"].mean() / sales.loc[~done, "units"].mean())
    found = listing_effect(sales, goods).loc["listing"]
    assert gap > 0.3
    assert found["effect"] == pytest.approx(0.0, abs=3.5 * found["se"])


@pytest.mark.parametrize(
    ("sales", "goods", "message"),
    [
        (lambda s: s, lambda g: g.iloc[1:], "product 0 of visits is not in products"),
        (lambda s: s, lambda g: g.assign(completed=99), "nothing to compare"),
        (lambda s: s, lambda g: g.drop(columns="completed"), "no column 'completed'"),
        (lambda s: s.assign(units=-1), lambda g: g, "negative"),
    ],
)
def test_what_tells_nothing_is_refused(sales, goods, message):
    first, second = rollout(0.1)
    with pytest.raises(ValueError, match=message):
        listing_effect(sales(first), goods(second))
