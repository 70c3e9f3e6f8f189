"""3.2 Media: where to advertise, how much, and what each channel brings (媒介组合)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecomlab import panel
from ecomlab.arguments import amount, amounts, column, labels, whole

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
WEEK = 7
#: Where a fit starts from and how far it strays: decay a week, shape, half (times mean spend),
#: each with the standard deviation of its logit or logarithm. They span Robyn's default ranges.
PRIOR = {"decay": (0.3, 1.2), "shape": (1.2, 0.3), "half": (0.8, 0.3)}


def adstock(
    x: ArrayLike, decay: ArrayLike, *, max_lag: int | None = None, normalize: bool = True
) -> Floats:
    """Advertising that is still remembered: past spend, fading by `decay` a period.

    Parameters
    ----------
    x
        Spend or exposure by period, shape (periods,), or (periods, columns).
    decay
        Share that is carried over to the next period, >= 0 and < 1; one for all columns or one
        each. A decay a week is its seventh root a day.
    max_lag
        The oldest period that still counts; the whole series if None. Before the first period
        nothing was spent.
    normalize
        Let the weights sum to 1, so that constant spend is its own adstock.

    Returns
    -------
    numpy.ndarray
        In the unit of ``x``, of its shape.

    Raises
    ------
    ValueError
        If a decay is outside 0 .. 1, a lag is negative, or a number is missing or negative.

    Notes
    -----
    Geometric weights (Broadbent 1979) over a finite window (Jin, Wang, Sun, Chan and Koehler 2017,
    Bayesian Methods for Media Mix Modeling, section 2.1).

    Examples
    --------
    >>> adstock([100.0, 0.0, 0.0], 0.5, normalize=False).tolist()
    [100.0, 50.0, 25.0]
    >>> adstock([0.12, 0.34, 0.91, 0.45, 0.78], 0.1).round(3)[-1]
    np.float64(0.751)
    """
    from scipy.signal import lfilter

    spent = _spend(x, "x")
    rate = np.broadcast_to(amounts(decay, "decay", least=0, below=1), spent.shape[1:])
    lags = len(spent) - 1 if max_lag is None else whole(max_lag, "max_lag", least=0, rounded=True)
    flat, out = spent.reshape(len(spent), -1), np.empty((len(spent), max(rate.size, 1)))
    for k, share in enumerate(np.atleast_1d(rate.ravel())):
        weights = share ** np.arange(lags + 1)
        total = weights.sum() if normalize else 1.0
        out[:, k] = lfilter(weights / total, 1.0, flat[:, k])
    return out.reshape(spent.shape)


def hill(x: ArrayLike, half: float, shape: float) -> Floats:
    """Saturation: the share of its full effect that advertising of `x` has.

    Parameters
    ----------
    x
        Adstock, >= 0.
    half
        The adstock at which half of the full effect is reached, > 0, in the unit of ``x``.
    shape
        Below 1 the curve falls off from the first yuan; above 1 it is S-shaped. > 0.

    Returns
    -------
    numpy.ndarray
        ``x**shape / (x**shape + half**shape)``, 0 .. 1.

    Notes
    -----
    Hill (1910); for media, Jin et al. (2017), section 2.2.

    Examples
    --------
    >>> hill([0, 50, 100], half=50, shape=1.0).round(3).tolist()
    [0.0, 0.5, 0.667]
    """
    for name, value in (("half", half), ("shape", shape)):
        amount(value, name, above=0)
    powered = (_spend(x, "x") / half) ** shape
    return powered / (1 + powered)


class MediaMix:
    """What each channel brings, from cities and weeks in which spending differed.

    ``log visits = city + week + sum_c strength_c * hill(adstock(spend_c / mean spend_c))``. What is
    common to all cities in a week (season, festivals, demand that spending follows) is taken out
    with the week, which is why a regression of national totals misleads and this one does not.

    Parameters
    ----------
    max_weeks
        The oldest week of spend that still counts; so many weeks at the start are not fitted.

    Attributes
    ----------
    channels_
        The channels, in order.
    decay_, shape_, half_, strength_
        Per channel: carry-over a week, Hill's shape, half-saturation (times the channel's mean
        spend), and effect on log visits at full saturation. The first three are drawn towards
        published ranges (``PRIOR``) as far as data do not tell; weak channels' decay is a guess.
    contributions_
        `contributions()` of all fitted weeks.

    Notes
    -----
    Non-linear least squares, strengths and effects solved for exactly at each step (variable
    projection: Golub and Pereyra 1973). Ranges: Robyn's defaults; Sethuraman, Tellis and Briesch
    (2011), Journal of Marketing Research 48, 457-471.
    """

    def __init__(self, *, max_weeks: int = 12) -> None:
        self.max_weeks = max_weeks

    def fit(
        self, media: pd.DataFrame, sales: pd.DataFrame, *, controls: Sequence[str] = ()
    ) -> Self:
        """Fit.

        Parameters
        ----------
        media
            One row a day, channel and city: `date`, `channel`, `city_id`, `spend` (CNY).
        sales
            One row a day and city: `date`, `city_id`, `visits`, and the controls (an event).
        controls
            Columns of ``sales`` that also move visits.

        Raises
        ------
        TypeError, ValueError
            If a column is absent or faulty, the tables' days or cities differ, a week has no
            visits, or there are fewer than ``max_weeks + 8`` whole weeks.
        """
        from scipy.optimize import least_squares

        spend = _cube(media, "spend", ["date", "channel", "city_id"], "media")
        cells = {n: _cube(sales, n, ["date", "city_id"], "sales") for n in ("visits", *controls)}
        if spend.shape[::2] != cells["visits"].shape:
            raise ValueError("media and sales must list the same days and cities")
        self.channels_ = sorted(media["channel"].unique())
        self._cities = np.unique(sales["city_id"])
        weeks = len(spend) // WEEK
        if weeks < self.max_weeks + 8:
            raise ValueError(f"{weeks} whole weeks; at least {self.max_weeks + 8} are needed")
        visits = _weekly(cells["visits"]) * WEEK
        self._relative = spend / spend.mean(axis=0, keepdims=True).clip(1e-12)
        # The first weeks only give the carry-over; a shop that just opened may lack visits there.
        kept = slice(self.max_weeks, None)
        self._visits = visits[kept]
        if not (self._visits > 0).all():
            raise ValueError("a city has a week without visits; their logarithm is needed")
        shape = self._visits.shape
        groups = [np.tile(np.arange(shape[1]), shape[0]), np.repeat(np.arange(shape[0]), shape[1])]
        weight = self._visits.ravel()
        weight = weight / weight.mean()
        others = [_weekly(cells[name])[kept].ravel() for name in controls]

        def plain(columns: list[Floats]) -> Floats:
            return panel.absorbed(np.column_stack(columns), groups, weight) * root

        root = np.sqrt(weight)[:, None]
        fixed = plain([np.log(self._visits).ravel(), *others])
        start = self._start()
        prior_sd = np.repeat([sd for _, sd in PRIOR.values()], len(self.channels_))

        def solved(theta: Floats) -> tuple[Floats, Floats]:
            x = np.column_stack([plain([*self._curves(theta)]), fixed[:, 1:]])
            coef: Floats = np.asarray(np.linalg.lstsq(x, fixed[:, 0], rcond=None)[0])
            return fixed[:, 0] - x @ coef, coef

        noise = float(np.std(solved(start)[0]))

        def misfit(theta: Floats) -> Floats:
            return np.concatenate([solved(theta)[0] / noise, (theta - start) / prior_sd])

        found = least_squares(misfit, start, method="trf", x_scale=prior_sd, xtol=1e-6, ftol=1e-8)
        residual, coef = solved(found.x)
        self.strength_ = coef[: len(self.channels_)]
        self._theta = found.x
        self.decay_, self.shape_, self.half_ = self._natural(found.x)
        self._cov = self._covariance(plain, fixed[:, 1:], residual, prior_sd)
        self.contributions_ = self.contributions()
        return self

    def contributions(self, first: int | None = None, last: int | None = None) -> pd.DataFrame:
        """The share of visits that would be lost if one channel alone had been shut off for good.

        Parameters
        ----------
        first, last
            Weeks from the first day on, ``last`` not included; all fitted weeks if None. Weeks
            before ``max_weeks`` were not fitted.

        Returns
        -------
        pandas.DataFrame
            By channel: `share`, `se`, `lower`, `upper`. Shares do not add up: effects multiply.
        """
        import pandas as pd

        begin = self.max_weeks if first is None else first
        end = self.max_weeks + len(self._visits) if last is None else last
        if not self.max_weeks <= begin < end <= self.max_weeks + len(self._visits):
            raise ValueError(
                f"weeks {begin} .. {end}: those fitted are {self.max_weeks} .. "
                f"{self.max_weeks + len(self._visits)}"
            )
        span = slice(begin - self.max_weeks, end - self.max_weeks)
        at = np.concatenate([self.strength_, self._theta])

        def lost(parameters: Floats) -> Floats:
            strength, theta = np.split(parameters, [len(self.channels_)])
            visits = self._visits[span]
            return np.array(
                [
                    1 - (visits * np.exp(-s * h.reshape(self._visits.shape)[span])).sum()
                    / visits.sum()
                    for s, h in zip(strength, self._curves(theta), strict=True)
                ]
            )  # fmt: skip

        share, slope = lost(at), _slopes(lost, at)
        se = np.sqrt(np.einsum("ij,jk,ik->i", slope, self._cov, slope))
        return pd.DataFrame(
            {"share": share, "se": se, "lower": share - 1.96 * se, "upper": share + 1.96 * se},
            index=pd.Index(self.channels_, name="channel"),
        )

    def effect(self, channels: Sequence[str] | None = None) -> pd.DataFrame:
        """What advertising added to log visits, by week and city: to be taken out elsewhere.

        Parameters
        ----------
        channels
            Those to count; all if None.

        Returns
        -------
        pandas.DataFrame
            Fitted weeks (from the first day on) by city, effect on log visits.
        """
        import pandas as pd

        chosen = self.channels_ if channels is None else list(channels)
        if unknown := set(chosen) - set(self.channels_):
            raise ValueError(f"there are no channels {sorted(unknown)}; there are {self.channels_}")
        total = sum(
            s * curve
            for name, s, curve in zip(
                self.channels_, self.strength_, self._curves(self._theta), strict=True
            )
            if name in chosen
        )
        weeks = pd.RangeIndex(self.max_weeks, self.max_weeks + len(self._visits), name="week")
        table = np.reshape(total, self._visits.shape) if chosen else np.zeros(self._visits.shape)
        return pd.DataFrame(table, index=weeks, columns=self._cities)

    def response(self, channel: str, spend: ArrayLike) -> Floats:
        """The factor on visits of steady spending, in multiples of the channel's mean spend.

        Examples
        --------
        ``mix.response("tv", [0, 1, 2])`` begins with 1: without spending nothing is added.
        """
        if channel not in self.channels_:
            raise ValueError(f"there is no channel {channel!r}; there are {self.channels_}")
        k = self.channels_.index(channel)
        return np.exp(self.strength_[k] * hill(spend, self.half_[k], self.shape_[k]))

    def _start(self) -> Floats:
        decay, shape, half = (PRIOR[name][0] for name in ("decay", "shape", "half"))
        each = [np.log(decay / (1 - decay)), np.log(shape), np.log(half)]
        return np.repeat(each, len(self.channels_))

    def _natural(self, theta: Floats) -> tuple[Floats, Floats, Floats]:
        logit, shape, half = np.split(theta, 3)
        return np.asarray(1 / (1 + np.exp(-logit))), np.exp(shape), np.exp(half)

    def _curves(self, theta: Floats) -> list[Floats]:
        """Each channel's saturated adstock by week and city, flat, without the first weeks."""
        decay, shape, half = self._natural(theta)
        curves = []
        for k in range(len(self.channels_)):
            daily = decay[k] ** (1 / WEEK)
            stock = adstock(self._relative[:, k], daily, max_lag=self.max_weeks * WEEK)
            curves.append(_weekly(hill(stock, half[k], shape[k]))[self.max_weeks :].ravel())
        return curves

    def _covariance(self, plain: Any, others: Floats, residual: Floats, prior_sd: Floats) -> Floats:
        """Of strengths and curve parameters, by the curvature of the penalised fit."""

        def fitted(parameters: Floats) -> Floats:
            strength, theta = np.split(parameters, [len(self.channels_)])
            curves = self._curves(theta)
            return plain([sum(s * h for s, h in zip(strength, curves, strict=True))])[:, 0]

        slope = _slopes(fitted, np.concatenate([self.strength_, self._theta]))
        if others.size:
            slope = slope - others @ np.linalg.lstsq(others, slope, rcond=None)[0]
        free = len(residual) - sum(self._visits.shape) - slope.shape[1] - others.shape[1]
        precision = slope.T @ slope / (residual @ residual / free)
        held = np.arange(len(self.channels_), len(precision))
        precision[held, held] += 1 / prior_sd**2
        return np.linalg.inv(precision)


