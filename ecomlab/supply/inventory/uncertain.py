"""Quantities that are not known yet: how likely, how much, and how much above a level."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecomlab.arguments import amounts

Floats = NDArray[np.float64]
#: A count's grid ends this many standard deviations above its mean, where nothing is left.
_REACH = 14


class Uncertain(Protocol):
    """A quantity that is not known yet.

    ``short(x)`` is the expected part of it above x, E[(D - x)+]; ``shorter(x)`` sums ``short``
    over all levels above x. ``whole`` says whether it comes in whole units.
    """

    @property
    def whole(self) -> bool: ...
    @property
    def mean(self) -> float: ...
    @property
    def sd(self) -> float: ...
    def cdf(self, x: ArrayLike) -> Floats: ...
    def quantile(self, level: float) -> float: ...
    def short(self, x: ArrayLike) -> Floats: ...
    def shorter(self, x: ArrayLike) -> Floats: ...


@dataclass(frozen=True)
class Normal:
    """A normal quantity.

    Examples
    --------
    >>> Normal(50, 8).quantile(0.7 / 0.88).round(4), Normal(50, 8).short(50).round(3)
    (np.float64(56.604), np.float64(3.192))
    """

    mean: float
    sd: float
    whole: bool = field(default=False, init=False)

    def _z(self, x: ArrayLike) -> Floats:
        return (np.asarray(x, dtype=float) - self.mean) / max(self.sd, 1e-12)

    def cdf(self, x: ArrayLike) -> Floats:
        """The chance of x or less."""
        from scipy.special import ndtr

        return ndtr(self._z(x))

    def quantile(self, level: float) -> float:
        """The least x that is enough with a chance of `level`."""
        from scipy.special import ndtri

        return self.mean + self.sd * ndtri(level)

    def short(self, x: ArrayLike) -> Floats:
        """The expected part above x."""
        from scipy.special import ndtr

        z = self._z(x)
        return self.sd * (_density(z) - z * ndtr(-z))

    def shorter(self, x: ArrayLike) -> Floats:
        """The integral of ``short`` from x upwards."""
        from scipy.special import ndtr

        z = self._z(x)
        return self.sd**2 / 2 * ((z**2 + 1) * ndtr(-z) - z * _density(z))


@dataclass(frozen=True)
class Gamma:
    """A gamma quantity: never negative, skewed as demand is.

    Examples
    --------
    >>> Gamma(10, 10).short(10).round(4)  # exponential: 10 exp(-1)
    np.float64(3.6788)
    """

    mean: float
    sd: float
    whole: bool = field(default=False, init=False)

    def _tail(self, x: ArrayLike, more: int) -> Floats:
        from scipy.special import gammaincc

        shape, scale = (self.mean / self.sd) ** 2, self.sd**2 / self.mean
        return gammaincc(shape + more, np.maximum(np.asarray(x, dtype=float), 0) / scale)

    def cdf(self, x: ArrayLike) -> Floats:
        """The chance of x or less."""
        return 1 - self._tail(x, 0)

    def quantile(self, level: float) -> float:
        """The least x that is enough with a chance of `level`."""
        from scipy.special import gammaincinv

        return gammaincinv((self.mean / self.sd) ** 2, level) * self.sd**2 / self.mean

    def short(self, x: ArrayLike) -> Floats:
        """The expected part above x."""
        return self.mean * self._tail(x, 1) - np.asarray(x, dtype=float) * self._tail(x, 0)

    def shorter(self, x: ArrayLike) -> Floats:
        """The integral of ``short`` from x upwards."""
        x = np.asarray(x, dtype=float)
        square = self.mean**2 + self.sd**2
        return (
            square * self._tail(x, 2)
            - 2 * x * self.mean * self._tail(x, 1)
            + x**2 * self._tail(x, 0)
        ) / 2


@dataclass(frozen=True)
class Uniform:
    """Every amount between two is as likely.

    Examples
    --------
    >>> float(Uniform(0, 100).quantile(0.3)), float(Uniform(0, 100).short(30))
    (30.0, 24.5)
    """

    low: float
    high: float
    whole: bool = field(default=False, init=False)

    @property
    def mean(self) -> float:
        """Units expected."""
        return (self.low + self.high) / 2

    @property
    def sd(self) -> float:
        """Standard deviation, units."""
        return (self.high - self.low) / float(np.sqrt(12))

    def _left(self, x: ArrayLike, power: int) -> Floats:
        """The integral of the tail, so many times over, from x upwards, x within the range."""
        inside = np.clip(np.asarray(x, dtype=float), self.low, self.high)
        factor = (1.0, 2.0, 6.0)[power - 1]
        return (self.high - inside) ** power / (factor * (self.high - self.low))

    def cdf(self, x: ArrayLike) -> Floats:
        """The chance of x or less."""
        return 1 - self._left(x, 1)

    def quantile(self, level: float) -> float:
        """The least x that is enough with a chance of `level`."""
        return self.low + level * (self.high - self.low)

    def short(self, x: ArrayLike) -> Floats:
        """The expected part above x."""
        return self._left(x, 2) + np.maximum(self.low - np.asarray(x, dtype=float), 0)

    def shorter(self, x: ArrayLike) -> Floats:
        """The integral of ``short`` from x upwards."""
        below = np.maximum(self.low - np.asarray(x, dtype=float), 0)
        return self._left(x, 3) + below * (self.high - self.low) / 2 + below**2 / 2


@dataclass(frozen=True, eq=False)
class Counts:
    """Whole units: the chance of 0, 1, 2, ...

    Examples
    --------
    >>> coin = Counts([0.5, 0, 0.5])
    >>> coin.mean, coin.quantile(0.6), coin.short([0, 1, 2]).tolist()
    (1.0, 2.0, [1.0, 0.5, 0.0])
    """

    chances: ArrayLike
    whole: bool = field(default=True, init=False)
    _below: Floats = field(init=False, repr=False)
    _short: Floats = field(init=False, repr=False)
    _shorter: Floats = field(init=False, repr=False)

    def __post_init__(self) -> None:
        chances = amounts(self.chances, "a chance", least=0)
        if chances.ndim != 1 or not abs(chances.sum() - 1) < 1e-6:
            raise ValueError(f"the chances of 0, 1, 2, ... add up to {chances.sum():g}, not to 1")
        below = np.minimum(np.cumsum(chances), 1.0)
        # E[(D - x)+] sums the chances of more than y over all y from x on.
        short = np.cumsum((1 - below)[::-1])[::-1]
        later = np.append(np.cumsum(short[::-1])[::-1][1:], 0.0)
        for name, value in (("chances", chances), ("_below", below), ("_short", short),
                            ("_shorter", later)):  # fmt: skip
            object.__setattr__(self, name, value)

    @property
    def mean(self) -> float:
        """Units expected."""
        return float(self.chances @ np.arange(len(self.chances)))  # type: ignore[arg-type,operator]

    @property
    def sd(self) -> float:
        """Standard deviation, units."""
        around = np.arange(len(self._below)) - self.mean
        return float(np.sqrt(self.chances @ around**2))  # type: ignore[operator]

    def _at(self, table: Floats, x: ArrayLike, before: Callable[[Floats], Floats]) -> Floats:
        """Values at whole x: from the table, by a rule before 0, and the last beyond its end."""
        level = np.floor(np.asarray(x, dtype=float) + 1e-9)
        inside = table[np.clip(level, 0, len(table) - 1).astype(int)]
        return np.where(level < 0, before(level), np.where(level >= len(table), table[-1], inside))

    def cdf(self, x: ArrayLike) -> Floats:
        """The chance of x or less."""
        return self._at(self._below, x, lambda level: np.zeros_like(level))

    def quantile(self, level: float) -> float:
        """The least x that is enough with a chance of `level`."""
        return float(np.searchsorted(self._below, level - 1e-12))

    def short(self, x: ArrayLike) -> Floats:
        """The expected units above x."""
        return self._at(self._short, x, lambda level: self.mean - level)

    def shorter(self, x: ArrayLike) -> Floats:
        """The sum of ``short`` over the whole numbers above x."""
        first = self._shorter[0] + self._short[0]
        return self._at(
            self._shorter, x,
            lambda level: first - (level + 1) * self.mean + (level + 1) * level / 2,
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Frozen:
    """A frozen continuous distribution of SciPy (``scipy.stats.lognorm(...)``)."""

    given: Any
    whole: bool = field(default=False, init=False)

    @property
    def mean(self) -> float:
        """Units expected."""
        return float(self.given.mean())

    @property
    def sd(self) -> float:
        """Standard deviation, units."""
        return float(self.given.std())

    def cdf(self, x: ArrayLike) -> Floats:
        """The chance of x or less."""
        return self.given.cdf(x)

    def quantile(self, level: float) -> float:
        """The least x that is enough with a chance of `level`."""
        return float(self.given.ppf(level))

    def _beyond(self, x: ArrayLike, power: int) -> Floats:
        from scipy.integrate import quad

        top = float(self.given.support()[1])

        def over(level: float) -> float:
            return quad(lambda y: (y - level) ** power * self.given.sf(y), level, max(level, top))[
                0
            ]

        return np.vectorize(over)(np.asarray(x, dtype=float))

    def short(self, x: ArrayLike) -> Floats:
        """The expected part above x."""
        return self._beyond(x, 0)

    def shorter(self, x: ArrayLike) -> Floats:
        """The integral of ``short`` from x upwards."""
        return self._beyond(x, 1)


def _density(z: Floats) -> Floats:
    return np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)


def poisson(mean: float) -> Counts:
    """Poisson counts of a mean.

    Examples
    --------
    >>> poisson(18).quantile(0.57)
    19.0
    """
    from scipy.special import gammaln, xlogy

    grid = np.arange(int(mean + _REACH * np.sqrt(mean)) + 30)
    return scaled(np.exp(xlogy(grid, mean) - mean - gammaln(grid + 1)))


def negative_binomial(mean: float, sd: float) -> Counts:
    """Counts that vary more than Poisson ones; Poisson if the variance is not above the mean.

    Examples
    --------
    >>> found = negative_binomial(4, 3)
    >>> round(found.mean, 6), round(found.sd, 6)
    (4.0, 3.0)
    """
    from scipy.special import gammaln, xlog1py

    if mean == 0 or sd**2 <= mean * (1 + 1e-9):
        return poisson(mean)
    size, chance = mean**2 / (sd**2 - mean), mean / sd**2
    # The tail falls by a factor 1 - chance a unit: far when a few units come all at once.
    grid = np.arange(int(mean + _REACH * sd + 40 / chance) + 30)
    log = gammaln(grid + size) - gammaln(size) - gammaln(grid + 1)
    return scaled(np.exp(log + size * np.log(chance) + xlog1py(grid, -chance)))


def scaled(chances: Floats) -> Counts:
    """Counts whose chances are given up to a factor."""
    return Counts(chances / chances.sum())


KINDS: dict[str, Callable[[float, float], Uncertain]] = {
    "normal": Normal,
    "gamma": Gamma,
    "poisson": lambda mean, sd: poisson(mean),
    "negative-binomial": negative_binomial,
}


def of_kind(kind: str, mean: float, sd: float) -> Uncertain:
    """A distribution by its name, mean and standard deviation."""
    if kind not in KINDS:
        raise ValueError(f"no kind is called {kind!r}; there are {', '.join(KINDS)}")
    return KINDS[kind](mean, sd)
