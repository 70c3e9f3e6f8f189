"""The truth that section 5.2 grades on is what the twin shop lives."""

from __future__ import annotations

import pandas as pd

from ecomlab import data, open_shop
from ecomlab.truth.shelves import DAYS, FILE, FIRST, GOODS, often_empty, wanted


def test_the_first_weeks_are_lived_again_as_they_are_kept():
    kept = data(FILE)
    goods = sorted(kept["product_id"].unique())
    assert len(goods) == GOODS
    assert len(kept) == GOODS * DAYS
    again = wanted(open_shop().world, goods, days=14)
    told = kept[kept["day"] < 14].reset_index(drop=True)
    pd.testing.assert_frame_equal(again, told, check_dtype=False)


def test_the_goods_are_those_that_the_shipped_tables_name_and_more_was_wanted_than_sold():
    stock = open_shop().stock
    kept = data(FILE)
    assert often_empty(stock) == sorted(kept["product_id"].unique())
    begun = stock["date"].min() + pd.Timedelta(days=FIRST)
    weeks = stock[stock["date"].between(begun, begun + pd.Timedelta(days=DAYS - 1))]
    sold = weeks[weeks["product_id"].isin(kept["product_id"])]["sold"].sum()
    assert sold < 0.9 * kept["units"].sum()
