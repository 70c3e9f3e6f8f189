"""Routes for a day: found by iterated local search (PyVRP), with a bound on what is possible."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any, TextIO

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecomlab.arguments import amount, whole
from ecomlab.style import say
from ecomlab.supply.network.bounds import lower_bound
from ecomlab.supply.network.plans import RoutePlan, plan_of
from ecomlab.supply.network.rounds import Round, read_round

if TYPE_CHECKING:
    import pyvrp

Floats = NDArray[np.float64]

#: The search counts in whole numbers of so many digits. Its penalties are limited, so that
#: too long a cost would make breaking a limit cheap; loads and times are told more finely.
_KM_DIGITS, _PRICE_DIGITS, _LIMIT_DIGITS = 5, 3, 7
#: Rounds of cuts: while there is time; and where steps are counted, so that machines agree.
_BOUND_ROUNDS, _COUNTED_ROUNDS = 40, 12
_NEVER = int(np.iinfo(np.int64).max)


def routes(
    stops: Any,
    *,
    depot: Any,
    capacity: Any,
    time_windows: Any = None,
    seconds: float = 5,
    seed: int = 0,
    iterations: int | None = None,
    distances: ArrayLike | None = None,
    detour: float = 1.0,
    rounded: bool = False,
    speed: float = 1.0,
    shift: tuple[float, float] = (0.0, np.inf),
    progress: TextIO | None = None,
) -> RoutePlan:
    """Plan routes that serve every stop within capacities and time windows, at little cost.

    The search ends after `seconds`, or sooner when the bound proves the plan best, or after the
    `iterations` asked for; Ctrl-C ends it at once with the best plan so far.

    Parameters
    ----------
    stops
        One row a stop, each with its own label: `x`, `y` (km), `demand` (>= 0, the unit of
        `capacity`), and `service` (time at the stop) where that matters.
    depot
        A place (x, y), or a frame of several with `x` and `y`; each vehicle returns to its own.
    capacity
        What each of any number of vehicles carries; or a frame with one row a vehicle: `capacity`,
        and where they differ `cost_per_km` (1), `day_cost` (0, paid if it drives) and `depot`.
    time_windows
        From when to when each stop lets a vehicle in: n x 2, in the order of `stops`, or a frame
        with its labels. Who comes early waits.
    seconds
        Time to search; a quarter of it, or less, goes into the bound.
    seed
        Where the search begins; the same seed and `iterations` give the same plan.
    iterations
        Stop after so many steps, not after `seconds`: the same plan on every machine. The bound
        is then sought only when the plan is asked for it.
    distances
        Distances between all places, depots before stops, in place of straight lines.
    detour
        Road km per straight km.
    rounded
        Whether distances are rounded to whole km (as the published CVRP instances ask).
    speed
        Km per unit of time.
    shift
        When vehicles may leave, and when they must be back.
    progress
        Where one line of progress is written, over and over; nowhere unless given or, in a
        terminal, standard error.

    Returns
    -------
    RoutePlan
        Its `cost` is in km, unless vehicles have their own costs.

    Raises
    ------
    TypeError, ValueError
        If a table or number is not as above; a stop is heavier than every vehicle, or cannot be
        reached before its window closes; or no plan was found that keeps all limits.

    Notes
    -----
    Search: Wouda, Lan, Kool (2024), PyVRP, INFORMS Journal on Computing 36, 943-955. Bound: see
    :mod:`ecomlab.supply.network.bounds`.

    Examples
    --------
    >>> import pandas as pd
    >>> stops = pd.DataFrame({"x": [10, 11, -10], "y": 0, "demand": 1}, index=list("ABC"))
    >>> plan = routes(stops, depot=(0, 0), capacity=2, iterations=50)
    >>> plan.routes, plan.cost, plan.gap
    ([['A', 'B'], ['C']], 42.0, 0.0)
    """
    seconds, seed = amount(seconds, "seconds", above=0), whole(seed, "seed", least=0)
    steps = None if iterations is None else whole(iterations, "iterations")
    problem = read_round(
        stops, depot, capacity, time_windows=time_windows, distances=distances, detour=detour,
        rounded=rounded, speed=speed, shift=shift,
    )  # fmt: skip
    watch = _Watch(problem, seconds, steps, _where(progress))
    bound = partial(lower_bound, problem, rounds=_COUNTED_ROUNDS)
    if steps is None:
        watch.seek_bound()
    chosen = _search(problem, watch, seed)
    watch.wipe()
    return plan_of(
        problem, chosen, bound=watch.bound if steps is None else bound,
        seconds=perf_counter() - watch.began, iterations=watch.steps,
        finished=not watch.interrupted,
    )  # fmt: skip


def _where(progress: TextIO | None) -> TextIO | None:
    return progress or (sys.stderr if sys.stderr is not None and sys.stderr.isatty() else None)


@dataclass
class _Watch:
    """When to stop, and what to say meanwhile; pyvrp asks it before every step."""

    problem: Round
    seconds: float
    most_steps: int | None
    out: TextIO | None
    began: float = field(default_factory=perf_counter)
    bound: float = 0.0
    steps: int = 0
    interrupted: bool = False
    unit: float = 1.0
    _said: float = 0.0

    def seek_bound(self) -> None:
        """Take at most a quarter of the time."""
        try:
            self.bound = lower_bound(
                self.problem, rounds=_BOUND_ROUNDS,
                late=lambda: perf_counter() - self.began > self.seconds / 4,
            )  # fmt: skip
        except KeyboardInterrupt:
            self.interrupted = True

    def __call__(self, best_cost: int) -> bool:
        cost = best_cost * self.unit
        if self.interrupted or self._reached(cost) or self._over():
            return True
        self.steps += 1
        self._tell(cost)
        return False

    def _reached(self, cost: float) -> bool:
        return cost <= self.bound * (1 + 1e-9)

    def _over(self) -> bool:
        if self.most_steps is not None:
            return self.steps >= self.most_steps
        return perf_counter() - self.began >= self.seconds

    def _tell(self, cost: float) -> None:
        spent = perf_counter() - self.began
        if self.out is None or spent - self._said < 0.5 or not np.isfinite(cost):
            return
        self._said = spent
        of = f"{self.most_steps:,}" if self.most_steps is not None else f"{self.seconds:.0f} s"
        done = f"{self.steps:,}" if self.most_steps is not None else f"{spent:.1f}"
        above = max(cost - self.bound, 0) / cost
        gap = say(en=f", gap {above:.1%}", zh=f"，差距 {above:.1%}") if self.bound else ""
        line = say(
            en=f"routes: {done} of {of}, cost {cost:,.1f}{gap} (Ctrl-C: take this)",
            zh=f"路线：{done} / {of}，成本 {cost:,.1f}{gap}（Ctrl-C：取当前最优）",
        )
        self.out.write(f"\r{line:<72}")
        self.out.flush()

    def wipe(self) -> None:
        """Leave no line behind."""
        if self.out is not None and self._said:
            self.out.write("\r" + " " * 100 + "\r")
            self.out.flush()


def _search(problem: Round, watch: _Watch, seed: int) -> list[tuple[int, list[int]]]:
    """The best plan found: kinds of vehicles, and the places of their stops in order."""
    import warnings

    from pyvrp import IteratedLocalSearchParams, SolveParams, solve
    from pyvrp.IteratedLocalSearch import IteratedLocalSearchCallbacks

    class Keeper(IteratedLocalSearchCallbacks):
        """Holds the best plan so far, so that Ctrl-C does not lose it."""

        best: pyvrp.Solution | None = None

        def on_start(self, ils: Any) -> None:
            self.best = ils.initial_solution

        def on_best(self, best: pyvrp.Solution) -> None:
            self.best = best

    data, watch.unit = _data(problem)
    keeper = Keeper()
    settings = SolveParams(ils=IteratedLocalSearchParams(callbacks=keeper))
    try:
        with warnings.catch_warnings():
            # What it warns of, a plan that breaks a limit, is an error here.
            warnings.simplefilter("ignore")
            solve(data, watch, seed=seed, collect_stats=False, display=False, params=settings)
    except KeyboardInterrupt:
        if keeper.best is None:
            raise
        watch.interrupted = True
    if keeper.best is None or not (keeper.best.is_feasible() and keeper.best.is_complete()):
        if problem.fleet.count.min() >= len(problem.stops):
            return _alone(problem)
        raise ValueError(
            f"no plan was found in {perf_counter() - watch.began:.1f} seconds that keeps all "
            "capacities, windows and the shift; allow more vehicles, wider windows or more time"
        )
    return [
        (route.vehicle_type(), [activity.idx for activity in route if activity.is_client()])
        for route in keeper.best.routes()
    ]


def _alone(problem: Round) -> list[tuple[int, list[int]]]:
    """A trip for each stop from its nearest depot: always possible where vehicles abound."""
    n = problem.n_depots
    nearest = (problem.km[:n, n:] + problem.km[n:, :n].T).argmin(axis=0)
    return [(int(home), [stop]) for stop, home in enumerate(nearest)]


def _data(problem: Round) -> tuple[pyvrp.ProblemData, float]:
    """The problem in whole numbers, and the cost of one unit of them."""
    from pyvrp import Client, Depot, Location, ProblemData, VehicleType

    fleet, n = problem.fleet, problem.n_depots
    km, fine_km = _whole(problem.km, _KM_DIGITS)
    # Where all vehicles cost alike per km, the price is left to the end.
    alike = fleet.per_km.max() if np.ptp(fleet.per_km) == 0 and fleet.per_km.max() > 0 else 1.0
    price, fine_price = _whole(fleet.per_km / alike, _PRICE_DIGITS)
    day = np.rint(fleet.day_cost / alike * fine_km * fine_price).astype(np.int64)
    load, room = _loads(problem.load, fleet.capacity)
    hours = problem.km / problem.speed
    tick = _fineness(max(float(hours.max()), _latest(problem)), _LIMIT_DIGITS)
    travel: Any = [np.ceil(hours * tick - 1e-6).astype(np.int64)]
    roads: Any = [km]
    begins, ends = _opening(problem.shift, tick)
    opening = [(0, _NEVER)] * len(load) if problem.windows is None else [
        _opening(window, tick) for window in problem.windows
    ]  # fmt: skip
    clients = [
        Client(
            n + stop, delivery=[int(load[stop])], tw_early=opening[stop][0],
            tw_late=opening[stop][1],
            service_duration=int(np.ceil(problem.service[stop] * tick - 1e-6)),
        )
        for stop in range(len(load))
    ]  # fmt: skip
    vehicles = [
        VehicleType(
            num_available=int(fleet.count[kind]), capacity=[int(room[kind])],
            start_depot=int(fleet.depot[kind]), end_depot=int(fleet.depot[kind]),
            fixed_cost=int(day[kind]), unit_distance_cost=int(price[kind]),
            tw_early=begins, tw_late=ends,
        )
        for kind in range(len(fleet.capacity))
    ]  # fmt: skip
    data = ProblemData(
        [Location(*at) for at in np.concatenate([problem.depot_at, problem.stop_at])],
        clients, [Depot(i) for i in range(n)], vehicles, roads, travel,
    )  # fmt: skip
    return data, alike / (fine_km * fine_price)


def _fineness(most: float, digits: int) -> int:
    """By what power of 10 to multiply values up to `most` to have so many digits."""
    return 10 ** max(int(np.ceil(digits - np.log10(most))), 0) if most > 0 else 1


def _whole(values: Floats, digits: int) -> tuple[NDArray[np.int64], int]:
    """Values in whole numbers of a fine unit, and how many of it make one."""
    is_whole = np.array_equal(values, np.rint(values))
    fine = 1 if is_whole else _fineness(float(values.max()), digits)
    return np.rint(values * fine).astype(np.int64), fine


def _loads(load: Floats, room: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Loads rounded up and capacities down: what fits there fits here."""
    fine = _fineness(float(room.max()), _LIMIT_DIGITS)
    return (
        np.ceil(load * fine - 1e-6).astype(np.int64),
        np.floor(room * fine + 1e-6).astype(np.int64),
    )


def _latest(problem: Round) -> float:
    """The last finite moment that any window or the shift names."""
    moments = [np.array(problem.shift), problem.service]
    if problem.windows is not None:
        moments.append(problem.windows.ravel())
    every = np.concatenate(moments)
    return float(np.abs(every[np.isfinite(every)]).max())


def _opening(window: Any, tick: int) -> tuple[int, int]:
    """A window in whole ticks, rounded so that what is in time there is in time here."""
    begins, ends = (float(moment) for moment in window)
    return (
        max(int(np.ceil(begins * tick - 1e-6)), 0) if np.isfinite(begins) else 0,
        int(np.floor(ends * tick + 1e-6)) if np.isfinite(ends) else _NEVER,
    )
