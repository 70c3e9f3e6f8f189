"""A whole synthetic class through the loop: handed in, graded, fed back, and looked at."""

from __future__ import annotations

import contextlib
import gc
import io
import logging
import multiprocessing
import random
import shutil
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory

from ecomlab.classroom.build.answers import Answers, read_answers
from ecomlab.classroom.export import read_marks
from ecomlab.classroom.grading.record.courses import GradingError, begin_gradebook, load_config
from ecomlab.classroom.grading.report import Report
from ecomlab.classroom.grading.run import Progress, grade
from ecomlab.classroom.grading.words import in_short
from ecomlab.classroom.scripts import put_on_path
from ecomlab.style import in_language

DUE = "2026-03-02 16:00:00 UTC"
_IN_TIME, _LATE = "2026-03-02 09:30:00 UTC", "2026-03-03 21:15:00 UTC"
CLASS = {"diligent": 10, "careless": 5, "late": 3, "blank": 2, "broken": 2, "dishonest": 2}
# Where the course's gradebook is another, perhaps a server, the class must not be written to it.
_OWN_GRADEBOOK = """
import os.path
get_config().CourseDirectory.db_url = f"sqlite:///{os.path.dirname(__file__)}/gradebook.db"
"""
_PEEK = """try:
    print(open("../../../gradebook.db", "rb").read(40))
except OSError as error:
    print(error)
import os; os._exit(0)"""

Solved = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Demo:
    """What the class came to."""

    folder: Path
    report: Report
    kinds: Mapping[str, str]
    feedback: int

    def table(self, lang: str = "en") -> str:
        """The gradebook, one line a student, in ``"en"`` or ``"zh"``."""
        say = in_language(lang)
        sheet = read_marks(self.report.assignment, self.folder)
        lines = [
            say(
                en=f"{'student':16}{'points':>8}{'of':>6}  remarks",
                # A Chinese character is two columns wide.
                zh=f"{'学生':14}{'得分':>6}{'满分':>4}  备注",
            )
        ]
        late = {s for s, kind in self.kinds.items() if kind == "late"}
        unusual = {r.student: in_short(r.unusual or [r.reason], lang) for r in self.report.results}
        for row in sheet.rows:
            remarks = [say(en="late", zh="迟交")] if row.student in late else []
            waits = say(en="needs a person", zh="待人工复核")
            remarks += [waits] if row.needs_manual_grade else []
            remarks += [unusual[row.student]] if unusual.get(row.student) else []
            marks = f"{row.points:>8g}{sheet.total:>6g}" if row.submitted else f"{'-':>8}{'':>6}"
            lines.append(f"{row.student:16}{marks}  {say(en='; ', zh='；').join(remarks)[:120]}")
        for result in self.report.of("failed"):
            if result.student not in {row.student for row in sheet.rows}:
                lines.append(f"{result.student:16}{'-':>8}{'':>6}  {unusual[result.student][:120]}")
        return "\n".join(lines)


def play(
    assignment: str,
    *,
    course: Path,
    folder: Path,
    workers: int = 2,
    isolation: str = "strict",
    seed: int = 1,
    stage: Callable[[str], None] = lambda name: None,
    progress: Progress | None = None,
) -> Demo:
    """Make a class of 24, let it hand in a chapter, grade it and write its feedback.

    Parameters
    ----------
    assignment
        The chapter.
    course
        A built course: its sources are the reference solutions.
    folder
        A new folder for the class.
    workers, isolation, progress
        As for :func:`ecomlab.classroom.grade`.
    seed
        Decides who errs where.
    stage
        Called as each part begins: with "release", "grade" and "feedback".

    Raises
    ------
    GradingError
        If the chapter is not built, or the folder exists.
    """
    if folder.exists() and any(folder.iterdir()):
        raise GradingError(f"{str(folder)!r} is not empty: the class needs a new folder")
    original = CourseDirectory(config=load_config(course), root=str(course))
    source = Path(original.format_path(original.source_directory, ".", assignment))
    if not list(source.glob("*.ipynb")):
        raise GradingError(
            f"{assignment!r} is not built: there are no notebooks in {str(source)!r}"
        )
    put_on_path()
    stage("release")
    directory = _release(course, folder, source, assignment)
    kinds = _hand_in(directory, assignment, course / "lessons" / assignment, seed)
    stage("grade")
    report = grade(
        assignment,
        course=folder,
        workers=workers,
        isolation=isolation,
        timeout=60,
        progress=progress,
    )
    stage("feedback")
    feedback = _feedback(folder, assignment, workers)
    return Demo(folder, report, kinds, feedback)


