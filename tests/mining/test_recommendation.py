"""6.3: what is bought together."""

from __future__ import annotations

import gzip
from collections import Counter, defaultdict
from itertools import combinations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import engines
from ecomlab.mining.recommendation import pair_affinity

PRODUCTS = st.sampled_from(["tea", "cup", "pot", "灯"])
LINES = st.lists(st.tuples(st.integers(0, 8), PRODUCTS), max_size=40)


def _lines(rows) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["order_id", "product_id"])
    return frame.astype({"order_id": "int64", "product_id": "str"})


@pytest.fixture
def lines() -> pd.DataFrame:
    """Five orders: tea and cup thrice, pot with tea once."""
    baskets = [("tea", "cup"), ("tea", "cup"), ("tea", "cup"), ("tea", "pot"), ("pot",)]
    return _lines([(order, item) for order, basket in enumerate(baskets) for item in basket])


def test_support_confidence_and_lift_of_a_worked_case(lines):
    first, second = pair_affinity(lines).to_dict("records")
    assert (first["product_a"], first["product_b"], first["orders"]) == ("cup", "tea", 3)
    assert first["support"] == pytest.approx(3 / 5)
    assert first["confidence_ab"] == pytest.approx(1)
    assert first["confidence_ba"] == pytest.approx(3 / 4)
    assert first["lift"] == pytest.approx((3 / 5) / (3 / 5 * 4 / 5))
    # Pot is in 2 orders, tea in 4, both in 1: less often than by chance.
    assert second["lift"] == pytest.approx((1 / 5) / (2 / 5 * 4 / 5))


def test_a_product_twice_in_an_order_counts_once(lines):
    doubled = pd.concat([lines, lines])
    pd.testing.assert_frame_equal(pair_affinity(doubled), pair_affinity(lines))


def _reference(rows, min_orders: int) -> list[tuple]:
    """Pairs by plain counting."""
    baskets = defaultdict(set)
    for order, product in rows:
        baskets[order].add(product)
    n = len(baskets)
    with_one = Counter(item for basket in baskets.values() for item in basket)
    with_both = Counter(
        pair for basket in baskets.values() for pair in combinations(sorted(basket), 2)
    )
    often = [(pair, count) for pair, count in with_both.items() if count >= min_orders]
    return [
        (
            a,
            b,
            count,
            count / n,
            count / with_one[a],
            count / with_one[b],
            count * n / (with_one[a] * with_one[b]),
        )
        for (a, b), count in sorted(often, key=lambda found: (-found[1], found[0]))
    ]


@given(LINES, st.integers(1, 3), st.sampled_from(engines.LOCAL))
@settings(max_examples=20, deadline=None)
def test_affinity_is_plain_counting(rows, min_orders, kind):
    table = engines.table(_lines(rows), kind)
    engines.assert_equal(pair_affinity(table, min_orders=min_orders), _reference(rows, min_orders))


@pytest.mark.parametrize("kind", ["pandas", "polars", "duckdb"])
def test_groceries_agree_with_the_published_rule(refdata, kind):
    """{other vegetables} => {whole milk} in 9,835 baskets: .0748, .387, 1.51 (Hahsler, arules)."""
    with gzip.open(refdata / "mining" / "groceries.csv.gz", "rt") as file:
        baskets = [line.strip().split(",") for line in file]
    rows = [(order, item) for order, basket in enumerate(baskets) for item in basket]
    most_frequent, *_ = engines.rows(
        pair_affinity(engines.table(_lines(rows), kind), min_orders=50)
    )
    assert most_frequent[:3] == ("other vegetables", "whole milk", 736)
    assert most_frequent[3:5] == pytest.approx((0.07483477, 0.3867578), abs=1e-7)
    assert most_frequent[6] == pytest.approx(1.513634, abs=1e-6)


@pytest.mark.parametrize("kind", engines.LOCAL)
def test_no_lines_are_no_pairs(lines, kind):
    assert engines.rows(pair_affinity(engines.table(lines.head(0), kind))) == []


def test_a_missing_key_is_refused(lines):
    lines.loc[3, "product_id"] = None
    with pytest.raises(ValueError, match="order_lines: column 'product_id' has 1 missing value"):
        pair_affinity(lines)


@pytest.mark.parametrize(("least", "error"), [(0, ValueError), (0.1, TypeError), (True, TypeError)])
def test_the_least_number_of_orders_is_a_count(lines, least, error):
    with pytest.raises(error, match=f"min_orders is {least}; "):
        pair_affinity(lines, min_orders=least)
