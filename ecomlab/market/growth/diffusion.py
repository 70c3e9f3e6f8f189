"""How a new thing spreads: the Bass model (Bass 1969, Management Science 15, 215-227)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, log
from typing import TYPE_CHECKING

import numpy as np

from ecomlab.arguments import amount, amounts, whole
from ecomlab.market.growth.show import card, line
from ecomlab.style import COLOURS, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Means over 213 published applications (Sultan, Farley and Lehmann 1990, J. Marketing Research
# 27, 70-77): where a fit starts from.
MEAN_P, MEAN_Q = 0.03, 0.38


def bass(p: float, q: float, m: float, periods: int) -> np.ndarray:
    """Adopters per period in the Bass model.

    Parameters
    ----------
    p
        Coefficient of innovation, per period: those who adopt by themselves. Above 0, below 1.
    q
        Coefficient of imitation, per period: those who follow. At least 0.
    m
        Market potential: how many will ever adopt. Above 0.
    periods
        How many periods from the launch on.

    Returns
    -------
    numpy.ndarray
        New adopters in periods 1, 2, ..., in the unit of `m`; shape ``(periods,)``.

    Notes
    -----
    Adopters of period t are ``m (F(t) - F(t-1))`` with
    ``F(t) = (1 - exp(-(p+q)t)) / (1 + (q/p) exp(-(p+q)t))``, exact in continuous time
    (Srinivasan and Mason 1986, Marketing Science 5, 169-178).

    Examples
    --------
    >>> bass(0.03, 0.38, 1000, 8).round(1)
    array([ 35.8,  49.3,  65.4,  82.7,  98. , 108. , 109.8, 102.7])
    """
    share = adopted(np.arange(whole(periods, "periods") + 1), p, q)
    return amount(m, "m", above=0) * np.diff(share)


def adopted(t: np.ndarray | float, p: float, q: float) -> np.ndarray:
    """The share of the market potential that has adopted by time t, in periods since launch."""
    p, q = _coefficients(p, q)
    fade = np.exp(-(p + q) * np.asarray(t, dtype=float))
    return (1 - fade) / (1 + q / p * fade)


def time_of_share(share: float, p: float, q: float) -> float:
    """When the given share (above 0, below 1) of the market potential has adopted, in periods."""
    share = amount(share, "share", above=0, below=1)
    p, q = _coefficients(p, q)
    return log((1 + share * q / p) / (1 - share)) / (p + q)


def bass_peak(p: float, q: float) -> float:
    """When adoption is fastest, in periods since launch: ``ln(q/p) / (p+q)``.

    Parameters
    ----------
    p, q
        Coefficients of innovation (above 0, below 1) and imitation (at least 0), per period.

    Returns
    -------
    float
        Periods since launch; 0 if `q` is not above `p`, as adoption then only slows.

    Examples
    --------
    >>> round(bass_peak(0.03, 0.38), 2)
    6.19
    """
    p, q = _coefficients(p, q)
    return log(q / p) / (p + q) if q > p else 0.0


def _coefficients(p: float, q: float) -> tuple[float, float]:
    p = amount(p, "p", above=0, below=1)
    return p, 0.0 if q == 0 else amount(q, "q", above=0)


@dataclass(frozen=True, repr=False)
class BassFit:
    """A fitted Bass curve.

    Attributes
    ----------
    p, q, m
        Innovation and imitation (per period), and the market potential in the data's unit.
    se_p, se_q, se_m
        Their standard errors; infinite where the data do not tell.
    adopters
        The data: adopters per period.
    """

    p: float
    q: float
    m: float
    se_p: float
    se_q: float
    se_m: float
    adopters: tuple[float, ...]

    @property
    def peak(self) -> float:
        """When adoption is fastest, in periods since launch."""
        return bass_peak(self.p, self.q)

    @property
    def past_peak(self) -> bool:
        """Whether the data reach the fitted peak; before it `m` is hardly identified."""
        return self.peak <= len(self.adopters)

    @property
    def identified(self) -> bool:
        """Whether `m` may be used: the peak is behind, and m is over twice its standard error."""
        return self.past_peak and self.m > 2 * self.se_m

    @property
    def caution(self) -> str:
        """What to beware of, in a sentence; empty where nothing stands against using the fit."""
        if self.identified:
            return ""
        return say(
            en="The data do not reach well past the peak, so the market potential m is hardly "
            "identified: quite different m fit almost equally well. Do not plan with it.",
            zh="数据尚未明显越过峰值，市场潜量 m 几乎无法识别：相差很大的 m 拟合得几乎一样好。"
            "不要据此做规划。",
        )

    def expected(self, periods: int | None = None) -> np.ndarray:
        """Adopters per period by the fitted curve; as many periods as the data unless given."""
        return bass(self.p, self.q, self.m, len(self.adopters) if periods is None else periods)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the data, the fitted curve and its peak; the title says whether m may be used."""
        import matplotlib.pyplot as plt

        if ax is None:
            ax = plt.figure().add_subplot()
        # Adopters of a period came between its ends: its middle is where the bar belongs.
        seen = np.arange(len(self.adopters)) + 0.5
        ahead = np.arange(max(len(seen), int(np.ceil(min(2 * self.peak, 3 * len(seen)))))) + 0.5
        ax.bar(seen, self.adopters, color=COLOURS[5], label=say(en="adopters", zh="新增采用者"))
        ax.plot(
            ahead,
            self.expected(len(ahead)),
            color=COLOURS[1],
            label=say(en="Bass curve", zh="巴斯曲线"),
        )
        if self.peak <= ahead[-1]:
            ax.axvline(self.peak, color=COLOURS[6], linestyle=":", linewidth=1)
        at = f"{self.peak:.1f}"
        if self.identified:
            title = say(
                en=f"Adoption peaked after {at} periods; about {self.m:,.0f} will ever adopt",
                zh=f"上市后 {at} 期达到峰值，最终采用者约为 {self.m:,.0f}",
            )
        else:
            title = say(
                en="The peak is not behind the data: how many will adopt stays open",
                zh="数据尚未越过峰值：最终有多少采用者仍无法确定",
            )
        ax.set(
            title=title,
            xlabel=say(en="periods since launch", zh="上市后期数"),
            ylabel=say(en="adopters per period", zh="每期新增采用者"),
        )
        ax.legend()
        return ax

    def __repr__(self) -> str:
        return line(self, p=self.p, q=self.q, m=self.m, identified=self.identified)

    def _repr_html_(self) -> str:
        def shown(value: float, error: float) -> str:
            form = ",.0f" if value >= 100 else ".4g"
            return f"{value:{form}} ± {error:{form if value >= 100 else '.2g'}}"

        return card(
            say(en="Bass model fitted", zh="巴斯模型拟合结果"),
            {
                say(en="p (innovation)", zh="p（创新系数）"): shown(self.p, self.se_p),
                say(en="q (imitation)", zh="q（模仿系数）"): shown(self.q, self.se_q),
                say(en="m (market potential)", zh="m（市场潜量）"): shown(self.m, self.se_m),
                say(en="peak (periods since launch)", zh="峰值（上市后期数）"): f"{self.peak:.1f}",
            },
            self.caution,
        )


