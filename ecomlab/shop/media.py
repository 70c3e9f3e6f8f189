"""Advertising: what is spent in each city, what carries over, and how it lifts visits."""

from __future__ import annotations

import numpy as np

from ecomlab.shop.experiments import Experiment, arms_of_few
from ecomlab.shop.keys import Floats, draw, entities, key, normal
from ecomlab.shop.policy import Policy
from ecomlab.shop.world import CHANNELS, World

BRAND_SEARCH = CHANNELS.index("brand_search")


def planned_spend(world: World, policy: Policy, calendar: Floats, share: Floats) -> Floats:
    """What the plan spends, fen, shape (days, channels, cities).

    Spend follows the calendar's expected demand (which is why a national regression misleads),
    varies by week on its own account, and is moved at random by the city experiments.
    """
    days, channels = len(calendar), len(CHANNELS)
    weeks = -(-days // 7)
    noise = np.stack(
        [
            normal(draw(entities(weeks, world.seed, "week"), key(world.seed, "spend", c)))
            for c in range(channels)
        ],
        axis=1,
    )
    sd = policy.media_variation
    own = np.exp(sd * noise - sd * sd / 2)[np.arange(days) // 7]
    smooth = _expected(calendar) ** policy.media_follows
    usual = np.array(world.media.usual) * np.array(policy.media) * 100 * world.size.customers
    national = smooth[:, None] * own * usual
    spend = national[:, :, None] * share
    flights = policy.experiment("media_flights")
    if flights:
        _fly(spend, flights, world)
    off = policy.experiment("brand_search_off")
    if off:
        arms = arms_of_few(off, len(share), world)
        spend[off.start : off.end, BRAND_SEARCH, :] *= np.array(off.levels)[arms]
    return np.rint(spend)


def _expected(calendar: Floats) -> Floats:
    """A week's centred mean of the calendar: what a planner foresees."""
    padded = np.pad(calendar, 3, mode="edge")
    return np.mean([padded[i : i + len(calendar)] for i in range(7)], axis=0)


def _fly(spend: Floats, flights: Experiment, world: World) -> None:
    """Move the spend of the four true channels by city and four weeks, in place."""
    for start in range(flights.start, min(flights.end, len(spend)), flights.period):
        days = slice(start, min(start + flights.period, flights.end))
        for channel in range(BRAND_SEARCH):
            arms = arms_of_few(flights, spend.shape[2], world, flights.block(start), channel)
            spend[days, channel, :] *= np.array(flights.levels)[arms]


def carry(world: World) -> Floats:
    """Daily carry-over per channel: the weekly one to the power 1/7, shape (channels, 1)."""
    return (np.array(world.media.decay) ** (1 / 7))[:, None]


def settled(world: World, share: Floats) -> Floats:
    """The adstock of usual spend kept up for long, fen, shape (channels, cities)."""
    usual = np.array(world.media.usual) * 100 * world.size.customers
    return usual[:, None] * share


def lift(world: World, adstock: Floats, share: Floats) -> Floats:
    """The factor on visits by city, shape (cities,): exp of the sum of strength x Hill.

    ``adstock`` is the weighted mean of past spend (weights sum to 1), fen a day, so that Hill's
    half-saturation is a multiple of usual spend whatever the carry-over.
    """
    relative = adstock / settled(world, share)
    shape, half = np.array(world.media.shape)[:, None], np.array(world.media.half)[:, None]
    powered = relative**shape
    hill = powered / (powered + half**shape)
    return np.rint(np.exp(np.array(world.media.strength) @ hill) * 65536) / 65536
