"""The lab of section 4.1: a funnel explorer.

Choose the way through the shop, the device, the time allowed and who is counted, and see where
people leave.
"""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from ecomlab import arguments
from ecomlab.labs.face import face, html_table, pick, stops
from ecomlab.membership.interface import funnel
from ecomlab.style import COLOURS, say

if TYPE_CHECKING:
    import ipywidgets
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: The ways through the shop that can be explored.
PATHS = {
    "usual": ("land", "view", "cart", "checkout", "pay", "paid"),
    "filter": ("land", "filter", "view", "cart", "paid"),
    "compare": ("land", "view", "compare", "cart", "paid"),
    "favourite": ("land", "view", "favourite", "cart", "paid"),
}
DEVICES = ("all", "mobile", "desktop")
#: Minutes from the first step to the last; 0 for no limit.
MINUTES = (1, 2, 5, 15, 0)
COUNTED = ("visit_id", "customer_id")
#: The days shown: twelve weeks in which half of the customers had the filter.
FIRST, AFTER = "2025-04-21", "2025-07-14"


class Scenario(NamedTuple):
    """The lab's settings."""

    path: str = "usual"
    device: str = "all"
    minutes: int = 0
    counted: str = "visit_id"


def step_name(step: str) -> str:
    """What a step is called."""
    return {
        "land": say(en="land", zh="进店"),
        "filter": say(en="filter", zh="筛选"),
        "view": say(en="view", zh="看商品"),
        "compare": say(en="compare", zh="比较"),
        "favourite": say(en="favourite", zh="收藏"),
        "cart": say(en="cart", zh="加购"),
        "checkout": say(en="checkout", zh="去结算"),
        "pay": say(en="pay", zh="去支付"),
        "paid": say(en="paid", zh="支付成功"),
    }[step]


@lru_cache(maxsize=len(DEVICES))
def clicks(device: str = "all") -> pd.DataFrame:
    """Twelve weeks of the shipped shop's events, of all visits or those of one device."""
    from ecomlab.shop import open_shop

    shop = open_shop()
    if device != "all":
        # The table of visits is long: it is opened for those who ask for a device only.
        visits, shown = shop.visits, clicks()
        return shown[shown["visit_id"].isin(visits.loc[visits["device"] == device, "visit_id"])]
    events = shop.events[["visit_id", "customer_id", "at", "kind"]]
    return events[(events["at"] >= FIRST) & (events["at"] < AFTER)].reset_index(drop=True)


@lru_cache(maxsize=32)
def steps_of(setting: Scenario) -> pd.DataFrame:
    """The funnel of one scenario: the columns of `funnel`, and who was `lost` before each step.

    A chart and a table ask for the same scenario, so the last ones are kept: do not change them.

    Raises
    ------
    ValueError
        If a setting is none of those there are.
    """
    known = {"path": PATHS, "device": DEVICES, "minutes": MINUTES, "counted": COUNTED}
    for name, options in known.items():
        arguments.one_of(getattr(setting, name), name, options)
    events = clicks(setting.device)
    within = timedelta(minutes=setting.minutes) if setting.minutes else None
    table = funnel(events, PATHS[setting.path], within=within, customer_id=setting.counted)
    return table.assign(lost=(-table["reached"].diff()).fillna(0).astype(int))


def worst(table: pd.DataFrame) -> int:
    """The row of the step before which the largest share leaves."""
    return int(table["from_previous"].to_numpy()[1:].argmin()) + 1


def finding(table: pd.DataFrame) -> str:
    """Where most leave, in one line."""
    at = worst(table)
    before, after = (step_name(table["step"][i]) for i in (at - 1, at))
    share, end = 1 - table["from_previous"][at], table["from_first"].iloc[-1]
    return say(
        en=f"Most leave between {before} and {after} ({share:.0%}); {end:.1%} get through",
        zh=f"流失最多的一步：{before}到{after}（{share:.0%}）；走完全程的占 {end:.1%}",
    )


def unit(setting: Scenario) -> str:
    """What is counted."""
    if setting.counted == "visit_id":
        return say(en="visits", zh="访问次数")
    return say(en="customers", zh="人数")


def draw(ax: Axes, setting: Scenario) -> None:
    """Draw one funnel: who reached each step, and in grey who left before it."""
    table = steps_of(setting)
    at = worst(table)
    places = range(len(table))
    names = [step_name(step) for step in table["step"]]
    ax.barh(places, table["reached"], color=COLOURS[0], height=0.62)
    ax.barh(places, table["lost"], left=table["reached"], color="#D9D9D9", height=0.62)
    ax.barh(at, table["lost"][at], left=table["reached"][at], color=COLOURS[1], height=0.62)
    for place, row in table.iterrows():
        text = f"{row['reached']:,}"
        if place:
            text += f"  ({row['from_previous']:.0%})"
        ax.text(row["reached"] + row["lost"], place, " " + text, va="center", fontsize=9)
    ax.set_yticks(list(places), names)
    ax.invert_yaxis()
    ax.set_xlim(0, table["reached"][0] * 1.28)
    ax.set_xlabel(unit(setting))
    ax.grid(visible=False, axis="y")