def _release(course: Path, folder: Path, source: Path, assignment: str) -> CourseDirectory:
    folder.mkdir(parents=True, exist_ok=True)
    told = course / "nbgrader_config.py"
    own = _OWN_GRADEBOOK if "db_url" in load_config(course).CourseDirectory else ""
    (folder / told.name).write_text((told.read_text() if told.exists() else "") + own)
    directory = CourseDirectory(config=load_config(folder), root=str(folder))
    begin_gradebook(directory.db_url)
    shutil.copytree(source, directory.format_path(directory.source_directory, ".", assignment))
    _nbgrader(directory, lambda api: api.generate_assignment(assignment))
    with Gradebook(directory.db_url, directory.course_id) as gradebook:
        gradebook.update_or_create_assignment(assignment, duedate=DUE)
    return directory


def _nbgrader(directory: CourseDirectory, command: Callable[[NbGraderAPI], dict]) -> None:
    api = NbGraderAPI(directory, config=load_config(Path(directory.root)))
    api.log.setLevel(logging.CRITICAL)
    with contextlib.redirect_stderr(io.StringIO()):
        done = command(api)
    if not done["success"]:
        raise GradingError(f"nbgrader could not do its part: {done.get('error', done)}")


def _hand_in(
    directory: CourseDirectory, assignment: str, lessons: Path, seed: int
) -> dict[str, str]:
    """Write every student's submission; returns who is of which kind."""
    chance = random.Random(seed)
    released = Path(directory.format_path(directory.release_directory, ".", assignment))
    source = Path(directory.format_path(directory.source_directory, ".", assignment))
    solved = {p.stem: _solutions(p) for p in sorted(source.glob("*.ipynb"))}
    known = {p.stem: _known_answers(lessons / f"{p.stem}.md") for p in released.glob("*.ipynb")}
    kinds: dict[str, str] = {}
    for kind, count in CLASS.items():
        for number in range(1, count + 1):
            student = f"{kind}-{number:02}"
            kinds[student] = kind
            target = Path(directory.format_path(directory.submitted_directory, student, assignment))
            shutil.copytree(released, target)
            for path in sorted(target.glob("*.ipynb")):
                notebook = nbformat.read(path, as_version=4)
                _write_as(kind, number, notebook, solved[path.stem], known[path.stem], chance)
                nbformat.write(notebook, path)
            (target / "timestamp.txt").write_text(_LATE if kind == "late" else _IN_TIME)
            if kind == "broken" and number == 1:
                first = min(target.glob("*.ipynb"))
                first.write_text(first.read_text()[:400])
    return kinds


def _solutions(path: Path) -> dict[str, str]:
    cells = nbformat.read(path, as_version=4).cells
    return {
        c.metadata.nbgrader.grade_id: c.source
        for c in cells
        if c.cell_type == "code" and c.metadata.get("nbgrader", {}).get("solution")
    }


def _known_answers(lesson: Path) -> Answers:
    try:
        return read_answers(lesson)
    except ValueError:
        return Answers(wrong={}, right={})


def _write_as(
    kind: str,
    number: int,
    notebook: NotebookNode,
    solved: Mapping[str, str],
    known: Answers,
    chance: random.Random,
) -> None:
    """Fill a released notebook in as one kind of student would."""
    if kind == "blank":
        return
    cells = {c.metadata.get("nbgrader", {}).get("grade_id"): c for c in notebook.cells}
    for name, solution in solved.items():
        right = [solution, *known.right.get(name, {}).values()]
        wrong = [cells[name].source, *known.wrong.get(name, {}).values()]
        errs = kind == "careless" and chance.random() < 0.4
        cells[name].source = chance.choice(wrong if errs or kind == "dishonest" else right)
    if kind == "broken":
        cells[min(solved)].source = "def unfinished(:\n"
    if kind == "dishonest":
        _cheat(number, notebook)


def _cheat(number: int, notebook: NotebookNode) -> None:
    """Raise the points and empty the tests, or look for the gradebook and leave."""
    for cell in notebook.cells:
        told = cell.metadata.get("nbgrader", {})
        if number == 1 and told.get("grade") and cell.cell_type == "code":
            cell.source, told["points"] = "pass", 100
    if number == 2:
        code = next(c for c in notebook.cells if c.cell_type == "code")
        code.source += f"\n{_PEEK}"


def _feedback(folder: Path, assignment: str, workers: int) -> int:
    """Write nbgrader's own feedback pages, several students' at once; how many there are."""
    directory = CourseDirectory(config=load_config(folder), root=str(folder))
    graded = Path(directory.root, directory.autograded_directory).glob(f"*/{assignment}")
    students = sorted(place.parent.name for place in graded)
    context = multiprocessing.get_context("fork")
    # What was imported is nothing to look through for garbage while pages are parsed.
    with ProcessPoolExecutor(workers, mp_context=context, initializer=gc.freeze) as pool:
        list(pool.map(partial(_feed_back, folder, assignment), students))
    return len(list(Path(directory.root, directory.feedback_directory).rglob("*.html")))


def _feed_back(folder: Path, assignment: str, student: str) -> None:
    directory = CourseDirectory(config=load_config(folder), root=str(folder))
    _nbgrader(directory, lambda api: api.generate_feedback(assignment, student, force=True))
