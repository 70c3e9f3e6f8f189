"""The lab of section 5.2: a reorder point, the stock it costs and the sales it loses.

Move the target, what it means, the lead time and the spread of demand: the point follows by the
course's own formula, and a year of days shows what comes of it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ecomlab import arguments
from ecomlab.labs.face import face, html_table, pick, slider, whole
from ecomlab.style import COLOURS, say
from ecomlab.supply.inventory import reorder_point, service
from ecomlab.supply.inventory.leads import over_lead_time
from ecomlab.supply.inventory.uncertain import of_kind

if TYPE_CHECKING:
    import ipywidgets
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]
#: What a target may mean.
MEANINGS = ("fill_rate", "cycle_service")
#: Targets of the curve that shows what service costs.
TARGETS = (0.80, 0.85, 0.90, 0.93, 0.95, 0.97, 0.98, 0.99, 0.995)
SHOWN = 180
_YEAR = 365


class Scenario(NamedTuple):
    """The lab's settings: the target and its meaning, demand a day, lead time, order quantity."""

    target: float = 0.95
    meaning: str = "fill_rate"
    mean: float = 2.0
    variation: float = 0.8
    lead_time: int = 10
    lead_time_sd: float = 3.0
    quantity: int = 30


class Outcome(NamedTuple):
    """What a scenario gives: units, shares, and lost units a year."""

    point: int
    safety: float
    cycle_service: float
    fill_rate: float
    on_hand: float
    lost: float


def checked(setting: Scenario) -> Scenario:
    """The scenario, if its settings are in their ranges.

    Raises
    ------
    TypeError, ValueError
        Saying which one is not.
    """
    arguments.one_of(setting.meaning, "meaning", MEANINGS)
    arguments.amount(setting.target, "target", above=0, below=1)
    arguments.amount(setting.mean, "mean", above=0)
    arguments.amount(setting.variation, "variation", above=0)
    arguments.whole(setting.lead_time, "lead_time")
    arguments.amount(setting.lead_time_sd, "lead_time_sd", least=0)
    arguments.whole(setting.quantity, "quantity")
    return setting


def _moments(setting: Scenario) -> tuple[float, float, float, float]:
    sd = setting.variation * setting.mean
    return setting.mean, sd, setting.lead_time, setting.lead_time_sd


@lru_cache(maxsize=512)
def outcome(setting: Scenario) -> Outcome:
    """What a scenario gives by the formulas: the reorder point, its service, its stock.

    Examples
    --------
    >>> found = outcome(Scenario())
    >>> found.point, round(found.fill_rate, 2)
    (24, 0.95)
    """
    setting = checked(setting)
    moments, lot = _moments(setting), setting.quantity
    point = _point(setting)
    cycle, filled = service(
        point, *moments, quantity=lot, kind="gamma", daily=True, lost_sales=True
    )
    lead = of_kind("gamma", *over_lead_time(*moments))
    expected = setting.mean * setting.lead_time
    # On hand is the position less the demand of a lead time, where that leaves anything.
    owed = float(lead.shorter(point) - lead.shorter(point + lot)) / lot
    on_hand = point + (lot + 1) / 2 - expected + owed
    lost = setting.mean * (1 - filled) * _YEAR
    return Outcome(point, point - expected, cycle, filled, on_hand, lost)


def _point(setting: Scenario) -> int:
    """The reorder point that the target asks for, in whole units."""
    moments = _moments(setting)
    if setting.meaning == "fill_rate":
        found = reorder_point(
            *moments, fill_rate=setting.target, quantity=setting.quantity, kind="gamma",
            daily=True, lost_sales=True,
        )  # fmt: skip
    else:
        found = reorder_point(*moments, cycle_service=setting.target, kind="gamma")
    return max(int(np.ceil(float(found))), 0)


def _days(setting: Scenario, days: int, seed: int) -> Floats:
    """Units wanted a day: negative binomial, or Poisson where they vary less than that."""
    rng = np.random.default_rng(seed)
    variance = (setting.variation * setting.mean) ** 2
    if variance <= setting.mean:
        return rng.poisson(setting.mean, days).astype(float)
    size = setting.mean**2 / (variance - setting.mean)
    return rng.poisson(rng.gamma(size, setting.mean / size, days)).astype(float)


