"""The lab of section 1.3: two kinds of visitors, their shares and their rates.

Each kind is a block as wide as its share and as high as its rate; the area is its orders. Move the
shares and the rates, and see how conversion changes, and which part is mix and which rate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ecomlab import arguments
from ecomlab.labs.face import face, html_table, pick, slider
from ecomlab.style import COLOURS, say

if TYPE_CHECKING:
    import ipywidgets
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LATER, FIRST = COLOURS[0], COLOURS[4]
MIX, RATE = COLOURS[2], COLOURS[3]


class Scenario(NamedTuple):
    """The lab's settings.

    Attributes
    ----------
    kinds
        What tells the two kinds of visitors apart: ``"past"``, ``"device"`` or ``"scene"``.
    share_before, share_after
        Share of visits by the first kind, 0 .. 1.
    first_before, first_after
        Conversion of the first kind, 0 .. 1.
    second_before, second_after
        Conversion of the second kind, 0 .. 1.
    """

    kinds: str = "past"
    share_before: float = 0.40
    share_after: float = 0.60
    first_before: float = 0.10
    first_after: float = 0.10
    second_before: float = 0.02
    second_after: float = 0.02


class Split(NamedTuple):
    """Conversion before and after, and the two effects between them (fractions)."""

    before: float
    after: float
    mix: float
    rate: float


def names(kinds: str) -> tuple[str, str]:
    """What the two kinds of visitors are called.

    Raises
    ------
    ValueError
        If the lab does not know these kinds.

    Examples
    --------
    >>> names("device")
    ('mobile', 'desktop')
    """
    known = {
        "past": (say(en="bought before", zh="买过的人"), say(en="newcomers", zh="新客")),
        "device": (say(en="mobile", zh="移动端"), say(en="desktop", zh="电脑端")),
        "scene": (say(en="live stream", zh="直播"), say(en="search", zh="搜索")),
    }
    return known[arguments.one_of(kinds, "kinds", known)]


def split(setting: Scenario) -> Split:
    """The change of conversion and its two parts (Kitagawa 1955).

    Raises
    ------
    ValueError
        If a share or a rate is outside 0 .. 1.

    Examples
    --------
    >>> [round(value, 3) for value in split(Scenario())]
    [0.052, 0.068, 0.016, 0.0]
    >>> [round(value, 3) for value in split(Scenario(share_after=0.40, first_after=0.14))]
    [0.052, 0.068, 0.0, 0.016]
    """
    names(setting.kinds)
    for name, value in zip(setting._fields[1:], setting[1:], strict=True):
        arguments.amount(value, name, least=0, most=1)
    shares = [(setting.share_before, setting.share_after)]
    shares.append((1 - setting.share_before, 1 - setting.share_after))
    rates = [
        (setting.first_before, setting.first_after),
        (setting.second_before, setting.second_after),
    ]
    both = list(zip(shares, rates, strict=True))
    return Split(
        before=sum(s[0] * r[0] for s, r in both),
        after=sum(s[1] * r[1] for s, r in both),
        mix=sum((s[1] - s[0]) * (r[0] + r[1]) / 2 for s, r in both),
        rate=sum((r[1] - r[0]) * (s[0] + s[1]) / 2 for s, r in both),
    )


def finding(setting: Scenario) -> str:
    """What a scenario shows, in one line.

    Examples
    --------
    >>> finding(Scenario())
    'Conversion 5.20 % -> 6.80 %: +1.60 points, of which mix +1.60 and rate +0.00'
    """
    found = split(setting)
    change, mix, rate = (100 * x + 0.0 for x in (found.after - found.before, *found[2:]))
    return say(
        en=f"Conversion {100 * found.before:.2f} % -> {100 * found.after:.2f} %: "
        f"{change:+.2f} points, of which mix {mix:+.2f} and rate {rate:+.2f}",
        zh=f"转化率 {100 * found.before:.2f}% → {100 * found.after:.2f}%："
        f"变动 {change:+.2f} 个百分点，其中结构效应 {mix:+.2f}，比率效应 {rate:+.2f}",
    )


def draw_blocks(ax: Axes, setting: Scenario, *, after: bool) -> None:
    """Draw one time's visitors: a block a kind, its width the share, its height the rate."""
    share = setting.share_after if after else setting.share_before
    rates = (
        (setting.first_after, setting.second_after)
        if after
        else (setting.first_before, setting.second_before)
    )
    first, second = names(setting.kinds)
    found = split(setting)
    blocks = ((0.0, share, rates[0], first, LATER), (share, 1 - share, rates[1], second, FIRST))
    for left, width, rate, name, colour in blocks:
        ax.bar(100 * left, 100 * rate, 100 * width, align="edge", color=colour, alpha=0.75)
        if width > 0:
            ax.text(
                min(max(100 * (left + width / 2), 16), 84),  # a thin block's words stay inside
                100 * rate,
                f"{name}\n{width:.0%} × {100 * rate:.1f}%",
                ha="center",
                va="bottom",
                fontsize=8,
                bbox={"boxstyle": "square,pad=0.15", "color": "white", "alpha": 0.7, "zorder": 2},
                zorder=3,
            )
    level = found.after if after else found.before
    ax.axhline(100 * level, color=COLOURS[6], linewidth=1.2, linestyle="--")
    when = say(en="after", zh="后期") if after else say(en="before", zh="前期")
    ax.set_title(
        say(
            en=f"{when}: {100 * level:.2f} % (dashed line)",
            zh=f"{when}：{100 * level:.2f}%（虚线）",
        ),
        fontsize=10,
    )
    ax.set_xlabel(say(en="share of visits (%)", zh="访问占比（%）"))
    ax.set_xlim(0, 100)
    ax.grid(axis="x", visible=False)


