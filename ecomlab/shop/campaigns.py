"""Offers: who holds a coupon, whose visits it moves, and what an order saves, to the cent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecomlab.shop.customers import present
from ecomlab.shop.ground import Ground, Plan
from ecomlab.shop.keys import below, draw, key
from ecomlab.shop.policy import Campaign, Policy

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Moved:
    """Visits with intent moved by offers: whose, from which day, to which day; shape (n,)."""

    who: Ints
    origin: Ints
    day: Ints


NOTHING_MOVED = Moved(*(np.empty(0, dtype=np.int64) for _ in range(3)))


def holders(ground: Ground, campaign: Campaign) -> NDArray[np.bool_]:
    """Who holds the campaign's coupon: all but the hold-out, shape (customers,)."""
    purpose = key(ground.world.seed, f"coupon.{campaign.name}")
    return ~below(draw(ground.people.hashes, purpose), campaign.holdout)


def running(policy: Policy, day: int) -> Campaign | None:
    """The campaign whose coupon counts today: the deepest of those that run."""
    open_now = [c for c in policy.campaigns if c.start <= day < c.end and c.rate > 0]
    return max(open_now, key=lambda c: c.rate, default=None)


def savings(policy: Policy, day: int) -> Campaign | None:
    """The spend-and-save that runs today: the one that takes most off."""
    open_now = [c for c in policy.campaigns if c.start <= day < c.end and c.off > 0]
    return max(open_now, key=lambda c: c.off, default=None)


def campaign_id(policy: Policy, day: int) -> int:
    """The campaign whose discount an order of today has: its place in the policy, or -1."""
    on = running(policy, day) or savings(policy, day)
    return -1 if on is None else policy.campaigns.index(on)


def pull_forward(
    ground: Ground, plan: Plan, campaign: Campaign, alive: NDArray[np.bool_], seed: int
) -> Moved:
    """The visits due just after an offer that its holders make during it instead.

    Looks ahead at the very draws that will bring those visits, so what the offer gains this way
    is exactly what the days after it lose.
    """
    world, people = ground.world, ground.people
    n = present(people, campaign.start)
    part = campaign.part(world.size.categories)
    chance = min(world.promotion.pulled * campaign.rate / 0.3, 1.0) * part
    moves = draw(people.hashes[:n], key(seed, "pulled", campaign.start))
    candidate = np.flatnonzero(holders(ground, campaign)[:n] & alive[:n] & below(moves, chance))
    origin = np.full(len(candidate), -1, dtype=np.int64)
    last = min(campaign.end + world.promotion.horizon, plan.days)
    for day in range(campaign.end, last):
        high = draw(people.hashes[candidate], key(seed, "call", day)) >> np.uint64(32)
        base = people.mission[candidate] * np.float32(plan.calendar[day] * 2.0**32)
        due = (origin < 0) & (high.astype(np.float32) < base)
        origin[due] = day
    found = np.flatnonzero(origin >= 0)
    who = candidate[found]
    spread = (moves[who] & np.uint64(0xFFFF)).astype(np.int64) % campaign.days
    return Moved(who, origin[found], campaign.start + spread)


def join(first: Moved, second: Moved, day: int) -> Moved:
    """Both sets of moved visits, without those that lie in the past."""
    who, origin, to = (
        np.concatenate([getattr(first, f), getattr(second, f)]) for f in ("who", "origin", "day")
    )
    ahead = np.maximum(origin, to) >= day
    return Moved(who[ahead], origin[ahead], to[ahead])


def split(total: Ints, weights: Ints, owner: Ints) -> Ints:
    """Split each owner's total over its rows in proportion to weights, to the cent.

    Parameters
    ----------
    total
        Fen to split, per owner.
    weights
        Fen per row, > 0.
    owner
        The owner of each row, rising.

    Returns
    -------
    ndarray
        Fen per row; rows of an owner sum to its total exactly (differences of rounded running
        sums, so no cent is lost or made).

    Examples
    --------
    >>> split(np.array([100]), np.array([1, 1, 1]), np.array([0, 0, 0])).tolist()
    [33, 33, 34]
    """
    if not len(owner):
        return np.empty(0, dtype=np.int64)
    running_sum = np.cumsum(weights)
    first = np.searchsorted(owner, np.arange(len(total)))
    before = np.where(first > 0, running_sum[np.maximum(first - 1, 0)], 0)
    inside = running_sum - before[owner]
    whole = np.bincount(owner, weights, minlength=len(total)).astype(np.int64)
    upto = total[owner] * inside // np.maximum(whole[owner], 1)
    start = np.zeros(len(owner), dtype=np.int64)
    same = owner[1:] == owner[:-1]
    start[1:][same] = upto[:-1][same]
    return upto - start
