"""A run written to a folder chunk by chunk, which goes on where it was stopped.

``folder/<table>/part-0000.parquet`` ... hold the rows, one part a chunk. A chunk is done when the
snapshot of the night after it stands in ``folder/unfinished.npz``, which is replaced in one step;
parts beyond it are of a chunk that was cut off, and are made again. ``folder/shop.json`` says whose
shop it is, and that it is whole; the snapshot is gone then.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from ecomlab.shop import parquet
from ecomlab.shop.cache import engine_version, locked
from ecomlab.shop.calendar import check_days
from ecomlab.shop.chunk import Chunk
from ecomlab.shop.history import lived, rows
from ecomlab.shop.policy import Policy
from ecomlab.shop.run import Run
from ecomlab.shop.tables import TABLES
from ecomlab.shop.world import World, check_seed

CARD, UNFINISHED = "shop.json", "unfinished.npz"
#: Customers x days in a chunk: bounds the memory that a chunk's rows take.
CHUNK_SIZE = 28_000_000


@dataclass(frozen=True)
class Progress:
    """How far a run is: its days, how many are written, how many were when this process began."""

    day: int
    days: int
    began: int


def stream(
    world: World,
    folder: Path | str,
    policy: Policy | None = None,
    days: int = 730,
    *,
    seed: int | None = None,
    chunk_days: int | None = None,
    wait: bool = True,
    progress: Callable[[Progress], None] | None = None,
) -> Path:
    """Live a world's first days and write its tables; go on with a run that was cut off.

    Parameters
    ----------
    world, policy, days, seed
        As in ``simulate``.
    folder
        Where to: a new or empty folder, or one that holds part of this very run.
    chunk_days
        Days written at a time; by default so many that a chunk's rows take a few hundred MB.
    wait
        Whether to wait for another process that is at work on the folder.
    progress
        Told at the beginning and after each chunk.

    Returns
    -------
    Path
        The folder, whole.

    Raises
    ------
    ValueError
        If the folder holds anything else than this run.
    BlockingIOError
        If another process is at work on it and ``wait`` is false.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> world = World.draw(2, customers=300, products=24)
    >>> with TemporaryDirectory() as folder:
    ...     done = stream(world, folder, days=20)
    ...     sorted(p.name for p in (done / "orders").iterdir())
    ['part-0000.parquet']
    """
    folder, days = Path(folder), check_days(days)
    policy = Policy() if policy is None else policy
    if seed is not None:
        check_seed(seed)
    step = _step(world, days) if chunk_days is None else chunk_days
    if isinstance(step, bool) or not isinstance(step, int) or step < 1:
        raise ValueError(f"chunk_days is {step!r}; it must be a whole number >= 1")
    card = card_of(world, policy, days, seed=seed, chunk_days=step)
    with locked(folder, wait=wait):
        if not _is_whole(folder, card):
            _go_on(world, policy, days, seed, step, folder, card, progress)
    return folder


def _step(world: World, days: int) -> int:
    return min(max(CHUNK_SIZE // world.size.customers, 7), days)


def card_of(
    world: World,
    policy: Policy,
    days: int,
    *,
    seed: int | None = None,
    chunk_days: int | None = None,
) -> dict[str, Any]:
    """What says whose shop a folder holds, and by which engine it was made."""
    decided = repr((world, policy, seed))
    return {
        "seed": world.seed,
        "days": days,
        "size": asdict(world.size),
        "chunk_days": days if chunk_days is None else chunk_days,
        "run": blake2b(decided.encode(), digest_size=8).hexdigest(),
        "engine": engine_version(),
        "tables": tables_version(),
    }


def tables_version() -> str:
    """A digest of what a reader relies on: every table's columns, their types and labels."""
    declared = [
        (t.name, t.key, [(c.name, c.kind, c.values, c.optional) for c in t.columns])
        for t in TABLES.values()
    ]
    return blake2b(repr(declared).encode(), digest_size=6).hexdigest()


def write_whole(folder: Path, name: str, content: bytes) -> None:
    """Write a small file that appears whole or not at all."""
    beside = folder / f"{name}.tmp"
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(folder / name)


def write_card(folder: Path, card: Mapping[str, Any]) -> None:
    """Say whose shop the folder holds, and that it is whole."""
    write_whole(folder, CARD, (json.dumps(card, indent=1) + "\n").encode())


def read_card(folder: Path) -> dict[str, Any]:
    """Whose shop a folder holds, as it says; what it says must be all there."""
    try:
        card = json.loads((folder / CARD).read_bytes())
        if {"seed", "days", "size", "chunk_days", "run", "engine", "tables"} <= set(card):
            return card
    except (ValueError, TypeError):
        pass
    raise ValueError(f"{folder / CARD} is damaged; delete that folder and try again")


