"""Build the course: one authored lesson becomes source, release and solution in each language.

===============  =======================================================================
``lesson``       reads and checks an authored lesson
``notebook``     one language of it, with nbgrader's metadata in full
``starter``      what students find in place of an answer
``release``      nbgrader's own ``generate_assignment``
``solutions``    the executed notebooks that CI compares
``answers``      the known wrong and other right answers beside a lesson
===============  =======================================================================
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from ecomlab.classroom.build.lesson import Lesson, LessonError, find_lessons, read_lesson
from ecomlab.classroom.build.notebook import to_notebook
from ecomlab.classroom.build.release import CONFIG, ReleaseError, generate_release
from ecomlab.classroom.build.solutions import SolutionError, execute, write
from ecomlab.style import LANGUAGES

__all__ = [
    "Lesson",
    "LessonError",
    "ReleaseError",
    "SolutionError",
    "build_release",
    "build_solutions",
    "find_lessons",
    "read_lesson",
]


def build_release(course: Path, lessons: Sequence[Lesson]) -> None:
    """Bring ``source/`` and ``release/`` of a course directory up to its lessons.

    Everything is built in a temporary copy first: a lesson that nbgrader refuses changes nothing,
    and notebooks whose lesson is gone disappear.

    Parameters
    ----------
    course
        The course directory, with ``nbgrader_config.py``.
    lessons
        Lessons to build; notebooks of the other lessons in ``course/lessons`` stay as they are.
    """
    with TemporaryDirectory(prefix="ecomlab-") as temporary:
        copy = Path(temporary) / "course"
        copy.mkdir()
        shutil.copy(course / CONFIG, copy / CONFIG)
        for lang in LANGUAGES:
            for lesson in lessons:
                write(to_notebook(lesson, lang), copy / "source" / lang / f"{lesson.name}.ipynb")
            generate_release(copy, lang, sorted({lesson.chapter for lesson in lessons}))
        for tree in ("source", "release"):
            _replace(course / tree, copy / tree, kept=_authored(course))


def build_solutions(
    solutions: Path, lessons: Sequence[Lesson], report: Callable[[str], None] = print
) -> None:
    """Execute lessons in both languages; a notebook that was finished is kept on Ctrl-C.

    Parameters
    ----------
    solutions
        The folder of the executed notebooks, ``<lang>/<chapter>/<section>.ipynb``.
    lessons
        Lessons to execute.
    report
        Called with a line of progress before each notebook.
    """
    todo = [(lesson, lang) for lesson in lessons for lang in LANGUAGES]
    for done, (lesson, lang) in enumerate(todo, start=1):
        report(f"[{done}/{len(todo)}] executing {lesson.name} ({lang})")
        write(execute(lesson, lang), solutions / lang / f"{lesson.name}.ipynb")


def _authored(course: Path) -> set[str]:
    """The names, ``<chapter>/<section>``, of all lessons that a course directory has."""
    lessons = course / "lessons"
    return {p.relative_to(lessons).with_suffix("").as_posix() for p in lessons.glob("*/*.md")}


def _files(tree: Path) -> Iterable[Path]:
    return (p.relative_to(tree) for p in tree.rglob("*") if p.is_file())


def _replace(old: Path, new: Path, *, kept: set[str]) -> None:
    """Copy a tree of ``<lang>/<chapter>/<section>.ipynb``; drop what no lesson stands behind."""
    for file in _files(new):
        (old / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(new / file, old / file)
    for file in list(_files(old)):
        if file.with_suffix("").relative_to(file.parts[0]).as_posix() not in kept:
            (old / file).unlink()
