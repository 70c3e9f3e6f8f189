"""4.3: recency, frequency and monetary value; cohorts."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import engines
from ecomlab.membership.loyalty import cohort_retention, rfm, rfm_classes
from ecomlab.style import set_language

START = datetime(2024, 11, 4)
HOURS = st.integers(0, 24 * 120).map(lambda hours: START + timedelta(hours=hours))
PURCHASES = st.lists(st.tuples(st.integers(0, 9), HOURS, st.integers(0, 99_999)), max_size=50)
AS_OF = date(2025, 6, 30)


def _orders(rows) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["customer_id", "ordered_at", "total"])
    frame["total"] = frame["total"].astype(float) / 100
    return frame.astype({"customer_id": "int64", "ordered_at": "datetime64[us]"})


@pytest.fixture
def orders() -> pd.DataFrame:
    """Four customers: the best, a fading regular, a new one, and one long gone."""
    return _orders(
        [
            *[("1", datetime(2025, 6, day, 23), 200_00) for day in (1, 10, 20)],
            *[("2", datetime(2025, 1, day, 12), 100_00) for day in (1, 10, 20)],
            ("3", datetime(2025, 6, 29, 1), 20_00),
            ("4", datetime(2024, 12, 1), 10_00),
        ]
    )


# RFM


def test_recency_is_in_days_of_the_calendar(orders):
    """An order at 23:00 ten days before counts ten days, though only 217 hours have gone."""
    table = rfm(orders, as_of="2025-06-30", bins=2)
    assert table["recency"].tolist() == [10, 161, 1, 211]
    assert table["frequency"].tolist() == [3, 3, 1, 1]
    assert table["monetary"].tolist() == [600.0, 300.0, 20.0, 10.0]


def test_scores_are_high_for_the_recent_the_frequent_and_the_generous(orders):
    table = rfm(orders, as_of="2025-06-30", bins=4)
    assert table["r"].tolist() == [3, 2, 4, 1]
    assert table["f"].tolist() == [3, 3, 1, 1]
    assert table["m"].tolist() == [4, 3, 2, 1]


def test_classes_compare_with_the_mean_customer(orders):
    """Means: 95.75 days, 2 orders, 232.5 CNY."""
    assert rfm(orders, as_of="2025-06-30")["class"].tolist() == ["RFM", "rFM", "Rfm", "rfm"]


def test_customers_that_are_all_alike_are_in_no_class_above_the_mean():
    """Thrice .1 and once .3 add up to different floats; they are the same amount."""
    day = datetime(2025, 6, 1)
    spent = [(10, 10, 10), (30, 0, 0), (10, 10, 10)]
    alike = _orders([(who, day, fen) for who, amounts in enumerate(spent) for fen in amounts])
    table = rfm(alike, as_of="2025-06-30")
    assert table["class"].unique().tolist() == ["rfm"]
    assert table["m"].nunique() == 1


def _reference(orders, bins: int) -> list[tuple]:
    """RFM by plain counting."""
    by_customer = defaultdict(list)
    for who, at, fen in orders:
        by_customer[who].append((at.date(), fen))
    values = {
        who: (
            (AS_OF - max(day for day, _ in bought)).days,
            len(bought),
            sum(fen for _, fen in bought),
        )
        for who, bought in sorted(by_customer.items())
    }
    n = len(values)

    def score(place: int, value: int, sign: int) -> int:
        below = sum(sign * other[place] < sign * value for other in values.values())
        return below * bins // n + 1

    answer = []
    for who, (recency, frequency, fen) in values.items():
        # Totals against n times the value: the means without their rounding.
        better = (
            recency * n < sum(other[0] for other in values.values()),
            frequency * n > sum(other[1] for other in values.values()),
            fen * n > sum(other[2] for other in values.values()),
        )
        letters = "".join(a if b else a.lower() for a, b in zip("RFM", better, strict=True))
        scores = score(0, recency, -1), score(1, frequency, 1), score(2, fen, 1)
        answer.append((who, recency, frequency, fen / 100, *scores, letters))
    return answer


@given(PURCHASES, st.integers(2, 6), st.sampled_from(engines.LOCAL))
@settings(max_examples=20, deadline=None)
def test_rfm_is_plain_counting(orders, bins, kind):
    table = engines.table(_orders(orders), kind)
    engines.assert_equal(rfm(table, as_of=AS_OF, bins=bins), _reference(orders, bins))


def test_rfm_agrees_with_the_published_scores(refdata):
    """The first customers in the documentation of the R package rfm, as of 2006-12-31."""
    orders = pd.read_csv(
        refdata / "membership" / "rfm_data_orders.csv.gz", parse_dates=["order_date"]
    )
    table = rfm(orders, as_of="2006-12-31", ordered_at="order_date", paid="revenue")
    assert len(table) == 995
    published = {
        "Abbey O'Reilly": (205, 6, 472, 3, 4, 3),
        "Add Senger": (140, 3, 340, 4, 1, 2),
        "Aden Lesch": (194, 4, 405, 3, 2, 3),
        "Admiral Senger": (132, 5, 448, 4, 3, 3),
        "Agness O'Keefe": (90, 9, 843, 5, 5, 5),
        "Aileen Barton": (84, 9, 763, 5, 5, 5),
        "Ailene Hermann": (281, 8, 699, 3, 5, 5),
        "Aiyanna Bruen": (246, 4, 157, 3, 2, 1),
        "Ala Schmidt": (349, 3, 363, 2, 1, 2),
        "Alannah Borer": (619, 4, 196, 1, 2, 1),
    }
    columns = ["recency", "frequency", "monetary", "r", "f", "m"]
    found = table.set_index("customer_id").loc[list(published), columns]
    assert [tuple(row) for row in found.itertuples(index=False)] == list(published.values())


@pytest.mark.parametrize("kind", engines.LOCAL)
def test_an_order_after_as_of_is_refused(orders, kind):
    table = engines.table(orders, kind)
    row = ", first in row 6" if kind in ("pandas", "polars") else ""
    expected = f"orders: 1 row is later than as_of, 2025-06-28{row}, the last of 2025-06-29"
    with pytest.raises(ValueError, match=expected):
        rfm(table, as_of="2025-06-28")
    assert len(engines.rows(rfm(table, as_of="2025-06-29"))) == 4


@pytest.mark.parametrize("kind", engines.LOCAL)
def test_no_orders_are_no_customers(orders, kind):
    empty = engines.table(orders.head(0), kind)
    assert engines.rows(rfm(empty, as_of=AS_OF)) == []
    assert engines.rows(rfm_classes(rfm(empty, as_of=AS_OF))) == []
    assert engines.rows(cohort_retention(empty)) == []


def test_the_key_keeps_its_name(orders):
    table = rfm(orders.rename(columns={"customer_id": "last"}), as_of=AS_OF, customer_id="last")
    assert table.columns[0] == "last"


@pytest.mark.parametrize(("bins", "error"), [(1, ValueError), (2.5, TypeError), (True, TypeError)])
def test_scores_need_two_bins(orders, bins, error):
    with pytest.raises(error, match=f"bins is {bins}; "):
        rfm(orders, as_of=AS_OF, bins=bins)


def test_class_shares_add_up_and_the_best_class_leads(orders):
    table = rfm_classes(rfm(orders, as_of=AS_OF))
    assert table["class"].tolist() == ["RFM", "rFM", "Rfm", "rfm"]
    assert table["customers"].sum() == 4
    assert table["share"].sum() == pytest.approx(1)
    assert table["revenue_share"].tolist() == pytest.approx([x / 930 for x in (600, 300, 20, 10)])


def test_classes_are_named_in_the_language_in_force(orders):
    scored = rfm(orders, as_of=AS_OF)
    try:
        set_language("zh")
        names = rfm_classes(scored)["name"].tolist()
    finally:
        set_language("en")
    assert names == ["重要价值客户", "重要保持客户", "一般发展客户", "一般挽留客户"]
    assert rfm_classes(scored)["name"].tolist()[0] == "important, valuable"


def test_classes_refuse_what_rfm_did_not_make(orders):
    with pytest.raises(ValueError, match="scored has no column 'class'"):
        rfm_classes(orders)


# Cohorts


def test_a_cohort_is_followed_and_absence_is_0(orders):
    table = cohort_retention(orders)
    columns = ["cohort", "age", "size", "customers"]
    found = {
        (cohort.month, age): (size, back)
        for cohort, age, size, back in table[columns].itertuples(index=False, name=None)
    }
    assert found == {
        (12, 0): (1, 1),
        (12, 1): (1, 0),
        (12, 6): (1, 0),
        (1, 0): (1, 1),
        (1, 5): (1, 0),
        (6, 0): (2, 2),
    }


def _months(start: datetime, end: datetime) -> int:
    return (end.year - start.year) * 12 + end.month - start.month


def _cohorts(orders, period: str) -> list[tuple]:
    """Cohorts by plain counting."""

    def begin(at: datetime) -> datetime:
        day = datetime(at.year, at.month, at.day)
        if period == "week":
            return day - timedelta(days=day.weekday())
        return day.replace(day=1) if period == "month" else day

    active = defaultdict(set)
    for who, at, _ in orders:
        active[who].add(begin(at))
    cohorts = defaultdict(list)
    for periods in active.values():
        cohorts[min(periods)].append(periods)
    answer = []
    for cohort in sorted(cohorts):
        for at in sorted({p for periods in active.values() for p in periods if p >= cohort}):
            days = (at - cohort).days
            age = {"day": days, "week": days // 7, "month": _months(cohort, at)}[period]
            size, back = len(cohorts[cohort]), sum(at in periods for periods in cohorts[cohort])
            answer.append((cohort, at, age, size, back, back / size))
    return answer


@given(PURCHASES, st.sampled_from(["day", "week", "month"]), st.sampled_from(engines.LOCAL))
@settings(max_examples=20, deadline=None)
def test_cohorts_are_plain_counting(orders, period, kind):
    table = engines.table(_orders(orders), kind)
    engines.assert_equal(cohort_retention(table, period=period), _cohorts(orders, period))


def test_the_cdnow_sample_is_three_cohorts(refdata):
    """2,357 customers who all first bought in the first quarter of 1997 (Fader, Hardie)."""
    orders = pd.read_csv(
        refdata / "membership" / "CDNOW_sample.txt",
        sep=r"\s+",
        names=["of", "customer_id", "ordered_at", "units", "total"],
        parse_dates=["ordered_at"],
    )
    table = cohort_retention(orders)
    begun = table[table["age"] == 0]
    assert begun["cohort"].dt.strftime("%Y-%m").tolist() == ["1997-01", "1997-02", "1997-03"]
    assert begun["size"].sum() == 2357
    assert (begun["retention"] == 1).all()
    # Each of the three has a row for every month to the data's end, June 1998.
    assert table.groupby("cohort")["age"].max().tolist() == [17, 16, 15]
    by_hand = orders.assign(month=orders["ordered_at"].dt.to_period("M"))
    first = by_hand.groupby("customer_id")["month"].transform("min")
    january = by_hand[(first == "1997-01") & (by_hand["month"] == "1997-12")]
    assert table.loc[table["age"] == 11, "customers"].iloc[0] == january["customer_id"].nunique()
