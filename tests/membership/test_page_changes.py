"""The decisions of 4.1 and 4.4: the shipped truth is the twins', and the tables lead to it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from ecomlab import data
from ecomlab.shop.ship import SEED
from ecomlab.shop.world import World
from ecomlab.truth import pages


@pytest.fixture(scope="module")
def shipped():
    return data(pages.NAME).set_index(["change", "pair"])["gain"]


#: What the four changes of 4.1 cost a year, CNY; a test holds the lesson to it.
COSTS = {"faster": 100_000, "filter": 420_000, "recommender": 400_000, "payment": 20_000}
LESSON = Path(__file__).parents[2] / "course/lessons/membership/interface.md"


@pytest.mark.parametrize(("change", "pair"), [("payment", pages.PAIRS - 1), ("faster", 0)])
def test_the_shipped_gains_are_what_the_twins_give(shipped, change, pair):
    found = pages.gain(World.draw(SEED), change, pair)
    assert found == pytest.approx(shipped[change, pair], abs=0.006)


def test_every_change_has_all_its_pairs(shipped):
    assert (shipped.groupby("change").size() == pages.PAIRS).all()


def test_the_change_to_build_leads_by_far_more_than_its_error(shipped):
    """4.1: after a year's cost, faster pages, and nothing else pays for itself."""
    assert f'"cost": [{", ".join(f"{cost:_}" for cost in COSTS.values())}]' in LESSON.read_text()
    net = shipped.unstack("pair").loc[list(COSTS)].sub(pd.Series(COSTS), axis=0)
    first, second = net.mean(axis=1).sort_values(ascending=False).index[:2]
    lead = net.loc[first] - net.loc[second]
    assert first == "faster"
    assert lead.mean() > 3.5 * lead.sem()
    assert (net.drop("faster").mean(axis=1) < 0).all()


def test_every_change_adds_margin_and_each_pair_agrees_within_a_third(shipped):
    gains = shipped.unstack("pair")
    assert set(gains.index) == {"faster", "filter", "recommender", "payment", "phones"}
    assert (gains > 0).all(axis=None)
    assert (gains.sem(axis=1) < gains.mean(axis=1) / 3).all()


def test_the_friction_to_mend_first_leads_by_far_more_than_its_error(shipped):
    """4.4: of equal work, the filter; its lead is not a matter of the draws."""
    gains = shipped.unstack("pair").loc[["filter", "phones", "payment"]]
    first, second = gains.mean(axis=1).sort_values(ascending=False).index[:2]
    lead = gains.loc[first] - gains.loc[second]
    assert first == "filter"
    assert lead.mean() > 3.5 * lead.sem()
