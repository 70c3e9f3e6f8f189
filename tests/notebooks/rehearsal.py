"""Give a lesson's exercises every known answer, in one warm process with a fork for each.

``python rehearsal.py LESSON LANG...`` prints JSON: for each language and answer, the tests it
failed and what they said. In the first language an answer is followed by every later exercise
that it could touch, so that one which spoils another is seen; in the others its own test runs
again, for what it says. Demonstrations are left out: exercises stand alone.
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
import os
import signal
import sys
from itertools import groupby
from numbers import Number
from pathlib import Path
from types import FunctionType, ModuleType

from ecomlab.classroom.build.answers import read_answers
from ecomlab.classroom.build.lesson import Cell, read_lesson
from ecomlab.classroom.build.starter import starter
from ecomlab.style import set_language

SECONDS = 60
REFERENCE, BLANK = "the reference", "blank"
# What an answer can mention without changing it for the exercises after it.
_FIXED = (ModuleType, FunctionType, type, str, bytes, Number, tuple, frozenset, type(None))


def rehearse(path: Path, languages: list[str]) -> list[dict]:
    """Every known answer's outcome: language, exercise, kind, name, and what its tests said."""
    lesson = read_lesson(path)
    answers = read_answers(path)
    cells = [c for c in lesson.in_language(languages[0]) if c.kind == "code" and c.nbgrader]
    warm: dict = {"__name__": "__main__"}
    blanks = {c.grade_id: starter(c.source) for c in cells if c.is_solution}
    outcomes = []
    for lang in languages:
        set_language(lang)
        # The reference runs here, so that all it imports is warm in every fork.
        said = {c.grade_id: said for c in cells if (said := _run(c.source, warm)) and c.is_test}
        blank = _fork([cells], blanks, {}, [lang])[lang]
        outcomes += [
            _outcome(lang, None, REFERENCE, REFERENCE, said),
            _outcome(lang, None, BLANK, BLANK, blank),
        ]
    set_language(languages[0])
    names: dict = {"__name__": "__main__"}
    exercises = _exercises(cells)
    for place, exercise in enumerate(exercises):
        setup = _setup(exercise)
        for cell in setup:
            _run(cell.source, names)
        own = exercise[len(setup) :]
        asked = own[0].grade_id
        tables = {
            BLANK: {BLANK: blanks[asked]},
            "wrong": answers.wrong.get(asked, {}),
            "right": answers.right.get(asked, {}),
        }
        for kind, known in tables.items():
            for name, source in known.items():
                later = _touched(source, exercises[place + 1 :], names)
                failed = _fork([own, *later], {asked: source}, names, languages)
                outcomes += [_outcome(la, asked, kind, name, failed[la]) for la in languages]
        for cell in own:
            _run(cell.source, names)
    return outcomes


def _outcome(lang: str, exercise: str | None, kind: str, name: str, failed: dict) -> dict:
    return {"lang": lang, "exercise": exercise, "kind": kind, "name": name, "failed": failed}


def _exercises(cells: list[Cell]) -> list[list[Cell]]:
    """The cells exercise by exercise: what sets it up, its answer, its test."""
    ends = iter([c.is_test for c in cells])
    place = 0

    def exercise(_cell: Cell) -> int:
        nonlocal place
        here, place = place, place + next(ends)
        return here

    groups = [list(group) for _, group in groupby(cells, exercise)]
    return [group for group in groups if any(c.is_solution for c in group)]


def _setup(exercise: list[Cell]) -> list[Cell]:
    """An exercise's cells before its answer."""
    return exercise[: next(place for place, c in enumerate(exercise) if c.is_solution)]


def _touched(source: str, later: list[list[Cell]], names: dict) -> list[list[Cell]]:
    """The later exercises that an answer could touch, and what is set up before the last one."""
    touched = [_touches(source, exercise, names) for exercise in later]
    while touched and not touched[-1]:
        touched.pop()
    return [e if t else _setup(e) for e, t in zip(later, touched, strict=False)]


def _touches(source: str, exercise: list[Cell], names: dict) -> bool:
    """Whether an answer binds, or could change in place, a name that an exercise reads."""
    given = {n.id: n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Name)}
    bound = {n.id for n in ast.walk(ast.parse(source)) if _binds(n)}
    bound |= {n.name for n in ast.parse(source).body if isinstance(n, ast.FunctionDef)}
    changeable = {n for n in given if n in names and not isinstance(names[n], _FIXED)}
    text = "\n".join(c.source for c in exercise)
    read = {n.id for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Name)}
    return bool(read & (bound | changeable))


def _binds(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del)


def _fork(
    exercises: list[list[Cell]], sources: dict, names: dict, languages: list[str]
) -> dict[str, dict[str, str]]:
    """Run exercises in a fork, some with other sources; the failed tests and their messages."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        signal.alarm(SECONDS)
        try:
            failed = {
                lang: {
                    cell.grade_id: message
                    for exercise in (exercises if first else exercises[:1])
                    for cell in exercise
                    if (first or cell.is_test)
                    and (message := _speak(lang, sources.get(cell.grade_id, cell.source), names))
                    and cell.is_test
                }
                for first, lang in zip([True] + [False] * len(languages), languages, strict=False)
            }
            os.write(writer, json.dumps(failed).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    gone = {"the process": f"died, or took over {SECONDS} s"}
    return json.loads(said) if said else dict.fromkeys(languages, gone)


def _speak(lang: str, source: str, names: dict) -> str:
    """As `_run`, in a language."""
    set_language(lang)
    return _run(source, names)


def _run(source: str, names: dict) -> str:
    """Run one cell; what went wrong, or nothing. As nbgrader does, count stderr as a failure."""
    errors = io.StringIO()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(errors):
        try:
            exec(compile(source, "<cell>", "exec"), names)
        except AssertionError as error:
            return str(error) or "failed without a message"
        except Exception as error:
            return f"{type(error).__name__}: {error}"
    return f"stderr: {errors.getvalue()}" if errors.getvalue() else ""


if __name__ == "__main__":
    print(json.dumps(rehearse(Path(sys.argv[1]), sys.argv[2:]), ensure_ascii=False))
