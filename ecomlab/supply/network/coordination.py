"""Centres and vehicles working together: who serves what, on pooled trips."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ecomlab.arguments import amounts, columns
from ecomlab.style import say
from ecomlab.supply.network.places import between, labels, points
from ecomlab.supply.network.plans import RoutePlan
from ecomlab.supply.network.routing import routes

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Coordination:
    """What centres do together, and what they would do apart.

    Attributes
    ----------
    serves
        The centre that serves each order, by the order's label.
    trips
        The pooled trips of all centres.
    apart
        The cost if each centre served the orders nearest to it with its own vehicles; missing
        (nan) if some centre's vehicles cannot carry them.
    direct
        The cost if every order had a trip of its own from its nearest centre, by the cheapest
        vehicle per km, days not counted.
    """

    serves: pd.Series
    trips: RoutePlan
    apart: float
    direct: float

    @property
    def cost(self) -> float:
        """What the pooled trips cost."""
        return self.trips.cost

    @property
    def saved(self) -> float:
        """What working together saves against working apart."""
        return self.apart - self.cost

    def plot(self, ax: Axes | None = None) -> Axes:
        """The pooled trips on a plain plane."""
        return self.trips.plot(ax)

    def _repr_html_(self) -> str:
        nearest = (
            f"{self.apart:,.1f}" if np.isfinite(self.apart)
            else say(en="not possible: a centre lacks vehicles", zh="无法完成：有中心车辆不足")
        )  # fmt: skip
        rows = {
            say(en="together", zh="协同"): f"{self.cost:,.1f}",
            say(en="apart, each centre the nearest", zh="各自为政（就近配送）"): nearest,
            say(en="a trip for each order", zh="每单单独送"): f"{self.direct:,.1f}",
        }
        body = "".join(f"<tr><th>{name}</th><td>{text}</td></tr>" for name, text in rows.items())
        return f"<table>{body}</table>{self.trips._repr_html_()}"


def coordinate(
    orders: Any,
    centres: Any,
    vehicles: Any,
    *,
    seconds: float = 5,
    seed: int = 0,
    iterations: int | None = None,
    detour: float = 1.0,
) -> Coordination:
    """Decide at once which centre serves what and how trips are pooled, all centres together.

    Orders to one place share a stop (several, if no vehicle can carry them all), stops share
    trips, and a centre without a free vehicle passes stops on to another.

    Parameters
    ----------
    orders
        One row an order: `x`, `y` (km), `weight` (kg).
    centres
        `warehouse_id`, `x`, `y`.
    vehicles
        One row a vehicle: `warehouse_id`, `capacity` (kg), and where they differ `cost_per_km`
        (CNY, 1 unless given) and `day_cost` (CNY, 0 unless given).
    seconds, seed, iterations, detour
        As for :func:`ecomlab.supply.network.routes`; together and apart each get as much.

    Returns
    -------
    Coordination

    Raises
    ------
    TypeError, ValueError
        If a table is not as above, an order is heavier than every vehicle, a vehicle's centre is
        not in the table, or the vehicles cannot carry all orders.

    Examples
    --------
    >>> import pandas as pd
    >>> orders = pd.DataFrame({"x": [2, 3, 4, 18], "y": 0, "weight": 5})
    >>> centres = pd.DataFrame({"warehouse_id": [7, 8], "x": [0, 20], "y": 0})
    >>> vans = pd.DataFrame({"warehouse_id": [7, 8], "capacity": [15, 15]})
    >>> found = coordinate(orders, centres, vans, iterations=20)
    >>> found.serves.tolist(), found.cost, found.direct
    ([7, 7, 7, 8], 12.0, 22.0)
    """
    import pandas as pd

    names = labels(columns(orders, ["x", "y", "weight"], "orders"), "orders")
    weight = amounts(orders["weight"], "orders: weight", least=0)
    order_at = points(orders, "orders")
    homes = columns(centres, ["warehouse_id", "x", "y"], "centres").set_index("warehouse_id")
    labels(homes, "centres: warehouse_id")
    home_at = points(homes, "centres")
    fleet = columns(vehicles, ["warehouse_id", "capacity"], "vehicles").rename(
        columns={"warehouse_id": "depot"}
    )
    largest = float(amounts(fleet["capacity"], "vehicles: capacity", above=0).max())
    heavy = weight > largest
    if heavy.any():
        row = int(np.argmax(heavy))
        raise ValueError(
            f"orders: the weight in row {row} ({names[row]!r}) is {weight[row]:g} kg; the largest "
            f"vehicle carries {largest:g}"
        )
    stop_of = _pool(order_at, weight, largest)
    stops = pd.DataFrame(
        {"x": order_at[:, 0], "y": order_at[:, 1], "demand": weight, "stop": stop_of}
    ).groupby("stop").agg({"x": "first", "y": "first", "demand": "sum"})  # fmt: skip
    search: dict[str, Any] = dict(seconds=seconds, seed=seed, iterations=iterations, detour=detour)
    trips = routes(stops, depot=homes, capacity=fleet, **search)
    home_of = trips.visits.set_index("stop")["depot"]
    away = between(order_at, home_at) * detour
    cheapest = float(amounts(fleet["cost_per_km"], "cost_per_km", least=0).min()) if (
        "cost_per_km" in fleet) else 1.0  # fmt: skip
    return Coordination(
        serves=pd.Series(home_of.loc[stop_of].to_numpy(), index=orders.index, name="warehouse_id"),
        trips=trips,
        apart=_apart(stops, homes, fleet, search),
        direct=float(2 * cheapest * away.min(axis=1).sum()),
    )


def _pool(order_at: Any, weight: Any, room: float) -> Any:
    """The stop of each order: one a place, and another wherever the last is full."""
    stop_of = np.empty(len(weight), dtype=np.int64)
    filled: list[float] = []
    open_at: dict[tuple[float, float], list[int]] = {}
    for order in np.argsort(-weight, kind="stable"):
        there = open_at.setdefault(tuple(order_at[order]), [])
        fitting = [stop for stop in there if filled[stop] + weight[order] <= room]
        if not fitting:
            there.append(len(filled))
            fitting = [len(filled)]
            filled.append(0.0)
        filled[fitting[0]] += weight[order]
        stop_of[order] = fitting[0]
    return stop_of


def _apart(
    stops: pd.DataFrame, homes: pd.DataFrame, fleet: pd.DataFrame, search: dict[str, Any]
) -> float:
    """The cost if each centre serves the stops nearest to it, or nan if one cannot."""
    nearest = between(points(stops, "stops"), points(homes, "centres")).argmin(axis=1)
    cost = 0.0
    for place, home in enumerate(homes.index):
        mine, own = stops[nearest == place], fleet[fleet["depot"] == home]
        if mine.empty:
            continue
        if own.empty or mine["demand"].max() > own["capacity"].max():
            return float("nan")
        if mine["demand"].sum() > own["capacity"].sum():
            return float("nan")
        cost += routes(mine, depot=homes.loc[[home]], capacity=own, **search).cost
    return cost
