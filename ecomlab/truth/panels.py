"""Panels made from a shop's tables, as a student would: products by week, cities by week."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecomlab.shop.calendar import EPOCH
from ecomlab.shop.history import History

Floats = NDArray[np.float64]
DAY = np.timedelta64(1, "D")


def day_of(times: pd.Series) -> NDArray[np.int64]:
    """Whole days since the shop opened."""
    return ((times.to_numpy() - EPOCH) // DAY).astype(np.int64)


@lru_cache(maxsize=1)
def product_days(history: History) -> pd.DataFrame:
    """One row a day and product on sale: units, price, cost, listing, and the stock in the morning.

    ``ample`` marks days that began with so much stock that nobody can have been turned away: three
    units and twice the product's mean sales. What happens on the day itself does not enter, so
    the days left do not favour low demand.
    """
    frame = history.prices[["date", "product_id", "price", "list_price", "unit_cost", "listing"]]
    frame = frame.assign(day=day_of(frame["date"]))
    stock = history.stock
    if not np.array_equal(stock["product_id"], frame["product_id"]):
        raise ValueError("the tables prices and stock do not list the same days and products")
    in_stock = stock["opening"] + stock["received"] + stock["restocked"] - stock["missing"]
    frame["morning"], frame["units"] = in_stock.to_numpy(), stock["sold"].to_numpy()
    products = history.products.set_index("product_id")
    frame["category"] = frame["product_id"].map(products["category"])
    launched = day_of(products["launched_on"])[frame["product_id"]]
    frame = frame[frame["day"] >= launched]
    usual = frame.groupby("product_id")["units"].transform("mean")
    return frame.assign(week=frame["day"] // 7, ample=frame["morning"] >= 3 + 2 * usual)


def product_weeks(history: History, first: int, last: int) -> pd.DataFrame:
    """One row a product and week of the weeks ``first`` .. ``last`` - 1, ample days only."""
    frame = product_days(history)
    frame = frame[frame["ample"] & frame["week"].between(first, last - 1)]
    weeks = frame.groupby(["product_id", "week"], as_index=False).agg(
        category=("category", "first"),
        units=("units", "sum"),
        days=("units", "size"),
        price=("price", "mean"),
        unit_cost=("unit_cost", "mean"),
        listing=("listing", "mean"),
    )
    return weeks.assign(
        category_week=weeks["category"].cat.codes.astype(int) * 1_000 + weeks["week"]
    )


@lru_cache(maxsize=1)
def city_days(history: History) -> Floats:
    """Visits, shape (days, cities)."""
    visits = history.arrays("visits")
    day = visits["visit_id"] // 10_000_000
    shape = (history.days, len(history.cities))
    flat = np.bincount(day * shape[1] + visits["city_id"], minlength=shape[0] * shape[1])
    return flat.reshape(shape).astype(float)


def city_weeks(history: History) -> pd.DataFrame:
    """One row a city and whole week: visits and their logarithm."""
    daily = city_days(history)
    weeks = len(daily) // 7
    visits = daily[: weeks * 7].reshape(weeks, 7, -1).sum(axis=1)
    return pd.DataFrame(
        {
            "week": np.repeat(np.arange(weeks), visits.shape[1]),
            "city_id": np.tile(np.arange(visits.shape[1]), weeks),
            "visits": visits.ravel(),
            "log_visits": np.log(visits.ravel()),
        }
    )


def arms(history: History, experiment: str, detail: str = "") -> pd.DataFrame:
    """Who was in which arm: the rows of ``assignments`` of an experiment (and its detail)."""
    rows = history.assignments
    rows = rows[rows["experiment"] == experiment]
    return rows[rows["detail"] == detail] if detail else rows


def counted(history: History, first: int, last: int) -> Floats:
    """Orders of each customer on the days ``first`` .. ``last`` - 1, shape (customers,)."""
    orders = history.arrays("orders")
    day = orders["order_id"] // 10_000_000
    within = orders["customer_id"][(day >= first) & (day < last)]
    return np.bincount(within, minlength=history.world.size.customers).astype(float)
