"""What one run of the reference solution teaches, before any submission is opened.

It tells which modules to load ahead, and which tests give the reference the same mark sealed as
beside its code; only those are sealed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from ecomlab.classroom.grading.record.cells import (
    imported_modules,
)
from ecomlab.classroom.grading.record.guard import CellRecord


@dataclass(frozen=True)
class Reference:
    """What is known of a notebook of the assignment.

    Parameters
    ----------
    setup
        Code that a judge runs before the first test.
    opening
        The cells before the first exercise, where they run without an error.
    asked_for
        Names that the exercises ask for.
    credited
        Tests that give a number of points by their last expression.
    sealed, unsealed
        Test cells by how they run; for the unsealed, why.
    left_behind
        Imports, constants and functions in the visible part of a test, which later cells, and
        students, may rely on.
    stock
        Why it runs in a stock kernel, without walls; empty where it does not.
    attributes
        What the tests ask of answers that are objects.
    shops, judged_shops
        The simulated shops that the reference opens, and its tests.
    seconds
        What the reference's cells took in a warm process.
    """

    name: str
    setup: tuple[str, ...] = ()
    opening: tuple[str, ...] = ()
    asked_for: frozenset[str] = frozenset()
    credited: frozenset[str] = frozenset()
    sealed: frozenset[str] = frozenset()
    unsealed: tuple[tuple[str, str], ...] = ()
    left_behind: tuple[tuple[str, str], ...] = ()
    stock: str = ""
    attributes: frozenset[str] = frozenset()
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


def credit_of(cell: NotebookNode) -> float | None:
    """The number that a test's last expression gave; None where it gave none."""
    for output in cell.outputs:
        if output.output_type == "execute_result":
            try:
                return float(output.data.get("text/plain", ""))
            except ValueError:
                return None
    return None
