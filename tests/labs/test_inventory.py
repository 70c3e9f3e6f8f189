"""The inventory lab: its numbers, its pictures and its widgets."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ecomlab.labs import inventory as lab
from ecomlab.labs.recall import recall
from ecomlab.style import set_language
from ecomlab.supply.inventory import simulate_policy
from pictures import draws_every_end, moves_everything, speaks


def test_a_fill_rate_asked_for_is_given_and_no_unit_less_would_do():
    for target in (0.85, 0.95, 0.99):
        found = lab.outcome(lab.Scenario(target=target))
        assert found.fill_rate >= target
        assert found.fill_rate == pytest.approx(target, abs=0.015)


@pytest.mark.parametrize("change", [{}, {"meaning": "cycle_service"}, {"variation": 1.6}])
def test_the_formulas_tell_what_a_year_of_days_gives(change):
    setting = lab.Scenario(**change)
    found = lab.outcome(setting)
    lived = simulate_policy(
        pd.DataFrame({"mean": [setting.mean], "sd": [setting.variation * setting.mean]}),
        {"reorder_point": found.point, "order_quantity": setting.quantity},
        lead_time=pd.DataFrame({"mean": [setting.lead_time], "sd": [setting.lead_time_sd]}),
        days=800, warm_up=60, replications=40,
    ).products.iloc[0]  # fmt: skip
    assert found.fill_rate == pytest.approx(lived["fill_rate"], abs=0.012)
    assert found.on_hand == pytest.approx(lived["on_hand"], rel=0.05)


def test_the_cycle_meaning_takes_more_stock_and_loses_less():
    fill, cycle = (lab.outcome(lab.Scenario(meaning=m)) for m in lab.MEANINGS)
    assert cycle.point > fill.point
    assert cycle.on_hand > fill.on_hand
    assert cycle.lost < fill.lost


@pytest.mark.parametrize("change", [{"lead_time": 20}, {"lead_time_sd": 6.0}, {"variation": 2.0}])
def test_worse_luck_takes_more_stock(change):
    usual, worse = (lab.outcome(lab.Scenario(**c)) for c in ({}, change))
    assert worse.point > usual.point
    assert worse.fill_rate == pytest.approx(usual.fill_rate, abs=0.02)


def test_the_shelf_shown_keeps_its_books():
    setting = lab.Scenario()
    stock, lost = lab.path(setting, 20)
    assert (stock >= 0).all()
    assert (lost >= 0).all()
    assert (stock[lost > 0] == 0).all()
    more, less = lab.path(setting, 60), lab.path(setting, 5)
    assert more[1].sum() < lost.sum() < less[1].sum()
    assert np.array_equal(lab.path(setting, 20)[0], stock)


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
        ({"target": 1.0}, "target is 1; it must be above 0 and below 1"),
        ({"meaning": "luck"}, "meaning is 'luck'"),
        ({"mean": 0}, "mean is 0; it must be above 0"),
        ({"lead_time": 0}, "lead_time is 0; it must be at least 1"),
        ({"lead_time_sd": -1.0}, "lead_time_sd is -1"),
        ({"quantity": 0}, "quantity is 0"),
    ],
)
def test_settings_out_of_range_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        lab.outcome(lab.Scenario(**change))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_recall_questions_are_three_with_distinct_options(language):
    set_language(language)
    questions = recall("supply/inventory").questions
    assert len(questions) == 3
    assert all(len(set(q.options)) == len(q.options) for q in questions)
