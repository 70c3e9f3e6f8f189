"""Section 4.2: waiting by Erlang C, promises kept, gaps felt, and what training does."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomlab import open_shop
from ecomlab.membership.service import (
    Standard,
    agents_needed,
    dsr,
    erlang_c,
    queue_waits,
    service_level,
    service_report,
    servqual,
    training_effect,
)


def chats(effect: float = -0.3, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two thirds of 24 agents are sent, the slow ones, in four waves drawn at random."""
    rng = np.random.default_rng(seed)
    skill = np.sort(rng.normal(0, 0.25, 24))
    sent = np.arange(8, 24)
    start = pd.Timestamp("2024-05-01") + pd.to_timedelta(70 * (rng.permutation(16) % 4), unit="D")
    agent = rng.integers(0, 24, 12_000)
    day = rng.integers(0, 600, 12_000)
    opened = pd.Timestamp("2024-01-01") + pd.to_timedelta(day, unit="D")
    begins = pd.Series(start, index=sent).reindex(agent).to_numpy()
    trained = opened.to_numpy() >= begins
    after = rng.random(12_000) < 0.4
    log = 5.5 + skill[agent] + effect * trained + 0.25 * after + 1e-4 * day
    handle = np.exp(log + 0.5 * rng.normal(size=12_000))
    tickets = pd.DataFrame(
        {"agent_id": agent, "opened_at": opened, "handle": handle, "after_sale": after}
    )
    return tickets, pd.DataFrame({"experiment": "training", "unit_id": sent, "starts_on": start})


def test_the_effect_is_recovered_where_the_raw_gap_has_the_wrong_sign():
    tickets, sent = chats()
    found = training_effect(tickets, sent).loc["training"]
    assert found["effect"] == pytest.approx(-0.3, abs=3.5 * found["se"])
    assert found["se"] < 0.03
    late = tickets[tickets["opened_at"] > "2025-02-01"]
    was_sent = late["agent_id"].isin(sent["unit_id"])
    raw = np.log(late["handle"]).groupby(was_sent).mean()
    assert raw[True] - raw[False] > found["upper"]


def test_intervals_cover():
    inside = sum(
        f["lower"] <= -0.3 <= f["upper"]
        for f in (training_effect(*chats(seed=s)).iloc[0] for s in range(25))
    )
    assert inside >= 21


@pytest.mark.parametrize(
    ("tickets", "sent", "message"),
    [
        (
            lambda t: t.assign(handle=0.0),
            lambda a: a,
            "'handle' is 0 in row 0, the first of 12000; it must be above 0",
        ),
        (lambda t: t, lambda a: a.iloc[:0], "nobody was trained"),
        (lambda t: t[t["agent_id"] < 8], lambda a: a, "do not tell training"),
        (lambda t: t.drop(columns="agent_id"), lambda a: a, "no column 'agent_id'"),
    ],
)
def test_what_tells_nothing_is_refused(tickets, sent, message):
    first, second = chats()
    with pytest.raises(ValueError, match=message):
        training_effect(tickets(first), sent(second))


# Waiting


def test_the_textbook_team():
    """100 calls in half an hour, 3 minutes each, 80 % within 20 seconds."""
    team = agents_needed(100, 1800, 180, target=0.80, within=20, shrinkage=0.30)
    assert (team.agents, team.positions, team.traffic) == (14, 20, 10)
    assert round(team.service_level, 5) == 0.88835
    assert round(team.waiting, 5) == 0.17413
    assert round(team.occupancy, 5) == 0.71429
    assert team.mean_wait == pytest.approx(team.waiting * 180 / 4)


def test_erlang_c_is_that_of_its_formula():
    from math import exp, factorial

    for agents, traffic in ((1, 0.5), (5, 4.2), (12, 7.7)):
        last = traffic**agents / factorial(agents) * agents / (agents - traffic)
        others = sum(traffic**k / factorial(k) for k in range(agents))
        assert erlang_c(agents, traffic) == pytest.approx(last / (others + last), rel=1e-12)
    assert erlang_c(1, 0.5) == 0.5
    level = service_level(1, 0.5, handle_time=60, within=30)
    assert level == pytest.approx(1 - 0.5 * exp(-0.25))


@settings(deadline=None, max_examples=50)
@given(traffic=st.floats(0, 300), more=st.integers(1, 40))
def test_more_agents_mean_less_waiting_and_chances_are_chances(traffic, more):
    agents = int(traffic) + more
    assert 0 <= erlang_c(agents + 1, traffic) <= erlang_c(agents, traffic) <= 1


@settings(deadline=None, max_examples=50)
@given(
    calls=st.floats(0.1, 500),
    handle=st.floats(10, 900),
    target=st.floats(0.5, 0.99),
    concurrency=st.integers(1, 4),
)
def test_the_team_is_the_smallest_that_keeps_the_promise(calls, handle, target, concurrency):
    team = agents_needed(calls, 3600, handle, target=target, within=20, concurrency=concurrency)
    assert team.service_level >= target
    fewer = (team.agents - 1) * concurrency
    if fewer > team.traffic:
        assert service_level(fewer, team.traffic, handle_time=handle, within=20) < target


