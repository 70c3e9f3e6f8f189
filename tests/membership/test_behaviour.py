"""4.4: sessions, ways, preferences, frictions, and what to mend first."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import groupby

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import engines
from ecomlab.membership.behaviour import (
    friction,
    paths,
    preferences,
    recommend_changes,
    sessionize,
)

START = datetime(2025, 6, 18, 22)
KINDS = ("land", "view", "cart", "paid")
CLICKS = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.sampled_from(KINDS),
        st.integers(0, 300).map(lambda n: START + timedelta(minutes=n)),
        st.sampled_from(["tea", "toys"]),
    ),
    min_size=1,
    max_size=40,
)
few = settings(max_examples=25, deadline=None)


def _clicks(rows) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["customer_id", "kind", "at", "category"])
    return frame.astype(
        {"customer_id": "int64", "kind": "str", "at": "datetime64[us]", "category": "str"}
    )


def _walk(*steps: str, who: int = 1, start: datetime = START, minutes: int = 1) -> pd.DataFrame:
    """One customer's clicks, some minutes apart."""
    rows = [
        (who, kind, start + timedelta(minutes=minutes * n), "tea") for n, kind in enumerate(steps)
    ]
    return _clicks(rows)


def _sessions(rows, gap: int) -> dict[tuple[int, int], list[str]]:
    """Sessions by a plain walk over each customer's clicks."""
    found: dict[tuple[int, int], list[str]] = {}
    for who, clicks in groupby(sorted(rows, key=lambda r: (r[0], r[2], r[1])), lambda r: r[0]):
        number, before = 0, None
        for _, kind, at, _ in clicks:
            if before is None or at - before > timedelta(minutes=gap):
                number += 1
            found.setdefault((who, number), []).append(kind)
            before = at
    return found


@given(CLICKS, st.sampled_from([5, 30, 90]), st.sampled_from(engines.LOCAL))
@few
def test_a_session_ends_where_a_pause_is_longer_than_the_gap(rows, gap, kind):
    found = engines.rows(sessionize(engines.table(_clicks(rows), kind), gap=f"{gap}min"))
    expected = [
        (who, number, place, event)
        for (who, number), events in sorted(_sessions(rows, gap).items())
        for place, event in enumerate(events, start=1)
    ]
    assert [(who, session, place, event) for who, event, _, session, place in found] == expected


def test_midnight_cuts_nothing_and_a_pause_of_the_gap_is_within():
    late = _walk("land", "view", "cart", start=datetime(2025, 6, 18, 23, 45), minutes=30)
    assert sessionize(late)["session"].tolist() == [1, 1, 1]
    assert sessionize(late, gap="29min")["session"].tolist() == [1, 2, 3]
    assert sessionize(late, gap=timedelta(hours=1)).equals(sessionize(late, gap="1h"))


@pytest.mark.parametrize("gap", ["", "0min", "half an hour", "-5min", timedelta(0)])
def test_a_gap_that_is_no_time_is_refused(gap):
    with pytest.raises(ValueError, match="gap must be a"):
        sessionize(_walk("land"), gap=gap)
    with pytest.raises(TypeError, match="gap must be a timedelta or text"):
        sessionize(_walk("land"), gap=30)


@pytest.mark.parametrize("call", [sessionize, friction, lambda e: paths(e, top=3)])
def test_a_click_without_a_time_is_named(call):
    clicks = _walk("land", "view")
    clicks.loc[1, "at"] = pd.NaT
    with pytest.raises(ValueError, match="'at' has 1 missing value, first in row 1"):
        call(clicks)


@given(CLICKS, st.integers(1, 4), st.sampled_from(engines.LOCAL))
@few
def test_ways_are_counted_most_common_first(rows, length, kind):
    ways: dict[str, int] = {}
    walked = _sessions(rows, 30).values()
    for events in walked:
        steps = [event for event, _ in groupby(events)]
        cut = [*steps[:length], "…"] if len(steps) > length else steps
        way = " > ".join(cut)
        ways[way] = ways.get(way, 0) + 1
    ranked = sorted(ways.items(), key=lambda w: (-w[1], w[0]))[:3]
    expected = [(way, n, n / len(walked)) for way, n in ranked]
    found = paths(engines.table(_clicks(rows), kind), top=3, length=length)
    engines.assert_equal(found, expected)


