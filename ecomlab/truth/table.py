"""Measure every estimand in many worlds, and say which laws hold."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, as_completed
from hashlib import blake2b
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import numpy as np

from ecomlab.shop.cache import cache_folder, engine_version
from ecomlab.shop.world import World
from ecomlab.truth import (
    branding,
    lists,
    market,
    membership,
    mining,
    pricing,
    segments,
    supply,
    watching,
)
from ecomlab.truth.estimand import SAFE, Estimand
from ecomlab.truth.past import past

if TYPE_CHECKING:
    import pandas as pd

#: The worlds, fixed in advance.
SEEDS = tuple(range(101, 131))
ROOMS = (segments, pricing, branding, membership, supply, watching, lists, mining, market)
ESTIMANDS: dict[str, Estimand] = {one.name: one for room in ROOMS for one in room.ESTIMANDS}
#: The laws: the reference may miss so often, the naive method must miss in such a share.
MISSES, MISLED = 2, 0.8
#: What every figure rests on, besides the engine, its own room and the section.
_SHARED = ("ecomlab.panel", *(f"ecomlab.truth.{room}" for room in ("past", "twins", "panels")))


def run(
    seeds: Iterable[int] = SEEDS,
    names: Sequence[str] | None = None,
    *,
    executor: Executor | None = None,
    results: Path | str | None = None,
    progress: TextIO | None = sys.stderr,
) -> list[dict[str, Any]]:
    """Measure estimands in worlds; what the results file has already is not measured again.

    Parameters
    ----------
    seeds
        The worlds' seeds.
    names
        The estimands by name; all of them if None.
    executor
        Any executor of ``concurrent.futures``; its workers must see the results file. None works
        in this process.
    results
        Where each figure is written as soon as it is known, one JSON object a line; the user's
        cache folder if None. Stopping loses no more than the figure being worked on. A changed
        engine or method makes its lines count no longer.
    progress
        Where to tell how far it is; None for nowhere.

    Returns
    -------
    list of dict
        One a seed and estimand, in order: ``seed``, ``name``, ``admitted``, ``truth``,
        ``truth_se``, ``reference``, ``se``, ``naive``.
    """
    chosen = list(ESTIMANDS) if names is None else list(names)
    if unknown := set(chosen) - set(ESTIMANDS):
        raise ValueError(f"no estimand {sorted(unknown)}; they are {', '.join(ESTIMANDS)}")
    path = Path(results) if results is not None else cache_folder() / "estimands.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    seeds = list(seeds)
    versions = {name: version(name) for name in chosen}
    known = _known(path, versions)
    todo = {seed: [name for name in chosen if (seed, name) not in known] for seed in seeds}
    todo = {seed: missing for seed, missing in todo.items() if missing}
    began = time.monotonic()
    for done, seed in enumerate(_worked(todo, versions, path, executor), start=1):
        if progress is not None:
            minutes = (time.monotonic() - began) / 60
            print(f"seed {seed}: {done} of {len(todo)}, {minutes:.1f} min", file=progress)
    known = _known(path, versions)
    return [known[seed, name] for seed in seeds for name in chosen]


def _worked(
    todo: dict[int, list[str]], versions: dict[str, str], path: Path, executor: Executor | None
) -> Iterator[int]:
    if executor is None:
        for seed, missing in todo.items():
            yield measure(seed, {name: versions[name] for name in missing}, path)
        return
    futures = [
        executor.submit(measure, seed, {name: versions[name] for name in missing}, path)
        for seed, missing in todo.items()
    ]
    try:
        for future in as_completed(futures):
            yield future.result()
    finally:
        for future in futures:
            future.cancel()


def measure(seed: int, versions: Mapping[str, str], path: Path) -> int:
    """Measure the named estimands in one world, append them to the file, give the seed back."""
    world = World.draw(seed)
    for name, stamp in versions.items():
        began = time.process_time()
        one = ESTIMANDS[name]
        row = {"seed": seed, "name": name, "version": stamp}
        row |= one.measure(world, past(world).history)
        row["seconds"] = round(time.process_time() - began, 2)
        with path.open("a", encoding="utf-8") as file:
            # On a line of its own even where a stop cut the one before short.
            file.write(f"\n{json.dumps(row)}\n")
    return seed


def version(name: str) -> str:
    """A digest of all that a figure rests on: the engine, the estimand, the course's methods."""
    one = ESTIMANDS[name]
    rooms = {f"ecomlab.{one.section}", one.truth.__module__, *_SHARED}
    files = set()
    for room in rooms:
        home = Path(str(import_module(room).__file__))
        files |= set(home.parent.rglob("*.py")) if home.name == "__init__.py" else {home}
    digest = blake2b(engine_version().encode(), digest_size=6)
    for file in sorted(files):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def _known(path: Path, versions: Mapping[str, str]) -> dict[tuple[int, str], dict[str, Any]]:
    """What the file holds of these versions; empty lines and those cut short are passed over."""
    found: dict[tuple[int, str], dict[str, Any]] = {}
    if not path.exists():
        return found
    for line in path.read_text("utf-8").splitlines():
        try:
            row = json.loads(line)
        except json.JSONDecodeError:
            continue
        if versions.get(row["name"]) == row["version"]:
            found[row["seed"], row["name"]] = row
    return found


def summary(rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """What was measured, one row an estimand.

    Returns
    -------
    pandas.DataFrame
        ``seeds`` admitted, ``of`` all; the truth's ``low`` and ``high``; ``tolerance``; ``se``, the
        median standard error of the worst item; ``safe``, tolerance over that; ``truth_se``;
        ``bias``, the mean error of the first item; ``passed`` by the reference, ``misses`` with
        their seeds; ``misled``, the share of seeds that the naive method misses; ``graded``,
        false where the shop leaves it open; ``holds``, whether every law does.
    """
    import pandas as pd

    listed = list(rows)
    lines = []
    for name, one in ESTIMANDS.items():
        mine = [r for r in listed if r["name"] == name]
        used = [r for r in mine if r["admitted"]]
        if not used:
            continue
        truths = np.array([r["truth"] for r in used])
        ses = np.array([one.standard_errors(r).max() for r in used])
        missed = [r["seed"] for r in used if one.misses(r, "reference")]
        misled = float(np.mean([one.misses(r, "naive") for r in used]))
        safe = one.tolerance / float(np.median(ses))
        truth_se = max(float(one.standard_errors(r, "truth_se").max()) for r in used)
        lines.append(
            {
                "estimand": name,
                "seeds": len(used),
                "of": len(mine),
                "low": truths.min(),
                "high": truths.max(),
                "tolerance": one.tolerance,
                "se": float(np.median(ses)),
                "safe": safe,
                "truth_se": truth_se,
                "bias": float(np.mean([one.errors(r, "reference").mean() for r in used])),
                "passed": len(used) - len(missed),
                "misses": " ".join(map(str, missed)),
                "misled": misled,
                "graded": not one.open_question,
                "holds": len(missed) <= MISSES
                and misled >= MISLED
                and safe >= SAFE
                and truth_se <= one.tolerance / 5,
            }
        )
    return pd.DataFrame(lines).set_index("estimand") if lines else pd.DataFrame()
