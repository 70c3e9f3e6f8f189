"""What a day writes down: its sums, and its rows as arrays by table."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecomlab.shop.checkout import Orders
from ecomlab.shop.ground import Ground, Today
from ecomlab.shop.shopping import Choices
from ecomlab.shop.state import State
from ecomlab.shop.visits import Visits

Ints = NDArray[np.int64]
Block = dict[str, NDArray]
#: Fen a day to hold a fen of stock: 18 % a year.
HOLDING = 0.18 / 365


def totals(
    now: Today, seen: Visits, orders: Orders, state: State, ground: Ground
) -> dict[str, float]:
    """The day's sums: counts, and money in fen.

    ``profit`` is what customers paid less cost of goods, parcels, advertising and the holding
    of stock (returns are not deducted: they are known later).
    """
    goods = int((orders.units * orders.unit_cost).sum())
    parcels = int(sum(part.sum() for part in orders.cost))
    spend = float(now.spend.sum())
    revenue = int(orders.total.sum())
    holding = float(HOLDING * (state.stock * now.cost).sum())
    return {
        "visits": len(seen.customer),
        "intents": int(seen.intent.sum()),
        "orders": len(orders.visit),
        "units": int(orders.units.sum()),
        "revenue": revenue,
        "discount": int(orders.discount.sum()),
        "goods": goods,
        "parcels": parcels,
        "media": spend,
        "holding": holding,
        "profit": revenue - goods - parcels - spend - holding,
        "sold_out": int((state.stock <= 0).sum()),
    }


def sales(
    now: Today, seen: Visits, chosen: Choices, orders: Orders, after: Block, campaign_id: int
) -> dict[str, Block]:
    """The day's visits, needs, orders and lines; narrow types, as a long run keeps millions."""
    wants, basket = chosen.wants, chosen.basket
    ordered = np.zeros(len(seen.customer), dtype=bool)
    ordered[orders.visit] = True
    day = np.int16(now.day)
    return {
        "visits": {
            "day": np.full(len(seen.customer), day),
            "customer_id": seen.customer.astype(np.int32),
            "second": seen.second.astype(np.int32),
            "city_id": seen.city.astype(np.int8),
            "device": seen.device,
            "source": seen.source,
            "latency": seen.latency.astype(np.int16),
            "delay": seen.delay.astype(np.int16),
            "filtered": seen.filtered,
            "ordered": ordered,
            "category": wants.category[: len(seen.customer)].astype(np.int8),
            "intent": seen.intent,
        },
        "needs": {
            "day": np.full(len(wants.visit), day),
            "customer_id": seen.customer[wants.visit].astype(np.int32),
            "second": seen.second[wants.visit].astype(np.int32),
            "slot": wants.slot,
            "category": wants.category.astype(np.int8),
            "looked": chosen.looked,
            "buys": chosen.buys,
        },
        "orders": {
            "day": np.full(len(orders.visit), day),
            "customer_id": seen.customer[orders.visit].astype(np.int32),
            "second": seen.second[orders.visit].astype(np.int32),
            "city_id": seen.city[orders.visit].astype(np.int8),
            "device": seen.device[orders.visit],
            "source": seen.source[orders.visit],
            "campaign": np.where(orders.discount > 0, campaign_id, -1).astype(np.int16),
            "items": orders.items,
            "discount": orders.discount,
            "shipping": orders.shipping,
            "total": orders.total,
            "weight": orders.weight.astype(np.float32),
            "transit": orders.transit.astype(np.int16),
            "picking": orders.cost[0].astype(np.int32),
            "haul": orders.cost[1].astype(np.int32),
            "last_mile": orders.cost[2].astype(np.int32),
        },
        "lines": {
            "day": np.full(len(basket.product), day),
            "customer_id": seen.customer[basket.visit].astype(np.int32),
            "second": seen.second[basket.visit].astype(np.int32),
            "line_no": orders.line_no.astype(np.int8),
            "product_id": basket.product.astype(np.int16),
            "units": orders.units.astype(np.int16),
            "price": orders.price.astype(np.int32),
            "coupon": orders.coupon.astype(np.int32),
            "saved": orders.saved.astype(np.int32),
            "unit_cost": orders.unit_cost.astype(np.int32),
            "transit": orders.transit[orders.owner].astype(np.int16),
            "city_id": seen.city[basket.visit].astype(np.int8),
            **{name: column.astype(np.int16) for name, column in after.items()},
        },
    }


def entries(
    now: Today, state: State, account: Block, sold: Ints, bought: Block, tiers: Block | None
) -> dict[str, Block]:
    """The day's stock account, purchases, prices, media, and changes of tier."""
    day = np.int16(now.day)
    blocks: dict[str, Block] = {
        "stock": {
            "day": np.full(len(sold), day),
            "product_id": np.arange(len(sold), dtype=np.int16),
            **{
                name: account[name].astype(np.int32)
                for name in ("opening", "received", "restocked", "missing")
            },
            "sold": sold.astype(np.int32),
            "closing": state.stock.astype(np.int32),
            "on_order": state.on_order.astype(np.int32),
        },
        "counts": {
            "day": np.full(len(account["counted"]), day),
            "product_id": account["counted"].astype(np.int16),
            "book": account["book"].astype(np.int32),
            "missing": account["missing"][account["counted"]].astype(np.int32),
        },
        "purchases": {
            "day": np.full(len(bought["units"]), day),
            **{name: column.astype(np.int32) for name, column in bought.items()},
        },
        "prices": {
            "day": np.full(len(sold), day),
            "product_id": np.arange(len(sold), dtype=np.int16),
            "price": now.price.astype(np.int32),
            "list_price": now.list_price.astype(np.int32),
            "unit_cost": now.cost.astype(np.int32),
            "listing": now.listing.astype(np.float32),
        },
        "media": {
            "day": np.full(now.spend.size, day),
            "channel": np.repeat(np.arange(len(now.spend)), now.spend.shape[1]).astype(np.int8),
            "city_id": np.tile(np.arange(now.spend.shape[1]), len(now.spend)).astype(np.int8),
            "spend": now.spend.ravel().astype(np.int32),
            "adstock": state.adstock.ravel().astype(np.float32),
        },
    }
    if tiers is not None:
        blocks["memberships"] = {
            "day": np.full(len(tiers["tier"]), day),
            "customer_id": tiers["customer_id"].astype(np.int32),
            "tier": tiers["tier"],
            "tier_before": tiers["tier_before"],
            "spend": tiers["spend"],
        }
    return blocks
