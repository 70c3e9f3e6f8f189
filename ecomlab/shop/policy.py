"""What management decides; the default is a plausible manager who can be improved upon."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Self

from ecomlab.shop.calendar import FIRST_DAY, KNOWN_DAYS, LAST_DAY, day_of, festivals
from ecomlab.shop.experiments import NAMES, PROGRAMME, Experiment
from ecomlab.shop.world import CHANNELS, change

RECOMMENDERS = ("none", "popularity", "content", "hybrid")


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
        Indices of eligible categories; empty means all.
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
        if self.start < 0 or self.days < 1:
            raise ValueError(f"{where}: start must be >= 0 and days >= 1")

    @property
    def end(self) -> int:
        """The first day after the campaign."""
        return self.start + self.days


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
        if self.days < 1 or (self.day is not None and self.day < 0):
            raise ValueError(f"a decision's day must be >= 0 and its days >= 1, not {self.day}")
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
            _check_number(units, f"the units ordered of product {product}", 0)

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
        Chat agents on duty by hour of day, 24 numbers.
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
        if len(self.agents) != 24 or any(not n >= 0 for n in self.agents):
            raise ValueError("agents needs 24 numbers >= 0: those on duty in each hour of the day")
        if self.recommender not in RECOMMENDERS:
            raise ValueError(
                f"unknown recommender {self.recommender!r}; one of {', '.join(RECOMMENDERS)}"
            )
        if unknown := set(self.features) - {"filter"}:
            raise ValueError(f"unknown page features {sorted(unknown)}; there is 'filter'")
        if not 0 < self.tier_spend[0] < self.tier_spend[1] < self.tier_spend[2]:
            raise ValueError(f"tier_spend must rise from above 0, not {self.tier_spend}")
        names = [e.name for e in self.experiments]
        if unknown := set(names) - set(NAMES):
            raise ValueError(f"unknown experiments {sorted(unknown)}; there are {', '.join(NAMES)}")
        if len(names) != len(set(names)):
            raise ValueError("an experiment is listed twice")
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
        if any(d.day is None for d in decisions):
            raise ValueError("a planned decision needs its day")
        return self.replace(decisions=(*self.decisions, *decisions))


def _check_number(value: float, what: str, low: float, high: float = math.inf) -> None:
    """Refuse what is no finite number in low .. high."""
    try:
        finite = math.isfinite(value)
    except TypeError:
        raise TypeError(f"{what} must be a number, not {value!r}") from None
    if not finite or not low <= value <= high:
        limits = f">= {low:g}" if high == math.inf else f"in {low:g} .. {high:g}"
        raise ValueError(f"{what} is {value}; it must be {limits}")
