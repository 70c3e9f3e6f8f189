"""Maps of routes, drawn without tiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ecomlab.style import COLOURS, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ecomlab.supply.network.plans import RoutePlan

#: Routes after the colours are used up are drawn with other strokes.
_STROKES = ("-", "--", ":", "-.")


def plot_routes(plan: RoutePlan, ax: Axes | None = None) -> Axes:
    """Draw a plan's routes on a plain plane: stops (area: demand), depots, roads as straight lines.

    Parameters
    ----------
    plan
        From `routes`, `savings_routes` or a coordination's `trips`.
    ax
        Where to draw; a new figure's axes if left out.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> import pandas as pd
    >>> from ecomlab.supply.network import savings_routes
    >>> stops = pd.DataFrame({"x": [10, 11, -10], "y": 0, "demand": 1})
    >>> plot_routes(savings_routes(stops, depot=(0, 0), capacity=2)).get_title(loc="left")
    '2 routes, 42 km'
    """
    import matplotlib.pyplot as plt

    if ax is None:
        ax = plt.figure(figsize=(6.4, 5.2)).add_subplot()
    depot_at, stop_at, load = plan._places
    homes = plan.depot_place
    for number, (home, order) in enumerate(zip(homes, plan.stop_places, strict=True)):
        path = np.concatenate([depot_at[[home]], stop_at[order], depot_at[[home]]])
        colour = COLOURS[number % (len(COLOURS) - 1)]
        stroke = _STROKES[number // (len(COLOURS) - 1) % len(_STROKES)]
        ax.plot(*path.T, stroke, color=colour, linewidth=1.4, zorder=1)
        area = 12 + 60 * load[order] / max(load.max(), 1e-12)
        ax.scatter(stop_at[order, 0], stop_at[order, 1], s=area, color=colour, zorder=2)
    ax.scatter(
        depot_at[:, 0], depot_at[:, 1], s=90, marker="s", color=COLOURS[6], zorder=3,
               label=say(en="depot", zh="配送中心"))  # fmt: skip
    ax.set_aspect("equal", adjustable="datalim")
    ax.set_xlabel(say(en="x (km)", zh="x（千米）"))
    ax.set_ylabel(say(en="y (km)", zh="y（千米）"))
    ax.set_title(
        say(
            en=f"{len(homes)} routes, {plan.distance:,.0f} km",
            zh=f"{len(homes)} 条路线，共 {plan.distance:,.0f} 千米",
        ),
        loc="left",
    )
    ax.legend(loc="best")
    return ax
