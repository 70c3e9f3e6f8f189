"""Everything that is true about a shop, drawn from a seed.

A ``World`` holds parameters only: small, frozen, hashable; ``parameters`` says what each means.
What follows from them (who the customers are, which products exist) is laid out by
``ground.lay_out``.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, Self

from ecomlab.shop.bounds import check_parameters
from ecomlab.shop.keys import draw, entities, key, uniform
from ecomlab.shop.parameters import (
    CHANNELS,
    SEGMENTS,
    Demand,
    Media,
    Membership,
    Promotion,
    Repeat,
    Service,
    Shocks,
    Size,
    Supply,
    Web,
)

__all__ = ["CHANNELS", "SEGMENTS", "World", "change", "check_seed"]


@dataclass(frozen=True)
class World:
    """Everything true about one shop; make one with ``World.draw(seed)``.

    Examples
    --------
    >>> world = World.draw(7)
    >>> 1.8 <= min(world.demand.elasticity) and world.size.customers
    20000
    """

    seed: int
    size: Size
    demand: Demand
    repeat: Repeat
    media: Media
    promotion: Promotion
    web: Web
    service: Service
    membership: Membership
    supply: Supply
    shocks: Shocks

    def __post_init__(self) -> None:
        check_seed(self.seed)
        _check_sizes(vars(self.size))
        for group in fields(self)[2:]:
            check_parameters(group.name, getattr(self, group.name), self.size.categories)

    @classmethod
    def draw(
        cls,
        seed: int,
        *,
        customers: int = 20_000,
        products: int = 240,
        categories: int = 12,
        cities: int = 24,
        suppliers: int = 12,
        agents: int = 24,
    ) -> Self:
        """Draw a world.

        Parameters
        ----------
        seed
            Any whole number >= 0; the same seed and size give the same world.
        customers
            People, prospects who never buy included, 1 .. 9,999,999.
        products
            A multiple of ``categories``, at most 40 in each.
        categories, cities, suppliers, agents
            Counts: 2 .. 12 categories, 2 .. 24 cities, at least 1 supplier and 2 agents.

        Raises
        ------
        TypeError
            If a value is not a whole number.
        ValueError
            If a value is outside its range.
        """
        sizes = dict(
            customers=customers,
            products=products,
            categories=categories,
            cities=cities,
            suppliers=suppliers,
            agents=agents,
        )
        seed = check_seed(seed)
        _check_sizes(sizes)
        size = Size(**{name: int(count) for name, count in sizes.items()})

        def between(name: str, low: float, high: float, count: int) -> tuple[float, ...]:
            u = uniform(draw(entities(count, seed, name), key(seed, "world")))
            return tuple(round(float(low + (high - low) * x), 4) for x in u)

        def one(name: str, low: float, high: float) -> float:
            return between(name, low, high, 1)[0]

        def by_channel(name: str, *ranges: tuple[float, float]) -> tuple[float, ...]:
            return tuple(one(f"{name}.{i}", *limits) for i, limits in enumerate(ranges))

        conversion = one("mission_conversion", 0.28, 0.34)
        leave = one("dropout", 0.11, 0.13) * conversion
        return cls(
            seed=seed,
            size=size,
            demand=Demand(
                elasticity=between("elasticity", 1.9, 3.7, categories),
                sensitivity=(1.3, 1.1, 0.95, 0.65),
                mission_conversion=conversion,
                browse_conversion=one("browse_conversion", 0.015, 0.021),
                taste=one("taste", 1.0, 1.2),
                listing=one("listing", 0.50, 0.65),
                star=one("star", 0.05, 0.09),
            ),
            repeat=Repeat(
                r=one("r", 0.6, 0.8),
                alpha=one("alpha", 49.0, 53.0),
                a=round(leave * 4, 4),
                b=round((1 - leave) * 4, 4),
                buyers=one("buyers", 0.62, 0.68),
            ),
            media=Media(
                share=(*between("share", 0.06, 0.15, 4), 0.0),
                decay=by_channel("decay", (0.3, 0.8), (0.1, 0.4), (0, 0.3), (0, 0.3), (0, 0.1)),
                shape=between("shape", 0.9, 1.6, 5),
                half=between("half", 0.6, 1.1, 5),
            ),
            promotion=Promotion(extra=one("extra", 1.0, 1.4), pulled=one("pulled", 0.35, 0.45)),
            web=Web(
                slow=one("slow", -0.026, -0.018),
                feature=one("feature", 0.30, 0.40),
                recommender=one("recommender", 1.0, 1.2),
            ),
            service=Service(training=one("training", -0.36, -0.26)),
            membership=Membership(privilege=one("privilege", 0.24, 0.32)),
            supply=Supply(),
            shocks=Shocks(
                drivers=(
                    one("drivers.0", 0.04, 0.09),
                    one("drivers.1", 0.04, 0.09),
                    one("drivers.2", 0.04, 0.09),
                ),
                event=one("event", 0.18, 0.25),
            ),
        )

    def replace(self, **changes: Any) -> Self:
        """A copy with parameters changed, groups by name: ``world.replace(web={"slow": 0.0})``."""
        return change(self, changes, "world")


def change(thing: Any, changes: dict[str, Any], what: str) -> Any:
    """Replace fields of a frozen dataclass; a mapping changes the fields of a nested one."""
    known = {f.name for f in fields(thing)}
    if unknown := sorted(set(changes) - known):
        raise ValueError(
            f"{what} has no parameter {', '.join(map(repr, unknown))}; it has "
            f"{', '.join(sorted(known))}"
        )
    new = {}
    for name, value in changes.items():
        old = getattr(thing, name)
        nested = is_dataclass(old) and isinstance(value, dict)
        if is_dataclass(old) and not nested and not isinstance(value, type(old)):
            kind = type(old).__name__
            raise TypeError(f"{what}.{name} must be a {kind} or changes of one, not {value!r}")
        new[name] = change(old, value, f"{what}.{name}") if nested else value
    return replace(thing, **new)


def check_seed(seed: Any) -> int:
    """Give a seed back as an int; refuse one that is not a whole number >= 0."""
    if isinstance(seed, bool) or not hasattr(seed, "__index__"):
        raise TypeError(f"seed must be a whole number, not {seed!r}")
    if seed.__index__() < 0:
        raise ValueError(f"seed is {seed}; it must be >= 0")
    return int(seed)


_LIMITS = {
    "customers": (1, 9_999_999),
    "products": (2, 480),
    "categories": (2, 12),
    "cities": (2, 24),
    "suppliers": (1, 99),
    "agents": (2, 999),
}


def _check_sizes(sizes: dict[str, int]) -> None:
    for name, value in sizes.items():
        if isinstance(value, bool) or not hasattr(value, "__index__"):
            raise TypeError(f"{name} must be a whole number, not {value!r}")
        low, high = _LIMITS[name]
        if not low <= value <= high:
            raise ValueError(f"{name} is {value}; it must lie in {low} .. {high:,}")
    if sizes["products"] % sizes["categories"]:
        raise ValueError(
            f"products is {sizes['products']}; it must be a multiple of the "
            f"{sizes['categories']} categories"
        )
