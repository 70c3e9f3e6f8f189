"""2.3 Pricing strategy (定价策略)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ecomlab import panel
from ecomlab.arguments import column, labels, one_of

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
METHODS = ("ppml", "ols")


def elasticity(
    sales: pd.DataFrame,
    *,
    by: str | None = None,
    method: str = "ppml",
    instrument: str | None = None,
    controls: Sequence[str] = (),
    effects: Sequence[str] = ("product_id", "week"),
    cluster: str = "product_id",
    exposure: str | None = None,
    units: str = "units",
    price: str = "price",
) -> pd.DataFrame:
    """Own-price elasticity of demand: how many per cent of units one per cent of price costs.

    Parameters
    ----------
    sales
        One row a product and week, weeks without sales included: units sold, mean price (CNY),
        and what the other arguments name.
    by
        A column to split by: each of its values gets an elasticity of its own.
    method
        ``"ppml"``, Poisson pseudo-likelihood: weeks without sales count; or ``"ols"``, least
        squares on logarithms, which must leave them out and is biased for it.
    instrument
        A column that moves the price and not demand, such as unit cost (> 0; its logarithm is
        used). With ``"ols"`` it makes two-stage least squares; with ``"ppml"`` the part of price
        that the instrument does not explain becomes a control (a control function). Without one,
        prices must have varied at random.
    controls
        Columns that also move sales, as they stand (the share of days in stock, in logs).
    effects
        Columns whose levels are taken out: products, and weeks (or category-weeks).
    cluster
        Errors within one value of this column may hang together.
    exposure
        A column that says for how many days `units` were counted, > 0. Where shelves run empty,
        sales tell of supply, not of demand: count the days that began with ample stock only.
    units, price
        What these columns are called.

    Returns
    -------
    pandas.DataFrame
        One row a group (``"all"`` without `by`): `elasticity`, `se`, `lower`, `upper` (95 %),
        `first_stage_f` (instrument only; below 10 the instrument is weak), `rows`, `left_out`
        (weeks that cannot tell anything: zero sales under ``"ols"``, never-sold products under
        ``"ppml"``).

    Raises
    ------
    TypeError, ValueError
        If a column is absent or holds what it must not (a price of 0 or less, negative units), a
        method is unknown, or prices do not vary on their own.

    Notes
    -----
    Zeros and logarithms: Santos Silva and Tenreyro (2006), Review of Economics and Statistics 88,
    641-658. Control function for a multiplicative model: Wooldridge (2010), Econometric Analysis
    of Cross Section and Panel Data, section 18.5; errors allow for the first stage. The mean of
    1,851 published elasticities is -2.62 (Bijmolt, van Heerde and Pieters 2005, Journal of
    Marketing Research 42, 141-156).

    Examples
    --------
    >>> import pandas as pd
    >>> sales = pd.DataFrame({
    ...     "product_id": [1, 1, 1, 2, 2, 2], "week": [1, 2, 3, 1, 2, 3],
    ...     "price": [10.0, 12.5, 10.0, 20.0, 20.0, 16.0], "units": [100, 64, 100, 50, 50, 78.125],
    ... })
    >>> elasticity(sales)["elasticity"].round(3).tolist()
    [-2.0]
    """
    import pandas as pd

    one_of(method, "method", METHODS)
    parts = [("all", np.arange(len(sales)))]
    if by is not None:
        labels(sales, by, "sales")
        parts = [(name, np.asarray(rows)) for name, rows in sales.groupby(by).indices.items()]
    rows = [
        _one(
            sales.iloc[index],
            method,
            units=units,
            price=price,
            instrument=instrument,
            controls=controls,
            effects=effects,
            cluster=cluster,
            exposure=exposure,
        )
        for _, index in parts
    ]
    table = pd.DataFrame(rows, index=pd.Index([name for name, _ in parts], name=by or "group"))
    return table if instrument else table.drop(columns="first_stage_f")


def _one(
    sales: pd.DataFrame,
    method: str,
    *,
    units: str,
    price: str,
    instrument: str | None,
    controls: Sequence[str],
    effects: Sequence[str],
    cluster: str,
    exposure: str | None,
) -> dict[str, float]:
    sold = column(sales, units, "sales", least=0)
    log_price = np.log(column(sales, price, "sales", above=0, unit="CNY"))
    others = [column(sales, name, "sales") for name in controls]
    groups = [labels(sales, name, "sales") for name in effects]
    cluster_id = labels(sales, cluster, "sales")
    shifter = None
    if instrument:
        shifter = np.log(column(sales, instrument, "sales", above=0, unit="its logarithm goes in"))
    days = np.ones(len(sold))
    if exposure:
        days = column(sales, exposure, "sales", above=0, unit="days")
    used = sold > 0 if method == "ols" else np.ones(len(sold), dtype=bool)
    if not used.any():
        raise ValueError("sales: every week has 0 units; there is nothing to explain")
    groups, cluster_id = [g[used] for g in groups], cluster_id[used]
    x = np.column_stack([log_price, *others])[used]
    first_stage_f = np.nan
    if shifter is None:
        if method == "ols":
            fit = panel.least_squares(
                np.log(sold[used] / days[used]), x, effects=groups, cluster=cluster_id
            )
        else:
            fit = panel.poisson(sold, x, effects=groups, cluster=cluster_id, exposure=days)
        estimate, se = fit.coef[0], fit.se[0]
    else:
        z = np.column_stack([shifter, *others])[used]
        first = panel.least_squares(x[:, 0], z, effects=groups, cluster=cluster_id)
        first_stage_f = float((first.coef[0] / first.se[0]) ** 2)
        if method == "ols":
            fit = panel.least_squares(
                np.log(sold[used] / days[used]),
                x,
                effects=groups,
                cluster=cluster_id,
                instruments=z,
            )
            estimate, se = fit.coef[0], fit.se[0]
        else:
            fit, estimate, se = _controlled(sold, days, x, z, first, groups, cluster_id)
    return {
        "elasticity": float(estimate),
        "se": float(se),
        "lower": float(estimate - 1.96 * se),
        "upper": float(estimate + 1.96 * se),
        "first_stage_f": first_stage_f,
        "rows": fit.rows,
        "left_out": fit.left_out + int((~used).sum()),
    }


def _controlled(
    sold: Floats,
    days: Floats,
    x: Floats,
    z: Floats,
    first: panel.Fit,
    groups: list[NDArray[np.int64]],
    cluster_id: NDArray[np.int64],
) -> tuple[panel.Fit, float, float]:
    """Poisson with the first stage's residual as a control.

    The residual is ``price - z @ first.coef`` up to the effects, which the second stage takes out
    anyway. An error of the first stage moves the estimate by the residual's coefficient times the
    share of price that the instrument moves; the two stages' errors are added as if independent.
    """
    residual = x[:, 0] - z @ first.coef
    fit = panel.poisson(
        sold,
        np.column_stack([x, residual]),
        effects=groups,
        cluster=cluster_id,
        exposure=days,
    )
    # d estimate / d first.coef[0]: holding the fit, price = first.coef * z + residual.
    passed = fit.coef[-1] / first.coef[0]
    return fit, float(fit.coef[0]), float(np.hypot(fit.se[0], passed * first.se[0]))
