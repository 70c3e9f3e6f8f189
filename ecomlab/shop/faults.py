"""What happens to the shop without anyone deciding it: incidents, city drivers, cost shocks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecomlab.shop.calendar import festivals
from ecomlab.shop.catalogue import Catalogue
from ecomlab.shop.keys import Floats, draw, entities, key, normal, shuffled, uniform
from ecomlab.shop.world import World

INCIDENTS = ("visits_drop", "payment_failure", "slow_pages")
DRIVERS = ("fast_network", "payment_app", "device_subsidy")
#: Incidents and drivers are laid out over the first two years, whatever the run's length.
TWO_YEARS = 730


@dataclass(frozen=True)
class Incident:
    """One injected fault: its kind, first day, length and size (a share, or a factor)."""

    kind: str
    start: int
    days: int
    size: float


def incidents(world: World) -> tuple[Incident, ...]:
    """The shop's incidents, evenly spread, at least eight days off any festival."""
    count = world.shocks.incidents
    if not count:
        return ()
    u = uniform(draw(entities(count, world.seed, "incident"), key(world.seed, "when")))
    v = uniform(draw(entities(count, world.seed, "incident"), key(world.seed, "size")))
    festive = np.array([f.day for f in festivals()])
    slot = (TWO_YEARS - 60) // count
    found = []
    for i in range(count):
        day = 45 + i * slot + int(u[i] * max(slot - 12, 1))
        while np.abs(festive - day).min() < 12:
            day += 1
        kind = INCIDENTS[(0, 1, 0, 2)[i % 4]]
        low, high = {"visits_drop": (0.30, 0.45), "payment_failure": (0.35, 0.5)}.get(
            kind, (2.0, 2.6)
        )
        found.append(
            Incident(kind, day, 4 + int(u[i] * 1000) % 3, float(low + (high - low) * v[i]))
        )
    return tuple(found)


def traces(world: World, days: int) -> dict[str, Floats]:
    """Incidents by day: factor on visits, log-odds lost at payment, factor on latency."""
    visits, payment, latency = np.ones(days), np.zeros(days), np.ones(days)
    for one in incidents(world):
        when = slice(one.start, one.start + one.days)
        if one.kind == "visits_drop":
            visits[when] *= 1 - one.size
        elif one.kind == "payment_failure":
            payment[when] -= -np.log1p(-one.size) * 1.6
        else:
            latency[when] *= one.size
    return {"visits": visits, "payment": payment, "latency": latency}


def driver_starts(world: World) -> NDArray[np.int64]:
    """The day from which each driver works in each city, shape (drivers, cities).

    Staggered: the cities of a driver are drawn into months 3 .. 21, in random order.
    """
    cities = world.size.cities
    starts = np.empty((len(DRIVERS), cities), dtype=np.int64)
    for driver in range(len(DRIVERS)):
        order = shuffled(cities, key(world.seed, "driver", driver))
        starts[driver, order] = 60 + (np.arange(cities) * 570) // cities
    return starts


def mobile_share(world: World, days: int) -> Floats:
    """The chance that a visit is mobile by day and city, shape (days, cities).

    City level + national trend + the drivers that work there.
    """
    level = 0.46 + 0.12 * uniform(
        draw(entities(world.size.cities, world.seed, "city"), key(world.seed, "mobile"))
    )
    t = np.arange(days)[:, None]
    share = level + 0.03 * t / 365 + 0.012 * np.cos(2 * np.pi * t / 365)
    for effect, starts in zip(world.shocks.drivers, driver_starts(world), strict=True):
        share = share + effect * (t >= starts)
    return np.clip(share, 0.02, 0.97)


def _persistent(world: World, name: str, units: int, weeks: int, sd: float) -> Floats:
    """A stationary first-order autoregression by week and unit, shape (weeks, units)."""
    rho = world.supply.persistence
    hashes = entities(units, world.seed, f"shock.{name}")
    path = np.empty((weeks, units))
    for week in range(weeks):
        noise = normal(draw(hashes, key(world.seed, f"shock.{name}", week)))
        path[week] = noise if week == 0 else rho * path[week - 1] + np.sqrt(1 - rho**2) * noise
    return sd * path


def cost_shocks(world: World, goods: Catalogue, weeks: int) -> Floats:
    """Log deviation of unit cost by week and product: a category's part and the product's own."""
    common, own = world.supply.cost_shock
    by_category = _persistent(world, "cost.category", world.size.categories, weeks, common)
    by_product = _persistent(world, "cost.product", world.size.products, weeks, own)
    return by_category[:, goods.category] + by_product


def demand_shocks(world: World, weeks: int) -> Floats:
    """Utility that nobody records, by week and product; prices follow it in part."""
    hashes = entities(world.size.products, world.seed, "shock.demand")
    shocks = [normal(draw(hashes, key(world.seed, "shock.demand", w))) for w in range(weeks)]
    return world.demand.shock * np.stack(shocks)
