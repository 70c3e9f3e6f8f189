"""Grade one submission: nbgrader's own steps around an execution of ours."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import time
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.converters import Autograde, NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import find_all_files
from traitlets.config import Config

from ecomlab.classroom.grading.record import guard
from ecomlab.classroom.grading.record.cells import Redactor, cell_records, judged_setup, opening
from ecomlab.classroom.grading.record.gradebook import GradebookError, OneGradebook, shared, writing
from ecomlab.classroom.grading.trusted.converter import FastAutograde
from ecomlab.classroom.grading.trusted.execute import PipeExecute, is_test
from ecomlab.classroom.grading.trusted.feedback import explain_lost_marks, settle_credit
from ecomlab.classroom.grading.trusted.harvest import take_files
from ecomlab.classroom.grading.trusted.prelude import Preludes
from ecomlab.classroom.grading.trusted.reference import Reference
from ecomlab.classroom.grading.trusted.session import Session
from ecomlab.classroom.grading.trusted.zygote import ZygoteError


@dataclass
class Result:
    """What became of one submission."""

    student: str
    status: str
    score: float | None = None
    max_score: float | None = None
    seconds: float = 0.0
    reason: str = ""
    unusual: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    lost: list[dict[str, Any]] = field(default_factory=list)
    not_data: list[str] = field(default_factory=list)
    sealed: int = 0
    unsealed: int = 0


@dataclass
class Grader:
    """Everything a worker needs to grade submissions of one assignment.

    Parameters
    ----------
    config
        nbgrader's configuration.
    root, assignment
        The course's folder and the assignment.
    references
        What running the reference solution taught, per notebook.
    preludes
        A warm process, and what the instructor's cells left there; the grader's own from now on.
    """

    config: Config
    root: str
    assignment: str
    references: Mapping[str, Reference]
    preludes: Preludes
    scratch: Path

    def __post_init__(self) -> None:
        self.coursedir = CourseDirectory(config=self.config, root=self.root)
        # Hooks are told of it.
        self.coursedir.assignment_id = self.assignment
        self.gradebook = OneGradebook(self.coursedir.db_url, self.coursedir.course_id)
        self._redactor = Redactor(self.config)
        self._records = cell_records(self.gradebook, self.assignment, self._redactor)
        self.gradebook.forget()
        given = given_folder(self.scratch)
        names = (p.relative_to(given).as_posix() for p in given.rglob("*"))
        self._given = {n for n in names if (given / n).is_file()}

    def close(self) -> None:
        """Let go of the gradebook and the warm processes."""
        self.gradebook.end()
        self.preludes.close()

    def grade(self, student: str) -> Result:
        """Grade one submission; a failure is a result, never an exception.

        Database failures do raise, as they concern every submission.
        """
        begun = time.monotonic()
        here = self.scratch / f"{os.getpid()}-{time.monotonic_ns()}"
        here.mkdir(parents=True)
        result = Result(student, "graded")
        try:
            with shared(self.gradebook):
                self._grade(student, here, result)
        except guard.Refused as refusal:
            result.status, result.reason = "failed", str(refusal)
        except NbGraderException as failure:
            result.status, result.reason = "failed", str(failure).splitlines()[0]
        except OSError as failure:
            result.status = "failed"
            result.reason = f"a file could not be read or written: {failure}"
        except (GradebookError, ZygoteError):
            raise
        except Exception as failure:
            result.status = "failed"
            result.reason = f"{type(failure).__name__}: {failure}".splitlines()[0][:300]
        finally:
            self.gradebook.forget()
            _remove(here)
        result.reason = guard.in_line(result.reason)
        result.seconds = time.monotonic() - begun
        return result

    def _grade(self, student: str, here: Path, result: Result) -> None:
        course = self.coursedir
        submitted = Path(course.format_path(course.submitted_directory, student, self.assignment))
        findings = guard.stage(
            submitted,
            here / "staged",
            self._records,
            max_bytes=course.max_file_size * 1000,
            secret=_database_file(course.db_url),
        )
        _check_timestamp(course, here / "staged")
        converter = FastAutograde(coursedir=course, config=self.config)
        converter.log.setLevel(logging.ERROR)
        converter.staged, converter.finished = here / "staged", here / "finished"
        converter.finished.mkdir()
        converter.prepare(self.assignment, student)
        if not converter.notebooks:
            raise guard.Refused("it holds no notebook of the assignment")
        converter.run_pre_convert_hook()
        with writing(self.gradebook, self.root):
            converter.init_assignment(self.assignment, student)
            self._zero_what_is_not_staged(converter, student)
        executed = [
            self._execute(converter, path, student, result, findings)
            for path in converter.notebooks
        ]
        _, _, after = converter.split_steps()
        result.unusual = [f.text for f in findings]
        result.kinds = sorted({f.kind for f in findings} | set(result.kinds))
        with writing(self.gradebook, self.root):
            for notebook, resources in executed:
                done = converter.export(notebook, resources, after)
                result.lost += explain_lost_marks(done, self._redactor)
                converter.write_single_notebook(nbformat.writes(done), resources)
            if result.unusual:
                self._flag(student, findings)
            submission = self.gradebook.find_submission(self.assignment, student)
            result.score, result.max_score = submission.score, submission.max_score
            converter.set_permissions(self.assignment, student)
        final = course.format_path(course.autograded_directory, student, self.assignment)
        _put_in_place(converter.finished, Path(final), here)
        converter.run_post_convert_hook()
        result.status = "flagged" if result.unusual else "graded"

    def _execute(
        self,
        converter: FastAutograde,
        path: str,
        student: str,
        result: Result,
        findings: list[guard.Finding],
    ) -> tuple[NotebookNode, dict[str, Any]]:
        resources = converter.resources_of(path, self.assignment, student)
        notebook = nbformat.read(path, as_version=4)
        notebook = converter.export(notebook, resources, converter.sanitize_preprocessors)
        resources["metadata"]["path"] = str(converter.finished)
        before, step, _ = converter.split_steps()
        notebook = converter.export(notebook, resources, before)
        self.gradebook.forget()
        if step is None:
            return notebook, resources
        reference = self.references[resources["unique_key"]]
        tests = {c.metadata.nbgrader.grade_id for c in notebook.cells if is_test(c)}
        result.sealed += len(tests & reference.sealed)
        result.unsealed += len(tests - reference.sealed)
        if reference.stock:
            notebook = converter.export(notebook, resources, [step])
        else:
            notebook, found, not_data = self._run_within_walls(
                converter, notebook, resources, reference
            )
            result.not_data += [f"{resources['unique_key']}/{test}" for test in not_data]
            findings += [
                replace(f, text=f"{resources['unique_key']}: {f.text}")
                for f in dict.fromkeys(found)
            ]
        for cell in filter(is_test, notebook.cells):
            if odd := settle_credit(cell, reference.credited):
                test = cell.metadata.nbgrader.grade_id
                findings.append(guard.Finding(f"{test}: {odd}", test, "credit"))
        return notebook, resources

    def _run_within_walls(
        self,
        converter: FastAutograde,
        notebook: NotebookNode,
        resources: dict[str, Any],
        reference: Reference,
    ) -> tuple[NotebookNode, list[guard.Finding], list[str]]:
        """Run a notebook, and once more where something else than the grader killed it.

        With what was unusual, and the tests that met an object that is no data.
        """
        setup = judged_setup(notebook, reference.setup)
        prelude = judged = None
        if self._begins_as_given(notebook, reference, converter.finished):
            timeout = PipeExecute(parent=converter.exporter).timeout
            prelude = self.preludes.of(reference.opening, timeout)
        if reference.sealed:
            judged = self.preludes.of(setup)
        for last in (False, True):
            attempt = deepcopy(notebook)
            session = Session(
                self.preludes.zygote,
                str(converter.finished),
                str(given_folder(self.scratch)),
                setup=setup,
                asked_for=reference.asked_for,
                attributes=reference.attributes,
                shops=reference.shops,
                judged_shops=reference.shops | reference.judged_shops,
                prelude=prelude,
                judged_prelude=judged,
            )
            execute = PipeExecute(parent=converter.exporter)
            execute.session, execute.sealed = session, reference.sealed
            execute.left_behind = dict(reference.left_behind)
            execute.not_data = []
            found: list[guard.Finding] = []
            try:
                if execute.enabled:
                    execute.preprocess(attempt, resources)
                    if execute.ended:
                        found.append(guard.Finding(execute.ended, kind="crash"))
                if last or not session.killed:
                    kept = {*self._given, "timestamp.txt"}
                    found += take_files(session, converter.finished, kept)
                    break
            finally:
                session.close()
        return attempt, found + session.notes, execute.not_data

    def _begins_as_given(self, notebook: NotebookNode, reference: Reference, work: Path) -> bool:
        """Whether a submission begins with the instructor's cells, and brings no files to read."""
        own = {p.relative_to(work).as_posix() for p in work.rglob("*") if p.is_file()}
        own = {n for n in own if not n.endswith(".ipynb")} - {"timestamp.txt"}
        head = reference.opening
        return own == self._given and tuple(opening(notebook.cells))[: len(head)] == head

    def _zero_what_is_not_staged(self, converter: FastAutograde, student: str) -> None:
        if self.coursedir.notebook_id != "*":
            return
        there = {Path(p).stem for p in converter.notebooks}
        for notebook in self.gradebook.find_assignment(self.assignment).notebooks:
            if notebook.name in there:
                continue
            found = self.gradebook.find_submission_notebook(notebook.name, self.assignment, student)
            for grade in found.grades:
                grade.auto_score = 0
                grade.needs_manual_grade = False

    def _flag(self, student: str, findings: Iterable[guard.Finding]) -> None:
        """Ask for a person's eyes: on the cells concerned, or on the first of the submission."""
        cells = {f.cell for f in findings if f.cell}
        submission = self.gradebook.find_submission(self.assignment, student)
        grades = [g for n in submission.notebooks for g in n.grades]
        concerned = [g for g in grades if g.name in cells] or grades[:1]
        for grade in concerned:
            grade.needs_manual_grade = True


