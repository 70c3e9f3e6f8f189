"""The lab of section 5.1: weights of criteria, and how stable the ranking is that they give.

Move the weights and how sure you are of them: TOPSIS ranks five suppliers, and a thousand other
weightings within your doubt show who else might have come first.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from ecomlab import arguments
from ecomlab.labs.face import face, html_table, slider
from ecomlab.style import COLOURS, say
from ecomlab.supply.suppliers import first_places, topsis

if TYPE_CHECKING:
    import ipywidgets
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Price (CNY), defects (share), lead time (days) and capacity (units a month) of five suppliers,
#: made up so that each is good at something.
OFFERS = {
    "A": (46.0, 0.030, 14.0, 3_000),
    "B": (50.0, 0.016, 11.0, 1_600),
    "C": (57.0, 0.006, 12.0, 1_200),
    "D": (59.0, 0.020, 5.0, 1_500),
    "E": (53.0, 0.024, 9.0, 4_000),
}
CRITERIA = ("price", "quality", "lead_time", "capacity")
BENEFIT = (False, False, False, True)
_DRAWS = 1_000


class Scenario(NamedTuple):
    """The lab's settings: how much each criterion weighs (0 to 10), and how unsure that is."""

    price: float = 4.0
    quality: float = 2.0
    lead_time: float = 2.0
    capacity: float = 1.0
    doubt: float = 0.25


def _matrix() -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame.from_dict(OFFERS, orient="index", columns=list(CRITERIA))


@lru_cache(maxsize=256)
def ranking(setting: Scenario) -> pd.DataFrame:
    """Closeness, rank, and the share of weightings in which each supplier is first.

    Parameters
    ----------
    setting
        Weights of at least 0, not all 0; a doubt of at least 0.

    Returns
    -------
    pandas.DataFrame
        By supplier: ``closeness``, ``rank``, ``first``.

    Raises
    ------
    TypeError, ValueError
        If a weight or the doubt is negative, or all weights are 0.

    Examples
    --------
    >>> ranking(Scenario())["rank"].to_dict()
    {'A': 5, 'B': 3, 'C': 1, 'D': 2, 'E': 4}
    """
    for name, value in zip(Scenario._fields, setting, strict=True):
        arguments.amount(value, name, least=0)
    weights = setting[: len(CRITERIA)]
    table = topsis(_matrix(), weights, benefit=BENEFIT)
    first = first_places(_matrix(), weights, benefit=BENEFIT, doubt=setting.doubt, draws=_DRAWS)
    return table.assign(first=first)


def winner(setting: Scenario) -> str:
    """Who comes first."""
    return str(ranking(setting)["closeness"].idxmax())


def finding(setting: Scenario) -> str:
    """What a scenario shows, in one line.

    Examples
    --------
    >>> finding(Scenario()).startswith("C comes first")
    True
    """
    table = ranking(setting)
    top = winner(setting)
    share = table.loc[top, "first"]
    return say(
        en=f"{top} comes first, and still does with {share:.0%} of the weights in doubt",
        zh=f"{top} 排第一；权重在拿不准的范围内变动时，它有 {share:.0%} 的情况仍排第一",
    )


def criteria() -> dict[str, str]:
    """What each criterion is called, in the language in force."""
    return {
        "price": say(en="price", zh="价格"),
        "quality": say(en="quality", zh="质量"),
        "lead_time": say(en="lead time", zh="交期"),
        "capacity": say(en="capacity", zh="供应能力"),
    }


def draw(ax: Axes, setting: Scenario) -> None:
    """Draw each supplier's closeness, and how often it is first."""
    table = ranking(setting)
    place = range(len(table))
    ax.barh(
        [p + 0.2 for p in place], 100 * table["closeness"], 0.38, color=COLOURS[5],
        label=say(en="closeness to the best (%)", zh="与最优的贴近度（%）"),
    )  # fmt: skip
    ax.barh(
        [p - 0.2 for p in place], 100 * table["first"], 0.38, color=COLOURS[1],
        label=say(en="share of weights that put it first (%)", zh="排第一的情况占比（%）"),
    )  # fmt: skip
    ax.set_yticks(list(place), list(table.index))
    ax.set(xlim=(0, 100), ylim=(len(table) - 0.4, -0.6))
    ax.set(xlabel="%", ylabel=say(en="supplier", zh="供应商"))
    ax.grid(axis="y", visible=False)


