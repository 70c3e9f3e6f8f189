"""Control charts: has a figure left the level it belongs to, or is this only noise?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecomlab.arguments import amount, amounts

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
#: Mean absolute difference of two draws of a normal distribution, in its standard deviations.
_MOVING_RANGE = 2 / np.sqrt(np.pi)


def ewma_chart(
    values: ArrayLike,
    *,
    target: float | None = None,
    sd: float | None = None,
    weight: float = 0.3,
    limit: float = 3.0,
    exact: bool = False,
) -> pd.DataFrame:
    """Exponentially weighted moving average chart (指数加权移动平均控制图): small, lasting shifts.

    Parameters
    ----------
    values
        Measurements in order of time, shape (n,).
    target
        The level in control; the mean of ``values`` if None.
    sd
        Standard deviation of one measurement in control; if None, from the mean difference of
        neighbours, which a shift hardly moves.
    weight
        Weight of the newest measurement, above 0 and at most 1 (1 is Shewhart's chart).
    limit
        Half-width of the band in standard deviations of the average.
    exact
        Narrower limits at the start, where few measurements are averaged; otherwise those that
        hold in the long run.

    Returns
    -------
    pandas.DataFrame
        One row a measurement: `value`, `ewma`, `lower`, `upper`, `alarm`.

    Raises
    ------
    TypeError, ValueError
        If a value is missing or a setting out of range.

    Notes
    -----
    NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.4; Lucas and Saccucci (1990),
    Technometrics 32, 1-12.

    Examples
    --------
    >>> chart = ewma_chart([50.1, 49.8, 53.0, 54.0], target=50, sd=1)
    >>> chart["ewma"].round(3).tolist(), chart["alarm"].tolist()
    ([50.03, 49.961, 50.873, 51.811], [False, False, False, True])
    """
    import pandas as pd

    x, centre, spread = _measured(values, target, sd)
    amount(weight, "weight", above=0, most=1)
    amount(limit, "limit", above=0, unit="standard deviations")
    average = np.empty(len(x))
    last = centre
    for i, value in enumerate(x):
        last = average[i] = weight * value + (1 - weight) * last
    width = limit * spread * np.sqrt(weight / (2 - weight))
    if exact:
        width = width * np.sqrt(1 - (1 - weight) ** (2 * np.arange(1, len(x) + 1)))
    return pd.DataFrame(
        {
            "value": x,
            "ewma": average,
            "lower": centre - width,
            "upper": centre + width,
            "alarm": np.abs(average - centre) > width,
        }
    )


def cusum(
    values: ArrayLike,
    *,
    target: float | None = None,
    sd: float | None = None,
    slack: float = 0.5,
    limit: float = 5.0,
) -> pd.DataFrame:
    """Tabular cumulative sums (累积和控制图): shifts that last, and when they began.

    Parameters
    ----------
    values
        Measurements in order of time, shape (n,).
    target, sd
        Level and standard deviation in control, as for ``ewma_chart``.
    slack
        What is forgiven each time, in standard deviations: half of the shift to be found.
    limit
        The sum that raises the alarm, in standard deviations.

    Returns
    -------
    pandas.DataFrame
        One row a measurement: `value`; `up` and `down`, the two sums in the unit of ``values``;
        `up_for` and `down_for`, for how many measurements each has been above 0 (counting back so
        many from an alarm tells when the shift began); `alarm`.

    Raises
    ------
    TypeError, ValueError
        If a value is missing or a setting out of range.

    Notes
    -----
    Page (1954), Biometrika 41, 100-115; Montgomery and Runger, Applied Statistics and Probability
    for Engineers, 16-10.

    Examples
    --------
    >>> chart = cusum([99.0, 101.0, 103.0, 104.0], target=99, sd=2, limit=3)
    >>> chart["up"].tolist(), chart["up_for"].tolist(), chart["alarm"].tolist()
    ([0.0, 1.0, 4.0, 8.0], [0, 1, 2, 3], [False, False, False, True])
    """
    import pandas as pd

    x, centre, spread = _measured(values, target, sd)
    amount(limit, "limit", above=0, unit="standard deviations")
    amount(slack, "slack", least=0, unit="standard deviations")
    up, up_for = _summed(x - centre - slack * spread)
    down, down_for = _summed(centre - slack * spread - x)
    return pd.DataFrame(
        {
            "value": x,
            "up": up,
            "down": down,
            "up_for": up_for,
            "down_for": down_for,
            "alarm": np.maximum(up, down) > limit * spread,
        }
    )


def _measured(
    values: ArrayLike, target: float | None, sd: float | None
) -> tuple[Floats, float, float]:
    """The measurements, their level and their standard deviation."""
    x = amounts(values, "values")
    if x.ndim != 1 or not len(x):
        raise ValueError(f"values has shape {x.shape}; one measurement after the other is needed")
    if sd is None:
        if len(x) < 2:
            raise ValueError("one measurement tells no standard deviation; give sd")
        sd = float(np.abs(np.diff(x)).mean() / _MOVING_RANGE)
    centre = x.mean() if target is None else target
    return x, amount(centre, "target"), amount(sd, "sd", above=0)


def _summed(steps: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """Sums that never fall below 0, and for how long each has been above it."""
    total, length = np.empty(len(steps)), np.empty(len(steps), dtype=np.int64)
    so_far, count = 0.0, 0
    for i, step in enumerate(steps):
        so_far = max(so_far + step, 0.0)
        count = count + 1 if so_far > 0 else 0
        total[i], length[i] = so_far, count
    return total, length
