"""Several recommenders in one, each as loud as it has earned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from ecomlab.mining.recommendation.factors import MatrixFactorization
from ecomlab.mining.recommendation.neighbours import ContentBased, ItemKNN, Popularity
from ecomlab.mining.recommendation.recommender import Recommender

if TYPE_CHECKING:
    import pandas as pd
    from scipy.sparse import csr_array

Floats = NDArray[np.float64]
#: Weights are tried from these; only their ratios matter.
_LOUD = (0.0, 0.125, 0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0, 4.0)
#: One row in so many is held out; at most so many rows are asked; rounds; places that count.
_HELD, _PROBES, _ROUNDS, _PLACES = 10, 6_000, 3, 10


class Hybrid(Recommender):
    """A weighted sum of other recommenders' standardised scores (混合推荐).

    The weights are those with which the lists would best have foretold the last tenth of the
    purchases, the parts having learned from those before.

    Parameters
    ----------
    parts
        Recommenders that are not fitted yet; if None popularity, item neighbours, factors, and
        content where the products' table describes products.

    Attributes
    ----------
    weights_
        Of the parts, by their class's name; they sum to 1.
    parts_
        The parts, fitted to all purchases.

    Notes
    -----
    Burke (2002), User Modeling and User-Adapted Interaction 12, 331-370: a weighted hybrid.

    Examples
    --------
    >>> import pandas as pd
    >>> taken = pd.DataFrame(
    ...     {"customer_id": [1, 1, 2, 2, 3, 4], "product_id": ["pen", "ink"] * 2 + ["pen", "tea"]}
    ... )
    >>> model = Hybrid(parts=[Popularity(), ItemKNN()]).fit(taken)
    >>> model.recommend([3], k=1)["product_id"].tolist()
    ['ink']
    """

    weights_: dict[str, float]
    parts_: list[Recommender]

    def __init__(self, *, parts: Sequence[Recommender] | None = None) -> None:
        self.parts = parts

    def fit(self, interactions: pd.DataFrame, products: pd.DataFrame | None = None) -> Self:
        """Learn from who took what, rows in order of time.

        Parameters, returns and what is refused are those of ``Recommender.fit``.
        """
        import pandas as pd

        parts = self._chosen(products)
        super().fit(interactions, products)
        every = pd.DataFrame({"product_id": self.products_}) if products is None else products
        cut = len(interactions) - len(interactions) // _HELD
        before, asked = interactions[:cut], interactions[cut:]
        # Only who has a past can be asked.
        asked = asked[asked["customer_id"].isin(before["customer_id"]).to_numpy()]
        asked = asked[:: -(-len(asked) // _PROBES) or 1]
        weights = np.ones(len(parts))
        if len(asked):
            weights = _earned([part.fit(before, every) for part in parts], asked)
        names = [type(part).__name__ for part in parts]
        self.weights_ = dict(zip(names, (weights / weights.sum()).tolist(), strict=True))
        self.parts_ = [part.fit(interactions, every) for part in parts]
        return self

    def _chosen(self, products: pd.DataFrame | None) -> list[Recommender]:
        if self.parts is None:
            parts: list[Recommender] = [Popularity(), ItemKNN(), MatrixFactorization()]
            content = ContentBased()
            described = products is not None and set(content.features) <= set(products.columns)
            return [*parts, content] if described else parts
        names = [type(part).__name__ for part in self.parts]
        if not names or len(set(names)) < len(names):
            raise ValueError(f"parts must be recommenders of different kinds, not {names}")
        return list(self.parts)

    def _score(self, seen: csr_array) -> Floats:
        return sum(
            weight * standardised(part._score(seen))
            for part, weight in zip(self.parts_, self.weights_.values(), strict=True)
            if weight
        )  # type: ignore[return-value]


def standardised(scores: Floats) -> Floats:
    """Each customer's scores with mean 0 and standard deviation 1; equal ones are 0."""
    spread = scores.std(axis=1, keepdims=True)
    return (scores - scores.mean(axis=1, keepdims=True)) / np.where(spread > 0, spread, 1)


def _earned(parts: Sequence[Recommender], asked: pd.DataFrame) -> Floats:
    """Weights found by moving one at a time to where the lists foretell best."""
    customers = asked["customer_id"].to_numpy()
    # Products stand in another order here than in the whole: this fit knows fewer purchases.
    target = parts[0].products_.get_indexer(asked["product_id"])
    stack = np.stack([standardised(part.scores(customers)) for part in parts])
    known = parts[0]._rows(customers).toarray() > 0
    new = ~known[np.arange(len(target)), target]
    stack, known, target = stack[:, new], known[new], target[new]
    weights, best = np.ones(len(parts)), -1.0
    for _ in range(_ROUNDS):
        before = weights.copy()
        for which in range(len(parts)):
            for loud in _LOUD:
                tried = weights.copy()
                tried[which] = loud
                worth = _foretold(np.tensordot(tried, stack, axes=1), known, target)
                if tried.any() and worth > best:
                    best, weights = worth, tried
        if (weights == before).all():
            break
    return weights


def _foretold(points: Floats, known: NDArray[np.bool_], target: NDArray[np.intp]) -> float:
    """Mean gain, 1 / log2(place + 1) within the first ten, of the one product that came."""
    own = points[np.arange(len(target)), target][:, None]
    place = 1 + ((points > own) & ~known).sum(axis=1)
    return float(np.where(place <= _PLACES, 1 / np.log2(place + 1), 0).mean()) if len(place) else 0
