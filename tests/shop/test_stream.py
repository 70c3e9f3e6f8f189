"""A streamed run: stopped anywhere and begun again, it is the run that was never stopped."""

from __future__ import annotations

import random
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from shutil import copytree
from typing import Any

import numpy as np
import pytest

from ecomlab.shop import parquet, stream
from ecomlab.shop.history import History, lived, simulate
from ecomlab.shop.many import simulate_many
from ecomlab.shop.policy import Policy
from ecomlab.shop.store import open_shop
from ecomlab.shop.tables import TABLES
from ecomlab.shop.world import World

WORLD = World.draw(9, customers=400, products=24, agents=4)
DAYS, CHUNK = 60, 9


def tree(folder: Path) -> dict[str, str]:
    """Every file of a folder, hidden ones too, with a digest of its bytes."""
    return {
        str(file.relative_to(folder)): sha256(file.read_bytes()).hexdigest()
        for file in folder.rglob("*")
        if file.is_file()
    }


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """The run that was never stopped."""
    folder = tmp_path_factory.mktemp("whole")
    return stream.stream(WORLD, folder, days=DAYS, chunk_days=CHUNK)


class Killed(BaseException):
    """Stands for the end of the process."""


def test_the_folder_holds_every_table_in_parts(whole):
    parts = -(-DAYS // CHUNK)
    for name, table in TABLES.items():
        assert len(list((whole / name).iterdir())) == (1 if table.fixed else parts)
    assert {p.name for p in whole.iterdir()} == {*TABLES, "shop.json"}


def test_chunks_hold_what_one_piece_holds(whole):
    shop = open_shop(folder=whole, engine="pyarrow")
    history = simulate(WORLD, days=DAYS)
    for name, table in TABLES.items():
        found = shop.table(name)
        assert found.equals(parquet.to_arrow(table, history.arrays(name)).combine_chunks()), name


def test_tables_do_not_depend_on_chunks():
    whole, cut = (
        History([c for c, _ in lived(WORLD, days=130, chunk_days=n)], []) for n in (130, 11)
    )
    for name in TABLES:
        for column, values in whole.arrays(name).items():
            np.testing.assert_array_equal(cut.arrays(name)[column], values, err_msg=name)


def test_cut_off_at_any_rename_it_goes_on_to_the_same_bytes(whole, tmp_path, monkeypatch):
    """Each attempt lives a few renames longer, so cuts fall before, in and after every chunk."""
    rename, left = Path.replace, 0

    def replace(self, target):
        nonlocal left
        left -= 1
        if left < 0:
            raise Killed
        return rename(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    attempts, begun = 0, []
    while not (tmp_path / "shop.json").exists():
        left = 24 + 7 * attempts
        attempts += 1
        try:
            stream.stream(
                WORLD,
                tmp_path,
                days=DAYS,
                chunk_days=CHUNK,
                progress=lambda p: begun.append((p.began, p.day)),
            )
        except Killed:
            assert list(tmp_path.rglob("*.tmp"))
    assert attempts >= 6
    assert len({began for began, _ in begun}) >= 4  # it went on, and did not begin again
    assert tree(tmp_path) == tree(whole)


_RUN = f"""
import sys
from ecomlab.shop.stream import stream
from ecomlab.shop.world import World
world = World.draw(9, customers=400, products=24, agents=4)
stream(world, sys.argv[1], days={DAYS}, chunk_days={CHUNK}, progress=lambda p: print(p.day, flush=True))
"""  # noqa: E501


def test_killed_at_random_moments_it_goes_on_to_the_same_bytes(whole, tmp_path):
    chance, lived_days, kills = random.Random(20), [], 0
    while not (tmp_path / "shop.json").exists():
        process = subprocess.Popen(
            [sys.executable, "-c", _RUN, str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        process.stdout.readline()  # ready to live
        if kills < 4:
            time.sleep(chance.uniform(0, 0.5))
            process.kill()
            kills += 1
        said, _ = process.communicate(timeout=60)
        assert process.returncode in (0, -signal.SIGKILL)
        lived_days.append([int(day) for day in said.split()])
    assert tree(tmp_path) == tree(whole)
    written = [day for days in lived_days for day in days]
    assert written == sorted(set(written))  # no day is repeated


def test_days_that_were_lost_are_not_passed_over(whole, tmp_path):
    place = copytree(whole, tmp_path / "copy")
    (place / "orders" / "part-0003.parquet").unlink()
    with pytest.raises(ValueError, match=r"lost part-0003\.parquet of its table orders; delete"):
        _ = open_shop(folder=place).orders
    (place / "visits" / "part-0006.parquet").unlink()  # the last
    with pytest.raises(ValueError, match=r"has lost part-0006\.parquet of its table visits"):
        _ = open_shop(folder=place).visits
    assert len(open_shop(folder=place).products) == 24


@pytest.mark.parametrize("size", [0, 10, 2_000])
def test_a_damaged_snapshot_is_named(tmp_path, monkeypatch, size):
    monkeypatch.setattr(stream, "_write", _killed)
    with pytest.raises(Killed):
        stream.stream(WORLD, tmp_path, days=DAYS, chunk_days=CHUNK)
    kept = tmp_path / "unfinished.npz"
    kept.write_bytes(kept.read_bytes()[:size])
    with pytest.raises(ValueError, match=r"unfinished\.npz is damaged; delete that folder"):
        stream.stream(WORLD, tmp_path, days=DAYS, chunk_days=CHUNK)


def test_a_finished_run_is_not_lived_again(whole, monkeypatch):
    before = tree(whole)
    monkeypatch.setattr(stream, "lived", None)
    assert stream.stream(WORLD, whole, days=DAYS, chunk_days=CHUNK) == whole
    assert tree(whole) == before


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"days": 61}, "its days is 60, 61 was asked for"),
        ({"chunk_days": 10}, "its chunk_days is 9, 10 was asked for"),
        ({"world": World.draw(10, customers=400, products=24, agents=4)}, "its seed is 9, 10"),
        ({"world": World.draw(9, customers=401, products=24, agents=4)}, "customers is 400, 401"),
        ({"policy": Policy(price_level=1.1)}, "its run is"),
    ],
)
@pytest.mark.parametrize("state", ["whole", "cut off"])
def test_a_folder_of_another_run_is_refused(whole, tmp_path, monkeypatch, state, asked, says):
    folder = whole
    if state == "cut off":
        folder = tmp_path
        monkeypatch.setattr(stream, "_write", _killed)
        with pytest.raises(Killed):
            stream.stream(WORLD, folder, days=DAYS, chunk_days=CHUNK)
    before = tree(folder)
    with pytest.raises(ValueError, match=says):
        stream.stream(
            **{"world": WORLD, "folder": folder, "days": DAYS, "chunk_days": CHUNK} | asked
        )
    assert tree(folder) == before


