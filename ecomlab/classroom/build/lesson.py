"""Read an authored lesson, and refuse what would be built wrongly, naming its place."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ecomlab.style import LANGUAGES

BEGIN_SOLUTION = "BEGIN SOLUTION"
END_SOLUTION = "END SOLUTION"
BEGIN_HIDDEN_TESTS = "BEGIN HIDDEN TESTS"

_GRADE_ID = re.compile(r"[a-zA-Z0-9_-]{1,48}")
_NBGRADER_KEYS = {"grade_id", "grade", "solution", "locked", "task", "points"}
_CELL_KEYS = {"lang", "nbgrader", "tags"}


class LessonError(ValueError):
    """A lesson that cannot be built; the message names the lesson, the line and the cell."""


@dataclass(frozen=True)
class Cell:
    """One cell as authored: prose of one language, or code that both languages share."""

    kind: str
    source: str
    line: int
    number: int
    lang: str | None = None
    nbgrader: Mapping[str, object] = field(default_factory=dict)
    tags: tuple[str, ...] = ()

    @property
    def grade_id(self) -> str | None:
        return self.nbgrader.get("grade_id")  # type: ignore[return-value]

    @property
    def is_solution(self) -> bool:
        """Whether students write here: an answer in code, or a memo."""
        return bool(self.nbgrader.get("solution"))

    @property
    def is_test(self) -> bool:
        """Whether a machine gives marks here."""
        return bool(self.nbgrader.get("grade")) and not self.is_solution

    @property
    def is_memo(self) -> bool:
        """Whether a person gives marks here, by a rubric."""
        return bool(self.nbgrader.get("grade")) and self.is_solution


@dataclass(frozen=True)
class Lesson:
    """A bilingual lesson: one section of the course."""

    path: Path
    chapter: str
    section: str
    topics: tuple[str, ...]
    title: Mapping[str, str]
    cells: tuple[Cell, ...]

    @property
    def name(self) -> str:
        return f"{self.chapter}/{self.section}"

    def in_language(self, lang: str) -> Iterator[Cell]:
        """The cells that a reader of one language sees."""
        return (c for c in self.cells if c.lang in (None, lang))

    def twins(self) -> Iterator[tuple[Cell, Cell]]:
        """Each English prose cell with the Chinese one that follows it."""
        prose = [c for c in self.cells if c.lang]
        return zip(prose[::2], prose[1::2], strict=True)

    def exercises(self) -> Iterator[tuple[Cell, Cell]]:
        """Each answer that a machine marks, with the test cell that marks it."""
        answers = {c.grade_id: c for c in self.cells if c.is_solution and not c.is_memo}
        for test in self.cells:
            if test.is_test:
                assert test.grade_id is not None
                yield answers[test.grade_id.removesuffix("-test")], test


def find_lessons(lessons: Path, only: str | None = None) -> list[Path]:
    """The lesson files below a folder, sorted; ``only`` is a chapter or chapter/section.

    Raises
    ------
    LessonError
        If nothing is found there; the message lists what there is.
    """
    found = sorted(p for p in lessons.glob("*/*.md"))
    names = [p.relative_to(lessons).with_suffix("").as_posix() for p in found]
    if only is None and found:
        return found
    chosen = [p for p, n in zip(found, names, strict=True) if only in (n, n.split("/")[0])]
    if not chosen:
        there = ", ".join(names) or "none"
        raise LessonError(f"no lesson is called {only or 'anything'!r}; there are: {there}")
    return chosen


def read_lesson(path: Path) -> Lesson:
    """Read and check one lesson, ``<lessons>/<chapter>/<section>.md``.

    Raises
    ------
    LessonError
        If the lesson could not be built as its author meant it.
    """
    from jupytext.myst import MystMetadataParsingError, myst_to_notebook
    from nbformat import ValidationError

    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise LessonError(f"{_where(path, line)}: not UTF-8; save the lesson as UTF-8") from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            notebook = myst_to_notebook(text, add_source_map=True)
    except (MystMetadataParsingError, ValidationError, Warning) as error:
        said = str(error).splitlines()[0]
        raise LessonError(f"{path.parent.name}/{path.name}: {said}") from None

    meta = notebook.metadata
    cells = tuple(
        _cell(path, raw, line, number)
        for number, (raw, line) in enumerate(
            zip(notebook.cells, meta["source_map"], strict=True), start=1
        )
    )
    lesson = Lesson(
        path=path,
        chapter=path.parent.name,
        section=path.stem,
        topics=_topics(path, meta),
        title=_title(path, meta),
        cells=cells,
    )
    _check_twins(lesson)
    _check_grading(lesson)
    return lesson


def _where(path: Path, line: int, cell: int | None = None) -> str:
    place = f"{path.parent.name}/{path.name}, line {line}"
    return f"{place}, cell {cell}" if cell else place


def _fail(lesson: Lesson | Path, cell: Cell, message: str) -> LessonError:
    path = lesson.path if isinstance(lesson, Lesson) else lesson
    return LessonError(f"{_where(path, cell.line, cell.number)}: {message}")


def _topics(path: Path, meta: Mapping) -> tuple[str, ...]:
    topics = meta.get("topics")
    if not isinstance(topics, list) or not topics:
        raise LessonError(f"{_where(path, 1)}: the heading lacks `topics`, e.g. [1.2.a, 1.2.b]")
    return tuple(map(str, topics))


def _title(path: Path, meta: Mapping) -> Mapping[str, str]:
    title = meta.get("titles")
    if not isinstance(title, Mapping) or set(title) != set(LANGUAGES):
        raise LessonError(f"{_where(path, 1)}: the heading's `titles` need {', '.join(LANGUAGES)}")
    return dict(title)


def _cell(path: Path, raw, line: int, number: int) -> Cell:
    """One cell, with its own metadata checked."""
    meta = dict(raw.metadata)
    cell = Cell(
        kind=raw.cell_type,
        source=raw.source,
        line=line,
        number=number,
        lang=meta.get("lang"),
        nbgrader=dict(meta.get("nbgrader") or {}),
        tags=tuple(meta.get("tags") or ()),
    )
    if unknown := set(meta) - _CELL_KEYS:
        raise _fail(path, cell, f"unknown option {_names(unknown)}; there are {_names(_CELL_KEYS)}")
    if unknown := set(cell.nbgrader) - _NBGRADER_KEYS:
        raise _fail(
            path, cell, f"unknown nbgrader option {_names(unknown)}; {_names(_NBGRADER_KEYS)} exist"
        )
    if cell.kind == "raw":
        raise _fail(path, cell, "raw cells have no place in a lesson")
    if cell.kind == "code":
        if cell.lang:
            raise _fail(path, cell, "code is shared by both languages; use say(en=..., zh=...)")
        return cell
    if cell.lang is None and not cell.is_memo:
        raise _fail(
            path,
            cell,
            'prose without a language: a line `+++` begins a new cell and takes {"lang": "en"} or'
            ' {"lang": "zh"}; inside prose, write a rule as `***`',
        )
    if cell.lang is not None and cell.lang not in LANGUAGES:
        known = _names(LANGUAGES)
        raise _fail(path, cell, f"unknown language {cell.lang!r}; the course speaks {known}")
    if cell.lang and cell.nbgrader:
        raise _fail(path, cell, "graded prose must be the same in both languages: drop its `lang`")
    return cell


def _names(names) -> str:
    return ", ".join(f"`{n}`" for n in sorted(names))


def _check_twins(lesson: Lesson) -> None:
    """English, Chinese, English, Chinese ...: each zh cell stands right after its en twin."""
    waiting: Cell | None = None
    for cell in lesson.cells:
        if cell.lang == "zh":
            if waiting is None:
                raise _fail(lesson, cell, "a zh cell without its en twin right before it")
            waiting = None
        elif waiting is not None:
            raise _fail(lesson, waiting, "an en cell without its zh twin right after it")
        elif cell.lang == "en":
            waiting = cell
    if waiting is not None:
        raise _fail(lesson, waiting, "an en cell without its zh twin right after it")


def _check_grading(lesson: Lesson) -> None:
    """Every graded cell can be graded, and every answer has its test."""
    seen: dict[str, Cell] = {}
    for cell in lesson.cells:
        _check_regions(lesson, cell)
        if not cell.nbgrader:
            continue
        grade_id = cell.grade_id
        if not isinstance(grade_id, str) or not _GRADE_ID.fullmatch(grade_id):
            raise _fail(
                lesson,
                cell,
                "a graded, answer or locked cell needs a `grade_id`: letters,"
                f" digits, - and _, at most 48; this one has {grade_id!r}",
            )
        if grade_id in seen:
            earlier = seen[grade_id].line
            raise _fail(lesson, cell, f"grade_id {grade_id!r} was used before, in line {earlier}")
        seen[grade_id] = cell
        _check_points(lesson, cell)
    for grade_id, cell in seen.items():
        if cell.is_test and grade_id.removesuffix("-test") not in seen:
            raise _fail(
                lesson,
                cell,
                f"test {grade_id!r} has no answer cell; name the test after the answer's grade_id,"
                " with -test behind",
            )
        if cell.is_solution and not cell.is_memo and f"{grade_id}-test" not in seen:
            raise _fail(lesson, cell, f"answer {grade_id!r} has no test cell `{grade_id}-test`")


def _check_points(lesson: Lesson, cell: Cell) -> None:
    points = cell.nbgrader.get("points")
    graded = cell.nbgrader.get("grade") or cell.nbgrader.get("task")
    if graded and (isinstance(points, bool) or not isinstance(points, int | float) or points <= 0):
        raise _fail(
            lesson, cell, f"graded cell {cell.grade_id!r} needs `points` above 0, has {points!r}"
        )
    if points is not None and not graded:
        raise _fail(lesson, cell, f"cell {cell.grade_id!r} has points but is not graded")


def _check_regions(lesson: Lesson, cell: Cell) -> None:
    begins, ends = (cell.source.count(mark) for mark in (BEGIN_SOLUTION, END_SOLUTION))
    if cell.is_solution and not cell.is_memo and (begins, ends) != (1, 1):
        raise _fail(
            lesson,
            cell,
            f"answer cell {cell.grade_id!r} needs one region between `### {BEGIN_SOLUTION}` and"
            f" `### {END_SOLUTION}`; it has {begins} and {ends}",
        )
    if (cell.is_memo or not cell.is_solution) and begins + ends:
        raise _fail(lesson, cell, "a solution region in a cell that is no answer in code")
    if not cell.is_test and BEGIN_HIDDEN_TESTS in cell.source:
        raise _fail(lesson, cell, "hidden tests in a cell that gives no marks")
