"""What a policy gives before it is tried: many products, many times over, day by day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ecomlab.arguments import amounts, whole
from ecomlab.style import COLOURS, say
from ecomlab.supply.inventory.paths import Demands, Leads, demands, leads

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]
_POLICY = ("reorder_point", "order_quantity", "order_up_to", "review")


@dataclass(frozen=True, eq=False)
class Simulation:
    """What came of a policy.

    Attributes
    ----------
    products
        By product: `demand` (units a day), `fill_rate` with `fill_se`, `cycle_service` (share of
        order cycles in which nobody was turned away), `short_days` (share of days on which
        somebody was), `on_hand` and `backorders` (units, mean of the evenings), `orders` (a day),
        `cost` (CNY a day) with `cost_se`. Errors are those over replications (NaN for one).
    days, replications
        What it rests on.
    """

    products: pd.DataFrame
    days: int
    replications: int

    @property
    def fill_rate(self) -> float:
        """The share of all demanded units that were served from the shelf."""
        table = self.products
        return float((table["fill_rate"] * table["demand"]).sum() / table["demand"].sum())

    @property
    def cost(self) -> float:
        """CNY a day, all products."""
        return float(self.products["cost"].sum())

    def plot(self) -> Figure:
        """Stock against fill rate, a dot a product."""
        import matplotlib.pyplot as plt

        fig, ax = plt.subplots()
        ax.scatter(self.products["on_hand"], 100 * self.products["fill_rate"], color=COLOURS[0])
        ax.set_title(
            say(
                en=f"{self.fill_rate:.1%} of demand is served from the shelf",
                zh=f"{self.fill_rate:.1%} 的需求由现货满足",
            )
        )
        ax.set_xlabel(say(en="stock on hand (units, mean)", zh="平均现货库存（件）"))
        ax.set_ylabel(say(en="fill rate (%)", zh="订单满足率（%）"))
        return fig

    def __repr__(self) -> str:
        return (
            f"Simulation({len(self.products)} products, {self.days} days, "
            f"{self.replications} times: fill rate {self.fill_rate:.4f}, "
            f"cost {self.cost:.6g} a day)"
        )

    def _repr_html_(self) -> str:
        from ecomlab.terms import speak

        told = say(
            en=f"{self.replications} times {self.days} days; fill rate {self.fill_rate:.1%}",
            zh=f"{self.days} 天重复 {self.replications} 次；订单满足率 {self.fill_rate:.1%}",
        )
        return f"<p>{told}</p>{speak(self.products).round(3).to_html()}"


def simulate_policy(
    demand: Any,
    policy: Any,
    *,
    lead_time: Any,
    days: int = 365,
    replications: int = 20,
    warm_up: int = 0,
    on_hand: Any = None,
    lost_sales: bool = True,
    holding_cost: Any = 0.0,
    shortage_cost: Any = 0.0,
    order_cost: Any = 0.0,
    seed: int = 0,
) -> Simulation:
    """Live with a policy for some days, many times over, and see what it gives and costs.

    In the morning arrives what is due; the day brings its demand; in the evening the position
    (on hand, on order, less what is owed) is looked at, and an order made where it is at the
    reorder point or below. An order of lead time L is on the shelf on the morning of the L-th day.

    Parameters
    ----------
    demand
        * a table by product with `mean` and `sd` (units a day; without `sd` Poisson), from which
          days are drawn: negative binomial, or Poisson where the variance is not above the mean;
        * a forecast with `mean`, `lower` and `upper`, a row a day, as `market.growth.forecast`
          gives; or a mapping of product to forecast. Days are drawn log-normal with that median
          and 95 % interval, rounded to units;
        * demand itself, in order of time: one product's days, a table or array with a row a day
          and a column a product, or an array (replications, days, products).
    policy
        By product (a table), or the same for all (a mapping, or what `r_q` and `s_S` give):
        `reorder_point` with `order_quantity` (as often as it takes to be above the point) or with
        `order_up_to`; `order_up_to` alone is a base stock; `review` (days between looks; 1).
    lead_time
        Days, whole, at least 1: a number; one a product (a Series); a table with `mean` and `sd` as
        `suppliers.lead_times` gives, by product (gamma, rounded, at least 1); past lead times (a
        list), or a mapping of product to them, each as likely as the others.
    days, replications
        For demand that is drawn; where days are given, they are all lived.
    warm_up
        Days at the beginning that do not count.
    on_hand
        Units on the shelf at the start; order-up-to level, or reorder point plus quantity, if None.
    lost_sales
        Whether customers who meet an empty shelf buy elsewhere; else they wait.
    holding_cost, shortage_cost, order_cost
        CNY per unit on hand each evening; per unit of lost sales (if they wait: per unit owed each
        evening); per order. One number, or one a product.
    seed
        Of the draws. Demand, and the n-th lead time of a product, are the same for every policy.

    Returns
    -------
    Simulation

    Raises
    ------
    TypeError, ValueError
        If demand is negative, a lead time 0, missing or not whole, the policy incomplete, or
        products do not agree; the product or row is named.

    Examples
    --------
    >>> import pandas as pd
    >>> goods = pd.DataFrame({"mean": [2.0, 0.3], "sd": [2.5, 0.8]}, index=["tea", "cup"])
    >>> rule = pd.DataFrame({"reorder_point": [25, 5], "order_quantity": [30, 6]}, goods.index)
    >>> simulate_policy(goods, rule, lead_time=[7, 9, 14], seed=1).products["fill_rate"].round(2)
    tea    0.94
    cup    0.92
    Name: fill_rate, dtype: float64
    """
    import pandas as pd

    root = whole(seed, "seed", least=0)
    wanted = demands(demand, days, replications, np.random.default_rng([root, 1]))
    rule = _rule(policy, wanted.products)
    waits = leads(lead_time, wanted, np.random.default_rng([root, 2]))
    warm_up = whole(warm_up, "warm_up", least=0)
    if warm_up >= wanted.days:
        raise ValueError(f"warm_up is {warm_up}; there are {wanted.days} days")
    at_start = rule.full if on_hand is None else _each(on_hand, "on_hand", wanted.products)
    sums = _live(wanted, rule, waits, at_start, warm_up, lost_sales)
    prices = [
        _each(value, name, wanted.products)
        for value, name in (
            (holding_cost, "holding_cost"),
            (shortage_cost, "shortage_cost"),
            (order_cost, "order_cost"),
        )
    ]
    return Simulation(
        _told(sums, prices, wanted, wanted.days - warm_up, lost_sales, pd),
        wanted.days,
        wanted.replications,
    )


@dataclass(frozen=True)
class _Rule:
    """A policy as arrays by product; a lot of 0 means up to the level."""

    point: Floats
    lot: Floats
    level: Floats
    review: NDArray[np.int64]

    @property
    def full(self) -> Floats:
        """The highest position that the policy orders up to."""
        return np.where(self.lot > 0, self.point + self.lot, self.level)


def _rule(policy: Any, products: pd.Index) -> _Rule:
    given = policy._asdict() if hasattr(policy, "_asdict") else policy
    if not hasattr(given, "keys"):
        raise TypeError(f"the policy is a {type(given).__name__}; a table or a mapping is needed")
    if unknown := [k for k in given if k in ("s", "S", "r", "Q")]:
        raise ValueError(f"the policy has {unknown[0]!r}; its names are {', '.join(_POLICY)}")
    has = {name: _each(given[name], name, products) for name in _POLICY if name in given}
    if ("order_quantity" in has) == ("order_up_to" in has):
        raise ValueError("the policy needs either order_quantity or order_up_to")
    review = np.ones(len(products))
    if "review" in has:
        review = amounts(has["review"], "review", least=1, unit="days", integral=True)
    zero = np.zeros(len(products))
    if "order_quantity" in has:
        if "reorder_point" not in has:
            raise ValueError("the policy needs a reorder_point beside order_quantity")
        lot = amounts(has["order_quantity"], "order_quantity", above=0)
        return _Rule(has["reorder_point"], lot, zero, review.astype(np.int64))
    level = has["order_up_to"]
    # A base stock orders whatever was sold: at anything below its level.
    point = has.get("reorder_point", np.nextafter(level, -np.inf))
    if (point >= level).any():
        row = int(np.argmax(point >= level))
        raise ValueError(f"order_up_to must be above reorder_point; product {products[row]!r}")
    return _Rule(point, zero, level, review.astype(np.int64))


def _each(value: Any, name: str, products: pd.Index) -> Floats:
    """One number a product, in the products' order where the value is labelled."""
    import pandas as pd

    if isinstance(value, Mapping):
        value = pd.Series(value)
    if isinstance(value, pd.Series):
        if len(absent := products.difference(value.index, sort=False)):
            if len(value) != 1:
                raise ValueError(f"{name} has no row for product {absent[0]!r}")
            value = value.iloc[0]
        else:
            value = value.loc[products]
    array = amounts(value, name)
    if array.ndim and array.shape != (len(products),):
        raise ValueError(f"{name} has shape {array.shape}; there are {len(products)} products")
    return np.broadcast_to(array, len(products)).astype(float)


