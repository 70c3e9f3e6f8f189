"""What management decides; the default is a plausible manager who can be improved upon."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Self

from ecomlab.arguments import whole
from ecomlab.shop.calendar import FIRST_DAY, KNOWN_DAYS, LAST_DAY, day_of, festivals
from ecomlab.shop.experiments import NAMES, PROGRAMME, UNITS, Experiment
from ecomlab.shop.parameters import CHANNELS
from ecomlab.shop.world import change

RECOMMENDERS = ("none", "popularity", "content", "hybrid")
#: Categories that the largest shop has; a smaller one has the first of them.
MOST_CATEGORIES = 12


@dataclass(frozen=True)
class Campaign:
    """An offer for some days.

    Attributes
    ----------
    name
        What it is called in the tables.
    start, days
        First day (0 = 2024-01-01) and length.
    rate
        Discount rate on eligible goods for those who hold the coupon, 0 .. 0.9.
    threshold, off
        Spend-and-save (满减): CNY off once for an order of at least ``threshold`` CNY after
        other discounts; 0 for none. It is open to everybody.
    categories
        Indices of eligible categories, 0 .. 11; empty means all. Those that the shop has not
        are passed over.
    holdout
        Share of customers kept without the coupon, drawn at random, 0 .. 1.
    """

    name: str
    start: int
    days: int = 7
    rate: float = 0.0
    threshold: float = 0.0
    off: float = 0.0
    categories: tuple[int, ...] = ()
    holdout: float = 0.0

    def __post_init__(self) -> None:
        where = f"campaign {self.name!r}"
        _check_number(self.rate, f"{where}: rate", 0, 0.9)
        _check_number(self.holdout, f"{where}: holdout", 0, 1)
        _check_number(self.threshold, f"{where}: threshold, CNY,", 0)
        _check_number(self.off, f"{where}: off, CNY,", 0)
        if self.off and self.off >= self.threshold:
            raise ValueError(f"{where}: off is {self.off}; it must be below its threshold")
        for name, least in (("start", 0), ("days", 1)):
            _settle(self, name, whole(getattr(self, name), f"{where}: {name}", least=least))
        _settle(self, "categories", _listed(self.categories, f"{where}: categories"))
        for category in self.categories:
            whole(category, f"{where}: a category", least=0, most=MOST_CATEGORIES - 1)
        _refuse_twice(self.categories, f"{where}: category")

    @property
    def end(self) -> int:
        """The first day after the campaign."""
        return self.start + self.days

    def part(self, categories: int) -> float:
        """Share of the shop's categories that are eligible, 0 .. 1."""
        if not self.categories:
            return 1.0
        return sum(c < categories for c in self.categories) / categories


@dataclass(frozen=True)
class Decision:
    """A change of today's plan for some days: the unit of play and of what-if.

    Attributes
    ----------
    day, days
        First day and length; ``Run.step`` takes ``day=None`` for the coming day.
    prices
        CNY by product id; they hold for ``days`` whatever the pricing rule says.
    price_factor
        Factor by product id on the price that the rule sets.
    media
        CNY a day for the whole shop by channel.
    media_factor
        Factor by channel on the planned spend; ``cities`` restricts it.
    orders
        Units to order from the supplier by product id, besides what the rule orders.
    cities
        Cities that ``media`` and ``media_factor`` are for; empty means all.

    Examples
    --------
    >>> Decision(day=10, prices={3: 49.0}, media={"tv": 0.0}).days
    1
    """

    day: int | None = None
    days: int = 1
    prices: Mapping[int, float] = field(default_factory=dict, hash=False)
    price_factor: Mapping[int, float] = field(default_factory=dict, hash=False)
    media: Mapping[str, float] = field(default_factory=dict, hash=False)
    media_factor: Mapping[str, float] = field(default_factory=dict, hash=False)
    orders: Mapping[int, int] = field(default_factory=dict, hash=False)
    cities: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.day is not None:
            _settle(self, "day", whole(self.day, "a decision's day", least=0))
        _settle(self, "days", whole(self.days, "a decision's days", least=1))
        for name in ("prices", "price_factor", "media", "media_factor", "orders"):
            if not isinstance(value := getattr(self, name), Mapping):
                raise TypeError(f"a decision's {name} must be a mapping, not {value!r}")
        for product, price in self.prices.items():
            _check_number(price, f"the price of product {product}, CNY,", 0)
        for product, factor in self.price_factor.items():
            _check_number(factor, f"the price factor of product {product}", 0)
        for name, values in (("spend", self.media), ("factor", self.media_factor)):
            for channel, value in values.items():
                if channel not in CHANNELS:
                    raise ValueError(
                        f"unknown media channel {channel!r}; channels are {', '.join(CHANNELS)}"
                    )
                _check_number(value, f"the media {name} on {channel}", 0)
        for product, units in self.orders.items():
            whole(units, f"the units ordered of product {product}", least=0, rounded=True)
        _settle(self, "cities", _listed(self.cities, "a decision's cities"))
        _refuse_twice(self.cities, "city")

    def holds(self, day: int) -> bool:
        """Whether the decision is in force on a day."""
        return self.day is not None and self.day <= day < self.day + self.days

    def over(self, day: int) -> bool:
        """Whether the decision has ended before a day."""
        return self.day is not None and self.day + self.days <= day


