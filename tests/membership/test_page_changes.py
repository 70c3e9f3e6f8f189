"""4.1's decision: the shipped truth is what the twins say, and the tables lead to it."""

from __future__ import annotations

import pytest

from ecomlab import data
from ecomlab.shop.ship import SEED
from ecomlab.shop.world import World
from ecomlab.truth import pages


@pytest.fixture(scope="module")
def shipped():
    return data(pages.NAME).set_index(["change", "pair"])["gain"]


@pytest.mark.parametrize("change", ["payment", "faster"])
def test_the_shipped_gains_are_what_the_twins_give(shipped, change):
    assert pages.gain(World.draw(SEED), change, 0) == pytest.approx(shipped[change, 0], abs=0.006)


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
