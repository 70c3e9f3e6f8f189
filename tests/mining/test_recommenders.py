"""Lists hold what they should, measures are the published ones, and hybrids earn their weights."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomlab.mining.recommendation import (
    ContentBased,
    Hybrid,
    ItemKNN,
    MatrixFactorization,
    Popularity,
    compare,
    dcg,
    evaluate,
    ndcg,
)

STYLES = ("bold", "cute", "classic")
GOODS = pd.DataFrame({"product_id": np.arange(30), "style": np.array(STYLES)[np.arange(30) % 3]})
MODELS = {
    "popularity": Popularity,
    "neighbours": ItemKNN,
    "factors": lambda: MatrixFactorization(factors=4, penalty=1.0),
    "content": lambda: ContentBased(features=["style"]),
    "hybrid": lambda: Hybrid(parts=[Popularity(), ItemKNN(), ContentBased(features=["style"])]),
}


def bought(customers=200, each=6, seed=0) -> pd.DataFrame:
    """Everybody buys within one style mostly, and popular things more often; in order of time."""
    rng = np.random.default_rng(seed)
    taste = np.arange(customers) % 3
    popular = 1 / np.arange(1, 31)
    rows = []
    for turn in range(each):
        for customer in range(customers):
            own = rng.random() < 0.85
            chance = popular * (np.arange(30) % 3 == taste[customer]) if own else popular
            rows.append((customer, rng.choice(30, p=chance / chance.sum()), turn))
    return pd.DataFrame(rows, columns=["customer_id", "product_id", "turn"])


PAST = bought()
baskets = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 12)), min_size=1, max_size=60).map(
    lambda rows: pd.DataFrame(rows, columns=["customer_id", "product_id"])
)


def test_gains_are_the_published_ones():
    assert dcg([3, 2, 3, 0, 1, 2]) == pytest.approx(6.861, abs=5e-4)
    assert ndcg([3, 2, 3, 0, 1, 2]) == pytest.approx(0.961, abs=5e-4)


@given(st.lists(st.floats(0, 5), min_size=1, max_size=12))
def test_the_best_order_has_a_gain_of_one(gains):
    assert ndcg(sorted(gains, reverse=True)) == pytest.approx(1.0 if any(gains) else 0.0)
    assert ndcg(gains) <= 1 + 1e-12


@pytest.mark.parametrize("name", MODELS)
def test_lists_hold_what_they_should(name):
    model = MODELS[name]().fit(PAST, GOODS)
    found = model.recommend([5, 7, 5], k=4)
    assert found["rank"].tolist() == [1, 2, 3, 4] * 3
    assert not found.groupby(["customer_id", "rank"])["product_id"].nunique().gt(1).any()
    taken = PAST.groupby("customer_id")["product_id"].agg(set)
    assert all(row.product_id not in taken[row.customer_id] for row in found.itertuples())
    mine = found[:4]
    assert mine["product_id"].is_unique
    assert (mine["score"].diff().dropna() <= 1e-12).all()
    again = model.recommend([5], k=30, again=True)
    assert set(again["product_id"]) == set(GOODS["product_id"])
    assert set(model.recommend([5], k=30, among=[3, 4])["product_id"]) == {3, 4} - taken[5]


@settings(max_examples=25, deadline=None)
@given(baskets, st.sampled_from(["popularity", "neighbours", "factors"]))
def test_the_order_of_rows_changes_no_list(rows, name):
    def lists(frame):
        return MODELS[name]().fit(frame).recommend(sorted(set(rows["customer_id"])), k=5)

    a, b = lists(rows), lists(rows.sample(frac=1, random_state=3))
    assert a[["customer_id", "rank", "product_id"]].equals(b[["customer_id", "rank", "product_id"]])


@settings(max_examples=25, deadline=None)
@given(baskets)
def test_neighbours_are_alike_by_shrunk_cosine(rows):
    model = ItemKNN(neighbours=99, shrinkage=2).fit(rows)
    taken = model.seen_.toarray()
    length = np.sqrt((taken**2).sum(axis=0))
    together = (taken > 0).astype(float).T @ (taken > 0)
    expected = taken.T @ taken / np.outer(length, length) * together / (together + 2)
    np.fill_diagonal(expected, 0)
    assert model.similarity_.toarray() == pytest.approx(expected)


def test_only_the_nearest_neighbours_count():
    model = ItemKNN(neighbours=3).fit(PAST)
    assert (np.diff(model.similarity_.indptr) <= 3).all()


def test_factors_solve_each_customers_ridge_regression():
    model = MatrixFactorization(factors=3, penalty=2.0, confidence=4.0).fit(PAST)
    row = model.seen_[[11]].toarray()[0]
    sure = np.diag(1 + 4.0 * row)
    traits = model.traits_
    left = traits.T @ sure @ traits + 2.0 * np.eye(3)
    expected = traits @ np.linalg.solve(left, traits.T @ sure @ (row > 0))
    assert model.scores([model.customers_[11]])[0] == pytest.approx(expected)


@pytest.mark.parametrize("name", MODELS)
def test_strangers_get_the_best_sellers(name):
    best = PAST.drop_duplicates(["customer_id", "product_id"])["product_id"].value_counts().index
    found = MODELS[name]().fit(PAST, GOODS).recommend([9_999], k=3)["product_id"].tolist()
    assert found == best[:3].tolist()


def test_only_content_knows_what_nobody_bought_yet():
    new = pd.DataFrame({"product_id": [30, 31, 32], "style": STYLES})
    every = pd.concat([GOODS, new], ignore_index=True)
    later = pd.DataFrame({"customer_id": np.arange(200), "product_id": 30 + np.arange(200) % 3})

    def worth(model):
        return evaluate(model.fit(PAST, every), later, k=1, among=[30, 31, 32]).summary["ndcg"]

    assert worth(ContentBased(features=["style"])) > 0.9
    assert worth(ItemKNN()) < 0.5
    assert worth(Popularity()) < 0.5


def test_a_hybrid_drops_a_part_that_only_errs():
    class Backwards(Popularity):
        def _score(self, seen):
            return -super()._score(seen)

    model = Hybrid(parts=[ItemKNN(), Backwards()]).fit(PAST)
    assert model.weights_["Backwards"] < model.weights_["ItemKNN"]
    assert sum(model.weights_.values()) == pytest.approx(1)


def test_weights_of_purchases_add_up():
    twice = pd.concat([PAST, PAST]).assign(weight=0.5)
    a, b = ItemKNN().fit(PAST.assign(weight=1.0)), ItemKNN().fit(twice)
    assert a.similarity_.toarray() == pytest.approx(b.similarity_.toarray())


def test_measures_are_plain_counts():
    before = pd.DataFrame({"customer_id": [1, 2, 3, 3], "product_id": ["a", "a", "b", "a"]})
    goods = pd.DataFrame({"product_id": ["a", "b", "c", "d"]})
    after = pd.DataFrame({"customer_id": [1, 1, 2, 2], "product_id": ["b", "d", "a", "c"]})
    found = evaluate(Popularity().fit(before, goods), after, k=2)
    # New to 1: b, c, d; to 2 the same, and a was theirs already.
    assert found.by_customer["precision"].tolist() == [0.5, 0.5]
    assert found.by_customer["recall"].tolist() == [0.5, 1.0]
    assert found.by_customer["ndcg"].tolist() == pytest.approx(
        [1 / (1 + 1 / np.log2(3)), 1 / np.log2(3)]
    )
    assert found.by_customer["map"].tolist() == pytest.approx([0.5, 0.5])
    assert found.coverage == 0.5


def test_a_model_compared_with_itself_is_no_better():
    found = evaluate(ItemKNN().fit(PAST), bought(seed=1))
    same = compare(found, found)
    assert (same.gap, same.lower, same.upper) == (0, 0, 0)


def test_pairing_by_customer_is_surer_than_chance():
    later = bought(seed=1)
    better, worse = (evaluate(m.fit(PAST), later) for m in (ItemKNN(), Popularity()))
    told = compare(better, worse)
    unpaired = np.hypot(*(e.by_customer["ndcg"].std() / 200**0.5 for e in (better, worse)))
    assert told.se < unpaired
    assert told.lower < told.gap < told.upper


@pytest.fixture(scope="module")
def shipped():
    """Recommenders fitted to the shop's first 92 weeks, and what was bought in the next eight."""
    from ecomlab import open_shop

    shop = open_shop()
    lines = shop.order_lines[["order_id", "product_id"]].merge(
        shop.orders[["order_id", "customer_id", "ordered_at"]]
    )
    lines = lines.sort_values("ordered_at", kind="stable")
    day = (lines["ordered_at"] - pd.Timestamp("2024-01-01")).dt.days
    before, after = lines[day < 644], lines[(day >= 644) & (day < 700)]
    after = after[after["customer_id"].isin(before["customer_id"])]
    models = [
        m().fit(before, shop.products)
        for m in (Hybrid, Popularity, ItemKNN, MatrixFactorization, ContentBased)
    ]
    return models, before, after, shop.products


