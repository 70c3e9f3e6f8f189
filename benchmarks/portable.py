"""The eight portable functions against hand-written DuckDB SQL and hand-written pandas.

Every contender reads Parquet and writes its answer to Parquet, which each engine does its own way;
DuckDB is held to the memory that each task needs on 10 million rows, as it takes what it is given.
Target there: within 1.3 times of the SQL on DuckDB, in a third of pandas' memory.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import report, table, take_turns
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
CONTENDERS = (
    "SQL on DuckDB",
    "ecomlab on DuckDB",
    "ecomlab on Polars",
    "ecomlab on pandas",
    "pandas by hand",
)
STEPS = ["view", "cart", "pay"]
AS_OF = "2025-12-31"
#: Made-up customers come a few times in two years: a day's gap leaves sessions of several clicks.
GAP = "24h"
_FEW = 1000
#: DuckDB's memory_limit; to count each day's visitors once takes a little more.
MEMORY, _MORE = "150MB", {"kpis": "200MB"}
_MAKE = "from benchmarks import portable; portable.make({})"


def main(arguments: list[str]) -> None:
    """Measure every function in turns and print a table for each."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks portable", description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000, help="rows of each table")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each contender")
    parser.add_argument("--memory", help="DuckDB's memory_limit for every function")
    parser.add_argument("--only", choices=TASKS, help="one function only")
    parser.add_argument("--contenders", nargs="+", choices=CONTENDERS, default=CONTENDERS)
    parser.add_argument("--one", nargs=2, metavar=("TASK", "CONTENDER"), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.one:
        _run(*options.one, rows=options.rows, memory=options.memory or MEMORY)
        return
    for rows in (_FEW, options.rows):
        # In a process of its own: a child's peak memory would start from this one's.
        subprocess.run([sys.executable, "-c", _MAKE.format(rows)], check=True)
    for task in [options.only] if options.only else TASKS:
        memory = options.memory or _MORE.get(task, MEMORY)
        size = ["--rows", str(options.rows), "--memory", memory]
        contenders = {
            name: ["benchmarks", "portable", *size, "--one", task, name]
            for name in options.contenders
        }
        print(f"{task}, {options.rows:,} rows, median of {options.rounds}, DuckDB in {memory}")
        print(table(take_turns(contenders, rounds=options.rounds)), "\n", flush=True)


def make(rows: int) -> None:
    """Write the tables as Parquet, the same for the same size: all draws are hashes of the row."""
    import duckdb

    out = _folder(rows)
    if (out / "done").exists():
        return
    connection = duckdb.connect()
    connection.execute("set enable_progress_bar = false")
    out.mkdir(parents=True, exist_ok=True)
    u = "(hash(i, {0}) % 1000003) / 1000003.0"
    a, b, c, d = (u.format(salt) for salt in range(4))
    # Few customers buy often, most buy rarely.
    who = f"cast(power({a}, 1.7) * {max(rows // 7, 1)} as bigint)"
    at = f"timestamp '2024-01-01' + to_microseconds(cast({b} * 730 * 86400e6 as bigint))"
    selects = {
        "orders": f"i as order_id, {who} as customer_id, {at} as ordered_at, "
        f"round(exp(4.5 + 2 * ({c} - .5)), 2) as total",
        "visits": f"i as visit_id, {who} as customer_id, {at} as started_at",
        "events": f"{who} as customer_id, {at} as at, case when {c} < .7 then 'view' "
        f"when {c} < .9 then 'cart' else 'pay' end as kind",
        "order_lines": f"i * 2 // 5 as order_id, cast(power({d}, 2) * 240 as int) as product_id",
    }
    for name, select in selects.items():
        query = f"copy (select {select} from range({rows}) t(i)) to '{out / name}.parquet'"
        connection.execute(query)
    (out / "done").touch()


def _folder(rows: int) -> Path:
    return Path(tempfile.gettempdir()) / f"ecomlab-portable-{rows}"


def _run(task: str, contender: str, *, rows: int, memory: str) -> None:
    """Measure one contender in this process."""
    with tempfile.TemporaryDirectory() as scratch:
        answer = Path(scratch) / "answer.parquet"
        work = _contender(task, contender, answer, memory)
        # Once on a few rows, as the measure is of the work and not of imports.
        work(_folder(_FEW))
        report(lambda: work(_folder(rows)), lambda _: _digest(answer))


def _contender(task: str, contender: str, answer: Path, memory: str) -> Callable[[Path], None]:
    """What writes the answer, given the folder of the tables."""
    if contender == "pandas by hand":
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
    if contender == "SQL on DuckDB":
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
        return sessionize(get("events"), gap=GAP)
    if task == "paths":
        return paths(get("events"), top=20, length=4, gap=GAP)
    return pair_affinity(get("order_lines"))


def _digest(answer: Path) -> list[float]:
    """How many rows, and each numeric column's sum: enough to see that answers agree."""
    import pandas as pd

    numbers = pd.read_parquet(answer).select_dtypes("number")
    return [float(len(numbers)), *numbers.sum().astype(float).tolist()]
