"""The tables of trade and stock: the engine's rows under their public names."""

from __future__ import annotations

import numpy as np

from ecomlab.shop import delivery
from ecomlab.shop.catalogue import BRANDS, CATEGORIES, CITIES, STYLES, WAREHOUSES
from ecomlab.shop.chunk import PURCHASE_STRIDE, Builder, Chunk, moment, visit_id
from ecomlab.shop.ground import FEN
from ecomlab.shop.keys import below, draw, key, normal
from ecomlab.shop.ledger import Block
from ecomlab.shop.visits import SCENE_OF

_BRANDS_ZH = ("灯市", "翠江", "晨岭", "赤鸢", "静水", "北辰", "梅雨", "纸舟")
_STYLES_ZH = ("经典", "醒目", "自然", "科技", "可爱", "奢华")
#: CNY per thousand impressions, and clicks per impression, by channel.
CPM = np.array([28.0, 16.0, 9.0, 12.0, 30.0])
CLICK_RATE = np.array([0.0, 0.0, 0.011, 0.014, 0.18])


def products(chunk: Chunk) -> Block:
    goods = chunk.ground.goods
    number = np.arange(len(goods.price)) % chunk.world.size.per_category + 1
    named = list(zip(goods.brand, goods.style, goods.category, number, strict=True))
    return {
        "product_id": np.arange(len(goods.price)),
        "name": np.array(
            [f"{BRANDS[b]} {STYLES[s]} {CATEGORIES[c][0]} {n:02d}" for b, s, c, n in named],
            dtype=object,
        ),
        "name_zh": np.array(
            [f"{_BRANDS_ZH[b]}{_STYLES_ZH[s]}{CATEGORIES[c][1]}{n:02d}" for b, s, c, n in named],
            dtype=object,
        ),
        "category": goods.category,
        "brand": goods.brand,
        "style": goods.style,
        "usual_price": goods.price,
        "weight": goods.weight,
        "listing": goods.listing,
        "supplier_id": goods.supplier,
        "launched_on": goods.launch,
    }


def customers(chunk: Chunk) -> Block:
    """Age and sex lean on the segment; the segment itself is not shown."""
    people, seed = chunk.ground.people, chunk.world.seed
    centre = np.array([23.0, 34.0, 46.0, 59.0])[people.segment]
    age = np.rint(centre + 3.6 * normal(draw(people.hashes, key(seed, "customer.age"))))
    women = np.array([0.62, 0.70, 0.42, 0.55])[people.segment]
    female = below(draw(people.hashes, key(seed, "customer.sex")), women)
    return {
        "customer_id": np.arange(len(people.arrival)),
        "registered_on": np.where(people.buyer & (people.arrival <= chunk.until),
                                  people.arrival, -1),
        "city_id": people.city,
        "sex": np.where(female, 0, 1),
        "age": np.clip(age, 16, 90),
    }  # fmt: skip


def cities(chunk: Chunk) -> Block:
    towns = chunk.ground.cities
    count = np.arange(len(towns.share))
    return {
        "city_id": count,
        "name": count,
        "name_zh": count,
        "x": np.array([CITIES[i][4] for i in count]),
        "y": np.array([CITIES[i][5] for i in count]),
        "people": np.round(towns.share, 6),
        "warehouse_id": towns.warehouse,
        "distance": towns.km,
        "promise": delivery.promised_days(chunk.ground),
    }


def warehouses(chunk: Chunk) -> Block:
    count = np.arange(len(WAREHOUSES))
    load = np.bincount(
        chunk.ground.cities.warehouse, chunk.ground.cities.share, minlength=len(count)
    )
    parcels = chunk.world.size.customers * 0.02 * load
    return {
        "warehouse_id": count,
        "name": count,
        "name_zh": count,
        "x": np.array([w[3] for w in WAREHOUSES]),
        "y": np.array([w[4] for w in WAREHOUSES]),
        "fixed_cost": np.rint(300 + 2.2 * parcels) * FEN,
        "capacity": np.maximum(np.ceil(parcels / 50) * 50, 50),
    }


def visits(chunk: Chunk) -> Block:
    rows = chunk.blocks["visits"]
    return {
        "visit_id": visit_id(rows),
        "customer_id": rows["customer_id"],
        "city_id": rows["city_id"],
        "started_at": moment(rows),
        "device": rows["device"],
        "source": rows["source"],
        "scene": SCENE_OF[rows["source"]],
        "category": rows["category"],
        "latency": rows["latency"],
        "delay": rows["delay"],
        "used_filter": rows["filtered"],
        "ordered": rows["ordered"],
    }


def orders(chunk: Chunk) -> Block:
    rows = chunk.blocks["orders"]
    return {
        "order_id": visit_id(rows),
        "customer_id": rows["customer_id"],
        "city_id": rows["city_id"],
        "ordered_at": moment(rows),
        "device": rows["device"],
        "source": rows["source"],
        "campaign_id": rows["campaign"],
        "items": rows["items"],
        "discount": rows["discount"],
        "shipping": rows["shipping"],
        "total": rows["total"],
    }


def order_lines(chunk: Chunk) -> Block:
    rows = chunk.blocks["lines"]
    gross = rows["units"].astype(np.int64) * rows["price"]
    return {
        "order_id": visit_id(rows),
        "line_no": rows["line_no"],
        "product_id": rows["product_id"],
        "units": rows["units"],
        "price": rows["price"],
        "coupon": rows["coupon"],
        "saved": rows["saved"],
        "amount": gross - rows["coupon"] - rows["saved"],
        "unit_cost": rows["unit_cost"],
    }


