"""What goes wrong in a partner's report, one cell at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from ecomlab.shop.raw.places import bits, chosen, upto

#: Kind -> what it is.
KINDS = {
    "near_duplicate": "a row reported once more: same number, one cell written otherwise",
    "gap": "a value that is not there",
    "outlier": "ten times the value: a slip of the decimal point",
    "date_format": "a time in the office's own style",
    "thousands": "a number with separators of thousands",
}
MISSING = ("", "-", "NULL", "无", "n/a")
COUNTED = ("visits", "units", "revenue")
_LATE = 30
_OUTLIER = 10

Cells = dict[str, list[str]]


@dataclass(frozen=True)
class Mishap:
    """A fault at a row of the clean report; a near-duplicate's follows ``late`` rows later."""

    row: int
    column: str
    kind: str
    original: str
    written: str
    late: int = 0


@dataclass(frozen=True)
class Rates:
    """How often each fault befalls a row (near-duplicates), or a cell that it can befall."""

    gap: float
    outlier: float
    near_duplicate: float
    date_format: float
    thousands: float


def mishaps(cells: Cells, usual: dict[str, list[bool]], rates: Rates, seed: int) -> list[Mishap]:
    """Every fault, by row; a row that is reported twice has no other, a cell has one at most.

    One value of a row at most is a gap or an outlier: the others can be held against it.

    Parameters
    ----------
    cells
        The clean report's cells.
    usual
        By counted column, which values are at least usual for their surroundings: ten times such a
        value is ten times the local scale, whatever the day.
    rates, seed
        How often, and where.
    """
    number = np.array(cells["report_id"], dtype=np.int64)

    def befalls(kind: str, column: str, rate: float) -> list[bool]:
        return chosen(seed, f"partner.{kind}.{column}", rate, number).tolist()

    def roll(kind: str, column: str) -> list[int]:
        return upto(bits(seed, f"partner.{kind}.{column}.how", number), 1 << 20).tolist()

    twice, how = befalls("near_duplicate", "", rates.near_duplicate), roll("near_duplicate", "")
    found = [_again(cells, row, how[row]) for row in np.flatnonzero(twice).tolist()]
    once = [row for row in range(len(number)) if not twice[row]]
    styled, how = befalls("date_format", "", rates.date_format), roll("date_format", "")
    for row in once:
        if styled[row]:
            text = cells["reported_at"][row]
            found.append(
                Mishap(row, "reported_at", "date_format", text,
                       restyled(text, cells["zone"][row], how[row]))
            )  # fmt: skip
    wrong: set[int] = set()
    for column in COUNTED:
        gaps, tens = befalls("gap", column, rates.gap), befalls("outlier", column, rates.outlier)
        parted, how = befalls("thousands", column, rates.thousands), roll("gap", column)
        for row in once:
            text = cells[column][row]
            if gaps[row] and row not in wrong:
                written, kind = MISSING[how[row] % len(MISSING)], "gap"
            elif tens[row] and usual[column][row] and row not in wrong:
                written, kind = tenfold(text), "outlier"
            elif parted[row] and separated(text, ".") != text:
                written, kind = separated(text, ". "[how[row] % 2]), "thousands"
            else:
                continue
            if kind != "thousands":
                wrong.add(row)
            found.append(Mishap(row, column, kind, text, written))
    return sorted(found, key=lambda one: (one.row, one.column))


def tenfold(text: str) -> str:
    """Ten times a number with a decimal comma.

    Examples
    --------
    >>> tenfold("1234,56"), tenfold("87")
    ('12345,60', '870')
    """
    whole, comma, part = text.partition(",")
    return f"{whole}{part[0]},{part[1]}0" if comma else f"{whole}0"


def separated(text: str, by: str) -> str:
    """A number with its thousands set apart.

    Examples
    --------
    >>> separated("1234567,80", "."), separated("950,00", " ")
    ('1.234.567,80', '950,00')
    """
    whole, comma, part = text.partition(",")
    return f"{int(whole):,}".replace(",", by) + comma + part


def restyled(text: str, zone: str, roll: int) -> str:
    """A time as an office likes to write it; which office says which day and month are meant.

    Examples
    --------
    >>> restyled("2024-03-04 07:58:01", "America/Los_Angeles", 0)
    '03/04/2024 07:58:01 AM'
    >>> restyled("2024-03-04 16:58:01", "Europe/Berlin", 0)
    '04.03.2024 16:58:01'
    """
    (year, month, day), (hour, minute, second) = text[:10].split("-"), text[11:].split(":")
    if zone.startswith("America/"):
        half = "AM" if int(hour) < 12 else "PM"
        return f"{month}/{day}/{year} {(int(hour) - 1) % 12 + 1:02d}:{minute}:{second} {half}"
    if zone.startswith("Europe/"):
        return f"{day}.{month}.{year} {hour}:{minute}:{second}"
    if roll % 2:
        return f"{year}/{month}/{day} {hour}:{minute}:{second}"
    return f"{year}年{month}月{day}日 {hour}时{minute}分{second}秒"


def _again(cells: Cells, row: int, roll: int) -> Mishap:
    """A row reported once more: minutes later, its category padded, or its revenue rounded."""
    column = ("reported_at", "category", "revenue")[roll % 3]
    text = cells[column][row]
    if column == "revenue" and not text.endswith(",00"):
        written = f"{round(float(text.replace(',', '.')))},00"
    elif column == "category":
        written = text + (" " if roll % 2 else "\u3000")
    else:
        column, text = "reported_at", cells["reported_at"][row]
        later = datetime.fromisoformat(text) + timedelta(seconds=30 + roll // 3 % 500)
        written = later.strftime("%Y-%m-%d %H:%M:%S")
    return Mishap(row, column, "near_duplicate", text, written, late=1 + roll // 7 % _LATE)
