"""The tables of delivery: parcels, returns, the warehouse's steps, lanes and vehicles."""

from __future__ import annotations

import numpy as np

from ecomlab.shop import delivery
from ecomlab.shop.catalogue import CITIES, WAREHOUSES
from ecomlab.shop.chunk import DAY_SECONDS, Builder, Chunk, moment, take, visit_id
from ecomlab.shop.keys import below, normal, uniform
from ecomlab.shop.ledger import Block

#: Minutes and fen of each warehouse step: picking is the bottleneck (design).
STEP_MINUTES = np.array([26.0, 7.0, 9.0, 12.0, 0.0, 0.0])
STEP_FEN = np.array([110, 45, 25, 30, 0, 0])
LOGGED = 0.1


def deliveries(chunk: Chunk) -> Block:
    """Parcels leave the same day or the next morning; those still on their way have no end."""
    rows = chunk.blocks["orders"]
    city, ids = rows["city_id"].astype(np.int64), visit_id(rows)
    towns = chunk.ground.cities
    day = rows["day"].astype(np.int64)
    shipped = moment(rows) + 3_600 + (uniform(chunk.bits("ship", ids)) * 6 * 3_600).astype(np.int64)
    door = day + rows["transit"]
    hour = 8 * 3_600 + (uniform(chunk.bits("door", ids)) * 12 * 3_600).astype(np.int64)
    delivered = np.maximum(door * DAY_SECONDS + hour, shipped + 3_600)
    return {
        "order_id": ids,
        "warehouse_id": towns.warehouse[city],
        "city_id": city,
        "promised_on": day + delivery.promised_days(chunk.ground)[city],
        "shipped_at": shipped,
        "delivered_at": np.where(delivered // DAY_SECONDS <= chunk.until, delivered, -1),
        "weight": np.round(rows["weight"].astype(np.float64), 2),
        "distance": towns.km[city],
        "picking": rows["picking"],
        "line_haul": rows["haul"],
        "last_mile": rows["last_mile"],
    }


def returns(chunk: Chunk) -> Block:
    """Lines received back by the run's last day; the refund is what was paid for the line."""
    lines = chunk.blocks["lines"]
    lines = take(lines, (lines["return_day"] >= 0) & (lines["return_day"] <= chunk.until))
    gross = lines["units"].astype(np.int64) * lines["price"]
    return {
        "order_id": visit_id(lines),
        "line_no": lines["line_no"],
        "product_id": lines["product_id"],
        "returned_on": lines["return_day"],
        "units": lines["units"],
        "reason": lines["reason"],
        "restocked": lines["resold"] == 1,
        "refund": gross - lines["coupon"] - lines["saved"],
        "cost": 700 + 120 * lines["units"].astype(np.int64),
    }


def process_log(chunk: Chunk) -> Block:
    """Six steps of a tenth of the orders: four in the warehouse, then the road."""
    rows = chunk.blocks["orders"]
    rows = take(rows, below(chunk.bits("logged", visit_id(rows)), LOGGED))
    ids = visit_id(rows)
    steps = len(STEP_MINUTES)
    order, step = np.repeat(ids, steps), np.tile(np.arange(steps), len(ids))
    spread = np.exp(0.4 * normal(chunk.bits("step", order, step)))
    seconds = np.repeat(rows["transit"].astype(np.float64), steps) * DAY_SECONDS
    road = np.where(step == 4, 0.55 * seconds, 0.2 * seconds)
    length = np.where(step < 4, STEP_MINUTES[step] * 60 * spread, road * np.minimum(spread, 1.6))
    length = np.rint(length).astype(np.int64).reshape(-1, steps)
    ends = moment(rows)[:, None] + 600 + np.cumsum(length, axis=1)
    cost = np.rint(STEP_FEN[step] * spread).astype(np.int64).reshape(-1, steps)
    cost[:, 4], cost[:, 5] = rows["haul"], rows["last_mile"]
    return {
        "order_id": order,
        "step": step,
        "started_at": (ends - length).ravel(),
        "ended_at": ends.ravel(),
        "cost": cost.ravel(),
    }


def lanes(chunk: Chunk) -> Block:
    """Every warehouse to every city, by road."""
    cities = len(chunk.ground.cities.share)
    house, city = np.divmod(np.arange(len(WAREHOUSES) * cities), cities)
    start = np.array([w[3:] for w in WAREHOUSES], dtype=np.float64)[house]
    end = np.array([c[4:] for c in CITIES], dtype=np.float64)[city]
    km = np.maximum(np.round(np.hypot(*(start - end).T) * 1.25), 15)
    return {
        "warehouse_id": house,
        "city_id": city,
        "distance": km,
        "hours": np.round(km / 70 + 0.5, 1),
        "cost_per_kg": np.rint(20 + 0.06 * km),
    }


def vehicles(chunk: Chunk) -> Block:
    """Six vehicles a warehouse, two of each kind."""
    number = np.arange(6 * len(WAREHOUSES))
    kind = number % 3
    return {
        "vehicle_id": number,
        "warehouse_id": number // 6,
        "kind": kind,
        "capacity": np.array([800.0, 700.0, 4000.0])[kind],
        "cost_per_km": np.array([110, 60, 260])[kind],
        "day_cost": np.array([26_000, 31_000, 52_000])[kind],
    }


BUILDERS: dict[str, Builder] = {
    f.__name__: f for f in (deliveries, returns, process_log, lanes, vehicles)
}
