"""Regression on panels: effects of units and periods taken out, errors told by cluster.

Chapters ask the same thing of different panels (products by week, cities by month, agents by
month): what a factor does once everything that is constant for a unit, or common to a period, is
taken out. The two estimators here are that, and nothing more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecomlab.arguments import amounts

Floats = NDArray[np.float64]
_SWEEPS, _STEPS, _CLOSE = 2_000, 60, 1e-9


@dataclass(frozen=True)
class Fit:
    """Coefficients of a regression.

    Attributes
    ----------
    coef, se
        Coefficients and their cluster-robust standard errors, shape (regressors,).
    cov
        The coefficients' covariance, shape (regressors, regressors).
    rows, clusters
        What the estimate rests on.
    left_out
        Rows of units or periods in which nothing happened: they cannot tell anything (Poisson).
    """

    coef: Floats
    se: Floats
    cov: Floats
    rows: int
    clusters: int
    left_out: int = 0


def least_squares(
    y: ArrayLike,
    x: ArrayLike,
    *,
    effects: Sequence[ArrayLike] = (),
    cluster: ArrayLike,
    weights: ArrayLike | None = None,
    instruments: ArrayLike | None = None,
) -> Fit:
    """Least squares with effects taken out; with instruments, two-stage least squares.

    Parameters
    ----------
    y
        Outcome, shape (rows,).
    x
        Regressors, shape (rows, regressors), or (rows,) for one.
    effects
        Labels, one array per set of effects (units, periods); a constant if there is none.
    cluster
        Labels of the clusters within which errors may hang together.
    weights
        Weights of the rows, > 0; equal if None.
    instruments
        As many columns as ``x``; an exogenous regressor is its own instrument.

    Returns
    -------
    Fit
        Errors are cluster-robust (Liang and Zeger 1986) with the factor G/(G-1).

    Raises
    ------
    ValueError
        If shapes differ, values are not finite, there are fewer than two clusters, or the
        regressors do not vary on their own once the effects are taken out.

    Examples
    --------
    >>> city, month = np.repeat([0, 1, 2], 4), np.tile(range(4), 3)
    >>> treated = ((city == 0) & (month >= 2)).astype(float)
    >>> y = 5 * city + month + 3 * treated
    >>> least_squares(y, treated, effects=[city, month], cluster=city).coef.round(6)
    array([3.])
    """
    columns = _columns(y, x)
    w = _each(weights, "weights", len(columns))
    groups, cluster_id = _groups(effects, cluster, len(columns))
    plain = absorbed(columns, groups, w)
    _check_left(columns, plain)
    if instruments is None:
        z = plain[:, 1:]
    else:
        z = absorbed(_columns(y, instruments), groups, w)[:, 1:]
    bread = _inverse(z.T @ (w[:, None] * plain[:, 1:]))
    coef = bread @ (z.T @ (w * plain[:, 0]))
    residual = plain[:, 0] - plain[:, 1:] @ coef
    cov = _sandwich(bread, z * (w * residual)[:, None], cluster_id)
    return Fit(coef, np.sqrt(np.diag(cov)), cov, len(columns), int(cluster_id.max()) + 1)


def poisson(
    y: ArrayLike,
    x: ArrayLike,
    *,
    effects: Sequence[ArrayLike] = (),
    cluster: ArrayLike,
    exposure: ArrayLike | None = None,
) -> Fit:
    """Poisson pseudo-likelihood with effects taken out: zeros count, and no logarithm is needed.

    Parameters
    ----------
    y
        Outcome, >= 0, shape (rows,). It need not be a count.
    x, effects, cluster
        As for :func:`least_squares`.
    exposure
        How long or how much each row was observed (days in stock, say), > 0; equal if None.

    Returns
    -------
    Fit
        Effects on the log of the expected outcome. Rows of an effect whose outcomes are all 0 are
        left out and counted in ``left_out``: they fit any coefficient.

    Raises
    ------
    ValueError
        As for :func:`least_squares`; if an outcome is negative, none is above 0, or the estimate
        does not settle.

    Notes
    -----
    Santos Silva and Tenreyro (2006), Review of Economics and Statistics 88, 641-658; effects are
    swept out inside the weighted least squares (Correia, Guimaraes and Zylkin 2020, Stata Journal
    20, 95-115).

    Examples
    --------
    >>> fit = poisson([2, 4, 0, 0, 3, 6], [0, 1, 0, 1, 0, 1], effects=[[1, 1, 2, 2, 3, 3]],
    ...               cluster=[1, 1, 2, 2, 3, 3])
    >>> np.exp(fit.coef).round(6), fit.left_out
    (array([2.]), 2)
    """
    columns = _columns(y, x)
    if (columns[:, 0] < 0).any():
        raise ValueError("an outcome is negative; Poisson outcomes are >= 0")
    kept, groups, cluster_id = _telling(columns[:, 0], effects, cluster)
    outcome, regressors = columns[kept, 0], columns[kept, 1:]
    seen = _each(exposure, "exposure", len(columns))
    log_seen = np.log(seen[kept])
    if not outcome.any():
        raise ValueError("every outcome is 0: there is nothing to explain")
    mean = (outcome + outcome.mean()) / 2
    index = np.log(mean)
    coef = np.zeros(regressors.shape[1])
    for _ in range(_STEPS):
        working = index - log_seen + (outcome - mean) / mean
        before_effects = np.column_stack([working, regressors])
        plain = absorbed(before_effects, groups, mean)
        _check_left(before_effects, plain)
        bread = _inverse(plain[:, 1:].T @ (mean[:, None] * plain[:, 1:]))
        before, coef = coef, bread @ (plain[:, 1:].T @ (mean * plain[:, 0]))
        index = working + log_seen - (plain[:, 0] - plain[:, 1:] @ coef)
        mean = np.exp(np.clip(index, -30, 30))
        if np.abs(coef - before).max() < 1e-8:
            break
    else:
        raise ValueError("the estimate does not settle; is a regressor always 0 where sales are?")
    cov = _sandwich(bread, plain[:, 1:] * (outcome - mean)[:, None], cluster_id)
    return Fit(
        coef,
        np.sqrt(np.diag(cov)),
        cov,
        int(kept.sum()),
        int(cluster_id.max()) + 1,
        int((~kept).sum()),
    )


def absorbed(columns: Floats, groups: Sequence[NDArray[np.int64]], weights: Floats) -> Floats:
    """Columns less their weighted means by each set of groups, swept in turn until they settle.

    Alternating projections (von Neumann; Guimaraes and Portugal 2010, Stata Journal 10, 628-649).
    """
    left = columns - np.average(columns, axis=0, weights=weights)
    totals = [np.bincount(group, weights) for group in groups]
    scale = np.abs(left).max(axis=0) + 1e-300
    for _ in range(_SWEEPS):
        moved = 0.0
        for group, total in zip(groups, totals, strict=True):
            for k in range(left.shape[1]):
                mean = np.bincount(group, weights * left[:, k]) / total
                left[:, k] -= mean[group]
                moved = max(moved, float(np.abs(mean).max() / scale[k]))
        if len(groups) < 2 or moved < _CLOSE:
            return left
    raise ValueError("the effects cannot be taken out: units and periods hardly overlap")


def _columns(y: ArrayLike, x: ArrayLike) -> Floats:
    """Outcome and regressors side by side."""
    outcome, regressors = np.asarray(y, dtype=float), np.asarray(x, dtype=float)
    if regressors.ndim == 1:
        regressors = regressors[:, None]
    if outcome.ndim != 1 or len(outcome) != len(regressors) or not len(outcome):
        raise ValueError(
            f"{outcome.shape} outcomes and {regressors.shape} regressors do not fit together"
        )
    columns = np.column_stack([outcome, regressors])
    if not np.isfinite(columns).all():
        row = int(np.argmin(np.isfinite(columns).all(axis=1)))
        raise ValueError(f"row {row} holds a missing or infinite number")
    return columns


def _each(values: ArrayLike | None, name: str, rows: int) -> Floats:
    """One number above 0 a row; 1 where none are given."""
    if values is None:
        return np.ones(rows)
    given = amounts(values, name, above=0)
    if given.shape != (rows,):
        raise ValueError(f"{name} has shape {given.shape}; one number for each row is needed")
    return given


def _groups(
    effects: Sequence[ArrayLike], cluster: ArrayLike, rows: int
) -> tuple[list[NDArray[np.int64]], NDArray[np.int64]]:
    groups = [np.unique(np.asarray(e), return_inverse=True)[1] for e in effects]
    cluster_id = np.unique(np.asarray(cluster), return_inverse=True)[1]
    if any(len(g) != rows for g in (*groups, cluster_id)):
        raise ValueError("effects and clusters need one label for each row")
    if cluster_id.max() < 1:
        raise ValueError("there is one cluster only; errors need at least two")
    return groups, cluster_id


def _telling(
    outcome: Floats, effects: Sequence[ArrayLike], cluster: ArrayLike
) -> tuple[NDArray[np.bool_], list[NDArray[np.int64]], NDArray[np.int64]]:
    """The rows of effects in which anything happened, with their groups and clusters."""
    groups, cluster_id = _groups(effects, cluster, len(outcome))
    kept = np.ones(len(outcome), dtype=bool)
    while True:
        dead = np.zeros(len(outcome), dtype=bool)
        for group in groups:
            dead |= kept & (np.bincount(group, outcome * kept)[group] == 0)
        if not dead.any() or not (kept & ~dead).any():
            break
        kept &= ~dead
    return kept, *_groups([g[kept] for g in groups], cluster_id[kept], int(kept.sum()))


def _check_left(before: Floats, after: Floats) -> None:
    """Refuse a regressor that the effects, or the other regressors, explain whole."""
    gone = np.abs(after[:, 1:]).max(axis=0) <= 1e-7 * np.abs(before[:, 1:]).max(axis=0)
    if gone.any():
        raise ValueError(
            f"regressor {int(np.argmax(gone))} does not vary once the effects are taken out"
        )


def _inverse(matrix: Floats) -> Floats:
    rows, columns = (np.sqrt((matrix**2).sum(axis=axis)) for axis in (1, 0))
    scale = np.sqrt(np.outer(rows, columns))
    if not scale.all() or np.linalg.cond(matrix / scale) > 1e12:
        raise ValueError("the regressors do not vary on their own once the effects are taken out")
    return np.linalg.inv(matrix / scale) / scale.T


def _sandwich(bread: Floats, scores: Floats, cluster_id: NDArray[np.int64]) -> Floats:
    clusters = int(cluster_id.max()) + 1
    sums = np.column_stack(
        [np.bincount(cluster_id, scores[:, k], minlength=clusters) for k in range(scores.shape[1])]
    )
    return bread @ (sums.T @ sums) @ bread.T * (clusters / (clusters - 1))
