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
    from scipy.sparse import csr_array, vstack

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
    cuts, limits = [-degree[[0]]], [-2.0 * _vehicles(problem.load, room)]
    active = _near(price, start, end, n)
    known: set[frozenset[int]] = set()
    best = 0.0
    for number in range(rounds):
        if number and late():
            break
        solved = _solve(price / scale, most, csr_array(vstack(cuts)), limits, degree[1:], active)
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
            inside = np.zeros(n + 1, dtype=bool)
            inside[[s + 1 for s in stops]] = True
            cuts.append(csr_array((inside[start] & inside[end]).astype(float)[None]))
            limits.append(len(stops) - _vehicles(problem.load[list(stops)], room))
    whole = np.array_equal(price, np.rint(price))
    return float(ceil(best - 1e-6)) if whole else best


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

    def weigh(stops: list[int], driven: float) -> None:
        lack = driven - (len(stops) - _vehicles(load[stops], room))
        if lack > 1e-4 and len(stops) > 1:
            worst[frozenset(stops)] = lack

    n = len(load)
    for least in (_EPS, 0.25, 0.5, 0.75):
        count, part = connected_components(csr_array(x > least), directed=False)
        for number in range(count):
            inside = np.flatnonzero(part == number)
            weigh(inside.tolist(), x[np.ix_(inside, inside)].sum() / 2)
    for seed in range(n):
        stops, reach = [seed], x[seed].copy()
        reach[seed] = -np.inf
        driven = 0.0
        while (gain := reach[nearest := int(reach.argmax())]) > _EPS:
            stops.append(nearest)
            driven += gain
            reach += x[nearest]
            reach[nearest] = -np.inf
            weigh(stops, driven)
    return sorted(worst, key=lambda s: (-worst[s], sorted(s)))
