"""Side-by-side measurements: `python -m benchmarks list`, `python -m benchmarks [NAME ...]`.

A benchmark is a module here with a `main(arguments)`. Contenders run in turns (A B A B ...), each
in a process of its own, so that a busy machine slows all alike and peak memory is each one's own.
All take about a quarter of an hour on two quiet cores, most of it `portable` on 10 million rows,
which leaves half a gigabyte of tables in the temporary folder for the next time (`--rows` for
fewer).
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Measure:
    """What one run took, and a digest of its answer."""

    cpu: float
    wall: float
    peak_mb: float
    answer: list[float]


def report(work: Callable[[], Any], digest: Callable[[Any], list[float]]) -> None:
    """In the contender's process: run the work and print its `Measure` as JSON."""
    cpu, wall = time.process_time(), time.perf_counter()
    result = work()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps([cpu, wall, peak_mb, digest(result)]))


def take_turns(contenders: Mapping[str, Sequence[str]], *, rounds: int) -> dict[str, list[Measure]]:
    """Run each contender's module and arguments in a new process, in turns.

    Raises
    ------
    RuntimeError
        If a contender fails, or answers differently from the first: then its time means nothing.
    """
    taken: dict[str, list[Measure]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, arguments in contenders.items():
            command = [sys.executable, "-m", *arguments]
            ran = subprocess.run(command, capture_output=True, text=True, check=False)
            if ran.returncode:
                raise RuntimeError(f"{name} failed:\n{ran.stderr}")
            taken[name].append(Measure(*json.loads(ran.stdout.splitlines()[-1])))
    first, *others = taken
    for name in others:
        if not _alike(taken[name][0].answer, expected := taken[first][0].answer):
            raise RuntimeError(f"{name} answers {taken[name][0].answer}, {first} {expected}")
    return taken


def table(taken: Mapping[str, Sequence[Measure]]) -> str:
    """Medians of the contenders, and their ratios to the first."""
    median = {
        name: [statistics.median(getattr(m, field) for m in measures) for field in _FIELDS]
        for name, measures in taken.items()
    }
    base = next(iter(median.values()))
    lines = [f"{'':24}{'CPU s':>9}{'ratio':>8}{'wall s':>9}{'peak MB':>10}{'ratio':>8}"]
    for name, (cpu, wall, peak) in median.items():
        ratios = cpu / base[0], peak / base[2]
        lines.append(f"{name:24}{cpu:9.2f}{ratios[0]:8.2f}{wall:9.2f}{peak:10.0f}{ratios[1]:8.2f}")
    return "\n".join(lines)


_FIELDS = ("cpu", "wall", "peak_mb")


def _alike(one: list[float], other: list[float]) -> bool:
    return len(one) == len(other) and all(
        abs(a - b) <= 1e-6 * max(1.0, abs(b)) for a, b in zip(one, other, strict=True)
    )
