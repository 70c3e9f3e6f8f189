"""What chapter 5 can know: lead times, and demand behind empty shelves."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecomlab.shop import stock
from ecomlab.shop.ground import lay_out, plan
from ecomlab.shop.history import History
from ecomlab.shop.run import FIRST_PLAN, Run
from ecomlab.shop.world import World
from ecomlab.supply.inventory import censored_demand
from ecomlab.supply.suppliers import lead_times
from ecomlab.truth import panels
from ecomlab.truth.estimand import Estimand, Measured
from ecomlab.truth.past import DAYS, past
from ecomlab.truth.pricing import by_cost

Floats = NDArray[np.float64]
_SUPPLIERS = 12
#: Twelve weeks without a price test: prices then move with cost only.
_FROM, _DAYS = 196, 84
_TOP = 40


@lru_cache(maxsize=1)
def _drawn(world: World) -> list[tuple[Floats, Floats]]:
    """Mean and sd of each supplier's lead times in each of twenty replications of its orders."""
    orders = past(world).history.arrays("purchase_orders")
    ground, policy = lay_out(world), past(world).history.policy
    days = plan(world, policy, FIRST_PLAN)
    maker, made = orders["supplier_id"], orders["ordered_on"]
    found = []
    for replication in range(20):
        lead = np.empty(len(made))
        for day in np.unique(made):
            mine = np.flatnonzero(made == day)
            drawn = stock.purchase(
                ground,
                days,
                int(day),
                orders["product_id"][mine],
                orders["units"][mine],
                world.seed + 7_919 * (replication + 1),
            )
            lead[mine] = drawn["lead"]
        number = np.bincount(maker, minlength=_SUPPLIERS)
        mean = np.bincount(maker, lead, minlength=_SUPPLIERS) / number
        square = np.bincount(maker, lead**2, minlength=_SUPPLIERS) / number
        found.append((mean, np.sqrt(square - mean**2)))
    return found


def _over_replications(values: list[Floats]) -> Measured:
    each = np.array(values)
    return each.mean(axis=0), each.std(axis=0, ddof=1) / np.sqrt(len(each))


def true_lead(world: World) -> Measured:
    """Mean lead time of each supplier's orders, over replications of their draws."""
    return _over_replications([mean for mean, _ in _drawn(world)])


def true_spread(world: World) -> Measured:
    """Standard deviation of each supplier's lead times, over replications of their draws."""
    return _over_replications([sd for _, sd in _drawn(world)])


def by_orders(history: History) -> Measured:
    """Product-limit mean, open orders censored."""
    found = lead_times(history.purchase_orders, as_of=history.prices["date"].max())
    return found["mean"].to_numpy(), found["se_mean"].to_numpy()


def spread_by_orders(history: History) -> Measured:
    """Product-limit standard deviation, open orders censored."""
    found = lead_times(history.purchase_orders, as_of=history.prices["date"].max())
    return found["sd"].to_numpy(), found["se_sd"].to_numpy()


def promised(history: History) -> Floats:
    """What the suppliers quote."""
    return history.suppliers.sort_values("supplier_id")["quoted"].to_numpy(dtype=float)


def one_spread(history: History) -> Floats:
    """The standard deviation over all orders, the same for every supplier."""
    orders = history.purchase_orders.dropna(subset="received_on")
    days = (orders["received_on"] - orders["ordered_on"]).dt.days
    return np.full(_SUPPLIERS, days.std())


def _both(by_product: Floats, sold: Floats) -> Floats:
    """All products together, and the forty that sold most."""
    top = np.argsort(-sold, kind="stable")[:_TOP]
    return np.array([by_product.sum(), by_product[top].sum()])


