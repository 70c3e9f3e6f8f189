"""What a day's rounds must do: stops, depots, vehicles and hours, read from tables and checked."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecomlab.arguments import amount, amounts, columns
from ecomlab.supply.network.places import between, labels, points

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Fleet:
    """Kinds of vehicles, an entry each: how many there are, and their home depot's place."""

    capacity: Floats
    per_km: Floats
    day_cost: Floats
    depot: Ints
    count: Ints


@dataclass(frozen=True)
class Round:
    """A routing problem; in `km` the depots stand before the stops."""

    stops: list[Hashable]
    depots: list[Hashable]
    stop_at: Floats
    depot_at: Floats
    load: Floats
    service: Floats
    km: Floats
    fleet: Fleet
    windows: Floats | None
    speed: float
    shift: tuple[float, float]

    @property
    def n_depots(self) -> int:
        """How many depots there are."""
        return len(self.depots)

    @property
    def symmetric(self) -> bool:
        """Whether the way back is as long as the way there."""
        return bool(np.array_equal(self.km, self.km.T))

    def times(self, path: list[int]) -> list[tuple[float, float]]:
        """When a vehicle arrives at each stop of a path of places, and when it is let in."""
        assert self.windows is not None
        clock, told = self.shift[0], []
        for before, here in pairwise(path[:-1]):
            stop = here - self.n_depots
            arrives = clock + self.km[before, here] / self.speed
            starts = max(arrives, self.windows[stop, 0])
            clock = starts + self.service[stop]
            told.append((arrives, starts))
        return told


def read_round(
    stops: Any,
    depot: Any,
    capacity: Any,
    *,
    time_windows: Any = None,
    distances: ArrayLike | None = None,
    detour: float = 1.0,
    rounded: bool = False,
    speed: float = 1.0,
    shift: tuple[float, float] = (0.0, np.inf),
) -> Round:
    """The tables of :func:`ecomlab.supply.network.routes`, checked.

    Raises
    ------
    TypeError, ValueError
        If a table or number is not as described there; if a stop is heavier than every vehicle,
        the stops together are heavier than the fleet can carry, or a window cannot be met.
    """
    needed = ["x", "y", "demand"]
    names = labels(columns(stops, needed, "stops"), "stops")
    stop_at = points(stops, "stops")
    depots, depot_at = _depots(depot)
    load = amounts(stops["demand"], "stops: demand", least=0)
    service = amounts(stops["service"], "stops: service", least=0) if "service" in stops else None
    fleet = _fleet(capacity, depots, len(names))
    _check_loads(load, names, fleet)
    begins, ends = (amount(shift[0], "shift's begin"), float(shift[1]))
    if not begins < ends:
        raise ValueError(f"the shift ends at {ends:g}; it must end after it begins, {begins:g}")
    there = Round(
        stops=names,
        depots=depots,
        stop_at=stop_at,
        depot_at=depot_at,
        load=load,
        service=np.zeros(len(names)) if service is None else service,
        km=_km(stop_at, depot_at, distances, amount(detour, "detour", above=0), rounded),
        fleet=fleet,
        windows=None if time_windows is None else _windows(time_windows, names),
        speed=amount(speed, "speed", above=0),
        shift=(begins, ends),
    )
    if there.windows is not None or np.isfinite(ends):
        _check_hours(there)
    return there


def _depots(depot: Any) -> tuple[list[Hashable], Floats]:
    """Labels and places of the depots; one depot may be a pair, or a row of a table."""
    import pandas as pd

    if isinstance(depot, pd.DataFrame):
        return labels(columns(depot, ["x", "y"], "depot"), "depot"), points(depot, "depot")
    if isinstance(depot, pd.Series):
        missing = [axis for axis in ("x", "y") if axis not in depot]
        if missing:
            raise ValueError(f"depot has no {missing[0]!r}; x and y in km are needed")
        return [depot.name if depot.name is not None else 0], amounts(
            [[depot["x"], depot["y"]]], "depot"
        )
    at = amounts(depot, "depot")
    if at.shape != (2,):
        raise ValueError("depot should be a place (x, y), or a table with columns 'x' and 'y'")
    return [0], at[None]


def _fleet(capacity: Any, depots: list[Hashable], n_stops: int) -> Fleet:
    """As many vehicles of one capacity as needed at each depot, or the vehicles of a table."""
    import pandas as pd

    if not isinstance(capacity, pd.DataFrame):
        size, n = amount(capacity, "capacity", above=0), len(depots)
        return Fleet(np.full(n, size), np.ones(n), np.zeros(n), np.arange(n), np.full(n, n_stops))
    columns(capacity, ["capacity"], "the vehicles")
    usual = {"cost_per_km": 1.0, "day_cost": 0.0}
    kinds = pd.DataFrame({"capacity": amounts(capacity["capacity"], "capacity", above=0)})
    for name, value in usual.items():
        has = name in capacity
        kinds[name] = amounts(capacity[name], name, least=0) if has else value
    kinds["depot"] = _homes(capacity, depots)
    groups = kinds.groupby(list(kinds), as_index=False, sort=True).size()
    return Fleet(
        capacity=groups["capacity"].to_numpy(dtype=float),
        per_km=groups["cost_per_km"].to_numpy(dtype=float),
        day_cost=groups["day_cost"].to_numpy(dtype=float),
        depot=groups["depot"].to_numpy(dtype=np.int64),
        count=groups["size"].to_numpy(dtype=np.int64),
    )


