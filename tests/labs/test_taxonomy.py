"""The lab of section 1.1: its cube, its pictures and its widgets."""

from __future__ import annotations

import pytest

from ecomlab.labs import taxonomy as lab
from ecomlab.labs.recall import recall
from ecomlab.style import set_language
from pictures import draws_every_end, moves_everything, speaks


@pytest.fixture(scope="module")
def trades():
    """The market's trades, classified."""
    return lab.market()


def test_the_corners_hold_every_trade_once(trades):
    table = lab.corners(trades, lab.Scenario())
    assert len(table) == 8
    assert table["trades"].sum() == len(trades)
    assert table["amount"].sum() == pytest.approx(trades["amount"].sum())
    by_digital = table.groupby("digital")["trades"].sum()
    counts = trades["completeness"].value_counts()
    assert (by_digital[3], by_digital[0]) == (counts["complete"], counts["none"])


@pytest.mark.parametrize(
    ("sides", "count"),
    [(("any",) * 3, 8), (("digital", "any", "any"), 4), (("digital", "any", "physical"), 2)],
)
def test_a_choice_is_the_cube_a_side_an_edge_or_a_corner(trades, sides, count):
    assert lab.corners(trades, lab.Scenario(*sides))["chosen"].sum() == count


def test_the_chosen_items_are_those_of_the_chosen_corners(trades):
    for setting in (lab.Scenario(), lab.Scenario("any", "physical", "any", "trades")):
        table = lab.corners(trades, setting)
        items = lab.chosen_items(trades, setting)
        assert items["trades"].sum() == table.loc[table["chosen"], "trades"].sum()
        assert items[setting.measure].is_monotonic_decreasing


def test_an_empty_corner_is_said_to_be_empty():
    set_language("en")
    setting = lab.Scenario("physical", "digital", "digital")
    assert lab.readout(setting) == "<p>No trade lies at this corner.</p>"
    assert lab.figure(setting).axes[0].get_title(loc="left").startswith("Chosen: 0.0 %")


@pytest.mark.parametrize("change", [{"product": "tea"}, {"measure": "weight"}])
def test_settings_that_are_no_option_are_refused(trades, change):
    (name, value), *_ = change.items()
    with pytest.raises(ValueError, match=f"{name} is '{value}'; it must be one of"):
        lab.corners(trades, lab.Scenario()._replace(**change))


def test_the_static_twin_says_where_most_value_lies(trades):
    import matplotlib.pyplot as plt

    plt.switch_backend("Agg")
    table = lab.corners(trades, lab.Scenario("any", "any", "any"))
    said = lab.static().get_suptitle()
    assert f"{(table['trades'] > 0).sum()} of 8 corners" in said
    assert " · ".join(table["amount"].idxmax()) in said
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


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_recall_questions_are_three_with_one_right_answer_each(language):
    set_language(language)
    questions = recall("market/taxonomy").questions
    assert len(questions) == 3
    assert all(len(set(q.options)) == len(q.options) for q in questions)
