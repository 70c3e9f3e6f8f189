"""A partner's file: daily figures in the partner's encoding, numbers and times, with its faults."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ecomlab.shop.raw.mishaps import COUNTED, KINDS, Cells, Mishap, Rates, mishaps
from ecomlab.shop.raw.places import Shop, check_rates, seed_of, table, window
from ecomlab.shop.raw.report import HEADS, cells, report

if TYPE_CHECKING:
    import pandas as pd

ENCODING, SEPARATOR, LINE_END = "gb18030", ";", "\r\n"
#: Days on each side that make a value's surroundings.
_SIDE = 7


@dataclass(frozen=True, repr=False)
class PartnerFile:
    """A written file, and what is wrong with it.

    Attributes
    ----------
    path
        Where it stands.
    clean
        What it should say, with types: ``report_id``, ``reported_at`` (UTC), ``zone``,
        ``category``, ``visits``, ``units``, ``revenue`` (CNY).
    faults
        One row per fault: ``line`` of the file (from 1, the head's), ``report_id``, ``column``,
        ``kind`` (see ``mishaps.KINDS``), ``original`` and ``written`` text of the cell. Of a
        near-duplicate, the line is that of the second report, which is to go.
    """

    path: Path
    clean: pd.DataFrame = field(repr=False)
    faults: pd.DataFrame = field(repr=False)

    def clean_text(self) -> str:
        """The file's text as it would be without any fault: each fault undone."""
        lines = self.path.read_bytes().decode(ENCODING).split(LINE_END)
        place = {name: i for i, name in enumerate(HEADS)}
        again = set()
        for fault in self.faults.itertuples():
            if fault.kind == "near_duplicate":
                again.add(fault.line - 1)
                continue
            row = lines[fault.line - 1].split(SEPARATOR)
            row[place[fault.column]] = fault.original
            lines[fault.line - 1] = SEPARATOR.join(row)
        return LINE_END.join(line for i, line in enumerate(lines) if i not in again)

    def __repr__(self) -> str:
        return f"PartnerFile({self.path.name!r}, {len(self.clean)} rows, {len(self.faults)} faults)"


def partner_file(
    shop: Shop,
    path: str | Path,
    *,
    start: date | str | None = None,
    days: int | None = None,
    gaps: float = 0.01,
    outliers: float = 0.01,
    duplicates: float = 0.02,
    dates: float = 0.05,
    thousands: float = 0.3,
    seed: int | None = None,
) -> PartnerFile:
    """Write a partner's daily report: visits, units and revenue by category.

    The file is in GB18030 with Chinese heads, semicolons, decimal commas and Windows line ends;
    each category's desk writes local time and names its zone. The day meant is the shop's (UTC+8)
    at the moment of the report: in Tokyo it is already tomorrow.

    Parameters
    ----------
    shop
        A ``History`` or an opened shop: its ``visits``, ``order_lines`` and ``products``.
    path
        The file to write.
    start, days
        The first day (by default the shop's), and how many (by default all that follow).
    gaps
        Of the counted cells, so many are empty, or hold a dash, NULL, 无 or n/a.
    outliers
        Of the counted cells whose value is at least the median of the fifteen days around in its
        category, so many are ten times what they should be.
    duplicates
        Of the rows, so many come twice: the second one, up to 30 rows later, keeps the number and
        differs in one cell.
    dates
        Of the times, so many are in the office's own style. Berlin writes 04.03.2024, Los
        Angeles 03/04/2024 for the same day.
    thousands
        Of the counted cells from 1,000 on, so many have thousands set apart by a dot or a space.
    seed
        Places desks and faults; the world's own if None.

    Returns
    -------
    PartnerFile
        The path, the clean report and the truth about the faults.

    Raises
    ------
    TypeError, ValueError
        If a rate lies outside 0 .. 0.3, or there is no visit in the days asked for.

    Examples
    --------
    >>> import tempfile
    >>> from ecomlab.shop import World, simulate
    >>> shop = simulate(World.draw(2, customers=300, products=24), days=20)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = partner_file(shop, folder + "/report.csv")
    ...     print(file, file.path.read_bytes()[:20].decode("gb18030"))
    PartnerFile('report.csv', 168 rows, 21 faults) 报表号;上报时间;时区
    """
    check_rates(
        gaps=gaps, outliers=outliers, duplicates=duplicates, dates=dates, thousands=thousands
    )
    seed = seed_of(shop, seed)
    clean = report(shop, window(table(shop, "visits")["started_at"], start, days), seed)
    written = cells(clean)
    rates = Rates(
        gap=gaps,
        outlier=outliers,
        near_duplicate=duplicates,
        date_format=dates,
        thousands=thousands,
    )
    found = mishaps(written, {c: _usual(clean, c) for c in COUNTED}, rates, seed)
    lines, places = _laid_out(written, found)
    path = Path(path)
    path.write_bytes(LINE_END.join([SEPARATOR.join(HEADS.values()), *lines, ""]).encode(ENCODING))
    return PartnerFile(path, clean, _truth(found, places, written))


def _usual(clean: pd.DataFrame, column: str) -> list[bool]:
    """Which values are above nought and at least the median of their category's days around."""
    values = clean.set_index("reported_at").groupby("category", observed=True)[column]
    around = values.transform(
        lambda one: one.rolling(2 * _SIDE + 1, center=True, min_periods=1).median()
    ).to_numpy()
    own = clean[column].to_numpy()
    return ((own > 0) & (own >= around)).tolist()


def _laid_out(written: Cells, found: list[Mishap]) -> tuple[list[str], list[int]]:
    """The rows of the file, and for each fault the line on which it stands."""
    rows = [list(row) for row in zip(*(written[name] for name in HEADS), strict=True)]
    place = {name: i for i, name in enumerate(HEADS)}
    keyed: list[tuple[int, int, int, list[str]]] = [(i, 0, i, r) for i, r in enumerate(rows)]
    for one in found:
        if one.kind == "near_duplicate":
            again = list(rows[one.row])
            again[place[one.column]] = one.written
            after = min(one.row + one.late, len(rows) - 1)
            keyed.append((after, 1, one.row, again))
        else:
            rows[one.row][place[one.column]] = one.written
    keyed.sort(key=lambda k: k[:3])
    line = {(rank, row): n for n, (_, rank, row, _) in enumerate(keyed, 2)}
    places = [line[int(one.kind == "near_duplicate"), one.row] for one in found]
    return [SEPARATOR.join(row) for *_, row in keyed], places


def _truth(found: list[Mishap], places: list[int], written: Cells) -> pd.DataFrame:
    import pandas as pd

    number = np.array(written["report_id"], dtype=np.int64)
    truth = pd.DataFrame(
        {
            "line": np.array(places, dtype=np.int64),
            "report_id": number[[one.row for one in found]],
            "column": pd.Categorical([one.column for one in found], categories=list(HEADS)),
            "kind": pd.Categorical([one.kind for one in found], categories=list(KINDS)),
            "original": pd.array([one.original for one in found], dtype="str"),
            "written": pd.array([one.written for one in found], dtype="str"),
        }
    )
    return truth.sort_values(["line", "column"], ignore_index=True)
