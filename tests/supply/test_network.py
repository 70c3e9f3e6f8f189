"""Section 5.3: centres, routes, and centres that work together."""

from __future__ import annotations

import io
import itertools
import os
import re
import signal
import threading

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomlab.supply import network
from ecomlab.supply.network.bounds import lower_bound
from ecomlab.supply.network.rounds import read_round


def scattered(n: int, seed: int = 0, heaviest: int = 9) -> pd.DataFrame:
    """Stops at random on 100 x 100 km."""
    draw = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "x": draw.uniform(0, 100, n).round(1),
            "y": draw.uniform(0, 100, n).round(1),
            "demand": draw.integers(1, heaviest + 1, n),
        },
        index=[f"s{i}" for i in range(n)],
    )


def published(refdata, name: str) -> tuple[pd.DataFrame, tuple[float, float], int]:
    """Stops, depot and capacity of a CVRPLIB file."""
    text = (refdata / "supply" / f"{name}.vrp").read_text()
    capacity = int(re.search(r"CAPACITY\s*:\s*(\d+)", text)[1])
    nodes, rest = text.split("NODE_COORD_SECTION")[1].split("DEMAND_SECTION")
    place = np.array([line.split()[1:] for line in nodes.strip().splitlines()], dtype=float)
    wanted = rest.split("DEPOT_SECTION")[0].strip().splitlines()
    demand = [float(line.split()[1]) for line in wanted]
    stops = pd.DataFrame({"x": place[1:, 0], "y": place[1:, 1], "demand": demand[1:]})
    return stops, tuple(place[0]), capacity


def driven(plan: network.RoutePlan, stops: pd.DataFrame, depot, *, rounded=False) -> float:
    """The length of a plan's routes, measured anew."""
    total = 0.0
    for route in plan.routes:
        path = [depot, *stops.loc[route, ["x", "y"]].itertuples(index=False), depot]
        for (x, y), (u, v) in itertools.pairwise(path):
            km = np.hypot(x - u, y - v)
            total += np.floor(km + 0.5) if rounded else km
    return total


def serves_all(plan: network.RoutePlan, stops: pd.DataFrame, capacity: float) -> bool:
    """Whether each stop is visited once and no vehicle is overloaded."""
    seen = [stop for route in plan.routes for stop in route]
    loads = [stops.loc[route, "demand"].sum() for route in plan.routes]
    return sorted(map(str, seen)) == sorted(map(str, stops.index)) and max(loads) <= capacity


# Location


def or_library(refdata) -> tuple[np.ndarray, np.ndarray]:
    """Fixed costs and the table of costs of cap71."""
    numbers = iter((refdata / "supply" / "cap71.txt").read_text().split())
    sites, customers = int(next(numbers)), int(next(numbers))
    fixed = np.array([(next(numbers), next(numbers))[1] for _ in range(sites)], dtype=float)
    rows = [[next(numbers) for _ in range(sites + 1)][1:] for _ in range(customers)]
    return fixed, np.array(rows, dtype=float)


def test_cap71_is_solved_to_its_published_optimum(refdata):
    fixed, cost = or_library(refdata)
    found = network.locate(np.ones(len(cost)), fixed, cost=cost)
    assert found.cost == pytest.approx(932_615.750, abs=5e-4)
    assert found.proven
    assert found.transport + found.fixed == found.cost


@pytest.mark.parametrize("n_open", [5, 33])
def test_a_hundred_nodes_are_solved_to_proven_optimality(n_open):
    from scipy.sparse.csgraph import shortest_path

    draw = np.random.default_rng(n_open)
    roads = np.zeros((100, 100))
    chain = draw.permutation(100)
    pairs = [*itertools.pairwise(chain), *draw.integers(0, 100, (100, 2))]
    for a, b in pairs:
        roads[a, b] = roads[b, a] = draw.integers(1, 101)
    km = shortest_path(roads, directed=False)
    found = network.locate(np.ones(100), np.zeros(100), n_open=n_open, cost=km)
    assert found.proven
    assert len(found.open) == n_open
    assert found.seconds < 60
    assert found.cost == pytest.approx(km[:, list(found.open)].min(axis=1).sum())
    # No exchange of an open site for a closed one is cheaper.
    for out in found.open[:3]:
        for into in range(0, 100, 7):
            other = [*(s for s in found.open if s != out), into]
            assert km[:, other].min(axis=1).sum() >= found.cost - 1e-9


