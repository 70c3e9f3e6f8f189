"""Laws of the market's other stalls: plain facts that agree, every kind of trade, every trap."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomlab.shop import open_shop, stalls
from ecomlab.shop.ship import SEED
from ecomlab.shop.tables import TABLES, broken, conform

seeds = settings(max_examples=12, deadline=None, derandomize=True)


@pytest.fixture(scope="module")
def trades() -> pd.DataFrame:
    """The shipped shop's neighbours."""
    return open_shop().stalls


def sent_abroad(trades: pd.DataFrame) -> pd.Series:
    return trades["ship_from"].notna() & (trades["ship_from"] != trades["ship_to"])


def across(trades: pd.DataFrame) -> pd.Series:
    return trades["seller_country"] != trades["buyer_country"]


@seeds
@given(st.integers(0, 10**6))
def test_every_seed_keeps_the_declaration(seed):
    rows = conform(TABLES["stalls"], stalls.rows(seed))
    assert broken(TABLES["stalls"], rows, lambda name: {}) == []
    assert (np.diff(rows["ordered_at"]) >= 0).all()


def test_the_shipped_rows_are_a_pure_function_of_the_seed(trades):
    pd.testing.assert_frame_equal(trades, stalls.trades(SEED))
    assert not stalls.trades(7).equals(trades)


@seeds
@given(st.integers(0, 10**6))
def test_the_facts_of_a_trade_agree(seed):
    t = stalls.trades(seed)
    sent = t["handed_over"].isin(["courier", "rider"])
    assert (t["ship_from"].notna() == sent).all()
    assert (t["ship_to"].notna() == sent).all()
    on_the_spot = t["handed_over"].isin(["rider", "pick_up", "on_site"])
    assert (t["seller_city"] == t["buyer_city"])[on_the_spot].all()
    assert (t["handed_over"] == "on_site")[t["ordered_by"] == "counter"].all()
    by_network = t["handed_over"] == "network"
    assert t["form"].isin(["file", "live"])[by_network].all()
    cash = t["paid_by"] == "cash"
    assert not (cash & (by_network | across(t) | sent_abroad(t))).any()
    assert not (t["digital_version"] & t["form"].isin(["file", "live"])).any()
    home = t["seller_country"] == "CN"
    assert (t["seller_city"].isin(stalls.CITIES[:10]) == home).all()


def test_a_stall_sells_one_thing_from_one_place(trades):
    facts = ["item", "item_zh", "form", "digital_version", "seller", "seller_city"]
    assert (trades.groupby("stall_id")[facts].nunique() == 1).all(axis=None)


@seeds
@given(st.integers(0, 10**6))
def test_every_trap_of_the_section_is_there(seed):
    """Each tempting shortcut is wrong for many trades, whatever the seed."""
    t = stalls.trades(seed)
    digital, online = t["form"].isin(["file", "live"]), t["ordered_by"].isin(["app", "web"])
    complete = digital & online & (t["handed_over"] == "network")
    by_value = t["amount"][complete].sum() / t["amount"].sum()
    assert complete.mean() > 1.25 * by_value
    assert (t["paid_by"] == "online").mean() > 2 * complete.mean()
    assert ((t["ordered_by"] == "counter") & (t["paid_by"] == "online")).sum() > 50
    assert (digital & ~complete).sum() > 20
    customs = sent_abroad(t)
    assert (customs & ~across(t)).sum() > 10
    assert (across(t) & t["ship_from"].notna() & ~customs).sum() > 10
    assert (across(t) & t["ship_from"].isna()).sum() > 20
    people = (t["seller"] == "person") & (t["buyer"] == "person")
    assert (people & (t["handed_over"] == "on_site")).sum() > 20


def test_a_seed_that_is_none_is_refused():
    with pytest.raises(TypeError, match="seed must be a whole number"):
        stalls.trades("six")
    with pytest.raises(ValueError, match="seed is -1"):
        stalls.trades(-1)


def test_every_kinds_shares_add_up():
    for kind in stalls.KINDS:
        for shares, names in (
            (kind.handed, stalls.HANDED),
            (kind.ordered, stalls.ORDERED),
            (kind.buyers, stalls.PARTIES),
        ):
            assert len(shares) == len(names)
            assert sum(shares) == pytest.approx(1)
