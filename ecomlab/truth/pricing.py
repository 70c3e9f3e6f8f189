"""What chapter 2 can know: elasticities, listings, what an offer brings."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecomlab.pricing.assortment import listing_effect
from ecomlab.pricing.campaigns import incrementality
from ecomlab.pricing.strategy import elasticity
from ecomlab.shop.campaigns import holders
from ecomlab.shop.experiments import PROGRAMME, WAVE_DAYS, arms_of_few
from ecomlab.shop.ground import lay_out
from ecomlab.shop.history import History
from ecomlab.shop.policy import Campaign, Decision, Policy
from ecomlab.shop.world import World
from ecomlab.truth import panels
from ecomlab.truth.estimand import Estimand, Measured
from ecomlab.truth.past import DAYS, EVERY, past
from ecomlab.truth.twins import Arm, outcomes, pooled

_TEST = next(e for e in PROGRAMME if e.name == "price_test")
_WEEKS = (_TEST.start // 7, _TEST.end // 7)
#: A tenth up and a tenth down, in equal steps of log price.
_STEP = 1.1


@lru_cache(maxsize=1)
def own_elasticity(world: World) -> Measured:
    """Arc elasticity of a product alone at +-10 %, all products pooled; it is always in stock.

    In each pair one product of every category changes price for four weeks; twenty positions in
    the list and three nights make sixty pairs, and every product has been changed.
    """
    size, days, found = world.size, 28, []
    for start in (196, 364, 532):
        for place in range(size.per_category):
            ids = [c * size.per_category + place for c in range(size.categories)]
            night = past(world).night(start, plenty=ids)

            def units(blocks: dict, ids: list[int] = ids) -> float:
                lines = blocks["lines"]
                return float(lines["units"][np.isin(lines["product_id"], ids)].sum())

            arms = [
                Arm(
                    Policy().without(),
                    (Decision(days=days, price_factor=dict.fromkeys(ids, factor)),),
                )
                for factor in (_STEP, 1 / _STEP)
            ]
            found.append(outcomes(world, arms, night, days, 1, units)[0])
    return pooled(np.array(found), lambda mean: np.log(mean[0] / mean[1]) / np.log(_STEP**2))


def by_price_test(history: History) -> Measured:
    """Poisson with product and week effects; the price is moved by the random level alone."""
    weeks = panels.product_weeks(history, *_WEEKS)
    test = panels.arms(history, "price_test")
    level = test.assign(week=panels.day_of(test["starts_on"]) // 7)
    level = level.rename(columns={"unit_id": "product_id"})[["product_id", "week", "level"]]
    weeks = weeks.merge(level, on=["product_id", "week"], validate="one_to_one")
    found = elasticity(weeks, instrument="level", exposure="days").loc["all"]
    return found["elasticity"], found["se"]


def by_cost(history: History) -> Measured:
    """Poisson with product and category-week effects; the price is moved by cost alone."""
    weeks = panels.product_weeks(history, 0, _WEEKS[0])
    found = elasticity(
        weeks, instrument="unit_cost", exposure="days", effects=("product_id", "category_week")
    ).loc["all"]
    return found["elasticity"], found["se"]


def log_log(history: History) -> float:
    """Least squares of log units on log price over product-weeks, zeros left out."""
    days = panels.product_days(history)
    weeks = days[days["week"] < _WEEKS[0]].groupby(["product_id", "week"], as_index=False)
    weeks = weeks.agg(units=("units", "sum"), price=("price", "mean"))
    return float(elasticity(weeks, method="ols").loc["all", "elasticity"])


#: Nothing of an offer is counted later than this after its last day.
_AFTER = 14


def _offers(policy: Policy) -> list[Campaign]:
    """The offers that were held out from half of the customers, and lie within two years."""
    return [c for c in policy.campaigns if c.holdout and c.end + _AFTER <= DAYS]


def net_orders(world: World) -> Measured:
    """What a coupon does to who holds it, offer by offer, summed over the offers.

    The twins differ in the offers alone: the same people hold the coupon, or there is none. What
    the held-out lose because holders empty the shelves belongs to what the arms differ by, so it
    is part of the truth of the comparison (and not of what the shop gains). Four pairs an offer.
    """
    policy, pairs = Policy(), 4
    none = policy.replace(campaigns=tuple(c for c in policy.campaigns if not c.holdout))
    ground = lay_out(world)
    total = np.zeros((pairs, 2))
    for offer in _offers(policy):
        start = offer.start // EVERY * EVERY
        known = ground.people.buyer & (ground.people.arrival < offer.start)
        holder = holders(ground, offer)
        weight = known * np.where(holder, 1 / (known & holder).sum(), -1 / (known & ~holder).sum())

        def orders(blocks: dict, offer: Campaign = offer, weight: NDArray = weight) -> float:
            rows = blocks["orders"]
            return float(weight[rows["customer_id"]][rows["day"] >= offer.start].sum())

        night, days = past(world).night(start), offer.end + _AFTER - start
        total += outcomes(world, [Arm(policy), Arm(none)], night, days, pairs, orders)
    return pooled(total, lambda mean: mean[0] - mean[1])


def by_holdout(history: History) -> Measured:
    """Holders less those held out, with the orders before as covariate, summed over offers."""
    names = [c.name for c in _offers(history.policy)]
    found = incrementality(history, names, after=_AFTER).loc["all"]
    return found["per_customer"], found["se"]


def against_normal(history: History) -> float:
    """Orders of the offer's days less as many days of the four weeks before, per holder."""
    offers = _offers(history.policy)
    gain = 0.0
    for offer in offers:
        held = panels.arms(history, "coupon_holdout", offer.name).sort_values("unit_id")
        registered = panels.day_of(history.customers["registered_on"].fillna(pd.Timestamp.max))
        who = (held["arm"] == 1).to_numpy() & (registered < offer.start)
        during = panels.counted(history, offer.start, offer.end)[who].mean()
        before = panels.counted(history, offer.start - 28, offer.start)[who].mean()
        gain += during - before * offer.days / 28
    return gain


