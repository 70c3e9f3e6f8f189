"""Execute the instructor's notebooks, and keep only what is the same on every machine."""

from __future__ import annotations

import io
from base64 import b64decode, b64encode
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbformat import NotebookNode

from ecomlab.classroom.build.lesson import Lesson
from ecomlab.classroom.build.notebook import to_notebook

_WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
CELL_TIMEOUT = 120


class SolutionError(RuntimeError):
    """A lesson's own solution does not run cleanly; the message names the cell."""


def execute(lesson: Lesson, lang: str) -> NotebookNode:
    """The notebook of a lesson in one language, executed, with portable outputs.

    Raises
    ------
    SolutionError
        If a cell fails, or prints to stderr (which would cost marks in a graded cell).
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellTimeoutError

    notebook = to_notebook(lesson, lang)
    with TemporaryDirectory(prefix="ecomlab-") as elsewhere:
        client = NotebookClient(
            notebook,
            timeout=CELL_TIMEOUT,
            allow_errors=True,
            record_timing=False,
            store_widget_state=False,
            extra_arguments=["--IPKernelApp.log_level=ERROR"],
            resources={"metadata": {"path": elsewhere}},
        )
        try:
            client.execute()
        except CellTimeoutError:
            raise SolutionError(f"{lesson.name} ({lang}): a cell ran {CELL_TIMEOUT} s") from None
    # The kernel reports its exact version; the built notebook is the same for all of them.
    notebook.metadata = to_notebook(lesson, lang).metadata
    for cell in notebook.cells:
        if cell.cell_type == "code":
            _refuse_faults(cell, lesson, lang)
            cell.outputs = [_portable(output) for output in cell.outputs]
    return notebook


def write(notebook: NotebookNode, path: Path) -> None:
    """Write a notebook whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    nbformat.write(notebook, unfinished)
    unfinished.replace(path)


def _refuse_faults(cell: NotebookNode, lesson: Lesson, lang: str) -> None:
    for output in cell.outputs:
        if output.output_type == "error":
            fault = f"fails with {output.ename}: {output.evalue}"
        elif output.output_type == "stream" and output.name == "stderr":
            fault = f"prints to stderr: {output.text.strip()}"
        else:
            continue
        lines = [c.line for c in lesson.cells if c.source == cell.source]
        place = f"line {lines[0]}" if lines else "its first cell"
        raise SolutionError(f"{lesson.name} ({lang}), {place}: the solution {fault}")


def _portable(output: NotebookNode) -> NotebookNode:
    """An output without what differs from run to run: widget ids and versions in pictures."""
    data = output.get("data", {})
    data.pop(_WIDGET_VIEW, None)
    if "image/png" in data:
        data["image/png"] = _plain_png(data["image/png"])
    return output


def _plain_png(encoded: str) -> str:
    from PIL import Image

    plain = io.BytesIO()
    with Image.open(io.BytesIO(b64decode(encoded))) as picture:
        picture.info.clear()
        picture.quantize(colors=128).save(plain, "png", optimize=True)
    return b64encode(plain.getvalue()).decode()
