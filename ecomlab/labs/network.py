"""The lab of section 5.3: pick centres on a map, and see what it costs to serve the country.

The cities and their kilograms are the shipped shop's; roads are 1.25 times the straight line.
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from ecomlab.labs.face import face, html_table, pick, slider
from ecomlab.shop.store import open_shop
from ecomlab.style import COLOURS, say
from ecomlab.supply.network import Siting, locate, serve_from

if TYPE_CHECKING:
    import ipywidgets
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DETOUR = 1.25
NONE = -1
#: What the map of a country needs to name without crowding: its largest cities.
_NAMED = 10


class Scenario(NamedTuple):
    """The lab's settings: cities (by id) that hold centres, and what hauling and rent cost."""

    first: int = 0
    second: int = 1
    third: int = NONE
    rent: float = 2_000.0
    rate: float = 0.0006


@lru_cache(maxsize=1)
def towns() -> pd.DataFrame:
    """The cities by id: `name`, `name_zh`, `x`, `y` (km) and `demand`, kg of two years."""
    shop = open_shop()
    cities = shop.cities.set_index("city_id")[["name", "name_zh", "x", "y"]]
    sent = shop.deliveries.groupby("city_id")["weight"].sum()
    return cities.assign(demand=sent.reindex(cities.index, fill_value=0.0))


def chosen(setting: Scenario) -> list[int]:
    """The different cities that hold a centre, in order.

    Examples
    --------
    >>> chosen(Scenario(first=4, second=1, third=4))
    [1, 4]
    """
    return sorted({setting.first, setting.second, setting.third} - {NONE})


def outcome(setting: Scenario) -> Siting:
    """Hauling (CNY) and rent of the scenario's centres over two years.

    Parameters
    ----------
    setting
        Ids of cities in the table of `towns`; ``third`` may be -1, none. ``rent``: CNY a centre;
        ``rate``: CNY per kg and km, above 0.

    Raises
    ------
    ValueError
        If a city is not in the table, or a price is out of range.

    Examples
    --------
    >>> two, three = outcome(Scenario()), outcome(Scenario(third=4))
    >>> three.transport < two.transport, three.fixed - two.fixed
    (True, 2000.0)
    """
    table = towns()
    sites = table.assign(fixed_cost=setting.rent)
    return serve_from(table, sites, chosen(setting), detour=DETOUR, rate=setting.rate)


@lru_cache(maxsize=64)
def best(n_open: int, rent: float, rate: float) -> Siting:
    """The best choice of so many centres."""
    table = towns()
    sites = table.assign(fixed_cost=rent)
    return locate(table, sites, n_open=n_open, detour=DETOUR, rate=rate)


def name(city: Hashable) -> str:
    """A city's name in the language in force."""
    return str(towns().loc[city, say(en="name", zh="name_zh")])


def _money(amount: float) -> str:
    return say(en=f"CNY {amount:,.0f}", zh=f"{amount:,.0f} 元")


def finding(setting: Scenario) -> str:
    """What a scenario shows, in one line.

    Examples
    --------
    >>> from ecomlab.style import set_language
    >>> finding(Scenario()).startswith("Beijing and Shanghai: CNY ")
    True
    """
    found = outcome(setting)
    names = [name(city) for city in chosen(setting)]
    above = found.cost / best(len(names), setting.rent, setting.rate).cost - 1
    *others, last = names
    listed = say(en=f"{', '.join(others)} and {last}" if others else last, zh="、".join(names))
    if above < 5e-4:
        told = say(en="the best for this number", zh="此数目下最优")
    else:
        told = say(
            en=f"{above:.1%} above the best for this number", zh=f"比同数目的最优方案高 {above:.1%}"
        )
    return say(
        en=f"{listed}: {_money(found.cost)}, {told}", zh=f"{listed}：{_money(found.cost)}，{told}"
    )


def draw_map(ax: Axes, found: Siting) -> None:
    """Cities (area: kilograms), centres, and which of them serves whom; no map tiles."""
    from matplotlib.collections import LineCollection

    table = towns()
    place = table[["x", "y"]].to_numpy()
    row = {city: number for number, city in enumerate(table.index)}
    roads = [place[[row[city], row[centre]]] for city, centre in found.serves.items()]
    ax.add_collection(LineCollection(roads, colors="#BBBBBB", linewidths=0.9, zorder=1))
    area = 330 * table["demand"] / max(table["demand"].max(), 1e-12)
    ax.scatter(table["x"], table["y"], s=area, color=COLOURS[0], alpha=0.5, zorder=2)
    open_at = table.loc[list(found.open)]
    ax.scatter(open_at["x"], open_at["y"], s=80, marker="s", color=COLOURS[1], zorder=3)
    large = set(table["demand"].nlargest(_NAMED).index) | set(found.open)
    written: list[tuple[float, float]] = []
    for city in [*found.open, *table["demand"].sort_values(ascending=False).index]:
        x, y = table.loc[city, ["x", "y"]].astype(float)
        near = any(abs(x - u) < 320 and abs(y - v) < 110 for u, v in written)
        if city in large and not near:
            written.append((x, y))
            ax.annotate(name(city), (x, y), (7, 6), textcoords="offset points", fontsize=8)
    ax.set_aspect("equal", adjustable="datalim")
    ax.set_xlabel(say(en="km east of Beijing", zh="北京以东（千米）"))
    ax.set_ylabel(say(en="km north of Beijing", zh="北京以北（千米）"))


