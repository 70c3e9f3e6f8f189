"""The door to every kind of table: what it refuses, and that all kinds get equal answers."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date, datetime, timedelta, timezone
from typing import Any

import duckdb
import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import engines
from ecomlab import frames
from ecomlab.market.consumers import behaviour_mix
from ecomlab.market.taxonomy import DIMENSIONS, classify, composition
from ecomlab.membership.behaviour import friction, paths, preferences, sessionize
from ecomlab.membership.interface import funnel
from ecomlab.membership.loyalty import cohort_retention, histories, rfm, rfm_classes, tiers
from ecomlab.mining.kpis import kpis, rolling_revenue
from ecomlab.mining.recommendation import pair_affinity
from machine import needs_java

ORDERS = {
    "customer_id": frames.key("customer_id"),
    "ordered_at": frames.time("ordered_at"),
    "total": frames.money("total"),
}

# Tables are tiny here: planning and compiling would take most of the time.
SPARK_SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.default.parallelism": "1",
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.session.timeZone": "America/Sao_Paulo",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
}


@pytest.fixture
def orders() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": ["ann", "bo", "ann"],
            "ordered_at": pd.to_datetime(["2025-06-17", "2025-06-18", "2025-06-18"]),
            "total": [30.0, 0.0, 12.5],
            "note": ["", "", ""],
        }
    )


@pytest.fixture(scope="module")
def spark():
    """A small, quiet Spark session, whose clock is not UTC."""
    pyspark = pytest.importorskip("pyspark.sql", reason="this machine lacks pyspark")
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    builder = pyspark.SparkSession.builder.master("local[1]")
    for name, value in SPARK_SETTINGS.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    yield session
    session.stop()


# The door


@pytest.mark.parametrize("kind", engines.LOCAL)
def test_only_the_named_columns_come_in_and_lazily(orders, kind):
    frame = frames.as_frame(engines.table(orders, kind), columns=ORDERS)
    assert isinstance(frame, nw.LazyFrame)
    assert frame.collect_schema().names() == ["customer_id", "ordered_at", "total"]


@pytest.mark.parametrize("kind", engines.LOCAL)
def test_a_result_goes_back_as_the_kind_that_came_in(orders, kind):
    original = engines.table(orders, kind)
    result = frames.like(frames.as_frame(original, columns=ORDERS).sort("total"), original)
    assert engines.same_type(result, original)
    assert [row[2] for row in engines.rows(result)] == [0.0, 12.5, 30.0]


def test_a_pandas_result_counts_its_rows_from_0(orders):
    result = frames.like(frames.as_frame(orders, columns=ORDERS).sort("total"), orders)
    assert result.index.tolist() == [0, 1, 2]


@pytest.mark.parametrize("wrong", [[1, 2], {"customer_id": [1]}, "orders.csv", np.zeros(3), None])
def test_what_is_no_frame_is_refused_by_name(wrong):
    expected = f"orders is a {type(wrong).__name__}; expected one of: a pandas DataFrame"
    with pytest.raises(TypeError, match=expected):
        frames.as_frame(wrong, columns=ORDERS, name="orders")


def test_a_kind_that_was_not_tried_is_refused(orders):
    with pytest.raises(TypeError, match="orders is a Table; expected one of"):
        frames.as_frame(pl.from_pandas(orders).to_arrow(), columns=ORDERS, name="orders")


@pytest.mark.parametrize("kind", engines.LOCAL)
def test_a_missing_column_is_named_with_those_there_are(orders, kind):
    table = engines.table(orders.drop(columns="total"), kind)
    expected = "orders has no column 'total'; its columns are 'customer_id', 'ordered_at', 'note'"
    with pytest.raises(ValueError, match=expected):
        frames.as_frame(table, columns=ORDERS, name="orders")


@pytest.mark.parametrize("kind", engines.LOCAL)
def test_text_is_neither_a_time_nor_an_amount(orders, kind):
    table = engines.table(orders, kind)
    with pytest.raises(TypeError, match="column 'note' holds String; expected timestamps"):
        frames.as_frame(table, columns={"at": frames.time("note")})
    with pytest.raises(TypeError, match="column 'note' holds String; expected numbers"):
        frames.as_frame(table, columns={"paid": frames.money("note")})


@pytest.mark.parametrize("kind", ["pandas", "polars"])
def test_a_wrong_value_is_counted_and_placed(kind):
    prices = pd.DataFrame({"price": [3.0] * 17 + [-1.0, 2.0, -0.5]})
    expected = (
        "lines: column 'price' has 2 negative values, first in row 17; "
        "amounts are in CNY and must be finite and >= 0"
    )
    table, columns = engines.table(prices, kind), {"price": frames.money("price")}
    with pytest.raises(ValueError, match=expected):
        frames.as_frame(table, columns=columns, name="lines")


@pytest.mark.parametrize("kind", ["polars lazy", "duckdb"])
def test_rows_without_an_order_are_counted_only(kind):
    prices = pd.DataFrame({"price": [3.0, -1.0]})
    with pytest.raises(ValueError, match="column 'price' has 1 negative value; amounts are"):
        frames.as_frame(engines.table(prices, kind), columns={"price": frames.money("price")})


@pytest.mark.parametrize("kind", engines.LOCAL)
@pytest.mark.parametrize("column", ["customer_id", "ordered_at", "total"])
def test_nothing_may_be_missing(orders, kind, column):
    orders.loc[1, column] = None
    with pytest.raises(ValueError, match=f"column '{column}' has 1 missing value"):
        frames.as_frame(engines.table(orders, kind), columns=ORDERS)


@pytest.mark.parametrize("value", [float("inf"), float("nan")])
@pytest.mark.parametrize("make", ["polars", "duckdb", "parquet"])
def test_amounts_are_finite(make, value, tmp_path):
    table: Any = pl.DataFrame({"paid": [1.0, value, 3.0]})
    if make == "duckdb":
        table = duckdb.connect().sql(f"select 1.0::double paid union all select '{value}'::double")
    elif make == "parquet":
        # A file's own minimum and maximum leave NaN out; the check must not trust them.
        table.write_parquet(tmp_path / "paid.parquet")
        table = duckdb.connect().read_parquet(str(tmp_path / "paid.parquet"))
    with pytest.raises(ValueError, match="column 'paid' has 1 infinite or undefined value"):
        frames.as_frame(table, columns={"paid": frames.money("paid")})


@pytest.mark.parametrize("kind", engines.LOCAL)
def test_an_empty_table_comes_in(orders, kind):
    frame = frames.as_frame(engines.table(orders.head(0), kind), columns=ORDERS)
    assert engines.rows(frame.to_native()) == []


# Times


def _utc_days(table) -> list[datetime]:
    frame = frames.as_frame(table, columns={"at": frames.time("at")}).sort("at")
    days = frames.with_start(frame, "day", of="at", name="day").select("day")
    return [day for (day,) in engines.rows(days.to_native())]


def test_times_with_a_zone_fall_on_their_day_in_utc():
    """00:30 in Shanghai is still the day before in UTC, whatever zone the connection is set to."""
    local = datetime(2025, 6, 18, 0, 30, tzinfo=timezone(timedelta(hours=8)))
    pandas = pd.DataFrame({"at": pd.to_datetime([local]).tz_convert("Asia/Shanghai")})
    for kind in engines.LOCAL:
        assert _utc_days(engines.table(pandas, kind)) == [datetime(2025, 6, 17)]


def test_times_without_a_zone_are_taken_as_they_stand():
    pandas = pd.DataFrame({"at": pd.to_datetime(["2025-06-18 00:30"])})
    for kind in engines.LOCAL:
        assert _utc_days(engines.table(pandas, kind)) == [datetime(2025, 6, 18)]


def test_dates_are_times():
    assert _utc_days(pl.DataFrame({"at": [date(2025, 6, 18)]})) == [datetime(2025, 6, 18)]
    assert _utc_days(duckdb.connect().sql("select date '2025-06-18' as at")) == [
        datetime(2025, 6, 18)
    ]


def test_tables_with_and_without_a_zone_do_not_mix(orders):
    zoned = orders.assign(started_at=orders["ordered_at"].dt.tz_localize("Asia/Shanghai"))
    expected = "those of visits are in Asia/Shanghai and those of orders have no time zone"
    with pytest.raises(ValueError, match=expected):
        kpis(zoned, orders)


def test_tables_of_two_kinds_do_not_mix(orders):
    visits = pl.from_pandas(orders.rename(columns={"ordered_at": "started_at"}))
    expected = "visits is a Polars DataFrame or LazyFrame and orders is a pandas DataFrame"
    with pytest.raises(TypeError, match=expected):
        kpis(visits, orders)


@given(
    st.lists(st.datetimes(datetime(1890, 1, 1), datetime(2110, 1, 1)), min_size=1, max_size=20),
    st.sampled_from(engines.LOCAL),
)
@settings(max_examples=15, deadline=None)
def test_periods_start_and_count_as_the_calendar_does(times, kind):
    data = pd.DataFrame({"at": np.array(sorted(times), dtype="datetime64[us]")})
    frame = frames.as_frame(engines.table(data, kind), columns={"at": frames.time("at")})
    for every in frames.EVERY:
        frame = frames.with_start(frame, every, of="at", name=every)
        frame = frame.with_columns(frames.number(nw.col(every), every).alias(f"number of {every}"))
    for at, day, day_number, week, week_number, month, month_number in engines.rows(
        frame.sort("at").to_native()
    ):
        midnight = datetime(at.year, at.month, at.day)
        assert (day, day_number) == (midnight, at.toordinal())
        assert week == midnight - timedelta(days=at.weekday())
        assert week_number == (week.toordinal() - 1) // 7
        assert (month, month_number) == (midnight.replace(day=1), at.year * 12 + at.month)


def test_an_unknown_period_is_refused(orders):
    with pytest.raises(ValueError, match="one of 'day', 'week', 'month', not 'year'"):
        cohort_retention(orders, period="year")
    with pytest.raises(ValueError, match="one of 'day', 'week', 'month', 'all', not 'hour'"):
        kpis(orders, orders, every="hour")


# Amounts of other types


def test_whole_and_decimal_amounts_give_the_same_floats(orders):
    for sql in ("select 3 paid union all select 4", "select 3.00 paid union all select 4.00"):
        frame = frames.as_frame(duckdb.connect().sql(sql), columns={"paid": frames.money("paid")})
        assert engines.rows(frame.select(nw.col("paid").sum()).to_native()) == [(7.0,)]
        assert frame.collect_schema()["paid"] == nw.Float64


# Every kind of table, one answer


def _random_shop(seed: int, n: int = 400) -> dict[str, pd.DataFrame]:
    """Visits, orders, lines and events of a few customers, with ties, gaps and repeats."""
    draw = np.random.default_rng(seed)

    def times(count: int) -> np.ndarray:
        # Whole hours make ties; the second half year leaves gaps.
        hours = np.concatenate(
            [draw.integers(0, 1500, count // 2), draw.integers(5000, 9000, count - count // 2)]
        )
        return np.datetime64("2023-11-20", "us") + hours.astype("timedelta64[h]")

    visits = pd.DataFrame({"customer_id": draw.integers(0, 90, n), "started_at": times(n)})
    orders = pd.DataFrame(
        {
            "customer_id": draw.integers(0, 60, n // 2),
            "ordered_at": times(n // 2),
            "total": draw.integers(0, 50_000, n // 2) / 100,
        }
    )
    lines = pd.DataFrame(
        {
            "order_id": draw.integers(0, n // 4, n),
            "product_id": draw.choice(["tea", "cup", "pot", "tray", "jar", "灯笼"], n),
        }
    )
    events = pd.DataFrame(
        {
            "customer_id": draw.integers(0, 40, n),
            "kind": draw.choice(["view", "cart", "pay", "help"], n),
            "at": times(n),
            "device": draw.choice(["phone", "desktop"], n),
        }
    )
    facts = {
        **{d.column: [*d.digital, *d.physical] for d in DIMENSIONS.values()},
        **dict.fromkeys(("seller", "buyer"), ("business", "person", "government")),
        **dict.fromkeys(("seller_city", "buyer_city"), ("杭州", "Berlin")),
        **dict.fromkeys(("seller_country", "buyer_country"), ("CN", "DE")),
    }
    trades = pd.DataFrame({name: draw.choice(words, n) for name, words in facts.items()})
    trades["amount"] = draw.integers(0, 50_000, n) / 100
    return {
        "visits": visits, "orders": orders, "lines": lines, "events": events, "trades": trades,
    }  # fmt: skip


STEPS = ["view", "cart", "pay"]
PORTABLE = {
    "daily indicators": lambda t: kpis(t["visits"], t["orders"]),
    "weekly indicators": lambda t: kpis(t["visits"], t["orders"], every="week"),
    "indicators over all": lambda t: kpis(t["visits"], t["orders"], every="all"),
    "rolling revenue": lambda t: rolling_revenue(t["orders"], days=7),
    "rfm": lambda t: rfm(t["orders"], as_of="2024-12-31", bins=4),
    "rfm classes": lambda t: rfm_classes(rfm(t["orders"], as_of="2024-12-31")),
    "monthly cohorts": lambda t: cohort_retention(t["orders"]),
    "weekly cohorts": lambda t: cohort_retention(t["orders"], period="week"),
    "histories": lambda t: histories(t["orders"], as_of="2024-12-31"),
    "tiers": lambda t: tiers(
        rfm(t["orders"], as_of="2024-12-31"), thresholds={"gold": 300, "black": 900}, by="monetary"
    ),
    "funnel": lambda t: funnel(t["events"], STEPS, by="device"),
    "funnel in time": lambda t: funnel(t["events"], STEPS, within=timedelta(days=40)),
    "behaviour mix": lambda t: behaviour_mix(
        t["orders"], by="customer_id", every="month", outcome="total", started_at="ordered_at"
    ),
    "kinds of trade": lambda t: composition(
        classify(t["trades"]), by=["completeness", "parties", "reach"]
    ),
    "pairs": lambda t: pair_affinity(t["lines"], min_orders=2),
    # A gap of weeks, as these few clicks of two years are weeks apart.
    "sessions": lambda t: sessionize(t["events"], gap="2000h"),
    "ways": lambda t: paths(t["events"], top=9, length=2, gap="2000h"),
    "frictions": lambda t: friction(t["events"], steps=STEPS, gap="2000h"),
    "preferences": lambda t: preferences(t["events"], of="device"),
}


# Variants that Spark plans as it does their neighbours; the seconds each takes are saved.
ALIKE_ON_SPARK = {"indicators over all", "daily indicators", "rfm", "tiers", "monthly cohorts"}


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("name", PORTABLE)
def test_every_local_kind_gives_equal_rows(name, seed):
    shop = _random_shop(seed)
    expected = engines.rows(PORTABLE[name](shop))
    assert expected
    for kind in engines.LOCAL[1:]:
        tables = {key: engines.table(frame, kind) for key, frame in shop.items()}
        result = PORTABLE[name](tables)
        assert engines.same_type(result, tables["orders"])
        engines.assert_equal(result, expected)


@needs_java
@pytest.mark.parametrize("name", [name for name in PORTABLE if name not in ALIKE_ON_SPARK])
def test_spark_gives_equal_rows(name, spark):
    shop = _random_shop(3, n=200)
    tables = {key: engines.table(frame, "spark", spark) for key, frame in shop.items()}
    result = PORTABLE[name](tables)
    assert engines.same_type(result, tables["orders"])
    engines.assert_equal(result, engines.rows(PORTABLE[name](shop)))


@needs_java
def test_spark_days_are_utc_whatever_the_session(spark):
    """São Paulo skipped the midnight of 2018-11-04, where a session's clock would fail."""
    instants = spark.sql(
        "select timestamp'2018-11-04 02:30:00 UTC' as ordered_at, 1.0d as total "
        "union all select timestamp'2018-11-04 23:30:00 UTC', 2.0d "
        "union all select timestamp'2018-11-05 00:30:00 UTC', 4.0d"
    )
    found = engines.rows(rolling_revenue(instants, days=2))
    assert [(row[0].day, row[1], row[2]) for row in found] == [(4, 3.0, 3.0), (5, 4.0, 7.0)]


@needs_java
def test_spark_tables_are_checked_too(spark):
    table = spark.sql(
        "select 1 as customer_id, timestamp'2025-06-18' as ordered_at, -1.0d as total"
    )
    with pytest.raises(ValueError, match="orders: column 'total' has 1 negative value; amounts"):
        rfm(table, as_of="2025-06-30")


def test_importing_a_section_loads_no_engine():
    code = (
        "import sys, ecomlab.frames, ecomlab.market.consumers, ecomlab.mining.kpis, "
        "ecomlab.membership.interface, ecomlab.membership.loyalty, ecomlab.mining.recommendation;"
        "heavy = {'pandas', 'polars', 'duckdb', 'pyspark', 'matplotlib', 'sklearn'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
