"""What a run leaves: its tables, as arrays until someone asks for a DataFrame."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ecomlab.shop import clicks, outreach, parcels, register, service, stalls, trade, voice
from ecomlab.shop.calendar import EPOCH, KNOWN_DAYS, check_days
from ecomlab.shop.chunk import Builder, Chunk, gathered
from ecomlab.shop.ground import lay_out, plan
from ecomlab.shop.ledger import Block
from ecomlab.shop.policy import Policy
from ecomlab.shop.run import FIRST_PLAN, Run, in_cny
from ecomlab.shop.tables import TABLES, Table, broken, conform
from ecomlab.shop.world import World

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

#: How each table is made from a chunk.
BUILDERS: dict[str, Builder] = {
    name: builder
    for room in (trade, parcels, clicks, voice, outreach, service, register, stalls)
    for name, builder in room.BUILDERS.items()
}
CHUNK_DAYS = 28
_STAMP = "datetime64[s]"


class History:
    """The tables of a run; each is made when it is first asked for.

    Parameters
    ----------
    chunks
        The run, in days' order.
    totals
        The day's sums, money in fen.

    Examples
    --------
    >>> history = simulate(World.draw(2, customers=300, products=24), days=20)
    >>> history.orders.columns[:3].tolist(), len(history.table("products"))
    (['order_id', 'customer_id', 'city_id'], 24)
    """

    def __init__(self, chunks: list[Chunk], totals: list[dict[str, float]]) -> None:
        self.chunks, self.totals = chunks, totals
        self._arrays: dict[str, Block] = {}
        self._frames: dict[str, pd.DataFrame] = {}

    @property
    def world(self) -> World:
        """What is true."""
        return self.chunks[0].world

    @property
    def policy(self) -> Policy:
        """What management had decided beforehand."""
        return self.chunks[0].policy

    @property
    def days(self) -> int:
        """How many days were lived."""
        return self.chunks[-1].last + 1

    @property
    def daily(self) -> dict[str, NDArray[np.float64]]:
        """The day's sums, money in CNY."""
        sums = [in_cny(s) for s in self.totals]
        return {name: np.array([s[name] for s in sums], dtype=np.float64) for name in sums[0]}

    def arrays(self, name: str) -> Block:
        """A table's columns as the engine keeps them (``tables.schema.KINDS`` says how)."""
        if name not in TABLES:
            raise ValueError(f"there is no table {name!r}; there are {', '.join(sorted(TABLES))}")
        if name not in self._arrays:
            parts = self.chunks[:1] if TABLES[name].fixed else self.chunks
            self._arrays[name] = gathered([rows(name, chunk) for chunk in parts])
        return self._arrays[name]

    def table(self, name: str) -> pd.DataFrame:
        """A table as a pandas DataFrame; also an attribute of that name."""
        if name not in self._frames:
            columns = self.arrays(name)
            self._frames[name] = to_pandas(TABLES[name], columns)
        return self._frames[name]

    def check(self) -> list[str]:
        """What the tables break of their declarations: keys, references, ranges; none is good."""
        return [b for n, t in TABLES.items() for b in broken(t, self.arrays(n), self.arrays)]

    def overview(self) -> Figure:
        """Draw the shop on one page."""
        from ecomlab.shop.overview import overview

        return overview(self)

    def __getattr__(self, name: str) -> pd.DataFrame:
        if name in TABLES:
            return self.table(name)
        raise AttributeError(f"there is no table {name!r}; there are {', '.join(sorted(TABLES))}")

    def __dir__(self) -> list[str]:
        return sorted([*super().__dir__(), *TABLES])


def rows(name: str, chunk: Chunk) -> Block:
    """A table's rows of one chunk, in the declared columns."""
    return conform(TABLES[name], BUILDERS[name](chunk))


def to_pandas(table: Table, columns: Block) -> pd.DataFrame:
    """A DataFrame: money in CNY, labels as categories, dates and times as datetimes.

    Missing ids make a nullable ``Int64`` column; other missing values are NaN or NaT.
    """
    import pandas as pd

    made: dict[str, object] = {}
    for column in table.columns:
        values = columns[column.name]
        if column.kind == "money":
            made[column.name] = values / 100
        elif column.kind == "label":
            made[column.name] = pd.Categorical.from_codes(values, categories=list(column.values))
        elif column.kind in ("date", "time"):
            unit = "D" if column.kind == "date" else "s"
            stamp = EPOCH + values.astype(f"timedelta64[{unit}]").astype("timedelta64[s]")
            made[column.name] = np.where(values < 0, np.datetime64("NaT", "s"), stamp)
        elif column.kind == "id" and column.optional:
            made[column.name] = pd.array(values, dtype="Int64")
            made[column.name][values < 0] = pd.NA  # type: ignore[index]
        elif column.kind == "text":
            made[column.name] = pd.array(list(values), dtype="str")
        else:
            made[column.name] = values
    return pd.DataFrame(made)


def lived(
    world: World,
    policy: Policy | None = None,
    days: int = 730,
    *,
    seed: int | None = None,
    chunk_days: int = CHUNK_DAYS,
    run: Run | None = None,
) -> Iterator[tuple[Chunk, list[dict[str, float]]]]:
    """Live the days chunk by chunk; memory holds one chunk at a time.

    Parameters
    ----------
    world, policy, days, seed
        As in ``simulate``.
    chunk_days
        Days in a chunk; tables do not depend on it.
    run
        A run to go on with (resumed from a snapshot, say), with ``record`` set.

    Yields
    ------
    chunk, totals
        The chunk's rows, and its days' sums.
    """
    days = check_days(days)
    run = run or Run(world, policy, seed=seed, record=True)
    while run.day < days:
        first, kept = run.day, len(run.totals)
        for _ in range(min(chunk_days, days - first)):
            run.step()
        chunk = recorded(run, first, until=days - 1)
        run.blocks = {}
        yield chunk, run.totals[kept:]


def recorded(run: Run, first: int, *, until: int) -> Chunk:
    """What a run has recorded since the day ``first``; ``until`` is its last day."""
    return Chunk(
        ground=lay_out(run.world),
        plan=plan(run.world, run.policy, FIRST_PLAN if run.day <= FIRST_PLAN - 28 else KNOWN_DAYS),
        policy=run.policy,
        seed=run.seed,
        first=first,
        last=run.day - 1,
        until=until,
        blocks={name: gathered(parts) for name, parts in run.blocks.items() if parts},
    )


def simulate(
    world: World, policy: Policy | None = None, days: int = 730, *, seed: int | None = None
) -> History:
    """Live a world's first days under a policy.

    Parameters
    ----------
    world, policy
        What is true, and what management decides (the default policy if None).
    days
        How many days from 2024-01-01, 1 .. 1461.
    seed
        The seed of the daily draws; the world's own if None.

    Returns
    -------
    History
        The tables.

    Examples
    --------
    >>> history = simulate(World.draw(2, customers=300, products=24), days=20)
    >>> int(history.visits.visit_id.nunique()) == len(history.visits)
    True
    """
    check_days(days)
    chunks, totals = [], []
    for chunk, sums in lived(world, policy, days, seed=seed):
        chunks.append(chunk)
        totals += sums
    return History(chunks, totals)