def _slopes(function: Any, at: Floats) -> Floats:
    """Derivatives by central differences, shape (values, parameters)."""
    step = 1e-4
    ends = [(function(at + step * e), function(at - step * e)) for e in np.eye(len(at))]
    return np.stack([(up - down) / (2 * step) for up, down in ends], axis=1)


def _weekly(daily: Floats) -> Floats:
    """Means over whole weeks of the first axis."""
    weeks = len(daily) // WEEK
    return daily[: weeks * WEEK].reshape(weeks, WEEK, *daily.shape[1:]).mean(axis=1)


def _cube(frame: pd.DataFrame, value: str, axes: list[str], what: str) -> Floats:
    """A long table as an array with one axis a key; every cell must be there, once."""
    numbers = column(frame, value, what, least=0)
    for name in axes:
        labels(frame, name, what)
    sizes = tuple(frame[name].nunique() for name in axes)
    if frame.duplicated(axes).any() or len(frame) != np.prod(sizes):
        raise ValueError(f"{what}: each combination of {', '.join(axes)} needs just one row")
    places = [np.unique(frame[name].astype(object), return_inverse=True)[1] for name in axes]
    cube = np.empty(sizes)
    cube[tuple(places)] = numbers
    return cube


def _spend(x: ArrayLike, name: str) -> Floats:
    spent = amounts(x, name, least=0)
    if not spent.size:
        raise ValueError(f"{name} holds no number; one a period is needed")
    return spent
