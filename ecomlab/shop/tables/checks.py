"""The laws that a declaration states, checked on a table's rows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ecomlab.shop.tables.schema import Column, Table

Rows = dict[str, NDArray]


def broken(table: Table, rows: Rows, others: Callable[[str], Rows]) -> list[str]:
    """What a table's rows break of its declaration, one sentence each; none is good.

    Parameters
    ----------
    table
        The declaration.
    rows
        The columns, as the engine keeps them.
    others
        Gives another table's columns by name, for the keys that point to it.

    Examples
    --------
    >>> from ecomlab.shop.tables import TABLES
    >>> rows = {"supplier_id": np.array([0, 0]), "quoted": np.array([3, 0])}
    >>> for line in broken(TABLES["suppliers"], rows, lambda name: {}):
    ...     print(line)
    suppliers.quoted: 1 below 1, first 0 in row 1
    suppliers: key (supplier_id) repeats, first in row 1
    """
    found = []
    for column in table.columns:
        found += _column(table.name, column, rows[column.name], others)
    keys = [_codes(rows[name]) for name in table.key]
    order = np.lexsort(keys)
    same = np.all([key[order][1:] == key[order][:-1] for key in keys], axis=0)
    if same.any():
        row = order[1:][same].min()
        found.append(f"{table.name}: key ({', '.join(table.key)}) repeats, first in row {row}")
    return found


def _codes(values: NDArray) -> NDArray[np.int64]:
    """Whole numbers that stand for the values, so that keys of any type compare."""
    if values.dtype == object:
        return np.unique(values.astype(str), return_inverse=True)[1].astype(np.int64)
    return values.astype(np.int64)


def _column(
    table: str, column: Column, values: NDArray, others: Callable[[str], Rows]
) -> list[str]:
    found = []

    def report(bad: NDArray, what: str) -> None:
        if bad.any():
            row = int(np.flatnonzero(bad)[0])
            found.append(
                f"{table}.{column.name}: {bad.sum()} {what}, first {values[row]} in row {row}"
            )

    if column.kind == "text":
        return found
    missing = np.isnan(values) if column.kind == "number" else np.zeros(len(values), dtype=bool)
    if column.kind in ("id", "label", "date", "time"):
        missing = values < 0
    if not column.optional:
        report(missing, "missing")
    unit = 100 if column.kind == "money" else 1
    if column.low is not None:
        report(~missing & (values < column.low * unit), f"below {column.low:g}")
    if column.high is not None:
        report(~missing & (values > column.high * unit), f"above {column.high:g}")
    if column.kind == "label":
        report(values >= len(column.values), "not among the allowed values")
    if column.ref:
        other, key = column.ref.split(".")
        report(~missing & ~np.isin(values, others(other)[key]), f"without a row in {other}")
    return found