def _homes(vehicles: pd.DataFrame, depots: list[Hashable]) -> list[int]:
    """The place of each vehicle's depot among the depots."""
    if "depot" not in vehicles:
        if len(depots) > 1:
            raise ValueError("the vehicles need a column 'depot': there are several depots")
        return [0] * len(vehicles)
    for row, home in enumerate(vehicles["depot"]):
        if home not in depots:
            raise ValueError(
                f"the vehicle in row {row} has depot {home!r}, which is not in the table"
            )
    return [depots.index(home) for home in vehicles["depot"]]


def _check_loads(load: Floats, names: list[Hashable], fleet: Fleet) -> None:
    largest = fleet.capacity.max()
    heavy = load > largest * (1 + 1e-12)
    if heavy.any():
        row = int(np.argmax(heavy))
        raise ValueError(
            f"stops: the demand in row {row} ({names[row]!r}) is {load[row]:g}; the largest "
            f"vehicle carries {largest:g}. Split the stop"
        )
    able = float(fleet.capacity @ fleet.count)
    if load.sum() > able * (1 + 1e-12):
        raise ValueError(f"the stops demand {load.sum():g} in all; the vehicles carry {able:g}")


def _km(
    stop_at: Floats, depot_at: Floats, distances: ArrayLike | None, detour: float, rounded: bool
) -> Floats:
    """Distances between all places, depots first."""
    n = len(stop_at) + len(depot_at)
    if distances is None:
        at = np.concatenate([depot_at, stop_at])
        km = between(at, at) * detour
        return np.floor(km + 0.5) if rounded else km
    km = np.array(distances, dtype=float)
    if km.shape != (n, n):
        raise ValueError(f"distances have shape {km.shape}; {n} x {n} is needed, depots first")
    wrong = ~np.isfinite(km) | (km < 0)
    if wrong.any():
        row, column = map(int, np.argwhere(wrong)[0])
        raise ValueError(
            f"the distance in row {row}, column {column} is {km[row, column]:g}; distances are "
            "finite and at least 0"
        )
    np.fill_diagonal(km, 0)
    return np.floor(km + 0.5) if rounded else km


def _windows(given: Any, names: list[Hashable]) -> Floats:
    """From when to when each stop lets a vehicle in."""
    import pandas as pd

    if isinstance(given, pd.DataFrame) and set(given.index) == set(names):
        given = given.loc[names]
    try:
        windows = np.asarray(given, dtype=float)
    except (TypeError, ValueError):
        raise TypeError("time_windows hold no numbers; two a stop are needed: from, to") from None
    if windows.shape != (len(names), 2):
        raise ValueError(
            f"time_windows have shape {windows.shape}; ({len(names)}, 2) is needed: from, to"
        )
    wrong = np.isnan(windows).any(axis=1) | (windows[:, 0] > windows[:, 1])
    if wrong.any():
        row = int(np.argmax(wrong))
        raise ValueError(
            f"time_windows: row {row} ({names[row]!r}) is open from {windows[row, 0]:g} to "
            f"{windows[row, 1]:g}; it must open before it closes"
        )
    return windows


def _check_hours(there: Round) -> None:
    """Refuse a stop that no vehicle can serve in time, even if it drives there at once and back."""
    n = there.n_depots
    used = np.unique(there.fleet.depot)
    out = there.km[:n, n:][used] / there.speed
    back = there.km[n:, :n][:, used].T / there.speed
    reached = there.shift[0] + out
    if there.windows is not None:
        late = reached.min(axis=0) > there.windows[:, 1] + 1e-9
        if late.any():
            row = int(np.argmax(late))
            raise ValueError(
                f"time_windows: row {row} ({there.stops[row]!r}) closes at "
                f"{there.windows[row, 1]:g}; no vehicle can be there before "
                f"{reached[:, row].min():g}"
            )
        reached = np.maximum(reached, there.windows[:, 0])
    home = (reached + there.service + back).min(axis=0)
    if (home > there.shift[1] + 1e-9).any():
        row = int(np.argmax(home > there.shift[1] + 1e-9))
        raise ValueError(
            f"stops: row {row} ({there.stops[row]!r}) cannot be served within the shift: a vehicle "
            f"that drives there and back is home at {home[row]:g}, the shift ends at "
            f"{there.shift[1]:g}"
        )