def figure(setting: Scenario | None = None) -> Figure:
    """One scenario as a figure of its own, not registered with pyplot.

    Examples
    --------
    >>> figure().axes[0].get_xlabel()
    'visits'
    """
    from matplotlib.figure import Figure

    setting = setting or Scenario()
    picture = Figure(figsize=(7.6, 4.0), layout="constrained")
    ax = picture.add_subplot()
    draw(ax, setting)
    ax.set_title(finding(steps_of(setting)))
    return picture


def static() -> Figure:
    """The lab on paper: four funnels side by side, for places without widgets.

    Returns
    -------
    matplotlib.figure.Figure
        Made through pyplot: end the cell with ``plt.show()``.
    """
    import matplotlib.pyplot as plt

    usual = Scenario()
    hurried = usual._replace(minutes=1)
    people = usual._replace(counted="customer_id")
    cases = (
        (say(en="Visits, the usual way", zh="按访问，一般路径"), usual),
        (say(en="Visits, within a minute", zh="按访问，一分钟以内"), hurried),
        (say(en="Customers in twelve weeks", zh="按人数，十二周"), people),
        (
            say(en="Visits by way of the filter", zh="按访问，经过筛选"),
            usual._replace(path="filter"),
        ),
    )
    picture, axes = plt.subplots(2, 2, figsize=(10.4, 6.6), layout="constrained")
    for ax, (name, setting) in zip(axes.flat, cases, strict=True):
        draw(ax, setting)
        end = steps_of(setting)["from_first"].iloc[-1]
        told = say(en=f": {end:.1%} get through", zh=f"：走完全程的占 {end:.1%}")
        ax.set_title(f"{name}{told}", fontsize=10)
    ends = [steps_of(setting)["from_first"].iloc[-1] for _, setting in cases[:3]]
    picture.suptitle(
        say(
            en=f"One shop, three conversion rates: {ends[0]:.1%} of visits, {ends[1]:.1%} within a "
            f"minute, {ends[2]:.0%} of customers",
            zh=f"同一家店，三个转化率：按访问 {ends[0]:.1%}，一分钟内 {ends[1]:.1%}，"
            f"按人数 {ends[2]:.0%}",
        ),
        x=0.01,
        ha="left",
        fontsize=12,
    )
    return picture


def readout(setting: Scenario) -> str:
    """The steps as a small HTML table; where the largest share leaves is coloured."""
    table = steps_of(setting)
    head = (
        say(en="step", zh="步骤"),
        unit(setting),
        say(en="left before it", zh="到此之前流失"),
        say(en="of the step before", zh="占上一步"),
        say(en="of the first step", zh="占第一步"),
    )
    rows = [
        (
            step_name(row["step"]),
            f"{row['reached']:,}",
            f"{row['lost']:,}",
            f"{row['from_previous']:.1%}",
            f"{row['from_first']:.1%}",
        )
        for _, row in table.iterrows()
    ]
    return html_table(head, rows, colour={worst(table): COLOURS[1]})


def lab() -> ipywidgets.VBox:
    """The explorer: choose, and the funnel and its table follow."""
    ways = {
        "usual": say(en="the usual way", zh="一般路径"),
        "filter": say(en="by way of the filter", zh="经过筛选"),
        "compare": say(en="by comparing", zh="经过比较"),
        "favourite": say(en="by way of a favourite", zh="经过收藏"),
    }
    devices = {
        "all": say(en="all", zh="全部"),
        "mobile": say(en="mobile", zh="手机"),
        "desktop": say(en="desktop", zh="电脑"),
    }
    limits = [
        (say(en=f"{m} min", zh=f"{m} 分钟") if m else say(en="no limit", zh="不限"), m)
        for m in MINUTES
    ]
    counted = [
        (say(en="visits", zh="访问次数"), "visit_id"),
        (say(en="customers", zh="人数"), "customer_id"),
    ]
    usual = Scenario()
    controls = {
        "path": pick(say(en="way", zh="路径"), usual.path, [(v, k) for k, v in ways.items()]),
        "device": pick(
            say(en="device", zh="设备"), usual.device, [(v, k) for k, v in devices.items()]
        ),
        "minutes": stops(say(en="time allowed", zh="时间限制"), usual.minutes, limits),
        "counted": pick(say(en="count", zh="统计单位"), usual.counted, counted),
    }
    return face(controls, lambda s: figure(Scenario(**s)), lambda s: readout(Scenario(**s)))
