"""How many orders a customer will still make: the BG/NBD model."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


class BGNBD:
    """Orders while a customer lives, and a chance to leave after each.

    A customer orders at random at a rate of their own (gamma over customers: `r`, `alpha`), and
    after each order leaves for good with a chance of their own (beta over customers: `a`, `b`).

    Attributes
    ----------
    r_, alpha_, a_, b_
        Shape and rate of the gamma, the two parameters of the beta. The mean rate is
        ``r_ / alpha_`` a period; ``alpha_`` is in the data's unit of time.
    log_likelihood_
        At the maximum.
    customers_
        How many were fitted.

    Notes
    -----
    Fader, Hardie and Lee (2005), "Counting your customers" the easy way, Marketing Science 24,
    275-284; equation numbers are theirs. `a` and `b` apart are hardly told by data: judge the
    model by the orders it foretells.

    Examples
    --------
    >>> frequency, recency, T = [2, 0, 0, 5, 1], [30.4, 0, 0, 35.0, 1.7], [38.9, 38.9, 30, 36, 39]
    >>> model = BGNBD().fit(frequency, recency, T)
    >>> bool(0 < model.expected_purchases(10) < 3)
    True
    """

    r_: float
    alpha_: float
    a_: float
    b_: float

    def fit(self, frequency: ArrayLike, recency: ArrayLike, T: ArrayLike) -> Self:
        """Fit by maximum likelihood (eq. 6).

        Parameters
        ----------
        frequency
            Orders after the clock started, whole numbers >= 0, shape (customers,). Where the
            clock starts with the first order, that order is not counted.
        recency
            When the last counted order was, from the start of the clock; 0 if there was none.
        T
            How long the customer was observed, from the start of the clock, > 0.

        Returns
        -------
        BGNBD
            Itself.

        Raises
        ------
        ValueError
            If shapes differ, a number is missing or out of range, a recency exceeds its T, or
            nobody ordered.
        """
        from scipy.optimize import minimize

        x, tx, t = _checked(frequency, recency, T)
        if not x.any():
            raise ValueError("nobody ordered after the clock started; there is nothing to fit")
        # Equal histories are common: each is evaluated once, with its count.
        unit = t.mean()
        rows, count = np.unique(
            np.column_stack([x, tx / unit, t / unit]), axis=0, return_counts=True
        )

        def loss(logs: Floats) -> float:
            return -float(count @ _log_likelihood(np.exp(logs), *rows.T)) / len(x)

        starts = ([0.5, 0.5, 0.5, 2.0], [1.0, 0.2, 0.2, 1.0])
        fits = [
            minimize(loss, np.log(s), method="L-BFGS-B", bounds=[(-12, 12)] * 4, options=_TIGHT)
            for s in starts
        ]
        best = min(fits, key=lambda f: f.fun)
        self.r_, self.alpha_, self.a_, self.b_ = map(float, np.exp(best.x) * [1, unit, 1, 1])
        self.customers_ = len(x)
        self.log_likelihood_ = float(_log_likelihood(self._parameters, x, tx, t).sum())
        return self

    def expected_purchases(self, t: ArrayLike) -> Floats:
        """Orders that a new customer is expected to make in the first `t` periods (eq. 9)."""
        from scipy.special import hyp2f1

        self._check_fitted()
        time = _positive(t, "t")
        r, alpha, a, b = self._parameters
        z = time / (alpha + time)
        rest = (alpha / (alpha + time)) ** r * hyp2f1(r, b, a + b - 1, z)
        return (a + b - 1) / (a - 1) * (1 - rest)

    def predict(
        self, frequency: ArrayLike, recency: ArrayLike, T: ArrayLike, t: ArrayLike
    ) -> Floats:
        """Orders that each customer is expected to make in the next `t` periods (eq. 10).

        Parameters
        ----------
        frequency, recency, T
            As for `fit`.
        t
            Periods ahead, > 0.

        Returns
        -------
        numpy.ndarray
            Shape (customers,).
        """
        from scipy.special import hyp2f1

        self._check_fitted()
        x, tx, age = _checked(frequency, recency, T)
        time = _positive(t, "t")
        r, alpha, a, b = self._parameters
        z = time / (alpha + age + time)
        rest = ((alpha + age) / (alpha + age + time)) ** (r + x)
        rest = rest * hyp2f1(r + x, b + x, a + b + x - 1, z)
        return (a + b + x - 1) / (a - 1) * (1 - rest) * self.p_alive(x, tx, age)

    def p_alive(self, frequency: ArrayLike, recency: ArrayLike, T: ArrayLike) -> Floats:
        """The chance that each customer has not left yet; 1 for those who have not ordered.

        Notes
        -----
        Fader, Hardie and Lee (2008), Computing P(alive) using the BG/NBD model, a note on
        brucehardie.com.
        """
        self._check_fitted()
        x, tx, t = _checked(frequency, recency, T)
        r, alpha, a, b = self._parameters
        odds = a / (b + np.maximum(x, 1) - 1) * ((alpha + t) / (alpha + tx)) ** (r + x)
        return np.where(x > 0, 1 / (1 + odds), 1.0)

    @property
    def _parameters(self) -> Floats:
        return np.array([self.r_, self.alpha_, self.a_, self.b_])

    def _check_fitted(self) -> None:
        if not hasattr(self, "r_"):
            raise ValueError("the model is not fitted yet; call fit(frequency, recency, T) first")


_TIGHT = {"maxiter": 2_000, "ftol": 1e-14, "gtol": 1e-9}


def _log_likelihood(parameters: Floats, x: Floats, tx: Floats, t: Floats) -> Floats:
    """Of each customer (eq. 6): still there since the last order, or gone after it."""
    from scipy.special import betaln, gammaln

    r, alpha, a, b = parameters
    rate = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    stays = betaln(a, b + x) - betaln(a, b) - (r + x) * np.log(alpha + t)
    gone = betaln(a + 1, b + np.maximum(x, 1) - 1) - betaln(a, b) - (r + x) * np.log(alpha + tx)
    return rate + np.where(x > 0, np.logaddexp(stays, gone), stays)


def _checked(frequency: ArrayLike, recency: ArrayLike, T: ArrayLike) -> tuple[Floats, ...]:
    names = ("frequency", "recency", "T")
    x, tx, t = (np.atleast_1d(np.asarray(v, dtype=float)) for v in (frequency, recency, T))
    if not (x.shape == tx.shape == t.shape and x.ndim == 1 and len(x)):
        raise ValueError(f"frequency {x.shape}, recency {tx.shape} and T {t.shape} must be alike")
    faults = (
        *(
            (name, ~np.isfinite(v), "missing or infinite")
            for name, v in zip(names, (x, tx, t), strict=True)
        ),
        ("frequency", (x < 0) | (x != np.floor(x)), "no whole number >= 0"),
        ("T", t <= 0, "not above 0"),
        ("recency", (tx < 0) | (tx > t), "outside 0 .. T"),
        ("recency", (x == 0) & (tx > 0), "above 0 without an order"),
    )
    for name, wrong, what in faults:
        if wrong.any():
            raise ValueError(
                f"{name} has {wrong.sum()} values that are {what}, first in row "
                f"{int(np.argmax(wrong))}"
            )
    return x, tx, t


def _positive(t: ArrayLike, name: str) -> Floats:
    time = np.asarray(t, dtype=float)
    if not (np.isfinite(time).all() and (time > 0).all()):
        raise ValueError(f"{name} is {t!r}; it must be above 0")
    return time
