"""The day's visits: who comes, when, on what device, from where, and how fast pages are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecomlab.shop import media
from ecomlab.shop.calendar import HOURS
from ecomlab.shop.campaigns import Moved
from ecomlab.shop.customers import callers, present
from ecomlab.shop.experiments import arms_of_many
from ecomlab.shop.ground import Ground, Today
from ecomlab.shop.keys import Bits, Floats, below, draw, key, normal, pick, uniform
from ecomlab.shop.policy import Policy
from ecomlab.shop.state import State
from ecomlab.shop.world import CHANNELS

Ints = NDArray[np.int64]
DEVICES = ("mobile", "desktop")
SOURCES = ("direct", "organic_search", "brand_search", "social", "video", "live")
SCENES = ("shelf", "search", "social", "content", "live")
#: The scene of each source.
SCENE_OF = np.array([0, 1, 1, 2, 3, 4])
#: Share of visits that would search for the shop's own name anyway, by intent.
NAME_SEARCH = (0.08, 0.42)


@dataclass(frozen=True)
class Visits:
    """The day's visits in order of time; arrays of shape (visits,)."""

    customer: Ints
    intent: NDArray[np.bool_]
    bits: Bits
    second: Ints
    city: Ints
    device: NDArray[np.int8]
    source: NDArray[np.int8]
    delay: Ints
    latency: Ints
    filtered: NDArray[np.bool_]


def who_comes(
    ground: Ground, state: State, now: Today, city_lift: Floats, seed: int
) -> tuple[Ints, NDArray[np.bool_], Ints, Ints]:
    """Visitors, whether they come with intent, the day their draws belong to, and the customers
    whom the calendar alone would have brought with intent (they alone may drop out)."""
    people, day = ground.people, now.day
    n = present(people, day)
    rows, kind = callers(
        people.hashes[:n],
        state.mission[:n],
        state.browse[:n],
        state.lift[:n] * city_lift.astype(np.float32)[people.city[:n]],
        now.calendar,
        key(seed, "call", day),
    )
    base = rows[kind >= 2]
    came = kind != 3
    rows, intent = rows[came], (kind[came] == 1) | (kind[came] == 2)
    origin = np.full(len(rows), day)
    if len(state.moved.who):
        rows, intent, origin = _moved(state.moved, state.alive, rows, intent, origin, day)
    return rows, intent, origin, base


def _moved(
    moved: Moved,
    alive: NDArray[np.bool_],
    rows: Ints,
    intent: NDArray[np.bool_],
    origin: Ints,
    day: int,
) -> tuple[Ints, NDArray[np.bool_], Ints]:
    gone = np.isin(rows, moved.who[moved.origin == day]) & intent
    rows, intent, origin = rows[~gone], intent[~gone], origin[~gone]
    due = (moved.day == day) & alive[moved.who]
    new = due & ~np.isin(moved.who, rows[intent])
    rows = np.concatenate([moved.who[new], rows])
    first = np.unique(rows, return_index=True)[1]
    intent = np.concatenate([np.ones(new.sum(), dtype=bool), intent])
    origin = np.concatenate([moved.origin[new], origin])
    return rows[first], intent[first], origin[first]


def row_bits(ground: Ground, rows: Ints, origin: Ints, day: int, seed: int) -> Bits:
    """One hash per visit; a moved visit keeps the draws of the day it was due."""
    bits = draw(ground.people.hashes[rows], key(seed, "visit", day))
    moved = origin[origin != day]
    for other in np.unique(moved) if len(moved) else ():
        mine = origin == other
        bits[mine] = draw(ground.people.hashes[rows[mine]], key(seed, "visit", int(other)))
    return bits


def source_shares(ground: Ground, state: State, now: Today) -> Floats:
    """Cumulative chance of each source for those who do not search the name, by city."""
    relative = state.adstock / media.settled(ground.world, ground.cities.share)
    pull = relative / (relative + 1)
    social, video = (0.28 * pull[CHANNELS.index(c)] for c in ("social", "video"))
    rest = 1 - social - video
    none = np.zeros_like(rest)
    shares = np.stack([0.45 * rest, 0.47 * rest, none, social, video, 0.08 * rest], axis=1)
    return np.cumsum(shares, axis=1)


