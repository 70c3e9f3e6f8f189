"""What the practice API hands out, a page at a time; pure functions, no network."""

from __future__ import annotations

import base64
import binascii
import math
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ecomlab.shop.keys import below, key
from ecomlab.shop.raw.places import Shop, bits, table, upto
from ecomlab.shop.raw.report import SHOP_ZONE

if TYPE_CHECKING:
    import pandas as pd

TABLES = ("orders", "order_lines", "products")


class BadRequestError(ValueError):
    """What a client asked for cannot be had; the message says why."""


@dataclass(frozen=True)
class Listing:
    """A table in the order in which it is handed out, and the moments that ``since`` means."""

    name: str
    rows: pd.DataFrame = field(repr=False)
    times: NDArray[np.datetime64] | None = field(repr=False)


@dataclass(frozen=True)
class Cursor:
    """Where the next page begins: a place, where the listing began, and whether it was re-sent."""

    table: str
    origin: int
    start: int
    again: bool = False


@dataclass(frozen=True)
class Page:
    """Rows ``first`` .. of a listing, of which the first ``repeated`` had been on the last page."""

    rows: list[dict[str, Any]] = field(repr=False)
    first: int
    repeated: int
    next: Cursor | None


def listings(shop: Shop) -> dict[str, Listing]:
    """The tables that the API offers, orders and their lines by time of payment."""
    orders = table(shop, "orders").sort_values(["ordered_at", "order_id"], ignore_index=True)
    moments = orders[["order_id", "ordered_at"]]
    lines = table(shop, "order_lines").merge(moments, on="order_id")
    lines = lines.sort_values(["ordered_at", "order_id", "line_no"], ignore_index=True)
    paid = lines.pop("ordered_at")
    return {
        "orders": Listing("orders", orders, orders["ordered_at"].to_numpy()),
        "order_lines": Listing("order_lines", lines, paid.to_numpy()),
        "products": Listing("products", table(shop, "products"), None),
    }


def begin(listing: Listing, since: str | None) -> Cursor:
    """The first page's place: the first row at or after ``since`` (ISO 8601, shop time)."""
    if since is None:
        return Cursor(listing.name, 0, 0)
    if listing.times is None:
        raise BadRequestError(f"{listing.name} has no times, so it takes no since")
    start = int(np.searchsorted(listing.times, _moment(since), side="left"))
    return Cursor(listing.name, start, start)


def _moment(text: str) -> np.datetime64:
    from zoneinfo import ZoneInfo

    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadRequestError(
            f"since is {text!r}; it must be a date or a time in ISO 8601, such as 2024-11-11 or "
            "2024-11-11T20:00:00+08:00"
        ) from None
    if moment.tzinfo is not None:
        moment = moment.astimezone(ZoneInfo(SHOP_ZONE)).replace(tzinfo=None)
    return np.datetime64(moment)


def page(listing: Listing, at: Cursor, limit: int, resent: float, seed: int) -> Page:
    """The page at a cursor; with the chance ``resent`` it begins with rows of the page before.

    A third of these repeat the page before from its first row. After such a page comes one that
    repeats nothing, so every client gets on.
    """
    back = 0
    if not at.again and at.start > at.origin:
        place = np.array([TABLES.index(listing.name)])
        chance = bits(seed, "api.resent", place, at.start)
        how = int(upto(bits(seed, "api.overlap", place, at.start), 1 << 20)[0])
        most = min(limit, at.start - at.origin)
        if below(chance, resent)[0]:
            back = most if how % 3 == 0 else 1 + how // 3 % most
    first = at.start - back
    end = min(first + limit, len(listing.rows))
    following = Cursor(listing.name, at.origin, end, again=back > 0)
    more = end < len(listing.rows)
    return Page(records(listing.rows.iloc[first:end]), first, back, following if more else None)


def records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as JSON has them: times with their zone, missing values null.

    Examples
    --------
    >>> import pandas as pd
    >>> records(pd.DataFrame({"at": [pd.Timestamp("2024-11-11 20:00")], "n": [np.nan]}))
    [{'at': '2024-11-11T20:00:00+08:00', 'n': None}]
    """
    columns = {str(name): _plain(str(name), rows[name]) for name in rows.columns}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _plain(name: str, values: pd.Series) -> list[Any]:
    if values.dtype.kind == "M":
        style = "%Y-%m-%d" if name.endswith("_on") else "%Y-%m-%dT%H:%M:%S+08:00"
        values = values.dt.strftime(style)
    missing = values.isna().tolist()
    return [
        None if gap or (isinstance(value, float) and not math.isfinite(value)) else value
        for value, gap in zip(values.tolist(), missing, strict=True)
    ]


def packed(cursor: Cursor, seed: int) -> str:
    """A cursor as text that a client hands back unread."""
    plain = f"{cursor.table}:{cursor.origin}:{cursor.start}:{int(cursor.again)}"
    return base64.urlsafe_b64encode(f"{plain}:{_signed(plain, seed)}".encode()).decode()


def unpacked(text: str, name: str, seed: int) -> Cursor:
    """The cursor that a client handed back; one that was tampered with is refused."""
    try:
        plain, signature = base64.urlsafe_b64decode(text.encode()).decode().rsplit(":", 1)
    except (ValueError, binascii.Error):
        plain, signature = "", ""
    if not plain or signature != _signed(plain, seed):
        raise BadRequestError("cursor is none of ours; take it from 'next' of the page before")
    known, origin, start, again = plain.split(":")
    if known != name:
        raise BadRequestError(f"cursor belongs to {known}, not to {name}")
    return Cursor(known, int(origin), int(start), again == "1")


def _signed(plain: str, seed: int) -> str:
    secret = int(key(seed, "raw.api.cursor")).to_bytes(8, "little")
    return blake2b(plain.encode(), digest_size=6, key=secret).hexdigest()


def is_busy(cursor: Cursor, attempt: int, rate: float, seed: int) -> bool:
    """Whether the server has no time for a page now; never at the third attempt."""
    place = np.array([TABLES.index(cursor.table)])
    tried = bits(seed, "api.busy", place, cursor.start, int(cursor.again), attempt)
    return attempt < 2 and bool(below(tried, rate)[0])
