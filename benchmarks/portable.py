"""The eight portable functions against hand-written DuckDB SQL and hand-written pandas.

Every contender reads Parquet and writes its answer to Parquet, which each engine does its own way;
DuckDB is held to the memory that each task needs on 10 million rows, as it takes what it is given.
Target there: within 1.3 times of the SQL on DuckDB, in a third of pandas' memory. The SQL is what a
careful analyst writes for the one engine, with no window more than the answer needs.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks import Measure, _tables, report, take_turns
from benchmarks._by_hand import PANDAS, SQL

TASKS = (
    "kpis",
    "rolling_revenue",
    "rfm",
    "cohort_retention",
    "funnel",
    "sessionize",
    "paths",
    "pair_affinity",
)
SQL_ON_DUCKDB, OURS, BY_PANDAS = "SQL on DuckDB", "ecomlab on DuckDB", "pandas by hand"
RIVALS = (SQL_ON_DUCKDB, OURS, BY_PANDAS)
ENGINES = ("ecomlab on Polars", "ecomlab on pandas")
STEPS = ["view", "cart", "pay"]
AS_OF = "2025-12-31"
_FEW = 1000
#: DuckDB's memory_limit; to count each day's visitors once takes a little more, and so do windows
#: over every customer's clicks (the SQL for `paths` fails in less).
MEMORY = "150MB"
_MORE = {"kpis": "200MB", "sessionize": "300MB", "paths": "400MB"}
_MAKE = "from benchmarks import _tables; _tables.make({})"


def main(arguments: list[str]) -> None:
    """Measure every function in turns and print a line for each."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks portable", description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000, help="rows of each table")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each on DuckDB")
    parser.add_argument("--memory", help="DuckDB's memory_limit for every function")
    parser.add_argument("--only", choices=TASKS, help="one function only")
    parser.add_argument("--engines", action="store_true", help="ecomlab on Polars and pandas too")
    parser.add_argument("--one", nargs=2, metavar=("TASK", "CONTENDER"), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.one:
        _run(*options.one, rows=options.rows, memory=options.memory or MEMORY)
        return
    for rows in (_FEW, options.rows):
        # In a process of its own: a child's peak memory would start from this one's.
        subprocess.run([sys.executable, "-c", _MAKE.format(rows)], check=True)
    limits = options.memory or ", ".join([MEMORY, *(f"{m} in {t}" for t, m in _MORE.items())])
    print(f"DuckDB runs ecomlab's function and SQL by hand, held to {limits};")
    print(f"medians of {options.rounds} runs in turns, of pandas by hand one run.")
    print("Target on 10 million rows: at most 1.3 of the SQL's time, 0.33 of pandas' memory.\n")
    print(_heading(options.engines))
    for task in [options.only] if options.only else TASKS:
        memory = options.memory or _MORE.get(task, MEMORY)
        size = ["--rows", str(options.rows), "--memory", memory]
        contenders = {
            name: ["benchmarks", "portable", *size, "--one", task, name]
            for name in (*RIVALS, *(ENGINES if options.engines else ()))
        }
        print(_line(task, options.rows, _taken(contenders, options.rounds)), flush=True)


def _taken(contenders: Mapping[str, Sequence[str]], rounds: int) -> dict[str, list[Measure]]:
    """All once; then, as often as is left, the two whose times are compared."""
    taken = take_turns(contenders, rounds=1)
    if rounds > 1:
        again = {name: contenders[name] for name in (SQL_ON_DUCKDB, OURS)}
        for name, measures in take_turns(again, rounds=rounds - 1).items():
            taken[name] += measures
    return taken


def _heading(engines: bool) -> str:
    groups = f"{'':30}{'CPU seconds':^33}   {'peak memory, MB':^25}"
    names = f"{'function':18}{'rows':>12}{'ecomlab':>9}{'SQL':>8}{'ratio':>7}{'pandas':>9}"
    names += f"   {'ecomlab':>9}{'pandas':>8}{'ratio':>8}"
    if engines:
        groups += f"   {'ecomlab elsewhere, CPU s':^25}"
        names += f"   {'Polars':>12}{'pandas':>13}"
    return f"{groups}\n{names}"


def _line(task: str, rows: int, taken: Mapping[str, Sequence[Measure]]) -> str:
    cpu, peak = (
        {name: statistics.median(getattr(m, field) for m in ms) for name, ms in taken.items()}
        for field in ("cpu", "peak_mb")
    )
    # Turn by turn: both of a turn met the same load.
    turns = zip(taken[OURS], taken[SQL_ON_DUCKDB], strict=True)
    slower = statistics.median(ours.cpu / sql.cpu for ours, sql in turns)
    line = f"{task:18}{rows:12,}{cpu[OURS]:9.2f}{cpu[SQL_ON_DUCKDB]:8.2f}{slower:7.2f}"
    line += f"{cpu[BY_PANDAS]:9.2f}   {peak[OURS]:9.0f}{peak[BY_PANDAS]:8.0f}"
    line += f"{peak[OURS] / peak[BY_PANDAS]:8.2f}"
    if ENGINES[0] in taken:
        line += f"   {cpu[ENGINES[0]]:12.2f}{cpu[ENGINES[1]]:13.2f}"
    return line


def _run(task: str, contender: str, *, rows: int, memory: str) -> None:
    """Measure one contender in this process."""
    with tempfile.TemporaryDirectory() as scratch:
        answer = Path(scratch) / "answer.parquet"
        work = writer(task, contender, answer, memory)
        # Once on a few rows, as the measure is of the work and not of imports.
        work(_tables.folder(_FEW))
        report(lambda: work(_tables.folder(rows)), lambda _: digest(answer))


def writer(task: str, contender: str, answer: Path, memory: str) -> Callable[[Path], None]:
    """What writes the answer, given the folder of the tables."""
    if contender == BY_PANDAS:
        return lambda folder: PANDAS[task](folder).to_parquet(answer)
    if contender == "ecomlab on pandas":
        import pandas as pd

        return lambda folder: _portable(task, pd.read_parquet, folder).to_parquet(answer)
    if contender == "ecomlab on Polars":
        import polars as pl

        return lambda folder: _portable(task, pl.scan_parquet, folder).sink_parquet(answer)
    import duckdb

    limits = {"memory_limit": memory, "temp_directory": str(answer.parent)}
    connection = duckdb.connect(config=dict(limits))
    out = str(answer)
    if contender == SQL_ON_DUCKDB:
        sql = SQL[task]
        return lambda folder: connection.sql(sql.format(folder=folder)).write_parquet(out)
    read = connection.read_parquet
    return lambda folder: _portable(task, read, folder).write_parquet(out)


def _portable(task: str, read: Callable[[str], Any], folder: Path) -> Any:
    """The portable function's answer, from tables that `read` opens."""
    from ecomlab.membership.behaviour import paths, sessionize
    from ecomlab.membership.interface import funnel
    from ecomlab.membership.loyalty import cohort_retention, rfm
    from ecomlab.mining.kpis import kpis, rolling_revenue
    from ecomlab.mining.recommendation import pair_affinity

    def get(name: str) -> Any:
        return read(str(folder / f"{name}.parquet"))

    if task == "kpis":
        return kpis(get("visits"), get("orders"))
    if task == "rolling_revenue":
        return rolling_revenue(get("orders"), days=28)
    if task == "rfm":
        return rfm(get("orders"), as_of=AS_OF)
    if task == "cohort_retention":
        return cohort_retention(get("orders"))
    if task == "funnel":
        return funnel(get("events"), STEPS)
    if task == "sessionize":
        return sessionize(get("events"))
    if task == "paths":
        return paths(get("events"), top=20, length=4)
    return pair_affinity(get("order_lines"))


def digest(answer: Path) -> list[float]:
    """How many rows, and each column's sum, of text of its checksums: do answers agree?"""
    import pandas as pd

    table = pd.read_parquet(answer)
    sums = table.select_dtypes("number").sum().astype(float).tolist()
    for name in table.select_dtypes(["object", "string"]):
        counts = table[name].value_counts()
        sums.append(float(sum(zlib.crc32(text.encode()) * n for text, n in counts.items())))
    return [float(len(table)), *sums]
