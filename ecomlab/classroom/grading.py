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
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from ecomlab.classroom import sandbox
from ecomlab.classroom.gradebook import OneGradebook, explain, shared
from ecomlab.classroom.records import Redactor, cell_records
from ecomlab.classroom.reference import Reference, modules_of, study, unsealed_reference
from ecomlab.classroom.report import Report
from ecomlab.classroom.submission import FastAutograde, Grader, Result
from ecomlab.classroom.zygote import Zygote, ZygoteError, warmed

Progress = Callable[[Result, int, int, float], None]
Results = Generator[Result, None, None]
_HIDDEN = ".ecomlab"
_TRIES = 3
_VERSION = "SELECT version_num FROM alembic_version"


class GradingError(ValueError):
    """The run cannot start as asked, or cannot go on; nothing half-done is left."""


@dataclass(frozen=True)
class Job:
    """What a worker needs to know, on this machine or another."""

    config: dict[str, Any]
    root: str
    assignment: str
    plan: sandbox.Plan
    modules: tuple[str, ...]
    references: tuple[tuple[str, Reference], ...]
    scratch: str

    def grader(self) -> Grader:
        """A grader with a warm process of its own."""
        zygote, _ = warmed(self.plan, self.modules)
        try:
            return Grader(
                config=Config(self.config),
                root=self.root,
                assignment=self.assignment,
                references=dict(self.references),
                zygote=zygote,
                scratch=Path(self.scratch),
            )
        except BaseException:
            zygote.close()
            raise


def load_config(root: Path) -> Config:
    """nbgrader's configuration of a course, as its own commands read it.

    Raises
    ------
    GradingError
        If the folder is not a course.
    """
    from nbgrader.apps import NbGrader

    if not root.is_dir():
        raise GradingError(f"there is no folder {str(root)!r}")
    here = os.getcwd()
    app = NbGrader()
    app.log.setLevel(logging.CRITICAL)
    try:
        os.chdir(root)
        app.initialize([], root=str(root))
        config = app.config
    except SystemExit:
        raise GradingError(f"nbgrader_config.py in {str(root)!r} cannot be read") from None
    finally:
        os.chdir(here)
        NbGrader.clear_instance()
    return config


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
    config = load_config(root)
    if db_url:
        config.CourseDirectory.db_url = db_url
    if timeout is not None:
        # Set here, as nbconvert reads its configuration anew for each notebook.
        config.PipeExecute.timeout = timeout
    directory = CourseDirectory(config=config, root=str(root))
    _check_course(directory, root)
    _check_assignment(directory, assignment)
    chosen = _submissions(directory, assignment, students)
    lacking = sandbox.missing(isolation)
    if lacking:
        raise sandbox.Unavailable(
            f"this machine lacks for --isolation {isolation}: {'; '.join(lacking)}. "
            "Grade on another one, or say --isolation basic or none if you trust the submissions"
        )
    todo = [s for s in chosen if again or _is_new(directory, assignment, s)]
    skipped = [Result(s, "skipped", reason="graded before") for s in chosen if s not in set(todo)]
    plan = sandbox.plan(isolation, memory_mb=memory, hidden=[root])
    report = Report(assignment, isolation, workers, results=skipped)
    report.notes += sandbox.notes(isolation)
    if not todo:
        return report
    with _scratch(directory) as scratch:
        job, zygote = _prepare(config, directory, assignment, plan, scratch, report)
        if executor is None and workers == 1:
            results = _in_this_process(job, zygote, todo)
        else:
            zygote.close()
            first = executor or _warm_pool(job, min(workers, len(todo)))
            results = _in_workers(job, todo, workers, first, own=executor is None)
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


def _check_course(directory: CourseDirectory, root: Path) -> None:
    told = (root / "nbgrader_config.py").exists()
    folders = (root / directory.source_directory, root / directory.submitted_directory)
    if not told and not any(f.is_dir() for f in folders):
        raise GradingError(
            f"{str(root)!r} is not a course: there is no nbgrader_config.py and no "
            f"{directory.submitted_directory}/ in it"
        )
    if directory.db_url.startswith("sqlite:///"):
        database = Path(directory.db_url.removeprefix("sqlite:///"))
        if not database.exists():
            raise GradingError(
                f"there is no gradebook {database.name}: run `nbgrader generate_assignment` first"
            )


def _check_assignment(directory: CourseDirectory, assignment: str) -> None:
    from nbgrader.api import MissingEntry
    from sqlalchemy import text
    from sqlalchemy.exc import SQLAlchemyError

    try:
        gradebook = OneGradebook(directory.db_url, directory.course_id)
        try:
            _check_version(gradebook.db.execute(text(_VERSION)).scalar())
            known = sorted(a.name for a in gradebook.assignments)
            notebooks = gradebook.find_assignment(assignment).notebooks
            if not notebooks:
                raise GradingError(f"assignment {assignment!r} has no notebooks in the gradebook")
        except MissingEntry:
            raise GradingError(
                f"no assignment is called {assignment!r}; the gradebook has: "
                f"{', '.join(known) or 'none'}"
            ) from None
        finally:
            gradebook.forget()
            gradebook.end()
    except SQLAlchemyError as error:
        raise GradingError(explain(error)) from None