@given(st.integers(0, 10_000), st.integers(1, 3))
@settings(max_examples=12, deadline=None)
def test_the_sites_are_the_best_of_all_choices(seed, n_open):
    towns = scattered(7, seed)
    found = network.locate(towns, towns, n_open=n_open)
    best = min(
        network.serve_from(towns, towns, chosen).cost
        for chosen in itertools.combinations(towns.index, n_open)
    )
    assert found.cost == pytest.approx(best)


def test_dear_sites_are_fewer():
    towns = scattered(12)
    counts = [
        len(network.locate(towns, towns.assign(fixed_cost=fixed)).open)
        for fixed in (0.01, 60, 1_000, 1e6)
    ]
    assert counts == sorted(counts, reverse=True)
    assert (counts[0], counts[-1]) == (12, 1)


def test_detour_and_rate_scale_the_cost_and_nothing_else():
    towns = scattered(9)
    plain = network.locate(towns, towns, n_open=2)
    dear = network.locate(towns, towns, n_open=2, detour=1.25, rate=0.06)
    assert dear.open == plain.open
    assert dear.cost == pytest.approx(plain.cost * 1.25 * 0.06)


TOWNS = scattered(4)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: network.locate(TOWNS, TOWNS), "give n_open, or their costs"),
        (lambda: network.locate(TOWNS, TOWNS, n_open=0), "n_open is 0"),
        (lambda: network.locate(TOWNS, TOWNS, n_open=5), "n_open is 5; there are 4 sites"),
        (lambda: network.locate(TOWNS, TOWNS.iloc[:0], n_open=1), "sites has no rows"),
        (lambda: network.locate([1, 1], [], n_open=1, cost=np.ones((2, 0))), "no site is open"),
        (
            lambda: network.locate(TOWNS.assign(demand=[1, 2, -3, 4]), TOWNS, n_open=1),
            r"demand is -3 in row 2 \('s2'\)",
        ),
        (
            lambda: network.locate([1, 1], [0, 0], n_open=1, cost=[[1, 2], [np.inf, np.inf]]),
            r"no site can serve row 1",
        ),
        (
            lambda: network.locate([1, 1], [0, 0], n_open=1, cost=[[1, np.inf], [np.inf, 1]]),
            "no 1 sites can serve all rows",
        ),
        (lambda: network.locate([1], [0, 0], n_open=1, cost=[[1, -2]]), "cost is -2 in row 0"),
        (lambda: network.serve_from(TOWNS, TOWNS, []), "no site is open; name at least one"),
        (lambda: network.serve_from(TOWNS, TOWNS, ["Z"]), "there is no site 'Z'"),
    ],
)
def test_a_siting_that_cannot_be_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# Routes


@pytest.mark.parametrize(("name", "best"), [("P-n16-k8", 450), ("E-n22-k4", 375)])
def test_published_instances_are_solved_to_their_optimum(refdata, name, best):
    stops, depot, capacity = published(refdata, name)
    plan = network.routes(stops, depot=depot, capacity=capacity, rounded=True, iterations=600)
    assert plan.cost == best
    assert driven(plan, stops, depot, rounded=True) == best
    assert serves_all(plan, stops, capacity)
    assert 0.97 * best <= plan.bound <= best


def test_savings_come_close_and_are_no_better(refdata):
    for name, best in (("P-n16-k8", 450), ("E-n22-k4", 375)):
        stops, depot, capacity = published(refdata, name)
        plan = network.savings_routes(stops, depot=depot, capacity=capacity, rounded=True)
        assert serves_all(plan, stops, capacity)
        assert best < plan.cost <= 1.10 * best


