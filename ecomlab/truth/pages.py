"""What page changes would truly bring the shipped shop: the twins behind two decisions.

Four of them are weighed in 4.1; in 4.4 the filter, the second way to pay, and pages that take a
fifth of a second less on phones.

``python -m ecomlab.truth.pages`` makes ``datasets/membership/page_changes.csv`` again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from ecomlab.datasets import folder
from ecomlab.shop.faults import incidents
from ecomlab.shop.ledger import Block
from ecomlab.shop.policy import Policy
from ecomlab.shop.ship import SEED
from ecomlab.shop.world import World
from ecomlab.truth.past import EVERY, past
from ecomlab.truth.twins import Arm, live

YEAR, PAIRS = 364, 20
#: The year begins with the shop's second.
START = 364
NAME = "membership/page_changes"


def margin(blocks: dict[str, Block]) -> float:
    """What is left of sales after discounts and the cost of goods, CNY."""
    lines = blocks["lines"]
    units = lines["units"].astype(np.int64)
    gross = units * lines["price"] - lines["coupon"] - lines["saved"] - units * lines["unit_cost"]
    return float(gross.sum()) / 100


def arms(world: World) -> Mapping[str, Arm]:
    """The shop as it is, and with each change shipped to everybody; no page test runs on."""
    policy = Policy().without("page_delay", "filter_test", "recommender_test")
    mobile, desktop = world.web.latency
    faster = replace(world, web=replace(world.web, latency=(mobile / 2, desktop / 2)))
    lighter = replace(world, web=replace(world.web, latency=(mobile - 0.2, desktop)))
    calm = replace(world, shocks=replace(world.shocks, incidents=0))
    return {
        "as it is": Arm(policy),
        "faster": Arm(policy, world=faster),
        "filter": Arm(policy.replace(features=("filter",))),
        "recommender": Arm(policy.replace(recommender="hybrid")),
        "payment": Arm(policy, world=calm),
        "phones": Arm(policy, world=lighter),
    }


def gain(world: World, change: str, pair: int) -> float:
    """Margin that a change adds in a year, in one pair of twins, CNY.

    A second way to pay helps only while the first one fails, so its twins live through the year's
    failure alone.
    """
    start, days = START, YEAR
    if change == "payment":
        failures = [i for i in incidents(world) if i.kind == "payment_failure"]
        last = max(i.start for i in failures)
        start, days = last // EVERY * EVERY, last % EVERY + EVERY
    night = past(world).night(start)
    lived = partial(live, world, night=night, days=days, pair=pair)
    known = arms(world)
    return margin(lived(known[change])) - margin(lived(known["as it is"]))


def page_changes(world: World, *, pairs: int = PAIRS) -> pd.DataFrame:
    """Each change's gain in each pair of twins: `change`, `pair`, `gain` (CNY a year)."""
    changes = [name for name in arms(world) if name != "as it is"]
    rows = [(c, pair, round(gain(world, c, pair), 2)) for c in changes for pair in range(pairs)]
    return pd.DataFrame(rows, columns=["change", "pair", "gain"])


if __name__ == "__main__":
    path = folder() / f"{NAME}.csv"
    path.parent.mkdir(exist_ok=True)
    page_changes(World.draw(SEED)).to_csv(path, index=False)
