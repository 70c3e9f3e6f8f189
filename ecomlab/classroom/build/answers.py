"""The known answers of a lesson: wrong ones, each a named misconception, and other right ones."""

from __future__ import annotations

import runpy
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

Variants = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Answers:
    """Per exercise (grade_id): a name for each answer, and the whole cell a student might write."""

    wrong: Variants
    right: Variants


def read_answers(lesson: Path) -> Answers:
    """The answers beside a lesson, ``<section>.answers.py`` with ``WRONG`` and ``RIGHT``.

    Raises
    ------
    ValueError
        If the file is missing or lacks one of the two tables.
    """
    path = lesson.with_suffix(".answers.py")
    if not path.is_file():
        raise ValueError(f"{lesson.parent.name}/{lesson.name} has no {path.name} beside it")
    tables = runpy.run_path(str(path))
    if missing := {"WRONG", "RIGHT"} - set(tables):
        raise ValueError(f"{path.parent.name}/{path.name} lacks {' and '.join(sorted(missing))}")
    return Answers(wrong=tables["WRONG"], right=tables["RIGHT"])


def submit(notebook: NotebookNode, answers: Mapping[str, str]) -> NotebookNode:
    """A copy of a notebook in which some answer cells (by grade_id) were filled in."""
    copy = deepcopy(notebook)
    cells = {c.metadata.get("nbgrader", {}).get("grade_id"): c for c in copy.cells}
    for grade_id, source in answers.items():
        if grade_id not in cells:
            raise ValueError(f"the notebook has no answer cell {grade_id!r}")
        cells[grade_id].source = source
    return copy
