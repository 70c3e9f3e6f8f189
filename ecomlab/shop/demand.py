"""What visitors want, look at, choose, or leave: the choice model.

A visit has one to three needs, each in one category. Within the category the visitor looks at
some of the listed products and takes the one of highest utility, if it beats leaving:

    U_j = appeal + taste + tier * log(usual price / the category's)
          - elasticity * sensitivity * log(price / usual price)
          + listing + stars + unseen shock + Gumbel noise,      leave = V0 + Gumbel noise

A category is one nest: tea cannot steal from phones, and leaving takes what no product wins. The
noise is hashed per visitor, day and product, so a change of one price moves only those for whom
that product now wins or no longer wins.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecomlab.shop.catalogue import TASTE_GROUPS
from ecomlab.shop.ground import Ground, Today
from ecomlab.shop.keys import (
    NEVER,
    SCALE,
    Bits,
    Floats,
    below,
    draw,
    gumbel,
    gumbels,
    key,
    pick,
    sixteenths,
)
from ecomlab.shop.world import SEGMENTS, World

Ints = NDArray[np.int64]
#: Categories that go together: a second need follows the first one this often.
COMPLEMENT = 0.35


def base_utility(ground: Ground) -> Floats:
    """Utility at usual prices without listing, stars and shocks, shape (classes, products)."""
    goods = ground.goods
    dear = np.log(goods.price / goods.usual)
    tier = np.repeat(np.array(ground.world.demand.tier), TASTE_GROUPS)
    return np.tile(goods.appeal, (SEGMENTS, 1)) + np.rint(tier[:, None] * dear * 4096) / 4096


def slopes(ground: Ground) -> Floats:
    """Slope of utility on log price, shape (classes, products)."""
    by_segment = np.repeat(np.array(ground.world.demand.sensitivity), TASTE_GROUPS)
    return by_segment[:, None] * np.array(ground.world.demand.elasticity)[ground.goods.category]


def utilities(
    ground: Ground, base: Floats, slope: Floats, now: Today, stars: Floats, sold_out: NDArray
) -> NDArray[np.int32]:
    """Today's utility in units of 1/SCALE, shape (classes, categories, products of one)."""
    size, demand = ground.world.size, ground.world.demand
    dearer = np.log(np.maximum(now.price, 1) / ground.goods.price)
    common = demand.listing * now.listing + demand.star * (stars - 4) + now.shock
    table = np.rint((base + common - slope * dearer) * SCALE).astype(np.int32)
    table[:, sold_out | (ground.goods.launch > now.day)] = NEVER
    return table.reshape(-1, size.categories, size.per_category)


def look_limits(world: World, rank: Ints) -> NDArray[np.uint16]:
    """Chance to look at each listed product in 1/65536, shape (2, categories, products of one).

    Falls with the rank in the list; row 1 is for visits with intent, which look further.
    """
    first, decay = world.demand.look
    browsing = first * decay**rank
    chance = np.stack([browsing, browsing**0.4])
    limits = np.rint(chance * 65535).astype(np.uint16)
    return limits.reshape(2, world.size.categories, world.size.per_category)


def ranking_of(value: Floats) -> Ints:
    """Place of each product in its category's list, highest value first, (categories, each)."""
    order = np.argsort(-value, axis=1, kind="stable")
    return np.argsort(order, axis=1, kind="stable")


def leave_levels(ground: Ground, base: Floats) -> NDArray[np.int32]:
    """Utility of leaving (2, categories) that gives the world's usual conversion rates."""
    world = ground.world
    shape = (-1, world.size.categories, world.size.per_category)
    usual = (base + world.demand.listing * 0.5).reshape(shape)
    # Best sellers lead the list and are recommended.
    rank = ranking_of(usual.mean(axis=0))
    usual += world.web.recommender * (rank < 3)
    seen = look_limits(world, rank) / 65536
    inclusive = np.log((np.exp(usual)[None] * seen[:, None]).sum(axis=3))
    target = np.array([world.demand.browse_conversion, world.demand.mission_conversion])
    low = np.full((2, world.size.categories), -30.0)
    high = np.full_like(low, 30.0)
    for _ in range(50):
        middle = (low + high) / 2
        rate = (1 / (1 + np.exp(middle[:, None, :] - inclusive))).mean(axis=1)
        low, high = (
            np.where(rate > target[:, None], middle, low),
            np.where(rate > target[:, None], high, middle),
        )
    return np.rint((low + high) / 2 * SCALE).astype(np.int32)


@dataclass(frozen=True)
class Needs:
    """One row per visit and category looked into."""

    visit: Ints
    slot: NDArray[np.int8]
    category: Ints
    bits: Bits


