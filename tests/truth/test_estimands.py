"""What the course says can be known is known, and what misleads misleads."""

from __future__ import annotations

import importlib
import io
import json
import os
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from ecomlab.shop.calendar import festivals
from ecomlab.shop.faults import incidents
from ecomlab.shop.run import Run
from ecomlab.shop.world import World
from ecomlab.truth import ESTIMANDS, SEEDS, run, summary, table
from ecomlab.truth.estimand import SAFE, Estimand
from ecomlab.truth.past import DAYS
from ecomlab.truth.twins import contrast, pooled

#: Cheap to measure: one simulated shop serves all of them. The last needs twins, and one world.
QUICK = ("service training", "supplier lead time, mean", "supplier lead time, sd",
         "incidents in visits", "faults in a partner's file")  # fmt: skip
TWINS = "page speed"


def coin(**changes) -> Estimand:
    """An estimand that needs no shop: the seed is the truth, the reference half a unit off."""
    world_seed = {"section": "pricing.strategy", "unit": "", "meaning": "", "method": "",
                  "fallacy": "", "name": "coin"}  # fmt: skip
    return Estimand(
        **world_seed,
        **{
            "tolerance": 1.0,
            "truth": lambda world: (world.seed, 0.0),
            "reference": lambda history: (history + 0.5, 0.2),
            "naive": lambda history: history + 3,
            **changes,
        },
    )


@pytest.fixture
def coins(monkeypatch):
    """The table with one entry, and the worlds that were lived for it."""
    lived = []

    def past(world):
        lived.append(world.seed)
        return SimpleNamespace(history=world.seed)

    monkeypatch.setattr(table, "past", past)
    monkeypatch.setattr(table, "ESTIMANDS", {"coin": coin()})
    monkeypatch.setattr(table, "version", lambda name: "one")
    return lived


def test_worlds_are_fixed_in_advance():
    assert len(set(SEEDS)) == 30


@pytest.mark.parametrize("name", ESTIMANDS)
def test_every_entry_says_what_it_is(name):
    one = ESTIMANDS[name]
    assert importlib.import_module(f"ecomlab.{one.section}")
    assert one.name == name
    assert all([one.unit, one.meaning, one.method, one.fallacy, one.tolerance > 0, one.items])
    assert len(set(one.items)) == len(one.items)


def test_figures_are_kept_and_never_measured_twice(coins, tmp_path):
    file = tmp_path / "deep" / "figures.jsonl"
    first = run([3, 4], results=file, progress=None)
    again = run([4, 3, 5], results=file, progress=None)
    assert coins == [3, 4, 5]
    assert [row["seed"] for row in again] == [4, 3, 5]
    assert first[1] == again[0]


def test_a_line_cut_short_costs_that_figure_only(coins, tmp_path):
    file = tmp_path / "figures.jsonl"
    run([3, 4], results=file, progress=None)
    file.write_text(file.read_text().rstrip()[:-20])
    rows = run([3, 4], results=file, progress=None)
    assert coins == [3, 4, 4]
    assert len(rows) == 2


def test_a_changed_method_is_measured_anew(coins, tmp_path, monkeypatch):
    file = tmp_path / "figures.jsonl"
    run([3], results=file, progress=None)
    monkeypatch.setattr(table, "version", lambda name: "two")
    run([3], results=file, progress=None)
    assert coins == [3, 3]


def test_stopping_loses_no_finished_figure(coins, tmp_path, monkeypatch):
    def stop(world):
        if world.seed == 5:
            raise KeyboardInterrupt
        return SimpleNamespace(history=world.seed)

    monkeypatch.setattr(table, "past", stop)
    file = tmp_path / "figures.jsonl"
    with pytest.raises(KeyboardInterrupt):
        run([3, 4, 5, 6], results=file, progress=None)
    kept = [json.loads(line)["seed"] for line in file.read_text().splitlines() if line]
    assert kept == [3, 4]


def test_any_executor_gives_the_same(coins, tmp_path):
    told = io.StringIO()
    with ThreadPoolExecutor(2) as pool:
        spread = run([3, 4, 5], executor=pool, results=tmp_path / "a", progress=told)
    alone = run([3, 4, 5], results=tmp_path / "b", progress=None)
    keep = ("seed", "truth", "reference", "naive")
    assert [[r[k] for k in keep] for r in spread] == [[r[k] for k in keep] for r in alone]
    assert "3 of 3" in told.getvalue()


def test_an_unknown_estimand_is_named():
    with pytest.raises(ValueError, match="no estimand \\['luck'\\]; they are segments"):
        run([3], ["luck"])


