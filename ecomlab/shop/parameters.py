"""The parameters of a world, by what they are about, each with unit, range and source."""

from __future__ import annotations

import math
from dataclasses import dataclass

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
        Drawn in 1.9 .. 3.7; the mean of the literature is 2.62 (Bijmolt, van Heerde, Pieters
        2005). The truth to grade is the twin arc elasticity at +-10 %.
    sensitivity
        Factor on ``elasticity`` per segment, mean about 1 (latent classes of price response).
    mission_conversion, browse_conversion
        Chance to buy at usual prices for a visit with intent (0.28 .. 0.34) and without
        (0.015 .. 0.021); design, so that about 7 % of visits buy.
    tier
        Utility per log of how dear a product is for its category, per segment: who buys the
        better sort, and who the cheaper one (design).
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
    needs
        Chance that a visit with intent has a second need, and then a third; design.
    more_units
        Chance to take two units instead of one; design.
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
    tier: tuple[float, ...] = (-1.0, -0.3, 0.5, 1.2)
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
        Gamma shape, 0.6 .. 0.8, and rate, 49 .. 53 days, of visits with intent.
    a, b
        Beta dropout after a visit with intent that the calendar alone would have brought; the
        mean a/(a+b) is 0.12 per order, so that times the usual conversion per visit. Marketing
        never adds a chance to leave.
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
    browse: float = 0.046
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
        Log lift of a coupon holder's visits per unit of discount depth while an offer holds:
        people told of 30 % off come more often. 1.0 .. 1.4; with the price response, 20 % off then
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
        Log-odds of buying per 100 ms for one visitor, -0.026 .. -0.018. Over all visitors, of
        whom many would never and some would always buy, that is -.02 .. -.008 (industry
        studies; disputed): grade the twin truth, not this.
    latency
        Median seconds on mobile and desktop; ``latency_sd`` is in logs (design). Those who come
        with intent are signed in, and personal pages are ``heavier``: why a raw slope misleads.
    feature
        Log-odds of buying for those who use the filter, 0.30 .. 0.40 (design).
    recommender
        Utility of the three products shown as recommended, 1.0 .. 1.2 (design).
    """

    slow: float
    feature: float
    recommender: float
    latency: tuple[float, float] = (1.25, 0.95)
    latency_sd: float = 0.5
    heavier: float = 1.06


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
    """Tier privileges: log lift of a privileged member's visits, 0.24 .. 0.32 (design).

    In the field about one third of the causal lift is economic benefit, two thirds not (Iyengar,
    Park, Yu 2022). Here it is one number, not split: the fee that is waived moves no choice.
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
