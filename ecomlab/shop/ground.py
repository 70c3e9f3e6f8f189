"""What stands before the first day: the world laid out, and the plan of the days to come."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ecomlab.shop import calendar, faults, media
from ecomlab.shop.catalogue import (
    Catalogue,
    Cities,
    Suppliers,
    affinity,
    catalogue,
    cities,
    suppliers,
)
from ecomlab.shop.customers import Customers, customers, taste_class
from ecomlab.shop.experiments import arms_of_few, wave_start
from ecomlab.shop.keys import Floats
from ecomlab.shop.policy import Decision, Policy
from ecomlab.shop.world import CHANNELS, World

FEN = 100


@dataclass(frozen=True)
class Ground:
    """A world's entities as arrays; shared by every run of the world, never written to."""

    world: World
    goods: Catalogue
    people: Customers
    cities: Cities
    suppliers: Suppliers
    classes: NDArray[np.int64]
    affinity: Floats


@lru_cache(maxsize=4)
def lay_out(world: World) -> Ground:
    """Draw the world's entities (cached: twins and replications share them)."""
    towns = cities(world)
    people = customers(world, towns.share)
    return Ground(
        world=world,
        goods=catalogue(world),
        people=people,
        cities=towns,
        suppliers=suppliers(world),
        classes=taste_class(people),
        affinity=affinity(world),
    )


@dataclass(frozen=True)
class Plan:
    """What each day brings if nothing is decided on the way; arrays by day first.

    Prices and costs are fen; ``spend`` is fen by channel and city.
    """

    calendar: Floats
    load: Floats
    slow_shipping: Floats
    price: NDArray[np.int64]
    list_price: NDArray[np.int64]
    cost: NDArray[np.int64]
    shock: Floats
    listing: Floats
    spend: Floats
    visits: Floats
    payment: Floats
    latency: Floats
    mobile: Floats
    delay: NDArray[np.bool_]

    @property
    def days(self) -> int:
        """How many days are planned."""
        return len(self.calendar)


@dataclass(frozen=True)
class Today:
    """One row of the plan, with the decisions in force."""

    day: int
    calendar: float
    price: NDArray[np.int64]
    list_price: NDArray[np.int64]
    cost: NDArray[np.int64]
    shock: Floats
    listing: Floats
    spend: Floats
    visits: Floats
    payment: float
    latency: float
    mobile: Floats
    slow_shipping: float
    delay: bool
    extra_orders: dict[int, int]