def needs(ground: Ground, rows: Ints, intent: NDArray[np.bool_], bits: Bits, seed: int) -> Needs:
    """Draw what each visit is for: one category, or up to three if it comes with intent."""
    world = ground.world
    second, third = world.demand.needs
    more = draw(bits, key(seed, "needs"))
    count = 1 + (intent & below(more, second)) + (intent & below(more, second * third))
    first = _category(ground, rows, draw(bits, key(seed, "category", 0)))
    visit, slot, category, hashes = [np.arange(len(rows))], [np.zeros(len(rows))], [first], [bits]
    last = first
    for extra in (1, 2):
        having = np.flatnonzero(count > extra)
        chosen = _category(ground, rows[having], draw(bits[having], key(seed, "category", extra)))
        follows = below(draw(bits[having], key(seed, "follows", extra)), COMPLEMENT)
        chosen = np.where(follows, last[having] + 1, chosen) % world.size.categories
        taken = (chosen == first[having]) | (chosen == last[having])
        chosen = np.where(taken, last[having] + 1, chosen) % world.size.categories
        chosen = np.where(chosen == first[having], chosen + 1, chosen) % world.size.categories
        kept = (chosen != first[having]) & (chosen != last[having])
        having, chosen = having[kept], chosen[kept]
        last = last.copy()
        last[having] = chosen
        visit.append(having)
        slot.append(np.full(len(having), extra))
        category.append(chosen)
        hashes.append(draw(bits[having], key(seed, "need", extra)))
    return Needs(
        np.concatenate(visit),
        np.concatenate(slot).astype(np.int8),
        np.concatenate(category),
        np.concatenate(hashes),
    )


def _category(ground: Ground, rows: Ints, bits: Bits) -> Ints:
    people = ground.people
    chosen = pick(bits, ground.affinity[people.segment[rows]])
    keeps = (bits & np.uint64(0xFFF)) < 1434  # 35 % of needs are in a person's favourite
    return np.where(keeps, people.favourite[rows], chosen)


def score(
    table: NDArray[np.int32],
    limits: NDArray[np.uint16],
    classes: Ints,
    category: Ints,
    intent: Ints,
    bits: Bits,
    seed: int,
) -> NDArray[np.int32]:
    """Utility plus noise of each product a need looks at, shape (needs, products of one)."""
    width = table.shape[2]
    points = table[classes, category]
    points += gumbels(bits, key(seed, "choice"), width)
    seen = sixteenths(bits, key(seed, "look"), width) < limits[intent, category]
    np.copyto(points, np.int32(NEVER), where=~seen)
    return points


def leaving(level: NDArray[np.int32], bits: Bits, seed: int) -> NDArray[np.int32]:
    """What a product must beat for each need: the level of leaving plus its noise."""
    return level + gumbel(draw(bits, key(seed, "leave")))


def settle(
    points: NDArray[np.int32],
    bar: NDArray[np.int32],
    base: Ints,
    units: Ints,
    order: Ints,
    stock: Ints,
) -> tuple[Ints, NDArray[np.bool_]]:
    """Who buys what while stock lasts.

    The last unit goes to the earliest visit; those who come too late choose again with the
    same noise, so a stock-out stays a local event.

    Parameters
    ----------
    points, bar
        Scores (needs, products of one) and what they must beat (needs,).
    base
        First product of each need's category.
    units
        Units wanted by each need.
    order
        Rank of each need in time.
    stock
        Units on hand per product.

    Returns
    -------
    chosen, buys
        Position within the category of the best product, and whether it is bought.
    """
    every = np.arange(len(points))
    chosen = points.argmax(axis=1)
    buys = points[every, chosen] > np.maximum(bar, NEVER // 2)
    while True:
        wanted = np.bincount((base + chosen)[buys], units[buys], minlength=len(stock))
        short = np.flatnonzero(wanted > stock)
        if not len(short):
            return chosen, buys
        for product in short:
            takers = np.flatnonzero(buys & (base + chosen == product))
            takers = takers[np.argsort(order[takers], kind="stable")]
            late = takers[np.cumsum(units[takers]) > stock[product]]
            points[late, product - base[late]] = NEVER
            chosen[late] = points[late].argmax(axis=1)
            buys[late] = points[late, chosen[late]] > np.maximum(bar[late], NEVER // 2)


def best_three(points: NDArray[np.int32]) -> NDArray[np.int8]:
    """The three products that a need looks at most closely, best first, shape (needs, 3).

    What was not looked at is -1.
    """
    left, every = points.copy(), np.arange(len(points))
    found = np.empty((len(points), 3), dtype=np.int8)
    for place in range(3):
        best = left.argmax(axis=1)
        found[:, place] = np.where(left[every, best] > NEVER // 2, best, -1)
        left[every, best] = NEVER
    return found
