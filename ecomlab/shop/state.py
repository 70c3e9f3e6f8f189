"""Where a run stands between two days: small arrays that copy in well under a millisecond."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ecomlab.shop import stock
from ecomlab.shop.campaigns import NOTHING_MOVED, Moved
from ecomlab.shop.demand import ranking_of
from ecomlab.shop.ground import Ground, Plan
from ecomlab.shop.keys import Floats
from ecomlab.shop.policy import Policy
from ecomlab.shop.world import CHANNELS

Ints = NDArray[np.int64]
#: Tiers are reviewed every so many days, on the spend of the last twelve such periods.
REVIEW_DAYS = 28
REVIEW_PERIODS = 12
TIERS = ("basic", "silver", "gold", "black")


@dataclass
class State:
    """The shop in the night before ``day``.

    Attributes
    ----------
    alive, tier, coupon, lift, spend
        Customers: still customers; membership tier; holding today's coupon; marketing's factor
        on visits; fen spent in each review period, shape (REVIEW_PERIODS, customers).
    mission, browse
        Rates of visits per day, 0 once a customer has left.
    stock, sold, on_order, forecast, rank
        Products: units on hand, sold yesterday, and ordered; forecast units a day; place in the
        list.
    arriving, closing, restock, star_sum, star_count
        Rings by day of what is to come, shape (RING, products).
    stars
        Displayed stars' sum and number so far, shape (2, products).
    adstock
        Fen by channel and city.
    """

    day: int
    alive: NDArray[np.bool_]
    tier: NDArray[np.int8]
    coupon: NDArray[np.bool_]
    lift: NDArray[np.float32]
    spend: NDArray[np.int32]
    mission: NDArray[np.float32]
    browse: NDArray[np.float32]
    stock: Ints
    sold: Ints
    on_order: Ints
    forecast: Floats
    rank: Ints
    arriving: NDArray[np.int32]
    closing: NDArray[np.int32]
    restock: NDArray[np.int32]
    star_sum: NDArray[np.int32]
    star_count: NDArray[np.int32]
    stars: Ints
    adstock: Floats
    moved: Moved

    def copy(self) -> Self:
        """An independent copy."""
        twin = copy(self)
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray):
                setattr(twin, field.name, value.copy())
        return twin


def opening(ground: Ground, plan: Plan, policy: Policy) -> State:
    """The shop before its first day: shelves full for the forecast, advertising already known."""
    n, p = ground.world.size.customers, ground.world.size.products
    forecast = stock.first_forecast(ground)
    held = policy.cover_days + policy.safety_days + ground.suppliers.quoted[ground.goods.supplier]
    rings = {
        name: np.zeros((stock.RING, p), dtype=np.int32)
        for name in ("arriving", "closing", "restock", "star_sum", "star_count")
    }
    return State(
        day=0,
        alive=np.ones(n, dtype=bool),
        tier=np.zeros(n, dtype=np.int8),
        coupon=np.zeros(n, dtype=bool),
        lift=np.ones(n, dtype=np.float32),
        spend=np.zeros((REVIEW_PERIODS, n), dtype=np.int32),
        mission=ground.people.mission.copy(),
        browse=ground.people.browse.copy(),
        stock=np.ceil(forecast * held * 1.2).astype(np.int64) + 3,
        sold=np.zeros(p, dtype=np.int64),
        on_order=np.zeros(p, dtype=np.int64),
        forecast=forecast,
        rank=ranking(forecast, ground.world.size.categories),
        stars=np.array([np.full(p, 5 * 4), np.full(p, 5)]),
        adstock=plan.spend[0].copy() if plan.days else np.zeros((len(CHANNELS), 1)),
        moved=NOTHING_MOVED,
        **rings,
    )


def ranking(forecast: Floats, categories: int) -> Ints:
    """The place of each product in its category's list, best seller first, from 0."""
    return ranking_of(np.rint(forecast * 1e6).reshape(categories, -1)).ravel()


def displayed(state: State) -> Floats:
    """Stars as the page shows them, rounded to a half."""
    return np.rint(2 * state.stars[0] / state.stars[1]) / 2