@lru_cache(maxsize=8)
def plan(world: World, policy: Policy, days: int) -> Plan:
    """The plan of the first ``days`` days; a longer plan starts with the shorter one."""
    ground = lay_out(world)
    goods, weeks = ground.goods, -(-days // 7)
    week = np.arange(days) // 7
    shocks = faults.demand_shocks(world, weeks)
    log_cost = faults.cost_shocks(world, goods, weeks)
    cost = np.rint(goods.cost * np.exp(log_cost))
    rule = goods.price * policy.price_level
    rule = rule * np.exp(policy.pass_through * log_cost + policy.follow_demand * shocks)
    listed = np.maximum(np.rint(rule / 10) * 10, np.rint(cost * 1.02))[week]
    index = calendar.demand_index(days)
    trace = faults.traces(world, days)
    visits = np.repeat(trace["visits"][:, None], world.size.cities, axis=1)
    event = policy.experiment("city_event")
    if event:
        arms = arms_of_few(event, world.size.cities, world)
        visits[event.start : event.end] *= np.exp(world.shocks.event * np.array(event.levels)[arms])
    delay = np.zeros(days, dtype=bool)
    if test := policy.experiment("page_delay"):
        delay[test.start : test.end] = True
    return Plan(
        calendar=index,
        load=calendar.load_index(days),
        slow_shipping=calendar.shipping_slowdown(days),
        price=np.rint(listed * _price_test(world, policy, days) / 10).astype(np.int64) * 10,
        list_price=listed.astype(np.int64),
        cost=cost.astype(np.int64)[week],
        shock=shocks[week],
        listing=_listing(ground, policy, days),
        spend=media.planned_spend(world, policy, index, ground.cities.share),
        visits=np.rint(visits * 65536) / 65536,
        payment=trace["payment"],
        latency=trace["latency"],
        mobile=faults.mobile_share(world, days),
        delay=delay,
    )


def _price_test(world: World, policy: Policy, days: int) -> Floats:
    """The randomised price factor by day and product; 1 where no test runs."""
    factor = np.ones((days, world.size.products))
    test = policy.experiment("price_test")
    if test:
        for start in range(test.start, min(test.end, days), test.period):
            arms = arms_of_few(test, world.size.products, world, test.block(start))
            factor[start : min(start + test.period, test.end)] = np.array(test.levels)[arms]
    return factor


def _listing(ground: Ground, policy: Policy, days: int) -> Floats:
    """Listing completeness by day and product: raised to 1 when a product's wave is due."""
    level = np.tile(ground.goods.listing, (days, 1))
    rollout = policy.experiment("listing_rollout")
    if rollout:
        waves = arms_of_few(rollout, level.shape[1], ground.world)
        for wave in range(len(rollout.levels)):
            begin = wave_start(rollout, wave)
            level[begin:, waves == wave] = 1.0
    return level


def today(plan: Plan, day: int, decisions: tuple[Decision, ...]) -> Today:
    """The plan's row for a day with the decisions that hold on it."""
    row = Today(
        day=day,
        calendar=float(plan.calendar[day]),
        price=plan.price[day],
        list_price=plan.list_price[day],
        cost=plan.cost[day],
        shock=plan.shock[day],
        listing=plan.listing[day],
        spend=plan.spend[day],
        visits=plan.visits[day],
        payment=float(plan.payment[day]),
        latency=float(plan.latency[day] * plan.load[day]),
        mobile=plan.mobile[day],
        slow_shipping=float(plan.slow_shipping[day]),
        delay=bool(plan.delay[day]),
        extra_orders={},
    )
    for decision in decisions:
        if decision.holds(day):
            row = _decided(row, decision)
    return row


def _decided(row: Today, decision: Decision) -> Today:
    price, spend, orders = row.price.copy(), row.spend.copy(), dict(row.extra_orders)
    for product, factor in decision.price_factor.items():
        price[product] = round(price[product] * factor)
    for product, value in decision.prices.items():
        price[product] = round(value * FEN)
    towns = np.array(decision.cities or range(spend.shape[1]))
    for channel, factor in decision.media_factor.items():
        spend[CHANNELS.index(channel), towns] *= factor
    for channel, value in decision.media.items():
        spend[CHANNELS.index(channel), towns] = value * FEN / len(towns)
    for product, units in decision.orders.items():
        if decision.day == row.day:
            orders[product] = int(units)
    return replace(row, price=price, spend=np.rint(spend), extra_orders=orders)


def check_ids(decision: Decision, world: World) -> None:
    """Refuse a decision about a product or a city that is not there."""
    for what, count, named in (
        ("product", world.size.products, decision.prices),
        ("product", world.size.products, decision.price_factor),
        ("product", world.size.products, decision.orders),
        ("city", world.size.cities, decision.cities),
    ):
        for number in named:
            if isinstance(number, bool) or not hasattr(number, "__index__"):
                raise TypeError(f"a {what}'s id must be a whole number, not {number!r}")
            if number not in range(count):
                raise ValueError(f"there is no {what} {number}; ids run from 0 to {count - 1}")


@dataclass(frozen=True)
class Fixed:
    """What a run looks up every day and never changes."""

    ground: Ground
    plan: Plan
    policy: Policy
    seed: int
    base: Floats
    slope: Floats
    leave: NDArray[np.int32]
    arms: NDArray[np.int64]
