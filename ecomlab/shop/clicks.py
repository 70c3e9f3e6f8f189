"""The tables of the pages: events, vitals, and the contacts that led to a visit.

They feed nothing back: each is a pure function of the visits' rows. Events and contacts are kept
for the customers whose id ends in 0.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecomlab.shop.chunk import DAY_SECONDS, VISIT_STRIDE, Builder, Chunk, moment, take, visit_id
from ecomlab.shop.keys import below, normal, uniform
from ecomlab.shop.ledger import Block
from ecomlab.shop.tables.people import EVENTS_KINDS, TOUCHES
from ecomlab.shop.visits import SOURCES

Ints = NDArray[np.int64]
SAMPLE = 10
#: Chance that a visitor met an ad of each true channel in the week before.
SEEN = (0.16, 0.10, 0.20, 0.16)
#: Chance that a visit without a purchase ends on the page it landed on, at once and per second
#: that the page took to show (design: about a third of visits bounce).
BOUNCE = (0.25, 0.08)
_KIND = {name: i for i, name in enumerate(EVENTS_KINDS)}
#: Mean seconds before each kind of event.
_PAUSE = np.array([0.0, 9.0, 12.0, 22.0, 18.0, 6.0, 25.0, 20.0, 35.0, 20.0])


def sampled(block: Block) -> Block:
    """The rows of the customers whose clicks are kept."""
    return take(block, block["customer_id"] % SAMPLE == 0)


def events(chunk: Chunk) -> Block:
    """Landing, lists, views, carts and the way to the till, in order.

    A visit that bounces has its landing only; slow pages lose more of them (跳失率). A cart
    without an order is abandoned; some who pay no order gave up at the till.
    """
    needs, visits = sampled(chunk.blocks["needs"]), sampled(chunk.blocks["visits"])
    visit, ids = visit_id(needs), visit_id(visits)
    slot = needs["slot"].astype(np.int64)
    looked, category = needs["looked"].astype(np.int64), needs["category"].astype(np.int64)
    product = np.where(looked >= 0, looked + category[:, None] * chunk.world.size.per_category, -1)
    buys = needs["buys"].astype(bool)
    order = np.argsort(ids, kind="stable")
    own = order[np.searchsorted(ids[order], visit)]
    filtered = visits["filtered"][own]
    whole = visits["ordered"].astype(bool)
    bounce = np.minimum(BOUNCE[0] + BOUNCE[1] * visits["latency"] / 1000, 0.9)
    bounced = below(chunk.bits("event.bounce", ids), bounce) & ~whole & ~visits["filtered"]
    stays = ~bounced[own]

    def chance(name: str, p: float) -> NDArray[np.bool_]:
        return below(chunk.bits(f"event.{name}", visit, slot), p)

    seen = stays & (product[:, 0] >= 0)
    second = seen & (product[:, 1] >= 0) & chance("second", 0.55)
    third = second & (product[:, 2] >= 0) & chance("third", 0.5)
    left = seen & ~buys & chance("abandon", 0.055)
    parts = [
        _some(visit, slot, 1, "list", category, None, stays),
        _some(visit, slot, 2, "filter", category, None, filtered),
        _some(visit, slot, 3, "view", category, product[:, 0], seen),
        _some(visit, slot, 4, "view", category, product[:, 1], second),
        _some(visit, slot, 5, "compare", category, product[:, 1], second & chance("compare", 0.3)),
        _some(visit, slot, 6, "view", category, product[:, 2], third),
        _some(visit, slot, 7, "favourite", category, product[:, 0], seen & chance("like", 0.06)),
        _some(visit, slot, 8, "cart", category, product[:, 0], buys | left),
    ]
    gave_up = ~whole & below(chunk.bits("event.till", ids), 0.35)
    gave_up &= np.isin(ids, visit[left])
    first = visits["category"].astype(np.int64)
    zero = np.zeros(len(ids), dtype=np.int64)
    till = zero + 3
    parts += [
        _some(ids, zero, 0, "land", first, None, np.ones(len(ids), dtype=bool)),
        _some(ids, till, 1, "checkout", first, None, whole | gave_up),
        _some(ids, till, 2, "pay", first, None,
              whole | (gave_up & below(chunk.bits("event.pay", ids), 0.4))),
        _some(ids, till, 3, "paid", first, None, whole),
    ]  # fmt: skip
    rows = {name: np.concatenate([p[name] for p in parts]) for name in parts[0]}
    rows = take(rows, np.lexsort((rows["place"], rows["slot"], rows["visit"])))
    return _timed(chunk, rows, ids[order], moment(visits)[order], visits["latency"][order])


def _some(
    visit: Ints,
    slot: Ints,
    place: int,
    kind: str,
    category: Ints,
    product: Ints | None,
    which: NDArray[np.bool_],
) -> Block:
    count = int(which.sum())
    return {
        "visit": visit[which],
        "slot": slot[which],
        "place": np.full(count, place),
        "kind": np.full(count, _KIND[kind]),
        "category": category[which],
        "product": np.full(count, -1) if product is None else product[which],
    }


def _timed(chunk: Chunk, rows: Block, ids: Ints, start: Ints, latency: Ints) -> Block:
    """Give events their number and moment: pauses follow one another from the visit's start."""
    visit = rows["visit"]
    at = np.searchsorted(ids, visit)
    number = _numbered(visit)
    first = number == 1
    begin = np.flatnonzero(first)
    u = uniform(chunk.bits("event.pause", visit, number))
    pause = np.rint(-np.log(u) * _PAUSE[rows["kind"]] + latency[at] / 1000 * (number > 1)) + (
        number > 1
    )
    pause[first] = 0
    passed = np.cumsum(pause)
    passed -= np.repeat(passed[begin], np.diff([*begin, len(visit)]))
    return {
        "visit_id": visit,
        "event_no": number,
        "customer_id": visit % VISIT_STRIDE,
        "at": start[at] + passed.astype(np.int64),
        "kind": rows["kind"],
        "category": rows["category"],
        "product_id": rows["product"],
    }


