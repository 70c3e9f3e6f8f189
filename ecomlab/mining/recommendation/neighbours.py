"""Recommendations by popularity, by what others took together, and by what products are like."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ecomlab.arguments import amount, whole
from ecomlab.mining.recommendation.recommender import Recommender

if TYPE_CHECKING:
    import pandas as pd
    from scipy.sparse import csr_array

Floats = NDArray[np.float64]


class Popularity(Recommender):
    """The best-seller list (热销榜), the same for everybody: what any other must beat.

    Attributes
    ----------
    takers_
        How many customers took each product, shape (products,).

    Examples
    --------
    >>> import pandas as pd
    >>> taken = pd.DataFrame({"customer_id": [1, 1, 2, 3], "product_id": [7, 8, 8, 9]})
    >>> Popularity().fit(taken).recommend([3], k=1)["product_id"].tolist()
    [8]
    """

    takers_: Floats

    def _learn(self, products: pd.DataFrame | None) -> None:
        self.takers_ = np.bincount(self.seen_.indices, minlength=self.seen_.shape[1]).astype(float)

    def _score(self, seen: csr_array) -> Floats:
        return np.tile(self.takers_, (seen.shape[0], 1))


class ItemKNN(Recommender):
    """Products like those taken before, alike by who takes them (基于物品的协同过滤).

    Parameters
    ----------
    neighbours
        How many of the most alike products count for each product.
    shrinkage
        Takers in common that are needed before half of a likeness is believed.

    Attributes
    ----------
    similarity_
        Sparse, shape (products, products): shrunk cosine over customers.

    Notes
    -----
    Sarwar, Karypis, Konstan and Riedl (2001), WWW 10, 285-295; shrinkage as in Bell and Koren
    (2007), ICDM, 43-52.

    Examples
    --------
    >>> import pandas as pd
    >>> taken = pd.DataFrame(
    ...     {"customer_id": [1, 1, 2, 2, 3, 4], "product_id": ["pen", "ink"] * 2 + ["pen", "tea"]}
    ... )
    >>> ItemKNN().fit(taken).recommend([3], k=1)["product_id"].tolist()
    ['ink']
    """

    similarity_: csr_array

    def __init__(self, *, neighbours: int = 40, shrinkage: float = 10.0) -> None:
        self.neighbours, self.shrinkage = neighbours, shrinkage

    def _learn(self, products: pd.DataFrame | None) -> None:
        from scipy import sparse

        whole(self.neighbours, "neighbours")
        amount(self.shrinkage, "shrinkage", least=0)
        taken = self.seen_.copy()
        length = np.sqrt(np.asarray((taken * taken).sum(axis=0)).ravel())
        scaled = taken @ sparse.diags_array(1 / np.where(length > 0, length, 1))
        taken.data[:] = 1
        together = sparse.csr_array(taken.T @ taken)
        alike = sparse.csr_array(scaled.T @ scaled)
        alike.setdiag(0)
        together.data = together.data / (together.data + self.shrinkage)
        self.similarity_ = _nearest(sparse.csr_array(alike * together), self.neighbours)

    def _score(self, seen: csr_array) -> Floats:
        return (seen @ self.similarity_).toarray()


def _nearest(similarity: csr_array, neighbours: int) -> csr_array:
    """The largest entries of each row, so many at most."""
    from scipy import sparse

    row = np.repeat(np.arange(similarity.shape[0]), np.diff(similarity.indptr))
    order = np.lexsort((-similarity.data, row))
    place = np.arange(len(order)) - similarity.indptr[row[order]]
    kept = order[(place < neighbours) & (similarity.data[order] > 0)]
    return sparse.csr_array(
        sparse.coo_array(
            (similarity.data[kept], (row[kept], similarity.indices[kept])), shape=similarity.shape
        )
    )


class ContentBased(Recommender):
    """Products described like those taken before (基于内容的推荐): needs no other customer.

    Parameters
    ----------
    features
        Columns of the products' table that describe them by labels.

    Attributes
    ----------
    described_
        Unit vectors of the products, sparse, shape (products, labels); rare labels weigh more.

    Notes
    -----
    Cosine of a product to the mean of what a customer took, labels weighted by inverse document
    frequency: Pazzani and Billsus (2007), The Adaptive Web, 325-341.

    Examples
    --------
    >>> import pandas as pd
    >>> goods = pd.DataFrame({"product_id": [1, 2, 3], "style": ["bold", "bold", "cute"]})
    >>> taken = pd.DataFrame({"customer_id": [5], "product_id": [1]})
    >>> ContentBased(features=["style"]).fit(taken, goods).recommend([5], k=1)["product_id"].item()
    2
    """

    described_: csr_array

    def __init__(self, *, features: Sequence[str] = ("category", "style", "brand")) -> None:
        self.features = features

    def _learn(self, products: pd.DataFrame | None) -> None:
        import pandas as pd
        from scipy import sparse

        if products is None:
            raise ValueError("fit needs the products' table: it says what products are like")
        if not self.features:
            raise ValueError("features names no column; nothing would tell products apart")
        if absent := [f for f in self.features if f not in products]:
            raise ValueError(f"products has no column {absent[0]!r} to describe products by")
        goods = products.loc[self.products_]
        blocks = []
        for feature in self.features:
            label, names = pd.factorize(goods[feature])
            one_hot = np.zeros((len(goods), len(names)))
            described = np.flatnonzero(label >= 0)
            one_hot[described, label[described]] = 1
            blocks.append(one_hot * np.log(len(goods) / np.maximum(one_hot.sum(axis=0), 1)))
        vectors = np.hstack(blocks)
        length = np.linalg.norm(vectors, axis=1, keepdims=True)
        self.described_ = sparse.csr_array(vectors / np.where(length > 0, length, 1))

    def _score(self, seen: csr_array) -> Floats:
        liked = (seen @ self.described_).toarray()
        length = np.linalg.norm(liked, axis=1, keepdims=True)
        return (liked / np.where(length > 0, length, 1)) @ self.described_.toarray().T
