"""A web server's log of some days: requests of people, and what goes wrong with such files."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ecomlab.shop.raw.bots import crawls
from ecomlab.shop.raw.pages import clicks, written
from ecomlab.shop.raw.places import Shop, check_rates, seed_of, table, window
from ecomlab.shop.raw.spoil import KINDS, Line, resent, spoiled

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, repr=False)
class ServerLog:
    """A log, and what is wrong with it.

    Attributes
    ----------
    lines
        The lines without their line ends, as bytes: not all of them are text.
    faults
        One row per faulty line: ``line`` (its number, from 1), ``column`` (the field concerned, or
        ``line`` for all of it), ``kind`` (see ``spoil.KINDS``), ``original`` (the clean line; two,
        with a line feed between them, where lines were glued; missing where there was none).
    """

    lines: list[bytes] = field(repr=False)
    faults: pd.DataFrame = field(repr=False)

    def write(self, path: str | Path) -> Path:
        """Write the file; gives its path."""
        path = Path(path)
        path.write_bytes(b"".join(line + b"\n" for line in self.lines))
        return path

    def clean(self) -> list[bytes]:
        """The lines as they would be without any fault: each fault undone."""
        undo = dict(zip(self.faults["line"], self.faults["original"], strict=True))
        kept: list[bytes] = []
        for number, line in enumerate(self.lines, 1):
            if number not in undo:
                kept.append(line)
            elif isinstance(original := undo[number], str):
                kept += original.encode("ascii").split(b"\n")
        return kept

    def __repr__(self) -> str:
        return f"ServerLog({len(self.lines)} lines, {len(self.faults)} of them faulty)"


def server_log(
    shop: Shop,
    *,
    start: date | str | None = None,
    days: int = 14,
    broken: float = 0.004,
    duplicates: float = 0.03,
    bots: float = 0.06,
    zones: float = 0.01,
    encodings: float = 0.08,
    seed: int | None = None,
) -> ServerLog:
    """The log of the web server that serves one customer in ten (whose clicks are kept).

    Lines are in the combined log format, in the order in which they were written; stamps are shop
    time, ``+0800``. Faults keep apart: a line has one at most, so each can be told.

    Parameters
    ----------
    shop
        A ``History`` or an opened shop: its ``visits``, ``events``, ``customers``, ``products``.
    start, days
        The first day (by default the shop's first with clicks), and how many days.
    broken
        Of the lines, so many are cut short, as many glued to the next, and half as many follow
        upon a run of zero bytes, left by a crash.
    duplicates
        Of the lines, so many are sent once more: batches of 20 to 60 lines in a row.
    bots
        Requests of machines for each request of people, by week.
    zones
        Of the lines, so many have UTC's clock under the label ``+0800`` (eight hours early), and
        as many a right stamp in ``+0000``.
    encodings
        Of the lines with a search, so many are percent-encoded from GB18030 in place of UTF-8,
        and as many hold the bare GB18030 bytes.
    seed
        Places the faults; the world's own if None.

    Returns
    -------
    ServerLog
        The lines and the truth about their faults.

    Raises
    ------
    TypeError, ValueError
        If a rate lies outside 0 .. 0.3, or there is no click in the days asked for.

    Examples
    --------
    >>> from ecomlab.shop import World, simulate
    >>> shop = simulate(World.draw(2, customers=300, products=24), days=20)
    >>> log = server_log(shop, days=7)
    >>> log.lines[0].split()[5:7], len(log.clean()) == len(server_log(shop, days=7, broken=0,
    ...     duplicates=0, bots=0, zones=0, encodings=0).lines)
    ([b'"GET', b'/'], True)
    """
    check_rates(broken=broken, duplicates=duplicates, bots=bots, zones=zones, encodings=encodings)
    seed = seed_of(shop, seed)
    rows = clicks(shop, window(table(shop, "events")["at"], start, days))
    at = rows["at"].to_numpy().astype("datetime64[s]")
    moments = at.astype(np.int64)
    identity = rows["visit_id"].to_numpy() * 1_000 + rows["event_no"].to_numpy()
    lines = [
        Line(moment, 0, entity, text)
        for moment, entity, text in zip(
            moments.tolist(), identity.tolist(), written(rows, seed), strict=True
        )
    ]
    lines, copies = resent(lines, identity, duplicates, seed)
    called, asked = crawls(seed, bots, at, len(table(shop, "products")))
    machines = [
        Line(moment, 2, i, text, "bot", "line")
        for i, (moment, text) in enumerate(zip(called.tolist(), asked, strict=True))
    ]
    merged = sorted([*lines, *copies, *machines], key=lambda one: (one.moment, one.rank))
    final = spoiled(merged, seed, broken=broken, zones=zones, encodings=encodings)
    return ServerLog([one.text for one in final], _truth(final))


def _truth(lines: list[Line]) -> pd.DataFrame:
    import pandas as pd

    faulty = [(n, one) for n, one in enumerate(lines, 1) if one.kind]
    return pd.DataFrame(
        {
            "line": np.array([n for n, _ in faulty], dtype=np.int64),
            "column": pd.array([one.column for _, one in faulty], dtype="str"),
            "kind": pd.Categorical([one.kind for _, one in faulty], categories=list(KINDS)),
            "original": pd.array([one.original for _, one in faulty], dtype="str"),
        }
    )