def _check_version(version: str | None) -> None:
    """Refuse a gradebook of another nbgrader, without the alembic command that nbgrader calls."""
    import nbgrader
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(str(Path(nbgrader.__file__).parent / "alembic"))
    if version == scripts.get_current_head():
        return
    known = {r.revision for r in scripts.walk_revisions()}
    way = "run `nbgrader db upgrade`" if version in known else "upgrade nbgrader"
    age = "an older" if version in known else "a newer"
    raise GradingError(f"the gradebook was made by {age} nbgrader ({version}): {way}")


def _submissions(directory: CourseDirectory, assignment: str, students: str) -> list[str]:
    """The ids of the students who submitted."""
    import glob

    pattern = directory.format_path(directory.submitted_directory, students, assignment)
    before, _, after = directory.format_path(
        directory.submitted_directory, "\0", assignment
    ).partition("\0")
    excluded = set(filter(None, directory.student_id_exclude.split(",")))
    found = []
    for path in sorted(glob.glob(pattern)):
        student = path.removeprefix(before).removesuffix(after)
        if student and "/" not in student and student not in excluded and os.path.isdir(path):
            found.append(student)
    if not found:
        raise GradingError(f"there are no submissions of {assignment!r} at {pattern}")
    return found


def _is_new(directory: CourseDirectory, assignment: str, student: str) -> bool:
    """nbgrader's own rule: not graded yet, or submitted later than what was graded."""
    paths = [
        directory.format_path(step, student, assignment)
        for step in (directory.autograded_directory, directory.submitted_directory)
    ]
    if not os.path.exists(paths[0]):
        return True
    try:
        graded, submitted = (directory.get_existing_timestamp(p) for p in paths)
    except (ValueError, AttributeError):
        return True
    return graded is not None and submitted is not None and submitted > graded


