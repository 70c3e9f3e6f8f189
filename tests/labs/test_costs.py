"""The technology lab: its numbers, its pictures and its widgets."""

from __future__ import annotations

import pytest

from ecomlab.labs import costs as lab
from ecomlab.labs.recall import recall
from ecomlab.style import set_language
from pictures import draws_every_end, moves_everything, speaks


@pytest.fixture(autouse=True)
def english():
    """Each test starts in English, and leaves English behind."""
    set_language("en")
    yield
    set_language("en")


def test_the_verdict_turns_at_the_break_even():
    edge = lab.case(lab.Scenario()).break_even_volume
    assert lab.finding(lab.Scenario(volume=int(edge) - 1)).startswith("It does not pay")
    assert lab.finding(lab.Scenario(volume=int(edge) + 1)).startswith("It pays")


def test_dearer_money_and_a_shorter_life_need_more_parcels():
    usual = lab.case(lab.Scenario()).break_even_volume
    assert lab.case(lab.Scenario(rate=0.2)).break_even_volume > usual
    assert lab.case(lab.Scenario(years=3)).break_even_volume > usual
    assert lab.case(lab.Scenario(saving=1.0)).break_even_volume < usual


def test_the_readout_says_when_it_never_pays_back():
    assert "never" in lab.readout(lab.Scenario(volume=5_000))
    assert "never" not in lab.readout(lab.Scenario(volume=100_000))


def test_the_static_twin_shows_both_verdicts():
    import matplotlib.pyplot as plt

    plt.switch_backend("Agg")
    titles = [ax.get_title(loc="left") for ax in lab.static().axes]
    assert [title.split(":")[0] for title in titles] == ["It does not pay", "It pays"]
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
        ({"price": -5}, "price is -5; it must be at least 0"),
        ({"years": 0}, "years is 0; it must be at least 1"),
        ({"rate": -1.0}, "rate is -1; it must be above -1"),
    ],
)
def test_settings_out_of_range_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        lab.case(lab.Scenario(**change))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_recall_questions_are_three_with_one_right_answer_each(language):
    set_language(language)
    questions = recall("supply/costs").questions
    assert len(questions) == 3
    assert all(len(set(q.options)) == len(q.options) for q in questions)
