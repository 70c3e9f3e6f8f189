"""The staffing lab: its numbers, its pictures and its widgets."""

from __future__ import annotations

import numpy as np
import pytest

from ecomlab.labs import service as lab
from ecomlab.labs.recall import recall
from ecomlab.membership.service import agents_needed
from ecomlab.style import set_language
from pictures import moves_everything, speaks


def test_the_fewest_agents_are_the_sections():
    setting = lab.Scenario(chats=200, minutes=3, at_once=1)
    team = agents_needed(100, 1800, 180, target=0.8, within=20)
    found = lab.outcome(setting._replace(agents=team.agents))
    assert found.fewest == team.agents == 14
    assert (found.in_time, found.waiting) == pytest.approx((team.service_level, team.waiting))
    assert (found.mean_wait, found.occupancy) == pytest.approx((team.mean_wait, team.occupancy))


def test_a_team_that_cannot_keep_up_has_a_queue_without_end():
    found = lab.outcome(lab.Scenario(agents=3))
    assert (found.in_time, found.mean_wait) == (0, np.inf)
    assert found.growth == pytest.approx(72 - 3 * 3 * 60 / 9)
    assert "it never ends" in lab.readout(lab.Scenario(agents=3))
    assert "never ends" in lab.finding(lab.Scenario(agents=3))
    assert "it never ends" not in lab.readout(lab.Scenario())


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("draw", [lab.figure, lab.static])
def test_pictures_speak_the_language_without_a_missing_glyph(draw, language):
    import matplotlib.pyplot as plt

    plt.switch_backend("Agg")
    assert speaks(draw, language)
    plt.close("all")


def test_every_control_moves_the_chart_and_the_readout_and_its_ends_can_be_drawn():
    moves_everything(lab.lab())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"agents": 0}, "agents is 0; it must be at least 1"),
        ({"chats": 0}, "calls is 0"),
        ({"minutes": -1}, "handle_time is -60"),
        ({"at_once": 0}, "concurrency is 0"),
        ({"within": -5}, "within is -5"),
    ],
)
def test_settings_out_of_range_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        lab.outcome(lab.Scenario(**change))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_recall_questions_are_three_with_one_right_answer_each(language):
    set_language(language)
    questions = recall("membership/service").questions
    assert len(questions) == 3
    assert all(len(set(q.options)) == len(q.options) for q in questions)
