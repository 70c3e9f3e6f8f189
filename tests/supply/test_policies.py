"""Lots and reorder policies of 5.2: published figures, and nothing cheaper nearby."""

from __future__ import annotations

import json
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ecomlab.supply import inventory as inv
from ecomlab.supply.inventory.lots import mismatch
from ecomlab.supply.inventory.policies import _Costs
from ecomlab.supply.inventory.uncertain import (
    Counts,
    Frozen,
    Gamma,
    Normal,
    negative_binomial,
    poisson,
)

calm = settings(deadline=None, max_examples=30)


# --- published figures ---------------------------------------------------------------------


def test_lots_of_the_textbook():
    """Snyder and Shen 2019, chapters 3 and 4, to the printed digits."""
    assert inv.eoq(8, 0.225, 1300) == pytest.approx((304.0468, 68.4105), abs=5e-5)
    assert inv.eoq(8, 0.225, 1300, p=5) == pytest.approx((310.8125, 66.9213), abs=1e-3)
    assert inv.newsvendor(0.18, 0.70, 50, 8) == pytest.approx((56.6040, 1.9976), abs=5e-5)
    plan = inv.lot_sizes([90, 120, 80, 70], K=500, h=2)
    assert (plan.orders.tolist(), plan.cost) == ([210, 0, 150, 0], 1380)
    assert inv.s_S(1, 4, 5, 6) == pytest.approx((4, 10, 8.034), abs=5e-4)
    power = inv.s_S(0.18, 0.70, 2.5, 50, 8, method="power")
    assert power[:2] == pytest.approx((40.1946, 74.2902), abs=5e-5)


def test_continuous_review_of_the_textbook():
    found = inv.r_q(0.225, 7.5, 8, 1300, 150, 1 / 12)
    assert found.cost == pytest.approx(78.071, abs=5e-4)
    assert found.reorder_point == pytest.approx(126.87, abs=0.1)
    assert found.order_quantity == pytest.approx(328.45, abs=0.1)
    assert inv.r_q(20, 150, 100, 1.5, lead_time=2) == pytest.approx((3, 5, 107.9236), abs=1e-4)


#: What solves each kind of the published instances, from its fields.
SOLVERS = {
    "EOQ)": lambda d: inv.eoq(d["fixed_cost"], d["holding_cost"], d["demand_rate"]),
    "EOQB": lambda d: inv.eoq(
        d["fixed_cost"], d["holding_cost"], d["demand_rate"], p=d["stockout_cost"]
    ),
    "EPQ": lambda d: inv.eoq(
        d["fixed_cost"], d["holding_cost"], d["demand_rate"], rate=d["production_rate"]
    ),
    "Wagner-Whitin": lambda d: inv.lot_sizes(
        d["demand"], d["fixed_cost"], d["holding_cost"], unit_cost=d.get("purchase_cost", 0)
    ),
    "(r,Q)": lambda d: inv.r_q(
        d["holding_cost"], d["stockout_cost"], d["fixed_cost"], d["demand_mean"],
        d.get("demand_sd"), d["lead_time"],
    ),
    "(s,S)": lambda d: inv.s_S(
        d["holding_cost"], d["stockout_cost"], d["fixed_cost"], d["demand_mean"],
        d.get("demand_sd"),
    ),
}  # fmt: skip


def test_every_published_instance_of_these_models_is_solved(refdata):
    solved = 0
    for case in json.loads((refdata / "supply/stockpyl_small_instances.json").read_text()):
        solver = next((s for key, s in SOLVERS.items() if key in case["description"]), None)
        if solver is not None:
            assert np.isfinite(solver(case["data"])[-1]), case["name"]
            solved += 1
    assert solved >= 18


# --- optimality, against trying everything --------------------------------------------------


