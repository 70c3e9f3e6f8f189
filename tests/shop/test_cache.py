"""The cache of simulated shops: whole, of this version, made once, where platforms keep such."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import ecomlab
from ecomlab.shop import cache
from ecomlab.shop.history import simulate
from ecomlab.shop.ship import ship
from ecomlab.shop.store import open_shop
from ecomlab.shop.world import World

SMALL: dict[str, Any] = {"customers": 300, "products": 24, "agents": 4}


@pytest.fixture
def empty_cache(tmp_path, monkeypatch) -> Path:
    """A cache folder in which nothing is."""
    monkeypatch.setenv("ECOMLAB_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_a_shop_is_simulated_once(empty_cache, monkeypatch):
    first = open_shop(seed=6, days=20, **SMALL).orders
    monkeypatch.setattr("ecomlab.shop.stream.lived", None)
    pd.testing.assert_frame_equal(open_shop(seed=6, days=20, **SMALL).orders, first)
    assert len(list(empty_cache.iterdir())) == 1


def test_worlds_of_other_sizes_and_lengths_do_not_meet(empty_cache):
    counts = {
        (days, people): len(open_shop(seed=6, days=days, customers=people, products=24).visits)
        for days in (10, 20)
        for people in (200, 300)
    }
    assert len(set(counts.values())) == 4
    assert len(list(empty_cache.iterdir())) == 4


@pytest.mark.parametrize(
    ("platform", "variables", "expected"),
    [
        ("linux", {"XDG_CACHE_HOME": "/x"}, "/x/ecomlab"),
        ("linux", {}, "/home/li/.cache/ecomlab"),
        ("darwin", {"XDG_CACHE_HOME": "/x"}, "/home/li/Library/Caches/ecomlab"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/ecomlab"),
        ("win32", {}, "/home/li/AppData/Local/ecomlab"),
        ("linux", {"XDG_CACHE_HOME": "/x", "ECOMLAB_CACHE": "/mine"}, "/mine"),
    ],
)
def test_the_cache_stands_where_the_platform_keeps_such(monkeypatch, platform, variables, expected):
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA", "ECOMLAB_CACHE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"HOME": "/home/li", **variables}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", platform)
    assert cache.cache_folder() == Path(expected)


def test_a_cache_of_another_version_is_made_again_and_says_so(empty_cache, monkeypatch, capsys):
    version = cache.engine_version()
    monkeypatch.setattr(cache, "engine_version", lambda: "0.0.1-old")
    monkeypatch.setattr("ecomlab.shop.stream.engine_version", lambda: "0.0.1-old")
    open_shop(seed=6, days=20, **SMALL)
    assert capsys.readouterr().out == ""
    monkeypatch.setattr(cache, "engine_version", lambda: version)
    monkeypatch.setattr("ecomlab.shop.stream.engine_version", lambda: version)
    for file in empty_cache.rglob("*.parquet"):
        file.write_bytes(b"of another version")
    shop = open_shop(seed=6, days=20, **SMALL)
    out, err = capsys.readouterr()
    assert "seed 6 was of another version; it was simulated again" in out
    assert err == ""
    assert len(shop.orders)
    assert [p.name for p in empty_cache.iterdir()] == [
        p.name for p in empty_cache.glob(f"*{version}")
    ]


def test_the_version_changes_with_a_line_of_the_engine(tmp_path, monkeypatch):
    (tmp_path / "tables").mkdir()
    (tmp_path / "engine.py").write_text("a = 1\n")
    (tmp_path / "tables" / "trade.py").write_text("b = 1\n")
    monkeypatch.setattr(cache, "__file__", str(tmp_path / "cache.py"))
    fresh = cache.engine_version.__wrapped__
    before = fresh()
    assert before.startswith(ecomlab.__version__)
    assert fresh() == before
    (tmp_path / "store.py").write_text("it decides no row\n")
    assert fresh() == before
    (tmp_path / "tables" / "trade.py").write_text("b = 2\n")
    assert fresh() != before


def test_files_of_another_version_are_refused_with_both_versions(tmp_path):
    place = ship(tmp_path, world=World.draw(5, **SMALL), days=5)
    card = json.loads((place / "shop.json").read_text())
    (place / "shop.json").write_text(json.dumps(card | {"tables": "x", "engine": "0.0.1-old"}))
    with pytest.raises(ValueError, match=r"another version \(0\.0\.1-old\).*simulate it again"):
        open_shop(folder=place)


_OPEN = """
import sys
import ecomlab.shop.stream as s
from ecomlab import open_shop
lived = s.lived
def counted(*args, **more):
    print("simulating", flush=True)
    yield from lived(*args, **more)
s.lived = counted
print(len(open_shop(seed=8, days=150, customers=1500, products=24).orders))
"""


def test_two_processes_that_ask_at_once_do_the_work_once(empty_cache):
    both = [
        subprocess.Popen([sys.executable, "-c", _OPEN], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [process.communicate(timeout=60)[0].split() for process in both]
    assert all(process.returncode == 0 for process in both)
    assert sum("simulating" in words for words in said) == 1
    assert said[0][-1] == said[1][-1]
    (folder,) = empty_cache.iterdir()
    assert not [p for p in folder.rglob("*") if p.suffix in (".tmp", ".npz") or p.name == ".lock"]


def test_a_killed_writer_leaves_nothing_that_is_read(empty_cache):
    process = subprocess.Popen([sys.executable, "-c", _OPEN], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(0.1)
    process.kill()
    process.communicate()
    (folder,) = empty_cache.iterdir()
    assert not (folder / "shop.json").exists()
    with pytest.raises(ValueError, match="holds no whole shop"):
        open_shop(folder=folder)
    found = open_shop(seed=8, days=150, customers=1500, products=24).orders
    world = World.draw(8, customers=1500, products=24)
    assert len(found) == len(simulate(world, days=150).orders)
