"""Pages: what speed, a filter, recommendations and the promise do to a choice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ecomlab.shop import delivery
from ecomlab.shop.campaigns import running
from ecomlab.shop.experiments import arms_of_many
from ecomlab.shop.keys import NEVER, SCALE
from ecomlab.shop.world import SEGMENTS

if TYPE_CHECKING:
    from ecomlab.shop.demand import Needs
    from ecomlab.shop.ground import Fixed, Today
    from ecomlab.shop.state import State
    from ecomlab.shop.visits import Visits

Ints = NDArray[np.int64]
#: Speed counts up to here: nobody who waited ten seconds is lost a second time.
SLOWEST = 8_000
USUAL_LATENCY = 1_300


def persuasion(
    fixed: Fixed, now: Today, seen: Visits, wants: Needs, coupon: NDArray[np.bool_]
) -> NDArray[np.int32]:
    """What lowers the level of leaving for each need, in units of 1/SCALE.

    Log-odds of page speed (per 100 ms), of the filter for who uses it, of a failing payment;
    the promise of delivery; and the coupon, as the price cut that it is.
    """
    world, visit = fixed.ground.world, wants.visit
    waited = np.minimum(seen.latency, SLOWEST) - USUAL_LATENCY
    odds = world.web.slow * waited / 100 + world.web.feature * seen.filtered + now.payment
    days = delivery.promised_days(fixed.ground)
    odds = (odds + world.demand.fast_day * (days.mean() - days)[seen.city])[visit]
    campaign = running(fixed.policy, now.day)
    if campaign:
        segment = fixed.ground.people.segment[seen.customer][visit]
        slope = (
            np.array(world.demand.sensitivity)[segment]
            * np.array(world.demand.elasticity)[wants.category]
        )
        if campaign.categories:
            coupon = coupon & np.isin(wants.category, campaign.categories)
        odds = odds - coupon * slope * np.log1p(-campaign.rate)
    return np.rint(odds * SCALE).astype(np.int32)


def recommend(
    fixed: Fixed,
    state: State,
    table: NDArray[np.int32],
    points: NDArray[np.int32],
    who: Ints,
    category: Ints,
    day: int,
) -> None:
    """Raise the score of the recommended product, in place; a product not on offer stays out."""
    policy, ground = fixed.policy, fixed.ground
    test = policy.experiment("recommender_test")
    tested = test is not None and test.running(day)
    bump = round(ground.world.web.recommender * SCALE)
    every, classes = np.arange(len(who)), ground.classes[who]
    usual = _recommended(fixed, state, table, policy.recommender)
    shown = usual[classes, category]
    if tested and test is not None:
        treated = arms_of_many(test, ground.people.hashes[who], ground.world) == 1
        better = _recommended(fixed, state, table, "hybrid")[classes, category]
        shown = np.where(treated, better, shown)
    on = np.flatnonzero(shown >= 0)
    score = points[every[on], shown[on]]
    points[every[on], shown[on]] = np.where(score > NEVER // 2, score + bump, score)


def _recommended(fixed: Fixed, state: State, table: NDArray[np.int32], how: str) -> Ints:
    """The recommended product's place by class and category, -1 for none."""
    shape = table.shape
    on_sale = table > NEVER // 2
    if how == "none":
        return np.full(shape[:2], -1)
    if how == "popularity":
        value = np.broadcast_to(-state.rank.reshape(1, *shape[1:]), shape)
    elif how == "content":
        appeal = fixed.ground.goods.appeal
        own = np.tile(appeal - appeal.mean(axis=0), (SEGMENTS, 1)).reshape(shape)
        value = np.rint(own * SCALE).astype(np.int64)
    else:
        value = table.astype(np.int64)
    return np.where(on_sale, value, NEVER).argmax(axis=2)