def describe(
    ground: Ground,
    policy: Policy,
    state: State,
    now: Today,
    visitors: tuple[Ints, NDArray[np.bool_], Ints],
    seed: int,
) -> Visits:
    """Time, device, source, latency and experiment arms of the day's visits."""
    rows, intent, origin = visitors
    bits = row_bits(ground, rows, origin, now.day, seed)
    second = _second(draw(bits, key(seed, "time")))
    order = np.argsort(second, kind="stable")
    rows, intent, bits, second = rows[order], intent[order], bits[order], second[order]
    city = ground.people.city[rows].astype(np.int64)
    # A person leans to one device: half of the choice is theirs, half the visit's.
    lean = 0.5 * ground.people.mobile[rows] + 0.5 * uniform(draw(bits, key(seed, "device")))
    mobile = _lean_cdf(lean) < np.rint(now.mobile[city] * 65536) / 65536
    delay = _delays(ground, policy, now, bits)
    return Visits(
        customer=rows,
        intent=intent,
        bits=bits,
        second=second,
        city=city,
        device=np.where(mobile, 0, 1).astype(np.int8),
        source=_source(ground, state, now, city, intent, bits, seed),
        delay=delay,
        latency=_latency(ground, now, mobile, intent, second, bits, seed) + delay,
        filtered=_uses_filter(ground, policy, now.day, rows, intent, bits, seed),
    )


def _second(bits: Bits) -> Ints:
    u = uniform(bits)
    hour = np.searchsorted(HOURS, u, side="right").clip(0, 23)
    start = np.concatenate([[0], HOURS])[hour]
    return (hour * 3600 + (u - start) / (HOURS[hour] - start) * 3599.99).astype(np.int64)


def _lean_cdf(mean: Floats) -> Floats:
    """The distribution function of the mean of two uniforms: makes ``lean`` uniform again."""
    return np.where(mean < 0.5, 2 * mean * mean, 1 - 2 * (1 - mean) ** 2)


def _delays(ground: Ground, policy: Policy, now: Today, bits: Bits) -> Ints:
    test = policy.experiment("page_delay")
    if not now.delay or test is None:
        return np.zeros(len(bits), dtype=np.int64)
    return np.array(test.levels, dtype=np.int64)[arms_of_many(test, bits, ground.world)]


def _latency(
    ground: Ground,
    now: Today,
    mobile: NDArray,
    intent: NDArray,
    second: Ints,
    bits: Bits,
    seed: int,
) -> Ints:
    """Milliseconds to the largest paint: slower on mobile, in the evening, on busy days."""
    web = ground.world.web
    median = np.where(mobile, *web.latency) * np.where(intent, web.heavier, 1.0) * now.latency
    evening = 1 + 0.15 * ((second >= 19 * 3600) & (second < 23 * 3600))
    spread = np.exp(web.latency_sd * normal(draw(bits, key(seed, "latency"))))
    return np.clip(np.rint(1000 * median * evening * spread), 80, 30_000).astype(np.int64)


def _source(
    ground: Ground,
    state: State,
    now: Today,
    city: Ints,
    intent: NDArray,
    bits: Bits,
    seed: int,
) -> NDArray[np.int8]:
    """Where the visit came from. An ad on the shop's own name is clicked by those who were
    coming anyway; without it they come by organic search: the visit itself is unmoved."""
    chosen = draw(bits, key(seed, "source"))
    source = pick(chosen, source_shares(ground, state, now)[city])
    named = below(draw(bits, key(seed, "named")), np.array(NAME_SEARCH)[intent.astype(np.int64)])
    shown = now.spend[media.BRAND_SEARCH][city] > 0
    return np.where(named, np.where(shown, 2, 1), source).astype(np.int8)


def _uses_filter(
    ground: Ground, policy: Policy, day: int, rows: Ints, intent: NDArray, bits: Bits, seed: int
) -> NDArray[np.bool_]:
    """Who uses the filter: those who have it, and more of those who come with intent."""
    offered = np.full(len(rows), "filter" in policy.features)
    test = policy.experiment("filter_test")
    if test and test.running(day):
        offered = arms_of_many(test, ground.people.hashes[rows], ground.world) == 1
    return offered & below(draw(bits, key(seed, "filter")), np.where(intent, 0.75, 0.30))