def given_folder(scratch: Path) -> Path:
    """Where a run keeps the instructor's files, which are all that a judge may read."""
    return scratch / "given"


def lay_out_given(course: CourseDirectory, config: Config, assignment: str, scratch: Path) -> Path:
    """Copy the files that nbgrader lays over a student's, so without those that it leaves be."""
    source = Path(course.format_path(course.source_directory, ".", assignment))
    left = Autograde(coursedir=course, config=config).exclude_overwriting.get(assignment, [])
    target = given_folder(scratch)
    target.mkdir()
    for file in map(Path, find_all_files(str(source), [*course.ignore, "*.ipynb"])):
        name = file.relative_to(source)
        if name.as_posix() not in left:
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, target / name)
    return target


def _check_timestamp(course: CourseDirectory, staged: Path) -> None:
    """nbgrader cannot say that a timestamp is unreadable; it fails on the way to saying so."""
    from nbgrader.utils import parse_utc

    file = staged / "timestamp.txt"
    if not file.exists():
        return
    text = file.read_text(errors="replace").strip()
    try:
        if text:
            parse_utc(text)
    except (ValueError, OverflowError):
        raise guard.Refused(f"its timestamp.txt is not a time: {text[:40]!r}") from None


def _database_file(db_url: str) -> Path | None:
    return Path(db_url.removeprefix("sqlite:///")) if db_url.startswith("sqlite:///") else None


def _put_in_place(finished: Path, final: Path, here: Path) -> None:
    """Swap the graded folder in; at no moment is half a folder there."""
    final.parent.mkdir(parents=True, exist_ok=True)
    if final.exists():
        final.rename(here / "replaced")
    finished.rename(final)


def _remove(folder: Path) -> None:
    with contextlib.suppress(OSError):
        shutil.rmtree(folder)
