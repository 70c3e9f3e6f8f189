"""What a table is: its columns, their types, units and meaning, declared once for everything."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

#: What a column may be, and how it is kept in memory: money as whole fen, labels as codes into
#: the column's values, dates as days and times as seconds since 2024-01-01 00:00 shop time
#: (UTC+8, without a zone). -1 marks a missing id, label, date or time; NaN a missing number.
KINDS = {
    "id": np.int64,
    "count": np.int64,
    "money": np.int64,
    "number": np.float64,
    "flag": np.bool_,
    "label": np.int16,
    "text": np.object_,
    "date": np.int32,
    "time": np.int64,
}
MISSING = -1


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes
    ----------
    name, kind
        Its name, and one of ``KINDS``. ``money`` is CNY with exactly two decimals in frames.
    en, zh
        What it means.
    unit
        CNY, day, second, ms, kg, km, share ...; empty where there is none.
    values
        The allowed labels.
    ref
        ``table.column`` that it points to.
    optional
        Whether it may be missing.
    low, high
        Smallest and largest value allowed (money in CNY).
    """

    name: str
    kind: str
    en: str
    zh: str
    unit: str = ""
    values: tuple[str, ...] = ()
    ref: str = ""
    optional: bool = False
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"column {self.name!r} has unknown kind {self.kind!r}")
        if (self.kind == "label") != bool(self.values):
            raise ValueError(f"column {self.name!r}: labels, and only labels, need their values")


@dataclass(frozen=True)
class Table:
    """One table: what a row is, its key, its columns.

    ``fixed`` tables are there from the first day; the others grow day by day.
    """

    name: str
    en: str
    zh: str
    key: tuple[str, ...]
    columns: tuple[Column, ...] = field(repr=False)
    fixed: bool = False

    def __post_init__(self) -> None:
        if unknown := set(self.key) - {c.name for c in self.columns}:
            raise ValueError(f"table {self.name!r} has no key column {sorted(unknown)}")

    def __getitem__(self, name: str) -> Column:
        return next(c for c in self.columns if c.name == name)


def conform(table: Table, rows: dict[str, NDArray]) -> dict[str, NDArray]:
    """The rows in the declared order and types; a column too few or too many is refused."""
    names = [c.name for c in table.columns]
    if set(names) != set(rows):
        raise ValueError(
            f"table {table.name!r}: missing {sorted(set(names) - set(rows))}, undeclared "
            f"{sorted(set(rows) - set(names))}"
        )
    return {c.name: np.asarray(rows[c.name]).astype(KINDS[c.kind]) for c in table.columns}


def ident(name: str, en: str, zh: str, ref: str = "", *, optional: bool = False) -> Column:
    """A key column."""
    return Column(name, "id", en, zh, ref=ref, optional=optional, low=0)


def money(name: str, en: str, zh: str, *, low: float | None = 0.0) -> Column:
    """An amount in CNY, exact to the fen."""
    return Column(name, "money", en, zh, "CNY", low=low)


def count(
    name: str, en: str, zh: str, unit: str = "", *, low: float = 0, high: float | None = None
) -> Column:
    """A whole number."""
    return Column(name, "count", en, zh, unit, low=low, high=high)


def number(
    name: str,
    en: str,
    zh: str,
    unit: str = "",
    *,
    low: float | None = None,
    high: float | None = None,
    optional: bool = False,
) -> Column:
    """A real number."""
    return Column(name, "number", en, zh, unit, low=low, high=high, optional=optional)


def share(name: str, en: str, zh: str, *, optional: bool = False) -> Column:
    """A number in 0 .. 1."""
    return number(name, en, zh, "share", low=0, high=1, optional=optional)


def label(
    name: str, en: str, zh: str, values: tuple[str, ...], *, optional: bool = False
) -> Column:
    """One of a few words."""
    return Column(name, "label", en, zh, values=values, optional=optional)


def flag(name: str, en: str, zh: str) -> Column:
    """Yes or no."""
    return Column(name, "flag", en, zh)


def text(name: str, en: str, zh: str) -> Column:
    """Free text."""
    return Column(name, "text", en, zh)


def date(name: str, en: str, zh: str, *, optional: bool = False) -> Column:
    """A calendar day."""
    return Column(name, "date", en, zh, "day", optional=optional)


def time(name: str, en: str, zh: str, *, optional: bool = False) -> Column:
    """A moment in shop time (UTC+8, no zone), to the second."""
    return Column(name, "time", en, zh, "second", optional=optional)