@given(st.integers(0, 10_000), st.integers(9, 40))
@settings(max_examples=5, deadline=None)
def test_the_bound_never_exceeds_a_plan(seed, capacity):
    stops = scattered(9, seed)
    bound = lower_bound(read_round(stops, (50, 50), capacity), rounds=15)
    plan = network.savings_routes(stops, depot=(50, 50), capacity=capacity)
    assert serves_all(plan, stops, capacity)
    assert bound <= plan.cost + 1e-6
    assert network.routes(stops, depot=(50, 50), capacity=capacity, iterations=30).cost >= (
        bound - 1e-6
    )


def test_a_search_too_short_to_find_a_plan_still_serves_everyone():
    stops = scattered(9).assign(demand=9)
    plan = network.routes(stops, depot=(50, 50), capacity=9, iterations=1)
    assert len(plan.routes) == 9
    assert plan.gap < 1e-9


def test_the_same_seed_and_steps_give_the_same_plan():
    stops = scattered(25)
    first, second = (
        network.routes(stops, depot=(50, 50), capacity=30, iterations=40, seed=3) for _ in "ab"
    )
    pd.testing.assert_frame_equal(first.visits, second.visits)
    assert first.bound == second.bound


def test_where_steps_are_counted_the_bound_waits_until_it_is_asked_for(monkeypatch):
    from ecomlab.supply.network import routing

    sought = []
    monkeypatch.setattr(routing, "lower_bound", lambda *a, **k: sought.append(k) or 7.0)
    plan = network.routes(scattered(9), depot=(50, 50), capacity=20, iterations=30)
    assert (plan.iterations, sought) == (30, [])
    assert plan.bound == plan.bound == 7.0
    assert len(sought) == 1
    assert plan.gap == pytest.approx(1 - 7 / plan.cost)


def test_windows_are_kept_and_cost_a_detour():
    stops = pd.DataFrame(
        {"x": [10, 20, 30.0], "y": 0, "demand": 1, "service": 1}, index=list("ABC")
    )
    free = network.routes(stops, depot=(0, 0), capacity=9, iterations=50)
    windows = pd.DataFrame({"from": [50, 0, 0], "to": [60, 25, 99]}, index=list("ABC"))
    plan = network.routes(
        stops, depot=(0, 0), capacity=9, iterations=200, time_windows=windows, shift=(0, 70)
    )
    when = plan.visits.set_index("stop").loc[list("ABC")]
    assert (when["starts"] >= windows["from"]).all()
    assert (when["starts"] <= windows["to"]).all()
    assert (when["starts"] >= when["arrives"]).all()
    assert free.cost == pytest.approx(60)
    assert plan.routes == [["B", "C", "A"]]


def test_faster_vehicles_keep_windows_that_slow_ones_cannot():
    stops = pd.DataFrame({"x": [30.0], "y": 0, "demand": 1})
    network.routes(stops, depot=(0, 0), capacity=1, time_windows=[[0, 1]], speed=40, iterations=2)
    with pytest.raises(ValueError, match=r"closes at 1; no vehicle can be there before 1\.5"):
        network.routes(stops, depot=(0, 0), capacity=1, time_windows=[[0, 1]], speed=20)


