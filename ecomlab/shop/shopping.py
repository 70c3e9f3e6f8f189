"""What the day's visitors do in the shop: needs, what they look at, what they take."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecomlab.shop import demand, web
from ecomlab.shop.checkout import Basket
from ecomlab.shop.ground import Fixed, Today
from ecomlab.shop.keys import NEVER, below, draw, key
from ecomlab.shop.state import State, displayed
from ecomlab.shop.visits import Visits


@dataclass(frozen=True)
class Choices:
    """The day's needs, the three products each looked at most closely, and what was bought."""

    wants: demand.Needs
    looked: NDArray[np.int8]
    buys: NDArray[np.bool_]
    basket: Basket


def shopping(fixed: Fixed, state: State, now: Today, seen: Visits, *, record: bool) -> Choices:
    """Live through the day's visits: score what is looked at, leave or take while stock lasts.

    What was looked at is only written down if ``record``; it feeds nothing back.
    """
    ground, seed = fixed.ground, fixed.seed
    wants = demand.needs(ground, seen.customer, seen.intent, seen.bits, seed)
    who = seen.customer[wants.visit]
    kind = seen.intent[wants.visit].astype(np.int64)
    table = demand.utilities(
        ground, fixed.base, fixed.slope, now, displayed(state), state.stock <= 0
    )
    limits = demand.look_limits(ground.world, state.rank)
    points = demand.score(
        table, limits, ground.classes[who], wants.category, kind, wants.bits, seed
    )
    web.recommend(fixed, state, table, points, who, wants.category, now.day)
    looked = demand.best_three(points) if record else np.empty((0, 3), dtype=np.int8)
    nudge = web.persuasion(fixed, now, seen, wants, state.coupon[who])
    bar = demand.leaving(fixed.leave[kind, wants.category] - nudge, wants.bits, seed)
    bar[~ground.people.buyer[who]] = -NEVER
    more = below(draw(wants.bits, key(seed, "units")), ground.world.demand.more_units)
    units, first = 1 + more, wants.category * ground.world.size.per_category
    chosen, buys = demand.settle(points, bar, first, units, wants.visit, state.stock)
    line = np.flatnonzero(buys)
    line = line[np.lexsort((wants.slot[line], wants.visit[line]))]
    basket = Basket(
        visit=wants.visit[line],
        product=(first + chosen)[line],
        category=wants.category[line],
        units=units[line],
        bits=wants.bits[line],
    )
    return Choices(wants, looked, buys, basket)
