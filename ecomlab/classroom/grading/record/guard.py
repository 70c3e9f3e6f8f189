"""What a submission may contain: everything else is repaired or left out, and said aloud.

nbgrader trusts the metadata of a submitted notebook. Here the gradebook's own record of each
cell replaces it, so that a retyped, re-marked, copied or downgraded cell cannot change a mark.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.nbgraderformat import SCHEMA_VERSION
from nbgrader.utils import compute_checksum, is_locked

MAX_NOTEBOOK = 50 << 20
# Each list and mapping in it costs some kilobytes before it is graded.
MAX_PARTS = 200_000
MAX_FILES = 2_000
_LONGEST = 300
_SKIP = "skip-execution"
_COMPARED = ("grade", "solution", "locked", "task", "points", "schema_version")


class Refused(ValueError):
    """A submission that cannot be graded; the message says why, in one sentence."""


def in_line(text: str) -> str:
    """A text that may hold a student's words, in one printable line that is not too long.

    Examples
    --------
    >>> in_line("'a\\x1b[2J\\n' is a link")
    "'a\\\\x1b[2J\\\\n' is a link"
    """
    shown = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text[:_LONGEST])
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}..."


@dataclass(frozen=True)
class Finding:
    """Something unusual in a submission, the graded cell it concerns, if one, and its kind.

    Kinds are those of :data:`~ecomlab.classroom.grading.differences.DIFFERENCES`.
    """

    text: str
    cell: str | None = None
    kind: str = "edited"

    def __post_init__(self) -> None:
        """What a student named is told in one line, and harmless to a terminal."""
        object.__setattr__(self, "text", in_line(self.text))


@dataclass(frozen=True)
class CellRecord:
    """What the gradebook knows of one nbgrader cell."""

    cell_type: str
    locked: bool
    grade: bool
    solution: bool
    task: bool
    points: float | None
    source: str | None = None

    def metadata(self, grade_id: str) -> dict[str, Any]:
        """The nbgrader metadata that the cell must have."""
        found: dict[str, Any] = {
            "grade": self.grade,
            "solution": self.solution,
            "locked": self.locked,
            "task": self.task,
            "grade_id": grade_id,
            "schema_version": SCHEMA_VERSION,
        }
        return found if self.points is None else found | {"points": self.points}


def stage(
    submission: Path,
    target: Path,
    records: Mapping[str, Mapping[str, CellRecord]],
    *,
    max_bytes: int = 100_000_000,
    secret: Path | None = None,
) -> list[Finding]:
    """Copy what may be graded of a submission, repaired, and tell what was unusual.

    Parameters
    ----------
    submission
        The submitted folder.
    target
        A new folder for the copy.
    records
        The gradebook's cells, per notebook.
    max_bytes
        The largest file that is copied.
    secret
        A file that no submission may bring along: the gradebook itself.

    Raises
    ------
    Refused
        If a notebook is not one, is too large, or the folder itself is a link.
    """
    if submission.is_symlink():
        raise Refused("the submitted folder is a link to somewhere else")
    findings: list[Finding] = []
    target.mkdir(parents=True)
    for count, (source, kind) in enumerate(_walk(submission), start=1):
        name = source.relative_to(submission)
        if count > MAX_FILES:
            raise Refused(f"it holds more than {MAX_FILES:,} files")
        if stat.S_ISDIR(kind.st_mode):
            (target / name).mkdir()
        elif stat.S_ISLNK(kind.st_mode):
            findings.append(Finding(f"'{name}' is a link and was left out", kind="link"))
        elif not stat.S_ISREG(kind.st_mode):
            text = f"'{name}' is not a plain file and was left out"
            findings.append(Finding(text, kind="link"))
        elif secret is not None and secret.exists() and os.path.samestat(kind, secret.stat()):
            text = f"'{name}' is the gradebook itself and was left out"
            findings.append(Finding(text, kind="link"))
        elif name.suffix == ".ipynb" and len(name.parts) == 1 and name.stem in records:
            findings += _stage_notebook(source, target / name, records[name.stem])
        elif kind.st_size > max_bytes:
            text = f"'{name}' has {kind.st_size >> 20} MB and was left out"
            findings.append(Finding(text, kind="link"))
        else:
            shutil.copyfile(source, target / name, follow_symlinks=False)
    return findings


def _walk(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Everything below a folder, links not followed, each folder before what is in it."""
    for entry in sorted(os.scandir(folder), key=lambda e: e.name):
        kind = entry.stat(follow_symlinks=False)
        yield Path(entry.path), kind
        if stat.S_ISDIR(kind.st_mode):
            yield from _walk(Path(entry.path))


def _stage_notebook(source: Path, target: Path, records: Mapping[str, CellRecord]) -> list[Finding]:
    size = source.stat().st_size
    if size > MAX_NOTEBOOK:
        raise Refused(f"'{source.name}' has {size >> 20} MB; at most {MAX_NOTEBOOK >> 20} are read")
    notebook = read_notebook(source)
    findings = repair(notebook, records)
    if findings:
        nbformat.write(notebook, target)
    else:
        shutil.copyfile(source, target, follow_symlinks=False)
    return findings


