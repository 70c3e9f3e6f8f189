"""Bad input: one clear error each."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ecomlab.shop import Campaign, Decision, Experiment, Policy, Run, World, simulate, what_if


@pytest.mark.parametrize(
    ("sizes", "says"),
    [
        ({"customers": -1}, r"customers is -1; it must lie in 1 \.\."),
        ({"customers": 0}, "customers is 0"),
        ({"products": 0}, "products is 0"),
        ({"products": 50}, "multiple of the 12 categories"),
        ({"categories": 13}, "categories is 13"),
        ({"cities": 25}, "cities is 25"),
        ({"agents": 1}, "agents is 1"),
    ],
)
def test_sizes_out_of_range_are_refused(sizes, says):
    with pytest.raises(ValueError, match=says):
        World.draw(1, **sizes)


@pytest.mark.parametrize("customers", [10.5, "10", None, True])
def test_a_size_that_is_no_whole_number_is_refused(customers):
    with pytest.raises(TypeError, match="customers must be a whole number"):
        World.draw(1, customers=customers)


@pytest.mark.parametrize("seed", [1.0, "1", None, True])
def test_a_seed_that_is_no_whole_number_is_refused(seed):
    with pytest.raises(TypeError, match="seed must be a whole number"):
        World.draw(seed)


def test_a_negative_seed_is_refused():
    with pytest.raises(ValueError, match="seed is -1; it must be >= 0"):
        World.draw(-1)
    with pytest.raises(TypeError, match="seed"):
        Run(World.draw(1, customers=10, products=12), seed="x")


def test_a_seed_and_sizes_may_be_numpys():
    world = World.draw(np.int64(5), customers=np.int64(10), products=12)
    assert world == World.draw(5, customers=10, products=12)
    assert repr(world) == repr(World.draw(5, customers=10, products=12))


@pytest.mark.parametrize(
    ("parameters", "error", "says"),
    [
        ({"size": {"customers": -3}}, ValueError, "customers is -3; it must lie in 1"),
        ({"size": {"products": 13}}, ValueError, "multiple of the 12 categories"),
        ({"size": {"categories": 6}}, ValueError, r"demand\.elasticity .* a tuple of 6 numbers"),
        ({"seed": 1.5}, TypeError, "seed must be a whole number, not 1.5"),
        ({"web": {"slow": math.nan}}, ValueError, r"web\.slow is missing; a finite number"),
        ({"demand": {"elasticity": (1.0, 2.0)}}, ValueError, "must be a tuple of 12 numbers"),
        (
            {"demand": {"elasticity": (-1.0,) * 12}},
            ValueError,
            r"elasticity\[0\] is -1; .* above 0",
        ),
        ({"media": {"share": (1.5,) * 5}}, ValueError, r"media\.share\[0\] is 1.5; .* below 1"),
        ({"supply": {"lead": (6.0,)}}, ValueError, "must be a tuple of 2 numbers"),
        ({"promotion": {"horizon": 2.5}}, TypeError, "horizon is 2.5; a whole number is needed"),
        ({"demand": 3}, TypeError, r"world\.demand must be a Demand or changes of one, not 3"),
    ],
)
def test_impossible_worlds_are_refused(parameters, error, says):
    with pytest.raises(error, match=says):
        World.draw(1).replace(**parameters)


@pytest.mark.parametrize("days", [0, -3, 5_000])
def test_days_outside_the_calendar_are_refused(days):
    with pytest.raises(ValueError, match=rf"days is {days}; it must lie in 1 \.\. 1461"):
        simulate(World.draw(1, customers=10, products=12), days=days)


@pytest.mark.parametrize("days", [7.0, "7", True, None])
def test_days_that_are_no_whole_number_are_refused(days):
    with pytest.raises(TypeError, match="days must be a whole number"):
        simulate(World.draw(1, customers=10, products=12), days=days)


def test_an_unknown_parameter_is_named():
    with pytest.raises(ValueError, match=r"policy has no parameter 'prize'; it has agents, "):
        Policy().replace(prize=2)
    with pytest.raises(ValueError, match=r"world\.web has no parameter 'quick'"):
        World.draw(1).replace(web={"quick": 1})


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ({"price_level": 0.0}, "price_level is 0.0"),
        ({"price_level": math.nan}, "price_level is nan"),
        ({"media": (1.0, 1.0)}, "media needs 5 factors: tv, outdoor"),
        ({"media": (1.0, math.nan, 1.0, 1.0, 1.0)}, "the media factor of outdoor is nan"),
        ({"media": (1.0, -1.0, 1.0, 1.0, 1.0)}, "the media factor of outdoor is -1.0"),
        ({"safety_days": -1.0}, "safety_days is -1.0; it must be >= 0"),
        ({"cover_days": 0.0}, "cover_days is 0.0"),
        ({"smoothing": 1.5}, r"smoothing is 1.5; it must be in 0 \.\. 1"),
        ({"agents": (1,) * 23}, "agents needs 24 numbers"),
        (
            {"agents": (0,) * 8 + (2,) * 16},
            "number of agents in hour 0 is 0; it must be at least 1",
        ),
        ({"privileged_tier": 9}, "privileged_tier is 9; it must be at least 0 and at most 4"),
        ({"tier_spend": (1.0, 3.0)}, "tier_spend must rise thrice"),
        ({"tier_spend": (1.0, 3.0, math.inf)}, "tier_spend, CNY, is inf"),
        ({"decisions": (Decision(),)}, "a planned decision needs its day"),
        ({"recommender": "magic"}, "unknown recommender 'magic'; one of none, popularity"),
        ({"features": ("zoom",)}, "unknown page features"),
        ({"tier_spend": (3.0, 2.0, 1.0)}, "tier_spend must rise"),
    ],
)
def test_impossible_policies_are_refused(parameters, says):
    with pytest.raises(ValueError, match=says):
        Policy(**parameters)


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ({"media": None}, "media must be a tuple or list, not None"),
        ({"media": {"tv": 1.0}}, "media must be a tuple or list"),
        ({"features": "filter"}, "features must be a tuple or list, not 'filter'"),
        ({"campaigns": ("spring",)}, "campaigns must hold Campaigns, not 'spring'"),
        ({"privileged_tier": "gold"}, "privileged_tier is 'gold'; a whole number is needed"),
        ({"agents": (1.5,) * 24}, "agents in hour 0 is 1.5; a whole number is needed"),
    ],
)
def test_policies_of_the_wrong_kind_are_refused(parameters, says):
    with pytest.raises(TypeError, match=says):
        Policy(**parameters)


@pytest.mark.parametrize("media", [[1.0, 1.0, 1.0, 1.0, 0.0], np.array([1.0, 1.0, 1.0, 1.0, 0.0])])
def test_a_list_or_an_array_is_as_good_as_a_tuple(media):
    assert Policy(media=media) == Policy(media=(1.0, 1.0, 1.0, 1.0, 0.0))
    assert hash(Policy(media=media, campaigns=[], features=["filter"]))


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ({"levels": (-1.0, 1.0)}, "experiment 'price_test': a level is -1; it must be at least 0"),
        ({"levels": (math.nan, 1.0)}, "a level is missing"),
        ({"levels": (0.8, 1.0, 1.2)}, "has 3 levels and 2 shares"),
        ({"levels": (0.8, 1.2)}, "has no arm of level 1 to compare with"),
        ({"shares": (0.5, 0.6)}, "the shares sum to 1.1; they must sum to 1"),
        ({"start": -1}, "start is -1; it must be at least 0"),
        ({"days": 0}, "days is 0; it must be at least 1"),
        ({"period": 0}, "period is 0; it must be at least 1"),
        ({"name": "city_event", "unit": "city"}, "period is 7; its arms are drawn once, so 0"),
        ({"unit": "city"}, "'price_test' is drawn by product, not by 'city'"),
        ({"name": "luck", "period": 0}, r"unknown experiments \['luck'\]"),
    ],
)
def test_impossible_experiments_are_refused(parts, says):
    usual = {"name": "price_test", "unit": "product", "start": 0, "days": 20, "period": 7}
    arms = {"levels": (0.8, 1.0), "shares": (0.5, 0.5)}
    with pytest.raises(ValueError, match=says):
        Policy(experiments=(Experiment(**(usual | arms | parts)),))


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ({"prices": {3: -0.01}}, "the price of product 3, CNY, is -0.01; it must be >= 0"),
        ({"prices": {3: math.inf}}, "the price of product 3"),
        ({"media": {"tv": math.nan}}, "the media spend on tv is nan"),
        ({"media": {"radio": 1.0}}, "unknown media channel 'radio'; channels are tv, outdoor"),
        ({"orders": {3: -5}}, "the units ordered of product 3 is -5"),
        ({"orders": {3: 2.7}}, "the units ordered of product 3 is 2.7; a whole number"),
        ({"day": -1}, "a decision's day is -1; it must be at least 0"),
        ({"days": 0}, "a decision's days is 0; it must be at least 1"),
        ({"media": {"tv": 9.0}, "cities": (3, 3)}, "city 3 is listed twice"),
    ],
)
def test_impossible_decisions_are_refused(parts, says):
    with pytest.raises(ValueError, match=says):
        Decision(**parts)


@pytest.mark.parametrize("number", [1.5, math.nan, "3", True])
@pytest.mark.parametrize("name", ["day", "days"])
def test_days_of_a_decision_are_whole(name, number):
    with pytest.raises(TypeError, match=f"a decision's {name} is .*; a whole number is needed"):
        Decision(**{name: number})


def test_units_ordered_may_come_from_rounding():
    run = Run(World.draw(1, customers=10, products=12))
    before = run.state.on_order.copy()
    run.step(Decision(orders={1: np.ceil(499.2)}))
    assert run.state.on_order[1] >= before[1] + 500


def test_impossible_campaigns_are_refused():
    with pytest.raises(ValueError, match="campaign 'x': rate is"):
        Campaign("x", 3, rate=1.2)
    with pytest.raises(ValueError, match="must be below its threshold"):
        Campaign("x", 3, threshold=20.0, off=30.0)
    with pytest.raises(TypeError, match=r"campaign 'x': start is 1.5; a whole number is needed"):
        Campaign("x", 1.5)
    with pytest.raises(ValueError, match=r"campaign 'x': a category is 12; .* at most 11"):
        Campaign("x", 3, categories=(12,))
    with pytest.raises(TypeError, match="campaign 'x': days is '7'"):
        Campaign("x", 3, "7")


def test_a_campaign_counts_the_categories_that_the_shop_has():
    offer = Campaign("x", 3, categories=(0, 2, 3, 6))
    assert [offer.part(n) for n in (2, 3, 12)] == [1 / 2, 2 / 3, 4 / 12]
    assert Campaign("x", 3).part(2) == 1


def test_an_action_for_the_past_is_refused():
    run = Run(World.draw(1, customers=10, products=12))
    run.step()
    run.step()
    with pytest.raises(ValueError, match="an action for day 1 came on day 2"):
        run.step(Decision(day=1))
    with pytest.raises(TypeError, match="an action must be a Decision"):
        run.step({"price": 3})
    with pytest.raises(TypeError, match="an action must be a Decision, not 3"):
        run.step(3)
    with pytest.raises(TypeError, match=r"a decision's prices must be a mapping, not \[9.0\]"):
        Decision(prices=[9.0])


def test_what_is_no_world_or_policy_is_named():
    world = World.draw(1, customers=10, products=12)
    for call in (lambda: Run(7), lambda: simulate(7), lambda: what_if(7, None, {})):
        with pytest.raises(TypeError, match=r"a World is needed, not 7; World\.draw\(seed\) makes"):
            call()
    with pytest.raises(TypeError, match="a Policy or None is needed, not"):
        simulate(world, {"price_level": 2})


def test_a_night_of_another_shop_is_refused():
    night = Run(World.draw(1, customers=20, products=12)).snapshot()
    with pytest.raises(ValueError, match="the night is one of a shop of another size"):
        Run(World.draw(1, customers=10, products=12)).restore(night)


def test_a_product_or_city_that_is_not_there_is_named():
    run = Run(World.draw(1, customers=10, products=12))
    with pytest.raises(ValueError, match="there is no product 12; ids run from 0 to 11"):
        run.step(Decision(prices={12: 1.0}))
    with pytest.raises(ValueError, match="there is no city 24; ids run from 0 to 23"):
        run.step(Decision(day=9, media={"tv": 1.0}, cities=(24,)))
    with pytest.raises(TypeError, match="a product's id must be a whole number, not '1'"):
        run.step(Decision(prices={"1": 1.0}))
    # A refused action leaves nothing behind.
    assert run.step()["day"] == 0


def test_what_if_says_what_it_cannot_do():
    world = World.draw(1, customers=10, products=12)
    with pytest.raises(ValueError, match="replications is 1"):
        what_if(world, None, {}, replications=1)
    with pytest.raises(ValueError, match="unknown outcome 'fame'; there are visits"):
        what_if(world, None, {}, days=2, replications=2, outcome="fame")
    with pytest.raises(TypeError, match="change must be"):
        what_if(world, None, 3)
    with pytest.raises(ValueError, match="a planned decision needs its day"):
        what_if(world, None, Decision())
    with pytest.raises(ValueError, match="start is -1; it must be at least 0"):
        what_if(world, None, {}, start=-1)
    with pytest.raises(ValueError, match=r"holds on days 3 \.\. 4, outside .* days 10 \.\. 29"):
        what_if(world, None, Decision(day=3, days=2, prices={0: 1.0}), days=20, start=10)


def test_a_table_that_is_not_there_is_named():
    history = simulate(World.draw(1, customers=10, products=12), days=1)
    with pytest.raises(ValueError, match="there is no table 'order'; there are agents, "):
        history.table("order")
    with pytest.raises(AttributeError, match="there is no table 'order'"):
        _ = history.order