def in_stock(world: World) -> Measured:
    """Units that these very customers would have bought, had the product not run out.

    One product of every category at a time is never out of stock, the others run out as they did;
    the twin keeps the history's own draws, so that on days in stock it sells what was sold, and
    the history's order of the list, so that selling more does not move a product up. It is a
    fact of this history, so it has no sampling error.
    """
    there = past(world)
    size = world.size
    wanted = np.zeros(size.products)
    for place in range(size.per_category):
        ids = np.arange(size.categories) * size.per_category + place
        filled = there.night(_FROM, plenty=ids)
        run = Run.resume(world, there.history.policy, filled, record=True)
        for day in range(_FROM, _FROM + _DAYS):
            if day in there.nights:
                listed = run.snapshot()
                listed.state.rank = there.nights[day].state.rank.copy()
                run.restore(listed)
            run.step()
        lines = run.blocks["lines"]
        sold = np.bincount(
            np.concatenate([b["product_id"] for b in lines]),
            np.concatenate([b["units"] for b in lines]),
            minlength=size.products,
        )
        wanted[ids] = sold[ids]
    return _both(wanted, _sold(there.history)), np.zeros(2)


def _window(history: History) -> pd.DataFrame:
    days = panels.product_days(history)
    days = days[days["day"].between(_FROM, _FROM + _DAYS - 1)]
    orders = history.arrays("orders")["order_id"] // 10_000_000
    busy = np.bincount(orders, minlength=DAYS)
    busy = busy / busy[_FROM : _FROM + _DAYS].mean()
    return days.assign(busy=busy[days["day"]])


def _sold(history: History) -> Floats:
    days = _window(history)
    return np.bincount(
        days["product_id"], days["units"], minlength=history.world.size.products
    ).astype(float)


def by_full_days(history: History) -> Measured:
    """Censored Poisson by product; days differ by how busy the shop was, and by the price.

    Shelves run empty when prices are low: left out, the price would make demand look small.
    """
    days = _window(history)
    usual = days.groupby("product_id")["price"].transform("mean")
    response = (days["price"] / usual) ** by_cost(history)[0]
    found = censored_demand(days.assign(pull=days["busy"] * response), factor="pull", period="week")
    size = history.world.size.products
    demand = found["demand"].reindex(range(size), fill_value=0.0).fillna(0.0).to_numpy()
    lost = found["lost"].reindex(range(size), fill_value=0.0).fillna(0.0).to_numpy()
    sold = _sold(history)
    # What was sold is known; what was not is a Poisson sum.
    return _both(demand, sold), np.sqrt(_both(lost, sold))


def sales(history: History) -> Floats:
    """What was sold."""
    sold = _sold(history)
    return _both(sold, sold)


ESTIMANDS = (
    Estimand(
        name="supplier lead time, mean",
        section="supply.suppliers",
        unit="share of the mean",
        meaning="mean lead time of a supplier's orders of two years; all suppliers together",
        tolerance=0.12,
        relative=True,
        truth=true_lead,
        reference=by_orders,
        naive=promised,
        method="product-limit mean, open orders censored",
        fallacy="promised lead times",
        items=tuple(f"supplier {i}" for i in range(_SUPPLIERS)),
    ),
    Estimand(
        name="supplier lead time, sd",
        section="supply.suppliers",
        unit="share of the sd",
        meaning="standard deviation of a supplier's lead times; all suppliers together",
        tolerance=0.28,
        relative=True,
        truth=true_spread,
        reference=spread_by_orders,
        naive=one_spread,
        method="product-limit standard deviation, open orders censored",
        fallacy="one spread for all suppliers",
        items=tuple(f"supplier {i}" for i in range(_SUPPLIERS)),
    ),
    Estimand(
        name="demand under stock-outs",
        section="supply.inventory",
        unit="share of demand",
        meaning="units that the history's own customers would have bought in weeks 28-39 of a "
        "product that never ran out, others as they were; all products, and the top 40",
        tolerance=0.03,
        relative=True,
        truth=in_stock,
        reference=by_full_days,
        naive=sales,
        method="censored Poisson by product and week, for equal traffic and price",
        fallacy="sales taken for demand",
        items=("all products", "top 40"),
    ),
)
