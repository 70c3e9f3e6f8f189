"""The lab of section 5.4: a technology that saves a little on every parcel, and when it pays."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ecomlab.labs.face import face, html_table, slider, whole
from ecomlab.style import COLOURS, say
from ecomlab.supply.costs import TechnologyCase, technology_case
from ecomlab.supply.costs.technology import assumptions

if TYPE_CHECKING:
    import ipywidgets
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


class Scenario(NamedTuple):
    """The lab's settings; the defaults are a sorting robot.

    Amounts in CNY: `price` once, `saving` a parcel, `running` a year; `volume` in parcels a year.
    """

    volume: int = 20_000
    saving: float = 0.5
    price: int = 60_000
    running: int = 4_000
    years: int = 5
    rate: float = 0.08


def case(setting: Scenario) -> TechnologyCase:
    """The investment case of a scenario.

    Raises
    ------
    TypeError, ValueError
        If a setting is out of range, as `technology_case`.

    Examples
    --------
    >>> round(case(Scenario(volume=40_000)).npv)
    3883
    """
    return technology_case(
        setting.price, setting.saving, setting.volume, running=setting.running,
        years=setting.years, rate=setting.rate,
    )  # fmt: skip


def finding(setting: Scenario) -> str:
    """What a scenario shows, in one line.

    Examples
    --------
    >>> finding(Scenario(volume=40_000))
    'It pays: worth CNY 3,883 today, breaks even at 38,055 parcels'
    """
    return case(setting).told()


def _bars(ax: Axes, found: TechnologyCase) -> None:
    """What a fifth more or less of each assumption does to the net present value."""
    from ecomlab.terms import heading

    words = assumptions()
    table = found.sensitivity()[::-1]
    rows = range(len(table))
    for name, colour in (("if_lower", COLOURS[5]), ("if_higher", COLOURS[4])):
        width = (table[name] - found.npv) / 1e3
        ax.barh(rows, width, left=found.npv / 1e3, color=colour, label=heading(name))
    ax.axvline(found.npv / 1e3, color=COLOURS[6], linewidth=1)
    ax.set_yticks(rows, [words[str(name)] for name in table.index])
    ax.grid(axis="y", visible=False)
    ax.set_xlabel(say(en="net present value (CNY thousand)", zh="净现值（千元）"))
    most = words[str(table.index[-1])]
    ax.set_title(
        say(en=f"A change of a fifth: {most} matters most", zh=f"各变动五分之一：{most}影响最大"),
        loc="left", fontsize=11,
    )  # fmt: skip
    ax.legend(loc="best", fontsize=8)


def _in_two_lines(told: str) -> str:
    """A sentence broken after its first half; commas inside numbers have no space behind them."""
    for end in ("; ", ", ", "，"):
        told = told.replace(end, f"{end.strip()}\n", 1)
    return told


def _draw(picture: Figure, found: TechnologyCase) -> None:
    left, right = picture.subplots(1, 2)
    found.plot(left)
    left.set_title(_in_two_lines(found.told()), loc="left", fontsize=11)
    left.legend(loc="best", fontsize=8)
    _bars(right, found)


def figure(setting: Scenario | None = None) -> Figure:
    """The scenario's value against volume, and how much each assumption matters.

    Examples
    --------
    >>> figure().axes[0].get_ylabel()
    'net present value (CNY thousand)'
    """
    from matplotlib.figure import Figure

    picture = Figure(figsize=(10, 4.2), layout="constrained")
    _draw(picture, case(setting or Scenario()))
    return picture


def static() -> Figure:
    """The lab on paper: the robot at a third of the volume it needs, and at twice.

    Returns
    -------
    matplotlib.figure.Figure
        Made through pyplot: end the cell with ``plt.show()``.
    """
    import matplotlib.pyplot as plt

    edge = case(Scenario()).break_even_volume
    picture = plt.figure(figsize=(10, 4.2), layout="constrained")
    left, right = picture.subplots(1, 2, sharey=True)
    for ax, share in ((left, 1 / 3), (right, 2.0)):
        found = case(Scenario(volume=round(edge * share, -2)))  # type: ignore[arg-type]
        found.plot(ax)
        ax.set_title(_in_two_lines(found.told()), loc="left", fontsize=11)
        ax.label_outer()
    return picture


def readout(setting: Scenario) -> str:
    """Value, payback and break-even as a small HTML table."""
    found = case(setting)
    never = say(en="never", zh="永远不能")
    paid = found.payback
    back = never if paid == float("inf") else say(en=f"{paid:.1f} years", zh=f"{paid:.1f} 年")
    edge = found.break_even_volume
    rows = [
        (
            say(en="net present value", zh="净现值"),
            say(en=f"CNY {found.npv:,.0f}", zh=f"{found.npv:,.0f} 元"),
        ),
        (say(en="pays itself back in", zh="回收期（折现）"), back),
        (
            say(en="break-even volume", zh="盈亏平衡业务量"),
            never
            if edge == float("inf")
            else say(en=f"{edge:,.0f} parcels a year", zh=f"每年 {edge:,.0f} 件"),
        ),
        (
            say(en="saved in the first year", zh="第一年净节约"),
            say(en=f"CNY {found.flows[1]:,.0f}", zh=f"{found.flows[1]:,.0f} 元"),
        ),
    ]
    return html_table((say(en="measure", zh="指标"), say(en="value", zh="数值")), rows)


def lab() -> ipywidgets.VBox:
    """The lab's face: six numbers, two charts and a table that follow them."""
    usual = Scenario()
    controls = {
        "volume": whole(
            say(en="parcels a year", zh="每年件数"), usual.volume, 5_000, 120_000, 1_000
        ),
        "saving": slider(
            say(en="saving a parcel (CNY)", zh="每件节约（元）"),
            usual.saving,
            0.05,
            2.0,
            0.05,
            ".2f",
        ),
        "price": whole(
            say(en="price (CNY)", zh="投资额（元）"), usual.price, 5_000, 200_000, 5_000
        ),
        "running": whole(
            say(en="running cost a year (CNY)", zh="每年运行费（元）"),
            usual.running,
            0,
            30_000,
            1_000,
        ),
        "years": whole(say(en="years it lasts", zh="使用年数"), usual.years, 1, 12),
        "rate": slider(say(en="discount rate", zh="折现率"), usual.rate, 0.0, 0.25, 0.01, ".0%"),
    }
    return face(
        controls,
        draw=lambda settings: figure(Scenario(**settings)),
        read=lambda settings: readout(Scenario(**settings)),
    )
