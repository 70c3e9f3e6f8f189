"""Clarke and Wright's savings: short enough to teach, and not the best."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any

from ecomlab.arguments import amount
from ecomlab.supply.network.plans import RoutePlan, plan_of
from ecomlab.supply.network.rounds import Round, read_round

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def savings_routes(
    stops: Any,
    *,
    depot: Any,
    capacity: float,
    distances: ArrayLike | None = None,
    detour: float = 1.0,
    rounded: bool = False,
) -> RoutePlan:
    """Routes by savings: begin with a trip to every stop, join the two trips that save most.

    Joining a trip that ends at a with one that begins at b saves the way from a home and the way
    out to b, and costs the way from a to b.

    Parameters
    ----------
    stops, depot, distances, detour, rounded
        As for :func:`ecomlab.supply.network.routes`; one depot.
    capacity
        What a vehicle carries; there are as many as needed.

    Returns
    -------
    RoutePlan
        Without a bound.

    Raises
    ------
    TypeError, ValueError
        As `routes`; or if there are several depots.

    Notes
    -----
    Clarke and Wright (1964), Operations Research 12, 568-581; the parallel version.

    Examples
    --------
    >>> import pandas as pd
    >>> stops = pd.DataFrame({"x": [10, 11, -10], "y": 0, "demand": 1})
    >>> savings_routes(stops, depot=(0, 0), capacity=2).routes
    [[0, 1], [2]]
    """
    began = perf_counter()
    problem = read_round(
        stops, depot, amount(capacity, "capacity", above=0), distances=distances, detour=detour,
        rounded=rounded,
    )  # fmt: skip
    if problem.n_depots > 1:
        raise ValueError(f"there are {problem.n_depots} depots; savings_routes knows one")
    chosen = [(0, trip) for trip in _joined(problem)]
    return plan_of(problem, chosen, seconds=perf_counter() - began)


def _joined(problem: Round) -> list[list[int]]:
    """Trips, as stops in order, after every join that pays and fits."""
    km, load, room = problem.km, problem.load, problem.fleet.capacity[0]
    n = len(load)
    # 0.1 + 0.2 fits where 0.3 does.
    most = room * (1 + 1e-9)
    saved = {
        (a, b): km[a + 1, 0] + km[0, b + 1] - km[a + 1, b + 1]
        for a in range(n)
        for b in range(n)
        if a != b
    }
    trip_of = {stop: [stop] for stop in range(n)}
    for a, b in sorted(saved, key=lambda pair: (-saved[pair], pair)):
        first, second = trip_of[a], trip_of[b]
        if saved[a, b] <= 0 or first is second or load[first].sum() + load[second].sum() > most:
            continue
        if problem.symmetric:
            # Where the way back is as long, a trip may be turned to meet the other.
            first = first[::-1] if first[0] == a else first
            second = second[::-1] if second[-1] == b else second
        if first[-1] == a and second[0] == b:
            joined = first + second
            trip_of |= dict.fromkeys(joined, joined)
    return list({id(trip): trip for trip in trip_of.values()}.values())