def test_vehicles_of_a_table_return_to_their_depots_and_cost_their_day():
    stops = pd.DataFrame({"x": [1, 2, 98, 99.0], "y": 0, "demand": 5})
    depots = pd.DataFrame({"x": [0, 100.0], "y": 0}, index=["west", "east"])
    fleet = pd.DataFrame(
        {"depot": ["west", "west", "east"], "capacity": [10, 10, 10], "cost_per_km": [2, 1, 3],
         "day_cost": [0, 5, 7]}
    )  # fmt: skip
    plan = network.routes(stops, depot=depots, capacity=fleet, iterations=100)
    # In the west the dear kilometres, 4 x 2, are cheaper than the dear day, 4 + 5.
    assert plan.cost == pytest.approx(4 * 2 + 4 * 3 + 7)
    assert plan.legs["depot"].tolist() == ["west", "east"]
    assert plan.bound <= plan.cost


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"capacity": 4}, r"the demand in row 2 \('C'\) is 5; the largest vehicle carries 4"),
        ({"capacity": pd.DataFrame({"capacity": [5, 2]})}, "demand 8 in all; the vehicles carry 7"),
        ({"time_windows": [[0, 99], [0, 3], [0, 99]]}, r"row 1 \('B'\) closes at 3"),
        ({"time_windows": [[5, 4], [0, 9], [0, 9]]}, r"row 0 \('A'\) is open from 5 to 4"),
        ({"time_windows": [[5, 4]]}, r"shape \(1, 2\); \(3, 2\) is needed"),
        ({"shift": (0, 50)}, r"row 2 \('C'\) cannot be served within the shift"),
        ({"shift": (5, 5)}, "must end after it begins"),
        ({"depot": pd.DataFrame({"x": [], "y": []})}, "depot has no rows"),
        ({"depot": (1, 2, 3)}, "depot should be a place"),
        ({"distances": np.ones((3, 3))}, "4 x 4 is needed, depots first"),
        ({"stops": pd.DataFrame({"x": [1], "y": [1]})}, "stops has no column 'demand'"),
        (
            {"stops": pd.DataFrame({"x": [1, 2], "y": 1, "demand": 1}, index=["A", "A"])},
            "row 1 has the label 'A' of an earlier row",
        ),
        ({"iterations": 0}, "iterations is 0"),
        ({"seconds": 0}, "seconds is 0"),
    ],
)
def test_a_round_that_cannot_be_is_refused(change, message):
    stops = pd.DataFrame({"x": [10, 20, 30.0], "y": 0, "demand": [1, 2, 5]}, index=list("ABC"))
    usual = {"stops": stops, "depot": (0, 0), "capacity": 8}
    with pytest.raises(ValueError, match=message):
        network.routes(**(usual | change))


def test_limits_that_only_fail_together_are_refused_too():
    stops = pd.DataFrame({"x": [10, -10.0], "y": 0, "demand": 1})
    one = pd.DataFrame({"capacity": [2]})
    with pytest.raises(ValueError, match=r"no plan was found .* keeps all"):
        network.routes(
            stops, depot=(0, 0), capacity=one, time_windows=[[0, 12], [0, 12]], iterations=20
        )


