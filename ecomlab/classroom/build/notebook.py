"""Turn a lesson into one language's notebook, as nbgrader's instructor version."""

from __future__ import annotations

from hashlib import sha256

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.nbgraderformat import SCHEMA_VERSION

from ecomlab.classroom.build.lesson import Cell, Lesson

_METADATA = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    "language_info": {"name": "python"},
}

_SETTING = """import ecomlab
from ecomlab import checks

ecomlab.set_language("{lang}")
checks.speak_plainly()"""


def to_notebook(lesson: Lesson, lang: str) -> NotebookNode:
    """The instructor's notebook of a lesson in one language, byte-identical on every build."""
    notebook = new_notebook(metadata={**_METADATA, "title": lesson.title[lang]})
    setting = new_code_cell(_SETTING.format(lang=lang), id="set-language")
    notebook.cells = [setting, *(_to_cell(c) for c in lesson.in_language(lang))]
    _name_cells(notebook)
    return notebook


def _to_cell(cell: Cell) -> NotebookNode:
    new = new_code_cell if cell.kind == "code" else new_markdown_cell
    metadata: dict = {}
    tags = list(cell.tags)
    if cell.is_test:
        # Without it, Run All stops at the first exercise that is not solved yet.
        tags.append("raises-exception")
    if tags:
        metadata["tags"] = tags
    if cell.nbgrader:
        metadata["nbgrader"] = _complete(cell)
    return new(cell.source, metadata=metadata)


def _complete(cell: Cell) -> dict:
    """nbgrader's metadata in full, from the short form that authors write."""
    given = cell.nbgrader
    short = {key: bool(given.get(key)) for key in ("grade", "solution", "task")}
    full = {
        **short,
        "grade_id": cell.grade_id,
        "locked": not (short["solution"] or short["task"]),
        "schema_version": SCHEMA_VERSION,
    }
    return full | ({"points": given["points"]} if "points" in given else {})


def _name_cells(notebook: NotebookNode) -> None:
    """Name each cell by its grade_id or its content, so that a build never renames one."""
    used: set[str] = set()
    for cell in notebook.cells:
        graded = cell.metadata.get("nbgrader", {}).get("grade_id")
        if cell.id != "set-language":
            cell.id = graded or sha256(cell.source.encode()).hexdigest()[:12]
        copies = 1
        name = cell.id
        while cell.id in used:
            copies += 1
            cell.id = f"{name}-{copies}"
        used.add(cell.id)
