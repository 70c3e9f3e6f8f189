"""Everything that is true about a shop, drawn from a seed.

A ``World`` holds parameters only: small, frozen, hashable. What follows from them (who the
customers are, which products exist) is laid out by ``ground.lay_out``. Each parameter names its
unit, the range it is drawn from and where that range comes from.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, Self

from ecomlab.shop.keys import draw, entities, key, uniform

#: Media channels; the last is advertising shown to people who search for the shop's own name.
CHANNELS = ("tv", "outdoor", "social", "video", "brand_search")
SEGMENTS = 4


@dataclass(frozen=True)
class Size:
    """How large the shop is (counts)."""

    customers: int = 20_000
    products: int = 240
    categories: int = 12
    cities: int = 24
    suppliers: int = 12
    agents: int = 24

    @property
    def per_category(self) -> int:
        """Products in a category."""
        return self.products // self.categories


@dataclass(frozen=True)
class Demand:
    """How people choose, within the category they came for, or leave.

    Attributes
    ----------
    elasticity
        Slope of utility on log price per category, about minus the own-price elasticity.
        Drawn in 1.8 .. 4.0; the mean of the literature is 2.62 (Bijmolt, van Heerde, Pieters
        2005). The truth to grade is the twin arc elasticity at +-10 %.
    sensitivity
        Factor on ``elasticity`` per segment, mean about 1 (latent classes of price response).
    mission_conversion, browse_conversion
        Chance to buy at usual prices for a visit with intent (0.55 .. 0.65) and without
        (0.015 .. 0.021); design, so that about 7 % of visits buy.
    taste
        Standard deviation of a taste group's liking of a product, utility; 1.0 .. 1.2, design.
    appeal
        Standard deviation of a product's general appeal, utility; design.
    listing
        Utility of a complete listing over a bare one, 0.50 .. 0.65; design, so that it exceeds
        the detectable size.
    star
        Utility of one more displayed star, 0.05 .. 0.09 (Luca 2011: +5-9 % revenue).
    shock
        Standard deviation of a product-week's unseen demand, utility; design.
    look
        Chance to look at the first product of a list (browsing), and its decay per rank: a
        position changes what is seen, not what is bought once seen (Ursu 2018).
    fast_day
        Utility of one day's faster promise, 0.015 (Fisher, Gallino, Xu: +1.5 % sales per day).
    """

    elasticity: tuple[float, ...]
    sensitivity: tuple[float, ...]
    mission_conversion: float
    browse_conversion: float
    taste: float
    listing: float
    star: float
    appeal: float = 0.5
    shock: float = 0.30
    look: tuple[float, float] = (0.92, 0.95)
    fast_day: float = 0.015
    needs: tuple[float, float] = (0.40, 0.15)
    more_units: float = 0.12


@dataclass(frozen=True)
class Repeat:
    """When people come back, and when they stop: BG/NBD (Fader, Hardie, Lee 2005).

    Attributes
    ----------
    r, alpha
        Gamma shape (0.6 .. 0.8) and rate in days of visits with intent.
    a, b
        Beta dropout after a visit with intent that the calendar alone would have brought; the
        mean a/(a+b) is about 0.12. Marketing never adds a chance to leave.
    buyers
        Share of people who ever come with intent; the others are prospects, 0.62 .. 0.68.
    browse
        Mean browsing visits per person and day, with gamma shape 1.2; design.
    launch
        Share of people present in the first sixty days; the rest arrive evenly.
    """

    r: float
    alpha: float
    a: float
    b: float
    buyers: float
    browse: float = 0.052
    launch: float = 0.50


@dataclass(frozen=True)
class Media:
    """Advertising on visits: ``log visits += sum_c strength_c * Hill(adstock_c)``.

    Attributes
    ----------
    share
        Share of visits lost if the channel alone were shut off for good, per channel:
        0.06 .. 0.15 (advertising elasticity 0.12 short, 0.24 long: Sethuraman, Tellis, Briesch
        2011); brand search 0 (Blake, Nosko, Tadelis 2015).
    decay
        Carry-over per week: TV .3-.8, outdoor .1-.4, digital 0-.3 (Robyn's defaults).
    shape
        Hill shape, 0.5 .. 3 (Robyn's defaults), drawn in 0.9 .. 1.6.
    half
        Spend at half of saturation, as a multiple of the usual spend, 0.6 .. 1.1.
    usual
        Usual spend, CNY per customer of the size and day.
    """

    share: tuple[float, ...]
    decay: tuple[float, ...]
    shape: tuple[float, ...]
    half: tuple[float, ...]
    usual: tuple[float, ...] = (0.016, 0.010, 0.013, 0.011, 0.008)

    @property
    def strength(self) -> tuple[float, ...]:
        """Effect on log visits at full saturation, per channel."""
        at_usual = (1 / (1 + h**s) for h, s in zip(self.half, self.shape, strict=True))
        return tuple(-math.log1p(-s) / v for s, v in zip(self.share, at_usual, strict=True))


@dataclass(frozen=True)
class Promotion:
    """What an offer does beyond its price.

    Attributes
    ----------
    extra
        Log lift of visits with intent per unit of discount depth while an offer holds: people
        told of 30 % off come more often. 1.0 .. 1.4; with the price response, 20 % off then
        sells about 1.7 times the usual (van Heerde, Neslin).
    pulled
        Share of the visits with intent due in the next ``horizon`` days that a 30 % offer
        moves into its own days, 0.35 .. 0.45: the dip after it.
    horizon
        Days from which visits are pulled forward.
    top_up
        Chance that a basket just under a spend-and-save threshold is topped up (凑单).
    """

    extra: float
    pulled: float
    horizon: int = 14
    top_up: float = 0.35


@dataclass(frozen=True)
class Web:
    """Pages: speed, a feature, and recommendations.

    Attributes
    ----------
    slow
        Log-odds of buying per 100 ms for one visitor, -0.034 .. -0.026. Over all visitors, of
        whom many would never and some would always buy, that is -.02 .. -.008 (industry
        studies; disputed): grade the twin truth, not this.
    latency
        Median seconds on mobile and desktop; ``latency_sd`` is in logs (design). Those who come
        with intent are signed in, and personal pages are ``heavier``: why a raw slope misleads.
    feature
        Log-odds of buying for those who use the filter, 0.40 .. 0.55 (design).
    recommender
        Utility of the three products shown as recommended, 1.4 .. 1.6 (design).
    """

    slow: float
    feature: float
    recommender: float
    latency: tuple[float, float] = (1.25, 0.95)
    latency_sd: float = 0.5
    heavier: float = 1.04


@dataclass(frozen=True)
class Service:
    """Chat service.

    Attributes
    ----------
    handle
        Median handle time, seconds.
    training
        Effect of training on log handle time, -0.36 .. -0.26 (design).
    skill
        Standard deviation of log handle time between agents; the weak are sent first.
    chats
        Chance that a visit opens a chat before buying; ``complaints`` after an order (design).
    """

    training: float
    handle: float = 240.0
    skill: float = 0.25
    chats: float = 0.025
    complaints: float = 0.08


@dataclass(frozen=True)
class Membership:
    """Tier privileges: log lift of visits with intent, 0.24 .. 0.32.

    Of the causal lift about one third is economic benefit, two thirds not (Iyengar, Park, Yu
    2022).
    """

    privilege: float


@dataclass(frozen=True)
class Supply:
    """Costs and suppliers.

    Attributes
    ----------
    cost_shock
        Standard deviation of log cost: of a category and of a product in a week (0.14 each, so
        0.20 together); demand does not feel it. ``persistence`` is its weekly autocorrelation.
    understated
        How much shorter than true the quoted lead time is, 0.05 .. 0.45, per supplier.
    lead
        Range of suppliers' true mean lead time, days; ``lead_cv`` of its coefficient of variation.
    fill, defects
        Ranges of suppliers' mean fill rate and defect rate.
    """

    cost_shock: tuple[float, float] = (0.14, 0.14)
    persistence: float = 0.80
    understated: tuple[float, float] = (0.05, 0.45)
    lead: tuple[float, float] = (6.0, 16.0)
    lead_cv: tuple[float, float] = (0.20, 0.40)
    fill: tuple[float, float] = (0.90, 1.0)
    defects: tuple[float, float] = (0.004, 0.05)


@dataclass(frozen=True)
class Shocks:
    """What happens to the shop without anyone deciding it.

    Attributes
    ----------
    drivers
        Effect on mobile share of 5G, a payment app, and a subsidy, staggered by city:
        0.04 .. 0.09 each (design).
    incidents
        Number of incidents in two years; a drop of visits is 30 .. 45 %.
    event
        Log lift of visits in the cities of the offline event, 0.18 .. 0.25 (design).
    """

    drivers: tuple[float, float, float]
    event: float
    incidents: int = 8


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
        check_seed(seed)
        _check_sizes(sizes)
        size = Size(**sizes)

        def between(name: str, low: float, high: float, count: int) -> tuple[float, ...]:
            u = uniform(draw(entities(count, seed, name), key(seed, "world")))
            return tuple(round(float(low + (high - low) * x), 4) for x in u)

        def one(name: str, low: float, high: float) -> float:
            return between(name, low, high, 1)[0]

        def by_channel(name: str, *ranges: tuple[float, float]) -> tuple[float, ...]:
            return tuple(one(f"{name}.{i}", *limits) for i, limits in enumerate(ranges))

        leave = one("dropout", 0.11, 0.13)
        return cls(
            seed=int(seed),
            size=size,
            demand=Demand(
                elasticity=between("elasticity", 1.9, 3.7, categories),
                sensitivity=(1.3, 1.1, 0.95, 0.65),
                mission_conversion=one("mission_conversion", 0.55, 0.65),
                browse_conversion=one("browse_conversion", 0.015, 0.021),
                taste=one("taste", 1.0, 1.2),
                listing=one("listing", 0.50, 0.65),
                star=one("star", 0.05, 0.09),
            ),
            repeat=Repeat(
                r=one("r", 0.6, 0.8),
                alpha=one("alpha", 66.0, 74.0),
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
                slow=one("slow", -0.034, -0.026),
                feature=one("feature", 0.40, 0.55),
                recommender=one("recommender", 1.4, 1.6),
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
        new[name] = change(old, value, f"{what}.{name}") if nested else value
    return replace(thing, **new)


def check_seed(seed: object) -> None:
    """Refuse a seed that is not a whole number >= 0."""
    if isinstance(seed, bool) or not hasattr(seed, "__index__"):
        raise TypeError(f"seed must be a whole number, not {seed!r}")
    if seed.__index__() < 0:
        raise ValueError(f"seed is {seed}; it must be >= 0")


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
