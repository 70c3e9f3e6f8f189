"""nbgrader's gradebook with one connection and one commit where nbgrader has dozens."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
import warnings
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from nbgrader.api import Gradebook, InvalidEntry

_USERS = (
    "nbgrader.converters.autograde",
    "nbgrader.preprocessors.overwritecells",
    "nbgrader.preprocessors.overwritekernelspec",
    "nbgrader.preprocessors.saveautogrades",
    "nbgrader.preprocessors.latesubmissions",
)
_PATIENCE = 60.0


class GradebookError(RuntimeError):
    """The gradebook cannot be used as asked; the message says why."""


class OneGradebook(Gradebook):
    """A gradebook that stays open, and whose commits wait for :meth:`keep`."""

    def __init__(self, db_url: str, course_id: str) -> None:
        super().__init__(db_url, course_id)
        self.db.commit = self._later  # type: ignore[method-assign]

    def _later(self) -> None:
        self.db.flush()
        # Scores are computed by the database, so what was read before is out of date.
        self.db.expire_all()

    def keep(self) -> None:
        """Commit for good."""
        self.db().commit()

    def forget(self) -> None:
        """Undo what was not kept, and let go of the database."""
        self.db().rollback()

    def close(self) -> None:
        """nbgrader closes after every use; this one is closed by :meth:`end`."""

    def end(self) -> None:
        """Close the connection."""
        super().close()


@contextlib.contextmanager
def shared(gradebook: OneGradebook) -> Iterator[None]:
    """While inside, nbgrader's own code uses this gradebook instead of opening its own."""
    from sqlalchemy.exc import SAWarning

    modules: list[Any] = [import_module(name) for name in _USERS]
    before = [m.Gradebook for m in modules]
    for module in modules:
        module.Gradebook = lambda *args, **kwargs: gradebook
    try:
        with warnings.catch_warnings():
            # nbgrader reads while it adds a submission; its own commands warn of it too.
            warnings.simplefilter("ignore", SAWarning)
            yield
    finally:
        for module, original in zip(modules, before, strict=True):
            module.Gradebook = original


@contextlib.contextmanager
def writing(gradebook: OneGradebook, root: str) -> Iterator[None]:
    """A transaction that commits at the end, one at a time among the workers of a course.

    The lock is on the course's folder, so that it leaves no file and dies with its holder.

    Raises
    ------
    GradebookError
        If another program keeps the gradebook locked, or it cannot be written.
    """
    from sqlalchemy.exc import OperationalError

    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        if gradebook.engine.dialect.name == "sqlite":
            _lock(folder)
            _begin(gradebook)
        try:
            yield
            gradebook.keep()
        except (OperationalError, InvalidEntry) as error:
            gradebook.forget()
            # nbgrader takes any failed statement for a bad entry.
            if isinstance(error, InvalidEntry) and "OperationalError" not in str(error):
                raise
            raise GradebookError(explain(error)) from error
        except BaseException:
            gradebook.forget()
            raise
    finally:
        os.close(folder)


def _lock(folder: int) -> None:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise GradebookError(
                    "the gradebook was locked by another grader for a minute"
                ) from None
            time.sleep(0.005)


def _begin(gradebook: OneGradebook) -> None:
    """Take SQLite's write lock first, so that a later statement cannot find it taken."""
    from sqlalchemy import text
    from sqlalchemy.exc import OperationalError

    deadline = time.monotonic() + _PATIENCE / 2
    while True:
        try:
            gradebook.db.execute(text("BEGIN IMMEDIATE"))
            return
        except OperationalError as error:
            gradebook.forget()
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise GradebookError(explain(error)) from None
            time.sleep(0.1)


def explain(error: Exception) -> str:
    """What a database error means to an instructor."""
    text = str(error)
    if "readonly" in text:
        return "the gradebook is read-only: it cannot keep grades"
    if "locked" in text:
        return "the gradebook is locked by another program; close it and run again"
    if "full" in text:
        return "the disk is full: the gradebook cannot keep grades"
    first = text.splitlines()[0]
    return f"the gradebook cannot be used ({first}); `nbgrader db upgrade` helps an older one"