@pytest.mark.parametrize(
    ("option", "error", "message"),
    [
        ({"top": 0}, ValueError, "top is 0; it must be at least 1"),
        ({"top": 2.5}, TypeError, "top is 2.5; a whole number is needed"),
        ({"top": 3, "length": 0}, ValueError, "length is 0; it must be at least 1"),
    ],
)
def test_a_count_of_ways_is_a_whole_number(option, error, message):
    with pytest.raises(error, match=message):
        paths(_walk("land"), **option)


@given(CLICKS, st.sampled_from(engines.LOCAL))
@few
def test_every_session_stops_at_exactly_one_step(rows, kind):
    rows = [*rows, *((9, event, START, "tea") for event in KINDS)]
    found = engines.rows(friction(engines.table(_clicks(rows), kind), steps=KINDS))
    walked = list(_sessions(rows, 30).values())
    for number, (position, step, clicks, sessions, stopped, back) in enumerate(found, start=1):
        assert (position, step) == (number, KINDS[number - 1])
        assert clicks == sum(events.count(step) for events in walked)
        assert sessions == sum(step in events for events in walked)
        furthest = [max(map(KINDS.index, events)) for events in walked]
        assert stopped == furthest.count(number - 1)
        assert back == (None if step == "paid" else pytest.approx(stopped / sessions))
    assert sum(row[4] for row in found) == len(walked)


def test_an_unknown_step_is_refused():
    clicks = _walk("land", "view", "paid")
    with pytest.raises(ValueError, match="no event is called 'wish'; every step must happen"):
        friction(clicks, steps=["land", "wish", "paid"])
    with pytest.raises(ValueError, match="steps names 'view' twice"):
        friction(clicks, steps=["view", "view"])
    with pytest.raises(ValueError, match="it must name at least 2"):
        friction(clicks, steps=["view"])
    with pytest.raises(TypeError, match="steps is 'view'; a list of events' names is needed"):
        friction(clicks, steps="view")


@given(CLICKS, st.sampled_from(engines.LOCAL))
@few
def test_a_customers_shares_sum_to_one_and_the_indices_average_to_one(rows, kind):
    rows = [*rows, (9, "view", START, "tea")]
    found = pd.DataFrame(
        engines.rows(preferences(engines.table(_clicks(rows), kind))),
        columns=["who", "what", "score", "share", "index"],
    )
    assert found.groupby("who")["share"].sum().to_numpy() == pytest.approx(1)
    weight = {"view": 1, "cart": 5}
    told = sum(weight.get(event, 0) for _, event, _, _ in rows)
    assert found["score"].sum() == pytest.approx(told)
    own = found.groupby("who")["score"].transform("sum")
    for _, part in found.assign(own=own).groupby("what"):
        usual = part["score"].sum() / told
        assert (part["share"] / usual).to_numpy() == pytest.approx(part["index"].to_numpy())


def test_preferences_are_refused_without_weight_or_behaviour():
    with pytest.raises(ValueError, match="the weight of 'view' is 0"):
        preferences(_walk("view"), weights={"view": 0})
    with pytest.raises(ValueError, match="none is called 'view' or"):
        preferences(_walk("land"))


def _changes(**columns) -> pd.DataFrame:
    usual = {"orders": [1000.0, 500.0], "lift": [0.1, 0.3], "se": [0.02, 0.2], "margin": 60.0}
    return pd.DataFrame({**usual, "cost": [1000.0, 0.0], **columns}, index=["a", "b"])


def test_changes_are_ranked_by_net_gain_and_tell_their_doubt():
    found = recommend_changes(_changes())
    assert found.index.tolist() == ["b", "a"]
    assert found["net"].tolist() == pytest.approx([9000, 5000])
    assert found["worth"].tolist() == [False, True]
    assert ((found["lower"] + found["upper"]) / 2).tolist() == pytest.approx([9000, 5000])


def test_how_often_a_page_is_seen_does_not_rank_it():
    """The same effect on the same orders is worth the same, however many visits pass by."""
    found = recommend_changes(_changes(lift=[0.1, 0.1], orders=[800.0, 800.0], cost=[0.0, 0.0]))
    assert found["net"].nunique() == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"orders": [-1.0, 1.0]}, "'orders' is -1 in row 0 .*; it must be at least 0"),
        ({"lift": [0.1, -2.0]}, "'lift' is -2 in row 1 .*; it must be at least -1"),
        ({"se": [np.nan, 0.1]}, "'se' is missing in row 0 .*; a finite number"),
    ],
)
def test_faulty_changes_are_named(change, message):
    with pytest.raises(ValueError, match=message):
        recommend_changes(_changes(**change))
    with pytest.raises(ValueError, match="'a' is named twice"):
        recommend_changes(_changes().set_axis(["a", "a"]))