_ROLLOUT = next(e for e in PROGRAMME if e.name == "listing_rollout")


def listing_waves(world: World) -> Measured:
    """Log sales of a wave's products, their listings completed after those of earlier waves.

    Seven runs of eight weeks: nobody's listing, the first wave's, the first two waves' ... The
    ratio of a run to the one before, on the wave that differs, summed over waves by units.
    """
    start, days = 448, 56
    night = past(world).night(start, plenty=range(world.size.products))
    base = Policy().without("price_test", "listing_rollout")
    waves = arms_of_few(_ROLLOUT, world.size.products, world)
    last = len(_ROLLOUT.levels)

    def begun(done: int) -> Policy:
        """The first ``done`` waves are complete from the night on, the others come later."""
        if not done:
            return base
        begin = start - (done - 1) * WAVE_DAYS["listing_rollout"]
        moved = replace(_ROLLOUT, start=begin)
        return base.replace(experiments=(*base.experiments, moved))

    def units(blocks: dict) -> NDArray:
        lines = blocks["lines"]
        return np.bincount(waves[lines["product_id"]], lines["units"], minlength=last)

    arms = [Arm(begun(done)) for done in range(last + 1)]
    found = outcomes(world, arms, night, days, 4, units)

    def effect(mean: NDArray) -> float:
        each = np.arange(last)
        return float(np.log(mean[each + 1, each].sum() / mean[each, each].sum()))

    return pooled(found, effect)


def by_rollout(history: History) -> Measured:
    """Poisson with product and week effects; log price, and ample days only."""
    first, end = 8, _ROLLOUT.start // 7 + len(_ROLLOUT.levels) * 12
    weeks = panels.product_weeks(history, first, min(end, DAYS // 7))
    weeks["log_price"] = np.log(weeks["price"])
    goods = panels.arms(history, "listing_rollout")
    goods = pd.DataFrame(
        {"product_id": goods["unit_id"], "completed": panels.day_of(goods["starts_on"]) // 7}
    )
    found = listing_effect(weeks, goods, controls=["log_price"], exposure="days").loc["listing"]
    return found["effect"], found["se"]


def well_shown_against_bare(history: History) -> float:
    """Log units of products on listing, within categories, before anything was rolled out.

    Told for the step that the roll-out took: from the mean listing to a complete one.
    """
    days = panels.product_days(history)
    goods = days[days["day"] < _ROLLOUT.start].groupby("product_id")
    goods = goods.agg(category=("category", "first"), units=("units", "mean"),
                      listing=("listing", "first"))  # fmt: skip
    goods = goods[goods["units"] > 0]
    step = float(1 - goods["listing"].mean())
    both = goods.assign(units=np.log(goods["units"]))[["units", "listing"]]
    gap = both - both.groupby(goods["category"], observed=True).transform("mean")
    return step * float((gap["listing"] * gap["units"]).sum() / (gap["listing"] ** 2).sum())


ESTIMANDS = (
    Estimand(
        name="own-price elasticity, price test",
        section="pricing.strategy",
        unit="% of units per % of price",
        meaning="arc elasticity of one product at +-10 % over four weeks, other prices as they "
        "are, pooled over all products by units; it never runs out, others as they do",
        tolerance=0.4,
        truth=own_elasticity,
        reference=by_price_test,
        naive=log_log,
        method="Poisson, product and week effects, random price level as instrument, ample days",
        fallacy="least squares on logarithms, zero weeks dropped, price taken as given",
    ),
    Estimand(
        name="own-price elasticity, cost shifter",
        section="pricing.strategy",
        unit="% of units per % of price",
        meaning="as by the price test",
        tolerance=0.6,
        truth=own_elasticity,
        reference=by_cost,
        naive=log_log,
        method="Poisson, product and category-week effects, unit cost as instrument, ample days",
        fallacy="least squares on logarithms, zero weeks dropped, price taken as given",
    ),
    Estimand(
        name="coupon campaigns, net orders",
        section="pricing.campaigns",
        unit="orders per holder",
        meaning="orders more of a registered holder than of one held out, in the offer's days and "
        "the 14 after, summed over the offers; both buy from the same shelves, as they were",
        tolerance=0.16,
        relative=True,
        truth=net_orders,
        reference=by_holdout,
        naive=against_normal,
        method="arms of the hold-out, orders before as covariate, 14 days after counted",
        fallacy="the offer's days less a normal week: festival and pull-forward taken for effect",
    ),
    Estimand(
        name="complete listing, sales",
        section="pricing.assortment",
        unit="log units",
        meaning="log sales of a wave's products with complete listings against as they were, over "
        "eight weeks, earlier waves complete; shelves never empty",
        tolerance=0.15,
        truth=listing_waves,
        reference=by_rollout,
        naive=well_shown_against_bare,
        method="Poisson with product and week effects, ample days",
        fallacy="fuller listings against barer ones of a category: good goods are shown well",
    ),
)
