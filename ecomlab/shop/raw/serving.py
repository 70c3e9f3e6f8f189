"""The practice API's application: who may ask, how often, and what goes wrong."""

from __future__ import annotations

import hmac
import json
import math
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from http import HTTPStatus

from tornado.web import Application, RequestHandler

from ecomlab.shop.raw.paging import (
    BadRequestError,
    Cursor,
    Listing,
    begin,
    is_busy,
    packed,
    page,
    unpacked,
)


@dataclass(frozen=True)
class Served:
    """One answer: its status, and for a page its table, first row, rows, and rows repeated."""

    status: int
    table: str
    first: int = -1
    rows: int = 0
    repeated: int = 0


@dataclass
class Limiter:
    """Admits so many requests in any one second."""

    per_second: int
    admitted: deque[float] = field(default_factory=deque)

    def wait(self, now: float) -> float:
        """Seconds to wait at the moment ``now``; 0 admits the request.

        Examples
        --------
        >>> limiter = Limiter(2)
        >>> [limiter.wait(t) for t in (0.0, 0.25, 0.5, 1.0, 1.125)]
        [0.0, 0.0, 0.5, 0.0, 0.125]
        """
        while self.admitted and now - self.admitted[0] >= 1:
            self.admitted.popleft()
        if len(self.admitted) >= self.per_second:
            return self.admitted[0] + 1 - now
        self.admitted.append(now)
        return 0.0


@dataclass
class Desk:
    """What the server knows, and what it has done; touched by its own thread alone."""

    tables: dict[str, Listing]
    token: str
    limiter: Limiter
    usual: int
    most: int
    busy: float
    resent: float
    seed: int
    log: list[Served] = field(default_factory=list)
    attempts: Counter[Cursor] = field(default_factory=Counter)


class Table(RequestHandler):
    """``GET /<table>``: a page of its rows."""

    def initialize(self, desk: Desk) -> None:
        """Take the desk that the application hands over."""
        self.desk = desk

    def get(self, name: str) -> None:
        """Answer one request: first the token, then the limit, then what was asked for."""
        desk = self.desk
        given = self.request.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {desk.token}".encode()):
            self.set_header("WWW-Authenticate", 'Bearer realm="Lantern Market"')
            return self.refuse(HTTPStatus.UNAUTHORIZED, "a bearer token that is known is needed")
        wait = desk.limiter.wait(time.monotonic())
        if wait > 0:
            self.set_header("Retry-After", str(max(math.ceil(wait), 1)))
            rule = f"at most {desk.limiter.per_second} requests a second; see Retry-After"
            return self.refuse(HTTPStatus.TOO_MANY_REQUESTS, rule)
        if name not in desk.tables:
            known = ", ".join(desk.tables)
            return self.refuse(HTTPStatus.NOT_FOUND, f"there is no {name!r}; there are {known}")
        try:
            at, limit = self.place(name), self.limit()
        except BadRequestError as error:
            return self.refuse(HTTPStatus.BAD_REQUEST, str(error))
        desk.attempts[at] += 1
        if is_busy(at, desk.attempts[at] - 1, desk.busy, desk.seed):
            return self.refuse(HTTPStatus.SERVICE_UNAVAILABLE, "busy; try again shortly")
        desk.attempts[at] = 0
        return self.hand_out(name, at, limit)

    def place(self, name: str) -> Cursor:
        """Where the page begins."""
        cursor = self.get_query_argument("cursor", None)
        since = self.get_query_argument("since", None)
        if cursor is None:
            return begin(self.desk.tables[name], since)
        return unpacked(cursor, name, self.desk.seed)

    def limit(self) -> int:
        """How many rows the client wants on a page."""
        text = self.get_query_argument("limit", str(self.desk.usual))
        if not (text.isascii() and text.isdigit() and 1 <= int(text) <= self.desk.most):
            raise BadRequestError(f"limit is {text!r}; it must lie in 1 .. {self.desk.most}")
        return int(text)

    def hand_out(self, name: str, at: Cursor, limit: int) -> None:
        """Send a page and where the next one begins."""
        desk = self.desk
        found = page(desk.tables[name], at, limit, desk.resent, desk.seed)
        following = packed(found.next, desk.seed) if found.next else None
        desk.log.append(Served(200, name, found.first, len(found.rows), found.repeated))
        self.answer({"data": found.rows, "next": following})

    def refuse(self, status: HTTPStatus, why: str) -> None:
        """Send an error that says why."""
        self.desk.log.append(Served(int(status), self.request.path.strip("/")))
        self.set_status(int(status))
        self.answer({"error": why})

    def answer(self, body: dict[str, object]) -> None:
        """Send JSON, Chinese as it is."""
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.finish(json.dumps(body, ensure_ascii=False, allow_nan=False))


def application(desk: Desk) -> Application:
    """The application; it logs to the desk, never to the notebook."""
    return Application([(r"/(.*)", Table, {"desk": desk})], log_function=lambda handler: None)
