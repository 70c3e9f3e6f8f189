"""What chapter 6 can know: what a recommender brings."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecomlab.mining.recommendation.experiments import ab_test
from ecomlab.shop.experiments import PROGRAMME, arms_of_many
from ecomlab.shop.ground import lay_out
from ecomlab.shop.history import History
from ecomlab.shop.ledger import Block
from ecomlab.shop.policy import Policy
from ecomlab.shop.world import World
from ecomlab.truth import panels
from ecomlab.truth.estimand import Estimand, Measured
from ecomlab.truth.membership import with_arm
from ecomlab.truth.past import EVERY, past
from ecomlab.truth.twins import Arm, contrast, outcomes, pooled

Floats = NDArray[np.float64]
_TEST = next(e for e in PROGRAMME if e.name == "recommender_test")


def hybrid(world: World) -> Measured:
    """Relative change of orders of who gets the hybrid: the test as it was against no test."""
    people = lay_out(world).people
    arm = arms_of_many(_TEST, people.hashes, world)
    heads = np.bincount(arm[people.buyer], minlength=2)

    def orders(blocks: dict[str, Block]) -> Floats:
        return np.bincount(arm[blocks["orders"]["customer_id"]], minlength=2) / heads

    arms = [Arm(Policy()), Arm(with_arm(_TEST, 0))]
    nights = past(world).within(_TEST.start, _TEST.end)
    found = outcomes(world, arms, nights, EVERY, 4, orders)
    return pooled(found, contrast)


def by_test(history: History) -> Measured:
    """Orders per customer by arm, with the orders before as covariate (CUPED)."""
    registered = history.customers["registered_on"].notna().to_numpy()
    arm = panels.arms(history, _TEST.name).sort_values("unit_id")["arm"].to_numpy()
    during = panels.counted(history, _TEST.start, _TEST.end)
    before = panels.counted(history, _TEST.start - 280, _TEST.start)
    test = ab_test(during[registered], arm[registered], before=before[registered])
    return test.lift, test.se


def after_against_before(history: History) -> float:
    """Orders of those who got the new recommender, against as many days before."""
    arm = panels.arms(history, _TEST.name).sort_values("unit_id")["arm"].to_numpy() == 1
    during = panels.counted(history, _TEST.start, _TEST.end)[arm].sum()
    before = panels.counted(history, _TEST.start - _TEST.days, _TEST.start)[arm].sum()
    return float(np.divide(during, before) - 1)


ESTIMANDS = (
    Estimand(
        name="recommender A/B, orders",
        section="mining.recommendation",
        unit="relative lift",
        meaning="orders of who gets the hybrid against who gets the best-seller, over the test's "
        "days; both buy from the same shelves, as they were",
        tolerance=0.08,
        truth=hybrid,
        reference=by_test,
        naive=after_against_before,
        method="difference by customer with CUPED",
        fallacy="after against before among those who got it",
    ),
)
