"""The lab of section 4.4: one log of clicks, several ways to look for friction.

Choose how clicks are cut into sessions, whose, and what is measured, and see which step looks
worst: the page that is seen most, the one that is left most, or the one where people turn back.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from ecomlab import arguments
from ecomlab.labs.face import face, html_table, pick
from ecomlab.labs.interface import DEVICES, clicks, step_name
from ecomlab.membership.behaviour import friction, sessionize
from ecomlab.membership.behaviour.frictions import STEPS
from ecomlab.style import COLOURS, say

if TYPE_CHECKING:
    import ipywidgets
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: How clicks are cut: a pause, or the end of the day.
RULES = ("1min", "30min", "midnight")
MEASURES = ("clicks", "exit", "turned_back")


class Scenario(NamedTuple):
    """The lab's settings."""

    measure: str = "exit"
    rule: str = "30min"
    device: str = "all"


def page_name(step: str) -> str:
    """What a step is called."""
    return say(en="list", zh="看列表") if step == "list" else step_name(step)


@lru_cache(maxsize=32)
def pages(rule: str, device: str) -> pd.DataFrame:
    """Each step's `clicks`, `sessions`, `stopped`, `turned_back`, and `exit`.

    `exit` is the share of a step's sessions of which it was the last click. The last scenarios are
    kept: do not change them.

    Raises
    ------
    ValueError
        If a setting is none of those there are.
    """
    for name, value, known in (("rule", rule, RULES), ("device", device, DEVICES)):
        arguments.one_of(value, name, known)
    events = clicks(device)
    gap = rule
    if rule == "midnight":
        # Whoever cuts at midnight makes another visitor of the same one every day.
        day = (events["at"].dt.normalize() - events["at"].min().normalize()).dt.days
        events = events.assign(customer_id=events["customer_id"] * 1000 + day)
        gap = "24h"
    events = events[["customer_id", "kind", "at"]]
    table = friction(events, gap=gap).set_index("step")
    walked = sessionize(events[events["kind"].isin(STEPS)], gap=gap)
    last = walked.groupby(["customer_id", "session"])["kind"].last().value_counts()
    left = last.reindex(table.index, fill_value=0)
    return table.assign(exit=left / table["sessions"], whole=len(walked.drop_duplicates(
        ["customer_id", "session"])))  # fmt: skip


def values(setting: Scenario) -> pd.Series:
    """The measure chosen, by step; the goal has no share that turned back.

    Raises
    ------
    ValueError
        If the measure is none of those there are.
    """
    measure = arguments.one_of(setting.measure, "measure", MEASURES)
    return pages(setting.rule, setting.device)[measure]


def measure_name(measure: str) -> str:
    """What a measure is called, with its unit."""
    return {
        "clicks": say(en="clicks", zh="点击次数"),
        "exit": say(en="sessions that end there (%)", zh="在此结束的会话占比（%）"),
        "turned_back": say(en="sessions that got no further (%)", zh="止步于此的会话占比（%）"),
    }[measure]


def finding(setting: Scenario) -> str:
    """Which step looks worst, and by what."""
    found = values(setting)
    step = str(found.idxmax())
    name = page_name(step)
    if setting.measure == "clicks":
        return say(
            en=f"Seen most: {name}. That says nothing of friction",
            zh=f"看得最多的是“{name}”，但这说明不了哪里有障碍",
        )
    if setting.measure == "exit":
        return say(
            en=f"Left most: {name} ({found[step]:.0%}). That is where a visit should end",
            zh=f"离开最多的是“{name}”（{found[step]:.0%}）：访问本来就该在这里结束",
        ) if step == STEPS[-1] else say(
            en=f"Left most: {name} ({found[step]:.0%})",
            zh=f"离开最多的是“{name}”（{found[step]:.0%}）",
        )  # fmt: skip
    return say(
        en=f"Most turn back at {name} ({found[step]:.0%}); only a random test can say why",
        zh=f"止步最多的是“{name}”（{found[step]:.0%}）；原因要靠随机实验来回答",
    )


