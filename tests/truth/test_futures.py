"""The years after the shipped tables: recomputed in part, and telling enough to grade on."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ecomlab.datasets import data
from ecomlab.truth import futures

RAISED, BLACK_ONLY, COST = 900.0, 1_500.0, 70.0


@pytest.fixture(scope="module")
def designs():
    return data("membership/tier_designs")


def test_every_life_is_lived_under_every_threshold(designs):
    found = designs.groupby(["seed", "life"])["threshold"].apply(lambda t: tuple(sorted(t)))
    assert set(found) == {futures.THRESHOLDS}
    assert found.groupby("seed").size().to_dict() == {
        world.seed: futures.LIVES for world in (futures.SHIPPED, futures.LAB)
    }


def test_a_life_lived_again_is_the_one_that_was_kept(designs):
    world = futures.SHIPPED
    sums, orders = futures.year(world, futures.last_night(world), RAISED, 0)
    kept = designs.query("seed == @world.seed and life == 0 and threshold == @RAISED").iloc[0]
    for name, value in sums.items():
        assert kept[name] == pytest.approx(value, abs=0.011), name
    assert orders.sum() == sums["orders"]


def test_orders_to_come_are_those_of_the_years_as_things_are(designs):
    coming = data("membership/orders_to_come")
    as_is = designs.query("seed == @futures.SHIPPED.seed and threshold == @futures.AS_IS")
    assert coming["orders"].sum() == pytest.approx(as_is["orders"].mean(), rel=1e-3)
    assert coming["customer_id"].is_unique


def test_the_decision_of_the_section_stands_clear_of_chance(designs):
    """Raising gold beats keeping and dropping it by over 4 standard errors of 20 paired years."""
    shipped = designs[designs["seed"] == futures.SHIPPED.seed]
    net = shipped.assign(net=shipped["margin"] - COST * shipped["members"])
    net = net.pivot(index="life", columns="threshold", values="net")
    for other in (futures.AS_IS, BLACK_ONLY):
        gap = net[RAISED] - net[other]
        assert gap.mean() > 4 * gap.std(ddof=1) / np.sqrt(len(gap))
        assert gap.mean() > 0.08 * (net[RAISED] - net[math.inf]).mean()
