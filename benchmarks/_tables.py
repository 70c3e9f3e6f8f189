"""The tables of `portable`, as Parquet: the same for the same size, as all draws are hashes."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path

_START = "timestamp '2024-01-01'"


def make(rows: int) -> None:
    """Write the tables, of so many rows each, unless they are there."""
    import duckdb

    out = folder(rows)
    if (out / "done").exists():
        return
    connection = duckdb.connect()
    connection.execute("set enable_progress_bar = false")
    out.mkdir(parents=True, exist_ok=True)
    for name, columns in _TABLES.items():
        select = f"select {columns.format(customers=max(rows // 7, 1))} from range({rows}) t(i)"
        connection.execute(f"copy ({select}) to '{out / name}.parquet'")
    (out / "done").touch()


def folder(rows: int) -> Path:
    """Where the tables of that size lie; elsewhere once they are made in another way."""
    made = hashlib.sha256(str(_TABLES).encode()).hexdigest()[:8]
    return Path(tempfile.gettempdir()) / f"ecomlab-portable-{rows}-{made}"


def _draw(salt: int, of: str = "i") -> str:
    """A number from 0 to 1."""
    return f"(hash({of}, {salt}) % 1000003) / 1000003.0"


def _who(of: str = "i") -> str:
    """A customer: few come often, most rarely."""
    return f"cast(power({_draw(0, of)}, 1.7) * {{customers}} as bigint)"


def _when(of: str = "i") -> str:
    """An instant of two years."""
    return f"{_START} + to_microseconds(cast({_draw(1, of)} * 730 * 86400e6 as bigint))"


#: Eight clicks in a row are of one visit or of two, 4.3 clicks to a visit.
_VISIT = "(i // 8 * 2 + (i % 8 < hash(i // 8) % 8)::int)"
#: Less than a minute from click to click.
_CLICK = f"to_microseconds(cast((i % 8 + {_draw(1)}) * 30e6 as bigint))"
_KIND = "case when {0} < .7 then 'view' when {0} < .9 then 'cart' else 'pay' end"
_TABLES = {
    "orders": f"i as order_id, {_who()} as customer_id, {_when()} as ordered_at, "
    f"round(exp(4.5 + 2 * ({_draw(2)} - .5)), 2) as total",
    "visits": f"i as visit_id, {_who()} as customer_id, {_when()} as started_at",
    "events": f"{_who(_VISIT)} as customer_id, {_when(_VISIT)} + {_CLICK} as at, "
    f"{_KIND.format(_draw(2))} as kind",
    "order_lines": f"i * 2 // 5 as order_id, cast(power({_draw(3)}, 2) * 240 as int) as product_id",
}
