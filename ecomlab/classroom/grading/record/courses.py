"""What must be there before a run: a course, an assignment, a gradebook, submissions."""

from __future__ import annotations

import logging
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from ecomlab.classroom.grading.record.gradebook import OneGradebook, explain

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

_VERSION = "SELECT version_num FROM alembic_version"


class GradingError(ValueError):
    """The run cannot start as asked, or cannot go on; nothing half-done is left."""


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
    # Without this a mistake in the file would be passed over, and the defaults graded by.
    app.raise_config_file_errors = True
    try:
        os.chdir(root)
        app.initialize([], root=str(root))
        config = app.config
    except (SystemExit, Exception) as error:
        why = f"{type(error).__name__}: {error}"
        raise GradingError(f"nbgrader_config.py in {str(root)!r} cannot be read ({why})") from None
    finally:
        os.chdir(here)
        NbGrader.clear_instance()
    return config


@dataclass(frozen=True)
class Settings:
    """What a run was asked for beyond the course's own configuration."""

    db_url: str | None = None
    timeout: int | None = None

    def config(self, root: Path) -> Config:
        """nbgrader's configuration with these on top.

        Each worker reads it anew: what it names, hooks and classes of its own, cannot be sent.
        """
        config = load_config(root)
        if self.db_url:
            config.CourseDirectory.db_url = self.db_url
        if self.timeout is not None:
            # Set here, as nbconvert reads its configuration anew for each notebook.
            config.PipeExecute.timeout = self.timeout
        return config


def check_course(directory: CourseDirectory, root: Path) -> None:
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


def check_assignment(directory: CourseDirectory, assignment: str) -> None:
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


def begin_gradebook(db_url: str) -> None:
    """Begin a gradebook that says which nbgrader it is of; nbgrader makes the rest at first use.

    nbgrader asks a command of alembic's for that, which takes five seconds.
    """
    from sqlalchemy import create_engine, text

    engine = create_engine(db_url)
    with engine.begin() as database:
        database.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        head = {"head": _schemas().get_current_head()}
        database.execute(text("INSERT INTO alembic_version VALUES (:head)"), head)
    engine.dispose()


def _schemas() -> ScriptDirectory:
    """Every version of the gradebook that the installed nbgrader knows."""
    import nbgrader
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(Path(nbgrader.__file__).parent / "alembic"))


def _check_version(version: str | None) -> None:
    """Refuse a gradebook of another nbgrader."""
    scripts = _schemas()
    if version == scripts.get_current_head():
        return
    known = {r.revision for r in scripts.walk_revisions()}
    if version in known:
        raise GradingError(
            f"the gradebook was made by an older nbgrader ({version}): run `nbgrader db upgrade`"
        )
    raise GradingError(f"the gradebook was made by a newer nbgrader ({version}): upgrade nbgrader")


def submissions(directory: CourseDirectory, assignment: str, students: str) -> list[str]:
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


def _is_small_file(path: Path) -> bool:
    """Whether reading a file that a student handed in comes to an end; none is harmless, too."""
    try:
        found = path.lstat()
    except OSError:
        return not path.is_symlink()
    return stat.S_ISREG(found.st_mode) and found.st_size < 1000


def is_new(directory: CourseDirectory, assignment: str, student: str) -> bool:
    """nbgrader's own rule: not graded yet, or submitted later than what was graded."""
    paths = [
        directory.format_path(step, student, assignment)
        for step in (directory.autograded_directory, directory.submitted_directory)
    ]
    if not os.path.exists(paths[0]):
        return True
    if not all(_is_small_file(Path(p, "timestamp.txt")) for p in paths):
        return True
    try:
        graded, submitted = (directory.get_existing_timestamp(p) for p in paths)
    except (ValueError, AttributeError, OverflowError, OSError):
        return True
    return graded is not None and submitted is not None and submitted > graded