def figure(setting: Scenario | None = None) -> Figure:
    """The scenario's map.

    Examples
    --------
    >>> figure().axes[0].get_xlabel()
    'km east of Beijing'
    """
    from matplotlib.figure import Figure

    setting = setting or Scenario()
    picture = Figure(figsize=(7.6, 5.4), layout="constrained")
    ax = picture.add_subplot()
    draw_map(ax, outcome(setting))
    # Three long names, and the line would be wider than the map.
    ax.set_title(finding(setting).replace(": CNY", ":\nCNY"), loc="left")
    return picture


def greedy(number: int) -> list[int]:
    """Centres chosen one after the other, each the best addition to those before."""
    table = towns()
    kept: list[int] = []
    for _ in range(number):
        free = [city for city in table.index if city not in kept]
        kept.append(min(free, key=lambda city: serve_from(table, table, [*kept, city]).cost))
    return kept


def static() -> Figure:
    """The lab on paper: three ways to pick two centres, and what each costs over the best pair.

    Returns
    -------
    matplotlib.figure.Figure
        Made through pyplot: end the cell with ``plt.show()``.
    """
    import matplotlib.pyplot as plt

    table = towns()
    middle = table[["x", "y"]].mul(table["demand"], axis=0).sum() / table["demand"].sum()
    away = ((table[["x", "y"]] - middle) ** 2).sum(axis=1)
    least = best(2, 0.0, 0.0006).cost
    ways = {
        say(en="the two largest cities", zh="最大的两个城市"): table["demand"].nlargest(2).index,
        say(en="nearest to the centre of gravity", zh="离重心最近的两个"): away.nsmallest(2).index,
        say(en="one after the other", zh="先选一个，再选一个"): greedy(2),
    }
    picture, axes = plt.subplots(1, 3, figsize=(12, 4.6), layout="constrained", sharey=True)
    above = []
    for ax, (way, cities) in zip(axes, ways.items(), strict=True):
        found = serve_from(table, table, list(cities), detour=DETOUR, rate=0.0006)
        above.append(found.cost / least - 1)
        draw_map(ax, found)
        ax.set_title(f"{way}\n+{above[-1]:.0%}", loc="left", fontsize=11)
        ax.label_outer()
    picture.suptitle(
        say(
            en=f"Three shortcuts cost {min(above):.0%} to {max(above):.0%} more than the best two",
            zh=f"三种“捷径”比最优的两处多花 {min(above):.0%} 到 {max(above):.0%}",
        ),
        x=0.01,
        ha="left",
    )
    return picture


def readout(setting: Scenario) -> str:
    """Each centre's cities, kilograms and mean road as a small HTML table, and the costs."""
    table, found = towns(), outcome(setting)
    rows = []
    for centre in found.open:
        mine = table[(found.serves == centre).to_numpy()]
        at = table.loc[centre, ["x", "y"]].astype(float)
        km = ((mine[["x", "y"]] - at) ** 2).sum(axis=1) ** 0.5 * DETOUR
        kilos = float(mine["demand"].sum())
        mean = float((km * mine["demand"]).sum() / kilos) if kilos else 0.0
        share = kilos / float(table["demand"].sum())
        rows.append((name(centre), f"{len(mine)}", f"{share:.0%}", f"{mean:,.0f}"))
    heads = (
        say(en="centre", zh="中心"),
        say(en="cities", zh="城市数"),
        say(en="share of kilograms", zh="货量占比"),
        say(en="mean distance (km)", zh="平均里程（千米）"),
    )
    costs = say(
        en=f"hauling {_money(found.transport)}, rent {_money(found.fixed)}, in all "
        f"{_money(found.cost)} in two years",
        zh=f"两年运费 {_money(found.transport)}，租金 {_money(found.fixed)}，"
        f"合计 {_money(found.cost)}",
    )
    return f"{html_table(heads, rows)}<p>{costs}</p>"


def lab() -> ipywidgets.VBox:
    """The lab's face: three centres, a rent and a price, and the map and table that follow."""
    usual = Scenario()
    places = [(name(city), int(city)) for city in towns().index]
    controls = {
        "first": pick(say(en="first centre", zh="第一个中心"), usual.first, places),
        "second": pick(say(en="second centre", zh="第二个中心"), usual.second, places),
        "third": pick(
            say(en="third centre", zh="第三个中心"),
            usual.third,
            [(say(en="none", zh="不设"), NONE), *places],
        ),
        "rent": slider(
            say(en="rent of a centre (CNY)", zh="每个中心的租金（元）"),
            usual.rent, 0, 12_000, 500, ",.0f",
        ),
        "rate": slider(
            say(en="CNY per kg and km", zh="每千克每千米（元）"),
            usual.rate, 0.0002, 0.002, 0.0002, ".4f",
        ),
    }  # fmt: skip
    return face(
        controls,
        draw=lambda settings: figure(Scenario(**settings)),
        read=lambda settings: readout(Scenario(**settings)),
    )
