"""Grade an assignment: which submissions, by how many workers, and what there is to report.

>>> from ecomlab.classroom import grade
>>> report = grade("market", course="course", workers=2)  # doctest: +SKIP
>>> print(report.summary())  # doctest: +SKIP
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from functools import partial
from pathlib import Path

from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from ecomlab.classroom.grading import sandbox
from ecomlab.classroom.grading.record.cells import Redactor, cell_records
from ecomlab.classroom.grading.record.courses import (
    GradingError,
    Settings,
    check_assignment,
    check_course,
    is_new,
    submissions,
)
from ecomlab.classroom.grading.record.gradebook import OneGradebook, shared
from ecomlab.classroom.grading.record.kernels import stock_reason
from ecomlab.classroom.grading.report import Report
from ecomlab.classroom.grading.trusted.converter import FastAutograde
from ecomlab.classroom.grading.trusted.prelude import Preludes
from ecomlab.classroom.grading.trusted.reference import Reference, modules_of, unsealed_reference
from ecomlab.classroom.grading.trusted.study import Study, run_all
from ecomlab.classroom.grading.trusted.submission import (
    Result,
    given_folder,
    lay_out_given,
)
from ecomlab.classroom.grading.trusted.zygote import ZygoteError, warmed
from ecomlab.classroom.grading.workers import Job, in_this_process, in_workers

Progress = Callable[[Result, int, int, float], None]
_HIDDEN = ".ecomlab"
_UNLIKE_SOURCE = "the source notebook is not the one that was released"


def grade(
    assignment: str,
    *,
    course: str | Path = ".",
    students: str = "*",
    workers: int = 1,
    isolation: str = "strict",
    timeout: int | None = None,
    memory: int = 2048,
    again: bool = False,
    executor: Executor | None = None,
    accepted: Callable[[int], None] = lambda todo: None,
    progress: Progress | None = None,
    db_url: str | None = None,
) -> Report:
    """Grade the submissions of an assignment as ``nbgrader autograde`` would, sealed and fast.

    Parameters
    ----------
    assignment
        The assignment, e.g. ``"market"``.
    course
        The course's folder.
    students
        Which students, as a glob.
    workers
        How many submissions are run at once.
    isolation
        ``"strict"``: namespaces, Landlock, seccomp and limits; ``"basic"``: without namespaces;
        ``"none"``: only for submissions that you trust.
    timeout
        Seconds that a cell may take; nbgrader's ``Execute.timeout`` unless given.
    memory
        MB that a submission may use, imported libraries included.
    again
        Grade also what was graded before; otherwise that is done only for what is new or was
        submitted again, so that a run that was stopped goes on where it stood.
    executor
        Where to run instead of local processes, e.g. Dask's ``client.get_executor()``.
    accepted
        Called once it is known that the request can be met, with how many submissions there are;
        the reference solution is run then, which takes a while.
    progress
        Called after each submission with its result, how many are done, how many there are, and
        the seconds that are left.
    db_url
        The gradebook, where it is not the one of the configuration.

    Returns
    -------
    Report
        What became of each submission.

    Raises
    ------
    GradingError
        If the request cannot be met; nothing was written then.
    sandbox.Unavailable
        If this machine cannot build the walls of that isolation.
    """
    begun = time.monotonic()
    root = Path(course).resolve()
    _check_request(assignment, students, workers, isolation, timeout, memory)
    settings = Settings(db_url, timeout)
    config = settings.config(root)
    directory = CourseDirectory(config=config, root=str(root))
    check_course(directory, root)
    check_assignment(directory, assignment)
    executes = _own_execute(directory, config)
    chosen = submissions(
        directory, assignment, directory.student_id if students == "*" else students
    )
    lacking = sandbox.missing(isolation)
    if lacking:
        raise sandbox.Unavailable(
            f"this machine lacks for --isolation {isolation}: {'; '.join(lacking)}. "
            "Grade on another one, or say --isolation basic or none if you trust the submissions"
        )
    todo = [s for s in chosen if again or is_new(directory, assignment, s)]
    skipped = [Result(s, "skipped", reason="graded before") for s in chosen if s not in set(todo)]
    stock = _need_stock_kernels(directory, assignment, isolation)
    plan = sandbox.plan(isolation, memory_mb=memory, hidden=[root])
    report = Report(assignment, isolation, workers, results=skipped)
    report.notes += sandbox.notes(isolation)
    report.notes += executes
    report.notes += [f"'{n}.ipynb' runs in a stock kernel, as {why}" for n, why in stock.items()]
    if not todo:
        _clear_abandoned(_hidden(directory))
        return report
    with contextlib.ExitStack() as stack:
        scratch = stack.enter_context(_scratch(directory))
        is_warm = partial(accepted, len(todo))
        job, preludes = _prepare(
            settings, config, directory, assignment, plan, scratch, report, stock, is_warm
        )
        if executor is None and workers == 1:
            results = in_this_process(job, preludes, todo)
        else:
            stack.callback(preludes.close)
            results = in_workers(job, todo, workers, preludes, executor)
        report.startup_seconds = time.monotonic() - begun
        started = time.monotonic()
        with contextlib.closing(results):
            for done, result in enumerate(results, start=1):
                report.results.append(result)
                left = (time.monotonic() - started) / done * (len(todo) - done)
                if progress is not None:
                    progress(result, done, len(todo), left)
    report.seconds = time.monotonic() - begun
    return report


def _check_request(
    assignment: str, students: str, workers: int, isolation: str, timeout: int | None, memory: int
) -> None:
    if isolation not in sandbox.ISOLATIONS:
        raise GradingError(
            f"isolation is one of {', '.join(sandbox.ISOLATIONS)}, not {isolation!r}"
        )
    if workers < 1:
        raise GradingError(f"there must be at least 1 worker, not {workers}")
    if timeout is not None and timeout < 1:
        raise GradingError(f"a cell needs a timeout of at least 1 second, not {timeout}")
    if memory < 1:
        raise GradingError(f"memory must be a positive number of MB, not {memory}")
    for what, name in (("assignment", assignment), ("student", students)):
        if not name or "/" in name or "\\" in name or name in (".", "..") or "\0" in name:
            raise GradingError(f"{name!r} is not the name of a {what}: it is part of a path")


def _sources(directory: CourseDirectory, assignment: str) -> list[Path]:
    source = Path(directory.format_path(directory.source_directory, ".", assignment))
    return sorted(source.glob("*.ipynb"))


def _need_stock_kernels(
    directory: CourseDirectory, assignment: str, isolation: str
) -> dict[str, str]:
    """The notebooks that run in a stock kernel, and why; it has no walls."""
    found = {n.stem: why for n in _sources(directory, assignment) if (why := stock_reason(n))}
    if found and isolation != "none":
        name, why = next(iter(found.items()))
        raise GradingError(
            f"'{name}.ipynb' needs a stock kernel, which has no walls, as {why}; "
            "say --isolation none if you trust the submissions"
        )
    return found


def _own_execute(directory: CourseDirectory, config: Config) -> list[str]:
    """A note where the configuration's own step that executes is replaced by the grader's."""
    from nbgrader.preprocessors import Execute

    _, step, _ = FastAutograde(coursedir=directory, config=config).split_steps()
    if step is None:
        raise GradingError("Autograde.autograde_preprocessors has no Execute step")
    if step is Execute:
        return []
    return [f"the walls take the place of the configuration's own step '{step.__name__}'"]


@contextlib.contextmanager
def _scratch(directory: CourseDirectory) -> Iterator[Path]:
    """A folder beside the graded notebooks, for what is not finished; a killed run's is removed."""
    base = _hidden(directory)
    is_first = not base.parent.exists()
    folder, held = _new_folder(base)
    _clear_abandoned(base)
    try:
        yield folder
    finally:
        _remove(folder)
        os.close(held)
        # What a killed run's last children still held at the start is free by now.
        _clear_abandoned(base)
        if is_first:
            with contextlib.suppress(OSError):
                base.parent.rmdir()


