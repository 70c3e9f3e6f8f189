"""The funnel explorer: its counts, its pictures and its widgets."""

from __future__ import annotations

import pytest

from ecomlab.labs import interface as lab
from ecomlab.labs.recall import recall
from ecomlab.style import set_language
from pictures import draws_every_end, moves_everything, speaks


def test_who_left_is_whoever_did_not_reach_the_next_step():
    table = lab.steps_of(lab.Scenario())
    assert table["step"].tolist() == list(lab.PATHS["usual"])
    assert (table["reached"] + table["lost"]).tolist()[1:] == table["reached"].tolist()[:-1]


def test_the_two_devices_make_the_whole():
    whole, mobile, desktop = (
        lab.steps_of(lab.Scenario(device=device))["reached"] for device in lab.DEVICES
    )
    assert (mobile + desktop).tolist() == whole.tolist()


def test_less_time_lets_fewer_through():
    ends = [lab.steps_of(lab.Scenario(minutes=m))["reached"].iloc[-1] for m in lab.MINUTES]
    assert ends == sorted(ends)
    assert ends[0] < ends[-1]


def test_a_customer_comes_through_more_often_than_a_visit():
    visits, people = (
        lab.steps_of(lab.Scenario(counted=c))["from_first"].iloc[-1] for c in lab.COUNTED
    )
    assert people > 2 * visits


def test_the_title_names_the_step_with_the_largest_share_lost():
    table = lab.steps_of(lab.Scenario())
    at = lab.worst(table)
    assert table["from_previous"][at] == table["from_previous"].iloc[1:].min()
    told = f"between {table['step'][at - 1]} and {table['step'][at]}"
    assert told in lab.finding(table)


@pytest.mark.parametrize(
    "change", [{"path": "window"}, {"device": "watch"}, {"minutes": 3}, {"counted": "product_id"}]
)
def test_settings_that_there_are_not_are_refused(change):
    (name,) = change
    with pytest.raises(ValueError, match=f"{name} is {change[name]!r}; it must be one of"):
        lab.steps_of(lab.Scenario(**change))


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("draw", [lab.figure, lab.static])
def test_pictures_speak_the_language_without_a_missing_glyph(draw, language):
    import matplotlib.pyplot as plt

    plt.switch_backend("Agg")
    assert speaks(draw, language)
    plt.close("all")


def test_every_control_moves_the_chart_and_the_table():
    moves_everything(lab.lab())


def test_every_end_of_the_controls_can_be_drawn():
    draws_every_end(lab.lab())


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_recall_questions_are_three_with_one_right_answer_each(language):
    set_language(language)
    questions = recall("membership/interface").questions
    assert len(questions) == 3
    assert all(len(set(q.options)) == len(q.options) for q in questions)
