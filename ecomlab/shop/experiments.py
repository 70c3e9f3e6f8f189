"""The experiments that the shop ran: what makes its truth recoverable (TRUTH's table).

An experiment is part of the policy; who is in which arm is hashed from the world's seed and the
experiment's name, so a replication keeps its arms and dropping one experiment moves no other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecomlab.arguments import amount, whole
from ecomlab.shop.keys import Bits, draw, key, pick, shuffled
from ecomlab.shop.world import World

#: Levels that stand for leaving things as they are; their arms are drawn again every period.
CONTROL = {"price_test": 1.0, "media_flights": 1.0}


@dataclass(frozen=True)
class Experiment:
    """One experiment.

    Attributes
    ----------
    name
        One of ``NAMES``; it says what is varied.
    unit
        What is randomised: product, city, customer, visit or agent.
    start, days
        First day and length.
    levels
        One value per arm; what it means depends on ``name`` (a price factor, a delay in ms).
    shares
        Share of units in each arm; sums to 1.
    period
        Days after which arms are drawn again (the price test and the media flights); 0 means never.
    """

    name: str
    unit: str
    start: int
    days: int
    levels: tuple[float, ...]
    shares: tuple[float, ...]
    period: int = 0

    def __post_init__(self) -> None:
        where = f"experiment {self.name!r}"
        again = self.name in CONTROL
        for name, least in (("start", 0), ("days", 1), ("period", int(again))):
            number = whole(getattr(self, name), f"{where}: {name}", least=least)
            object.__setattr__(self, name, number)
        if self.period and not again:
            raise ValueError(f"{where}: period is {self.period}; its arms are drawn once, so 0")
        if not len(self.levels) == len(self.shares) > 0:
            raise ValueError(
                f"{where} has {len(self.levels)} levels and {len(self.shares)} shares; each arm "
                "needs one of both"
            )
        for level in self.levels:
            amount(level, f"{where}: a level", least=0)
        total = sum(amount(share, f"{where}: a share", least=0, most=1) for share in self.shares)
        if abs(total - 1) > 1e-9:
            raise ValueError(f"{where}: the shares sum to {total:g}; they must sum to 1")
        if again and CONTROL[self.name] not in self.levels:
            raise ValueError(f"{where} has no arm of level {CONTROL[self.name]:g} to compare with")

    @property
    def end(self) -> int:
        """The first day after the experiment."""
        return self.start + self.days

    def running(self, day: int) -> bool:
        """Whether the experiment runs on a day."""
        return self.start <= day < self.end

    def block(self, day: int) -> int:
        """The randomisation period that a day falls in, from 0."""
        return (day - self.start) // self.period if self.period else 0


#: The programme of the shop's first two years (days from 2024-01-01).
PROGRAMME = (
    Experiment("price_test", "product", 364, 273, (0.8, 1.0, 1.2), (1 / 3, 1 / 3, 1 / 3), 7),
    Experiment("listing_rollout", "product", 112, 504, (0, 1, 2, 3, 4, 5), (1 / 6,) * 6),
    Experiment("media_flights", "city", 28, 672, (0.3, 1.0, 1.7), (0.3, 0.4, 0.3), 28),
    Experiment("brand_search_off", "city", 490, 56, (1.0, 0.0), (0.5, 0.5)),
    Experiment("city_event", "city", 420, 56, (0.0, 1.0), (2 / 3, 1 / 3)),
    Experiment("page_delay", "visit", 231, 168, (0.0, 600.0, 1200.0, 1800.0), (0.25,) * 4),
    Experiment("filter_test", "customer", 420, 140, (0.0, 1.0), (0.5, 0.5)),
    Experiment("training", "agent", 140, 420, (0, 1, 2, 3), (0.25,) * 4),
    Experiment("tier_holdout", "customer", 280, 450, (0.0, 1.0), (0.5, 0.5)),
    Experiment("recommender_test", "customer", 588, 140, (0.0, 1.0), (0.5, 0.5)),
    Experiment("coupon_holdout", "customer", 0, 1461, (0.0, 1.0), (0.5, 0.5)),
)
UNITS = {e.name: e.unit for e in PROGRAMME}
NAMES = tuple(UNITS)
#: Weeks between the waves of a staggered programme.
WAVE_DAYS = {"listing_rollout": 84, "training": 70}


def arms_of_few(
    experiment: Experiment, count: int, world: World, *levels: int
) -> NDArray[np.int64]:
    """Arms of ``count`` products, cities or agents by complete randomisation, shape (count,)."""
    order = shuffled(count, key(world.seed, f"arm.{experiment.name}", *levels))
    edges = np.rint(np.cumsum(experiment.shares) * count).astype(np.int64)
    arms = np.empty(count, dtype=np.int64)
    arms[order] = np.searchsorted(edges, np.arange(count), side="right")
    return np.minimum(arms, len(experiment.levels) - 1)


def arms_of_many(
    experiment: Experiment, hashes: Bits, world: World, *levels: int
) -> NDArray[np.int64]:
    """Arms of customers or visits, each drawn alone, shape (len(hashes),)."""
    bits = draw(hashes, key(world.seed, f"arm.{experiment.name}", *levels))
    return pick(bits, np.cumsum(experiment.shares))


def wave_start(experiment: Experiment, wave: int) -> int:
    """The first day of a wave of a staggered programme."""
    return experiment.start + wave * WAVE_DAYS[experiment.name]
