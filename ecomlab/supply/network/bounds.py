"""How little the routes could cost at best: a linear relaxation with capacity cuts."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecomlab.supply.network.rounds import Round

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_EPS = 1e-6
#: Cuts a round: more make the programme slow before they make it tight.
_MOST_CUTS = 150
#: Roads from each stop that are looked at first.
_NEAR = 6


def lower_bound(problem: Round, *, rounds: int, late: Callable[[], bool] = lambda: False) -> float:
    """No plan costs less than this.

    Every stop is left twice by the roads that are driven; every set of stops is entered and left
    at least twice for each vehicle that its load needs (rounded capacity inequalities; Laporte,
    Nobert and Desrochers 1985, Operations Research 33, 1050-1073). Windows, and that the depots
    differ, are left out, which can only make plans cheaper.

    Parameters
    ----------
    problem
        What the rounds must do.
    rounds
        At most so many times cuts are added; each time gives a valid bound.
    late
        Asked before each of them; whether to stop.
    """
    from scipy.sparse import csr_array

    n, room = len(problem.load), float(problem.fleet.capacity.max())
    start, end = np.array(list(combinations(range(n + 1), 2))).T
    price = _prices(problem, start, end)
    scale = max(float(price.max()), 1e-12)
    weight = np.concatenate([[0.0], problem.load])
    # A stop alone on its route drives its road twice; two that no vehicle holds share none.
    fits = weight[start] + weight[end] <= room * (1 + 1e-9)
    most = np.where(start == 0, 2.0, np.where(fits, 1.0, 0.0))
    edges = np.arange(len(start))
    touched = (np.concatenate([start, end]), np.tile(edges, 2))
    degree = csr_array((np.ones(2 * len(edges)), touched), shape=(n + 1, len(edges)))
    # Row 0 of the cuts: enough vehicles leave the depot; then one row a set of stops.
    inner: list[Ints] = []
    limits = [-2.0 * _vehicles(problem.load, room)]
    road = np.zeros((n + 1, n + 1), dtype=np.int64)
    road[start, end] = road[end, start] = edges
    active = _near(price, start, end, n)
    known: set[frozenset[int]] = set()
    best = 0.0
    for number in range(rounds):
        if number and late():
            break
        cuts = _rows(np.flatnonzero(start == 0), inner, len(edges))
        solved = _solve(price / scale, most, cuts, limits, degree[1:], active)
        if solved is None:
            break
        bound, driven, missing = solved
        best = max(best, bound * scale)
        x = np.zeros((n + 1, n + 1))
        x[start, end] = x[end, start] = driven
        new = [s for s in _violated(x[1:, 1:], problem.load, room) if s not in known]
        if not new and not missing.any():
            break
        active |= missing
        for stops in new[:_MOST_CUTS]:
            known.add(stops)
            inside = np.array(sorted(stops)) + 1
            within = road[inside[:, None], inside]
            inner.append(np.sort(within[np.triu_indices(len(inside), 1)]))
            limits.append(len(stops) - _vehicles(problem.load[list(stops)], room))
    whole = np.array_equal(price, np.rint(price))
    return float(ceil(best - 1e-6)) if whole else best


def _rows(out: Ints, inner: list[Ints], n_edges: int) -> Any:
    """The cuts as a sparse matrix: the roads out of the depot (-1), then those within each set."""
    from scipy.sparse import csr_array

    columns = np.concatenate([out, *inner])
    value = np.ones(len(columns))
    value[: len(out)] = -1.0
    begins = np.cumsum([0, len(out), *map(len, inner)])
    return csr_array((value, columns, begins), shape=(1 + len(inner), n_edges))


def _near(price: Floats, start: Ints, end: Ints, n: int) -> NDArray[np.bool_]:
    """Roads to begin with: the depot's, and each stop's cheapest few."""
    table = np.full((n + 1, n + 1), np.inf)
    table[start, end] = table[end, start] = price
    rank = table.argsort(axis=1, kind="stable").argsort(axis=1)
    return (start == 0) | (rank[start, end] < _NEAR) | (rank[end, start] < _NEAR)


def _solve(
    price: Floats, most: Floats, cuts: Any, limits: list[float], degree: Any,
    active: NDArray[np.bool_],
) -> tuple[float, Floats, NDArray[np.bool_]] | None:  # fmt: skip
    """Bound, traffic of each road, and the roads left out that would lower it.

    Only some roads are in the programme; what the others could take off at most (their reduced
    cost, where it is negative) is taken off the bound, so that it holds for all roads.
    """
    from scipy.optimize import linprog

    at = np.flatnonzero(active)
    solved = linprog(
        price[at], A_ub=cuts[:, at], b_ub=np.array(limits), A_eq=degree[:, at],
        b_eq=np.full(degree.shape[0], 2.0),
        bounds=np.column_stack([np.zeros(len(at)), most[at]]), method="highs",
    )  # fmt: skip
    if solved.status != 0:
        return None
    duals = cuts.T @ solved.ineqlin.marginals + degree.T @ solved.eqlin.marginals
    reduced = np.where(active, 0.0, price - duals)
    missing = (reduced < -1e-9) & (most > 0)
    driven = np.zeros(len(price))
    driven[at] = solved.x
    return float(solved.fun) + float((reduced * most)[missing].sum()), driven, missing


def _prices(problem: Round, start: Ints, end: Ints) -> Floats:
    """The least that each road can cost; a road to the depot carries half of a vehicle's day."""
    n, fleet = problem.n_depots, problem.fleet
    used = np.unique(fleet.depot)
    km = np.minimum(problem.km, problem.km.T)
    cost = np.zeros((len(problem.load) + 1,) * 2)
    cost[1:, 1:] = fleet.per_km.min() * km[n:, n:]
    # A route uses two roads at the depot, so each carries half of the cheapest vehicle's day.
    nearest = km[n:, :n][:, used].min(axis=1)
    cost[0, 1:] = fleet.per_km.min() * nearest + fleet.day_cost.min() / 2
    return cost[start, end]


