"""Laws of the server log: faults undone give the clean log, and each kind can be told."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from urllib.parse import quote, unquote, unquote_to_bytes

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecomlab.shop import World, simulate
from ecomlab.shop.raw import ServerLog, server_log
from ecomlab.shop.raw.bots import BOTS
from ecomlab.shop.raw.pages import WORDS
from ecomlab.shop.raw.spoil import KINDS

NO_FAULTS = {"broken": 0, "duplicates": 0, "bots": 0, "zones": 0, "encodings": 0}
COMBINED = re.compile(
    r'(?P<host>\S+) \S+ (?P<user>\S+) \[(?P<time>[^\]]+)\] "(?P<request>[^"]*)" '
    r'(?P<status>\d{3}) (?P<bytes>\d+|-) "(?P<referrer>[^"]*)" "(?P<agent>[^"]*)"'
)
few = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
rates = st.sampled_from([0.0, 0.01, 0.1, 0.3])


@pytest.fixture(scope="module")
def log(small_shop) -> ServerLog:
    """Four months, a sales festival among them."""
    return server_log(small_shop, start="2024-09-01", days=120, broken=0.02)


@pytest.fixture(scope="module")
def spotless(small_shop) -> ServerLog:
    """The same days without a fault."""
    return server_log(small_shop, start="2024-09-01", days=120, **NO_FAULTS)


def parsed(lines: list[bytes]) -> pd.DataFrame:
    """The lines that are whole, with their numbers from 1."""
    found = [
        {"line": number, **match.groupdict()}
        for number, line in enumerate(lines, 1)
        if (match := COMBINED.fullmatch(line.decode("latin-1")))
    ]
    return pd.DataFrame(found)


def moment(stamp: str) -> datetime:
    """The moment of a stamp with its zone."""
    return datetime.strptime(stamp, "%d/%b/%Y:%H:%M:%S %z")


def places(log: ServerLog, *kinds: str) -> set[int]:
    """The lines that the truth names for these kinds."""
    return set(log.faults.loc[log.faults["kind"].isin(kinds), "line"])


def test_without_faults_every_line_is_a_click(small_shop, spotless):
    assert spotless.faults.empty
    rows = parsed(spotless.lines)
    assert len(rows) == len(spotless.lines)
    events = small_shop.events
    inside = events[
        (events["at"] >= "2024-09-01")
        & (events["at"] < pd.Timestamp("2024-09-01") + timedelta(120))
    ]
    times = sorted(moment(t).replace(tzinfo=None) for t in rows["time"])
    assert times == sorted(inside["at"].dt.to_pydatetime())
    assert rows["time"].str.endswith("+0800").all()
    words = rows["request"].str.split(" ")
    asked = words.str[1]
    patterns = {
        "view": r"/p/\d+",
        "cart": r"/cart\?p=\d+",
        "paid": r"/paid\?order=\d+",
        "list": r"/c/[a-z]+|/search\?q=.*",
        "checkout": "/checkout",
    }
    for kind, pattern in patterns.items():
        assert asked.str.fullmatch(pattern).sum() == (inside["kind"] == kind).sum(), kind
    viewed = asked[asked.str.startswith("/p/")].str[3:].astype(int)
    assert sorted(viewed) == sorted(inside.loc[inside["kind"] == "view", "product_id"])
    searches = asked[asked.str.startswith("/search")].str.split("=").str[1].map(unquote)
    assert len(searches) > 50
    assert set(searches) <= set(WORDS.values())


def test_one_host_is_one_customer(small_shop, spotless):
    rows = parsed(spotless.lines)
    members = rows[rows["user"] != "-"]
    assert (members.groupby("user")["host"].nunique() == 1).all()
    assert (members.groupby("host")["user"].nunique() == 1).all()
    ids = members["user"].str[1:].astype(int)
    assert set(ids) <= set(small_shop.events["customer_id"])


def test_undoing_the_faults_gives_the_clean_log(log, spotless):
    assert log.lines != spotless.lines
    assert log.clean() == spotless.lines


@few
@given(
    broken=rates, duplicates=rates, bots=rates, zones=rates, encodings=rates,
    seed=st.integers(0, 10**9), days=st.integers(1, 60),
)  # fmt: skip
def test_undoing_any_faults_gives_the_clean_log(small_shop, seed, days, **asked):
    when = {"start": "2024-10-20", "days": days, "seed": seed}
    dirty = server_log(small_shop, **when, **asked)
    assert dirty.clean() == server_log(small_shop, **when, **NO_FAULTS).lines
    assert dirty.faults["line"].is_unique
    untouched = set(range(1, len(dirty.lines) + 1)) - set(dirty.faults["line"])
    assert len(parsed([dirty.lines[i - 1] for i in sorted(untouched)])) == len(untouched)


def test_the_same_seed_gives_the_same_bytes(small_shop, small_world, log):
    again = simulate(World.draw(3, customers=1_500, products=48, cities=8, agents=12), days=430)
    assert again.world == small_world
    same = server_log(again, start="2024-09-01", days=120, broken=0.02)
    assert same.lines == log.lines
    pd.testing.assert_frame_equal(same.faults, log.faults)
    other = server_log(small_shop, start="2024-09-01", days=120, broken=0.02, seed=4)
    assert other.lines != log.lines


def test_faults_come_at_the_stated_rates(small_shop):
    when = {"start": "2024-03-01", "days": 360}
    plain = len(server_log(small_shop, **when, **NO_FAULTS).lines)
    asked = {"broken": 0.02, "zones": 0.03, "duplicates": 0.1, "bots": 0.1}
    for name, rate in asked.items():
        log = server_log(small_shop, **when, **{**NO_FAULTS, name: rate})
        counts = log.faults["kind"].value_counts()
        expected = {
            "broken": {"cut": rate, "glued": rate, "zeros": rate / 2},
            "zones": {"clock": rate, "utc": rate},
            "duplicates": {"resent": rate},
            "bots": {"bot": rate},
        }[name]
        assert set(counts[counts > 0].index) == set(expected)
        for kind, share in expected.items():
            blocks = 40 if kind == "resent" else 1
            slack = 4 * np.sqrt(share * plain * blocks) + 0.12 * share * plain
            assert abs(counts[kind] - share * plain) < slack, (kind, counts[kind], share * plain)


def test_a_higher_rate_of_one_fault_moves_no_other(small_shop):
    few_bots = server_log(small_shop, start="2024-06-01", days=60, bots=0.02)
    many_bots = server_log(small_shop, start="2024-06-01", days=60, bots=0.3)
    assert len(places(many_bots, "bot")) > 5 * len(places(few_bots, "bot"))

    def altered(log):
        rows = log.faults[log.faults["kind"].isin(["cut", "clock", "utc", "percent_gb18030"])]
        return set(zip(rows["kind"], rows["original"], strict=True))

    assert altered(few_bots) == altered(many_bots)


def test_broken_lines_do_not_parse_and_nothing_else_fails_to(log):
    whole = set(parsed(log.lines)["line"])
    broken = places(log, "cut", "glued", "zeros")
    assert set(range(1, len(log.lines) + 1)) - whole == broken
    assert len(broken) > 30
    for kind in ("cut", "glued", "zeros"):
        assert places(log, kind), kind


def test_a_resent_line_is_an_earlier_line_to_the_byte(log):
    seen: set[bytes] = set()
    again = set()
    for number, line in enumerate(log.lines, 1):
        if line in seen and line.strip(b"\0"):
            again.add(number)
        seen.add(line)
    assert again == places(log, "resent")
    assert len(again) > 100
    starts = [n for n in again if n - 1 not in again]
    assert len(starts) < len(again) / 15


def test_bots_are_told_by_name_or_by_haste(small_shop):
    log = server_log(small_shop, start="2024-09-01", days=120, bots=0.3)
    rows = parsed(log.lines)
    rows = rows[~rows["line"].isin(places(log, "resent"))]
    named = rows["agent"].str.contains("spider|bot|python", case=False)
    minute = rows["time"].str[:17]
    a_minute = rows.groupby(["host", minute])["line"].transform("size")
    hasty = rows.groupby("host")["line"].transform(lambda lines: a_minute[lines.index].max() >= 30)
    assert set(rows.loc[named | hasty, "line"]) == places(log, "bot")
    assert set(rows.loc[hasty & ~named, "host"]) == {BOTS[0].host}


def test_a_clock_eight_hours_early_is_out_of_order(log):
    rows = parsed(log.lines)
    rows = rows[~rows["line"].isin(places(log, "resent"))]
    times = rows["time"].map(moment)
    early = set(rows.loc[times < times.cummax() - timedelta(hours=7), "line"])
    clock = places(log, "clock")
    # At night eight hours may pass without a request: such a line is in order all the same.
    assert early <= clock
    assert len(early) > 0.6 * len(clock) > 10
    undone = dict(zip(log.faults["line"], log.faults["original"], strict=True))
    for line in sorted(clock):
        wrong, right = (COMBINED.fullmatch(text)["time"] for text in
                        (log.lines[line - 1].decode("latin-1"), undone[line]))  # fmt: skip
        assert moment(right) - moment(wrong) == timedelta(hours=8)


def test_a_stamp_in_utc_means_the_same_moment(log):
    undone = dict(zip(log.faults["line"], log.faults["original"], strict=True))
    lines = sorted(places(log, "utc"))
    assert len(lines) > 10
    for line in lines:
        text = log.lines[line - 1].decode("latin-1")
        assert "+0000]" in text
        stamps = [COMBINED.fullmatch(t)["time"] for t in (text, undone[line])]
        assert moment(stamps[0]) == moment(stamps[1])


def test_gb18030_searches_fail_as_utf8_and_read_as_gb18030(log):
    for kind in ("percent_gb18030", "bare_gb18030"):
        lines = sorted(places(log, kind))
        assert lines, kind
        for line in lines:
            request = re.search(rb'"GET /search\?q=([^ ]*) ', log.lines[line - 1])
            word = unquote_to_bytes(request[1])
            assert word.decode("gb18030") in WORDS.values()
            with pytest.raises(UnicodeDecodeError):
                word.decode("utf-8")
    # These bytes are valid UTF-8 by chance: a fault that nobody could tell is not injected.
    assert "鞋靴".encode("gb18030").decode("utf-8") == "Ьѥ"
    recoded = log.faults[log.faults["column"] == "request"]["original"]
    assert not recoded.str.contains(quote("鞋靴"), regex=False).any()


def test_the_file_is_the_lines(log, tmp_path):
    path = log.write(tmp_path / "access.log")
    assert path.read_bytes().split(b"\n")[:-1] == log.lines
    with pytest.raises(UnicodeDecodeError):
        path.read_text(encoding="utf-8")
    assert set(log.faults["kind"]) == set(KINDS)


@pytest.mark.parametrize(
    ("asked", "error", "says"),
    [
        ({"bots": 0.5}, ValueError, r"bots is 0\.5; .* 0 \.\. 0\.3"),
        ({"broken": -0.1}, ValueError, "broken is -0.1"),
        ({"zones": "many"}, TypeError, "zones must be a number"),
        ({"days": 0}, ValueError, "days is 0"),
        ({"days": 1.5}, TypeError, "days must be a whole number"),
        ({"start": "2031-01-01"}, ValueError, "nothing happened from 2031-01-01"),
        ({"seed": "x"}, TypeError, "seed must be a whole number"),
    ],
)
def test_refused(small_shop, asked, error, says):
    with pytest.raises(error, match=says):
        server_log(small_shop, **asked)


def test_a_shop_without_a_world_needs_a_seed(small_shop):
    class Opened:
        """An opened shop: tables alone."""

        visits, events = small_shop.visits, small_shop.events
        customers, products = small_shop.customers, small_shop.products

    with pytest.raises(TypeError, match="seed=7"):
        server_log(Opened)
    assert server_log(Opened, seed=3).lines == server_log(small_shop).lines


def test_tables_of_another_kind_give_the_same_log(small_shop):
    polars = pytest.importorskip("polars")

    class Opened:
        """The shop's tables in Polars."""

        visits, events, customers, products = (
            polars.from_pandas(small_shop.table(name))
            for name in ("visits", "events", "customers", "products")
        )

    assert server_log(Opened, seed=3).lines == server_log(small_shop).lines
