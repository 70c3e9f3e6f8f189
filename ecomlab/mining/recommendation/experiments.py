"""Tests on half of the customers: is the new really better, and can the test be trusted?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecomlab.arguments import amount, amounts, refuse
from ecomlab.style import say

Floats = NDArray[np.float64]
#: A split as uneven as this, or more, by chance once in a thousand tests: mend the test first.
SUSPECT = 0.001


@dataclass(frozen=True, repr=False)
class ABTest:
    """The outcome of a test.

    Attributes
    ----------
    control, treated
        Mean outcome per unit in each arm.
    lift, se, lower, upper
        ``treated / control - 1``, its standard error and interval at ``level``.
    p
        Chance of so large a difference if there were none.
    sample_ratio_p
        Chance of so uneven a split; below ``SUSPECT`` nothing else here can be trusted.
    sizes
        Units in the control arm and in the treated.
    """

    control: float
    treated: float
    lift: float
    se: float
    lower: float
    upper: float
    p: float
    sample_ratio_p: float
    sizes: tuple[int, int]

    @property
    def trusted(self) -> bool:
        """Whether the split is as it was meant to be."""
        return self.sample_ratio_p >= SUSPECT

    @property
    def verdict(self) -> str:
        """What the test says, in a sentence."""
        if not self.trusted:
            return say(
                en="The split is not what was planned: find out why before reading the result.",
                zh="分流比例与计划不符：先查明原因，再看结果。",
            )
        if self.lower <= 0 <= self.upper:
            return say(
                en="The test does not tell the two apart.", zh="本次测试不足以区分两个版本。"
            )
        better = say(en="better", zh="更好") if self.lift > 0 else say(en="worse", zh="更差")
        return say(en=f"The new is {better}.", zh=f"新版{better}。")

    def __repr__(self) -> str:
        return (
            f"ABTest(lift={self.lift:.4g}, se={self.se:.4g}, p={self.p:.4g}, "
            f"sample_ratio_p={self.sample_ratio_p:.4g}, sizes={self.sizes})"
        )

    def _repr_html_(self) -> str:
        rows = {
            say(en="lift", zh="提升"): f"{self.lift:+.2%}",
            say(en="interval", zh="置信区间"): f"{self.lower:+.2%} … {self.upper:+.2%}",
            say(en="p", zh="p 值"): f"{self.p:.3g}",
            say(en="units", zh="样本量"): f"{self.sizes[0]:,} / {self.sizes[1]:,}",
        }
        body = "".join(f"<tr><th>{name}</th><td>{text}</td></tr>" for name, text in rows.items())
        return f"<table>{body}</table><p>{self.verdict}</p>"


def ab_test(
    outcome: ArrayLike,
    arm: ArrayLike,
    *,
    before: ArrayLike | None = None,
    share: float = 0.5,
    level: float = 0.95,
) -> ABTest:
    """Compare two arms of a randomised test, one row for each unit that was drawn.

    Parameters
    ----------
    outcome
        Outcome of each unit, shape (units,), those who did nothing included as 0. The unit is what
        was drawn: if customers were, a row is a customer. Rows by visit would make the error look
        half as large as it is.
    arm
        1 for the treated, 0 for control, shape (units,).
    before
        What each unit did before the test; with it the outcome is adjusted (`cuped`).
    share
        Share of units that were meant to be treated.
    level
        Of the interval.

    Returns
    -------
    ABTest

    Raises
    ------
    ValueError
        If shapes differ, numbers are missing, an arm is neither 0 nor 1 or has fewer than two
        units, or the control's mean is not above 0 (a lift is a share of it).

    Notes
    -----
    Welch's standard error; that of the lift by the delta method. Sample ratio: Fabijan et al.
    (2019), KDD, 2156-2164.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> arm = rng.integers(0, 2, 4_000)
    >>> test = ab_test(rng.poisson(2 + 0.3 * arm), arm)
    >>> test.lower < 0.15 < test.upper, test.trusted
    (True, True)
    """
    from scipy import stats

    amount(level, "level", above=0, below=1)
    y, side = _checked(outcome, arm)
    sizes = int((side == 0).sum()), int((side == 1).sum())
    ratio_p = sample_ratio(sizes, share=share)
    adjusted = y if before is None else cuped(y, before)
    means = np.array([adjusted[side == k].mean() for k in (0, 1)])
    errors = np.array([adjusted[side == k].var(ddof=1) / sizes[k] for k in (0, 1)])
    if not means[0] > 0:
        raise ValueError(f"the control's mean is {means[0]:g}; a lift is a share of it")
    lift = float(means[1] / means[0] - 1)
    se = float(np.sqrt(errors[1] + (1 + lift) ** 2 * errors[0]) / means[0])
    margin = float(stats.norm.ppf((1 + level) / 2)) * se
    distance = abs(means[1] - means[0]) / np.sqrt(errors.sum()) if errors.any() else np.inf
    return ABTest(
        control=float(means[0]),
        treated=float(means[1]),
        lift=lift,
        se=se,
        lower=lift - margin,
        upper=lift + margin,
        p=float(2 * stats.norm.sf(distance)),
        sample_ratio_p=ratio_p,
        sizes=sizes,
    )


def cuped(outcome: ArrayLike, before: ArrayLike) -> Floats:
    """The outcome less what behaviour before the test foretold: same mean, smaller spread.

    Parameters
    ----------
    outcome, before
        Of each unit during and before the test, shape (units,).

    Returns
    -------
    numpy.ndarray
        ``outcome - theta * (before - mean(before))``, theta the slope of one on the other over
        both arms; shape (units,).

    Raises
    ------
    ValueError
        If shapes differ or numbers are missing.

    Notes
    -----
    Deng, Xu, Kohavi and Walker (2013), WSDM, 123-132: the variance falls by the squared
    correlation. ``before`` must lie before the test, or the effect itself is taken out.

    Examples
    --------
    >>> cuped([3.0, 5.0, 7.0], [1.0, 2.0, 3.0]).tolist()
    [5.0, 5.0, 5.0]
    """
    y, x = np.asarray(outcome, dtype=float), np.asarray(before, dtype=float)
    if y.ndim != 1 or y.shape != x.shape or not len(y):
        raise ValueError(f"{y.shape} outcomes and {x.shape} values before do not fit together")
    if not (np.isfinite(y).all() and np.isfinite(x).all()):
        raise ValueError("outcome and before must hold numbers, none missing; 0 for no activity")
    centred = x - x.mean()
    spread = centred @ centred
    return y - (centred @ y / spread if spread else 0.0) * centred


def sample_ratio(sizes: tuple[int, int], *, share: float = 0.5) -> float:
    """Chance of a split as uneven as this, if units went to the arms as planned.

    Parameters
    ----------
    sizes
        Units in the control arm and in the treated.
    share
        Share that was meant to be treated, above 0 and below 1.

    Returns
    -------
    float
        p of the chi-squared test with one degree of freedom.

    Examples
    --------
    >>> round(sample_ratio((821_588, 815_482)), 8)  # Kohavi, Tang and Xu (2020), chapter 21
    1.82e-06
    """
    from scipy import stats

    amount(share, "share", above=0, below=1)
    if not amounts(sizes, "sizes", least=0).any():
        raise ValueError("sizes are all 0; an arm has nobody")
    expected = np.array([1 - share, share]) * sum(sizes)
    distance = float((((np.array(sizes) - expected) ** 2) / expected).sum())
    return float(stats.chi2.sf(distance, 1))


def _checked(outcome: ArrayLike, arm: ArrayLike) -> tuple[Floats, Floats]:
    y, side = np.asarray(outcome, dtype=float), np.asarray(arm, dtype=float)
    if y.ndim != 1 or y.shape != side.shape:
        raise ValueError(f"{y.shape} outcomes and {side.shape} arms do not fit together")
    refuse(~np.isfinite(y), outcome, "outcome", "give 0 to those who did nothing")
    refuse(~np.isin(side, (0, 1)), side, "arm", "it must be 0 or 1")
    if min((side == 0).sum(), (side == 1).sum()) < 2:
        raise ValueError("each arm needs at least two units")
    return y, side
