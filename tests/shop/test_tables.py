"""Laws of the tables over worlds: keys, money, stock, order in time, tiers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecomlab.shop import TABLES, Campaign, History, Policy, World, simulate
from ecomlab.shop.campaigns import split
from ecomlab.shop.tables import broken

worlds = settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


@st.composite
def shops(draw: st.DrawFn, days: int = 70) -> History:
    """A shop of any size, seed and offers."""
    categories = draw(st.sampled_from([2, 3, 12]))
    world = World.draw(
        draw(st.integers(0, 10**6)),
        customers=draw(st.integers(1, 900)),
        categories=categories,
        products=categories * draw(st.integers(1, 12)),
        cities=draw(st.integers(2, 24)),
        suppliers=draw(st.integers(1, 12)),
    )
    offer = Campaign(
        "offer",
        start=draw(st.integers(0, 20)),
        rate=draw(st.sampled_from([0.0, 0.1, 1 / 3])),
        threshold=150.0,
        off=draw(st.sampled_from([0.0, 29.99])),
        holdout=0.3,
    )
    policy = Policy(campaigns=(offer,), safety_days=draw(st.sampled_from([0.0, 6.0])))
    return simulate(world, policy, days=draw(st.integers(1, days)))


@worlds
@given(shops())
def test_every_table_keeps_its_declaration(shop):
    assert shop.check() == []


def test_a_long_shop_keeps_its_declarations(small_shop):
    assert small_shop.check() == []
    empty = [name for name in TABLES if not len(small_shop.table(name))]
    assert empty == []


def test_a_broken_table_is_found_out(small_shop):
    rows = {name: column.copy() for name, column in small_shop.arrays("order_lines").items()}
    rows["product_id"][5] = 48
    rows["units"][7] = 0
    rows["order_id"][9], rows["line_no"][9] = rows["order_id"][8], rows["line_no"][8]
    found = broken(TABLES["order_lines"], rows, small_shop.arrays)
    assert [line.split(":")[0] for line in found] == [
        "order_lines.product_id",
        "order_lines.units",
        "order_lines",
    ]


@worlds
@given(shops())
def test_money_adds_up_to_the_cent(shop):
    orders, lines = shop.arrays("orders"), shop.arrays("order_lines")
    assert (orders["items"] - orders["discount"] + orders["shipping"] == orders["total"]).all()
    at = np.searchsorted(np.sort(orders["order_id"]), lines["order_id"])
    by_id = np.argsort(orders["order_id"])

    def of_lines(values):
        return np.bincount(at, values, minlength=len(by_id)).astype(np.int64)

    gross = lines["units"] * lines["price"]
    assert (gross - lines["coupon"] - lines["saved"] == lines["amount"]).all()
    assert (of_lines(gross) == orders["items"][by_id]).all()
    assert (of_lines(lines["coupon"] + lines["saved"]) == orders["discount"][by_id]).all()
    assert (lines["amount"] >= 0).all()
    total = sum(day["revenue"] for day in shop.totals)
    assert orders["total"].sum() == total


@given(
    st.lists(st.lists(st.integers(1, 10**6), min_size=1, max_size=6), min_size=1, max_size=8),
    st.data(),
)
def test_a_discount_splits_to_the_cent(baskets, data):
    owner = np.repeat(np.arange(len(baskets)), [len(b) for b in baskets])
    weights = np.concatenate(baskets)
    whole = np.bincount(owner, weights).astype(np.int64)
    total = np.array([data.draw(st.integers(0, int(w))) for w in whole])
    parts = split(total, weights, owner)
    assert (np.bincount(owner, parts) == total).all()
    assert (parts >= 0).all()
    exact = total[owner] * weights / whole[owner]
    assert (np.abs(parts - exact) <= 1).all()


@worlds
@given(shops())
def test_stock_flows_balance_day_by_day(shop):
    stock = shop.arrays("stock")
    inflow = stock["opening"] + stock["received"] + stock["restocked"]
    assert (inflow - stock["missing"] - stock["sold"] == stock["closing"]).all()
    products = shop.world.size.products
    opening, closing = (stock[c].reshape(-1, products) for c in ("opening", "closing"))
    assert (opening[1:] == closing[:-1]).all()
    lines = shop.arrays("order_lines")
    day = lines["order_id"] // 10_000_000
    sold = np.zeros((shop.days, products), dtype=np.int64)
    np.add.at(sold, (day, lines["product_id"]), lines["units"])
    assert (sold.ravel() == stock["sold"]).all()


@worlds
@given(shops())
def test_nobody_buys_what_is_out_of_stock_or_not_yet_launched(shop):
    stock = shop.arrays("stock")
    assert (stock["closing"] >= 0).all()
    start = stock["opening"] + stock["received"] + stock["restocked"] - stock["missing"]
    assert (stock["sold"][start == 0] == 0).all()
    lines = shop.arrays("order_lines")
    launched = shop.arrays("products")["launched_on"][lines["product_id"]]
    assert (lines["order_id"] // 10_000_000 >= launched).all()


def test_received_goods_are_those_ordered(small_shop):
    orders, stock = small_shop.arrays("purchase_orders"), small_shop.arrays("stock")
    closed = orders["received_on"] >= 0
    good = (orders["received"] - orders["defects"])[closed].sum()
    assert good == stock["received"].sum()
    assert (orders["received"][closed] <= orders["units"][closed]).all()
    open_units = orders["units"][~closed].sum()
    last = stock["date"] == small_shop.days - 1
    assert open_units == stock["on_order"][last].sum()
    assert 0 < (~closed).mean() < 0.3


def test_times_are_in_order(small_shop):
    visits, events = small_shop.visits, small_shop.events
    assert visits.started_at.is_monotonic_increasing
    assert (events.sort_values(["visit_id", "event_no"]).groupby("visit_id")["at"]
            .is_monotonic_increasing.all())  # fmt: skip
    parcels = small_shop.deliveries.dropna(subset="delivered_at")
    orders = small_shop.orders.set_index("order_id").loc[parcels.order_id]
    assert (orders.ordered_at.array < parcels.shipped_at.array).all()
    assert (parcels.shipped_at < parcels.delivered_at).all()
    tickets = small_shop.tickets
    assert (tickets.opened_at <= tickets.replied_at).all()
    assert (tickets.replied_at <= tickets.closed_at).all()
    log = small_shop.process_log
    assert (log.started_at <= log.ended_at).all()
    returns = small_shop.returns.merge(small_shop.deliveries, on="order_id")
    assert (returns.returned_on > returns.delivered_at.dt.normalize()).all()
    people = small_shop.visits.merge(small_shop.customers, on="customer_id")
    known = people.dropna(subset="registered_on")
    assert (known.started_at.dt.normalize() >= known.registered_on).all()


def test_agents_answer_only_on_their_shifts(small_shop):
    tickets = small_shop.tickets.assign(date=lambda t: t.opened_at.dt.normalize())
    worked = tickets.merge(small_shop.shifts, on=["date", "agent_id"], how="left")
    hour = worked.opened_at.dt.hour
    assert worked.from_hour.notna().all()
    assert ((hour >= worked.from_hour) & (hour < worked.to_hour)).all()


def test_tiers_follow_their_rule(small_shop):
    changes, orders = small_shop.memberships, small_shop.orders
    thresholds = dict(
        zip(("basic", "silver", "gold", "black"), (0, *small_shop.policy.tier_spend), strict=True)
    )
    floor = changes.tier.astype(str).map(thresholds)
    assert (changes.spend >= floor).all()
    assert (changes.tier != changes.tier_before).all()
    paid = orders.assign(goods=orders.total - orders.shipping)
    sample = changes.sample(60, random_state=1)
    for row in sample.itertuples():
        since = row.from_date.to_numpy() - np.timedelta64(12 * 28, "D")
        window = paid[
            (paid.customer_id == row.customer_id)
            & (paid.ordered_at < row.from_date)
            & (paid.ordered_at >= since)
        ]
        assert row.spend == pytest.approx(window.goods.sum(), abs=1e-6)
    known = changes.sort_values(["customer_id", "from_date"])
    again = known.customer_id.eq(known.customer_id.shift())
    assert (known.tier_before[again].astype(str) == known.tier.shift()[again].astype(str)).all()


def test_prospects_never_buy_and_everybody_else_is_registered(small_shop):
    people = small_shop.customers.set_index("customer_id")
    buyers = people.loc[small_shop.orders.customer_id.unique()]
    assert buyers.registered_on.notna().all()
    prospects = people[people.registered_on.isna()]
    assert small_shop.visits.customer_id.isin(prospects.index).any()


def test_rates_are_plausible(small_shop):
    visits = small_shop.visits
    assert 0.04 < visits.ordered.mean() < 0.12
    assert visits.ordered.sum() == len(small_shop.orders)
    stock = small_shop.stock
    assert 0.02 < (stock.closing == 0).mean() < 0.30
    ratings = small_shop.reviews.stars
    assert 3.2 < ratings.mean() < 4.8


def test_fixed_tables_do_not_depend_on_the_days(small_world, small_shop):
    short = simulate(small_world, days=3)
    for name in ("products", "cities", "suppliers", "warehouses", "lanes", "vehicles"):
        assert short.table(name).equals(small_shop.table(name))
