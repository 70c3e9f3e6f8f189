"""The lessons that exist: every law of this folder holds for each of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecomlab.classroom.build import find_lessons, read_lesson

ROOT = Path(__file__).resolve().parents[2]
LESSONS = {
    p.relative_to(ROOT / "course" / "lessons").with_suffix("").as_posix(): p
    for p in find_lessons(ROOT / "course" / "lessons")
}


def pytest_generate_tests(metafunc):
    if "lesson_name" in metafunc.fixturenames:
        metafunc.parametrize("lesson_name", LESSONS, scope="module")


@pytest.fixture(scope="module")
def lesson_path(lesson_name) -> Path:
    return LESSONS[lesson_name]


@pytest.fixture(scope="module")
def lesson(lesson_path):
    return read_lesson(lesson_path)


@pytest.fixture(params=["en", "zh"])
def lang(request) -> str:
    return request.param
