"""What every recommender has in common: who took what, and lists made from scores."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecomlab.arguments import column, columns, labels, whole

if TYPE_CHECKING:
    import pandas as pd
    from scipy.sparse import csr_array

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: Scores are made for so many customers at a time: dense, but never for all.
BLOCK = 4_096


class Recommender(ABC):
    """Lists for customers, from a score of every product for each of them.

    Attributes
    ----------
    customers_, products_
        Ids, in the order of the rows and columns of all that is fitted; products by how many
        customers took them, so that equal scores are told apart by popularity.
    seen_
        How much each customer took of each product, a sparse array (customers, products).
    """

    customers_: pd.Index
    products_: pd.Index
    seen_: csr_array

    def fit(self, interactions: pd.DataFrame, products: pd.DataFrame | None = None) -> Self:
        """Learn from who took what.

        Parameters
        ----------
        interactions
            One row a purchase (or a view): `customer_id`, `product_id`, and `weight` if some
            count more than others (> 0; 1 otherwise). What comes twice is added up.
        products
            One row a product: `product_id`, and what a model may know of it. Products that nobody
            took yet are recommended only if they are listed here.

        Returns
        -------
        Recommender
            Itself.

        Raises
        ------
        TypeError, ValueError
            If a column is absent, an id is missing, a weight is not above 0, a product comes
            twice, or one was taken that is not listed.
        """
        self.customers_, self.products_, self.seen_ = counted(interactions, products)
        self._learn(None if products is None else products.set_index("product_id"))
        return self

    def _learn(self, products: pd.DataFrame | None) -> None:  # noqa: B027  (some need no more)
        """Fit what the model adds to the counts."""

    @abstractmethod
    def _score(self, seen: csr_array) -> Floats:
        """Scores for customers by what they took, shape (customers, products)."""

    def scores(self, customers: ArrayLike) -> Floats:
        """Score of each product for each customer, shape (customers, products of ``products_``).

        Customers whom nobody knows are scored as ones who took nothing.
        """
        self._check_fitted()
        return self._score(self._rows(customers))

    def recommend(
        self,
        customers: ArrayLike,
        k: int = 10,
        *,
        again: bool = False,
        among: Iterable[object] | None = None,
    ) -> pd.DataFrame:
        """The best products for each customer.

        Parameters
        ----------
        customers
            Their ids, shape (customers,).
        k
            How many each gets, fewer where there are no more.
        again
            Whether what a customer took already may come again.
        among
            The products that may be recommended, by id; all of them if None.

        Returns
        -------
        pandas.DataFrame
            One row a recommendation: `customer_id`, `rank` (from 1), `product_id`, `score`.
        """
        import pandas as pd

        ids = np.asarray(customers)
        parts = []
        for start, best, score in self.lists(ids, k, again=again, among=among):
            row, place = np.nonzero(best >= 0)
            parts.append(
                pd.DataFrame(
                    {
                        "customer_id": ids[start + row],
                        "rank": place + 1,
                        "product_id": self.products_.to_numpy()[best[row, place]],
                        "score": score[row, place],
                    }
                )
            )
        columns = ["customer_id", "rank", "product_id", "score"]
        return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)

    def lists(
        self,
        customers: NDArray,
        k: int,
        *,
        again: bool = False,
        among: Iterable[object] | None = None,
    ) -> Iterable[tuple[int, Ints, Floats]]:
        """Lists block by block: first row, columns of ``products_`` (-1: no more), their scores."""
        k = whole(k, "k")
        self._check_fitted()
        allowed = np.ones(len(self.products_), dtype=bool)
        if among is not None:
            wanted = np.asarray(list(among))
            if len(unknown := wanted[self.products_.get_indexer(wanted) < 0]):
                raise ValueError(f"product {unknown[0]} is not known; fit lists what is on sale")
            allowed = self.products_.isin(wanted)
        for start in range(0, len(customers), BLOCK):
            seen = self._rows(customers[start : start + BLOCK])
            points = np.where(allowed, self._score(seen), -np.inf)
            if not again:
                points[seen.nonzero()] = -np.inf
            best = np.argsort(-points, axis=1, kind="stable")[:, :k]
            score = np.take_along_axis(points, best, axis=1)
            yield start, np.where(np.isfinite(score), best, -1), score

    def _check_fitted(self) -> None:
        if not hasattr(self, "products_"):
            raise ValueError("the recommender has learned nothing yet; call fit first")

    def _rows(self, customers: ArrayLike) -> csr_array:
        """What customers took; nothing, if they are not known."""
        from scipy import sparse

        ids = np.asarray(customers)
        if ids.ndim != 1:
            raise ValueError(f"customers has shape {ids.shape}; a list of ids is needed")
        row = self.customers_.get_indexer(ids)
        taken = sparse.csr_array(self.seen_[np.maximum(row, 0)].multiply((row >= 0)[:, None]))
        taken.eliminate_zeros()
        return taken


def counted(
    interactions: pd.DataFrame, products: pd.DataFrame | None = None
) -> tuple[pd.Index, pd.Index, csr_array]:
    """Customers, products, and how much each customer took of each, as a sparse array."""
    import pandas as pd
    from scipy import sparse

    columns(interactions, ("customer_id", "product_id"), "interactions")
    for name in ("customer_id", "product_id"):
        labels(interactions, name, "interactions")
    listed = interactions["product_id"]
    if products is not None:
        labels(columns(products, ["product_id"], "products"), "product_id", "products")
        listed = products["product_id"]
        if (twice := listed.duplicated().to_numpy()).any():
            raise ValueError(f"products lists {listed.to_numpy()[twice][0]} more than once")
    weight = np.ones(len(interactions))
    if "weight" in interactions:
        weight = column(interactions, "weight", "interactions", above=0)
    who, customers = pd.factorize(interactions["customer_id"], sort=True)
    goods = pd.Index(np.sort(listed.unique()))
    what = goods.get_indexer(interactions["product_id"])
    if (what < 0).any():
        odd_one = interactions["product_id"].to_numpy()[what < 0][0]
        raise ValueError(f"product {odd_one} was taken but is not in products")
    shape = (len(customers), len(goods))
    taken = sparse.csr_array(sparse.coo_array((weight, (who, what)), shape=shape))
    taken.sum_duplicates()
    takers = np.bincount(taken.indices, minlength=shape[1])
    order = np.argsort(-takers, kind="stable")
    return pd.Index(customers), goods[order], sparse.csr_array(taken[:, order])
