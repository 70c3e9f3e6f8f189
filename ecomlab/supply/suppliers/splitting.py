"""How much to order from whom: an integer programme."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ecomlab.arguments import amount, amounts, columns, whole
from ecomlab.style import COLOURS, say

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Split:
    """What to order from each supplier.

    Attributes
    ----------
    units, paid
        By supplier: units to order, and what they cost, CNY.
    cost
        All together, CNY.
    """

    units: pd.Series
    paid: pd.Series
    cost: float

    def plot(self) -> Figure:
        """Units by supplier as bars."""
        import matplotlib.pyplot as plt

        fig, ax = plt.subplots()
        ax.bar([str(n) for n in self.units.index], self.units, color=COLOURS[0])
        used = int((self.units > 0).sum())
        ax.set_title(
            say(
                en=f"{self.units.sum():,.0f} units from {used} suppliers cost CNY {self.cost:,.0f}",
                zh=f"向 {used} 家供应商订 {self.units.sum():,.0f} 件，共 {self.cost:,.0f} 元",
            )
        )
        ax.set_xlabel(say(en="supplier", zh="供应商"))
        ax.set_ylabel(say(en="units", zh="件"))
        return fig

    def __repr__(self) -> str:
        told = ", ".join(f"{n}: {u:g}" for n, u in self.units.items() if u)
        return f"Split({told}; cost {self.cost:.6g})"

    def _repr_html_(self) -> str:
        import pandas as pd

        from ecomlab.terms import speak

        table = pd.DataFrame({"units": self.units.round().astype(int), "amount": self.paid})
        return speak(table.round(2)).to_html()


def split_orders(
    demand: int,
    suppliers: pd.DataFrame,
    *,
    max_share: float = 1.0,
    breaks: pd.DataFrame | None = None,
) -> Split:
    """The cheapest way to order so many units, proven: whole units, minimums, price breaks.

    Parameters
    ----------
    demand
        Units to order, whole.
    suppliers
        By supplier (the index): `unit_cost` (CNY; all that a unit costs, see `contract_value`) and,
        where they apply, `capacity` (units at most), `minimum` (units at least, if any at all),
        `fixed_cost` (CNY, if any unit is ordered).
    max_share
        The share of the demand that one supplier may have, above 0 and at most 1.
    breaks
        Price breaks: `supplier_id`, `from_units`, `discount` (of the unit cost, for all units of
        the order), as the shop's `contracts`. A supplier without rows has none.

    Returns
    -------
    Split
        ``units``, ``paid`` and ``cost``.

    Raises
    ------
    TypeError, ValueError
        If a number is out of its range (the row is named), or the suppliers together may not
        deliver the demand.

    Notes
    -----
    Solved exactly by HiGHS; each price of a supplier is one option of which at most one is taken.

    Examples
    --------
    >>> import pandas as pd
    >>> offers = pd.DataFrame(
    ...     {"unit_cost": [9.0, 10.0, 12.0], "capacity": [400, 900, 900], "minimum": [0, 300, 0]},
    ...     index=["A", "B", "C"],
    ... )
    >>> split_orders(600, offers)  # from B 300 at least, or nothing
    Split(A: 300, B: 300; cost 5700)
    """
    import pandas as pd
    from scipy.optimize import Bounds, LinearConstraint, milp

    need = whole(demand, "demand", rounded=True)
    columns(suppliers, ["unit_cost"], "suppliers")
    count = len(suppliers)
    cost = amounts(suppliers["unit_cost"], "unit_cost", least=0)
    rest = {
        name: amounts(suppliers.get(name, np.full(count, other)), name, least=0)
        for name, other in (("capacity", float(need)), ("minimum", 0.0), ("fixed_cost", 0.0))
    }
    share = amount(max_share, "max_share", above=0, most=1, unit="a share of the demand")
    most = np.floor(np.minimum(rest["capacity"], share * need + 1e-9))
    if most.sum() < need:
        raise ValueError(
            f"{need} units are needed, and the suppliers may deliver {most.sum():g}: raise a "
            "capacity or max_share"
        )
    options = _options(suppliers.index, cost, rest["minimum"], most, breaks)
    owner, price, low, high = (np.array(x, dtype=float) for x in zip(*options, strict=True))
    who, size = owner.astype(int), len(options)
    # Unknowns: units of each option, then whether it is taken.
    eye = np.eye(size)
    one_each = np.array([[0.0] * size + [float(o == s) for o in who] for s in range(count)])
    found = milp(
        np.concatenate([price, rest["fixed_cost"][who]]),
        integrality=np.ones(2 * size),
        bounds=Bounds(np.zeros(2 * size), np.concatenate([high, np.ones(size)])),
        constraints=[
            LinearConstraint(np.concatenate([np.ones(size), np.zeros(size)]), need, need),
            LinearConstraint(np.hstack([eye, -np.diag(high)]), -np.inf, 0),
            LinearConstraint(np.hstack([eye, -np.diag(low)]), 0, np.inf),
            LinearConstraint(one_each, -np.inf, 1),
        ],
    )
    if not found.success:
        raise ValueError(
            f"no split of {need} units keeps all minimums, capacities and the share; "
            f"the solver says: {found.message}"
        )
    units = np.rint(found.x[:size])
    taken = np.rint(found.x[size:])
    by = np.bincount(who, units, minlength=count)
    paid = np.bincount(who, units * price + taken * (units > 0) * rest["fixed_cost"][who],
                       minlength=count)  # fmt: skip
    return Split(
        pd.Series(by, suppliers.index, name="units"),
        pd.Series(paid, suppliers.index, name="amount"),
        float(paid.sum()),
    )


def _options(
    names: pd.Index, cost: Floats, minimum: Floats, most: Floats, breaks: pd.DataFrame | None
) -> list[tuple[int, float, float, float]]:
    """For each supplier and price: place of the supplier, CNY a unit, units from and to."""
    if breaks is not None:
        columns(breaks, ["supplier_id", "from_units", "discount"], "breaks")
        amounts(breaks["discount"], "discount", least=0, below=1)
        amounts(breaks["from_units"], "from_units", least=0)
    found = []
    for place, name in enumerate(names):
        steps = [(0.0, 0.0)]
        if breaks is not None:
            own = breaks[breaks["supplier_id"] == name].sort_values("from_units")
            pairs = zip(own["from_units"].astype(float), own["discount"].astype(float), strict=True)
            steps = list(pairs) or steps
        for step, (start, off) in enumerate(steps):
            last = steps[step + 1][0] - 1 if step + 1 < len(steps) else np.inf
            low = max(start if step else 0.0, minimum[place], 1.0)
            high = min(last, most[place])
            if low <= high:
                found.append((place, cost[place] * (1 - off), low, high))
    if not found:
        raise ValueError("no supplier may deliver its minimum")
    return found