def usual_campaigns() -> tuple[Campaign, ...]:
    """The shop's offers: 30 % off for a week in March, June and November with half of the
    customers held out; a spend-and-save at Mid-Autumn that is open to all; a small one in
    December."""
    chosen = [
        Campaign(f"spring_{year}", day_of(date(year, 3, 5)), 7, rate=0.3, holdout=0.5)
        for year in range(FIRST_DAY.year, LAST_DAY.year + 1)
    ]
    for festival in festivals():
        name = f"{festival.name}_{festival.date.year}"
        if festival.name in ("618", "double_eleven"):
            chosen.append(Campaign(name, festival.day - 3, 7, rate=0.3, holdout=0.5))
        elif festival.name == "mid_autumn":
            chosen.append(Campaign(name, festival.day - 6, 7, threshold=199, off=30))
        elif festival.name == "double_twelve":
            chosen.append(Campaign(name, festival.day - 2, 5, rate=0.12, categories=(0, 2, 3, 6)))
    return tuple(sorted(chosen, key=lambda c: c.start))


@dataclass(frozen=True)
class Policy:
    """What management decides, day by day.

    Attributes
    ----------
    price_level
        Factor on every list price.
    pass_through
        Share of a change of cost (in logs) that the weekly list price follows, 0 .. 1.
    follow_demand
        Share of a product's unseen demand (in utility) that the list price follows: what makes
        price endogenous.
    campaigns
        Offers; ``usual_campaigns()`` unless given.
    media
        Factor on the usual spend per channel (tv, outdoor, social, video, brand_search).
    media_follows
        Power with which spend follows the calendar's expected demand.
    media_variation
        Standard deviation of log weekly spend on its own account.
    safety_days, cover_days
        The reorder point covers the quoted lead time plus ``safety_days`` of forecast demand;
        an order brings ``cover_days``.
    smoothing
        Weight of the last day in the demand forecast, 0 .. 1.
    tier_spend
        CNY within twelve review periods of 28 days that silver, gold and black take.
    privileged_tier
        The lowest tier that has privileges (0 = basic; 4 = nobody).
    shipping_fee, free_shipping
        CNY per order, waived from that many CNY of goods; privileged tiers pay none.
    agents
        Chat agents on duty by hour of day, 24 numbers >= 1: chats are open day and night.
    features
        Page features shipped to everybody: ``"filter"``.
    recommender
        What everybody is recommended by: none, popularity, content or hybrid.
    experiments
        What the shop tests; the programme of TRUTH unless given.
    decisions
        Dated exceptions to all the above.

    Examples
    --------
    >>> Policy().replace(price_level=1.05).price_level
    1.05
    >>> Policy().replace(price=2)
    Traceback (most recent call last):
    ...
    ValueError: policy has no parameter 'price'; it has ...
    """

    price_level: float = 1.0
    pass_through: float = 0.7
    follow_demand: float = 0.30
    campaigns: tuple[Campaign, ...] = field(default_factory=usual_campaigns)
    media: tuple[float, ...] = (1.0,) * len(CHANNELS)
    media_follows: float = 0.6
    media_variation: float = 0.4
    safety_days: float = 1.5
    cover_days: float = 16.0
    smoothing: float = 0.05
    tier_spend: tuple[float, float, float] = (120.0, 300.0, 1500.0)
    privileged_tier: int = 2
    shipping_fee: float = 8.0
    free_shipping: float = 99.0
    agents: tuple[int, ...] = (1,) * 8 + (2,) * 11 + (3,) * 4 + (2,)
    features: tuple[str, ...] = ()
    recommender: str = "popularity"
    experiments: tuple[Experiment, ...] = PROGRAMME
    decisions: tuple[Decision, ...] = ()

    def __post_init__(self) -> None:
        for name in ("campaigns", "media", "tier_spend", "agents", "features", "experiments"):
            _settle(self, name, _listed(getattr(self, name), name))
        _settle(self, "decisions", _listed(self.decisions, "decisions"))
        _check_members(self)
        _check_number(self.price_level, "price_level", 0.05, 20)
        for name in ("pass_through", "smoothing"):
            _check_number(getattr(self, name), name, 0, 1)
        for name in ("media_follows", "media_variation", "safety_days", "shipping_fee"):
            _check_number(getattr(self, name), name, 0)
        _check_number(self.follow_demand, "follow_demand", -2, 2)
        _check_number(self.free_shipping, "free_shipping", 0)
        _check_number(self.cover_days, "cover_days", 1)
        if len(self.media) != len(CHANNELS):
            raise ValueError(f"media needs {len(CHANNELS)} factors: {', '.join(CHANNELS)}")
        for channel, factor in zip(CHANNELS, self.media, strict=True):
            _check_number(factor, f"the media factor of {channel}", 0)
        if len(self.agents) != 24:
            raise ValueError("agents needs 24 numbers >= 1: those on duty in each hour of the day")
        for hour, number in enumerate(self.agents):
            whole(number, f"the number of agents in hour {hour}", least=1)
        whole(self.privileged_tier, "privileged_tier", least=0, most=4)
        if self.recommender not in RECOMMENDERS:
            raise ValueError(
                f"unknown recommender {self.recommender!r}; one of {', '.join(RECOMMENDERS)}"
            )
        if unknown := set(self.features) - {"filter"}:
            raise ValueError(f"unknown page features {sorted(unknown)}; there is 'filter'")
        for spend in self.tier_spend:
            _check_number(spend, "tier_spend, CNY,", 0)
        rises = list(self.tier_spend) == sorted({0, *self.tier_spend})[1:]
        if len(self.tier_spend) != 3 or not rises:
            raise ValueError(f"tier_spend must rise thrice from above 0, not {self.tier_spend}")
        names = [e.name for e in self.experiments]
        if unknown := set(names) - set(NAMES):
            raise ValueError(f"unknown experiments {sorted(unknown)}; there are {', '.join(NAMES)}")
        if len(names) != len(set(names)):
            raise ValueError("an experiment is listed twice")
        for one in self.experiments:
            if one.unit != UNITS[one.name]:
                raise ValueError(
                    f"experiment {one.name!r} is drawn by {UNITS[one.name]}, not by {one.unit!r}"
                )
        for campaign in self.campaigns:
            if campaign.end > KNOWN_DAYS + 60:
                raise ValueError(f"campaign {campaign.name!r} ends after the calendar does")

    def replace(self, **changes: Any) -> Self:
        """A copy with parameters changed; an unknown name is refused."""
        return change(self, changes, "policy")

    def experiment(self, name: str) -> Experiment | None:
        """The experiment of that name, if the shop runs it."""
        return next((e for e in self.experiments if e.name == name), None)

    def without(self, *names: str) -> Self:
        """A copy that does not run the named experiments (all of them if none is named)."""
        dropped = names or NAMES
        return self.replace(experiments=tuple(e for e in self.experiments if e.name not in dropped))

    def decide(self, *decisions: Decision) -> Self:
        """A copy with dated decisions added."""
        return self.replace(decisions=(*self.decisions, *decisions))


