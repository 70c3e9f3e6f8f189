"""What students will read of their tests: reasons and hints, and no hidden test."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from nbformat import NotebookNode
from nbgrader.utils import determine_grade, is_grade

from ecomlab.classroom.grading.record.cells import Redactor
from ecomlab.classroom.grading.trusted.execute import is_test
from ecomlab.classroom.grading.trusted.reference import credit_of

_HINT = ("# hint:", "# 提示：", "# 提示:")


def explain_lost_marks(notebook: NotebookNode, redactor: Redactor) -> list[dict[str, Any]]:
    """Leave hidden tests out of what students will read; put reason and hint in.

    Returns
    -------
    list of dict
        For each test that lost marks: its ``cell``, ``score``, ``of``, ``reason``, ``hint``.
    """
    found = []
    for cell in notebook.cells:
        if not (is_test(cell) and is_grade(cell)):
            continue
        score, maximum = determine_grade(cell)
        lost = score is not None and score < maximum
        hidden = redactor.has_hidden(cell.source)
        hints = [h for line in cell.source.splitlines() if (h := _hint(line))]
        if hidden:
            _hide_lines(cell.outputs, cell.source)
            cell.source = redactor.visible(cell.source).rstrip() + "\n# (hidden tests)"
            for output in cell.outputs:
                if output.output_type == "error":
                    output.traceback = [_short(output)]
        if lost:
            reason = next((_reason(o) for o in cell.outputs if _reason(o)), "no full marks")
            name = cell.metadata.nbgrader.grade_id
            marks = {"cell": name, "score": score, "of": maximum, "reason": reason}
            found.append(marks | ({"hint": hints[0]} if hints else {}))
            for output in cell.outputs:
                if output.output_type == "error" and hints:
                    output.traceback += [f"Hint: {hint}" for hint in hints]
    return found


def _hide_lines(outputs: list[NotebookNode], source: str) -> None:
    """Take a test's own lines, which a warning quotes, out of what was printed to stderr."""
    told = {line.strip() for line in source.splitlines() if line.strip()}
    for output in outputs:
        if output.output_type == "stream" and output.name == "stderr":
            lines = output.text.splitlines(keepends=True)
            output.text = "".join(n for n in lines if n.strip() not in told)


def settle_credit(cell: NotebookNode, credited: Collection[str]) -> str:
    """Turn credit that is no credit into none, where nbgrader would give all or fail; say so.

    To nbgrader a last expression that is not a number means full marks.
    """
    name, points = cell.metadata.nbgrader.grade_id, cell.metadata.nbgrader.points
    failed = any(o.output_type == "error" for o in cell.outputs)
    credit = credit_of(cell)
    if failed or (credit is None and name not in credited):
        return ""
    if credit is not None and 0 <= credit <= points:
        return ""
    told = "no number" if credit is None else f"{credit:g}"
    odd = f"the test gave {told} where 0 to {points:g} points were expected"
    cell.outputs = [o for o in cell.outputs if o.output_type != "execute_result"]
    cell.outputs.append(
        NotebookNode(output_type="error", ename="Credit", evalue=odd, traceback=[odd])
    )
    return odd


def _hint(line: str) -> str:
    text = line.strip()
    return next((text[len(m) :].strip() for m in _HINT if text.lower().startswith(m)), "")


def _short(output: NotebookNode) -> str:
    return f"\x1b[0;31m{output.ename}\x1b[0m: {output.evalue or 'a hidden test failed'}"


def _reason(output: NotebookNode) -> str:
    if output.output_type == "error":
        return f"{output.ename}: {output.evalue}".removeprefix("AssertionError: ")[:500]
    if output.output_type == "stream" and output.name == "stderr":
        last = "".join(output.text.strip().splitlines()[-1:])
        return f"the test printed to stderr: {last[:300]}"
    if output.output_type == "execute_result":
        return "partial credit"
    return ""
