"""Cells that a student copied: they run, and the class goes on."""

from __future__ import annotations

from nbgrader.preprocessors import DeduplicateIds as _DeduplicateIds


class DeduplicateIds(_DeduplicateIds):
    """nbgrader's step of this name, which leaves copies as plain cells.

    nbgrader marks a copy with empty metadata, takes that for a notebook of an old version, and
    stops the whole class there. The last copy of a cell is the one that counts, as in nbgrader.
    """

    def preprocess(self, nb, resources):
        nb, resources = super().preprocess(nb, resources)
        for cell in nb.cells:
            if cell.metadata.get("nbgrader") == {}:
                del cell.metadata["nbgrader"]
        return nb, resources
