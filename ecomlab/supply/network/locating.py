"""Where to open centres: the p-median and the uncapacitated location problem, solved exactly."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecomlab.arguments import amount, amounts, columns, whole
from ecomlab.style import COLOURS, say
from ecomlab.supply.network.places import between, labels, points

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Siting:
    """Which sites are open, and which of them serves whom.

    Attributes
    ----------
    open
        Labels of the open sites.
    serves
        The site that serves each row of demand, by the row's label.
    cost, transport, fixed
        All costs; the part for moving, the part for being open.
    bound
        No choice of sites can cost less; equal to `cost` where it is proven best. Missing (nan)
        for sites that were named, not chosen.
    seconds
        Time used.
    """

    open: tuple[Hashable, ...]
    serves: pd.Series
    transport: float
    fixed: float
    bound: float
    seconds: float
    _places: tuple[Floats, Floats, Floats] | None = field(default=None, repr=False)

    @property
    def cost(self) -> float:
        """All costs."""
        return self.transport + self.fixed

    @property
    def gap(self) -> float:
        """How far above the bound the cost may be, as a share of the cost."""
        return max(self.cost - self.bound, 0.0) / self.cost if self.cost else 0.0

    @property
    def proven(self) -> bool:
        """Whether no choice of sites can be better (to 1 in 1,000,000)."""
        return bool(self.gap <= 1e-6)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw demand (area), open sites (squares) and who serves whom, without map tiles."""
        import matplotlib.pyplot as plt

        if self._places is None:
            raise ValueError("there is no map to draw: the costs were given without places")
        if ax is None:
            ax = plt.figure(figsize=(6.4, 5.2)).add_subplot()
        where, weight, sites = self._places
        place = {name: at for name, at in zip(self.open, sites, strict=True)}
        for at, site in zip(where, self.serves, strict=True):
            ax.plot(*zip(at, place[site], strict=True), color="#BBBBBB", linewidth=0.9, zorder=1)
        area = 260 * weight / max(weight.max(), 1e-12)
        ax.scatter(where[:, 0], where[:, 1], s=area, color=COLOURS[0], alpha=0.55, zorder=2)
        ax.scatter(sites[:, 0], sites[:, 1], s=90, marker="s", color=COLOURS[1], zorder=3)
        for name, at in place.items():
            ax.annotate(f"{name}", at, (6, 6), textcoords="offset points", fontsize=9)
        ax.set_aspect("equal", adjustable="datalim")
        ax.set_xlabel(say(en="x (km)", zh="x（千米）"))
        ax.set_ylabel(say(en="y (km)", zh="y（千米）"))
        ax.set_title(self._told(), loc="left")
        return ax

    def _told(self) -> str:
        n, names = len(self.open), [str(name) for name in self.open]
        if n > 4:
            return say(
                en=f"{n} open sites cost {self.cost:,.0f}", zh=f"开设 {n} 处，成本 {self.cost:,.0f}"
            )
        return say(
            en=f"{' and '.join(names)}: cost {self.cost:,.0f}",
            zh=f"{'、'.join(names)}：成本 {self.cost:,.0f}",
        )

    def _repr_html_(self) -> str:
        rows = {
            say(en="open", zh="开设"): ", ".join(map(str, self.open)),
            say(en="cost", zh="成本"): f"{self.cost:,.2f}",
            say(en="transport", zh="运输"): f"{self.transport:,.2f}",
            say(en="fixed", zh="固定成本"): f"{self.fixed:,.2f}",
        }
        if np.isfinite(self.bound):
            rows[say(en="gap to the bound", zh="与下界的差距")] = f"{self.gap:.2%}"
        body = "".join(f"<tr><th>{name}</th><td>{text}</td></tr>" for name, text in rows.items())
        return f"<table>{body}</table>"


@dataclass(frozen=True)
class _Problem:
    """Rows of demand against sites: the cost of each pair (inf: not possible), and of opening."""

    rows: list[Hashable]
    sites: list[Hashable]
    cost: Floats
    fixed: Floats
    weight: Floats
    row_at: Floats | None
    site_at: Floats | None


