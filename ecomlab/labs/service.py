"""The lab of section 4.2: a team of agents, the chats that come, and the wait.

Move the agents, the chats and the time each takes: who waits, how long, and when does the queue
never end?
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ecomlab import arguments
from ecomlab.labs.face import face, html_table, slider, whole
from ecomlab.membership.service.queues import agents_needed, erlang_c, service_level
from ecomlab.style import COLOURS, say

if TYPE_CHECKING:
    import ipywidgets
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CHOSEN, OTHER, NEVER = COLOURS[0], "#C8C8C8", COLOURS[1]
TARGET = 0.80


class Scenario(NamedTuple):
    """The lab's settings.

    Attributes
    ----------
    agents
        At their desks, 1 or more.
    chats
        Chats that come in an hour, above 0.
    minutes
        How long a chat takes, above 0.
    at_once
        Chats that an agent holds at once, 1 or more.
    within
        The promise: seconds of waiting at most, 0 or more.
    """

    agents: int = 5
    chats: float = 72.0
    minutes: float = 9.0
    at_once: int = 3
    within: float = 20.0


class Outcome(NamedTuple):
    """What customers find.

    Attributes
    ----------
    in_time
        Share who wait no longer than promised; 0 where the queue never ends.
    waiting
        Share who wait at all.
    mean_wait
        Seconds over all customers; infinite where the queue never ends.
    occupancy
        Share of the team's places that are taken, at most 1.
    growth
        Chats by which the queue grows in an hour; 0 if the team keeps up.
    fewest
        Agents who would keep the promise to 80 %.
    """

    in_time: float
    waiting: float
    mean_wait: float
    occupancy: float
    growth: float
    fewest: int


def outcome(setting: Scenario) -> Outcome:
    """How customers fare, also where agents cannot keep up.

    Raises
    ------
    TypeError, ValueError
        If a setting is out of range.

    Examples
    --------
    >>> found = outcome(Scenario())
    >>> found.fewest, round(found.in_time, 2)
    (5, 0.86)
    >>> outcome(Scenario(agents=3)).growth
    12.0
    """
    seconds = 60 * setting.minutes
    team = agents_needed(
        setting.chats,
        3_600,
        seconds,
        target=TARGET,
        within=setting.within,
        concurrency=setting.at_once,
    )
    places = setting.agents * setting.at_once
    if places <= team.traffic:
        arguments.whole(setting.agents, "agents", rounded=True)
        capacity = places * 3_600 / seconds
        return Outcome(0.0, 1.0, np.inf, 1.0, setting.chats - capacity, team.agents)
    waiting = erlang_c(places, team.traffic)
    return Outcome(
        in_time=service_level(places, team.traffic, handle_time=seconds, within=setting.within),
        waiting=waiting,
        mean_wait=waiting * seconds / (places - team.traffic),
        occupancy=team.traffic / places,
        growth=0.0,
        fewest=team.agents,
    )


def finding(setting: Scenario) -> str:
    """What a scenario shows, in one line.

    Examples
    --------
    >>> finding(Scenario(agents=3))
    '3 agents cannot keep up: the queue grows by 12 chats an hour and never ends'
    """
    found = outcome(setting)
    if found.mean_wait == np.inf:
        return say(
            en=f"{setting.agents} agents cannot keep up: the queue grows by {found.growth:.0f} "
            "chats an hour and never ends",
            zh=f"{setting.agents} 名客服应付不过来：队伍每小时增加 {found.growth:.0f} 个会话，"
            "越排越长",
        )
    return say(
        en=f"{setting.agents} agents: {found.in_time:.0%} wait {setting.within:g} s at most, "
        f"and {found.occupancy:.0%} of their places are taken",
        zh=f"{setting.agents} 名客服：{found.in_time:.0%} 的顾客等待不超过 {setting.within:g} 秒，"
        f"占用率 {found.occupancy:.0%}",
    )


def draw_levels(ax: Axes, setting: Scenario) -> None:
    """Draw the share answered in time by the number of agents, the chosen team marked."""
    fewest = outcome(setting).fewest
    low = max(1, min(fewest, setting.agents) - 3)
    team = range(low, max(fewest, setting.agents) + 4)
    shares = [100 * outcome(setting._replace(agents=n)).in_time for n in team]
    colours = [CHOSEN if n == setting.agents else OTHER for n in team]
    ax.bar(team, shares, color=colours)
    for n, share in zip(team, shares, strict=True):
        if share == 0:
            ax.text(n, 2, "∞", ha="center", va="bottom", color=NEVER, fontsize=13)
    ax.axhline(100 * TARGET, color=NEVER, linewidth=1.2, linestyle="--")
    ax.set_xlabel(say(en="agents (∞: the queue never ends)", zh="客服人数（∞：队伍越排越长）"))
    ax.set_ylabel(
        say(
            en=f"wait {setting.within:g} s at most (%)", zh=f"等待不超过 {setting.within:g} 秒（%）"
        )
    )
    ax.set_ylim(0, 105)
    ax.locator_params(axis="x", integer=True)
    ax.grid(axis="x", visible=False)


def draw_wait(ax: Axes, setting: Scenario) -> None:
    """Draw the chosen team's mean wait by the chats that come, up to what it can take."""
    capacity = setting.agents * setting.at_once * 60 / setting.minutes
    chats = np.linspace(0.02, 0.985, 60) * capacity
    places, seconds = setting.agents * setting.at_once, 60 * setting.minutes
    loads = chats * seconds / 3_600
    waits = [erlang_c(places, float(a)) * seconds / (places - a) for a in loads]
    top = 120.0
    ax.plot(chats, np.minimum(waits, 10 * top), color=CHOSEN, linewidth=2)
    ax.axvline(capacity, color=NEVER, linewidth=1.2, linestyle="--")
    found = outcome(setting)
    if found.mean_wait <= top:
        ax.plot(setting.chats, found.mean_wait, "o", color=CHOSEN, zorder=3)
    else:
        ax.plot(setting.chats, 0.96 * top, "^", color=NEVER, zorder=3)
    ax.set_title(
        say(
            en=f"full at {capacity:.0f} chats an hour (dashed line)",
            zh=f"每小时 {capacity:.0f} 个会话时满负荷（虚线）",
        ),
        fontsize=10,
    )
    ax.set_xlabel(say(en="chats an hour", zh="每小时会话数"))
    ax.set_ylabel(say(en="mean wait (s)", zh="平均等待（秒）"))
    ax.set_xlim(0, 1.08 * max(capacity, setting.chats))
    ax.set_ylim(0, top)


