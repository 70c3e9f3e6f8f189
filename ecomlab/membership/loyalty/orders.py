"""Orders as this section's tables take them: one row an order, none later than the day."""

from __future__ import annotations

from datetime import date

import narwhals as nw

from ecomlab import frames
from ecomlab.arguments import day


def orders_until(
    orders: frames.Native, as_of: date | str, *, customer_id: str, ordered_at: str, paid: str
) -> tuple[frames.Frame, date]:
    """Columns `customer`, `at` and `paid` of the orders, and the day that they are looked at."""
    last = day(as_of, "as_of")
    columns = {
        "customer": frames.key(customer_id),
        "at": frames.time(ordered_at),
        "paid": frames.money(paid),
    }
    frame = frames.as_frame(orders, columns=columns, name="orders")
    refuse_later(frame, last, of="at", original=orders, what="orders")
    return frame, last


def refuse_later(
    frame: frames.Frame, until: date, *, of: str, original: frames.Native, what: str
) -> None:
    """Refuse times after a day, naming the first row where rows have an order."""
    last = frames.only_row(frame.select(last=nw.col(of).max()))["last"]
    # An empty table has no last time; pandas says so by a value that is not equal to itself.
    if last is None or last != last or last.date() <= until:
        return
    late = frames.number(nw.col(of), "day") > until.toordinal()
    count = frames.only_row(frame.filter(late).select(rows=nw.len()))["rows"]
    where = ""
    if isinstance(nw.from_native(original), nw.DataFrame):
        row = frame.collect().with_row_index("row").filter(late)["row"].item(0)
        where = f", first in row {row}"
    rows = "row is" if count == 1 else "rows are"
    raise ValueError(
        f"{what}: {count} {rows} later than as_of, {until}{where}, "
        f"the last of {last.date()}; give those up to as_of, or a later as_of"
    )
