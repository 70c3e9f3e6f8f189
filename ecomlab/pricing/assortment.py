"""2.2 Choosing products and showing them well (选品与商品展示)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ecomlab import panel
from ecomlab.arguments import column, labels

if TYPE_CHECKING:
    import pandas as pd


def listing_effect(
    visits: pd.DataFrame,
    products: pd.DataFrame,
    *,
    controls: Sequence[str] = (),
    exposure: str | None = None,
    outcome: str = "units",
) -> pd.DataFrame:
    """What a completed listing (商品详情) does to a product's sales, from a staggered roll-out.

    Comparing products with good and with poor listings misleads: good products get good listings.
    What a product is is therefore taken out, and so is what moved all products in a week.

    Parameters
    ----------
    visits
        One row a product and week: `product_id`, `week`, the outcome (units sold, or visits that
        bought), and what the other arguments name.
    products
        One row a product: `product_id`, and `completed`, the first week of its complete listing
        (missing if never). The order of completion must have been drawn at random.
    controls
        Columns of ``visits`` that also move sales (log price).
    exposure
        A column that says for how many days a row was counted.
    outcome
        What the outcome's column is called.

    Returns
    -------
    pandas.DataFrame
        One row, ``"listing"``: `effect` on log sales, `se`, `lower`, `upper` (95 %), `rate` (change
        in per cent / 100), `products`, `left_out`.

    Raises
    ------
    TypeError, ValueError
        If a column is absent or faulty, a product is not listed, or nothing was rolled out.

    Notes
    -----
    Poisson pseudo-likelihood (Santos Silva and Tenreyro 2006) with product and week effects.

    Examples
    --------
    >>> import pandas as pd
    >>> sales = pd.DataFrame({
    ...     "product_id": [1, 1, 2, 2], "week": [1, 2, 1, 2], "units": [10, 12, 40, 40],
    ... })
    >>> goods = pd.DataFrame({"product_id": [1, 2], "completed": [2, None]})
    >>> listing_effect(sales, goods)["rate"].round(3).tolist()
    [0.2]
    """
    import pandas as pd

    sold = column(visits, outcome, "visits")
    product = labels(visits, "product_id", "visits")
    week = column(visits, "week", "visits")
    labels(products, "product_id", "products")
    if "completed" not in products:
        raise ValueError("products has no column 'completed'; it says from which week on")
    completed = products.set_index("product_id")["completed"]
    unlisted = ~visits["product_id"].isin(completed.index).to_numpy()
    if unlisted.any():
        raise ValueError(
            f"product {visits['product_id'].to_numpy()[unlisted][0]} of visits is not in products"
        )
    complete = week >= visits["product_id"].map(completed).to_numpy(dtype=float)
    if complete.all() or not complete.any():
        raise ValueError("every row, or none, has a complete listing; there is nothing to compare")
    others = [column(visits, name, "visits") for name in controls]
    fit = panel.poisson(
        sold,
        np.column_stack([complete, *others]).astype(float),
        effects=[product, week],
        cluster=product,
        exposure=None if exposure is None else column(visits, exposure, "visits"),
    )
    effect, se = float(fit.coef[0]), float(fit.se[0])
    return pd.DataFrame(
        {
            "effect": effect,
            "se": se,
            "lower": effect - 1.96 * se,
            "upper": effect + 1.96 * se,
            "rate": float(np.expm1(effect)),
            "products": fit.clusters,
            "left_out": fit.left_out,
        },
        index=["listing"],
    )
