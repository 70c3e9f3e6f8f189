"""Make the students' version with nbgrader's own ``generate_assignment``."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from ecomlab.classroom.scripts import put_on_path

CONFIG = "nbgrader_config.py"


class ReleaseError(RuntimeError):
    """nbgrader refused an assignment; the message holds what it said."""


def course_config(course: Path, lang: str) -> Config:
    """The course directory's own nbgrader configuration, turned to one language."""
    config = PyFileConfigLoader(CONFIG, path=str(course)).load_config()
    config.CourseDirectory.root = str(course)
    config.CourseDirectory.source_directory = f"source/{lang}"
    config.CourseDirectory.release_directory = f"release/{lang}"
    return config


def generate_release(course: Path, lang: str, assignments: Iterable[str]) -> None:
    """Run ``generate_assignment`` in a course directory for some assignments of one language.

    Raises
    ------
    ReleaseError
        If nbgrader refuses one of them.
    """
    from nbgrader.apps import NbGraderAPI
    from nbgrader.coursedir import CourseDirectory

    put_on_path()
    config = course_config(course, lang)
    api = NbGraderAPI(CourseDirectory(config=config), config=config)
    for assignment in assignments:
        result = api.generate_assignment(assignment, force=True)
        if not result["success"]:
            said = result.get("log") or result.get("error")
            raise ReleaseError(f"nbgrader refused {assignment} ({lang}):\n{said}")