def draw_steps(ax: Axes, setting: Scenario) -> None:
    """Draw the way from the conversion before to that after, by mix and by rate."""
    found = split(setting)
    ends = (100 * found.before, 100 * (found.before + found.mix), 100 * found.after)
    steps = (
        (0.0, ends[0], "#9A9A9A", say(en="before", zh="前期")),
        (ends[0], ends[1], MIX, say(en="mix effect", zh="结构效应")),
        (ends[1], ends[2], RATE, say(en="rate effect", zh="比率效应")),
        (0.0, ends[2], "#9A9A9A", say(en="after", zh="后期")),
    )
    for place, (start, end, colour, _) in enumerate(steps):
        ax.bar(place, end - start, 0.6, bottom=start, color=colour)
        said = f"{end:.2f}" if place in (0, 3) else f"{end - start + 0.0:+.2f}"
        ax.text(place, max(start, end), said, ha="center", va="bottom", fontsize=9)
    ax.set_xticks(range(4), [name for *_, name in steps], fontsize=8)
    ax.set_ylim(0, 1.25 * max(ends) or 1)
    ax.grid(axis="x", visible=False)


def figure(setting: Scenario | None = None) -> Figure:
    """Before, after, and the two effects between them.

    Examples
    --------
    >>> len(figure().axes)
    3
    """
    from matplotlib.figure import Figure

    setting = setting or Scenario()
    picture = Figure(figsize=(9.6, 4.2), layout="constrained")
    before, after, way = picture.subplots(1, 3, width_ratios=(1, 1, 1.15))
    top = 125 * max(*setting[3:], 0.01)
    for ax, later in ((before, False), (after, True)):
        draw_blocks(ax, setting, after=later)
        ax.set_ylim(0, top)
    before.set_ylabel(say(en="orders per 100 visits", zh="每 100 次访问的订单数"))
    draw_steps(way, setting)
    way.set_title(
        say(en="the change, in percentage points", zh="变动的来源（百分点）"), fontsize=10
    )
    picture.suptitle(finding(setting), x=0.01, ha="left", fontsize=12)
    return picture


