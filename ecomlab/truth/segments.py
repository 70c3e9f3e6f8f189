"""What section 2.1 can know: who the buyers are."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecomlab.pricing.positioning import Personas, personas
from ecomlab.shop.ground import lay_out
from ecomlab.shop.history import History
from ecomlab.shop.world import World
from ecomlab.truth.estimand import Estimand, Measured

_DRAWS = 20


def _lines(history: History) -> pd.DataFrame:
    """One row a line bought: customer, category, price."""
    lines = history.order_lines[["order_id", "product_id", "price"]]
    lines = lines.merge(history.orders[["order_id", "customer_id"]], on="order_id")
    return lines.merge(history.products[["product_id", "category"]], on="product_id")


@lru_cache(maxsize=1)
def _sorted(history: History) -> Personas:
    return personas(history.customers, _lines(history))


def alike(world: World) -> Measured:
    """Perfect agreement with the segments that the people were drawn from."""
    return 1.0, 0.0


def _segments(history: History, customers: pd.Series) -> NDArray[np.int8]:
    return lay_out(history.world).people.segment[customers.to_numpy()]


def by_mixture(history: History) -> Measured:
    """Adjusted Rand index of the mixture's personas, with its error by resampling buyers."""
    from sklearn.metrics import adjusted_rand_score

    members = _sorted(history).members
    true, found = _segments(history, members["customer_id"]), members["persona"].to_numpy()
    rng = np.random.default_rng(0)
    again = [rng.integers(0, len(true), len(true)) for _ in range(_DRAWS)]
    drawn = [adjusted_rand_score(true[rows], found[rows]) for rows in again]
    return adjusted_rand_score(true, found), float(np.std(drawn, ddof=1))


def by_silhouette(history: History) -> float:
    """Adjusted Rand index of k-means on everything at hand, k by the best silhouette."""
    from sklearn.cluster import KMeans
    from sklearn.metrics import adjusted_rand_score, silhouette_score

    members = _sorted(history).members
    lines = _lines(history)
    lines = lines[lines["customer_id"].isin(members["customer_id"])]
    habits = pd.crosstab(lines["customer_id"], lines["category"], normalize="index")
    habits["lines"] = np.log(lines.groupby("customer_id").size())
    people = members.set_index("customer_id")[["age", "tier"]].join(habits)
    x = ((people - people.mean()) / people.std()).to_numpy()
    few = slice(None, None, max(len(x) // 1_000, 1))
    tried = [KMeans(k, n_init=1, random_state=0).fit_predict(x) for k in range(2, 9)]
    best = max(tried, key=lambda labels: silhouette_score(x[few], labels[few]))
    return float(adjusted_rand_score(_segments(history, people.index.to_series()), best))


ESTIMANDS = (
    Estimand(
        name="segments of buyers",
        section="pricing.positioning",
        unit="adjusted Rand index",
        meaning="agreement with the segments that buyers of five lines or more were drawn from; 1 "
        "is perfect, chance is 0, and half is asked for",
        tolerance=0.5,
        truth=alike,
        reference=by_mixture,
        naive=by_silhouette,
        method="mixture of age, price tier and sex, number of classes by BIC",
        fallacy="k-means on all habits at once, k by the silhouette",
    ),
)
