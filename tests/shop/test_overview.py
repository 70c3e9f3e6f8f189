"""Laws of the overview: each title says what the data say, in both languages, whatever the shop."""

from __future__ import annotations

import warnings

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from ecomlab.shop import Policy, World, open_shop, simulate
from ecomlab.shop.catalogue import CATEGORIES
from ecomlab.shop.overview import overview
from ecomlab.style import COLOURS, cjk_font_file, set_language

mpl.use("agg")
import itertools

import matplotlib.pyplot as plt

needs_chinese = pytest.mark.skipif(
    cjk_font_file() is None, reason="this machine lacks a Chinese font (pip install 'ecomlab[zh]')"
)


@pytest.fixture(autouse=True)
def tidy():
    """Every figure closed, the language as it was."""
    yield
    plt.close("all")
    set_language("en")


@pytest.fixture(scope="module")
def other_shop():
    """A shop of other cities and categories, without an offer, in its first hundred days."""
    world = World.draw(11, customers=2_500, categories=5, products=40, cities=3)
    return simulate(world, Policy().without().replace(campaigns=()), days=100)


@pytest.fixture(params=["small_shop", "other_shop"])
def shop(request):
    """Two shops of which different things are true."""
    return request.getfixturevalue(request.param)


def titles(shop) -> list[str]:
    """What the page says, line breaks aside."""
    page = overview(shop)
    said = [page.get_suptitle(), *(ax.get_title(loc="left") for ax in page.axes)]
    plt.close(page)
    return [text.replace("\n", " ") for text in said]


def facts(shop) -> dict:
    """The same figures, computed another way: from the engine's arrays."""
    orders, lines, events = (shop.arrays(n) for n in ("orders", "order_lines", "events"))
    day = orders["order_id"] // 10_000_000
    by_day = np.bincount(day, orders["total"]) / 100
    best = int(by_day.argmax())
    first = int(day.min())
    around = by_day[max(best - 28, first) : best + 29]
    by_city = np.bincount(orders["city_id"], minlength=shop.world.size.cities)
    top = np.argsort(-by_city, kind="stable")[: min(3, len(by_city) - 1)]
    category = shop.arrays("products")["category"][lines["product_id"]]
    paid, units = np.bincount(category, lines["amount"]), np.bincount(category, lines["units"])
    lead = int(paid.argmax())
    kinds = ["land", "list", "filter", "view", "compare", "favourite", "cart", "checkout", "pay",
             "paid"]  # fmt: skip
    steps = [
        len(np.unique(events["visit_id"][events["kind"] == kinds.index(k)]))
        for k in ("land", "view", "cart", "checkout", "paid")
    ]
    kept = [b / a for a, b in itertools.pairwise(steps)]
    return {
        "total": by_day.sum(),
        "orders": len(day),
        "days": [pd.Timestamp("2024-01-01") + pd.Timedelta(days=int(d))
                 for d in (first, day.max(), best)],
        "peak": by_day[best],
        "times": by_day[best] / np.median(around),
        "cities": top.tolist(),
        "cities_share": by_city[top].sum() / by_city.sum(),
        "category": CATEGORIES[lead],
        "category_shares": (paid[lead] / paid.sum(), units[lead] / units.sum()),
        "per_100": 100 * steps[-1] / steps[0],
        "narrowest": (int(np.argmin(kept)), min(kept)),
    }  # fmt: skip


def test_english_titles_state_what_the_data_say(shop):
    page, peak, places, goods, way = titles(shop)
    known = facts(shop)
    first, last, best = (f"{d.day} {d:%b %Y}" for d in known["days"])
    assert f"{known['orders']:,} orders" in page
    assert f"{first} to {last}" in page
    million = f"{known['total'] / 1e6:.2f} million"
    assert (million if known["total"] >= 1e6 else f"{known['total'] / 1e3:.0f} thousand") in page
    assert best in peak
    assert f"{known['times']:.1f} times" in peak
    cities = shop.cities.set_index("city_id")["name"].astype(str)[known["cities"]].tolist()
    assert all(name in places for name in cities)
    assert places.endswith(f"{known['cities_share']:.0%} of orders")
    assert known["category"][0] in goods
    revenue, units = known["category_shares"]
    assert f"{revenue:.0%}, comes" in goods
    assert f"{units:.0%} of units" in goods
    assert way.startswith(f"{known['per_100']:.1f} of 100 visits")
    names = ["visit", "product", "cart", "checkout", "order"]
    at, share = known["narrowest"]
    assert way.endswith(f"{names[at]} to {names[at + 1]}, {share:.0%}")


