"""What the gradebook knows of an assignment, and what its cells ask for."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme
from traitlets.config import Config

from ecomlab.classroom.grading.record.guard import CellRecord

_UNSEALABLE = re.compile(
    r"^\s*[%!]|get_ipython|\binspect\b|\b(globals|locals|vars)\(|\b(In|Out|_ih|_oh)\["
    r"|\bwarnings\.catch_warnings|\b__main__\b",
    re.MULTILINE,
)


class Redactor:
    """Takes hidden tests out of a cell's text, by the course's own delimiters."""

    def __init__(self, config: Config) -> None:
        self._steps = [ClearHiddenTests(config=config), ClearMarkScheme(config=config)]

    def visible(self, source: str, cell_type: str = "code") -> str:
        """The text that students were given."""
        cell = NotebookNode(cell_type=cell_type, source=source, metadata={}, outputs=[])
        tests, marks = self._steps
        tests._remove_hidden_test_region(cell)
        marks._remove_mark_scheme_region(cell)
        return cell.source

    def has_hidden(self, source: str) -> bool:
        """Whether anything of it is hidden."""
        return self._steps[0].begin_test_delimeter in source


def cell_records(
    gradebook: Gradebook, assignment: str, redactor: Redactor
) -> dict[str, dict[str, CellRecord]]:
    """Every nbgrader cell of an assignment, per notebook and grade_id."""
    found: dict[str, dict[str, CellRecord]] = {}
    for notebook in gradebook.find_assignment(assignment).notebooks:
        graded: dict[str, Any] = {c.name: c for c in notebook.grade_cells}
        tasks = {c.name: c for c in notebook.task_cells}
        solutions = {c.name for c in notebook.solution_cells}
        cells = found[notebook.name] = {}
        for source in notebook.source_cells:
            marked = graded.get(source.name) or tasks.get(source.name)
            cells[source.name] = CellRecord(
                cell_type=source.cell_type,
                locked=source.locked,
                grade=source.name in graded,
                solution=source.name in solutions,
                task=source.name in tasks,
                points=None if marked is None else marked.max_score,
                source=redactor.visible(source.source or "", source.cell_type),
            )
    return found


def sealable(source: str) -> bool:
    """Whether a test's text uses nothing that only the student's own process has."""
    return not _UNSEALABLE.search(source)


def imports(source: str) -> str:
    """The import statements at the top level of a cell.

    Examples
    --------
    >>> imports("import math\\nx = 1\\nfrom os import path")
    'import math\\nfrom os import path'
    """
    return "\n".join(ast.unparse(s) for s in _statements(source) if _is_import(s))


def left_behind(source: str) -> str:
    """What a cell leaves that can be had again without running anything: imports, constants, and
    functions.

    Examples
    --------
    >>> left_behind("import math\\nradii = [1, 2]\\nyours = area(radii)\\nassert yours == [3, 6]")
    'import math\\nradii = [1, 2]'
    """
    return "\n".join(ast.unparse(s) for s in _statements(source) if _runs_nothing(s))


def _runs_nothing(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.FunctionDef):
        evaluated: list[ast.AST] = [*statement.decorator_list, *statement.args.defaults]
        evaluated += filter(None, statement.args.kw_defaults)
    elif isinstance(statement, ast.Assign) and all(map(_is_name, statement.targets)):
        evaluated = [statement.value]
    else:
        return _is_import(statement)
    return not any(isinstance(n, ast.Call | ast.Await) for e in evaluated for n in ast.walk(e))


def _is_name(node: ast.AST) -> bool:
    return isinstance(node, ast.Name)


def imported_modules(sources: Iterable[str]) -> list[str]:
    """The modules that some cells import, in order, each once."""
    found: dict[str, None] = {}
    for source in sources:
        for statement in filter(_is_import, _statements(source)):
            if isinstance(statement, ast.Import):
                found.update(dict.fromkeys(alias.name for alias in statement.names))
            elif isinstance(statement, ast.ImportFrom) and statement.module:
                found[statement.module] = None
    return list(found)


def assigned_names(sources: Iterable[str]) -> set[str]:
    """Names that cells set at their top level.

    Examples
    --------
    >>> sorted(assigned_names(["a, (b, c) = 1, (2, 3)\\ndef f(): x = 1"]))
    ['a', 'b', 'c', 'f']
    """
    found: set[str] = set()
    for source in sources:
        for statement in _statements(source):
            found |= _names_set_by(statement)
    return found


def _names_set_by(node: ast.AST) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Lambda):
        return set()
    found = set()
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        found.add(node.id)
    for child in ast.iter_child_nodes(node):
        found |= _names_set_by(child)
    return found


def _is_import(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Import | ast.ImportFrom)


def _statements(source: str) -> list[ast.stmt]:
    """A cell's top-level statements; its magics are left out, and none where it does not parse."""
    plain = "\n".join("" if line.lstrip()[:1] in "%!?" and line.strip() else line
                      for line in source.split("\n"))  # fmt: skip
    try:
        return ast.parse(plain).body
    except (SyntaxError, ValueError, RecursionError):
        return []


def language_of(notebook: NotebookNode) -> str | None:
    """The language that a notebook of the course sets, so that its tests speak it too."""
    said = re.compile(r"^\s*(?:ecomlab\.)?set_language\(['\"](en|zh)['\"]\)\s*$", re.MULTILINE)
    for cell in notebook.cells:
        if cell.cell_type == "code" and (match := said.search(cell.source)):
            return match.group(1)
    return None


def judged_setup(notebook: NotebookNode, setup: Iterable[str]) -> list[str]:
    """What a judge of this notebook runs first: it speaks the notebook's language."""
    language = language_of(notebook)
    spoken = [f"import ecomlab; ecomlab.set_language({language!r})"] if language else []
    return [*spoken, *setup]


def opening(cells: Iterable[NotebookNode]) -> list[str]:
    """The code before the first cell that students fill in, that gives marks, or is tagged."""
    found = []
    for cell in cells:
        told = cell.metadata.get("nbgrader", {})
        if told.get("grade") or told.get("solution") or cell.metadata.get("tags"):
            break
        if cell.cell_type == "code" and cell.source.strip():
            found.append(cell.source)
    return found


def locked_setup(cells: Iterable[NotebookNode], records: Mapping[str, CellRecord]) -> list[str]:
    """The instructor's locked, ungraded code cells, in order."""
    found = []
    for cell in cells:
        record = records.get(cell.metadata.get("nbgrader", {}).get("grade_id"))
        if record and record.locked and not record.grade and cell.cell_type == "code":
            found.append(cell.source)
    return found
