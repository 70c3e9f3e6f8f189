"""The lab of section 1.2: a Bass curve against a compound growth rate.

Both start from the same level today. Move p, q, the market potential and the rate, and see who
reaches which share of the market when, and when the rate has outgrown the market itself.
"""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ecomlab.arguments import amount, whole
from ecomlab.labs.face import face, html_table, slider
from ecomlab.market.growth.diffusion import adopted, bass_peak, time_of_share
from ecomlab.style import COLOURS, say

if TYPE_CHECKING:
    import ipywidgets
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHARES = (0.1, 0.25, 0.5, 0.75, 0.9)


class Scenario(NamedTuple):
    """The lab's settings: Bass coefficients, potential, rate, level today, periods shown."""

    p: float = 0.03
    q: float = 0.38
    m: float = 100.0
    cagr: float = 0.20
    start: float = 5.0
    periods: int = 20


def scenario(p: float, q: float, m: float, cagr: float, start: float, periods: int) -> pd.DataFrame:
    """Levels by the Bass curve and by a compound rate, from one level today.

    Parameters
    ----------
    p, q
        Coefficients of innovation (above 0, below 1) and imitation (at least 0), per period.
    m
        Market potential, in any unit.
    cagr
        Growth per period as a fraction, above 0.
    start
        The level reached today, in the unit of `m`: above 0, below `m`.
    periods
        How many periods to look ahead.

    Returns
    -------
    pandas.DataFrame
        Two rows per period 0, 1, ..., `periods`: ``period``, ``curve`` ("bass" or "cagr"),
        ``level`` (unit of `m`) and ``share`` (of `m`; above 1 once the rate has left the market).

    Raises
    ------
    TypeError, ValueError
        If a setting is outside its range.

    Examples
    --------
    >>> scenario(0.03, 0.38, 100, 0.2, 5, 10).query("period == 10").round(1)
        period curve  level  share
    10      10  bass   88.3    0.9
    21      10  cagr   31.0    0.3
    """
    import pandas as pd

    setting = Scenario(*_checked(p, q, m, cagr, start, periods))
    ahead = np.arange(setting.periods + 1)
    return pd.concat(
        [
            pd.DataFrame({"period": ahead, "curve": curve, "level": level, "share": level / m})
            for curve, level in _levels(setting, ahead).items()
        ],
        ignore_index=True,
    )


def _levels(setting: Scenario, ahead: np.ndarray) -> dict[str, np.ndarray]:
    """Both curves' levels at times counted from today, in the unit of the potential."""
    begun = time_of_share(setting.start / setting.m, setting.p, setting.q)
    return {
        "bass": setting.m * adopted(begun + ahead, setting.p, setting.q),
        "cagr": setting.start * (1 + setting.cagr) ** ahead,
    }


def crossing(
    p: float,
    q: float,
    m: float,
    cagr: float,
    start: float,
    shares: tuple[float, ...] = SHARES,
) -> pd.DataFrame:
    """When each curve reaches the given shares of the market, and which is first.

    Parameters
    ----------
    p, q, m, cagr, start
        As for `scenario`.
    shares
        Shares of the market potential, above 0 and below 1.

    Returns
    -------
    pandas.DataFrame
        Index ``share``; ``bass`` and ``cagr``: periods from today (0 if reached already), and
        ``first``: "bass", "cagr" or "both".

    Examples
    --------
    >>> crossing(0.03, 0.38, 100, 0.2, 5, shares=(0.5, 0.9)).reset_index().round(1)
       share  bass  cagr first
    0    0.5   5.2  12.6  bass
    1    0.9  10.4  15.9  bass
    """
    import pandas as pd

    p, q, m, cagr, start, _ = _checked(p, q, m, cagr, start, 1)
    begun = time_of_share(start / m, p, q)
    table = pd.DataFrame(
        {
            "bass": [max(0.0, time_of_share(s, p, q) - begun) for s in shares],
            "cagr": [max(0.0, log(s * m / start) / log(1 + cagr)) for s in shares],
        },
        index=pd.Index(shares, name="share"),
    )
    first = np.where(table["bass"] < table["cagr"], "bass", "cagr")
    table["first"] = np.where(np.isclose(table["bass"], table["cagr"]), "both", first)
    return table


