"""The recall quiz tells right from wrong, and needs no widgets to be read."""

import pytest

from ecomlab.labs.quiz import Question, Quiz
from ecomlab.style import set_language


@pytest.fixture
def question():
    return Question("Which?", ["this", "that <b>"], answer=1, why="Because & so.")


@pytest.fixture
def buttons_and_verdict(question):
    _, buttons, verdict = Quiz(question).widget().children[0].children
    return buttons, verdict


def test_nothing_is_picked_or_told_at_first(buttons_and_verdict):
    buttons, verdict = buttons_and_verdict
    assert (buttons.index, verdict.value) == (None, "")


def test_a_wrong_pick_does_not_give_the_answer_away(buttons_and_verdict):
    buttons, verdict = buttons_and_verdict
    buttons.index = 0
    assert "Not this one." in verdict.value
    assert "Because" not in verdict.value


def test_the_right_pick_is_explained(buttons_and_verdict):
    buttons, verdict = buttons_and_verdict
    buttons.index = 0
    buttons.index = 1
    assert "Right." in verdict.value
    assert "Because &amp; so." in verdict.value


def test_the_verdict_speaks_the_language_in_force(question):
    set_language("zh")
    try:
        assert "正确" in question.verdict(1)
    finally:
        set_language("en")


def test_without_widgets_it_is_a_list_without_answers(question):
    bundle = Quiz(question)._repr_mimebundle_()
    assert bundle["text/plain"] == "1. Which?\n   ( ) this\n   ( ) that <b>"
    assert "application/vnd.jupyter.widget-view+json" in bundle


def test_an_answer_must_be_an_option():
    with pytest.raises(ValueError, match="there are 2 options"):
        Question("Which?", ["a", "b"], answer=2, why="")