def figure(setting: Scenario | None = None) -> Figure:
    """One scenario as a figure of its own, not registered with pyplot.

    Examples
    --------
    >>> figure().axes[0].get_xlabel()
    '%'
    """
    from matplotlib.figure import Figure

    setting = setting or Scenario()
    picture = Figure(figsize=(8.4, 4.0))
    # Fixed margins: a layout engine would draw everything twice at each move of a slider.
    ax = picture.add_axes((0.08, 0.24, 0.89, 0.65))
    draw(ax, setting)
    ax.set_title(finding(setting), fontsize=11)
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.18), ncols=2, fontsize=9)
    return picture


def static() -> Figure:
    """The lab on paper: four weightings side by side, for places without widgets.

    Returns
    -------
    matplotlib.figure.Figure
        Made through pyplot: end the cell with ``plt.show()``.
    """
    import matplotlib.pyplot as plt

    usual = Scenario()
    cases = (
        (say(en="As judged", zh="原来的权重"), usual),
        (
            say(en="Lead time weight doubled", zh="交期权重加倍"),
            usual._replace(lead_time=2 * usual.lead_time),
        ),
        (
            say(en="Quality weight tripled", zh="质量权重变为三倍"),
            usual._replace(quality=3 * usual.quality),
        ),
        (say(en="Twice as unsure", zh="把握减半"), usual._replace(doubt=2 * usual.doubt)),
    )
    picture, axes = plt.subplots(
        2, 2, figsize=(9.6, 6.6), sharex=True, sharey=True, layout="constrained"
    )
    for ax, (name, setting) in zip(axes.flat, cases, strict=True):
        draw(ax, setting)
        top = winner(setting)
        share = ranking(setting).loc[top, "first"]
        told = say(
            en=f"first: {top}, with {share:.0%} of weights",
            zh=f"第一：{top}，占 {share:.0%} 的情况",
        )
        ax.set_title(f"{name}\n{told}", fontsize=10)
        ax.label_outer()
    handles, names = axes[0, 0].get_legend_handles_labels()
    picture.legend(handles, names, loc="outside lower center", ncols=2)
    tops = {winner(setting) for _, setting in cases}
    picture.suptitle(
        say(
            en=f"{len(tops)} winners from four sets of weights: a score is as good as its weights",
            zh=f"四组权重，{len(tops)} 个不同的第一名：得分有多可靠，要看权重有多可靠",
        ),
        x=0.01,
        ha="left",
        fontsize=12,
    )
    return picture


def readout(setting: Scenario) -> str:
    """The suppliers in the order of the ranking, as a small HTML table."""
    names = criteria()
    total = sum(setting[: len(CRITERIA)])
    head = [say(en="supplier", zh="供应商")]
    head += [f"{names[c]} ({w / total:.0%})" for c, w in zip(CRITERIA, setting[:-1], strict=True)]
    head += [say(en="closeness", zh="贴近度"), say(en="first in", zh="排第一占比")]
    table = ranking(setting).sort_values("rank")
    rows = []
    for supplier, row in table.iterrows():
        price, defects, days, units = OFFERS[str(supplier)]
        rows.append(
            (
                str(supplier),
                say(en=f"CNY {price:.0f}", zh=f"{price:.0f} 元"),
                say(en=f"{defects:.1%} defective", zh=f"次品 {defects:.1%}"),
                say(en=f"{days:.0f} days", zh=f"{days:.0f} 天"),
                say(en=f"{units:,} units", zh=f"{units:,} 件"),
                f"{row['closeness']:.3f}",
                f"{row['first']:.0%}",
            )
        )
    return html_table(head, rows, colour={0: COLOURS[1]})


def lab() -> ipywidgets.VBox:
    """The lab's face: four weights and a doubt, a chart and a table that follow them."""
    usual = Scenario()
    controls = {}
    for name, word in criteria().items():
        told = say(en=f"weight of {word}", zh=f"{word}的权重")
        controls[name] = slider(told, getattr(usual, name), 0.5, 10, 0.5, ".1f")
    controls["doubt"] = slider(
        say(en="how unsure the weights are", zh="权重拿不准的程度"), usual.doubt, 0, 1, 0.05, ".0%"
    )
    return face(
        controls,
        draw=lambda settings: figure(Scenario(**settings)),
        read=lambda settings: readout(Scenario(**settings)),
    )
