"""A small nbgrader course of its own, for tests of the grader: built, submitted to, compared."""

from __future__ import annotations

import contextlib
import copy
import io
import os
import re
import shutil
import sqlite3
import sysconfig
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

# nbgrader calls the alembic command by name.
os.environ["PATH"] = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])

CONFIG = """
c = get_config()
c.CourseDirectory.course_id = "small"
c.Execute.timeout = 20
c.ClearSolutions.code_stub = {"python": "..."}
"""
KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}


def plain(source: str):
    """A cell without nbgrader metadata."""
    return new_code_cell(source)


def graded(source: str, grade_id: str, *, kind: str = "code", **flags):
    """An nbgrader cell; flags are grade, solution, locked, task and points."""
    metadata: dict[str, Any] = {"grade": False, "solution": False, "locked": False, "task": False}
    metadata |= {"grade_id": grade_id, "schema_version": 3, **flags}
    make = new_code_cell if kind == "code" else new_markdown_cell
    return make(source, metadata={"nbgrader": metadata}, id=grade_id)


def answer(grade_id: str, solution: str, before: str = ""):
    """A cell that students fill in."""
    body = f"### BEGIN SOLUTION\n{solution}\n### END SOLUTION"
    return graded(f"{before}{body}", grade_id, solution=True)


def checks(grade_id: str, visible: str, hidden: str = "", points: float = 1):
    """A test cell, with a hidden part."""
    tail = f"\n### BEGIN HIDDEN TESTS\n{hidden}\n### END HIDDEN TESTS" if hidden else ""
    return graded(visible + tail, grade_id, grade=True, locked=True, points=points)


def basic_notebook():
    """Every kind of cell: answers, hidden tests, partial credit, memos, a task, odd outputs."""
    cells = [
        plain("import numpy as np\nimport pandas as pd"),
        graded("sales = pd.Series([3.0, 5.0, 10.0], name='sales')", "setup", locked=True),
        answer("mean", "mean = sales.mean()"),
        checks("mean-test", "assert mean is not ...", "assert abs(mean - 6) < 1e-9, 'not 6'", 2),
        answer("double", "def double(x):\n    return 2 * x"),
        checks(
            "double-test",
            "assert callable(double)",
            "# hint: think of addition\nassert double(4) == 8\n"
            "assert (double(np.arange(3)) == [0, 2, 4]).all()\n"
            "assert double(pd.Series([1, 2])).sum() == 6",
            3,
        ),
        answer("items", "items = [1, 2, 3]"),
        checks("partial", "", "sum(1 for n in (1, 2, 3) if n in items)", 3),
        answer("frame", "frame = pd.DataFrame({'a': [1, 2], 'b': ['x', 'y']})\nframe"),
        checks(
            "frame-test", "assert list(frame.columns) == ['a', 'b']", "assert frame.a.sum() == 3"
        ),
        graded("Write why.", "memo", kind="markdown", grade=True, solution=True, points=4),
        graded("# your plot\n...", "code-memo", grade=True, solution=True, points=2),
        graded("Do this.", "chore", kind="markdown", task=True, locked=True, points=5),
        plain("print('out')\nimport sys\nprint('err', file=sys.stderr)\nnp.arange(3)"),
        plain("from IPython.display import HTML, display\ndisplay(HTML('<b>x</b>'))\n1 / 0"),
    ]
    return new_notebook(cells=cells, metadata=copy.deepcopy(KERNEL))


def make_course(
    folder: Path,
    notebooks: Mapping[str, Any],
    *,
    assignment: str = "one",
    config: str = "",
    files: Mapping[str, str] | None = None,
) -> Path:
    """A course directory with one assignment, released."""
    source = folder / "source" / assignment
    source.mkdir(parents=True)
    (folder / "nbgrader_config.py").write_text(CONFIG + config)
    for name, notebook in notebooks.items():
        nbformat.write(notebook, source / f"{name}.ipynb")
    for name, text in (files or {}).items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(text)
    release(folder, assignment)
    return folder


def release(folder: Path, assignment: str) -> None:
    """Run nbgrader's generate_assignment."""
    stock(folder, "generate_assignment", assignment)


