"""How many orders a customer will still make: the BG/NBD model."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecomlab.arguments import aligned, amounts, refuse

if TYPE_CHECKING:
    from scipy.optimize import OptimizeResult

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
    converged_, iterations_
        Whether the maximum was reached inside the bounds, and in how many steps. A maximum at the
        bounds means that the data do not tell a parameter (nobody ever leaves, say): a warning
        says so.

    Notes
    -----
    Fader, Hardie and Lee (2005), "Counting your customers" the easy way, Marketing Science 24,
    275-284; equation numbers are theirs. `a` and `b` apart are hardly told by data: judge the
    model by the orders it foretells.

    Examples
    --------
    >>> frequency, recency = [2, 0, 1, 5, 1, 3], [30.0, 0, 12, 35, 1.7, 9]
    >>> model = BGNBD().fit(frequency, recency, T=[39.0, 39, 30, 36, 39, 30])
    >>> model.converged_
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
        x, tx, t = _checked(frequency, recency, T)
        if not x.any():
            raise ValueError("nobody ordered after the clock started; there is nothing to fit")
        unit = t.mean()
        start = np.log([0.5, 0.5, 0.5, 2.0])
        if len(x) > 2 * _FEW:
            # A few thousand customers lead close to the maximum at a fraction of the work.
            few = slice(None, None, len(x) // _FEW)
            if x[few].any():
                start = _climb(_Histories(x[few], tx[few] / unit, t[few] / unit), start).x
        best = _climb(_Histories(x, tx / unit, t / unit), start)
        self.r_, self.alpha_, self.a_, self.b_ = map(float, np.exp(best.x) * [1, unit, 1, 1])
        self.customers_ = len(x)
        # Time in another unit scales the density of every order.
        self.log_likelihood_ = float(-best.fun * len(x) - x.sum() * np.log(unit))
        self.converged_ = bool(best.success and np.abs(best.x).max() < _FAR)
        self.iterations_ = int(best.nit)
        if not self.converged_:
            warnings.warn(
                f"BG/NBD found no maximum inside its bounds (r {self.r_:.3g}, alpha "
                f"{self.alpha_:.3g}, a {self.a_:.3g}, b {self.b_:.3g}); these histories do not "
                "tell all four parameters",
                RuntimeWarning,
                stacklevel=2,
            )
        return self

    def expected_purchases(self, t: ArrayLike) -> Floats:
        """Orders that a new customer is expected to make in the first `t` periods (eq. 9)."""
        self._check_fitted()
        time = amounts(t, "t", above=0, unit="periods")
        return self._orders_if_alive(np.zeros_like(time), time / (self.alpha_ + time))

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
        self._check_fitted()
        x, tx, age = _checked(frequency, recency, T)
        time = np.broadcast_to(amounts(t, "t", above=0, unit="periods"), x.shape)
        z = time / (self.alpha_ + age + time)
        # Customers share few pairs of orders and age: each pair is reckoned once.
        orders, row = np.unique(x, return_inverse=True)
        shares, column = np.unique(z, return_inverse=True)
        if len(orders) * len(shares) < len(x):
            table = self._orders_if_alive(orders[:, None], shares[None, :])
            expected = table[row, column]
        else:
            expected = self._orders_if_alive(x, z)
        return expected * self.p_alive(x, tx, age)

    def p_alive(self, frequency: ArrayLike, recency: ArrayLike, T: ArrayLike) -> Floats:
        """The chance that each customer has not left yet; 1 for those who have not ordered.

        Notes
        -----
        Fader, Hardie and Lee (2008), Computing P(alive) using the BG/NBD model, a note on
        brucehardie.com.
        """
        self._check_fitted()
        x, tx, t = _checked(frequency, recency, T)
        r, alpha, a, b = self.r_, self.alpha_, self.a_, self.b_
        odds = a / (b + np.maximum(x, 1) - 1) * ((alpha + t) / (alpha + tx)) ** (r + x)
        return np.where(x > 0, 1 / (1 + odds), 1.0)

    def _orders_if_alive(self, x: Floats, z: Floats) -> Floats:
        """Eq. 10 without P(alive); eq. 9 where x is 0 and z is t / (alpha + t).

        Euler's transformation takes x out of the powers, which would overflow.
        """
        from scipy.special import hyp2f1

        r, a, b = self.r_, self.a_, self.b_
        if abs(a - 1) < _NEAR:  # 0 / 0, with the limit next door
            a = 1 + _NEAR
        rest = (1 - z) ** (a - 1) * hyp2f1(a + b - 1 - r, a - 1, a + b + x - 1, z)
        return (a + b + x - 1) / (a - 1) * (1 - rest)

    def _check_fitted(self) -> None:
        if not hasattr(self, "r_"):
            raise ValueError("the model is not fitted yet; call fit(frequency, recency, T) first")


#: Parameters are sought in exp(-_FAR) .. exp(_FAR), of the mean T where they are a time.
_FAR = 10.0
_FEW = 5_000
_NEAR = 1e-6
_TIGHT = {"maxiter": 500, "ftol": 1e-13, "gtol": 1e-7}


def _climb(histories: _Histories, start: Floats) -> OptimizeResult:
    """To the maximum of the likelihood, by its gradient, from logs of the parameters."""
    from scipy.optimize import minimize

    bounds = [(-_FAR, _FAR)] * 4
    return minimize(
        histories.loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options=_TIGHT
    )


class _Histories:
    """What the likelihood asks of the data, summed up once as far as it can be.

    Gamma functions are needed per number of orders only, and the time observed per distinct T; one
    logarithm a customer who ordered is left.
    """

    def __init__(self, x: Floats, tx: Floats, t: Floats) -> None:
        self.customers = len(x)
        self.x, self.with_x = np.unique(x, return_counts=True)
        self.t, group = np.unique(t, return_inverse=True)
        self.of_age = np.bincount(group).astype(float)
        self.orders_of_age = np.bincount(group, x)
        ordered = x > 0
        self.place = np.searchsorted(self.x, x[ordered])
        self.orders, self.last, self.age = x[ordered], tx[ordered], t[ordered]

    def loss(self, logs: Floats) -> tuple[float, Floats]:
        """Minus the mean log-likelihood (eq. 6), and its gradient by the logs of r, alpha, a, b."""
        from scipy.special import digamma, expit, gammaln

        r, alpha, a, b = parameters = np.exp(logs)
        x, n = self.x, self.with_x
        until = np.log(alpha + self.t)
        weight = r * self.of_age + self.orders_of_age
        # The odds of having left after the last order, against being there in silence since.
        silence = np.log((alpha + self.age) / (alpha + self.last))
        before = np.log(a) - np.log(b + np.maximum(x, 1) - 1)
        c = r + self.orders
        odds = before[self.place] + c * silence
        gone = expit(odds)
        known = (
            gammaln(r + x) - gammaln(r) + gammaln(b + x) - gammaln(b)
            + gammaln(a + b) - gammaln(a + b + x)
        )  # fmt: skip
        value = n @ known + n.sum() * r * np.log(alpha) - weight @ until
        value += np.logaddexp(0, odds).sum()
        gone_by_x = np.bincount(self.place, gone, minlength=len(x))
        both = n @ (digamma(a + b) - digamma(a + b + x))
        slope = np.array(
            [
                n @ (digamma(r + x) - digamma(r)) + n.sum() * np.log(alpha)
                - self.of_age @ until + gone @ silence,
                n.sum() * r / alpha - weight @ (1 / (alpha + self.t))
                + (gone * c) @ (1 / (alpha + self.age) - 1 / (alpha + self.last)),
                both + gone_by_x.sum() / a,
                both + n @ (digamma(b + x) - digamma(b))
                - gone_by_x @ (1 / (b + np.maximum(x, 1) - 1)),
            ]
        )  # fmt: skip
        return -value / self.customers, -slope * parameters / self.customers


def _checked(frequency: ArrayLike, recency: ArrayLike, T: ArrayLike) -> tuple[Floats, ...]:
    x, tx, t = aligned(frequency=frequency, recency=recency, T=T)
    amounts(frequency, "frequency", least=0, integral=True)
    amounts(T, "T", above=0)
    amounts(recency, "recency", least=0)
    refuse(tx > t, recency, "recency", "it must be at most T")
    refuse((x == 0) & (tx > 0), recency, "recency", "it must be 0 without an order")
    return x, tx, t
