"""How much a customer's orders are worth: the Gamma-Gamma model."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecomlab.arguments import aligned, amounts, refuse

Floats = NDArray[np.float64]


class GammaGamma:
    """Amounts vary about each customer's own mean; means vary over customers.

    A mean of few orders is drawn towards the mean of all: one dear order makes no rich customer.

    Attributes
    ----------
    p_, q_, gamma_
        Shape of an order's amount about the customer's mean; shape and scale of the means.
        ``gamma_`` is in the unit of the amounts.
    mean_
        Expected amount of a customer who has not ordered: ``p_ * gamma_ / (q_ - 1)``; infinite
        where ``q_`` is not above 1.
    log_likelihood_, customers_, converged_, iterations_
        As of `BGNBD`.

    Notes
    -----
    Fader and Hardie (2013), The Gamma-Gamma model of monetary value, a note on brucehardie.com.
    It takes for granted that how often customers order says nothing about how much they pay: look
    at that correlation first.

    Examples
    --------
    >>> model = GammaGamma().fit([2, 1, 4, 3, 2], [40.0, 95.0, 60.0, 22.0, 31.0])
    >>> expected = model.expected_value([0, 1, 40], [0.0, 95.0, 95.0])
    >>> bool(expected[0] < expected[1] < expected[2] < 95)
    True
    """

    p_: float
    q_: float
    gamma_: float

    def fit(self, frequency: ArrayLike, monetary: ArrayLike) -> Self:
        """Fit by maximum likelihood (eq. 1a).

        Parameters
        ----------
        frequency
            Orders of each customer, whole numbers >= 1, shape (customers,). Those without an
            order tell nothing of amounts: leave them out.
        monetary
            Mean amount of these orders, CNY, above 0.

        Returns
        -------
        GammaGamma
            Itself.

        Raises
        ------
        ValueError
            If shapes differ, or a number is missing or out of range.
        """
        from scipy.optimize import minimize

        x, z = aligned(frequency=frequency, monetary=monetary)
        amounts(frequency, "frequency", least=1, integral=True)
        amounts(monetary, "monetary", above=0, unit="CNY")
        unit = float(z.mean())
        paid = x * z / unit
        orders, place, count = np.unique(x, return_inverse=True, return_counts=True)
        logs_paid, logs_mean = float(x @ np.log(paid)), float(np.log(z).sum())

        def loss(logs: Floats) -> tuple[float, Floats]:
            from scipy.special import digamma, gammaln

            p, q, gamma = parameters = np.exp(logs)
            log_rest = np.log(gamma + paid)
            weighted, plain = float(x @ log_rest), float(log_rest.sum())
            known = gammaln(p * orders + q) - gammaln(p * orders) - gammaln(q)
            value = count @ known + len(x) * q * np.log(gamma)
            value += p * logs_paid - logs_mean - p * weighted - q * plain
            both = digamma(p * orders + q)
            shares = np.bincount(place, 1 / (gamma + paid))
            slope = np.array(
                [
                    (count * orders) @ (both - digamma(p * orders)) + logs_paid - weighted,
                    count @ (both - digamma(q)) + len(x) * np.log(gamma) - plain,
                    len(x) * q / gamma - (p * orders + q) @ shares,
                ]
            )
            return -value / len(x), -slope * parameters / len(x)

        best = minimize(
            loss,
            np.log([2.0, 3.0, 1.0]),
            jac=True,
            method="L-BFGS-B",
            bounds=[(-_FAR, _FAR)] * 3,
            options={"maxiter": 500, "ftol": 1e-13, "gtol": 1e-7},
        )
        self.p_, self.q_, self.gamma_ = map(float, np.exp(best.x) * [1, 1, unit])
        self.mean_ = self.p_ * self.gamma_ / (self.q_ - 1) if self.q_ > 1 else float("inf")
        self.customers_, self.iterations_ = len(x), int(best.nit)
        self.log_likelihood_ = float(-best.fun * len(x))
        self.converged_ = bool(best.success and np.abs(best.x).max() < _FAR)
        return self

    def expected_value(self, frequency: ArrayLike, monetary: ArrayLike) -> Floats:
        """The amount that each customer's next order is expected to have (eq. 5), CNY.

        Parameters
        ----------
        frequency, monetary
            As for `fit`; customers without an order (frequency 0) are expected at ``mean_``,
            whatever their monetary value is.

        Returns
        -------
        numpy.ndarray
            Shape (customers,).
        """
        if not hasattr(self, "p_"):
            raise ValueError("the model is not fitted yet; call fit(frequency, monetary) first")
        x = np.atleast_1d(amounts(frequency, "frequency", least=0, integral=True))
        z = np.where(x > 0, np.atleast_1d(np.asarray(monetary, dtype=float)), 0.0)
        x, z = aligned(frequency=x, monetary=z)
        refuse((z <= 0) & (x > 0), z, "monetary", "it must be above 0 (CNY)")
        if self.q_ <= 1 and not x.all():
            raise ValueError(f"q is {self.q_:.3g}, so customers without an order have no mean")
        return self.p_ * (self.gamma_ + x * z) / (self.p_ * x + self.q_ - 1)


#: Parameters are sought in exp(-_FAR) .. exp(_FAR), gamma in mean amounts.
_FAR = 10.0