def test_erlang_c_agrees_with_a_replayed_queue():
    rng = np.random.default_rng(4)
    come = np.cumsum(rng.exponential(18, 60_000))
    waits = queue_waits(come, rng.exponential(180, 60_000), 14)[2_000:]
    assert (waits > 0).mean() == pytest.approx(erlang_c(14, 10), abs=0.02)
    expected = service_level(14, 10, handle_time=180, within=20)
    assert (waits <= 20).mean() == pytest.approx(expected, abs=0.02)


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.tuples(st.floats(0, 100), st.floats(0.1, 50)), min_size=1, max_size=30),
    st.integers(1, 4),
)
def test_a_replayed_queue_never_serves_more_at_once_than_there_are_servers(rows, servers):
    come = np.sort([row[0] for row in rows])
    take = np.array([row[1] for row in rows])
    start = come + queue_waits(come, take, servers)
    assert (np.diff(start) >= -1e-6).all()
    for moment in start:
        # Waits are differences: adding them up again is off by a rounding, not by a second.
        assert ((start <= moment) & (start + take > moment + 1e-6)).sum() <= servers
    assert (queue_waits(come, take, len(rows)) == 0).all()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: erlang_c(3, 3.5), ValueError, "3 agents cannot keep up with 3.5 erlangs"),
        (lambda: erlang_c(3, 3), ValueError, "the queue never ends; it takes at least 4"),
        (lambda: erlang_c(2.5, 1), ValueError, "agents is 2.5; a whole number is needed"),
        (lambda: erlang_c(0, 0), ValueError, "agents is 0; it must be at least 1"),
        (lambda: erlang_c(True, 1), TypeError, "agents is True; a whole number is needed"),
        (lambda: erlang_c("3", 1), TypeError, "agents is '3'; a number is needed"),
        (lambda: erlang_c(3, -1), ValueError, "traffic is -1; it must be at least 0 .erlangs."),
        (lambda: erlang_c(3, float("nan")), ValueError, "traffic is missing"),
        (lambda: needed(calls=0), ValueError, "calls is 0; it must be above 0 .calls."),
        (
            lambda: needed(handle_time=-3),
            ValueError,
            "handle_time is -3; it must be above 0 .seconds.",
        ),
        (lambda: needed(target=80), ValueError, "target is 80; it must be above 0 and below 1"),
        (lambda: needed(target=1.0), ValueError, "target is 1; it must be .* below 1 .a share"),
        (lambda: needed(shrinkage=1), ValueError, "shrinkage is 1; it must be .* below 1 .a share"),
        (lambda: needed(concurrency=1.5), ValueError, "concurrency is 1.5"),
        (lambda: queue_waits([0, 1], [5], 1), ValueError, "both need one number a customer"),
        (
            lambda: queue_waits([3, 1], [5, 5], 1),
            ValueError,
            "arrivals is 1 in row 1; it must be no earlier",
        ),
        (
            lambda: queue_waits([0, 1], [5, 0], 1),
            ValueError,
            "durations is 0 in row 1; it must be above 0",
        ),
        (lambda: queue_waits([0, np.nan], [5, 1], 1), ValueError, "arrivals is missing in row 1"),
    ],
)
def test_numbers_out_of_range_are_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


def needed(**change):
    given = {"calls": 10, "interval": 3600, "handle_time": 60, "target": 0.8, "within": 20}
    given |= change
    return agents_needed(
        given.pop("calls"), given.pop("interval"), given.pop("handle_time"), **given
    )


def test_a_team_shows_itself_in_both_languages():
    from ecomlab.style import set_language
    from pictures import speaks

    team = needed(calls=100)
    for language in ("en", "zh"):
        assert speaks(team.plot, language)
    set_language("zh")
    assert "在岗客服人数" in team._repr_html_()


# Promises


def asked(**change) -> pd.DataFrame:
    at = pd.Timestamp("2025-06-18 20:00")
    columns = {
        "agent_id": [1, 1, 2, 2],
        "opened_at": at,
        "replied_at": at + pd.to_timedelta([10, 40, 20, 30], unit="s"),
        "closed_at": at + pd.to_timedelta([600, 900, 1500, 300], unit="s"),
        "score": [5, 4, 2, 4],
        "after_sale": [False, False, True, False],
        "ordered": [True, False, True, True],
    }
    return pd.DataFrame(columns | change)


