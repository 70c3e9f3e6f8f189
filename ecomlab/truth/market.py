"""What chapter 1 can know: what moved the mobile share."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecomlab.market.consumers import city_months, drivers
from ecomlab.shop.faults import DRIVERS
from ecomlab.shop.history import History
from ecomlab.shop.ledger import Block
from ecomlab.shop.policy import Policy
from ecomlab.shop.world import World
from ecomlab.truth.estimand import Estimand, Measured
from ecomlab.truth.past import past
from ecomlab.truth.twins import Arm, outcomes, pooled

Floats = NDArray[np.float64]


def without_drivers(world: World) -> Measured:
    """Mobile share of a week at the end, less that of worlds without one of the drivers."""
    policy, effects = Policy(), world.shocks.drivers

    def mobile(blocks: dict[str, Block]) -> Floats:
        device = blocks["visits"]["device"]
        return np.array([(device == 0).sum(), len(device)], dtype=float)

    others = [
        world.replace(shocks={"drivers": tuple(e * (i != k) for i, e in enumerate(effects))})
        for k in range(len(effects))
    ]
    arms = [Arm(policy), *(Arm(policy, world=other) for other in others)]
    found = outcomes(world, arms, past(world).night(700), 7, 20, mobile)
    return pooled(found, lambda mean: mean[0, 0] / mean[0, 1] - mean[1:, 0] / mean[1:, 1])


def _months(history: History) -> pd.DataFrame:
    """One row a city and month: mobile share, visits, and each driver's part of the month."""
    return city_months(history.visits, history.assignments, factors=DRIVERS)


def by_panel(history: History) -> Measured:
    """Two-way fixed effects on city-months, weighted by visits."""
    found = drivers(_months(history), outcome="mobile", factors=DRIVERS, weights="visits")
    return found["effect"].to_numpy(), found["se"].to_numpy()


def on_off(history: History) -> Floats:
    """Mean mobile share of city-months with the driver less that of those without."""
    months = _months(history)
    gaps = []
    for driver in DRIVERS:
        means = months.groupby(months[driver] > 0.5)["mobile"].mean()
        gaps.append(means[True] - means[False])
    return np.array(gaps)


ESTIMANDS = (
    Estimand(
        name="drivers of mobile share",
        section="market.consumers",
        unit="share of visits",
        meaning="mobile share at the end of the second year, with a driver less without; three "
        "drivers judged together. What came to all cities at once is not identified",
        tolerance=0.02,
        truth=without_drivers,
        reference=by_panel,
        naive=on_off,
        method="two-way fixed effects on city-months",
        fallacy="months with the driver against months without",
        items=DRIVERS,
    ),
)