def locate(
    demand: Any,
    sites: Any,
    *,
    n_open: int | None = None,
    cost: ArrayLike | None = None,
    detour: float = 1.0,
    rate: float = 1.0,
    seconds: float = 60,
) -> Siting:
    """Open the sites that serve all demand at the least cost, and prove it.

    With `n_open` that many are open (the p-median, plus fixed costs if given); without, as many as
    pay for themselves (the uncapacitated facility location problem).

    Parameters
    ----------
    demand
        Frame of n rows with `x`, `y` (km) and `demand` (>= 0, any unit); with `cost`, the n
        demands alone will do.
    sites
        Frame of m rows with `x`, `y`, and `fixed_cost` (>= 0) where opening costs something; with
        `cost`, the m fixed costs alone will do.
    n_open
        How many to open, 1 .. m; needed where no fixed costs are given.
    cost
        n x m cost of serving one unit of a row's demand from a site, in place of distances;
        infinite where a site cannot serve a row.
    detour
        Road km per straight km.
    rate
        Cost of moving one unit of demand over one km.
    seconds
        Time for the proof; the best known by then is returned with its gap.

    Returns
    -------
    Siting

    Raises
    ------
    TypeError, ValueError
        If a table or number is not as above, no site may be open, or a row can be served by none.

    Notes
    -----
    Strong formulation of Balinski (1965), Management Science 12, 253-313: a row is served by a
    site only if that very site is open; solved by HiGHS through SciPy, at first with sites that may
    be open in part (ReVelle and Swain 1970, Geographical Analysis 2, 30-42). Kariv and Hakimi
    (1979) show that some best p-median stands on the rows themselves.

    Examples
    --------
    >>> import pandas as pd
    >>> towns = pd.DataFrame({"x": [0, 1, 10, 11], "y": 0, "demand": [5, 1, 1, 4]})
    >>> towns.index = list("ABCD")
    >>> found = locate(towns, towns, n_open=2)
    >>> found.open, found.cost, found.proven
    (('A', 'D'), 2.0, True)
    """
    began = perf_counter()
    problem = _problem(demand, sites, cost, detour, rate)
    if n_open is None and not problem.fixed.any():
        raise ValueError(
            "sites cost nothing to open: give n_open, or their costs in column 'fixed_cost'"
        )
    if n_open is not None:
        n_open = whole(n_open, "n_open")
        if n_open > len(problem.sites):
            raise ValueError(f"n_open is {n_open}; there are {len(problem.sites)} sites")
    chosen, bound = _solve(problem, n_open, amount(seconds, "seconds", above=0))
    return _served(problem, chosen, bound, began)


def serve_from(
    demand: Any,
    sites: Any,
    chosen: Iterable[Hashable],
    *,
    cost: ArrayLike | None = None,
    detour: float = 1.0,
    rate: float = 1.0,
) -> Siting:
    """What it costs to serve all demand from sites that you name, each row from its cheapest.

    Parameters
    ----------
    demand, sites, cost, detour, rate
        As for :func:`locate`.
    chosen
        Labels of the sites to open.

    Raises
    ------
    TypeError, ValueError
        As :func:`locate`; or if no site is named, or one that is not in the table.

    Examples
    --------
    >>> import pandas as pd
    >>> towns = pd.DataFrame({"x": [0, 1, 10, 11], "y": 0, "demand": [5, 1, 1, 4]})
    >>> towns.index = list("ABCD")
    >>> serve_from(towns, towns, ["B"]).cost
    54.0
    """
    began = perf_counter()
    problem = _problem(demand, sites, cost, detour, rate)
    names = [chosen] if isinstance(chosen, str) else list(chosen)
    if not names:
        raise ValueError("no site is open; name at least one")
    unknown = [name for name in names if name not in problem.sites]
    if unknown:
        raise ValueError(f"there is no site {unknown[0]!r}; sites are {_listed(problem.sites)}")
    at = np.array(sorted({problem.sites.index(name) for name in names}))
    return _served(problem, at, np.nan, began)


def _problem(
    demand: Any, sites: Any, cost: ArrayLike | None, detour: float, rate: float
) -> _Problem:
    """The tables, checked, as costs of pairs."""
    import pandas as pd

    detour, rate = amount(detour, "detour", above=0), amount(rate, "rate", above=0)
    row_at: Floats | None = None
    site_at: Floats | None = None
    if cost is None:
        columns(demand, ["x", "y", "demand"], "demand")
        columns(sites, ["x", "y"], "sites")
        row_at, site_at = points(demand, "demand"), points(sites, "sites")
        unit = between(row_at, site_at) * (detour * rate)
    else:
        unit = np.asarray(cost, dtype=float)
    is_frame = isinstance(demand, pd.DataFrame)
    given = columns(demand, ["demand"], "demand")["demand"] if is_frame else demand
    weight = amounts(given, "demand", least=0)
    if isinstance(sites, pd.DataFrame):
        opening = sites["fixed_cost"] if "fixed_cost" in sites else np.zeros(len(sites))
    else:
        opening = sites
    fixed = amounts(opening, "fixed_cost", least=0)
    shape = (len(np.atleast_1d(weight)), len(np.atleast_1d(fixed)))
    if 0 in shape:
        raise ValueError("no site is open: sites has no rows" if shape[0] else "demand has no rows")
    if unit.shape != shape:
        raise ValueError(f"cost has shape {unit.shape}; {shape} is needed, demand by sites")
    _check_costs(unit, labels(demand, "demand"))
    # What cannot be served stays so, however little is wanted there.
    total = np.where(np.isinf(unit), np.inf, np.where(np.isinf(unit), 0, unit) * weight[:, None])
    return _Problem(labels(demand, "demand"), labels(sites, "sites"), total, fixed, weight,
                    row_at, site_at)  # fmt: skip


