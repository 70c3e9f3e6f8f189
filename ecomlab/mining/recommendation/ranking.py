"""How good a list is: gains by rank, measured on what customers took afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecomlab.arguments import amounts, one_of, whole
from ecomlab.mining.recommendation.recommender import Recommender
from ecomlab.style import say

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]


def dcg(gains: ArrayLike) -> float:
    """Discounted cumulative gain (折损累计增益) of a list: gain / log2(rank + 1), summed.

    Parameters
    ----------
    gains
        How relevant each place of the list is, best place first, shape (places,).

    Notes
    -----
    Jarvelin and Kekalainen (2002), ACM Transactions on Information Systems 20, 422-446, in the
    form with linear gains.

    Examples
    --------
    >>> round(dcg([3, 2, 3, 0, 1, 2]), 3)
    6.861
    """
    worth = _gains(gains)
    return float((worth / np.log2(np.arange(2, len(worth) + 2))).sum())


def ndcg(gains: ArrayLike) -> float:
    """``dcg`` as a share of the best order's; 0 if nothing in the list is relevant.

    Examples
    --------
    >>> round(ndcg([3, 2, 3, 0, 1, 2]), 3)
    0.961
    """
    worth = _gains(gains)
    best = dcg(-np.sort(-worth))
    return dcg(worth) / best if best else 0.0


def _gains(gains: ArrayLike) -> Floats:
    worth = amounts(gains, "gains", least=0)
    if worth.ndim != 1:
        raise ValueError(f"gains has shape {worth.shape}; one number a place is needed")
    return worth


@dataclass(frozen=True, repr=False)
class Evaluation:
    """How well lists met what customers took afterwards.

    Attributes
    ----------
    k
        The lists' length.
    by_customer
        One row a customer, by id: `precision`, `recall`, `ndcg`, `map` (of this customer, the
        average precision).
    coverage
        Share of the products on offer that came in any list.
    """

    k: int
    by_customer: pd.DataFrame
    coverage: float

    @property
    def summary(self) -> pd.Series:
        """Means over customers, and the coverage."""
        means = self.by_customer.mean()
        means["coverage"] = self.coverage
        return means

    def __repr__(self) -> str:
        told = ", ".join(f"{name}={value:.4g}" for name, value in self.summary.items())
        return f"Evaluation(k={self.k}, customers={len(self.by_customer)}, {told})"

    def _repr_html_(self) -> str:
        names = {
            "precision": say(en="precision", zh="准确率"),
            "recall": say(en="recall", zh="召回率"),
            "ndcg": "nDCG",
            "map": "MAP",
            "coverage": say(en="coverage", zh="覆盖率"),
        }
        rows = "".join(
            f"<tr><th>{names[str(name)]}</th><td>{value:.4f}</td></tr>"
            for name, value in self.summary.items()
        )
        of = say(
            en=f"Lists of {self.k} for {len(self.by_customer):,} customers",
            zh=f"{len(self.by_customer):,} 位顾客，每人 {self.k} 件",
        )
        return f"<table><caption>{of}</caption>{rows}</table>"


def evaluate(
    model: Recommender,
    test: pd.DataFrame,
    *,
    k: int = 10,
    again: bool = False,
    among: Iterable[object] | None = None,
) -> Evaluation:
    """Compare a fitted model's lists with what customers took afterwards.

    Parameters
    ----------
    model
        Fitted to what was taken before: split by time, never at random.
    test
        One row a later purchase: `customer_id`, `product_id`. Customers whom the model does not
        know count too.
    k
        Length of the lists.
    again
        Whether products that the customer had taken before may be listed, and count.
    among
        The products that may be listed, and count, by id (new ones only, say); all if None.

    Returns
    -------
    Evaluation

    Raises
    ------
    ValueError
        If no customer took anything that could have been listed.

    Notes
    -----
    A product is relevant if it was taken, once or more; nDCG's best order has ``min(k, relevant)``
    of them first; recall is of all relevant ones.

    Examples
    --------
    >>> import pandas as pd
    >>> from ecomlab.mining.recommendation import Popularity
    >>> before = pd.DataFrame({"customer_id": [1, 2, 3, 3], "product_id": [8, 8, 8, 9]})
    >>> after = pd.DataFrame({"customer_id": [1], "product_id": [9]})
    >>> evaluate(Popularity().fit(before), after, k=1).summary[["precision", "recall"]].tolist()
    [1.0, 1.0]
    """
    import pandas as pd

    offered = model.products_ if among is None else pd.Index(list(among))
    wanted = test[["customer_id", "product_id"]].drop_duplicates()
    wanted = wanted[wanted["product_id"].isin(offered)]
    if not again:
        wanted = wanted[~_taken(model, wanted)]
    if wanted.empty:
        raise ValueError("no customer took anything afterwards that a list could have held")
    customers = np.sort(wanted["customer_id"].unique())
    row = np.searchsorted(customers, wanted["customer_id"])
    column = model.products_.get_indexer(wanted["product_id"])
    in_reach = column >= 0
    relevant = np.zeros((len(customers), len(model.products_)), dtype=bool)
    relevant[row[in_reach], column[in_reach]] = True
    many = np.bincount(row, minlength=len(customers))
    hit = np.zeros((len(customers), k), dtype=bool)
    listed = np.zeros(len(model.products_), dtype=bool)
    for start, best, _ in model.lists(customers, k, again=again, among=among):
        rows = start + np.arange(len(best))[:, None]
        hit[rows, np.arange(best.shape[1])] = relevant[rows, np.maximum(best, 0)] & (best >= 0)
        listed[best[best >= 0]] = True
    discount = 1 / np.log2(np.arange(2, k + 2))
    ideal = np.cumsum(discount)[np.minimum(many, k) - 1]
    so_far = np.cumsum(hit, axis=1)
    precision_at = so_far / np.arange(1, k + 1)
    by_customer = pd.DataFrame(
        {
            "precision": hit.sum(axis=1) / k,
            "recall": hit.sum(axis=1) / many,
            "ndcg": hit @ discount / ideal,
            "map": (precision_at * hit).sum(axis=1) / np.minimum(many, k),
        },
        index=pd.Index(customers, name="customer_id"),
    )
    return Evaluation(k, by_customer, float(listed.sum() / len(offered)))


def _taken(model: Recommender, wanted: pd.DataFrame) -> NDArray[np.bool_]:
    """Which rows are of products that the customer had taken before the test."""
    row = model.customers_.get_indexer(wanted["customer_id"])
    column = model.products_.get_indexer(wanted["product_id"])
    known = (row >= 0) & (column >= 0)
    taken = np.zeros(len(wanted), dtype=bool)
    taken[known] = np.asarray(model.seen_[row[known], column[known]]).ravel() > 0
    return taken


@dataclass(frozen=True)
class Comparison:
    """The mean difference of two evaluations over the same customers.

    Attributes
    ----------
    gap, se
        Mean of the first less the second, and its standard error by resampling customers.
    lower, upper
        The middle 95 % of the resampled differences.
    customers
        How many were compared.
    """

    gap: float
    se: float
    lower: float
    upper: float
    customers: int


def compare(
    first: Evaluation,
    second: Evaluation,
    *,
    metric: str = "ndcg",
    draws: int = 2_000,
    seed: int = 0,
) -> Comparison:
    """Paired bootstrap by customer: is one list better, or were these customers easy for it?

    Parameters
    ----------
    first, second
        Evaluations of two models on the same test.
    metric
        A column of ``Evaluation.by_customer``.
    draws
        How often the customers are resampled.
    seed
        Of the resampling.

    Raises
    ------
    ValueError
        If the metric is unknown, or the evaluations are of different customers.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"ndcg": [0.5, 0.1, 0.9]}, index=[1, 2, 3])
    >>> better, worse = Evaluation(10, table, 1.0), Evaluation(10, table - 0.1, 1.0)
    >>> compared = compare(better, worse)
    >>> round(compared.gap, 3), round(compared.lower, 3)
    (0.1, 0.1)
    """
    one_of(metric, "metric", first.by_customer.columns)
    whole(draws, "draws", least=2)
    if not first.by_customer.index.equals(second.by_customer.index):
        raise ValueError("the two evaluations are not of the same customers")
    gaps = (first.by_customer[metric] - second.by_customer[metric]).to_numpy()
    rng = np.random.default_rng(seed)
    means = np.array([gaps[rng.integers(0, len(gaps), len(gaps))].mean() for _ in range(draws)])
    lower, upper = np.quantile(means, [0.025, 0.975])
    return Comparison(
        gap=float(gaps.mean()),
        se=float(means.std(ddof=1)),
        lower=float(lower),
        upper=float(upper),
        customers=len(gaps),
    )
