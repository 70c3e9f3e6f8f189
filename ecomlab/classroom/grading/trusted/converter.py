"""nbgrader's own Autograde, given one submission at a time, and its steps one part at a time."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.converters import Autograde
from nbgrader.preprocessors import CheckCellMetadata, Execute
from traitlets import import_item

from ecomlab.classroom.grading.trusted.validity import CheckOnce


class FastAutograde(Autograde):
    """nbgrader's Autograde for one staged submission, apart from its execution.

    Its preprocessors, configuration, hooks and plugins are nbgrader's.
    """

    staged: Path
    finished: Path

    def _format_source(self, assignment_id: str, student_id: str, escape: bool = False) -> str:
        return str(self.staged)

    def _format_dest(self, assignment_id: str, student_id: str, escape: bool = False) -> str:
        return str(self.finished)

    def prepare(self, assignment: str, student: str) -> None:
        """Make exporter and writer ready, and list the staged notebooks."""
        from nbconvert.writers import FilesWriter

        self.writer = FilesWriter(parent=self, config=self.config)
        self.exporter = self.exporter_class(parent=self, config=self.config)
        # A notebook that is not valid fails all the same: nothing is kept before the last step.
        self.exporter.optimistic_validation = True
        chosen = self.staged.glob(f"{self.coursedir.notebook_id}.ipynb")
        self.notebooks = sorted(str(p) for p in chosen)

    def resources_of(self, notebook: str, assignment: str, student: str) -> dict[str, Any]:
        """What nbgrader's preprocessors are told about a notebook."""
        name = Path(notebook).stem
        about = {
            "student": student,
            "assignment": assignment,
            "notebook": name,
            "db_url": self.coursedir.db_url,
        }
        return {
            "unique_key": name,
            "output_files_dir": f"{name}_files",
            "output_extension": self.exporter.file_extension,
            "metadata": {"name": name, "path": str(Path(notebook).parent)},
            "nbgrader": about,
        }

    def export(
        self, notebook: NotebookNode, resources: dict[str, Any], steps: Iterable[Any]
    ) -> NotebookNode:
        """Pass a notebook through some preprocessors, as nbgrader's exporter does."""
        self.exporter._preprocessors = []
        for step in steps:
            self.exporter.register_preprocessor(CheckOnce if step is CheckCellMetadata else step)
        if not self.exporter._preprocessors:
            return notebook
        text, _ = self.exporter.from_notebook_node(notebook, resources)
        return nbformat.reads(text, as_version=4)

    def split_steps(self) -> tuple[list[Any], Any, list[Any]]:
        """The autograding steps before, at, and after the execution."""
        steps = [import_item(s) if isinstance(s, str) else s for s in self.autograde_preprocessors]
        for place, step in enumerate(steps):
            if isinstance(step, type) and issubclass(step, Execute):
                return steps[:place], step, steps[place + 1 :]
        return steps, None, []
