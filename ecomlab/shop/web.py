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
#: Products recommended in a category.
SHOWN = 3
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
    """Raise the scores of the recommended products, in place; what is not looked at or not on
    offer stays out."""
    policy, ground = fixed.policy, fixed.ground
    classes = ground.classes[who]
    shown = _recommended(fixed, state, table, policy.recommender)[classes, category]
    test = policy.experiment("recommender_test")
    if test and test.running(day):
        treated = arms_of_many(test, ground.people.hashes[who], ground.world) == 1
        better = _recommended(fixed, state, table, "hybrid")[classes[treated], category[treated]]
        shown[treated] = better
    points += shown * np.int32(round(ground.world.web.recommender * SCALE))


def _recommended(
    fixed: Fixed, state: State, table: NDArray[np.int32], how: str
) -> NDArray[np.bool_]:
    """Which products are recommended, shape (classes, categories, products of one)."""
    shape = table.shape
    if how == "none":
        return np.zeros(shape, dtype=bool)
    if how == "popularity":  # the same for everybody
        table, value = table[:1], -state.rank.reshape(1, *shape[1:])
    elif how == "content":
        appeal = fixed.ground.goods.appeal
        own = np.tile(appeal - appeal.mean(axis=0), (SEGMENTS, 1)).reshape(shape)
        value = np.rint(own * SCALE).astype(np.int64)
    else:
        value = table.astype(np.int64)
    on_sale = np.where(table > NEVER // 2, value, NEVER)
    best = np.argsort(-on_sale, axis=2, kind="stable")[:, :, :SHOWN]
    chosen = np.zeros(table.shape, dtype=bool)
    np.put_along_axis(chosen, best, True, axis=2)
    return np.broadcast_to(chosen, shape)
