"""The shop on one page: what it sold, when, where to, in which categories, after how much looking.

Every title says what its chart shows, computed from the shop at hand.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from ecomlab.shop.calendar import Festival, festivals
from ecomlab.shop.catalogue import CATEGORIES
from ecomlab.style import COLOURS, say

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Anything with the shop's tables as attributes: a ``History``, or an opened shop.
Shop = Any

_FESTIVALS = {
    "chinese_new_year": "Chinese New Year",
    "mid_autumn": "Mid-Autumn",
    "618": "618",
    "double_eleven": "Double Eleven",
    "double_twelve": "Double Twelve",
    "black_friday": "Black Friday",
}
#: Clicks that mark the steps from visit to order; every visit lands.
STEPS = ("land", "view", "cart", "checkout", "paid")
#: Labels of cities keep this distance, in km.
_APART = 280.0
#: Days on each side that the best day is compared with.
_AROUND = 28


def overview(shop: Shop) -> Figure:
    """Draw the shop on one page, in the language in force.

    Parameters
    ----------
    shop
        A ``History`` or an opened shop: its ``orders``, ``order_lines``, ``products``, ``cities``,
        ``visits`` and ``events``.

    Returns
    -------
    matplotlib.figure.Figure
        Made through pyplot: end the cell with ``plt.show()``.

    Raises
    ------
    ValueError
        If the shop has no orders.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from ecomlab.shop import World, simulate
    >>> page = overview(simulate(World.draw(2, customers=900, products=24), days=90))
    >>> len(page.axes)
    4
    >>> plt.close(page)
    """
    import matplotlib.pyplot as plt

    days, cities, goods, steps = revenue(shop), demand(shop), mix(shop), funnel(shop)
    page = plt.figure(figsize=(12, 8), layout="constrained")
    grid = page.add_gridspec(2, 3, height_ratios=(1, 1.15))
    panels = (
        (page.add_subplot(grid[0, :]), draw_revenue, days, peak(days)),
        (page.add_subplot(grid[1, 0]), draw_map, cities, concentration(cities)),
        (page.add_subplot(grid[1, 1]), draw_mix, goods, leader(goods)),
        (page.add_subplot(grid[1, 2]), draw_funnel, steps, narrowest(steps)),
    )
    for ax, draw, data, finding in panels:
        draw(ax, data)
        ax.set_title(finding, fontsize=10.5, loc="left", linespacing=1.35)
    page.suptitle(summary(days, int(cities["orders"].sum())), x=0.01, ha="left", fontsize=14)
    return page


def revenue(shop: Shop) -> pd.Series:
    """What was paid on each day, in CNY, from the first day with an order to the last."""
    orders = _table(shop, "orders")
    if orders.empty:
        raise ValueError("the shop has no orders yet; an overview needs at least one")
    by_day = orders.groupby(orders["ordered_at"].dt.normalize())["total"].sum()
    return by_day.asfreq("D", fill_value=0.0)


def demand(shop: Shop) -> pd.DataFrame:
    """Orders by city, most first: ``name name_zh x y orders``, x and y in km from Beijing."""
    orders = _table(shop, "orders")["city_id"].value_counts().rename("orders")
    cities = _table(shop, "cities")[["city_id", "name", "name_zh", "x", "y"]]
    counted = cities.join(orders, on="city_id").fillna({"orders": 0})
    return counted.sort_values(["orders", "city_id"], ascending=[False, True], ignore_index=True)


def mix(shop: Shop) -> pd.DataFrame:
    """Shares of ``revenue`` and ``units`` by category, largest revenue first."""
    goods = _table(shop, "products")[["product_id", "category"]]
    lines = _table(shop, "order_lines").merge(goods, on="product_id")
    sums = lines.groupby(lines["category"].astype(str))[["amount", "units"]].sum()
    shares = (sums / sums.sum()).rename(columns={"amount": "revenue"})
    return shares.sort_values("revenue", ascending=False)


def funnel(shop: Shop) -> pd.Series:
    """Visits that came to each step, by the clicks that are kept; without clicks, all visits."""
    import pandas as pd

    events = _table(shop, "events")
    if events.empty:
        visits = _table(shop, "visits")
        return pd.Series({"land": len(visits), "paid": int(visits["ordered"].sum())})
    reached = events.groupby(events["kind"].astype(str))["visit_id"].nunique()
    return reached.reindex(STEPS, fill_value=0)


def summary(days: pd.Series, orders: int) -> str:
    """The whole page in a line: what was sold, from when to when."""
    first, last, total = days.index[0], days.index[-1], days.sum()
    return say(
        en=f"Lantern Market: {_cny(total)} from {orders:,} orders, {_day(first)} to {_day(last)}",
        zh=f"灯市：{_day(first)}至{_day(last)}，{orders:,} 笔订单，支付金额{_cny(total)}",
    )


def peak(days: pd.Series) -> str:
    """The best day: which festival it was, and how it stands to the weeks around it."""
    best, most = days.idxmax(), days.max()
    usual = days[abs(days.index - best).days <= _AROUND].median()
    apart = {abs((one.date - best.date()).days): one for one in festivals()}
    festival = apart[min(apart)] if min(apart) <= 1 else None
    named = _named(festival) if festival else say(en="The best day", zh="最高的一天")
    if not usual:
        return say(
            en=f"{named}, {_day(best)}: {_cny(most)}, while most days around it sold nothing",
            zh=f"{named}（{_day(best)}）支付金额{_cny(most)}，前后多数日子没有成交",
        )
    return say(
        en=f"{named}, {_day(best)}: {_cny(most)}, {most / usual:.1f} times the median of the eight "
        "weeks around it",
        zh=f"{named}（{_day(best)}）支付金额{_cny(most)}，是前后八周中位数的 {most / usual:.1f} 倍",
    )


def concentration(cities: pd.DataFrame) -> str:
    """Which cities order most, and how much of all."""
    top = cities.head(min(3, max(len(cities) - 1, 1)))
    share = top["orders"].sum() / cities["orders"].sum()
    names = top[say(en="name", zh="name_zh")].astype(str).tolist()
    *others, last = names
    told = f"{', '.join(others)} and {last}\nplace" if others else f"{last}\nplaces"
    return say(en=f"{told} {share:.0%} of orders", zh=f"{'、'.join(names)}\n占订单的 {share:.0%}")


def leader(goods: pd.DataFrame) -> str:
    """The category that earns most, and its share of units."""
    first = goods.iloc[0]
    name = _category(str(goods.index[0]))
    return say(
        en=f"Most revenue, {first['revenue']:.0%}, comes from {name},\n"
        f"with {first['units']:.0%} of units",
        zh=f"{name}的支付金额占比最高（{first['revenue']:.0%}），\n件数占 {first['units']:.0%}",
    )


def narrowest(steps: pd.Series) -> str:
    """How many visits end in an order, and where most are lost on the way."""
    kept = steps.to_numpy()[1:] / np.maximum(steps.to_numpy()[:-1], 1)
    at = int(kept.argmin())
    before, after = _steps()[steps.index[at]], _steps()[steps.index[at + 1]]
    per_100 = 100 * steps.iloc[-1] / steps.iloc[0]
    return say(
        en=f"{per_100:.1f} of 100 visits end in an order;\n"
        f"narrowest: {before} to {after}, {kept[at]:.0%}",
        zh=f"每百次访问成交 {per_100:.1f} 单；\n最窄一步：{before}→{after}，{kept[at]:.0%}",
    )


def draw_revenue(ax: Axes, days: pd.Series) -> None:
    """Revenue by day, festivals marked."""
    from matplotlib.dates import DateFormatter

    unit = float(say(en="1e3", zh="1e4"))
    ax.plot(days.index, days / unit, color=COLOURS[0], linewidth=0.9)
    by_name: dict[str, list[Festival]] = {}
    for one in festivals():
        if days.index[0].date() <= one.date <= days.index[-1].date():
            by_name.setdefault(one.name, []).append(one)
    for colour, found in zip(COLOURS[1:], by_name.values(), strict=False):
        at = [np.datetime64(one.date) for one in found]
        ax.plot(at, days[at] / unit, "o", color=colour, markersize=6, label=_named(found[0]))
    ax.set_ylim(0, 1.14 * days.max() / unit)
    ax.margins(x=0.01)
    ax.xaxis.set_major_formatter(DateFormatter("%Y-%m"))
    ax.set_ylabel(say(en="revenue, CNY thousand a day", zh="支付金额（万元/天）"))
    if by_name:
        ax.legend(loc="upper left", ncols=len(by_name), fontsize=9, handletextpad=0.1)


def draw_map(ax: Axes, cities: pd.DataFrame) -> None:
    """Orders by city: the area of a dot is the city's orders."""
    most = max(cities["orders"].max(), 1)
    ax.scatter(
        cities["x"], cities["y"], s=420 * cities["orders"] / most, color=COLOURS[0], alpha=0.45
    )
    labelled: list[tuple[float, float]] = []
    for city in cities.itertuples():
        if all(np.hypot(city.x - x, city.y - y) >= _APART for x, y in labelled):
            labelled.append((city.x, city.y))
            name = say(en=city.name, zh=city.name_zh)
            ax.annotate(name, (city.x, city.y), fontsize=8, ha="center", va="center")
    ax.set_aspect("equal", adjustable="datalim")
    ax.margins(0.14)
    ax.set_xlabel(say(en="km east of Beijing", zh="北京以东（千米）"))
    ax.set_ylabel(say(en="km north of Beijing", zh="北京以北（千米）"))
    ax.text(0.02, 0.97, say(en="area: orders", zh="面积：订单数"), transform=ax.transAxes,
            fontsize=8, va="top")  # fmt: skip


