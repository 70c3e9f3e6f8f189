"""Metadata is checked as nbgrader checks it, though what has passed is not looked at twice."""

from __future__ import annotations

from copy import deepcopy

import jsonschema
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.preprocessors import CheckCellMetadata

from ecomlab.classroom.grading.trusted.validity import CheckOnce

PLAIN = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}


def notebook():
    test = {**PLAIN, "grade": True, "locked": True, "points": 1, "grade_id": "t"}
    answer = {**PLAIN, "solution": True, "grade_id": "a"}
    return new_notebook(
        cells=[
            new_markdown_cell("Read this."),
            new_code_cell("x = 1", metadata={"nbgrader": answer}),
            new_code_cell("assert x", metadata={"nbgrader": test}),
        ]
    )


def change(place, **values):
    def changed():
        made = notebook()
        told = made.cells[place].metadata.nbgrader
        told.update(values)
        for name in [n for n, v in values.items() if v is None]:
            del told[name]
        return made

    return changed


def as_markdown():
    made = notebook()
    made.cells[2] = new_markdown_cell("assert x", metadata=made.cells[2].metadata)
    return made


def twice():
    made = notebook()
    made.cells.append(deepcopy(made.cells[2]))
    return made


FAULTS = {
    "an older schema": change(1, schema_version=2),
    "a newer schema": change(1, schema_version=4),
    "a name of another kind": change(2, grade_id=7),
    "no name": change(2, grade_id=None),
    "an empty name": change(1, grade_id=""),
    "no points": change(2, points=None),
    "points below zero": change(2, points=-1),
    "a lock that is no yes or no": change(1, locked="perhaps"),
    "a key that is not nbgrader's": change(1, mine=True),
    "a test in words": as_markdown,
    "a test twice": twice,
}


def verdict(step, made):
    try:
        step().preprocess(made, {})
    except Exception as error:
        return type(error), str(error)
    return None


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_as_nbgrader_tells_it_though_its_neighbours_passed(fault):
    assert verdict(CheckOnce, notebook()) is None
    told = verdict(CheckCellMetadata, FAULTS[fault]())
    assert told is not None
    assert verdict(CheckOnce, FAULTS[fault]()) == told
    assert verdict(CheckOnce, FAULTS[fault]()) == told


def test_what_has_passed_is_not_validated_again(monkeypatch):
    made = notebook()
    assert verdict(CheckOnce, made) is None
    monkeypatch.setattr(jsonschema, "validate", lambda *given: pytest.fail("validated again"))
    assert verdict(CheckOnce, made) is None