def path(setting: Scenario, point: int, days: int = SHOWN, seed: int = 5) -> tuple[Floats, Floats]:
    """One life of the shelf: units in the evening, and units that nobody could be served.

    Parameters
    ----------
    setting
        The scenario.
    point
        The reorder point, units.
    days, seed
        How long, and whose luck; the luck does not depend on the point.

    Returns
    -------
    tuple
        Two arrays, shape (days,).
    """
    wanted = _days(setting, days, seed)
    luck = np.random.default_rng(seed + 1).standard_normal(days)
    left, coming = point + setting.quantity, np.zeros(days + 400)
    on_order = 0.0
    stock, lost = np.zeros(days), np.zeros(days)
    for day in range(days):
        left, on_order = left + coming[day], on_order - coming[day]
        served = min(left, wanted[day])
        left, lost[day] = left - served, wanted[day] - served
        if left + on_order <= point:
            units = setting.quantity * (np.floor((point - left - on_order) / setting.quantity) + 1)
            wait = round(setting.lead_time + setting.lead_time_sd * luck[day])
            coming[day + int(np.clip(wait, 1, 399))] += units
            on_order += units
        stock[day] = left
    return stock, lost


def finding(setting: Scenario) -> str:
    """What a scenario shows, in two lines.

    Examples
    --------
    >>> finding(Scenario()).startswith("Reorder at 24 units: ")
    True
    """
    found = outcome(setting)
    return say(
        en=f"Reorder at {found.point} units: {found.fill_rate:.1%} of demand is served,\n"
        f"{found.on_hand:.0f} units are in stock on average, {found.lost:.0f} sales a year lost",
        zh=f"库存降到 {found.point} 件时补货：{found.fill_rate:.1%} 的需求由现货满足，\n"
        f"平均库存 {found.on_hand:.0f} 件，一年因缺货少卖 {found.lost:.0f} 件",
    )


def draw_path(ax: Axes, setting: Scenario) -> None:
    """Draw half a year of the shelf; days on which somebody was turned away are marked."""
    found = outcome(setting)
    stock, lost = path(setting, found.point)
    days = np.arange(1, len(stock) + 1)
    ax.step(days, stock, where="post", color=COLOURS[0], label=say(en="on hand", zh="现货"))
    ax.axhline(
        found.point, color=COLOURS[6], linewidth=1, linestyle="--",
        label=say(en="reorder point", zh="再订货点"),
    )  # fmt: skip
    short = lost > 0
    ax.plot(
        days[short], np.zeros(short.sum()), "o", color=COLOURS[1], zorder=3,
        label=say(en="sales lost", zh="缺货损失"),
    )  # fmt: skip
    ax.set(
        xlabel=say(en="day", zh="天"),
        ylabel=say(en="stock (units)", zh="库存（件）"),
        xlim=(1, len(stock)),
    )
    ax.set_ylim(-1, 1.25 * max(found.point + setting.quantity, stock.max()))


def draw_price(ax: Axes, setting: Scenario) -> None:
    """Draw what each further point of service costs in stock; the chosen one is marked."""
    curve = [outcome(setting._replace(target=t, meaning="fill_rate")) for t in TARGETS]
    here = outcome(setting)
    ax.plot(
        [o.on_hand for o in curve], [100 * o.fill_rate for o in curve], color=COLOURS[5],
        marker=".", label=say(en="targets from 80 to 99.5 %", zh="目标从 80% 到 99.5%"),
    )  # fmt: skip
    ax.plot(
        here.on_hand, 100 * here.fill_rate, "D", color=COLOURS[1], zorder=3,
        label=say(en="your choice", zh="你的选择"),
    )  # fmt: skip
    ax.set(
        xlabel=say(en="mean stock (units)", zh="平均库存（件）"),
        ylabel=say(en="fill rate (%)", zh="订单满足率（%）"),
    )


def figure(setting: Scenario | None = None) -> Figure:
    """One scenario as a figure of its own, not registered with pyplot.

    Examples
    --------
    >>> figure().axes[0].get_xlabel()
    'day'
    """
    from matplotlib.figure import Figure

    setting = setting or Scenario()
    picture = Figure(figsize=(9.6, 4.2))
    # Fixed margins: a layout engine would draw everything twice at each move of a slider.
    left, right = picture.subplots(
        1, 2, width_ratios=(1.7, 1),
        gridspec_kw={"left": 0.07, "right": 0.98, "bottom": 0.13, "top": 0.86, "wspace": 0.22},
    )  # fmt: skip
    draw_path(left, setting)
    draw_price(right, setting)
    left.set_title(finding(setting), fontsize=11)
    right.set_title(say(en="Each further point costs more", zh="满足率越高，代价越大"), fontsize=11)
    left.legend(loc="upper right", ncols=3, fontsize=9)
    right.legend(loc="lower right", fontsize=9)
    return picture