@calm
@given(
    demand=st.lists(st.integers(0, 200), min_size=1, max_size=6),
    K=st.floats(1, 600),
    h=st.floats(0, 3),
    unit=st.floats(0, 2),
)
def test_no_lots_are_cheaper(demand, K, h, unit):
    plan = inv.lot_sizes(demand, K, h, unit_cost=unit)
    assert plan.orders.sum() == pytest.approx(sum(demand))
    assert (np.cumsum(plan.orders) >= np.cumsum(demand) - 1e-9).all()

    def cost(orders):
        left = np.cumsum(orders) - np.cumsum(demand)
        return K * np.count_nonzero(orders) + h * left.sum() + unit * np.sum(orders)

    assert plan.cost == pytest.approx(cost(plan.orders))
    for starts in product([0, 1], repeat=len(demand)):
        opened = np.array(starts, dtype=bool)
        needs = np.array(demand, dtype=float)
        if needs.any() and not opened[: np.flatnonzero(needs)[0] + 1].any():
            continue
        orders = np.zeros(len(demand))
        last = None
        for k, need in enumerate(needs):
            last = k if opened[k] else last
            if need:
                orders[last] += need
        assert plan.cost <= cost(orders) + 1e-6


@pytest.mark.parametrize("mean", [0.4, 4.0, 18.0])
def test_no_counted_quantity_is_cheaper(mean):
    found = inv.newsvendor(200, 270, mean)
    costs = [float(mismatch(poisson(mean), q, 200, 270)) for q in range(60)]
    assert found == pytest.approx((np.argmin(costs), min(costs)))


@calm
@given(h=st.floats(0.2, 30), p=st.floats(1, 200), K=st.floats(0.5, 200), mean=st.floats(0.3, 12))
def test_no_neighbouring_s_and_S_are_cheaper(h, p, K, mean):
    low, high, cost = inv.s_S(h, p, K, mean)
    costs = _Costs(poisson(mean), h, p, K)
    for s, S in product(range(int(low) - 3, int(low) + 4), range(int(high) - 3, int(high) + 4)):
        if s < S:
            assert cost <= costs.average(s, S) + 1e-9


@calm
@given(
    h=st.floats(0.2, 30), p=st.floats(1, 200), K=st.floats(0.5, 200), mean=st.floats(0.3, 12),
    lead=st.floats(0.2, 4),
)  # fmt: skip
def test_no_neighbouring_r_and_Q_are_cheaper(h, p, K, mean, lead):
    r, Q, cost = inv.r_q(h, p, K, mean, lead_time=lead)
    demand = poisson(mean * lead)

    def average(point, lot):
        return (
            K * mean + mismatch(demand, np.arange(point + 1, point + lot + 1), h, p).sum()
        ) / lot

    assert cost == pytest.approx(average(int(r), int(Q)))
    for point, lot in product(range(int(r) - 2, int(r) + 3), range(int(Q) - 2, int(Q) + 3)):
        if lot >= 1:
            assert cost <= average(point, lot) + 1e-9


@pytest.mark.parametrize(
    ("h", "p", "K", "mean", "sd", "lead"),
    [(0.225, 7.5, 8, 1300, 150, 1 / 12), (3.1, 45, 50, 800, 40, 4 / 365), (2, 5, 9, 40, 30, 2)],
)
def test_at_the_best_r_and_Q_both_ends_cost_the_average(h, p, K, mean, sd, lead):
    r, Q, cost = inv.r_q(h, p, K, mean, sd, lead)
    demand = Normal(mean * lead, sd * lead**0.5)
    assert mismatch(demand, [r, r + Q], h, p) == pytest.approx(cost, rel=1e-6)
    grid = np.linspace(r, r + Q, 20_001)
    area = np.trapezoid(mismatch(demand, grid, h, p), grid)
    assert (K * mean + area) / Q == pytest.approx(cost, rel=1e-6)


def test_a_fine_grid_of_counts_leads_to_the_normal_model():
    near = inv.s_S(1, 9, 30, 50, 8)
    low, high, cost = inv.s_S(1, 9, 30, demand=stats.norm(50, 8))
    assert (low, high, cost) == pytest.approx(tuple(near))
    assert inv.newsvendor(1, 9, demand=stats.norm(50, 8)) == pytest.approx(
        inv.newsvendor(1, 9, 50, 8), rel=1e-6
    )


