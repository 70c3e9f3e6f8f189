"""What a contract's terms are worth, and how two firms earn more together (合作条款、协同)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ecomlab.arguments import amount, amounts, columns
from ecomlab.style import COLOURS, say
from ecomlab.supply.inventory.leads import demand_of
from ecomlab.supply.inventory.safety import safety_stock
from ecomlab.supply.inventory.uncertain import Gamma, Uncertain, Uniform

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

_TERMS = ("price", "lead_time", "lead_time_sd")
_OPTIONAL = {
    "agreed": np.nan, "late_penalty": 0.0, "fill": 1.0, "defects": 0.0, "defect_limit": np.nan,
    "payment_days": 0.0,
}  # fmt: skip
CONTRACTS = ("buy_back", "revenue_share")


def contract_value(
    terms: pd.DataFrame,
    *,
    demand: float,
    sd: float,
    quantity: float,
    margin: float,
    days: int = 91,
    fill_rate: float = 0.95,
    holding: float = 0.18,
    interest: float = 0.06,
    handling: float = 0.0,
) -> pd.DataFrame:
    """The terms of contracts in money: what a supplier really costs (总拥有成本).

    Parameters
    ----------
    terms
        By supplier: `price` (CNY a unit), `lead_time` and `lead_time_sd` (days, as they are and not
        as they are promised), and where they apply `agreed` (days agreed), `late_penalty` (share of
        an order's value paid per day late), `fill` (share of units delivered), `defects` (share of
        those), `defect_limit` (share above which the supplier takes defective units back at their
        price), `payment_days`.
    demand, sd
        Units a day, mean and standard deviation.
    quantity
        Units of an order.
    margin
        CNY earned by a unit sold, lost where it is not delivered.
    days
        Length of the period.
    fill_rate
        The share of demand to be served from the shelf: it decides the safety stock.
    holding, interest
        Cost a year of a CNY in stock, and of a CNY of credit.
    handling
        CNY spent on a defective unit beside its price.

    Returns
    -------
    pandas.DataFrame
        By supplier, CNY for the period: `purchase`, `safety` (holding the safety stock), `short`
        (margin of units that were not delivered), `faulty` (defective units and their handling,
        less what the supplier takes back), `late` (penalties received, negative), `credit`
        (interest saved by paying later, negative), their sum `total`, and `per_unit` (total ÷ units
        that can be sold).

    Raises
    ------
    TypeError, ValueError
        If a column is absent, a lead time 0 or missing, or a number out of its range (the row is
        named).

    Notes
    -----
    Ellram 1995 on total cost of ownership. Lead times are gamma; an order that is t days late pays
    t times the penalty.

    Examples
    --------
    >>> import pandas as pd
    >>> terms = pd.DataFrame(
    ...     {"price": [50.0, 46.0], "lead_time": [8.0, 14.0], "lead_time_sd": [2.0, 5.0],
    ...      "defects": [0.01, 0.05]}, index=["near", "far"])
    >>> contract_value(terms, demand=10, sd=4, quantity=150, margin=30)["total"].round().tolist()
    [45781.0, 43300.0]
    """
    table = columns(terms, _TERMS, "terms")
    rows = len(table)
    price = amounts(table["price"], "price", above=0)
    lead = amounts(table["lead_time"], "the lead time", above=0)
    lead_sd = amounts(table["lead_time_sd"], "the sd of the lead time", least=0)
    given = {
        name: _given(table, name) if name in table else np.full(rows, other)
        for name, other in _OPTIONAL.items()
    }
    holding, interest = amount(holding, "holding", least=0), amount(interest, "interest", least=0)
    mean = amount(demand, "demand", above=0)
    units = mean * amount(days, "days", above=0)
    stock = safety_stock(
        mean, amount(sd, "sd", least=0), lead, lead_sd, fill_rate=fill_rate, quantity=quantity
    )
    arrived = units * given["fill"]
    bad = arrived * given["defects"]
    limit = np.where(np.isnan(given["defect_limit"]), np.inf, given["defect_limit"])
    returned = arrived * np.maximum(given["defects"] - limit, 0)
    agreed = np.where(np.isnan(given["agreed"]), np.inf, given["agreed"])
    late_days = [
        float(Gamma(m, s).short(a)) if np.isfinite(a) and s > 0 else max(m - a, 0.0)
        for m, s, a in zip(lead, lead_sd, agreed, strict=True)
    ]
    purchase = price * arrived
    told = table.assign(
        purchase=purchase,
        safety=np.maximum(np.asarray(stock), 0) * price * holding * days / 365,
        short=(units - arrived) * amount(margin, "margin", least=0),
        faulty=bad * (amount(handling, "handling", least=0) + margin) - returned * price,
        late=-given["late_penalty"] * purchase * np.array(late_days),
        credit=-purchase * interest * given["payment_days"] / 365,
    )
    parts = ["purchase", "safety", "short", "faulty", "late", "credit"]
    told["total"] = told[parts].sum(axis=1)
    told["per_unit"] = told["total"] / (arrived - bad)
    return told[[*parts, "total", "per_unit"]]


def _given(table: pd.DataFrame, name: str) -> Any:
    shares = {"fill": 1.0 + 1e-12, "defects": 1.0, "defect_limit": 1.0, "late_penalty": 1.0}
    return amounts(table[name], f"terms: {name!r}", least=0, below=shares.get(name, np.inf))


@dataclass(frozen=True, eq=False)
class Cooperation:
    """What a contract makes of a retailer and a supplier.

    Attributes
    ----------
    order
        Units that the retailer orders for its own good.
    retailer, supplier, chain
        Expected profits, CNY; the chain's is the sum.
    best_order, best_chain
        What one firm would order and earn, if both were one.
    """

    order: float
    retailer: float
    supplier: float
    best_order: float
    best_chain: float

    @property
    def chain(self) -> float:
        """What both earn together, CNY."""
        return self.retailer + self.supplier

    @property
    def efficiency(self) -> float:
        """The share of the best that both earn together."""
        return self.chain / self.best_chain

    def plot(self) -> Figure:
        """Both profits, beside what one firm would earn."""
        import matplotlib.pyplot as plt

        fig, ax = plt.subplots()
        both = say(en="this contract", zh="本合同"), say(en="one firm", zh="一体化")
        ax.bar(both[0], self.supplier, color=COLOURS[0], label=say(en="supplier", zh="供应商"))
        ax.bar(both[0], self.retailer, bottom=self.supplier, color=COLOURS[4],
               label=say(en="retailer", zh="零售商"))  # fmt: skip
        ax.bar(both[1], self.best_chain, color="#BBBBBB")
        ax.set_title(
            say(
                en=f"The contract earns {self.efficiency:.0%} of what one firm would",
                zh=f"该合同实现了一体化利润的 {self.efficiency:.0%}",
            )
        )
        ax.set_ylabel(say(en="expected profit (CNY)", zh="期望利润（元）"))
        ax.legend()
        return fig

    def __repr__(self) -> str:
        return (
            f"Cooperation(order {self.order:.6g}, retailer {self.retailer:.6g}, supplier "
            f"{self.supplier:.6g}, chain {self.chain:.6g} of {self.best_chain:.6g})"
        )

    def _repr_html_(self) -> str:
        import pandas as pd

        from ecomlab.terms import speak

        rows = {
            "order_units": [self.order, self.best_order],
            "retailer": [self.retailer, np.nan],
            "supplier": [self.supplier, np.nan],
            "chain": [self.chain, self.best_chain],
        }
        index = [say(en="this contract", zh="本合同"), say(en="one firm", zh="一体化")]
        return speak(pd.DataFrame(rows, index=index).round(2)).to_html(na_rep="")


def cooperate(
    price: float, cost: float, wholesale: float, demand: Any, contract: Any = "wholesale"
) -> Cooperation:
    """What a retailer orders, and what both firms earn, under a contract (合作方式).

    Parameters
    ----------
    price
        What customers pay, CNY a unit.
    cost
        What a unit costs the supplier to make.
    wholesale
        What the retailer pays for a unit on delivery; with revenue sharing it may be below cost.
    demand
        Demand of the season: (low, high) if every amount between is as likely, or as for
        `newsvendor`.
    contract
        ``"wholesale"``; ``{"buy_back": 5}``: the supplier pays so much for a unit left over;
        ``{"revenue_share": 0.3}``: the supplier gets that share of the retailer's sales.

    Returns
    -------
    Cooperation

    Raises
    ------
    TypeError, ValueError
        If prices are out of their order, the contract is unknown, or it makes leftovers a profit.

    Notes
    -----
    A retailer who bears all the risk orders too little for both (Spengler 1950); shared risk
    restores the chain's best (Pasternack 1985; Cachon and Lariviere 2005).

    Examples
    --------
    >>> cooperate(10, 4, 7, (0, 100))
    Cooperation(order 30, retailer 45, supplier 90, chain 135 of 180)
    >>> cooperate(10, 4, 7, (0, 100), {"buy_back": 5})
    Cooperation(order 60, retailer 90, supplier 90, chain 180 of 180)
    """
    cost = amount(cost, "cost", least=0)
    price = amount(price, "price", above=cost)
    wholesale = amount(wholesale, "wholesale", least=0, below=price)
    back, share = _contract(contract, wholesale)
    kept = (1 - share) * price
    if kept <= wholesale:
        raise ValueError(
            f"the retailer keeps {kept:g} of a sale and pays {wholesale:g}: nothing is ordered"
        )
    unknown = _season(demand)
    order = float(unknown.quantile((kept - wholesale) / (kept - back)))
    best = float(unknown.quantile((price - cost) / price))
    sold = unknown.mean - float(unknown.short(order))
    left = order - sold
    retailer = kept * sold + back * left - wholesale * order
    supplier = (wholesale - cost) * order + share * price * sold - back * left
    together = price * (unknown.mean - float(unknown.short(best))) - cost * best
    return Cooperation(order, retailer, supplier, best, together)


def _contract(contract: Any, wholesale: float) -> tuple[float, float]:
    """What the supplier pays for leftovers, and its share of sales."""
    if contract is None or contract == "wholesale":
        return 0.0, 0.0
    if not isinstance(contract, Mapping) or not contract or set(contract) - set(CONTRACTS):
        raise ValueError(
            f"contract is {contract!r}; 'wholesale', or a mapping of {' or '.join(CONTRACTS)}"
        )
    back = amount(contract.get("buy_back", 0.0), "buy_back", least=0)
    if back >= wholesale and back:
        raise ValueError(f"buy_back is {back:g}; at {wholesale:g} or more leftovers would pay")
    return back, amount(contract.get("revenue_share", 0.0), "revenue_share", least=0, below=1)


def _season(demand: Any) -> Uncertain:
    if isinstance(demand, tuple | list) and len(demand) == 2:
        low, high = amounts(demand, "demand", least=0)
        if low >= high:
            raise ValueError(f"demand is from {low:g} to {high:g}; the second must be greater")
        return Uniform(float(low), float(high))
    return demand_of(None, None, demand)
