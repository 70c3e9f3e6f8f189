"""The days and lead times that a simulation lives through, drawn or given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ecomlab.arguments import amounts, columns, whole

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: Lead times are drawn for so many orders of a product, and used again after that.
_ORDERS = 64
_LONGEST = 1_000
_Z95 = 1.959963984540054


@dataclass(frozen=True, eq=False)
class Demands:
    """Units wanted: an array (days, replications x products), by product within replication."""

    units: NDArray[Any]
    products: pd.Index
    replications: int

    @property
    def days(self) -> int:
        """How many days there are."""
        return len(self.units)

    def of_day(self, day: int) -> Floats:
        """What every product of every replication is asked for on a day."""
        return self.units[day].astype(float)


@dataclass(frozen=True, eq=False)
class Leads:
    """Days from order to arrival, (orders, replications x products)."""

    drawn: Ints
    longest: int

    def of_order(self, who: Ints, number: Ints) -> Ints:
        """The lead times of the n-th orders of some products."""
        return self.drawn[number % len(self.drawn), who]


def demands(given: Any, days: int, replications: int, rng: np.random.Generator) -> Demands:
    """Demand in any of its forms as days that are lived through."""
    import pandas as pd

    days, again = whole(days, "days"), whole(replications, "replications")
    if isinstance(given, Mapping):
        if not given:
            raise ValueError("demand is an empty mapping")
        return _forecasts(given, again, rng)
    if isinstance(given, pd.DataFrame):
        if {"mean", "lower", "upper"} <= set(given):
            return _forecasts({0: given}, again, rng)
        if "mean" in given:
            return _drawn(given, days, again, rng)
        return _given(amounts(given, "demand", least=0), given.columns)
    if isinstance(given, pd.Series):
        sold = amounts(given, "demand", least=0)
        return _given(sold[:, None], pd.Index([given.name or 0]))
    array = amounts(given, "demand", least=0)
    if array.ndim == 1:
        array = array[:, None]
    if array.ndim not in (2, 3) or not array.size:
        raise ValueError(
            f"demand has shape {array.shape}; (days,), (days, products) or "
            "(replications, days, products) is needed"
        )
    return _given(array, pd.RangeIndex(array.shape[-1]))


def _given(array: Floats, products: pd.Index) -> Demands:
    if array.ndim == 2:
        array = array[None]
    again, days, _ = array.shape
    return Demands(array.transpose(1, 0, 2).reshape(days, -1), products, again)


def _drawn(table: pd.DataFrame, days: int, again: int, rng: np.random.Generator) -> Demands:
    """Independent days: negative binomial as a gamma mixture of Poisson."""
    mean = amounts(table["mean"], "mean demand", least=0)
    variance = amounts(table["sd"], "the sd of demand", least=0) ** 2 if "sd" in table else mean
    shape = (days, again, len(mean))
    wider = variance > mean * (1 + 1e-9)
    rate = np.broadcast_to(mean, shape)
    if wider.any():
        rate = rate.copy()
        size = mean[wider] ** 2 / (variance - mean)[wider]
        rate[..., wider] = rng.gamma(size, mean[wider] / size, (days, again, int(wider.sum())))
    units = rng.poisson(rate)
    return Demands(units.reshape(days, -1), table.index, again)


def _forecasts(tables: Mapping[Any, Any], again: int, rng: np.random.Generator) -> Demands:
    """Days around forecasts, log-normal with their median and 95 % interval."""
    import pandas as pd

    parts = []
    for product, table in tables.items():
        what = f"the forecast of product {product!r}"
        columns(table, ("mean", "lower", "upper"), what)
        low, middle, high = (
            amounts(table[c], f"{what}, {c!r},", above=0) for c in ("lower", "mean", "upper")
        )
        if (bad := ~((low <= middle) & (middle <= high))).any():
            raise ValueError(f"{what}: 'mean' is outside its interval in row {int(np.argmax(bad))}")
        spread = np.log(high / low) / (2 * _Z95)
        noise = rng.standard_normal((len(table), again))
        parts.append(np.rint(middle[:, None] * np.exp(spread[:, None] * noise)))
    if len({len(part) for part in parts}) > 1:
        raise ValueError(
            f"the forecasts have {sorted({len(p) for p in parts})} days; all alike is needed"
        )
    units = np.stack(parts, axis=-1)
    return Demands(units.reshape(len(units), -1), pd.Index(list(tables)), again)


def leads(given: Any, wanted: Demands, rng: np.random.Generator) -> Leads:
    """Lead times in any of their forms, drawn for every order to come."""
    import pandas as pd

    products, again = wanted.products, wanted.replications
    shape = (min(_ORDERS, wanted.days), again, len(products))
    if isinstance(given, Mapping):
        drawn = np.empty(shape)
        for place, product in enumerate(products):
            if product not in given:
                raise ValueError(f"lead_time has no entry for product {product!r}")
            past = _whole_days(given[product], f"the lead time of product {product!r}")
            if not past.size:
                raise ValueError(f"lead_time has no days for product {product!r}")
            drawn[..., place] = rng.choice(np.ravel(past), shape[:2])
    elif isinstance(given, pd.DataFrame):
        drawn = _moments(given, products, shape, rng)
    elif isinstance(given, pd.Series):
        if len(absent := products.difference(given.index, sort=False)):
            raise ValueError(f"lead_time has no row for product {absent[0]!r}")
        drawn = np.broadcast_to(_whole_days(given.loc[products], "the lead time"), shape)
    else:
        past = _whole_days(given, "the lead time")
        if past.ndim > 1 or not past.size:
            raise ValueError(f"lead_time has shape {past.shape}; a number or past lead times")
        drawn = rng.choice(np.atleast_1d(past), shape) if past.size > 1 else np.full(shape, past)
    days = np.rint(drawn).astype(np.int64).reshape(shape[0], -1)
    return Leads(days, int(days.max()))


def _moments(
    table: pd.DataFrame, products: pd.Index, shape: tuple[int, ...], rng: np.random.Generator
) -> Floats:
    """Gamma lead times of a mean and sd by product; one row does for all."""
    columns(table, ("mean", "sd"), "lead_time")
    if len(absent := products.difference(table.index, sort=False)):
        if len(table) != 1:
            raise ValueError(f"lead_time has no row for product {absent[0]!r}")
        rows = table.iloc[[0] * len(products)]
    else:
        rows = table.loc[products]
    mean = amounts(rows["mean"], "the mean lead time", above=0)
    sd = amounts(rows["sd"], "the sd of the lead time", least=0)
    size = (mean / np.maximum(sd, 1e-9 * mean)) ** 2
    return np.clip(np.rint(rng.gamma(size, mean / size, shape)), 1, _LONGEST)


def _whole_days(values: Any, name: str) -> Floats:
    return amounts(values, name, least=1, below=_LONGEST, unit="days", integral=True)
