"""A discount, and the base that it is measured from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from ecomlab.arguments import amount, day, whole

if TYPE_CHECKING:
    import pandas as pd

CENT = 0.005


@dataclass(frozen=True)
class Promotion:
    """A planned price cut.

    Parameters
    ----------
    start
        Its first day.
    price
        The price while it runs, above 0.
    claimed
        The discount that the page claims: 0.5 for "50 % off".
    history
        The lowest price paid on each day with a sale before the start: a mapping or a Series
        from days to prices, in the unit of `price`.
    stated_base
        The price that the page names as the base, if it names one.

    Raises
    ------
    TypeError, ValueError
        If a day or a number cannot be used, or no day of the history is before the start.

    Examples
    --------
    >>> Promotion("2026-07-01", 80, 0.5, {"2026-06-25": 100, "2026-06-28": 160}).price
    80.0
    """

    start: date
    price: float
    claimed: float
    history: Mapping[date, float]
    stated_base: float | None = None

    def __post_init__(self) -> None:
        fields = {
            "start": day(self.start, "start"),
            "price": amount(self.price, "price", above=0),
            "claimed": discount(self.claimed, "claimed"),
            "history": _history(self.history),
        }
        if self.stated_base is not None:
            fields["stated_base"] = amount(self.stated_base, "stated_base", above=0)
        for name, value in fields.items():
            object.__setattr__(self, name, value)
        base_price(self.history, self.start)

    @property
    def base_used(self) -> float:
        """The base that the claim rests on: the stated one, or the one that it implies."""
        return self.price / (1 - self.claimed) if self.stated_base is None else self.stated_base


def discount(value: object, name: str) -> float:
    """A discount as a fraction, above 0 and below 1.

    Examples
    --------
    >>> discount(20, "claimed")
    Traceback (most recent call last):
    ValueError: claimed is 20; it must be above 0 and below 1 (a fraction: 0.5 for 50 % off)
    """
    return amount(value, name, above=0, below=1, unit="a fraction: 0.5 for 50 % off")


def base_price(
    history: Mapping[date, float] | pd.Series, start: date | str, *, days: int = 7
) -> float:
    """The lowest price paid in the days before a promotion; without a sale, the last one paid.

    Parameters
    ----------
    history
        As for `Promotion`.
    start
        The promotion's first day, which is not looked at itself.
    days
        How many days back: 7 in China, 30 in the EU.

    Returns
    -------
    float
        The base, in the unit of the history.

    Raises
    ------
    ValueError
        If nothing was sold before the start.

    Notes
    -----
    Interim Provisions on Regulating Promotions (SAMR Order 32, 2020), art. 21.

    Examples
    --------
    >>> base_price({"2026-06-23": 90, "2026-06-24": 100, "2026-06-30": 160}, "2026-07-01")
    100.0
    >>> base_price({"2026-05-01": 120, "2026-06-01": 110}, "2026-07-01")
    110.0
    """
    first = day(start, "start")
    days = whole(days, "days")
    before = {when: price for when, price in _history(history).items() if when < first}
    if not before:
        raise ValueError(f"the history has no sale before {first}, so there is no base")
    recent = [price for when, price in before.items() if when >= first - timedelta(days=days)]
    return min(recent) if recent else before[max(before)]


def true_discount(promotion: Promotion, *, days: int = 7) -> float:
    """The discount from the lowest price of the days before, as a fraction (below 0: a raise).

    Examples
    --------
    >>> raised = Promotion("2026-07-01", 80, 0.5, {"2026-06-25": 100, "2026-06-28": 160})
    >>> round(true_discount(raised), 2)
    0.2
    """
    return 1 - promotion.price / base_price(promotion.history, promotion.start, days=days)


def overclaims(promotion: Promotion, *, days: int = 7) -> bool:
    """Whether more is claimed than is true, by a cent or more of the price."""
    base = base_price(promotion.history, promotion.start, days=days)
    return promotion.price - base * (1 - promotion.claimed) > CENT


def raised_before(promotion: Promotion) -> bool:
    """Whether the base used is a price to which it was raised within the 7 days before."""
    base = base_price(promotion.history, promotion.start)
    last = promotion.history[max(d for d in promotion.history if d < promotion.start)]
    return last > base + CENT and promotion.base_used > base + CENT


def _history(history: object) -> Mapping[date, float]:
    """The history as days and prices, in the order of time."""
    pairs = history.items() if hasattr(history, "items") else None
    if pairs is None:
        raise TypeError(
            f"history is a {type(history).__name__}; give a mapping or Series from days to prices"
        )
    prices: dict[date, float] = {}
    for when, price in pairs:
        key = day(when, "a day of the history")
        if key in prices:
            raise ValueError(f"the history has {key} twice; give the lowest price of each day")
        prices[key] = amount(price, f"the price of {key}", above=0)
    if not prices:
        raise ValueError("the history is empty; give the price of each day with a sale")
    return MappingProxyType(dict(sorted(prices.items())))
