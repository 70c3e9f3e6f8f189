"""From choices to orders: units, discounts, shipping, totals, parcels; all money in fen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecomlab.shop import delivery
from ecomlab.shop.campaigns import running, savings, split
from ecomlab.shop.ground import FEN, Ground, Today
from ecomlab.shop.keys import Bits, below, draw, key
from ecomlab.shop.policy import Policy
from ecomlab.shop.state import State
from ecomlab.shop.visits import Visits

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Basket:
    """The day's bought lines, in order of visit; ``visit`` points into the day's visits."""

    visit: Ints
    product: Ints
    category: Ints
    units: Ints
    bits: Bits


@dataclass(frozen=True)
class Orders:
    """The day's orders and their lines; line arrays are (lines,), order arrays (orders,).

    ``coupon`` and ``saved`` are a line's parts of the two discounts.
    """

    visit: Ints
    items: Ints
    discount: Ints
    shipping: Ints
    total: Ints
    weight: NDArray[np.float64]
    transit: Ints
    cost: tuple[Ints, Ints, Ints]
    owner: Ints
    line_no: Ints
    units: Ints
    price: Ints
    coupon: Ints
    saved: Ints
    unit_cost: Ints


def has_privileges(policy: Policy, state: State, arms: NDArray[np.int64], day: int) -> NDArray:
    """Whose tier has privileges today, less those whom the hold-out keeps from them."""
    privileged = state.tier >= policy.privileged_tier
    test = policy.experiment("tier_holdout")
    return privileged & (arms == 1) if test and test.running(day) else privileged


def checkout(
    ground: Ground,
    policy: Policy,
    now: Today,
    day_visits: Visits,
    basket: Basket,
    coupon: NDArray[np.bool_],
    privileged: NDArray[np.bool_],
    stock: Ints,
    seed: int,
) -> Orders:
    """Price the baskets. ``coupon`` and ``privileged`` are per visit, ``stock`` what is left."""
    visit, owner = np.unique(basket.visit, return_inverse=True)
    price = now.price[basket.product]
    units = basket.units.copy()
    off = _coupon(policy, now.day, basket, coupon, units * price)
    saving = savings(policy, now.day)
    if saving:
        units = _top_up(ground, saving.threshold, basket, units, price, owner, stock, seed)
        off = _coupon(policy, now.day, basket, coupon, units * price)
    net = units * price - off
    subtotal = np.bincount(owner, net, minlength=len(visit)).astype(np.int64)
    saved = np.zeros(len(visit), dtype=np.int64)
    if saving:
        saved[subtotal >= round(saving.threshold * FEN)] = round(saving.off * FEN)
    after = subtotal - saved
    pays = (after < round(policy.free_shipping * FEN)) & ~privileged[visit]
    shipping = np.where(pays, round(policy.shipping_fee * FEN), 0)
    grams = units * ground.goods.weight[basket.product]
    weight = np.bincount(owner, grams, minlength=len(visit)).astype(np.float64)
    items = np.bincount(owner, units * price, minlength=len(visit)).astype(np.int64)
    city = day_visits.city[visit]
    first = np.searchsorted(owner, np.arange(len(visit)))
    return Orders(
        visit=visit,
        items=items,
        discount=items - after,
        shipping=shipping,
        total=after + shipping,
        weight=np.round(weight, 2),
        transit=delivery.transit(ground, city, day_visits.bits[visit], now.slow_shipping, seed),
        cost=delivery.parcel_cost(weight, ground.cities.km[city]),
        owner=owner,
        line_no=np.arange(len(owner)) - first[owner] + 1,
        units=units,
        price=price,
        coupon=off,
        saved=split(saved, np.maximum(net, 1), owner),
        unit_cost=now.cost[basket.product],
    )


def _coupon(policy: Policy, day: int, basket: Basket, coupon: NDArray, gross: Ints) -> Ints:
    """A line's discount by the running coupon, rounded to the fen in the shop's favour."""
    campaign = running(policy, day)
    if campaign is None:
        return np.zeros(len(gross), dtype=np.int64)
    holds = coupon[basket.visit]
    if campaign.categories:
        holds = holds & np.isin(basket.category, campaign.categories)
    return np.where(holds, gross * round(campaign.rate * 10_000) // 10_000, 0)


def _top_up(
    ground: Ground,
    threshold: float,
    basket: Basket,
    units: Ints,
    price: Ints,
    owner: Ints,
    stock: Ints,
    seed: int,
) -> Ints:
    """Baskets at 60 % of the threshold or more add one unit of their first line (凑单)."""
    subtotal = np.bincount(owner, units * price).astype(np.int64)
    first = np.concatenate([[True], owner[1:] != owner[:-1]]) if len(owner) else owner == 0
    line = np.flatnonzero(first)
    limit = round(threshold * FEN)
    near = (subtotal < limit) & (subtotal + price[line] >= limit) & (subtotal * 10 >= limit * 6)
    tops = near & below(draw(basket.bits[line], key(seed, "top_up")), ground.world.promotion.top_up)
    line = line[tops]
    left = stock - np.bincount(basket.product, units, minlength=len(stock)).astype(np.int64)
    grown = units.copy()
    for i in line:  # few, and each may take the last unit
        if left[basket.product[i]] > 0:
            grown[i] += 1
            left[basket.product[i]] -= 1
    return grown
