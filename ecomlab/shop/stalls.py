"""The other stalls of Lantern Market: four weeks of trades of every kind, to be classified.

The shop of the other tables sells goods to people in China. Its neighbours sell files, lessons,
meals and haircuts too, to firms and schools, from and to abroad. Each trade is a row of plain
facts: what was sold, how it was ordered, paid and handed over, who the parties are and where they
and the goods were. What kind of e-commerce it is follows from these and is not written down.

A pure function of the world's seed: shares of the kinds, stalls and trades all differ by seed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ecomlab.shop.calendar import HOURS, day_of
from ecomlab.shop.catalogue import CITIES as CHINESE
from ecomlab.shop.chunk import DAY_SECONDS, Builder
from ecomlab.shop.keys import Bits, below, draw, entities, key, normal, pick, uniform
from ecomlab.shop.ledger import Block

if TYPE_CHECKING:
    import pandas as pd

TRADES, DAYS = 4_000, 28
FIRST = day_of(date(2025, 3, 3))

FORMS = ("goods", "in_person", "file", "live")
ORDERED = ("app", "web", "phone", "counter")
PAID = ("online", "cash")
HANDED = ("network", "courier", "rider", "pick_up", "on_site")
PARTIES = ("person", "business", "government")
COUNTRIES = ("CN", "JP", "KR", "SG", "DE", "FR", "US")
_ABROAD = ("Tokyo", "Seoul", "Singapore", "Berlin", "Paris", "New York")
#: Lantern Market's sellers and buyers in China live in its ten largest cities.
_HOME = len(CHINESE[:10])
CITIES = (*(c[0] for c in CHINESE[:_HOME]), *_ABROAD)
#: How often a foreign party is from each country abroad.
_FROM_ABROAD = np.cumsum([0.26, 0.14, 0.12, 0.14, 0.12, 0.22])
_IN_CHINA = np.cumsum([c[2] for c in CHINESE[:_HOME]]) / sum(c[2] for c in CHINESE[:_HOME])


@dataclass(frozen=True)
class Kind:
    """A kind of thing that stalls sell, and how it is usually traded.

    ``weight``: relative number of trades, before the seed moves it. ``price``: median, CNY;
    ``spread``: sd of its logarithm. ``handed``, ``ordered`` and ``buyers``: shares that follow
    ``HANDED``, ``ORDERED`` and ``PARTIES``. ``digital_version``: not digital, but could be sold so.
    ``stalls``: how many; ``firms`` and ``abroad``: shares of them that are businesses, and abroad.
    ``cash``: share of cash where it can change hands. ``near`` and ``far``: shares of remote buyers
    who live in the seller's city, and abroad.
    """

    name: str
    zh: str
    form: str
    weight: float
    price: float
    spread: float
    handed: tuple[float, ...]
    digital_version: bool = False
    stalls: int = 6
    firms: float = 1.0
    abroad: float = 0.0
    buyers: tuple[float, ...] = (1.0, 0.0, 0.0)
    ordered: tuple[float, ...] = (0.62, 0.34, 0.04, 0.0)
    cash: float = 0.04
    near: float = 0.08
    far: float = 0.04


_SENT, _NET = (0.0, 1.0, 0.0, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0, 0.0)
KINDS = (
    Kind("phone", "手机", "goods", 0.030, 2_600, 0.35, (0, 0.9, 0, 0.1, 0), cash=0.08),
    Kind("tea", "茶叶", "goods", 0.060, 110, 0.6, (0, 0.92, 0, 0.08, 0), far=0.12, stalls=12),
    Kind("clothes", "服装", "goods", 0.080, 180, 0.5, _SENT, cash=0.10, far=0.10, stalls=12),
    Kind("face cream", "面霜", "goods", 0.035, 340, 0.4, _SENT, abroad=0.7, far=0.0),
    Kind("carton of snacks", "整箱零食", "goods", 0.022, 1_300, 0.5, _SENT, buyers=(0, 0.97, 0.03),
         ordered=(0.30, 0.40, 0.30, 0), cash=0.15, far=0.0),
    Kind("carton of cups", "整箱杯子", "goods", 0.014, 2_800, 0.5, _SENT, buyers=(0, 1, 0),
         ordered=(0.10, 0.80, 0.10, 0), cash=0.0, far=0.75),
    Kind("paper book", "纸质书", "goods", 0.080, 52, 0.4, (0, 0.93, 0, 0.07, 0),
         digital_version=True, buyers=(0.93, 0.03, 0.04), cash=0.06, far=0.05, stalls=10),
    Kind("course pack", "成套教材", "goods", 0.013, 1_150, 0.4, _SENT, digital_version=True,
         buyers=(0, 0.25, 0.75), ordered=(0.1, 0.5, 0.4, 0), cash=0.0, far=0.0),
    Kind("boxed game", "盒装游戏", "goods", 0.027, 310, 0.3, _SENT, digital_version=True,
         abroad=0.3, far=0.06),
    Kind("gift card", "礼品卡", "goods", 0.030, 220, 0.5, (0, 0.75, 0, 0.25, 0),
         digital_version=True, buyers=(0.8, 0.2, 0), ordered=(0.5, 0.25, 0.05, 0.2), cash=0.15),
    Kind("second-hand item", "二手物品", "goods", 0.070, 190, 0.9, (0, 0.68, 0, 0, 0.32),
         firms=0.0, stalls=40, cash=0.25, far=0.02),
    Kind("e-book", "电子书", "file", 0.100, 19, 0.4, _NET, stalls=10, far=0.05),
    Kind("music", "音乐", "file", 0.090, 11, 0.4, _NET, abroad=0.2, far=0.06),
    Kind("software licence", "软件许可", "file", 0.028, 560, 0.8, (0.84, 0.16, 0, 0, 0), abroad=0.3,
         buyers=(0.35, 0.6, 0.05), ordered=(0.2, 0.5, 0.3, 0), cash=0.05, far=0.08),
    Kind("logo design", "标志设计", "file", 0.016, 900, 0.6, _NET, firms=0.15, stalls=16,
         buyers=(0.1, 0.88, 0.02), ordered=(0.4, 0.35, 0.25, 0), far=0.15),
    Kind("online lesson", "在线课程", "live", 0.060, 130, 0.5, _NET, firms=0.7, stalls=12,
         far=0.12),
    Kind("classroom lesson", "面授课程", "in_person", 0.020, 460, 0.5, (0, 0, 0, 0, 1.0),
         digital_version=True, ordered=(0.5, 0.15, 0.15, 0.2), cash=0.3),
    Kind("film ticket", "电影票", "in_person", 0.060, 48, 0.3, (0, 0, 0, 0, 1.0),
         ordered=(0.85, 0.05, 0.0, 0.1), cash=0.02),
    Kind("meal", "餐食", "goods", 0.100, 34, 0.4, (0, 0, 0.72, 0.16, 0.12), stalls=14,
         ordered=(0.80, 0.02, 0.06, 0.12), cash=0.08),
    Kind("haircut", "理发", "in_person", 0.025, 68, 0.4, (0, 0, 0, 0, 1.0),
         ordered=(0.45, 0.05, 0.15, 0.35), cash=0.35),
    Kind("home repair", "上门维修", "in_person", 0.015, 240, 0.6, (0, 0, 0, 0, 1.0),
         firms=0.8, ordered=(0.40, 0.15, 0.45, 0), cash=0.3, buyers=(0.85, 0.12, 0.03)),
    Kind("vegetables", "蔬菜", "goods", 0.050, 28, 0.5, (0, 0, 0.25, 0.1, 0.65), firms=0.5,
         ordered=(0.30, 0.0, 0.05, 0.65), cash=0.6, stalls=10),
)  # fmt: skip
#: Of parcels bought by persons: those sent to China from abroad, and abroad from China, as gifts.
GIFT_HOME, GIFT_ABROAD = 0.50, 0.10
#: Of a Chinese seller's parcels to buyers abroad: sent from a store in their own country.
FOREIGN_STORE = 0.30
#: Least share of cash over a counter; the rest scan a code, which is no order online.
COUNTER_CASH = 0.30


def rows(seed: int) -> Block:
    """The trades of a seed's stalls as the engine keeps them, in the order of time.

    Examples
    --------
    >>> rows(7)["amount"].shape
    (4000,)
    """
    hashes = entities(TRADES, seed, "stall trades")
    rank, stall = _stall(hashes, seed)
    owner = _owners(seed)
    names = ("form", "digital_version", "price", "spread", "cash", "near", "far")
    kind = {name: np.array([getattr(k, name) for k in KINDS])[rank] for name in names}

    def bits(purpose: str) -> Bits:
        return draw(hashes, key(seed, f"stalls {purpose}"))

    def chosen(purpose: str, field: str) -> NDArray[np.int64]:
        shares = np.cumsum([getattr(k, field) for k in KINDS], axis=1)
        return pick(bits(purpose), shares[rank])

    ordered = chosen("ordered", "ordered")
    counter = ordered == ORDERED.index("counter")
    handed = np.where(counter, HANDED.index("on_site"), chosen("handed", "handed"))
    remote = np.isin(handed, [HANDED.index("network"), HANDED.index("courier")])
    seller_at, seller = owner["city"][stall], owner["party"][stall]
    buyer_at = np.where(remote, _buyer_city(seller_at, kind, bits), seller_at)
    buyer = chosen("buyer", "buyers")
    abroad = (seller_at >= _HOME) | (buyer_at >= _HOME)
    by_phone = ordered == ORDERED.index("phone")
    ordered = np.where(abroad & by_phone, ORDERED.index("web"), ordered)
    shipped = np.isin(handed, [HANDED.index("courier"), HANDED.index("rider")])
    source, target = _journey(seller_at, buyer_at, handed, buyer, bits)
    # Who has a gift sent abroad is not there to pay at the door.
    by_hand = (handed != HANDED.index("network")) & ~abroad & (target == 0)
    chance = np.where(counter, np.maximum(kind["cash"], COUNTER_CASH), kind["cash"])
    cash = by_hand & below(bits("cash"), chance)
    fen = kind["price"] * np.exp(kind["spread"] * normal(bits("price"))) * 10
    day = np.minimum((uniform(bits("day")) * DAYS).astype(np.int64), DAYS - 1)
    second = pick(bits("hour"), HOURS) * 3600 + (uniform(bits("second")) * 3600).astype(np.int64)
    when = (FIRST + day) * DAY_SECONDS + second
    found = {
        "ordered_at": when,
        "stall_id": stall,
        "item": rank,
        "item_zh": rank,
        "form": np.array([FORMS.index(k.form) for k in KINDS])[rank],
        "digital_version": kind["digital_version"],
        "ordered_by": ordered,
        "paid_by": cash.astype(np.int64),
        "handed_over": handed,
        "seller": seller,
        "seller_city": seller_at,
        "seller_country": _country(seller_at),
        "buyer": buyer,
        "buyer_city": buyer_at,
        "buyer_country": _country(buyer_at),
        "ship_from": np.where(shipped, source, -1),
        "ship_to": np.where(shipped, target, -1),
        "amount": np.maximum(np.rint(fen), 10).astype(np.int64) * 10,
    }
    order = np.lexsort([hashes, when])
    return {"trade_id": np.arange(TRADES)} | {name: c[order] for name, c in found.items()}


def trades(seed: int) -> pd.DataFrame:
    """The same as a pandas DataFrame, without a shop being simulated.

    Parameters
    ----------
    seed
        Of the world whose market it is, a whole number >= 0.

    Examples
    --------
    >>> trades(7)["item"].nunique()
    22
    """
    from ecomlab.shop.history import to_pandas
    from ecomlab.shop.tables import TABLES, conform
    from ecomlab.shop.world import check_seed

    check_seed(seed)
    return to_pandas(TABLES["stalls"], conform(TABLES["stalls"], rows(seed)))


def _stall(hashes: Bits, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Each trade's kind and stall; the seed moves the kinds' shares, a few stalls are large."""
    moved = np.array([k.weight for k in KINDS])
    moved = moved * np.exp(0.3 * normal(entities(len(KINDS), seed, "stall kinds")))
    rank = pick(draw(hashes, key(seed, "stall kind")), np.cumsum(moved) / moved.sum())
    first = np.cumsum([0, *(k.stalls for k in KINDS)])
    stall = np.empty(len(hashes), dtype=np.int64)
    drawn = draw(hashes, key(seed, "stall"))
    for place, k in enumerate(KINDS):
        size = 1 / np.arange(1, k.stalls + 1)
        mine = rank == place
        stall[mine] = first[place] + pick(drawn[mine], np.cumsum(size) / size.sum())
    return rank, stall


