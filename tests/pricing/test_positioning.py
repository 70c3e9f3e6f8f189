"""Personas are the people, not their noise; bad tables are refused with the place of the fault."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ecomlab.pricing.positioning import personas


def market(centres=(24, 41, 60), each=120, lines=6, seed=0):
    """Buyers of known groups, apart in age and in how dear they buy."""
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(len(centres)), each)
    people = pd.DataFrame(
        {
            "customer_id": np.arange(len(group)) * 3,
            "age": rng.normal(np.array(centres)[group], 3),
            "sex": np.where(rng.random(len(group)) < 0.3 + 0.2 * group, "female", "male"),
        }
    )
    who = np.repeat(group, lines)
    bought = pd.DataFrame(
        {
            "customer_id": np.repeat(people["customer_id"], lines).to_numpy(),
            "category": rng.choice(["tea", "shoes"], len(who)),
            "price": np.exp(4 + 0.3 * who + rng.normal(0, 0.3, len(who))),
        }
    )
    return people, bought, group


def agreement(found, people, group):
    from sklearn.metrics import adjusted_rand_score

    true = pd.Series(group, index=people["customer_id"])[found.members["customer_id"]]
    return adjusted_rand_score(true, found.members["persona"])


@pytest.mark.parametrize("centres", [(24, 60), (24, 41, 60), (22, 36, 50, 64)])
def test_the_groups_that_are_there_are_found(centres):
    people, bought, group = market(centres)
    found = personas(people, bought)
    assert found.k == len(centres)
    assert agreement(found, people, group) > 0.85
    assert found.criteria["bic"].idxmin() == found.k


def test_one_crowd_is_one_persona():
    people, bought, _ = market((40,), each=300)
    assert personas(people, bought).k == 1


def test_rows_in_any_order_give_the_same_personas():
    people, bought, _ = market()
    a = personas(people, bought)
    b = personas(people.sample(frac=1, random_state=1), bought.sample(frac=1, random_state=2))
    pd.testing.assert_frame_equal(a.members, b.members)


def test_prices_in_another_currency_change_nothing():
    people, bought, _ = market()
    a, b = personas(people, bought), personas(people, bought.assign(price=bought["price"] * 7))
    assert a.members["persona"].tolist() == b.members["persona"].tolist()


def test_profiles_are_plain_means_of_the_members():
    people, bought, _ = market()
    found = personas(people, bought)
    of = found.members.set_index("customer_id")["persona"]
    ages = people.groupby(people["customer_id"].map(of))["age"].mean()
    assert found.profiles["age"].to_numpy() == pytest.approx(ages.to_numpy())
    assert found.profiles["share"].sum() == pytest.approx(1)
    assert found.profiles["customers"].is_monotonic_decreasing
    assert found.profiles["customers"].sum() == len(found.members)
    assert found.members["probability"].between(1 / found.k - 1e-9, 1 + 1e-9).all()


def test_who_bought_little_is_left_out():
    people, bought, _ = market(lines=6)
    few = bought[~((bought["customer_id"] == 0) & bought.duplicated("customer_id"))]
    kept = personas(people, few).members["customer_id"]
    assert 0 not in set(kept)
    assert len(kept) == len(people) - 1


def test_as_many_as_asked_for():
    people, bought, _ = market()
    assert personas(people, bought, k=2).k == 2


def test_in_the_shop_the_mixture_finds_the_segments_and_the_silhouette_does_not():
    from ecomlab import open_shop
    from ecomlab.shop import World
    from ecomlab.shop.ground import lay_out
    from ecomlab.shop.ship import SEED

    shop = open_shop()
    lines = shop.order_lines[["order_id", "product_id", "price"]]
    lines = lines.merge(shop.orders[["order_id", "customer_id"]]).merge(
        shop.products[["product_id", "category"]]
    )
    found = personas(shop.customers, lines)
    segment = lay_out(World.draw(SEED)).people.segment
    assert agreement(found, shop.customers, segment) > 0.6
    assert found.k == 4
    assert found.criteria["silhouette"].idxmax() != 4


def test_the_picture_names_every_persona():
    import matplotlib.pyplot as plt

    people, bought, _ = market()
    found = personas(people, bought)
    ax = found.plot()
    assert f"{found.k} personas" in ax.get_title() + ax.get_title(loc="left")
    assert len(ax.get_legend().get_texts()) == found.k
    plt.close(ax.figure)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda p, b: (p.drop(columns="age"), b), "customers has no column 'age'"),
        (
            lambda p, b: (p, b.assign(price=-1.0)),
            "orders: 'price' is -1 in row 0, the first of 2160;",
        ),
        (
            lambda p, b: (p.assign(age=np.nan), b),
            "customers: 'age' is missing in row 0, the first of 360;",
        ),
        (lambda p, b: (p.iloc[1:], b), "customer 0 of orders is not listed"),
        (lambda p, b: (pd.concat([p, p.head(1)]), b), "customer 0 comes twice"),
        (lambda p, b: (p, b.head(30)), "only 5 customers bought 5 lines or more"),
    ],
)
def test_faulty_tables_are_refused(spoil, message):
    people, bought, _ = market()
    with pytest.raises(ValueError, match=message):
        personas(*spoil(people, bought))


def test_settings_out_of_range_are_refused():
    people, bought, _ = market()
    with pytest.raises(ValueError, match=r"k is 9; it must be .* at most 8 \(with 360 buyers\)"):
        personas(people, bought, k=9)
    with pytest.raises(ValueError, match="min_lines is 0"):
        personas(people, bought, min_lines=0)
