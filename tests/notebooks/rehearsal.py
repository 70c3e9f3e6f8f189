"""Give a lesson's exercises every known answer, in one warm process with a fork for each.

``python rehearsal.py LESSON LANG`` prints JSON: for each answer, the tests it failed and what they
said. A student's answer is followed by every later set-up, answer and test cell, so that an answer
which spoils another exercise is seen. Demonstrations are left out: exercises stand alone.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import sys
from pathlib import Path

from ecomlab.classroom.build.answers import read_answers
from ecomlab.classroom.build.lesson import Cell, read_lesson
from ecomlab.classroom.build.starter import starter
from ecomlab.style import set_language

SECONDS = 60
REFERENCE, BLANK = "the reference", "blank"


def rehearse(path: Path, lang: str) -> list[dict]:
    """Every known answer's outcome: exercise, kind, name, and what its failed tests said."""
    set_language(lang)
    lesson = read_lesson(path)
    answers = read_answers(path)
    cells = [c for c in lesson.in_language(lang) if c.kind == "code" and c.nbgrader]
    warm: dict = {"__name__": "__main__"}
    blanks = {c.grade_id: starter(c.source) for c in cells if c.is_solution}
    # The reference runs here, so that all it imports is warm in every fork.
    reference = {c.grade_id: said for c in cells if (said := _run(c.source, warm)) and c.is_test}
    outcomes = [
        {"exercise": None, "kind": REFERENCE, "name": REFERENCE, "failed": reference},
        {"exercise": None, "kind": BLANK, "name": BLANK, "failed": _fork(cells, blanks, {})},
    ]
    names: dict = {"__name__": "__main__"}
    for position, cell in enumerate(cells):
        if cell.is_solution:
            tables = {
                BLANK: {BLANK: blanks[cell.grade_id]},
                "wrong": answers.wrong.get(cell.grade_id, {}),
                "right": answers.right.get(cell.grade_id, {}),
            }
            for kind, known in tables.items():
                for name, source in known.items():
                    failed = _fork(cells[position:], {cell.grade_id: source}, names)
                    outcomes.append(
                        {"exercise": cell.grade_id, "kind": kind, "name": name, "failed": failed}
                    )
        _run(cell.source, names)
    return outcomes


def _fork(cells: list[Cell], sources: dict, names: dict) -> dict[str, str]:
    """Run cells in a fork, some with other sources; the failed tests and their messages."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        signal.alarm(SECONDS)
        try:
            failed = {
                cell.grade_id: message
                for cell in cells
                if (message := _run(sources.get(cell.grade_id, cell.source), names))
                and cell.is_test
            }
            os.write(writer, json.dumps(failed).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return json.loads(said) if said else {"the process": f"died, or took over {SECONDS} s"}


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
    print(json.dumps(rehearse(Path(sys.argv[1]), sys.argv[2]), ensure_ascii=False))
