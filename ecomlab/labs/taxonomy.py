"""The lab of section 1.1: the cube of product, process and delivery, and which trades lie where.

Each corner of the cube is one combination of digital and physical. Choose a side, an edge or a
corner: the bubbles tell what share of the market's trade lies there, by value or by number.
"""

from __future__ import annotations

from itertools import combinations, product
from math import pi
from typing import TYPE_CHECKING, NamedTuple

from ecomlab import arguments
from ecomlab.labs.face import face, html_table, pick
from ecomlab.market.taxonomy import classify, composition
from ecomlab.style import COLOURS, say

if TYPE_CHECKING:
    import ipywidgets
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

AXES = ("product", "process", "delivery")
SIDES = ("physical", "digital")
ANY = "any"
MEASURES = ("amount", "trades")
COMPLETENESS_COLOURS = {3: COLOURS[2], 2: COLOURS[0], 1: COLOURS[0], 0: COLOURS[1]}
ASLEEP = "#CFCFCF"
#: The area of a bubble that holds all trade, in square points.
LARGEST = 4600
SHOWN = 6


class Scenario(NamedTuple):
    """The lab's settings: one side of each dimension, or any; what bubbles are measured by."""

    product: str = "digital"
    process: str = "digital"
    delivery: str = "digital"
    measure: str = "amount"


def market() -> pd.DataFrame:
    """The trades at the market's stalls, classified."""
    from ecomlab import open_shop

    return classify(open_shop().stalls)


def corners(trades: pd.DataFrame, setting: Scenario) -> pd.DataFrame:
    """The cube's eight corners: the share of trades and of value in each, and if it is chosen.

    Parameters
    ----------
    trades
        Classified trades, with `amount` (CNY).
    setting
        Which sides are chosen.

    Returns
    -------
    pandas.DataFrame
        Eight rows by `product`, `process`, `delivery`: `trades`, `amount` (CNY), `trades_share`,
        `amount_share`, `digital` (how many of the three are) and `chosen`.

    Raises
    ------
    ValueError
        If a setting is none of its options.

    Examples
    --------
    >>> found = corners(market(), Scenario(delivery="any"))
    >>> found["chosen"].sum(), round(found["amount_share"].sum(), 6)
    (np.int64(2), np.float64(1.0))
    """
    import pandas as pd

    _check(setting)
    every = pd.MultiIndex.from_tuples(product(SIDES, repeat=3), names=AXES)
    found = composition(trades, by=AXES).set_index(list(AXES)).reindex(every, fill_value=0)
    sides = every.to_frame()
    found["digital"] = (sides == "digital").sum(axis=1)
    wanted = pd.Series({axis: getattr(setting, axis) for axis in AXES})
    found["chosen"] = ((sides == wanted) | (wanted == ANY)).all(axis=1)
    return found


def chosen_items(trades: pd.DataFrame, setting: Scenario) -> pd.DataFrame:
    """What is traded in the chosen corners, the largest first by the setting's measure.

    Examples
    --------
    >>> chosen_items(market(), Scenario(process="physical"))["item"].tolist()
    ['logo design', 'software licence', 'online lesson', 'e-book', 'music']
    """
    _check(setting)
    for axis in AXES:
        if (side := getattr(setting, axis)) != ANY:
            trades = trades[trades[axis] == side]
    found = composition(trades, by=["item", "item_zh"])
    return found.sort_values(setting.measure, ascending=False, ignore_index=True, kind="stable")


def _check(setting: Scenario) -> None:
    options = {axis: (*SIDES, ANY) for axis in AXES} | {"measure": MEASURES}
    for name, allowed in options.items():
        arguments.one_of(getattr(setting, name), name, allowed)


def finding(table: pd.DataFrame) -> str:
    """What the chosen corners hold, in one line.

    Examples
    --------
    >>> finding(corners(market(), Scenario("any", "any", "any")))
    'Chosen: 100.0 % of value, 100.0 % of trades'
    """
    amount, trades = (table.loc[table["chosen"], f"{m}_share"].sum() for m in MEASURES)
    return say(
        en=f"Chosen: {100 * amount:.1f} % of value, {100 * trades:.1f} % of trades",
        zh=f"选中部分：占金额 {amount:.1%}，占笔数 {trades:.1%}",
    )


def _place(corner: tuple[float, ...]) -> tuple[float, float]:
    """A corner on paper: product to the right, process up, delivery to the back."""
    right, up, back = corner
    return right + 0.46 * back, up + 0.34 * back


def draw(ax: Axes, table: pd.DataFrame, measure: str) -> None:
    """Draw the cube: a bubble a corner, its area the share; corners not chosen are grey."""
    at = {sides: tuple(float(s == "digital") for s in sides) for sides in product(SIDES, repeat=3)}
    for one, other in combinations(at.values(), 2):
        if sum(a != b for a, b in zip(one, other, strict=True)) == 1:
            xs, ys = zip(_place(one), _place(other), strict=True)
            ax.plot(xs, ys, color="#B0B0B0", linewidth=1, zorder=1)
    for sides, row in table.iterrows():
        x, y = _place(at[sides])
        share = row[f"{measure}_share"]
        colour = COMPLETENESS_COLOURS[row["digital"]] if row["chosen"] else ASLEEP
        marker = {"s": LARGEST * share, "alpha": 0.85} if share else {"marker": "x", "s": 30}
        ax.scatter(x, y, color=colour, zorder=2, linewidth=1, **marker)
        beside = 5 + 0.71 * (LARGEST * share / pi) ** 0.5
        ink = "#000000" if row["chosen"] else "#8A8A8A"
        ax.annotate(
            f"{share:.1%}" if share else "0",
            (x, y),
            (beside, beside),
            textcoords="offset points",
            color=ink,
            zorder=3,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
        )
    names = {
        "product": (say(en="product", zh="产品"), (0.5, -0.20), 0),
        "process": (say(en="process", zh="交易过程"), (-0.26, 0.5), 90),
        "delivery": (say(en="delivery", zh="交付"), (1.40, 0.08), 36),
    }
    for name, (x, y), angle in names.values():
        ends = say(en=f"{name}: physical → digital", zh=f"{name}：实体 → 数字")
        ax.text(x, y, ends, rotation=angle, ha="center", va="center", fontsize=9)
    ax.set(xlim=(-0.42, 1.8), ylim=(-0.34, 1.62))
    ax.set_axis_off()


