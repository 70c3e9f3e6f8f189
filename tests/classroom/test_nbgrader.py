"""The whole loop with a real lesson: a class in two languages, faults and all.

`ecomlab grade` grades all; where nbgrader is likeliest to differ, its own command grades too.
"""

from __future__ import annotations

import html
import os
import shutil
import subprocess
import sysconfig
from pathlib import Path

import nbformat
import pytest

from ecomlab.classroom import grade
from ecomlab.classroom.build import build_release, read_lesson
from ecomlab.classroom.build.answers import read_answers, submit
from ecomlab.classroom.build.lesson import find_lessons
from ecomlab.classroom.export import read_marks
from ecomlab.classroom.grading.record.cells import sealable
from ecomlab.style import LANGUAGES
from gradingrun import ISOLATION
from smallclass import gradebook, stock

ASSIGNMENT, SECTION = "market", "compliance"
SCRIPTS = sysconfig.get_path("scripts")


def nbgrader(course: Path, *words: str, check: bool = True) -> subprocess.CompletedProcess:
    """Run an nbgrader command in a course directory, as an instructor would."""
    env = {
        **os.environ,
        "PATH": os.pathsep.join([SCRIPTS, os.environ["PATH"]]),
        "COURSE_LANG": "en",
    }
    ran = subprocess.run(
        ["nbgrader", *words], cwd=course, env=env, capture_output=True, text=True, check=False
    )
    assert not check or ran.returncode == 0, ran.stderr[-3000:]
    return ran


def graded(notebook, grade_id):
    return next(
        c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id
    )


def with_duplicate(notebook, grade_id):
    """A student copied an answer cell and pasted it below, metadata and all."""
    answer = graded(notebook, grade_id)
    notebook.cells.insert(notebook.cells.index(answer) + 1, nbformat.from_dict(dict(answer)))
    return notebook


def without_test(notebook, grade_id):
    """A student deleted a test cell."""
    notebook.cells.remove(graded(notebook, f"{grade_id}-test"))
    return notebook


@pytest.fixture(scope="module")
def course(tmp_path_factory, root):
    """A class that was released by nbgrader and submitted to."""
    course = tmp_path_factory.mktemp("class") / "course"
    shutil.copytree(root / "course" / "lessons", course / "lessons")
    shutil.copy(root / "course" / "nbgrader_config.py", course)
    lesson_path = course / "lessons" / ASSIGNMENT / f"{SECTION}.md"
    lesson = read_lesson(lesson_path)
    build_release(course, [lesson])
    nbgrader(course, "generate_assignment", ASSIGNMENT, "--force")

    released = {
        lang: nbformat.read(course / "release" / lang / f"{lesson.name}.ipynb", as_version=4)
        for lang in LANGUAGES
    }
    reference = {a.grade_id: a.source for a, _ in lesson.exercises()}
    wrong = {
        key: next(iter(known.values())) for key, known in read_answers(lesson_path).wrong.items()
    }
    mixed = {**reference, **{name: wrong[name] for name in list(reference)[:2]}}
    copied, deleted = list(reference)[:2]
    submissions = {
        "amy_en": submit(released["en"], reference),
        "cai_blank": released["zh"],
        "dan_mixed_en": submit(released["en"], mixed),
        "dong_mixed_zh": submit(released["zh"], mixed),
        "eve_duplicate": with_duplicate(submit(released["en"], reference), copied),
        "fay_deleted": without_test(submit(released["en"], reference), deleted),
    }
    for student, notebook in submissions.items():
        path = course / "submitted" / student / ASSIGNMENT / f"{SECTION}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)
    broken = course / "submitted" / "gus_broken" / ASSIGNMENT / f"{SECTION}.ipynb"
    broken.parent.mkdir(parents=True)
    broken.write_text("this is no notebook", encoding="utf-8")

    return course


@pytest.fixture(scope="module")
def by_nbgrader(course, tmp_path_factory):
    """A copy in which nbgrader's own command graded some; and what it said."""
    copy = tmp_path_factory.mktemp("nbgrader") / "course"
    shutil.copytree(course, copy)
    for folder in (copy / "submitted").iterdir():
        if folder.name not in ("dong_mixed_zh", "eve_duplicate", "gus_broken"):
            shutil.rmtree(folder)
    return copy, nbgrader(copy, "autograde", ASSIGNMENT, check=False).stderr


