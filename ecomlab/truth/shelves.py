"""What was wanted of the goods whose shelves were empty most often: the truth of section 5.2.

``python -m ecomlab.truth.shelves`` lives the weeks again and writes it down once, as lessons have
no time for it: datasets/supply/twin_demand.csv.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ecomlab.datasets import folder
from ecomlab.shop.history import History
from ecomlab.shop.run import Run
from ecomlab.shop.world import World
from ecomlab.truth.panels import day_of
from ecomlab.truth.past import past

#: Twelve weeks without a price test, the same as for the estimand "demand under stock-outs".
FIRST, DAYS = 196, 84
GOODS, LEAST = 20, 0.5
FILE = "supply/twin_demand"


def often_empty(stock: pd.DataFrame) -> list[int]:
    """The twenty goods, of those that sold half a unit a day or more, that ran out most often."""
    weeks = stock[pd.Series(day_of(stock["date"]), stock.index).between(FIRST, FIRST + DAYS - 1)]
    by = weeks.assign(out=weeks["closing"] <= 0).groupby("product_id")
    table = by.agg(sold=("sold", "mean"), out=("out", "mean"))
    sellers = table[table["sold"] >= LEAST]
    return sorted(sellers.sort_values("out", ascending=False, kind="stable").index[:GOODS])


def wanted(world: World, goods: list[int], days: int = DAYS) -> pd.DataFrame:
    """Units of some goods that the same customers take if these never run out, a row a day.

    The twin keeps the history's own draws and the history's order of the list, as the estimand
    "demand under stock-outs" does, so that it differs in the full shelves alone.
    """
    there = past(world)
    run = Run.resume(world, there.history.policy, there.night(FIRST, plenty=goods), record=True)
    for day in range(FIRST, FIRST + days):
        if day in there.nights:
            listed = run.snapshot()
            listed.state.rank = there.nights[day].state.rank.copy()
            run.restore(listed)
        run.step()
    units = np.zeros((days, world.size.products), dtype=np.int64)
    for day, lines in enumerate(run.blocks["lines"]):
        units[day] = np.bincount(lines["product_id"], lines["units"], minlength=world.size.products)
    table = pd.DataFrame(units[:, goods], columns=pd.Index(goods, name="product_id"))
    return table.rename_axis("day").stack().rename("units").reset_index()


def keep(world: World) -> None:
    """Write the truth of a world's shop to the folder of the data sets."""
    history: History = past(world).history
    target = folder() / f"{FILE}.csv"
    target.parent.mkdir(exist_ok=True)
    wanted(world, often_empty(history.stock)).to_csv(target, index=False, lineterminator="\n")


if __name__ == "__main__":
    from ecomlab.shop.ship import SEED

    keep(World.draw(SEED))
