"""The year after the shipped tables, lived many times: what tiers really bring, and who orders.

``python -m ecomlab.truth.futures`` writes the two small tables of section 4.3. Each life of the
year has daily draws of its own and is lived under every threshold, so that designs are compared
over the same luck.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecomlab.shop.ground import lay_out
from ecomlab.shop.ledger import Block
from ecomlab.shop.policy import Policy
from ecomlab.shop.run import Run, Snapshot
from ecomlab.shop.ship import SEED
from ecomlab.shop.world import World
from ecomlab.truth.past import DAYS

#: CNY within twelve review periods from which a customer has privileges; infinite: nobody.
THRESHOLDS = (120.0, 200.0, 300.0, 450.0, 600.0, 900.0, 1500.0, math.inf)
#: The threshold of the default policy.
AS_IS = 300.0
YEAR = 364
LIVES = 20
#: The shop whose orders to come are told, and the smaller one of the lab.
SHIPPED = World.draw(SEED)
LAB = World.draw(7, customers=8_000)
_STRIDE = 1_000_003
_GOLD = 2
_FEN = 100


def last_night(world: World) -> Snapshot:
    """The night after the last day of a shop's tables."""
    run = Run(world)
    for _ in range(DAYS):
        run.step()
    return run.snapshot()


def policy(threshold: float) -> Policy:
    """The default policy with privileges from a threshold on."""
    if math.isinf(threshold):
        return Policy(privileged_tier=len(Policy().tier_spend) + 1)
    return Policy(tier_spend=(threshold / 2, threshold, 2 * threshold), privileged_tier=_GOLD)


def year(
    world: World, night: Snapshot, threshold: float, life: int
) -> tuple[dict[str, float], NDArray[np.int64]]:
    """One life of the coming year: its sums, and each customer's orders.

    Returns
    -------
    sums
        ``members``, mean over the days; ``orders`` and ``goods`` (CNY) in all, ``member_orders``
        and ``member_goods`` of those who were members on the day; ``margin`` (CNY): goods at what
        was paid less what they cost, plus shipping fees, less delivery. Returns are left out.
    orders
        By customer, shape (customers,).
    """
    here = policy(threshold)
    run = Run.resume(world, here, night, seed=world.seed + _STRIDE * (life + 1), record=True)
    sums = dict.fromkeys(
        ("members", "orders", "goods", "member_orders", "member_goods", "margin"), 0.0
    )
    orders = np.zeros(world.size.customers, dtype=np.int64)
    for _ in range(YEAR):
        run.step()
        member = run.state.tier >= here.privileged_tier
        sums["members"] += float(member.sum()) / YEAR
        day = {name: run.blocks[name][-1] for name in ("orders", "lines")}
        _add(sums, day, member)
        orders += np.bincount(day["orders"]["customer_id"], minlength=len(orders))
        run.blocks.clear()
    return sums, orders


def _add(sums: dict[str, float], day: dict[str, Block], member: NDArray[np.bool_]) -> None:
    orders, lines = day["orders"], day["lines"]
    paid = lines["units"] * lines["price"] - lines["coupon"] - lines["saved"]
    cost = lines["units"] * lines["unit_cost"]
    delivery = orders["picking"] + orders["haul"] + orders["last_mile"]
    left = paid.sum() - cost.sum() + orders["shipping"].sum() - delivery.sum()
    of_members = member[orders["customer_id"]]
    sums["orders"] += len(of_members)
    sums["member_orders"] += float(of_members.sum())
    sums["goods"] += float(paid.sum()) / _FEN
    sums["member_goods"] += float(paid[member[lines["customer_id"]]].sum()) / _FEN
    sums["margin"] += float(left) / _FEN


def designs(
    world: World, night: Snapshot, *, lives: int = LIVES
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The coming year under every threshold, in each of its lives.

    Returns
    -------
    designs
        One row a life and threshold: ``seed``, ``life``, ``threshold``, and the sums of `year`.
    orders
        One row a registered customer: ``customer_id``, ``orders`` as things are, mean over lives.
    """
    rows, total = [], np.zeros(world.size.customers)
    for life in range(lives):
        for threshold in THRESHOLDS:
            sums, orders = year(world, night, threshold, life)
            rows.append({"seed": world.seed, "life": life, "threshold": threshold} | sums)
            if threshold == AS_IS:
                total += orders / lives
    people = lay_out(world).people
    known = np.flatnonzero(people.buyer & (people.arrival < DAYS))
    coming = pd.DataFrame({"customer_id": known, "orders": total[known]})
    return pd.DataFrame(rows).round(2), coming.round(2)


def write(folder: Path) -> None:
    """Write both tables into the folder of chapter 4's data."""
    folder.mkdir(parents=True, exist_ok=True)
    shipped, coming = designs(SHIPPED, last_night(SHIPPED))
    lab, _ = designs(LAB, last_night(LAB))
    table = pd.concat([shipped, lab])
    table.to_csv(folder / "tier_designs.csv", index=False, lineterminator="\n")
    coming.to_csv(folder / "orders_to_come.csv", index=False, lineterminator="\n")


if __name__ == "__main__":
    from ecomlab.datasets import folder as datasets

    write(datasets() / "membership")
