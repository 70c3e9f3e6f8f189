"""4.1: the funnel."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import combinations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import engines
from ecomlab.membership.interface import funnel

START = datetime(2025, 6, 18)
STEPS = ["view", "cart", "pay"]
MINUTES = st.integers(0, 12).map(lambda n: START + timedelta(minutes=n))
CLICKS = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from([*STEPS, "help"]), MINUTES, st.sampled_from("ab")),
    max_size=30,
)


def _events(rows) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["customer_id", "kind", "at", "device"])
    return frame.astype(
        {"customer_id": "int64", "kind": "str", "at": "datetime64[us]", "device": "str"}
    )


def _clicks(*paths: str, device: str = "a") -> pd.DataFrame:
    """One customer a path: words with the minute, e.g. "view 0 cart 5"."""
    rows = []
    for who, path in enumerate(paths):
        words = path.split()
        for kind, minute in zip(words[::2], words[1::2], strict=True):
            rows.append((who, kind, START + timedelta(minutes=int(minute)), device))
    return _events(rows)


def _reached(events, **options) -> list[int]:
    return funnel(events, STEPS, **options)["reached"].tolist()


def test_a_step_counts_only_after_the_one_before():
    events = _clicks("view 0 cart 1 pay 2", "cart 0 view 1", "pay 0", "view 0 pay 1")
    assert _reached(events) == [3, 1, 1]


def test_rates_are_of_the_step_before_and_of_the_first():
    table = funnel(_clicks("view 0 cart 1 pay 2", "view 0 cart 1", "view 0", "view 0"), STEPS)
    assert table["from_previous"].tolist() == [1.0, 0.5, 0.5]
    assert table["from_first"].tolist() == [1.0, 0.5, 0.25]
    assert table["step"].tolist() == STEPS


def test_rows_may_come_in_any_order():
    events = _clicks("view 0 cart 1 pay 2", "pay 0 cart 1 view 2")
    assert _reached(events) == _reached(events.iloc[::-1]) == [2, 1, 1]


def test_steps_of_one_instant_are_in_order():
    assert _reached(_clicks("pay 0 cart 0 view 0")) == [1, 1, 1]
    assert _reached(_clicks("pay 0 cart 0 view 0"), within=timedelta(minutes=1)) == [1, 1, 1]


def test_within_runs_from_the_first_step_to_the_last():
    events = _clicks("view 0 cart 5 pay 11")
    assert _reached(events, within=timedelta(minutes=11)) == [1, 1, 1]
    assert _reached(events, within=timedelta(minutes=10)) == [1, 1, 0]


def test_within_takes_the_best_try():
    """The first view is too early; the second leads to payment."""
    events = _clicks("view 0 view 60 cart 61 pay 62")
    assert _reached(events, within=timedelta(minutes=5)) == [1, 1, 1]


def test_each_value_of_by_has_a_funnel_of_its_own_events():
    here, there = _clicks("view 0 cart 1"), _clicks("view 0", "pay 0", device="b")
    table = funnel(pd.concat([here, there]), STEPS, by="device")
    assert table["device"].tolist() == ["a"] * 3 + ["b"] * 3
    assert table["reached"].tolist() == [1, 1, 0, 1, 0, 0]


def _gets_to(clicks, steps: int, within: timedelta | None) -> bool:
    """Whether some choice of one event a step is in order and in time: every choice is tried."""
    for chosen in combinations(clicks, steps):
        kinds = [kind for kind, _ in chosen]
        in_time = within is None or chosen[-1][1] - chosen[0][1] <= within
        if kinds == STEPS[:steps] and in_time:
            return True
    return False


def _reference(clicks, within: timedelta | None, by: bool) -> list[tuple]:
    groups = sorted({device for *_, device in clicks}) if by else [None]
    answer = []
    for group in groups:
        paths: dict[int, list] = {}
        for who, kind, at, device in clicks:
            if kind in STEPS and group in (None, device):
                paths.setdefault(who, []).append((kind, at))
        for path in paths.values():
            path.sort(key=lambda click: (click[1], STEPS.index(click[0])))
        reached = [
            sum(_gets_to(path, place, within) for path in paths.values()) for place in (1, 2, 3)
        ]
        for place, count in enumerate(reached):
            before, first = reached[max(place - 1, 0)], reached[0]
            rates = (count / before if before else None, count / first if first else None)
            answer.append((*([group] if by else []), place + 1, STEPS[place], count, *rates))
    return answer


@given(
    CLICKS,
    st.one_of(st.none(), st.integers(1, 14).map(lambda n: timedelta(minutes=n))),
    st.booleans(),
    st.sampled_from(engines.LOCAL),
)
@settings(max_examples=35, deadline=None)
def test_a_funnel_is_the_best_choice_of_events(clicks, within, by, kind):
    # So that every step happens at all: a customer of the group who only does the last ones.
    clicks = [*clicks, *((9, step, START, "a") for step in STEPS)]
    table = engines.table(_events(clicks), kind)
    found = funnel(table, STEPS, within=within, by="device" if by else None)
    engines.assert_equal(found, _reference(clicks, within, by))


@pytest.mark.parametrize("kind", ["pandas", "polars"])
@pytest.mark.parametrize("within", [None, timedelta(hours=1)])
def test_labels_may_be_categories(kind, within):
    """The shop's own tables keep labels as categories; one that never occurs is no group."""
    events = pd.concat([_clicks("view 0 cart 1"), _clicks("view 0 pay 3", device="b")])
    labels = events.assign(
        kind=pd.Categorical(events["kind"], ["pay", "cart", "view", "help"]),
        device=pd.Categorical(events["device"], ["c", "a", "b"]),
    )
    found = funnel(engines.table(labels, kind), STEPS, by="device", within=within)
    reached = sorted((str(row[0]), row[1], row[3]) for row in engines.rows(found))
    plain = engines.rows(funnel(events, STEPS, by="device", within=within))
    assert reached == [(row[0], row[1], row[3]) for row in plain]


