"""The compliance lab: its plan, its findings, its pictures and its widgets."""

from __future__ import annotations

from datetime import date

import pytest

from ecomlab.labs import compliance as lab
from ecomlab.labs.recall import recall
from ecomlab.market.compliance import rules
from ecomlab.style import set_language
from pictures import draws_every_end, moves_everything, speaks


@pytest.fixture(autouse=True)
def english():
    """Each test starts in English, and leaves English behind."""
    set_language("en")
    yield
    set_language("en")


def said(**change) -> dict[str, str]:
    """Each finding's verdict, for a scenario that differs in some settings."""
    return lab.findings(lab.Scenario(**change)).set_index("rule")["status"].to_dict()


def test_each_control_moves_a_finding():
    usual = said()
    assert usual["eu-customs-duty-3"] == "breach"
    assert "eu-customs-duty-3" not in said(on=date(2026, 6, 30))
    assert "eu-customs-duty-3" not in said(parcel=150.5)
    assert (usual["eu-sca"], said(payment=30.5)["eu-sca"]) == ("met", "breach")
    assert usual["cn-discount-base"] == "breach"
    assert said(raised_days=0)["cn-discount-base"] == "met"
    # A small cut from a price raised just before is none at all from the old price.
    assert said(claimed=0.05)["cn-discount-base"] == "breach"


def test_the_seven_day_rule_forgets_after_seven_days_and_the_eu_does_not():
    assert said(raised_days=6)["cn-discount-base"] == "breach"
    after = said(raised_days=7)
    assert (after["cn-discount-base"], after["eu-prior-price"]) == ("met", "breach")


def test_every_rule_of_the_lab_applies_on_some_day_of_it():
    seen = set()
    for parcel in (20.0, 200.0):
        for on in lab.eventful_days():
            seen |= set(lab.findings(lab.Scenario(on=on, parcel=parcel))["rule"])
    assert seen == set(lab.MOVED)


def test_the_days_stand_before_and_on_each_change():
    days = lab.eventful_days()
    assert days == sorted(set(days))
    for first in (date(2021, 7, 1), date(2025, 8, 29), date(2026, 7, 1)):
        at = days.index(first)
        assert (first - days[at - 1]).days == 1


def test_the_static_twin_counts_what_its_title_says():
    import matplotlib.pyplot as plt

    plt.switch_backend("Agg")
    title = lab.static().axes[0].get_title(loc="left")
    recent = (rules()["in_force"] >= "2024-01-01").sum()
    assert title == f"{recent} of the {len(rules())} rules began in 2024 or later (dotted line)"
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
        ({"parcel": 0}, "parcel is 0; it must be above 0"),
        ({"payment": -1}, "payment is -1"),
        ({"claimed": 1.0}, "claimed is 1; it must be above 0 and below 1 .a fraction"),
        ({"claimed": 1.2}, "claimed is 1.2; it must be above 0 and below 1 .a fraction"),
        ({"raised_days": -1}, "raised_days is -1"),
    ],
)
def test_settings_out_of_range_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        lab.plan(lab.Scenario(**change))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_recall_questions_are_three_with_one_right_answer_each(language):
    set_language(language)
    questions = recall("market/compliance").questions
    assert len(questions) == 3
    assert all(len(set(q.options)) == len(q.options) for q in questions)