def draw_mix(ax: Axes, goods: pd.DataFrame) -> None:
    """Shares of revenue and of units by category."""
    place = np.arange(len(goods))
    for shift, column, colour, name in (
        (-0.2, "revenue", COLOURS[0], say(en="revenue", zh="支付金额")),
        (0.2, "units", COLOURS[4], say(en="units", zh="件数")),
    ):
        ax.barh(place + shift, 100 * goods[column], height=0.4, color=colour, label=name)
    ax.set_yticks(place, [_category(str(c)) for c in goods.index])
    ax.invert_yaxis()
    ax.grid(axis="y", visible=False)
    ax.set_xlabel(say(en="share of the shop, %", zh="占全店比例（%）"))
    ax.legend(loc="lower right", fontsize=9)


def draw_funnel(ax: Axes, steps: pd.Series) -> None:
    """Of 100 visits, how many came to each step."""
    share = 100 * steps / steps.iloc[0]
    place = np.arange(len(steps))
    bars = ax.barh(place, share, color=COLOURS[2], height=0.7)
    ax.bar_label(bars, [f"{s:.1f}" for s in share], padding=3, fontsize=9)
    ax.set_yticks(place, [_steps()[str(s)] for s in steps.index])
    ax.invert_yaxis()
    ax.set_xlim(0, 115)
    ax.grid(axis="y", visible=False)
    ax.set_xlabel(say(en="of 100 visits", zh="每百次访问"))


