"""What a day leaves behind: stock, stars, spend, tiers, offers, dropout."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecomlab.shop import delivery, stock
from ecomlab.shop.campaigns import NOTHING_MOVED, holders, join, pull_forward, running
from ecomlab.shop.checkout import Basket, Orders, has_privileges
from ecomlab.shop.experiments import arms_of_many
from ecomlab.shop.ground import FEN, Ground, Plan
from ecomlab.shop.keys import below, draw, key
from ecomlab.shop.policy import Policy
from ecomlab.shop.state import REVIEW_DAYS, REVIEW_PERIODS, State, ranking

Ints = NDArray[np.int64]
Block = dict[str, NDArray]


def morning(ground: Ground, plan: Plan, policy: Policy, state: State, seed: int) -> Block:
    """Goods in, returns back on the shelf, counts, stars, offers that begin or end; the stock
    account's first half."""
    day, slot = state.day, state.day % stock.RING
    opening = state.stock.copy()
    received, restocked = state.arriving[slot].copy(), state.restock[slot].copy()
    state.stock += received + restocked
    state.on_order -= state.closing[slot]
    state.stars[0] += state.star_sum[slot]
    state.stars[1] += state.star_count[slot]
    for ring in (state.arriving, state.restock, state.closing, state.star_sum, state.star_count):
        ring[slot] = 0
    counted, missing = stock.count(ground, day, state.stock, seed)
    adjusted = np.zeros_like(opening)
    adjusted[counted] = missing
    book = state.stock.copy()
    state.stock -= adjusted
    _offers(ground, plan, policy, state, seed)
    return {
        "opening": opening,
        "received": received,
        "restocked": restocked,
        "missing": adjusted,
        "counted": counted,
        "book": book[counted],
    }


def _offers(ground: Ground, plan: Plan, policy: Policy, state: State, seed: int) -> None:
    """Hand out coupons, move visits, and refresh marketing's factor when anything changed."""
    day = state.day
    changed = day == 0 or any(day in (c.start, c.end) for c in policy.campaigns if c.rate > 0)
    if len(state.moved.who) and max(state.moved.origin.max(), state.moved.day.max()) < day:
        state.moved = NOTHING_MOVED
    if changed:
        campaign = running(policy, day)
        state.coupon = (
            holders(ground, campaign) if campaign else np.zeros(len(state.alive), dtype=bool)
        )
        for begins in (c for c in policy.campaigns if c.rate > 0 and c.start == day):
            moved = pull_forward(ground, plan, begins, state.alive, seed)
            state.moved = join(state.moved, moved, day)
    test = policy.experiment("tier_holdout")
    if changed or day % REVIEW_DAYS == 0 or (test and day in (test.start, test.end)):
        state.lift = personal_lift(ground, policy, state)


def privilege_arms(ground: Ground, policy: Policy) -> NDArray[np.int64]:
    """Each customer's arm in the hold-out of tier privileges; 1 where there is no test."""
    test = policy.experiment("tier_holdout")
    if test is None:
        return np.ones(len(ground.people.hashes), dtype=np.int64)
    return arms_of_many(test, ground.people.hashes, ground.world)


def personal_lift(ground: Ground, policy: Policy, state: State) -> NDArray[np.float32]:
    """Marketing's factor on each customer's visits: privileges times the running offer."""
    world = ground.world
    lift = np.ones(len(state.alive))
    arms = privilege_arms(ground, policy)
    lift[has_privileges(policy, state, arms, state.day)] *= np.exp(world.membership.privilege)
    campaign = running(policy, state.day)
    if campaign:
        part = campaign.part(world.size.categories)
        lift[state.coupon] *= np.exp(world.promotion.extra * campaign.rate * part)
    return (np.rint(lift * 65536) / 65536).astype(np.float32)


def review_tiers(policy: Policy, state: State) -> Block:
    """Every fourth week: tiers follow the spend of the last twelve periods; who changed."""
    spend = state.spend.sum(axis=0, dtype=np.int64)
    limits = np.array([round(x * FEN) for x in policy.tier_spend])
    tier = np.searchsorted(limits, spend, side="right").astype(np.int8)
    changed = np.flatnonzero(tier != state.tier)
    before = state.tier[changed]
    state.tier = tier
    state.spend[(state.day // REVIEW_DAYS) % REVIEW_PERIODS] = 0
    return {
        "customer_id": changed,
        "tier": tier[changed],
        "tier_before": before,
        "spend": spend[changed],
    }


def goods_out(
    ground: Ground, state: State, basket: Basket, orders: Orders, city: Ints, seed: int
) -> Block:
    """What happens to the bought lines later: the door, a review, a return; schedule them."""
    transit = orders.transit[orders.owner]
    late = transit - delivery.promised_days(ground)[city[orders.visit]][orders.owner]
    back, wait, resold, reason = delivery.returns(
        ground, basket.product, basket.category, basket.bits, seed
    )
    written, stars, think = delivery.reviews(
        ground, basket.product, late.astype(np.int64), basket.bits, seed
    )
    day = state.day
    return_day = np.where(back, day + transit + wait, -1)
    review_day = np.where(written, day + transit + think, -1)
    fit = back & resold
    _schedule(state.restock, return_day[fit], basket.product[fit], orders.units[fit])
    _schedule(state.star_sum, review_day[written], basket.product[written], stars[written])
    _schedule(state.star_count, review_day[written], basket.product[written], 1)
    return {
        "return_day": return_day,
        "resold": fit,
        "reason": reason,
        "review_day": review_day,
        "stars": stars,
    }


def _schedule(ring: NDArray[np.int32], day: Ints, product: Ints, amount: Ints | int) -> None:
    np.add.at(ring, (day % stock.RING, product), amount)


def evening(
    ground: Ground,
    plan: Plan,
    policy: Policy,
    state: State,
    sold: Ints,
    short: NDArray[np.bool_],
    extra: dict[int, int],
    seed: int,
) -> Block:
    """Forecast, order from suppliers, and refresh the list every fourth week."""
    day = state.day
    state.stock -= sold
    state.sold = sold
    # A day without stock tells the manager nothing about demand.
    learn = np.where(short & (sold == 0), 0.0, policy.smoothing)
    state.forecast += learn * (np.minimum(sold, 8 * state.forecast + 3) - state.forecast)
    state.forecast = np.rint(state.forecast * 2**30) / 2**30
    if day % REVIEW_DAYS == REVIEW_DAYS - 1:
        state.rank = ranking(state.forecast, ground.world.size.categories)
    products, units = stock.reorder(
        ground, policy, state.forecast, state.stock, state.on_order, extra
    )
    bought = stock.purchase(ground, plan, day, products, units, seed)
    good = bought["received"] - bought["defects"]
    due = day + bought["lead"]
    _schedule(state.arriving, due, products, good)
    _schedule(state.closing, due, products, units)
    state.on_order[products] += units
    return bought


def drop_out(ground: Ground, state: State, base: Ints, seed: int) -> None:
    """Some whom the calendar alone would have brought with intent never come again."""
    bits = draw(ground.people.hashes[base], key(seed, "leave", state.day))
    gone = base[below(bits, ground.people.leave[base])]
    state.alive[gone] = False
    state.mission[gone] = 0
    state.browse[gone] = 0


def remember_spend(state: State, customer: Ints, paid: Ints) -> None:
    """Add what customers paid for goods to the running review period."""
    state.spend[(state.day // REVIEW_DAYS) % REVIEW_PERIODS, customer] += paid.astype(np.int32)
