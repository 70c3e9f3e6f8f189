"""Where faults go: by hash of what they befall, so that one rate changed moves no other fault."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ecomlab.shop.keys import Bits, below, draw, key

if TYPE_CHECKING:
    import pandas as pd

#: Anything with the shop's tables as attributes: a ``History``, or an opened shop.
Shop = Any
MOST = 0.3


def seed_of(shop: Shop, seed: int | None) -> int:
    """The seed that places faults: the one given, else the world's.

    Raises
    ------
    TypeError
        If the seed is not a whole number, or none is given and the shop does not know its world.
    """
    if seed is None:
        world = getattr(shop, "world", None)
        if world is None:
            raise TypeError("this shop does not know its world's seed; give one: seed=7")
        return int(world.seed)
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer):
        raise TypeError(f"seed must be a whole number, not {seed!r}")
    return int(seed)


def table(shop: Shop, name: str) -> pd.DataFrame:
    """A table of the shop as a pandas DataFrame, whatever kind the shop keeps."""
    from ecomlab.frames import collect

    return collect(getattr(shop, name))


def bits(seed: int, purpose: str, *entity: NDArray | int) -> Bits:
    """Random bits for rows named by whole numbers, shape of the first; the rest broadcast."""
    purpose_key = key(seed, f"raw.{purpose}")
    hashed = np.zeros(np.shape(entity[0]), dtype=np.uint64)
    for part in entity:
        hashed = draw(hashed + np.asarray(part).astype(np.uint64), purpose_key)
    return hashed


def upto(hashed: Bits, count: int) -> NDArray[np.int64]:
    """Whole numbers 0 .. count - 1 from random bits."""
    return ((hashed >> np.uint64(16)) % np.uint64(count)).astype(np.int64)


def chosen(seed: int, purpose: str, rate: float, *entity: NDArray) -> NDArray[np.bool_]:
    """Which rows a fault befalls; a higher rate adds rows and takes none away."""
    return below(bits(seed, purpose, *entity), rate)


def check_rates(**rates: float) -> None:
    """Refuse rates outside 0 .. 0.3: beyond it faults would crowd each other out."""
    for name, rate in rates.items():
        if isinstance(rate, bool) or not isinstance(rate, int | float):
            raise TypeError(f"{name} must be a number, not {rate!r}")
        if not 0 <= rate <= MOST:
            raise ValueError(f"{name} is {rate}; a rate of faults must lie in 0 .. {MOST}")


def window(times: pd.Series, start: date | str | None, days: int | None) -> NDArray[np.bool_]:
    """Which rows lie in ``days`` days from ``start`` (by default the first; all that follow).

    Raises
    ------
    TypeError, ValueError
        If ``start`` is no date, ``days`` no whole number above 0, or no row lies there.
    """
    import pandas as pd

    if days is not None and (isinstance(days, bool) or not isinstance(days, int | np.integer)):
        raise TypeError(f"days must be a whole number, not {days!r}")
    if days is not None and days < 1:
        raise ValueError(f"days is {days}; it must be at least 1")
    first = pd.Timestamp(times.min() if start is None else start).normalize()
    inside = times >= first
    if days is not None:
        inside &= times < first + pd.Timedelta(days=int(days))
    if not inside.any():
        known = f"{times.min():%Y-%m-%d} .. {times.max():%Y-%m-%d}" if len(times) else "no day"
        asked = f"{first:%Y-%m-%d}" if len(times) else str(start)
        raise ValueError(f"nothing happened from {asked} on for {days} days; there is {known}")
    return inside.to_numpy()
