"""What chapter 6 can know: what a recommender brings."""

from __future__ import annotations

import numpy as np

from ecomlab.mining.recommendation.experiments import ab_test
from ecomlab.shop.experiments import PROGRAMME
from ecomlab.shop.history import History
from ecomlab.shop.ledger import Block
from ecomlab.shop.world import World
from ecomlab.truth import panels
from ecomlab.truth.estimand import Estimand, Measured
from ecomlab.truth.membership import with_arm
from ecomlab.truth.past import past
from ecomlab.truth.twins import Arm, outcomes, pooled

_TEST = next(e for e in PROGRAMME if e.name == "recommender_test")


def hybrid_for_all(world: World) -> Measured:
    """Relative change of orders if everybody gets the hybrid recommender."""

    def orders(blocks: dict[str, Block]) -> float:
        return float(len(blocks["orders"]["day"]))

    arms = [Arm(with_arm(_TEST, arm)) for arm in (0, 1)]
    found = outcomes(world, arms, past(world).night(_TEST.start), _TEST.days, 3, orders)
    return pooled(found, lambda mean: mean[1] / mean[0] - 1)


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
        meaning="change of orders if everybody gets the hybrid instead of the best-seller, over "
        "the test's days; stock binds as it did",
        tolerance=0.075,
        truth=hybrid_for_all,
        reference=by_test,
        naive=after_against_before,
        method="difference by customer with CUPED",
        fallacy="after against before among those who got it",
    ),
)