def figure(setting: Scenario | None = None) -> Figure:
    """Answered in time by agents, and the team's wait by chats.

    Examples
    --------
    >>> len(figure().axes)
    2
    """
    from matplotlib.figure import Figure

    setting = setting or Scenario()
    picture = Figure(figsize=(9.2, 4.0), layout="constrained")
    levels, wait = picture.subplots(1, 2)
    draw_levels(levels, setting)
    levels.set_title(
        say(en=f"dashed line: {TARGET:.0%}", zh=f"虚线：{TARGET:.0%}"),
        fontsize=10,
    )
    draw_wait(wait, setting)
    picture.suptitle(finding(setting), x=0.01, ha="left", fontsize=12)
    return picture


def static() -> Figure:
    """The lab on paper: four evenings, for places without widgets.

    Returns
    -------
    matplotlib.figure.Figure
        Made through pyplot: end the cell with ``plt.show()``.
    """
    import matplotlib.pyplot as plt

    usual = Scenario()
    cases = (
        (say(en="A usual evening", zh="平常的晚上"), usual._replace(chats=24, agents=2)),
        (say(en="A festival's peak hour", zh="大促高峰的一小时"), usual),
        (say(en="Chats take a third longer", zh="每个会话长三分之一"), usual._replace(minutes=12)),
        (say(en="Twice as many chats", zh="会话数翻倍"), usual._replace(chats=144)),
    )
    picture, axes = plt.subplots(2, 2, figsize=(9.6, 6.8), layout="constrained")
    for ax, (name, setting) in zip(axes.flat, cases, strict=True):
        setting = setting._replace(agents=outcome(setting).fewest)
        draw_levels(ax, setting)
        told = say(
            en=f"{setting.chats:.0f} chats an hour, {setting.minutes:g} min each:"
            f" {setting.agents} agents",
            zh=f"每小时 {setting.chats:.0f} 个会话，每个 {setting.minutes:g} 分钟："
            f"{setting.agents} 名客服",
        )
        ax.set_title(f"{name}\n{told}", fontsize=10)
    busy, twice = (outcome(setting).fewest for _, setting in (cases[1], cases[3]))
    picture.suptitle(
        say(
            en=f"Twice the chats take {twice} agents in place of {busy}: "
            "a large team stands idle less",
            zh=f"会话数翻倍，客服从 {busy} 名增加到 {twice} 名即可：团队越大，闲置越少",
        ),
        x=0.01,
        ha="left",
        fontsize=12,
    )
    return picture


def readout(setting: Scenario) -> str:
    """What customers find, as a small HTML table."""
    found = outcome(setting)
    never = say(en="it never ends", zh="越排越长")
    rows = [
        (
            say(en=f"wait {setting.within:g} s at most", zh=f"等待不超过 {setting.within:g} 秒"),
            f"{found.in_time:.1%}",
        ),
        (say(en="have to wait", zh="需要等待"), f"{found.waiting:.1%}"),
        (
            say(en="mean wait (s)", zh="平均等待（秒）"),
            never if found.mean_wait == np.inf else f"{found.mean_wait:.1f}",
        ),
        (say(en="occupancy", zh="占用率"), f"{found.occupancy:.1%}"),
        (
            say(en=f"agents for {TARGET:.0%} in time", zh=f"达到 {TARGET:.0%} 所需客服"),
            f"{found.fewest}",
        ),
    ]
    head = (say(en="the customers", zh="顾客的感受"), say(en="value", zh="数值"))
    colour = {2: NEVER} if found.mean_wait == np.inf else None
    return html_table(head, rows, colour=colour)


def lab() -> ipywidgets.VBox:
    """The lab's face: the team, the chats, the promise; a chart and a table."""
    usual = Scenario()
    controls = {
        "agents": whole(say(en="agents on duty", zh="在岗客服人数"), usual.agents, 1, 20),
        "chats": slider(say(en="chats an hour", zh="每小时会话数"), usual.chats, 4, 240, 4, ".0f"),
        "minutes": slider(
            say(en="minutes a chat takes", zh="每个会话时长（分钟）"),
            usual.minutes,
            2,
            20,
            0.5,
            ".1f",
        ),
        "at_once": whole(say(en="chats at once", zh="同时接待数"), usual.at_once, 1, 6),
        "within": slider(
            say(en="promised wait (s)", zh="承诺的等待时间（秒）"), usual.within, 0, 120, 5, ".0f"
        ),
    }
    return face(
        controls,
        draw=lambda settings: figure(Scenario(**settings)),
        read=lambda settings: readout(Scenario(**settings)),
    )
