"""Parcels: promise, transit, cost, and what comes back."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecomlab.shop.ground import Ground
from ecomlab.shop.keys import Bits, Floats, below, draw, key, normal, poisson, uniform

Ints = NDArray[np.int64]
#: Chance that a line is sent back, by category: clothes and shoes most (design).
RETURN_RATE = np.array([0.03, 0.02, 0.04, 0.14, 0.15, 0.06, 0.06, 0.07, 0.05, 0.02, 0.08, 0.03])
RETURN_REASONS = ("no_reason", "not_as_described", "damaged", "wrong_item", "late")


def promised_days(ground: Ground) -> Floats:
    """Days that the page promises, by city: one, and one more per 450 km."""
    return 1 + np.ceil(ground.cities.km / 450)


def transit(ground: Ground, city: Ints, bits: Bits, slow: float, seed: int) -> Ints:
    """Days from order to door, at least 1."""
    late = poisson(draw(bits, key(seed, "transit")), 0.35 + 0.0002 * ground.cities.km[city])
    return (promised_days(ground)[city] + late - 0.0 + slow).astype(np.int64)


def parcel_cost(weight: Floats, km: Floats) -> tuple[Ints, Ints, Ints]:
    """Fen for picking, line-haul and the last mile of a parcel."""
    pick = np.full(len(weight), 180, dtype=np.int64)
    haul = np.rint(weight * km * 0.06).astype(np.int64)
    last = np.rint(260 + 40 * np.maximum(weight - 1, 0)).astype(np.int64)
    return pick, haul, last


def returns(
    ground: Ground, product: Ints, category: Ints, bits: Bits, seed: int
) -> tuple[NDArray[np.bool_], Ints, NDArray[np.bool_], Ints]:
    """Which lines come back, how many days after the door, if fit for sale again, and why."""
    flaw = 1.6 - 1.2 * ground.goods.quality[product]
    sent = draw(bits, key(seed, "return"))
    back = below(sent, RETURN_RATE[category] * flaw)
    wait = 2 + (uniform(draw(bits, key(seed, "return.wait"))) * 8).astype(np.int64)
    resold = below(draw(bits, key(seed, "return.resold")), 0.85)
    reason = (uniform(draw(bits, key(seed, "return.reason"))) ** 1.6 * 5).astype(np.int64)
    return back, wait, resold, reason


def reviews(
    ground: Ground, product: Ints, late: Ints, bits: Bits, seed: int
) -> tuple[NDArray[np.bool_], Ints, Ints]:
    """Which lines are reviewed, with how many stars, and how many days after the door.

    Quality plus noise plus selection: the delighted and the angry write more often.
    """
    felt = 2.6 + 3.0 * ground.goods.quality[product] - 0.25 * np.minimum(late, 4)
    felt = felt + 0.9 * normal(draw(bits, key(seed, "stars")))
    stars = np.clip(np.rint(felt), 1, 5).astype(np.int64)
    chance = np.array([0.0, 0.34, 0.22, 0.15, 0.18, 0.26])[stars]
    written = below(draw(bits, key(seed, "writes")), chance)
    wait = 1 + (uniform(draw(bits, key(seed, "writes.wait"))) * 9).astype(np.int64)
    return written, stars, wait
