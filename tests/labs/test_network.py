"""The network lab: its costs, its pictures and its widgets."""

from __future__ import annotations

import pytest

from ecomlab.labs import network as lab
from ecomlab.labs.recall import recall
from ecomlab.style import set_language
from pictures import draws_every_end, moves_everything, speaks


@pytest.fixture(autouse=True)
def english():
    """Each test starts in English, and leaves English behind."""
    set_language("en")
    yield
    set_language("en")


def test_a_third_centre_saves_hauling_and_costs_rent():
    two, three = lab.outcome(lab.Scenario()), lab.outcome(lab.Scenario(third=4))
    assert three.transport < two.transport
    assert three.fixed == two.fixed * 1.5


def test_a_city_picked_twice_is_one_centre():
    once = lab.outcome(lab.Scenario(first=3, second=3))
    assert once.open == (3,)
    assert once.fixed == lab.Scenario().rent


def test_no_choice_beats_the_best_of_its_number():
    least = lab.best(2, 0.0, 0.0006).cost
    for second in range(1, 24, 4):
        assert lab.outcome(lab.Scenario(second=second, rent=0.0)).cost >= least - 1e-6


def test_the_title_says_when_a_choice_is_the_best():
    first, second = lab.best(2, 2_000.0, 0.0006).open
    assert "the best for this number" in lab.finding(lab.Scenario(first, second))
    assert "% above the best" in lab.finding(lab.Scenario())


def test_the_readout_accounts_for_all_kilograms():
    told = lab.readout(lab.Scenario(third=4))
    shares = [int(part.split("%")[0].split(">")[-1]) for part in told.split("</td>") if "%" in part]
    assert abs(sum(shares) - 100) <= 1


def test_the_static_twin_shows_short_cuts_that_all_cost_more():
    import matplotlib.pyplot as plt

    plt.switch_backend("Agg")
    titles = [ax.get_title(loc="left") for ax in lab.static().axes]
    assert len(titles) == 3
    assert all(int(title.split("+")[1].rstrip("%")) > 0 for title in titles)
    plt.close("all")


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


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"second": 99}, "there is no site 99"),
        ({"rent": -1.0}, "fixed_cost is -1"),
        ({"rate": 0.0}, "rate is 0; it must be above 0"),
    ],
)
def test_settings_out_of_range_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        lab.outcome(lab.Scenario(**change))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_recall_questions_are_three_with_one_right_answer_each(language):
    set_language(language)
    questions = recall("supply/network").questions
    assert len(questions) == 3
    assert all(len(set(q.options)) == len(q.options) for q in questions)
