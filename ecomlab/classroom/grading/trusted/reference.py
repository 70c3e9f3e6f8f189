"""What one run of the reference solution teaches, before any submission is opened.

It tells which modules to load ahead, and which tests give the reference the same mark sealed as
beside its code; only those are sealed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import determine_grade

from ecomlab.classroom.grading.record.cells import (
    Redactor,
    assigned_names,
    imported_modules,
    imports,
    locked_setup,
    sealable,
)
from ecomlab.classroom.grading.record.courses import GradingError
from ecomlab.classroom.grading.record.guard import CellRecord
from ecomlab.classroom.grading.trusted.execute import PipeExecute, is_test
from ecomlab.classroom.grading.trusted.harvest import keep_shops
from ecomlab.classroom.grading.trusted.session import Session
from ecomlab.classroom.grading.trusted.zygote import Zygote


@dataclass(frozen=True)
class Reference:
    """What is known of a notebook of the assignment.

    Parameters
    ----------
    setup
        Code that a judge runs before the first test.
    asked_for
        Names that the exercises ask for.
    credited
        Tests that give a number of points by their last expression.
    sealed, unsealed
        Test cells by how they run; for the unsealed, why.
    test_imports
        Imports in the visible part of a test, which later cells may rely on.
    stock
        Why it runs in a stock kernel, without walls; empty where it does not.
    shops, judged_shops
        The simulated shops that the reference opens, and its tests.
    seconds
        What the reference's cells took in a warm process.
    """

    name: str
    setup: tuple[str, ...] = ()
    asked_for: frozenset[str] = frozenset()
    credited: frozenset[str] = frozenset()
    sealed: frozenset[str] = frozenset()
    unsealed: tuple[tuple[str, str], ...] = ()
    test_imports: tuple[tuple[str, str], ...] = ()
    stock: str = ""
    shops: frozenset[str] = frozenset()
    judged_shops: frozenset[str] = frozenset()
    seconds: float = 0.0
    faults: tuple[str, ...] = ()


def unsealed_reference(
    name: str, records: Mapping[str, CellRecord], why: str, *, stock: str = ""
) -> Reference:
    """A notebook whose tests all run beside the student's code."""
    tests = (n for n, r in records.items() if r.grade and r.locked and r.cell_type == "code")
    return Reference(name, unsealed=tuple((n, why) for n in tests), stock=stock)


def modules_of(source: Path) -> list[str]:
    """What a source notebook imports, to be loaded before it is run."""
    notebook = nbformat.read(source, as_version=4)
    return imported_modules(c.source for c in notebook.cells if c.cell_type == "code")


def study(
    notebook: NotebookNode,
    name: str,
    records: Mapping[str, CellRecord],
    zygote: Zygote,
    redactor: Redactor,
    *,
    folder: str,
    given: str,
    execute: PipeExecute,
) -> tuple[Reference, list[str]]:
    """Run the sanitized reference twice: beside its tests, then sealed.

    Returns
    -------
    Reference
        What was learnt.
    list of str
        Modules that were loaded by its end.
    """
    import time

    solutions = [
        c.source for c in notebook.cells if c.cell_type == "code" and _solution(c, records)
    ]
    ordinary = [
        c.source for c in notebook.cells if c.cell_type == "code" and not c.metadata.get("nbgrader")
    ]
    tests = {c.metadata.nbgrader.grade_id: c.source for c in notebook.cells if is_test(c)}
    setup = (*filter(None, map(imports, ordinary)), *locked_setup(notebook.cells, records))
    asked_for = frozenset(assigned_names(solutions))
    shown = ((t, imports(redactor.visible(s))) for t, s in tests.items())
    known: dict[str, Any] = {
        "name": name,
        "setup": setup,
        "asked_for": asked_for,
        "test_imports": tuple((t, i) for t, i in shown if i),
    }
    plain = Session(zygote, folder, given, shops=None)
    begun = time.monotonic()
    executed = _run(notebook, execute, plain, frozenset(), {})
    seconds = time.monotonic() - begun
    beside = _marks(executed)
    credited = frozenset(t.metadata.nbgrader.grade_id for t in executed if credit_of(t) is not None)
    modules = plain.modules() if execute.ended is None else []
    if execute.ended is None:
        keep_shops(plain, plain.shops_opened()[0])
    plain.close()
    faults = [
        f"the reference solution gets {score} of {maximum} in '{test}'"
        for test, (score, maximum) in beside.items()
        if score is not None and score < maximum
    ]
    candidates = frozenset(t for t, s in tests.items() if sealable(s))
    closed = Session(
        zygote, folder, given, setup, asked_for=asked_for, shops=None, judged_shops=None
    )
    sealed_marks = _marks(_run(notebook, execute, closed, candidates, dict(known["test_imports"])))
    opened = closed.shops_opened() if execute.ended is None else ((), ())
    closed.close()
    if plain.killed or closed.killed:
        raise GradingError(
            f"something ended the process that ran the reference of '{name}' (is there memory "
            "enough?); run again"
        )
    sealed = frozenset(t for t in candidates if sealed_marks.get(t) == beside.get(t))
    unsealed = tuple(
        (t, "it looks at more than data" if t not in candidates else "its answers do not cross")
        for t in tests
        if t not in sealed
    )
    reference = Reference(
        **known,
        credited=credited,
        sealed=sealed,
        unsealed=unsealed,
        shops=frozenset(opened[0]),
        judged_shops=frozenset(opened[1]),
        seconds=seconds,
        faults=tuple(faults),
    )
    return reference, modules


def _solution(cell: NotebookNode, records: Mapping[str, CellRecord]) -> bool:
    record = records.get(cell.metadata.get("nbgrader", {}).get("grade_id"))
    return record is not None and record.solution


def _run(
    notebook: NotebookNode,
    execute: PipeExecute,
    session: Session,
    sealed: frozenset[str],
    test_imports: dict[str, str],
) -> list[NotebookNode]:
    """The test cells, executed."""
    from copy import deepcopy

    executed = deepcopy(notebook)
    execute.session, execute.sealed, execute.imports = session, sealed, test_imports
    execute.preprocess(executed, {})
    return [c for c in executed.cells if is_test(c)]


def credit_of(cell: NotebookNode) -> float | None:
    """The number that a test's last expression gave; None where it gave none."""
    for output in cell.outputs:
        if output.output_type == "execute_result":
            try:
                return float(output.data.get("text/plain", ""))
            except ValueError:
                return None
    return None


def _marks(tests: list[NotebookNode]) -> dict[str, tuple[Any, float]]:
    """The marks of each test cell, by nbgrader's own rule."""
    marks: dict[str, tuple[Any, float]] = {}
    for cell in tests:
        try:
            marks[cell.metadata.nbgrader.grade_id] = determine_grade(cell)
        except ValueError:
            # Credit above the maximum: nbgrader refuses the whole submission.
            marks[cell.metadata.nbgrader.grade_id] = (-1, 0)
    return marks