def _killed(*_) -> None:
    raise Killed


def test_a_folder_that_holds_something_else_is_refused_and_left_alone(tmp_path):
    (tmp_path / "orders").mkdir()
    (tmp_path / "orders" / "part-0000.parquet").write_text("mine")
    before = tree(tmp_path)
    with pytest.raises(ValueError, match=r"is not empty \(it holds orders\) and holds no shop"):
        stream.stream(WORLD, tmp_path, days=DAYS)
    assert tree(tmp_path) == before


@pytest.mark.parametrize("chunk_days", [0, -1, 1.5, True])
def test_chunks_are_whole_days(tmp_path, chunk_days):
    with pytest.raises(ValueError, match=r"chunk_days is .*; it must be a whole number >= 1"):
        stream.stream(WORLD, tmp_path, days=DAYS, chunk_days=chunk_days)


def test_chunks_are_smaller_the_larger_the_shop():
    sizes = [stream._step(World.draw(1, customers=n), 730) for n in (20_000, 200_000, 1_000_000)]
    assert sizes == [730, 140, 28]


def test_a_folder_has_one_writer(tmp_path):
    with stream.locked(tmp_path), pytest.raises(BlockingIOError):
        stream.stream(WORLD, tmp_path, days=DAYS, wait=False)


def test_who_waits_for_a_writer_does_not_write_again(tmp_path, monkeypatch):
    lives = []

    def counted(*args, **more):
        lives.append(1)
        return lived(*args, **more)

    monkeypatch.setattr(stream, "lived", counted)
    with ThreadPoolExecutor(3) as pool:
        for _ in range(3):
            pool.submit(stream.stream, WORLD, tmp_path, days=10)
    assert lives == [1]
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([*TABLES, "shop.json"])


# Many shops


def tables_digest(history: History) -> str:
    """A digest of every row of a run."""
    digest = sha256()
    for name in TABLES:
        for column, values in history.arrays(name).items():
            content = values.astype(str) if values.dtype == object else values
            digest.update(f"{name}.{column}".encode() + np.ascontiguousarray(content).tobytes())
    return digest.hexdigest()


SEEDS = [11, 3, 7]
FEW: dict[str, Any] = {"customers": 200, "products": 24, "agents": 4}


