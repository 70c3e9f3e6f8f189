"""The mix-and-rate lab: its numbers, its pictures and its widgets."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomlab.labs import consumers as lab
from ecomlab.labs.recall import recall
from ecomlab.market.consumers import mix_and_rate
from ecomlab.style import set_language
from pictures import moves_everything, speaks

fractions = st.floats(0, 1, allow_nan=False)


@settings(deadline=None, max_examples=60)
@given(values=st.tuples(*[fractions] * 6))
def test_the_two_effects_are_the_whole_change(values):
    found = lab.split(lab.Scenario("device", *values))
    assert found.mix + found.rate == pytest.approx(found.after - found.before, abs=1e-12)


def test_the_lab_and_the_sections_function_agree():
    def visits(share: float, first: float, second: float) -> pd.DataFrame:
        sizes = {"a": round(1000 * share), "b": round(1000 * (1 - share))}
        ordered = {"a": first, "b": second}
        rows = [(k, i < n * ordered[k] - 1e-9) for k, n in sizes.items() for i in range(n)]
        return pd.DataFrame(rows, columns=["kind", "ordered"])

    setting = lab.Scenario("past", 0.4, 0.6, 0.10, 0.15, 0.05, 0.10)
    table = mix_and_rate(visits(0.4, 0.10, 0.05), visits(0.6, 0.15, 0.10), by="kind")
    found = lab.split(setting)
    assert [found.mix, found.rate] == pytest.approx(table.loc["all", ["mix", "rate"]].tolist())


def test_both_rates_can_rise_and_conversion_fall():
    turned = lab.Scenario(share_after=0.2, first_after=0.11, second_after=0.03)
    assert lab.split(turned).after < lab.split(turned).before
    assert "and yet conversion fell" in lab.readout(turned)
    assert "and yet" not in lab.readout(lab.Scenario())


def test_the_static_twins_stories_are_what_they_are_called():
    import matplotlib.pyplot as plt

    plt.switch_backend("Agg")
    picture = lab.static()
    assert picture.get_suptitle().startswith("Conversion rose in 2 of 4 stories")
    plt.close("all")


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
    ("setting", "message"),
    [
        (lab.Scenario(share_after=1.2), "share_after is 1.2; it must be .* at most 1"),
        (lab.Scenario(second_before=-0.1), "second_before is -0.1"),
        (lab.Scenario(kinds="age"), "kinds is 'age'; it must be one of 'past', 'device', 'scene'"),
    ],
)
def test_settings_out_of_range_are_refused(setting, message):
    with pytest.raises(ValueError, match=message):
        lab.split(setting)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_recall_questions_are_three_with_one_right_answer_each(language):
    set_language(language)
    questions = recall("market/consumers").questions
    assert len(questions) == 3
    assert all(len(set(q.options)) == len(q.options) for q in questions)