def leaves_market(m: float, cagr: float, start: float) -> float:
    """Periods from today until a compound rate exceeds the whole market."""
    return log(m / start) / log(1 + cagr)


def _checked(
    p: float, q: float, m: float, cagr: float, start: float, periods: int
) -> tuple[float, float, float, float, float, int]:
    """The settings, each in its range."""
    m = amount(m, "m", above=0)
    return (
        amount(p, "p", above=0, below=1),
        0.0 if q == 0 else amount(q, "q", above=0),
        m,
        amount(cagr, "cagr", above=0),
        amount(start, "start", above=0, below=m),
        whole(periods, "periods"),
    )


def draw(ax: Axes, setting: Scenario) -> None:
    """Draw one scenario; where each curve is at half the market is marked."""
    ahead = np.linspace(0, setting.periods, 201)
    levels = _levels(setting, ahead)
    half = crossing(*setting[:5], shares=(0.5,)).iloc[0]
    for curve, colour, name in (
        ("bass", COLOURS[0], say(en="Bass curve", zh="巴斯曲线")),
        ("cagr", COLOURS[1], say(en="constant growth rate", zh="固定增长率")),
    ):
        ax.plot(ahead, 100 * levels[curve] / setting.m, color=colour, linewidth=2, label=name)
        if 0 < half[curve] <= setting.periods:
            ax.plot(half[curve], 50, "o", color=colour, zorder=3)
    ax.axhline(100, color=COLOURS[6], linewidth=1, linestyle=":", zorder=1)
    ax.axhline(50, color="#BBBBBB", linewidth=1, linestyle=":", zorder=1)
    ax.set(
        xlabel=say(en="years from today", zh="距今年数"),
        ylabel=say(en="share of the market potential (%)", zh="占市场潜量的比例（%）"),
        xlim=(0, setting.periods),
        ylim=(0, 130),
    )
    ax.locator_params(axis="x", integer=True)


def finding(setting: Scenario) -> str:
    """What a scenario shows, in two lines.

    Examples
    --------
    >>> print(finding(Scenario()))
    Imitation is at half the market first: year 5.2 against 12.6;
    from year 16.4 on the constant rate exceeds the whole market
    """
    half = crossing(*setting[:5], shares=(0.5,)).iloc[0]
    out = f"{leaves_market(setting.m, setting.cagr, setting.start):.1f}"
    bass, rate = f"{half['bass']:.1f}", f"{half['cagr']:.1f}"
    first = {
        "bass": say(
            en=f"Imitation is at half the market first: year {bass} against {rate};",
            zh=f"模仿扩散先占到市场的一半：第 {bass} 年，固定增长率要到第 {rate} 年；",
        ),
        "cagr": say(
            en=f"The constant rate is at half the market first: year {rate} against {bass};",
            zh=f"固定增长率先占到市场的一半：第 {rate} 年，巴斯曲线要到第 {bass} 年；",
        ),
        "both": say(
            en=f"Both are at half the market in year {bass};",
            zh=f"两者都在第 {bass} 年占到市场的一半；",
        ),
    }[half["first"]]
    end = say(
        en=f"from year {out} on the constant rate exceeds the whole market",
        zh=f"从第 {out} 年起，固定增长率已超出整个市场",
    )
    return f"{first}\n{end}"


