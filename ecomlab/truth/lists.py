"""What section 6.3 can know: whether a list of recommendations foretells what is bought next."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecomlab.mining.recommendation import (
    ContentBased,
    Evaluation,
    Hybrid,
    ItemKNN,
    MatrixFactorization,
    Popularity,
    Recommender,
    compare,
    evaluate,
)
from ecomlab.shop.history import History
from ecomlab.shop.ledger import Block
from ecomlab.shop.policy import Policy
from ecomlab.shop.world import World
from ecomlab.truth import panels
from ecomlab.truth.estimand import Estimand, Measured
from ecomlab.truth.past import EVERY, past
from ecomlab.truth.twins import Arm, outcomes

Floats = NDArray[np.float64]
#: Lists are made on this night, and judged by the eight weeks after it.
_NIGHT, _DAYS = 23 * EVERY, 2 * EVERY
#: The others are the hybrid's parts, popularity the first.
_MODELS = (Hybrid, Popularity, ItemKNN, MatrixFactorization, ContentBased)


def _taken(history: History) -> pd.DataFrame:
    """Lines in order of time: customer, product, and day."""
    lines = history.order_lines[["order_id", "product_id"]]
    orders = history.orders[["order_id", "customer_id", "ordered_at"]]
    lines = lines.merge(orders, on="order_id").sort_values("ordered_at", kind="stable")
    return lines.assign(day=panels.day_of(lines["ordered_at"]))


@lru_cache(maxsize=1)
def _fitted(history: History) -> tuple[Recommender, ...]:
    """All models, fitted to what was bought before the night."""
    before = _taken(history).query(f"day < {_NIGHT}")
    return tuple(model().fit(before, history.products) for model in _MODELS)


def _judged(models: tuple[Recommender, ...], after: pd.DataFrame) -> list[Evaluation]:
    """Lists of ten new products against what known customers bought."""
    known = after[after["customer_id"].isin(models[0].customers_)]
    return [evaluate(model, known) for model in models]


def _gaps(found: list[Evaluation]) -> Floats:
    """What the hybrid's nDCG is above popularity's, and above that of the best of its parts."""
    worth = [one.summary["ndcg"] for one in found]
    return np.array([worth[0] - worth[1], worth[0] - max(worth[1:])])


def weeks_to_come(world: World) -> Measured:
    """Mean gaps over twenty other futures of the same night."""
    here = past(world)
    models = _fitted(here.history)

    def gaps(blocks: dict[str, Block]) -> Floats:
        rows = {name: blocks["lines"][name] for name in ("customer_id", "product_id")}
        return _gaps(_judged(models, pd.DataFrame(rows)))

    found = outcomes(world, [Arm(Policy())], here.night(_NIGHT), _DAYS, 20, gaps)[:, 0]
    return found.mean(axis=0), found.std(axis=0, ddof=1) / np.sqrt(len(found))


def by_time_split(history: History) -> Measured:
    """Gaps in the weeks after the night, with errors by resampling customers in pairs."""
    found = _judged(_fitted(history), _taken(history).query(f"{_NIGHT} <= day < {_NIGHT + _DAYS}"))
    best = max(found[1:], key=lambda one: one.summary["ndcg"])
    told = [compare(found[0], other, draws=200) for other in (found[1], best)]
    return [one.gap for one in told], [one.se for one in told]


def on_what_was_learned(history: History) -> Floats:
    """Gaps on the very purchases that the models learned from."""
    models = _fitted(history)
    learned = _taken(history).query(f"day < {_NIGHT}")
    return _gaps([evaluate(model, learned, again=True) for model in models])


ESTIMANDS = (
    Estimand(
        name="hybrid's lists, nDCG@10",
        section="mining.recommendation",
        unit="nDCG@10",
        meaning="by how much the hybrid's lists of new products foretell eight weeks of purchases "
        "better than popularity's, and than those of the best of its parts; over other futures of "
        "the same night, shelves as they were",
        tolerance=0.016,
        truth=weeks_to_come,
        reference=by_time_split,
        naive=on_what_was_learned,
        method="split by time, paired bootstrap by customer",
        fallacy="judged on the purchases that were learned from",
        items=("over popularity", "over the best part"),
    ),
)
