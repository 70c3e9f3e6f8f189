"""The suppliers lab: its ranking, its pictures and its widgets."""

from __future__ import annotations

import pytest

from ecomlab.labs import suppliers as lab
from ecomlab.labs.recall import recall
from ecomlab.style import set_language
from pictures import draws_every_end, moves_everything, speaks


def test_a_criterion_that_weighs_all_puts_its_best_first():
    best = {"price": "A", "quality": "C", "lead_time": "D", "capacity": "E"}
    for name, supplier in best.items():
        alone = lab.Scenario(**{c: 10.0 if c == name else 0.0 for c in lab.CRITERIA})
        assert lab.winner(alone) == supplier
        assert lab.ranking(alone).loc[supplier, "closeness"] == 1


def test_only_the_proportion_of_weights_counts():
    usual = lab.Scenario()
    twice = lab.Scenario(*(2 * w for w in usual[:-1]), doubt=usual.doubt)
    assert lab.ranking(twice)["closeness"].tolist() == pytest.approx(
        lab.ranking(usual)["closeness"].tolist()
    )


def test_without_doubt_the_winner_always_wins_and_with_more_doubt_less_often():
    shares = [
        lab.ranking(lab.Scenario(doubt=d)).loc[lab.winner(lab.Scenario()), "first"]
        for d in (0.0, 0.25, 1.0)
    ]
    assert shares[0] == 1
    assert shares[0] > shares[1] > shares[2]


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
        ({"price": -1.0}, "price is -1; it must be at least 0"),
        ({"doubt": -0.1}, "doubt is -0.1"),
        ({"price": 0, "quality": 0, "lead_time": 0, "capacity": 0}, "all weights are 0"),
    ],
)
def test_settings_out_of_range_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        lab.ranking(lab.Scenario(**change))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_recall_questions_are_three_with_distinct_options(language):
    set_language(language)
    questions = recall("supply/suppliers").questions
    assert len(questions) == 3
    assert all(len(set(q.options)) == len(q.options) for q in questions)
