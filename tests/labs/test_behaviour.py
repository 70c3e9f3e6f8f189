"""The friction lab: its measures, its pictures and its widgets."""

from __future__ import annotations

import pytest

from ecomlab.labs import behaviour as lab
from ecomlab.labs.recall import recall
from ecomlab.style import set_language
from pictures import draws_every_end, moves_everything, speaks


def test_the_goal_is_left_by_all_and_turned_back_at_by_nobody():
    table = lab.pages("30min", "all")
    assert table.loc["paid", "exit"] == 1
    assert table["turned_back"].isna().tolist() == [False] * 6 + [True]
    assert (table["exit"] <= 1).all()


def test_midnight_and_a_short_pause_invent_sessions():
    whole = {rule: lab.pages(rule, "all")["whole"].iloc[0] for rule in lab.RULES}
    assert whole["30min"] < whole["midnight"] < whole["1min"]


def test_the_two_devices_make_the_whole():
    whole, mobile, desktop = (lab.pages("30min", d)["clicks"] for d in lab.DEVICES)
    assert (mobile + desktop).tolist() == whole.tolist()


def test_each_measure_has_its_own_worst_page():
    found = {m: lab.values(lab.Scenario(m)).idxmax() for m in lab.MEASURES}
    assert found["exit"] == "paid"
    assert found["turned_back"] != "paid"
    assert lab.finding(lab.Scenario("exit")).startswith("Left most: paid (100%)")


@pytest.mark.parametrize(
    ("change", "name"), [({"measure": "joy"}, "measure"), ({"rule": "1h"}, "rule")]
)
def test_settings_that_there_are_not_are_refused(change, name):
    with pytest.raises(ValueError, match=f"{name} is '.*'; it must be one of"):
        lab.values(lab.Scenario(**change))


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
    questions = recall("membership/behaviour").questions
    assert len(questions) == 3
    assert all(len(set(q.options)) == len(q.options) for q in questions)
