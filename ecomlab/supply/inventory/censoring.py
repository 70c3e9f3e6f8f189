"""5.2 Stock: how much, when to order, and what empty shelves hide (库存管理)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ecomlab.arguments import column, labels, refuse

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
_STEPS, _CLOSE = 500, 1e-8


def censored_demand(
    days: pd.DataFrame,
    *,
    by: str = "product_id",
    units: str = "units",
    stock: str = "morning",
    factor: str | None = None,
    period: str | None = None,
) -> pd.DataFrame:
    """Demand, where sales were cut short by empty shelves (缺货掩盖的需求).

    A day that sold less than it had tells the demand; a day that sold all it had tells that demand
    was that or more; a day that began empty tells nothing.

    Parameters
    ----------
    days
        One row a product and day: units sold, and units that could have been sold that day.
    by, units, stock
        What the columns of product, sales and morning stock are called.
    factor
        A column of how busy the shop was that day against its usual (> 0); all alike if None.
    period
        A column of stretches (weeks) in which a product may sell better or worse than usual for
        reasons that nobody recorded. Shelves run empty in its good weeks, so that what was sold in
        such a week says more about the days it missed than the other weeks do. None if demand
        varies by chance alone.

    Returns
    -------
    pandas.DataFrame
        By product: `rate` (units on a usual day) with `se`, `sold`, `demand` (what was sold on full
        days, plus what the rate foretells for the others), `lost` = demand - sold, `full_days`,
        `sold_out_days`, `empty_days`. A product that was never in stock has no rate (NaN).

    Raises
    ------
    TypeError, ValueError
        If a column is absent or faulty, units are negative or exceed the stock, or a factor is not
        above 0.

    Notes
    -----
    Poisson demand, censored at the stock; the likelihood is climbed by expectation and
    maximisation (Dempster, Laird and Rubin 1977; for demand: Conrad 1976, Operational Research
    Quarterly 27, 123-127). With a period, its level is gamma with mean 1 and is shrunk towards 1
    by its spread over all periods (empirical Bayes: Robbins 1956; the spread by moments).

    Examples
    --------
    >>> import pandas as pd
    >>> days = pd.DataFrame({
    ...     "product_id": 1, "units": [3, 5, 4, 2, 0], "morning": [9, 9, 9, 2, 0],
    ... })
    >>> found = censored_demand(days)
    >>> found[["sold", "full_days", "sold_out_days", "empty_days"]].values.tolist()
    [[14.0, 3.0, 1.0, 1.0]]
    >>> bool(found["rate"].iloc[0] > 14 / 4)
    True
    """
    import pandas as pd

    sold, had = column(days, units, "days", least=0), column(days, stock, "days")
    busy = np.ones(len(sold)) if factor is None else column(days, factor, "days", above=0)
    refuse(sold > had, days[units], f"days: {units!r}", f"it must be at most {stock!r}")
    labels(days, by, "days")
    names, product = np.unique(days[by].to_numpy(), return_inverse=True)
    count = len(names)

    def total(values: Floats, where: NDArray[np.bool_]) -> Floats:
        return np.bincount(product[where], values[where], minlength=count).astype(float)

    open_, cut = had > 0, (had > 0) & (sold >= had)
    full = open_ & ~cut
    seen = total(busy, open_)
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = np.where(seen > 0, total(sold, open_) / seen, np.nan)
    stretch = None
    if period is not None:
        weeks = labels(days, period, "days")
        stretch = np.unique(product * (weeks.max() + 1) + weeks, return_inverse=True)[1]
    rate, level = _climb(rate, product, sold, busy, cut, open_, stretch)
    mean = rate[product] * busy * level
    expected = _at_least(mean, sold)
    guessed = np.where(cut, expected, np.nan_to_num(mean))
    demand = total(sold, full) + total(guessed, ~full)
    all_sold = total(sold, np.ones(len(sold), dtype=bool))
    told = total(busy, full) + 0.5 * total(busy, cut)
    with np.errstate(invalid="ignore", divide="ignore"):
        se = np.sqrt(rate / told)
    return pd.DataFrame(
        {
            "rate": rate,
            "se": se,
            "sold": all_sold,
            "demand": demand,
            "lost": demand - all_sold,
            "full_days": np.bincount(product[full], minlength=count),
            "sold_out_days": np.bincount(product[cut], minlength=count),
            "empty_days": np.bincount(product[~open_], minlength=count),
        },
        index=pd.Index(names, name=by),
    )


def _climb(
    rate: Floats,
    product: NDArray[np.int64],
    sold: Floats,
    busy: Floats,
    cut: NDArray[np.bool_],
    open_: NDArray[np.bool_],
    stretch: NDArray[np.int64] | None,
) -> tuple[Floats, Floats]:
    """The rates, and each row's level, at which full days and the tails of others fit best."""
    known = np.bincount(product[open_ & ~cut], sold[open_ & ~cut], minlength=len(rate))
    level = np.ones(len(sold))
    for _ in range(_STEPS):
        tails = _at_least(rate[product[cut]] * (busy * level)[cut], sold[cut])
        seen = np.bincount(product[open_], (busy * level)[open_], minlength=len(rate))
        with np.errstate(invalid="ignore", divide="ignore"):
            total = known + np.bincount(product[cut], tails, minlength=len(rate))
            new = np.where(seen > 0, total / seen, np.nan)
        moved = np.nanmax(np.abs(new - rate) / np.maximum(rate, 1e-12), initial=0.0)
        rate = new
        if moved < _CLOSE:
            return rate, level
        if stretch is not None:
            wanted = sold.copy()
            wanted[cut] = tails
            level = _levels(wanted[open_], (rate[product] * busy)[open_], stretch, open_)
    raise ValueError("the rates do not settle; is a product sold out on nearly every day?")


def _levels(
    wanted: Floats, mean: Floats, stretch: NDArray[np.int64], open_: NDArray[np.bool_]
) -> Floats:
    """How far each stretch is from usual, given what was wanted and expected on its open days."""
    count = int(stretch.max()) + 1
    had, due = (np.bincount(stretch[open_], v, minlength=count) for v in (wanted, mean))
    spread = ((had - due) ** 2 - due).sum() / max((due**2).sum(), 1e-12)
    if spread <= 0:
        return np.ones(len(stretch))
    return ((1 / spread + had) / (1 / spread + due))[stretch]


def _at_least(mean: Floats, least: Floats) -> Floats:
    """Expected Poisson demand, given that it is at least so much."""
    from scipy.special import gammainc

    with np.errstate(invalid="ignore", divide="ignore"):
        # P(D >= k) is the regularised lower incomplete gamma function of k.
        tail = gammainc(np.maximum(least, 1), mean)
        above = np.where(least > 1, gammainc(np.maximum(least - 1, 1), mean), 1.0)
        return np.where(least >= 1, np.where(tail > 1e-12, mean * above / tail, least + mean), mean)