def _legend(picture: Figure, *, choosing: bool) -> None:
    from matplotlib.lines import Line2D

    kinds = [
        (COMPLETENESS_COLOURS[3], say(en="complete (all three digital)", zh="完全（三者皆数字）")),
        (COMPLETENESS_COLOURS[1], say(en="partial", zh="非完全")),
        (
            COMPLETENESS_COLOURS[0],
            say(en="none (all three physical)", zh="非电子商务（三者皆实体）"),
        ),
    ]
    if choosing:
        kinds.append((ASLEEP, say(en="not chosen", zh="未选")))
    handles = [
        Line2D([], [], color=colour, marker="o", linestyle="", label=name) for colour, name in kinds
    ]
    picture.legend(handles=handles, loc="outside lower center", ncols=4)


def figure(setting: Scenario | None = None, trades: pd.DataFrame | None = None) -> Figure:
    """The cube with the chosen corners in colour, as a figure of its own.

    Parameters
    ----------
    setting
        Which sides are chosen; the lab's first setting if None.
    trades
        Classified trades; the market's if None.

    Examples
    --------
    >>> len(figure().axes)
    1
    """
    from matplotlib.figure import Figure

    setting = setting or Scenario()
    table = corners(market() if trades is None else trades, setting)
    picture = Figure(figsize=(7.6, 5.2), layout="constrained")
    ax = picture.add_subplot()
    draw(ax, table, setting.measure)
    ax.set_title(finding(table))
    _legend(picture, choosing=True)
    return picture


def static() -> Figure:
    """The lab on paper: the whole cube by trades and by value, for places without widgets.

    Returns
    -------
    matplotlib.figure.Figure
        Made through pyplot: end the cell with ``plt.show()``.
    """
    import matplotlib.pyplot as plt

    table = corners(market(), Scenario(ANY, ANY, ANY))
    picture, axes = plt.subplots(1, 2, figsize=(11.5, 5.2), layout="constrained")
    panels = {
        "trades": say(en="share of trades", zh="笔数占比"),
        "amount": say(en="share of value", zh="金额占比"),
    }
    for ax, (measure, name) in zip(axes, panels.items(), strict=True):
        draw(ax, table, measure)
        ax.set_title(name, fontsize=11)
    filled = int((table["trades"] > 0).sum())
    (largest,) = table.index[table["amount"] == table["amount"].max()]
    most = " · ".join(_side(side) for side in largest)
    share = table["amount_share"].max()
    picture.suptitle(
        say(
            en=f"{filled} of 8 corners are in use; {share * 100:.0f} % of value lies at "
            f"one of them ({most})",
            zh=f"8 个角中有 {filled} 个用到；{share:.0%} 的金额集中在一个角（{most}）",
        ),
        x=0.01,
        ha="left",
        fontsize=12,
    )
    _legend(picture, choosing=False)
    return picture


def _side(side: str) -> str:
    return say(en=side, zh={"physical": "实体", "digital": "数字", ANY: "不限"}[side])


def readout(setting: Scenario, trades: pd.DataFrame | None = None) -> str:
    """What is traded in the chosen corners, as a small HTML table."""
    found = chosen_items(market() if trades is None else trades, setting)
    if found.empty:
        none = say(en="No trade lies at this corner.", zh="这个角上没有交易。")
        return f"<p>{none}</p>"
    heads = (
        say(en="what is traded here most", zh="这里成交最多的"),
        say(en="trades", zh="交易笔数"),
        say(en="amount (CNY)", zh="金额（元）"),
    )
    names = found["item"] if say(en="en", zh="zh") == "en" else found["item_zh"]
    rows = [
        (name, f"{trades:,.0f}", f"{amount:,.0f}")
        for name, trades, amount in zip(names, found["trades"], found["amount"], strict=True)
    ]
    rest = len(rows) - SHOWN
    note = say(en=f"and {rest} more kinds", zh=f"另有 {rest} 种") if rest > 0 else ""
    return f"{html_table(heads, rows[:SHOWN])}<p>{note}</p>"


def lab() -> ipywidgets.VBox:
    """The lab's face: a side of each dimension, what to measure by, the cube and a table."""
    usual, trades = Scenario(), market()
    sides = [
        (say(en="digital", zh="数字"), "digital"),
        (say(en="physical", zh="实体"), "physical"),
        (say(en="any", zh="不限"), ANY),
    ]
    measures = [
        (say(en="value", zh="金额"), "amount"),
        (say(en="number of trades", zh="交易笔数"), "trades"),
    ]
    controls = {
        "product": pick(say(en="product", zh="产品"), usual.product, sides),
        "process": pick(say(en="process (the order)", zh="交易过程（下单）"), usual.process, sides),
        "delivery": pick(say(en="delivery", zh="交付"), usual.delivery, sides),
        "measure": pick(say(en="bubbles show", zh="气泡大小表示"), usual.measure, measures),
    }
    return face(
        controls,
        draw=lambda settings: figure(Scenario(**settings), trades),
        read=lambda settings: readout(Scenario(**settings), trades),
    )
