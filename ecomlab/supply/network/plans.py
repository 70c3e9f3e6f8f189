"""A plan of routes: who visits what, in which order, at which cost."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ecomlab.style import say
from ecomlab.supply.network.rounds import Round

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class RoutePlan:
    """Routes that serve every stop, each from its depot and back.

    Attributes
    ----------
    visits
        One row a visit in order of driving: `route` (from 1), `depot`, `stop`, `load` (of that
        stop), `km` (from the place before); with time windows also `arrives` and `starts`.
    legs
        One row a route: `depot`, `stops`, `load`, `capacity`, `km`, `cost`.
    seconds, iterations
        Time and steps of search used.
    finished
        Whether the search ran to its end (False: stopped by Ctrl-C, this is the best so far).
    """

    visits: pd.DataFrame
    legs: pd.DataFrame
    seconds: float
    iterations: int
    finished: bool
    _chosen: tuple[tuple[int, tuple[int, ...]], ...] = field(repr=False)
    _places: tuple[Floats, Floats, Floats] = field(repr=False)
    _bound: float | Callable[[], float] = field(repr=False)

    @cached_property
    def bound(self) -> float:
        """No plan can cost less; missing (nan) where none was sought.

        After a search of counted steps it is worked out when it is first asked for.
        """
        return self._bound() if callable(self._bound) else self._bound

    @property
    def stop_places(self) -> list[list[int]]:
        """The stops' places in the table of stops, a list a route."""
        return [list(order) for _, order in self._chosen]

    @property
    def depot_place(self) -> list[int]:
        """Each route's depot, as its place among the depots."""
        return [home for home, _ in self._chosen]

    @property
    def routes(self) -> list[list[Hashable]]:
        """The stops' labels, a list a route."""
        return [group["stop"].tolist() for _, group in self.visits.groupby("route")]

    @property
    def cost(self) -> float:
        """What all routes cost; km, unless vehicles were given with their own costs."""
        return float(self.legs["cost"].sum())

    @property
    def distance(self) -> float:
        """Km driven."""
        return float(self.legs["km"].sum())

    @property
    def gap(self) -> float:
        """How far above the bound the cost may be, as a share of the cost."""
        return max(self.cost - self.bound, 0.0) / self.cost if self.cost else 0.0

    def plot(self, ax: Axes | None = None) -> Axes:
        """As :func:`ecomlab.supply.network.plot_routes`."""
        from ecomlab.supply.network.drawing import plot_routes

        return plot_routes(self, ax)

    def _repr_html_(self) -> str:
        from ecomlab.terms import speak

        said = say(
            en=f"{len(self.legs)} routes, cost {self.cost:,.1f}",
            zh=f"{len(self.legs)} 条路线，成本 {self.cost:,.1f}",
        )
        if np.isfinite(self.bound):
            said += say(
                en=f"; no plan costs less than {self.bound:,.1f} (gap {self.gap:.1%})",
                zh=f"；任何方案都不低于 {self.bound:,.1f}（差距 {self.gap:.1%}）",
            )
        if not self.finished:
            said += say(en="; stopped early, best so far", zh="；提前停止，目前最优")
        return f"<p>{said}</p>{speak(self.legs).round(2).to_html()}"


def plan_of(
    problem: Round,
    chosen: list[tuple[int, list[int]]],
    *,
    bound: float | Callable[[], float] = np.nan,
    seconds: float = 0.0,
    iterations: int = 0,
    finished: bool = True,
) -> RoutePlan:
    """The plan in which routes (type of vehicle, places of its stops in order) are driven.

    Routes stand by depot, then by their first stop, so that equal plans look alike.
    """
    import pandas as pd

    fleet = problem.fleet
    turned = sorted(
        ((kind, _forward(problem, order)) for kind, order in chosen),
        key=lambda r: (fleet.depot[r[0]], r[1]),
    )
    visits: list[dict] = []
    legs: list[dict] = []
    for number, (kind, order) in enumerate(turned, start=1):
        depot = int(fleet.depot[kind])
        path = [depot, *(problem.n_depots + stop for stop in order), depot]
        km = problem.km[path[:-1], path[1:]]
        for row, stop in enumerate(order):
            visit = {
                "route": number,
                "depot": problem.depots[depot],
                "stop": problem.stops[stop],
                "load": problem.load[stop],
                "km": km[row],
            }
            visits.append(visit)
        if problem.windows is not None:
            for visit, (arrives, starts) in zip(
                visits[-len(order) :], problem.times(path), strict=True
            ):
                visit |= {"arrives": arrives, "starts": starts}
        driven = float(km.sum())
        legs.append(
            {
                "route": number,
                "depot": problem.depots[depot],
                "stops": len(order),
                "load": float(problem.load[order].sum()),
                "capacity": float(fleet.capacity[kind]),
                "km": driven,
                "cost": float(fleet.day_cost[kind] + fleet.per_km[kind] * driven),
            }
        )
    return RoutePlan(
        visits=pd.DataFrame(visits),
        legs=pd.DataFrame(legs).set_index("route"),
        seconds=seconds,
        iterations=iterations,
        finished=finished,
        _chosen=tuple((int(fleet.depot[kind]), tuple(order)) for kind, order in turned),
        _places=(problem.depot_at, problem.stop_at, problem.load),
        _bound=bound,
    )


def _forward(problem: Round, order: list[int]) -> list[int]:
    """The same round, begun at its lower end, where driving it backwards costs the same."""
    same_both_ways = problem.windows is None and problem.symmetric
    return order[::-1] if same_both_ways and order[0] > order[-1] else order