def _live(
    wanted: Demands, rule: _Rule, waits: Leads, at_start: Floats, warm_up: int, lost: bool
) -> dict[str, Floats]:
    """The days, one after the other; what counted is summed by replication and product."""
    shape = (wanted.replications, len(wanted.products))
    count = shape[0] * shape[1]

    def wide(values: Floats) -> Floats:
        return np.ascontiguousarray(np.broadcast_to(values, shape)).ravel()

    point, lot, level = wide(rule.point), wide(rule.lot), wide(rule.level)
    review = None if (rule.review == 1).all() else wide(rule.review.astype(float))
    up_to = bool((rule.lot == 0).any())
    net = wide(at_start).copy()
    position = net.copy()
    coming = np.zeros((waits.longest + 1, count))
    made = np.zeros(count, dtype=np.int64)
    names = ("demand", "filled", "on_hand", "backorders", "orders", "short_days", "cycles", "good")
    sums = {name: np.zeros(count) for name in names}
    missed = np.zeros(count, dtype=bool)
    for day in range(wanted.days):
        counts = day >= warm_up
        slot = day % len(coming)
        arrived = coming[slot]
        here = np.flatnonzero(arrived)
        if len(here):
            net[here] += arrived[here]
            arrived[here] = 0.0
            if counts:
                sums["cycles"][here] += 1
                sums["good"][here] += ~missed[here]
            missed[here] = False
        asked = wanted.of_day(day)
        served = np.minimum(asked, np.maximum(net, 0.0))
        gone = served if lost else asked
        net -= gone
        position -= gone
        short = served < asked
        missed |= short
        if counts:
            sums["demand"] += asked
            sums["filled"] += served
            sums["short_days"] += short
            sums["on_hand"] += np.maximum(net, 0.0)
            if not lost:
                sums["backorders"] -= np.minimum(net, 0.0)
        due = position <= point
        if review is not None:
            due &= (day + 1) % review == 0
        who = np.flatnonzero(due)
        if len(who):
            times = np.floor((point[who] - position[who]) / np.maximum(lot[who], 1e-300)) + 1
            units = lot[who] * times
            if up_to:
                units = np.where(lot[who] > 0, units, level[who] - position[who])
            position[who] += units
            after = waits.of_order(who, made[who])
            coming[(day + after) % len(coming), who] += units
            made[who] += 1
            if counts:
                sums["orders"][who] += 1
    return {name: total.reshape(shape) for name, total in sums.items()}