def stock(folder: Path, command: str, assignment: str, *, student: str = "*", force: bool = False):
    """One of nbgrader's own commands in this process; True where it succeeded."""
    import logging

    from nbgrader.apps import NbGraderAPI
    from nbgrader.coursedir import CourseDirectory

    from ecomlab.classroom.grading.record.courses import load_config

    config = load_config(folder)
    api = NbGraderAPI(CourseDirectory(config=config, root=str(folder)), config=config)
    api.log.setLevel(logging.CRITICAL)
    with contextlib.redirect_stderr(io.StringIO()):
        if command == "autograde":
            done = api.autograde(assignment, student, force=force)
        elif command == "generate_feedback":
            done = api.generate_feedback(assignment, None if student == "*" else student)
        else:
            done = api.generate_assignment(assignment)
    if command != "autograde":
        assert done["success"], done
    return done["success"]


def submit(
    folder: Path,
    student: str,
    change: Callable[[Any], Any] | Mapping[str, str] | None = None,
    *,
    assignment: str = "one",
    timestamp: str | None = None,
    notebooks: tuple[str, ...] | None = None,
) -> Path:
    """A submission: the release with some answers, or changed by a function."""
    target = folder / "submitted" / student / assignment
    shutil.copytree(folder / "release" / assignment, target)
    for path in target.glob("*.ipynb"):
        if notebooks is not None and path.stem not in notebooks:
            path.unlink()
            continue
        notebook = nbformat.read(path, as_version=4)
        if callable(change):
            notebook = change(notebook) or notebook
        else:
            fill(notebook, change or {})
        nbformat.write(notebook, path)
    if timestamp:
        (target / "timestamp.txt").write_text(timestamp)
    return target


def fill(notebook, answers: Mapping[str, str]):
    """Write sources into cells by grade_id."""
    for grade_id, source in answers.items():
        cell_of(notebook, grade_id).source = source
    return notebook


def cell_of(notebook, grade_id: str):
    """The cell with that grade_id."""
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id:
            return cell
    raise KeyError(grade_id)


GOOD = {
    "mean": "mean = sales.mean()",
    "double": "def double(x):\n    return x + x",
    "items": "items = [1, 2, 3]",
    "frame": "frame = pd.DataFrame({'a': [1, 2], 'b': ['x', 'y']})",
    "memo": "Because.",
}


def gradebook(folder: Path, assignment: str = "one") -> dict[tuple[str, ...], tuple]:
    """Every value that grading writes, by student, notebook and cell."""
    database = sqlite3.connect(folder / "gradebook.db")
    found: dict[tuple[str, ...], tuple] = {}
    queries = {
        "grade": "SELECT sa.student_id, n.name, c.name, g.auto_score, g.manual_score,"
        " g.extra_credit, g.needs_manual_grade FROM grade g"
        " JOIN submitted_notebook sn ON sn.id = g.notebook_id"
        " JOIN submitted_assignment sa ON sa.id = sn.assignment_id"
        " JOIN notebook n ON n.id = sn.notebook_id JOIN base_cell c ON c.id = g.cell_id",
        "comment": "SELECT sa.student_id, n.name, c.name, g.auto_comment, g.manual_comment"
        " FROM comment g JOIN submitted_notebook sn ON sn.id = g.notebook_id"
        " JOIN submitted_assignment sa ON sa.id = sn.assignment_id"
        " JOIN notebook n ON n.id = sn.notebook_id JOIN base_cell c ON c.id = g.cell_id",
        "notebook": "SELECT sa.student_id, n.name, '', sn.late_submission_penalty"
        " FROM submitted_notebook sn JOIN submitted_assignment sa ON sa.id = sn.assignment_id"
        " JOIN notebook n ON n.id = sn.notebook_id",
        "submission": "SELECT sa.student_id, '', '', sa.timestamp FROM submitted_assignment sa",
    }
    for kind, query in queries.items():
        for student, notebook, cell, *values in database.execute(query):
            found[(kind, student, notebook, cell)] = tuple(values)
    database.close()
    return found


_VOLATILE = re.compile(r"[\w./-]*ipykernel_\d+|0x[0-9a-f]{6,}|In\[\d+\]|[0-9a-f]{32}")


def outputs(folder: Path, student: str, name: str, assignment: str = "one") -> list:
    """The outputs of an autograded notebook, without what differs from run to run."""
    notebook = nbformat.read(
        folder / "autograded" / student / assignment / f"{name}.ipynb", as_version=4
    )
    found = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            text = [_VOLATILE.sub("~", str(_sorted(o))) for o in cell.outputs]
            found.append((cell.source, cell.execution_count, text))
    return found


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _sorted(value[k]) for k in sorted(value)}
    return value