def static() -> Figure:
    """The lab on paper: four stories behind a change, for places without widgets.

    Returns
    -------
    matplotlib.figure.Figure
        Made through pyplot: end the cell with ``plt.show()``.
    """
    import matplotlib.pyplot as plt

    usual = Scenario()
    cases = (
        (say(en="Other people came", zh="来的人变了"), usual),
        (
            say(en="People act differently", zh="人的做法变了"),
            usual._replace(share_after=0.40, first_after=0.13, second_after=0.026),
        ),
        (
            say(en="Two effects cancel", zh="两种效应相互抵消"),
            usual._replace(first_after=0.08, second_after=0.01),
        ),
        (
            say(en="Both rates rise, conversion falls", zh="两组都上升，总体却下降"),
            usual._replace(share_after=0.25, first_after=0.11, second_after=0.024),
        ),
    )
    picture, axes = plt.subplots(
        2, 2, figsize=(9.6, 6.4), sharex=True, sharey=True, layout="constrained"
    )
    for ax, (name, setting) in zip(axes.flat, cases, strict=True):
        draw_steps(ax, setting)
        first, second = names(setting.kinds)
        told = "; ".join(
            (
                f"{first} {setting.share_before:.0%} → {setting.share_after:.0%}",
                f"{100 * setting.first_before:.1f}% → {100 * setting.first_after:.1f}%",
                f"{second} {100 * setting.second_before:.1f}% → {100 * setting.second_after:.1f}%",
            )
        )
        ax.set_title(f"{name}\n{told}", fontsize=9)
    for ax in axes[:, 0]:
        ax.set_ylabel(say(en="orders per 100 visits", zh="每 100 次访问的订单数"))
    axes[0, 0].set_ylim(0, 1.25 * max(100 * max(split(s)[:2]) for _, s in cases))
    rose = sum(split(s).after > split(s).before + 5e-4 for _, s in cases)
    picture.suptitle(
        say(
            en=f"Conversion rose in {rose} of {len(cases)} stories, each time for another reason",
            zh=f"{len(cases)} 种情形中有 {rose} 种转化率上升，原因各不相同",
        ),
        x=0.01,
        ha="left",
        fontsize=12,
    )
    return picture


def readout(setting: Scenario) -> str:
    """The two effects and the change as a small HTML table."""
    found = split(setting)
    change = found.after - found.before
    rows = [
        (say(en="mix effect", zh="结构效应"), f"{100 * found.mix + 0.0:+.2f}"),
        (say(en="rate effect", zh="比率效应"), f"{100 * found.rate + 0.0:+.2f}"),
        (say(en="the whole change", zh="总变动"), f"{100 * change + 0.0:+.2f}"),
    ]
    head = (say(en="part", zh="部分"), say(en="percentage points", zh="百分点"))
    first, second = names(setting.kinds)
    up = setting.first_after > setting.first_before and setting.second_after > setting.second_before
    turned = up and change < 0
    told = (
        say(
            en=f"Both {first} and {second} order more readily, and yet conversion fell.",
            zh=f"{first}和{second}都更愿意下单了，总转化率却下降了。",
        )
        if turned
        else say(
            en=f"First kind: {first}; second: {second}.", zh=f"第一类：{first}；第二类：{second}。"
        )
    )
    return f"{html_table(head, rows, colour={0: MIX, 1: RATE})}<p>{told}</p>"


def lab() -> ipywidgets.VBox:
    """The lab's face: who the two kinds are, their shares and rates; a chart and a table."""
    usual = Scenario()
    kinds = [" / ".join(names(k)) for k in ("past", "device", "scene")]
    options = list(zip(kinds, ("past", "device", "scene"), strict=True))

    def share(name: str, value: float) -> ipywidgets.FloatSlider:
        return slider(name, value, 0.0, 1.0, 0.01, ".0%")

    def rate(name: str, value: float) -> ipywidgets.FloatSlider:
        return slider(name, value, 0.0, 0.20, 0.001, ".1%")

    controls = {
        "kinds": pick(say(en="two kinds of visits", zh="两类访问"), usual.kinds, options),
        "share_before": share(say(en="first kind: share before", zh="第一类占比：前期"), 0.40),
        "share_after": share(say(en="first kind: share after", zh="第一类占比：后期"), 0.60),
        "first_before": rate(say(en="first kind: rate before", zh="第一类转化率：前期"), 0.10),
        "first_after": rate(say(en="first kind: rate after", zh="第一类转化率：后期"), 0.10),
        "second_before": rate(say(en="second kind: rate before", zh="第二类转化率：前期"), 0.02),
        "second_after": rate(say(en="second kind: rate after", zh="第二类转化率：后期"), 0.02),
    }
    return face(
        controls,
        draw=lambda settings: figure(Scenario(**settings)),
        read=lambda settings: readout(Scenario(**settings)),
    )