def _owners(seed: int) -> dict[str, NDArray[np.int64]]:
    """By stall: its owner's kind of party, and the city that it sells from."""
    of = np.repeat(np.arange(len(KINDS)), [k.stalls for k in KINDS])
    hashes = entities(len(of), seed, "stalls")
    firm = below(draw(hashes, key(seed, "stall firm")), np.array([k.firms for k in KINDS])[of])
    away = below(draw(hashes, key(seed, "stall abroad")), np.array([k.abroad for k in KINDS])[of])
    city = _city(away, draw(hashes, key(seed, "stall city")))
    return {"party": firm.astype(np.int64), "city": city}


def _city(away: NDArray[np.bool_], bits: Bits) -> NDArray[np.int64]:
    return np.where(away, _HOME + pick(bits, _FROM_ABROAD), pick(bits, _IN_CHINA))


def _country(city: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.where(city < _HOME, 0, city - _HOME + 1)


def _buyer_city(seller_at: NDArray[np.int64], kind: dict, bits) -> NDArray[np.int64]:
    """Where a remote buyer lives: near by, in China, or abroad."""
    city = _city(below(bits("abroad"), kind["far"]), bits("place"))
    return np.where(below(bits("near"), kind["near"]), seller_at, city)


def _journey(
    seller_at: NDArray[np.int64],
    buyer_at: NDArray[np.int64],
    handed: NDArray[np.int64],
    buyer: NDArray[np.int64],
    bits,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The countries that a parcel leaves and reaches: gifts go elsewhere, stores stand abroad."""
    source, target = _country(seller_at), _country(buyer_at)
    parcel = handed == HANDED.index("courier")
    store = parcel & (source == 0) & (target > 0) & below(bits("store"), FOREIGN_STORE)
    by_person = parcel & (buyer == PARTIES.index("person"))
    home = by_person & (target > 0) & ~store & below(bits("gift"), GIFT_HOME)
    away = by_person & (target == 0) & below(bits("gift"), GIFT_ABROAD)
    friend = 1 + pick(bits("friend"), _FROM_ABROAD)
    source = np.where(store, target, source)
    return source, np.where(home, 0, np.where(away, friend, target))


BUILDERS: dict[str, Builder] = {"stalls": lambda chunk: rows(chunk.world.seed)}
