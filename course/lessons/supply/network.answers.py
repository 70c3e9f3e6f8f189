"""What students answer in 5.3: wrong answers, each with its misconception, and other right ones."""

WRONG = {
    "haulage": {
        "adds the roads from every open site": """
def haulage(demand, km, chosen):
    return sum(q * sum(row[j] for j in chosen) for q, row in zip(demand, km))
""",
        "forgets the kilograms": """
def haulage(demand, km, chosen):
    return sum(min(row[j] for j in chosen) for row in km)
""",
        "takes the nearest of all sites, open or not": """
def haulage(demand, km, chosen):
    return sum(q * min(row) for q, row in zip(demand, km))
""",
        "serves all from the first open site": """
def haulage(demand, km, chosen):
    return sum(q * row[chosen[0]] for q, row in zip(demand, km))
""",
        "averages over the cities": """
def haulage(demand, km, chosen):
    return np.mean([q * min(row[j] for j in chosen) for q, row in zip(demand, km)])
""",
    },
    "centres": {
        "takes the two largest cities": """
centres = towns["demand"].nlargest(2).index.tolist()
""",
        "takes the two cities nearest to the centre of gravity": """
middle = towns[["x", "y"]].mul(towns["demand"], axis=0).sum() / towns["demand"].sum()
centres = np.hypot(*(towns[["x", "y"]] - middle).T.to_numpy()).argsort()[:2]
centres = towns.index[centres].tolist()
""",
        "keeps the best single place and adds the best second": """
first = network.locate(towns, towns, n_open=1, detour=DETOUR).open[0]
second = min(towns.index, key=lambda name: network.serve_from(towns, towns, [first, name]).cost)
centres = [first, second]
""",
        "takes the two that lie farthest apart": """
at = towns[["x", "y"]].to_numpy()
apart = np.hypot(*(at[:, None] - at).transpose(2, 0, 1))
centres = towns.index[list(np.unravel_index(apart.argmax(), apart.shape))].tolist()
""",
        "names one city twice": """
centres = [towns.index[0]] * 2
""",
    },
    "number": {
        "forgets the rent: more is always nearer": """
def best_number(towns, rent):
    return len(towns) if rent < 1e6 else 1
""",
        "pays one rent for all": """
def best_number(towns, rent):
    cost = {n: network.locate(towns, towns, n_open=n, detour=DETOUR, rate=RATE).cost + rent
            for n in range(1, len(towns) + 1)}
    return min(cost, key=cost.get) if rent < 1e6 else 1
""",
        "opens as long as all of them together still save": """
def best_number(towns, rent):
    one = network.locate(towns, towns, n_open=1, detour=DETOUR, rate=RATE).cost
    number = 1
    for n in range(2, len(towns) + 1):
        cost = network.locate(towns, towns, n_open=n, detour=DETOUR, rate=RATE).cost
        if one - cost > rent * (n - 1):
            number = n
    return number
""",
        "takes kilogram-kilometres for money": """
def best_number(towns, rent):
    found = network.locate(towns, towns.assign(fixed_cost=rent), detour=DETOUR)
    return len(found.open) if rent < 1e6 else 1
""",
    },
    "tour": {
        "does not drive home": """
def tour_km(hub, places):
    path = [hub, *places]
    return sum(np.hypot(b[0] - a[0], b[1] - a[1]) for a, b in zip(path, path[1:]))
""",
        "starts at the first stop": """
def tour_km(hub, places):
    path = [*places, hub]
    return sum(np.hypot(b[0] - a[0], b[1] - a[1]) for a, b in zip(path, path[1:]))
""",
        "returns to the hub after every stop": """
def tour_km(hub, places):
    return sum(2 * np.hypot(x - hub[0], y - hub[1]) for x, y in places)
""",
        "goes round the blocks": """
def tour_km(hub, places):
    path = [hub, *places, hub]
    return sum(abs(b[0] - a[0]) + abs(b[1] - a[1]) for a, b in zip(path, path[1:]))
""",
    },
    "routes": {
        "ignores capacity: one round for all": """
plan_beijing = network.routes(beijing, depot=beijing_hub, capacity=10_000, iterations=200).routes
""",
        "rides in the table's order until the bike is full": """
plan_beijing, room = [[]], 25.0
for label, kg in beijing["demand"].items():
    if kg > room:
        plan_beijing.append([])
        room = 25.0
    plan_beijing[-1].append(label)
    room -= kg
""",
        "always rides to the nearest stop that still fits": """
left, plan_beijing = dict(beijing["demand"]), []
while left:
    here, room, trip = beijing_hub, 25.0, []
    while fitting := [s for s in left if left[s] <= room]:
        near = min(fitting, key=lambda s: np.hypot(beijing.x[s] - here[0], beijing.y[s] - here[1]))
        trip.append(near)
        here, room = (beijing.x[near], beijing.y[near]), room - left.pop(near)
    plan_beijing.append(trip)
""",
        "a trip to every stop": """
plan_beijing = [[stop] for stop in beijing.index]
""",
        "leaves the last stop for tomorrow": """
known = beijing.iloc[:-1]
plan_beijing = network.routes(known, depot=beijing_hub, capacity=25, iterations=50).routes
""",
    },
    "lorries": {
        "rounds down": """
def lorries(loads, capacity):
    return sum(max(load // capacity, 1) for load in loads), max(sum(loads) // capacity, 1)
""",
        "pools only what is left over": """
def lorries(loads, capacity):
    apart = sum(int(np.ceil(load / capacity)) for load in loads)
    return apart, apart - 1 if len(loads) > 1 else apart
""",
        "sends a lorry from every centre, full or empty": """
def lorries(loads, capacity):
    return sum(load // capacity + 1 for load in loads), -(-sum(loads) // capacity)
""",
        "gives parts of lorries": """
def lorries(loads, capacity):
    return sum(load / capacity for load in loads), sum(loads) / capacity
""",
    },
    "serves": {
        "ignores capacity: always the nearest hub": """
near = np.hypot(shanghai.x - 2, shanghai.y - 5) < np.hypot(shanghai.x + 7, shanghai.y + 6)
serves = pd.Series(np.where(near, "north", "south"), index=shanghai.index)
""",
        "sends everything from the larger hub": """
serves = {stop: "south" for stop in shanghai.index}
""",
        "fills the north with the stations nearest to it, wherever the south is": """
serves, room = pd.Series("south", index=shanghai.index), 48.0
for stop in np.hypot(shanghai.x - 2, shanghai.y - 5).sort_values().index:
    if shanghai.demand[stop] <= room:
        serves[stop] = "north"
        room -= shanghai.demand[stop]
""",
        "hands over the last in the table": """
near = np.hypot(shanghai.x - 2, shanghai.y - 5) < np.hypot(shanghai.x + 7, shanghai.y + 6)
serves, room = pd.Series("south", index=shanghai.index), 48.0
for stop in shanghai.index[near]:
    if shanghai.demand[stop] <= room:
        serves[stop] = "north"
        room -= shanghai.demand[stop]
""",
        "hands over the light ones": """
near = np.hypot(shanghai.x - 2, shanghai.y - 5) < np.hypot(shanghai.x + 7, shanghai.y + 6)
serves, room = pd.Series("south", index=shanghai.index), 48.0
for stop in shanghai.demand[near].sort_values(ascending=False).index:
    if shanghai.demand[stop] <= room:
        serves[stop] = "north"
        room -= shanghai.demand[stop]
""",
    },
}