@needs_chinese
def test_chinese_titles_state_what_the_data_say(shop):
    set_language("zh")
    page, peak, places, goods, way = titles(shop)
    known = facts(shop)
    first, last, best = (f"{d.year}年{d.month}月{d.day}日" for d in known["days"])
    assert page.startswith(f"灯市：{first}至{last}，{known['orders']:,} 笔订单")
    assert f"{known['total'] / 1e4:,.1f} 万元" in page
    assert best in peak
    assert f"{known['times']:.1f} 倍" in peak
    cities = shop.cities.set_index("city_id")["name_zh"].astype(str)[known["cities"]]
    assert places == f"{'、'.join(cities)} 占订单的 {known['cities_share']:.0%}"
    revenue, units = known["category_shares"]
    assert goods.startswith(known["category"][1])
    assert f"{revenue:.0%}" in goods
    assert goods.endswith(f"{units:.0%}")
    assert f"成交 {known['per_100']:.1f} 单" in way
    names = ["访问", "看商品", "加购", "结算", "成交"]
    at, share = known["narrowest"]
    assert way.endswith(f"{names[at]}→{names[at + 1]}，{share:.0%}")


def test_two_shops_say_two_things(small_shop, other_shop):
    assert not set(titles(small_shop)) & set(titles(other_shop))


def test_the_best_day_is_named_a_festival_only_if_it_is_one(small_shop, other_shop):
    assert titles(small_shop)[1].startswith("Double Eleven, 11 Nov 2024")
    peak = titles(other_shop)[1]
    best = facts(other_shop)["days"][2]
    festive = abs((best - pd.Timestamp("2024-02-10")).days) <= 1
    assert peak.startswith("Chinese New Year" if festive else "The best day")


def test_every_axis_has_its_unit_and_every_colour_is_the_palettes(small_shop):
    page = overview(small_shop)
    line, towns, bars, way = page.axes
    assert line.get_ylabel() == "revenue, CNY thousand a day"
    assert "km" in towns.get_xlabel()
    assert "km" in towns.get_ylabel()
    assert "%" in bars.get_xlabel()
    assert way.get_xlabel() == "of 100 visits"
    used = {mpl.colors.to_hex(one.get_color()) for one in line.lines}
    used |= {mpl.colors.to_hex(p.get_facecolor()) for ax in (bars, way) for p in ax.patches}
    assert used <= {c.lower() for c in COLOURS}


def test_the_line_is_the_revenue_and_the_dots_are_the_festivals(small_shop):
    line = overview(small_shop).axes[0]
    drawn = line.lines[0].get_ydata()
    assert drawn.sum() * 1_000 == pytest.approx(small_shop.orders["total"].sum())
    days = pd.DatetimeIndex(line.lines[0].get_xdata())
    assert (np.diff(days) == np.timedelta64(1, "D")).all()
    marked = {(one.get_label(), str(d)[:10]) for one in line.lines[1:] for d in one.get_xdata()}
    assert ("Double Eleven", "2024-11-11") in marked
    assert ("Chinese New Year", "2025-01-29") in marked
    assert all(d <= str(days[-1])[:10] for _, d in marked)
    assert line.lines[1].get_ydata()[0] == drawn[list(days).index(line.lines[1].get_xdata()[0])]


@pytest.mark.parametrize("language", ["en", pytest.param("zh", marks=needs_chinese)])
def test_it_draws_without_a_warning_and_the_figure_closes(shop, language, tmp_path):
    set_language(language)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        page = overview(shop)
        page.savefig(tmp_path / "page.png", dpi=90)
    assert (tmp_path / "page.png").stat().st_size < 250_000
    assert plt.get_fignums() == [page.number]
    plt.close(page)
    assert plt.get_fignums() == []


@pytest.mark.parametrize("engine", ["pandas", "polars", "duckdb"])
def test_an_opened_shop_gives_the_same_page(engine, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    pytest.importorskip(engine)
    size = {"customers": 900, "products": 24, "cities": 4}
    opened = open_shop(seed=5, days=120, engine=engine, **size)
    assert titles(opened) == titles(simulate(World.draw(5, **size), days=120))


def test_a_young_shop_has_a_page_and_a_shop_without_orders_says_so():
    world = World.draw(2, customers=100, products=24)
    young = simulate(world, days=40)
    days = young.orders["ordered_at"].dt.normalize()
    assert 2 * days.nunique() < (days.max() - days.min()).days
    assert titles(young)[1].endswith("while most days around it sold nothing")
    with pytest.raises(ValueError, match="no orders yet"):
        overview(simulate(world, days=1))


def test_a_history_draws_itself(small_shop):
    page = small_shop.overview()
    assert page.get_suptitle().startswith("Lantern Market")


def test_without_clicks_the_funnel_is_that_of_all_visits(small_shop):
    class Silent:
        """The shop, without its clicks."""

        orders, order_lines, products = (
            small_shop.orders, small_shop.order_lines, small_shop.products
        )  # fmt: skip
        cities, visits, events = small_shop.cities, small_shop.visits, small_shop.events.head(0)

    visits = small_shop.visits
    share = 100 * visits["ordered"].mean()
    assert titles(Silent)[4].startswith(f"{share:.1f} of 100 visits end in an order")