def _table(shop: Shop, name: str) -> pd.DataFrame:
    from ecomlab.frames import collect

    return collect(getattr(shop, name))


def _steps() -> dict[str, str]:
    return {
        "land": say(en="visit", zh="访问"),
        "view": say(en="product", zh="看商品"),
        "cart": say(en="cart", zh="加购"),
        "checkout": say(en="checkout", zh="结算"),
        "paid": say(en="order", zh="成交"),
    }


def _named(one: Festival) -> str:
    return say(en=_FESTIVALS[one.name], zh=one.zh)


def _category(name: str) -> str:
    return say(en=name, zh=next(zh for known, zh, *_ in CATEGORIES if known == name))


def _day(day: date) -> str:
    """A date as the language writes it, month names English whatever the machine speaks."""
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return say(
        en=f"{day.day} {months[day.month - 1]} {day.year}",
        zh=f"{day.year}年{day.month}月{day.day}日",
    )


def _cny(amount: float) -> str:
    """An amount of money at a glance.

    Examples
    --------
    >>> _cny(1_234_567), _cny(98_765), _cny(87.6)
    ('CNY 1.23 million', 'CNY 99 thousand', 'CNY 88')
    """
    if amount >= 1e6:
        en = f"CNY {amount / 1e6:,.2f} million"
    else:
        en = f"CNY {amount / 1e3:.0f} thousand" if amount >= 1e4 else f"CNY {amount:,.0f}"
    zh = f" {amount / 1e4:,.1f} 万元" if amount >= 1e4 else f" {amount:,.0f} 元"
    return say(en=en, zh=zh)
