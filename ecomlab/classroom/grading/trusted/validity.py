"""nbgrader's check of its metadata, done once for what is the same in every student's notebook."""

from __future__ import annotations

import json
from typing import Any

from nbformat import NotebookNode
from nbgrader.nbgraderformat import MetadataValidator, ValidationError
from nbgrader.preprocessors import CheckCellMetadata


class _Remembering(MetadataValidator):
    """Passes at once what has passed before: each check validates nbgrader's schema anew as well.

    Which cells there are is the gradebook's to say by now, so there are few to remember.
    """

    def __init__(self) -> None:
        super().__init__()
        self._passed: set[tuple[str, str]] = set()

    def validate_cell(self, cell: NotebookNode) -> None:
        told = cell.metadata.get("nbgrader")
        if told is None:
            return
        known = (cell.cell_type, json.dumps(told, sort_keys=True))
        if known not in self._passed:
            super().validate_cell(cell)
            self._passed.add(known)


_validator = _Remembering()


class CheckOnce(CheckCellMetadata):
    """nbgrader's step, whose verdict and whose words these are where something is wrong."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        try:
            _validator.validate_nb(nb)
        except ValidationError:
            return super().preprocess(nb, resources)
        return nb, resources
