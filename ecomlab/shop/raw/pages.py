"""The requests that clicks were, as lines of a web server's log without any fault.

The combined log format is that of the Apache HTTP Server's documentation (module
``mod_log_config``): host, identity, user, [time], "request", status, bytes, "referrer", "agent".
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

from ecomlab.shop.catalogue import CATEGORIES
from ecomlab.shop.keys import below
from ecomlab.shop.raw.places import Shop, bits, table, upto

if TYPE_CHECKING:
    import pandas as pd

SITE = "https://lantern.example"
ZONE = "+0800"
WORDS = {name: zh for name, zh, *_ in CATEGORIES}
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
#: 100.64.0.0/10, shared by carriers for their customers (RFC 6598): nobody's own address.
_CARRIER, _ADDRESSES = (100 << 24) + (64 << 16), 1 << 22
AGENTS = {
    "mobile": (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 "
        "(KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1",
        "Mozilla/5.0 (Linux; Android 14; 23127PN0CC) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/122.0.0.0 Mobile Safari/537.36",
        "Mozilla/5.0 (Linux; Android 13; ALN-AL00) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/116.0.0.0 Mobile Safari/537.36 MicroMessenger/8.0.47",
    ),
    "desktop": (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/122.0.0.0 Safari/537.36",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 "
        "(KHTML, like Gecko) Version/17.3 Safari/605.1.15",
    ),
}
_CAME_FROM = {
    "organic_search": "https://search.example/s?wd={word}",
    "brand_search": "https://search.example/s?wd=" + quote("灯市"),
    "social": "https://social.example/",
    "video": "https://video.example/",
    "live": "https://live.example/",
}
#: Path by kind of click, method, status, usual bytes (0 is written as a dash).
_ROUTES = {
    "land": ("/", "GET", 200, 24_000),
    "list": ("/c/{category}", "GET", 200, 18_000),
    "filter": ("/c/{category}?filter=price", "GET", 200, 12_000),
    "view": ("/p/{product}", "GET", 200, 30_000),
    "compare": ("/compare?p={product}", "GET", 200, 15_000),
    "favourite": ("/favourites?p={product}", "POST", 204, 0),
    "cart": ("/cart?p={product}", "POST", 302, 400),
    "checkout": ("/checkout", "GET", 200, 9_000),
    "pay": ("/pay", "POST", 302, 600),
    "paid": ("/paid?order={visit}", "GET", 200, 5_000),
}
#: Of the lists, so many were asked for by a search for the category's name.
_SEARCHED = 0.4


def clicks(shop: Shop, inside: NDArray[np.bool_]) -> pd.DataFrame:
    """The clicks of a window in the order in which a server met them, with who made them."""
    visits = table(shop, "visits")[["visit_id", "device", "source"]]
    people = table(shop, "customers")[["customer_id", "registered_on"]]
    events = table(shop, "events")[inside]
    rows = events.merge(visits, on="visit_id").merge(people, on="customer_id")
    return rows.sort_values(["at", "visit_id", "event_no"], ignore_index=True)


def written(rows: pd.DataFrame, seed: int) -> list[bytes]:
    """One line for each click; ASCII, Chinese words percent-encoded from UTF-8."""
    visit, number = (rows[name].to_numpy() for name in ("visit_id", "event_no"))
    searched = below(bits(seed, "log.search", visit, number), _SEARCHED)
    spread = upto(bits(seed, "log.bytes", visit, number), 4_096)
    product = rows["product_id"].fillna(-1).astype(np.int64).tolist()
    member = (rows["registered_on"] <= rows["at"]).tolist()
    host, agent = addresses(rows["customer_id"].to_numpy(), seed), _agents(rows, seed)
    at = stamps(rows["at"].to_numpy())
    customer = rows["customer_id"].tolist()
    page: dict[int, str] = {}
    lines = []
    for i, (one, kind, category, source) in enumerate(
        zip(visit.tolist(), rows["kind"], rows["category"], rows["source"], strict=True)
    ):
        route, method, status, size = _ROUTES[kind]
        if kind == "list" and searched[i]:
            route = "/search?q=" + quote(WORDS[category])
        path = route.format(category=category, product=product[i], visit=one)
        referrer = page.get(one)
        if referrer is None:
            referrer = _CAME_FROM.get(source, "-").format(word=quote(WORDS[category]))
        if method == "GET":
            page[one] = SITE + path
        user = f"c{customer[i]}" if member[i] else "-"
        sent = size + int(spread[i]) if size else "-"
        lines.append(
            f'{host[i]} - {user} [{at[i]} {ZONE}] "{method} {path} HTTP/1.1" {status} {sent} '
            f'"{referrer}" "{agent[i]}"'.encode("ascii")
        )
    return lines


def stamps(times: NDArray[np.datetime64]) -> list[str]:
    """Times as logs write them, month names English whatever the machine speaks.

    Examples
    --------
    >>> stamps(np.array(["2024-11-11T20:05:09"], dtype="datetime64[s]"))
    ['11/Nov/2024:20:05:09']
    """
    texts = times.astype("datetime64[s]").astype(str).tolist()
    return [f"{t[8:10]}/{_MONTHS[int(t[5:7]) - 1]}/{t[:4]}:{t[11:]}" for t in texts]


def addresses(customer: NDArray[np.int64], seed: int) -> list[str]:
    """An address for each customer: two customers share one only beyond four million."""
    shift = upto(bits(seed, "log.address", np.zeros(1, dtype=np.int64)), _ADDRESSES)[0]
    # An odd factor permutes the numbers below a power of two.
    number = _CARRIER + (customer * 2_654_435_761 + shift) % _ADDRESSES
    return [".".join(str(n >> s & 255) for s in (24, 16, 8, 0)) for n in number.tolist()]


def _agents(rows: pd.DataFrame, seed: int) -> list[str]:
    owner = bits(seed, "log.agent", rows["customer_id"].to_numpy())
    pick = upto(owner, 60).tolist()
    return [AGENTS[d][p % len(AGENTS[d])] for d, p in zip(rows["device"], pick, strict=True)]
