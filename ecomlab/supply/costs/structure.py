"""Activity-based costing (作业成本法) of delivery, returns included; every table adds up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecomlab.arguments import amount, amounts, columns
from ecomlab.style import COLOURS, say

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

Ints = NDArray[np.int64]
#: What a parcel costs, as the columns of the shop's deliveries are called.
PARCEL = ("picking", "line_haul", "last_mile")
#: What a return costs: taking it back, and the goods that nobody can sell again.
RETURN = ("return_handling", "written_off")
_FEN = 100


@dataclass(frozen=True)
class CostStructure:
    """Where the money of delivery goes; all tables have the same total, to the cent.

    Attributes
    ----------
    components
        By activity: its `driver`, how many of it there were (`quantity`), `per_driver` (CNY each),
        the `cost` (CNY) and its `share`.
    by_region
        By city: the cost of each activity, `cost` in all, `parcels`, and `per_parcel`.
    by_product
        By product: the cost of each activity, and `cost` in all.
    """

    components: pd.DataFrame
    by_region: pd.DataFrame
    by_product: pd.DataFrame

    @property
    def total(self) -> float:
        """All costs, CNY."""
        return round(float(self.components["cost"].sum()), 2)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Costs by activity, the largest above."""
        import matplotlib.pyplot as plt

        from ecomlab.terms import heading

        if ax is None:
            ax = plt.figure().add_subplot()
        costs = self.components["cost"].sort_values()
        back = [name in RETURN for name in costs.index]
        colour = [COLOURS[1] if returned else COLOURS[0] for returned in back]
        ax.barh([heading(name) for name in costs.index], costs / 1e3, color=colour)
        share = costs[back].sum() / costs.sum()
        ax.grid(axis="y", visible=False)
        ax.set_xlabel(say(en="cost (CNY thousand)", zh="成本（千元）"))
        title = say(
            en=f"Returns take {share:.0%} of what delivery costs",
            zh=f"退货占物流成本的 {share:.0%}",
        )
        ax.set_title(title, loc="left")
        return ax

    def _repr_html_(self) -> str:
        from ecomlab.terms import heading, speak

        return str(speak(self.components.rename(index=heading)).round(4).to_html())


