"""How fast pages feel: Core Web Vitals of real visits, and a laboratory's score."""

from __future__ import annotations

from collections.abc import Mapping
from math import log
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from ecomlab.arguments import amount, column, columns, one_of

if TYPE_CHECKING:
    import pandas as pd

#: Good up to the first number, poor above the second; ms, and no unit for the layout shift.
THRESHOLDS = {
    "lcp": (2500.0, 4000.0),
    "inp": (200.0, 500.0),
    "cls": (0.1, 0.25),
    "fcp": (1800.0, 3000.0),
    "ttfb": (800.0, 1800.0),
}
RATINGS = ("good", "needs improvement", "poor")
#: A metric's score is 0.9 at the first number and 0.5 at the second.
POINTS = {
    "mobile": {
        "lcp": (2500.0, 4000.0),
        "tbt": (200.0, 600.0),
        "fcp": (1800.0, 3000.0),
        "si": (3387.0, 5800.0),
        "cls": (0.1, 0.25),
    },
    "desktop": {
        "lcp": (1200.0, 2400.0),
        "tbt": (150.0, 350.0),
        "fcp": (934.0, 1600.0),
        "si": (1311.0, 2300.0),
        "cls": (0.1, 0.25),
    },
}
WEIGHTS = {"lcp": 25, "tbt": 30, "fcp": 10, "si": 10, "cls": 25}


def web_vitals(measures: pd.DataFrame, *, by: str | None = None) -> pd.DataFrame:
    """Rate the pages that visitors had: good, needs improvement or poor at the 75th percentile.

    Parameters
    ----------
    measures
        One row a measured visit, with at least one of the columns `lcp`, `inp`, `fcp`, `ttfb` (ms)
        and `cls` (no unit); others are passed over.
    by
        A column to split by, such as the device.

    Returns
    -------
    pandas.DataFrame
        One row a metric (and a value of `by`): `p75` (what three visits in four stay at or below),
        `rating`, and the shares of visits that were `good`, `needs improvement` and `poor`.

    Raises
    ------
    TypeError, ValueError
        If no such column is there, one holds no numbers, or values that are missing or negative.

    Notes
    -----
    Thresholds of web.dev, "Defining the Core Web Vitals metrics thresholds" (McQuade 2020; INP
    2024). The 75th percentile is taken so that most visits meet the rating, slow phones included.

    Examples
    --------
    >>> import pandas as pd
    >>> rated = web_vitals(pd.DataFrame({"lcp": [900, 1400, 2500, 9000]}))
    >>> rated[["p75", "rating", "poor"]].values.tolist()
    [[2500.0, 'good', 0.25]]
    """
    import pandas as pd

    known = [name for name in THRESHOLDS if name in getattr(measures, "columns", ())]
    if not known:
        columns(measures, ["lcp"], "measures")
    if not len(measures):
        raise ValueError("measures has no rows; at least one visit must have been measured")
    values = pd.DataFrame({name: column(measures, name, "measures", least=0) for name in known})
    if by is None:
        return _rated(values)
    groups = values.groupby(columns(measures, [by], "measures")[by].to_numpy(), observed=True)
    return pd.concat({name: _rated(group) for name, group in groups}, names=[by])


def _rated(values: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    rows = {}
    for name in values:
        good, poor = THRESHOLDS[str(name)]
        # The least value that three visits in four do not exceed: good if and only if they are.
        p75 = float(np.quantile(values[name], 0.75, method="inverted_cdf"))
        shares = (values[name] <= good).mean(), (values[name] > poor).mean()
        rows[name] = {
            "p75": p75,
            "rating": RATINGS[int(p75 > good) + int(p75 > poor)],
            "good": shares[0],
            "needs improvement": 1 - shares[0] - shares[1],
            "poor": shares[1],
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("metric")


def performance_score(metrics: Mapping[str, float], *, device: str) -> float:
    """A page's performance score in the laboratory, 0 to 100, as Lighthouse 10 counts it.

    Parameters
    ----------
    metrics
        One page load: `lcp`, `tbt`, `fcp`, `si` (ms) and `cls` (no unit), each >= 0.
    device
        ``"mobile"`` or ``"desktop"``; a desktop computer is held to more.

    Returns
    -------
    float
        The weighted mean of the metrics' scores (weights 25 30 10 10 25 for LCP, TBT, FCP, SI,
        CLS). A metric's score is the share of web pages that are slower: a log-normal curve
        through 0.9 and 0.5 at two published points. Below 50 is poor, from 90 on good.

    Raises
    ------
    TypeError, ValueError
        If the device is unknown, or a metric is absent, no number, or negative.

    Notes
    -----
    Lighthouse 10, "Performance scoring", and the control points in its audits.

    Examples
    --------
    >>> slow = {"lcp": 4000, "tbt": 600, "fcp": 3000, "si": 5800, "cls": 0.25}
    >>> round(performance_score(slow, device="mobile"), 6)
    50.0
    """
    points = POINTS[one_of(device, "device", POINTS)]
    total = 0.0
    for name, weight in WEIGHTS.items():
        if name not in metrics:
            raise ValueError(f"metrics has no {name!r}; a score needs {', '.join(WEIGHTS)}")
        value = amount(metrics[name], f"metric {name!r}", least=0)
        total += weight * _score(value, *points[name])
    return 100 * total / sum(WEIGHTS.values())


def _score(value: float, p10: float, median: float) -> float:
    if value == 0:
        return 1.0
    normal = NormalDist()
    steps = log(median / value) / log(median / p10)
    return normal.cdf(normal.inv_cdf(0.9) * steps)
