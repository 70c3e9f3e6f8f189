"""Weights from judgements (AHP, 层次分析法), and a ranking from weights (TOPSIS)."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecomlab.arguments import amount, amounts, whole
from ecomlab.style import COLOURS, say

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]
#: Mean consistency index of random judgements by the number of criteria (Saaty 1980, table 1.4).
RANDOM_INDEX = (0, 0, 0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57,
                1.59)  # fmt: skip
#: Judgements with a greater ratio should be looked at again.
ACCEPTABLE = 0.10
_CLOSE = 1e-3


@dataclass(frozen=True, eq=False)
class Comparison:
    """What pairwise judgements come to.

    Attributes
    ----------
    weights
        By criterion; they add up to 1.
    consistency_ratio
        How contradictory the judgements are: 0 not at all, 1 as random ones; up to 0.10 will do.
    eigenvalue
        The largest one of the judgements; the number of criteria if nothing contradicts.
    """

    weights: pd.Series
    consistency_ratio: float
    eigenvalue: float

    def plot(self) -> Figure:
        """The weights as bars, the heaviest on top."""
        import matplotlib.pyplot as plt

        fig, ax = plt.subplots()
        rising = self.weights.sort_values()
        ax.barh([str(n) for n in rising.index], rising, color=COLOURS[0])
        top, share = rising.index[-1], rising.iloc[-1]
        ratio = self.consistency_ratio
        ax.set_title(
            say(
                en=f"{top} has {share:.0%} of the weight; consistency ratio {ratio:.3f}",
                zh=f"{top}占 {share:.0%} 的权重；一致性比率 {ratio:.3f}",
            )
        )
        ax.set_xlabel(say(en="weight", zh="权重"))
        return fig

    def __repr__(self) -> str:
        told = ", ".join(f"{n} {w:.3f}" for n, w in self.weights.items())
        return f"Comparison({told}; consistency ratio {self.consistency_ratio:.3f})"

    def _repr_html_(self) -> str:
        ratio = say(en="consistency ratio", zh="一致性比率")
        table = self.weights.round(3).to_frame().to_html()
        return f"{table}<p>{ratio} {self.consistency_ratio:.3f}</p>"


def ahp(comparisons: Any) -> Comparison:
    """Weights of criteria from judgements of two at a time (层次分析法).

    Parameters
    ----------
    comparisons
        Square: row i, column j says how many times as important i is as j (1/9 to 9). The lower
        half holds the reciprocals. A DataFrame's index names the criteria.

    Returns
    -------
    Comparison
        ``weights``, ``consistency_ratio``, ``eigenvalue``.

    Raises
    ------
    TypeError, ValueError
        If the table is not square, a judgement is not above 0 or its counterpart is not its
        reciprocal; both criteria are named.

    Warns
    -----
    UserWarning
        If the consistency ratio is above 0.10: the judgements contradict each other.

    Notes
    -----
    The principal eigenvector (Saaty 1980, The Analytic Hierarchy Process).

    Examples
    --------
    >>> judged = [[1, 4, 3, 7], [1/4, 1, 1/3, 3], [1/3, 3, 1, 5], [1/7, 1/3, 1/5, 1]]
    >>> found = ahp(judged)  # choosing a leader: experience, education, charisma, age
    >>> found.weights.round(3).tolist(), round(found.consistency_ratio, 3)
    ([0.548, 0.127, 0.27, 0.056], 0.044)
    """
    import pandas as pd

    names = comparisons.index if isinstance(comparisons, pd.DataFrame) else None
    matrix = amounts(comparisons, "comparisons", above=0)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not len(matrix):
        raise ValueError(f"comparisons have shape {matrix.shape}; as many rows as columns")
    size = len(matrix)
    if size >= len(RANDOM_INDEX):
        raise ValueError(f"{size} criteria are too many to compare in pairs; 15 at most")
    index = pd.RangeIndex(size) if names is None else names
    _check_reciprocal(matrix, index)
    values, vectors = np.linalg.eig(matrix)
    main = int(np.argmax(values.real))
    weights = np.abs(vectors[:, main].real)
    largest = float(values[main].real)
    random = RANDOM_INDEX[size]
    ratio = max((largest - size) / (size - 1) / random, 0.0) if random else 0.0
    if ratio > ACCEPTABLE:
        warnings.warn(
            f"the judgements contradict each other: consistency ratio {ratio:.3f}, above "
            f"{ACCEPTABLE:.2f}; look again at the pairs furthest from the weights' ratios",
            stacklevel=2,
        )
    return Comparison(pd.Series(weights / weights.sum(), index, name="weight"), ratio, largest)


def _check_reciprocal(matrix: Floats, names: pd.Index) -> None:
    wrong = np.abs(matrix * matrix.T - 1) > _CLOSE
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        if row == column:
            told = f"is {matrix[row, row]:g} against itself; it must be 1"
        else:
            told = (
                f"against {names[column]!r} is {matrix[row, column]:g}, and the other way round "
                f"{matrix[column, row]:g}; it must be the reciprocal, {1 / matrix[row, column]:.4g}"
            )
        raise ValueError(f"comparisons are not reciprocal: row {names[row]!r} {told}")


def topsis(matrix: Any, weights: ArrayLike, *, benefit: ArrayLike) -> pd.DataFrame:
    """Rank alternatives by how near they are to the best and how far from the worst (TOPSIS).

    Parameters
    ----------
    matrix
        A row an alternative, a column a criterion, in any units.
    weights
        By criterion, at least 0; they are scaled to add up to 1.
    benefit
        By criterion: True if more is better (quality), False if less is (price, days).

    Returns
    -------
    pandas.DataFrame
        By alternative, in the order given: ``closeness`` (0 worst, 1 best) and ``rank`` (1 best).

    Raises
    ------
    TypeError, ValueError
        If shapes differ, a number is missing, a criterion is 0 throughout or all weights are 0.

    Notes
    -----
    Hwang and Yoon 1981, with vector normalisation. Closeness compares the alternatives given: it
    changes when one is added, and is no measure of how good one is by itself.

    Examples
    --------
    >>> offers = [[50, 0.98, 7], [44, 0.95, 12], [58, 0.99, 5]]  # price, quality, days
    >>> found = topsis(offers, [0.5, 0.2, 0.3], benefit=[False, True, False])
    >>> found["closeness"].round(3).tolist(), found["rank"].tolist()
    ([0.677, 0.358, 0.642], [1, 3, 2])
    """
    import pandas as pd

    index = matrix.index if isinstance(matrix, pd.DataFrame) else None
    table, heavy, more = _decision(matrix, weights, benefit)
    closeness = _closeness(table, heavy[None, :], more)[0]
    rank = pd.Series(-closeness).rank(method="min").astype(int).to_numpy()
    return pd.DataFrame({"closeness": closeness, "rank": rank}, index=index)


def first_places(
    matrix: Any,
    weights: ArrayLike,
    *,
    benefit: ArrayLike,
    doubt: float = 0.25,
    draws: int = 2_000,
    seed: int = 0,
) -> pd.Series:
    """How often each alternative comes first when the weights are not sure: its stability.

    Parameters
    ----------
    matrix, weights, benefit
        As for `topsis`.
    doubt
        By how much a weight may be off: the coefficient of variation of log-normal factors.
    draws, seed
        How many weightings are tried.

    Returns
    -------
    pandas.Series
        The share of weightings in which each alternative is first; they add up to 1.

    Raises
    ------
    TypeError, ValueError
        As for `topsis`; if the doubt is negative.

    Examples
    --------
    >>> offers = [[50, 0.98, 7], [44, 0.95, 12], [58, 0.99, 5]]
    >>> first_places(offers, [0.5, 0.2, 0.3], benefit=[False, True, False]).round(1).tolist()
    [0.7, 0.0, 0.3]
    """
    import pandas as pd

    index = matrix.index if isinstance(matrix, pd.DataFrame) else None
    table, heavy, more = _decision(matrix, weights, benefit)
    doubt = amount(doubt, "doubt", least=0)
    spread = np.sqrt(np.log1p(doubt**2))
    noise = np.random.default_rng(seed).standard_normal((whole(draws, "draws"), len(heavy)))
    tried = heavy * np.exp(spread * noise)
    found = _closeness(table, tried / tried.sum(axis=1, keepdims=True), more)
    first = np.bincount(found.argmax(axis=1), minlength=len(table)) / len(found)
    return pd.Series(first, index, name="first")


def _decision(matrix: Any, weights: ArrayLike, benefit: ArrayLike) -> tuple[Floats, Floats, Any]:
    """The normalised matrix, the weights and the directions, checked against each other."""
    table = amounts(matrix, "matrix")
    if table.ndim != 2 or not table.size:
        raise ValueError(f"matrix has shape {table.shape}; a row an alternative is needed")
    heavy = amounts(weights, "a weight", least=0)
    more = np.asarray(benefit)
    if more.dtype != bool:
        raise TypeError("benefit holds True (more is better) or False, one a criterion")
    if heavy.shape != table.shape[1:] or more.shape != table.shape[1:]:
        raise ValueError(
            f"matrix has {table.shape[1]} criteria, weights {heavy.size} and benefit {more.size}"
        )
    if not heavy.sum() > 0:
        raise ValueError("all weights are 0")
    length = np.sqrt((table**2).sum(axis=0))
    if (length == 0).any():
        raise ValueError(f"criterion {int(np.argmax(length == 0))} is 0 throughout")
    return table / length, heavy / heavy.sum(), more


def _closeness(table: Floats, weights: Floats, more: Any) -> Floats:
    """Closeness by weighting and alternative."""
    best = np.where(more, table.max(axis=0), table.min(axis=0))
    worst = np.where(more, table.min(axis=0), table.max(axis=0))
    # A weight enters each distance squared: one product does for all weightings.
    to_best = np.sqrt(weights**2 @ ((table - best) ** 2).T)
    to_worst = np.sqrt(weights**2 @ ((table - worst) ** 2).T)
    both = to_best + to_worst
    return np.where(both > 0, to_worst / np.where(both > 0, both, 1), 0.5)