def cost_structure(deliveries: Any, returns: Any, order_lines: Any) -> CostStructure:
    """Cost delivery by activity, and hand it down to regions and products without a cent lost.

    A parcel's costs go to its products: picking by units, the road by weight, or by value where
    the weight of lines is not known. A return's costs stay with its product and its order's city.

    Parameters
    ----------
    deliveries
        One row a parcel: `order_id`, `city_id`, `weight` (kg), `distance` (km), and `picking`,
        `line_haul`, `last_mile` (CNY).
    returns
        One row a returned line: `order_id`, `line_no`, `product_id`, `units`, `restocked`
        (True if fit for sale again), `cost` (CNY of taking it back).
    order_lines
        One row a line of these orders: `order_id`, `line_no`, `product_id`, `units`, `amount`
        (CNY), `unit_cost` (CNY), and, if known, `weight` (kg of the line).

    Returns
    -------
    CostStructure

    Raises
    ------
    TypeError, ValueError
        If a column is absent, an amount negative, or a return or line has no parcel (naming its
        row), or a parcel no line.

    Notes
    -----
    Cooper and Kaplan (1988), Harvard Business Review 66(5), 96-103: costs follow the activities
    that cause them, by what drives each. Cents left by rounding go to the largest remainders.

    Examples
    --------
    >>> import pandas as pd
    >>> sent = pd.DataFrame({"order_id": [1, 2], "city_id": [7, 8], "weight": [1.0, 2.0],
    ...     "distance": [10.0, 20.0], "picking": 1.8, "line_haul": [0.01, 0.02], "last_mile": 2.6})
    >>> lines = pd.DataFrame({"order_id": [1, 1, 2], "line_no": [1, 2, 1], "product_id": [5, 6, 5],
    ...     "units": 1, "amount": [30.0, 60.0, 30.0], "unit_cost": [20.0, 40.0, 20.0]})
    >>> back = pd.DataFrame({"order_id": [2], "line_no": [1], "product_id": [5], "units": [1],
    ...     "restocked": [False], "cost": [8.2]})
    >>> found = cost_structure(sent, back, lines)
    >>> found.total, found.by_region["cost"].tolist(), found.by_product["cost"].tolist()
    (37.03, [4.41, 32.62], [34.39, 2.64])
    """
    import pandas as pd

    columns(deliveries, ["order_id", "city_id", "weight", "distance", *PARCEL], "deliveries")
    columns(
        order_lines,
        ["order_id", "line_no", "product_id", "units", "amount", "unit_cost"],
        "order_lines",
    )
    parcel = _once(deliveries, ["order_id"], "deliveries")
    line = _once(order_lines, ["order_id", "line_no"], "order_lines")
    _needs(line["order_id"], parcel["order_id"], "order_lines", "no parcel in deliveries")
    _needs(parcel["order_id"], line["order_id"], "deliveries", "no row in order_lines")
    back = returned(returns, order_lines)
    _needs(back["order_id"], parcel["order_id"], "returns", "no parcel in deliveries")
    fen = {name: _fen(parcel[name], f"deliveries: {name}") for name in PARCEL}
    owner = pd.Index(parcel["order_id"]).get_indexer(line["order_id"])
    carried = "weight" if "weight" in line else "amount"
    driver = {
        "picking": amounts(line["units"], "order_lines: units", above=0),
        "line_haul": amounts(line[carried], f"order_lines: {carried}", least=0),
    }
    driver["last_mile"] = driver["line_haul"]
    by_line = {name: _split(fen[name], owner, driver[name]) for name in PARCEL}
    city = parcel.set_index("order_id")["city_id"]
    region = pd.DataFrame({"city_id": parcel["city_id"].to_numpy(), **fen}).groupby("city_id").sum()
    product = pd.DataFrame({"product_id": line["product_id"].to_numpy(), **by_line})
    product = product.groupby("product_id").sum()
    for name in RETURN:
        cost = back[name]
        region[name] = cost.groupby(city.loc[back["order_id"]].to_numpy()).sum()
        product[name] = cost.groupby(back["product_id"].to_numpy()).sum()
    region, product = _summed(region), _summed(product)
    region["parcels"] = parcel.groupby("city_id").size()
    region["per_parcel"] = region["cost"] / region["parcels"]
    moved = float(amounts(parcel["weight"], "deliveries: weight", least=0)
                  @ amounts(parcel["distance"], "deliveries: distance", least=0))  # fmt: skip
    quantity = [
        len(parcel), moved, len(parcel), len(back), float(back["units"][~back["restocked"]].sum()),
    ]  # fmt: skip
    names = [*PARCEL, *RETURN]
    cost = region[names].sum().round(2)
    parts = pd.DataFrame(
        {"driver": _drivers(), "quantity": quantity, "cost": cost.to_numpy()}, index=names
    )
    parts.insert(2, "per_driver", parts["cost"] / parts["quantity"].where(parts["quantity"] > 0))
    parts["share"] = parts["cost"] / parts["cost"].sum()
    return CostStructure(parts.rename_axis("component"), region, product)


def returned(returns: Any, order_lines: Any) -> pd.DataFrame:
    """Each returned line with what it costs, in fen: taking it back, and goods written off.

    Returns
    -------
    pandas.DataFrame
        The rows of `returns` with `return_handling` and `written_off` (whole fen) added.
    """
    import pandas as pd

    needed = ["order_id", "line_no", "product_id", "units", "restocked", "cost"]
    if isinstance(returns, pd.DataFrame) and returns.empty:
        returns = returns.reindex(columns=needed)
    else:
        columns(returns, needed, "returns")
    back = _once(returns, ["order_id", "line_no"], "returns")
    key = pd.MultiIndex.from_frame(back[["order_id", "line_no"]])
    place = pd.MultiIndex.from_frame(order_lines[["order_id", "line_no"]]).get_indexer(key)
    if (place < 0).any():
        row = int(np.argmax(place < 0))
        order, number = key[row]
        raise ValueError(
            f"returns: row {row}, order {order!r} line {number!r}, has no row in order_lines"
        )
    units = amounts(back["units"], "returns: units", above=0)
    bought = amounts(order_lines["units"], "order_lines: units", above=0)[place]
    if (units > bought).any():
        row = int(np.argmax(units > bought))
        raise ValueError(
            f"returns: row {row} sends back {units[row]:g} units of a line of {bought[row]:g}"
        )
    fit = back["restocked"].isin([True, False]).to_numpy()
    if not fit.all():
        row = int(np.argmin(fit))
        raise ValueError(
            f"returns: restocked is {back['restocked'].tolist()[row]!r} in row {row}; "
            "True or False is needed"
        )
    worth = amounts(order_lines["unit_cost"], "order_lines: unit_cost", least=0)[place]
    lost = np.where(back["restocked"].to_numpy(dtype=bool), 0, np.rint(units * worth * _FEN))
    return back.assign(
        restocked=back["restocked"].astype(bool),
        return_handling=_fen(back["cost"], "returns: cost"),
        written_off=lost.astype(np.int64),
    )


