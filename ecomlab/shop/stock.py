"""Stock and suppliers: forecasts, reorder points, lead times, deliveries that fall short."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecomlab.shop.ground import Ground, Plan
from ecomlab.shop.keys import Floats, draw, key, normal, poisson, uniform
from ecomlab.shop.policy import Policy

Ints = NDArray[np.int64]
#: Goods are on their way at most this long; the rings of future arrivals have this length.
RING = 128
#: Each product is counted once in so many days.
COUNT_CYCLE = 28


def first_forecast(ground: Ground) -> Floats:
    """What the manager expects to sell of each product a day before the first day."""
    world, goods = ground.world, ground.goods
    size, repeat = world.size, world.repeat
    appeal = np.exp(goods.appeal.mean(axis=0))
    share = appeal.reshape(size.categories, -1)
    share = (share / share.sum(axis=1, keepdims=True)).ravel() / size.categories
    a_day = size.customers * (repeat.buyers * repeat.r / repeat.alpha * 0.45)
    return a_day * share


def reorder(
    ground: Ground, policy: Policy, forecast: Floats, stock: Ints, on_order: Ints, extra: dict
) -> tuple[Ints, Ints]:
    """Which products to order today and how many units: below the reorder point, cover_days."""
    goods = ground.goods
    quoted = ground.suppliers.quoted[goods.supplier]
    point = np.ceil(forecast * (quoted + policy.safety_days))
    wanted = np.where(
        stock + on_order <= point, np.maximum(np.ceil(forecast * policy.cover_days), 2), 0
    ).astype(np.int64)
    for product, units in extra.items():
        wanted[product] += units
    products = np.flatnonzero(wanted)
    return products, wanted[products]


def purchase(
    ground: Ground, plan: Plan, day: int, products: Ints, units: Ints, seed: int
) -> dict[str, NDArray]:
    """Purchase orders as they will turn out: lead time, fill and defects by (day, product)."""
    goods, makers = ground.goods, ground.suppliers
    maker = goods.supplier[products]
    bits = draw(goods.hashes[products], key(seed, "purchase", day))
    cv = makers.lead_cv[maker]
    spread = np.sqrt(np.log1p(cv * cv))
    lead = makers.lead[maker] * np.exp(spread * normal(bits) - spread**2 / 2)
    lead = lead + plan.slow_shipping[day]
    lead = np.clip(np.rint(lead), 1, RING - 1).astype(np.int64)
    fill = uniform(draw(bits, key(seed, "fill")))
    short = np.where(fill < 0.25, (1 - makers.fill[maker]) * 4, 0)
    received = np.maximum(np.rint(units * (1 - short)), 0).astype(np.int64)
    defects = np.minimum(
        poisson(draw(bits, key(seed, "defects")), received * makers.defects[maker]), received
    )
    return {
        "product_id": products,
        "supplier_id": maker,
        "units": units,
        "received": received,
        "defects": defects,
        "promised": makers.quoted[maker].astype(np.int64),
        "lead": lead,
        "unit_cost": plan.cost[day][products],
    }


def count(ground: Ground, day: int, stock: Ints, seed: int) -> tuple[Ints, Ints]:
    """Today's cycle count: the products counted and the units found to be missing (>= 0)."""
    products = np.flatnonzero(np.arange(len(stock)) % COUNT_CYCLE == day % COUNT_CYCLE)
    bits = draw(ground.goods.hashes[products], key(seed, "count", day))
    rate = 0.15 + 0.004 * np.minimum(stock[products], 200)
    return products, np.minimum(poisson(bits, rate), stock[products])