def prices(chunk: Chunk) -> Block:
    rows = chunk.blocks["prices"]
    return {
        "date": rows["day"],
        "product_id": rows["product_id"],
        "price": rows["price"],
        "list_price": rows["list_price"],
        "unit_cost": rows["unit_cost"],
        "listing": np.round(rows["listing"].astype(np.float64), 2),
    }


def campaigns(chunk: Chunk) -> Block:
    """The campaigns of the run's days; their ids are their places in the policy."""
    known = [(i, c) for i, c in enumerate(chunk.policy.campaigns) if c.start <= chunk.until]
    plans = [c for _, c in known]
    return {
        "campaign_id": np.array([i for i, _ in known], dtype=np.int64),
        "name": np.array([c.name for c in plans], dtype=object),
        "starts_on": np.array([c.start for c in plans], dtype=np.int64),
        "ends_on": np.array([c.end - 1 for c in plans], dtype=np.int64),
        "rate": np.array([c.rate for c in plans], dtype=np.float64),
        "threshold": np.array([round(c.threshold * FEN) for c in plans], dtype=np.int64),
        "off": np.array([round(c.off * FEN) for c in plans], dtype=np.int64),
        "holdout": np.array([c.holdout for c in plans], dtype=np.float64),
        "categories": np.array(
            [",".join(CATEGORIES[k][0] for k in c.categories) for c in plans], dtype=object
        ),
    }


def media(chunk: Chunk) -> Block:
    rows = chunk.blocks["media"]
    channel = rows["channel"].astype(np.int64)
    day, city = rows["day"].astype(np.int64), rows["city_id"].astype(np.int64)
    noise = normal(chunk.bits("impressions", day * 1000 + channel * 100 + city))
    shown = rows["spend"] / FEN / CPM[channel] * 1000 * np.exp(0.08 * noise)
    impressions = np.rint(shown).astype(np.int64)
    return {
        "date": rows["day"],
        "channel": channel,
        "city_id": city,
        "spend": rows["spend"],
        "impressions": impressions,
        "clicks": np.rint(impressions * CLICK_RATE[channel] * np.exp(0.1 * noise)),
    }


def competitor_prices(chunk: Chunk) -> Block:
    """Rivals price weekly around the same cost, each at its own level."""
    goods, plan = chunk.ground.goods, chunk.plan
    days = np.array([d for d in range(chunk.first, chunk.last + 1) if d % 7 == 0], dtype=np.int64)
    products = len(goods.price)
    day = np.repeat(days, products * 3)
    product = np.tile(np.repeat(np.arange(products), 3), len(days))
    rival = np.tile(np.arange(3), len(days) * products)
    noise = normal(chunk.bits("rival", day * 10_000 + product * 10 + rival))
    level = np.array([0.97, 1.04, 1.10])[rival]
    cost = plan.cost[day, product] / goods.cost[product]
    price = goods.price[product] * level * cost**0.6 * np.exp(0.05 * noise)
    return {
        "date": day,
        "product_id": product,
        "rival": rival,
        "price": np.rint(price / 10) * 10,
    }


def stock(chunk: Chunk) -> Block:
    rows = dict(chunk.blocks["stock"])
    rows["date"] = rows.pop("day")
    return rows


def counts(chunk: Chunk) -> Block:
    rows = chunk.blocks["counts"]
    return {
        "date": rows["day"],
        "product_id": rows["product_id"],
        "book": rows["book"],
        "found": rows["book"] - rows["missing"],
    }


def suppliers(chunk: Chunk) -> Block:
    quoted = chunk.ground.suppliers.quoted
    return {"supplier_id": np.arange(len(quoted)), "quoted": quoted}


def contracts(chunk: Chunk) -> Block:
    """Three price breaks a supplier; the terms follow what each is good at."""
    makers = chunk.ground.suppliers
    supplier = np.repeat(np.arange(len(makers.lead)), 3)
    step = np.tile(np.arange(3), len(makers.lead))
    return {
        "supplier_id": supplier,
        "from_units": np.array([1, 50, 200])[step],
        "discount": np.round(makers.discount[supplier] * np.array([0, 0.5, 1.0])[step], 3),
        "lead_time": makers.quoted[supplier],
        "late_penalty": np.round(0.002 + 0.004 * (makers.fill[supplier] - 0.9) / 0.1, 4),
        "defect_limit": np.round(makers.defects[supplier] * 1.2, 3),
        "payment_days": np.array([30, 45, 60])[supplier % 3],
    }


def purchase_orders(chunk: Chunk) -> Block:
    rows = chunk.blocks["purchases"]
    day = rows["day"].astype(np.int64)
    arrives = day + rows["lead"]
    arrived = arrives <= chunk.until
    return {
        "po_id": day * PURCHASE_STRIDE + rows["product_id"],
        "product_id": rows["product_id"],
        "supplier_id": rows["supplier_id"],
        "ordered_on": day,
        "promised_on": day + rows["promised"],
        "received_on": np.where(arrived, arrives, -1),
        "units": rows["units"],
        "received": np.where(arrived, rows["received"], np.nan),
        "defects": np.where(arrived, rows["defects"], np.nan),
        "unit_cost": rows["unit_cost"],
    }


BUILDERS: dict[str, Builder] = {
    f.__name__: f
    for f in (
        products, customers, cities, warehouses, visits, orders, order_lines, prices, campaigns,
        media, competitor_prices, stock, counts, suppliers, contracts, purchase_orders,
    )
}  # fmt: skip
