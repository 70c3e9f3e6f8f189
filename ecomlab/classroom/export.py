"""Write grades in the columns that learning platforms import: Canvas, Moodle, or plain CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory

from ecomlab.classroom.grading.record.courses import GradingError, load_config


@dataclass(frozen=True)
class Marks:
    """One student's marks of one assignment; questions are named ``notebook/cell``."""

    student: str
    first_name: str
    last_name: str
    email: str
    submitted: bool
    late_penalty: float
    needs_manual_grade: bool
    points: float
    questions: dict[str, float]


@dataclass(frozen=True)
class Sheet:
    """An assignment's marks, with what each question is worth."""

    assignment: str
    worth: dict[str, float]
    rows: tuple[Marks, ...]

    @property
    def total(self) -> float:
        return sum(self.worth.values())


def read_marks(assignment: str, course: Path, db_url: str | None = None) -> Sheet:
    """The marks of every student in the gradebook; who did not submit has 0 points.

    Raises
    ------
    GradingError
        If there is no such assignment.
    """
    config = load_config(course)
    directory = CourseDirectory(config=config, root=str(course))
    url = db_url or directory.db_url
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).exists():
        raise GradingError(f"there is no gradebook at {url.removeprefix('sqlite:///')!r}")
    with Gradebook(url, directory.course_id) as gradebook:
        try:
            found = gradebook.find_assignment(assignment)
        except MissingEntry:
            known = ", ".join(sorted(a.name for a in gradebook.assignments)) or "none"
            raise GradingError(
                f"no assignment is called {assignment!r}; the gradebook has: {known}"
            ) from None
        worth = {
            f"{n.name}/{c.name}": float(c.max_score)
            for n in found.notebooks
            for c in sorted([*n.grade_cells, *n.task_cells], key=lambda c: c.name)
        }
        rows = tuple(_marks(gradebook, assignment, s, worth) for s in gradebook.students)
    return Sheet(assignment, worth, tuple(sorted(rows, key=lambda r: r.student)))


def _marks(gradebook: Gradebook, assignment: str, student: Any, worth: dict[str, float]) -> Marks:
    questions = dict.fromkeys(worth, 0.0)
    penalty, manual, submitted = 0.0, False, True
    try:
        submission = gradebook.find_submission(assignment, student.id)
        manual = submission.needs_manual_grade
        for notebook in submission.notebooks:
            penalty += notebook.late_submission_penalty or 0.0
            for grade in notebook.grades:
                questions[f"{notebook.name}/{grade.name}"] = float(grade.score)
    except MissingEntry:
        submitted = False
    return Marks(
        student=student.id,
        first_name=student.first_name or "",
        last_name=student.last_name or "",
        email=student.email or "",
        submitted=submitted,
        late_penalty=penalty,
        needs_manual_grade=manual,
        points=max(0.0, sum(questions.values()) - penalty),
        questions=questions,
    )


def _canvas(sheet: Sheet) -> list[list[Any]]:
    """Canvas's gradebook import: five columns that name the student, then one per assignment.

    The second line, "Points Possible", is part of the format.
    """
    names = [sheet.assignment, *(f"{sheet.assignment} {q}" for q in sheet.worth)]
    head = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *names]
    worth = ["    Points Possible", "", "", "", "", sheet.total, *sheet.worth.values()]
    rows = [
        [_named(m), "", m.student, m.student, "", m.points, *m.questions.values()]
        for m in sheet.rows
    ]
    return [head, worth, *rows]


def _moodle(sheet: Sheet) -> list[list[Any]]:
    """Moodle's grade import: the student by ID number and email, then one column a grade item."""
    names = [sheet.assignment, *(f"{sheet.assignment} {q}" for q in sheet.worth)]
    head = ["First name", "Last name", "ID number", "Email address", *names]
    rows = [
        [m.first_name, m.last_name, m.student, m.email, m.points, *m.questions.values()]
        for m in sheet.rows
    ]
    return [head, *rows]


def _csv(sheet: Sheet) -> list[list[Any]]:
    """Everything, one line a student."""
    head = [
        *("assignment", "student_id", "first_name", "last_name", "email", "submitted"),
        *("points", "max_points", "late_penalty", "needs_manual_grade", *sheet.worth),
    ]
    rows = [
        [
            *(sheet.assignment, m.student, m.first_name, m.last_name, m.email, m.submitted),
            *(m.points, sheet.total, m.late_penalty, m.needs_manual_grade),
            *m.questions.values(),
        ]
        for m in sheet.rows
    ]
    return [head, *rows]


def _named(marks: Marks) -> str:
    """A name as Canvas sorts it, or the id where the gradebook has none."""
    return ", ".join(filter(None, [marks.last_name, marks.first_name])) or marks.student


PLATFORMS: dict[str, Callable[[Sheet], list[list[Any]]]] = {
    "canvas": _canvas,
    "moodle": _moodle,
    "csv": _csv,
}


def to_text(sheet: Sheet, platform: str) -> str:
    """The marks as one platform's CSV text.

    Numbers have a point and at most two decimals; text that a spreadsheet would run as a formula
    is kept text.

    Raises
    ------
    ValueError
        If the platform is not known.
    """
    if platform not in PLATFORMS:
        raise ValueError(f"platform is one of {', '.join(PLATFORMS)}, not {platform!r}")
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in PLATFORMS[platform](sheet):
        writer.writerow([_cell(value) for value in row])
    return text.getvalue()


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    text = str(value)
    return f"'{text}" if text[:1] in "=+@-" and text[:1] else text
