"""Right answers earn their marks, wrong ones lose them, on their own exercise alone."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ecomlab.classroom.build.answers import read_answers

CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def rehearsed(lesson_path):
    """Every known answer, rehearsed in a process of its own (it forks, so it has one thread)."""
    script = Path(__file__).with_name("rehearsal.py")
    ran = subprocess.run(
        [sys.executable, script, lesson_path, "en", "zh"],
        env={
            **os.environ,
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
            "MPLBACKEND": "agg",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


@pytest.fixture
def outcomes(rehearsed, lang):
    """What came of the answers in one language."""
    return [o for o in rehearsed if o["lang"] == lang]


@pytest.fixture(scope="module")
def known(lesson_path):
    return read_answers(lesson_path)


def _of(outcomes, kind):
    return [o for o in outcomes if o["kind"] == kind]


def test_the_reference_earns_full_marks(outcomes):
    assert [o["failed"] for o in _of(outcomes, "the reference")] == [{}]


def test_a_blank_notebook_earns_nothing(outcomes, lesson):
    (blank,) = (o for o in _of(outcomes, "blank") if o["exercise"] is None)
    assert set(blank["failed"]) == {test.grade_id for _, test in lesson.exercises()}


def test_a_blank_answer_is_told_as_blank(outcomes, lang):
    """Or as the None that a function without its last line gives, where None may be right."""
    (blank,) = (o for o in _of(outcomes, "blank") if o["exercise"] is None)
    expected = {"en": "is still empty", "zh": "还空着"}[lang]
    assert not {k: v for k, v in blank["failed"].items() if expected not in v and "None" not in v}


def test_a_wrong_or_blank_answer_loses_marks_on_its_exercise_alone(outcomes):
    given = [o for o in _of(outcomes, "wrong") + _of(outcomes, "blank") if o["exercise"]]
    unexpected = {
        f"{o['exercise']}: {o['name']}": o["failed"]
        for o in given
        if set(o["failed"]) != {f"{o['exercise']}-test"}
    }
    assert not unexpected


def test_every_other_right_answer_keeps_its_marks(outcomes):
    assert not {
        f"{o['exercise']}: {o['name']}": o["failed"] for o in _of(outcomes, "right") if o["failed"]
    }


def test_a_lost_mark_is_explained_in_one_sentence_of_the_readers_language(outcomes, lang):
    for outcome in _of(outcomes, "wrong"):
        for said in outcome["failed"].values():
            assert len(said) > (10 if lang == "zh" else 20), outcome
            assert "\n" not in said.strip(), outcome
            assert bool(CHINESE.search(said)) == (lang == "zh"), outcome


def test_every_exercise_has_three_misconceptions_and_two_other_right_answers(lesson, known):
    asked = {answer.grade_id for answer, _ in lesson.exercises()}
    assert set(known.wrong) == set(known.right) == asked
    assert all(len(answers) >= 3 for answers in known.wrong.values())
    assert all(len(answers) >= 2 for answers in known.right.values())