RIGHT = {
    "haulage": {
        "with NumPy": """
def haulage(demand, km, chosen):
    return np.asarray(km)[:, chosen].min(axis=1) @ np.asarray(demand)
""",
        "city by city, as an array of one": """
def haulage(demand, km, chosen):
    total = np.zeros(1)
    for i in range(len(demand)):
        total += demand[i] * np.take(km[i], chosen).min()
    return total
""",
    },
    "centres": {
        "tries all pairs": """
from itertools import combinations
at, kg = towns[["x", "y"]].to_numpy(), towns["demand"].to_numpy()
km = np.hypot(*(at[:, None] - at).transpose(2, 0, 1))
pairs = combinations(range(len(towns)), 2)
best = min(pairs, key=lambda pair: kg @ np.minimum(km[:, pair[0]], km[:, pair[1]]))
centres = towns.index[list(best)].tolist()
""",
        "the same as a set, in the other order": """
centres = set(network.locate(towns, towns, n_open=2).open[::-1])
""",
        "by their Chinese names": """
at = [towns.index.get_loc(name) for name in network.locate(towns, towns, n_open=2).open]
centres = cities["name_zh"].astype(str).iloc[at].to_numpy()
""",
    },
    "number": {
        "tries every number": """
def best_number(towns, rent):
    cost = {n: network.locate(towns, towns, n_open=n, detour=DETOUR, rate=RATE).cost + n * rent
            for n in range(1, len(towns) + 1)}
    return min(cost, key=cost.get)
""",
        "opens another while it pays for itself": """
def best_number(towns, rent):
    number, cost = 1, network.locate(towns, towns, n_open=1, detour=DETOUR, rate=RATE).cost
    while number < len(towns):
        more = network.locate(towns, towns, n_open=number + 1, detour=DETOUR, rate=RATE).cost
        if cost - more <= rent:
            break
        number, cost = number + 1, more
    return number
""",
    },
    "tour": {
        "with NumPy": """
def tour_km(hub, places):
    path = np.array([hub, *places, hub], dtype=float)
    return np.sqrt((np.diff(path, axis=0) ** 2).sum(axis=1)).sum()
""",
        "by math.dist": """
import math

def tour_km(hub, places):
    total, here = 0, hub
    for place in list(places) + [hub]:
        total = total + math.dist(here, place)
        here = place
    return total
""",
    },
    "routes": {
        "another seed, as tuples": """
found = network.routes(beijing, depot=beijing_hub, capacity=25, iterations=300, seed=8)
plan_beijing = tuple(tuple(route) for route in found.routes)
""",
        "routes ridden backwards, from the table of visits": """
found = network.routes(beijing, depot=beijing_hub, capacity=25, iterations=300)
plan_beijing = [group["stop"].to_numpy()[::-1] for _, group in found.visits.groupby("route")]
""",
    },
    "lorries": {
        "with whole-number division, as a list": """
def lorries(loads, capacity):
    return [sum(-(-load // capacity) for load in loads), -(-sum(loads) // capacity)]
""",
        "as an array": """
def lorries(loads, capacity):
    loads = np.array(loads)
    return np.array([np.ceil(loads / capacity).sum(), np.ceil(loads.sum() / capacity)])
""",
    },
    "serves": {
        "hands over what is nearly as near to the south": """
gain = np.hypot(shanghai.x + 7, shanghai.y + 6) - np.hypot(shanghai.x - 2, shanghai.y - 5)
serves, room = {stop: "south" for stop in shanghai.index}, 48.0
for stop in gain.sort_values(ascending=False).index:
    if gain[stop] > 0 and shanghai.demand[stop] <= room:
        serves[stop] = "north"
        room -= shanghai.demand[stop]
""",
        "by routes with two depots, as a list": """
found = network.routes(
    shanghai, depot=two_hubs.set_index("warehouse_id"),
    capacity=couriers.rename(columns={"warehouse_id": "depot"}), iterations=400, seed=4,
)
by_stop = found.visits.set_index("stop")["depot"]
serves = [by_stop[stop] for stop in shanghai.index]
""",
    },
}