def allocate(total: float, drivers: ArrayLike) -> NDArray[np.float64]:
    """Split a cost in proportion to drivers, to the cent: the parts add up to the whole.

    Parameters
    ----------
    total
        CNY, at least 0, in whole cents.
    drivers
        How much of the driver each part has, at least 0, not all 0.

    Raises
    ------
    TypeError, ValueError
        If a number is out of range, or all drivers are 0.

    Examples
    --------
    >>> allocate(100, [1, 1, 1]).tolist()
    [33.34, 33.33, 33.33]
    """
    fen = _fen([amount(total, "total", least=0)], "total")
    if abs(total * _FEN - fen[0]) > 1e-6 * max(1.0, total):
        raise ValueError(f"total is {total!r}; an amount in whole cents is needed")
    weight = np.atleast_1d(amounts(drivers, "drivers", least=0))
    if not weight.sum() > 0:
        raise ValueError("the drivers are all 0; at least one must be above 0")
    return _split(fen, np.zeros(len(weight), dtype=np.int64), weight) / _FEN


def _split(fen: Ints, owner: Ints, driver: NDArray[np.float64]) -> Ints:
    """Whole fen of owners, split over their parts by largest remainders; alike where all are 0."""
    total = np.bincount(owner, driver, minlength=len(fen))
    count = np.bincount(owner, minlength=len(fen))
    share = np.where(
        total[owner] > 0, driver / np.where(total > 0, total, 1)[owner], 1 / count[owner]
    )
    exact = fen[owner] * share
    part = np.floor(exact + 1e-9).astype(np.int64)
    left = fen - np.bincount(owner, part, minlength=len(fen)).astype(np.int64)
    order = np.lexsort((np.arange(len(owner)), -(exact - part), owner))
    first = np.concatenate([[0], np.cumsum(count)[:-1]])
    rank = np.arange(len(owner)) - first[owner[order]]
    part[order] += rank < left[owner[order]]
    return part


def _fen(values: Any, name: str) -> Ints:
    return np.rint(amounts(values, name, least=0) * _FEN).astype(np.int64)


def _summed(fen: pd.DataFrame) -> pd.DataFrame:
    """Fen as CNY, activities in order, with their sum."""
    whole = fen[[*PARCEL, *RETURN]].fillna(0).astype(np.int64)
    return (whole.assign(cost=whole.sum(axis=1)) / _FEN).sort_index()


def _once(frame: pd.DataFrame, key: list[str], what: str) -> pd.DataFrame:
    twice = frame.duplicated(key).to_numpy()
    if twice.any():
        row = int(np.argmax(twice))
        raise ValueError(f"{what}: row {row} repeats {' and '.join(key)} of an earlier row")
    return frame.reset_index(drop=True)


def _needs(given: pd.Series, known: pd.Series, what: str, lacks: str) -> None:
    lost = ~given.isin(known).to_numpy()
    if lost.any():
        row = int(np.argmax(lost))
        raise ValueError(f"{what}: row {row}, order {given.tolist()[row]!r}, has {lacks}")


def _drivers() -> list[str]:
    return [
        say(en="parcels", zh="包裹数"),
        say(en="kg times km", zh="千克·千米"),
        say(en="parcels", zh="包裹数"),
        say(en="lines sent back", zh="退货行数"),
        say(en="units unfit for sale", zh="不可再售件数"),
    ]
