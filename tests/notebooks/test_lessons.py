"""What is true of every lesson as it is written."""

from __future__ import annotations

import ast
import re

import parity
import pytest

from ecomlab.classroom.build.starter import starter
from ecomlab.terms import missing_terms

LEVELS = {"entry": "初", "middle": "中", "advanced": "高"}
EXERCISE = re.compile(r"^### Exercise \d+ · (\w+) · (\d\.\d\.[a-z])$", re.M)
LIANXI = re.compile(r"^### 练习 \d+ · (.) · (\d\.\d\.[a-z])$", re.M)


def _where(cell):
    return f"line {cell.line}"


@pytest.mark.parametrize("what", ["headings", "list_items", "numbers", "code"])
def test_both_languages_have_the_same(lesson, what):
    measure = getattr(parity, what)
    differing = {
        _where(en): (measure(en.source), measure(zh.source))
        for en, zh in lesson.twins()
        if measure(en.source) != measure(zh.source)
    }
    assert not differing


def test_the_glossary_is_respected(lesson):
    missing = {
        _where(zh): [f"{t.en}: {t.zh}" for t in terms]
        for en, zh in lesson.twins()
        if (terms := missing_terms(en.source, zh.source))
    }
    assert not missing


def test_chinese_prose_is_chinese(lesson):
    for en, zh in lesson.twins():
        assert re.search(r"[\u4e00-\u9fff]", zh.source), _where(zh)
        assert not re.search(r"[\u4e00-\u9fff]{12}", en.source), _where(en)


def test_every_topic_has_an_exercise(lesson):
    asked = {topic for en, _ in lesson.twins() for _, topic in EXERCISE.findall(en.source)}
    assert asked == set(lesson.topics)


def test_every_exercise_is_announced_with_its_level_and_topic(lesson):
    english = [m for en, _ in lesson.twins() for m in EXERCISE.findall(en.source)]
    chinese = [m for _, zh in lesson.twins() for m in LIANXI.findall(zh.source)]
    assert [(LEVELS[level], topic) for level, topic in english] == chinese
    assert len(english) == len(list(lesson.exercises()))


def test_a_lesson_has_its_anatomy(lesson):
    prose = "\n".join(en.source for en, _ in lesson.twins())
    for part in ("can decide", "Recall", "Predict, then play", "Your memo", "Summary"):
        assert part in prose, part
    assert sum(c.is_memo for c in lesson.cells) >= 1
    assert any(not c.nbgrader and "lab" in c.source for c in lesson.cells if c.kind == "code")


def test_an_idea_takes_under_200_words(lesson):
    long = {_where(en): len(en.source.split()) for en, _ in lesson.twins()}
    assert not {k: v for k, v in long.items() if v >= 200}


def test_code_is_plain_python(lesson):
    for cell in (c for c in lesson.cells if c.kind == "code"):
        ast.parse(cell.source)


def test_a_test_cell_ends_with_an_assertion_never_an_expression(lesson):
    for _, test in lesson.exercises():
        last = ast.parse(test.source).body[-1]
        assert isinstance(last, ast.Assert), _where(test)


def test_a_test_has_hidden_and_visible_checks_and_every_check_a_message(lesson):
    for _, test in lesson.exercises():
        visible, hidden = test.source.split("### BEGIN HIDDEN TESTS")
        assert all("assert" in part for part in (visible, hidden)), _where(test)
        silent = [
            n for n in ast.walk(ast.parse(test.source)) if isinstance(n, ast.Assert) and not n.msg
        ]
        assert not silent, _where(test)


def test_a_starter_gives_nothing_away(lesson):
    for answer, _ in lesson.exercises():
        region = answer.source.split("### BEGIN SOLUTION")[1].split("### END SOLUTION")[0]
        values = {
            ast.unparse(n.value)
            for n in ast.walk(ast.parse(answer.source))
            if isinstance(n, ast.Assign)
        }
        blank = starter(answer.source)
        assert region.strip() not in blank
        given = {
            ast.unparse(n.value) for n in ast.walk(ast.parse(blank)) if isinstance(n, ast.Assign)
        }
        outside = answer.source.replace(region, "").replace('"', "'")  # as unparse quotes
        assert not {v for v in values & given if v not in outside and v != "..."}, _where(answer)
