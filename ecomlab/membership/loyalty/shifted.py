"""How many subscribers stay: the shifted-beta-geometric model."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecomlab.arguments import aligned, amounts, refuse

Floats = NDArray[np.float64]


class ShiftedBetaGeometric:
    """At each renewal a subscriber leaves with a chance of their own (beta over subscribers).

    Those likely to leave go first, so the rate of renewal rises with age although nobody changes.

    Attributes
    ----------
    alpha_, beta_
        Parameters of the beta; the mean chance to leave at the first renewal is
        ``alpha_ / (alpha_ + beta_)``.
    log_likelihood_, converged_
        At the maximum; whether it was reached.

    Notes
    -----
    Fader and Hardie (2007), How to project customer retention, Journal of Interactive Marketing
    21(1), 76-90.

    Examples
    --------
    >>> model = ShiftedBetaGeometric().fit([1000, 869, 743, 653, 593, 551, 517, 491])
    >>> round(model.alpha_, 3), round(model.beta_, 3)
    (0.668, 3.806)
    >>> (1000 * model.survival([8, 12])).round().tolist()
    [460.0, 378.0]
    """

    alpha_: float
    beta_: float

    def fit(self, survivors: ArrayLike) -> Self:
        """Fit by maximum likelihood (eq. 7) to one cohort.

        Parameters
        ----------
        survivors
            Subscribers at the start and after each renewal, whole numbers that never rise, shape
            (renewals + 1,), at least three.

        Returns
        -------
        ShiftedBetaGeometric
            Itself.

        Raises
        ------
        ValueError
            If there are fewer than three numbers, one is missing, negative, not whole or above the
            one before, or nobody left or stayed.
        """
        from scipy.optimize import minimize

        n = aligned(survivors=survivors)[0]
        amounts(survivors, "survivors", least=0, integral=True)
        if len(n) < 3:
            raise ValueError(f"survivors has {len(n)} numbers; two renewals take three at least")
        more = np.diff(n, prepend=n[0]) > 0
        refuse(more, n, "survivors", "nobody comes back: it must be at most the one before")
        lost, left = -np.diff(n), n[-1]
        if not (lost.any() and n[1] > 0):
            raise ValueError("nobody left, or nobody renewed even once: there is nothing to fit")

        def loss(logs: Floats) -> float:
            alpha, beta = np.exp(logs)
            stay = _survival(alpha, beta, np.arange(len(n), dtype=float))
            gone = np.log(np.maximum(-np.diff(stay), 1e-300))
            return -float(lost @ gone + left * np.log(max(stay[-1], 1e-300))) / n[0]

        best = minimize(
            loss,
            np.zeros(2),
            method="L-BFGS-B",
            bounds=[(-_FAR, _FAR)] * 2,
            options={"ftol": 1e-14, "gtol": 1e-8},
        )
        self.alpha_, self.beta_ = map(float, np.exp(best.x))
        self.log_likelihood_ = float(-best.fun * n[0])
        self.converged_ = bool(best.success and np.abs(best.x).max() < _FAR)
        return self

    def survival(self, t: ArrayLike) -> Floats:
        """The share of a cohort still there after `t` renewals (eq. 6).

        Parameters
        ----------
        t
            Renewals, >= 0, any shape.

        Returns
        -------
        numpy.ndarray
            Shares 0 .. 1, in the shape of `t`.
        """
        self._check_fitted()
        return _survival(self.alpha_, self.beta_, amounts(t, "t", least=0, unit="renewals"))

    def retention(self, t: ArrayLike) -> Floats:
        """The share of those still there before renewal `t` who renew (eq. 8).

        Parameters
        ----------
        t
            Which renewal, >= 1, any shape.
        """
        self._check_fitted()
        time = amounts(t, "t", least=1, unit="the first renewal")
        return (self.beta_ + time - 1) / (self.alpha_ + self.beta_ + time - 1)

    def _check_fitted(self) -> None:
        if not hasattr(self, "alpha_"):
            raise ValueError("the model is not fitted yet; call fit(survivors) first")


_FAR = 10.0


def _survival(alpha: float, beta: float, t: Floats) -> Floats:
    from scipy.special import betaln

    return np.exp(betaln(alpha, beta + t) - betaln(alpha, beta))