def _vehicles(load: Floats, room: float) -> int:
    """At least so many vehicles are needed (bound L2 of Martello and Toth 1990 for bin packing).

    Examples
    --------
    >>> _vehicles(np.array([6.0, 6.0, 6.0, 1.0]), 10.0)
    3
    """
    least = max(ceil(load.sum() / room - _EPS), 1)
    limit = room / 2 + _EPS * room
    for small in np.unique(load[load <= limit]) if (load > limit).any() else ():
        # Too large to share with what counts as small; the middle ones fill what is left of these.
        huge = load > room - small + _EPS * room
        large = ~huge & (load > limit)
        rest = load[(load >= small) & (load <= limit)].sum() - (
            large.sum() * room - load[large].sum()
        )
        least = max(least, int(huge.sum() + large.sum()) + max(ceil(rest / room - _EPS), 0))
    return max(least, int((load > limit).sum()))


def _violated(x: Floats, load: Floats, room: float) -> list[frozenset[int]]:
    """Sets of stops that too little traffic crosses, worst first.

    Tried are the connected parts of the traffic, and sets grown from each stop along the roads
    that are driven most.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    worst: dict[frozenset[int], float] = {}

    def weigh(stops: Ints, driven: float, needed: int) -> None:
        lack = driven - (len(stops) - needed)
        if lack > 1e-4 and len(stops) > 1:
            worst[frozenset(stops.tolist())] = lack

    for least in (_EPS, 0.25, 0.5, 0.75):
        count, part = connected_components(csr_array(x > least), directed=False)
        for number in range(count):
            inside = np.flatnonzero(part == number)
            driven = x[np.ix_(inside, inside)].sum() / 2
            weigh(inside, driven, _vehicles(load[inside], room))
    order, gain = _grown(x)
    many = np.arange(1, len(load) + 1)
    driven = gain.cumsum(axis=1)
    needed = np.maximum(np.ceil(load[order].cumsum(axis=1) / room - _EPS), 1).astype(int)
    # Where no stop takes more than half a vehicle, the load alone says how many are needed.
    large = np.logical_or.accumulate((load > room / 2)[order], axis=1)
    tied = np.logical_and.accumulate(gain[:, 1:] > _EPS, axis=1)
    lacking = (large | (driven - many + needed > 1e-4))[:, 1:]
    for seed, more in np.argwhere(tied & lacking):
        size = more + 1
        stops = order[seed, : size + 1]
        least = _vehicles(load[stops], room) if large[seed, size] else int(needed[seed, size])
        weigh(stops, driven[seed, size], least)
    return sorted(worst, key=lambda s: (-worst[s], sorted(s)))


def _grown(x: Floats) -> tuple[Ints, Floats]:
    """From each stop (a row), the others in the order in which traffic ties them to it, and how
    much each adds to the traffic within; after the first that adds nothing, no order is meant."""
    n = len(x)
    every = np.arange(n)
    order, gain = np.tile(every[:, None], n), np.zeros((n, n))
    reach = x.copy()
    reach[every, every] = -np.inf
    for size in range(1, n):
        nearest = reach.argmax(axis=1)
        order[:, size], gain[:, size] = nearest, reach[every, nearest]
        reach += x[nearest]
        reach[every, nearest] = -np.inf
    return order, gain
