"""Effects of the design recovered from twin runs: price, offers, advertising, pages, tiers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ecomlab.shop import (
    Campaign,
    Decision,
    Experiment,
    Policy,
    Run,
    World,
    calendar,
    delivery,
    demand,
    what_if,
)
from ecomlab.shop.ground import lay_out
from ecomlab.shop.world import CHANNELS

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


# What twin policies cannot part: the parts of the model themselves, and twin worlds.


def test_a_great_day_lifts_three_to_eight_times_with_a_slump_before_and_a_dip_after():
    index = calendar.demand_index(730)
    for festival in calendar.festivals():
        if festival.name not in calendar.LIFTS or festival.day > 700:
            continue
        usual = np.median(index[festival.day - 42 : festival.day + 43])
        assert 2.5 < index[festival.day] / usual < 8, festival
        assert index[festival.day - 5 : festival.day - 1].mean() < 0.9 * usual, festival
        assert index[festival.day + 3 : festival.day + 10].mean() < usual, festival


def test_parcels_are_slow_around_chinese_new_year():
    slow = calendar.shipping_slowdown(730)
    for when in calendar.CHINESE_NEW_YEAR[:2]:
        eve = calendar.day_of(when) - 1
        assert slow[eve] > 5
        assert slow[eve - 30] == 0 == slow[eve + 30]


def test_rates_and_dropout_are_those_of_bg_nbd():
    people, repeat = lay_out(WORLD).people, WORLD.repeat
    rate = people.mission[people.buyer].astype(float)
    assert people.buyer.mean() == pytest.approx(repeat.buyers, abs=0.03)
    assert rate.mean() == pytest.approx(repeat.r / repeat.alpha, rel=0.08)
    assert rate.std() == pytest.approx(np.sqrt(repeat.r) / repeat.alpha, rel=0.10)
    assert people.leave.mean() == pytest.approx(repeat.a / (repeat.a + repeat.b), rel=0.06)
    per_order = repeat.a / (repeat.a + repeat.b) / WORLD.demand.mission_conversion
    assert 0.11 <= per_order <= 0.13


def test_what_an_advertisement_leaves_decays_by_its_share_a_week():
    """A burst of one week against none: what is left of the difference, a week on."""
    burst = Decision(day=0, days=7, media_factor=dict.fromkeys(CHANNELS, 3.0))
    left = []
    for run in (Run(WORLD, CALM), Run(WORLD, CALM.decide(burst))):
        stock = []
        for day in range(14):
            run.step()
            if day in (6, 13):
                stock.append(run.state.adstock.sum(axis=1))
        left.append(np.array(stock))
    gap = left[1] - left[0]
    np.testing.assert_allclose(gap[1] / gap[0], WORLD.media.decay, atol=0.002)


def test_a_place_in_the_list_changes_what_is_seen_and_not_what_is_bought_once_seen():
    from ecomlab.shop.keys import NEVER, entities

    each = WORLD.size.per_category
    rank = np.tile(np.arange(each), (WORLD.size.categories, 1))
    table = np.zeros((1, WORLD.size.categories, each), dtype=np.int32)
    bits = entities(20_000, 1, "visit")
    nought = np.zeros(len(bits), dtype=np.int64)

    def points(order):
        limits = demand.look_limits(WORLD, order)
        return demand.score(table, limits, nought, nought, nought, bits, seed=1)

    up, down = points(rank), points(rank[:, ::-1])
    seen = (up > NEVER // 2).mean(axis=0)
    first, decay = WORLD.demand.look
    np.testing.assert_allclose(seen, first * decay ** np.arange(each), atol=0.012)
    both = (up > NEVER // 2) & (down > NEVER // 2)
    assert both.any(axis=0).all()
    assert (up[both] == down[both]).all()


def test_a_day_faster_sells_what_the_field_says():
    """Orders by city in twin worlds; ten times the effect, as one part in sixty drowns."""
    world = World.draw(21, customers=20_000)
    strong, by_city = 10 * world.demand.fast_day, []
    assert strong == 0.15
    for fast_day in (0.0, strong):
        run = Run(world.replace(demand={"fast_day": fast_day}), CALM, record=True)
        for _ in range(100):
            run.step()
        city = np.concatenate([b["city_id"] for b in run.blocks["orders"]])
        by_city.append(np.bincount(city, minlength=world.size.cities))
    before, after = by_city
    promised = delivery.promised_days(lay_out(world))
    slope = np.polyfit(promised, np.log(after / before), 1, w=np.sqrt(before))[0]
    # It is on the log odds: of those who would buy anyway (a third, with intent) none is won.
    assert 0.5 * strong < -slope < 1.1 * strong


def test_a_star_more_sells_five_to_nine_percent():
    """Displayed stars of every second product set to two or to five, everything else alike."""
    run = Run(WORLD, CALM)
    for _ in range(START):
        run.step()
    night, sold = run.snapshot(), []
    for stars in (2, 5):
        shown = night.state.copy()
        shown.stars[:, ::2] = [[10_000 * stars], [10_000]]
        twin = Run.resume(WORLD, CALM, replace(night, state=shown))
        for _ in range(DAYS):
            twin.step()
        sold.append(sum(units[::2].sum() for units in twin.sold[-DAYS:]))
    assert (sold[1] / sold[0]) ** (1 / 3) - 1 == pytest.approx(WORLD.demand.star, abs=0.025)


def test_privileges_lift_visits_of_those_who_have_them_by_their_parameter():
    """Twins from one night on; who has privileges that night, for as long as the tier lasts."""
    run = Run(WORLD, CALM)
    for _ in range(84):
        run.step()
    night, visits = run.snapshot(), []
    for lowest in (4, 1):
        twin = Run.resume(WORLD, CALM.replace(privileged_tier=lowest), night, record=True)
        twin.step()
        having = twin.state.tier >= 1
        for _ in range(27):
            twin.step()
        came = np.concatenate([b["customer_id"] for b in twin.blocks["visits"]])
        visits.append(having[came].sum())
    assert np.log(visits[1] / visits[0]) == pytest.approx(WORLD.membership.privilege, abs=0.08)
