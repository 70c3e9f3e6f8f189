"""The growth lab: its arithmetic, its pictures and its widgets."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomlab.labs import face
from ecomlab.labs import growth as lab
from ecomlab.style import set_language
from pictures import draws_every_end, moves_everything

# A first import, or a busy machine, is no reason to fail.
calm = settings(deadline=None, max_examples=40)

scenarios = st.builds(
    lab.Scenario,
    p=st.floats(0.001, 0.1),
    q=st.floats(0, 0.9),
    m=st.floats(20, 400),
    cagr=st.floats(0.02, 0.6),
    start=st.floats(0.5, 15),
    periods=st.integers(1, 40),
)


def level_at(setting: lab.Scenario, curve: str, when: float) -> float:
    """A curve's level at any time, by its own textbook formula."""
    p, q, m, cagr, start, _ = setting
    if curve == "cagr":
        return start * (1 + cagr) ** when
    # From today's share F0 the Bass odds (q F + p) / (1 - F) grow by exp((p + q) t).
    odds = (q * start / m + p) / (1 - start / m) * np.exp((p + q) * when)
    return m * (odds - p) / (odds + q)


@calm
@given(scenarios)
def test_both_curves_follow_their_formulas_from_one_level_today(setting):
    table = lab.scenario(*setting)
    assert len(table) == 2 * (setting.periods + 1)
    assert table.loc[table["period"] == 0, "level"].to_numpy() == pytest.approx(setting.start)
    wanted = [level_at(setting, c, t) for c, t in zip(table["curve"], table["period"], strict=True)]
    assert table["level"].to_numpy() == pytest.approx(np.array(wanted), rel=1e-6)


@calm
@given(scenarios)
def test_the_bass_curve_rises_and_stays_within_the_market(setting):
    table = lab.scenario(*setting)
    shares = table[table["curve"] == "bass"]["share"]
    assert (np.diff(shares) >= 0).all()
    assert shares.max() <= 1


@calm
@given(scenarios, st.floats(0.05, 0.95))
def test_at_its_crossing_each_curve_has_the_share_asked_for(setting: lab.Scenario, share: float):
    row = lab.crossing(*setting[:5], shares=(share,)).iloc[0]
    wanted = max(share * setting.m, setting.start)
    for curve in ("bass", "cagr"):
        assert level_at(setting, curve, row[curve]) == pytest.approx(wanted, rel=1e-6)
    assert row["first"] in ("both", "bass" if row["bass"] < row["cagr"] else "cagr")


@calm
@given(scenarios)
def test_the_rate_leaves_the_market_when_it_says(setting):
    out = lab.leaves_market(setting.m, setting.cagr, setting.start)
    assert level_at(setting, "cagr", out) == pytest.approx(setting.m)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"p": 0}, "p is 0"),
        ({"q": -1}, "q is -1"),
        ({"cagr": 0}, "cagr is 0"),
        ({"start": 100}, "start is 100; it must be above 0 and below 100"),
        ({"periods": 0}, "periods is 0"),
    ],
)
def test_settings_out_of_range_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        lab.scenario(*lab.Scenario()._replace(**change))


def test_the_finding_names_whoever_is_first():
    assert lab.finding(lab.Scenario()).startswith("Imitation is at half")
    assert lab.finding(lab.Scenario(q=0.0, p=0.01)).startswith("The constant rate is at half")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_pictures_speak_the_language_without_a_missing_glyph(language):
    import matplotlib

    matplotlib.use("Agg")
    set_language(language)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for picture in (lab.figure(), lab.static()):
            assert face.png(picture).startswith(b"\x89PNG")
            title = picture.axes[0].get_title(loc="left")
            assert any("一" <= c <= "鿿" for c in title) == (language == "zh")
    matplotlib.pyplot.close("all")


def test_equal_settings_give_equal_pictures():
    assert face.png(lab.figure()) == face.png(lab.figure())


def test_every_control_moves_the_chart_and_the_table():
    moves_everything(lab.lab())


def test_every_end_of_the_controls_can_be_drawn():
    draws_every_end(lab.lab())
