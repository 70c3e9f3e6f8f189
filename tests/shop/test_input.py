"""Bad input: one clear error each."""

from __future__ import annotations

import math

import pytest

from ecomlab.shop import Campaign, Decision, Policy, Run, World, simulate, what_if


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
        ({"recommender": "magic"}, "unknown recommender 'magic'; one of none, popularity"),
        ({"features": ("zoom",)}, "unknown page features"),
        ({"tier_spend": (3.0, 2.0, 1.0)}, "tier_spend must rise"),
    ],
)
def test_impossible_policies_are_refused(parameters, says):
    with pytest.raises(ValueError, match=says):
        Policy(**parameters)


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ({"prices": {3: -0.01}}, "the price of product 3, CNY, is -0.01; it must be >= 0"),
        ({"prices": {3: math.inf}}, "the price of product 3"),
        ({"media": {"tv": math.nan}}, "the media spend on tv is nan"),
        ({"media": {"radio": 1.0}}, "unknown media channel 'radio'; channels are tv, outdoor"),
        ({"orders": {3: -5}}, "the units ordered of product 3 is -5"),
        ({"day": -1}, "day must be >= 0"),
        ({"days": 0}, "days >= 1"),
    ],
)
def test_impossible_decisions_are_refused(parts, says):
    with pytest.raises(ValueError, match=says):
        Decision(**parts)


def test_impossible_campaigns_are_refused():
    with pytest.raises(ValueError, match="campaign 'x': rate is"):
        Campaign("x", 3, rate=1.2)
    with pytest.raises(ValueError, match="must be below its threshold"):
        Campaign("x", 3, threshold=20.0, off=30.0)


def test_an_action_for_the_past_is_refused():
    run = Run(World.draw(1, customers=10, products=12))
    run.step()
    run.step()
    with pytest.raises(ValueError, match="an action for day 1 came on day 2"):
        run.step(Decision(day=1))
    with pytest.raises(TypeError, match="an action must be a Decision"):
        run.step({"price": 3})


def test_a_product_or_city_that_is_not_there_is_named():
    run = Run(World.draw(1, customers=10, products=12))
    with pytest.raises(ValueError, match="there is no product 12; ids run from 0 to 11"):
        run.step(Decision(prices={12: 1.0}))
    with pytest.raises(ValueError, match="there is no city 24; ids run from 0 to 23"):
        run.step(Decision(day=9, media={"tv": 1.0}, cities=(24,)))
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


def test_a_table_that_is_not_there_is_named():
    history = simulate(World.draw(1, customers=10, products=12), days=1)
    with pytest.raises(ValueError, match="there is no table 'order'; there are agents, "):
        history.table("order")
    with pytest.raises(AttributeError, match="there is no table 'order'"):
        _ = history.order
