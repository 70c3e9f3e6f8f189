"""Shop generators written the usual way: row by row with Faker, and with loops over pandas rows.

They draw the same four tables as the simulated shop has, at its rates, and nothing of what makes
that one a shop: no stock, prices that nobody answers, no campaign, no experiment, no memory.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

#: Visits a customer and day, orders a visit, lines an order, clicks a sampled visit.
VISITS, ORDERS, LINES, CLICKS = 0.059, 0.073, 1.2, 4.6
SAMPLE = 10
FIRST = datetime(2024, 1, 1)
KINDS = ("land", "list", "view", "cart", "checkout", "paid")
Rows = dict[str, list[dict[str, Any]]]


def faker_rows(customers: int, days: int) -> Rows:
    """Row by row, each value asked of Faker."""
    from faker import Faker

    fake = Faker("zh_CN")
    Faker.seed(1)
    random.seed(1)
    people: list[dict[str, Any]] = [
        {"customer_id": i, "name": fake.name(), "city": fake.city(), "since": fake.date_this_year()}
        for i in range(customers)
    ]
    products: list[dict[str, Any]] = [
        {"product_id": i, "name": fake.word(), "price": fake.pyfloat(2, 2, positive=True)}
        for i in range(240)
    ]
    rows: Rows = {"visits": [], "orders": [], "order_lines": [], "events": []}
    for visit in range(round(customers * days * VISITS)):
        person = fake.random_element(people)
        at = fake.date_time_between(FIRST, FIRST + timedelta(days=days))
        rows["visits"].append(
            {
                "visit_id": visit,
                "customer_id": person["customer_id"],
                "started_at": at,
                "device": fake.random_element(("mobile", "desktop")),
                "city": person["city"],
            }
        )
        if person["customer_id"] % SAMPLE == 0:
            rows["events"] += [
                {"visit_id": visit, "at": at, "kind": fake.random_element(KINDS)}
                for _ in range(fake.random_int(1, round(2 * CLICKS) - 1))
            ]
        if random.random() < ORDERS:
            lines: list[dict[str, Any]] = [
                {"order_id": visit, **fake.random_element(products), "units": fake.random_int(1, 3)}
                for _ in range(1 + (random.random() < LINES - 1))
            ]
            rows["order_lines"] += lines
            total = sum(line["price"] * line["units"] for line in lines)
            rows["orders"].append({"order_id": visit, "ordered_at": at, "total": total})
    return rows


def loop_rows(customers: int, days: int) -> Rows:
    """A loop over days and over the rows of a DataFrame of customers."""
    draw = np.random.default_rng(1)
    people = pd.DataFrame(
        {
            "customer_id": np.arange(customers),
            "rate": draw.gamma(1.2, VISITS / 1.2, customers),
            "city": draw.integers(0, 24, customers),
        }
    )
    prices = pd.Series(draw.lognormal(4.5, 0.5, 240).round(2))
    rows: Rows = {"visits": [], "orders": [], "order_lines": [], "events": []}
    for day in range(days):
        for _, person in people.iterrows():
            if draw.random() >= person["rate"]:
                continue
            visit = len(rows["visits"])
            at = FIRST + timedelta(days=day, seconds=int(draw.integers(0, 86_400)))
            rows["visits"].append(
                {
                    "visit_id": visit,
                    "customer_id": int(person["customer_id"]),
                    "started_at": at,
                    "device": draw.choice(["mobile", "desktop"]),
                    "city": int(person["city"]),
                }
            )
            if person["customer_id"] % SAMPLE == 0:
                rows["events"] += [
                    {"visit_id": visit, "at": at, "kind": draw.choice(KINDS)}
                    for _ in range(draw.poisson(CLICKS))
                ]
            if draw.random() < ORDERS:
                chosen = draw.integers(0, 240, 1 + (draw.random() < LINES - 1))
                rows["order_lines"] += [
                    {"order_id": visit, "product_id": int(p), "price": prices[p]} for p in chosen
                ]
                rows["orders"].append(
                    {"order_id": visit, "ordered_at": at, "total": float(prices[chosen].sum())}
                )
    return rows


def write(rows: Rows, folder: Path) -> int:
    """Write the tables as Parquet; how many rows there are."""
    for name, listed in rows.items():
        pd.DataFrame(listed).to_parquet(folder / f"{name}.parquet")
    return sum(map(len, rows.values()))
