"""What is sold: categories, products, and the cities and suppliers around them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecomlab.shop.keys import Floats, draw, entities, key, normal, pick, shuffled, uniform
from ecomlab.shop.world import SEGMENTS, World

#: name, Chinese, usual price in CNY, gross margin at the usual price, weight in kg
CATEGORIES = (
    ("tea", "茶叶", 88.0, 0.48, 0.4),
    ("snacks", "零食", 42.0, 0.34, 0.6),
    ("skincare", "护肤", 158.0, 0.55, 0.3),
    ("clothing", "服装", 149.0, 0.50, 0.5),
    ("shoes", "鞋靴", 239.0, 0.45, 1.0),
    ("phones", "手机", 699.0, 0.16, 0.5),
    ("appliances", "小家电", 279.0, 0.30, 2.5),
    ("textiles", "家纺", 169.0, 0.42, 1.5),
    ("toys", "玩具", 89.0, 0.40, 0.7),
    ("books", "图书", 45.0, 0.30, 0.6),
    ("sports", "运动", 139.0, 0.40, 1.2),
    ("pets", "宠物用品", 72.0, 0.36, 1.8),
)
BRANDS = ("Lantern", "Jade River", "Morning Hill", "Red Kite", "Still Water", "North Star",
          "Plum Rain", "Paper Boat")  # fmt: skip
#: Each taste group likes one style best; a product's style is that of the group it suits best.
STYLES = ("classic", "bold", "natural", "technical", "cute", "luxurious")
TASTE_GROUPS = len(STYLES)
#: Correlation of a product's general appeal with how completely it is listed; design.
CARE = 0.25
#: Relative number of customers, region (n, e, s, w: nearest warehouse), x and y in km.
CITIES = (
    ("Beijing", "北京", 22, "n", 0, 0), ("Shanghai", "上海", 25, "e", 420, -990),
    ("Guangzhou", "广州", 19, "s", -280, -1870), ("Shenzhen", "深圳", 18, "s", -210, -1940),
    ("Chengdu", "成都", 21, "w", -1150, -1030), ("Hangzhou", "杭州", 12, "e", 330, -1080),
    ("Chongqing", "重庆", 16, "w", -930, -1150), ("Wuhan", "武汉", 12, "e", -190, -1040),
    ("Tianjin", "天津", 13, "n", 100, -90), ("Nanjing", "南京", 9, "e", 210, -870),
    ("Xi'an", "西安", 12, "w", -670, -620), ("Suzhou", "苏州", 10, "e", 360, -960),
    ("Qingdao", "青岛", 9, "n", 340, -420), ("Changsha", "长沙", 9, "s", -330, -1300),
    ("Zhengzhou", "郑州", 11, "n", -240, -570), ("Dongguan", "东莞", 9, "s", -230, -1890),
    ("Ningbo", "宁波", 8, "e", 430, -1110), ("Foshan", "佛山", 8, "s", -300, -1890),
    ("Hefei", "合肥", 8, "e", 80, -890), ("Jinan", "济南", 8, "n", 50, -360),
    ("Kunming", "昆明", 8, "w", -1320, -1650), ("Fuzhou", "福州", 7, "s", 260, -1540),
    ("Harbin", "哈尔滨", 8, "n", 830, 650), ("Lanzhou", "兰州", 4, "w", -1080, -430),
)  # fmt: skip
#: name, Chinese, region, x and y in km
WAREHOUSES = (
    ("Langfang", "廊坊仓", "n", 40, -60), ("Jiaxing", "嘉兴仓", "e", 390, -1030),
    ("Huizhou", "惠州仓", "s", -180, -1900), ("Meishan", "眉山仓", "w", -1170, -1080),
)  # fmt: skip


@dataclass(frozen=True)
class Catalogue:
    """Arrays over products; those of a category stand together, in rank order of nothing.

    Money is in fen; ``usual`` is the category's usual price. ``appeal`` is utility by taste group,
    shape (TASTE_GROUPS, products).
    """

    hashes: NDArray[np.uint64]
    category: NDArray[np.int64]
    brand: NDArray[np.int64]
    usual: Floats
    price: Floats
    cost: Floats
    quality: Floats
    appeal: Floats
    style: NDArray[np.int64]
    listing: Floats
    weight: Floats
    launch: NDArray[np.int64]
    supplier: NDArray[np.int64]


@dataclass(frozen=True)
class Suppliers:
    """Arrays over suppliers: true lead time (days), what they quote, fill and defect rates."""

    lead: Floats
    lead_cv: Floats
    quoted: Floats
    fill: Floats
    defects: Floats
    discount: Floats


@dataclass(frozen=True)
class Cities:
    """Arrays over cities; ``share`` of customers, ``warehouse`` that serves it, ``km`` to it."""

    share: Floats
    warehouse: NDArray[np.int64]
    km: Floats


def catalogue(world: World) -> Catalogue:
    """Draw the products: prices and costs around their category's, appeal, quality, listing.

    One product in ten is launched in the second year: the cold start of chapter 6.
    """
    size, seed = world.size, world.seed
    hashes = entities(size.products, seed, "product")

    def noise(name: str) -> Floats:
        return normal(draw(hashes, key(seed, f"product.{name}")))

    def spread(name: str) -> Floats:
        return uniform(draw(hashes, key(seed, f"product.{name}")))

    category = np.repeat(np.arange(size.categories), size.per_category)
    usual = np.array([c[2] for c in CATEGORIES])[category]
    margin = np.array([c[3] for c in CATEGORIES])[category]
    price = np.rint(usual * np.exp(0.35 * noise("price")) * 10) * 10
    cost = np.rint(price * np.clip(1 - margin + 0.04 * noise("cost"), 0.2, 0.92))
    quality = np.clip(0.5 + 0.2 * noise("quality"), 0, 1)
    tastes = np.stack([noise(f"taste.{g}") for g in range(TASTE_GROUPS)])
    appeal = world.demand.appeal * (noise("appeal") + (quality - 0.5)) + world.demand.taste * tastes
    # Who sells good things shows them well: what makes a comparison of listings mislead.
    care = CARE * noise("appeal") + np.sqrt(1 - CARE**2) * noise("listing") + quality - 0.5
    late = spread("late") < 0.1
    brand_cumulative = np.cumsum(np.array([26, 20, 15, 12, 10, 8, 5, 4]) / 100)
    weight = np.array([c[4] for c in CATEGORIES])[category] * np.exp(0.3 * noise("weight"))
    return Catalogue(
        hashes=hashes,
        category=category,
        brand=pick(draw(hashes, key(seed, "product.brand")), brand_cumulative),
        usual=usual * 100,
        price=price,
        cost=cost,
        quality=quality,
        appeal=np.rint(appeal * 4096) / 4096,
        style=tastes.argmax(axis=0),
        listing=np.rint(np.clip(0.30 + 0.30 * care, 0, 1) * 20) / 20,
        weight=np.maximum(np.round(weight, 2), 0.05),
        launch=np.where(late, 366 + (spread("launch") * 300).astype(np.int64), 0),
        supplier=(category + (spread("supplier") * 3).astype(np.int64)) % size.suppliers,
    )


def suppliers(world: World) -> Suppliers:
    """Draw the suppliers; what they quote is 5-45 % short of their true mean lead time."""
    supply, seed = world.supply, world.seed
    hashes = entities(world.size.suppliers, seed, "supplier")

    def between(name: str, limits: tuple[float, float]) -> Floats:
        low, high = limits
        return low + (high - low) * uniform(draw(hashes, key(seed, f"supplier.{name}")))

    lead = between("lead", supply.lead)
    return Suppliers(
        lead=lead,
        lead_cv=between("lead_cv", supply.lead_cv),
        quoted=np.maximum(np.rint(lead * (1 - between("understated", supply.understated))), 1),
        fill=between("fill", supply.fill),
        defects=between("defects", supply.defects),
        discount=between("discount", (0.02, 0.10)),
    )


def cities(world: World) -> Cities:
    """The cities, their customers' shares, and the warehouse of their region."""
    chosen = CITIES[: world.size.cities]
    people = np.array([c[2] for c in chosen], dtype=np.float64)
    home = np.array([[w[2] for w in WAREHOUSES].index(c[3]) for c in chosen])
    sites = np.array([w[3:] for w in WAREHOUSES], dtype=np.float64)
    where = np.array([c[4:] for c in chosen], dtype=np.float64)
    km = np.round(np.hypot(*(where - sites[home]).T) * 1.25)
    return Cities(share=people / people.sum(), warehouse=home, km=np.maximum(km, 15))


def affinity(world: World) -> Floats:
    """Cumulative chance that a need is in each category, shape (SEGMENTS, categories).

    Each segment has its own favourites: a permutation of a falling curve.
    """
    count = world.size.categories
    curve = 0.87 ** np.arange(count)
    table = np.empty((SEGMENTS, count))
    for segment in range(SEGMENTS):
        table[segment, shuffled(count, key(world.seed, "affinity", segment))] = curve
    even = 0.4 / count + 0.6 * table / table.sum(axis=1, keepdims=True)
    return np.cumsum(even / even.sum(axis=1, keepdims=True), axis=1)