def test_a_report_by_hand():
    found = service_report(asked(), Standard(share=0.75)).loc["all"]
    assert (found["chats"], found["inquiries"]) == (4, 3)
    assert found["first_reply"] == 25
    assert found["replied_in_time"] == 0.75  # half a minute is in time
    assert found["resolution"] == 825
    assert found["resolved_in_time"] == found["satisfied"] == 0.75
    assert found["inquiry_conversion"] == pytest.approx(2 / 3)
    assert found["kept"]
    assert not service_report(asked(), Standard(share=0.76)).loc["all", "kept"]


def test_a_report_splits_by_a_column():
    found = service_report(asked(), by="agent_id")
    assert found["chats"].tolist() == [2, 2]
    assert found["inquiry_conversion"].tolist() == [0.5, 1.0]
    only_after = service_report(asked(after_sale=True)).loc["all"]
    assert only_after["inquiries"] == 0
    assert np.isnan(only_after["inquiry_conversion"])


@pytest.mark.parametrize(
    ("tickets", "error", "message"),
    [
        (asked().iloc[:0], ValueError, "tickets has no rows"),
        (asked(replied_at="soon"), TypeError, "'replied_at' holds"),
        (asked(closed_at=pd.Timestamp("2025-06-18 20:00")), ValueError, "4 chats have 'closed_at'"),
        (asked().drop(columns="score"), ValueError, "no column 'score'"),
    ],
)
def test_chats_out_of_order_are_refused(tickets, error, message):
    with pytest.raises(error, match=message):
        service_report(tickets)


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"first_reply": 0}, "first_reply is 0; it must be above 0 .seconds."),
        ({"score": 6}, "score is 6; it must be at least 1 and at most 5"),
        ({"share": 80}, "share is 80; it must be above 0 and at most 1 .a share"),
    ],
)
def test_a_standard_out_of_range_is_refused(how, message):
    with pytest.raises(ValueError, match=message):
        Standard(**how)


# What customers say


def answers(*points: float, people=(1, 2), question: str = "empathy") -> pd.DataFrame:
    return pd.DataFrame({"respondent_id": people, "question": question, "answer": points})


def test_gaps_come_widest_first_with_their_interval():
    expected = pd.concat([answers(6, 7), answers(5, 5, question="assurance")])
    perceived = pd.concat([answers(5, 4), answers(5, 6, question="assurance")])
    found = servqual(expected, perceived)
    assert found.index.tolist() == ["empathy", "assurance"]
    assert found["gap"].tolist() == [-2, 0.5]
    assert found.loc["empathy", "se"] == pytest.approx(1.0)  # gaps -1 and -3
    assert found["respondents"].tolist() == [2, 2]


@pytest.mark.parametrize(
    ("expected", "perceived", "message"),
    [
        (
            answers(6, 7, people=(1, 1)),
            answers(5, 5),
            "respondent 1 answers 'empathy' twice",
        ),
        (answers(6, 7), answers(5, 5, people=(1, 3)), "2 answers stand in one survey only"),
        (
            answers(6, np.nan),
            answers(5, 5),
            "'answer' is missing in row 1; a finite number is needed",
        ),
        (answers(6, 7)[:1], answers(5, 5)[:1], "two respondents or more"),
    ],
)
def test_answers_that_do_not_pair_are_refused(expected, perceived, message):
    with pytest.raises(ValueError, match=message):
        servqual(expected, perceived)


def test_a_rating_counts_three_a_customer_and_month_of_six_months():
    days = ["2024-11-30", "2024-12-01", "2025-05-31", "2025-06-01"]
    ratings = pd.DataFrame(
        {"customer_id": [1, 2, 3, 4], "closed_at": pd.to_datetime(days), "score": [1, 4, 5, 1]}
    )
    assert dsr(ratings, as_of="2025-06-18") == 4.5
    angry = pd.DataFrame(
        {"customer_id": 9, "closed_at": pd.to_datetime(["2025-04-02"] * 50), "score": 1}
    )
    assert dsr(pd.concat([ratings, angry]), as_of="2025-06-18") == pytest.approx((9 + 3) / 5)
    with pytest.raises(ValueError, match="no rating stands in the six calendar months before"):
        dsr(ratings, as_of="2027-01-01")
    with pytest.raises(
        ValueError, match="'score' is 6 in row 1; it must be at least 1 and at most 5"
    ):
        dsr(ratings.assign(score=[1, 6, 5, 1]), as_of="2025-06-18")


# The shop


def test_training_pays_in_the_shop_where_the_trained_look_slower():
    shop = open_shop()
    tickets = shop.tickets
    found = training_effect(tickets, shop.assignments).loc["training"]
    assert found["effect"] == pytest.approx(shop.world.service.training, abs=3.5 * found["se"])
    late = tickets[tickets["opened_at"] >= "2025-01-01"]
    trained = late["agent_id"].isin(shop.agents.loc[shop.agents["trained_on"].notna(), "agent_id"])
    raw = np.log(late["handle"]).groupby(trained).mean()
    assert raw[True] - raw[False] > 0.05
