"""Demand over a lead time, told by moments or by the past days themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecomlab.arguments import amount, amounts, refuse
from ecomlab.supply.inventory.uncertain import (
    Counts,
    Frozen,
    Normal,
    Uncertain,
    of_kind,
    poisson,
    scaled,
)

Floats = NDArray[np.float64]


def over_lead_time(
    mean: float, sd: float, lead_time: float, lead_time_sd: float = 0.0
) -> tuple[float, float]:
    """Mean and standard deviation of demand over a lead time that varies too.

    Parameters
    ----------
    mean, sd
        Demand of a day, units.
    lead_time, lead_time_sd
        Days.

    Returns
    -------
    tuple
        ``mean L`` and ``sqrt(L sd² + mean² sd_L²)`` (Silver, Pyke and Thomas 2017, section 6.10).

    Examples
    --------
    >>> over_lead_time(2.0, 1.5, 10, 3)
    (20.0, 7.648529270389178)
    """
    return mean * lead_time, float(np.sqrt(lead_time * sd**2 + (mean * lead_time_sd) ** 2))


def lead_time_demand(
    demand: Sequence[float] | ArrayLike,
    lead_time: float | Sequence[float],
    *,
    kind: str = "negative-binomial",
) -> Uncertain:
    """Demand over a lead time, told by past days: also when most days sell nothing.

    Parameters
    ----------
    demand
        Units wanted on each of the past days, at least two, in order.
    lead_time
        Days, or the lead times of past orders (whole days): each is as likely as the others.
    kind
        ``"negative-binomial"``, ``"poisson"``, ``"gamma"``, ``"normal"``: that distribution, with
        the mean and variance that the days and lead times give together.
        ``"bootstrap"``: as many past days in a row as a lead time has, begun anywhere (the end of
        the past is followed by its beginning); all of them are counted, none is drawn.

    Returns
    -------
    Uncertain
        With ``mean``, ``sd``, ``cdf(x)``, ``quantile(level)`` and ``short(x)``, in units.

    Raises
    ------
    TypeError, ValueError
        If a demand is negative or missing, a lead time is 0 or missing, or the kind is unknown;
        for the bootstrap also if demand or lead time is not in whole numbers.

    Notes
    -----
    Days in a row keep good and bad weeks together, which days drawn singly would tear apart
    (blocks: Künsch 1989; for intermittent demand: Willemain, Smart and Schwarz 2004, International
    Journal of Forecasting 20, 375-387).

    Examples
    --------
    >>> days = [0, 0, 3, 0, 0, 0, 1, 0, 0, 4]
    >>> found = lead_time_demand(days, [3, 5], kind="bootstrap")
    >>> round(found.mean, 2), found.quantile(0.9)
    (3.2, 5.0)
    """
    days = amounts(demand, "demand", least=0)
    if days.ndim != 1 or len(days) < 2:
        raise ValueError(f"demand has shape {days.shape}; at least two past days are needed")
    leads = np.atleast_1d(amounts(lead_time, "a lead time", above=0))
    if kind == "bootstrap":
        return _windows(days, leads)
    mean, sd = float(days.mean()), float(days.std(ddof=1))
    return of_kind(kind, *over_lead_time(mean, sd, float(leads.mean()), float(leads.std())))


def _windows(days: Floats, leads: Floats) -> Counts:
    for values, name in ((days, "demand"), (leads, "a lead time")):
        refuse(values != np.round(values), values, name, "the bootstrap needs whole numbers")
    chances = np.zeros(int(days.sum() * np.ceil(leads.max() / len(days)) + days.max()) + 1)
    for length, times in zip(*np.unique(leads.astype(int), return_counts=True), strict=True):
        around = np.concatenate([[0], np.cumsum(np.resize(days, len(days) + length))])
        sums = (around[length:] - around[:-length])[: len(days)].astype(int)
        chances += times / len(leads) * np.bincount(sums, minlength=len(chances)) / len(days)
    return Counts(np.trim_zeros(chances, "b"))


def demand_of(mean: float | None, sd: float | None, demand: Any, days: float = 1.0) -> Uncertain:
    """What the textbook's functions are given: moments, a Poisson mean, or any distribution.

    A mapping from values to chances, and a frozen distribution of SciPy, do too.
    """
    if demand is None:
        if mean is None:
            raise ValueError("give the mean of demand, or demand itself")
        mean = amount(mean, "the mean of demand", least=0) * days
        if sd is None:
            return poisson(mean)
        return Normal(mean, amount(sd, "the sd of demand", above=0) * float(np.sqrt(days)))
    if mean is not None or sd is not None:
        raise ValueError("give either the mean and sd of demand, or demand itself, not both")
    if days != 1:
        raise ValueError("with demand itself given, it is that of the whole lead time: give none")
    if isinstance(demand, dict):
        values = amounts(list(demand), "a demand", least=0)
        if (values != np.round(values)).any():
            raise ValueError("a mapping of demand needs whole numbers as its keys")
        return Counts(np.bincount(values.astype(int), amounts(list(demand.values()), "a chance",
                                                              least=0)))  # fmt: skip
    if all(hasattr(demand, name) for name in ("short", "quantile", "cdf", "shorter")):
        return demand
    if all(hasattr(demand, name) for name in ("ppf", "pmf")):
        end = int(demand.ppf(1 - 1e-13))
        return scaled(demand.pmf(np.arange(end + 2)))
    if all(hasattr(demand, name) for name in ("ppf", "cdf", "sf")):
        return Frozen(demand)
    raise TypeError(f"demand is a {type(demand).__name__}; a mapping, a distribution or none")
