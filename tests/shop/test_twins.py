"""Twin worlds: the same seed, the same bytes; one decision, one difference."""

from __future__ import annotations

import hashlib
import time

import numpy as np
import pytest

from ecomlab.shop import TABLES, Decision, Policy, Run, World, simulate, what_if
from ecomlab.shop.history import lived
from ecomlab.shop.run import daily


def digest(history) -> dict[str, str]:
    """A hash of every column of every table, bytes as they lie in memory."""

    def raw(column) -> bytes:
        return "\0".join(map(str, column)).encode() if column.dtype == object else column.tobytes()

    return {
        name: hashlib.sha256(b"".join(raw(c) for c in history.arrays(name).values())).hexdigest()
        for name in TABLES
    }


def test_the_same_seed_gives_the_same_bytes(small_world):
    again = World.draw(3, customers=1_500, products=48, cities=8, agents=12)
    assert again == small_world
    first, second = simulate(small_world, days=80), simulate(again, days=80)
    assert digest(first) == digest(second)
    other = digest(simulate(World.draw(4, customers=1_500, products=48, cities=8), days=80))
    assert other["orders"] != digest(first)["orders"]


def test_a_longer_run_begins_with_the_shorter_one(small_world, small_shop):
    short = simulate(small_world, days=60)
    for name in ("visits", "orders", "order_lines", "stock", "prices", "media"):
        begun = short.arrays(name)
        whole = small_shop.arrays(name)
        rows = len(next(iter(begun.values())))
        assert all((whole[c][:rows] == begun[c]).all() for c in begun), name


def test_tables_do_not_depend_on_how_the_days_are_chunked(small_world):
    from ecomlab.shop import History

    def by(chunk_days: int) -> History:
        pairs = list(lived(small_world, days=95, chunk_days=chunk_days))
        return History([c for c, _ in pairs], [t for _, ts in pairs for t in ts])

    a, b = digest(by(95)), digest(by(13))
    # Assignments list an experiment after the other within a chunk: order alone differs.
    del a["assignments"], b["assignments"]
    assert a == b


def test_replications_share_the_world_but_not_the_days(small_world):
    first, second = simulate(small_world, days=20), simulate(small_world, days=20, seed=99)
    a, b = digest(first), digest(second)
    same = {name for name in TABLES if a[name] == b[name]}
    assert {"products", "customers", "cities", "prices", "assignments"} <= same
    assert {"visits", "orders", "stock"}.isdisjoint(same)


DAY, PRODUCT = 45, 8


@pytest.fixture(scope="module")
def one_price_apart():
    """Two shops that differ in one product's price on one day."""
    world = World.draw(8, customers=8_000, products=60)
    base = Policy().without()
    cut = base.decide(Decision(day=DAY, price_factor={PRODUCT: 0.5}))
    return tuple(simulate(world, p, days=70) for p in (base, cut))


