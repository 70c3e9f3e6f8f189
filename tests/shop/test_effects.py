"""Effects of the design recovered from twin runs: price, offers, advertising, pages, tiers."""

from __future__ import annotations

import numpy as np
import pytest

from ecomlab.shop import Campaign, Decision, Experiment, Policy, World, what_if

WORLD = World.draw(21, customers=6_000)
#: Plenty of stock, nothing tested, no offers: one effect at a time.
CALM = Policy().without().replace(campaigns=(), safety_days=60.0, cover_days=60.0)
START, DAYS = 70, 42


def effect(change, outcome, *, days=DAYS, replications=3, policy=CALM):
    return what_if(
        WORLD, policy, change, days=days, start=START, replications=replications, outcome=outcome
    )


def one_of_each_category() -> list[int]:
    """The product of median appeal of each category, so that shares are neither tiny nor large."""
    from ecomlab.shop.catalogue import catalogue

    goods = catalogue(WORLD)
    each = WORLD.size.per_category
    value = np.where(goods.launch == 0, goods.appeal.mean(axis=0), -9).reshape(-1, each)
    return [int(c * each + np.argsort(row)[-4]) for c, row in enumerate(value)]


PRODUCTS = one_of_each_category()


def units(sums) -> float:
    return float(sums["sold"][:, PRODUCTS].sum())


def test_own_price_elasticity_is_that_of_the_literature():
    def priced(factor):
        return Decision(day=START, days=DAYS, price_factor=dict.fromkeys(PRODUCTS, factor))

    dear = CALM.decide(priced(1.1))
    arc = effect(CALM.decide(priced(1 / 1.1)), units, policy=dear, replications=5)
    elasticity = -np.log(arc.changed.mean() / arc.base.mean()) / np.log(1.21)
    assert -3.6 < elasticity < -1.8


def test_a_fifth_off_sells_more_by_what_elasticities_of_1_8_to_3_6_say():
    cut = Decision(day=START, days=DAYS, price_factor=dict.fromkeys(PRODUCTS, 0.8))
    assert 1.25**1.8 - 1 < effect(cut, units, replications=6).relative < 1.25**3.6 - 1


def test_an_offer_borrows_part_of_its_gain_from_the_weeks_after():
    offer = {"campaigns": (Campaign("offer", START, 7, rate=0.3),)}
    during = effect(offer, "orders", days=7)
    after = effect(offer, "orders", days=28)
    assert during.relative > 0.7
    assert 0.3 * during.mean < after.mean < 0.85 * during.mean


@pytest.mark.parametrize("channel", [0, 2])
def test_a_channel_shut_off_costs_its_share_of_visits(channel):
    media = [1.0] * 5
    media[channel] = 0.0
    long_run = effect(
        {"media": tuple(media)}, lambda s: s["visits"][28:].sum(), days=70, replications=2
    )
    # The share is defined at usual spend; actual spend varies around it from week to week.
    assert long_run.relative == pytest.approx(-WORLD.media.share[channel], abs=0.03)


def test_advertising_elasticity_is_that_of_the_literature():
    more = effect({"media": (1.5,) * 5}, "visits", days=70)
    elasticity = np.log1p(more.relative) / np.log(1.5)
    assert 0.10 < elasticity < 0.35


def test_brand_search_moves_no_visit_and_no_order():
    off = {"media": (1.0, 1.0, 1.0, 1.0, 0.0)}
    moved = effect(off, lambda s: s["visits"].sum() + s["revenue"].sum(), replications=2)
    assert moved.mean == 0 == moved.se
    assert effect(off, "profit", replications=2).mean > 0


def test_slow_pages_cost_conversion():
    slow = Experiment("page_delay", "visit", START, DAYS, (600.0, 600.0), (0.5, 0.5))

    def odds(sums):
        rate = sums["orders"].sum() / sums["visits"].sum()
        return float(np.log(rate / (1 - rate)))

    slower = effect({"experiments": (slow,)}, odds, replications=4)
    assert -0.020 < slower.mean / 6 < -0.008
    assert slower.se < 0.004 * 6


def test_the_filter_and_better_recommendations_help():
    assert 0.04 < effect({"features": ("filter",)}, "orders").relative < 0.25
    better = effect({"recommender": "hybrid"}, "orders")
    none = effect({"recommender": "none"}, "orders")
    assert better.mean > 0 > none.mean


def test_privileges_bring_more_than_they_cost_in_orders():
    nobody = effect({"privileged_tier": 4}, "orders", days=60)
    assert nobody.mean < 0


def test_a_complete_listing_sells():
    """Raising every listing early, against late: the roll-out is the only difference."""
    early = Experiment("listing_rollout", "product", START, 10, (0.0,), (1.0,))
    gain = effect({"experiments": (early,)}, "units")
    assert gain.relative > 0.03


def test_an_event_lifts_its_cities():
    held = Experiment("city_event", "city", START, DAYS, (0.0, 1.0), (0.0, 1.0))
    lift = effect({"experiments": (held,)}, "visits", replications=2)
    browse_and_intent = np.exp(WORLD.shocks.event) - 1
    assert lift.relative == pytest.approx(browse_and_intent, abs=0.03)
