"""The reference solution's two runs, of which each notebook's :class:`Reference` is made."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from nbformat import NotebookNode
from nbgrader.utils import determine_grade

from ecomlab.classroom.grading.record.cells import (
    Redactor,
    assigned_names,
    imports,
    judged_setup,
    left_behind,
    locked_setup,
    opening,
    sealable,
)
from ecomlab.classroom.grading.record.courses import GradingError
from ecomlab.classroom.grading.record.guard import CellRecord
from ecomlab.classroom.grading.trusted.execute import PipeExecute, is_test
from ecomlab.classroom.grading.trusted.harvest import keep_shops
from ecomlab.classroom.grading.trusted.prelude import Preludes
from ecomlab.classroom.grading.trusted.reference import Reference, credit_of
from ecomlab.classroom.grading.trusted.session import Session
from ecomlab.classroom.grading.trusted.zygote import Zygote, warmer

Names = frozenset[str]
# Why a test is not sealed.
_MORE_THAN_DATA = "it looks at more than data"
_NO_DATA = "its answers do not cross"
_FAILED = "the reference solution fails it"
_RELIED_ON = "later cells rely on what it leaves behind"


@dataclass
class Study:
    """Runs one notebook's sanitized reference: beside its tests, then sealed.

    Parameters
    ----------
    notebook, name, records
        The reference solution, and what the gradebook knows of its cells.
    folder, given
        Hold the files that the notebook may read, and that a judge may.
    execute
        Runs it; its own.
    """

    notebook: NotebookNode
    name: str
    records: Mapping[str, CellRecord]
    redactor: Redactor
    folder: str
    given: str
    execute: PipeExecute
    modules: list[str] = field(default_factory=list)
    _cells: list[NotebookNode] = field(default_factory=list)
    _seconds: float = 0.0
    _asked: set[str] = field(default_factory=set)

    def run_beside(self, zygote: Zygote) -> None:
        """Run it as nbgrader would; which modules were loaded by its end is known then."""
        session = Session(zygote, self.folder, self.given, shops=None)
        try:
            begun = time.monotonic()
            self._cells = self._run(session, frozenset(), {})
            self._seconds = time.monotonic() - begun
            if self.execute.ended is None:
                self.modules = session.modules()
                keep_shops(session, session.shops_opened()[0])
        finally:
            session.close()
        self._check(session)

    def run_sealed(self, preludes: Preludes) -> Reference:
        """Run it once more with its tests apart, and tell what was learnt."""
        code = [c for c in self.notebook.cells if c.cell_type == "code"]
        solutions = [c.source for c in code if _solution(c, self.records)]
        # A module that only an answer imports is the judge's own all the same.
        importing = (*_ordinary(code), *solutions)
        tests = {c.metadata.nbgrader.grade_id: c.source for c in code if is_test(c)}
        setup = (*filter(None, map(imports, importing)), *locked_setup(code, self.records))
        shown = ((t, left_behind(self.redactor.visible(s))) for t, s in tests.items())
        known: dict[str, Any] = {
            "name": self.name,
            "setup": setup,
            "asked_for": frozenset(assigned_names(solutions)),
            "left_behind": tuple((t, code) for t, code in shown if code),
        }
        head = tuple(opening(self.notebook.cells))
        head = () if _fails(self._cells, head) else head
        beside = _marks(self._cells)
        candidates = frozenset(t for t, s in tests.items() if sealable(s))
        passed = frozenset(t for t in candidates if _is_passed(beside.get(t)))
        sealed, why = passed, dict[str, str]()
        while True:
            cells, opened = self._run_apart(preludes, known, head, sealed)
            marks = _marks(cells)
            wrong = frozenset(t for t in sealed if marks.get(t) != beside.get(t))
            place = _first_changed(self._cells, cells, sealed)
            before = sealed & _names(self._cells[:place])
            # A test that goes wrong before any other cell does asks for more than data. Where there
            # is none, that cell relies on what one of the tests before it leaves behind.
            unsealed = wrong & before or (before if place < len(cells) else frozenset()) or wrong
            if not unsealed:
                break
            why |= dict.fromkeys(unsealed, _NO_DATA if unsealed <= wrong else _RELIED_ON)
            sealed -= unsealed
        why |= dict.fromkeys(candidates - passed, _FAILED)
        return Reference(
            **known,
            opening=head,
            credited=frozenset(
                c.metadata.nbgrader.grade_id
                for c in filter(is_test, self._cells)
                if credit_of(c) is not None
            ),
            attributes=frozenset(self._asked),
            sealed=sealed,
            unsealed=tuple((t, why.get(t, _MORE_THAN_DATA)) for t in tests if t not in sealed),
            shops=frozenset(opened[0]),
            judged_shops=frozenset(opened[1]),
            seconds=self._seconds,
            faults=tuple(_faults(self._cells)),
        )

    def _run_apart(
        self, preludes: Preludes, known: Mapping[str, Any], head: tuple[str, ...], sealed: Names
    ) -> tuple[list[NotebookNode], tuple[list[str], list[str]]]:
        """The cells, executed with some tests sealed, and the shops that were opened."""
        setup = known["setup"]
        session = Session(
            preludes.zygote,
            self.folder,
            self.given,
            setup,
            asked_for=known["asked_for"],
            attributes=None,
            shops=None,
            judged_shops=None,
            prelude=preludes.of(head, self.execute.timeout),
            judged_prelude=preludes.of(judged_setup(self.notebook, setup)),
        )
        opened: tuple[list[str], list[str]] = ([], [])
        try:
            cells = self._run(session, sealed, dict(known["left_behind"]))
            if self.execute.ended is None:
                opened = session.shops_opened()
        finally:
            session.close()
        self._check(session)
        self._asked |= session.asked
        return cells, opened

    def _run(
        self, session: Session, sealed: frozenset[str], left_behind: dict[str, str]
    ) -> list[NotebookNode]:
        """The cells, executed."""
        executed = deepcopy(self.notebook)
        self.execute.session, self.execute.sealed = session, sealed
        self.execute.left_behind = left_behind
        self.execute.preprocess(executed, {})
        return executed.cells

    def _check(self, session: Session) -> None:
        if session.killed:
            raise GradingError(
                f"something ended the process that ran the reference of '{self.name}' (is there "
                "memory enough?); run again"
            )


def run_all(
    studies: Sequence[Study], zygote: Zygote, loaded: Iterable[str], given: str, workers: int
) -> tuple[dict[str, Reference], Preludes, list[str]]:
    """Run each reference twice, several at once; what the first runs loaded is warm for the second.

    Returns
    -------
    dict of str to Reference
        What was learnt, by notebook.
    Preludes, list of str
        The warm process, or the one that took its place, with what the instructor's cells left;
        and the modules it has loaded.
    """
    try:
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(lambda study: study.run_beside(zygote), studies))
    except BaseException:
        zygote.close()
        raise
    late = dict.fromkeys(m for study in studies for m in study.modules)
    zygote, modules = warmer(zygote, loaded, late)
    preludes = Preludes(zygote, given)
    try:
        with ThreadPoolExecutor(workers) as pool:
            found = list(pool.map(lambda study: study.run_sealed(preludes), studies))
    except BaseException:
        preludes.close()
        raise
    return {r.name: r for r in found}, preludes, modules


def _ordinary(cells: Iterable[NotebookNode]) -> list[str]:
    """The code of the cells that nbgrader knows nothing of."""
    return [c.source for c in cells if not c.metadata.get("nbgrader")]


def _solution(cell: NotebookNode, records: Mapping[str, CellRecord]) -> bool:
    record = records.get(cell.metadata.get("nbgrader", {}).get("grade_id"))
    return record is not None and record.solution


def _fails(cells: list[NotebookNode], head: Sequence[str]) -> bool:
    """Whether one of the first code cells ended in an error within the walls."""
    run = [c for c in cells if c.cell_type == "code" and c.source.strip()][: len(head)]
    return any(o.output_type == "error" for c in run for o in c.outputs)


def _is_passed(mark: tuple[Any, float] | None) -> bool:
    """Whether a mark tells a right answer from none."""
    return mark is not None and mark[0] is not None and (mark[0] > 0 or mark[0] == mark[1])


def _first_changed(
    beside: Sequence[NotebookNode], apart: Sequence[NotebookNode], sealed: Names
) -> int:
    """The place of the first cell, sealed tests aside, that fails or gets another mark; the end,
    if none does."""
    marks = _marks(beside), _marks(apart)
    for place, pair in enumerate(zip(beside, apart, strict=True)):
        (name,) = _names(pair[:1]) or {""}
        differ = marks[0].get(name) != marks[1].get(name) or len(set(map(_error_of, pair))) > 1
        if differ and name not in sealed:
            return place
    return len(beside)


def _faults(cells: Iterable[NotebookNode]) -> Iterator[str]:
    """Where the reference loses marks, and by which error."""
    cells = list(cells)
    marks = _marks(cells)
    for cell in filter(is_test, cells):
        test = cell.metadata.nbgrader.grade_id
        score, maximum = marks[test]
        if score is not None and score < maximum:
            errors = [f" ({o.ename}: {o.evalue})" for o in cell.outputs if "ename" in o]
            why = "".join(errors[:1])[:300]
            yield f"the reference solution gets {score:g} of {maximum:g} in '{test}'{why}"


def _error_of(cell: NotebookNode) -> str | None:
    outputs = cell.get("outputs", ())
    return next((o.ename for o in outputs if o.output_type == "error"), None)


def _names(cells: Iterable[NotebookNode]) -> set[str]:
    told = (c.metadata.get("nbgrader", {}).get("grade_id") for c in cells)
    return {name for name in told if name}


def _marks(cells: Iterable[NotebookNode]) -> dict[str, tuple[Any, float]]:
    """The marks of each test cell, by nbgrader's own rule."""
    marks: dict[str, tuple[Any, float]] = {}
    for cell in filter(is_test, cells):
        try:
            marks[cell.metadata.nbgrader.grade_id] = determine_grade(cell)
        except ValueError:
            # Credit above the maximum: nbgrader refuses the whole submission.
            marks[cell.metadata.nbgrader.grade_id] = (-1, 0)
    return marks
