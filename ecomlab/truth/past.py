"""A world's two years, lived once, with the nights from which twins can start."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from ecomlab.shop.history import History, lived
from ecomlab.shop.run import Run, Snapshot
from ecomlab.shop.world import World

DAYS = 730
#: A night is kept before each of these many days.
EVERY = 28
PLENTY = 1_000_000


@dataclass(frozen=True)
class Past:
    """The tables of a shop, and its nights by the coming day."""

    history: History
    nights: dict[int, Snapshot]

    def night(self, day: int, *, plenty: Iterable[int] = ()) -> Snapshot:
        """The night before a day, free of decisions; some products never run out from then on."""
        if day not in self.nights:
            raise ValueError(f"no night was kept before day {day}; they are {EVERY} days apart")
        night = replace(self.nights[day], decisions=())
        state = night.state.copy()
        state.stock[list(plenty)] = PLENTY
        return replace(night, state=state)

    def within(self, start: int, end: int, *, plenty: Iterable[int] = ()) -> list[Snapshot]:
        """The nights from which whole windows of ``EVERY`` days lie within ``start`` .. ``end``."""
        kept = [day for day in self.nights if start <= day <= end - EVERY]
        return [self.night(day, plenty=plenty) for day in kept]


@lru_cache(maxsize=1)
def past(world: World) -> Past:
    """Live the world's first two years under the default policy (the last world is kept)."""
    run = Run(world, record=True)
    chunks, totals, nights = [], [], {0: run.snapshot()}
    for chunk, sums in lived(world, days=DAYS, chunk_days=EVERY, run=run):
        chunks.append(chunk)
        totals += sums
        nights[run.day] = run.snapshot()
    return Past(History(chunks, totals), nights)
