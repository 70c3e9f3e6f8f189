"""Who grades: this process, a pool of local ones, or any concurrent.futures executor."""

from __future__ import annotations

import contextlib
import gc
import os
from collections.abc import Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ecomlab.classroom.grading import sandbox
from ecomlab.classroom.grading.record.courses import Settings
from ecomlab.classroom.grading.trusted.prelude import Preludes
from ecomlab.classroom.grading.trusted.reference import Reference
from ecomlab.classroom.grading.trusted.submission import Grader, Result, given_folder
from ecomlab.classroom.grading.trusted.zygote import ZygoteError, warmed

Results = Generator[Result, None, None]
_TRIES = 3


@dataclass(frozen=True)
class Job:
    """What a worker needs to know, on this machine or another."""

    root: str
    settings: Settings
    assignment: str
    plan: sandbox.Plan
    modules: tuple[str, ...]
    references: tuple[tuple[str, Reference], ...]
    scratch: str

    def warm(self) -> Preludes:
        """A warm process, for a worker that has none."""
        zygote, _ = warmed(self.plan, self.modules)
        return Preludes(zygote, str(given_folder(Path(self.scratch))))

    def grader(self, preludes: Preludes | None = None) -> Grader:
        """A grader with warm processes of its own."""
        preludes = preludes or self.warm()
        try:
            return Grader(
                config=self.settings.config(Path(self.root)),
                root=self.root,
                assignment=self.assignment,
                references=dict(self.references),
                preludes=preludes,
                scratch=Path(self.scratch),
            )
        except BaseException:
            preludes.close()
            raise


def in_this_process(job: Job, preludes: Preludes, students: Sequence[str]) -> Results:
    grader = job.grader(preludes)
    try:
        for student in students:
            try:
                yield grader.grade(student)
            except ZygoteError:
                # Something ended the warm process; a new one, and the submission once more.
                grader.preludes.close()
                grader.preludes = job.warm()
                yield grader.grade(student)
    finally:
        grader.close()


_workers_own: dict[str, Grader] = {}
# Warm processes that this one has ready for the workers that it is about to fork.
_heirlooms: list[Preludes] = []


def grade_one(job: Job, student: str) -> Result:
    """Grade one submission in a worker, which keeps its warm process for the next."""
    grader = _workers_own.get(job.scratch)
    if grader is None:
        for other in _workers_own.values():
            other.close()
        _workers_own.clear()
        grader = _workers_own[job.scratch] = job.grader(_heirlooms.pop() if _heirlooms else None)
    try:
        return grader.grade(student)
    except ZygoteError:
        _workers_own.pop(job.scratch).close()
        grader = _workers_own[job.scratch] = job.grader()
        return grader.grade(student)


def _start_worker(turn: Any) -> None:
    """A worker dies with the run, leaves Ctrl-C to it, and takes one of the warm processes."""
    import signal

    from ecomlab.classroom.grading.sandbox import syscalls

    with contextlib.suppress(OSError):
        syscalls.prctl(syscalls.PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with turn.get_lock():
        mine, turn.value = turn.value, turn.value + 1
    for place, preludes in enumerate(_heirlooms):
        if place != mine:
            preludes.let_go()
    del _heirlooms[mine + 1 :], _heirlooms[:mine]
    # What was imported is nothing to look through for garbage, each time.
    gc.collect()
    gc.freeze()


def warm_pool(workers: int, preludes: Preludes) -> Executor:
    """Local workers, each with its warm processes: twins of the given ones, or, if these are gone,
    some of its own."""
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    context = multiprocessing.get_context("fork")
    with contextlib.suppress(ZygoteError):
        _heirlooms.extend(preludes.twin() for _ in range(workers))
    try:
        pool = ProcessPoolExecutor(
            workers,
            mp_context=context,
            initializer=_start_worker,
            initargs=(context.Value("i", 0),),
        )
        try:
            # The first task makes a forking pool start all of its workers.
            pool.submit(os.getpid).result()
        except BrokenExecutor:
            pass
        except BaseException:
            _stop(pool)
            raise
        return pool
    finally:
        for twin in _heirlooms:
            twin.let_go()
        _heirlooms.clear()


def in_workers(
    job: Job,
    students: Sequence[str],
    workers: int,
    preludes: Preludes,
    executor: Executor | None,
) -> Results:
    """Results as they come; what a lost worker held is graded by another."""
    if executor is not None:
        preludes.close()
    pool = executor or warm_pool(min(workers, len(students)), preludes)
    return _results(job, students, workers, preludes, pool, own=executor is None)


def _results(
    job: Job,
    students: Sequence[str],
    workers: int,
    preludes: Preludes,
    pool: Executor,
    *,
    own: bool,
) -> Results:
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
            pool = warm_pool(min(workers, len(waiting)), preludes)


def _stop(pool: Any) -> None:
    """End the workers at once; what they had finished is in the gradebook."""
    processes = list((getattr(pool, "_processes", None) or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.terminate()
    for process in processes:
        process.join(timeout=5)
