"""Search and content: keywords by week, and the shop's posts."""

from __future__ import annotations

import numpy as np

from ecomlab.shop.catalogue import CATEGORIES
from ecomlab.shop.chunk import DAY_SECONDS, Builder, Chunk
from ecomlab.shop.keys import draw, entities, key, normal, poisson, uniform
from ecomlab.shop.ledger import Block

#: Words put before a category's name, and in Chinese; the last keyword is the shop's own name.
MODIFIERS = (("", ""), ("cheap ", "便宜"), ("best ", "推荐"), ("gift ", "送礼"), ("buy ", "购买"))
POSTS_A_WEEK = 5


def queries(chunk: Chunk) -> Block:
    """Keywords of search: volume, organic rank, ads with quality score, bid, clicks, orders."""
    categories = chunk.world.size.categories
    days = np.array([d for d in range(chunk.first, chunk.last + 1) if d % 7 == 0], dtype=np.int64)
    words = categories * len(MODIFIERS) + 1
    day, word = np.repeat(days, words), np.tile(np.arange(words), len(days))
    branded = word == words - 1
    category, modifier = np.divmod(np.minimum(word, words - 2), len(MODIFIERS))
    fixed = entities(words, chunk.world.seed, "keyword")

    def own(name: str) -> np.ndarray:
        return normal(draw(fixed, key(chunk.world.seed, f"keyword.{name}")))[word]

    def weekly(name: str) -> np.ndarray:
        return chunk.bits(f"keyword.{name}", day, word)

    people, calendar = chunk.world.size.customers, chunk.plan.calendar[day]
    volume = people * 0.008 * np.exp(0.8 * own("volume")) * calendar * np.where(branded, 9, 1)
    volume = poisson(weekly("volume"), np.minimum(volume, 8)) + np.rint(
        np.maximum(volume - 8, 0) * np.exp(0.1 * normal(weekly("more")))
    )
    rank = np.where(branded, 1.0, np.clip(np.exp(2.0 + 0.7 * own("rank")), 1, 60))
    rank = np.round(np.maximum(rank * np.exp(0.08 * normal(weekly("rank"))), 1), 1)
    rank[branded] = 1.0
    organic = np.rint(volume * 0.32 / rank**0.9)
    quality = np.round(np.clip(6 + 1.5 * own("quality") + 3 * branded, 1, 10), 1)
    bid = np.clip(1.6 + 0.5 * own("bid"), 0.3, 4) * np.where(branded, 0.5, 1)
    shown = np.rint(volume * np.clip(quality * bid / 14, 0.05, 0.95))
    rate = np.where(branded, 0.18, 0.02 * quality / 6)
    clicks = np.rint(shown * np.minimum(rate * np.exp(0.2 * normal(weekly("click"))), 1))
    intent = np.array([0.03, 0.02, 0.04, 0.05, 0.07])[modifier]
    orders = np.minimum(poisson(weekly("order"), clicks * np.where(branded, 0.12, intent)), clicks)
    paid = np.rint(clicks * bid * 100 * (6 / (quality + 2)) * 0.8)
    names = [f"{MODIFIERS[m][0]}{CATEGORIES[c][0]}" for c in range(categories) for m in range(5)]
    zh = [f"{MODIFIERS[m][1]}{CATEGORIES[c][1]}" for c in range(categories) for m in range(5)]
    return {
        "date": day,
        "keyword": np.array([*names, "lantern market"], dtype=object)[word],
        "keyword_zh": np.array([*zh, "灯市"], dtype=object)[word],
        "category": category,
        "branded": branded,
        "volume": volume,
        "rank": rank,
        "organic_clicks": np.minimum(organic, volume),
        "impressions": np.minimum(shown, volume),
        "clicks": np.minimum(clicks, shown),
        "orders": orders,
        "quality": quality,
        "bid": np.rint(bid * 100),
        "cost": paid,
    }


#: Mean reach of a form as a multiple, and how much each topic is engaged with.
FORM_REACH = np.array([0.5, 0.8, 1.7, 1.3])
TOPIC_LIKES = np.array([0.020, 0.045, 0.060, 0.035])
TOPIC_CLICKS = np.array([0.030, 0.016, 0.008, 0.020])
FORM_COST = np.array([8_000, 15_000, 60_000, 120_000])


def posts(chunk: Chunk) -> Block:
    """The shop's posts: reach by form, engagement by topic, clicks by topic."""
    number = np.array(
        [
            week * POSTS_A_WEEK + i
            for week in range(-(-chunk.first // 7), chunk.last // 7 + 1)
            for i in range(POSTS_A_WEEK)
        ],
        dtype=np.int64,
    )

    def bits(name: str) -> np.ndarray:
        return chunk.bits(f"post.{name}", number)

    def one_of(name: str, count: int) -> np.ndarray:
        return (uniform(bits(name)) * count).astype(np.int64)

    day = number // POSTS_A_WEEK * 7
    form, topic = one_of("form", 4), one_of("topic", 4)
    people = chunk.world.size.customers
    reach = np.rint(0.25 * people * FORM_REACH[form] * np.exp(0.6 * normal(bits("reach"))))
    spread = np.exp(0.3 * normal(bits("likes")))
    return {
        "post_id": number,
        "posted_at": day * DAY_SECONDS
        + one_of("hour", 13) * 3_600
        + 9 * 3_600
        + one_of("minute", 60) * 60,
        "platform": one_of("platform", 4),
        "form": form,
        "topic": topic,
        "category": one_of("category", chunk.world.size.categories),
        "reach": reach,
        "likes": np.rint(reach * TOPIC_LIKES[topic] * spread),
        "comments": np.rint(reach * TOPIC_LIKES[topic] * 0.15 * spread),
        "shares": np.rint(reach * TOPIC_LIKES[topic] * 0.10 * np.exp(0.4 * normal(bits("shares")))),
        "clicks": np.rint(reach * TOPIC_CLICKS[topic] * np.exp(0.25 * normal(bits("clicks")))),
        "cost": FORM_COST[form],
    }


BUILDERS: dict[str, Builder] = {f.__name__: f for f in (queries, posts)}