def _hidden(directory: CourseDirectory) -> Path:
    return Path(directory.root, directory.autograded_directory, _HIDDEN)


def _new_folder(base: Path) -> tuple[Path, int]:
    """A folder of this run's own, and the lock on it, which no killed run has."""
    while True:
        folder = base / f"{os.uname().nodename}-{os.getpid()}-{time.time_ns()}"
        # Another run that tidies up may take it away before it is locked, or its parent from under.
        try:
            folder.mkdir(parents=True)
            held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except (FileNotFoundError, FileExistsError):
            if base.is_file():
                raise
            continue
        fcntl.flock(held, fcntl.LOCK_EX)
        if folder.exists():
            return folder, held
        os.close(held)


def _remove(folder: Path) -> None:
    """Remove a folder, though a killed worker's child may write into it for a moment more."""
    for pause in (0.0, 0.1, 0.3, 1.0):
        time.sleep(pause)
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return


def _clear_abandoned(base: Path) -> None:
    """Remove what no run holds any more, and the folder itself where nothing is left in it."""
    for other in base.glob("*"):
        with contextlib.suppress(OSError):
            probe = os.open(other, os.O_RDONLY | os.O_DIRECTORY)
            try:
                fcntl.flock(probe, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(other, ignore_errors=True)
            finally:
                os.close(probe)
    with contextlib.suppress(OSError):
        base.rmdir()


def _prepare(
    settings: Settings,
    config: Config,
    directory: CourseDirectory,
    assignment: str,
    plan: sandbox.Plan,
    scratch: Path,
    report: Report,
    stock: Mapping[str, str],
    is_warm: Callable[[], None],
) -> tuple[Job, Preludes]:
    """Warm a process up, and run the reference solution of each notebook in its forks."""
    notebooks = _sources(directory, assignment)
    early = dict.fromkeys(m for n in notebooks for m in modules_of(n))
    try:
        zygote, loaded = warmed(plan, early)
        try:
            is_warm()
            references, studies = _plan_studies(
                config, directory, assignment, notebooks, scratch, stock
            )
        except BaseException:
            zygote.close()
            raise
        at_once = min(report.workers, os.cpu_count() or 1)
        given = str(given_folder(scratch))
        found, preludes, loaded = run_all(studies, zygote, loaded, given, at_once)
    except ZygoteError as error:
        raise GradingError(str(error)) from None
    references |= found
    for name, reference in references.items():
        report.references[name] = reference
        report.notes += [f"{name}: {fault}" for fault in reference.faults]
    job = Job(
        root=directory.root,
        settings=settings,
        assignment=assignment,
        plan=plan,
        modules=tuple(loaded),
        references=tuple(references.items()),
        scratch=str(scratch),
    )
    return job, preludes


def _plan_studies(
    config: Config,
    directory: CourseDirectory,
    assignment: str,
    notebooks: Sequence[Path],
    scratch: Path,
    stock: Mapping[str, str],
) -> tuple[dict[str, Reference], list[Study]]:
    """The notebooks whose reference is not run, and what is needed to run the others."""
    import nbformat

    from ecomlab.classroom.grading.trusted.execute import PipeExecute

    redactor = Redactor(config)
    given = str(lay_out_given(directory, config, assignment, scratch))
    gradebook = OneGradebook(directory.db_url, directory.course_id)
    references: dict[str, Reference] = {}
    studies: list[Study] = []
    try:
        sources = {n.stem: n for n in notebooks}
        for name, cells in cell_records(gradebook, assignment, redactor).items():
            if why := stock.get(name):
                references[name] = unsealed_reference(name, cells, why, stock=why)
                continue
            if name not in sources:
                references[name] = unsealed_reference(name, cells, "there is no source notebook")
                continue
            converter = FastAutograde(coursedir=directory, config=config)
            converter.log.setLevel(logging.CRITICAL)
            converter.staged = converter.finished = scratch
            converter.prepare(assignment, ".")
            resources = converter.resources_of(str(sources[name]), assignment, ".")
            notebook = nbformat.read(sources[name], as_version=4)
            try:
                with shared(gradebook):
                    notebook = converter.export(
                        notebook, resources, converter.sanitize_preprocessors
                    )
            except Exception:
                references[name] = unsealed_reference(name, cells, _UNLIKE_SOURCE)
                continue
            finally:
                gradebook.forget()
            execute = PipeExecute(parent=converter.exporter)
            folder = str(sources[name].parent)
            studies.append(Study(notebook, name, cells, redactor, folder, given, execute))
    finally:
        gradebook.forget()
        gradebook.end()
    return references, studies