def _settle(thing: Campaign | Decision | Policy, name: str, value: object) -> None:
    """Put a checked value in the place of the one given."""
    object.__setattr__(thing, name, value)


def _listed(values: Any, what: str) -> tuple[Any, ...]:
    """Several values as a tuple, so that what holds them can be looked up and compared."""
    if isinstance(values, str | Mapping) or not isinstance(values, Iterable):
        raise TypeError(f"{what} must be a tuple or list, not {values!r}")
    return tuple(values.tolist() if hasattr(values, "tolist") else values)


def _refuse_twice(values: tuple[int, ...], what: str) -> None:
    if twice := sorted({v for v in values if values.count(v) > 1}):
        raise ValueError(f"{what} {twice[0]} is listed twice")


def _check_members(policy: Policy) -> None:
    """Refuse what is no campaign, experiment or dated decision in a policy's lists of them."""
    for name, kind in (
        ("campaigns", Campaign),
        ("experiments", Experiment),
        ("decisions", Decision),
    ):
        for one in getattr(policy, name):
            if not isinstance(one, kind):
                raise TypeError(f"{name} must hold {kind.__name__}s, not {one!r}")
    if any(d.day is None for d in policy.decisions):
        raise ValueError("a planned decision needs its day")


def _check_number(value: float, what: str, low: float, high: float = math.inf) -> None:
    """Refuse what is no finite number in low .. high."""
    try:
        finite = math.isfinite(value)
    except TypeError:
        raise TypeError(f"{what} must be a number, not {value!r}") from None
    if not finite or not low <= value <= high:
        limits = f">= {low:g}" if high == math.inf else f"in {low:g} .. {high:g}"
        raise ValueError(f"{what} is {value}; it must be {limits}")
