"""One day of the shop: the order of its phases."""

from __future__ import annotations

import numpy as np

from ecomlab.shop import aftermath, demand, media, visits
from ecomlab.shop.campaigns import campaign_id
from ecomlab.shop.checkout import checkout, has_privileges
from ecomlab.shop.ground import Fixed, Ground, Plan, Today
from ecomlab.shop.ledger import Block, entries, sales, totals
from ecomlab.shop.policy import Policy
from ecomlab.shop.shopping import shopping
from ecomlab.shop.state import REVIEW_DAYS, State


def fix(ground: Ground, plan: Plan, policy: Policy, seed: int) -> Fixed:
    """Prepare the look-ups of a run."""
    base = demand.base_utility(ground)
    return Fixed(
        ground=ground,
        plan=plan,
        policy=policy,
        seed=seed,
        base=base,
        slope=demand.slopes(ground),
        leave=demand.leave_levels(ground, base),
        arms=aftermath.privilege_arms(ground, policy),
    )


def advance(
    fixed: Fixed, state: State, now: Today, *, record: bool = True
) -> tuple[dict[str, float], dict[str, Block]]:
    """Live one day: move ``state`` to the next night.

    Returns
    -------
    totals, blocks
        The day's sums (money in fen), and its rows by table if ``record``.
    """
    ground, policy, seed, world = fixed.ground, fixed.policy, fixed.seed, fixed.ground.world
    tiers = aftermath.review_tiers(policy, state) if state.day % REVIEW_DAYS == 0 else None
    account = aftermath.morning(ground, fixed.plan, policy, state, seed)
    carry = media.carry(world)
    state.adstock = carry * state.adstock + (1 - carry) * now.spend

    lift = media.lift(world, state.adstock, ground.cities.share) * now.visits
    rows, intent, origin, base = visits.who_comes(ground, state, now, lift, seed)
    seen = visits.describe(ground, policy, state, now, (rows, intent, origin), seed)

    chosen = shopping(fixed, state, now, seen, record=record)
    basket = chosen.basket
    privileged = has_privileges(policy, state, fixed.arms, now.day)[seen.customer]
    orders = checkout(
        ground,
        policy,
        now,
        seen,
        basket,
        state.coupon[seen.customer],
        privileged,
        state.stock,
        seed,
    )
    sold = np.bincount(basket.product, orders.units, minlength=len(state.stock)).astype(np.int64)
    after = aftermath.goods_out(ground, state, basket, orders, seen.city, seed)
    aftermath.remember_spend(state, seen.customer[orders.visit], orders.total - orders.shipping)
    short = state.stock <= sold
    bought = aftermath.evening(
        ground, fixed.plan, policy, state, sold, short, now.extra_orders, seed
    )
    aftermath.drop_out(ground, state, base, seed)
    day = totals(now, seen, orders, state, ground)
    blocks: dict[str, Block] = {}
    if record:
        stores = entries(now, state, account, sold, bought, tiers)
        trade = sales(now, seen, chosen, orders, after, campaign_id(policy, now.day))
        blocks = {**trade, **stores}
    state.day += 1
    return day, blocks