@pytest.fixture(scope="module")
def report(course, by_nbgrader):
    """Everyone, graded by us."""
    return grade(ASSIGNMENT, course=course, isolation=ISOLATION)


@pytest.fixture(scope="module")
def scores(course, report):
    return {row.student: row.points for row in read_marks(ASSIGNMENT, course).rows}


def test_both_grade_alike(course, report, by_nbgrader):
    ours, theirs = (gradebook(place) for place in (course, by_nbgrader[0]))
    compared = {k: v for k, v in theirs.items() if k[1] in ("dong_mixed_zh", "eve_duplicate")}
    grades = [k for k in compared if k[0] == "grade"]
    assert len(grades) > 10
    # We ask for a person's eyes where a cell was copied or deleted.
    assert {k: ours[k][:3] for k in grades} == {k: theirs[k][:3] for k in grades}
    rest = set(compared) - set(grades)
    assert {k: ours[k] for k in rest} == {k: theirs[k] for k in rest}


@pytest.fixture(scope="module")
def points(course):
    lesson = read_lesson(course / "lessons" / ASSIGNMENT / f"{SECTION}.md")
    return {
        t.grade_id.removesuffix("-test"): float(t.nbgrader["points"]) for _, t in lesson.exercises()
    }


def test_the_reference_earns_all_that_a_machine_gives(scores, points):
    assert scores["amy_en"] == sum(points.values())


def test_both_languages_score_the_same_in_one_gradebook(scores):
    assert scores["dan_mixed_en"] == scores["dong_mixed_zh"]


def test_a_blank_notebook_scores_nothing(scores):
    assert scores["cai_blank"] == 0


def test_wrong_answers_lose_exactly_their_own_points(report, scores, points):
    (dan,) = (r for r in report.results if r.student == "dan_mixed_en")
    assert {m["cell"] for m in dan.lost} == {f"{name}-test" for name in list(points)[:2]}
    lost = sum(m["of"] - m["score"] for m in dan.lost)
    assert 0 < scores["dan_mixed_en"] == sum(points.values()) - lost


def test_a_duplicated_answer_cell_costs_nothing(scores, points):
    assert scores["eve_duplicate"] == sum(points.values())


def test_a_deleted_test_cell_costs_its_own_points(scores, points):
    assert scores["fay_deleted"] == sum(points.values()) - list(points.values())[1]


def test_a_file_that_is_no_notebook_is_named_and_earns_nothing(course, report, by_nbgrader):
    failed = {r.student: r.reason for r in report.of("failed")}
    assert failed.keys() == {"gus_broken"}
    assert "is not a notebook" in failed["gus_broken"]
    assert "gus_broken" in by_nbgrader[1]
    for place in (course, by_nbgrader[0]):
        assert not (place / "autograded/gus_broken" / ASSIGNMENT / f"{SECTION}.ipynb").exists()


def test_feedback_tells_each_student_why_in_their_language(course, report):
    for student in ("dan_mixed_en", "dong_mixed_zh"):
        stock(course, "generate_feedback", ASSIGNMENT, student=student)

    def told(student):
        return (course / "feedback" / student / ASSIGNMENT / f"{SECTION}.html").read_text("utf-8")

    (dan, dong) = (
        [m["reason"] for m in r.lost]
        for r in report.results
        if r.student.startswith(("dan", "dong"))
    )
    assert all(reason.isascii() for reason in dan)
    assert any("\u4e00" <= letter <= "\u9fff" for reason in dong for letter in reason)
    assert all(html.escape(reason, quote=False)[:40] in told("dan_mixed_en") for reason in dan)
    assert all(html.escape(reason, quote=False)[:20] in told("dong_mixed_zh") for reason in dong)


def test_every_test_ran_sealed(report):
    assert report.sealed_share == 1


def test_no_test_of_the_course_looks_at_more_than_data(root):
    found = [
        f"{path.stem}/{test.grade_id}"
        for path in find_lessons(root / "course/lessons")
        for _, test in read_lesson(path).exercises()
        if not sealable(test.source)
    ]
    assert found == []
