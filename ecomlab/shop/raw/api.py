"""A practice API on this machine alone: a small server in a thread of its own."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from threading import Thread
from typing import TYPE_CHECKING

from ecomlab.shop.keys import key
from ecomlab.shop.raw.paging import listings
from ecomlab.shop.raw.places import Shop, check_rates, seed_of

if TYPE_CHECKING:
    import pandas as pd

    from ecomlab.shop.raw.serving import Desk, Served

_PATIENCE = 10.0


@dataclass(frozen=True)
class PracticeApi:
    """Where the server listens, and what opens it.

    Attributes
    ----------
    url
        Its address, without a slash at the end: ``requests.get(f"{api.url}/orders", ...)``.
    token
        Goes into the header ``Authorization: Bearer <token>``.
    """

    url: str
    token: str = field(repr=False)
    log: list[Served] = field(repr=False)

    def answers(self) -> pd.DataFrame:
        """What the server has answered: status, table, first row, rows, rows repeated."""
        import pandas as pd

        columns = ["status", "table", "first", "rows", "repeated"]
        return pd.DataFrame([asdict(one) for one in list(self.log)], columns=columns)


@contextmanager
def practice_api(
    shop: Shop,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    page_size: int = 50,
    max_page_size: int = 200,
    per_second: int = 20,
    busy: float = 0.05,
    resent: float = 0.1,
    seed: int | None = None,
) -> Iterator[PracticeApi]:
    """Serve the shop's ``orders``, ``order_lines`` and ``products`` as JSON while in the block.

    ``GET /<table>?limit=&since=&cursor=`` answers ``{"data": [rows], "next": cursor or null}``,
    orders and lines by time of payment, from ``since`` on (ISO 8601). Errors are
    ``{"error": why}``: 400 for a bad limit, cursor or since; 401 without the token; 404; 429 with
    ``Retry-After`` beyond the limit; 503 now and then, never three times in a row for a page. Some
    pages begin with rows of the page before, so rows must be told apart by their keys. What goes
    wrong where depends on the seed alone, except the limit, which depends on the clock.

    Parameters
    ----------
    shop
        A ``History`` or an opened shop.
    host, port
        A loopback address, and a port (0 takes a free one).
    page_size, max_page_size
        Rows on a page if the client does not say, and at most.
    per_second
        Requests admitted in any one second, from all clients together.
    busy, resent
        Of the attempts, so many get 503; of the pages, so many repeat rows.
    seed
        Places what goes wrong; the world's own if None.

    Yields
    ------
    PracticeApi
        The address, the token, and the record of the answers.

    Raises
    ------
    ValueError
        If ``host`` is not this machine alone, or a size or rate is out of range.
    OSError
        If the port is taken.

    Notes
    -----
    Needs tornado, which JupyterLab brings.

    Examples
    --------
    >>> import requests
    >>> from ecomlab.shop import World, simulate
    >>> shop = simulate(World.draw(2, customers=300, products=24), days=20)
    >>> with practice_api(shop, busy=0) as api:
    ...     head = {"Authorization": f"Bearer {api.token}"}
    ...     answer = requests.get(f"{api.url}/products?limit=2", headers=head, timeout=5)
    >>> [row["product_id"] for row in answer.json()["data"]]
    [0, 1]
    """
    from ecomlab.shop.raw.serving import Desk, Limiter

    check_rates(busy=busy, resent=resent)
    _check_sizes(page_size=page_size, max_page_size=max_page_size, per_second=per_second)
    if page_size > max_page_size:
        raise ValueError(f"page_size is {page_size}, more than max_page_size, {max_page_size}")
    address, seed = _loopback(host), seed_of(shop, seed)
    desk = Desk(
        tables=listings(shop),
        token=f"lantern-{int(key(seed, 'raw.api.token')):016x}",
        limiter=Limiter(per_second),
        usual=page_size,
        most=max_page_size,
        busy=busy,
        resent=resent,
        seed=seed,
    )
    with _listening(address, port) as (door, url):
        begun: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()
        thread = Thread(target=_live, args=(desk, door, begun), name="practice-api", daemon=True)
        thread.start()
        loop, stop = begun.result(_PATIENCE)
        try:
            yield PracticeApi(url, desk.token, desk.log)
        finally:
            loop.call_soon_threadsafe(stop.set)
            thread.join(_PATIENCE)


def _check_sizes(**sizes: int) -> None:
    for name, size in sizes.items():
        if isinstance(size, bool) or not isinstance(size, int):
            raise TypeError(f"{name} must be a whole number, not {size!r}")
        if size < 1:
            raise ValueError(f"{name} is {size}; it must be at least 1")


def _loopback(host: str) -> str:
    """The address, if nothing outside this machine can reach it."""
    try:
        address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        address = None
    if address is None or not address.is_loopback:
        raise ValueError(
            f"host is {host!r}; the practice API listens on this machine alone: 127.0.0.1, ::1 or "
            "localhost"
        )
    return str(address)


@contextmanager
def _listening(address: str, port: int) -> Iterator[tuple[socket.socket, str]]:
    """A socket that listens, closed in the end, and its address."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.create_server((address, port), family=family) as door:
        door.setblocking(False)
        place = f"[{address}]" if ":" in address else address
        yield door, f"http://{place}:{door.getsockname()[1]}"


def _live(desk: Desk, door: socket.socket, begun: Future) -> None:
    """The server's thread: serve until told to stop, then let nobody wait."""
    from tornado.httpserver import HTTPServer

    from ecomlab.shop.raw.serving import application

    async def serve() -> None:
        stop = asyncio.Event()
        server = HTTPServer(application(desk))
        server.add_socket(door)
        begun.set_result((asyncio.get_running_loop(), stop))
        await stop.wait()
        server.stop()
        await server.close_all_connections()

    try:
        asyncio.run(serve())
    except BaseException as error:
        if begun.done():
            raise
        begun.set_exception(error)