@pytest.mark.parametrize(
    ("changes", "holds"),
    [
        ({}, True),
        ({"reference": lambda history: (history + 1.5, 0.2)}, False),
        ({"reference": lambda history: (history + 0.5, 0.4)}, False),
        ({"reference": lambda history: (np.nan, 0.2)}, False),
        ({"naive": lambda history: history + 0.9}, False),
        ({"truth": lambda world: (world.seed, 0.3)}, False),
    ],
)
def test_each_law_is_needed(coins, tmp_path, monkeypatch, changes, holds):
    monkeypatch.setattr(table, "ESTIMANDS", {"coin": coin(**changes)})
    found = summary(run(range(10, 20), results=tmp_path / "f", progress=None)).loc["coin"]
    assert found["holds"] == holds
    assert found["seeds"] == 10


def test_misses_are_listed_with_their_seeds(coins, tmp_path, monkeypatch):
    unlucky = coin(reference=lambda history: (history + 2 * (history == 13), 0.2))
    monkeypatch.setattr(table, "ESTIMANDS", {"coin": unlucky})
    found = summary(run(range(10, 20), results=tmp_path / "f", progress=None)).loc["coin"]
    assert (found["passed"], found["misses"], found["holds"]) == (9, "13", True)


def test_worlds_that_are_not_admitted_are_told_apart(coins, tmp_path, monkeypatch):
    picky = coin(admits=lambda world: world.seed != 3)
    monkeypatch.setattr(table, "ESTIMANDS", {"coin": picky})
    found = summary(run([3, 4], results=tmp_path / "f", progress=None)).loc["coin"]
    assert (found["seeds"], found["of"]) == (1, 2)


def test_all_items_must_be_right_and_shares_are_of_the_truth():
    two = coin(items=("a", "b"), relative=True, tolerance=0.1)
    row = {"truth": [10.0, -2.0], "reference": [10.9, -2.3], "se": [0.5, 0.1]}
    assert two.errors(row, "reference") == pytest.approx([0.09, -0.15])
    assert two.standard_errors(row) == pytest.approx([0.05, 0.05])
    assert two.misses(row, "reference")
    with pytest.raises(ValueError, match=r"values for 2 items"):
        coin(items=("a", "b")).measure(SimpleNamespace(seed=1), 1)


def test_the_jackknife_is_the_error_of_a_mean():
    values = np.random.default_rng(0).normal(size=(12, 1))
    value, se = pooled(values, lambda mean: float(mean[0]))
    assert value == pytest.approx(values.mean())
    assert se == pytest.approx(values.std(ddof=1) / np.sqrt(12))


def test_a_contrast_takes_out_who_the_arms_are():
    """Arms that differ by 1 without the test; with it, 3 more and 1 less."""
    assert contrast(np.array([[4.0, 9.0], [5.0, 6.0]])) == pytest.approx((3 + 1) / 4)


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    file = tmp_path_factory.mktemp("truth") / "f"
    return [
        *run(SEEDS[:1], [*QUICK, TWINS], results=file, progress=None),
        *run(SEEDS[1:2], QUICK, results=file, progress=None),
    ]


def test_the_reference_recovers_the_truth_and_the_naive_method_does_not(quick):
    for row in quick:
        one = ESTIMANDS[row["name"]]
        assert not one.misses(row, "reference"), row
        assert one.misses(row, "naive"), row


def test_tolerances_rest_on_standard_errors(quick):
    # In the first world: how many false alarms there are differs much from world to world.
    found = summary([row for row in quick if row["seed"] == SEEDS[0]])
    assert (found["safe"] >= SAFE).all()
    assert (found["truth_se"] <= found["tolerance"] / 5).all()


def test_every_drop_of_visits_is_of_four_and_a_half_sigma():
    """Against the same world without incidents, by how much a day differs from a week before."""
    world = World.draw(SEEDS[0])
    spared = replace(world, shocks=replace(world.shocks, incidents=0))
    runs = (Run(world), Run(spared))
    visits, ordinary = np.log([[run.step()["visits"] for _ in range(DAYS)] for run in runs])
    festive = np.array([one.day for one in festivals()])
    for one in incidents(world):
        around = np.arange(max(one.start - 42, 67), min(one.start + 42, DAYS))
        around = around[np.abs(around[:, None] - festive).min(axis=1) > 14]
        weekly = (ordinary[around] - ordinary[around - 7]).std(ddof=1) / np.sqrt(2)
        drop = (ordinary - visits)[one.start : one.start + 2].mean()
        assert (drop > 4.5 * weekly) == (one.kind == "visits_drop"), one


@pytest.mark.stress
def test_thirty_worlds():
    """The whole table; resumes from the user's cache folder."""
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        found = summary(run(executor=pool))
    print("\n" + found.round(4).to_string())
    wrong = found[found["graded"] & ~found["holds"]]
    assert wrong.empty, wrong
