"""The register of who was assigned to what: tiers, experiments, and known shocks."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ecomlab.shop import faults, service
from ecomlab.shop.campaigns import holders
from ecomlab.shop.chunk import Builder, Chunk
from ecomlab.shop.experiments import Experiment, arms_of_few, arms_of_many, wave_start
from ecomlab.shop.ledger import Block
from ecomlab.shop.media import BRAND_SEARCH
from ecomlab.shop.tables.people import ASSIGNMENTS
from ecomlab.shop.world import CHANNELS

Ints = NDArray[np.int64]


def memberships(chunk: Chunk) -> Block:
    """Changes of tier, from the day they hold."""
    rows = chunk.blocks.get("memberships")
    if rows is None:
        empty = np.empty(0, dtype=np.int64)
        names = ("customer_id", "from_date", "tier", "tier_before", "spend")
        return dict.fromkeys(names, empty)
    return {
        "customer_id": rows["customer_id"],
        "from_date": rows["day"],
        "tier": rows["tier"],
        "tier_before": rows["tier_before"],
        "spend": rows["spend"],
    }


def assignments(chunk: Chunk) -> Block:
    """Everything that begins in the chunk: arms of experiments, incidents, drivers.

    ``arm`` 0 is the control. Customers are listed for as long as the experiment runs, whether
    they come or not (intention to treat).
    """
    parts = [
        part
        for experiment in chunk.policy.experiments
        for part in _ROWS[experiment.name](chunk, experiment)
    ]
    parts += [*_incidents(chunk), *_drivers(chunk)]
    kept = [p for p in parts if chunk.first <= p["starts_on"] <= chunk.last]
    # In days' order, as all tables: rows then stand alike however the days are cut into chunks.
    kept.sort(key=lambda p: p["starts_on"])
    return {
        name: np.concatenate([np.empty(0, dtype=kind), *(_spread(p, name, kind) for p in kept)])
        for name, kind in (
            ("experiment", np.int64), ("unit", np.int64), ("unit_id", np.int64),
            ("detail", object), ("arm", np.int64), ("level", np.float64),
            ("starts_on", np.int64), ("ends_on", np.int64),
        )
    }  # fmt: skip


def _spread(part: dict, name: str, kind: type) -> NDArray:
    value = part[name]
    if isinstance(value, np.ndarray):
        return value.astype(kind)
    return np.full(len(part["unit_id"]), value, dtype=kind)


def _rows(
    name: str, unit: str, ids: Ints, arm: Ints, level: NDArray, start: int, end: int,
    detail: str = "",
) -> dict:  # fmt: skip
    names, units = ASSIGNMENTS["experiment"].values, ASSIGNMENTS["unit"].values
    return {
        "experiment": names.index(name),
        "unit": units.index(unit),
        "unit_id": ids,
        "detail": detail,
        "arm": arm,
        "level": level,
        "starts_on": start,
        "ends_on": end - 1,
    }


def _of_few(chunk: Chunk, e: Experiment, count: int, control: float) -> Iterator[dict]:
    """Products or cities, in every period of the experiment; the control arm is numbered 0."""
    for start in range(e.start, e.end, e.period or e.days):
        levels = (e.block(start),) if e.period else ()
        arms = arms_of_few(e, count, chunk.world, *levels)
        level = np.array(e.levels, dtype=np.float64)[arms]
        end = min(start + (e.period or e.days), e.end)
        yield _rows(
            e.name, e.unit, np.arange(count), _from_control(e, arms, control), level, start, end
        )


def _from_control(e: Experiment, arms: Ints, control: float) -> Ints:
    number = e.levels.index(control)
    return np.where(arms == number, 0, np.where(arms < number, arms + 1, arms))


def _prices(chunk: Chunk, e: Experiment) -> Iterator[dict]:
    yield from _of_few(chunk, e, chunk.world.size.products, 1.0)


def _cities_once(chunk: Chunk, e: Experiment) -> Iterator[dict]:
    for rows in _of_few(chunk, e, chunk.world.size.cities, e.levels[0]):
        yield {
            **rows,
            "detail": CHANNELS[BRAND_SEARCH] if e.name == "brand_search_off" else "event",
        }


def _flights(chunk: Chunk, e: Experiment) -> Iterator[dict]:
    cities = chunk.world.size.cities
    for start in range(e.start, e.end, e.period):
        for channel in range(BRAND_SEARCH):
            arms = arms_of_few(e, cities, chunk.world, e.block(start), channel)
            level = np.array(e.levels)[arms]
            end, arm = min(start + e.period, e.end), _from_control(e, arms, 1.0)
            yield _rows(
                e.name, "city", np.arange(cities), arm, level, start, end, CHANNELS[channel]
            )


def _waves(chunk: Chunk, e: Experiment) -> Iterator[dict]:
    waves = arms_of_few(e, chunk.world.size.products, chunk.world)
    for wave in range(len(e.levels)):
        ids, start = np.flatnonzero(waves == wave), wave_start(e, wave)
        one = np.ones(len(ids))
        yield _rows(e.name, "product", ids, one.astype(np.int64), one, start, chunk.plan.days)


def _training(chunk: Chunk, e: Experiment) -> Iterator[dict]:
    start = service.trained_on(chunk.world, chunk.policy)
    for day in np.unique(start[start >= 0]):
        ids = np.flatnonzero(start == day)
        one = np.ones(len(ids))
        yield _rows(e.name, "agent", ids, one.astype(np.int64), one, int(day), chunk.plan.days)


def _visits(chunk: Chunk, e: Experiment) -> Iterator[dict]:
    arms = np.arange(len(e.levels))
    yield _rows(e.name, "visit", arms, arms, np.array(e.levels), e.start, e.end)


def _customers(chunk: Chunk, e: Experiment) -> Iterator[dict]:
    arms = arms_of_many(e, chunk.ground.people.hashes, chunk.world)
    level = np.array(e.levels)[arms]
    yield _rows(e.name, "customer", np.arange(len(arms)), arms, level, e.start, e.end)


def _coupons(chunk: Chunk, e: Experiment) -> Iterator[dict]:
    for campaign in chunk.policy.campaigns:
        if campaign.holdout > 0 and e.running(campaign.start):
            held = holders(chunk.ground, campaign).astype(np.int64)
            yield _rows(
                e.name, "customer", np.arange(len(held)), held, held * campaign.rate,
                campaign.start, campaign.end, campaign.name,
            )  # fmt: skip


def _incidents(chunk: Chunk) -> Iterator[dict]:
    for one in faults.incidents(chunk.world):
        zero = np.zeros(1, dtype=np.int64)
        size = np.array([one.size])
        yield _rows(one.kind, "shop", zero, zero + 1, size, one.start, one.start + one.days)


def _drivers(chunk: Chunk) -> Iterator[dict]:
    for name, starts in zip(faults.DRIVERS, faults.driver_starts(chunk.world), strict=True):
        for city, start in enumerate(starts):
            one = np.ones(1, dtype=np.int64)
            yield _rows(name, "city", one * city, one, one, int(start), chunk.plan.days)


_ROWS = {
    "price_test": _prices,
    "listing_rollout": _waves,
    "media_flights": _flights,
    "brand_search_off": _cities_once,
    "city_event": _cities_once,
    "page_delay": _visits,
    "filter_test": _customers,
    "training": _training,
    "tier_holdout": _customers,
    "recommender_test": _customers,
    "coupon_holdout": _coupons,
}
BUILDERS: dict[str, Builder] = {f.__name__: f for f in (memberships, assignments)}