def _is_whole(folder: Path, card: Mapping[str, Any]) -> bool:
    """Whether the run is all there; a folder of something else is refused."""
    if (folder / CARD).is_file():
        _check_same(folder, read_card(folder), card)
        return True
    if not (folder / UNFINISHED).is_file():
        ours = (".lock", f"{UNFINISHED}.tmp")
        if strange := sorted(p.name for p in folder.iterdir() if p.name not in ours):
            raise ValueError(
                f"{folder} is not empty (it holds {strange[0]}) and holds no shop; choose another "
                "folder"
            )
    return False


def _check_same(folder: Path, found: Mapping[str, Any], card: Mapping[str, Any]) -> None:
    """Refuse to go on with another run than the one that was begun."""
    for name, asked in _flat(card).items():
        if (there := _flat(found).get(name)) != asked:
            raise ValueError(
                f"{folder} holds another shop: its {name} is {there}, {asked} was asked for; "
                "choose another folder"
            )


def _flat(card: Mapping[str, Any]) -> dict[str, Any]:
    return {**card["size"], **{k: v for k, v in card.items() if k != "size"}}


def _go_on(
    world: World,
    policy: Policy,
    days: int,
    seed: int | None,
    step: int,
    folder: Path,
    card: dict[str, Any],
    progress: Callable[[Progress], None] | None,
) -> None:
    run = Run(world, policy, seed=seed, record=True)
    if not (folder / UNFINISHED).is_file():
        _keep(run, folder, card, 0)
    part = _restore(run, folder, card)
    _clear(folder, part)
    began = run.day
    if progress:
        progress(Progress(began, days, began))
    for chunk, _ in lived(world, policy, days, chunk_days=step, run=run):
        _write(chunk, folder, part)
        part += 1
        if run.day < days:
            _keep(run, folder, card, part)
        if progress:
            progress(Progress(run.day, days, began))
    write_card(folder, card)
    (folder / UNFINISHED).unlink(missing_ok=True)


def _write(chunk: Chunk, folder: Path, part: int) -> None:
    for name, table in TABLES.items():
        if table.fixed and chunk.first:
            continue
        (folder / name).mkdir(exist_ok=True)
        parquet.write(table, rows(name, chunk), folder / name / f"part-{part:04d}.parquet")


def _clear(folder: Path, part: int) -> None:
    """Remove what was written after the last whole chunk."""
    for name in TABLES:
        for file in (folder / name).glob("part-*"):
            if file.suffix == ".tmp" or int(file.stem.removeprefix("part-")) >= part:
                file.unlink()


def _keep(run: Run, folder: Path, card: dict[str, Any], part: int) -> None:
    """Write the night's snapshot in one step: from now on the chunk before it is done."""
    beside = folder / f"{UNFINISHED}.tmp"
    arrays: dict[str, Any] = dict(_frozen(run.state))
    arrays["about"] = np.array(json.dumps({"card": card, "part": part}))
    with beside.open("wb") as file:
        np.savez(file, **arrays)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(folder / UNFINISHED)


def _restore(run: Run, folder: Path, card: dict[str, Any]) -> int:
    """Take the run to the last whole chunk's night; the number of the next part."""
    try:
        with np.load(folder / UNFINISHED, allow_pickle=False) as file:
            kept = dict(file)
        about = json.loads(str(kept["about"]))
    except (ValueError, KeyError, EOFError, zipfile.BadZipFile):
        raise ValueError(
            f"{folder / UNFINISHED} is damaged; delete that folder and try again"
        ) from None
    _check_same(folder, about["card"], card)
    state = _thawed(run.state, kept)
    # What else a night remembers are its past days' sums, which are in the tables already.
    run.restore(replace(run.snapshot(), state=state))
    return int(about["part"])


def _frozen(thing: Any, prefix: str = "") -> Iterator[tuple[str, np.ndarray]]:
    """The numbers and arrays of a dataclass, those of nested ones under dotted names."""
    for field in fields(thing):
        value = getattr(thing, field.name)
        if is_dataclass(value):
            yield from _frozen(value, f"{prefix}{field.name}.")
        else:
            yield prefix + field.name, np.asarray(value)


def _thawed(like: Any, kept: Mapping[str, np.ndarray], prefix: str = "") -> Any:
    """A copy of a dataclass with the numbers and arrays that `_frozen` gave."""
    found: dict[str, Any] = {}
    for field in fields(like):
        value, name = getattr(like, field.name), prefix + field.name
        if is_dataclass(value):
            found[field.name] = _thawed(value, kept, f"{name}.")
        else:
            array = kept[name]
            found[field.name] = array if isinstance(value, np.ndarray) else array.item()
    return replace(like, **found)
