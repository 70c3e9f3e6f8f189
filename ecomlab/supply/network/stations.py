"""Pick-up stations inside a city, for planning a courier's day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ecomlab.arguments import amount, amounts, columns, whole
from ecomlab.shop.keys import draw, key, uniform

if TYPE_CHECKING:
    import pandas as pd

_STATIONS = 2_024


def stations(
    parcels: Any, cities: Any, *, per_city: int = 40, radius: float = 12.0
) -> pd.DataFrame:
    """Gather parcels at the pick-up stations (自提点) of their cities.

    The shop's tables end at the city: a street address is personal data that planning a day does
    not need. Each city has `per_city` stations, closer together towards its middle, and an order
    always goes to the same one; both follow from the ids alone.

    Parameters
    ----------
    parcels
        One row a parcel: `order_id`, `city_id`, `weight` (kg), as in the shop's deliveries.
    cities
        `city_id`, `x`, `y` (km), as in the shop's cities.
    per_city
        Stations a city.
    radius
        Km from the middle to the outermost.

    Returns
    -------
    pandas.DataFrame
        One row a station that has parcels, labelled from 0: `city_id`, `station`, `x`, `y` (km),
        `parcels`, `demand` (kg).

    Raises
    ------
    TypeError, ValueError
        If a column is absent, a weight is negative, or a parcel goes to a city not in the table.

    Examples
    --------
    >>> import pandas as pd
    >>> cities = pd.DataFrame({"city_id": [3], "x": [100.0], "y": [50.0]})
    >>> parcels = pd.DataFrame({"order_id": range(100), "city_id": 3, "weight": 0.5})
    >>> found = stations(parcels, cities, per_city=8)
    >>> len(found), float(found["demand"].sum()), int(found["parcels"].sum())
    (8, 50.0, 100)
    """
    import pandas as pd

    columns(parcels, ["order_id", "city_id", "weight"], "parcels")
    columns(cities, ["city_id", "x", "y"], "cities")
    amounts(parcels["weight"], "parcels: weight", least=0)
    per_city, radius = whole(per_city, "per_city"), amount(radius, "radius", above=0)
    known = cities.set_index("city_id")
    lost = ~parcels["city_id"].isin(known.index).to_numpy()
    if lost.any():
        row = int(np.argmax(lost))
        name = parcels["city_id"].tolist()[row]
        raise ValueError(f"parcels: row {row} goes to city {name!r}; the table has no such city")
    order = parcels["order_id"].to_numpy(dtype=np.uint64)
    number = (uniform(draw(order, key(_STATIONS, "station"))) * per_city).astype(np.int64)
    at = (
        pd.DataFrame(
            {"city_id": parcels["city_id"].to_numpy(), "station": number, "parcels": 1,
             "demand": parcels["weight"].to_numpy(dtype=float)}
        )
        .groupby(["city_id", "station"], as_index=False)
        .sum()
    )  # fmt: skip
    place = (at["city_id"] * 10_000 + at["station"]).to_numpy(dtype=np.uint64)
    turn = 2 * np.pi * uniform(draw(place, key(_STATIONS, "turn")))
    away = radius * uniform(draw(place, key(_STATIONS, "away")))
    at.insert(2, "x", np.round(at["city_id"].map(known["x"]) + away * np.cos(turn), 1))
    at.insert(3, "y", np.round(at["city_id"].map(known["y"]) + away * np.sin(turn), 1))
    at["demand"] = at["demand"].round(2)
    return at