def _told(
    sums: dict[str, Floats], prices: list[Floats], wanted: Demands, days: int, lost: bool, pd: Any
) -> pd.DataFrame:
    hold, short, order = prices
    unserved = sums["demand"] - sums["filled"] if lost else sums["backorders"]
    cost = (hold * sums["on_hand"] + short * unserved + order * sums["orders"]) / days
    with np.errstate(invalid="ignore", divide="ignore"):
        fill = sums["filled"].sum(axis=0) / sums["demand"].sum(axis=0)
        # The ratio's error over replications, by linearisation.
        off = sums["filled"] - fill * sums["demand"]
        fill_se = _error(off) / sums["demand"].mean(axis=0)
        cycle = sums["good"].sum(axis=0) / sums["cycles"].sum(axis=0)
    mean = {name: total.mean(axis=0) / days for name, total in sums.items()}
    return pd.DataFrame(
        {
            "demand": mean["demand"],
            "fill_rate": fill,
            "fill_se": fill_se,
            "cycle_service": cycle,
            "short_days": mean["short_days"],
            "on_hand": mean["on_hand"],
            "backorders": mean["backorders"],
            "orders": mean["orders"],
            "cost": cost.mean(axis=0),
            "cost_se": _error(cost),
        },
        index=wanted.products,
    )


def _error(each: Floats) -> Floats:
    """The standard error of a mean over replications."""
    if len(each) < 2:
        return np.full(each.shape[1], np.nan)
    return each.std(axis=0, ddof=1) / np.sqrt(len(each))
