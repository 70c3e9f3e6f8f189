"""Machines that read the shop: they say so, they are scripts, or they pretend to be people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecomlab.shop.chunk import DAY_SECONDS
from ecomlab.shop.raw.pages import AGENTS, SITE, ZONE, stamps
from ecomlab.shop.raw.places import bits, upto


@dataclass(frozen=True)
class Bot:
    """Its address (203.0.113.0/24, kept for documentation by RFC 5737), its name, its haste.

    ``pause`` is the seconds between two requests; ``least`` the fewest requests of a crawl:
    a bot in disguise is told by its haste alone, so it never comes for less.
    """

    host: str
    agent: str
    pause: int
    least: int = 1


#: The disguised one first: it takes a week's requests only where they fill a whole crawl.
BOTS = (
    Bot("203.0.113.66", AGENTS["desktop"][0], 1, least=40),
    Bot("203.0.113.7", "Mozilla/5.0 (compatible; Baiduspider/2.0; "
        "+http://www.baidu.com/search/spider.html)", 9),
    Bot("203.0.113.12", "python-requests/2.32.3", 3),
    Bot("203.0.113.31", "Mozilla/5.0 (compatible; bingbot/2.0; "
        "+http://www.bing.com/bingbot.htm)", 14),
)  # fmt: skip
_CRAWL = 60
#: 1970 began on a Thursday.
_MONDAY = 3


def crawls(
    seed: int, rate: float, at: NDArray[np.datetime64], products: int
) -> tuple[NDArray[np.int64], list[bytes]]:
    """What bots asked for: ``rate`` requests for each request of people, by week.

    Parameters
    ----------
    seed, rate
        What places them, and how many.
    at
        The moments of people's requests.
    products
        How many product pages there are.

    Returns
    -------
    moments, lines
        Seconds since 1970 in shop time, and the lines, in no order.
    """
    day = at.astype("datetime64[D]").astype(np.int64)
    week = (day + _MONDAY) // 7
    moments, lines = [], []
    for monday in np.unique(week).tolist():
        days = day[week == monday]
        begin, lasts = int(days.min()), int(days.max() - days.min() + 1) * DAY_SECONDS
        sizes = _split(round(rate * len(days)))
        # Each crawl has its part of the week: no two of them are ever alike to the letter.
        part = lasts // max(len(sizes), 1)
        for place, size in enumerate(sizes):
            bot = _who(seed, begin, place, size)
            pause = max(min(bot.pause, part // size), 1)
            first = begin * DAY_SECONDS + place * part
            first += _start(seed, begin, place, part - size * pause)
            for i in range(size):
                moments.append(first + i * pause)
                lines.append(_line(bot, moments[-1], _asked(seed, moments[-1], i, products)))
    return np.array(moments, dtype=np.int64), lines


def _split(requests: int) -> list[int]:
    full, rest = divmod(requests, _CRAWL)
    return [_CRAWL] * full + [rest] * (rest > 0)


def _who(seed: int, day: int, place: int, size: int) -> Bot:
    pick = int(upto(bits(seed, "bot.who", np.array([day]), place), len(BOTS))[0])
    return BOTS[pick] if size >= BOTS[pick].least else BOTS[1 + pick % (len(BOTS) - 1)]


def _start(seed: int, day: int, place: int, room: int) -> int:
    return int(upto(bits(seed, "bot.start", np.array([day]), place), max(room, 1))[0])


def _asked(seed: int, moment: int, number: int, products: int) -> str:
    if number == 0:
        return "/robots.txt"
    return f"/p/{upto(bits(seed, 'bot.page', np.array([moment]), number), products)[0]}"


def _line(bot: Bot, moment: int, path: str) -> bytes:
    stamp = stamps(np.array([moment], dtype="datetime64[s]"))[0]
    size = 310 if path == "/robots.txt" else 30_000
    referrer = "-" if bot.agent not in AGENTS["desktop"] or size == 310 else f"{SITE}/"
    return (
        f'{bot.host} - - [{stamp} {ZONE}] "GET {path} HTTP/1.1" 200 {size} '
        f'"{referrer}" "{bot.agent}"'
    ).encode("ascii")