def test_in_the_shop_the_hybrid_beats_popularity_and_its_best_part(shipped):
    models, _, after, _ = shipped
    hybrid, *parts = (evaluate(model, after) for model in models)
    best = max(parts, key=lambda one: one.summary["ndcg"])
    assert compare(hybrid, parts[0], draws=300).lower > 0.02
    assert compare(hybrid, best, draws=300).upper > 0
    assert hybrid.summary["ndcg"] >= best.summary["ndcg"] - 0.002


def test_in_the_shop_content_wins_on_cold_products_only(shipped):
    models, before, after, products = shipped
    takers = before.groupby("product_id")["customer_id"].nunique()
    takers = takers.reindex(products["product_id"], fill_value=0)
    cold = takers.index[takers < 10]
    _, popularity, neighbours, _, content = (
        evaluate(model, after, among=cold, k=3).summary["ndcg"] for model in models
    )
    assert content > 1.5 * max(popularity, neighbours)
    _, popularity, neighbours, _, content = (
        evaluate(model, after).summary["ndcg"] for model in models
    )
    assert content < min(popularity, neighbours)


@pytest.mark.parametrize(
    ("spoil", "error", "message"),
    [
        (lambda t: t.drop(columns="product_id"), ValueError, "has no column 'product_id'"),
        (lambda t: t.head(0), ValueError, "interactions has no rows"),
        (
            lambda t: t.assign(customer_id=np.nan),
            ValueError,
            "'customer_id' is missing in row 0, the first of 1200",
        ),
        (
            lambda t: t.assign(weight=0.0),
            ValueError,
            "'weight' is 0 in row 0, .*; it must be above 0",
        ),
        (lambda t: t.assign(product_id=77), ValueError, "product 77 was taken but is not in"),
        (lambda t: t.to_dict(), TypeError, "interactions is a dict; a pandas DataFrame is needed"),
    ],
)
def test_faulty_interactions_are_refused(spoil, error, message):
    with pytest.raises(error, match=message):
        Popularity().fit(spoil(PAST), GOODS)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ItemKNN(neighbours=0).fit(PAST), "neighbours is 0"),
        (lambda: ItemKNN(shrinkage=-1).fit(PAST), "shrinkage is -1"),
        (lambda: MatrixFactorization(factors=0).fit(PAST), "factors is 0"),
        (lambda: MatrixFactorization(penalty=0).fit(PAST), "penalty is 0"),
        (lambda: ContentBased().fit(PAST), "needs the products' table"),
        (lambda: ContentBased(features=["smell"]).fit(PAST, GOODS), "no column 'smell'"),
        (lambda: ContentBased(features=[]).fit(PAST, GOODS), "names no column"),
        (lambda: Hybrid(parts=[Popularity(), Popularity()]).fit(PAST), "of different kinds"),
        (lambda: Popularity().recommend([1]), "has learned nothing yet"),
        (lambda: Popularity().fit(PAST).recommend([1], k=0), "k is 0"),
        (lambda: Popularity().fit(PAST).recommend([1], among=[99]), "product 99 is not known"),
        (lambda: Popularity().fit(PAST, pd.concat([GOODS, GOODS])), "lists 0 more than once"),
        (lambda: evaluate(Popularity().fit(PAST), PAST), "no customer took anything"),
        (lambda: ndcg([1, -1]), "gains is -1 in row 1; it must be at least 0"),
        (lambda: dcg([[1]]), "one number a place"),
    ],
)
def test_settings_out_of_range_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
