"""The shipped shop: which world it is, and how its files are made."""

from __future__ import annotations

from pathlib import Path

from ecomlab.dictionary import readme
from ecomlab.shop import parquet
from ecomlab.shop.history import simulate
from ecomlab.shop.policy import Policy
from ecomlab.shop.stream import CARD, card_of, write_card, write_whole
from ecomlab.shop.tables import TABLES
from ecomlab.shop.world import World

#: Every estimand admits this world, and its tables fit in 15 MB.
SEED, DAYS = 618, 730
#: They are written once and read often, so zstd may take its time.
LEVEL = 19


def ship(folder: Path, *, world: World | None = None, days: int = DAYS) -> Path:
    """Make the shipped shop's files, one Parquet file a table, and the data dictionary.

    Parameters
    ----------
    folder
        The folder of the data sets; the files go to ``shop/`` in it, which says it is whole only
        when all of them are written.
    world, days
        Another world than the shipped one.

    Returns
    -------
    Path
        The folder of the shop.
    """
    world = World.draw(SEED) if world is None else world
    place = folder / "shop"
    place.mkdir(parents=True, exist_ok=True)
    history = simulate(world, days=days)
    (place / CARD).unlink(missing_ok=True)
    for name, table in TABLES.items():
        parquet.write(table, history.arrays(name), place / f"{name}.parquet", level=LEVEL)
    for file in place.glob("*.parquet"):
        if file.stem not in TABLES:
            file.unlink()
    write_card(place, card_of(world, Policy(), days))
    write_whole(folder, "README.md", readme(folder).encode())
    return place