def _check_costs(unit: Floats, rows: list[Hashable]) -> None:
    bad = np.isnan(unit) | (unit < 0)
    if bad.any():
        row, site = map(int, np.argwhere(bad)[0])
        raise ValueError(
            f"cost is {unit[row, site]:g} in row {row} ({rows[row]!r}), column {site}; it must be "
            "at least 0, or infinite where a site cannot serve a row"
        )
    alone = np.isinf(unit).all(axis=1)
    if alone.any():
        row = int(np.argmax(alone))
        raise ValueError(f"no site can serve row {row} of demand ({rows[row]!r})")


def _solve(
    problem: _Problem, n_open: int | None, seconds: float
) -> tuple[NDArray[np.int64], float]:
    """Places of the open sites, and the bound."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import coo_array, csr_array

    n, m = problem.cost.shape
    # Costs of about 1 keep the solver's tolerances small against them.
    scale = max(
        float(np.where(np.isinf(problem.cost), 0, problem.cost).max()), problem.fixed.max(), 1e-12
    )
    possible = np.isfinite(problem.cost).ravel()
    price = np.concatenate([problem.fixed, np.where(possible, problem.cost.ravel(), 0)]) / scale
    pair = np.arange(n * m)
    row, site, share = pair // m, pair % m, m + pair
    served = coo_array((np.ones(n * m), (row, share)), shape=(n, m + n * m))
    linked = coo_array(
        (np.repeat([1.0, -1.0], n * m), (np.tile(pair, 2), np.concatenate([share, site]))),
        shape=(n * m, m + n * m),
    )
    rules = [
        LinearConstraint(served.tocsr(), 1, 1),
        LinearConstraint(linked.tocsr(), -np.inf, 0),
    ]
    is_site = np.concatenate([np.ones(m), np.zeros(n * m)])
    if n_open is not None:
        rules.append(LinearConstraint(csr_array(is_site[None]), n_open, n_open))
    began = perf_counter()
    # Sites that may be open in part are nearly always open in full or not at all in the best
    # solution (ReVelle and Swain 1970); only where they are not, whole sites must be searched for.
    for whole_sites, until in ((0 * is_site, seconds / 2), (is_site, seconds)):
        found = milp(
            price,
            constraints=rules,
            bounds=Bounds(0, np.concatenate([np.ones(m), possible.astype(float)])),
            integrality=whole_sites,
            options={"time_limit": until - (perf_counter() - began), "mip_rel_gap": 0.0},
        )
        if found.status == 0 and np.abs(found.x[:m] - np.rint(found.x[:m])).max() < 1e-7:
            break
    if found.status == 2:
        raise ValueError(f"no {n_open} sites can serve all rows of demand between them")
    if found.x is None:
        raise ValueError(f"no choice of sites was found in {seconds:g} seconds; give more")
    bound = found.fun if found.status == 0 else found.mip_dual_bound
    return np.flatnonzero(found.x[:m] > 0.5), float(bound) * scale


def _served(problem: _Problem, chosen: NDArray[np.int64], bound: float, began: float) -> Siting:
    """Each row from its cheapest open site."""
    import pandas as pd

    cost = problem.cost[:, chosen]
    best = cost.argmin(axis=1)
    each = cost[np.arange(len(cost)), best]
    if np.isinf(each).any():
        row = int(np.argmax(np.isinf(each)))
        raise ValueError(f"no open site can serve row {row} of demand ({problem.rows[row]!r})")
    names = tuple(problem.sites[i] for i in chosen)
    places = None
    if problem.row_at is not None and problem.site_at is not None:
        places = (problem.row_at, problem.weight, problem.site_at[chosen])
    return Siting(
        open=names,
        serves=pd.Series([names[i] for i in best], index=pd.Index(problem.rows), name="site"),
        transport=float(each.sum()),
        fixed=float(problem.fixed[chosen].sum()),
        bound=bound,
        seconds=perf_counter() - began,
        _places=places,
    )


def _listed(names: list[Hashable]) -> str:
    shown = ", ".join(map(repr, names[:6]))
    return shown + (", ..." if len(names) > 6 else "")
