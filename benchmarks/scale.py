"""Simulated rows per second and core against the usual generators, memory, and cost by size.

A row counts if it is a visit, an order, an order's line or a click; the shop makes thirty more
tables in the same time. Target: cost linear in customers above a fixed floor, memory bounded.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from benchmarks import Measure, report, take_turns

COUNTED = ("visits", "orders", "order_lines", "events")
#: Each at a size that takes it some seconds; what is compared is the rate.
RIVALS = {
    "ecomlab": (20_000, 730),
    "Faker row by row": (600, 365),
    "pandas loops": (500, 180),
}
Size = tuple[int, int]


def main(arguments: list[str]) -> None:
    """Measure the generators in turns, then the shop by its number of customers."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks scale", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="runs of each generator")
    parser.add_argument(
        "--customers", type=int, nargs="+", default=[5_000, 50_000], help="sizes (also 500000)"
    )
    parser.add_argument("--days", type=int, default=730, help="days of each size")
    parser.add_argument("--one", nargs=3, metavar=("NAME", "CUSTOMERS", "DAYS"),
                        help=argparse.SUPPRESS)  # fmt: skip
    options = parser.parse_args(arguments)
    if options.one:
        name, customers, days = options.one
        report(lambda: _work(name, int(customers), int(days)), lambda rows: [float(rows)])
        return
    print(f"rows of {', '.join(COUNTED)}, median of {options.rounds}; the first is the base")
    print(_rates({n: _taken(n, s, options.rounds) for n, s in RIVALS.items()}, RIVALS), "\n")
    sizes = {f"{c:,} customers": (c, options.days) for c in options.customers}
    taken = {label: _taken("ecomlab", size, 1) for label, size in sizes.items()}
    print(f"ecomlab, {options.days} days, every table, written to Parquet")
    print(_rates(taken, sizes))
    cpu = [(sizes[label][0], taken[label][0].cpu) for label in sizes]
    for (few, before), (many, after) in pairwise(cpu):
        more = (after - before) / (many - few) * 1000
        print(f"from {few:,} to {many:,}: {more:.3f} s for each 1,000 customers more")


def _taken(name: str, size: Size, rounds: int) -> list[Measure]:
    one = ["benchmarks", "scale", "--one", name, *map(str, size)]
    return take_turns({name: one}, rounds=rounds)[name]


def _rates(taken: Mapping[str, Sequence[Measure]], sizes: Mapping[str, Size]) -> str:
    """Medians: processor time, rows a second of it, time for 1,000 customers and a year, memory."""
    lines = [
        f"{'':20}{'customers':>10}{'days':>6}{'rows':>12}{'CPU s':>8}{'rows/s':>11}"
        f"{'slower':>8}{'s per 1,000 a year':>20}{'peak MB':>9}"
    ]
    base = 0.0
    for name, measures in taken.items():
        customers, days = sizes[name]
        cpu, peak = (statistics.median(getattr(m, f) for m in measures) for f in ("cpu", "peak_mb"))
        rate = measures[0].answer[0] / cpu
        base = base or rate
        unit = cpu / (customers / 1000 * days / 365)
        lines.append(
            f"{name:20}{customers:>10,}{days:>6}{measures[0].answer[0]:>12,.0f}{cpu:>8.2f}"
            f"{rate:>11,.0f}{base / rate:>8.1f}{unit:>20.4f}{peak:>9.0f}"
        )
    return "\n".join(lines)


def _work(name: str, customers: int, days: int) -> int:
    """Make a shop of that size, write it as Parquet, and count its rows."""
    with tempfile.TemporaryDirectory() as folder:
        if name == "ecomlab":
            return _ours(Path(folder), customers, days)
        from benchmarks import _usual

        make = {"Faker row by row": _usual.faker_rows, "pandas loops": _usual.loop_rows}[name]
        return _usual.write(make(customers, days), Path(folder))


def _ours(folder: Path, customers: int, days: int) -> int:
    import pyarrow.parquet as pq

    from ecomlab.shop.stream import stream
    from ecomlab.shop.world import World

    stream(World.draw(1, customers=customers), folder, days=days)
    parts = [file for name in COUNTED for file in (folder / name).iterdir()]
    return sum(pq.read_metadata(file).num_rows for file in parts)
