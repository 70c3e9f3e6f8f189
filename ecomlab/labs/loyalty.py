"""The lab of section 4.3: a tier designer.

Choose where gold begins, what it costs, and what lift you believe in; see what the twin years of a
small shop say that it truly returns.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ecomlab import arguments
from ecomlab.labs.face import face, html_table, slider, stops
from ecomlab.style import COLOURS, say

if TYPE_CHECKING:
    import ipywidgets
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: The shop of the lab is another than the shipped one: what is best here need not be best there.
SEED = 7
_THOUSAND = 1_000


class Scenario(NamedTuple):
    """The lab's settings.

    Attributes
    ----------
    threshold
        CNY within 336 days from which a customer is gold; infinite for no gold tier.
    cost
        CNY that a member's privileges cost a year, ordering or not.
    points
        Share of members' payments that is given back in points.
    believed
        The lift of members' orders that the plan counts on, as a share.
    """

    threshold: float = 300.0
    cost: float = 40.0
    points: float = 0.0
    believed: float = 0.3


@lru_cache(maxsize=1)
def twins() -> pd.DataFrame:
    """What each threshold truly changes in a year, mean over twin years.

    Returns
    -------
    pandas.DataFrame
        Index `threshold`: `members`, `goods` (paid by members, CNY), `extra` (orders that
        privileges add), `base` (members' orders without them), `gain` and `gain_se` (margin added,
        CNY).
    """
    from ecomlab.datasets import data

    lives = data("membership/tier_designs")
    lives = lives[lives["seed"] == SEED].set_index(["life", "threshold"])
    nobody = lives.xs(math.inf, level="threshold")
    added = lives[["orders", "margin"]].sub(nobody[["orders", "margin"]], level="life")
    lives = lives.assign(extra=added["orders"], gain=added["margin"])
    by = lives.groupby(level="threshold")
    table = by[["members", "extra", "gain"]].mean()
    table["goods"] = by["member_goods"].mean()
    table["base"] = by["member_orders"].mean() - table["extra"]
    table["gain_se"] = by["gain"].sem().fillna(0)
    return table


@lru_cache(maxsize=32)
def returns(setting: Scenario) -> pd.DataFrame:
    """A year's cost, true net and promised net at every threshold, CNY.

    A chart and a table ask for the same design, so the last ones are kept: do not change them.

    Parameters
    ----------
    setting
        Costs and the lift believed; its threshold does not matter here.

    Returns
    -------
    pandas.DataFrame
        Index `threshold`: the columns of `twins`, and `lift` (true, a share; 0 without members),
        `cost`, `net`, and `promised`: what the net would be if the lift were as believed.

    Raises
    ------
    ValueError
        If a setting is out of range.

    Examples
    --------
    >>> table = returns(Scenario(cost=0))
    >>> bool((table["net"] == table["gain"]).all())
    True
    """
    for name in ("cost", "points", "believed"):
        arguments.amount(getattr(setting, name), name, least=0)
    table = twins().copy()
    arguments.one_of(setting.threshold, "threshold", table.index)
    table["lift"] = np.where(table["base"] > 0, table["extra"] / table["base"].clip(lower=1), 0.0)
    table["cost"] = setting.cost * table["members"] + setting.points * table["goods"]
    table["net"] = table["gain"] - table["cost"]
    believed = np.where(table["lift"] > 0, setting.believed / table["lift"].clip(lower=1e-9), 0.0)
    table["promised"] = table["gain"] * believed - table["cost"]
    return table


def name_of(threshold: float) -> str:
    """A threshold in words."""
    if math.isinf(threshold):
        return say(en="no gold", zh="不设金卡")
    return f"{threshold:,.0f}"


def finding(setting: Scenario) -> str:
    """What the chosen design returns, and which would return most, in two lines."""
    table = returns(setting)
    here, best = table.loc[setting.threshold], table["net"].idxmax()
    net, told = (here[c] / _THOUSAND for c in ("net", "promised"))
    top = table.loc[best, "net"] / _THOUSAND
    where = name_of(setting.threshold)
    first = say(
        en=f"Gold from {where}: the plan promises {told:+,.0f} thousand CNY, "
        f"the truth is {net:+,.0f};",
        zh=f"金卡门槛 {where}：方案预期 {told:+,.0f} 千元，真实净收益 {net:+,.0f} 千元；",
    )
    if math.isinf(setting.threshold):
        first = say(en="Without gold there is neither gain nor cost;", zh="不设金卡，无得也无失；")
    second = say(
        en=f"truly best at this cost: {name_of(best)} ({top:+,.0f} thousand)",
        zh=f"在此成本下真正最优：{name_of(best)}（{top:+,.0f} 千元）",
    )
    return f"{first}\n{second}"


def draw(ax: Axes, setting: Scenario) -> None:
    """Draw the true net of every threshold as bars, the promised as dots."""
    table = returns(setting)
    places = np.arange(len(table))
    chosen = table.index == setting.threshold
    for which, colour, label in (
        (~chosen, COLOURS[5], say(en="true net (twin years)", zh="真实净收益（孪生年）")),
        (chosen, COLOURS[4], say(en="the same, at the chosen threshold", zh="同上，所选门槛")),
    ):
        ax.bar(
            places[which],
            table["net"][which] / _THOUSAND,
            color=colour,
            yerr=2 * table["gain_se"][which] / _THOUSAND,
            ecolor="#777777",
            label=label,
        )
    ax.plot(
        places,
        table["promised"] / _THOUSAND,
        "o",
        color=COLOURS[1],
        label=say(
            en=f"promised by a lift of {setting.believed:.0%}",
            zh=f"按提升 {setting.believed:.0%} 的预期",
        ),
    )
    ax.axhline(0, color=COLOURS[6], linewidth=0.8)
    ax.set_xticks(places, [name_of(t) for t in table.index])
    ax.set_xlabel(say(en="gold from (CNY in 336 days)", zh="金卡门槛（336 天消费，元）"))
    ax.set_ylabel(say(en="net return (CNY thousand a year)", zh="净收益（千元／年）"))


def figure(setting: Scenario | None = None) -> Figure:
    """One design as a figure of its own, not registered with pyplot.

    Examples
    --------
    >>> figure().axes[0].get_xlabel()
    'gold from (CNY in 336 days)'
    """
    from matplotlib.figure import Figure

    setting = setting or Scenario()
    picture = Figure(figsize=(7.6, 4.4), layout="constrained")
    ax = picture.add_subplot()
    draw(ax, setting)
    ax.set_title(finding(setting), fontsize=11, linespacing=1.35)
    ax.legend(loc="best")
    return picture


def static() -> Figure:
    """The lab on paper: four designs side by side, for places without widgets.

    Returns
    -------
    matplotlib.figure.Figure
        Made through pyplot: end the cell with ``plt.show()``.
    """
    import matplotlib.pyplot as plt

    usual = Scenario()
    cases = (
        (say(en="Privileges that cost nothing", zh="特权不花钱"), usual._replace(cost=0.0)),
        (say(en="CNY 40 a member", zh="每位会员 40 元"), usual),
        (say(en="CNY 40, and 3 % back", zh="40 元，另返 3% 积分"), usual._replace(points=0.03)),
        (say(en="CNY 100 a member", zh="每位会员 100 元"), usual._replace(cost=100.0)),
    )
    picture, axes = plt.subplots(
        2, 2, figsize=(10.4, 7.0), sharex=True, sharey=True, layout="constrained"
    )
    best = []
    for ax, (name, setting) in zip(axes.flat, cases, strict=True):
        draw(ax, setting)
        top = returns(setting)["net"]
        best.append(top.idxmax())
        told = say(
            en=f"truly best: {name_of(top.idxmax())} ({top.max() / _THOUSAND:+,.0f} thousand)",
            zh=f"真正最优：{name_of(top.idxmax())}（{top.max() / _THOUSAND:+,.0f} 千元）",
        )
        ax.set_title(f"{name}\n{told}", fontsize=10, linespacing=1.35)
        ax.label_outer()
        ax.tick_params(axis="x", labelrotation=30)
    handles, labels = axes[0, 0].get_legend_handles_labels()
    picture.legend(handles, labels, loc="outside lower center", ncols=3, fontsize=9)
    steps = " → ".join(name_of(t) for t in best)
    picture.suptitle(
        say(
            en=f"The dearer the privileges, the higher gold should begin: {steps}",
            zh=f"特权成本越高，金卡门槛就该越高：{steps}",
        ),
        x=0.01,
        ha="left",
        fontsize=12,
    )
    return picture


def readout(setting: Scenario) -> str:
    """The chosen design's account as a small HTML table."""
    table = returns(setting)
    row = table.loc[setting.threshold]
    lines = [
        (say(en="members", zh="会员数"), f"{row['members']:,.0f}"),
        (say(en="orders that privileges add", zh="特权带来的增量订单"), f"{row['extra']:,.0f}"),
        (say(en="true lift of members' orders", zh="会员订单的真实提升"), f"{row['lift']:.0%}"),
        (say(en="margin added, CNY", zh="增量毛利（元）"), f"{row['gain']:,.0f}"),
        (say(en="cost of privileges, CNY", zh="特权成本（元）"), f"{row['cost']:,.0f}"),
        (
            say(en="true net, CNY", zh="真实净收益（元）"),
            f"{row['net']:+,.0f} ± {2 * row['gain_se']:,.0f}",
        ),
        (
            say(en="net that the plan promises, CNY", zh="方案预期的净收益（元）"),
            f"{row['promised']:+,.0f}",
        ),
    ]
    heads = (
        say(en="gold from", zh="金卡门槛"),
        name_of(setting.threshold),
    )
    return html_table(heads, lines)


def lab() -> ipywidgets.VBox:
    """The lab's face: what gold takes and costs, and the lift that the plan counts on."""
    usual = Scenario()
    options = [(name_of(t), t) for t in twins().index]
    controls = {
        "threshold": stops(
            say(en="gold from, CNY in 336 days", zh="金卡门槛（336 天消费，元）"),
            usual.threshold,
            options,
        ),
        "cost": slider(
            say(en="cost a member, CNY a year", zh="每位会员成本（元／年）"),
            usual.cost, 0, 150, 5, ".0f",
        ),
        "points": slider(
            say(en="given back in points", zh="积分返还比例"),
            usual.points, 0.0, 0.05, 0.005, ".1%",
        ),
        "believed": slider(
            say(en="lift that you count on", zh="方案采用的提升"),
            usual.believed, 0.0, 2.5, 0.05, ".0%",
        ),
    }  # fmt: skip
    return face(
        controls,
        draw=lambda settings: figure(usual._replace(**settings)),
        read=lambda settings: readout(usual._replace(**settings)),
    )
