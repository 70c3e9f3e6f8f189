"""Who comes: arrival, segment, taste, rates of visits, and dropout.

Customers are numbered by the day they first appear, so those present on a day are a prefix of
every array and no list of active people is kept.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecomlab.shop.catalogue import TASTE_GROUPS
from ecomlab.shop.keys import Bits, Floats, below, beta, draw, entities, gamma, key, pick, uniform
from ecomlab.shop.world import SEGMENTS, World

#: People are laid out over this many days whatever the run's length, so that a longer run
#: extends a shorter one.
ARRIVALS_END = 700
_BLOCK = 16_384


@dataclass(frozen=True)
class Customers:
    """Arrays over customers. Rates are visits per day; ``leave`` is the dropout chance."""

    hashes: Bits
    arrival: NDArray[np.int32]
    city: NDArray[np.int8]
    segment: NDArray[np.int8]
    taste: NDArray[np.int8]
    favourite: NDArray[np.int8]
    buyer: NDArray[np.bool_]
    mission: NDArray[np.float32]
    browse: NDArray[np.float32]
    leave: NDArray[np.float32]
    mobile: NDArray[np.float32]
    arrived: NDArray[np.int64]


def customers(world: World, city_share: Floats) -> Customers:
    """Draw the people. Segments differ in age, price sensitivity and favourite categories."""
    seed, repeat, count = world.seed, world.repeat, world.size.customers
    raw = entities(count, seed, "customer")
    u = uniform(draw(raw, key(seed, "customer.arrival")))
    early = u < repeat.launch
    spread = np.where(early, 60 * u / repeat.launch, 0)
    later = 60 + (ARRIVALS_END - 60) * (u - repeat.launch) / (1 - repeat.launch)
    arrival = np.where(early, spread, later).astype(np.int32)
    order = np.argsort(arrival, kind="stable")
    hashes, arrival = raw[order], arrival[order]

    def bits(name: str) -> Bits:
        return draw(hashes, key(seed, f"customer.{name}"))

    segment = pick(bits("segment"), np.cumsum(np.array([0.32, 0.28, 0.24, 0.16])))
    buyer = below(bits("buyer"), repeat.buyers)
    rate = gamma(hashes, repeat.r, key(seed, "customer.rate")) / repeat.alpha
    browse = gamma(hashes, 1.2, key(seed, "customer.browse")) * repeat.browse / 1.2
    return Customers(
        hashes=hashes,
        arrival=arrival,
        city=pick(bits("city"), np.cumsum(city_share)).astype(np.int8),
        segment=segment.astype(np.int8),
        taste=((bits("taste") >> np.uint64(33)) % np.uint64(TASTE_GROUPS)).astype(np.int8),
        favourite=((bits("favourite") >> np.uint64(33)) % np.uint64(world.size.categories)).astype(
            np.int8
        ),
        buyer=buyer,
        mission=np.where(buyer, rate, 0).astype(np.float32),
        browse=np.minimum(browse, 0.6).astype(np.float32),
        leave=beta(hashes, repeat.a, repeat.b, key(seed, "customer.leave")).astype(np.float32),
        mobile=uniform(bits("mobile")).astype(np.float32),
        arrived=np.searchsorted(arrival, np.arange(ARRIVALS_END + 1), side="right"),
    )


def present(people: Customers, day: int) -> int:
    """How many customers have appeared by the end of a day."""
    return int(people.arrived[min(day, ARRIVALS_END)])


def callers(
    hashes: Bits,
    mission: NDArray[np.float32],
    browse: NDArray[np.float32],
    lift: NDArray[np.float32],
    calendar: float,
    purpose: np.uint64,
) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
    """Who visits today, and why.

    Parameters
    ----------
    hashes, mission, browse, lift
        Present customers' hashes, rates per day, and marketing's factor on them, shape (n,).
    calendar
        The calendar's factor on visits with intent.
    purpose
        The day's key.

    Returns
    -------
    rows, kind
        Customers' indices in rising order, and 2 for a visit with intent that the calendar
        alone would have brought, 1 for one that marketing added, 0 for browsing.
    """
    rows, kinds = [], []
    for start in range(0, max(len(hashes), 1), _BLOCK):
        part = slice(start, start + _BLOCK)
        bits = draw(hashes[part], purpose)
        high = (bits >> np.uint64(32)).astype(np.float32)
        low = bits.astype(np.uint32).astype(np.float32)
        base = mission[part] * np.float32(calendar * 2.0**32)
        with_intent = high < base * lift[part]
        browsing = low < browse[part] * lift[part] * np.float32(calendar**0.5 * 2.0**32)
        found = np.flatnonzero(with_intent | browsing | (high < base))
        rows.append(found + start)
        kinds.append(
            np.where(
                high[found] < base[found], np.where(with_intent[found], 2, 3), with_intent[found]
            ).astype(np.int8)
        )
    return np.concatenate(rows), np.concatenate(kinds)


def taste_class(people: Customers) -> NDArray[np.int64]:
    """The row of the utility table that a customer chooses by, shape (customers,)."""
    return people.segment.astype(np.int64) * TASTE_GROUPS + people.taste


CLASSES = SEGMENTS * TASTE_GROUPS