def test_ctrl_c_gives_the_best_plan_so_far():
    stops = scattered(60)
    timer = threading.Timer(1.5, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    plan = network.routes(stops, depot=(50, 50), capacity=40, seconds=60)
    assert not plan.finished
    assert plan.seconds < 50
    assert serves_all(plan, stops, 40)


def test_progress_is_one_line_that_goes_away():
    out = io.StringIO()
    stops = scattered(40)
    network.routes(stops, depot=(50, 50), capacity=40, seconds=1.6, progress=out)
    told = out.getvalue()
    assert "\n" not in told
    assert re.search(r"cost \d+.*gap \d", told)
    assert told.endswith("\r")
    assert not told.rsplit("\r", 2)[1].strip()


# Coordination


def region(seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Orders around two centres, most near the one with few vehicles."""
    draw = np.random.default_rng(seed)
    orders = pd.DataFrame(
        {"x": draw.normal(30, 18, 40).round(), "y": draw.normal(0, 12, 40).round()}
    )
    orders["weight"] = draw.uniform(1, 6, 40).round(1)
    centres = pd.DataFrame({"warehouse_id": [1, 2], "x": [20.0, 70.0], "y": 0.0})
    vans = pd.DataFrame({"warehouse_id": [1, 1, 2, 2, 2], "capacity": 40, "cost_per_km": 1.1})
    return orders, centres, vans


def test_a_centre_without_a_free_vehicle_passes_orders_on():
    orders, centres, vans = region()
    found = network.coordinate(orders, centres, vans, iterations=150)
    near_1 = (orders["x"] - 20).abs() < (orders["x"] - 70).abs()
    assert orders.loc[near_1, "weight"].sum() > 80, "else the case shows nothing"
    assert np.isnan(found.apart)
    carried = orders.groupby(found.serves)["weight"].sum()
    assert carried[1] <= 80
    assert carried.sum() == pytest.approx(orders["weight"].sum())
    assert found.cost < found.direct


def test_together_costs_no_more_than_apart():
    orders, centres, vans = region(1)
    many = pd.concat([vans, vans, vans]).assign(day_cost=20)
    found = network.coordinate(orders, centres, many, iterations=300)
    assert found.cost <= found.apart + 1e-9
    assert found.saved == pytest.approx(found.apart - found.cost)


def test_orders_to_one_place_share_stops_as_far_as_a_vehicle_holds():
    orders = pd.DataFrame({"x": 10.0, "y": 0.0, "weight": [4.0, 4.0, 4.0]}, index=list("abc"))
    centres = pd.DataFrame({"warehouse_id": [5], "x": [0.0], "y": [0.0]})
    vans = pd.DataFrame({"warehouse_id": [5, 5], "capacity": [8, 8]})
    found = network.coordinate(orders, centres, vans, iterations=20)
    assert found.cost == 40
    assert found.direct == 60
    assert len(found.trips.routes) == 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"orders": {"weight": 99}}, r"the weight in row 0 \(0\) is 99 kg; the largest vehicle"),
        ({"orders": {"weight": 39}}, "in all; the vehicles carry 200"),
        ({"vans": {"warehouse_id": 3}}, "row 0 has depot 3, which is not in the table"),
        ({"centres": {"warehouse_id": 1}}, "row 1 has the label 1 of an earlier row"),
    ],
)
def test_orders_that_cannot_be_carried_are_refused(change, message):
    orders, centres, vans = region()
    with pytest.raises(ValueError, match=message):
        network.coordinate(
            orders.assign(**change.get("orders", {})),
            centres.assign(**change.get("centres", {})),
            vans.assign(**change.get("vans", {})),
            iterations=5,
        )


# Stations


def test_an_order_always_goes_to_the_same_station_of_its_city():
    cities = pd.DataFrame({"city_id": [0, 1], "x": [0.0, 500.0], "y": 0.0})
    parcels = pd.DataFrame({"order_id": range(400), "city_id": [0, 1] * 200, "weight": 1.5})
    all_ = network.stations(parcels, cities, radius=10)
    some = network.stations(parcels.iloc[:150], cities, radius=10)
    assert all_["demand"].sum() == pytest.approx(600)
    assert all_["parcels"].sum() == 400
    both = some.merge(all_, on=["city_id", "station"])
    assert (both["x_x"] == both["x_y"]).all()
    assert (both["parcels_x"] <= both["parcels_y"]).all()
    away = np.hypot(all_["x"] - all_["city_id"].map({0: 0.0, 1: 500.0}), all_["y"])
    assert away.max() <= 10.1
    with pytest.raises(ValueError, match="row 1 goes to city 1"):
        network.stations(parcels, cities.iloc[:1])


def test_maps_say_what_they_show():
    import matplotlib.pyplot as plt

    plt.switch_backend("Agg")
    stops = scattered(12)
    plan = network.savings_routes(stops, depot=(50, 50), capacity=25)
    ax = network.plot_routes(plan)
    assert ax.get_title(loc="left") == f"{len(plan.routes)} routes, {plan.distance:,.0f} km"
    assert f"{len(plan.routes)} routes" in plan._repr_html_()
    siting = network.locate(stops, stops, n_open=2)
    assert all(name in siting.plot().get_title(loc="left") for name in siting.open)
    assert "gap" in siting._repr_html_()
    plt.close("all")


def test_loads_that_fill_a_vehicle_to_the_brim_share_it():
    stops = pd.DataFrame({"x": [1.0, 2.0], "y": 0.0, "demand": [0.1, 0.2]})
    assert network.savings_routes(stops, depot=(0, 0), capacity=0.3).routes == [[0, 1]]
