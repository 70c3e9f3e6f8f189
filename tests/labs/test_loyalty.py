"""The tier designer: its account adds up, its pictures and its widgets."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomlab.datasets import data
from ecomlab.labs import face
from ecomlab.labs import loyalty as lab
from ecomlab.style import set_language
from pictures import draws_every_end, moves_everything, speaks

scenarios = st.builds(
    lab.Scenario,
    threshold=st.sampled_from([120.0, 300.0, 900.0, math.inf]),
    cost=st.floats(0, 150),
    points=st.floats(0, 0.05),
    believed=st.floats(0, 2.5),
)


def test_the_gain_is_the_difference_of_twin_years():
    lives = data("membership/tier_designs")
    lives = lives[lives["seed"] == lab.SEED]
    mean = lives.groupby("threshold")[["margin", "orders", "members"]].mean()
    table = lab.twins()
    for threshold in (120.0, 900.0):
        gap = mean.loc[threshold] - mean.loc[math.inf]
        assert table.loc[threshold, "gain"] == pytest.approx(gap["margin"])
        assert table.loc[threshold, "extra"] == pytest.approx(gap["orders"])
    assert table.loc[math.inf, ["members", "gain", "extra"]].tolist() == [0, 0, 0]


@settings(deadline=None, max_examples=25)
@given(scenarios)
def test_a_design_adds_up(setting):
    table = lab.returns(setting)
    assert table["net"].to_numpy() == pytest.approx((table["gain"] - table["cost"]).to_numpy())
    cost = setting.cost * table["members"] + setting.points * table["goods"]
    assert table["cost"].to_numpy() == pytest.approx(cost.to_numpy())
    assert table.loc[math.inf, ["net", "promised", "cost"]].tolist() == [0, 0, 0]


def test_a_plan_that_believes_the_truth_promises_the_truth():
    for threshold, lift in lab.returns(lab.Scenario())["lift"].iloc[:-1].items():
        row = lab.returns(lab.Scenario(believed=lift)).loc[threshold]
        assert row["promised"] == pytest.approx(row["net"])


def test_the_lower_the_threshold_the_more_members_and_the_dearer_the_later_gold():
    table = lab.twins()
    assert (np.diff(table["members"]) < 0).all()
    best = [lab.returns(lab.Scenario(cost=c))["net"].idxmax() for c in (0.0, 70.0, 140.0)]
    assert best == sorted(best)
    assert best[0] < best[-1]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"threshold": 301.0}, "threshold is 301; it must be one of 120, 200"),
        ({"cost": -1.0}, "cost is -1; it must be at least 0"),
        ({"points": math.nan}, "points is missing"),
        ({"believed": math.inf}, "believed is inf"),
    ],
)
def test_settings_out_of_range_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        lab.returns(lab.Scenario()._replace(**change))


def test_the_finding_tells_promise_and_truth():
    table = lab.returns(lab.Scenario(believed=2.0))
    said = lab.finding(lab.Scenario(believed=2.0))
    assert f"promises {table.loc[300, 'promised'] / 1000:+,.0f} thousand" in said
    assert f"truth is {table.loc[300, 'net'] / 1000:+,.0f}" in said
    assert "neither gain nor cost" in lab.finding(lab.Scenario(threshold=math.inf))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_pictures_speak_the_language_without_a_missing_glyph(language):
    import matplotlib

    matplotlib.use("Agg")
    for picture in (lab.figure, lab.static):
        assert speaks(picture, language)
    matplotlib.pyplot.close("all")


def test_equal_settings_give_equal_pictures():
    set_language("en")
    assert face.png(lab.figure()) == face.png(lab.figure())


def test_every_control_moves_the_chart_and_the_table():
    moves_everything(lab.lab())


def test_every_end_of_the_controls_can_be_drawn():
    draws_every_end(lab.lab())