@pytest.fixture(scope="module")
def one_by_one() -> dict[int, str]:
    """What the shops are when simulated one after another."""
    return simulate_many(SEEDS, days=40, keep=tables_digest, **FEW)


def test_many_shops_are_the_single_shops(one_by_one):
    assert list(one_by_one) == SEEDS
    alone = tables_digest(simulate(World.draw(7, **FEW), days=40))
    assert one_by_one[7] == alone
    assert len(set(one_by_one.values())) == len(SEEDS)


def test_a_pool_of_processes_gives_the_same_shops(one_by_one):
    for workers, seeds in ((1, SEEDS), (2, SEEDS[::-1])):
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            found = simulate_many(seeds, days=40, keep=tables_digest, executor=pool, **FEW)
        assert list(found) == seeds
        assert found == one_by_one


@pytest.mark.parametrize("processes", [False, True])
def test_dask_gives_the_same_shops(one_by_one, processes):
    distributed = pytest.importorskip("distributed", reason="this machine lacks distributed")
    where = {"host": "127.0.0.1"} if processes else {}  # threads need no address at all
    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=2, processes=processes, dashboard_address=None, **where
        ) as cluster,
        distributed.Client(cluster) as client,
        client.get_executor() as executor,
    ):
        found = simulate_many(SEEDS, days=40, keep=tables_digest, executor=executor, **FEW)
    assert found == one_by_one


@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        ({"seeds": [1, 2, 1]}, ValueError, "seed 1 is given twice"),
        ({"seeds": [1, 2.5]}, TypeError, "seed must be a whole number"),
        ({"seeds": [1, -2]}, ValueError, "seed is -2"),
        ({"seeds": [1], "days": 0}, ValueError, "days is 0"),
        ({"seeds": [1], "customers": 0}, ValueError, "customers is 0"),
    ],
)
def test_bad_input_is_refused_before_any_work(monkeypatch, given, error, says):
    monkeypatch.setattr("ecomlab.shop.many.simulate", None)
    with pytest.raises(error, match=says):
        simulate_many(**given)


def test_a_failing_shop_is_not_hidden():
    def fails(history):
        raise RuntimeError(f"no {history.world.seed}")

    with ThreadPoolExecutor(1) as pool, pytest.raises(RuntimeError, match="no 11"):
        simulate_many(SEEDS, days=2, keep=fails, executor=pool, **FEW)


# The command


def shop(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run ``ecomlab shop``."""
    command = [sys.executable, "-m", "ecomlab", "shop", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_interrupted_the_command_goes_on_where_it_was(tmp_path):
    asked = ["--customers", 500, "--days", 60, "--seed", 4, "--chunk-days", 5, "--out", tmp_path]
    process = subprocess.Popen(
        [sys.executable, "-m", "ecomlab", "shop", "simulate", *map(str, asked)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "Simulating ...\n"
    first = process.stdout.readline()
    assert re.fullmatch(r"day 5 of 60 written; about \d+:\d\d left\n", first)
    process.send_signal(signal.SIGINT)
    said, complaint = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted; what was finished is kept" in complaint
    last = int(([first, *said.splitlines()][-1]).split()[1])
    again = shop("simulate", *asked)
    assert again.returncode == 0
    assert again.stdout.startswith(f"Going on after day {last}.\n")
    assert again.stdout.endswith(f"Open it with ecomlab.open_shop(folder={str(tmp_path)!r}).\n")
    straight = stream.stream(
        World.draw(4, customers=500), tmp_path / "straight", days=60, chunk_days=5
    )
    expected = tree(straight)
    assert {k: v for k, v in tree(tmp_path).items() if not k.startswith("straight")} == expected


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--customers", "-5"], "customers is -5; it must lie in 1"),
        (["--days", "0"], "days is 0; it must lie in 1"),
        (["--seed", "-1"], "seed is -1; it must be >= 0"),
    ],
)
def test_the_command_refuses_in_one_line(tmp_path, capsys, arguments, says):
    from ecomlab.cli import main

    assert main(["shop", "simulate", "--out", str(tmp_path), *arguments]) == 2
    said = capsys.readouterr().err
    assert says in said
    assert said.count("\n") == 1


def test_the_command_speaks_chinese(tmp_path, capsys):
    from ecomlab.cli import main

    asked = ["--customers", "200", "--days", "5", "--out", str(tmp_path), "--lang", "zh"]
    assert main(["shop", "simulate", *asked]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "正在模拟……"
    assert said[1] == "已写出第 5 天，共 5 天；约剩 0:00"
