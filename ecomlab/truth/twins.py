"""Twin runs from a night of the past: the same days lived twice, with one thing changed.

Each pair has daily draws of its own and shares them between its two runs, so that their difference
is the change and nothing else. Windows are short: most truths need weeks, not years.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecomlab.shop.ledger import Block
from ecomlab.shop.policy import Decision, Policy
from ecomlab.shop.run import Run, Snapshot
from ecomlab.shop.world import World

Floats = NDArray[np.float64]
_STRIDE = 1_000_003


@dataclass(frozen=True)
class Arm:
    """One of the twins: who decides, what is decided besides, and in which world."""

    policy: Policy
    decisions: tuple[Decision, ...] = ()
    world: World | None = None


def live(world: World, arm: Arm, night: Snapshot, days: int, pair: int) -> dict[str, Block]:
    """The rows of the days after a night, by table."""
    here = arm.world or world
    run = Run.resume(here, arm.policy, night, seed=world.seed + _STRIDE * (pair + 1), record=True)
    for day in range(days):
        run.step(arm.decisions if day == 0 else None)
    return {
        name: {column: np.concatenate([b[column] for b in blocks]) for column in blocks[0]}
        for name, blocks in run.blocks.items()
        if blocks and name in ("visits", "orders", "lines")
    }


def outcomes(
    world: World,
    arms: Sequence[Arm],
    nights: Snapshot | Sequence[Snapshot],
    days: int,
    pairs: int,
    outcome: Callable[[dict[str, Block]], Floats | float],
) -> Floats:
    """The outcome of each arm in each pair, shape (pairs, arms) or (pairs, arms, outcomes).

    Several nights are that many windows of ``days``, with ``pairs`` in each: a long horizon is
    covered window by window where what is asked does not build up from one to the next.
    """
    starts = [nights] if isinstance(nights, Snapshot) else nights
    return np.array(
        [
            [outcome(live(world, arm, night, days, pair)) for arm in arms]
            for night in starts
            for pair in range(pairs)
        ],
        dtype=float,
    )


def pooled(
    found: Floats, value: Callable[[Floats], Floats | float]
) -> tuple[Floats | float, Floats | float]:
    """A function of the outcomes summed over pairs, and its standard error by the jackknife.

    Parameters
    ----------
    found
        Outcomes, one row a pair.
    value
        From the rows' mean to the truth.
    """
    n = len(found)
    whole = found.mean(axis=0)
    without = np.array([value((whole * n - found[i]) / (n - 1)) for i in range(n)])
    spread = ((without - without.mean(axis=0)) ** 2).sum(axis=0) * (n - 1) / n
    return value(whole), np.sqrt(spread)


def contrast(mean: Floats) -> float:
    """What a test's arms differ by because of the treatment, as a share of the control's level.

    Parameters
    ----------
    mean
        Outcome per head, shape (2, 2): with the test as it was and with everybody in control, by
        arm (control first). The twins take out that the arms are different people; that the
        control finds emptier shelves because of the treated stays in, as in any such test.
    """
    tested, untested = mean
    return float((tested[1] - untested[1] - tested[0] + untested[0]) / tested[0])
