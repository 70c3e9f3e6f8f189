"""Recommendations by hidden traits of customers and products."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ecomlab.arguments import amount, whole
from ecomlab.mining.recommendation.recommender import BLOCK, Recommender

if TYPE_CHECKING:
    import pandas as pd
    from scipy.sparse import csr_array

Floats = NDArray[np.float64]


class MatrixFactorization(Recommender):
    """Traits of customers and of products whose product says what is taken (矩阵分解).

    What was not taken is a weak no, what was taken a yes that is the surer the more was taken.

    Parameters
    ----------
    factors
        How many traits.
    confidence
        How much surer one purchase is than none.
    penalty
        Ridge penalty on the traits: few purchases move them little.
    sweeps
        Alternating least-squares steps over all customers and products.
    seed
        Of the traits' first values.

    Attributes
    ----------
    traits_
        Traits of the products, shape (products, factors).

    Notes
    -----
    Hu, Koren and Volinsky (2008), ICDM, 263-272.

    Examples
    --------
    >>> import pandas as pd
    >>> taken = pd.DataFrame(
    ...     {"customer_id": [1, 1, 2, 2, 3, 4], "product_id": ["pen", "ink"] * 2 + ["pen", "tea"]}
    ... )
    >>> model = MatrixFactorization(factors=2, penalty=0.1).fit(taken)
    >>> model.recommend([3], k=1)["product_id"].tolist()
    ['ink']
    """

    traits_: Floats

    def __init__(
        self,
        *,
        factors: int = 12,
        confidence: float = 4.0,
        penalty: float = 30.0,
        sweeps: int = 8,
        seed: int = 0,
    ) -> None:
        self.factors, self.confidence, self.penalty = factors, confidence, penalty
        self.sweeps, self.seed = sweeps, seed

    def _learn(self, products: pd.DataFrame | None) -> None:
        for name in ("factors", "sweeps"):
            whole(getattr(self, name), name)
        for name in ("confidence", "penalty"):
            amount(getattr(self, name), name, above=0)
        rng = np.random.default_rng(self.seed)
        self.traits_ = rng.normal(0, 0.1, (self.seen_.shape[1], self.factors))
        by_product = self.seen_.T.tocsr()
        for _ in range(self.sweeps):
            self.traits_ = self._solved(by_product, self._solved(self.seen_, self.traits_))

    def _solved(self, taken: csr_array, others: Floats) -> Floats:
        """The traits of one side, the other's being as they are, shape (rows, factors)."""
        width = self.factors
        squares = (others[:, :, None] * others[:, None, :]).reshape(len(others), -1)
        common = others.T @ others + self.penalty * np.eye(width)
        found = np.empty((taken.shape[0], width))
        for start in range(0, taken.shape[0], BLOCK):
            sure = self.confidence * taken[start : start + BLOCK]
            left = (sure @ squares).reshape(-1, width, width) + common
            sure.data += 1
            right = sure @ others
            found[start : start + BLOCK] = np.linalg.solve(left, right[:, :, None])[:, :, 0]
        return found

    def _score(self, seen: csr_array) -> Floats:
        return self._solved(seen, self.traits_) @ self.traits_.T
