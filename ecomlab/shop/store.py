"""A shop's tables as they are asked for: from the shipped files, the cache, or any folder."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecomlab.datasets import folder as shipped_folder
from ecomlab.shop import cache
from ecomlab.shop.calendar import check_days
from ecomlab.shop.tables import TABLES
from ecomlab.shop.world import World
from ecomlab.style import say

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from matplotlib.figure import Figure

    from ecomlab.shop.history import History


class Shop:
    """The tables of a shop; each is read when it is first asked for.

    ``open_shop`` makes one. ``shop.orders`` is a table in the frame type asked for; so is
    ``shop.table("orders")``. What one does to a frame does not reach the shop.

    Attributes
    ----------
    seed, days
        The seed of its world, and how many days it lived.
    engine
        The frame type of its tables.
    """

    def __init__(self, card: dict[str, Any], source: Callable[[str], Any], engine: str) -> None:
        self.seed, self.days, self.engine = int(card["seed"]), int(card["days"]), engine
        self._size = card["size"]
        self._source = source
        self._frames: dict[str, Any] = {}

    @cached_property
    def world(self) -> World:
        """What is true of this shop."""
        return World.draw(self.seed, **self._size)

    def table(self, name: str) -> Any:
        """A table in the shop's frame type.

        Raises
        ------
        ValueError
            If there is no such table; the message lists those there are.
        """
        if name not in TABLES:
            raise ValueError(_no_table(name))
        if name not in self._frames:
            self._frames[name] = ENGINES[self.engine](name, self._source(name))
        frame = self._frames[name]
        return frame.copy(deep=False) if self.engine == "pandas" else frame

    def describe(self, name: str) -> pd.DataFrame:
        """What a table's columns mean, in the language in force: its part of the data dictionary.

        Raises
        ------
        ValueError
            If there is no such table.
        """
        from ecomlab.dictionary import describe

        if name not in TABLES:
            raise ValueError(_no_table(name))
        return describe(TABLES[name])

    def overview(self) -> Figure:
        """Draw the shop on one page."""
        from ecomlab.shop.overview import overview

        return overview(self)

    def __getattr__(self, name: str) -> Any:
        if name in TABLES:
            return self.table(name)
        raise AttributeError(_no_table(name))

    def __dir__(self) -> list[str]:
        return sorted([*super().__dir__(), *TABLES])

    def __repr__(self) -> str:
        people = f"{self._size['customers']:,}"
        return say(
            en=f"<Shop of seed {self.seed}: {people} customers, {self.days} days, "
            f"{len(TABLES)} tables, {self.engine}>",
            zh=f"<店铺（种子 {self.seed}）：{people} 名顾客，{self.days} 天，"
            f"{len(TABLES)} 张表，{self.engine}>",
        )


def _no_table(name: str) -> str:
    return f"the shop has no table {name!r}; its tables are {', '.join(TABLES)}"


def open_shop(
    seed: int | None = None,
    *,
    days: int | None = None,
    folder: Path | str | None = None,
    engine: str = "pandas",
    **size: int,
) -> Shop:
    """Open the shipped shop, that of another seed, or one that was written to a folder.

    Parameters
    ----------
    seed
        None for the shipped shop; else that world is simulated, once: it is kept in the user's
        cache folder.
    days
        How many days from 2024-01-01 the simulated shop lives; 730 if not given.
    folder
        A folder that ``ecomlab shop simulate`` wrote.
    engine
        The frame type of the tables: ``"pandas"``, ``"polars"`` (LazyFrame), ``"duckdb"``
        (relation), ``"pyspark"`` or ``"pyarrow"``.
    **size
        How large the simulated shop is, as for ``World.draw``: ``customers=2_000`` ...

    Returns
    -------
    Shop
        Its tables are attributes, read when they are first asked for.

    Raises
    ------
    TypeError
        If the seed or a size is not a whole number.
    ValueError
        If one is out of range, the engine is unknown, or a folder holds no whole shop or one of
        another version.
    ModuleNotFoundError
        If the engine's package is not installed.

    Examples
    --------
    >>> shop = open_shop()
    >>> len(shop.products), shop.orders.columns[:2].tolist()
    (240, ['order_id', 'customer_id'])
    """
    _check_engine(engine)
    if seed is None:
        if size or days is not None:
            given = ", ".join([*size, *(["days"] if days is not None else [])])
            raise ValueError(f"{given} was given without a seed; only simulated shops take it")
        place = Path(folder) if folder is not None else shipped_folder() / "shop"
        return _opened(place, engine)
    if folder is not None:
        raise ValueError("give a seed or a folder, not both")
    world = World.draw(seed, **size)
    return _simulated(world, check_days(730 if days is None else days), engine)


def _check_engine(engine: str) -> None:
    from importlib.util import find_spec

    if engine not in ENGINES:
        raise ValueError(f"unknown engine {engine!r}; engines are {', '.join(ENGINES)}")
    if find_spec(engine) is None:
        raise ModuleNotFoundError(
            f"engine={engine!r} needs the package {engine}, which is not installed here; "
            "it comes with the extra: pip install 'ecomlab[big]'",
            name=engine,
        )


def _opened(folder: Path, engine: str) -> Shop:
    from ecomlab.shop.stream import CARD, read_card, tables_version

    if not (folder / CARD).is_file():
        raise ValueError(f"{folder} holds no whole shop (it has no {CARD})")
    card = read_card(folder)
    if card["tables"] != tables_version():
        raise ValueError(
            f"{folder} was written by another version ({card['engine']}), whose tables differ "
            f"from this one's ({cache.engine_version()}); simulate it again"
        )
    chunks = -(-card["days"] // card["chunk_days"])
    return Shop(card, lambda name: files(folder, name, chunks), engine)


def files(folder: Path, name: str, chunks: int = 1) -> list[Path]:
    """The Parquet files of a table, in order: one, or one for each chunk of days."""
    single = folder / f"{name}.parquet"
    if single.is_file():
        return [single]
    parts = [folder / name / f"part-{i:04d}.parquet" for i in range(chunks)]
    found = [p for p in parts[: 1 if TABLES[name].fixed else None] if p.is_file()]
    if not found:
        raise ValueError(f"{folder} has lost its table {name}; delete that folder and try again")
    if not TABLES[name].fixed and len(found) < chunks:
        lost = next(p for p in parts if p not in found).name
        raise ValueError(
            f"{folder} has lost {lost} of its table {name}; delete that folder and try again"
        )
    return found


def _simulated(world: World, days: int, engine: str) -> Shop:
    """The shop from the cache, made first if need be; in memory where no cache can be written."""
    from ecomlab.shop.stream import CARD, card_of, stream

    size = "-".join(str(n) for n in vars(world.size).values())
    name = f"seed-{world.seed}-days-{days}-size-{size}"
    place = cache.entry(name)
    if (place / CARD).is_file():
        return _opened(place, engine)
    try:
        stream(world, place, days=days)
    except OSError:
        if engine == "pyspark":  # it reads files only
            raise
        from ecomlab.shop.history import simulate
        from ecomlab.shop.policy import Policy

        history = simulate(world, days=days)
        return Shop(card_of(world, Policy(), days), lambda n: _in_memory(history, n), engine)
    if cache.drop_others(name):
        # Said on stdout: stock nbgrader gives no marks to a cell that writes to stderr.
        print(
            say(
                en=f"The cached shop of seed {world.seed} was of another version; "
                "it was simulated again.",
                zh=f"缓存中种子 {world.seed} 的店铺来自另一版本，已重新模拟。",
            )
        )
    return _opened(place, engine)


def _in_memory(history: History, name: str) -> pa.Table:
    from ecomlab.shop.parquet import to_arrow

    return to_arrow(TABLES[name], history.arrays(name))


def _pyarrow(name: str, source: Any) -> pa.Table:
    from ecomlab.shop.parquet import read

    return read(TABLES[name], source) if isinstance(source, list) else source


def _pandas(name: str, source: Any) -> pd.DataFrame:
    from ecomlab.shop.history import to_pandas
    from ecomlab.shop.parquet import from_arrow

    return to_pandas(TABLES[name], from_arrow(TABLES[name], _pyarrow(name, source)))


def _polars(name: str, source: Any) -> Any:
    import polars as pl

    if isinstance(source, list):
        return pl.scan_parquet(source, hive_partitioning=False)
    return pl.LazyFrame(pl.from_arrow(source))


def _duckdb(name: str, source: Any) -> Any:
    import duckdb

    if isinstance(source, list):
        return duckdb.read_parquet([str(f) for f in source], hive_partitioning=False)
    return duckdb.from_arrow(source)


def _pyspark(name: str, source: list[Path]) -> Any:
    from pyspark.sql import SparkSession

    spark = SparkSession.getActiveSession() or (
        SparkSession.builder.master("local[*]")
        .appName("ecomlab")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .getOrCreate()
    )
    return spark.read.parquet(*[f.resolve().as_uri() for f in source])


ENGINES: dict[str, Callable[[str, Any], Any]] = {
    "pandas": _pandas,
    "polars": _polars,
    "duckdb": _duckdb,
    "pyspark": _pyspark,
    "pyarrow": _pyarrow,
}