@contextlib.contextmanager
def _scratch(directory: CourseDirectory) -> Iterator[Path]:
    """A folder beside the graded notebooks, for what is not finished; a killed run's is removed."""
    base = Path(directory.root, directory.autograded_directory, _HIDDEN)
    folder = base / f"{os.uname().nodename}-{os.getpid()}-{time.time_ns()}"
    folder.mkdir(parents=True)
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    fcntl.flock(held, fcntl.LOCK_EX)
    _clear_abandoned(base, folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(held)
        with contextlib.suppress(OSError):
            base.rmdir()


def _clear_abandoned(base: Path, own: Path) -> None:
    for other in base.iterdir():
        if other == own:
            continue
        with contextlib.suppress(OSError):
            probe = os.open(other, os.O_RDONLY | os.O_DIRECTORY)
            try:
                fcntl.flock(probe, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(other, ignore_errors=True)
            finally:
                os.close(probe)


def _prepare(
    config: Config,
    directory: CourseDirectory,
    assignment: str,
    plan: sandbox.Plan,
    scratch: Path,
    report: Report,
) -> tuple[Job, Zygote]:
    """Warm a process up, and run the reference solution of each notebook in its forks."""
    source = Path(directory.format_path(directory.source_directory, ".", assignment))
    notebooks = sorted(source.glob("*.ipynb"))
    early = dict.fromkeys(m for n in notebooks for m in modules_of(n))
    try:
        zygote, loaded = warmed(plan, early)
        try:
            references, late = _study_all(config, directory, assignment, zygote, notebooks, scratch)
        finally:
            zygote.close()
        zygote, loaded = warmed(plan, dict.fromkeys([*loaded, *late]))
    except ZygoteError as error:
        raise GradingError(str(error)) from None
    for name, reference in references.items():
        report.references[name] = reference
        report.notes += [f"{name}: {fault}" for fault in reference.faults]
    job = Job(
        config=_plain(config),
        root=directory.root,
        assignment=assignment,
        plan=plan,
        modules=tuple(loaded),
        references=tuple(references.items()),
        scratch=str(scratch),
    )
    return job, zygote


def _study_all(
    config: Config,
    directory: CourseDirectory,
    assignment: str,
    zygote: Zygote,
    notebooks: Sequence[Path],
    scratch: Path,
) -> tuple[dict[str, Reference], list[str]]:
    import nbformat

    from ecomlab.classroom.execute import PipeExecute

    redactor = Redactor(config)
    gradebook = OneGradebook(directory.db_url, directory.course_id)
    modules: dict[str, None] = {}
    references: dict[str, Reference] = {}
    try:
        records = cell_records(gradebook, assignment, redactor)
        sources = {n.stem: n for n in notebooks}
        for name, cells in records.items():
            if name not in sources:
                references[name] = unsealed_reference(name, cells, "there is no source notebook")
                continue
            converter = FastAutograde(coursedir=directory, config=config)
            converter.log.setLevel(logging.CRITICAL)
            converter.staged = converter.finished = scratch
            converter.prepare(assignment, ".")
            resources = converter.resources_of(str(sources[name]), assignment, ".")
            notebook = nbformat.read(sources[name], as_version=4)
            with shared(gradebook):
                notebook = converter.export(notebook, resources, converter.sanitize_preprocessors)
            gradebook.forget()
            execute = PipeExecute(parent=converter.exporter)
            folder = str(sources[name].parent)
            references[name], found = study(
                notebook, name, cells, zygote, redactor, folder=folder, execute=execute
            )
            modules.update(dict.fromkeys(found))
    finally:
        gradebook.forget()
        gradebook.end()
    return references, list(modules)


def _plain(config: Any) -> Any:
    """A configuration as plain dictionaries, which any process can be sent."""
    if isinstance(config, dict):
        return {k: _plain(v) for k, v in config.items()}
    return config


def _in_this_process(job: Job, zygote: Zygote, students: Sequence[str]) -> Results:
    grader = Grader(
        config=Config(job.config),
        root=job.root,
        assignment=job.assignment,
        references=dict(job.references),
        zygote=zygote,
        scratch=Path(job.scratch),
    )
    try:
        for student in students:
            try:
                yield grader.grade(student)
            except ZygoteError:
                # Something ended the warm process; a new one, and the submission once more.
                grader.zygote.close()
                grader.zygote, _ = warmed(job.plan, job.modules)
                yield grader.grade(student)
    finally:
        grader.close()


_workers_own: dict[str, Grader] = {}


def grade_one(job: Job, student: str) -> Result:
    """Grade one submission in a worker, which keeps its warm process for the next."""
    grader = _workers_own.get(job.scratch)
    if grader is None:
        for other in _workers_own.values():
            other.close()
        _workers_own.clear()
        grader = _workers_own[job.scratch] = job.grader()
    try:
        return grader.grade(student)
    except ZygoteError:
        _workers_own.pop(job.scratch).close()
        grader = _workers_own[job.scratch] = job.grader()
        return grader.grade(student)


def _start_worker() -> None:
    """A worker dies with the run, and leaves Ctrl-C to it."""
    import signal

    from ecomlab.classroom import syscalls

    with contextlib.suppress(OSError):
        syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _make_ready(job: Job) -> None:
    """Warm this worker up; slow enough that each worker of a new pool takes one such task."""
    if job.scratch not in _workers_own:
        _workers_own[job.scratch] = job.grader()


def _warm_pool(job: Job, workers: int) -> Executor:
    """Local workers, each with its warm process."""
    pool = _local_pool(workers)
    try:
        for ready in [pool.submit(_make_ready, job) for _ in range(workers)]:
            with contextlib.suppress(BrokenExecutor):
                ready.result()
    except BaseException:
        _stop(pool)
        raise
    return pool


def _local_pool(workers: int) -> Executor:
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    context = multiprocessing.get_context("fork")
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_start_worker)


def _in_workers(
    job: Job, students: Sequence[str], workers: int, pool: Executor, *, own: bool
) -> Results:
    """Results as they come; what a lost worker held is graded by another."""
    waiting = list(students)
    tries = dict.fromkeys(students, 0)
    while waiting:
        running: dict[Future, str] = {}
        lost: list[str] = []
        try:
            queue = iter(waiting)
            for student in queue:
                running[pool.submit(grade_one, job, student)] = student
                if len(running) >= 2 * workers:
                    break
            while running:
                finished, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in finished:
                    student = running.pop(future)
                    try:
                        result = future.result()
                    except BrokenExecutor:
                        lost.append(student)
                        continue
                    yield result
                    if not lost and (following := next(queue, None)) is not None:
                        with contextlib.suppress(BrokenExecutor):
                            running[pool.submit(grade_one, job, following)] = following
                            continue
                        lost.append(following)
            lost += list(queue)
        finally:
            for future in running:
                future.cancel()
            if own:
                _stop(pool)
        waiting = []
        for student in lost:
            tries[student] += 1
            if tries[student] < _TRIES:
                waiting.append(student)
            else:
                why = "the worker that graded it was ended each time"
                yield Result(student, "failed", reason=why)
        if waiting and own:
            pool = _warm_pool(job, min(workers, len(waiting)))


def _stop(pool: Any) -> None:
    """End the workers at once; what they had finished is in the gradebook."""
    processes = list((getattr(pool, "_processes", None) or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.terminate()
    for process in processes:
        process.join(timeout=5)