def static() -> Figure:
    """The lab on paper: four scenarios side by side, for places without widgets.

    Returns
    -------
    matplotlib.figure.Figure
        Made through pyplot: end the cell with ``plt.show()``.
    """
    import matplotlib.pyplot as plt

    usual = Scenario()
    cases = (
        (say(en="Fill rate 95 %", zh="订单满足率 95%"), usual),
        (
            say(en="Cycle service level 95 %", zh="周期服务水平 95%"),
            usual._replace(meaning="cycle_service"),
        ),
        (say(en="Punctual deliveries", zh="准时到货"), usual._replace(lead_time_sd=0.0)),
        (say(en="Lead time twice as long", zh="交期翻倍"), usual._replace(lead_time=20)),
    )
    picture, axes = plt.subplots(
        2, 2, figsize=(9.6, 6.8), sharex=True, sharey=True, layout="constrained"
    )
    for ax, (name, setting) in zip(axes.flat, cases, strict=True):
        draw_path(ax, setting)
        found = outcome(setting)
        told = say(
            en=f"point {found.point}, stock {found.on_hand:.0f}, fill rate {found.fill_rate:.1%}",
            zh=f"再订货点 {found.point}，库存 {found.on_hand:.0f}，满足率 {found.fill_rate:.1%}",
        )
        ax.set_title(f"{name}\n{told}", fontsize=10)
        ax.label_outer()
    highest = max(outcome(s).point + s.quantity for _, s in cases)
    axes[0, 0].set_ylim(-2, 1.1 * highest)
    handles, names = axes[0, 0].get_legend_handles_labels()
    picture.legend(handles, names, loc="outside lower center", ncols=3)
    by_fill, by_cycle, punctual = (outcome(s).safety for _, s in cases[:3])
    picture.suptitle(
        say(
            en=f"Safety stock of {by_fill:.0f} units gives a fill rate of 95 %; the cycle service "
            f"level takes {by_cycle:.0f},\nand punctual deliveries need {punctual:.0f}",
            zh=f"订单满足率 95% 只需安全库存 {by_fill:.0f} 件；周期服务水平 95% 要 "
            f"{by_cycle:.0f} 件；\n准时到货时为 {punctual:.0f} 件",
        ),
        x=0.01,
        ha="left",
        fontsize=12,
    )
    return picture


def readout(setting: Scenario) -> str:
    """Both meanings of the target side by side, as a small HTML table."""
    head = (
        say(en="target means", zh="目标理解为"),
        say(en="reorder point", zh="再订货点"),
        say(en="safety stock", zh="安全库存"),
        say(en="cycle service level", zh="周期服务水平"),
        say(en="fill rate", zh="订单满足率"),
        say(en="mean stock", zh="平均库存"),
        say(en="lost a year", zh="一年缺货件数"),
    )
    names = meanings()
    rows = []
    for meaning in MEANINGS:
        found = outcome(setting._replace(meaning=meaning))
        rows.append(
            (
                f"{names[meaning]} {setting.target:.1%}",
                f"{found.point}",
                f"{found.safety:.1f}",
                f"{found.cycle_service:.1%}",
                f"{found.fill_rate:.1%}",
                f"{found.on_hand:.1f}",
                f"{found.lost:.0f}",
            )
        )
    chosen = {MEANINGS.index(setting.meaning): COLOURS[1]}
    return html_table(head, rows, colour=chosen)


def meanings() -> dict[str, str]:
    """What each meaning is called, in the language in force."""
    return {
        "fill_rate": say(en="fill rate", zh="订单满足率"),
        "cycle_service": say(en="cycle service level", zh="周期服务水平"),
    }


def lab() -> ipywidgets.VBox:
    """The lab's face: the target, the lead time and demand, a chart and a table that follow."""
    usual = Scenario()
    options = [(name, meaning) for meaning, name in meanings().items()]
    controls = {
        "target": slider(say(en="target", zh="服务目标"), usual.target, 0.8, 0.995, 0.005, ".1%"),
        "meaning": pick(say(en="what the target means", zh="目标的含义"), usual.meaning, options),
        "variation": slider(
            say(en="spread of demand ÷ mean", zh="需求标准差 ÷ 均值"),
            usual.variation, 0.4, 2.0, 0.1, ".1f",
        ),
        "lead_time": whole(say(en="lead time (days)", zh="交期（天）"), usual.lead_time, 3, 30),
        "lead_time_sd": slider(
            say(en="its standard deviation (days)", zh="交期标准差（天）"),
            usual.lead_time_sd, 0, 8, 0.5, ".1f",
        ),
        "quantity": whole(
            say(en="order quantity (units)", zh="每次订货量（件）"), usual.quantity, 5, 120, 5
        ),
    }  # fmt: skip
    return face(
        controls,
        draw=lambda settings: figure(Scenario(**settings)),
        read=lambda settings: readout(Scenario(**settings)),
    )