def test_waiting_and_making_together_cost_the_least():
    """On average (Q rho - B)^2 / (2 Q rho) units lie and B^2 / (2 Q rho) wait."""
    K, h, D, p, rate = 10.0, 2.0, 40.0, 5.0, 60.0
    found, rho = inv.eoq(K, h, D, p=p, rate=rate), 1 - D / rate
    lots, waiting = np.meshgrid(np.linspace(20, 60, 801), np.linspace(0, 20, 801))
    kept = h * (lots * rho - waiting) ** 2 + p * waiting**2
    costs = K * D / lots + kept / (2 * lots * rho)
    assert found.cost == pytest.approx(costs.min(), rel=1e-4)
    assert found.quantity == pytest.approx(lots.ravel()[costs.argmin()], abs=0.1)


# --- distributions -------------------------------------------------------------------------

KINDS = [Normal(20, 6), Gamma(20, 9), poisson(3.2), negative_binomial(4, 5), Counts([0.2, 0, 0.8]),
         Frozen(stats.lognorm(0.3, scale=20))]  # fmt: skip


@pytest.mark.parametrize("demand", KINDS, ids=lambda d: type(d).__name__)
def test_losses_are_sums_of_tails(demand):
    step = 1.0 if demand.whole else 1e-3
    start = -2.0 if demand.whole else 0.0
    grid = np.arange(start, demand.mean + 12 * demand.sd + 40, step)
    tail = 1 - (stats.lognorm(0.3, scale=20).cdf(grid) if isinstance(demand, Frozen)
                else demand.cdf(grid))  # fmt: skip
    from_here = np.cumsum(tail[::-1])[::-1] * step
    at = [0, 2, len(grid) // 8]
    close = {"rel": 2e-3, "abs": 2e-3} if not demand.whole else {"abs": 1e-6}
    assert demand.short(grid[at]) == pytest.approx(from_here[at], **close)
    whole = demand.short(grid) if not isinstance(demand, Frozen) else from_here
    twice = np.cumsum(whole[::-1])[::-1] * step
    later = twice - whole * step if demand.whole else twice
    assert demand.shorter(grid[at]) == pytest.approx(later[at], **close)
    for level in (0.1, 0.5, 0.97):
        least = demand.quantile(level)
        assert demand.cdf(least) >= level - 1e-9
        assert demand.cdf(least - (1 if demand.whole else 1e-6)) < level


def test_counts_agree_with_scipy():
    grid = np.arange(40)
    assert poisson(3.2).cdf(grid) == pytest.approx(stats.poisson(3.2).cdf(grid))
    n, chance = 16 / 21, 4 / 25
    assert negative_binomial(4, 5).cdf(grid) == pytest.approx(stats.nbinom(n, chance).cdf(grid))


@calm
@given(days=st.lists(st.integers(0, 6), min_size=8, max_size=40), lead=st.integers(1, 7))
def test_the_bootstrap_counts_every_stretch_of_the_past(days, lead):
    found = inv.lead_time_demand(days, lead, kind="bootstrap")
    around = days + days
    sums = [sum(around[k : k + lead]) for k in range(len(days))]
    assert found.mean == pytest.approx(np.mean(sums))
    assert found.sd == pytest.approx(np.std(sums))
    assert found.cdf(max(sums)) == pytest.approx(1)


def test_intermittent_demand_is_no_bell():
    rng = np.random.default_rng(3)
    days = rng.negative_binomial(0.05, 0.1, 700)
    counted = inv.lead_time_demand(days, [5, 7, 12])
    bell = inv.lead_time_demand(days, [5, 7, 12], kind="normal")
    assert counted.mean == pytest.approx(bell.mean, rel=1e-6)
    assert counted.quantile(0.99) > bell.quantile(0.99) + 2
    boot = inv.lead_time_demand(days, [5, 7, 12], kind="bootstrap")
    assert boot.quantile(0.99) == pytest.approx(counted.quantile(0.99), rel=0.25)