def read_notebook(path: Path) -> NotebookNode:
    """A submitted notebook.

    Raises
    ------
    Refused
        If it is none.
    """
    try:
        text = path.read_text("utf-8")
        raw = json.loads(text)
        if not isinstance(raw, dict) or not isinstance(raw.get("nbformat"), int):
            raise ValueError("it lacks the notebook format's version")
        if _parts(raw) > MAX_PARTS:
            raise ValueError(f"it has more than {MAX_PARTS:,} parts")
        notebook = nbformat.reads(text, as_version=4)
        if notebook.nbformat_minor < 5:
            # Some editors write names of cells into notebooks of a format that has none yet.
            for cell in notebook.cells:
                cell.pop("id", None)
        _, notebook = nbformat.validator.normalize(notebook)
        nbformat.validate(notebook)
    except RecursionError:
        raise Refused(f"'{path.name}' is not a notebook: it is nested too deeply") from None
    except Exception as error:
        why = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise Refused(f"'{path.name}' is not a notebook: {why}") from None
    return notebook


def repair(notebook: NotebookNode, records: Mapping[str, CellRecord]) -> list[Finding]:
    """Give each cell the nbgrader metadata that the gradebook has for it, in place."""
    findings: list[Finding] = []
    copies = Counter(name for cell in notebook.cells if (name := _grade_id(cell)) is not None)
    for cell in notebook.cells:
        if "nbgrader" not in cell.metadata:
            continue
        name = _grade_id(cell)
        if name is None:
            del cell.metadata["nbgrader"]
            findings.append(Finding("a cell had nbgrader metadata without a name"))
        elif name not in records:
            if not _is_as_released(cell):
                findings.append(Finding(f"a cell called '{name[:80]}' is not in the assignment"))
            del cell.metadata["nbgrader"]
        elif copies[name] > 1:
            # The last copy counts, as with nbgrader.
            copies[name] -= 1
            del cell.metadata["nbgrader"]
            findings.append(
                Finding(f"cell '{name}' is there more than once; the last counts", name, "copied")
            )
        else:
            findings += _repair_cell(cell, name, records[name])
    for name, record in records.items():
        if name not in copies and (record.grade or record.task):
            findings.append(Finding(f"the graded cell '{name}' was deleted", name))
    return findings


def _repair_cell(cell: NotebookNode, name: str, record: CellRecord) -> Iterable[Finding]:
    right = record.metadata(name)
    given = cell.metadata["nbgrader"]
    # nbgrader locks every test, and no answer, whatever a cell says of that.
    means = {**given, "locked": is_locked(cell)}
    if not _is_as_released(cell):
        for key in _COMPARED:
            if _plain(means.get(key)) != _plain(right.get(key)):
                yield Finding(f"'{key}' of cell '{name}' was changed from {right.get(key)!r}", name)
        if cell.cell_type != record.cell_type:
            yield Finding(f"cell '{name}' was turned into {cell.cell_type}", name)
        elif record.locked and record.source is not None and not _alike(cell.source, record.source):
            yield Finding(f"the locked cell '{name}' was edited; the instructor's was run", name)
    if record.grade and _SKIP in cell.metadata.get("tags", []):
        cell.metadata["tags"] = [t for t in cell.metadata["tags"] if t != _SKIP]
        yield Finding(f"cell '{name}' was tagged to be skipped; it was run", name, "skipped")
    cell.metadata["nbgrader"] = NotebookNode({**_harmless(given), **right})


def _parts(value: Any) -> int:
    """How many lists and mappings there are in a JSON value."""
    count, waiting = 0, [value]
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, dict | list):
            count += 1
            waiting += inner.values() if isinstance(inner, dict) else inner
    return count


def _is_as_released(cell: NotebookNode) -> bool:
    """Whether a cell is what some release of the assignment gave out, though not the last one.

    Who knows how to make the checksum fit gains nothing: the gradebook's record counts.
    """
    given = cell.metadata["nbgrader"]
    try:
        return given.get("schema_version") == SCHEMA_VERSION and (
            given.get("checksum") == compute_checksum(cell)
        )
    except (KeyError, TypeError, ValueError):
        return False


def _harmless(given: Mapping[str, Any]) -> dict[str, Any]:
    """The harmless keys that nbgrader itself adds."""
    return {k: given[k] for k in ("checksum", "cell_type") if isinstance(given.get(k), str)}


def _grade_id(cell: NotebookNode) -> str | None:
    given = cell.metadata.get("nbgrader")
    name = given.get("grade_id") if isinstance(given, dict) else None
    return name if isinstance(name, str) and name else None


def _plain(value: Any) -> Any:
    """A flag or number for comparison: absent is false, 3 is 3.0."""
    if value is None or isinstance(value, bool):
        return bool(value)
    return float(value) if isinstance(value, int | float) else str(value)


def _alike(given: str, released: str) -> bool:
    return given.split() == released.split()
