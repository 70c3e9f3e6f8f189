"""6.2: key indicators and revenue over time, against hand-worked cases and plain Python."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import engines
from ecomlab.mining.kpis import kpis, rolling_revenue

START = datetime(2025, 5, 28)
HOURS = st.integers(0, 24 * 40).map(lambda hours: START + timedelta(hours=hours))
VISITS = st.lists(st.tuples(st.integers(0, 6), HOURS), max_size=40)
PURCHASES = st.lists(st.tuples(st.integers(0, 6), HOURS, st.integers(0, 99_999)), max_size=40)


def _visits(rows) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["customer_id", "started_at"])
    return frame.astype({"customer_id": "int64", "started_at": "datetime64[us]"})


def _orders(rows) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["customer_id", "ordered_at", "total"])
    frame["total"] = frame["total"].astype(float) / 100
    return frame.astype({"customer_id": "int64", "ordered_at": "datetime64[us]"})


@pytest.fixture
def june() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Ann and Bo visit on the 17th, Ann twice; on the 18th Cy buys twice and Ann once."""
    day, next_day = datetime(2025, 6, 17, 9), datetime(2025, 6, 18, 9)
    visits = [(1, day), (1, day), (2, day), (1, next_day), (3, next_day), (4, next_day)]
    orders = [(1, day, 30_00), (3, next_day, 50_00), (3, next_day, 10_00), (1, next_day, 40_00)]
    return _visits(visits), _orders(orders)


def test_a_visitor_counts_once_and_spend_is_by_buyer(june):
    first, second = kpis(*june).to_dict("records")
    assert first == {
        "period": pd.Timestamp("2025-06-17"),
        "visitors": 2,
        "buyers": 1,
        "repeaters": 0,
        "orders": 1,
        "revenue": 30.0,
        "conversion": 0.5,
        "spend_per_buyer": 30.0,
        "repurchase_rate": 0.0,
    }
    assert (second["visitors"], second["buyers"], second["orders"]) == (3, 2, 3)
    # 100 CNY over 2 buyers; over 3 orders it would be the average order (笔单价).
    assert second["spend_per_buyer"] == 50.0
    assert second["repurchase_rate"] == 0.5


def test_repurchase_looks_at_the_whole_window(june):
    """Ann bought once on each day: over both days she bought again."""
    (all_days,) = kpis(*june, every="all").to_dict("records")
    assert (all_days["buyers"], all_days["repeaters"]) == (2, 2)
    assert (all_days["visitors"], all_days["conversion"]) == (4, 0.5)
    assert "period" not in all_days


def test_a_period_of_visits_only_has_no_spend(june):
    visits, orders = june
    quiet = kpis(visits, orders[orders["ordered_at"] > "2025-06-18"])
    assert quiet.loc[0, ["visitors", "buyers", "revenue", "conversion"]].tolist() == [2, 0, 0, 0]
    assert quiet.loc[0, ["spend_per_buyer", "repurchase_rate"]].isna().all()


def test_a_period_of_orders_only_has_no_conversion(june):
    visits, orders = june
    unseen = kpis(visits.head(0), orders)
    assert unseen["visitors"].tolist() == [0, 0]
    assert unseen["conversion"].isna().all()
    assert unseen["spend_per_buyer"].tolist() == [30.0, 50.0]


@pytest.mark.parametrize("kind", engines.LOCAL)
def test_empty_tables_give_an_empty_answer(june, kind):
    visits, orders = (engines.table(table.head(0), kind) for table in june)
    assert engines.rows(kpis(visits, orders)) == []
    assert engines.rows(kpis(visits, orders, every="all")) == [(0, 0, 0, 0, 0.0, None, None, None)]
    assert engines.rows(rolling_revenue(orders, days=7)) == []


def test_columns_may_have_names_of_your_own(june):
    visits, orders = june
    named = kpis(
        visits.rename(columns={"customer_id": "cookie", "started_at": "seen"}),
        orders.rename(columns={"customer_id": "period", "ordered_at": "orders", "total": "cny"}),
        visitor_id="cookie",
        visited_at="seen",
        customer_id="period",
        ordered_at="orders",
        paid="cny",
    )
    pd.testing.assert_frame_equal(named, kpis(visits, orders))


def test_negative_spend_is_refused_with_its_row(june):
    visits, orders = june
    orders.loc[2, "total"] = -10.0
    with pytest.raises(
        ValueError, match="orders: column 'total' has 1 negative value, first in row 2"
    ):
        kpis(visits, orders)


def _period(at: datetime, every: str) -> datetime:
    day = datetime(at.year, at.month, at.day)
    if every == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if every == "month" else day


def _reference(visits, orders, every: str) -> list[tuple]:
    """The indicators by plain counting."""
    visitors: dict[datetime, set[int]] = defaultdict(set)
    bought: dict[datetime, Counter[int]] = defaultdict(Counter)
    revenue: Counter[datetime] = Counter()
    for who, at in visits:
        visitors[_period(at, every)].add(who)
    for who, at, fen in orders:
        bought[_period(at, every)][who] += 1
        revenue[_period(at, every)] += fen
    answer = []
    for period in sorted({*visitors, *bought}):
        counts, came, paid = bought[period], len(visitors[period]), revenue[period] / 100
        buyers, repeaters = len(counts), sum(n > 1 for n in counts.values())
        rates = (
            buyers / came if came else None,
            paid / buyers if buyers else None,
            repeaters / buyers if buyers else None,
        )
        answer.append((period, came, buyers, repeaters, counts.total(), paid, *rates))
    return answer


@given(VISITS, PURCHASES, st.sampled_from(["day", "week", "month"]), st.sampled_from(engines.LOCAL))
@settings(max_examples=20, deadline=None)
def test_indicators_are_plain_counts(visits, orders, every, kind):
    tables = (engines.table(frame, kind) for frame in (_visits(visits), _orders(orders)))
    engines.assert_equal(kpis(*tables, every=every), _reference(visits, orders, every))


@given(PURCHASES, st.integers(1, 45), st.sampled_from(engines.LOCAL))
@settings(max_examples=20, deadline=None)
def test_a_rolling_sum_covers_calendar_days_not_rows(orders, days, kind):
    daily: Counter[datetime] = Counter()
    for _, at, fen in orders:
        daily[_period(at, "day")] += fen
    expected = [
        (
            day,
            daily[day] / 100,
            sum(fen for other, fen in daily.items() if 0 <= (day - other).days < days) / 100,
            min(days, (day - min(daily)).days + 1),
        )
        for day in sorted(daily)
    ]
    engines.assert_equal(rolling_revenue(engines.table(_orders(orders), kind), days=days), expected)


def test_a_window_of_one_day_is_that_day(june):
    table = rolling_revenue(june[1], days=1)
    assert table["rolling"].tolist() == table["revenue"].tolist() == [30.0, 100.0]


@pytest.mark.parametrize("days", [0, -7])
def test_a_window_has_at_least_one_day(june, days):
    with pytest.raises(ValueError, match=f"days is {days}; it must be at least 1"):
        rolling_revenue(june[1], days=days)


@pytest.mark.parametrize("days", [7.0, "7", True])
def test_a_window_is_in_whole_days(june, days):
    with pytest.raises(TypeError, match=f"days is {days!r}; a whole number is needed"):
        rolling_revenue(june[1], days=days)