@pytest.mark.parametrize("within", [None, timedelta(hours=1)])
def test_a_group_without_steps_has_a_funnel_of_zeros(within):
    events = pd.concat([_clicks("view 0 cart 1 pay 2"), _clicks("help 0", device="b")])
    table = funnel(events, STEPS, by="device", within=within)
    assert table["reached"].tolist() == [1, 1, 1, 0, 0, 0]


@pytest.mark.parametrize("kind", engines.LOCAL)
def test_no_events_reach_no_step(kind):
    empty = engines.table(_events([]), kind)
    expected = [(n + 1, step, 0, None, None) for n, step in enumerate(STEPS)]
    assert engines.rows(funnel(empty, STEPS)) == expected
    assert engines.rows(funnel(empty, STEPS, within=timedelta(hours=1))) == expected
    assert engines.rows(funnel(empty, STEPS, by="device")) == []


def test_a_funnel_may_have_one_step():
    assert funnel(_clicks("view 0", "cart 0"), ["view"])["reached"].tolist() == [1]


def test_an_unknown_step_is_refused_with_those_that_happen():
    expected = "no event is called 'chekout'; those that happen are 'cart', 'view'"
    with pytest.raises(ValueError, match=expected):
        funnel(_clicks("view 0 cart 1"), ["view", "chekout"])


@pytest.mark.parametrize(
    ("steps", "error", "expected"),
    [
        ([], ValueError, r"steps is \[\]; it must name at least 1"),
        ("view", TypeError, "steps is 'view'; a list of events' names is needed"),
        (["view", 3], TypeError, r"steps is \['view', 3\]; a list of events' names"),
        (["view", "cart", "view"], ValueError, "steps names 'view' twice"),
    ],
)
def test_steps_are_a_list_of_different_names(steps, error, expected):
    with pytest.raises(error, match=expected):
        funnel(_clicks("view 0"), steps)


@pytest.mark.parametrize(
    ("within", "error"),
    [
        (timedelta(0), ValueError),
        (timedelta(minutes=-5), ValueError),
        (timedelta(seconds=1.5), ValueError),
        (timedelta(days=40_000), ValueError),
        ("30min", TypeError),
        (1800, TypeError),
    ],
)
def test_within_is_a_positive_time(within, error):
    with pytest.raises(error, match="within must be a"):
        funnel(_clicks("view 0 cart 1 pay 2"), STEPS, within=within)