def _numbered(visit: Ints) -> Ints:
    """The place, from 1, of each row among the rows of its visit; ``visit`` is sorted."""
    begin = np.flatnonzero(np.diff(visit, prepend=-1))
    return np.arange(len(visit)) - np.repeat(begin, np.diff([*begin, len(visit)])) + 1


def vitals(chunk: Chunk) -> Block:
    """Measures of one visit in forty, all in line with the visit's largest paint."""
    visits = chunk.blocks["visits"]
    visits = take(visits, below(chunk.bits("vitals", visit_id(visits)), 1 / 40))
    ids = visit_id(visits)
    lcp = visits["latency"].astype(np.float64)
    mobile = visits["device"] == 0

    def noise(name: str, sd: float) -> NDArray[np.float64]:
        return np.exp(sd * normal(chunk.bits(f"vitals.{name}", ids)))

    ttfb = np.minimum(lcp * 0.32 * noise("ttfb", 0.3), lcp)
    fcp = np.clip(lcp * 0.68 * noise("fcp", 0.2), ttfb, lcp)
    tbt = np.where(mobile, 240.0, 90.0) * noise("tbt", 0.7)
    return {
        "visit_id": ids,
        "device": visits["device"],
        "ttfb": np.rint(ttfb),
        "fcp": np.rint(fcp),
        "lcp": lcp,
        "inp": np.rint(np.where(mobile, 150.0, 80.0) * noise("inp", 0.6)),
        "tbt": np.rint(tbt),
        "si": np.rint(lcp * 1.25 * noise("si", 0.25)),
        "cls": np.round(0.06 * noise("cls", 0.9), 3),
    }


def touchpoints(chunk: Chunk) -> Block:
    """Ads seen in the week before a visit, then what led to it.

    Ads on the shop's own name are met by those who were coming anyway, just before they buy:
    every attribution rule therefore credits them.
    """
    visits = sampled(chunk.blocks["visits"])
    ids, at = visit_id(visits), moment(visits)
    source = np.array([TOUCHES.index(s) for s in SOURCES])[visits["source"]]
    parts: list[tuple[Ints, Ints, Ints, Ints]] = []
    for code, chance in enumerate(SEEN):
        which = np.full(len(ids), code)
        before = uniform(chunk.bits("touch.ago", ids, which)) * 6 * DAY_SECONDS
        seen = at - 600 - before.astype(np.int64)
        met = below(chunk.bits("touch", ids, which), chance) & (seen >= 0)
        parts.append((ids[met], seen[met], which[met], np.zeros(met.sum(), dtype=int)))
    parts.append((ids, at, source, np.ones(len(ids), dtype=int)))
    columns = [np.concatenate([p[i] for p in parts]) for i in range(4)]
    order = np.lexsort((columns[2], columns[1], columns[0]))
    visit, when, channel, kind = (column[order] for column in columns)
    place = _numbered(visit)
    return {
        "customer_id": visit % VISIT_STRIDE,
        "at": when,
        "touch_no": place,
        "channel": channel,
        "kind": kind,
        "online": channel >= 2,
        "visit_id": visit,
    }


BUILDERS: dict[str, Builder] = {f.__name__: f for f in (events, vitals, touchpoints)}