def fit_bass(adopters: Iterable[float]) -> BassFit:
    """Fit the Bass model to adopters per period, by non-linear least squares.

    Parameters
    ----------
    adopters
        New adopters in periods 1, 2, ... since the launch, without a gap; at least 5 figures,
        none negative. Not cumulative, and not repeat purchases.

    Returns
    -------
    BassFit
        ``p``, ``q``, ``m`` with standard errors, ``peak``, ``identified`` and, where the data end
        before the peak, a ``caution``.

    Raises
    ------
    ValueError
        If there are too few figures, or some are missing or negative, or all are 0.

    Notes
    -----
    Srinivasan and Mason (1986). The search starts from several fixed points around the means of
    published applications, so equal data give equal estimates.

    Examples
    --------
    >>> fit = fit_bass(bass(0.02, 0.4, 5000, 15))
    >>> round(fit.p, 4), round(fit.q, 4), round(fit.m), fit.identified
    (0.02, 0.4, 5000, True)
    >>> fit_bass(bass(0.02, 0.4, 5000, 5)).identified
    False
    """
    from scipy.optimize import least_squares

    seen = amounts(list(adopters), "adopters", least=0)
    if seen.size < 5:
        raise ValueError(f"{seen.size} period(s) of adopters were given; at least 5 are needed")
    if not seen.any():
        raise ValueError("nobody has adopted in any period; there is nothing to fit")
    scale = seen.sum()
    data = seen / scale

    def misfit(logs: np.ndarray) -> np.ndarray:
        return bass(exp(logs[0]), exp(logs[1]), exp(logs[2]), seen.size) - data

    # Logarithms keep the parameters positive; the bounds keep them where the curve is defined.
    bounds = np.log([[1e-7, 1e-5, 0.3], [0.99, 10.0, 1e4]])
    starts = [(MEAN_P, MEAN_Q, 1.1), (MEAN_P / 10, MEAN_Q, 3), (MEAN_P, 0.1, 10), (0.002, 1.2, 1.1)]
    fits = [
        least_squares(misfit, np.log(s), bounds=bounds, ftol=1e-14, xtol=1e-14, gtol=1e-14)
        for s in starts
    ]
    best = min(fits, key=lambda f: f.cost)
    p, q, m = np.exp(best.x)
    errors = np.exp(best.x) * _spread(best.jac, 2 * best.cost, seen.size)
    return BassFit(
        p=float(p),
        q=float(q),
        m=float(m * scale),
        se_p=float(errors[0]),
        se_q=float(errors[1]),
        se_m=float(errors[2] * scale),
        adopters=tuple(seen.tolist()),
    )


def _spread(jacobian: np.ndarray, squares: float, size: int) -> np.ndarray:
    """Standard errors of the logarithms of the parameters; infinite where nothing tells them."""
    variance = squares / (size - jacobian.shape[1])
    try:
        covariance = np.linalg.inv(jacobian.T @ jacobian) * variance
    except np.linalg.LinAlgError:
        return np.full(jacobian.shape[1], np.inf)
    diagonal = np.diag(covariance)
    return np.where(diagonal >= 0, np.sqrt(np.abs(diagonal)), np.inf)