def test_one_price_on_one_day_leaves_everything_before_it_as_it_was(one_price_apart):
    base, cut = one_price_apart
    for name, column in (("visits", "visit_id"), ("order_lines", "order_id")):
        a, b = base.arrays(name), cut.arrays(name)
        early_a, early_b = (x[column] // 10_000_000 < DAY for x in (a, b))
        assert all((a[c][early_a] == b[c][early_b]).all() for c in a)
    prices = base.prices.compare(cut.prices)
    assert len(prices) == 1


def test_tables_of_the_days_before_are_the_same_in_every_column(one_price_apart):
    base, cut = one_price_apart
    dated = {"stock": "date", "media": "date", "counts": "date", "memberships": "from_date",
             "purchase_orders": "ordered_on", "orders": "ordered_at", "events": "at",
             "tickets": "opened_at", "touchpoints": "at", "shifts": "date"}  # fmt: skip
    for name, column in dated.items():
        scale = 86_400 if TABLES[name][column].kind == "time" else 1
        a, b = (
            {c: v[shop.arrays(name)[column] < DAY * scale] for c, v in shop.arrays(name).items()}
            for shop in one_price_apart
        )
        assert len(a[column])
        assert all((a[c] == b[c]).all() or np.array_equal(a[c], b[c], equal_nan=True) for c in a)
    for name, table in TABLES.items():
        if table.fixed:
            assert base.table(name).equals(cut.table(name)), name


def test_one_price_changes_little_else(one_price_apart):
    base, cut = one_price_apart

    def lines(shop):
        rows = shop.order_lines
        return set(zip(rows.order_id, rows.product_id, rows.units, strict=True))

    changed = lines(base) ^ lines(cut)
    on_day = {x for x in changed if x[0] // 10_000_000 == DAY}
    bought = {x for x in lines(cut) if x[0] // 10_000_000 == DAY}
    assert 0 < len(on_day) < 0.25 * len(bought)
    # Between other products no choice moves that day: every change has the product on one side.
    by_order = {}
    for order, product, _ in on_day:
        by_order.setdefault(order, set()).add(product)
    assert all(PRODUCT in products for products in by_order.values())
    # Later on, only its emptier shelf is felt, by it and by what is bought in its place.
    category = base.products["category"].cat.codes.to_numpy()
    later = [x for x in changed if x[0] // 10_000_000 > DAY]
    elsewhere = [x for x in later if category[x[1]] != category[PRODUCT]]
    total = sum(x[0] // 10_000_000 > DAY for x in lines(cut))
    assert len(later) < 0.04 * total
    assert len(elsewhere) < 0.005 * total
    same_visits = base.arrays("visits"), cut.arrays("visits")
    assert (same_visits[0]["visit_id"] == same_visits[1]["visit_id"]).mean() > 0.99


def test_paired_runs_are_much_more_precise_than_independent_ones():
    world = World.draw(8, customers=2_000, products=60)
    base = Policy().without()
    effect = what_if(
        world, base, Decision(day=20, days=14, price_factor={3: 0.9}), days=42, replications=8,
        outcome="units",
    )  # fmt: skip
    assert effect.mean > 0
    assert effect.se < effect.unpaired_se / 4


def test_no_change_has_no_effect():
    world = World.draw(8, customers=400, products=24)
    effect = what_if(world, None, {}, days=30, replications=3)
    assert effect.mean == 0 == effect.se


def test_an_experiment_dropped_moves_no_other(small_world):
    with_all = simulate(small_world, days=240).assignments
    dropped = simulate(small_world, Policy().without("media_flights"), days=240).assignments
    kept = with_all[with_all.experiment != "media_flights"].reset_index(drop=True)
    assert len(kept) < len(with_all)
    assert kept.equals(dropped.reset_index(drop=True))


def test_a_run_returns_to_a_night_and_lives_it_again():
    run = Run(World.draw(5, customers=800, products=48))
    for _ in range(20):
        run.step()
    night = run.snapshot()
    first = [run.step() for _ in range(15)]
    run.restore(night)
    run.step(Decision(media={"tv": 900.0}))
    run.restore(night)
    assert [run.step() for _ in range(15)] == first
    resumed = Run.resume(run.world, None, night)
    assert [resumed.step() for _ in range(15)] == first


def test_playing_without_actions_is_simulating():
    world = World.draw(5, customers=500, products=24)
    run = Run(world, record=True)
    played = [run.step()["revenue"] for _ in range(30)]
    simulated = simulate(world, days=30)
    assert played == simulated.daily["revenue"].tolist()
    assert digest(run.history()) == digest(simulated)


def test_rows_of_a_night_returned_to_are_written_once():
    """Also where some days have no rows at all, as in a shop of thirty people."""
    world = World.draw(5, customers=30, products=24)
    run, nights = Run(world, record=True), []
    for _ in range(60):
        nights.append(run.snapshot())
        run.step()
    assert not all(len(block["day"]) for block in run.blocks["visits"])
    run.restore(nights[10])
    for _ in range(50):
        run.step()
    assert digest(run.history()) == digest(simulate(world, days=60))


def test_a_run_that_skipped_days_has_no_tables():
    run = Run(World.draw(5, customers=30, products=24), record=True)
    with pytest.raises(ValueError, match="the run has lived 0 days and recorded 0"):
        run.history()
    run.record = False
    run.step()
    with pytest.raises(ValueError, match="the run has lived 1 days and recorded 0"):
        run.history()


def test_actions_work_from_their_day_on():
    world = World.draw(5, customers=500, products=24)
    run = Run(world, record=True)
    run.step(Decision(day=2, days=2, prices={0: 123.45}))
    for _ in range(4):
        run.step()
    prices = [block["price"][0] for block in run.blocks["prices"]]
    assert prices[2] == prices[3] == 12_345
    assert 12_345 not in (prices[0], prices[1], prices[4])
    before = run.state.on_order.copy()
    run.step(Decision(orders={1: 500}))
    assert run.state.on_order[1] >= before[1] + 500


def test_what_if_takes_every_form_of_change():
    world = World.draw(5, customers=400, products=24)
    policy = Policy().without()
    forms = (
        {"price_level": 1.2},
        policy.replace(price_level=1.2),
        lambda p: p.replace(price_level=1.2),
    )
    means = {what_if(world, policy, f, days=20, replications=2).mean for f in forms}
    assert len(means) == 1
    later = what_if(
        world, policy, Decision(day=25, price_factor={0: 0.5}), days=10, start=20, replications=2
    )
    assert later.base.shape == (2,)
    custom = what_if(
        world, policy, forms[0], days=20, replications=2, outcome=lambda s: s["units"].max()
    )
    assert np.isfinite(custom.mean)


def test_dropout_does_not_follow_marketing():
    """Advertising, prices and offers bring orders, never a chance to leave (trap 1)."""
    world = World.draw(6, customers=2_000, products=48)
    quiet = Policy().without().replace(campaigns=(), media=(0.0,) * 5)
    loud = Policy().without().replace(price_level=0.7, media=(3.0,) * 5)
    alive = []
    for policy in (quiet, loud):
        run = Run(world, policy)
        for _ in range(200):
            run.step()
        alive.append(run.state.alive)
    assert (alive[0] == alive[1]).all()
    assert (~alive[0]).sum() > 0


def test_daily_sums_are_those_of_the_tables(small_world, small_shop):
    sums = daily(small_world, days=60)
    day = small_shop.arrays("orders")["order_id"] // 10_000_000
    assert (sums["orders"] == np.bincount(day)[:60]).all()
    assert sums["revenue"].sum() == pytest.approx(small_shop.orders.total[day < 60].sum())


def test_a_season_under_thirty_scenarios_takes_fifteen_seconds_of_a_core():
    """A tenth of them; by processor time, as machines are busy."""
    world = World.draw(7, customers=5_000)
    run = Run(world)
    run.step()
    begun = time.process_time()
    for _ in range(20):
        night = run.snapshot()
    assert (time.process_time() - begun) / 20 < 0.005
    begun = time.process_time()
    for scenario in range(3):
        twin = Run.resume(world, Policy(price_level=1.0 + scenario / 100), night)
        for _ in range(84):
            twin.step()
    assert time.process_time() - begun < 1.5