def draw(ax: Axes, setting: Scenario) -> None:
    """Draw one measure by step; the worst is coloured."""
    found = values(setting)
    shown = found if setting.measure == "clicks" else 100 * found
    worst = str(found.idxmax())
    colours = [COLOURS[1] if step == worst else COLOURS[0] for step in found.index]
    bars = ax.bar(range(len(shown)), shown.fillna(0), 0.62, color=colours)
    form = "{:,.0f}" if setting.measure == "clicks" else "{:.0f}"
    ax.bar_label(bars, ["" if v != v else form.format(v) for v in shown], fontsize=8)
    ax.set_xticks(range(len(shown)), [page_name(str(step)) for step in shown.index])
    ax.set_ylabel(measure_name(setting.measure))
    ax.margins(y=0.1)
    ax.grid(visible=False, axis="x")


def figure(setting: Scenario | None = None) -> Figure:
    """One scenario as a figure of its own, not registered with pyplot.

    Examples
    --------
    >>> figure().axes[0].get_ylabel()
    'sessions that end there (%)'
    """
    from matplotlib.figure import Figure

    setting = setting or Scenario()
    picture = Figure(figsize=(7.6, 3.8), layout="constrained")
    ax = picture.add_subplot()
    draw(ax, setting)
    ax.set_title(finding(setting))
    return picture


def static() -> Figure:
    """The lab on paper: the three measures below one another, for places without widgets.

    Returns
    -------
    matplotlib.figure.Figure
        Made through pyplot: end the cell with ``plt.show()``.
    """
    import matplotlib.pyplot as plt

    picture, axes = plt.subplots(3, 1, figsize=(7.6, 9), layout="constrained")
    for ax, measure in zip(axes, MEASURES, strict=True):
        setting = Scenario(measure)
        draw(ax, setting)
        ax.set_title(finding(setting), fontsize=11)
    return picture


def readout(setting: Scenario) -> str:
    """All measures of each step as a small HTML table, and how many sessions there are."""
    table = pages(setting.rule, setting.device)
    head = (
        say(en="step", zh="步骤"),
        say(en="clicks", zh="点击次数"),
        say(en="sessions", zh="会话数"),
        say(en="end there", zh="在此结束"),
        say(en="got no further", zh="止步于此"),
    )
    rows = [
        (
            page_name(str(step)),
            f"{row['clicks']:,.0f}",
            f"{row['sessions']:,.0f}",
            f"{row['exit']:.1%}",
            "-" if row["turned_back"] != row["turned_back"] else f"{row['turned_back']:.1%}",
        )
        for step, row in table.iterrows()
    ]
    count = f"{table['whole'].iloc[0]:,}"
    told = say(en=f"{count} sessions by this rule.", zh=f"按此规则共有 {count} 个会话。")
    worst = table.index.get_loc(values(setting).idxmax())
    return f"{html_table(head, rows, colour={worst: COLOURS[1]})}<p>{told}</p>"


def lab() -> ipywidgets.VBox:
    """The lab's face: choose, and the chart and its table follow."""
    measures = [(measure_name(m), m) for m in MEASURES]
    rules = [
        (say(en="a pause of over a minute", zh="停顿超过一分钟"), "1min"),
        (say(en="a pause of over 30 minutes", zh="停顿超过 30 分钟"), "30min"),
        (say(en="midnight", zh="零点"), "midnight"),
    ]
    devices = [
        (say(en="all", zh="全部"), "all"),
        (say(en="mobile", zh="手机"), "mobile"),
        (say(en="desktop", zh="电脑"), "desktop"),
    ]
    usual = Scenario()
    controls = {
        "measure": pick(say(en="measure", zh="指标"), usual.measure, measures),
        "rule": pick(say(en="a session ends at", zh="会话在何时结束"), usual.rule, rules),
        "device": pick(say(en="device", zh="设备"), usual.device, devices),
    }
    return face(controls, lambda s: figure(Scenario(**s)), lambda s: readout(Scenario(**s)))
