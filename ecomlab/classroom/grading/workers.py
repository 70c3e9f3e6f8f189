"""Who grades: this process, a pool of local ones, or any concurrent.futures executor."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from traitlets.config import Config

from ecomlab.classroom.grading import sandbox
from ecomlab.classroom.grading.trusted.reference import Reference
from ecomlab.classroom.grading.trusted.submission import Grader, Result
from ecomlab.classroom.grading.trusted.zygote import Zygote, ZygoteError, warmed

Results = Generator[Result, None, None]
_TRIES = 3


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


def in_this_process(job: Job, zygote: Zygote, students: Sequence[str]) -> Results:
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

    from ecomlab.classroom.grading.sandbox import syscalls

    with contextlib.suppress(OSError):
        syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _make_ready(job: Job) -> None:
    """Warm this worker up; slow enough that each worker of a new pool takes one such task."""
    if job.scratch not in _workers_own:
        _workers_own[job.scratch] = job.grader()


def warm_pool(job: Job, workers: int) -> Executor:
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


def in_workers(
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
            pool = warm_pool(job, min(workers, len(waiting)))


def _stop(pool: Any) -> None:
    """End the workers at once; what they had finished is in the gradebook."""
    processes = list((getattr(pool, "_processes", None) or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.terminate()
    for process in processes:
        process.join(timeout=5)
