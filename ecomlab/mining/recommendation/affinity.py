"""What is bought together: pairs of products in the same order."""

from __future__ import annotations

import narwhals as nw

from ecomlab import frames
from ecomlab.arguments import whole


def pair_affinity(
    order_lines: frames.Native,
    *,
    min_orders: int = 1,
    order_id: str = "order_id",
    product_id: str = "product_id",
) -> frames.Native:
    """Support, confidence and lift of every pair of products bought in one order.

    Parameters
    ----------
    order_lines
        One row a line, with `order_id` and `product_id`; a product twice in an order counts once.
    min_orders
        Leave out pairs that are in fewer orders than this.
    order_id, product_id
        What these columns are called in your table.

    Returns
    -------
    The kind of table that came in
        One row a pair with a < b, the most frequent first: `product_a`, `product_b`, `orders` with
        both, `support` (of all orders), `confidence_ab` (of the orders with a, those with b),
        `confidence_ba`, `lift` (support over what independence would give: 1 is no affinity).

    Raises
    ------
    TypeError, ValueError
        If a column is absent or holds missing values, or `min_orders` is no whole number of at
        least 1.

    Notes
    -----
    Support and confidence as in Agrawal, Imielinski, Swami (1993); lift is "interest" in Brin,
    Motwani, Ullman, Tsur (1997).

    Examples
    --------
    >>> import pandas as pd
    >>> lines = pd.DataFrame({
    ...     "order_id": [1, 1, 2, 2, 3, 4],
    ...     "product_id": ["cup", "tea", "tea", "cup", "tea", "pot"],
    ... })
    >>> pair_affinity(lines)
      product_a product_b  orders  support  confidence_ab  confidence_ba      lift
    0       cup       tea       2      0.5            1.0       0.666667  1.333333
    """
    min_orders = whole(min_orders, "min_orders")
    columns = {"order": frames.key(order_id), "product": frames.key(product_id)}
    frame = frames.as_frame(order_lines, columns=columns, name="order_lines")
    lines = frames.hold(frame.group_by("order", "product").agg(lines=nw.len()).drop("lines"))
    every = lines.group_by("order").agg(n=nw.len())
    all_orders = frames.only_row(every.select(orders=nw.len()))["orders"]
    products = frames.hold(lines.group_by("product").agg(n=nw.len()))
    if min_orders > 1:
        # A pair is in no more orders than either of its products: rarer ones need no pairing.
        often = products.filter(nw.col("n") >= min_orders).select("product")
        lines = frames.hold(lines.join(often, on="product", how="semi"))
    pairs = frames.hold(
        lines.rename({"product": "product_a"})
        .join(lines.rename({"product": "product_b"}), on="order")
        .filter(nw.col("product_a") < nw.col("product_b"))
        .group_by("product_a", "product_b")
        .agg(orders=nw.len())
        .with_columns(orders=nw.col("orders").cast(nw.Int64))
        .filter(nw.col("orders") >= min_orders)
    )
    for side in ("a", "b"):
        with_side = products.rename({"product": f"product_{side}", "n": f"orders_{side}"})
        pairs = pairs.join(with_side, on=f"product_{side}")
    table = pairs.with_columns(
        support=nw.col("orders") / nw.lit(all_orders),
        confidence_ab=nw.col("orders") / nw.col("orders_a"),
        confidence_ba=nw.col("orders") / nw.col("orders_b"),
    ).with_columns(lift=nw.col("confidence_ab") * nw.lit(all_orders) / nw.col("orders_b"))
    columns_out = ("orders", "support", "confidence_ab", "confidence_ba", "lift")
    table = table.select("product_a", "product_b", *columns_out).sort(
        "orders", "product_a", "product_b", descending=[True, False, False]
    )
    return frames.like(table, order_lines)