def figure(setting: Scenario | None = None) -> Figure:
    """One scenario as a figure of its own, not registered with pyplot.

    Examples
    --------
    >>> figure().axes[0].get_xlabel()
    'years from today'
    """
    from matplotlib.figure import Figure

    picture = Figure(figsize=(7.2, 4.2), layout="constrained")
    ax = picture.add_subplot()
    setting = setting or Scenario()
    draw(ax, setting)
    ax.set_title(finding(setting))
    ax.legend(loc="upper left")
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
        (say(en="The usual market", zh="一般市场"), usual),
        (say(en="Little imitation", zh="模仿很弱"), usual._replace(q=0.10)),
        (say(en="A market four times as large", zh="市场潜量为四倍"), usual._replace(m=400.0)),
        (say(en="A rate twice as high", zh="增长率翻倍"), usual._replace(cagr=0.40)),
    )
    picture, axes = plt.subplots(
        2, 2, figsize=(9.6, 6.6), sharex=True, sharey=True, layout="constrained"
    )
    for ax, (name, setting) in zip(axes.flat, cases, strict=True):
        draw(ax, setting)
        settings = f"p {setting.p:g}, q {setting.q:g}, m {setting.m:g}, {setting.cagr:.0%}"
        bass, rate = crossing(*setting[:5], shares=(0.5,)).iloc[0][["bass", "cagr"]]
        told = say(
            en=f"at half: Bass in year {bass:.1f}, the rate in year {rate:.1f}",
            zh=f"到一半：巴斯曲线第 {bass:.1f} 年，固定增长率第 {rate:.1f} 年",
        )
        ax.set_title(f"{name} ({settings})\n{told}", fontsize=10)
        ax.label_outer()
    axes[0, 0].legend(loc="upper left")
    gone = sum(leaves_market(s.m, s.cagr, s.start) <= s.periods for _, s in cases)
    picture.suptitle(
        say(
            en=f"A constant rate knows no ceiling: it outgrows {gone} of {len(cases)} markets "
            f"within {usual.periods} years; the Bass curve never does",
            zh=f"固定增长率没有上限：{usual.periods} 年内在 {len(cases)} 个情景中有 {gone} 个"
            "超出整个市场，巴斯曲线则不会",
        ),
        x=0.01,
        ha="left",
        fontsize=12,
    )
    return picture


def readout(setting: Scenario) -> str:
    """When each curve reaches which share, as a small HTML table."""
    head = (
        say(en="share of the market", zh="市场份额"),
        say(en="Bass curve, year", zh="巴斯曲线（年）"),
        say(en=f"{setting.cagr:.0%} a year, year", zh=f"每年 {setting.cagr:.0%}（年）"),
    )
    rows = [
        (f"{share:.0%}", f"{row['bass']:.1f}", f"{row['cagr']:.1f}")
        for share, row in crossing(*setting[:5]).iterrows()
    ]
    begun = time_of_share(setting.start / setting.m, setting.p, setting.q)
    peak = bass_peak(setting.p, setting.q) - begun
    fastest = (
        say(en=f"Adoption is fastest in year {peak:.1f}.", zh=f"采用速度在第 {peak:.1f} 年最快。")
        if peak > 0
        else say(en="Adoption is already slowing.", zh="采用速度已在放缓。")
    )
    return f"{html_table(head, rows)}<p>{fastest}</p>"


def lab() -> ipywidgets.VBox:
    """The lab's face: sliders, a chart and a table that follow them."""
    usual = Scenario()
    controls = {
        "p": slider(say(en="p, innovation", zh="p 创新系数"), usual.p, 0.001, 0.1, 0.001, ".3f"),
        "q": slider(say(en="q, imitation", zh="q 模仿系数"), usual.q, 0.0, 0.9, 0.01, ".2f"),
        "m": slider(say(en="m, market potential", zh="m 市场潜量"), usual.m, 20, 400, 5, ".0f"),
        "cagr": slider(say(en="growth a year", zh="年增长率"), usual.cagr, 0.02, 0.6, 0.01, ".0%"),
    }
    return face(
        controls,
        draw=lambda settings: figure(usual._replace(**settings)),
        read=lambda settings: readout(usual._replace(**settings)),
    )
